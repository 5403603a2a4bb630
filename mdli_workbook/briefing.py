"""What one report may show, as data: all that a report's kernel ever gets to know.

`mdli` makes it from one query of the store, before any kernel starts; the kernel reads it from
``briefing.json`` in its own working folder. A private answer is not in it, and neither is a
private exercise, written or not.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import Answer
from mdli_workbook.curriculum import Exercise, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mdli_workbook.answers import Audience
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Participant, Program

__all__ = ["FILE", "Briefing", "Declared", "Meeting", "Person", "make_briefing"]

FILE = "briefing.json"


class Person(Record):
    """The participant, as the coach knows them."""

    id: str
    name: str
    role: str = ""
    organization: str = ""


class Meeting(Record):
    """The coaching call: its time if one is agreed, in the coach's time zone; else its window."""

    number: int
    window: tuple[date, date]
    starts_at: datetime | None = None
    zone: str = "UTC"
    state: str = "planned"


class Declared(Record):
    """An exercise that the coach may know of, as a session declares it."""

    kind: str
    session: int
    id: str
    literals: dict[str, Any]

    @classmethod
    def of(cls, exercise: Exercise, session: int) -> Declared:
        """Return the JSON of an exercise."""
        return cls(kind=exercise.kind, session=session, id=exercise.id, literals=exercise.literals())


class Briefing(Record):
    """Everything that one report may show.

    Parameters
    ----------
    person, coach
        Whom the call is with, and the coach's name.
    session, title, held_on
        The session that the report is about.
    meeting
        The call that it prepares.
    today
        The date that ages are counted to.
    exercises
        Those of this session whose audience is the coach, in the order of the page, and the
        earlier ones (other ``session``) that hold answers below.
    answers
        Newest rows that the coach may read, of this session and the ones before.
    """

    person: Person
    coach: str
    session: int
    title: str
    held_on: date
    meeting: Meeting
    today: date
    exercises: tuple[Declared, ...]
    answers: tuple[Answer, ...]

    def here(self) -> tuple[Declared, ...]:
        """Return the exercises of this session."""
        return tuple(one for one in self.exercises if one.session == self.session)

    def rows(self, session: int, exercise: str) -> tuple[Answer, ...]:
        """Return the rows of one exercise."""
        return _rows(self.answers, session, exercise)


def make_briefing(  # noqa: PLR0913 - it gathers from everywhere, once
    program: Program,
    participant: Participant,
    sessions: Sequence[Session],
    number: int,
    *,
    shared: Iterable[Answer],
    audiences: Mapping[tuple[int, str], Audience],
    today: date,
) -> Briefing:
    """Gather what report `number` of one participant may show.

    Parameters
    ----------
    program, participant
        From the program's files.
    sessions
        The curriculum.
    number
        Which session the report is about.
    shared
        Newest rows that the coach may read, of sessions up to `number`.
    audiences
        (session, exercise) → what the participant decided; where nothing was decided, the
        session file's default holds.
    today
        The date that ages are counted to.
    """
    rows = tuple(shared)
    session = next(one for one in sessions if one.session == number)
    here = [one for one in session.exercises if audiences.get((number, one.id), one.audience) == "coach"]
    carried = [
        (
            earlier.session,
            one,
            # the exercise's own row holds an order and no promise
            tuple(
                row for row in _rows(rows, earlier.session, one.id) if row.entry and one.carries(row.value)
            ),
        )
        for earlier in sessions
        if earlier.session < number
        for one in earlier.exercises
    ]
    kept = [row for one in here for row in _rows(rows, number, one.id)]
    kept += [row for _, _, open_rows in carried for row in open_rows]
    return Briefing(
        person=Person(
            id=participant.id,
            name=participant.name,
            role=participant.role,
            organization=participant.organization,
        ),
        coach=program.coach(participant.coach_id).name,
        session=number,
        title=session.title,
        held_on=program.session(number, participant.cohort).starts_at.date(),
        meeting=_meeting(program, participant, number),
        today=today,
        exercises=(
            *(Declared.of(one, number) for one in here),
            *(Declared.of(one, of) for of, one, open_rows in carried if open_rows),
        ),
        answers=tuple(kept),
    )


def _rows(rows: Iterable[Answer], session: int, exercise: str) -> tuple[Answer, ...]:
    return tuple(row for row in rows if (row.session, row.exercise) == (session, exercise))


def _meeting(program: Program, participant: Participant, number: int) -> Meeting:
    call = program.call_of(participant.id, number)
    return Meeting(
        number=number,
        starts_at=call.starts_at,
        zone=str(program.coach(participant.coach_id).zone),
        window=(call.call_from, call.call_until),
        state=call.state,
    )
