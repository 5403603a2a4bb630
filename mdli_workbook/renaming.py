"""What was renamed since the last time: told to the store, and to the reports that stay as they are.

``renamed_from`` stands in a session file or in the roster; an event in the store remembers it, also when
that word is deleted again. Nothing that anybody wrote is rewritten (:mod:`mdli_workbook.names`).
"""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook import shelf
from mdli_workbook.answers import Event
from mdli_workbook.errors import Problem, ProgramError
from mdli_workbook.files import private_folder, write_whole
from mdli_workbook.kind_changes import check_kinds
from mdli_workbook.names import NO_NAMES, RENAMED, Names
from mdli_workbook.program import store_address
from mdli_workbook.rows import count_answers
from mdli_workbook.sqlite import file_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

__all__ = ["Aside", "Settled", "check_names", "foresee_names", "note_names", "set_aside", "settle_names"]

Renamed = tuple[int, str, str]
"""Session (0 for a person), earlier and later id."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Answers that nothing shows: of an exercise or a person that is not in the program's files any more.

    Parameters
    ----------
    participant
        Who wrote them, if they are not in the roster; else ``""``.
    session, exercise
        What they answer, if the session has it no more; else 0 and ``""``.
    people, answers
        Of how many people, and how many.
    """

    participant: str
    session: int
    exercise: str
    people: int
    answers: int

    def __str__(self) -> str:
        kept = "1 answer is kept" if self.answers == 1 else f"{self.answers} answers are kept"
        if self.participant:
            return f"{self.participant} is not in roster.csv; {kept}, and shown once the row is back"
        of = "1 person" if self.people == 1 else f"{self.people} people"
        return f"session {self.session} has no exercise {self.exercise!r} any more; {kept}, of {of}"


def check_names(program: Program, sessions: Sequence[Session], names: Names) -> None:
    """Refuse an id that was somebody else's, or another exercise's: both would have the same answers.

    Raises
    ------
    ProgramError
        Naming each.
    """
    problems = [
        Problem(file, 0, f"{first!r} and {second!r} were ids of one, with the same answers; rename one")
        for file, session, ids in _all_ids(program, sessions)
        for first, second in _shared(ids, session, names)
    ]  # fmt: skip
    if problems:
        raise ProgramError(problems)


def _all_ids(program: Program, sessions: Sequence[Session]) -> Iterator[tuple[str, int, list[str]]]:
    yield "roster.csv", 0, [one.id for one in program.participants]
    for session in sessions:
        name = f"templates/sessions/{session.stem}.md"
        yield name, session.session, [one.id for one in session.exercises]


