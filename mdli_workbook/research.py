"""A cohort's answers for research: a long table without names, its codebook, and a manifest.

In it is only what people addressed to a coach or to the program; nothing private, nothing that a coach
wrote, no words to a coach, and nothing of the roster. Pseudonyms are drawn by chance and kept in the
program folder. What was addressed to the program, *without name*, has a pseudonym of its own there, so that
it cannot be joined with the same person's other answers, and is left out below five people.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mdli_workbook.edition import package_version
from mdli_workbook.errors import Problem, RecordsRefused
from mdli_workbook.exercises.entries import EntryOrder
from mdli_workbook.exercises.pieces import heading
from mdli_workbook.files import lock_program, write_whole
from mdli_workbook.records import check_empty, whole_folder, write_private
from mdli_workbook.releases import FROM
from mdli_workbook.tidy import cells, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.names import Names
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.store import Store
    from mdli_workbook.tidy import Cell, Variable

__all__ = ["CODEBOOK", "COLUMNS", "KEYS", "CohortExport", "Keys", "export_cohort", "forget"]

COLUMNS = {
    "person": "pseudonym, by chance; e-… in rows addressed to the program, which cannot be joined with p-…",
    "cohort": "pseudonym of the cohort, by chance",
    "session": "number of the session, 1 to 6",
    "exercise": "its id in the session",
    "kind": "kind of exercise",
    "entry": "number of the entry of an exercise that repeats, from 1; 0 otherwise",
    "part": "what of the exercise: exercise, statement, option, item, note or field",
    "field": "its id there",
    "value": "what was said; a point or option by its id",
    "audience": "whom its writer addressed: coach or program",
    "week": "week in which it was last saved, counted from the day of the session (0: its first seven days); "
    "empty in rows addressed to the program",
}
"""Column of ``answers.csv`` → what it holds."""
CODEBOOK = (
    *("session", "exercise", "kind", "title", "part", "field"),
    *("type", "label", "values", "unit", "missing"),
)
"""Columns of ``codebook.csv``."""
KEYS = ".mdli/pseudonyms.json"
_MISSING = "no row"
_SHARED = frozenset({"coach", "program"})


@dataclass(frozen=True, slots=True)
class CohortExport:
    """What was written, in counts.

    Parameters
    ----------
    people
        How many of the cohort have a row.
    rows
        Of ``answers.csv``.
    unreadable
        Answers that were left out because their exercise cannot read them; ``mdli quality`` names them.
    too_few
        Exercises that were left out because fewer than five people answered them to the program.
    """

    people: int
    rows: int
    unreadable: int
    too_few: int


@dataclass
class Keys:
    """Pseudonyms of people and cohorts, drawn when they are first needed.

    Parameters
    ----------
    known
        ``p``, ``e`` or ``c`` → id → pseudonym.
    """

    known: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, letter: str, ids: Sequence[str]) -> str:
        """Return a pseudonym by any of somebody's ids, the latest one first."""
        mine = self.known.setdefault(letter, {})
        found = next((mine[one] for one in ids if one in mine), "")
        while not found:
            drawn = f"{letter}-{secrets.token_hex(5)}"
            found = "" if drawn in mine.values() else drawn
        mine[ids[0]] = found
        return found

    @classmethod
    def read(cls, folder: Path) -> Keys:
        """Read the pseudonyms of a program.

        Raises
        ------
        RecordsRefused
            If the file was changed by hand: new pseudonyms would not fit earlier tables.
        """
        path = folder / KEYS
        if not path.exists():
            return cls()
        try:
            said = json.loads(path.read_text("utf-8"))
            return cls({letter: {str(one): str(of[one]) for one in of} for letter, of in said.items()})
        except (ValueError, AttributeError, TypeError):
            message = "cannot be read; put a backup in its place, or delete it to draw other pseudonyms"
            raise RecordsRefused([Problem(KEYS, 0, message)]) from None

    def write(self, folder: Path, scratch: Path) -> None:
        """Keep them, whole, where only this account may read; `scratch` is the lock's."""
        text = json.dumps(self.known, indent=1, sort_keys=True) + "\n"
        write_whole(folder / KEYS, text, mode=0o600, scratch=scratch)


