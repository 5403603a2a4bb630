"""The whole record of one participant: what is theirs in the store, and what they were asked.

It holds every wording of theirs, private ones too, what coaches wrote to them, and what happened, in ids and
dates. A coach's own notes are in none, nor is that there are any. What was erased is an event with a date.

What was asked is read from the participant's workbooks, which hold each exercise as its session had it. So a
record needs no program folder, and knows exercises that a later session file has no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import ValidationError

from mdli_workbook.answers import newest
from mdli_workbook.errors import CellRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import AGREED, CALL, COMMENT, NOTE, OWN_NOTE
from mdli_workbook.exercises.comment import Comment
from mdli_workbook.grammar import Call, Parameters, read_cell
from mdli_workbook.rows import ANSWERS, EVENTS, of_person, read_answers, read_events
from mdli_workbook.salvage import read_notebook, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime, tzinfo

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.credit import Account
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.names import Names
    from mdli_workbook.store import Store

__all__ = ["Asked", "OwnRecord", "Whose", "asked_in", "asked_of", "own_record"]

_TITLE = re.compile(r"# Session \d+ · (.+)")
_BY_COACHES = {one.id: one for one in (CALL, NOTE, AGREED)}


@dataclass(frozen=True)
class Asked:
    """What somebody was asked.

    Parameters
    ----------
    exercises
        Session and id → exercise, in the order of the pages.
    titles
        Session → its title.
    """

    exercises: Mapping[tuple[int, str], Exercise] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)

    def then(self, other: Asked) -> Asked:
        """Return both; where they differ, the first one counts."""
        more = {key: one for key, one in other.exercises.items() if key not in self.exercises}
        return Asked({**self.exercises, **more}, {**other.titles, **self.titles})


@dataclass(frozen=True)
class Whose:
    """Whose record it is, and how people and times are named in it.

    Parameters
    ----------
    participant
        Id of now.
    name, program
        The person's name and the program's title; ``""`` where no file says them.
    coaches
        Id → name, as far as a file says it.
    zone
        In which times are told.
    about
        What the roster says of them, column → cell.
    """

    participant: str
    zone: tzinfo
    name: str = ""
    program: str = ""
    coaches: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnRecord:
    """One participant's record.

    Parameters
    ----------
    whose
        Whose it is.
    earlier
        Their former ids.
    made_at
        When it was made (UTC).
    rows
        Every row of theirs, and of coaches' words to them the one that counts, oldest first.
    events
        What happened, oldest first.
    asked
        What was asked.
    account, days
        What attendance comes to, and when each session or call was; ``None`` where only the events are known.
    """

    whose: Whose
    earlier: tuple[str, ...]
    made_at: datetime
    rows: tuple[Answer, ...]
    events: tuple[Event, ...]
    asked: Asked
    account: Account | None = None
    days: Mapping[tuple[str, int], date] = field(default_factory=dict)

    @property
    def sessions(self) -> tuple[int, ...]:
        """Numbers of the sessions that it speaks of."""
        numbers = {row.session for row in self.rows} | {one.session for one in self.events}
        return tuple(sorted(numbers - {0}))

    def exercises(self, session: int) -> tuple[tuple[str, Exercise | None], ...]:
        """Return what stands in a session, in the order of its page; ``None`` for an unknown exercise."""
        there = [row.exercise for row in self.rows if row.session == session]
        erased = [one.exercise for one in self.events if (one.session, one.what) == (session, "erased")]
        written = list(dict.fromkeys(name for name in (*there, *erased) if name))
        order = [name for number, name in self.asked.exercises if number == session]
        found = sorted(written, key=lambda name: order.index(name) if name in order else len(order))
        return tuple((name, self._exercise(session, name)) for name in found)

    def rows_of(self, session: int, exercise: str) -> tuple[Answer, ...]:
        """Return every row of an exercise, oldest first."""
        return tuple(row for row in self.rows if (row.session, row.exercise) == (session, exercise))

    def _exercise(self, session: int, name: str) -> Exercise | None:
        if name in _BY_COACHES:
            return _BY_COACHES[name]
        if name.startswith(f"{COMMENT}-"):
            said = [row.value for row in self.rows_of(session, name) if row.value]
            on = str(said[-1].get("title", "")) if said else ""
            return Comment(id=name, title=f"A comment on {on}" if on else "A comment")
        return self.asked.exercises.get((session, name))


def own_record(store: Store, whose: Whose, asked: Asked, made_at: datetime) -> OwnRecord:
    """Read one participant's record, without credit: one look at the store.

    Parameters
    ----------
    store
        Open.
    whose
        Whose it is; an earlier id is as good.
    asked
        What they were asked, under whichever ids.
    made_at
        When.
    """
    c = EVENTS.c
    with store.look() as (connection, names):
        ids = names.ids_of(0, whose.participant)
        rows = read_answers(
            connection,
            sa.select(ANSWERS).where(of_person(whose.participant, names)).order_by(ANSWERS.c.seq),
            names,
        )
        events = read_events(connection, sa.select(EVENTS).where(c.participant.in_(ids)).order_by(c.seq))
    now = names.person(whose.participant)
    kept = {row.id for row in newest(rows)}
    theirs = tuple(row for row in rows if _is_theirs(row) and (row.author == now or row.id in kept))
    return OwnRecord(
        replace(whose, participant=now),
        tuple(one for one in ids if one != now),
        made_at,
        theirs,
        tuple(names.event_now(one) for one in events if not one.exercise.startswith(OWN_NOTE)),
        _now(asked, names),
    )


def _is_theirs(row: Answer) -> bool:
    """Whether it is theirs to have: all but what a coach wrote for themself alone."""
    return row.audience != "self" and not row.exercise.startswith(OWN_NOTE)


def _now(asked: Asked, names: Names) -> Asked:
    """Return it under the ids of now; what bears its latest id counts before what has an earlier one."""
    ordered = sorted(asked.exercises.items(), key=lambda item: names.exercise(*item[0]) != item[0][1])
    latest = {(session, names.exercise(session, name)): one for (session, name), one in reversed(ordered)}
    placed = dict.fromkeys((session, names.exercise(session, name)) for session, name in asked.exercises)
    return Asked({key: latest[key].model_copy(update={"id": key[1]}) for key in placed}, asked.titles)


def asked_of(sessions: Iterable[Session]) -> Asked:
    """Return what some sessions ask, as their files have it."""
    sessions = tuple(sessions)
    return Asked(
        {(one.session, each.id): each for one in sessions for each in one.exercises},
        {one.session: one.title for one in sessions},
    )


def asked_in(notebooks: Iterable[bytes], participant: Iterable[str] = ()) -> Asked:
    """Return what some workbooks ask, the first one counting; nothing in them is run.

    Parameters
    ----------
    notebooks
        Contents of files. What is no cell of ours, or no notebook, is passed over.
    participant
        Ids; a workbook of anybody else is passed over. None: all count.
    """
    asked, ids = Asked(), frozenset(participant)
    for content in notebooks:
        notebook = read_notebook(content)
        cells = [source_of(cell) for cell in notebook.cells if cell["cell_type"] == "code"]
        read = [one for source in cells for one in _read(source)]
        named = next((one.values for one in read if isinstance(one, Parameters)), {})
        session = named.get("session")
        if not isinstance(session, int) or (ids and named.get("participant") not in ids):
            continue
        exercises = {(session, one.id): made for one in read if isinstance(one, Call) for made in _made(one)}
        words = (source_of(cell) for cell in notebook.cells if cell["cell_type"] == "markdown")
        titles = [found[1] for one in words if (found := _TITLE.match(one))]
        asked = asked.then(Asked(exercises, {session: titles[0]} if titles else {}))
    return asked


def _read(source: str) -> Iterator[object]:
    try:
        yield read_cell(source, KINDS)
    except CellRefused:
        return


def _made(call: Call) -> Iterator[Exercise]:
    try:
        yield KINDS[call.kind].model_validate({"id": call.id, **call.literals})
    except ValidationError:
        return
