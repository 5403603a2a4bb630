"""Where `mdli lab` opens."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.lab import _first_page, session_to_open
from mdli_workbook.program import read_program
from mdli_workbook.starter import start_program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("day", "session"),
    [
        pytest.param(date(2025, 12, 1), 1, id="before the first session: the first"),
        pytest.param(date(2026, 2, 1), 1, id="between two: the last held"),
        pytest.param(date(2026, 3, 20), 3, id="before a call: the session it is about"),
        pytest.param(date(2027, 1, 1), 6, id="after all: the last"),
    ],
)
def test_it_opens_the_workbook_in_which_a_participant_is_writing(
    tmp_path: Path, day: date, session: int
) -> None:
    start_program(tmp_path / "program")
    program = read_program(tmp_path / "program")
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert session_to_open(program.settings, program.cohorts[0], now) == session


def test_before_a_workbook_is_generated_the_folder_is_opened(tmp_path: Path) -> None:
    assert _first_page(tmp_path, 2) == "/lab"
    (tmp_path / "02-leitung & führung.ipynb").touch()
    assert _first_page(tmp_path, 2) == "/doc/tree/02-leitung%20%26%20f%C3%BChrung.ipynb"
    assert _first_page(tmp_path, 3) == "/lab"
