"""Sessions and calls as calendar files (``.ics``): for a participant, a coach, a cohort. Pure.

A call is its number, its length and, for those who have several, the participant's id: what it is about
stands in no calendar. All times are in UTC, which every calendar shows in its owner's zone, right on both
sides of a change of clocks. The same event has the same UID in every file and each time, so that importing
a file again moves what was moved instead of adding it once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from mdli_workbook.program import FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mdli_workbook.program import Program, ScheduledSession
    from mdli_workbook.status import CallStatus, PersonStatus

__all__ = ["Invitations", "changed_at"]

_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
"""From which revisions are counted, in minutes."""
_DOMAIN = "mdli-workbook.invalid"
"""UIDs look like addresses; this one is nobody's."""


def changed_at(folder: Path) -> datetime:
    """Return when the files that hold a program's dates were last changed."""
    times = [path.stat().st_mtime for name in FILES if (path := folder / name).exists()]
    return datetime.fromtimestamp(max(times), UTC)


@dataclass(frozen=True, slots=True)
class Invitations:
    """Makes the calendars of one program.

    Parameters
    ----------
    program
        Whose.
    changed
        When its dates were last changed: a later one is a higher revision of every event, so that calendars
        take the new times.
    """

    program: Program
    changed: datetime

    def of_participant(self, person: PersonStatus) -> bytes:
        """Return one participant's calendar: their sessions and calls."""
        return self._calendar(
            (*self._sessions(person.who.cohort, person), *self._calls([person], named=False))
        )

    def of_coach(self, people: Iterable[PersonStatus]) -> bytes:
        """Return one coach's calendar: the calls with their participants."""
        return self._calendar(self._calls(people, named=True))

    def of_cohort(self, cohort: str, people: Iterable[PersonStatus]) -> bytes:
        """Return one cohort's calendar: its sessions, and everybody's calls."""
        return self._calendar((*self._sessions(cohort), *self._calls(people, named=True)))

    def _calendar(self, events: Iterable[Event]) -> bytes:
        calendar = Calendar()
        calendar.add("prodid", "-//mdli-workbook//mdli status//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", self.program.title)
        for event in events:
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _sessions(self, cohort: str, person: PersonStatus | None = None) -> Iterator[Event]:
        for one in self.program.sessions_of(cohort):
            day = one.starts_at.date()
            if person is not None and person.who.joined_on is not None and day < person.who.joined_on:
                continue
            event = self._event(f"session-{one.session}-{cohort}", one.starts_at, self._length(one), cohort)
            event.add("summary", f"{self.program.title}, session {one.session}")
            event.add(
                "status", "CANCELLED" if person is not None and person.who.has_left(day) else "CONFIRMED"
            )
            yield event

    def _length(self, _session: ScheduledSession) -> timedelta:
        """Return how long a session takes: as long as there is credit for it, or an hour."""
        return timedelta(hours=float(self.program.credit.session) or 1)

    def _calls(self, people: Iterable[PersonStatus], *, named: bool) -> Iterator[Event]:
        for person in people:
            for session in person.sessions:
                event = self._call(person, session.call)
                if event is not None:
                    event.add("summary", f"Coaching call {session.call.call}{named * f', {person.who.id}'}")
                    yield event

    def _call(self, person: PersonStatus, call: CallStatus) -> Event | None:
        """Return a call whose time is known; one that has lost its time is taken out of calendars."""
        who = person.who
        agreed = self.program.call_of(who.id, call.call)
        if agreed.starts_at is None:
            return None
        event = self._event(
            f"call-{call.call}-{who.id}", agreed.starts_at, timedelta(minutes=agreed.minutes), who.cohort
        )
        gone = call.starts_at is None or who.has_left(call.first)
        event.add("status", "CANCELLED" if gone else "CONFIRMED")
        return event

    def _event(self, name: str, starts_at: datetime, length: timedelta, cohort: str) -> Event:
        """Begin an event; the year in its UID keeps next year's program with the same ids apart."""
        year = min(one.starts_at for one in self.program.sessions_of(cohort)).year
        event, begins = Event(), starts_at.astimezone(UTC)
        event.add("uid", f"{name}-{year}@{_DOMAIN}")
        event.add("dtstamp", self.changed.astimezone(UTC))
        event.add("last-modified", self.changed.astimezone(UTC))
        event.add("sequence", max(0, int((self.changed - _FIRST) / timedelta(minutes=1))))
        event.add("dtstart", begins)
        event.add("dtend", begins + length)
        return event
