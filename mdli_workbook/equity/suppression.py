"""Withhold small numbers, and what would give them away.

The rule of the Centers for Medicare and Medicaid Services: no number of patients from 1 to 10 is
shown, and nothing from which one could be computed. A zero may be shown. A percentage with its
denominator tells the numerator *and* who was left out, so both count.

Here for one table: groups, each with a size and a numerator, and their total. Whoever knows the
rule, the total and all that is shown knows the sums over what is withheld, and no more. So a range
is left for every withheld number, and a row more is withheld until each range is wide enough. Which
row that is depends on sizes only, never on numerators.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["MOST", "Count", "Shown", "Suppressed", "is_small", "suppress"]

MOST = 10
"""The largest number that is withheld; the smallest is 1."""
WIDTH = 3
"""A withheld number whose range is narrower is as good as shown."""


@dataclass(frozen=True, slots=True)
class Count:
    """Patients of one group, before anything is withheld.

    Parameters
    ----------
    size
        Patients who were measured.
    numerator
        Those of them with the event.
    """

    size: int
    numerator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.size:
            raise ValueError(f"{self.numerator} of {self.size} cannot be; a numerator is from 0 to its size")

    @property
    def complement(self) -> int:
        """Those without the event."""
        return self.size - self.numerator


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of a group: ``None`` is withheld, and with the size all of it is."""

    size: int | None
    numerator: int | None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A whole table as it may be shown: its groups in their order, and the total."""

    groups: tuple[Shown, ...]
    total: Shown


def is_small(count: int, most: int = MOST) -> bool:
    """Say whether a number of patients is withheld.

    Examples
    --------
    >>> [is_small(count) for count in (0, 1, 10, 11)]
    [False, True, True, False]
    """
    return 1 <= count <= most


def suppress(groups: Sequence[Count], *, most: int = MOST) -> Suppressed:
    """Withhold what may not be shown of a table with a total.

    Not for several tables of the same patients: what each leaves out may be found by subtracting
    one from another.

    Parameters
    ----------
    groups
        Every patient in one of them; those of an unknown group in a group of their own.
    most
        The largest number that is withheld.

    Examples
    --------
    One percentage alone would follow from the total, so the smallest other one goes with it:

    >>> table = suppress([Count(200, 150), Count(60, 40), Count(40, 36)])
    >>> [one.numerator for one in table.groups], table.total.numerator
    ([150, None, None], 226)
    """
    total = Count(sum(one.size for one in groups), sum(one.numerator for one in groups))
    sizes = frozenset(number for number, one in enumerate(groups) if is_small(one.size, most))
    size_is_shown = not is_small(total.size, most)
    if size_is_shown:
        sizes, size_is_shown = _widen(sizes, groups, partial(_sizes_exposed, groups, most))
    rates = sizes | {number for number, one in enumerate(groups) if _rate_is_small(one, most)}
    rate_is_shown = size_is_shown and not _rate_is_small(total, most)
    if rate_is_shown:
        rates, rate_is_shown = _widen(rates, groups, partial(_rates_exposed, groups, sizes))
    return Suppressed(
        groups=tuple(
            Shown(None if number in sizes else one.size, None if number in rates else one.numerator)
            for number, one in enumerate(groups)
        ),
        total=Shown(total.size if size_is_shown else None, total.numerator if rate_is_shown else None),
    )


def _rate_is_small(one: Count, most: int) -> bool:
    return is_small(one.numerator, most) or is_small(one.complement, most)


def _widen(
    withheld: frozenset[int], groups: Sequence[Count], exposed: Callable[[frozenset[int]], bool]
) -> tuple[frozenset[int], bool]:
    """Withhold the smallest further group until nothing is exposed; say whether that was reached."""
    while exposed(withheld):
        left = [number for number, one in enumerate(groups) if one.size and number not in withheld]
        if not left:
            return withheld, False
        withheld |= {min(left, key=lambda number: groups[number].size)}
    return withheld, True


def _sizes_exposed(groups: Sequence[Count], most: int, withheld: frozenset[int]) -> bool:
    """Whether the sum of the withheld sizes tells too much about one of them.

    Each of them is 1 at least, and none is larger than the smallest that is shown, since the
    smallest go first. So a sum that is too large tells as much as one that is too small.
    """
    if not withheld:
        return False
    sizes = [one.size for number, one in enumerate(groups) if number in withheld]
    shown = [one.size for number, one in enumerate(groups) if number not in withheld and one.size]
    others, largest = len(sizes) - 1, min(shown, default=sum(sizes))
    lower, upper = max(1, sum(sizes) - others * largest), min(largest, sum(sizes) - others)
    if not others or upper - lower < WIDTH:
        return True
    return lower > max(1, most - WIDTH)


def _rates_exposed(groups: Sequence[Count], sizes: frozenset[int], withheld: frozenset[int]) -> bool:
    """Whether the sums of the withheld numerators and complements tell too much about one of them."""
    reached = sum(groups[number].numerator for number in withheld)
    missed = sum(groups[number].complement for number in withheld)
    if withheld & sizes and min(reached, missed) < WIDTH:
        return True
    return any(
        min(groups[number].size, reached) - max(0, groups[number].size - missed) < WIDTH
        for number in withheld - sizes
    )
