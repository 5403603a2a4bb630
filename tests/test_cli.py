"""The command says what is wrong in lines that people can act on, and its exit code is the truth."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result
from programs import copy_program, generate_all, make_program, mdli, snapshot, write

from mdli_workbook import cli
from mdli_workbook.shelf import find_reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program")


def run(folder: Path, *arguments: str, **options: str) -> Result:
    return CliRunner().invoke(cli.main, ["--program", str(folder), *arguments], **options)  # type: ignore[arg-type]


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    for name, command in sorted(group.commands.items()):
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)


@pytest.mark.parametrize("names", [(), *commands(cli.main)], ids=" ".join)
def test_each_command_explains_itself(names: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli.main, [*names, "--help"])
    assert shown.exit_code == 0
    usage, told, *_ = shown.stdout.split("\n\n")
    assert usage.startswith(" ".join(("Usage: main", *names)))
    assert told.strip().endswith(".")
    assert shown.stderr == ""


def test_generate_counts_what_it_did(folder: Path) -> None:
    first, again = run(folder, "generate"), run(folder, "generate")
    assert (first.exit_code, first.output) == (0, "workbooks: 9 written\n")
    assert (again.exit_code, again.output) == (0, "workbooks: 9 unchanged\n")


def test_generate_names_what_it_kept(folder: Path) -> None:
    run(folder, "generate")
    workbook = folder / "workbooks" / "spring" / "ben" / "02-listen.ipynb"
    notebook = json.loads(workbook.read_text("utf-8"))
    notebook["cells"].append({"cell_type": "raw", "id": "me", "metadata": {}, "source": "my own words"})
    workbook.write_text(json.dumps(notebook), "utf-8")
    assert run(folder, "generate", "--session", "2").output == (
        "ben, session 2: kept, its participant has changed it\n"
        "workbooks: 2 unchanged, 1 kept, its participant has changed it\n"
    )


def test_a_dry_run_writes_nothing_not_even_a_folder(folder: Path) -> None:
    before = snapshot(folder)
    told = run(folder, "generate", "--dry-run")
    assert (told.exit_code, told.output) == (0, "workbooks: 9 would be written\n")
    assert snapshot(folder) == before
    assert {path.name for path in folder.iterdir()} == {
        "program.toml",
        "roster.csv",
        "coaches.csv",
        "templates",
    }


def test_one_workbook_that_cannot_be_written_is_one_line_and_exit_code_1(folder: Path) -> None:
    (folder / "workbooks" / "spring" / "ana" / "02-listen.ipynb").mkdir(parents=True)
    told = run(folder, "generate")
    assert told.exit_code == 1
    way_out = "a folder stands in the place of its file; move it away, then run mdli generate again"
    assert told.stderr == f"ana, session 2: {way_out}\n"
    assert told.stdout == "workbooks: 8 written, 1 failed\n"


def spoil(folder: Path) -> None:
    for name, old, new in (
        ("program.toml", "2026-02-16", "2026-13-16"),
        ("roster.csv", "ben@example.org,spring,kim", "ben at example,spring,kam"),
        ("templates/sessions/02-listen.md", "{reflection} and-now", "{reflexion} and-now"),
        ("templates/reports/call.md", "{part} who", "{part} whom"),
    ):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))


@pytest.mark.parametrize("command", ["check", "generate", "report"])
def test_every_problem_is_told_at_once_and_nothing_is_written(folder: Path, command: str) -> None:
    spoil(folder)
    before = snapshot(folder)
    told = run(folder, command)
    assert (told.exit_code, told.stdout) == (2, "")
    files = {line.split(" ")[0].rstrip(":") for line in told.stderr.splitlines()}
    assert files == {
        "program.toml",
        "roster.csv",
        "templates/sessions/02-listen.md",
        "templates/reports/call.md",
    }
    assert [line for line in told.stderr.splitlines() if " line " not in line] == []
    assert len([line for line in told.stderr.splitlines() if line.startswith("roster.csv line 3")]) == 2
    assert snapshot(folder) == before
    assert not (folder / ".mdli").exists()


def test_a_program_that_is_right_is_said_to_be(folder: Path) -> None:
    file = folder / "program.toml"
    file.write_text(file.read_text().replace("today = 2026-03-20\n", ""))
    told = run(folder, "check")
    assert (told.exit_code, told.output) == (0, "all good: 3 participants, 1 coach, 3 sessions\n")


def test_a_program_whose_day_stands_still_is_said_to_be(folder: Path) -> None:
    told = run(folder, "check")
    assert told.exit_code == 0
    assert told.output.splitlines()[1:] == [
        "program.toml: `today` stands still at 2026-03-20; delete it in a real program"
    ]


@pytest.mark.parametrize("command", ["generate", "report"])
def test_what_is_not_there_is_told_with_what_is(folder: Path, command: str) -> None:
    told = run(folder, command, "--cohort", "fall", "--participant", "anna", "--session", "6")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.splitlines() == [
        "roster.csv: cohort 'fall' is not there; there are spring",
        "roster.csv: participant 'anna' is not there; there are ana, ben, cleo",
        "templates/sessions: session '6' is not there; there are 1, 2, 3",
    ]
    assert not (folder / ".mdli").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "--session", "7"),
        ("report", "--jobs", "0"),
        ("report", "--nothing"),
        ("reprot",),
        ("--today", "tomorrow", "check"),
        ("lab",),
        ("coach", "passwd", "nobody"),
        ("lab", "nobody"),
    ],
    ids=" ".join,
)
def test_a_wrong_word_is_exit_code_2_and_no_traceback(folder: Path, arguments: tuple[str, ...]) -> None:
    told = run(folder, *arguments)
    assert told.exit_code == 2
    assert told.stderr
    assert "Traceback" not in told.output


def test_without_a_program_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(cli.main, ["generate"])
    assert told.exit_code == 2
    assert "mdli init DIR" in told.stderr
    for other in (tmp_path / "absent", tmp_path):
        told = run(other, "check")
        assert told.exit_code == 2
        assert "program.toml" in told.stderr


def test_the_program_is_found_from_inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "templates" / "sessions")
    assert CliRunner().invoke(cli.main, ["check"]).exit_code == 0


def test_today_decides_which_sessions_were_held(folder: Path) -> None:
    january = run(folder, "--today", "2026-01-20", "report")
    assert january.exit_code == 1, "nothing was generated yet"
    assert january.stderr.splitlines() == [
        f"{who}, session 1: its workbook was never generated; run mdli generate first"
        for who in ("ana", "ben", "cleo")
    ]
    assert january.stdout == "reports: 0 made, 3 failed\n"
    assert run(folder, "--today", "2026-01-01", "report").output == "reports: 0 made, 0 failed\n"
    assert len(run(folder, "report").stderr.splitlines()) == 6
    assert len(run(folder, "--today", "2026-05-01", "report").stderr.splitlines()) == 9


@pytest.mark.parametrize("command", ["generate", "report"])
def test_a_folder_that_cannot_be_written_is_one_line(folder: Path, command: str) -> None:
    (folder / ".mdli").write_text("a file in the place of the folder")
    told = run(folder, command)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == f"mdli: {folder / '.mdli'}: File exists\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("command", ["generate", "report"])
def test_a_permission_that_is_missing_is_one_line(folder: Path, command: str) -> None:
    folder.chmod(0o500)
    told = run(folder, command)
    folder.chmod(0o700)
    assert told.exit_code == 2
    assert told.stderr == f"mdli: {folder / '.mdli'}: Permission denied\n"


def test_a_store_that_is_none_is_one_line(folder: Path) -> None:
    generate_all(folder)
    (folder / ".mdli" / "answers.db").write_text("not a database " * 500)
    told = run(folder, "report")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("mdli: the store ")
    assert len(told.stderr.splitlines()) == 1


def test_a_fault_of_the_program_shows_its_place_and_no_words_of_anybody() -> None:
    @click.group(cls=cli._Commands)
    def main() -> None:
        """Stand for the command."""

    @main.command()
    def stumble() -> None:
        raise KeyError("what somebody wrote")

    told = CliRunner().invoke(main, ["stumble"])
    assert told.exit_code == 1
    assert told.stderr.startswith("mdli: a fault of mdli itself, KeyError in test_cli.py line ")
    assert "somebody" not in told.output


def test_a_coach_gets_a_password_from_standard_input(folder: Path) -> None:
    told = run(folder, "coach", "passwd", "kim", "--password-stdin", input="violet harbor seven\n")
    assert (told.exit_code, told.output) == (0, "password of kim is set\n")
    assert b"violet" not in (folder / ".mdli" / "coaches.json").read_bytes()


MDLI = [sys.executable, "-c", "import sys; from mdli_workbook.cli import main; sys.argv[0] = 'mdli'; main()"]


@pytest.fixture
def nobody() -> Iterator[int]:
    """A pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def test_work_goes_on_when_nobody_reads_and_a_terminal_gets_a_bar(folder: Path, nobody: int) -> None:
    generate_all(folder)
    screen, terminal = pty.openpty()
    only = ["--participant", "ana", "--session", "2"]
    command = subprocess.Popen(
        [*MDLI, "--program", str(folder), "report", *only], stdout=nobody, stderr=terminal
    )
    os.close(terminal)
    seen = "".join(lines_of(screen))
    assert command.wait(timeout=60) == 0
    assert len(list(find_reports(folder))) == 1
    assert "reports: made ana, session 2" in seen
    assert "Traceback" not in seen


