"""Number the cells behind a set of figures, and write down how they hang together.

A cell is one measure, one group of some dimensions, some months and one outcome. Months that no figure
tells apart share a cell. Everyone knows that the groups of a dimension add up to all patients, and that
the outcomes of one measure count the same patients as those of another: these are links.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from mdli_workbook.equity.figures import MISSED, OUTCOMES, REACHED, UNMEASURED, Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mdli_workbook.equity.audit import Sum

__all__ = ["Margins"]

Dimensions = tuple[str, ...]
Months = tuple[str, ...]


@dataclass
class Margins:
    """The cells behind some figures.

    Parameters
    ----------
    figures
        What was shown, and what was withheld: together they name every group of their dimensions.
    shown
        Those of them that were shown.
    """

    figures: frozenset[Figure]
    shown: frozenset[Figure]
    cells: dict[Figure, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        counts_all = any(UNMEASURED in one.outcomes for one in self.figures)
        self.outcomes = OUTCOMES if counts_all else (REACHED, MISSED)
        self.measures = sorted({one.measure for one in self.figures})
        self.groups: dict[Dimensions, list[tuple[str, ...]]] = _groups(self.figures)
        self.parts = {dimensions: self._parts(dimensions) for dimensions in self.groups}
        for base in self._bases():
            self.cells[base] = len(self.cells)

    def sum_of(self, figure: Figure) -> Sum:
        """Return a figure as a sum of cells."""
        months = set(figure.months)
        parts = [part for part in self.parts[figure.dimensions] if months.issuperset(part)]
        assert sum(map(len, parts)) == len(months), f"{figure} cuts through a cell"
        return {
            self.cells[Figure(figure.measure, figure.dimensions, figure.group, part, (outcome,))]: 1
            for part in parts
            for outcome in figure.outcomes
        }

    def links(self) -> Iterator[Sum]:
        """Yield sums that are zero whatever the data."""
        for measure in self.measures:
            for dimensions in self.groups:
                for fewer in self._below(dimensions):
                    yield from self._roll_up(measure, dimensions, fewer)
        if UNMEASURED in self.outcomes:
            yield from self._same_patients()

    def bases(self) -> Iterator[tuple[Figure, int]]:
        """Yield each cell as a figure, with its number."""
        yield from self.cells.items()

    def _parts(self, dimensions: Dimensions) -> list[Months]:
        """Split the months as finely as figures do, of these dimensions or of them crossed with others."""
        told = {one.months for one in self.figures if set(dimensions) <= set(one.dimensions)}
        within: dict[str, list[int]] = {month: [] for one in self.figures for month in one.months}
        for number, months in enumerate(sorted(told)):
            for month in months:
                within[month].append(number)
        parts: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for month in sorted(within):
            parts[tuple(within[month])].append(month)
        return [tuple(months) for months in parts.values()]

    def _bases(self) -> Iterator[Figure]:
        for measure in self.measures:
            for dimensions, groups in self.groups.items():
                for group in groups:
                    for part in self.parts[dimensions]:
                        for outcome in self.outcomes:
                            yield Figure(measure, dimensions, group, part, (outcome,))

    def _below(self, dimensions: Dimensions) -> Iterator[Dimensions]:
        """Yield what a dimension adds up to: its largest parts that are here, else all patients."""
        for size in range(len(dimensions) - 1, -1, -1):
            found = [one for one in combinations(dimensions, size) if one in self.groups]
            yield from found
            if found:
                return

    def _roll_up(self, measure: str, dimensions: Dimensions, fewer: Dimensions) -> Iterator[Sum]:
        kept = [dimensions.index(name) for name in fewer]
        within: Mapping[tuple[str, ...], list[tuple[str, ...]]] = _by(self.groups[dimensions], kept)
        for group in self.groups[fewer]:
            for part in self.parts[dimensions]:
                for outcome in self.outcomes:
                    link = {
                        self.cells[Figure(measure, dimensions, one, part, (outcome,))]: 1
                        for one in within.get(group, ())
                    }
                    for cell in self.sum_of(Figure(measure, fewer, group, part, (outcome,))):
                        link[cell] = -1
                    yield link

    def _same_patients(self) -> Iterator[Sum]:
        first, *others = self.measures
        for dimensions, groups in self.groups.items():
            for other in others:
                for group in groups:
                    for part in self.parts[dimensions]:
                        link = self.sum_of(Figure(first, dimensions, group, part, self.outcomes))
                        for cell in self.sum_of(Figure(other, dimensions, group, part, self.outcomes)):
                            link[cell] = -1
                        yield link


def _groups(figures: Iterable[Figure]) -> dict[Dimensions, list[tuple[str, ...]]]:
    found: dict[Dimensions, set[tuple[str, ...]]] = {(): {()}}
    for one in figures:
        found.setdefault(one.dimensions, set()).add(one.group)
    return {dimensions: sorted(found[dimensions]) for dimensions in sorted(found)}


def _by(groups: list[tuple[str, ...]], kept: list[int]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for group in groups:
        found[tuple(group[place] for place in kept)].append(group)
    return found
