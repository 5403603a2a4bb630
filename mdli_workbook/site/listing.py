"""What the first page lists: a coach's participants by next call, each with the report for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from mdli_workbook.program import Call, Coach, Participant, Program
    from mdli_workbook.shelf import Marker
    from mdli_workbook.site.reading import Shelf

__all__ = ["Card", "Listed", "NextCall", "make_cards", "next_call"]


@dataclass(frozen=True, slots=True)
class NextCall:
    """The call that comes next: at a time that was agreed, or within the program's days for it."""

    call: int
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One report that may be opened."""

    session: int
    title: str
    made_at: datetime
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """One participant on the first page."""

    name: str
    role_at: str
    next_call: NextCall | None
    ready: Listed | None
    earlier: tuple[Listed, ...]
    withdrawn: bool


def make_cards(program: Program, coach: Coach, shelves: Iterable[Shelf], now: datetime) -> tuple[Card, ...]:
    """List a coach's participants by next call; whoever has none comes last.

    Parameters
    ----------
    program
        Knows the calls that were agreed, and the days for the others.
    coach
        Times are given in this coach's zone.
    shelves
        Each participant with the reports that may be read now.
    now
        Calls that are over by then are not next.
    """
    dated = [(next_call(program, coach.zone, one.participant, now), one) for one in shelves]
    dated.sort(key=lambda pair: (pair[0] is None, pair[0].at if pair[0] else now, pair[1].participant.name))
    return tuple(_card(coach.zone, call, shelf) for call, shelf in dated)


def _card(zone: ZoneInfo, call: NextCall | None, shelf: Shelf) -> Card:
    listed = {one.session: _listed(zone, one) for one in shelf.markers}
    ready = listed.pop(call.call, None) if call else None
    who = shelf.participant
    return Card(
        name=who.name,
        role_at=", ".join(filter(None, (who.role, who.organization))),
        next_call=call,
        ready=ready,
        earlier=tuple(listed[session] for session in sorted(listed, reverse=True)),
        withdrawn=shelf.withdrawn,
    )


def _listed(zone: ZoneInfo, marker: Marker) -> Listed:
    href = f"/report/{marker.participant}/{marker.session}"
    return Listed(marker.session, marker.title, marker.made_at.astimezone(zone), href)


def next_call(program: Program, zone: ZoneInfo, participant: Participant, now: datetime) -> NextCall | None:
    """Return the call that comes next, or ``None`` if the program has none left for them."""
    dated = (one for one in program.settings.sessions if one.cohort in {"", participant.cohort})
    calls = (program.call_of(participant.id, number) for number in sorted({one.session for one in dated}))
    coming = (_coming(call, program.zone, zone, now) for call in calls if call.ahead)
    return min(filter(None, coming), key=lambda one: one.at, default=None)


def _coming(call: Call, there: ZoneInfo, here: ZoneInfo, now: datetime) -> NextCall | None:
    if call.starts_at is None:
        return _within(call, there, now)
    if call.starts_at + timedelta(minutes=call.minutes) <= now:
        return None
    at = call.starts_at.astimezone(here)
    return NextCall(call.call, at, f"{at:%A} {at.day} {at:%B}, {at:%H:%M} ({call.minutes} min)")


def _within(call: Call, zone: ZoneInfo, now: datetime) -> NextCall | None:
    """Return the days for a call that is not agreed yet; it sorts by their first morning."""
    first, last = call.call_from, call.call_until
    if last < now.astimezone(zone).date():
        return None
    words = f"not agreed yet; from {first.day} {first:%B} to {last.day} {last:%B}"
    return NextCall(call.call, datetime.combine(first, time(), zone), words)
