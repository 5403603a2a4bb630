"""The two tables of the store, and the questions asked of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mdli_workbook.answers import AUDIENCES, Answer, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "ANSWERS",
    "EVENTS",
    "METADATA",
    "NEWEST_OF",
    "WITH_IDS",
    "add_answers",
    "add_event",
    "answer_with",
    "event_with",
]
__all__ += ["few", "newest_where", "read_answers", "read_bare", "read_events"]
__all__ += ["version_of"]


class _UtcTime(sa.types.TypeDecorator[datetime]):
    """SQLite forgets the zone: write UTC, read UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


_NEVER = datetime.min.replace(tzinfo=UTC)
METADATA = sa.MetaData()

ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("cohort", sa.String(64), nullable=False),
    sa.Column("participant", sa.String(64), nullable=False),
    sa.Column("session", sa.Integer, nullable=False),
    sa.Column("exercise", sa.String(64), nullable=False),
    sa.Column("entry", sa.String(36), nullable=False),
    sa.Column("value", sa.JSON(none_as_null=True)),
    sa.Column("audience", sa.String(16), nullable=False),
    sa.Column("saved_at", _UtcTime, nullable=False),
    sa.Column("replaces", sa.String(36), nullable=False),
    sa.CheckConstraint(f"audience IN {AUDIENCES}", name="audience_is_known"),
    sa.Index("newest_by_key", "participant", "session", "exercise", "entry", "seq"),
)
EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("what", sa.String(64), nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("participant", sa.String(64), nullable=False),
    sa.Column("session", sa.Integer, nullable=False),
    sa.Column("exercise", sa.String(64), nullable=False),
    sa.Column("at", _UtcTime, nullable=False),
    sa.Index("events_of_participant", "participant", "session"),
)


def newest_where(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return the query for the newest row of each key, in order of the keys' first rows."""
    c = ANSWERS.c
    ends = (
        sa.select(sa.func.min(c.seq).label("first"), sa.func.max(c.seq).label("last"))
        .where(*where)
        .group_by(c.participant, c.session, c.exercise, c.entry)
        .subquery()
    )
    return sa.select(ANSWERS).join(ends, c.seq == ends.c.last).order_by(ends.c.first)


def read_answers(connection: sa.Connection, query: sa.Select[Any]) -> tuple[Answer, ...]:
    """Run a query for rows of answers."""
    return tuple(Answer(*row[1:]) for row in connection.execute(query))  # columns and fields, in one order


def _bare(query: sa.Select[Any]) -> sa.Select[Any]:
    c = ANSWERS.c
    return query.with_only_columns(
        c.id, c.participant, c.session, c.exercise, c.entry, c.value.is_not(None), c.audience
    )


_SOME: sa.BindParameter[Any] = sa.bindparam("some", expanding=True)
WITH_IDS = _bare(sa.select(ANSWERS).where(ANSWERS.c.id.in_(_SOME)))
"""The rows with `some` ids, for :func:`read_bare`."""
NEWEST_OF = _bare(newest_where(ANSWERS.c.participant.in_(_SOME)))
"""The newest rows of `some` participants, for :func:`read_bare`."""


def read_bare(connection: sa.Connection, query: sa.Select[Any], some: Sequence[str]) -> Iterator[Answer]:
    """Run a query for rows of answers without words and times, for the rules of who may read what.

    The value of each is empty, or ``None`` if it has none. Such a question precedes every page of the
    coach site, and is answered several times as fast as by :func:`read_answers`.

    Parameters
    ----------
    connection
        In a transaction.
    query
        :data:`WITH_IDS` or :data:`NEWEST_OF`.
    some
        Ids, or participants.
    """
    for row, participant, session, exercise, entry, has_value, audience in connection.execute(
        query, {"some": some}
    ):
        value: dict[str, Any] | None = {} if has_value else None
        yield Answer(row, "", "", participant, session, exercise, entry, value, audience, _NEVER)


_WHOSE: sa.BindParameter[str] = sa.bindparam("participant")
_LAST_ANSWER = sa.select(sa.func.max(ANSWERS.c.seq)).where(ANSWERS.c.participant == _WHOSE)
_LAST_ERASED = sa.select(sa.func.max(EVENTS.c.seq)).where(
    EVENTS.c.participant == _WHOSE, EVENTS.c.what == "erased"
)
_VERSION = sa.select(_LAST_ANSWER.scalar_subquery(), _LAST_ERASED.scalar_subquery())


def version_of(connection: sa.Connection, participant: str) -> tuple[int, int]:
    """Return the last row that was added for a participant, and the last event that told of erasing.

    Nothing else changes an answer: the database refuses it.
    """
    last, erased = connection.execute(_VERSION, {"participant": participant}).one()
    return last or 0, erased or 0


def read_events(connection: sa.Connection, query: sa.Select[Any]) -> tuple[Event, ...]:
    """Run a query for rows of events."""
    return tuple(
        Event(event, what, who, participant, at, session, exercise)
        for _, event, what, who, participant, session, exercise, at in connection.execute(query)
    )


def answer_with(connection: sa.Connection, row_id: str) -> Answer | None:
    """Return the answer with this id, if there is one."""
    return next(iter(read_answers(connection, sa.select(ANSWERS).where(ANSWERS.c.id == row_id))), None)


def event_with(connection: sa.Connection, row_id: str) -> Event | None:
    """Return the event with this id, if there is one."""
    return next(iter(read_events(connection, sa.select(EVENTS).where(EVENTS.c.id == row_id))), None)


def add_answers(connection: sa.Connection, rows: Sequence[Answer]) -> None:
    """Add rows in this order."""
    connection.execute(ANSWERS.insert(), [dataclasses.asdict(row) for row in rows])


def add_event(connection: sa.Connection, event: Event) -> None:
    """Add one event."""
    connection.execute(EVENTS.insert(), dataclasses.asdict(event))


def few(ids: Iterable[str], at_once: int = 500) -> Iterator[Sequence[str]]:
    """Yield ids in portions that one statement can take."""
    every = sorted(ids)
    for start in range(0, len(every), at_once):
        yield every[start : start + at_once]
