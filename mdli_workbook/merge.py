"""A workbook as it should be, and as its participant left it: whole again, with every cell of theirs.

What was generated is put in its place and order; a participant's own cells stay behind the generated
cell that they followed. A generated text that somebody changed becomes a cell of theirs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdli_workbook.errors import CellRefused
from mdli_workbook.grammar import read_cell
from mdli_workbook.notebook import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["merge"]

Cell = dict[str, Any]


def merge(before: bytes | None, fresh: str, edited: bytes) -> str | None:
    """Put back what a participant's workbook lacks of what was generated.

    Parameters
    ----------
    before
        The base copy: how it was generated the last time; ``None`` if that is gone.
    fresh
        How it would be generated now.
    edited
        What stands in its place.

    Returns
    -------
    str or None
        The whole workbook; ``None`` if nothing is lacking, or what stands there is no notebook.

    Examples
    --------
    >>> from mdli_workbook.notebook import markdown_cell, write_notebook
    >>> ours = [markdown_cell("a", "First"), markdown_cell("b", "Second")]
    >>> theirs = {"cell_type": "markdown", "id": "1", "metadata": {}, "source": "My own words"}
    >>> fresh = write_notebook(ours, {"form": True})
    >>> edited = write_notebook([ours[0], theirs], {"form": True})
    >>> [cell["source"] for cell in json.loads(merge(None, fresh, edited.encode()))["cells"]]
    [['First'], 'My own words', ['Second']]
    >>> merge(None, fresh, fresh.encode())
    """
    left, good = _read(edited), json.loads(fresh)
    if left is None:
        return None
    known = _Known.of(good["cells"], (_read(before or b"") or {"cells": []})["cells"])
    if not known.lacks(left["cells"]) and all(
        left["metadata"].get(name) == good["metadata"][name] for name in ("mdli", "kernelspec")
    ):
        return None
    others = {name: what for name, what in left["metadata"].items() if name != "widgets"}
    return as_text(good | {"metadata": others | good["metadata"], "cells": _joined(known, left["cells"])})


@dataclass(frozen=True, slots=True)
class _Known:
    """The generated cells by name, and all sources that ever were theirs as far as is known."""

    fresh: dict[str, Cell]
    sources: dict[str, frozenset[str]]

    @classmethod
    def of(cls, fresh: Sequence[Cell], before: Sequence[Cell]) -> _Known:
        sources: dict[str, frozenset[str]] = {}
        for cell in (*before, *fresh):
            sources[_name(cell)] = sources.get(_name(cell), frozenset()) | {_source(cell)}
        return cls({_name(cell): cell for cell in fresh}, sources)

    def lacks(self, cells: Sequence[Cell]) -> bool:
        """Whether a generated cell is not there, or one of ours says what no workbook does."""
        ours = [cell for cell in cells if _name(cell)]
        return bool(self.fresh.keys() - {_name(cell) for cell in ours}) or not all(map(self._is_whole, ours))

    def _is_whole(self, cell: Cell) -> bool:
        return cell["cell_type"] != "code" or _runs(_source(cell))

    def is_theirs(self, cell: Cell) -> bool:
        """Whether a cell holds what its participant may have written: it is never left out."""
        source = _source(cell)
        if not source.strip():
            return False if _name(cell) else bool(cell.get("outputs") or cell.get("attachments") or source)
        if not _name(cell):
            return True
        if cell["cell_type"] == "code" and _runs(source):
            return False
        return not any(source in whole for whole in self.sources.get(_name(cell), ()))


def _joined(known: _Known, cells: Sequence[Cell]) -> list[Cell]:
    """Return the fresh cells in order, each followed by the participant's own that followed it."""
    followers: dict[str, list[Cell]] = {"": []}
    place = ""
    for cell in cells:
        if _name(cell) in known.fresh:
            place = _name(cell)
        if known.is_theirs(cell):
            followers.setdefault(place, []).append(cell)
    joined, taken = [], {cell["id"] for cell in known.fresh.values()}
    for name in ("", *known.fresh):
        joined += [known.fresh[name]] if name else []
        joined += [_as_own(cell, taken) for cell in followers.get(name, ())]
    return joined


def _as_own(cell: Cell, taken: set[str]) -> Cell:
    """Return a cell that is its participant's, under an id that no other cell has."""
    ours = {"mdli", "deletable", "editable", "jupyter", "tags"} if _name(cell) else set()
    metadata = {name: what for name, what in cell["metadata"].items() if name not in ours}
    name = cell.get("id")
    if not isinstance(name, str) or not name or name in taken:
        name = hashlib.sha256(f"{len(taken)} {_source(cell)}".encode()).hexdigest()[:16]
    taken.add(name)
    return cell | {"metadata": metadata, "id": name}


def _name(cell: Cell) -> str:
    """Return under which name a cell was generated; ``""`` for a participant's own."""
    marker = cell["metadata"].get("mdli")
    if not isinstance(marker, dict) or marker.get("owner") != "ours":
        return ""
    return str(marker.get("name") or "ours")


def _source(cell: Cell) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


class _AnyKind:
    """Whatever kinds there were: a call of any says nothing but literals."""

    def __contains__(self, _name: object) -> bool:
        return True


def _runs(source: str) -> bool:
    try:
        read_cell(source, _AnyKind())
    except (CellRefused, RecursionError, MemoryError):
        return False
    return True


def _read(content: bytes) -> dict[str, Any] | None:
    """Return a notebook's JSON as far as it is needed here; ``None`` if it is none."""
    try:
        found = json.loads(content)
        whole = isinstance(found["metadata"], dict) and found["nbformat"] == 4
        for cell in found["cells"]:
            whole = whole and isinstance(cell["metadata"], dict) and isinstance(cell["cell_type"], str)
            whole = whole and isinstance("".join(cell["source"]), str)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if whole else None
