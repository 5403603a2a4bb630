"""Counts of everybody's answers, read in portions, and remembered so that only what is new is read again.

In ``.mdli/status.jsonl``, 0600: first what the counts were made from, then a line for each participant with
numbers and dates of their sessions. It holds no word of anybody. A line is trusted only while the store still
has the same last rows and no fewer others, the sessions and the code that counts are the same, nobody was
renamed, and nothing about its participant was added since; otherwise their answers are read again. The file
may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mdli_workbook.curriculum import Filled
from mdli_workbook.edition import code_hash
from mdli_workbook.files import clear_halves, write_whole
from mdli_workbook.program import store_address
from mdli_workbook.rows import ANSWERS, EVENTS, few, newest_where, read_answers
from mdli_workbook.sqlite import file_of
from mdli_workbook.status import Tally, tally_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.names import Names
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.selection import Selection
    from mdli_workbook.status import PersonStatus, Status

__all__ = ["FILE", "Tallies", "forget", "look_at", "read_tallies"]

FILE = "status.jsonl"
_AT_ONCE = 100
"""Participants whose answers are in memory together."""
_AN_HOUR = 3600.0
"""Nobody takes so long to write it; younger halves are another command's."""
_COUNTED_BY = ("answers", "progress", "status", "tallies")


@dataclass(frozen=True, slots=True)
class _Made:
    """What counts were made from.

    Parameters
    ----------
    rules
        Hash of the sessions, of the code that counts, and of who was renamed.
    answers, events
        Of each table, number and id of its last row, and how many rows it has.
    """

    rules: str
    answers: tuple[int, str, int]
    events: tuple[int, str, int]


class Tallies:
    """Participant → their sessions, each line read when it is asked for.

    Parameters
    ----------
    lines
        Participant → JSON.
    """

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines

    def of(self, participant: str) -> Mapping[int, Tally]:
        """Return the sessions of one participant that the store knows something of."""
        line = self._lines.get(participant)
        return dict(map(_tally, json.loads(line))) if line else {}


def read_tallies(
    folder: Path, store: Store, sessions: Sequence[Session], people: Iterable[str], *, whole: bool = True
) -> Tallies:
    """Count how far some participants are.

    Parameters
    ----------
    folder
        The program folder.
    store
        Asked in one transaction, so that all counts are of one moment.
    sessions
        As they are now.
    people
        Ids.
    whole
        Whether these are all participants; only then the counts are remembered.
    """
    wanted = list(people)
    path = folder / ".mdli" / FILE
    with store.look() as (connection, names):
        made = _made(connection, names, sessions)
        before, lines = _remembered(path)
        stale = _stale(connection, names, before, made)
        kept = (
            {who: lines[who] for who in wanted if who in lines and who not in stale}
            if stale is not None
            else {}
        )
        missing = [who for who in wanted if who not in kept]
        kept |= _count(connection, names, sessions, missing)
    if whole and (before != made or missing or len(kept) != len(lines)):
        _remember(path, made, kept)
    return Tallies(kept)


def look_at(
    program: Program, sessions: Sequence[Session], selection: Selection, status: Status
) -> Iterator[tuple[str, Iterator[PersonStatus]]]:
    """Yield each cohort that was asked for, with its people in the order of the roster, one by one.

    A program without a store is one in which nobody opened anything; none is made.
    """
    chosen: dict[str, list[Participant]] = {}
    for one in program.participants:
        if selection.wants(one, selection.session):
            chosen.setdefault(one.cohort, []).append(one)
    tallies = Tallies({})
    address = store_address(program.folder)
    if file_of(address).exists():
        with Store.open(address, now=lambda: status.now, create=False) as store:
            ids = (one.id for people in chosen.values() for one in people)
            whole = not (selection.cohort or selection.participant)
            tallies = read_tallies(program.folder, store, sessions, ids, whole=whole)
    for cohort, people in chosen.items():
        yield cohort, (status.of(one, tallies.of(one.id)) for one in people)


def _made(connection: sa.Connection, names: Names, sessions: Sequence[Session]) -> _Made:
    said = [
        [one.session, one.stem, [[each.kind, each.id, each.literals()] for each in one.exercises]]
        for one in sessions
    ]
    renamed = sorted((*key, now) for key, now in names.latest.items())
    rules = hashlib.sha256(
        json.dumps([said, renamed, code_hash(*_COUNTED_BY)], sort_keys=True).encode()
    ).hexdigest()
    return _Made(rules, _end(connection, ANSWERS), _end(connection, EVENTS))


