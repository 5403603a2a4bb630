"""Erase for good: blank the words in every row of an answer, then get their bytes off the disk.

A row that was erased keeps its id, time, author, audience and what it replaced; its value is
NULL, as that of a removed entry, so whoever reads answers sees nothing there. One event
``erased`` tells when and by whom. Where the newest row lost its words, one more without a value
comes behind it, so that a window which still shows them meets a conflict and cannot save them
unasked. Of one earlier wording, only the rows that it stands for are blanked.

Blanking alone leaves the words in free parts of the file, in the write-ahead log and in copies
made before a schema step. :func:`scrub` takes them out of all of these. The file remembers
that this is due (``user_version``), in the transaction that blanks: a crash in between is made
good when the store is opened next. Backups that people took elsewhere, and a file system that
keeps old blocks or snapshots, are out of reach.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mdli_workbook.answers import newest
from mdli_workbook.names import NO_NAMES
from mdli_workbook.rows import ANSWERS, add_answers, add_event, event_with, few, key_of, read_answers
from mdli_workbook.sqlite import PATIENCE, engine_of, make_private, unusable, writing
from mdli_workbook.wordings import erased_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.names import Names

__all__ = ["Erased", "blank", "blank_person", "blank_rows", "is_due", "scrub", "why_not_scrubbed"]

DUE, DONE = 1, 0


@dataclasses.dataclass(frozen=True, slots=True)
class Erased:
    """The words are in no row any more.

    Parameters
    ----------
    rows
        The newest rows of the exercise, as far as they hold something.
    remains
        Why bytes of the words may still be on the disk until the store is opened next, in a
        sentence; ``""`` if they are gone.
    """

    rows: tuple[Answer, ...]
    remains: str = ""


def blank(
    connection: sa.Connection,
    event: Event,
    entry: str | None,
    wording: str | None = None,
    names: Names = NO_NAMES,
) -> None:
    """Blank what the event's person may erase of an exercise, of one entry of it, or of one wording.

    A participant erases all that was written under it except a coach's notes to them or to
    themself; whoever else, only what they wrote. With nothing to erase, nothing is written.

    Parameters
    ----------
    connection
        In a transaction that excludes other writers.
    event
        Who erases what; its id makes those of the rows that are added.
    entry
        The entry, ``""`` for an exercise without any; ``None`` for all of the exercise.
    wording
        The revision of one wording of that entry: the other wordings stay; ``None`` for all.
    names
        Under whichever ids it was written, it goes.
    """
    asked = sa.select(ANSWERS).where(*_asked(event, entry, names)).order_by(ANSWERS.c.seq)
    written = read_answers(connection, asked)
    rows = tuple(map(names.now, written))
    event = names.event_now(event)
    gone = [row for row in rows if row.value is not None and _may_erase(event, row)]
    if wording is not None:
        with_it = erased_with(rows, wording)
        gone = [row for row in gone if row.id in with_it]
    if not gone:
        return
    ids = {row.id for row in gone}
    for told in _told(event, (row for row in written if row.id in ids)):
        add_event(connection, told)  # first: the database blanks nothing that no event tells of
    for some in few(ids):
        connection.execute(ANSWERS.update().where(ANSWERS.c.id.in_(some)).values(value=sa.null()))
    last = [row for row in newest(rows) if row in gone]
    if last:
        add_answers(connection, [_after(row, event) for row in last])
    connection.exec_driver_sql(f"PRAGMA user_version = {DUE}")


def is_due(connection: sa.Connection) -> bool:
    """Whether words were blanked whose bytes may still be on the disk."""
    return bool(connection.exec_driver_sql("PRAGMA user_version").scalar() == DUE)


def why_not_scrubbed(path: Path, patience: float = PATIENCE) -> str:
    """Take erased bytes off the disk; return why they may still be there, ``""`` if they are gone."""
    try:
        scrub(path, patience)
        make_private(path)
    except (sqlite3.Error, OSError) as error:
        return f"the store's file could not be rewritten yet ({error}); each opening of the store tries again"
    return ""


def scrub(path: Path, patience: float = PATIENCE) -> None:
    """Rewrite a store's file, its log and its older copies without what was erased.

    Parameters
    ----------
    path
        The store's file; it may be in use.
    patience
        Seconds to wait for other processes.

    Raises
    ------
    sqlite3.Error, OSError
        If another process reads or writes for too long, or the disk is full. What was done so
        far holds, and doing it again is safe.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as store:
        blanked = [row[0] for row in store.execute("SELECT id FROM answers WHERE value IS NULL")]
        for copy in path.parent.glob(f"{path.stem}-schema-*{path.suffix}"):
            _scrub_copy(copy, blanked, patience)
        for cut_off in path.parent.glob(f".{path.stem}-schema-*{path.suffix}.part*"):
            cut_off.unlink(missing_ok=True)
        store.execute("PRAGMA synchronous = FULL")
        store.execute("VACUUM")
        _empty_log(store)
        store.execute(f"PRAGMA user_version = {DONE}")
        _empty_log(store)


