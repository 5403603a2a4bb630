"""Whatever was done to a workbook, every cell of its participant is in it afterwards, word for word."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from mdli_workbook.curriculum import Session
from mdli_workbook.exercises import KINDS
from mdli_workbook.merge import Fate, merge
from mdli_workbook.notebook import SessionCells, as_text
from mdli_workbook.salvage import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.curriculum import Exercise

Cell = dict[str, Any]
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


def reflection(name: str, **fields: Any) -> Exercise:
    return KINDS["reflection"].model_validate({"id": name, "prompt": f"What of {name}?"} | fields)


def issue(*parts: str | Exercise) -> str:
    session = Session(session=2, slug="listen", title="Listen", minutes=20, parts=parts)
    return SessionCells.of(session).workbook("spring", "ana")


BEFORE = issue("Begin.", reflection("why"), "Between.", reflection("whom"), reflection("when"), "The end.")
AFTER = [
    BEFORE,
    issue("Begin here.", reflection("why"), "Between.", reflection("whom"), reflection("when"), "The end."),
    issue(
        "Begin.", reflection("new"), "Halfway.", reflection("reason", renamed_from="why"), reflection("when")
    ),
    issue(reflection("when", prompt="When, then?"), "Between.", reflection("whom"), "The very end."),
]
GENERATED: list[Cell] = json.loads(BEFORE)["cells"]
words = some.text(min_size=1, max_size=30).filter(str.strip)


def own(source: str | list[str], kind: str) -> Cell:
    cell: Cell = {"cell_type": kind, "id": "mine", "metadata": {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def copied(cell: Cell, **changes: Any) -> Cell:
    copy: Cell = json.loads(json.dumps(cell))
    return copy | changes


@some.composite
def edits(draw: some.DrawFn) -> tuple[list[Cell], list[str]]:
    """Draw what a participant has made of a workbook, and the cells that they wrote."""
    cells, wrote = [copied(one) for one in GENERATED], []
    for number in range(draw(some.integers(0, 6))):
        what = draw(
            some.sampled_from(["own", "own", "edit", "delete", "double", "move", "retype", "split", "empty"])
        )
        at = draw(some.integers(0, max(len(cells) - 1, 0)))
        if what == "own" or not cells:
            said = f"{draw(words)} {number}"
            lines = draw(some.sampled_from([said, said.splitlines(keepends=True)]))
            cells.insert(at, own(lines, draw(some.sampled_from(["markdown", "code", "raw"]))))
            wrote.append(said)
            continue
        cell = cells[at]
        if "mdli" not in cell["metadata"] or source_of(cell) in wrote:
            continue  # what they wrote is theirs to delete as well
        if what == "edit":
            cell["source"] = f"{source_of(cell)}{draw(words)} {number}"
            wrote.append(cell["source"])
        elif what == "delete":
            del cells[at]
        elif what == "double":
            cells.insert(draw(some.integers(0, len(cells))), copied(cell))
        elif what == "move":
            cells.insert(draw(some.integers(0, len(cells) - 1)), cells.pop(at))
        elif what == "retype":
            cell["cell_type"] = draw(some.sampled_from(["markdown", "raw", "code"]))
        elif what == "split":
            cut = draw(some.integers(0, len(source_of(cell))))
            cells[at : at + 1] = [
                copied(cell, source=source_of(cell)[:cut]),
                copied(cell, source=source_of(cell)[cut:]),
            ]
        else:
            cell["source"] = []
    return cells, wrote


def file_of(cells: Sequence[Cell], **head: Any) -> str:
    return as_text(json.loads(BEFORE) | {"cells": list(cells)} | head)


def see_whole(fresh: str, content: bytes, wrote: Sequence[str], *, issued: bool) -> None:
    """Merge, and see that all is there: their words, the session in its order, and nothing left to do."""
    before = BEFORE.encode() if issued else None
    merged = merge(fresh, content, before)
    text = merged.text if merged.text is not None else content.decode()
    notebook = json.loads(text)
    assert not Counter(wrote) - Counter(map(source_of, notebook["cells"]))
    assert merge(fresh, text.encode(), before).text is None, "again, nothing is left to do"
    if merged.text is None:
        return
    nbformat.validate(notebook)
    names = [cell["metadata"]["mdli"]["name"] for cell in notebook["cells"] if "mdli" in cell["metadata"]]
    assert names == [cell["metadata"]["mdli"]["name"] for cell in json.loads(fresh)["cells"]]
    told = merged.counts
    assert sum(told.values()) == len(merged.cells)
    assert len(notebook["cells"]) - len(names) == told[Fate.OWN] + told[Fate.KEPT_BESIDE]


merges = given(
    edited=edits(), fresh=some.sampled_from(AFTER), issued=some.booleans(), stripped=some.booleans()
)


def see_merge(edited: tuple[list[Cell], list[str]], fresh: str, *, issued: bool, stripped: bool) -> None:
    cells, wrote = edited
    if stripped:
        cells = [copied(cell, metadata={}) for cell in cells]
    see_whole(fresh, file_of(cells).encode(), wrote, issued=issued)


@settings(max_examples=300, suppress_health_check=SLOW, deadline=None)
@merges
def test_no_merge_loses_a_word(**drawn: Any) -> None:
    see_merge(**drawn)


@pytest.mark.soak
@settings(max_examples=5000, suppress_health_check=SLOW, deadline=None)
@merges
def test_no_merge_of_five_thousand_loses_a_word(**drawn: Any) -> None:
    see_merge(**drawn)


@some.composite
def damages(draw: some.DrawFn) -> tuple[bytes, list[str]]:
    """Draw a damaged file, and the words of those cells that are whole in it."""
    cells, _ = draw(edits())
    said = [f"{draw(words)} of {number}" for number in range(draw(some.integers(1, 4)))]
    for one in said:
        cells.insert(
            draw(some.integers(0, len(cells))), own(one, draw(some.sampled_from(["markdown", "code"])))
        )
    how = draw(some.sampled_from(["cut", "hole", "junk", "conflict", "older", "oldest", "bare", "encoding"]))
    if how == "older":
        bare = [{name: what for name, what in cell.items() if name != "id"} for cell in cells]
        return file_of(bare, nbformat_minor=draw(some.integers(0, 4))).encode(), said
    if how == "oldest":
        old = [cell | {"input": cell["source"]} if cell["cell_type"] == "code" else cell for cell in cells]
        for cell in old:
            cell.pop("source" if "input" in cell else "id")
        return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": old}]}).encode(), said
    if how == "bare":
        lacking = draw(some.sets(some.sampled_from(["metadata", "cell_type", "id", "outputs"])))
        bare = [{name: what for name, what in cell.items() if name not in lacking} for cell in cells]
        return json.dumps({"cells": bare}).encode(), said
    texts = [json.dumps(cell, indent=1, sort_keys=True) for cell in cells]
    if how == "encoding":
        return file_of(cells).encode(draw(some.sampled_from(["utf-16", "utf-16-le", "utf-8-sig"]))), said
    file = '{"cells": [' + ", ".join(texts) + '], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    start = draw(some.integers(0, len(file)))
    end = start if how in {"junk", "conflict"} else min(len(file), start + draw(some.integers(1, 200)))
    end = len(file) if how == "cut" else end
    put = {"junk": "\x00\ufffd}]", "conflict": "\n<<<<<<< mine\n=======\n>>>>>>> theirs\n"}.get(how, "")
    whole, place = [], len('{"cells": [')
    for cell, text in zip(cells, texts, strict=True):
        if source_of(cell) in said and (place + len(text) <= start or place >= end):
            whole.append(source_of(cell))
        place += len(text) + 2
    return (file[:start] + put + file[end:]).encode(), whole


def see_repair(damaged: tuple[bytes, list[str]], fresh: str) -> None:
    content, wrote = damaged
    merged = merge(fresh, content)
    notebook = json.loads(merged.text if merged.text is not None else content)
    assert not Counter(wrote) - Counter(map(source_of, notebook["cells"]))
    if merged.text is not None:
        nbformat.validate(notebook)
    assert merge(fresh, as_text(notebook).encode()).text is None


@settings(max_examples=150, suppress_health_check=SLOW, deadline=None)
@given(damaged=damages(), fresh=some.sampled_from(AFTER))
def test_no_repair_loses_a_cell_that_can_be_read(**drawn: Any) -> None:
    see_repair(**drawn)


@pytest.mark.soak
@settings(max_examples=500, suppress_health_check=SLOW, deadline=None)
@given(damaged=damages(), fresh=some.sampled_from(AFTER))
def test_no_repair_of_five_hundred_loses_a_cell_that_can_be_read(**drawn: Any) -> None:
    see_repair(**drawn)


@settings(max_examples=200, suppress_health_check=SLOW, deadline=None)
@given(content=some.binary(max_size=200))
def test_any_bytes_become_a_workbook(content: bytes) -> None:
    assert merge(AFTER[1], content).text == AFTER[1]
