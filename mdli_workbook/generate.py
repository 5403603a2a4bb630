"""Write workbooks: one per participant and session, without starting a kernel.

A workbook that its participant has changed is left as it is, unless generated cells are gone from it: they
are put back, and a copy of the file as it was is kept under ``.mdli``. The base copy there is always the
fresh one: it is what reports are made from.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mdli_workbook.files import write_whole
from mdli_workbook.merge import merge
from mdli_workbook.notebook import SessionCells

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
    ready = [SessionCells.of(one) for one in sessions]
    for participant in program.participants:
        if participant.has_left(today):
            continue
        for cells in ready:
            if selection.wants(participant, cells.session.session):
                yield _try(program.folder, participant, cells, scratch)


def _try(folder: Path, participant: Participant, cells: SessionCells, scratch: Path | None) -> Written:
    """Write one workbook; that it cannot be written must not stop the others."""
    try:
        return _write(folder, participant, cells, scratch)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Written(participant.id, cells.session.session, Done.FAILED, reason)


def _write(folder: Path, participant: Participant, cells: SessionCells, scratch: Path | None) -> Written:
    who, number = participant.id, cells.session.session
    place = (folder, participant.cohort, who, cells.session.stem)
    base, workbook = base_path(*place), workbook_path(*place)
    text, begun = cells.workbook(participant.cohort, who), base.with_suffix(".begun")
    fresh, before, standing, interrupted = text.encode(), _read(base), _read(workbook), _read(begun)
    if standing == fresh == before:
        if scratch is not None and interrupted is not None:
            begun.unlink()
        return Written(who, number, Done.SAME)
    untouched = standing in {None, before, fresh, interrupted}
    merged = None if untouched or standing is None else merge(before, text, standing)
    if scratch is not None:
        if standing is not None and standing == interrupted:
            begun.replace(base)
        # A run that ends between any two of these lines has left its text beside the base copy: what
        # it wrote is not taken for the participant's work, even if the session has changed since.
        write_whole(begun, text, mode=0o600, durable=False, scratch=scratch)
        if merged is not None and standing is not None:
            _keep_copy(_copy_path(*place, standing), standing)
        if untouched or merged is not None:
            write_whole(workbook, merged or text, durable=merged is not None, scratch=scratch)
        begun.replace(base)
    done = Done.WRITTEN if untouched else Done.PUT_BACK if merged is not None else Done.KEPT
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
