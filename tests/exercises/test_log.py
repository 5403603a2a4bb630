from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.log import Log, LogEntry
from mdli_workbook.exercises.log_table import Totals

BESIDE = [
    {"id": "physician", "label": "A physician"},
    {"id": "front-desk", "label": "Someone at the front desk"},
]
SHADOWING = Log.model_validate(
    {
        "id": "shadowing",
        "one": "visit",
        "fields": {
            "when": "date",
            "beside": "choice",
            "minutes": "minutes",
            "saw_and_heard": "long-text",
            "asked": "long-text",
        },
        "options": {"beside": BESIDE},
        "labels": {"asked": "What I asked"},
        "hints": {"saw_and_heard": "Acts and words."},
        "limits": {"minutes": [1, 480]},
        "required_fields": ["when", "saw_and_heard"],
        "at_least": 2,
    }
)
TURNS = Log.model_validate(
    {
        "id": "turns",
        "one": "role",
        "fields": {"role": "choice", "turns": "number"},
        "options": {"role": BESIDE},
    }
)
MARCH: dict[str, Any] = {
    "when": "2026-03-04",
    "beside": "front-desk",
    "minutes": 35,
    "saw_and_heard": "Two calls waited.",
    "asked": "What slows you?\n\nWhat would help?\n",
}
APRIL: dict[str, Any] = {"when": "2026-04-01", "minutes": 20, "saw_and_heard": "The printer.", "asked": ""}
EMPTY = {"when": "", "beside": "", "minutes": None, "saw_and_heard": " ", "asked": ""}


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        ({}, Filled.NOT_BEGUN),
        ({"a": EMPTY, "b": None, "": {"order": ["a", "b"]}}, Filled.NOT_BEGUN),
        ({"a": {"minutes": 0}}, Filled.PART),
        ({"a": MARCH}, Filled.PART),
        ({"a": MARCH, "b": {**APRIL, "when": ""}}, Filled.PART),
        ({"a": MARCH, "b": APRIL}, Filled.DONE),
        ({"a": MARCH, "b": APRIL, "c": {"minutes": 5}}, Filled.DONE),
    ],
)
def test_it_is_done_with_enough_entries_that_have_their_required_fields(values: Any, filled: Filled) -> None:
    assert SHADOWING.filled(values) is filled


def test_totals_count_entries_minutes_and_questions() -> None:
    assert SHADOWING.totals({"a": MARCH, "b": APRIL, "c": EMPTY, "d": None}) == Totals(2, 55, 2)
    assert SHADOWING.totals({"a": {"when": "2026-03-04"}}) == Totals(1, None, 0), (
        "no minutes are not zero minutes"
    )
    assert TURNS.totals({"a": {"turns": 3}}) == Totals(1)


def test_totals_are_said_in_the_word_for_an_entry() -> None:
    assert "<caption>2 visits, 55 minutes, 2 questions asked</caption>" in SHADOWING.static(
        {"a": MARCH, "b": APRIL}
    )
    assert "<caption>1 role</caption>" in TURNS.static({"a": {"turns": 3}})


def test_a_log_with_long_text_shows_each_entry_as_a_group_of_rows() -> None:
    shown = SHADOWING.static({"a": MARCH, "b": APRIL})
    assert shown.count("<tbody>") == 2
    assert '<th scope="rowgroup" colspan="2">Visit 2</th>' in shown
    assert (
        '<th scope="row">Beside</th><td dir="auto"><p dir="auto">Someone at the front desk</p></td>' in shown
    )
    assert '<time datetime="2026-03-04">4 March 2026</time>' in shown
    assert (
        '<th scope="row">Left open</th><td dir="auto"><span class="mdli-empty">Beside, What I asked</span>'
        in shown
    )


def test_a_log_of_short_fields_shows_a_row_per_entry_and_a_column_per_field() -> None:
    shown = TURNS.static({"a": {"role": "physician", "turns": 14}, "b": {"turns": 2.5}})
    assert '<tr><th scope="col">Role</th>\n<th scope="col">Turns</th></tr>' in shown
    assert '<th scope="row" dir="auto"><p dir="auto">A physician</p></th>' in shown
    assert '<td dir="auto"><p dir="auto">14</p></td>' in shown
    assert (
        '<span class="mdli-empty">left open</span></th>\n<td dir="auto"><p dir="auto">2.5</p></td>' in shown
    )


