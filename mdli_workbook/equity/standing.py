"""Say of each group whether it differs from the reference, so that chance is seldom taken for a gap.

The rule of the Agency for Healthcare Research and Quality asks each group for a p of 0.05 or less. With ten
groups and no gap at all it would speak up in two practices of five. Here p is held against 0.05 over all
groups of the page together, after Holm 1979, Scandinavian Journal of Statistics 6, 65-70. Groups whose
figures are withheld count among them: that a figure may be shown depends on the figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import quantile
from mdli_workbook.equity.presentation import Standing, classify_ahrq

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdli_workbook.equity.groups import Array

__all__ = ["ALPHA", "Beside", "Compared", "chance_exactly", "chance_of", "compare", "error_beside", "hold"]

ALPHA = 0.05
FAR = 15
"""So many standard deviations away nothing is left to be summed."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A group and its reference, ready to be compared.

    Parameters
    ----------
    figure, reference
        Of both, in the unit of the measure.
    error
        Standard error of their difference if there were none, in the same unit; 0 if it is the
        reference itself under another name.
    p
        Two-sided chance of such a gap, or a larger one, where there is none.
    """

    figure: float
    reference: float
    error: float
    p: float

    @property
    def gap(self) -> float:
        """Group less reference."""
        return self.figure - self.reference


@dataclass(frozen=True, slots=True)
class Compared:
    """What is said of a group.

    Parameters
    ----------
    standing
        Better, the same, or worse; "the same" is all that cannot be told from chance or is small.
    gap
        Group less reference, in the unit of the measure.
    by_chance
        Half the width of the range around the reference in which the group would be by chance alone,
        all groups taken together.
    beyond_chance
        Whether p is small enough, whatever the size of the gap.
    """

    standing: Standing
    gap: float
    by_chance: float
    beyond_chance: bool


def compare(
    sides: Mapping[str, Beside], *, groups: int, favourable: bool, scale: float | None
) -> dict[str, Compared]:
    """Compare groups with their reference, all of them together.

    Parameters
    ----------
    sides
        Group → its figures.
    groups
        How many groups there are beside the reference, those that are not shown as well.
    favourable
        Whether more is better.
    scale
        What everybody would be: 1 for proportions; ``None`` for numbers without an end.

    Examples
    --------
    >>> said = compare({"a": Beside(0.61, 0.75, 0.03, p=0.0001)}, groups=8, favourable=True, scale=1)
    >>> str(said["a"].standing)
    'worse'
    """
    levels = hold({key: side.p for key, side in sides.items()}, groups)
    together = quantile(1 - ALPHA / max(groups, 1))
    return {
        key: Compared(
            standing=_standing(side, certain=key in levels, favourable=favourable, scale=scale),
            gap=side.gap,
            by_chance=together * side.error,
            beyond_chance=key in levels,
        )
        for key, side in sides.items()
    }


def hold(chances: Mapping[str, float], groups: int) -> dict[str, float]:
    """Return the groups that pass Holm's test, each with the level that it passed.

    Examples
    --------
    >>> hold({"a": 0.2, "b": 0.001, "c": 0.02}, 3)
    {'b': 0.016666666666666666, 'c': 0.025}
    """
    passed: dict[str, float] = {}
    for place, (key, p) in enumerate(sorted(chances.items(), key=lambda one: one[1])):
        level = ALPHA / (groups - place)
        if p > level:
            break
        passed[key] = level
    return passed


def chance_of(gap: float, error: float) -> float:
    """Return the two-sided chance of a gap, or a larger one, from its standard error.

    Examples
    --------
    >>> round(chance_of(0.196, 0.1), 3), chance_of(0.0, 0.0)
    (0.05, 1.0)
    """
    return erfc(abs(gap) / error / sqrt(2)) if error > 0 else 1.0


def chance_exactly(count1: int, size1: int, count2: int, size2: int) -> float:
    """Return the two-sided chance that two groups are so unlike, or more so, if they are not.

    Fisher's exact test: of the count1 + count2 patients, how many fall into the first group if they are
    drawn from both alike; twice the smaller tail. It never speaks up too often, however small the
    groups and however rare the event; a normal curve does. Fisher 1935, The Design of Experiments.

    Parameters
    ----------
    count1, size1, count2, size2
        Patients with the event and patients measured, of two groups without a patient in common.

    Examples
    --------
    >>> round(chance_exactly(3, 10, 9, 10), 4)
    0.0198
    """
    from scipy.special import gammaln  # noqa: PLC0415 - a form opens without it

    count, size = count1 + count2, size1 + size2
    share = count / size if size else 0.0
    middle, spread = size1 * share, sqrt(size1 * size2 * share * (1 - share) / max(size - 1, 1))
    if abs(count1 - middle) > FAR * spread + 1:
        return 0.0
    reach = int(FAR * spread) + 2
    low = max(0, count - size2, int(middle) - reach)
    high = min(size1, count, int(middle) + reach)
    first = np.arange(low, high + 1)

    def ways(whole: int, part: np.ndarray[tuple[int], np.dtype[np.int_]] | int) -> Array:
        found: Array = (
            gammaln(whole + 1.0) - gammaln(np.add(part, 1.0)) - gammaln(whole - np.asarray(part) + 1.0)
        )
        return found

    chances = np.exp(ways(size1, first) + ways(size2, count - first) - ways(size, count))
    here = count1 - low
    return float(min(1.0, 2 * min(chances[: here + 1].sum(), chances[here:].sum())))


def error_beside(sizes: Sequence[int], deviations: Sequence[float], *, part: bool) -> float:
    """Return the standard error of the difference of two groups.

    Parameters
    ----------
    sizes, deviations
        Patients, and standard deviation of one patient, of the group and of its reference.
    part
        Whether the group is a part of the reference: then they go up and down together.

    Examples
    --------
    >>> error_beside((100, 100), (0.5, 0.5), part=True)
    0.0
    """
    (size, whole), (own, common) = sizes, deviations
    together = 2 * own**2 / whole if part else 0.0
    return sqrt(max(0.0, own**2 / size + common**2 / whole - together))


def _standing(side: Beside, *, certain: bool, favourable: bool, scale: float | None) -> Standing:
    """Ask for a large gap, once it is certain: without standard errors the rule looks at nothing else."""
    if not certain or min(side.figure, side.reference) < 0:
        return Standing.SAME
    return classify_ahrq(side.figure, 0.0, side.reference, 0.0, favourable=favourable, scale=scale)