def forget(folder: Path, ids: Iterable[str], scratch: Path) -> None:
    """Forget, at the end of retention, the pseudonyms of somebody (all their ids); needs the program's lock.

    Tables that were written before stay as they are, and cannot be joined with the name any more.
    """
    if (folder / KEYS).exists():
        keys, gone = Keys.read(folder), frozenset(ids)
        people = {letter: of for letter, of in keys.known.items() if letter != "c"}
        left = {letter: {one: of[one] for one in of if one not in gone} for letter, of in people.items()}
        Keys({**keys.known, **left}).write(folder, scratch)


@dataclass(frozen=True, slots=True)
class _Told:
    """One exercise as one person answered it."""

    who: Participant
    session: Session
    exercise: Exercise
    audience: str
    week: str
    cells: tuple[Cell, ...]


def export_cohort(  # noqa: PLR0913, PLR0917 - each is another thing
    program: Program,
    sessions: Sequence[Session],
    store: Store,
    cohort: str,
    folder: Path,
    now: Callable[[], datetime],
    *,
    text: bool = False,
) -> CohortExport:
    """Write a cohort's table into a new or empty folder, for this account only: all of it or nothing.

    Parameters
    ----------
    program, sessions, store
        Whose answers, to what.
    cohort
        Its id.
    folder
        Gets ``answers.csv``, ``codebook.csv``, ``codebook.md`` and ``manifest.json``.
    now
        Sets the day in the manifest.
    text
        Whether free text is in it, of what was addressed to the program. What a coach was told in words
        stays with the coach.

    Raises
    ------
    RecordsRefused
        If the folder is not empty, or the pseudonyms cannot be read.
    Busy
        If another command writes in the program.
    """
    people = program.participants_of(cohort)
    with lock_program(program.folder, "mdli export") as scratch:
        check_empty(folder)
        told, unreadable = _gathered(program, sessions, store, people, text=text)
        enough = _enough(told)
        keys = Keys.read(program.folder)
        with store.look() as (_, names):
            rows = _rows([one for one in told if enough(one)], keys, names, cohort)
        done = CohortExport(
            len({one.who.id for one in told if enough(one)}),
            len(rows),
            unreadable,
            len({(one.session.session, one.exercise.id) for one in told if not enough(one)}),
        )
        keys.write(
            program.folder, scratch
        )  # first: a table whose pseudonyms nobody knows cannot be continued
        with whole_folder(folder) as part:
            files = _files(rows, sessions, text=text)
            files["manifest.json"] = _manifest(files, done, program.today(now).isoformat(), text=text)
            for name, content in files.items():
                write_private(part / name, content.encode())
    return done


def _gathered(
    program: Program, sessions: Sequence[Session], store: Store, people: Iterable[Participant], *, text: bool
) -> tuple[list[_Told], int]:
    """Return what everybody told, and how many answers their exercises cannot read."""
    told: list[_Told] = []
    unreadable = 0
    for who in people:
        mine = [row for row in store.newest(who.id) if _is_before(program, row, who)]
        for session in sessions:
            for exercise in session.exercises:
                found = [row for row in mine if (row.session, row.exercise) == (session.session, exercise.id)]
                shared = _shared(found, who)
                good = [row for row in shared if _is_readable(exercise, row)]
                unreadable += len(shared) - len(good)
                if any(row.value for row in good):
                    told.append(_told(program, who, session, exercise, good, text=text))
    return told, unreadable


def _is_before(program: Program, row: Answer, who: Participant) -> bool:
    """Say whether somebody was in the program when a row was saved: what came after they left stays out."""
    return not who.has_left(row.saved_at.astimezone(program.zone).date())


def _shared(rows: Sequence[Answer], who: Participant) -> list[Answer]:
    """Return the participant's own rows that they addressed to a coach or to the program.

    The exercise's own row decides for all its entries, as in :mod:`mdli_workbook.access`.
    """
    if any(not row.entry and row.audience not in _SHARED for row in rows):
        return []
    return [row for row in rows if row.audience in _SHARED and row.author == who.id and row.value is not None]


def _is_readable(exercise: Exercise, row: Answer) -> bool:
    schema = EntryOrder if exercise.repeats and not row.entry else exercise.Value
    try:
        schema.model_validate(row.value)
    except ValidationError:
        return False
    return True


