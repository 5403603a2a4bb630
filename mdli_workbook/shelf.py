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
    "withdrawn",
]


class KnowsWhatIsShared(Protocol):
    """The two questions that this module asks of a store."""

    def closed(self, exercises: Iterable[tuple[str, int, str]]) -> frozenset[tuple[str, int, str]]:
        """Return those exercises that the participant keeps from the coach."""

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
    exercises
        ``session/id`` of all exercises it names, answered or not.
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
    exercises: tuple[str, ...]
    fingerprint: str
    made_at: datetime

    @property
    def stem(self) -> str:
        """``NN-slug``, the file's name without ending."""
        return f"{self.session:02d}-{self.slug}"

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
        lists = {name: tuple(map(str, said[name])) for name in ("answers", "exercises")}
        marker = Marker(**said | lists, made_at=made_at)
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
    gone = withdrawn(mine.values(), store)
    down = tuple(path for path, marker in mine.items() if marker in gone)
    for path in down:
        take_down(path)
    return down
