"""The coordinator's status: as lines, as JSON, and as one HTML page. Ids, counts and dates.

Each is made person by person, so that ten thousand take no more memory than ten.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from mdli_workbook.status import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mdli_workbook.program import Program
    from mdli_workbook.status import CallStatus, PersonStatus, SessionStatus

__all__ = ["LEGEND", "as_json", "as_row", "heads", "json_lines", "lines", "mark"]

LEGEND = (
    "done | 3/8: so many parts of so many | begun: opened, nothing written | -: not opened",
    ".: still to come | !: overdue | ?: its call is past, and nobody recorded it",
)
WIDTHS = (18, 6, 11, 5)
"""Columns of a participant, a session, the next call, and the last activity: all of it is 80 wide."""


def mark(session: SessionStatus) -> str:
    """Say how one session stands in a few signs; :data:`LEGEND` explains them."""
    tally, state = session.tally, session.state
    words = {
        State.DONE: "done",
        State.PART: f"{tally.done}/{tally.total}",
        State.BEGUN: "begun",
        State.NOT_OPENED: "-" if session.expected else "." if not session.held else "",
    }
    return words[state] + "!" * session.overdue + "?" * session.call.overdue


def heads(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return the heads of the columns."""
    return "participant", *map(str, numbers), "next call", "last"


def as_row(person: PersonStatus, zone: ZoneInfo) -> tuple[str, ...]:
    """Return one participant as cells, with times in a zone."""
    last = f"{person.last.astimezone(zone):%m-%d}" if person.last else ""
    return person.who.id, *map(mark, person.sessions), _next(person, zone), last


def _next(person: PersonStatus, zone: ZoneInfo) -> str:
    call = person.next_call
    if call is None:
        return ""
    if call.starts_at is not None:
        return f"{call.starts_at.astimezone(zone):%m-%d %H:%M}"
    return f"{call.first:%m-%d}" if call.first == call.last else f"{call.first:%m-%d}/{call.last:%m-%d}"


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield rows as plain lines of at most 80 signs, without colours."""
    for first, *sessions, call, last in rows:
        who = first if len(first) <= WIDTHS[0] else f"{first[: WIDTHS[0] - 1]}\N{HORIZONTAL ELLIPSIS}"
        cells = (f"{one:>{WIDTHS[1]}}" for one in sessions)
        yield " ".join((f"{who:{WIDTHS[0]}}", *cells, f"{call:{WIDTHS[2]}}", last)).rstrip()


def as_json(person: PersonStatus) -> dict[str, Any]:
    """Return one participant as JSON; ``docs/status.md`` explains each word."""
    who = person.who
    return {
        "participant": who.id,
        "coach": who.coach_id,
        "joined_on": who.joined_on.isoformat() if who.joined_on else None,
        "left_on": who.left_on.isoformat() if who.left_on else None,
        "last_activity": _moment(person.last),
        "next_call": _call(person.next_call) if person.next_call else None,
        "sessions": [_session(one) for one in person.sessions],
    }


def _session(one: SessionStatus) -> dict[str, Any]:
    return {
        "session": one.session,
        "state": one.state.value,
        "done": one.tally.done,
        "total": one.tally.total,
        "minutes_left": one.tally.minutes_left,
        "last_activity": _moment(one.tally.last),
        "held": one.held,
        "expected": one.expected,
        "overdue": one.overdue,
        "call": _call(one.call),
    }


def _call(one: CallStatus) -> dict[str, Any]:
    return {
        "call": one.call,
        "state": one.state,
        "starts_at": _moment(one.starts_at),
        "minutes": one.minutes,
        "first_day": one.first.isoformat(),
        "last_day": one.last.isoformat(),
        "overdue": one.overdue,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def json_lines(
    program: Program, now: datetime, cohorts: Iterable[tuple[str, Iterable[PersonStatus]]]
) -> Iterator[str]:
    """Yield the whole as JSON, one line for each participant."""
    head = {"program": program.title, "time_zone": program.zone.key, "as_of": _moment(now)}
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "cohorts": ['
    for number, (cohort, people) in enumerate(cohorts):
        yield f'{"," * bool(number)}{{"cohort": {json.dumps(cohort)}, "participants": ['
        before = ""
        for person in people:
            if before:
                yield f"{before},"
            before = json.dumps(as_json(person))
        yield f"{before}]}}"
    yield "]}"
