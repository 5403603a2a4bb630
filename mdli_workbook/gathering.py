"""Gather what a report may show: the rules of what is told, in numbers and in words. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import newest
from mdli_workbook.briefing import Before, Briefing, Declared, Meeting, Person, Repeat, Step
from mdli_workbook.curriculum import Filled
from mdli_workbook.progress import progress, shown
from mdli_workbook.settling import settled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mdli_workbook.answers import Answer, Audience
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.program import Participant, Program

__all__ = ["Sources"]

RECORD = "coach-call"
"""Id of the exercise in which a coach records what became of a call."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a briefing is made from, for one participant.

    Parameters
    ----------
    program, participant
        From the program's files.
    sessions
        The curriculum.
    by_coaches
        The exercises that coaches write, the same in every session.
    told
        Every revision that the coach may read, oldest first.
    audiences
        (session, exercise) → what the participant decided; where nothing was decided, the
        session file's default holds.
    opened
        (session, exercise) of what the participant has opened.
    today
        The date that ages are counted to.
    """

    program: Program
    participant: Participant
    sessions: Sequence[Session]
    by_coaches: Sequence[Exercise]
    told: Sequence[Answer]
    audiences: Mapping[tuple[int, str], Audience]
    opened: Collection[tuple[int, str]]
    today: date

    def briefing(self, number: int) -> Briefing:
        """Gather what report `number` may show."""
        session = next(one for one in self.sessions if one.session == number)
        here = self._here(session)
        named = [*((number, one, self._rows(number, one)) for one in here), *self._earlier(session)]
        rows = tuple(row for _, _, found in named for row in found)
        promised = {(of, one.id) for of, one, _ in named if one.repeats and one.in_front}
        keys = {row.key for row in rows if row.entry and (row.session, row.exercise) in promised}
        return Briefing(
            person=_person(self.participant),
            coach=self.program.coach(self.participant.coach_id).name,
            session=number,
            title=session.title,
            held_on=self.program.session(number, self.participant.cohort).starts_at.date(),
            meeting=_meeting(self.program, self.participant, number),
            today=self.today,
            exercises=tuple(Declared.of(one, of) for of, one, _ in named),
            answers=rows,
            history=_history(row for row in self.told if row.key in keys),
            opened=tuple(one.id for one in here if (number, one.id) in self.opened),
            repeats=tuple(_repeats(here, {(of, one.id) for of, one, _ in named})),
            before=self._before(number),
            after=self._call(number + 1),
        )

    def _call(self, number: int) -> Meeting | None:
        """Return a call, if the program has dates for it."""
        if number not in {one.session for one in self.program.sessions_of(self.participant.cohort)}:
            return None
        call = _meeting(self.program, self.participant, number)
        return call.model_copy(update=self._recorded(number))

    def _recorded(self, number: int) -> dict[str, Any]:
        """Return what the coach recorded of a call; that counts more than what was planned."""
        rows = (row for row in newest(self.told) if (row.session, row.exercise) == (number, RECORD))
        said = next((row.value for row in rows if row.value and row.value.get("state")), {})
        return {name: said[name] for name in ("state", "minutes", "moved_to") if said.get(name)}

    def _before(self, number: int) -> Before | None:
        session = next((one for one in self.sessions if one.session == number - 1), None)
        call = self._call(number - 1)
        if session is None or call is None:
            return None
        first = datetime.combine(call.window[0], time(), self.program.zone)
        since = call.starts_at or first
        here = self._here(session)
        rows = tuple(row for one in here for row in self._rows(number - 1, one))
        items = progress(_Open(here), rows).items
        ended = tuple(settled(self.told, self._promised(number), since))
        return Before(
            session=number - 1,
            call=call,
            since=since,
            done=sum(item.filled is Filled.DONE for item in items),
            total=len(items),
            settled=dict(sorted(Counter(state for state, _ in ended).items())),
            named=tuple(sorted({*(f"{number - 1}/{one.id}" for one in here), *(name for _, name in ended)})),
        )

    def _promised(self, number: int) -> frozenset[tuple[int, str]]:
        """Return the exercises of earlier months that hold commitments which the coach may know of."""
        return frozenset(
            (session.session, one.id)
            for session in self.sessions
            if session.session < number
            for one in (*session.exercises, *self.by_coaches)
            if one.repeats and one.in_front
            if one in self.by_coaches or self._is_open(session.session, one)
        )

    def _rows(self, session: int, exercise: Exercise) -> tuple[Answer, ...]:
        rows = newest(self.told)
        return tuple(row for row in rows if (row.session, row.exercise) == (session, exercise.id))

    def _is_open(self, number: int, exercise: Exercise) -> bool:
        return self.audiences.get((number, exercise.id), exercise.audience) == "coach"

    def _here(self, session: Session) -> tuple[Exercise, ...]:
        """Return the exercises that the coach may know of.

        One that waits for a private answer is named only once it is answered itself: that it is
        shown would tell what the private answer is. One that waits for an open answer is named
        while that condition holds, as in the workbook.
        """
        number = session.session
        open_ones = [one for one in session.exercises if self._is_open(number, one)]
        rows = tuple(row for one in open_ones for row in self._rows(number, one))
        names = {one.id for one in open_ones}
        settled = tuple(
            one.model_copy(update={"show_if": None})
            if one.show_if and one.show_if.exercise not in names and self._rows(number, one)
            else one
            for one in open_ones
        )
        return shown(_Open(settled), rows)

    def _earlier(self, session: Session) -> Iterator[tuple[int, Exercise, tuple[Answer, ...]]]:
        """Yield what earlier months still say: open commitments, a baseline, the last talk and note."""
        repeated = {getattr(one, "same_as", "") for one in session.exercises}
        note: tuple[int, Exercise, tuple[Answer, ...]] | None = None
        for earlier in self.sessions:
            number = earlier.session
            if number >= session.session:
                continue
            open_ones = [one for one in earlier.exercises if self._is_open(number, one)]
            for one in (*open_ones, *self.by_coaches):
                rows = self._rows(number, one)
                # the exercise's own row holds an order and no promise
                carried = tuple(row for row in rows if row.entry and one.carries(row.value))
                talked = number == session.session - 1 and one.in_front and not one.repeats
                if carried or (rows and (talked or f"{number}/{one.id}" in repeated)):
                    yield number, one, carried or rows
                elif rows and one in self.by_coaches and not one.repeats:
                    note = (number, one, rows)
        if note is not None:
            yield note


@dataclass(frozen=True, slots=True)
class _Open:
    exercises: tuple[Exercise, ...]


def _person(participant: Participant) -> Person:
    return Person(
        id=participant.id,
        name=participant.name,
        role=participant.role,
        organization=participant.organization,
    )


def _meeting(program: Program, participant: Participant, number: int) -> Meeting:
    call = program.call_of(participant.id, number)
    return Meeting(
        number=number,
        starts_at=call.starts_at,
        zone=str(program.coach(participant.coach_id).zone),
        window=(call.call_from, call.call_until),
        state=call.state,
        minutes=call.minutes,
    )


def _repeats(here: Sequence[Exercise], known: Collection[tuple[int, str]]) -> Iterator[Repeat]:
    for one in here:
        session, _, first = str(getattr(one, "same_as", "")).partition("/")
        if first and (int(session), first) in known:
            back = (
                two.id
                for two in here
                if two.kind == one.kind and two.show_if and two.show_if.exercise == one.id
            )
            yield Repeat(now=one.id, then=first, then_session=int(session), looking_back=next(back, ""))


def _history(rows: Iterable[Answer]) -> tuple[Step, ...]:
    """Tell what became of each entry, without the words of its earlier revisions."""
    steps: list[Step] = []
    last: dict[tuple[str, int, str, str], tuple[str, str]] = {}
    for row in rows:
        now = (str((row.value or {}).get("state", "")), str((row.value or {}).get("due", "")))
        if now[0] and last.get(row.key) != now:
            last[row.key] = now
            steps.append(
                Step(
                    session=row.session,
                    exercise=row.exercise,
                    entry=row.entry,
                    at=row.saved_at,
                    state=now[0],
                    due=now[1],
                )
            )
    return tuple(steps)
