"""What one report may show, as data: all that a report's kernel ever gets to know.

`mdli` makes it from one query of the store, before any kernel starts; the kernel reads it from
``briefing.json`` in its own working folder. A private answer is not in it, and neither is a
private exercise, written or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import Answer, newest
from mdli_workbook.curriculum import Exercise, Record
from mdli_workbook.progress import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mdli_workbook.answers import Audience
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Participant, Program

__all__ = ["FILE", "Briefing", "Declared", "Meeting", "Person", "Repeat", "Sources", "Step", "alone"]

FILE = "briefing.json"
_OF_OTHERS = frozenset({"show_if", "same_as", "renamed_from"})


class Person(Record):
    """The participant, as the coach knows them."""

    id: str
    name: str
    role: str = ""
    organization: str = ""


class Meeting(Record):
    """The coaching call: its time if one is agreed, in the coach's time zone; else its window."""

    number: int
    window: tuple[date, date]
    starts_at: datetime | None = None
    zone: str = "UTC"
    state: str = "planned"


class Declared(Record):
    """An exercise that the coach may know of, as a session declares it."""

    kind: str
    session: int
    id: str
    literals: dict[str, Any]

    @classmethod
    def of(cls, exercise: Exercise, session: int) -> Declared:
        """Return the JSON of an exercise."""
        return cls(kind=exercise.kind, session=session, id=exercise.id, literals=alone(exercise.literals()))


def alone(literals: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exercise's literals without those that name another one: that may be private.

    Examples
    --------
    >>> alone({"prompt": "And now?", "show_if": {"exercise": "first-guess", "is": ["saved"]}})
    {'prompt': 'And now?'}
    """
    return {name: value for name, value in literals.items() if name not in _OF_OTHERS}


class Step(Record):
    """One moment in the life of a commitment: what state and date it had from then on."""

    session: int
    exercise: str
    entry: str
    at: datetime
    state: str
    due: str


class Repeat(Record):
    """A scale that repeats an earlier one, and the one that looks back on it.

    Parameters
    ----------
    now, then
        Ids of the scale of this session and of the earlier one.
    then_session
        Where the earlier one stands.
    looking_back
        Id of the scale, in this session, that rates the beginning as it is seen now; ``""`` if none.
    """

    now: str
    then: str
    then_session: int
    looking_back: str = ""


class Briefing(Record):
    """Everything that one report may show.

    Parameters
    ----------
    person, coach
        Whom the call is with, and the coach's name.
    session, title, held_on
        The session that the report is about.
    meeting
        The call that it prepares.
    today
        The date that ages are counted to.
    exercises
        Those of this session whose audience is the coach, in the order of the page, and the
        earlier ones (other ``session``) that hold answers below.
    answers
        Newest rows that the coach may read, of this session and the ones before.
    history
        Of the commitments among them, oldest first.
    opened
        Ids of this session's exercises above that were opened.
    repeats
        Which of the scales above repeat which.
    """

    person: Person
    coach: str
    session: int
    title: str
    held_on: date
    meeting: Meeting
    today: date
    exercises: tuple[Declared, ...]
    answers: tuple[Answer, ...]
    history: tuple[Step, ...] = ()
    opened: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()

    def here(self) -> tuple[Declared, ...]:
        """Return the exercises of this session, without those that coaches write."""
        return tuple(one for one in self.exercises if one.session == self.session)

    def rows(self, session: int, exercise: str) -> tuple[Answer, ...]:
        """Return the rows of one exercise."""
        return tuple(row for row in self.answers if (row.session, row.exercise) == (session, exercise))


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
        """Yield what earlier months still say: open commitments, a baseline, the last note."""
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
                if carried or (rows and f"{number}/{one.id}" in repeated):
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
