"""Where the cells of a report stand on its page: the same thing in the same place every month. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Layout", "lay_out"]

_ORDER = {
    "head": ("who",),
    "first": ("for-the-call", "commitments", "questions"),
    "second": ("since", "done-and-open", "changed"),
}
"""Head and columns of the front page → their parts, from above; all else comes below."""
_PLACES = {name: (place, number) for place, names in _ORDER.items() for number, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Layout:
    """The cells of a report by place.

    Parameters
    ----------
    head, first, second
        Of the front page: who it is about, and its two columns.
    below
        Everything else, in the order of the notebook: what was shared.
    """

    head: list[Mapping[str, Any]]
    first: list[Mapping[str, Any]]
    second: list[Mapping[str, Any]]
    below: list[Mapping[str, Any]]


def lay_out(cells: Iterable[Mapping[str, Any]]) -> Layout:
    """Give each cell its place; words between two parts go with the part that follows them.

    Examples
    --------
    >>> def cell(name, kind="code"):
    ...     return {"cell_type": kind, "metadata": {"mdli": {"name": name}}}
    >>> cells = [cell("part-who"), cell("front-1", "markdown"), cell("part-since"), cell("x-look-back")]
    >>> page = lay_out(cells)
    >>> len(page.head), len(page.first), len(page.second), len(page.below)
    (1, 0, 2, 1)
    """
    found: dict[str, list[tuple[int, Mapping[str, Any]]]] = {"head": [], "first": [], "second": []}
    below: list[Mapping[str, Any]] = []
    words: list[Mapping[str, Any]] = []
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            words.append(cell)
            continue
        place, number = _PLACES.get(_part_of(cell), ("", 0))
        if place:
            found[place] += [(number, one) for one in (*words, cell)]
        else:
            below += [*words, cell]
        words = []
    inner = {place: [cell for _, cell in sorted(pairs, key=_number)] for place, pairs in found.items()}
    return Layout(**inner, below=[*below, *words])


def _number(pair: tuple[int, object]) -> int:
    return pair[0]


def _part_of(cell: Mapping[str, Any]) -> str:
    ours = cell.get("metadata", {}).get("mdli")
    name = ours.get("name") if isinstance(ours, dict) else ""
    return name.removeprefix("part-") if isinstance(name, str) and name.startswith("part-") else ""