def lines_of(screen: int) -> Iterator[str]:
    """Yield what a terminal shows until nobody has it open any more."""
    with open(screen, "rb", buffering=0) as file:
        try:
            while shown := file.read(4096):
                yield shown.decode("utf-8", "replace")
        except OSError:  # how Linux says that the other end is closed
            return


@pytest.mark.parametrize("arguments", [("generate",), ("check",), ("--help",)], ids=" ".join)
def test_a_reader_that_has_gone_is_no_reason_to_stop(
    folder: Path, nobody: int, arguments: tuple[str, ...]
) -> None:
    command = [*MDLI, "--program", str(folder), *arguments]
    done = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.stderr == ""
    if arguments == ("generate",):
        assert done.returncode == 0
        assert len(list((folder / "workbooks").rglob("*.ipynb"))) == 9


def test_a_report_is_made_told_and_made_only_once(folder: Path, tmp_path: Path) -> None:
    generate_all(folder)
    write(folder, "ana", "first-guess", {"text": "Said to the coach."})
    only = ("report", "--participant", "ana", "--session", "2")
    first, second = mdli(folder, *only), mdli(folder, *only)
    assert (first.returncode, first.stdout, first.stderr) == (
        0,
        "made ana, session 2\nreports: 1 made, 0 failed\n",
        "",
    )
    assert (second.returncode, second.stdout, second.stderr) == (0, "reports: 0 made, 0 failed\n", "")
    other = copy_program(folder, tmp_path / "copy")
    assert mdli(other, *only).stdout == "reports: 0 made, 0 failed\n", "a program may be moved"
