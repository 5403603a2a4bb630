"""The demonstration: synthetic answers through the calls of the forms, never in a real program."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from programs import snapshot

from mdli_workbook import cli, demo
from mdli_workbook.errors import ProgramError
from mdli_workbook.exercises import KINDS
from mdli_workbook.program import read_program
from mdli_workbook.report import Outcome
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.shelf import find_reports, read_marker
from mdli_workbook.starter import start_program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    start_program(tmp_path / "demo")
    return tmp_path / "demo"


def read(folder: Path) -> tuple[Program, tuple[Session, ...]]:
    return read_program(folder), read_curriculum(folder, KINDS)


def rows(folder: Path) -> list[tuple[object, ...]]:
    """Return everything that the store holds."""
    with sqlite3.connect(folder / ".mdli" / "answers.db") as connection:
        return [
            row for table in ("answers", "events") for row in connection.execute(f"SELECT * FROM {table}")
        ]


def test_seeding_twice_adds_nothing(folder: Path) -> None:
    demo.seed(*read(folder))
    first = rows(folder)
    assert len(first) > 50
    demo.seed(*read(folder))
    assert rows(folder) == first


def test_every_synthetic_answer_fits_its_exercise_and_belongs_to_somebody(folder: Path) -> None:
    program, sessions = read(folder)
    seen: set[str] = set()
    for session in sessions:
        for participant in program.participants:
            for draft in demo.drafts(participant, session):
                exercise = next(one for one in session.exercises if one.id == draft.exercise)
                if draft.entry or not exercise.repeats:
                    exercise.Value.model_validate(draft.value)
                assert draft.participant == participant.id
                assert draft.id not in seen
                seen.add(draft.id)
    assert seen


def one_participant(folder: Path) -> None:
    """Leave one participant, so that the test makes few reports."""
    roster = (folder / "roster.csv").read_text().splitlines(keepends=True)
    (folder / "roster.csv").write_text("".join(roster[:2]))
    (folder / "calls.csv").unlink()


def test_the_whole_of_it_and_again(folder: Path) -> None:
    one_participant(folder)
    run = ["--program", str(folder), "--today", "2026-02-12", "demo", "--no-serve"]
    first = CliRunner().invoke(cli.main, run)
    assert (first.exit_code, first.stderr) == (0, "")
    assert "workbooks: 6; reports: 2 made, 0 failed" in first.stdout
    assert "first report after" in first.stdout
    assert {marker.session for path in find_reports(folder) if (marker := read_marker(path))} == {1, 2}
    stored, reports = rows(folder), snapshot(folder / "reports")
    again = CliRunner().invoke(cli.main, run)
    assert again.exit_code == 0
    assert "reports: 0 made, 0 failed" in again.stdout
    passwords = [line for line in first.stdout.splitlines() if line.startswith("coach ")]
    assert passwords
    assert [line for line in again.stdout.splitlines() if line.startswith("coach ")] == passwords
    assert rows(folder) == stored
    assert snapshot(folder / "reports") == reports


def test_a_real_program_is_refused_and_left_alone(folder: Path) -> None:
    lines = (folder / "program.toml").read_text().splitlines(keepends=True)
    (folder / "program.toml").write_text("".join(line for line in lines if not line.startswith("today")))
    before = snapshot(folder)
    told = CliRunner().invoke(cli.main, ["--program", str(folder), "demo", "--no-serve"])
    assert told.exit_code == 2
    assert "this is a real program" in told.stderr
    assert snapshot(folder) == before
    with pytest.raises(ProgramError):
        demo.prepare(folder)


def test_where_there_is_no_program_a_new_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = demo.prepare(None)
    assert made == tmp_path / "mdli-demo"
    assert demo.prepare(None) == made, "and found again"
    monkeypatch.chdir(made)
    assert demo.prepare(None) == made


def test_it_tells_what_failed_and_how_to_look_at_the_rest(folder: Path) -> None:
    outcomes: Sequence[Outcome] = (Outcome("ana", 1, text="{}"), Outcome("ben", 1, failure="no kernel"))
    shown = demo.Shown(folder, 2, tuple(outcomes), 1.25, {"kim": "violet"}, "ana")
    assert list(shown.lines()) == [
        f"program: {folder}",
        "workbooks: 2; reports: 1 made, 1 failed",
        "ben, session 1: no kernel",
        "first report after 1.2 seconds",
        "coach kim: password violet",
        f"to write as a participant: mdli --program {folder} lab ana",
    ]


def test_the_command_it_names_can_be_typed(tmp_path: Path) -> None:
    own, other = tmp_path / "own" / "mdli", tmp_path / "other" / "mdli"
    assert demo.typed(own, None) == str(own), "no shell finds what is in an environment of its own"
    assert demo.typed(own, str(other)) == str(own), "another one is not this one"
    assert demo.typed(own, str(own)) == "mdli"
