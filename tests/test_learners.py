"""Who is reported to the accreditor's system: only who gave permission, and only what its system asks."""
# ruff: noqa: E501 - one broken file per line

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.errors import InputError
from mdli_workbook.learners import LEARNERS_COLUMNS, REPORTED, read_learners, report

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ",".join(LEARNERS_COLUMNS)
GOOD = f"""{HEAD}
ana,Ana,Example,IL,036.112233,7,4,yes
ben,Ben,Example,IL,036.445566,2,29,no
"""
PEOPLE = {"ana", "ben", "cleo"}
DAY = date(2026, 6, 9)


def put(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "learners.csv"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return folder


def test_only_who_gave_permission_is_reported(tmp_path: Path) -> None:
    learners = read_learners(put(tmp_path, GOOD), PEOPLE)
    made = report(learners, [(one, Decimal("20.50"), DAY) for one in ("ana", "ben", "cleo")])
    assert made.text.splitlines() == [
        "\t".join(REPORTED),
        "Ana\tExample\t07\t04\tIL\t036.112233\t06/09/2026\tAMA PRA Category 1 Credit\t20.50",
    ]
    assert list(map(str, made.refused)) == [
        "learners.csv line 3: ben has not given permission, so their credit is not reported",
        "learners.csv: has no row for cleo; add one to report their credit",
    ]
    assert made.count == 1


def test_without_credit_there_is_nothing_to_report_and_nobody_to_refuse(tmp_path: Path) -> None:
    learners = read_learners(put(tmp_path, GOOD), PEOPLE)
    made = report(learners, [("ana", Decimal(0), None), ("ben", Decimal(0), DAY)])
    assert (made.count, made.refused) == (0, ())


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InputError, match="can be read by others on this machine"):
        read_learners(put(tmp_path, GOOD, mode), PEOPLE)


# fmt: off
BROKEN = [
    ("ana,Ana", "anna,Ana", "learners.csv line 2: participant_id 'anna' is not in roster.csv; add or correct it (did you mean 'ana'?)"),
    ("ben,Ben", "ana,Ben", "learners.csv line 3: participant_id 'ana' stands already on line 2; keep one of the two rows"),
    ("ana,Ana", "ana,", "learners.csv line 2: first_name is empty; write it as it shall stand on a page"),
    ("Ana,Example", "Ana,=Example", "learners.csv line 2: last_name begins with '=', which a spreadsheet takes for a formula; write a name"),
    ("Example,IL,036.11", "Example,Illinois,036.11", "learners.csv line 2: licence_state 'Illinois' is no state or territory of two letters; write one such as 'IL'"),
    ("036.112233", "", "learners.csv line 2: licence_number is no licence number: letters and digits, at most 32; correct it"),
    ("036.112233", "036;112233", "learners.csv line 2: licence_number is no licence number: letters and digits, at most 32; correct it"),
    ("036.445566", "036.112233", "learners.csv line 3: licence_number stands already on line 2, for somebody else; correct one of them"),
    (",7,4,", ",13,4,", "learners.csv line 2: birth_month '13' is no whole number from 1 to 12; correct it"),
    (",2,29,", ",2,30,", "learners.csv line 3: birth_day 30 is no day of month 2; correct one of them"),
    (",7,4,", ",7,,", "learners.csv line 2: birth_day '' is no whole number from 1 to 31; correct it"),
    ("4,yes", "4,ja", "learners.csv line 2: permission 'ja' is neither yes nor no; write yes only if the learner has given it"),
    (",permission\n", ",consent\n", "learners.csv line 1: column 'permission' is missing; add it\nlearners.csv line 1: column 'consent' is not known; remove it"),
    ("4,yes", "4,yes,1979", "learners.csv line 2: has 9 cells for 8 columns; put a cell that holds a separator in quotes"),
]
# fmt: on


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_what_is_wrong_is_told_with_file_line_and_way_out(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        read_learners(put(tmp_path, GOOD.replace(old, new, 1)), PEOPLE)
    assert str(caught.value) == message


def test_no_message_repeats_a_licence(tmp_path: Path) -> None:
    for old, new in (("036.445566", "036.112233"), ("036.112233", "036_112233")):
        with pytest.raises(InputError) as caught:
            read_learners(put(tmp_path, GOOD.replace(old, new, 1)), PEOPLE)
        assert "112233" not in str(caught.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"learners\.csv: is missing"):
        read_learners(tmp_path, PEOPLE)
