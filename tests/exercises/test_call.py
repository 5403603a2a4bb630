"""The record of a call: held with its minutes, moved to a date, or missed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.call import STATES, Call, CallValue

ONE = Call(id="coach-call", title="How did the call go?")


def kept(**value: Any) -> dict[str, Any]:
    return CallValue.model_validate(value).model_dump(mode="json")


def test_what_belongs_to_another_state_is_dropped() -> None:
    assert kept(state="missed", minutes=45, moved_to="2026-04-01") == kept(state="missed")
    assert kept(state="held", minutes=45, moved_to="2026-04-01") == kept(state="held", minutes=45)
    assert kept(state="moved", minutes=45, moved_to="2026-04-01") == kept(
        state="moved", moved_to="2026-04-01"
    )
    assert kept(minutes=45) == kept()


@pytest.mark.parametrize(
    "value",
    [
        {"state": "cancelled"},
        {"state": "held", "minutes": -1},
        {"state": "held", "minutes": 601},
        {"state": "held", "minutes": 45.5},
        {"state": "held", "minutes": "45"},
        {"state": "moved", "moved_to": "2026-02-30"},
        {"state": "held", "text": "He was late."},
    ],
)
def test_what_is_no_record_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CallValue.model_validate(value)


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ({}, Filled.NOT_BEGUN),
        ({"state": "held"}, Filled.PART),
        ({"state": "held", "minutes": 45}, Filled.DONE),
        ({"state": "moved"}, Filled.PART),
        ({"state": "moved", "moved_to": "2026-04-01"}, Filled.DONE),
        ({"state": "missed"}, Filled.DONE),
    ],
)
def test_it_is_done_once_minutes_or_the_new_date_are_known(value: dict[str, Any], filled: Filled) -> None:
    assert ONE.filled({"": value}) is filled


def test_minutes_and_date_are_asked_for_only_where_they_belong() -> None:
    state, minutes, moved_to = ONE.form()["controls"]
    assert [one["id"] for one in state["options"]] == list(STATES) == ["held", "moved", "missed"]
    assert minutes["when"] == {"name": "state", "is": ["held"]}
    assert moved_to["when"] == {"name": "state", "is": ["moved"]}


def test_it_reads_as_one_line() -> None:
    assert "<p>Held, 45 minutes.</p>" in ONE.static({"": {"state": "held", "minutes": 45}})
    moved = ONE.static({"": {"state": "moved", "moved_to": "2026-04-01"}})
    assert '<p>Moved to <time datetime="2026-04-01">1 April 2026</time>.</p>' in moved
    assert "<p>Missed.</p>" in ONE.static({"": {"state": "missed"}})
    assert "Not recorded yet." in ONE.static({})


def test_no_session_file_can_ask_for_one() -> None:
    assert "call" not in KINDS
