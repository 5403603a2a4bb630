"""How fresh a report is, from rows and events alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from mdli_workbook.answers import Answer, Event
from mdli_workbook.shelf import Fingerprint, Marker, closed_at
from mdli_workbook.site.freshness import fresh, shared_after, shared_since

if TYPE_CHECKING:
    from collections.abc import Sequence

MADE_AT = datetime(2026, 3, 3, 20, 2, tzinfo=UTC)
BEFORE, LATER = MADE_AT - timedelta(hours=1), MADE_AT + timedelta(hours=1)
CHICAGO = ZoneInfo("America/Chicago")
MARKER = Marker(
    "spring", "ana", 3, "then-coach", "Then coach", ("a1",), ("3/why", "2/next-step"),
    Fingerprint("t", "p", "b"), MADE_AT,
)  # fmt: skip


def row(name: str, exercise: str = "why", at: datetime = LATER, **changes: Any) -> Answer:
    usual: dict[str, Any] = {
        "author": "ana", "cohort": "spring", "participant": "ana", "session": 3, "entry": "",
        "value": {"text": "words"}, "audience": "coach",
    }  # fmt: skip
    return Answer(id=name, exercise=exercise, saved_at=at, **usual | changes)


def event(what: str, at: datetime = LATER) -> Event:
    return Event("0", what, "kim", "ana", at, 3)


def names(rows: Sequence[Answer]) -> list[str]:
    return [one.id for one in rows]


def test_a_report_says_as_of_when_and_how_many_answers_were_shared_since() -> None:
    rows = [row("a1", at=BEFORE), row("a2", "and-now"), row("a3", "for-the-call")]
    assert fresh(MARKER, rows, (), CHICAGO).words == "as of 14:02 on 3 March; two answers shared since"
    assert fresh(MARKER, rows[:1], (), CHICAGO).words == "as of 14:02 on 3 March; nothing shared since"
    assert fresh(MARKER, rows, (), CHICAGO).stale
    assert not fresh(MARKER, rows[:1], (), CHICAGO).stale


def test_what_the_report_shows_or_the_coach_may_not_read_is_not_shared_since() -> None:
    rows = [
        row("a1"),
        row("private", "to-myself", audience="private"),
        row("program", "climate", audience="program"),
        row("removed", "shadowing", entry="e1", value=None),
        row("of-a-later-session", session=4),
        row("of-somebody-else", participant="ben", author="ben"),
        row("order", "shadowing", value={"order": ["e1"]}),
    ]
    assert shared_since(MARKER, rows) == ()


def test_an_entry_of_an_exercise_that_was_made_private_is_not_shared_since() -> None:
    rows = [
        row("own", "shadowing", audience="private", value={"order": ["e1"]}),
        row("e", "shadowing", entry="e1"),
    ]
    assert shared_since(MARKER, rows) == ()


def test_an_answer_that_was_edited_in_the_second_of_the_report_counts() -> None:
    assert names(shared_since(MARKER, [row("a2", at=MADE_AT)])) == ["a2"]
    assert shared_since(MARKER, [row("a2", at=BEFORE)]) == ()


def test_of_earlier_sessions_only_what_a_report_carries_counts() -> None:
    rows = [
        row("named", "next-step", session=2, entry="e1", value={"state": "kept"}),
        row("open", "first-step", session=1, entry="e2", value={"state": "open"}),
        row("dropped", "first-step", session=1, entry="e3", value={"state": "dropped"}),
        row("old-reflection", "late-notes", session=1),
    ]
    assert names(shared_since(MARKER, rows)) == ["named", "open"]


def test_what_a_coach_writes_is_not_shared_by_the_participant() -> None:
    rows = [row("note", "coach-note", author="kim", audience="participant")]
    assert shared_after(rows, MADE_AT) == ()


def test_what_is_new_since_a_look_counts_from_any_session() -> None:
    own = row("own", "coach-own-note", audience="self")
    rows = [row("old", at=BEFORE), row("new"), row("first", session=1), own]
    assert names(shared_after(rows, MADE_AT)) == ["new", "first"]


def test_a_report_whose_call_was_recorded_is_closed_and_not_stale() -> None:
    closed = fresh(MARKER, [row("a2")], [event("call-held")], CHICAGO)
    assert closed.words == "as of 14:02 on 3 March; closed on 3 March, when the call was recorded"
    assert not closed.stale


@pytest.mark.parametrize(
    ("whats", "closed"),
    [
        ((), False),
        (("opened", "report-read"), False),
        (("call-held",), True),
        (("call-missed",), False),
        (("call-missed", "call-held"), True),
        (("call-held", "call-missed", "report-read"), False),
        (("call-held", "call-moved"), False),
    ],
)
def test_the_last_word_on_a_call_counts(whats: tuple[str, ...], closed: bool) -> None:  # noqa: FBT001
    assert closed_at([event(what) for what in whats]) == (LATER if closed else None)
