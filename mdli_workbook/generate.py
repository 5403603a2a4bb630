"""Write workbooks: one per participant and session, without starting a kernel.

A workbook that its participant has changed is merged: what faculty have corrected reaches them, and every
cell of theirs stays (:mod:`mdli_workbook.merge`). Before such a file is written, a copy of it as it was is
kept under ``.mdli/left``. The base copy in ``.mdli`` is always the fresh one: reports are made from it.

The workbooks of somebody whose id or cohort was corrected are brought to where they belong now.

Each notebook is written once. The base copies of a session differ by their participants' ids alone, so they
are one file, with marks in the places of the ids, under a name for each participant: a name costs a tenth of
a file. Whose workbook was generated, and from which text, is still said by each name on its own.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mdli_workbook.files import write_whole
from mdli_workbook.merge import Fate, merge
from mdli_workbook.moving import bring_here, earlier_workbook
from mdli_workbook.names import NO_NAMES
from mdli_workbook.notebook import SessionCells, for_participant
from mdli_workbook.salvage import Damage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.merge import CellReport, Merged
    from mdli_workbook.names import Names
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.selection import Selection

__all__ = ["Done", "Written", "base_path", "generate", "workbook_path"]


class Done(StrEnum):
    """What happened to one workbook."""

    WRITTEN = "written"
    SAME = "unchanged"
    KEPT = "kept, its participant has changed it"
    MERGED = "brought up to date, what its participant wrote is kept"
    PUT_BACK = "put back what was gone, its participant's own cells are kept"
    REPAIRED = "repaired, what could be read is kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Written:
    """One workbook and what happened to it.

    Parameters
    ----------
    failure
        Why it could not be written.
    cells
        What became of each of its cells, if it was merged.
    copy
        Where the file is kept as it was, from the program's folder.
    """

    participant: str
    session: int
    done: Done
    failure: str = ""
    cells: tuple[CellReport, ...] = ()
    copy: str = ""

    @property
    def notable(self) -> bool:
        """Whether it deserves a line of its own."""
        return self.done not in {Done.WRITTEN, Done.SAME}

    @property
    def told(self) -> str:
        """What happened to it, in ids and counts."""
        if self.failure:
            return self.failure
        counted = (_counted(fate, self.cells) for fate in Fate if self.done is not Done.KEPT)
        parts = [self.done.value, *filter(None, counted), f"as it was: {self.copy}" if self.copy else ""]
        return "; ".join(filter(None, parts))


def _counted(fate: Fate, cells: Sequence[CellReport]) -> str:
    """Return how many cells came to one fate, and which, if it is worth telling."""
    names = [one.name for one in cells if one.fate is fate]
    if not names or fate in {Fate.SAME, Fate.EMPTY}:
        return ""
    some = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return f"{len(names)} {fate.name.lower().replace('_', ' ')} ({some})"


def workbook_path(folder: Path, cohort: str, participant: str, stem: str) -> Path:
    """Return where a workbook stands in a program folder."""
    return folder / "workbooks" / cohort / participant / f"{stem}.ipynb"


def base_path(folder: Path, cohort: str, participant: str, stem: str) -> Path:
    """Return where the workbook stands as it was generated, out of its participant's reach."""
    return folder / ".mdli" / "base" / cohort / participant / f"{stem}.ipynb"


def generate(  # noqa: PLR0913 - the options of one command
    program: Program,
    sessions: Sequence[Session],
    selection: Selection,
    *,
    today: date,
    scratch: Path | None = None,
    names: Names = NO_NAMES,
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
    names
        What people were called before: what stands under those ids is theirs.

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
                yield _try(program.folder, participant, bases, scratch, names)


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


def _try(
    folder: Path, participant: Participant, bases: _Bases, scratch: Path | None, names: Names
) -> Written:
    """Write one workbook; that it cannot be written must not stop the others."""
    try:
        return _write(folder, participant, bases, scratch, names)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if isinstance(error, IsADirectoryError):
            reason = "a folder stands in the place of its file; move it away, then run mdli generate again"
        return Written(participant.id, bases.cells.session.session, Done.FAILED, reason)


def _write(
    folder: Path, participant: Participant, bases: _Bases, scratch: Path | None, names: Names
) -> Written:
    who, number = participant.id, bases.cells.session.session
    place = (folder, participant.cohort, who, bases.cells.session.stem)
    if scratch is not None:
        bring_here(folder, participant, names)
    base, workbook = base_path(*place), workbook_path(*place)
    text, begun = bases.cells.workbook(participant.cohort, who), base.with_suffix(".begun")
    fresh, standing = text.encode(), _read(workbook)
    before, interrupted = (bases.read(one, participant.cohort, who, fresh) for one in (base, begun))
    earlier = None
    if standing in {None, before, fresh, interrupted}:  # nobody has written here
        earlier = earlier_workbook(folder, participant, bases.cells.session, names)
        standing = standing if earlier is None else _read(earlier)
    written = Written(who, number, Done.SAME if standing == fresh == before else Done.WRITTEN)
    content = fresh
    if standing is not None and standing not in {before, fresh, interrupted}:
        merged = merge(text, standing, before)
        content = standing if merged.text is None else merged.text.encode()
        copy = _copy_path(*place, standing).relative_to(folder)
        written = _told(written, merged, copy, empty=not standing.strip())
    if scratch is None or (written.done is Done.SAME and interrupted is None):
        return written
    before = _settle_interrupted(begun, base, standing, before, interrupted)
    if before != fresh:
        bases.put(base if before is None else begun)
    if written.copy and standing is not None:
        write_whole(folder / written.copy, standing, mode=0o600, scratch=scratch)
    if content != standing or earlier is not None:
        write_whole(workbook, content, durable=bool(written.cells), scratch=scratch)
    if earlier is not None:
        earlier.unlink()
    if before not in {None, fresh}:
        begun.replace(base)
    return written


def _settle_interrupted(
    begun: Path, base: Path, standing: bytes | None, before: bytes | None, interrupted: bytes | None
) -> bytes | None:
    """Return what the base copy says once a run that was cut off is made good.

    A run that ends between any two steps of a write has left its text beside the base copy: what it
    wrote is not taken for the participant's work, even if the session has changed since.
    """
    if interrupted is not None and interrupted == standing != before:
        begun.replace(base)
        return interrupted
    if interrupted is not None:
        begun.unlink()
    return before


def _told(written: Written, merged: Merged, copy: Path, *, empty: bool) -> Written:
    """Say what a merge has done, and where the file is kept as it was."""
    if merged.text is None:
        return replace(written, done=Done.KEPT, cells=merged.cells)
    done = Done.PUT_BACK if merged.counts.keys().isdisjoint(_UPDATED) else Done.MERGED
    if merged.damage is not Damage.NONE:
        done = Done.REPAIRED
    return replace(written, done=done, cells=merged.cells, copy="" if empty else copy.as_posix())


_UPDATED = frozenset({Fate.CORRECTED, Fate.RENAMED, Fate.ADDED, Fate.REMOVED, Fate.KEPT_BESIDE})


def _copy_path(folder: Path, cohort: str, participant: str, stem: str, content: bytes) -> Path:
    """Return where a workbook is kept as its participant left it, before anything is put back into it."""
    mark = hashlib.sha256(content).hexdigest()[:16]
    return folder / ".mdli" / "left" / cohort / participant / f"{stem}-{mark}.ipynb"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
