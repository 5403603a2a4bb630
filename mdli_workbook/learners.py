"""``learners.csv``, and the file that reports credit to the accreditor's system.

The licence and the day of birth identify a physician there. Both are nobody else's business, so the file
must be readable by one account only, and only who gave permission is reported.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.errors import InputError, Problem
from mdli_workbook.program.sheets import find_twice, read_sheet
from mdli_workbook.program.values import nearest, parse_id, parse_name, parse_number, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from mdli_workbook.program.sheets import Row

__all__ = ["LEARNERS_COLUMNS", "LEARNERS_FILE", "REPORTED", "Learner", "Reported", "read_learners", "report"]

LEARNERS_FILE = "learners.csv"
LEARNERS_COLUMNS = (
    "participant_id",
    "first_name",
    "last_name",
    "licence_state",
    "licence_number",
    "birth_month",
    "birth_day",
    "permission",
)
REPORTED = (
    "first_name",
    "last_name",
    "birth_month",
    "birth_day",
    "licence_state",
    "licence_number",
    "completed_on",
    "credit_type",
    "credits",
)
"""Columns of the file for the accreditor."""
CREDIT_TYPE = "AMA PRA Category 1 Credit"
STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC "
    "ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI"
)
LICENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,30}[A-Za-z0-9])?")
ANSWERS = {"yes": True, "no": False, "": False}


@dataclass(frozen=True, slots=True)
class Learner:
    """How one participant is known to the accreditor's system: a row of ``learners.csv``."""

    participant: str
    line: int
    first_name: str
    last_name: str
    licence_state: str
    licence_number: str
    birth_month: int
    birth_day: int
    permission: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """The file for the accreditor, and why somebody with credit is not in it.

    Parameters
    ----------
    text
        Tab separated, the names of the columns first.
    count
        How many are in it.
    refused
        One line each.
    """

    text: str
    count: int
    refused: tuple[Problem, ...]


def read_learners(folder: Path, participants: Collection[str]) -> dict[str, Learner]:
    """Return participant → how the accreditor's system knows them.

    Parameters
    ----------
    folder
        The program folder.
    participants
        Ids of the roster.

    Raises
    ------
    InputError
        With every problem of the file; it has to be there, and nobody else may read it.
    """
    problems: list[Problem] = []
    path = folder / LEARNERS_FILE
    if path.exists() and path.stat().st_mode & 0o077:
        message = "can be read by others on this machine, and holds licences and birthdays; chmod 600 it"
        problems.append(Problem(LEARNERS_FILE, 0, message))
    sheet = read_sheet(folder, LEARNERS_FILE, LEARNERS_COLUMNS, problems)
    find_twice(sheet.rows, "participant_id")
    learners = [one for row in sheet.rows if (one := _learner(row, participants))]
    _find_licence_twice(learners, problems)
    if problems:
        raise InputError(sorted(problems, key=lambda one: one.line))
    return {one.participant: one for one in learners}


def _find_licence_twice(learners: Iterable[Learner], problems: list[Problem]) -> None:
    first: dict[tuple[str, str], int] = {}
    for one in learners:
        line = first.setdefault((one.licence_state, one.licence_number.upper()), one.line)
        if line != one.line:
            message = f"licence_number stands already on line {line}, for somebody else; correct one of them"
            problems.append(Problem(LEARNERS_FILE, one.line, message))


def _learner(row: Row, participants: Collection[str]) -> Learner | None:
    learner = Learner(
        participant=row.read("participant_id", parse_id, ""),
        line=row.line,
        first_name=row.read("first_name", _parse_written, ""),
        last_name=row.read("last_name", _parse_written, ""),
        licence_state=row.read("licence_state", _parse_state, ""),
        licence_number=row.read("licence_number", _parse_licence, ""),
        birth_month=row.read("birth_month", parse_number(1, 12), 0),
        birth_day=row.read("birth_day", parse_number(1, 31), 0),
        permission=row.read("permission", _parse_permission, default=False),
    )
    if learner.participant and learner.participant not in participants:
        hint = nearest(learner.participant, participants)
        row.say(f"participant_id {shown(learner.participant)} is not in roster.csv; add or correct it{hint}")
    month, day = learner.birth_month, learner.birth_day
    if month and day > monthrange(2000, month)[1]:
        row.say(f"birth_day {day} is no day of month {month}; correct one of them")
    return None if row.broken else learner


def _parse_written(text: str) -> str:
    """Return a name; no spreadsheet takes it for a formula."""
    if text[:1] in tuple("=+-@"):
        raise ValueError(f"begins with {text[0]!r}, which a spreadsheet takes for a formula; write a name")
    return parse_name(text)


def _parse_state(text: str) -> str:
    if text in STATES.split():
        return text
    raise ValueError(f"{shown(text)} is no state or territory of two letters; write one such as 'IL'")


def _parse_licence(text: str) -> str:
    if LICENCE.fullmatch(text):
        return text
    # a licence identifies a person, so it isn't repeated
    raise ValueError("is no licence number: letters and digits, at most 32; correct it")


def _parse_permission(text: str) -> bool:
    if text in ANSWERS:
        return ANSWERS[text]
    raise ValueError(f"{shown(text)} is neither yes nor no; write yes only if the learner has given it")


def report(learners: Mapping[str, Learner], earned: Iterable[tuple[str, Decimal, date | None]]) -> Reported:
    """Return the file for the accreditor; whoever gave no permission is refused.

    Parameters
    ----------
    learners
        As read from ``learners.csv``.
    earned
        Participant, credit claimed, and the day of the last activity that counts. Without credit there is
        nothing to report.
    """
    rows: list[tuple[str, ...]] = [REPORTED]
    refused = []
    for participant, credits_, day in earned:
        learner = learners.get(participant)
        if not credits_ or day is None:
            continue
        if learner is None:
            refused.append(
                Problem(LEARNERS_FILE, 0, f"has no row for {participant}; add one to report their credit")
            )
        elif not learner.permission:
            message = f"{participant} has not given permission, so their credit is not reported"
            refused.append(Problem(LEARNERS_FILE, learner.line, message))
        else:
            rows.append(_row_of(learner, credits_, day))
    text = "".join("\t".join(row) + "\n" for row in rows)
    return Reported(text, len(rows) - 1, tuple(refused))


def _row_of(learner: Learner, credits_: Decimal, day: date) -> tuple[str, ...]:
    return (
        learner.first_name,
        learner.last_name,
        f"{learner.birth_month:02}",
        f"{learner.birth_day:02}",
        learner.licence_state,
        learner.licence_number,
        f"{day:%m/%d/%Y}",
        CREDIT_TYPE,
        f"{credits_:.2f}",
    )
