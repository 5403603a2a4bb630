"""One group over some months, and how much of it its own numbers allow to be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from mdli_workbook.equity.figures import Figure, Ledger
from mdli_workbook.equity.rules import Rule, is_small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Line", "Show", "allowed", "figures_of", "key_of"]


class Show(IntEnum):
    """How much of a line is shown; more includes less."""

    NOTHING = 0
    SIZE = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One group over some months: a size, and how many of them.

    Parameters
    ----------
    size
        The figure of all of them; it counts two outcomes or more.
    part
        The figure of those that are spoken of.
    """

    size: Figure
    part: Figure

    @property
    def rest(self) -> Figure:
        """Those of the size who are not the part."""
        left = tuple(one for one in self.size.outcomes if one not in self.part.outcomes)
        return Figure(self.size.measure, self.size.dimensions, self.size.group, self.size.months, left)


def figures_of(line: Line, show: Show) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Return the figures of a line that are shown, and those that are withheld."""
    parts = (line.part, line.rest)
    if show is Show.ALL:
        return (line.size, *parts), ()
    return ((line.size,), parts) if show is Show.SIZE else ((), (line.size,))


def key_of(figure: Figure) -> str | None:
    """Return the group that a figure is of; of crossed dimensions, that of the first."""
    return figure.group[0] if figure.group else None


def allowed(own: Sequence[Line], count: Callable[[Figure], int], before: Ledger, rule: Rule) -> Show:
    """Say how much the numbers of a group allow by themselves, in each piece that its periods are cut into.

    What is withheld of a group is withheld of all its lines, zeros too: a list of months in which nobody
    was seen would tell the others.
    """
    told = _of_group(before.shown, own)
    kept = _of_group(before.withheld, own)
    level = Show.ALL
    for line in own:
        parts = (line.part, line.rest)
        sizes = _values(own, line.size, told, count)
        if any(is_small(one, rule) for one in sizes):
            return Show.NOTHING
        few = [one for part in parts for one in _values(own, part, told, count) if is_small(one, rule)]
        # a sum that is told must have room for what is withheld of it
        near = [one for one in kept if one.outcomes in {part.outcomes for part in parts} and _meet(one, line)]
        tight = near and any(0 < count(part) < rule.room for part in parts)
        if few or tight:
            level = Show.SIZE
    if level is Show.SIZE:
        longer = [one for one in told if len(one.outcomes) == 1 and any(_meet(one, line) for line in own)]
        around = [line.size for line in own] + longer
        if any(0 < count(one) < rule.room for one in around):
            return Show.NOTHING
    return level


def _of_group(figures: Iterable[Figure], own: Sequence[Line]) -> list[Figure]:
    one = own[0].size
    return [
        other
        for other in figures
        if (other.measure, other.dimensions, key_of(other)) == (one.measure, one.dimensions, key_of(one))
    ]


def _meet(one: Figure, line: Line) -> bool:
    return one.group == line.size.group and not set(one.months).isdisjoint(line.size.months)


def _values(
    own: Sequence[Line], figure: Figure, told: Iterable[Figure], count: Callable[[Figure], int]
) -> list[int]:
    """Count what a figure is in each piece that the periods of its group, of this view and earlier, make."""
    periods = {line.size.months for line in own if line.size.group == figure.group}
    periods |= {one.months for one in told if (one.group, one.outcomes) == (figure.group, figure.outcomes)}
    return [count(replace(figure, months=months)) for months in _pieces(periods)]


def _pieces(periods: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Cut months so that each period is made of whole pieces."""
    within: dict[str, list[int]] = {}
    for number, months in enumerate(sorted(periods)):
        for month in months:
            within.setdefault(month, []).append(number)
    pieces: dict[tuple[int, ...], list[str]] = {}
    for month in sorted(within):
        pieces.setdefault(tuple(within[month]), []).append(month)
    return [tuple(months) for months in pieces.values()]