def _scrub_copy(path: Path, blanked: list[str], patience: float) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as copy:
        copy.execute("BEGIN IMMEDIATE")
        with _writable_rows(copy):
            copy.executemany("UPDATE answers SET value = NULL WHERE id = ?", ((one,) for one in blanked))
        copy.execute("COMMIT")
        copy.execute("VACUUM")
        _empty_log(copy)


@contextlib.contextmanager
def _writable_rows(copy: sqlite3.Connection) -> Iterator[None]:
    """Take the trigger away that refuses updates, and put the same one back."""
    found = copy.execute("SELECT sql FROM sqlite_master WHERE name = 'answers_no_update'").fetchone()
    if found:
        copy.execute("DROP TRIGGER answers_no_update")
    yield
    if found:
        copy.execute(found[0])


def _empty_log(store: sqlite3.Connection) -> None:
    busy, *_ = store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("another process is reading the store")


def _told(event: Event, gone: Iterable[Answer]) -> Iterator[Event]:
    """Yield the event, and one like it for each earlier id under which there were words."""
    yield event
    for participant, exercise in sorted({(row.participant, row.exercise) for row in gone}):
        if (participant, exercise) != (event.participant, event.exercise):
            own = str(uuid.uuid5(uuid.UUID(event.id), f"erased of {participant} {exercise}"))
            yield dataclasses.replace(event, id=own, participant=participant, exercise=exercise)


def _asked(event: Event, entry: str | None, names: Names) -> Iterator[sa.ColumnElement[bool]]:
    yield key_of(event, names)
    if entry is not None:
        yield ANSWERS.c.entry == entry


def _may_erase(event: Event, row: Answer) -> bool:
    own = event.who == event.participant and row.audience not in {"participant", "self"}
    return own or row.author == event.who


def _after(row: Answer, event: Event) -> Answer:
    return dataclasses.replace(
        row,
        id=str(uuid.uuid5(uuid.UUID(event.id), f"erased {row.entry}")),
        author=event.who,
        value=None,
        saved_at=event.at,
        replaces=row.id,
    )


def blank_rows(path: Path, ids: Iterable[str], events: Iterable[Event]) -> int:
    """Blank rows of a store that is not in use, by their ids, and take their bytes off the disk.

    Parameters
    ----------
    path
        The store's file.
    ids
        Of rows; those that it does not have, or that hold nothing, are no matter.
    events
        That tell of it; those that it has already are no matter.

    Returns
    -------
    int
        How many lost their words.
    """
    engine = writing(engine_of(path, create=False))
    count = 0
    try:
        with unusable(path), engine.begin() as connection:
            for event in events:
                if event_with(connection, event.id) is None:
                    add_event(connection, event)
            for some in few(ids):
                these = (ANSWERS.c.id.in_(some), ANSWERS.c.value.is_not(None))
                changed = connection.execute(ANSWERS.update().where(*these).values(value=sa.null()))
                count += changed.rowcount
            connection.exec_driver_sql(f"PRAGMA user_version = {DUE}")
    finally:
        engine.dispose()
    with unusable(path):
        scrub(path)
    return count


def blank_person(connection: sa.Connection, ids: Iterable[str], told: Event, keep: str) -> int:
    """Blank everything that anybody wrote under or about one person, but the exercise `keep`.

    Parameters
    ----------
    connection
        In a transaction that excludes other writers.
    ids
        All of the person's.
    told
        The event, of no exercise; each exercise gets one like it.
    keep
        Id of an exercise without words that others still count on.

    Returns
    -------
    int
        How many rows lost their words.
    """
    c = ANSWERS.c
    where = (c.participant.in_(sorted(ids)), c.exercise != keep)
    rows = read_answers(connection, sa.select(ANSWERS).where(*where).order_by(c.seq))
    gone = [row for row in rows if row.value is not None]
    events: dict[tuple[str, int, str], Event] = {}
    for key in sorted({row.key[:3] for row in gone}):
        own = str(uuid.uuid5(uuid.UUID(told.id), " ".join(map(str, key))))
        events[key] = dataclasses.replace(told, id=own, participant=key[0], session=key[1], exercise=key[2])
        add_event(connection, events[key])
    for some in few(row.id for row in gone):
        connection.execute(ANSWERS.update().where(c.id.in_(some)).values(value=sa.null()))
    last = [row for row in newest(rows) if row.value is not None]
    if last:
        add_answers(connection, [_after(row, events[row.key[:3]]) for row in last])
    connection.exec_driver_sql(f"PRAGMA user_version = {DUE}")
    return len(gone)
