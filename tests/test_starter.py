"""A new program folder."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from mdli_workbook.errors import InputError
from mdli_workbook.program import read_program
from mdli_workbook.starter import demonstration_files, start_program, templates_folder

REPOSITORY = Path(__file__).parent.parent


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_a_new_program_can_be_read_at_once(tmp_path: Path) -> None:
    start_program(tmp_path / "new" / "program")
    made = read_program(tmp_path / "new" / "program")
    assert made.title.endswith("(demonstration)")
    assert made.participants == read_program(REPOSITORY).participants


def test_an_existing_folder_may_become_a_program_and_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    start_program(tmp_path)
    made = {path.name for path in tmp_path.iterdir()} - {"notes.txt"}
    assert made == {
        "program.toml",
        "roster.csv",
        "coaches.csv",
        "calls.csv",
        "templates",
        "workbooks",
        "reports",
        ".mdli",
        ".gitignore",
    }
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_new_program_has_the_templates_of_the_package(tmp_path: Path) -> None:
    start_program(tmp_path)
    assert contents(tmp_path / "templates") == contents(REPOSITORY / "templates")


def test_the_folder_of_answers_is_private(tmp_path: Path) -> None:
    start_program(tmp_path)
    assert stat.S_IMODE((tmp_path / ".mdli").stat().st_mode) == 0o700


def test_git_ignores_what_is_private_and_keeps_the_rest(tmp_path: Path) -> None:
    start_program(tmp_path)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    private = [".mdli/answers.db", "workbooks/demo/a/01-b.ipynb", "reports/demo/a/01-b.ipynb", "learners.csv"]
    kept = ["workbooks/README.md", "reports/README.md", "program.toml", "templates/sessions/01-b.md"]
    asked = subprocess.run(
        ["git", "-C", tmp_path, "check-ignore", *private, *kept], capture_output=True, text=True, check=True
    )
    assert asked.stdout.splitlines() == private


def test_a_program_is_not_made_twice(tmp_path: Path) -> None:
    start_program(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(InputError, match="holds a program already; name another folder"):
        start_program(tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["roster.csv", "coaches.csv", "calls.csv", "templates", "reports", ".gitignore"]
)
def test_nothing_is_written_where_a_name_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        start_program(tmp_path)
    expected = "is there already and a new program needs the name; move it away or name another folder"
    assert str(caught.value) == f"{tmp_path / name}: {expected}"
    assert contents(tmp_path) == {name: b"mine"}


def test_all_names_that_are_taken_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").touch()
    (tmp_path / "templates").symlink_to("nowhere")
    with pytest.raises(InputError) as caught:
        start_program(tmp_path)
    assert len(caught.value.problems) == 2


def test_a_file_cannot_become_a_program(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file; name a folder, new or empty"):
        start_program(tmp_path / "file")


def test_a_checkout_carries_templates_and_demonstration_at_its_root() -> None:
    assert templates_folder() == REPOSITORY / "templates"
    assert demonstration_files() == tuple(
        REPOSITORY / name for name in ("program.toml", "roster.csv", "coaches.csv", "calls.csv")
    )
