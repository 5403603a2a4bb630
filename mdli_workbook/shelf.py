"""The reports on disk: where they stand, what each one shows, and taking them down.

A report is taken down, not rewritten, as soon as one answer in it is no longer shared: the
participant's own kernel does it when they decide so, the coach site before each page, and
``mdli report`` before it builds. With it go the pages that the coach site has rendered from it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from glob import escape
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mdli_workbook.answers import Event

__all__ = [
    "Fingerprint",
    "Marker",
    "closed_at",
    "drop_pages",
    "find_reports",
    "marker_of",
    "pages_of",
    "read_marker",
    "report_path",
    "sweep_pages",
    "take_down",
    "take_down_withdrawn",
    "withdrawn",
]


class KnowsWhatIsShared(Protocol):
    """The two questions that this module asks of a store."""

    def closed(self, exercises: Iterable[tuple[str, int, str]]) -> frozenset[tuple[str, int, str]]:
        """Return those exercises that the participant keeps from the coach."""

    def unshared(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those rows that are no longer shared with the coach."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of what a report was made from; equal ones mean that making it again changes nothing.

    Parameters
    ----------
    template
        Of the workbook and the report template: the words around the answers.
    package
        Of the code that draws it.
    briefing
        Of what is shown.
    """

    template: str
    package: str
    briefing: str

    @classmethod
    def of(cls, said: object) -> Fingerprint:
        """Read what a report carries; one of an older version fits nothing, so it is made again.

        Raises
        ------
        TypeError
            If it is not a fingerprint.
        """
        if isinstance(said, str):
            return cls("", "", said)
        if not isinstance(said, dict):
            raise TypeError(f"a fingerprint is three hashes by name, not a {type(said).__name__}")
        return cls(**{name: str(one) for name, one in said.items()})


@dataclass(frozen=True, slots=True)
class Marker:
    """What a report says of itself in ``metadata.mdli``.

    Parameters
    ----------
    cohort, participant, session, slug, title
        What it is about.
    answers
        Ids of all rows it shows.
    exercises
        ``session/id`` of all exercises it names, answered or not.
    fingerprint
        Hashes of everything it was made from.
    made_at
        When (UTC).
    """

    cohort: str
    participant: str
    session: int
    slug: str
    title: str
    answers: tuple[str, ...]
    exercises: tuple[str, ...]
    fingerprint: Fingerprint
    made_at: datetime

    @property
    def stem(self) -> str:
        """``NN-slug``, the file's name without ending."""
        return f"{self.session:02d}-{self.slug}"

    @property
    def mark(self) -> str:
        """A short name of exactly this report: another one, made again, has another."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def named(self) -> frozenset[tuple[str, int, str]]:
        """Participant, session and exercise of all that it names."""
        return frozenset(
            (self.participant, int(session), exercise)
            for session, _, exercise in (one.partition("/") for one in self.exercises)
        )


def report_path(folder: Path, cohort: str, participant: str, stem: str) -> Path:
    """Return where a report stands in a program folder."""
    return folder / "reports" / cohort / participant / f"{stem}.ipynb"


def find_reports(folder: Path) -> Iterator[Path]:
    """Yield all reports of a program folder."""
    yield from sorted((folder / "reports").glob("*/*/*.ipynb"))


def read_marker(path: Path) -> Marker | None:
    """Read what a report says of itself; ``None`` if it is not a whole report of ours."""
    try:
        return marker_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return None


def marker_of(notebook: dict[str, Any]) -> Marker | None:
    """Return the marker of a notebook that is already parsed, if it is a report of ours."""
    try:
        said = dict(notebook["metadata"]["mdli"])
        if said.pop("report") is not True:
            return None
        made_at = datetime.fromisoformat(said.pop("made_at"))
        read = {name: tuple(map(str, said[name])) for name in ("answers", "exercises")}
        marker = Marker(**said | read | {"fingerprint": Fingerprint.of(said["fingerprint"])}, made_at=made_at)
        hash(marker.named), hash(marker)  # a damaged file fails here, and not where all reports are looked at
        return marker if type(marker.session) is int and made_at.tzinfo else None
    except (KeyError, TypeError, ValueError):
        return None


def withdrawn(markers: Iterable[Marker], store: KnowsWhatIsShared) -> frozenset[Marker]:
    """Return those reports that show or name something which the coach may not see any more.

    Parameters
    ----------
    markers
        What the reports say of themselves.
    store
        Asked once about all of them.
    """
    markers = tuple(markers)
    gone = store.unshared({one for marker in markers for one in marker.answers})
    closed = store.closed({one for marker in markers for one in marker.named})
    return frozenset(one for one in markers if gone.intersection(one.answers) or closed & one.named)


def closed_at(events: Iterable[Event]) -> datetime | None:
    """Return when the call of a report was recorded as held, which closes the report; ``None`` if it is open.

    Parameters
    ----------
    events
        Of one participant and session, in the order in which they were recorded: the last word counts.
    """
    calls = [one for one in events if one.what.startswith("call-")]
    return calls[-1].at if calls and calls[-1].what == "call-held" else None


def pages_of(report: Path) -> tuple[Path, str]:
    """Return the folder of the pages rendered from a report, and what their names begin with."""
    folder, cohort, participant = report.parents[3], report.parent.parent.name, report.parent.name
    return folder / ".mdli" / "pages" / cohort / participant, f"{report.stem}."


def drop_pages(report: Path) -> None:
    """Delete the pages rendered from a report."""
    home, begin = pages_of(report)
    for page in home.glob(f"{escape(begin)}*"):
        page.unlink(missing_ok=True)
    _remove_empty(home)


def sweep_pages(folder: Path) -> None:
    """Delete the pages of all reports that are not there any more."""
    for page in (folder / ".mdli" / "pages").glob("*/*/*"):
        stem = page.name.partition(".")[0]
        cohort, participant = page.parent.parent.name, page.parent.name
        if not stem or not report_path(folder, cohort, participant, stem).is_file():
            page.unlink(missing_ok=True)
            _remove_empty(page.parent)


def take_down(path: Path) -> None:
    """Delete one report, the pages rendered from it, and each folder that is empty then."""
    path.unlink(missing_ok=True)
    drop_pages(path)
    _remove_empty(path.parent)


def _remove_empty(folder: Path) -> None:
    """Remove a folder if nothing is in it; somebody else may be quicker, either way."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def take_down_withdrawn(folder: Path, store: KnowsWhatIsShared, participant: str = "") -> tuple[Path, ...]:
    """Delete every report that shows an answer which is no longer shared.

    Parameters
    ----------
    folder
        The program folder.
    store
        Asked once, about all reports together.
    participant
        Look only at this participant's reports; at all by default.

    Returns
    -------
    tuple of Path
        What was deleted. A file that cannot be read as a report is left to ``mdli report``.
    """
    markers = {path: read_marker(path) for path in find_reports(folder)}
    mine = {
        path: marker for path, marker in markers.items() if marker and participant in {"", marker.participant}
    }
    gone = withdrawn(mine.values(), store)
    down = tuple(path for path, marker in mine.items() if marker in gone)
    for path in down:
        take_down(path)
    for path in (path for path, marker in markers.items() if marker is None):
        drop_pages(path)  # nobody knows what they show
    sweep_pages(folder)
    return down
