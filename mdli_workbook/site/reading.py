"""Which reports a coach may read now, and taking down what may not be read any more.

Everything is decided here, from the files and the store as they are at this request; the pages only ask.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.answers import Event
from mdli_workbook.shelf import drop_pages, read_marker, take_down, withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from mdli_workbook.program import Participant, Program
    from mdli_workbook.shelf import Marker
    from mdli_workbook.site.sources import Sources, Stamp

__all__ = [
    "Found",
    "Shelf",
    "find_own",
    "find_report",
    "list_shelves",
    "own_participants",
    "record_reading",
    "still_shared",
]


@dataclass(frozen=True, slots=True)
class Found:
    """A report that this coach may read now, if all that it shows is still shared.

    Parameters
    ----------
    participant
        As the roster says now.
    marker
        What the report says of itself.
    path
        Where it stands.
    stamp
        Of the file that was read.
    """

    participant: Participant
    marker: Marker
    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Shelf:
    """The reports of one participant that may be read now, by session; whether one was just taken down."""

    participant: Participant
    markers: tuple[Marker, ...]
    withdrawn: bool


def own_participants(program: Program, coach_id: str, today: date) -> tuple[Participant, ...]:
    """Return whom the roster gives a coach: assigned to them now, and not gone from the program."""
    return tuple(one for one in program.participants_with(coach_id) if not one.has_left(today))


def find_own(sources: Sources, coach_id: str, participant_id: str) -> Participant | None:
    """Find one of a coach's own participants; ``None`` is the one answer for every reason.

    Raises
    ------
    ProgramError
        If the roster cannot be read; then nothing is shown.
    """
    program = sources.program()
    own = own_participants(program, coach_id, program.today(sources.now))
    return next((one for one in own if one.id == participant_id), None)


def find_report(sources: Sources, coach_id: str, participant_id: str, session: int) -> Found | None:
    """Find one report of a coach's own participant; ``None`` is the one answer for every reason.

    Raises
    ------
    ProgramError
        If the roster cannot be read; then nothing is shown.
    """
    participant = find_own(sources, coach_id, participant_id)
    if participant is None:
        return None
    found = _read_all(sources, participant, f"{session:02d}-*")
    return max(found, key=lambda one: one.marker.made_at, default=None)


def still_shared(sources: Sources, found: Found) -> bool:
    """Say, at the last moment before an answer leaves, whether all that the report shows is still shared.

    If not, the report and the pages rendered from it are deleted.

    Raises
    ------
    StoreError
        If the store cannot be asked; then nothing is shown.
    """
    if not _withdrawn(sources, [found.marker]):
        return True
    drop_pages(found.path)
    if read_marker(found.path) == found.marker:  # not one that was put in its place meanwhile
        take_down(found.path)
    return False


def record_reading(sources: Sources, coach_id: str, found: Found) -> None:
    """Record that a coach reads a report.

    Raises
    ------
    StoreError
        If it cannot be recorded; then nothing is shown.
    """
    participant, session = found.participant.id, found.marker.session
    event = Event(str(uuid.uuid4()), "report-read", coach_id, participant, sources.now(), session)
    sources.recorder.record(event)


def _withdrawn(sources: Sources, markers: Sequence[Marker]) -> frozenset[Marker]:
    """Return those of one participant's reports that show what is no longer shared."""
    if not markers:
        return frozenset()
    store = sources.store()
    version = store.version(markers[0].participant)  # first: what is saved meanwhile makes another one
    asked = sources.checked.others(markers, store, version)
    gone = withdrawn(asked, store) if asked else frozenset()
    sources.checked.note((one for one in asked if one not in gone), store, version)
    return gone


def list_shelves(sources: Sources, participants: Iterable[Participant]) -> tuple[Shelf, ...]:
    """List the reports of some participants, taking down what was withdrawn."""
    theirs = [(one, tuple(_read_all(sources, one, "*"))) for one in participants]
    gone = frozenset(
        marker for _, reports in theirs for marker in _withdrawn(sources, [one.marker for one in reports])
    )
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


def _read_all(sources: Sources, participant: Participant, stem: str) -> Iterator[Found]:
    folder = sources.folder / "reports" / participant.cohort / participant.id
    for path in sorted(folder.glob(f"{stem}.ipynb")):
        stamp, marker = sources.marker(path)
        if marker is not None and _belongs(marker, path, participant):
            yield Found(participant, marker, path, stamp)


def _belongs(marker: Marker, path: Path, participant: Participant) -> bool:
    """Say whether the file stands where it says of itself, so that no copy shows under another name."""
    return (marker.cohort, marker.participant, marker.stem) == (
        participant.cohort,
        participant.id,
        path.stem,
    )
