"""How fresh a report is: as of when, what was shared since, and whether its call has closed it. Pure.

Everything is counted from rows and events that somebody else has read from the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.access import shared_with_coach
from mdli_workbook.shelf import closed_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.shelf import Marker

__all__ = ["Freshness", "fresh", "say_as_of", "say_since", "shared_after", "shared_since"]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a coach should know before trusting a report.

    Parameters
    ----------
    as_of
        When it was made, in words.
    since
        How many answers were shared since and are not in it.
    closed
        When its call was recorded, in words; ``""`` while it is open.
    """

    as_of: str
    since: int
    closed: str = ""

    @property
    def stale(self) -> bool:
        """Whether building it again would show something new."""
        return bool(self.since) and not self.closed

    @property
    def words(self) -> str:
        """One line about it.

        Examples
        --------
        >>> Freshness("as of 14:02 on 3 March", 2).words
        'as of 14:02 on 3 March; two answers shared since'
        >>> Freshness("as of 14:02 on 3 March", 2, "9:30 on 6 March").words
        'as of 14:02 on 3 March; closed on 6 March, when the call was recorded'
        """
        if self.closed:
            return f"{self.as_of}; closed on {self.closed.partition(' on ')[2]}, when the call was recorded"
        return f"{self.as_of}; {say_since(self.since)}"


def fresh(marker: Marker, rows: Iterable[Answer], events: Iterable[Event], zone: tzinfo) -> Freshness:
    """Say how fresh a report is.

    Parameters
    ----------
    marker
        What the report says of itself.
    rows
        Newest rows of its participant, up to and with its session; private ones do not count.
    events
        Of that participant and session, in the order in which they were recorded.
    zone
        The reader's.
    """
    closed = closed_at(events)
    return Freshness(
        as_of=f"as of {say_as_of(marker.made_at, zone)}",
        since=len(shared_since(marker, rows)),
        closed=say_as_of(closed, zone) if closed else "",
    )


def shared_since(marker: Marker, rows: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers that a report made now would show and this one does not.

    Parameters
    ----------
    marker
        What the report says of itself.
    rows
        Newest rows of its participant; private ones do not count.
    """
    shown, named = frozenset(marker.answers), marker.named
    return tuple(
        row
        for row in shared_after(rows, marker.made_at)
        if row.id not in shown
        and row.participant == marker.participant
        and (
            row.session == marker.session
            or (row.session < marker.session and (row.key[:3] in named or _is_open_promise(row)))
        )
    )


def shared_after(rows: Iterable[Answer], moment: datetime) -> tuple[Answer, ...]:
    """Return the answers of participants that were shared, or changed, at or after a moment.

    Only what participants wrote counts, and not the row that keeps an exercise's order.

    Parameters
    ----------
    rows
        Newest rows; private ones do not count.
    moment
        With a time zone.
    """
    return tuple(
        row
        for row in shared_with_coach(rows)
        if row.saved_at >= moment and row.author == row.participant and not _is_order(row)
    )


def _is_order(row: Answer) -> bool:
    return not row.entry and row.value is not None and set(row.value) <= {"order"}


def _is_open_promise(row: Answer) -> bool:
    """Say whether later reports carry it: a commitment stays on the front page until it is settled."""
    return bool(row.entry) and (row.value or {}).get("state") == "open"


def say_as_of(moment: datetime, zone: tzinfo) -> str:
    """Write a moment as in *as of 14:02 on 3 March*.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> say_as_of(datetime(2026, 3, 3, 14, 2, tzinfo=UTC), UTC)
    '14:02 on 3 March'
    """
    there = moment.astimezone(zone)
    return f"{there:%H:%M} on {there.day} {there:%B}"


def say_since(count: int) -> str:
    """Say how many answers were shared since.

    Examples
    --------
    >>> say_since(0), say_since(1), say_since(2), say_since(40)
    ('nothing shared since', 'one answer shared since', 'two answers shared since', '40 answers shared since')
    """
    if not count:
        return "nothing shared since"
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} answer{'' if count == 1 else 's'} shared since"
