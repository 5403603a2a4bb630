"""How the report for a call stands, and why, in one sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mdli_workbook.site.freshness import fresh, say_as_of

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mdli_workbook.runs import Run
    from mdli_workbook.shelf import Marker
    from mdli_workbook.site.news import News

__all__ = ["WORDS", "Standing", "stand"]

State = Literal["ready", "stale", "closed", "failed", "withdrawn", "missing"]
WORDS: dict[State, str] = {
    "ready": "Ready",
    "stale": "Out of date",
    "closed": "Closed",
    "failed": "Failed",
    "withdrawn": "Withdrawn",
    "missing": "Not yet",
}
"""State → the word that a coach reads."""

_WITHDRAWN = "an answer in it is no longer shared. The next one shows what is shared then."


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands, and why, in one sentence or two."""

    state: State
    why: str

    @property
    def word(self) -> str:
        """The state as a coach reads it."""
        return WORDS[self.state]


def stand(
    marker: Marker | None, run: Run | None, news: News, *, zone: ZoneInfo, comes: datetime | None = None
) -> Standing:
    """Say how the report for a call stands.

    Parameters
    ----------
    marker
        Of the report, if there is one that may be read.
    run
        How it ended when it was last made, if that is known.
    news
        What the store knows of the participant.
    zone
        The coach's.
    comes
        When the session that it is about begins, while that is still to come.
    """
    if marker is not None:
        return _there(marker, run, news, zone)
    if run is not None and run.failure:
        return Standing("failed", f"It could not be made at {say_as_of(run.at, zone)}: {_end(run.failure)}")
    if run is not None:
        return Standing("withdrawn", f"The report was withdrawn: {_WITHDRAWN}")
    if comes is not None:
        day = comes.astimezone(zone)
        return Standing("missing", f"Its session is on {day.day} {day:%B}; the report comes after it.")
    return Standing("missing", "The report was not made yet; the coordinator can make it.")


def _there(marker: Marker, run: Run | None, news: News, zone: ZoneInfo) -> Standing:
    now = fresh(marker, news.rows, news.of(marker.session), zone)
    if now.closed:
        return Standing("closed", _sentence(now.words))
    if run is not None and run.failure and run.at > marker.made_at:
        why = f"It could not be made again at {say_as_of(run.at, zone)}: {_end(run.failure)}"
        return Standing("failed", f"{why} This one is {now.as_of}.")
    if now.stale:
        return Standing("stale", f"{_sentence(now.words)} It can be built again on its page.")
    return Standing("ready", _sentence(now.words))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{_end(words[1:])}"


def _end(words: str) -> str:
    return f"{words.rstrip('.')}."