def _shared(ids: Iterable[str], session: int, names: Names) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for one in ids:
        now = names.latest.get((session, one), one)
        if now in first:
            yield now, one if one != now else first[now]
        first.setdefault(now, one)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a command says of ids that were corrected, and what everything is called from then on."""

    lines: tuple[str, ...]
    names: Names


def _renamed(program: Program, sessions: Sequence[Session], names: Names) -> Iterator[Renamed]:
    """Yield session (0 for a person), earlier and later id of what the store does not know yet.

    An id that is back, since a correction was taken back, is the later one again.
    """
    said = [(0, one.renamed_from, one.id) for one in program.participants]
    said += [(one.session, each.renamed_from or "", each.id) for one in sessions for each in one.exercises]
    for session, old, new in said:
        now = names.latest.get((session, new), new)
        before = names.latest.get((session, old), old) if old else now
        if before != new:
            yield session, before, new
        if now not in {new, before}:
            yield session, now, new


def _foresee(
    program: Program, sessions: Sequence[Session], store: Store, now: Callable[[], datetime]
) -> tuple[tuple[Renamed, ...], tuple[Event, ...], Names]:
    """Return what the store does not know yet, as events, and the names after them.

    Raises
    ------
    InputError
        If an id would have two owners, or answers would be of another kind than their exercise.
    """
    with store.look() as (connection, known):
        new = tuple(_renamed(program, sessions, known))
        events = tuple(
            Event(
                str(uuid.uuid4()), RENAMED, who=old, participant="", at=now(), session=session, exercise=one
            )
            for session, old, one in new
        )
        names = known.then(events)
        check_names(program, sessions, names)
        check_kinds(program.folder, sessions, connection, known, names)
    return new, events, names


def note_names(
    program: Program, sessions: Sequence[Session], store: Store, now: Callable[[], datetime]
) -> tuple[Renamed, ...]:
    """Tell the store what was renamed, and move reports that stand under an earlier id, cohort or slug.

    Parameters
    ----------
    program, sessions
        As their files say it now.
    store
        Open, for writing.
    now
        The clock.

    Returns
    -------
    tuple
        Session (0 for a person), earlier and later id of each that is new.

    Raises
    ------
    InputError
        If an id would have two owners, or answers would be of another kind than their exercise; nothing
        was noted.
    """
    new, events, names = _foresee(program, sessions, store, now)
    if events:
        store.record(*events)
    _move_reports(program, sessions, names)
    return new


def _move_reports(program: Program, sessions: Sequence[Session], names: Names) -> None:
    """Put reports where they belong now; the pages made from them are made again.

    Nobody else's file is touched, nor one whose participant is not in the roster.
    """
    people = {one.id: one for one in program.participants}
    slugs = {one.session: one.slug for one in sessions}
    for path in list(shelf.find_reports(program.folder)):
        owner = people.get(names.person(path.parent.name))
        number, _, slug = path.stem.partition("-")
        slug = slugs.get(int(number), slug) if number.isdecimal() else slug
        stem = f"{number}-{slug}"
        if owner is None or (path.parent.parent.name, path.parent.name, path.stem) == (
            owner.cohort,
            owner.id,
            stem,
        ):
            continue
        target = shelf.report_path(program.folder, owner.cohort, owner.id, stem)
        _move_report(path, target, participant=owner.id, cohort=owner.cohort, slug=slug)


def _move_report(path: Path, target: Path, **place: str) -> None:
    if shelf.read_marker(path) is None:
        return
    if not target.exists():  # else it was made again meanwhile, and the one there counts
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["metadata"]["mdli"] |= place
        private_folder(target.parent)
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_whole(target, text, mode=0o600)
    shelf.take_down(path)


def settle_names(program: Program, sessions: Sequence[Session], now: Callable[[], datetime]) -> Settled:
    """Note what was renamed and count what is kept aside, if the program has a store yet."""
    with _there(program, now) as store:
        if store is None:
            return _NOTHING
        new = note_names(program, sessions, store, now)
        with store.look() as (_, names):
            pass
        return Settled((*_told(new, "is"), *map(str, set_aside(program, sessions, store, names))), names)


def foresee_names(program: Program, sessions: Sequence[Session], now: Callable[[], datetime]) -> Settled:
    """Say what :func:`settle_names` would, and note nothing."""
    with _there(program, now) as store:
        if store is None:
            return _NOTHING
        new, _, names = _foresee(program, sessions, store, now)
        return Settled(
            (*_told(new, "would be"), *map(str, set_aside(program, sessions, store, names))), names
        )


_NOTHING = Settled((), NO_NAMES)


@contextlib.contextmanager
def _there(program: Program, now: Callable[[], datetime]) -> Iterator[Store | None]:
    """Give the program's store, unless it has none yet."""
    address = store_address(program.folder)
    if not file_of(address).exists():
        yield None
        return
    with Store.open(address, now=now, create=False) as store:
        yield store


def _told(new: Iterable[Renamed], is_or_would_be: str) -> Iterator[str]:
    for session, old, later in new:
        one = f"session {session}: {old}" if session else old
        yield f"{one} {is_or_would_be} {later} from now on, with all answers"


def set_aside(
    program: Program, sessions: Sequence[Session], store: Store, names: Names | None = None
) -> tuple[Aside, ...]:
    """Count the answers that nothing shows any more, in the order of sessions, then of people.

    Parameters
    ----------
    program, sessions
        As their files say it now.
    store
        Asked once.
    names
        What everything will be called; what it is called now by default.
    """
    here = {(one.session, each.id) for one in sessions for each in one.exercises}
    people = {one.id for one in program.participants}
    gone: dict[tuple[int, str], dict[str, int]] = {}
    left: dict[str, int] = {}
    with store.look() as (connection, known):
        counted = count_answers(connection, known if names is None else names)
    for participant, session, exercise, count in counted:
        if participant not in people:
            left[participant] = left.get(participant, 0) + count
        elif (session, exercise) not in here and not exercise.startswith("coach-"):
            of = gone.setdefault((session, exercise), {})
            of[participant] = of.get(participant, 0) + count
    exercises = (Aside("", *key, len(of), sum(of.values())) for key, of in sorted(gone.items()))
    return (*exercises, *(Aside(who, 0, "", 1, count) for who, count in sorted(left.items())))