def _told(  # noqa: PLR0913 - each is another thing
    program: Program,
    who: Participant,
    session: Session,
    exercise: Exercise,
    rows: Sequence[Answer],
    *,
    text: bool,
) -> _Told:
    nameless = "program" in {exercise.audience, *(row.audience for row in rows)}
    values = {row.entry: row.value for row in rows}
    planned = program.settings.session(session.session, who.cohort)
    week = ""
    if planned is not None and not nameless:
        saved = max(row.saved_at for row in rows).astimezone(program.zone).date()
        week = str((saved - planned.starts_at.astimezone(program.zone).date()).days // 7)
    said = tuple(cells(exercise, values, text=text and nameless))
    return _Told(who, session, exercise, "program" if nameless else "coach", week, said)


def _enough(told: Iterable[_Told]) -> Callable[[_Told], bool]:
    """Return whether something may be told: to the program, only from five responses up."""
    people: dict[tuple[int, str], set[str]] = defaultdict(set)
    for one in told:
        if one.audience == "program":
            people[one.session.session, one.exercise.id].add(one.who.id)

    def enough(one: _Told) -> bool:
        return one.audience != "program" or len(people[one.session.session, one.exercise.id]) >= FROM

    return enough


def _rows(told: Iterable[_Told], keys: Keys, names: Names, cohort: str) -> list[tuple[str, ...]]:
    """Return the table, in the order of pseudonyms: that of the roster would tell who is who."""
    found = []
    group = keys.of("c", (cohort,))
    for one in told:
        ids = (one.who.id, *names.ids_of(0, one.who.id))
        person = keys.of("e" if one.audience == "program" else "p", ids)
        place = (str(one.session.session), one.exercise.id, one.exercise.kind)
        for cell in one.cells:
            row = (str(cell.entry), cell.part, cell.field, cell.value)
            found.append((person, group, *place, *row, one.audience, one.week))
    return sorted(found, key=lambda row: row[:1])  # stable: of each person, the order of the page


def _files(rows: Sequence[tuple[str, ...]], sessions: Sequence[Session], *, text: bool) -> dict[str, str]:
    there = {(row[2], row[3]): row[9] for row in rows}
    asked = [
        (session, exercise, one)
        for session in sessions
        for exercise in session.exercises
        if (str(session.session), exercise.id) in there
        for one in variables(exercise, text=text and there[str(session.session), exercise.id] == "program")
    ]
    lines = [_line(*one) for one in asked]
    return {
        "answers.csv": _csv(COLUMNS, rows),
        "codebook.csv": _csv(CODEBOOK, lines),
        "codebook.md": _codebook(lines, text=text),
    }


def _line(session: Session, exercise: Exercise, one: Variable) -> tuple[str, ...]:
    values = "; ".join(f"{value} = {words}" for value, words in one.values.items())
    place = (str(session.session), exercise.id, exercise.kind, heading(exercise))
    return (*place, one.part, one.field, one.type, one.label, values, one.unit, _MISSING)


def _csv(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)
    return out.getvalue()


def _codebook(lines: Iterable[tuple[str, ...]], *, text: bool) -> str:
    """Return the codebook to be read."""
    return "\n".join((*_about(text=text), *_table(CODEBOOK[:-1], (one[:-1] for one in lines)), ""))


def _about(*, text: bool) -> Iterator[str]:
    words = "Words are in it if they were addressed to the program." if text else "No words are in it."
    yield "# Codebook\n"
    yield (
        "One row of `answers.csv` is one thing that one person said. In it is only what its writer addressed "
        f"to a coach or to the program. {words} What is missing has no row; a zero is an answer. Without "
        "names is not anonymous: whoever knows the people may recognise one by a few answers. Share it under "
        "an agreement only.\n"
    )
    yield "## Columns\n"
    yield from _table(("column", "holds"), COLUMNS.items())
    yield "\n## Variables\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(' '.join(cell.replace('|', '/').split()) for cell in row)} |"


def _manifest(files: Mapping[str, str], done: CohortExport, on: str, *, text: bool) -> str:
    said = {
        "what": "cohort-table",
        "made_on": on,
        "made_by": f"mdli-workbook {package_version()}",
        "text": text,
        "counts": {
            "people": done.people,
            "rows": done.rows,
            "unreadable": done.unreadable,
            "too_few": done.too_few,
        },
        "files": [
            {
                "path": name,
                "bytes": len(content.encode()),
                "sha256": hashlib.sha256(content.encode()).hexdigest(),
            }
            for name, content in files.items()
        ],
    }
    return json.dumps(said, indent=1) + "\n"
