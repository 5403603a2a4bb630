"""A workbook as it should be, and as its participant left it: whole again, with every cell of theirs.

Each generated cell says its name and, in a hash, what it said when it was generated. So one that nobody
touched is told from one that somebody wrote into, also when the base copy is gone. What was generated is
put in its place and order. A participant's own cells stay behind the generated cell that they followed.
A generated text that they changed stays in its place; once faculty have changed it too, it becomes a cell
of theirs beside the new one. What they changed in a form's code never runs again: it becomes plain text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mdli_workbook.errors import CellRefused
from mdli_workbook.grammar import Call, read_cell
from mdli_workbook.notebook import as_text, digest_of
from mdli_workbook.salvage import Damage, Salvaged, read_notebook, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mdli_workbook.salvage import Cell

__all__ = ["CellReport", "Fate", "Merged", "merge"]


class Fate(StrEnum):
    """What became of one cell, and why."""

    SAME = "as it was generated"
    EDITED = "changed by its participant, and left so: the session says here what it said"
    OWN = "its participant's own"
    EMPTY = "empty"
    CORRECTED = "brought up to date: nobody had changed it"
    RENAMED = "brought up to date under the exercise's new id"
    ADDED = "new in the session"
    PUT_BACK = "put back: it was gone"
    PUT_RIGHT = "put right: its kind or its description was changed"
    KEPT_BESIDE = "changed by its participant, and kept as a cell of theirs beside the session's"
    DOUBLED = "left out: it was there twice, unchanged"
    PIECE = "left out: a piece of a generated cell that was divided"
    REMOVED = "left out: the session has it no more, and nobody had changed it"


_QUIET = frozenset({Fate.SAME, Fate.EDITED, Fate.OWN, Fate.EMPTY})
THEIRS = frozenset({Fate.EDITED, Fate.OWN, Fate.KEPT_BESIDE})


@dataclass(frozen=True, slots=True)
class CellReport:
    """One cell: its name if it was generated, else ``own-`` and its place; and what became of it."""

    name: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome of a merge.

    Parameters
    ----------
    text
        The whole workbook; ``None`` if what stands there may stay.
    cells
        Every cell that was there, in order, then every one that was added.
    damage
        What was wrong with the file.
    """

    text: str | None
    cells: tuple[CellReport, ...]
    damage: Damage = Damage.NONE

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many cells came to each fate."""
        return Counter(one.fate for one in self.cells)

    def names(self, fate: Fate) -> tuple[str, ...]:
        """Return the names of the cells that came to one fate."""
        return tuple(dict.fromkeys(one.name for one in self.cells if one.fate is fate))


def merge(fresh: str, edited: bytes, issued: bytes | None = None) -> Merged:
    """Bring a participant's workbook up to date, without the loss of a word of theirs.

    Parameters
    ----------
    fresh
        How it would be generated now.
    edited
        What stands in its place: any bytes.
    issued
        How it was generated the last time, if that is known. Needed only for workbooks of versions
        whose cells carry no hash.

    Returns
    -------
    Merged
        The workbook, and what became of every cell.

    Examples
    --------
    >>> from mdli_workbook.notebook import markdown_cell, write_notebook
    >>> ours = [markdown_cell("a", "First"), markdown_cell("b", "Second")]
    >>> theirs = {"cell_type": "markdown", "id": "1", "metadata": {}, "source": "My own words"}
    >>> fresh = write_notebook(ours, {"form": True})
    >>> merged = merge(fresh, write_notebook([ours[0], theirs], {"form": True}).encode())
    >>> [cell["source"] for cell in json.loads(merged.text)["cells"]]
    [['First'], 'My own words', ['Second']]
    >>> [(one.name, one.fate.name) for one in merged.cells]
    [('a', 'SAME'), ('own-2', 'OWN'), ('b', 'PUT_BACK')]
    >>> merge(fresh, fresh.encode()).text is None
    True
    """
    good, left = json.loads(fresh), read_notebook(edited)
    known = _Known.of(good["cells"], read_notebook(issued).cells if issued else ())
    work = _Work(known, left)
    reports = [*work.sort(), *work.lacking(issued=bool(issued))]
    heads = all(left.metadata.get(name) == good["metadata"][name] for name in ("mdli", "kernelspec"))
    if left.damage is Damage.NONE and heads and all(one.fate in _QUIET for one in reports):
        return Merged(None, tuple(reports))
    others = {name: what for name, what in left.metadata.items() if name != "widgets"}
    whole = good | {"metadata": others | good["metadata"], "cells": []}
    if not _is_whole(whole):
        whole["metadata"] = good["metadata"]
    whole["cells"] = work.joined()
    return Merged(_storable(as_text(whole)), tuple(reports), left.damage)


@dataclass(frozen=True)
class _Known:
    """The generated cells by name, and what is known of how they were generated before."""

    fresh: Mapping[str, Cell]
    before: Mapping[str, Cell]
    renamed: Mapping[str, str]
    """Name of a cell as it was → as it is now."""

    @classmethod
    def of(cls, fresh: Iterable[Cell], before: Iterable[Cell]) -> _Known:
        now = {_marker(cell)["name"]: cell for cell in fresh}
        renamed = {}
        for name, cell in now.items():
            old = _renamed_from(cell) if name.startswith("x-") else ""
            if old and f"x-{old}" not in now:
                renamed[f"x-{old}"] = name
                renamed[f"after-{old}"] = f"after-{name.removeprefix('x-')}"
        return cls(now, {str(_marker(cell).get("name")): cell for cell in before if _marker(cell)}, renamed)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """What generated cells say, now and before → the name of each."""
        return {digest_of(cell): name for name, cell in (*self.before.items(), *self.fresh.items())}

    @cached_property
    def squeezed(self) -> frozenset[str]:
        """The same without any space, for what was divided."""
        return frozenset(_squeeze(source_of(cell)) for cell in (*self.fresh.values(), *self.before.values()))

    def now(self, name: str) -> str:
        """Return what a cell of this name is called now."""
        return self.renamed.get(name, name) if name not in self.fresh else name

    def is_untouched(self, cell: Cell) -> bool:
        """Whether a marked cell says what it said when it was generated."""
        mark, digest = _marker(cell).get("hash"), digest_of(cell)
        if mark == digest or digest in self.digests:
            return True
        # of an older version, or the one that holds ids: as far as it runs, nobody wrote in it
        return mark is None and cell["cell_type"] == "code" and _runs(source_of(cell))

    def was_corrected(self, cell: Cell, name: str) -> bool:
        """Whether the session says something else here than it did when this cell was generated."""
        before = self.before.get(str(_marker(cell).get("name")))
        mark = _marker(cell).get("hash") or (digest_of(before) if before else None)
        return mark != digest_of(self.fresh[name])


@dataclass
class _Work:
    """One merge under way: where each cell of what stood there goes."""

    known: _Known
    left: Salvaged
    followers: dict[str, list[Cell]] = field(default_factory=dict)
    """Generated cell → the participant's cells behind it, each as it is to be."""
    standing: dict[str, Cell | None] = field(default_factory=dict)
    """Generated cells that are there → a changed one that stays."""
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.taken |= {cell["id"] for cell in self.known.fresh.values()}
        self.names = self._names()
        self.pieces = self._pieces()

    def _names(self) -> list[str]:
        """Return which generated cell each one is; ``""`` for a participant's own.

        A cell that lost its description, as when a program strips it, is known by what it says.
        """
        names = [self.known.now(_name(cell)) for cell in self.left.cells]
        there = set(names)
        for index, cell in enumerate(self.left.cells):
            if names[index] in self.known.fresh:
                continue
            name = self.known.now(self.known.digests.get(digest_of(cell), ""))
            if not name and cell["cell_type"] == "code" and _is_parameters(cell):
                name = "parameters"
            if name in self.known.fresh and name not in there:
                names[index] = name
                there.add(name)
        return names

    def _pieces(self) -> frozenset[int]:
        """Return the places of cells that are together what one generated cell says."""
        parts: dict[str, list[int]] = {}
        for index, (cell, name) in enumerate(zip(self.left.cells, self.names, strict=True)):
            if name and not self.known.is_untouched(cell):
                parts.setdefault(name, []).append(index)
        found = set()
        for places in parts.values():
            said = "".join(_squeeze(source_of(self.left.cells[index])) for index in places)
            if said in self.known.squeezed or (len(places) == 1 and self._breaks_off(said)):
                found |= set(places)
        return frozenset(found)

    def _breaks_off(self, said: str) -> bool:
        return self.left.damage is Damage.BROKEN and any(one.startswith(said) for one in self.known.squeezed)

    def sort(self) -> list[CellReport]:
        """Give each cell its place, in their order."""
        place, reports = "", []
        for index, (cell, name) in enumerate(zip(self.left.cells, self.names, strict=True)):
            place = name if name in self.known.fresh else place
            fate = self._fate(cell, name, index)
            if fate is Fate.EDITED:
                self.standing[name] = _valid(cell | {"id": self.known.fresh[name]["id"]})
            elif fate in THEIRS:
                self.followers.setdefault(place, []).append(self._as_own(cell))
            elif fate in {Fate.SAME, Fate.CORRECTED, Fate.RENAMED, Fate.PUT_RIGHT}:
                self.standing[name] = None
            reports.append(CellReport(_tellable(name, index), fate))
        return reports

    def lacking(self, *, issued: bool) -> list[CellReport]:
        """Return the generated cells that are not there."""
        before = {self.known.now(name) for name in self.known.before}
        gone = [name for name in self.known.fresh if name not in self.standing]
        return [
            CellReport(name, Fate.ADDED if issued and name not in before else Fate.PUT_BACK) for name in gone
        ]

    def _fate(self, cell: Cell, name: str, index: int) -> Fate:
        if _is_empty(cell) or not name:
            return Fate.EMPTY if _is_empty(cell) else Fate.OWN
        untouched, is_piece = self.known.is_untouched(cell), index in self.pieces
        if name not in self.known.fresh:
            return Fate.REMOVED if untouched or is_piece else Fate.KEPT_BESIDE
        if untouched or is_piece:
            return self._fate_of_untouched(cell, name) if untouched else Fate.PIECE
        stays = cell["cell_type"] == self.known.fresh[name]["cell_type"] == "markdown"
        if stays and name not in self.standing and not self.known.was_corrected(cell, name):
            return Fate.EDITED
        return Fate.KEPT_BESIDE

    def _fate_of_untouched(self, cell: Cell, name: str) -> Fate:
        new = self.known.fresh[name]
        if name in self.standing:
            return Fate.DOUBLED
        if name.startswith("x-") and _name(cell) not in {"", name}:
            return Fate.RENAMED
        old = "hash" in _marker(new) and _marker(cell) and "hash" not in _marker(cell)
        if old or (name != "parameters" and digest_of(cell) != digest_of(new)):
            return Fate.CORRECTED
        same = cell["cell_type"] == new["cell_type"] and _marker(cell) == _marker(new)
        same = same and _squeeze(source_of(cell)) == _squeeze(source_of(new))
        return Fate.SAME if same else Fate.PUT_RIGHT

    def joined(self) -> list[Cell]:
        """Return the generated cells in order, each followed by the participant's that followed it."""
        cells = list(self.followers.get("", ()))
        for name, new in self.known.fresh.items():
            cells += [self.standing.get(name) or new, *self.followers.get(name, ())]
        return cells

    def _as_own(self, cell: Cell) -> Cell:
        """Return a cell that is its participant's, as files may hold it, under an id that no other has."""
        if _marker(cell):
            ours = {"mdli", "deletable", "editable", "jupyter", "tags"}
            metadata = {name: what for name, what in cell["metadata"].items() if name not in ours}
            cell = cell | {"metadata": metadata}
            if cell["cell_type"] == "code":  # it would run among ours, as if we had written it
                cell = {
                    name: what for name, what in cell.items() if name not in {"outputs", "execution_count"}
                }
                cell["cell_type"] = "raw"
        wanted = cell.get("id")
        if not isinstance(wanted, str) or not _ID.fullmatch(wanted) or wanted in self.taken:
            said = f"{len(self.taken)} {source_of(cell)}".encode("utf-8", "replace")
            wanted = hashlib.sha256(said).hexdigest()[:16]
        self.taken.add(wanted)
        return _valid(cell | {"id": wanted})


