"""The reports on disk: where they stand, what each one shows, and taking them down.

A report is taken down, not rewritten, as soon as one answer in it is no longer shared: the
participant's own kernel does it when they decide so, the coach site before each page, and
``mdli report`` before it builds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "Marker",
    "find_reports",
    "marker_of",
    "read_marker",
    "report_path",
    "take_down",
    "take_down_withdrawn",
]


class KnowsWhatIsShared(Protocol):
    """The one question this module asks of a store."""

    def unshared(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those rows that are no longer shared with the coach."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What a report says of itself in ``metadata.mdli``.

    Parameters
    ----------
    cohort, participant, session, slug, title
        What it is about.
    answers
        Ids of all rows it shows.
    fingerprint
        Hash of everything it was made from.
    made_at
        When (UTC).
    """

    cohort: str
    participant: str
    session: int
    slug: str
    title: str
    answers: tuple[str, ...]
    fingerprint: str
    made_at: datetime

    @property
    def stem(self) -> str:
        """``NN-slug``, the file's name without ending."""
        return f"{self.session:02d}-{self.slug}"


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
    except (OSError, ValueError):
        return None


def marker_of(notebook: dict[str, Any]) -> Marker | None:
    """Return the marker of a notebook that is already parsed, if it is a report of ours."""
    try:
        said = dict(notebook["metadata"]["mdli"])
        if said.pop("report") is not True:
            return None
        made_at = datetime.fromisoformat(said.pop("made_at"))
        return Marker(**said | {"answers": tuple(said["answers"])}, made_at=made_at)
    except (KeyError, TypeError, ValueError):
        return None


def take_down(path: Path) -> None:
    """Delete one report, and its folder once that is empty."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()


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
    gone = store.unshared({one for marker in mine.values() for one in marker.answers})
    withdrawn = tuple(path for path, marker in mine.items() if gone.intersection(marker.answers))
    for path in withdrawn:
        take_down(path)
    return withdrawn
