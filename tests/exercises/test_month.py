"""What is different from last month: counted, beside each other, without a verdict."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from briefed import ENTRY, OTHER, START, brief, steps, told

from mdli_workbook.briefing import Before, Meeting
from mdli_workbook.exercises.month import show_since

if TYPE_CHECKING:
    from mdli_workbook.briefing import Briefing

CALL = Meeting(number=1, window=(date(2026, 1, 19), date(2026, 1, 30)))
WORDS = {"": {"text": "Words."}}


def text(briefing: Briefing, **before: Any) -> str:
    fields: dict[str, Any] = {
        "session": 1, "call": CALL, "since": START, "done": 3, "total": 5, "settled": {}, "named": (),
    }  # fmt: skip
    with_before = briefing.model_copy(update={"before": Before(**fields | before)})
    return " ".join(re.sub(r"<[^>]*>", " ", show_since(with_before, "")).split())


def test_the_first_month_has_none_to_compare_it_with() -> None:
    assert "This is the first month" in show_since(brief(), "")


def test_what_is_written_stands_beside_last_months() -> None:
    briefing = brief(told("reflection", "first-guess", WORDS), told("reflection", "never"))
    assert "Exercises 1 of 2 done; last month 3 of 5" in text(briefing)


def test_commitments_that_came_to_an_end_are_counted_by_their_state() -> None:
    said = text(brief(), settled={"dropped": 1, "kept": 2, "changed": 1})
    assert "Commitments 2 kept, 1 changed into another, 1 dropped" in said


def test_a_commitment_is_new_if_it_began_since_the_last_call() -> None:
    briefing = brief(history=steps("next-step", ["2026-03-30"]))
    assert "Commitments 1 new" in text(briefing)
    assert "Commitments none new, none moved, none settled" in text(briefing, since=START + timedelta(1))


def test_a_date_that_moved_since_the_last_call_is_told_and_an_earlier_move_is_not() -> None:
    history = steps("next-step", ["2026-03-10", "2026-03-30"], entry=ENTRY)  # a week apart
    assert "1 with another date" in text(brief(history=history), since=START + timedelta(3))
    assert "none moved" in text(brief(history=history), since=START + timedelta(10))
    assert "Commitments 1 new Talk" in text(brief(history=history)), "a new one that moved is new"
    both = (*history, *steps("next-step", ["2026-03-12"], entry=OTHER))
    assert "1 with another date" in text(brief(history=both), since=START + timedelta(3))


def test_what_they_wanted_to_talk_about_last_month_stands_below() -> None:
    lines = {"": {"lines": ["My phone", "The annex"]}}
    briefing = brief(told("agenda", "for-the-call", lines, session=1), told("agenda", "for-the-call", lines))
    assert text(briefing).endswith("Talk last month My phone The annex")
    assert text(brief()).endswith("Talk last month nothing noted")