def _end(connection: sa.Connection, table: sa.Table) -> tuple[int, str, int]:
    """Return number and id of the last row of a table, and how many there are."""
    c = table.c
    last = connection.execute(sa.select(c.seq, c.id).order_by(c.seq.desc()).limit(1)).one_or_none()
    count = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    return (*(last or (0, "")), count)


def _stale(connection: sa.Connection, names: Names, before: _Made | None, made: _Made) -> set[str] | None:
    """Return whose counts may be others by now; ``None`` if anybody's may."""
    if before is None or before.rules != made.rules:
        return None
    found: set[str] = set()
    for table, (seq, row, count), (_, _, now) in (
        (ANSWERS, before.answers, made.answers),
        (EVENTS, before.events, made.events),
    ):
        c = table.c
        if seq and connection.execute(sa.select(c.id).where(c.seq == seq)).scalar_one_or_none() != row:
            return None  # another store, or an older copy of this one
        new = connection.execute(
            sa.select(c.participant, sa.func.count()).where(c.seq > seq).group_by(c.participant)
        ).all()
        if count + sum(rows for _, rows in new) != now:
            return None  # somebody's records were taken out
        found.update(names.person(who) for who, _ in new)
    return found


def _count(
    connection: sa.Connection, names: Names, sessions: Sequence[Session], people: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield each participant with their line."""
    known = {one.session: one for one in sessions}
    for portion in few(people, _AT_ONCE):
        ids = [one for who in portion for one in names.ids_of(0, who)]
        rows: dict[tuple[str, int], list[Any]] = defaultdict(list)
        opened: dict[tuple[str, int], list[datetime]] = defaultdict(list)
        for row in read_answers(connection, newest_where(ANSWERS.c.participant.in_(ids), names=names), names):
            rows[row.participant, row.session].append(row)
        for who, session, at in connection.execute(_OPENED, {"whose": ids}):
            opened[names.person(who), session].append(at)
        for who in portion:
            there = [one for key, one in known.items() if (who, key) in rows or (who, key) in opened]
            yield (
                who,
                json.dumps(
                    [
                        _said(
                            one.session, tally_of(one, who, rows[who, one.session], opened[who, one.session])
                        )
                        for one in there
                    ]
                ),
            )


_WHOSE: sa.BindParameter[Any] = sa.bindparam("whose", expanding=True)
_OPENED = sa.select(EVENTS.c.participant, EVENTS.c.session, EVENTS.c.at).where(
    EVENTS.c.participant.in_(_WHOSE), EVENTS.c.what == "opened"
)


def _said(session: int, one: Tally) -> list[Any]:
    last = one.last.isoformat(timespec="seconds") if one.last else ""
    moved = one.moved_to.isoformat() if one.moved_to else ""
    return [session, one.done, one.total, one.minutes_left, one.filled, one.opened, last, one.call, moved]


def _tally(said: list[Any]) -> tuple[int, Tally]:
    session, done, total, minutes, filled, opened, last, call, moved = said
    at = datetime.fromisoformat(last) if last else None
    day = date.fromisoformat(moved) if moved else None
    return session, Tally(done, total, minutes, Filled(filled), opened, at, call, day)


def _remembered(path: Path) -> tuple[_Made | None, dict[str, str]]:
    """Return what is remembered; nothing of a file that is not whole."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline())
            made = _Made(head["rules"], tuple(head["answers"]), tuple(head["events"]))
            lines = dict(line.rstrip("\n").split("\t", 1) for line in file)
        return (made, lines) if len(lines) == head["people"] else (None, {})
    except (OSError, ValueError, KeyError, TypeError):
        return None, {}


def _remember(path: Path, made: _Made, lines: Mapping[str, str]) -> None:
    """Write it down. That this is not possible makes the next time slower, and nothing else."""
    head = {"rules": made.rules, "answers": made.answers, "events": made.events, "people": len(lines)}
    text = "\n".join([json.dumps(head), *(f"{who}\t{line}" for who, line in lines.items()), ""])
    with contextlib.suppress(OSError):
        if path.parent.is_dir():
            clear_halves(path.parent, FILE, age=_AN_HOUR)
            write_whole(path, text, mode=0o600, durable=False)


def forget(folder: Path) -> None:
    """Delete what is remembered of a program folder, and halves of it."""
    path = folder / ".mdli" / FILE
    path.unlink(missing_ok=True)
    clear_halves(path.parent, FILE)
