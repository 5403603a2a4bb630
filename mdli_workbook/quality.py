"""What is wrong with the data: blank, out of range, orphan, future, duplicate. Pure.

A finding names ids, kinds and days, never words. Its own id is made of the rows that it is about, so it
stays through a corrected participant id, and is another one as soon as the data change: what was resolved
then comes back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mdli_workbook.exercises.checklist import Checklist
from mdli_workbook.exercises.choice import Choice
from mdli_workbook.exercises.coaching import CALL, is_coachs
from mdli_workbook.exercises.entries import begun
from mdli_workbook.exercises.log import Log
from mdli_workbook.exercises.ranking import Ranking
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.exercises.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.program import Program

__all__ = ["RULES", "Finding", "findings"]

RULES = {
    "blank": "a required answer was saved with nothing in it",
    "out-of-range": "the exercise does not know such a value",
    "orphan": "no roster has this person, or no session this exercise",
    "future": "a day or a time that has not come yet",
    "duplicate": "the same thing twice",
}
"""Rule → what it says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Parameters
    ----------
    id
        By which it is resolved.
    rule
        A word of :data:`RULES`.
    what
        More of it, in the software's own words.
    participant, cohort, session, exercise, entry
        Where; ``""`` or 0 where that does not apply.
    on
        ``YYYY-MM-DD`` of the row; ``""`` if it is not about one.
    """

    id: str
    rule: str
    what: str
    participant: str = ""
    cohort: str = ""
    session: int = 0
    exercise: str = ""
    entry: str = ""
    on: str = ""

    @property
    def words(self) -> str:
        """One line for the coordinator."""
        place = f"session {self.session} {self.exercise}".rstrip() if self.session else ""
        entry = f"entry {self.entry}" if self.entry else ""
        day = f"saved {self.on}" if self.on else ""
        where = ", ".join(filter(None, (self.participant, place, entry, day)))
        return f"{self.id}  {self.rule}: {where}: {self.what}"


@dataclass(frozen=True)
class _Known:
    """What answers are measured by."""

    program: Program
    now: datetime
    exercises: Mapping[tuple[int, str], Exercise]
    people: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", frozenset(one.id for one in self.program.participants))

    def cohort(self, participant: str) -> str:
        return self.program.participant(participant).cohort if participant in self.people else ""

    def found(self, rule: str, what: str, row: Answer, *more: str) -> Finding:
        """Return a finding on a row; `more` are the ids of others that it is about."""
        return Finding(
            _id(rule, what, row.id, *more),
            rule,
            what,
            row.participant,
            self.cohort(row.participant) or row.cohort,
            row.session,
            row.exercise,
            row.entry,
            row.saved_at.astimezone(self.program.zone).date().isoformat(),
        )


def findings(
    program: Program,
    sessions: Iterable[Session],
    rows: Sequence[Answer],
    events: Iterable[Event],
    now: datetime,
) -> tuple[Finding, ...]:
    """Return everything that is wrong, by rule, in the order of rows.

    Parameters
    ----------
    program, sessions
        What there is to answer, and who answers.
    rows
        Newest rows of everybody, under the ids of now.
    events
        Of everybody, likewise.
    now
        What is later has not come yet.
    """
    exercises = {(one.session, each.id): each for one in sessions for each in one.exercises}
    known = _Known(program, now, exercises)
    told = [one for row in rows if row.value is not None for one in _of_row(row, known)]
    told += _of_events(events, known)
    told += _entries_twice(rows, known)
    told += _people_twice(program)
    return tuple(sorted(told, key=lambda one: list(RULES).index(one.rule)))


def _of_row(row: Answer, known: _Known) -> Iterator[Finding]:
    if row.saved_at > known.now:
        yield known.found("future", "it was saved at a later time than it is now", row)
    if row.participant not in known.people:
        yield known.found("orphan", "this participant is not in roster.csv", row)
    exercise = known.exercises.get((row.session, row.exercise))
    if is_coachs(row.exercise):
        exercise = CALL if row.exercise == CALL.id else None
    elif exercise is None:
        yield known.found("orphan", "no session has this exercise", row)
    if exercise is not None and row.value is not None and (row.entry or not exercise.repeats):
        yield from _of_value(exercise, row.value, row, known)


def _of_value(exercise: Exercise, value: dict[str, Any], row: Answer, known: _Known) -> Iterator[Finding]:
    try:
        exercise.Value.model_validate(value)
    except ValidationError as error:
        places = _ids(str(one["loc"][0]) for one in error.errors() if one["loc"])
        yield known.found("out-of-range", f"{places} cannot be read as a {exercise.kind} has it", row)
        return
    if _is_empty(value):
        if exercise.required:
            yield known.found("blank", RULES["blank"], row)
        return
    for what in _strange(exercise, value):
        yield known.found("out-of-range", what, row)
    if isinstance(exercise, Log) and _is_ahead(exercise, value, known):
        yield known.found("future", f"{next(iter(exercise.fields))} is a day to come", row)


def _is_empty(value: Mapping[str, Any]) -> bool:
    """Say whether there are fields with nothing in them; without fields it only decides on who may read."""
    return bool(value) and not begun(_without_defaults(value))


def _without_defaults(value: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, one in value.items():
        if name == "state" and one == "open":
            continue
        if isinstance(one, dict):
            inner = _without_defaults(one)
            kept[name] = inner if begun(inner) else None
        elif isinstance(one, list):
            kept[name] = [each for each in one if not is_blank(each)]
        else:
            kept[name] = one
    return kept


def _strange(exercise: Exercise, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the exercise does not know, without repeating it."""
    if isinstance(exercise, Scale):
        ratings = value.get("ratings") or {}
        statements, points = {one.id for one in exercise.statements}, {one.id for one in exercise.points}
        yield from _count(sum(one not in statements for one in ratings), "statement")
        yield from _count(sum(one not in points for one in ratings.values()), "point")
    elif isinstance(exercise, Choice):
        chosen = exercise.chosen({"": dict(value)})
        yield from _count(len(set(chosen) - {one.id for one in exercise.options}), "option")
        if len(chosen) > 1 and not exercise.many:
            yield f"{len(chosen)} options are chosen where one is asked for"
    elif isinstance(exercise, Ranking):
        ranked = value.get("ranked") or []
        yield from _count(len(set(ranked) - {one.id for one in exercise.options}), "option")
        if len(ranked) > exercise.wanted:
            yield f"{len(ranked)} options are kept where {exercise.wanted} are asked for"
        if len(ranked) != len(set(ranked)):
            yield "an option is kept twice"
    elif isinstance(exercise, Checklist):
        yield from _count(len((value.get("marks") or {}).keys() - {one.id for one in exercise.items}), "item")
    elif isinstance(exercise, Log):
        yield from _count(len(value.keys() - exercise.fields.keys()), "field")
        yield from (what for name in exercise.fields if (what := _cell(exercise, name, value.get(name))))


