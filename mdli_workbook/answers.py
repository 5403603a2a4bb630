"""Answers as data: rows that are only ever added, and which of them count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads the field types of Answer
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "AUDIENCES",
    "Answer",
    "Audience",
    "Conflict",
    "Draft",
    "Event",
    "Saved",
    "newest",
    "values_of",
]

Audience = Literal["private", "coach", "program", "participant", "self"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

Value = dict[str, Any] | None
"""JSON of the kind's value schema; ``None`` is a removed entry."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One saved value of an exercise: a row that never changes.

    Parameters
    ----------
    id
        UUID given by the client, so that the same save sent twice is one row.
    author
        Id of the person who wrote it: the participant, or a coach.
    cohort, participant, session, exercise
        What it answers.
    entry
        UUID of the repetition in a log or of the promise in a commitment; ``""`` if none.
    value
        JSON by the kind's value schema; ``None`` for an entry that was removed.
    audience
        Who may read it besides its author.
    saved_at
        When the store had it on disk (UTC).
    replaces
        Id of the row it was based on; ``""`` for the first one.
    """

    id: str
    author: str
    cohort: str
    participant: str
    session: int
    exercise: str
    entry: str
    value: Value
    audience: Audience
    saved_at: datetime
    replaces: str = ""

    @property
    def key(self) -> tuple[str, int, str, str]:
        """Participant, session, exercise and entry: of each key the newest row counts."""
        return self.participant, self.session, self.exercise, self.entry


@dataclass(frozen=True, slots=True)
class Draft:
    """A value on its way to the store: an answer without its time.

    ``based_on`` is the id of the row that the writer saw; ``""`` if there was none.
    """

    id: str
    author: str
    cohort: str
    participant: str
    session: int
    exercise: str
    value: Value
    audience: Audience
    entry: str = ""
    based_on: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """The row is on disk."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was written: somebody saved `newer` after the row the writer had seen."""

    newer: Answer


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, without any text: opened, call held, report read, erased.

    Parameters
    ----------
    id
        UUID given by the client.
    what
        ``opened``, ``call-held``, ``call-missed``, ``call-moved``, ``call-planned``, ``attended``,
        ``report-read``, ``erased``; ``renamed``, see :mod:`mdli_workbook.names`.
    who
        Id of the person who did it.
    participant, session, exercise
        What it concerns; ``""`` or 0 where that does not apply.
    at
        When (UTC).
    minutes
        Of an attendance, or of a claim as minutes; otherwise 0.
    replaces
        Id of the event that it corrects; ``""`` if none.
    """

    id: str
    what: str
    who: str
    participant: str
    at: datetime
    session: int = 0
    exercise: str = ""
    minutes: int = 0
    replaces: str = ""


def newest(rows: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the last row of each key, in the order in which the keys first appear.

    Parameters
    ----------
    rows
        Answers in the order in which they were saved.
    """
    last: dict[tuple[str, int, str, str], Answer] = {}
    for row in rows:
        last[row.key] = row
    return tuple(last.values())


def values_of(rows: Iterable[Answer], exercise: str) -> Mapping[str, Value]:
    """Return entry → value of one exercise from its newest rows."""
    return {row.entry: row.value for row in rows if row.exercise == exercise}
