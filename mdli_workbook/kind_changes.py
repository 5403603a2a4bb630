"""An exercise that has answers keeps its kind: another kind could not show what people wrote.

What kind it was is said by the workbooks as they were generated, and where those know an id no more, by the
shape of what was saved under it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import ValidationError

from mdli_workbook.errors import CellRefused, CurriculumError, Problem
from mdli_workbook.exercises import KINDS
from mdli_workbook.notebook import calls_of
from mdli_workbook.rows import ANSWERS, newest_where, read_answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.names import Names

__all__ = ["check_kinds", "kinds_issued"]


def check_kinds(
    folder: Path, sessions: Sequence[Session], connection: sa.Connection, known: Names, names: Names
) -> None:
    """Refuse an exercise of another kind than the answers that are there.

    Parameters
    ----------
    folder
        The program folder.
    sessions
        As their files say it now.
    connection
        In a transaction of the store.
    known, names
        What the store says of earlier ids, and what it will say once the session files count.

    Raises
    ------
    CurriculumError
        Naming each, with the line of its block.
    """
    issued = kinds_issued(folder)
    problems = []
    for session in sessions:
        for one in session.exercises:
            ids = known.ids_of(session.session, one.renamed_from or one.id)
            kinds = frozenset[str]().union(*(issued.get((session.session, old), ()) for old in ids))
            if one.kind in kinds or not (kinds or one.renamed_from):
                continue  # as it was, or new
            rows = _newest(connection, session.session, ids, names)
            odd = rows if kinds else [row for row in rows if not _fits(one, row)]
            if odd:
                said = _words(one, min(kinds, default=""), len({row.participant for row in odd}))
                line = session.lines.get(one.id, 0)
                problems.append(Problem(f"templates/sessions/{session.stem}.md", line, said))
    if problems:
        raise CurriculumError(problems)


def _words(exercise: Exercise, was: str, people: int) -> str:
    old = exercise.renamed_from or exercise.id
    whose = "1 person has" if people == 1 else f"{people} people have"
    way_out = "take renamed_from out" if exercise.renamed_from else f"give the {exercise.kind} another id"
    return (
        f"'{exercise.id}' is {_a(exercise.kind)}, but '{old}' was {_a(was) if was else 'of another kind'}, "
        f"to which {whose} answers; {way_out}, and they are kept aside"
    )


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _newest(connection: sa.Connection, session: int, ids: Sequence[str], names: Names) -> tuple[Answer, ...]:
    which = sa.and_(ANSWERS.c.session == session, ANSWERS.c.exercise.in_(ids))
    found = read_answers(connection, newest_where(which, names=names), names)
    return tuple(row for row in found if row.value is not None)


def _fits(exercise: Exercise, row: Answer) -> bool:
    """Say whether an answer has the shape of a kind; what stands for the exercise with its entries, has."""
    if bool(row.entry) is not exercise.repeats:
        return exercise.repeats
    try:
        exercise.Value.model_validate(row.value)
    except ValidationError:
        return False
    return True


def kinds_issued(folder: Path) -> dict[tuple[int, str], frozenset[str]]:
    """Return session and exercise → its kinds in the workbooks as they were generated the last time.

    The base copies of a session are one file under many names, so each file is read once.
    """
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for path in _base_copies(folder):
        try:
            parameters, calls = calls_of(path.read_text(encoding="utf-8"), KINDS)
        except (OSError, ValueError, KeyError, StopIteration, CellRefused):
            continue  # damaged: `mdli generate` writes it again
        for _, call in calls:
            found[int(parameters.values["session"]), call.id].add(call.kind)
    return {key: frozenset(kinds) for key, kinds in found.items()}


def _base_copies(folder: Path) -> Iterator[Path]:
    seen: set[int] = set()
    for home in (folder / ".mdli" / "base").glob("*/*"):
        with os.scandir(home) as entries:
            for entry in entries:
                if entry.name.endswith(".ipynb") and entry.inode() not in seen:
                    seen.add(entry.inode())
                    yield home / entry.name
