"""The two tables of the store, and the questions asked of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mdli_workbook.answers import AUDIENCES, Answer, Event
from mdli_workbook.names import NO_NAMES, RENAMED, Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mdli_workbook.answers import Draft

__all__ = [
    "ANSWERS",
    "EVENTS",
    "METADATA",
    "WITH_IDS",
    "add_answers",
    "add_event",
    "answer_with",
    "count_answers",
    "event_with",
    "key_of",
]
__all__ += ["few", "newest_of", "newest_where", "of_key", "of_person"]
__all__ += ["read_answers", "read_bare", "read_credited", "read_events", "read_names"]
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
    sa.Column("minutes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("replaces", sa.String(36), nullable=False, server_default=""),
    sa.Index("events_of_participant", "participant", "session"),
)


def of_person(participant: str, names: Names) -> sa.ColumnElement[bool]:
    """Return the condition that a row is a participant's, under whichever of their ids."""
    ids = names.ids_of(0, participant)
    return ANSWERS.c.participant == participant if len(ids) == 1 else ANSWERS.c.participant.in_(ids)


def of_key(participant: str, session: int, exercise: str, names: Names) -> sa.ColumnElement[bool]:
    """Return the condition that a row is a participant's answer to an exercise, under whichever ids."""
    c, ids = ANSWERS.c, names.ids_of(session, exercise)
    of_it = c.exercise == exercise if len(ids) == 1 else c.exercise.in_(ids)
    return sa.and_(of_person(participant, names), c.session == session, of_it)


def key_of(one: Draft | Event, names: Names) -> sa.ColumnElement[bool]:
    """Return the same for what a draft or an event is about."""
    return of_key(one.participant, one.session, one.exercise, names)


def _latest(names: Names) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """Return participant and exercise under their latest ids."""
    c = ANSWERS.c
    moved = {key: now for key, now in names.latest.items() if key[1] != now}
    people = [(c.participant == old, now) for (session, old), now in moved.items() if not session]
    exercises = [
        (sa.and_(c.session == session, c.exercise == old), now)
        for (session, old), now in moved.items()
        if session
    ]
    return (
        sa.case(*people, else_=c.participant) if people else c.participant,
        sa.case(*exercises, else_=c.exercise) if exercises else c.exercise,
    )


def newest_where(*where: sa.ColumnElement[bool], names: Names = NO_NAMES) -> sa.Select[Any]:
    """Return the query for the newest row of each key, in order of the keys' first rows.

    Parameters
    ----------
    where
        Which rows.
    names
        The ids that make one key.
    """
    c = ANSWERS.c
    participant, exercise = _latest(names)
    ends = (
        sa.select(sa.func.min(c.seq).label("first"), sa.func.max(c.seq).label("last"))
        .where(*where)
        .group_by(participant, c.session, exercise, c.entry)
        .subquery()
    )
    return sa.select(ANSWERS).join(ends, c.seq == ends.c.last).order_by(ends.c.first)


def read_answers(
    connection: sa.Connection, query: sa.Select[Any], names: Names = NO_NAMES
) -> tuple[Answer, ...]:
    """Run a query for rows of answers; return them under their latest ids."""
    found = (Answer(*row[1:]) for row in connection.execute(query))  # columns and fields, in one order
    return tuple(map(names.now, found)) if names.latest else tuple(found)


def _bare(query: sa.Select[Any]) -> sa.Select[Any]:
    c = ANSWERS.c
    return query.with_only_columns(
        c.id, c.participant, c.session, c.exercise, c.entry, c.value.is_not(None), c.audience
    )


_SOME: sa.BindParameter[Any] = sa.bindparam("some", expanding=True)
WITH_IDS = _bare(sa.select(ANSWERS).where(ANSWERS.c.id.in_(_SOME)))
"""The rows with `some` ids, for :func:`read_bare`."""
_NEWEST_OF = _bare(newest_where(ANSWERS.c.participant.in_(_SOME)))


