"""A corrected session reaches workbooks that people have written in: beside ``nbdime``, on the same merges.

Ours gets what was generated now and what stands there. nbdime gets the same two and, as their common
ancestor, what was generated before; it is told to take both sides where they conflict, which loses the
least. Counted are the cells of a participant that are no cell, word for word, of the outcome.
"""

from __future__ import annotations

import json
import random
import time
from typing import Any

import nbformat
from nbdime import merge_notebooks

from mdli_workbook.curriculum import Session
from mdli_workbook.exercises import KINDS
from mdli_workbook.merge import merge
from mdli_workbook.notebook import SessionCells, as_text
from mdli_workbook.salvage import source_of

Figure = tuple[str, str, list[float], str, list[float]]
"""What, unit, ours, peer, the peer's."""
PEER = "nbdime, `--merge-strategy inline`"


class _Peer:
    """What nbdime's command would be told."""

    merge_strategy = "inline"
    input_strategy = output_strategy = None
    ignore_transients = True
    ignore = None
    log_level = "ERROR"


def measure_merges(count: int, times: int) -> list[Figure]:
    """Return milliseconds per merge, and cells of participants that are lost, of some random merges.

    Parameters
    ----------
    count
        Of merges.
    times
        Samples of the time.
    """
    drawn = random.Random(8)  # the same merges each time
    merges = [_merge(drawn) for _ in range(count)]
    ours, theirs = [], []
    for _ in range(times):
        began = time.perf_counter()
        merged = [merge(fresh, edited.encode()).text or edited for _, fresh, edited, _ in merges]
        ours.append(1000 * (time.perf_counter() - began) / count)
        began = time.perf_counter()
        peers = [_by_nbdime(before, fresh, edited) for before, fresh, edited, _ in merges]
        theirs.append(1000 * (time.perf_counter() - began) / count)
    lost = [_all_lost(texts, merges) for texts in (merged, peers)]
    written = sum(len(wrote) for *_, wrote in merges)
    what = f"a merge ({count} of them, {written} cells that people wrote)"
    # one more than were lost, so that none is a number that a ratio can be made of
    return [
        (what, "milliseconds", ours, PEER, theirs),
        (
            "1 + cells that people wrote and that are none, word for word, afterwards",
            "cells",
            [1.0 + lost[0]],
            PEER,
            [1.0 + lost[1]],
        ),
    ]


def _by_nbdime(before: str, fresh: str, edited: str) -> str:
    base, local, remote = (nbformat.reads(one, as_version=4) for one in (before, edited, fresh))
    merged, _ = merge_notebooks(base, local, remote, _Peer())
    return json.dumps(merged)


def _all_lost(texts: list[str], merges: list[tuple[str, str, str, list[str]]]) -> int:
    return sum(_lost(text, one[3]) for text, one in zip(texts, merges, strict=True))


def _lost(text: str, wrote: list[str]) -> int:
    there = [source_of(cell) for cell in json.loads(text)["cells"]]
    return sum(one not in there for one in wrote)


def _merge(drawn: random.Random) -> tuple[str, str, str, list[str]]:
    """Return a workbook before, as corrected and as edited, and the cells that its participant wrote."""
    before = [(f"exercise-{number}", f"What of {number}?", f"Text {number}.") for number in range(12)]
    after = list(before)
    for _ in range(drawn.randint(1, 4)):
        at = drawn.randrange(len(after))
        name, prompt, text = after[at]
        after[at] = (name, f"{prompt} And why?", drawn.choice([text, f"{text} Corrected."]))
    if drawn.random() < 0.5:
        del after[drawn.randrange(len(after))]
    cells = json.loads(issue(before))["cells"]
    wrote = []
    for number in range(drawn.randint(1, 6)):
        at = drawn.randrange(4, len(cells))
        cell: dict[str, Any] = {"cell_type": "markdown", "id": f"own-{number}", "metadata": {}}
        if source_of(cells[at]) in wrote:
            continue
        if drawn.random() < 0.4 and cells[at]["cell_type"] == "markdown":
            cells[at]["source"] = [f"I changed this, {number}: {source_of(cells[at])}"]
            wrote.append(source_of(cells[at]))
        else:
            wrote.append(f"My own words, {number}.")
            cells.insert(at, cell | {"source": [wrote[-1]]})
    return issue(before), issue(after), as_text(json.loads(issue(before)) | {"cells": cells}), wrote


def issue(exercises: list[tuple[str, str, str]]) -> str:
    """Return a workbook of some exercises, each with its prompt and the text behind it."""
    parts: list[Any] = ["Begin."]
    for name, prompt, text in exercises:
        parts += [KINDS["reflection"].model_validate({"id": name, "prompt": prompt}), text]
    session = Session(session=2, slug="listen", title="Listen", minutes=20, parts=tuple(parts))
    return SessionCells.of(session).workbook("spring", "ana")
