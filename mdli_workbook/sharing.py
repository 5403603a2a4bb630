"""What a coach may no longer read of what reports show: the two questions that are asked before each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.access import for_coaches, shared_with_coach
from mdli_workbook.rows import WITH_IDS, few, newest_of, read_bare, read_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa

    from mdli_workbook.answers import Answer
    from mdli_workbook.names import Names

__all__ = ["closed", "unshared"]


def closed(
    connection: sa.Connection, exercises: Iterable[tuple[str, int, str]]
) -> frozenset[tuple[str, int, str]]:
    """Return those of some exercises that the participant decided to keep from the coach.

    Parameters
    ----------
    connection
        In a transaction.
    exercises
        Participant, session and exercise, under whichever of their ids a report names them.
    """
    names = read_names(connection)
    now = {(who, of, one): (names.person(who), of, names.exercise(of, one)) for who, of, one in exercises}
    newest = _newest(connection, {who for who, _, _ in now}, names)
    decided = {row.key[:3]: row.audience for row in newest if not row.entry}
    return frozenset(one for one, key in now.items() if not for_coaches(decided.get(key, "coach")))


def unshared(connection: sa.Connection, ids: Iterable[str]) -> frozenset[str]:
    """Return those of some rows' ids whose answer a coach may no longer read, whatever it is called now."""
    asked, names = frozenset(ids), read_names(connection)
    rows = [row for some in few(asked) for row in read_bare(connection, WITH_IDS, some, names)]
    readable = {
        row.key for row in shared_with_coach(_newest(connection, {row.participant for row in rows}, names))
    }
    return asked - {row.id for row in rows if row.key in readable and row.value is not None}


def _newest(connection: sa.Connection, people: Iterable[str], names: Names) -> list[Answer]:
    ids = {one for who in people for one in names.ids_of(0, who)}
    query = newest_of(names)
    return [row for some in few(ids) for row in read_bare(connection, query, some, names)]
