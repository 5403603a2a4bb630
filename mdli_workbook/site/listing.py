"""What the first page lists: a coach's participants by next call, each with the report for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from mdli_workbook.site.news import News
from mdli_workbook.site.standing import Standing, stand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mdli_workbook.program import Call, Coach, Participant, Program
    from mdli_workbook.runs import Run
    from mdli_workbook.shelf import Marker
    from mdli_workbook.site.reading import Shelf

__all__ = ["Card", "Desk", "Listed", "NextCall"]


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
    """One participant on the first page.

    Parameters
    ----------
    name, role_at
        Who it is.
    next_call
        The call that comes next, or ``None``.
    standing
        How the report for it stands, and why; ``None`` without a call.
    ready
        That report, if it may be read.
    new
        What is new since the coach last looked, in a few words each.
    earlier
        The other reports, the last one first.
    withdrawn
        Whether another report was taken down just now.
    """

    name: str
    role_at: str
    next_call: NextCall | None
    standing: Standing | None
    ready: Listed | None
    new: tuple[str, ...]
    earlier: tuple[Listed, ...]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What all cards of one page are made from.

    Parameters
    ----------
    program
        Knows the calls that were agreed, and the days for the others.
    coach
        Times are given in this coach's zone.
    now
        Calls that are over by then are not next.
    news
        By participant, what the store knows.
    runs
        By participant and session, how the report ended when it was last made.
    """

    program: Program
    coach: Coach
    now: datetime
    news: Mapping[str, News]
    runs: Mapping[tuple[str, int], Run]

    def cards(self, shelves: Iterable[Shelf]) -> tuple[Card, ...]:
        """List participants by next call; whoever has none comes last.

        Parameters
        ----------
        shelves
            Each participant with the reports that may be read now.
        """
        dated = [(self.next_call(one.participant), one) for one in shelves]
        last = datetime.max.replace(tzinfo=self.coach.zone)
        dated.sort(key=lambda pair: (pair[0].at if pair[0] else last, pair[1].participant.name))
        return tuple(self._card(call, shelf) for call, shelf in dated)

    def next_call(self, participant: Participant) -> NextCall | None:
        """Return the call that comes next, or ``None`` if the program has none left for them."""
        dated = (one for one in self.program.settings.sessions if one.cohort in {"", participant.cohort})
        calls = (
            self.program.call_of(participant.id, number) for number in sorted({one.session for one in dated})
        )
        coming = (self._coming(call) for call in calls)
        return min(filter(None, coming), key=lambda one: one.at, default=None)

    def _coming(self, call: Call) -> NextCall | None:
        """Return a call if it is still to come; what the coach recorded counts more than the plan."""
        said = self._news(call.participant).call(call.call)
        if said.get("state") in {"held", "missed"} or not (call.ahead or said.get("state") == "moved"):
            return None
        if said.get("moved_to"):
            return self._moved(call, date.fromisoformat(said["moved_to"]))
        return self._within(call) if call.starts_at is None else self._agreed(call, call.starts_at)

    def _agreed(self, call: Call, starts_at: datetime) -> NextCall | None:
        if starts_at + timedelta(minutes=call.minutes) <= self.now:
            return None
        at = starts_at.astimezone(self.coach.zone)
        return NextCall(call.call, at, f"{self._day(at.date())}, {at:%H:%M} ({call.minutes}\u00a0min)")

    def _moved(self, call: Call, day: date) -> NextCall | None:
        at = datetime.combine(day, time(23, 59), self.coach.zone)
        return NextCall(call.call, at, f"moved to {self._day(day)}") if at > self.now else None

    def _within(self, call: Call) -> NextCall | None:
        """Return the days for a call that is not agreed yet; it sorts by the last of them."""
        first, last = call.call_from, call.call_until
        if last < self.now.astimezone(self.program.zone).date():
            return None
        words = f"not agreed yet; from {first.day} {first:%B} to {last.day} {last:%B}"
        return NextCall(call.call, datetime.combine(last, time(23, 59), self.program.zone), words)

    def _day(self, day: date) -> str:
        ahead = (day - self.now.astimezone(self.coach.zone).date()).days
        near = {0: "today, ", 1: "tomorrow, "}.get(ahead, "")
        return f"{near}{day:%A} {day.day} {day:%B}"

    def _news(self, participant: str) -> News:
        return self.news.get(participant, News())

    def _card(self, call: NextCall | None, shelf: Shelf) -> Card:
        who, markers = shelf.participant, {one.session: one for one in shelf.markers}
        marker = markers.pop(call.call, None) if call else None
        standing = self._standing(call.call, who, marker) if call else None
        return Card(
            name=who.name,
            role_at=", ".join(filter(None, (who.role, who.organization))),
            next_call=call,
            standing=standing,
            ready=self._listed(marker) if marker else None,
            new=self._news(who.id).tell(self.coach.id, marker),
            earlier=tuple(self._listed(markers[session]) for session in sorted(markers, reverse=True)),
            withdrawn=shelf.withdrawn,
        )

    def _standing(self, number: int, who: Participant, marker: Marker | None) -> Standing:
        session = self.program.session(number, who.cohort)
        comes = None if session.held(self.now) else session.starts_at
        run = self.runs.get((who.id, number))
        return stand(marker, run, self._news(who.id), zone=self.coach.zone, comes=comes)

    def _listed(self, marker: Marker) -> Listed:
        href = f"/report/{marker.participant}/{marker.session}"
        return Listed(marker.session, marker.title, marker.made_at.astimezone(self.coach.zone), href)