_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,80}")


def _tellable(name: str, index: int) -> str:
    """Return a name that may be printed: what a participant made of one may be words of theirs."""
    return name if _NAME.fullmatch(name) else f"own-{index + 1}"


def _marker(cell: Cell) -> dict[str, Any]:
    marker = cell["metadata"].get("mdli")
    return marker if isinstance(marker, dict) and marker.get("owner") == "ours" else {}


def _name(cell: Cell) -> str:
    """Return under which name a cell was generated; ``""`` for a participant's own."""
    return str(_marker(cell).get("name") or "unnamed") if _marker(cell) else ""


def _is_empty(cell: Cell) -> bool:
    return not (
        source_of(cell).strip() or cell.get("attachments") or (not _marker(cell) and cell.get("outputs"))
    )


def _squeeze(source: str) -> str:
    return "".join(source.split())


def _renamed_from(cell: Cell) -> str:
    call = read_cell(source_of(cell), _AnyKind())
    return str(call.literals.get("renamed_from") or "") if isinstance(call, Call) else ""


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


def _is_parameters(cell: Cell) -> bool:
    return source_of(cell).startswith("# Whose workbook this is.\n") and _runs(source_of(cell))


def _valid(cell: Cell) -> Cell:
    """Return a cell that a notebook may hold: without what no cell has, whatever program put it there."""
    bare = {name: cell[name] for name in ("cell_type", "id", "source")}
    empty: Cell = {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    attached = {"attachments": cell["attachments"]} if "attachments" in cell else {}
    outputs = {"outputs": cell["outputs"]} if cell["cell_type"] == "code" and "outputs" in cell else {}
    metadata = {"metadata": cell["metadata"]}
    for extra in (attached | outputs | metadata, attached | metadata, outputs, attached, metadata):
        if _is_valid(one := bare | {"metadata": {}} | empty | extra):
            return cell if _is_valid(cell) else one
    return bare | {"metadata": {}} | empty


def _is_valid(cell: Cell) -> bool:
    return _is_whole({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _is_whole(notebook: dict[str, Any]) -> bool:
    import nbformat  # noqa: PLC0415 - a second of every start, for what only an edited workbook needs

    try:
        nbformat.validate(json.loads(json.dumps(notebook)))
    except (nbformat.ValidationError, ValueError, RecursionError):
        return False
    return True


def _storable(text: str) -> str:
    """Return text that a file can hold: half a surrogate pair, which none can, becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
