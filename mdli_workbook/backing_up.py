"""A whole program in one file, and back: ``mdli backup`` and ``mdli restore``.

The store is copied by SQLite itself while people write, and rewritten so that no erased byte comes along. Not
in it is what is made again (rendered pages, scratch) and what must not outlive this machine: the secret that
signs coaches' cookies, and codes for a new password. The hashes of coaches' passwords are in it. So whoever
has the file has everything that the program has.

A backup holds what was not erased yet when it was made. It lists, without words, what was erased by then: so
an older one can be restored with the list of a newer one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from mdli_workbook import shelf
from mdli_workbook.answers import Event
from mdli_workbook.archive import TOPS, open_archive, write_archive
from mdli_workbook.edition import package_version
from mdli_workbook.erasing import blank_rows, scrub
from mdli_workbook.errors import Problem, RecordsRefused, StoreUnusable
from mdli_workbook.program import store_address
from mdli_workbook.records import check_empty, whole_folder
from mdli_workbook.rows import ANSWERS, EVENTS, read_events
from mdli_workbook.sqlite import address_of, back_up, file_of, unusable
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["BackedUp", "Erasures", "Restored", "back_up_program", "erasures_of", "restore_program"]

STORE = ".mdli/answers.db"
_LEFT_OUT = frozenset({"site-secret", "resets.json", "lock", "lock-holder.json", "scratch", "pages"})
"""Of ``.mdli``: what is made again, and what must not come back."""
_STORE_LINE = re.compile(r"^\s*store\s*=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds, in counts, and what is not in it."""

    files: int
    answers: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what the coordinator should know."""

    files: int
    made_at: datetime
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erasures:
    """What was erased for good, without words: the rows, and the events that tell of it."""

    rows: tuple[str, ...]
    events: tuple[Event, ...]


def back_up_program(folder: Path, file: Path, now: datetime, scratch: Path) -> BackedUp:
    """Write a program into one new file, for this account only, and read it back.

    Parameters
    ----------
    folder
        The program folder.
    file
        Where to; it is there whole, or not at all.
    now
        When.
    scratch
        From :func:`~mdli_workbook.files.lock_program`.

    Raises
    ------
    RecordsRefused
        If the file is there already, or stands in the program, or the store is no SQLite file.
    """
    _check_target(folder, file)
    store = _store_of(folder)
    files, left_out = _files_of(folder, store)
    said: dict[str, Any] = {"made_by": f"mdli-workbook {package_version()}", "answers": 0, "erased": None}
    if store.exists():
        copy = scratch / "answers.db"
        with unusable(store):
            back_up(store, copy)
            scrub(copy)
        said |= _described(copy)
        files[STORE] = copy
    part = file.with_name(f".{file.name}.part")
    try:
        write_archive(part, files, said, now)
        count = len(open_archive(part).items)
        _name(part, file)
    finally:
        part.unlink(missing_ok=True)
    return BackedUp(count, said["answers"], tuple(left_out))


def _check_target(folder: Path, file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise RecordsRefused(
            [Problem(str(file), 0, "is there already, and a backup replaces none; name another")]
        )
    home = file.absolute().parent
    if not home.is_dir():
        raise RecordsRefused([Problem(str(home), 0, "is no folder; make it, or name a file in another one")])
    inside = [folder.resolve() / top for top in TOPS]
    if any(home.resolve().is_relative_to(one) for one in inside):
        raise RecordsRefused(
            [Problem(str(file), 0, "stands inside of what is backed up; name a file elsewhere")]
        )


def _store_of(folder: Path) -> Path:
    address = store_address(folder)
    try:
        return file_of(address)
    except StoreUnusable as error:
        if address.startswith("postgres"):
            message = (
                "its store is PostgreSQL, which backs itself up: use pg_dump, and copy the folder's files"
            )
            raise RecordsRefused([Problem("program.toml", 0, message)]) from None
        raise error from None


def _name(part: Path, file: Path) -> None:
    """Give a finished file its name; one that came there meanwhile stays."""
    try:
        os.link(part, file)
    except FileExistsError:
        raise RecordsRefused([Problem(str(file), 0, "is there already; name another")]) from None
    except OSError:  # a disk without links, such as a stick
        part.rename(file)
    with contextlib.suppress(OSError):
        handle = os.open(file.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _files_of(folder: Path, store: Path) -> tuple[dict[str, Path], list[str]]:
    """Return what is backed up, by its path in the folder, and what is left out as no plain file."""
    files: dict[str, Path] = {}
    left_out: list[str] = []
    for name, path in _walk(folder, store):
        if path.is_symlink() or not path.is_file():
            left_out.append(name)
        else:
            files[name] = path
    return files, left_out


def _walk(folder: Path, store: Path) -> Iterator[tuple[str, Path]]:
    for top in TOPS:
        start = folder / top
        if start.is_symlink() or start.is_file():
            yield top, start
            continue
        for home, folders, names in os.walk(start):
            here = start / os.path.relpath(home, start) if home != str(start) else start
            links = [one for one in folders if (here / one).is_symlink()]
            folders[:] = sorted(
                one for one in folders if one not in links and _is_kept(folder, here / one, store)
            )
            for name in sorted([*names, *links]):
                path = here / name
                if _is_kept(folder, path, store):
                    yield path.relative_to(folder).as_posix(), path


def _is_kept(folder: Path, path: Path, store: Path) -> bool:
    if path.name == ".ipynb_checkpoints" or path.name.endswith((".part", ".lock")):
        return False
    if path.parent == folder / ".mdli" and path.name in _LEFT_OUT:
        return False
    begins = (f"{store.stem}-schema-", f"{store.name}-wal", f"{store.name}-shm", f".{store.stem}-schema-")
    beside = path.parent.resolve() == store.parent.resolve()
    return not (beside and (path.name == store.name or path.name.startswith(begins)))


def _described(copy: Path) -> dict[str, Any]:
    """Check a copy of the store, and say without words what is in it."""
    with contextlib.closing(sqlite3.connect(copy)) as found:
        said = found.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise RecordsRefused([Problem("the store", 0, "is damaged; put the last backup in its place")])
        answers = found.execute("SELECT count(*) FROM answers").fetchone()[0]
    return {"answers": answers, "erased": _plain(_erased_in(address_of(copy)))}


def erasures_of(newer: Path) -> Erasures:
    """Return what is erased in a program folder, or was when a backup was made.

    Raises
    ------
    RecordsRefused, StoreUnusable
        If it is neither.
    """
    if newer.is_dir():
        return _erased_in(store_address(newer))
    said = open_archive(newer).said.get("erased") or {"rows": [], "events": []}
    try:
        events = tuple(Event(**one | {"at": datetime.fromisoformat(one["at"])}) for one in said["events"])
        return Erasures(tuple(str(UUID(one)) for one in said["rows"]), events)
    except (KeyError, TypeError, ValueError):
        raise RecordsRefused([Problem(newer.name, 0, "its list of what was erased is damaged")]) from None


def _erased_in(address: str) -> Erasures:
    with Store.open(address, create=False) as store, store.look() as (connection, _):
        rows = connection.scalars(
            sa.select(ANSWERS.c.id).where(ANSWERS.c.value.is_(None)).order_by(ANSWERS.c.seq)
        )
        events = sa.select(EVENTS).where(EVENTS.c.what == "erased").order_by(EVENTS.c.seq)
        return Erasures(tuple(rows), read_events(connection, events))


def _plain(erased: Erasures) -> Mapping[str, Any]:
    events = [dataclasses.asdict(one) | {"at": one.at.isoformat()} for one in erased.events]
    return {"rows": list(erased.rows), "events": events}


def restore_program(file: Path, folder: Path, newer: Path | None = None) -> Restored:
    """Put a program back: all of it, or nothing.

    Parameters
    ----------
    file
        From :func:`back_up_program`; anything else is refused.
    folder
        New or empty.
    newer
        A program folder or a newer backup: what is erased there is erased here, too.

    Raises
    ------
    RecordsRefused
        With everything wrong; nothing was written.
    """
    check_empty(folder)
    erased = erasures_of(newer) if newer is not None else Erasures((), ())
    archive = open_archive(file)
    if not any(one.path == "program.toml" for one in archive.items):
        raise RecordsRefused([Problem(file.name, 0, "holds no program.toml; it was not made by mdli backup")])
    with whole_folder(folder) as part:
        _check_room(part, sum(one.size for one in archive.items), file)
        archive.unpack(part)
        (part / ".mdli").mkdir(exist_ok=True)
        for private in ("", ".mdli"):
            (part / private).chmod(0o700)
        told = [*_settle_store(part), *_erase_again(part, erased)]
    if newer is None:
        told.append(
            f"erased for good or made private since {archive.made_at:%Y-%m-%d %H:%M} UTC: it is back; "
            "to erase it again, restore with --erasures-of a newer backup or the program it came from"
        )
    return Restored(len(archive.items), archive.made_at, tuple(told))


def _check_room(folder: Path, size: int, file: Path) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise RecordsRefused(
            [Problem(file.name, 0, f"needs {size:,} bytes, and {free:,} are free on that disk")]
        )


def _settle_store(folder: Path) -> list[str]:
    """Let the restored program have the restored answers, wherever the store was."""
    copy = folder / STORE
    told = []
    target = file_of(store_address(folder))
    if not target.resolve().is_relative_to(folder.resolve()):
        path = folder / "program.toml"
        text = path.read_text("utf-8")
        path.write_text(
            _STORE_LINE.sub(lambda found: f"# {found[0].strip()}  (before mdli restore)", text), "utf-8"
        )
        target = file_of(store_address(folder))
        if not target.resolve().is_relative_to(folder.resolve()):
            raise RecordsRefused(
                [Problem("program.toml", 0, "names a store outside; it cannot be restored beside it")]
            )
        told.append(f"program.toml named a store elsewhere; this program keeps its answers in {STORE} now")
    if copy.exists() and target != copy:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy.rename(target)
    if target.exists():
        with contextlib.closing(sqlite3.connect(target)) as found:
            if found.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise RecordsRefused([Problem(STORE, 0, "is damaged in this backup; take another one")])
    else:
        told.append("the backup holds no answers: nothing had been saved")
    return told


def _erase_again(folder: Path, erased: Erasures) -> list[str]:
    target = file_of(store_address(folder))
    if not erased.rows or not target.exists():
        return []
    with Store.open(address_of(target), create=False):
        pass  # brings an older one forward
    count = blank_rows(target, erased.rows, erased.events)
    with Store.open(address_of(target), create=False) as store:
        down = shelf.take_down_withdrawn(folder, store)
    return [f"erased again: {count} rows of answers; {len(down)} reports that showed them are deleted"]
