"""The committed examples still run: the workbook without an error, the report to the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mdli_workbook import demo
from mdli_workbook.briefing import FILE
from mdli_workbook.exercises import KINDS
from mdli_workbook.program import read_program, store_address
from mdli_workbook.report import Desk
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.store import Store

REPOSITORY = Path(__file__).resolve().parent.parent
STEM = "02-be-open-and-listen"
PROGRAM_FILES = (
    "program.toml",
    "roster.csv",
    "coaches.csv",
    "calls.csv",
    "templates",
    "workbooks",
    "reports",
)


def committed(folder: str) -> Path:
    """Return the one example of a folder, as git holds it."""
    pattern = f"{folder}/demo/*/{STEM}.ipynb"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert len(listed) == 1, f"one example should be committed as {pattern}, and there are {len(listed)}"
    return Path(listed[0])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration program, with its synthetic answers, away from the repository."""
    folder = tmp_path_factory.mktemp("program")
    for name in PROGRAM_FILES:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.exists():
            shutil.copy(source, folder)
    demo.seed(read_program(folder), read_curriculum(folder, KINDS))
    return folder


def nbval(notebook: Path, strictness: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", strictness]
    done = subprocess.run(
        [*command, "--rootdir", str(notebook.parent), str(notebook)],
        cwd=notebook.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_workbook_runs(copy: Path) -> None:
    nbval(copy / committed("workbooks"), "--nbval-lax")


def test_the_example_report_comes_out_the_same(copy: Path) -> None:
    report = copy / committed("reports")
    marker = json.loads(report.read_text(encoding="utf-8"))["metadata"]["mdli"]
    program = read_program(copy)
    now = program.clock(lambda: datetime.now(UTC))
    with Store.open(store_address(copy), now=now) as store:
        desk = Desk(program, read_curriculum(copy, KINDS), store, now, copy)
        briefing = desk.briefing(program.participant(marker["participant"]), marker["session"])
    (report.parent / FILE).write_text(briefing.model_dump_json(by_alias=True), encoding="utf-8")
    nbval(report, "--nbval")


def test_the_examples_are_whole_notebooks_without_widget_state() -> None:
    for folder in ("workbooks", "reports"):
        notebook = json.loads((REPOSITORY / committed(folder)).read_text(encoding="utf-8"))
        assert "widgets" not in notebook["metadata"]
        shown = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
        assert bool(shown) == (folder == "reports")
        assert all("application/vnd.jupyter.widget-view+json" not in one.get("data", {}) for one in shown)
