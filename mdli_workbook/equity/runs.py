"""Runs in a series over time: the rules of Anhøj, and those of the English health service."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from math import log2
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TRIAL", "Runs", "near_limit", "runs", "seven_one_side", "seven_trend", "sides", "two_in_three"]

SEVEN = 7
TRIAL = 13
"""With fewer points than this, limits are trial limits."""


@dataclass(frozen=True, slots=True)
class Runs:
    """What a run chart says of a series.

    Parameters
    ----------
    useful
        Points that are not on the centre line.
    longest, longest_allowed
        The longest run on one side, and how long one may be by chance; ``None`` without points.
    crossings, crossings_needed
        How often the line is crossed, and how often it must be.
    signal
        Whether one of the two rules says that something has changed.
    """

    useful: int
    longest: int | None
    longest_allowed: int | None
    crossings: int | None
    crossings_needed: int | None
    signal: bool


def runs(side: Sequence[int]) -> Runs:
    """Judge a series by Anhøj's two rules.

    A signal is a run longer than round(log2 n) + 3, or fewer crossings than the 5% quantile of a
    binomial with n-1 trials of one half: Anhøj and Olesen 2014, PLOS ONE 9, e113825. No limits are
    needed.

    Not for fewer than about ten points, nor where neighbours depend on one another.

    Parameters
    ----------
    side
        Shape (n,): 1 above the centre, -1 below, 0 on it; points on it are left out.

    Returns
    -------
    Runs
        Numbers of points.

    Examples
    --------
    >>> found = runs([1, 1, -1, 1, -1, -1, 0, 1, 1, -1, 1])
    >>> found.longest, found.longest_allowed, found.crossings, found.crossings_needed, found.signal
    (2, 6, 6, 2, False)
    """
    from scipy.stats import binom  # noqa: PLC0415 - a form opens without it

    useful = [one for one in side if one]
    if not useful:
        return Runs(0, None, None, None, None, signal=False)
    longest = max(len(list(run)) for _, run in groupby(useful))
    allowed = round(log2(len(useful))) + 3
    crossings = sum(one != other for one, other in pairwise(useful))
    needed = int(binom.ppf(0.05, len(useful) - 1, 0.5)) if len(useful) > 1 else 0
    return Runs(
        len(useful), longest, allowed, crossings, needed, signal=longest > allowed or crossings < needed
    )


def sides(values: Sequence[float], centre: float) -> tuple[int, ...]:
    """Tell on which side of a line each point is: 1 above, -1 below, 0 on it.

    Examples
    --------
    >>> sides([1, 2, 3], 2)
    (-1, 0, 1)
    """
    return tuple((value > centre) - (value < centre) for value in values)


def seven_one_side(side: Sequence[int]) -> tuple[int, ...]:
    """Mark each point that completes seven, or more, on one side of the centre.

    NHS England, Making Data Count. Not for a series with a trend; it is a signal by itself there.

    Parameters
    ----------
    side
        Shape (n,): 1 above the centre, -1 below, 0 on it, which ends a run.

    Returns
    -------
    tuple of int
        Shape (n,): 1 at the seventh and each further point of a run, otherwise 0.

    Examples
    --------
    >>> seven_one_side([1] * 8 + [-1])
    (0, 0, 0, 0, 0, 0, 1, 1, 0)
    """
    return _complete(side, SEVEN)


def seven_trend(series: Sequence[float]) -> tuple[int, ...]:
    """Mark each point that completes seven, or more, that only rise or only fall.

    Six steps of the same sign; two equal points end it. NHS England, Making Data Count. Not alone:
    by chance it comes up far more rarely than the other rules, so it misses most changes.

    Parameters
    ----------
    series
        Shape (n,): the values in their order.

    Returns
    -------
    tuple of int
        Shape (n,): 1 at the seventh and each further point of a trend, otherwise 0.

    Examples
    --------
    >>> seven_trend([1, 2, 3, 4, 5, 6, 7, 8])
    (0, 0, 0, 0, 0, 0, 1, 1)
    """
    steps = [(after > before) - (after < before) for before, after in pairwise(series)]
    return (0, *_complete(steps, SEVEN - 1)) if len(series) else ()


def two_in_three(near: Sequence[int], side: Sequence[int]) -> tuple[int, ...]:
    """Mark the points of each three neighbours on one side of which two are near a limit.

    NHS England, Making Data Count. All three are marked; a chart shows those of them that are near
    a limit. Points outside the limits are a signal of their own and count as not near.

    Parameters
    ----------
    near
        Shape (n,): 1 where the point is in the outer third within the limit, otherwise 0.
    side
        Shape (n,): 1 above the centre, -1 below, 0 on it.

    Returns
    -------
    tuple of int
        Shape (n,): 1 or 0.

    Raises
    ------
    ValueError
        If the two differ in length.

    Examples
    --------
    >>> two_in_three([0, 0, 1, 0, 1, 0, 0], [1] * 7)
    (0, 0, 1, 1, 1, 0, 0)
    """
    if len(near) != len(side):
        raise ValueError(f"{len(near)} marks for {len(side)} sides; give one of each for each point")
    marked = [0] * len(near)
    for start in range(len(near) - 2):
        window = slice(start, start + 3)
        if abs(sum(side[window])) == 3 and sum(near[window]) >= 2:
            marked[window] = [1, 1, 1]
    return tuple(marked)


def near_limit(values: Sequence[float], lower: float, upper: float) -> tuple[int, ...]:
    """Mark the points between two thirds of the way to a limit and the limit.

    Examples
    --------
    >>> near_limit([0, 1.9, 2.1, 2.9, 3.1, -2.5], -3, 3)
    (0, 0, 1, 1, 0, 1)
    """
    centre, third = (lower + upper) / 2, (upper - lower) / 3
    return tuple(int(third <= abs(value - centre) and lower <= value <= upper) for value in values)


def _complete(signs: Sequence[int], length: int) -> tuple[int, ...]:
    marks = []
    run = 0
    before = 0
    for sign in signs:
        run = run + 1 if sign and sign == before else int(sign != 0)
        before = sign
        marks.append(int(run >= length))
    return tuple(marks)
