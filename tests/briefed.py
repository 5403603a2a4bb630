"""A briefing put together by hand, for tests of what is made from one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import Answer
from mdli_workbook.briefing import Briefing, Declared, Meeting, Person, Repeat, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdli_workbook.answers import Value

START = datetime(2026, 3, 1, 15, tzinfo=UTC)
ENTRY = "0b6d3a52-6a0e-4c39-9d7e-0e9a3a1c5b11"
OTHER = "5f0c1c5a-94de-4b7c-8a39-6f3b1e2d7c02"

Told = tuple[Declared, tuple[Answer, ...]]


def told(
    kind: str, name: str, values: Mapping[str, Value] | None = None, *, session: int = 2, **literals: Any
) -> Told:
    """Return an exercise that a briefing names, and its rows."""
    rows = [
        Answer(
            f"{session}-{name}-{entry}", "ana", "spring", "ana", session, name, entry, value, "coach", START
        )
        for entry, value in (values or {}).items()
    ]
    return Declared(kind=kind, session=session, id=name, literals=literals), tuple(rows)


def steps(name: str, dues: Sequence[str], *, session: int = 2, entry: str = ENTRY) -> tuple[Step, ...]:
    """Return the history of an open promise whose date moved, a week between the moves."""
    return tuple(
        Step(
            session=session, exercise=name, entry=entry, at=START + timedelta(weeks=n), state="open", due=due
        )
        for n, due in enumerate(dues)
    )


def brief(
    *exercises: Told,
    history: Sequence[Step] = (),
    opened: Sequence[str] = (),
    repeats: Sequence[Repeat] = (),
    today: date = date(2026, 3, 20),
) -> Briefing:
    """Return a briefing of session 2."""
    return Briefing(
        person=Person(id="ana", name="Ana Example"),
        coach="Sam Kim",
        session=2,
        title="Listen",
        held_on=date(2026, 2, 10),
        meeting=Meeting(number=2, window=(date(2026, 2, 16), date(2026, 2, 27))),
        today=today,
        exercises=tuple(declared for declared, _ in exercises),
        answers=tuple(row for _, rows in exercises for row in rows),
        history=tuple(history),
        opened=tuple(opened),
        repeats=tuple(repeats),
    )
