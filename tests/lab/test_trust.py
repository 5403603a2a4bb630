"""Which notebooks are trusted before anybody has run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mdli_workbook.curriculum import Session
from mdli_workbook.lab.trust import is_harmless, trust_workbooks
from mdli_workbook.notebook import SessionCells

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WORKBOOK = SessionCells.of(Session(session=2, slug="listen", title="Listen", minutes=30)).workbook(
    "spring", "ana"
)


def test_what_was_generated_is_trusted_and_other_files_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "02-listen.ipynb").write_text(WORKBOOK, "utf-8")
    own = new_notebook(cells=[new_code_cell("1", outputs=[new_output("stream", text="1")])])
    nbformat.write(own, tmp_path / "own.ipynb")
    for name, text in {"half": WORKBOOK[:300], "list": "[]", "empty": "", "old": "{}"}.items():
        (tmp_path / f"{name}.ipynb").write_text(text, "utf-8")
    trust_workbooks(tmp_path)
    with NotebookNotary() as notary:
        trusted = {
            name: notary.check_signature(nbformat.read(tmp_path / f"{name}.ipynb", as_version=4))
            for name in ("02-listen", "own")
        }
    assert trusted == {"02-listen": True, "own": False}


def test_a_cell_of_another_kind_an_output_or_a_button_of_another_kind_is_not_harmless() -> None:
    plain = nbformat.reads(WORKBOOK, as_version=4)
    noted = nbformat.reads(WORKBOOK, as_version=4)
    noted.cells.append(new_markdown_cell("My own note"))
    added = nbformat.reads(WORKBOOK, as_version=4)
    added.cells.append(new_code_cell("import os"))
    shown = nbformat.reads(WORKBOOK, as_version=4)
    shown.cells[1].outputs = [new_output("display_data", {"text/html": "<script>1</script>"})]
    acting = nbformat.reads(WORKBOOK, as_version=4)
    acting.cells.append(
        new_markdown_cell('<button data-CommandLinker-command="terminal:create-new">Start</button>')
    )
    unmarked = nbformat.reads(WORKBOOK, as_version=4)
    del unmarked.metadata["mdli"]
    assert [is_harmless(one) for one in (plain, noted, added, shown, acting, unmarked)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
