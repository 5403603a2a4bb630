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
    from collections.abc import Mapping

__all__ = [
    "FILE",
    "Before",
    "Briefing",
    "Declared",
    "Meeting",
    "Person",
    "Repeat",
    "Step",
    "alone",
]

FILE = "briefing.json"
_OF_OTHERS = frozenset({"show_if", "same_as", "renamed_from"})


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
    minutes: int = 0
    moved_to: str = ""


class Declared(Record):
    """An exercise that the coach may know of, as a session declares it."""

    kind: str
    session: int
    id: str
    literals: dict[str, Any]

    @classmethod
    def of(cls, exercise: Exercise, session: int) -> Declared:
        """Return the JSON of an exercise."""
        return cls(kind=exercise.kind, session=session, id=exercise.id, literals=alone(exercise.literals()))


def alone(literals: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exercise's literals without those that name another one: that may be private.

    Examples
    --------
    >>> alone({"prompt": "And now?", "show_if": {"exercise": "first-guess", "is": ["saved"]}})
    {'prompt': 'And now?'}
    """
    return {name: value for name, value in literals.items() if name not in _OF_OTHERS}


class Step(Record):
    """One moment in the life of a commitment: what state and date it had from then on."""

    session: int
    exercise: str
    entry: str
    at: datetime
    state: str
    due: str


class Repeat(Record):
    """A scale that repeats an earlier one, and the one that looks back on it.

    Parameters
    ----------
    now, then
        Ids of the scale of this session and of the earlier one.
    then_session
        Where the earlier one stands.
    looking_back
        Id of the scale, in this session, that rates the beginning as it is seen now; ``""`` if none.
    """

    now: str
    then: str
    then_session: int
    looking_back: str = ""


class Before(Record):
    """The month before, in numbers: what this one is compared with. No words of anybody.

    Parameters
    ----------
    session, call
        Which month, and its call.
    since
        When that call began, or its days did: what happened from then on is new.
    done, total
        Of that session's exercises that the coach may know of.
    settled
        State → how many commitments of earlier months came to it since then.
    named
        ``session/id`` of all exercises that are counted here: once one of them is made private,
        the numbers go, too.
    """

    session: int
    call: Meeting
    since: datetime
    done: int
    total: int
    settled: dict[str, int]
    named: tuple[str, ...]


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
    history
        Of the commitments among them, oldest first.
    opened
        Ids of this session's exercises above that were opened.
    repeats
        Which of the scales above repeat which.
    before
        The month before; ``None`` in the first.
    after
        The call after this one; ``None`` at the last.
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
    history: tuple[Step, ...] = ()
    opened: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    before: Before | None = None
    after: Meeting | None = None

    def here(self) -> tuple[Declared, ...]:
        """Return the exercises of this session, without those that coaches write."""
        return tuple(one for one in self.exercises if one.session == self.session)

    def rows(self, session: int, exercise: str) -> tuple[Answer, ...]:
        """Return the rows of one exercise."""
        return tuple(row for row in self.answers if (row.session, row.exercise) == (session, exercise))
