"""The widget: its state holds words of the session and never an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anywidget
import pytest

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.form_module import LOADER, MODULE
from mdli_workbook.exercises.replies import Place
from mdli_workbook.exercises.widget import FormWidget, describe, overview

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
    assert set(form.get_state()) - set(anywidget.AnyWidget().get_state()) == {"spec"}


def test_each_form_carries_where_the_module_is_to_be_had_and_not_the_module(
    widget: Callable[..., FormWidget],
) -> None:
    form = widget()
    assert form.get_state()["_esm"] == LOADER
    assert len(json.dumps(form.get_state(), default=str)) < 4_000


def test_a_page_that_cannot_fetch_the_module_is_sent_it(widget: Callable[..., FormWidget]) -> None:
    form = widget({"type": "state"})
    form._handle_custom_msg({"type": "module"}, [])
    assert form.sent == [{"type": "module", "text": MODULE}]


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
