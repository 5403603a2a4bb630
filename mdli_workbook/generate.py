"""Write workbooks: one per participant and session, without starting a kernel.

A workbook that its participant has changed is left as it is, unless generated cells are gone from it: they
are put back, and a copy of the file as it was is kept under ``.mdli``. The base copy there is always the
fresh one: it is what reports are made from.

Each notebook is written once. The base copies of a session differ by their participants' ids alone, so they
are one file, with marks in the places of the ids, under a name for each participant: a name costs a tenth of
a file. Whose workbook was generated, and from which text, is still said by each name on its own.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mdli_workbook.files import write_whole
from mdli_workbook.merge import merge
from mdli_workbook.notebook import SessionCells, for_participant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.selection import Selection

__all__ = ["Done", "Written", "base_path", "generate", "workbook_path"]


class Done(StrEnum):
    """What happened to one workbook."""

    WRITTEN = "written"
    SAME = "unchanged"
    KEPT = "kept, its participant has changed it"
    PUT_BACK = "put back what was gone, its participant's own cells are kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Written:
    """One workbook and what happened to it; `failure` says why it could not be written."""

    participant: str
    session: int
    done: Done
    failure: str = ""


def workbook_path(folder: Path, cohort: str, participant: str, stem: str) -> Path:
    """Return where a workbook stands in a program folder."""
    return folder / "workbooks" / cohort / participant / f"{stem}.ipynb"


def base_path(folder: Path, cohort: str, participant: str, stem: str) -> Path:
    """Return where the workbook stands as it was generated, out of its participant's reach."""
    return folder / ".mdli" / "base" / cohort / participant / f"{stem}.ipynb"


def generate(
    program: Program,
    sessions: Sequence[Session],
    selection: Selection,
    *,
    today: date,
    scratch: Path | None = None,
) -> Iterator[Written]:
    """Write the selected workbooks.

    Parameters
    ----------
    program, sessions, selection
        Whose, and which.
    today
        People who have left by then get none.
    scratch
        From :func:`~mdli_workbook.files.lock_program`. Without it nothing is written and the
        result says what would be.

    Yields
    ------
    Written
        One per workbook, as it is done.
    """
    ready = [_Bases(SessionCells.of(one), scratch) for one in sessions]
    for participant in program.participants:
        if participant.has_left(today):
            continue
        for bases in ready:
            if selection.wants(participant, bases.cells.session.session):
                yield _try(program.folder, participant, bases, scratch)


class _Bases:
    """The base copies of one session: one file, under as many names as the disk lets it have.

    Parameters
    ----------
    cells
        The session.
    scratch
        Where the file gets its first name.
    """

    def __init__(self, cells: SessionCells, scratch: Path | None) -> None:
        self.cells = cells
        self.text = cells.for_all.encode()
        self.first = scratch / f"{cells.session.stem}.base" if scratch is not None else None
        self.known: tuple[int, int] | None = None
        """Disk and number of a file that was seen to hold the text."""

    def read(self, path: Path, cohort: str, participant: str, fresh: bytes) -> bytes | None:
        """Return what a base copy says of one participant, reading no file twice."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        if found.st_ino and (found.st_dev, found.st_ino) == self.known:
            return fresh
        content = path.read_bytes()
        if content == self.text:
            self.known = found.st_dev, found.st_ino
        return for_participant(content, cohort, participant)

    def put(self, path: Path) -> None:
        """Give the file one more name, which nothing has yet."""
        assert self.first is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self.first.exists():
            write_whole(self.first, self.text, mode=0o600, durable=False, scratch=self.first.parent)
        try:
            os.link(self.first, path)
        except OSError:  # a disk without such names, or with as many as it can hold: the next gets a new file
            self.first.replace(path)


def _try(folder: Path, participant: Participant, bases: _Bases, scratch: Path | None) -> Written:
    """Write one workbook; that it cannot be written must not stop the others."""
    try:
        return _write(folder, participant, bases, scratch)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Written(participant.id, bases.cells.session.session, Done.FAILED, reason)


def _write(folder: Path, participant: Participant, bases: _Bases, scratch: Path | None) -> Written:
    who, number = participant.id, bases.cells.session.session
    place = (folder, participant.cohort, who, bases.cells.session.stem)
    base, workbook = base_path(*place), workbook_path(*place)
    text, begun = bases.cells.workbook(participant.cohort, who), base.with_suffix(".begun")
    fresh, standing = text.encode(), _read(workbook)
    before, interrupted = (bases.read(one, participant.cohort, who, fresh) for one in (base, begun))
    untouched = standing in {None, before, fresh, interrupted}
    merged = None if untouched or standing is None else merge(before, text, standing)
    done = Done.WRITTEN if untouched else Done.PUT_BACK if merged is not None else Done.KEPT
    if standing == fresh == before:
        done = Done.SAME
    if scratch is None or (done is Done.SAME and interrupted is None):
        return Written(who, number, done)
    # A run that ends between any two of these lines has left its text beside the base copy: what
    # it wrote is not taken for the participant's work, even if the session has changed since.
    if interrupted is not None:
        if interrupted == standing != before:
            begun.replace(base)
            before = interrupted
        else:
            begun.unlink()
    if before != fresh:
        bases.put(base if before is None else begun)
    if merged is not None and standing is not None:
        _keep_copy(_copy_path(*place, standing), standing)
    if merged is not None or (untouched and standing != fresh):
        write_whole(workbook, merged or fresh, durable=merged is not None, scratch=scratch)
    if before not in {None, fresh}:
        begun.replace(base)
    return Written(who, number, done)


def _copy_path(folder: Path, cohort: str, participant: str, stem: str, content: bytes) -> Path:
    """Return where a workbook is kept as its participant left it, before anything is put back into it."""
    mark = hashlib.sha256(content).hexdigest()[:16]
    return folder / ".mdli" / "left" / cohort / participant / f"{stem}-{mark}.ipynb"


def _keep_copy(path: Path, content: bytes) -> None:
    """Keep a file byte by byte, for this account only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
