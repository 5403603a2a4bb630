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
from mdli_workbook.rows import ANSWERS, add_answers, add_event, few, key_of, read_answers
from mdli_workbook.sqlite import PATIENCE, make_private
from mdli_workbook.wordings import erased_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.names import Names

__all__ = ["Erased", "blank", "is_due", "scrub", "why_not_scrubbed"]

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
