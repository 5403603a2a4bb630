"""How far everybody is: per participant and session one word, a few counts, and dates. Pure.

No word that anybody wrote gets this far, and no title of an exercise: a coordinator sees how much is done,
private exercises among it, and never which. How far a session is says
:func:`mdli_workbook.progress.progress`, the same that the workbook and the report call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, cast

from mdli_workbook.curriculum import Filled
from mdli_workbook.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Call, Participant, Program, ScheduledSession
    from mdli_workbook.program.people import CallState

__all__ = ["CallStatus", "PersonStatus", "SessionStatus", "State", "Status", "Tally", "tally_of"]

RECORD = "coach-call"
"""The exercise in which a coach says what became of a call."""


class State(StrEnum):
    """How far a session is, in one word."""

    NOT_OPENED = "not opened"
    BEGUN = "begun"
    PART = "part"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Tally:
    """What the store knows of one participant in one session, in numbers and dates.

    Parameters
    ----------
    done, total
        Required exercises that are done, and all of those that the participant is shown.
    minutes_left
        Planned minutes of those that are not done.
    filled
        The same in one word.
    opened
        Whether the participant was in the workbook.
    last
        When they last opened or saved something (UTC).
    call, moved_to
        What the coach recorded of the call; ``""`` and ``None`` where nothing is recorded.
    """

    done: int = 0
    total: int = 0
    minutes_left: int = 0
    filled: Filled = Filled.NOT_BEGUN
    opened: bool = False
    last: datetime | None = None
    call: str = ""
    moved_to: date | None = None

    @property
    def state(self) -> State:
        """How far the session is."""
        if self.filled is Filled.NOT_BEGUN:
            return State.BEGUN if self.opened else State.NOT_OPENED
        return State.DONE if self.filled is Filled.DONE else State.PART


def tally_of(session: Session, participant: str, rows: Iterable[Answer], opened: Iterable[datetime]) -> Tally:
    """Count one participant's session.

    Parameters
    ----------
    session
        As it is now: an exercise that was removed since counts no more.
    participant
        Their id.
    rows
        The newest rows of that session, those that coaches wrote among them.
    opened
        When they opened something in it.
    """
    rows = tuple(rows)
    far = progress(session, rows)
    theirs = [*opened, *(row.saved_at for row in rows if row.author == participant)]
    said = next((row.value for row in rows if row.exercise == RECORD and row.value), {})
    moved = said.get("moved_to") if said.get("state") == "moved" else ""
    return Tally(
        far.done,
        far.total,
        far.minutes_left,
        far.filled,
        bool(theirs),
        max(theirs, default=None),
        said.get("state") or "",
        date.fromisoformat(moved) if moved else None,
    )


@dataclass(frozen=True, slots=True)
class CallStatus:
    """One coaching call as it stands now: agreed and recorded, by the latest word on it.

    Parameters
    ----------
    call
        Its number.
    state
        ``planned``, ``held``, ``missed``, ``moved``; what the coach recorded counts more than ``calls.csv``.
    first, last
        The days in which it takes place: one, if a day is known.
    starts_at, minutes
        When, and how long; ``None`` and 0 while no time is agreed.
    over
        Whether its time has passed.
    overdue
        Whether it has, and nobody said what became of it.
    """

    call: int
    state: CallState
    first: date
    last: date
    starts_at: datetime | None = None
    minutes: int = 0
    over: bool = False
    overdue: bool = False

    @property
    def settled(self) -> bool:
        """Whether it was held or missed."""
        return self.state in {"held", "missed"}

    @property
    def ahead(self) -> bool:
        """Whether it is still to come."""
        return not self.settled and not self.over

    def until(self, zone: ZoneInfo) -> datetime:
        """Return when it is over."""
        if self.starts_at is not None:
            return self.starts_at + timedelta(minutes=self.minutes)
        return datetime.combine(self.last + timedelta(days=1), time(), zone)


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """One participant's session.

    Parameters
    ----------
    session
        Its number.
    tally
        How far it is.
    held
        Whether it has begun.
    expected
        Whether they were in the program on its day, or have agreed on its call.
    call
        The call after it.
    overdue
        Whether it is not done though its call is near, or past and not recorded.
    """

    session: int
    tally: Tally
    held: bool
    expected: bool
    call: CallStatus
    overdue: bool = False

    @property
    def state(self) -> State:
        """How far it is."""
        return self.tally.state


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """One participant: each dated session, and what comes next.

    Parameters
    ----------
    who
        The participant.
    sessions
        In order.
    next_call
        ``None`` if none is to come.
    """

    who: Participant
    sessions: tuple[SessionStatus, ...]
    next_call: CallStatus | None

    @property
    def last(self) -> datetime | None:
        """When they last opened or saved something (UTC)."""
        return max((one.tally.last for one in self.sessions if one.tally.last), default=None)

    @property
    def overdue(self) -> tuple[int, ...]:
        """The sessions that are overdue."""
        return tuple(one.session for one in self.sessions if one.overdue)

    @property
    def unrecorded(self) -> tuple[CallStatus, ...]:
        """The calls that are past and that nobody recorded."""
        return tuple(one.call for one in self.sessions if one.call.overdue)


@dataclass(frozen=True)
class Status:
    """What everybody's status is made from.

    Parameters
    ----------
    program, sessions
        Whose; a session counts if it has both a file and dates.
    now
        The clock's time.
    """

    program: Program
    sessions: Sequence[Session]
    now: datetime

    def of(self, who: Participant, tallies: Mapping[int, Tally]) -> PersonStatus:
        """Return how far one participant is.

        Parameters
        ----------
        who
            The participant.
        tallies
            Session → what the store knows of it; nothing for those that they never opened.
        """
        sessions = tuple(
            self._session(who, dates, planned, tallies.get(planned.call, self._unopened[planned.call]))
            for dates, planned in self._planned[who.cohort]
        )
        return PersonStatus(who, sessions, self._next(who, sessions))

    def days_until(self, call: CallStatus) -> int:
        """Return how many days there are until the first day on which a call may be; negative if past."""
        return (call.first - self.today).days

    @cached_property
    def today(self) -> date:
        """Today, where the program is."""
        return self.now.astimezone(self.program.zone).date()

    @cached_property
    def dates(self) -> Mapping[str, tuple[ScheduledSession, ...]]:
        """Cohort → the dates of its sessions, in order."""
        return {
            cohort: tuple(one for one in self.program.sessions_of(cohort) if one.session in self._unopened)
            for cohort in self.program.cohorts
        }

    def _session(
        self, who: Participant, dates: ScheduledSession, planned: CallStatus, tally: Tally
    ) -> SessionStatus:
        agreed = self._agreed.get((who.id, dates.session))
        held = dates.held(self.now)
        call = planned if agreed is None and not tally.call else self._call(planned, agreed, tally)
        expected = held and (agreed is not None or who.in_program(dates.starts_at.date()))
        late = expected and not call.settled and not who.has_left(min(call.last, self.today))
        near = self.days_until(call) <= self.program.settings.due.remind_days_before
        return SessionStatus(
            session=dates.session,
            tally=tally,
            held=held,
            expected=expected,
            call=replace(call, overdue=True) if late and call.over else call,
            overdue=late and near and not who.has_left(self.today) and tally.state is not State.DONE,
        )

    def _call(self, planned: CallStatus, agreed: Call | None, tally: Tally) -> CallStatus:
        """Return a call by the latest word on it: the coach's record, then ``calls.csv``, then its window."""
        call = planned
        if agreed is not None and agreed.starts_at is not None:
            day = agreed.starts_at.astimezone(self.program.zone).date()
            call = CallStatus(planned.call, agreed.state, day, day, agreed.starts_at, agreed.minutes)
        if tally.call in {"held", "missed"}:
            call = replace(call, state=cast("CallState", tally.call))
        elif tally.moved_to is not None:
            known = tally.moved_to == call.first and call.starts_at is not None
            to = call if known else CallStatus(planned.call, "moved", tally.moved_to, tally.moved_to)
            call = replace(to, state="moved")
        return self._timed(call)

    def _timed(self, call: CallStatus) -> CallStatus:
        return replace(call, over=call.until(self.program.zone) <= self.now)

    def _next(self, who: Participant, sessions: Iterable[SessionStatus]) -> CallStatus | None:
        """Return the call that comes next, while they are in the program."""
        coming = (
            one.call
            for one in sessions
            if one.call.ahead
            and not who.has_left(one.call.last)
            and (who.joined_on is None or who.joined_on <= one.call.last)
        )
        return min(coming, key=lambda call: call.until(self.program.zone), default=None)

    @cached_property
    def _planned(self) -> Mapping[str, tuple[tuple[ScheduledSession, CallStatus], ...]]:
        """Cohort → each of its sessions, with its call as long as nothing else is known of it."""
        return {
            cohort: tuple((one, self._window(one)) for one in dates) for cohort, dates in self.dates.items()
        }

    def _window(self, dates: ScheduledSession) -> CallStatus:
        return self._timed(CallStatus(dates.session, "planned", dates.call_from, dates.call_until))

    @cached_property
    def _unopened(self) -> Mapping[int, Tally]:
        """Session → how far whoever never opened it is."""
        dated = self.program.numbers
        return {one.session: tally_of(one, "", (), ()) for one in self.sessions if one.session in dated}

    @cached_property
    def _agreed(self) -> Mapping[tuple[str, int], Call]:
        return {(one.participant, one.call): one for one in self.program.agreed}
