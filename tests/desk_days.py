"""The demonstration as coordinators and faculty find it: people have begun, one typed a line of her own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from mdli_workbook.cli import main
from mdli_workbook.demo import seed
from mdli_workbook.exercises import KINDS
from mdli_workbook.program import read_program
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.starter import start_program

if TYPE_CHECKING:
    from pathlib import Path

ATTENDANCE = """Name,Email,Join time,Leave time
Amara Okafor,amara.okafor@example.org,2026-06-09 17:58,2026-06-09 20:46
Daniel Reyes,daniel.reyes@example.org,2026-06-09 18:13,2026-06-09 20:45
Front desk,frontdesk@example.org,2026-06-09 18:00,2026-06-09 18:20
"""
OWN_LINE = "Ask Dana how the new phones work out."


def prepare(folder: Path) -> None:
    """Make the demonstration with all workbooks, one with a cell of its participant's own."""
    start_program(folder)
    seed(read_program(folder), read_curriculum(folder, KINDS))
    result = CliRunner().invoke(main, ["--program", str(folder), "generate"])
    assert result.exit_code == 0, result.output
    (folder / "june.csv").write_text(ATTENDANCE, encoding="utf-8")
    _type_a_line(folder / "workbooks" / "demo" / "amara-okafor" / "02-be-open-and-listen.ipynb")


def _type_a_line(workbook: Path) -> None:
    notebook = json.loads(workbook.read_text("utf-8"))
    own = {"cell_type": "markdown", "id": "a-line", "metadata": {}, "source": [OWN_LINE]}
    notebook["cells"].insert(6, own)
    workbook.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
