"""A command is about all of a program or a part of it, and says so when the part isn't there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from programs import ROSTER, make_program, read

from mdli_workbook.errors import ProgramError
from mdli_workbook.selection import Selection

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

PEOPLE = f"""\
{ROSTER}
ana,Ana,ana@example.org,spring,kim,,,,,,
ben,Ben,ben@example.org,fall,kim,,,,,,
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Program, tuple[Session, ...]]:
    return read(make_program(tmp_path / "program", roster=PEOPLE))


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), [("ana", 1), ("ana", 2), ("ben", 1), ("ben", 2)]),
        (Selection(cohort="fall"), [("ben", 1), ("ben", 2)]),
        (Selection(participant="ana"), [("ana", 1), ("ana", 2)]),
        (Selection(session=2), [("ana", 2), ("ben", 2)]),
        (Selection("spring", "ana", 1), [("ana", 1)]),
        (Selection("fall", "ana"), []),
    ],
)
def test_it_chooses_what_fits_all_that_was_said(
    files: tuple[Program, tuple[Session, ...]], selection: Selection, chosen: list[tuple[str, int]]
) -> None:
    program, _ = files
    pairs = [(one, number) for one in program.participants for number in (1, 2)]
    assert [(one.id, number) for one, number in pairs if selection.wants(one, number)] == chosen


def test_what_is_there_passes(files: tuple[Program, tuple[Session, ...]]) -> None:
    for selection in (Selection(), Selection("spring", "ana", 2), Selection(session=3)):
        selection.check(*files)


def test_everything_unknown_is_told_at_once_with_what_there_is(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    with pytest.raises(ProgramError) as refused:
        Selection("winter", "ann", 6).check(*files)
    assert str(refused.value).splitlines() == [
        "roster.csv: cohort 'winter' is not there; there are fall, spring",
        "roster.csv: participant 'ann' is not there; there are ana, ben",
        "templates/sessions: session '6' is not there; there are 1, 2, 3",
    ]


def test_a_participant_of_another_cohort_is_told(files: tuple[Program, tuple[Session, ...]]) -> None:
    with pytest.raises(ProgramError, match="'ben' is in cohort 'fall', not 'spring'"):
        Selection("spring", "ben").check(*files)
