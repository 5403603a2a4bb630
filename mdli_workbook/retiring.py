"""The end of retention: what is kept of one participant is deleted for good, and a dated receipt stays.

Deleted are the words of all rows by and about them (coaches' notes too), their workbooks with all copies,
their reports and the pages made from those. What stays: rows and events without words, under their id, and of
their calls the state and minutes. Credit hangs on these, and accreditors ask for it for six years.

The receipt is begun before anything is deleted, and finished at the end. So the next run finishes one that
was cut off.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mdli_workbook import due, releases, research, tallies
from mdli_workbook.answers import Event
from mdli_workbook.crediting import COORDINATOR
from mdli_workbook.erasing import blank_person, why_not_scrubbed
from mdli_workbook.errors import Problem, RecordsRefused
from mdli_workbook.exercises.coaching import CALL
from mdli_workbook.files import private_folder, write_whole
from mdli_workbook.program import store_address
from mdli_workbook.records import homes_of
from mdli_workbook.rows import ANSWERS, EVENTS
from mdli_workbook.sqlite import engine_of, file_of, unusable, writing
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.program import Program

__all__ = ["HOMES", "Retired", "check_retirable", "retire_participant"]

HOMES = ("workbooks", "reports", ".mdli/base", ".mdli/left", ".mdli/pages")
"""Where files of a participant stand, as ``<cohort>/<id>`` in each."""
_FILES = ("roster.csv", "calls.csv", "learners.csv")


@dataclass(frozen=True, slots=True)
class Retired:
    """What was deleted.

    Parameters
    ----------
    receipt
        The receipt's file.
    told
        A line on each thing, in ids and counts.
    """

    receipt: Path
    told: tuple[str, ...]


def check_retirable(program: Program, participant: str, now: Callable[[], datetime]) -> None:
    """Refuse somebody who is still in the program, or was never in it.

    Raises
    ------
    RecordsRefused
        With the way out.
    """
    ids = _ids(program, participant)
    known = {one.id: one for one in program.participants}
    row = next((known[one] for one in ids if one in known), None)
    if row is None:
        if not _is_known(program, ids):
            raise RecordsRefused(
                [Problem("roster.csv", 0, f"nobody is or was {participant!r} here; correct the id")]
            )
        return
    if not row.has_left(program.today(now)):
        message = f"{row.id} is in the program by its left_on {row.left_on or 'that is empty'}"
        way_out = (
            "write the day from which they are not, so that no workbook is made again; then run mdli retire"
        )
        raise RecordsRefused([Problem("roster.csv", 0, f"{message}; {way_out}")])


def _ids(program: Program, participant: str) -> tuple[str, ...]:
    """Return all ids of somebody."""
    address = store_address(program.folder)
    if not file_of(address).exists():
        return (participant,)
    with Store.open(address, create=False) as store, store.look() as (_, names):
        return names.ids_of(0, participant)


def _is_known(program: Program, ids: Sequence[str]) -> bool:
    if any(True for top in HOMES for _ in homes_of(program.folder, top, ids)):
        return True
    address = store_address(program.folder)
    if not file_of(address).exists():
        return False
    with Store.open(address, create=False) as store, store.look() as (connection, _):
        tables = (ANSWERS, EVENTS)
        return any(
            connection.execute(sa.select(one.c.seq).where(one.c.participant.in_(ids)).limit(1)).first()
            for one in tables
        )


def retire_participant(
    program: Program, participant: str, now: Callable[[], datetime], scratch: Path
) -> Retired:
    """Delete what is kept of a participant; what a run that was cut off has left undone, too.

    Parameters
    ----------
    program
        Locked by the caller.
    participant
        Checked by :func:`check_retirable`; any of their ids.
    now
        The clock.
    scratch
        The lock's.

    Raises
    ------
    StoreUnusable, OSError
        If something cannot be deleted. Run it again.
    """
    ids = _ids(program, participant)
    home = private_folder(private_folder(program.folder / ".mdli") / "receipts")
    begun = home / f"{participant}.begun.json"
    said = _read(begun) or {"files": {}, "rows": []}
    said["files"] |= {name: _hash(path) for name, path in _files(program.folder, ids)}
    said["rows"] = sorted({*said["rows"], *_rows(program, ids)})
    write_whole(begun, json.dumps(said, indent=1), mode=0o600, scratch=scratch)
    remains = _blank(program, ids, now)
    for top in HOMES:
        for path in homes_of(program.folder, top, ids):
            _delete(path)
    _forget(program, ids, scratch)
    if remains:
        raise RecordsRefused(
            [Problem(".mdli/answers.db", 0, f"{remains}; close what reads it, and run it again")]
        )
    receipt = _finish(begun, said, ids, now, scratch)
    return Retired(receipt, tuple(_told(program, participant, ids, said, receipt)))


def _forget(program: Program, ids: Sequence[str], scratch: Path) -> None:
    """Take somebody out of what was counted, told, or written to them."""
    tallies.forget(program.folder)
    releases.forget(program.folder, ids, scratch)
    research.forget(program.folder, ids, scratch)
    name = next((one.name for one in program.participants if one.id in ids), "")
    due.forget(program.folder, ids, name, scratch)


def _read(begun: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(begun.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return dict(said)


def _files(folder: Path, ids: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for top in HOMES:
        for home in homes_of(folder, top, ids):
            inside = sorted(home.rglob("*")) if home.is_dir() and not home.is_symlink() else [home]
            for path in inside:
                if path.is_symlink() or not path.is_dir():
                    yield path.relative_to(folder).as_posix(), path


def _hash(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows(program: Program, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the rows that are to lose their words."""
    address, c = store_address(program.folder), ANSWERS.c
    if not file_of(address).exists():
        return ()
    with Store.open(address, create=False) as store, store.look() as (connection, _):
        where = (c.participant.in_(ids), c.exercise != CALL.id, c.value.is_not(None))
        return tuple(connection.scalars(sa.select(c.id).where(*where)))


