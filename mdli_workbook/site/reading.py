"""Which reports a coach may read now, and taking down what may not be read any more.

Everything is decided here, from the files and the store as they are at this request; the pages only ask.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import Event
from mdli_workbook.shelf import marker_of, take_down, withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from mdli_workbook.program import Participant, Program
    from mdli_workbook.shelf import Marker
    from mdli_workbook.site.sources import Sources

__all__ = ["Found", "Shelf", "find_report", "list_shelves", "own_participants", "release_report"]


@dataclass(frozen=True, slots=True)
class Found:
    """A report that this coach may read now."""

    participant: Participant
    marker: Marker
    path: Path
    notebook: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The reports of one participant that may be read now, by session; whether one was just taken down."""

    participant: Participant
    markers: tuple[Marker, ...]
    withdrawn: bool


def own_participants(program: Program, coach_id: str, today: date) -> tuple[Participant, ...]:
    """Return whom the roster gives a coach: assigned to them now, and not gone from the program."""
    return tuple(one for one in program.participants_with(coach_id) if not one.has_left(today))


def find_report(sources: Sources, coach_id: str, participant_id: str, session: int) -> Found | None:
    """Find one report of a coach's own participant; ``None`` is the one answer for every reason.

    Raises
    ------
    ProgramError
        If the roster cannot be read; then nothing is shown.
    """
    program = sources.program()
    own = own_participants(program, coach_id, program.today(sources.now))
    participant = next((one for one in own if one.id == participant_id), None)
    if participant is None:
        return None
    found = _read_all(participant, _files(sources.folder, participant, f"{session:02d}-*"))
    return max(found, key=lambda one: one.marker.made_at, default=None)


def release_report(sources: Sources, coach_id: str, found: Found) -> bool:
    """Say, at the last moment before a page leaves, whether it still may, and record that it was read.

    A report that shows an answer which is no longer shared is deleted.

    Raises
    ------
    StoreError
        If the store cannot be asked, or cannot record; then nothing is shown.
    """
    store = sources.store()
    if withdrawn([found.marker], store):
        take_down(found.path)
        return False
    participant, session = found.participant.id, found.marker.session
    store.record(Event(str(uuid.uuid4()), "report-read", coach_id, participant, sources.now(), session))
    return True


def list_shelves(sources: Sources, participants: Iterable[Participant]) -> tuple[Shelf, ...]:
    """List the reports of some participants, taking down what was withdrawn, with one query."""
    theirs = [(one, tuple(_read_all(one, _files(sources.folder, one, "*")))) for one in participants]
    gone = withdrawn((report.marker for _, reports in theirs for report in reports), sources.store())
    return tuple(_shelf(one, reports, gone) for one, reports in theirs)


def _shelf(participant: Participant, reports: Iterable[Found], gone: frozenset[Marker]) -> Shelf:
    kept, taken = {}, False
    for report in sorted(reports, key=lambda one: one.marker.made_at):
        if report.marker in gone:
            take_down(report.path)
            taken = True
        else:
            kept[report.marker.session] = report.marker
    return Shelf(participant, tuple(kept[session] for session in sorted(kept)), taken)


def _files(folder: Path, participant: Participant, stem: str) -> list[Path]:
    return sorted((folder / "reports" / participant.cohort / participant.id).glob(f"{stem}.ipynb"))


def _read_all(participant: Participant, paths: Iterable[Path]) -> Iterator[Found]:
    for path in paths:
        notebook = _read(path)
        marker = marker_of(notebook)
        if marker is not None and _belongs(marker, path, participant):
            yield Found(participant, marker, path, notebook)


def _belongs(marker: Marker, path: Path, participant: Participant) -> bool:
    """Say whether the file stands where it says of itself, so that no copy shows under another name."""
    return (marker.cohort, marker.participant, marker.stem) == (
        participant.cohort,
        participant.id,
        path.stem,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