def test_many_fields_or_a_long_text_are_too_wide_for_a_row_each() -> None:
    def shown(*names: str, text: str = "short") -> str:
        return Log(id="a", fields=dict.fromkeys(names, "text")).static({"a": dict.fromkeys(names, text)})

    assert "mdli-log-short" in shown("a", "b", "c", "d")
    assert "mdli-log-long" in shown("a", "b", "c", "d", "e")
    assert "mdli-log-short" in shown("a", "b", text="x" * 40)
    assert "mdli-log-long" in shown("a", "b", text="x" * 41)


def test_entries_stand_in_the_order_of_the_person_and_removed_ones_are_gone() -> None:
    values = {"a": MARCH, "b": APRIL, "c": None, "": {"order": ["c", "b", "a"]}}
    assert list(SHADOWING.entries(values)) == ["b", "a"]


def test_an_entry_that_the_order_does_not_know_yet_comes_last() -> None:
    assert list(SHADOWING.entries({"new": APRIL, "a": MARCH, "": {"order": ["a"]}})) == ["a", "new"]


def test_answers_to_what_the_session_no_longer_asks_do_no_harm() -> None:
    old = {**MARCH, "beside": "courier", "a-field-of-last-year": "words"}
    shown = SHADOWING.static({"a": old})
    assert "courier" in shown, "an option that was dropped is shown by its id"
    assert "words" not in shown


def test_its_form_has_the_fields_once_and_names_an_entry() -> None:
    form = SHADOWING.form()
    assert form["entries"] == {"one": "visit", "least": 2, "most": None}
    when, beside, minutes, saw, asked = form["controls"]
    assert when == {"type": "date", "name": "when", "label": "When", "required": True}
    assert beside == {"type": "choice", "name": "beside", "label": "Beside", "options": BESIDE}
    assert minutes == {"type": "minutes", "name": "minutes", "label": "Minutes", "min": 1, "max": 480}
    assert saw["label"] == "Saw and heard"
    assert saw["hint"] == "Acts and words."
    assert asked["label"] == "What I asked"


def test_a_log_that_may_stay_empty_does_not_hold_the_session_up() -> None:
    assert not Log(id="a", fields={"when": "date"}, at_least=0).required


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"required_fields": ["wen"]},
            "required_fields names 'wen', which is not a field; there are when, beside",
        ),
        ({"options": {"besides": BESIDE}}, "options names 'besides', which is not a field"),
        ({"labels": {"why": "Why"}}, "labels names 'why', which is not a field"),
        ({"hints": {"why": "Why"}}, "hints names 'why', which is not a field"),
        ({"limits": {"why": [0, 1]}}, "limits names 'why', which is not a field"),
        ({"options": {}}, "choice field 'beside' has no options; add them"),
        ({"options": {"beside": [*BESIDE, BESIDE[0]]}}, "option 'physician' stands twice"),
        ({"options": {"beside": BESIDE, "when": BESIDE}}, "'when' is date; make it choice"),
        ({"limits": {"when": [0, 1]}}, "limits are for numbers and minutes, and 'when' is date"),
        ({"limits": {"minutes": [9, 1]}}, r"limits of 'minutes' are \[9, 1\]; write the smaller one first"),
        ({"fields": {"when": "day"}}, "Input should be 'text', 'long-text', 'date'"),
        ({"fields": {}}, "at least 1 item"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_way_out(change: dict[str, Any], message: str) -> None:
    given = {"id": "log", "fields": {"when": "date", "beside": "choice", "minutes": "minutes"}}
    with pytest.raises(ValidationError, match=message):
        Log.model_validate({**given, "options": {"beside": BESIDE}, **change})


@pytest.mark.parametrize(
    "value", [{"a": True}, {"a": [1]}, {"a": {}}, {"a": float("nan")}, {"<b>": "x"}, [1]]
)
def test_a_value_of_another_shape_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        LogEntry.model_validate(value)


def test_a_draft_with_most_fields_empty_is_accepted_as_it_is() -> None:
    assert LogEntry.model_validate(EMPTY).model_dump() == EMPTY
    assert LogEntry.model_validate({"minutes": 35, "sure": 7.5}).root == {"minutes": 35, "sure": 7.5}
