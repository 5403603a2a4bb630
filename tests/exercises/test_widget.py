"""The widget: its state holds words of the session and never an answer."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import anywidget
import pytest

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.controls import Control
from mdli_workbook.exercises.replies import Place
from mdli_workbook.exercises.widget import ASSETS, SCRIPTS, STYLES, FormWidget, describe, overview
from mdli_workbook.program.people import ACCOMMODATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = Place("spring", "ana-mora", 2)
SECRET = "what-somebody-wrote"


@pytest.fixture
def widget() -> Callable[..., FormWidget]:
    def make(answer: object = None) -> FormWidget:
        exercise = KINDS["reflection"].model_validate({"id": "why", "prompt": "Why?"})
        sent: list[Any] = []
        form = FormWidget(describe(exercise, PLACE), lambda _: answer)  # type: ignore[arg-type, return-value]
        form.send = sent.append
        form.sent = sent
        return form

    return make


def test_a_message_is_answered_by_a_message(widget: Callable[..., FormWidget]) -> None:
    form = widget({"type": "state", "answers": {"": {"value": {"text": SECRET}}}})
    form._handle_custom_msg({"type": "hello"}, [])
    assert form.sent == [{"type": "state", "answers": {"": {"value": {"text": SECRET}}}}]


def test_no_answer_ever_is_widget_state(widget: Callable[..., FormWidget]) -> None:
    form = widget({"type": "state", "answers": {"": {"value": {"text": SECRET}}}})
    form._handle_custom_msg({"type": "save", "value": {"text": SECRET}}, [])
    assert SECRET not in json.dumps(form.get_state(), default=str)
    assert SECRET not in repr(form)
    assert set(form.get_state()) - set(anywidget.AnyWidget().get_state()) == {"_css", "spec"}


def test_a_message_without_an_answer_is_answered_by_silence(widget: Callable[..., FormWidget]) -> None:
    form = widget(None)
    form._handle_custom_msg({"type": "opened"}, [])
    assert form.sent == []


def test_the_plain_text_beside_a_form_names_the_exercise_only(widget: Callable[..., FormWidget]) -> None:
    data, _ = widget()._repr_mimebundle_()
    assert data["text/plain"] == "<form why>"


def test_a_description_says_who_may_read_in_words() -> None:
    asked = KINDS["reflection"].model_validate({"id": "why", "audience": "program"})
    labels = [one["label"] for one in describe(asked, PLACE)["audiences"]]
    assert labels == [
        "Only you",
        "Your coach, and whoever the roster names later",  # no name: the description may end up in a file
        "The program's coordinators, without your name",
    ]


def test_every_type_of_control_has_a_drawing() -> None:
    [types] = [
        re.findall(r"'([a-z-]+)'", str(hint))
        for name, hint in Control.__annotations__.items()
        if name == "type"
    ]
    table = re.search(r"const CONTROLS = \{(.*?)\};", FormWidget._esm, re.DOTALL)
    assert table
    drawn = re.findall(r"[\"']?([a-z-]+)[\"']?: draw", table[1])
    assert sorted(drawn) == sorted(types)


def test_the_script_loads_nothing_and_takes_html_from_the_kernel_alone() -> None:
    script = FormWidget._esm
    assert "http://" not in script + FormWidget._css
    assert "https://" not in script + FormWidget._css
    assert re.findall(
        r"\w+\.innerHTML = \w+|insertAdjacentHTML|outerHTML|document\.write|eval\(", script
    ) == ["panel.innerHTML = html", "node.innerHTML = html", "beside.innerHTML = html"]
    assert "import " not in re.sub(r"//.*", "", script)
    assert "@import" not in FormWidget._css


def test_accommodations_are_told_in_a_message_and_are_no_state() -> None:
    sent: list[Any] = []
    form = FormWidget(
        overview(), lambda _: None, lambda: {"type": "progress"}, {"plain-layout", "large-text"}
    )
    form.send = sent.append
    form._handle_custom_msg({"type": "hello"}, [])
    assert sent == [{"type": "look", "words": ["large-text", "plain-layout"]}, {"type": "progress"}]
    assert "large-text" not in json.dumps(form.get_state()["spec"])
    form._handle_custom_msg({"type": "opened"}, [])
    assert len(sent) == 2


def test_every_asset_is_part_of_a_form_and_all_are_small() -> None:
    assert {one.name for one in ASSETS.iterdir()} == {*SCRIPTS, *STYLES}
    assert len(gzip.compress((FormWidget._esm + FormWidget._css).encode())) < 60_000
    assert {
        name: lines for name in SCRIPTS if (lines := len((ASSETS / name).read_text().splitlines())) >= 400
    } == {}


def test_the_accommodations_of_the_script_are_those_of_the_roster() -> None:
    [words] = re.findall(r"const LOOKS = \[(.*?)\];", FormWidget._esm)
    assert tuple(re.findall(r'"([a-z-]+)"', words)) == ACCOMMODATIONS
