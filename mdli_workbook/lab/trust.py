"""Trusting the workbooks that `mdli generate` wrote, so that their Start button starts without a question.

JupyterLab asks before a button in a document that it has never run. It need not ask about a file of
which every code cell is one of ours and which holds no output that could act.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.sign import NotebookNotary

from mdli_workbook.errors import CellRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.grammar import read_cell

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_harmless", "trust_workbooks"]

# A button in a trusted text may give any command of JupyterLab; ours runs the cells, which are harmless.
_ANY_BUTTON = re.compile(r"commandlinker", re.IGNORECASE)
_OUR_BUTTON = re.compile(r'data-commandlinker-command="notebook:run-all-cells">')


def trust_workbooks(folder: Path) -> None:
    """Sign the harmless notebooks of a folder as this account's own, as ``jupyter trust`` would."""
    with NotebookNotary() as notary:
        for path in sorted(folder.glob("*.ipynb")):
            notebook = _read(path)
            if notebook is not None and is_harmless(notebook):
                notary.sign(notebook)


def is_harmless(notebook: dict[str, Any]) -> bool:
    """Whether a notebook is a workbook of ours that holds nothing but what was generated to run."""
    if not notebook["metadata"].get("mdli", {}).get("form"):
        return False
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if any(_ANY_BUTTON.search(_OUR_BUTTON.sub("", cell["source"])) for cell in notebook["cells"]):
        return False
    try:
        for cell in cells:
            read_cell(cell["source"], KINDS)
    except CellRefused:
        return False
    return not any(cell["outputs"] for cell in cells)


def _read(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError):  # another file: leave it alone
        return None
