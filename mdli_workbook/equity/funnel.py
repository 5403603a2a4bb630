"""Funnel plots: sites, clinicians or areas of unlike size beside one another, without a ranking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, quantile
from mdli_workbook.equity.intervals import poisson_exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

__all__ = [
    "INNER",
    "OUTER",
    "Funnel",
    "Place",
    "classify_proportions",
    "classify_ratios",
    "limits_of_proportion",
]
__all__ += ["limits_of_ratio"]

INNER, OUTER = 0.95, 0.998


class Place(StrEnum):
    """Where a unit is beside the limits; the number is the chance of one so far out on that side."""

    INSIDE = "Not significant"
    HIGH = "High (0.025)"
    LOW = "Low (0.025)"
    VERY_HIGH = "High (0.001)"
    VERY_LOW = "Low (0.001)"


@dataclass(frozen=True, slots=True)
class Funnel:
    """Limits of a funnel along its axis.

    Parameters
    ----------
    baseline
        What all units together have.
    inner, outer
        Lower and upper limit at each point of the axis, for 95% and 99.8%; ``None`` for an upper
        one without end.
    """

    baseline: float
    inner: tuple[tuple[float, float | None], ...]
    outer: tuple[tuple[float, float | None], ...]


def limits_of_proportion(
    numerator: ArrayLike, denominator: ArrayLike, at: Sequence[float]
) -> Funnel | NotEstimated:
    """Draw limits around the proportion of all units together.

    p0 ± z √(p0(1-p0)/n), cut at 0 and 1, with z for 95% and 99.8%: Spiegelhalter 2005, Statistics
    in Medicine 24, 1185-1202.

    Not for units that differ by more than chance, as thousands of patients always do: nearly all of
    them are outside then. Not without standardisation where patients differ.

    Parameters
    ----------
    numerator, denominator
        Shape (J,): of each unit.
    at
        Denominators at which limits are wanted; above 0.

    Returns
    -------
    Funnel or NotEstimated
        As proportions.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> funnel = limits_of_proportion([40, 60], [100, 100], [100])
    >>> funnel.baseline, [round(one, 3) for one in funnel.inner[0]]
    (0.5, [0.402, 0.598])
    """
    baseline = _baseline(numerator, denominator)
    if isinstance(baseline, NotEstimated):
        return baseline
    if not all(size > 0 for size in at):
        raise ValueError("limits are wanted at a denominator that is not above 0")
    return Funnel(baseline, *(tuple(_around(baseline, size, z) for size in at) for z in (_Z_INNER, _Z_OUTER)))


def classify_proportions(numerator: ArrayLike, denominator: ArrayLike) -> tuple[Place | None, ...]:
    """Tell where each unit is beside the limits around all units together.

    Limits as of :func:`limits_of_proportion`. Not a ranking: who is inside differs by no more than
    chance, in whatever order.

    Parameters
    ----------
    numerator, denominator
        Shape (J,): of each unit.

    Returns
    -------
    tuple of Place
        Shape (J,); ``None`` for a unit in which nobody was measured.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> [str(place) for place in classify_proportions([40, 90, 470], [100, 100, 800])]
    ['Low (0.001)', 'High (0.001)', 'Not significant']
    """
    baseline = _baseline(numerator, denominator)
    sizes = np.asarray(denominator, dtype=float)
    if isinstance(baseline, NotEstimated):
        return (None,) * len(sizes)
    return tuple(
        _place(count / size, _around(baseline, size, _Z_INNER), _around(baseline, size, _Z_OUTER))
        if size
        else None
        for count, size in zip(np.asarray(numerator, dtype=float).tolist(), sizes.tolist(), strict=True)
    )


def limits_of_ratio(observed: Sequence[float]) -> Funnel:
    """Draw limits around a ratio of observed to expected events of 1, along observed events.

    With O events on the axis, O over the exact upper and lower Poisson limits of O: a unit with
    that many is outside where 1 is outside its own interval.

    Not for units that differ by more than chance.

    Parameters
    ----------
    observed
        Events at which limits are wanted, from 0 up.

    Returns
    -------
    Funnel
        As ratios; at 0 events the upper limits have no end.

    Raises
    ------
    ValueError
        If a number is below 0.

    Examples
    --------
    >>> [round(one, 3) for one in limits_of_ratio([10]).inner[0]]
    [0.544, 2.085]
    """
    return Funnel(
        1.0, *(tuple(_around_one(count, confidence) for count in observed) for confidence in (INNER, OUTER))
    )


def classify_ratios(observed: ArrayLike, expected: ArrayLike) -> tuple[Place | None, ...]:
    """Tell of each unit whether its events are more or fewer than expected, beyond chance.

    High where the exact lower Poisson limit of the events is above those expected, low where the
    upper one is below. Not a ranking.

    Parameters
    ----------
    observed, expected
        Shape (J,): events of each unit.

    Returns
    -------
    tuple of Place
        Shape (J,); ``None`` where nothing was expected.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> [str(place) for place in classify_ratios([8, 151], [6.2, 106.4])]
    ['Not significant', 'High (0.001)']
    """
    events, wanted = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    if events.shape != wanted.shape or not (wanted >= 0).all():
        raise ValueError(f"{events.size} observed beside {wanted.size} expected; give one from 0 up for each")
    return tuple(
        _beside(count, by_chance) if by_chance else None
        for count, by_chance in zip(events.tolist(), wanted.tolist(), strict=True)
    )


_Z_INNER, _Z_OUTER = quantile(INNER), quantile(OUTER)


def _baseline(numerator: ArrayLike, denominator: ArrayLike) -> float | NotEstimated:
    counts, sizes = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    if counts.shape != sizes.shape or not ((counts >= 0) & (counts <= sizes)).all():
        raise ValueError("a numerator is below 0, above its denominator, or without one; correct it")
    if not sizes.sum() > 0:
        return NotEstimated(Reason.NOBODY, "nobody was measured in any unit")
    return float(counts.sum() / sizes.sum())


def _around(baseline: float, size: float, z: float) -> tuple[float, float]:
    reach = z * sqrt(baseline * (1 - baseline) / size)
    return max(0.0, baseline - reach), min(1.0, baseline + reach)


def _around_one(count: float, confidence: float) -> tuple[float, float | None]:
    limits = poisson_exact(count, confidence=confidence)
    return count / limits.upper, count / limits.lower if limits.lower else None


def _place(value: float, inner: tuple[float, float], outer: tuple[float, float]) -> Place:
    if value > inner[1]:
        return Place.VERY_HIGH if value > outer[1] else Place.HIGH
    if value < inner[0]:
        return Place.VERY_LOW if value < outer[0] else Place.LOW
    return Place.INSIDE


def _beside(count: float, expected: float) -> Place:
    inner, outer = (poisson_exact(count, confidence=level) for level in (INNER, OUTER))
    if inner.lower > expected:
        return Place.VERY_HIGH if outer.lower > expected else Place.HIGH
    if inner.upper < expected:
        return Place.VERY_LOW if outer.upper < expected else Place.LOW
    return Place.INSIDE
