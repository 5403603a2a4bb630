"""What the first page tells of one participant besides the report itself: what is new, and how things stand.

Pure but for :func:`gather_news`, which asks the store two questions per participant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdli_workbook.exercises.coaching import CALL
from mdli_workbook.exercises.pieces import plural
from mdli_workbook.site.freshness import shared_after

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.program import Participant
    from mdli_workbook.shelf import Marker
    from mdli_workbook.site.sources import Sources

__all__ = ["News", "gather_news"]


@dataclass(frozen=True, slots=True)
class News:
    """What the store knows of one participant now.

    Parameters
    ----------
    rows
        Newest rows; private ones do not count.
    events
        In the order in which they were recorded.
    """

    rows: tuple[Answer, ...] = ()
    events: tuple[Event, ...] = ()

    def of(self, session: int) -> tuple[Event, ...]:
        """Return the events of one session."""
        return tuple(one for one in self.events if one.session == session)

    def call(self, number: int) -> dict[str, Any]:
        """Return what the coach recorded of a call; nothing if there is no record."""
        rows = (row for row in self.rows if (row.session, row.exercise) == (number, CALL.id))
        return next((dict(row.value) for row in rows if row.value), {})

    def looked(self, coach: str, session: int = 0) -> datetime | None:
        """Return when a coach last opened a report; ``None`` if they never did.

        Parameters
        ----------
        coach
            Their id.
        session
            Look only at this report; at all of them by default.
        """
        read = [
            one.at
            for one in self.events
            if (one.what, one.who) == ("report-read", coach) and session in {0, one.session}
        ]
        return max(read, default=None)

    def tell(self, coach: str, marker: Marker | None) -> tuple[str, ...]:
        """Say what is new since a coach last looked.

        Parameters
        ----------
        coach
            Their id.
        marker
            Of the report for the next call, if there is one.
        """
        return tuple(filter(None, (self._of_report(coach, marker), self._of_answers(coach))))

    def _of_report(self, coach: str, marker: Marker | None) -> str:
        if marker is None:
            return ""
        read = self.looked(coach, marker.session)
        if read is None:
            return "not read yet"
        return "made again since you looked" if marker.made_at > read else ""

    def _of_answers(self, coach: str) -> str:
        looked = self.looked(coach)
        count = len(shared_after(self.rows, looked)) if looked else 0
        return f"{plural(count, 'answer')} shared since you looked" if count else ""


def gather_news(sources: Sources, participants: Iterable[Participant]) -> dict[str, News]:
    """Ask the store about some participants.

    Raises
    ------
    StoreError
        If it cannot be asked.
    """
    store = sources.store()
    return {one.id: News(store.newest(one.id), store.events(one.id)) for one in participants}
