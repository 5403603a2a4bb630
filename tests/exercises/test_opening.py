"""Opening a workbook: its kernel imports what its forms need, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import running

from mdli_workbook.program import store_address
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from pathlib import Path

OF_FIGURES = frozenset({"numpy", "polars", "scipy"})
OF_OTHERS = frozenset(
    {
        *("alembic", "altair", "click", "jupyter_server", "jupyterlab", "mako", "markdown_it", "matplotlib"),
        *(
            "nbclient",
            "nbconvert",
            "nbformat",
            "openpyxl",
            "pandas",
            "papermill",
            "statsmodels",
            "voila",
            "yaml",
        ),
        *(
            "mdli_workbook.cli",
            "mdli_workbook.generate",
            "mdli_workbook.report",
            "mdli_workbook.session_files",
        ),
        "mdli_workbook.shelf",
    }
)
"""What other commands need, and a form does not."""
OPEN = """
import json, sys
cells = [one for one in json.load(open(sys.argv[1]))["cells"] if one["cell_type"] == "code"]
import IPython.core.interactiveshell
before, names = set(sys.modules), {}
for cell in cells:
    exec(cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]), names)
print("\\n", json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = running.make_program(tmp_path_factory.mktemp("opening") / "program", {"ana": "kim"})
    running.run(folder, "generate")
    Store.open(store_address(folder)).close()
    return folder / "workbooks" / running.COHORT / "ana"


@pytest.mark.parametrize("session", range(1, 7))
def test_a_kernel_imports_what_the_forms_of_its_session_need_and_no_more(
    workbooks: Path, session: int
) -> None:
    [notebook] = workbooks.glob(f"{session:02d}-*.ipynb")
    home = {name: value for name, value in os.environ.items() if not name.startswith("MDLI")}
    ran = subprocess.run(
        [sys.executable, "-P", "-c", OPEN, str(notebook)],
        capture_output=True,
        text=True,
        check=True,
        cwd=workbooks,
        env=home | {"HOME": str(workbooks)},
    )
    imported = set(json.loads(ran.stdout.splitlines()[-1]))
    assert {"anywidget", "sqlalchemy", "mdli_workbook.store"} <= imported, "it has shown forms, with a store"
    of_figures = OF_FIGURES if "wb.equity(" not in notebook.read_text("utf-8") else frozenset()
    assert imported & (OF_OTHERS | of_figures) == set()
