"""What was generated comes back; what a participant made stays, cell by cell and byte by byte."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as some
from programs import SESSIONS, generate_all, make_program, mdli, open_store, write

from mdli_workbook.generate import Done, workbook_path
from mdli_workbook.merge import merge
from mdli_workbook.notebook import as_text, code_cell, markdown_cell, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARKER = {"form": True, "cohort": "spring", "participant": "ana", "session": 2}
OURS = [
    markdown_cell("first-page", "# Listen"),
    code_cell("load", "from mdli_workbook import workbook"),
    code_cell("open", "wb = workbook(cohort, participant, session, view)"),
    markdown_cell("text-0", "Ask before you judge."),
    code_cell("x-why", "# Why\nwb.reflection(\n    'why',\n    prompt='Why?',\n)"),
    code_cell("x-whom", "wb.agenda('whom')"),
]
FRESH = write_notebook(OURS, MARKER)
NAMES = [cell["metadata"]["mdli"]["name"] for cell in OURS]


def own(source: str, index: int = 0, kind: str = "markdown") -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"own-{index}", "metadata": {"n": 1}, "source": [source]}
    return cell | ({"outputs": [], "execution_count": index} if kind == "code" else {})


def edited(cells: list[dict[str, Any]], **metadata: Any) -> bytes:
    notebook = json.loads(FRESH)
    return as_text(notebook | {"cells": cells, "metadata": notebook["metadata"] | metadata}).encode()


def whole(cells: list[dict[str, Any]], before: str | None = FRESH) -> list[dict[str, Any]]:
    text = merge(before.encode() if before else None, FRESH, edited(cells))
    assert text is not None
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert merge(before.encode() if before else None, FRESH, text.encode()) is None, "again changes nothing"
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return found


def of_theirs(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell for cell in cells if "mdli" not in cell["metadata"]]


def told(cells: list[dict[str, Any]]) -> list[str]:
    return ["".join(cell["source"]) for cell in cells]


@some.composite
def changed(draw: some.DrawFn) -> list[dict[str, Any]]:
    """Draw a workbook in which cells were deleted, moved, doubled and added."""
    kept = draw(some.lists(some.sampled_from(OURS), max_size=8))
    cells = list(kept)
    for index in range(draw(some.integers(0, 5))):
        kind, words = draw(some.sampled_from(["markdown", "code", "raw"])), draw(some.text(max_size=20))
        cells.insert(draw(some.integers(0, len(cells))), own(f"{words} mine {index}", index, kind))
    return cells


@given(cells=changed(), with_base=some.booleans())
def test_every_cell_of_theirs_is_there_once_and_every_generated_one_in_order(
    cells: list[dict[str, Any]], *, with_base: bool
) -> None:
    text = merge(FRESH.encode() if with_base else None, FRESH, edited(cells))
    if text is None:
        assert set(NAMES) == {
            cell["metadata"]["mdli"]["name"] for cell in cells if cell not in of_theirs(cells)
        }
        return
    after = json.loads(text)["cells"]
    assert [cell for cell in after if cell not in of_theirs(after)] == OURS
    assert sorted(of_theirs(after), key=lambda cell: cell["id"]) == sorted(
        of_theirs(cells), key=lambda cell: cell["id"]
    )
    assert merge(None, FRESH, text.encode()) is None


@pytest.mark.parametrize("gone", [*range(len(OURS))], ids=NAMES)
def test_their_cells_stay_behind_the_generated_cell_that_they_followed(gone: int) -> None:
    cells = [own("on top", 100)]
    for index, cell in enumerate(OURS):
        cells += [cell, own(f"after {index}", index)]
    del cells[2 * gone + 1]
    after = whole(cells)
    at = told(after).index(f"after {gone}")
    assert told(after)[at - 1] == (f"after {gone - 1}" if gone else "on top")
    assert len(after) == len(cells) + 1


def test_without_own_cells_it_is_as_generated_to_the_byte() -> None:
    assert merge(FRESH.encode(), FRESH, edited(OURS[:2])) == FRESH


def test_nothing_lacking_nothing_is_done() -> None:
    assert merge(FRESH.encode(), FRESH, edited([*OURS, own("mine")])) is None
    assert merge(None, FRESH, edited([OURS[0], own("mine"), *OURS[1:]])) is None


def test_a_generated_text_that_was_changed_becomes_a_cell_of_theirs() -> None:
    text = json.loads(json.dumps(OURS[3])) | {"source": ["Ask before you judge. I disagree!"]}
    after = whole([*OURS[:3], text, OURS[4]])
    assert told(after)[3:5] == ["Ask before you judge.", "Ask before you judge. I disagree!"]
    assert after[4]["metadata"] == {}
    assert after[4]["id"] != after[3]["id"]


def test_a_form_whose_code_was_changed_is_made_again_and_the_change_is_theirs() -> None:
    code = json.loads(json.dumps(OURS[4])) | {"source": ["import os"]}
    after = whole([*OURS[:4], code, OURS[5]])
    assert told(after)[4:6] == [told(OURS)[4], "import os"]
    assert after[5]["metadata"] == {}, "it is not ours any more: nothing runs it"


def test_the_pieces_of_a_split_cell_of_ours_are_no_words_of_theirs() -> None:
    source = told(OURS)[4]
    pieces = [
        json.loads(json.dumps(OURS[4])) | {"source": [one], "id": one[:2].strip()}
        for one in (source[:9], source[9:])
    ]
    assert whole([*OURS[:4], *pieces, OURS[5]]) == OURS


def test_a_forged_description_is_put_right() -> None:
    text = merge(
        FRESH.encode(), FRESH, edited([*OURS, own("mine")], mdli=MARKER | {"participant": "ben"}, kept=1)
    )
    assert text is not None
    assert json.loads(text)["metadata"]["mdli"] == MARKER
    assert json.loads(text)["metadata"]["kept"] == 1
    assert told(json.loads(text)["cells"]) == [*told(OURS), "mine"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"cells": 1}',
        b'{"nbformat": 3, "metadata": {}, "cells": []}',
        b"[" * 100_000,
    ]
    + [
        as_text({"nbformat": 4, "metadata": {}, "cells": [one]}).encode()
        for one in ({}, None, 1, {"source": 1})
    ],
)
def test_what_is_no_notebook_is_left_alone(content: bytes) -> None:
    assert merge(None, FRESH, content) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_program(tmp_path / "program", ("ana",), {"02-listen": SESSIONS["02-listen"]})
    generate_all(folder)
    return folder


def workbook(folder: Path) -> Path:
    return workbook_path(folder, "spring", "ana", "02-listen")


def left(folder: Path) -> list[Path]:
    return sorted((folder / ".mdli" / "left").rglob("*.*"))


def without_forms(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] != "code"]
    notebook["cells"].insert(2, own("my own words"))


def without_anything(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [own("my own words")]


@pytest.mark.parametrize("spoil", [without_forms, without_anything])
def test_generate_puts_back_what_was_deleted_and_keeps_a_copy_of_what_was_there(
    folder: Path, spoil: Callable[[dict[str, Any]], None]
) -> None:
    write(folder, "ana", "first-guess", {"text": "an answer"})
    good = json.loads(workbook(folder).read_bytes())
    notebook = json.loads(workbook(folder).read_bytes())
    spoil(notebook)
    workbook(folder).write_text(json.dumps(notebook), "utf-8")
    there = workbook(folder).read_bytes()
    dry = mdli(folder, "generate", "--dry-run")
    assert (workbook(folder).read_bytes(), left(folder)) == (there, [])
    assert "would be put back" in dry.stdout
    told_first, told_again = mdli(folder, "generate"), mdli(folder, "generate")
    assert "ana, session 2: put back what was gone, its participant's own cells are kept" in told_first.stdout
    assert "1 kept, its participant has changed it" in told_again.stdout
    cells = json.loads(workbook(folder).read_bytes())["cells"]
    assert [cell for cell in cells if "mdli" in cell["metadata"]] == good["cells"]
    assert told(of_theirs(cells)) == ["my own words"]
    [copy] = left(folder)
    assert copy.read_bytes() == there
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with open_store(folder) as store:
        assert [row.value for row in store.newest("ana")] == [{"text": "an answer"}]


def test_a_workbook_in_which_everything_was_deleted_is_as_new(folder: Path) -> None:
    good = workbook(folder).read_bytes()
    notebook = json.loads(good)
    workbook(folder).write_text(json.dumps(notebook | {"cells": []}), "utf-8")
    assert {one.done for one in generate_all(folder)} == {Done.PUT_BACK}
    assert workbook(folder).read_bytes() == good
    assert {one.done for one in generate_all(folder)} == {Done.SAME}
