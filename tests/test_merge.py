"""What was generated comes back; what a participant made stays, cell by cell and byte by byte."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from programs import SESSIONS, generate_all, make_program, mdli, open_store, write

from mdli_workbook.generate import Done, workbook_path
from mdli_workbook.merge import Fate, merge
from mdli_workbook.notebook import as_text, code_cell, digest_of, markdown_cell, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARKER = {"form": True, "cohort": "spring", "participant": "ana", "session": 2}


def stamped(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a generated cell as workbooks hold it."""
    marker = cell["metadata"]["mdli"] | {"hash": digest_of(cell)}
    return cell | {"metadata": cell["metadata"] | {"mdli": marker}}


UNSTAMPED = [
    markdown_cell("first-page", "# Listen"),
    code_cell("load", "from mdli_workbook import workbook"),
    code_cell("open", "wb = workbook(cohort, participant, session, view)"),
    markdown_cell("after-why", "Ask before you judge."),
    code_cell("x-why", "# Why\nwb.reflection(\n    'why',\n    prompt='Why?',\n)"),
    code_cell("x-whom", "wb.agenda('whom')"),
]
OURS = [stamped(cell) for cell in UNSTAMPED]
FRESH = write_notebook(OURS, MARKER)
NAMES = [cell["metadata"]["mdli"]["name"] for cell in OURS]


def own(source: str, index: int = 0, kind: str = "markdown") -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"own-{index}", "metadata": {"n": 1}, "source": [source]}
    return cell | ({"outputs": [], "execution_count": index} if kind == "code" else {})


def edited(cells: list[dict[str, Any]], **metadata: Any) -> bytes:
    notebook = json.loads(FRESH)
    return as_text(notebook | {"cells": cells, "metadata": notebook["metadata"] | metadata}).encode()


def whole(cells: list[dict[str, Any]], before: str | None = FRESH) -> list[dict[str, Any]]:
    text = merge(FRESH, edited(cells), before.encode() if before else None).text
    assert text is not None
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert merge(FRESH, text.encode(), before.encode() if before else None).text is None, (
        "again changes nothing"
    )
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return found


def of_theirs(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell for cell in cells if "mdli" not in cell["metadata"]]


def told(cells: list[dict[str, Any]]) -> list[str]:
    return ["".join(cell["source"]) for cell in cells]


def test_nothing_lacking_nothing_is_done() -> None:
    assert merge(FRESH, edited([*OURS, own("mine")])).text is None
    assert merge(FRESH, edited([OURS[0], own("mine"), *OURS[1:]])).text is None


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
    assert merge(FRESH, edited(OURS[:2])).text == FRESH


def fates(cells: list[dict[str, Any]], fresh: str = FRESH) -> list[tuple[str, str]]:
    return [(one.name, one.fate.name) for one in merge(fresh, edited(cells)).cells]


def changed(cell: dict[str, Any], source: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(cell))
    return copy | {"source": [source]}


def test_a_text_that_they_changed_stays_as_it_is_while_the_session_says_the_same_there() -> None:
    cells = [*OURS[:3], changed(OURS[3], "Ask before you judge. I disagree!"), *OURS[4:]]
    assert merge(FRESH, edited(cells)).text is None
    assert whole(cells[:-1]) == [*cells[:-1], OURS[5]]
    assert fates(cells)[3] == ("after-why", "EDITED")


CORRECTED = write_notebook([*OURS[:3], stamped(markdown_cell("after-why", "Ask first.")), *OURS[4:]], MARKER)


def test_a_text_that_both_changed_is_there_twice_the_sessions_first() -> None:
    cells = [*OURS[:3], changed(OURS[3], "I disagree!"), own("why"), *OURS[4:]]
    after = json.loads(merge(CORRECTED, edited(cells)).text or "")["cells"]
    assert told(after)[3:6] == ["Ask first.", "I disagree!", "why"]
    assert after[4]["metadata"] == {}
    assert after[4]["id"] != after[3]["id"]
    assert fates(cells, CORRECTED)[3:5] == [("after-why", "KEPT_BESIDE"), ("own-5", "OWN")]


def test_a_text_that_nobody_changed_is_corrected_without_a_base_copy() -> None:
    after = merge(CORRECTED, edited([*OURS, own("mine")]))
    assert told(json.loads(after.text or "")["cells"]) == [
        *told(OURS)[:3],
        "Ask first.",
        *told(OURS)[4:],
        "mine",
    ]
    assert after.names(Fate.CORRECTED) == ("after-why",)


def test_an_exercise_that_was_renamed_keeps_its_place_and_what_follows_it() -> None:
    new = stamped(code_cell("x-reason", "wb.reflection('reason', renamed_from='why')"))
    fresh = write_notebook([*OURS[:3], stamped(markdown_cell("after-reason", "Now.")), OURS[5], new], MARKER)
    cells = [*OURS[:5], own("behind why"), OURS[5]]
    after = json.loads(merge(fresh, edited(cells)).text or "")["cells"]
    assert told(after)[3:] == ["Now.", told(OURS)[5], told([new])[0], "behind why"]
    assert fates(cells, fresh)[3:5] == [("after-reason", "CORRECTED"), ("x-reason", "RENAMED")]


def test_an_exercise_that_is_no_more_is_named_and_what_they_wrote_into_it_is_theirs() -> None:
    fresh = write_notebook([*OURS[:4], OURS[5]], MARKER)
    merged = merge(fresh, edited([*OURS[:5], own("behind it"), OURS[5]]))
    assert merged.names(Fate.REMOVED) == ("x-why",)
    assert told(json.loads(merged.text or "")["cells"])[3:] == [told(OURS)[3], "behind it", told(OURS)[5]]
    kept = merge(fresh, edited([*OURS[:4], changed(OURS[4], "# my reasons"), OURS[5]]))
    assert "# my reasons" in told(json.loads(kept.text or "")["cells"])


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


def test_what_they_wrote_into_the_code_of_a_form_never_runs_as_ours() -> None:
    forged = changed(OURS[2], "wb = workbook('spring', 'ben', 2, view)")
    [theirs] = of_theirs(whole([*OURS[:2], forged, *OURS[3:]]))
    assert (theirs["cell_type"], told([theirs])) == ("raw", ["wb = workbook('spring', 'ben', 2, view)"])


def test_a_cell_that_is_there_twice_or_of_another_kind_is_put_right() -> None:
    retyped = OURS[4] | {"cell_type": "markdown"}
    assert whole([*OURS[:4], retyped, OURS[3], OURS[5], OURS[5]]) == OURS


def test_a_program_that_strips_descriptions_makes_nobody_see_the_session_twice() -> None:
    bare = [cell | {"metadata": {}} for cell in OURS]
    assert whole([*bare[:4], own("mine"), *bare[4:]]) == [*OURS[:4], own("mine"), *OURS[4:]]


def test_a_forged_description_is_put_right() -> None:
    text = merge(FRESH, edited([*OURS, own("mine")], mdli=MARKER | {"participant": "ben"}, kept=1)).text
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
        for one in ({}, None, 1, {"source": []})
    ],
)
def test_what_is_no_notebook_is_made_anew(content: bytes) -> None:
    assert merge(FRESH, content).text == FRESH


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
    assert "my own words" not in told_first.stdout
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
