"""A participant's whole record as a folder: a page for any browser, the same as data, and their workbooks.

The folder is whole or not there: it is made beside its place and then given its name. Nothing of this package
is needed to read it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING

from mdli_workbook.crediting import ledger_of, standings
from mdli_workbook.edition import package_version
from mdli_workbook.errors import Problem, RecordsRefused
from mdli_workbook.exercises.own_record import Whose, asked_in, asked_of, own_record
from mdli_workbook.exercises.record_data import SHAPE, record_data
from mdli_workbook.exercises.record_page import record_page
from mdli_workbook.generate import base_path
from mdli_workbook.program import store_address
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.exercises.own_record import OwnRecord
    from mdli_workbook.program import Participant, Program

__all__ = ["Exported", "check_empty", "export_participant", "homes_of", "whole_folder"]

PAGE, DATA, MANIFEST = "record.html", "record.json", "manifest.json"
_CHECKPOINTS = ".ipynb_checkpoints"


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, in counts, and what is no plain file."""

    answers: int
    workbooks: int
    left_out: tuple[str, ...]


def export_participant(
    program: Program,
    sessions: Sequence[Session],
    participant: str,
    folder: Path,
    now: Callable[[], datetime],
) -> Exported:
    """Write one participant's record into a new or empty folder, readable by this account only.

    Parameters
    ----------
    program, sessions
        As their files say it now.
    participant
        Id of now.
    folder
        Where to; whole or not at all.
    now
        The clock.

    Raises
    ------
    RecordsRefused
        If the folder holds anything.
    StoreUnusable, OSError
        If the store cannot be read, or the folder not be written.
    """
    check_empty(folder)
    who = program.participant(participant)
    with Store.open(store_address(program.folder), now=now, create=False) as store:
        with store.look() as (_, names):
            ids = names.ids_of(0, participant)
        workbooks = dict(_workbooks(program.folder, ids))
        left_out = [name for name, content in workbooks.items() if content is None]
        notebooks = {name: content for name, content in workbooks.items() if content is not None}
        bases = (base_path(program.folder, who.cohort, who.id, one.stem) for one in sessions)
        asked = asked_in(_contents(bases)).then(asked_in(notebooks.values())).then(asked_of(sessions))
        standing = next(one for one in standings(program, ledger_of(store)) if one.who.id == participant)
        found = own_record(store, _whose(program, who), asked, now())
    record = dataclasses.replace(found, account=standing.account, days=standing.days)
    with whole_folder(folder) as part:
        _write_all(part, record, notebooks)
    return Exported(len(record.rows), len(notebooks), tuple(left_out))


def _whose(program: Program, who: Participant) -> Whose:
    about = {
        "email": who.email,
        "cohort": who.cohort,
        "coach_id": who.coach_id,
        "organization": who.organization,
        "role": who.role,
        "joined_on": str(who.joined_on or ""),
        "left_on": str(who.left_on or ""),
    }
    coaches = {one.id: one.name for one in program.coaches}
    return Whose(who.id, program.zone, who.name, program.title, coaches, about)


def homes_of(folder: Path, top: str, ids: Iterable[str]) -> Iterator[Path]:
    """Yield the folders ``<top>/<cohort>/<id>`` of somebody, in whichever cohort and under whichever id.

    Parameters
    ----------
    folder
        The program folder.
    top
        Such as ``workbooks``.
    ids
        All ids of the person.
    """
    wanted = frozenset(ids)
    for cohort in sorted((folder / top).glob("*")):
        if cohort.is_dir() and not cohort.is_symlink():
            yield from (one for one in sorted(cohort.iterdir()) if one.name in wanted)


def _workbooks(folder: Path, ids: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield name → content of their notebooks, as they are and as they were before something was put back.

    What is a link is not followed: it may lead to anybody's file. Its content is ``None``.
    """
    for top, kept in (("workbooks", "workbooks"), (".mdli/left", "workbooks/as-they-were")):
        for home in homes_of(folder, top, ids):
            for path in sorted(home.rglob("*.ipynb")):
                inside = path.relative_to(home)
                if _CHECKPOINTS in inside.parts:
                    continue
                name = f"{kept}/{home.parent.name}/{inside.as_posix()}"
                links = any(one.is_symlink() for one in (home, *_up(path, home)))
                yield name, None if links or not path.is_file() else path.read_bytes()


def _up(path: Path, home: Path) -> Iterator[Path]:
    while path != home:
        yield path
        path = path.parent


def _contents(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            yield path.read_bytes()


def _write_all(folder: Path, record: OwnRecord, workbooks: Mapping[str, bytes]) -> None:
    files = {PAGE: record_page(record).encode(), DATA: record_data(record).encode(), **workbooks}
    manifest = {
        "what": "participant-record",
        "shape": SHAPE,
        "participant": record.whose.participant,
        "made_at": record.made_at.isoformat(timespec="seconds"),
        "made_by": f"mdli-workbook {package_version()}",
        "counts": {"answers": len(record.rows), "events": len(record.events), "workbooks": len(workbooks)},
        "files": [
            {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
    }
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    for name, content in files.items():
        write_private(folder / name, content)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that is durable and for this account only, in folders that are, too."""
    for folder in reversed([one for one in path.parents if not one.exists()]):
        folder.mkdir(mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def check_empty(folder: Path) -> None:
    """Refuse a place that is taken.

    Raises
    ------
    RecordsRefused
        If it is a file, or a folder with something in it.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise RecordsRefused([Problem(str(folder), 0, "is no folder; name a new one")])
    if folder.is_dir() and any(folder.iterdir()):
        raise RecordsRefused([Problem(str(folder), 0, "is not empty; name a new folder, or an empty one")])


@contextlib.contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, beside `folder`, that gets its name once all went well.

    What a killed command left there is deleted first. Two commands must not fill the same one: hold a lock.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(mode=0o700)
    try:
        yield part
        part.rename(folder)  # an empty folder gives way, any other stays
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