def newest_of(names: Names) -> sa.Select[Any]:
    """Return the query for the newest rows of `some` participants, for :func:`read_bare`."""
    return _bare(newest_where(ANSWERS.c.participant.in_(_SOME), names=names)) if names.latest else _NEWEST_OF


def read_bare(
    connection: sa.Connection, query: sa.Select[Any], some: Sequence[str], names: Names = NO_NAMES
) -> Iterator[Answer]:
    """Run a query for rows of answers without words and times, for the rules of who may read what.

    The value of each is empty, or ``None`` if it has none. Such a question precedes every page of the
    coach site, and is answered several times as fast as by :func:`read_answers`.

    Parameters
    ----------
    connection
        In a transaction.
    query
        :data:`WITH_IDS` or that of :func:`newest_of`.
    some
        Ids, or participants under all of their ids.
    names
        The ids of now.
    """
    for row, participant, session, exercise, entry, has_value, audience in connection.execute(
        query, {"some": some}
    ):
        value: dict[str, Any] | None = {} if has_value else None
        yield names.now(Answer(row, "", "", participant, session, exercise, entry, value, audience, _NEVER))


_WHOSE: sa.BindParameter[Any] = sa.bindparam("whose", expanding=True)
_LAST_ANSWER = sa.select(sa.func.max(ANSWERS.c.seq)).where(ANSWERS.c.participant.in_(_WHOSE))
_LAST_ERASED = sa.select(sa.func.max(EVENTS.c.seq)).where(
    EVENTS.c.participant.in_(_WHOSE), EVENTS.c.what == "erased"
)
_VERSION = sa.select(_LAST_ANSWER.scalar_subquery(), _LAST_ERASED.scalar_subquery())


def version_of(connection: sa.Connection, ids: Sequence[str]) -> tuple[int, int]:
    """Return the last row that was added for a participant (all their ids), and the last event of erasing.

    Nothing else changes an answer: the database refuses it.
    """
    last, erased = connection.execute(_VERSION, {"whose": list(ids)}).one()
    return last or 0, erased or 0


def read_events(connection: sa.Connection, query: sa.Select[Any]) -> tuple[Event, ...]:
    """Run a query for rows of events."""
    return tuple(
        Event(event, what, who, participant, at, session, exercise, minutes, replaces)
        for _, event, what, who, participant, session, exercise, at, minutes, replaces in (
            connection.execute(query)
        )
    )


def count_answers(connection: sa.Connection, names: Names) -> tuple[tuple[str, int, str, int], ...]:
    """Return participant, session, exercise and how many of its entries hold something, under ids of now."""
    newest = newest_where(names=names).subquery().c
    query = sa.select(newest.participant, newest.session, newest.exercise, sa.func.count())
    query = query.where(newest.value.is_not(None)).group_by(*list(query.selected_columns)[:3])
    return tuple(
        (names.person(who), session, names.exercise(session, exercise), count)
        for who, session, exercise, count in connection.execute(query)
    )


CREDITED = ("attended", "credit-claimed")
"""Events on which credit hangs."""


def read_credited(connection: sa.Connection, call: str) -> tuple[tuple[Event, ...], tuple[Answer, ...]]:
    """Return attendance and claims of everybody, and every row of the exercise `call`, oldest first."""
    c, names = ANSWERS.c, read_names(connection)
    events = read_events(
        connection, sa.select(EVENTS).where(EVENTS.c.what.in_(CREDITED)).order_by(EVENTS.c.seq)
    )
    rows = read_answers(connection, sa.select(ANSWERS).where(c.exercise == call).order_by(c.seq), names)
    return tuple(map(names.event_now, events)), rows


_RENAMED = sa.select(EVENTS).where(EVENTS.c.participant == "", EVENTS.c.what == RENAMED)


def read_names(connection: sa.Connection) -> Names:
    """Return what people and exercises were called before; asked in every transaction, so by an index."""
    return Names.of(read_events(connection, _RENAMED.order_by(EVENTS.c.seq)))


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