def _blank(program: Program, ids: Sequence[str], now: Callable[[], datetime]) -> str:
    """Blank their rows; return why bytes of them may still be on the disk, ``""`` if they are gone."""
    path = file_of(store_address(program.folder))
    if not path.exists():
        return ""
    engine = writing(engine_of(path, create=False))
    try:
        with unusable(path), engine.begin() as connection:
            told = Event(str(uuid.uuid4()), "erased", COORDINATOR, ids[0], now())
            blank_person(connection, ids, told, CALL.id)
    finally:
        engine.dispose()
    return why_not_scrubbed(path)


def _delete(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    shutil.rmtree(path)


def _finish(
    begun: Path, said: dict[str, Any], ids: Sequence[str], now: Callable[[], datetime], scratch: Path
) -> Path:
    """Write the receipt; a run that is cut off right after it has said which one is its own."""
    participant = begun.name.removesuffix(".begun.json")
    if "receipt" not in said:
        said["receipt"] = _free_name(begun.parent, f"{participant}-{now():%Y-%m-%d}")
        write_whole(begun, json.dumps(said, indent=1), mode=0o600, scratch=scratch)
    receipt = begun.with_name(said["receipt"])
    whole = {
        "what": "retired",
        "participant": participant,
        "ids": list(ids),
        "at": now().isoformat(timespec="seconds"),
        "rows_blanked": len(said["rows"]),
        "files_deleted": [{"path": name, "sha256": digest} for name, digest in sorted(said["files"].items())],
        "kept": "rows and events without words; attendance, claims, and state and minutes of calls",
    }
    write_whole(receipt, json.dumps(whole, indent=1) + "\n", mode=0o600, scratch=scratch)
    begun.unlink()
    return receipt


def _free_name(home: Path, stem: str) -> str:
    names = chain([f"{stem}.json"], (f"{stem}-{number}.json" for number in count(2)))
    return next(name for name in names if not (home / name).exists())


def _told(
    program: Program, participant: str, ids: Sequence[str], said: dict[str, Any], receipt: Path
) -> Iterator[str]:
    yield f"{participant}: {len(said['rows'])} rows of answers blanked, {len(said['files'])} files deleted"
    yield f"receipt: {receipt.relative_to(program.folder)}"
    for name in _FILES:
        path = program.folder / name
        if path.exists() and any(f"{one}," in path.read_text("utf-8", "replace") for one in ids):
            yield f"{name} may still name {participant}: delete that row once credit needs it no more"
    yield "backups and exports made before still hold everything: delete them, too"