def _count(number: int, what: str) -> Iterator[str]:
    if number:
        yield f"{number} {what}{'' if number == 1 else 's'} that the exercise does not have"


def _cell(log: Log, name: str, cell: Any) -> str:
    """Return what is wrong with one field of a log; ``""`` if nothing."""
    type_ = log.fields[name]
    if is_blank(cell):
        return ""
    if type_ in {"number", "minutes"}:
        return _number(log, name, cell)
    right, words = {
        "choice": (cell in {one.id for one in log.options.get(name, ())}, "is none of its options"),
        "date": (_day(cell) is not None, "is not a day of the calendar"),
        "time": (isinstance(cell, str) and bool(_TIME.fullmatch(cell)), "is not a time of day"),
    }.get(type_, (isinstance(cell, str), "is not text"))
    return "" if right else f"{name} {words}"


def _number(log: Log, name: str, cell: Any) -> str:
    if isinstance(cell, str):
        return f"{name} is not a number"
    least, most = log.limits.get(name, (0 if log.fields[name] == "minutes" else -inf, inf))
    return "" if least <= cell <= most else f"{name} is beyond its limits"


_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(cell: Any) -> date | None:
    try:
        return date.fromisoformat(cell) if isinstance(cell, str) and _DAY.fullmatch(cell) else None
    except ValueError:
        return None


def _is_ahead(log: Log, value: Mapping[str, Any], known: _Known) -> bool:
    """Say whether what a log tells of is still to come: its first field is the day on which it was.

    Later fields may be days ahead, such as the one on which somebody will be told.
    """
    first, type_ = next(iter(log.fields.items()))
    day = _day(value.get(first)) if type_ == "date" else None
    # whoever writes in the evening is a day ahead elsewhere, at most
    return day is not None and (day - known.program.today(lambda: known.now)).days > 1


def _of_events(events: Iterable[Event], known: _Known) -> Iterator[Finding]:
    for one in events:
        if not one.participant:
            continue
        day = one.at.astimezone(known.program.zone).date().isoformat()
        for rule, what, wrong in (
            ("future", f"{one.what} at a later time than it is now", one.at > known.now),
            (
                "orphan",
                f"{one.what} of a participant who is not in roster.csv",
                one.participant not in known.people,
            ),
        ):
            if wrong:
                cohort = known.cohort(one.participant)
                yield Finding(
                    _id(rule, what, one.id),
                    rule,
                    what,
                    one.participant,
                    cohort,
                    one.session,
                    one.exercise,
                    "",
                    day,
                )


def _entries_twice(rows: Iterable[Answer], known: _Known) -> Iterator[Finding]:
    same: dict[tuple[object, ...], list[Answer]] = defaultdict(list)
    for row in rows:
        if row.entry and row.value is not None and begun(_without_defaults(row.value)):
            content = json.dumps(row.value, sort_keys=True)
            same[row.participant, row.session, row.exercise, row.author, content].append(row)
    for first, *others in same.values():
        for row in others:
            yield known.found("duplicate", f"the same as entry {first.entry}", row, first.id)


def _people_twice(program: Program) -> Iterator[Finding]:
    for what, told in (("e-mail address", attrgetter("email")), ("name", attrgetter("name"))):
        same: dict[str, list[Any]] = defaultdict(list)
        for one in program.participants:
            same[" ".join(told(one).casefold().split())].append(one)
        for first, *others in same.values():
            for one in others:
                words = f"the same {what} as {first.id} in roster.csv"
                yield Finding(
                    _id("duplicate", what, first.id, one.id), "duplicate", words, one.id, one.cohort
                )


def _ids(names: Iterable[str]) -> str:
    """Name fields by the ids that a schema gives them; what else stands there may be somebody's words."""
    known = sorted(one for one in names if re.fullmatch(r"[a-z][a-z_]{0,30}", one) and one in _FIELDS)
    return " and ".join(known) or "its value"


_FIELDS = frozenset(
    {"text", "ratings", "chosen", "other", "ranked", "marks", "due", "state", "lines", "minutes"}
)


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]
