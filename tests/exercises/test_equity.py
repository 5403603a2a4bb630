from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.equity.explorer import Choice, Shown, look
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, read_patients
from mdli_workbook.equity.shown import VIEWS
from mdli_workbook.exercises.equity import Equity, EquityValue
from mdli_workbook.exercises.reflection import Reflection

PANEL = Equity(id="our-panel", title="An invented practice", prompt="Sizes first.", data="demo-panel")
EACH = list(product(MEASURES, DIMENSIONS))


def written(seen: str = "", ask: str = "", change: str = "", **more: Any) -> dict[str, dict[str, Any] | None]:
    return {"": {"seen": seen, "ask": ask, "change": change, **more}}


@cache
def seen(view: str = "groups", dimension: str = "sex") -> Shown:
    patients = read_patients("demo-panel")
    choice = Choice.from_plain({"measure": "portal_active", "dimension": dimension, "view": view})
    return look(patients, choice, Ledger(patients.source))[0]


def plain(view: str = "groups", dimension: str = "sex") -> dict[str, Any]:
    """Return a view as it comes back from a browser."""
    found: dict[str, Any] = json.loads(json.dumps(seen(view, dimension).to_plain()))
    return found


def cells(html: str) -> dict[str, list[str]]:
    """Return the table as group → what its cells say."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html)
    return {
        group: [re.sub("<.*?>", "", one) for one in re.findall("<td>(.*?)</td>", row)] for group, row in rows
    }


@pytest.mark.parametrize("values", [{}, {"": None}, {"": {}}, written(), written(" ", "\n", "\t")])
def test_without_words_it_is_not_begun_and_the_figures_stand_there_all_the_same(values: Any) -> None:
    shown = PANEL.static(values)
    assert PANEL.filled(values) is Filled.NOT_BEGUN
    assert "Nothing written yet." in shown
    assert "<svg" in shown
    assert "<table" in shown


def test_looking_alone_is_not_begun_and_three_boxes_are_done() -> None:
    assert PANEL.filled(written(view=plain())) is Filled.NOT_BEGUN
    assert PANEL.filled(written("A gap.")) is Filled.PART
    assert PANEL.filled(written("A gap.", "", "A letter.")) is Filled.PART
    assert PANEL.filled(written("A gap.", "The interpreter.", "A letter.")) is Filled.DONE


def test_its_form_is_three_boxes_in_the_order_of_the_three_willings() -> None:
    form = PANEL.form()
    assert form["entries"] is None
    assert [(one["type"], one["name"], one["label"]) for one in form["controls"]] == [
        ("long-text", "seen", "What I see"),
        ("long-text", "ask", "Whom I will ask"),
        ("long-text", "change", "What I will change"),
    ]


def test_its_form_says_what_can_be_looked_at_before_anything_was_looked_at() -> None:
    explorer = json.loads(json.dumps(PANEL.form()["explorer"]))
    assert Choice.from_plain(explorer["choice"]) == PANEL.choice
    assert explorer["choice"]["dimension"] == "language"
    assert [one["id"] for one in explorer["options"]["views"]] == list(VIEWS)


def test_the_form_shows_above_its_boxes_what_the_report_shows_above_the_words() -> None:
    above = PANEL.above()
    figures = above.removeprefix('<div class="mdli-view mdli-view-equity">\n').removesuffix("\n</div>")
    assert "<svg" in figures
    assert figures in PANEL.static(written("A gap."))


def test_other_kinds_show_nothing_above_their_controls() -> None:
    assert Reflection(id="a-letter").above() == ""


def test_words_stand_below_the_figures_and_are_escaped() -> None:
    shown = PANEL.static(written("A <b>gap</b>\nof size & line", "", "A letter"))
    told = shown[shown.index("<dl") :]
    assert '<dd><p dir="auto">A &lt;b&gt;gap&lt;/b&gt;<br>of size &amp; line</p></dd>' in told
    assert '<dt>Whom I will ask</dt>\n<dd><p class="mdli-empty">Left open.</p></dd>' in told


@pytest.mark.parametrize("view", VIEWS)
def test_the_report_shows_the_view_that_was_saved_with_the_words(view: str) -> None:
    shown = PANEL.static(written("A gap.", view=plain(view, "age_band")))
    assert seen(view, "age_band").sentence in unescape(shown)
    assert "age" in shown
    assert "Spanish" not in shown
    assert "A gap." in shown


def test_words_of_before_there_were_views_show_the_first_view() -> None:
    assert EquityValue.model_validate({"seen": "A gap.", "ask": "", "change": ""}).view is None
    assert "Blood pressure was controlled in" in PANEL.static(written("A gap."))


def test_a_view_is_saved_as_it_was_shown() -> None:
    saved = EquityValue.model_validate({"seen": "A gap.", "view": plain("time", "language")})
    assert saved.view is not None
    assert saved.view.shown() == seen("time", "language")
    assert len(saved.model_dump_json()) < 30_000


def test_the_table_has_sizes_rates_gaps_and_says_what_is_withheld() -> None:
    table = cells(PANEL.static({}))
    assert table["English"][:3] == ["2,587", "73%", "71% to 75%"]
    assert table["Karen"][0] == table["Karen"][1] == "withheld"
    assert table["All patients"] == ["3,780", "69%", "67% to 70%", *["the reference"] * 3]
    assert table["Spanish"][4] == "worse"


def test_the_page_says_that_it_is_invented_from_when_it_is_and_who_is_in_no_row() -> None:
    shown = PANEL.static({})
    assert "All of these patients are invented." in shown
    assert "They were last seen from May 2024 to April 2026." in shown
    assert "Numbers of patients from 1 to 10 are withheld" in shown
    assert "220 more patients have no recorded value and are in no row." in shown


@pytest.mark.parametrize(("measure", "dimension"), EACH)
def test_every_view_has_a_row_for_who_is_in_no_group(measure: str, dimension: str) -> None:
    exercise = Equity.model_validate(
        {"id": "our-panel", "data": "demo-panel", "measure": measure, "dimension": dimension}
    )
    table = cells(exercise.static({}))
    assert list(table)[-2:] == ["Not recorded", "All patients"]
    assert not [size for size, *_ in table.values() if size.isdigit() and 1 <= int(size) <= 10]


def test_what_is_withheld_is_explained_only_where_something_is() -> None:
    by_age = PANEL.model_copy(update={"dimension": "age_band"}).static({})
    assert cells(by_age)["Not recorded"][:2] == ["0", "nobody was measured"]
    assert "withheld" not in by_age


def test_the_same_words_are_the_same_bytes() -> None:
    assert PANEL.static(written("A gap.")) == PANEL.static(written("A gap."))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": "my-panel"}, "demo-panel"),
        ({"measure": "weight"}, "blood_pressure_controlled"),
        ({"dimension": "patient"}, "race_ethnicity"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(
    change: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Equity.model_validate({"id": "our-panel", "data": "demo-panel", **change})


@pytest.mark.parametrize("value", [{"seen": 1}, {"seen": "a secret", "heard": ""}, {"seen": ["a secret"]}])
def test_a_value_of_another_shape_is_refused_without_repeating_it(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        EquityValue.model_validate(value)
    assert "a secret" not in str(refused.value)


def with_row(*row: int | None) -> dict[str, Any]:
    view = plain()
    view["views"][0]["rows"][0] = list(row)
    return view


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (with_row(0, 0, 7, None), "from 1 to 10 is not saved"),
        (with_row(0, 0, 100, 4), "from 1 to 10 is not saved"),
        (with_row(0, 0, 100, 93), "from 1 to 10 is not saved"),
        (with_row(0, 0, 100, 120), "more reached than patients"),
        (with_row(0, 0, None, 40), "more reached than patients"),
        (with_row(99, 0, 100, 40), "of no group"),
        (with_row(0, -1, 100, 40), "greater than or equal to 0"),
        ({**plain(), "views": []}, "at least 1 item"),
        ({**plain(), "notes": ["a note", "x" * 3_000]}, "at most 2000"),
        ({**plain(), "notes": ["x" * 1_900] * 20}, "more than 30,000 characters"),
        ({**plain(), "views": plain()["views"][1:] * 2}, "these figures are no view"),
        ({**plain(), "choice": {**plain()["choice"], "view": "sixth"}}, "'groups', 'time'"),
        ({**plain(), "patients": [1, 2]}, "Extra inputs"),
    ],
)  # fmt: skip
def test_a_view_that_never_was_one_is_refused(view: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(why)):
        EquityValue.model_validate({"seen": "A gap.", "view": view})


def test_what_stands_in_a_saved_view_is_escaped() -> None:
    view = {**plain(), "sentence": "<script>alert(1)</script>", "notes": ["<b>"]}
    shown = PANEL.static(written("A gap.", view=view))
    assert "<script>" not in shown
    assert "<b>" not in shown
