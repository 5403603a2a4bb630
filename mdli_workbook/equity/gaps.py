"""The gap between two groups out of many: which two, how far apart, and how many times."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary, quantile
from mdli_workbook.equity.groups import as_groups, best, with_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Array

__all__ = ["Disparity", "choose_pair", "difference", "healthy_people", "ratio"]


def choose_pair(
    estimate: ArrayLike, *, favourable: bool, reference: int | None = None, order: ArrayLike | None = None
) -> tuple[int, int] | NotEstimated:
    """Choose the two groups whose gap is told: the second is taken from the first.

    Ordered groups: most less least advantaged, and the other way round for an adverse measure.
    Without an order or a reference: highest less lowest. With a reference: the reference less the
    lowest other group, or the highest other group less the reference where the measure is adverse.

    Parameters
    ----------
    estimate
        Shape (J,).
    favourable
        Whether more is better.
    reference
        Index of the group to compare with, from 0.
    order
        Shape (J,): places from the most disadvantaged up.

    Returns
    -------
    tuple of int, or NotEstimated
        Indices; not estimated with fewer than two groups.

    Raises
    ------
    ValueError
        If the reference is not one of the groups.

    Examples
    --------
    >>> choose_pair([70, 50, 60], favourable=True)
    (0, 1)
    >>> choose_pair([70, 50, 60], favourable=True, reference=2)
    (2, 1)
    """
    figures = np.asarray(estimate, dtype=float)
    if len(figures) < 2:
        return NotEstimated(Reason.FEW_GROUPS, "a gap needs two groups")
    if reference is not None:
        if not 0 <= reference < len(figures):
            raise ValueError(f"reference {reference} is none of {len(figures)} groups; count from 0")
        others = np.delete(np.arange(len(figures)), reference)
        other = int(others[best(figures[others], favourable=not favourable)])
        return (reference, other) if favourable else (other, reference)
    places = figures if order is None else np.asarray(order, dtype=float)
    top, bottom = int(np.argmax(places)), int(np.argmin(places))
    return (top, bottom) if favourable or order is None else (bottom, top)


def difference(  # noqa: PLR0913 - each is a name of its own at the call
    estimate: ArrayLike,
    se: ArrayLike | None = None,
    *,
    favourable: bool,
    reference: int | None = None,
    order: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Summary | NotEstimated:
    """Tell how far two groups are apart.

    y1 - y2 with standard error √(σ1² + σ2²) and a normal interval, for the two groups that
    :func:`choose_pair` names. WHO, Handbook on Health Inequality Monitoring, 2013.

    Not for highest less lowest among many small groups: chance alone makes a gap there, which the
    interval of a pair chosen by its figures does not show (:func:`.simulation.chance_level` does).

    Parameters
    ----------
    estimate, se
        Shape (J,); the unit of the measure.
    favourable, reference, order
        As of :func:`choose_pair`.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = difference([70, 50], [3, 4], favourable=True)
    >>> one.estimate, one.se
    (20.0, 5.0)
    """
    pair = choose_pair(estimate, favourable=favourable, reference=reference, order=order)
    if isinstance(pair, NotEstimated):
        return pair
    figures, errors = _two(estimate, se, pair)
    spread = None if errors is None else sqrt(float(errors @ errors))
    return with_interval(figures[0] - figures[1], spread, "difference of two groups", confidence=confidence)


def ratio(  # noqa: PLR0913 - each is a name of its own at the call
    estimate: ArrayLike,
    se: ArrayLike | None = None,
    *,
    favourable: bool,
    reference: int | None = None,
    order: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Summary | NotEstimated:
    """Tell how many times as high one group is as another.

    y1/y2 with standard error √(σ1²/y1² + σ2²/y2²) of the logarithm, for the two groups that
    :func:`choose_pair` names. WHO, Handbook on Health Inequality Monitoring, 2013.

    Not alone: "twice as high" may be 2 of 1,000 or 40 of 100, and turns round with the framing.

    Parameters
    ----------
    estimate, se, favourable, reference, order, confidence
        As of :func:`difference`; figures from 0 up.

    Returns
    -------
    Summary or NotEstimated
        ``se`` is of the logarithm. Not estimated where one of the two is zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> ratio([60, 40], favourable=True).estimate
    1.5
    """
    pair = choose_pair(estimate, favourable=favourable, reference=reference, order=order)
    if isinstance(pair, NotEstimated):
        return pair
    figures, errors = _two(estimate, se, pair)
    if min(figures) <= 0:
        return NotEstimated(Reason.ZERO, "a ratio needs two figures above zero")
    times, method = figures[0] / figures[1], "ratio of two groups, interval on the logarithm"
    if errors is None:
        return Summary(times, method)
    spread = sqrt((errors[0] / figures[0]) ** 2 + (errors[1] / figures[1]) ** 2)
    reach = exp(quantile(confidence) * spread)
    return Summary(times, method, spread, times / reach, times * reach)


@dataclass(frozen=True, slots=True)
class Disparity:
    """The measures of Healthy People 2030; ratios are 1 or more.

    Parameters
    ----------
    maximal_difference
        Highest less lowest rate.
    maximal_ratio, summary_ratio
        Highest over lowest; best beside the mean of the others. ``None`` where a rate is zero.
    summary_difference
        Best beside the mean of the others, from 0 up unless the best is not best.
    note
        Why one of them is missing.
    """

    maximal_difference: float
    maximal_ratio: float | None
    summary_ratio: float | None
    summary_difference: float
    note: str = ""


def healthy_people(rate: ArrayLike, *, favourable: bool) -> Disparity | NotEstimated:
    """Tell the disparity measures of Healthy People 2030.

    The best group is the reference; the summary measures set it beside the plain mean of the other
    groups: Healthy People Statistical Notes 27, 2015; Healthy People 2030 methods.

    Not for small groups: one of five patients counts as much as one of five thousand.

    Parameters
    ----------
    rate
        Shape (J,): from 0 up.
    favourable
        Whether more is better.

    Returns
    -------
    Disparity or NotEstimated
        Differences in the unit of the rates. Not estimated with fewer than two groups.

    Raises
    ------
    ValueError
        If a rate is no number from 0 up.

    Examples
    --------
    >>> found = healthy_people([82, 75, 68, 60], favourable=True)
    >>> found.maximal_difference, round(found.maximal_ratio, 3), round(found.summary_ratio, 3)
    (22.0, 1.367, 1.212)
    """
    rates = np.asarray(rate, dtype=float)
    if not np.isfinite(rates).all() or (rates < 0).any():
        raise ValueError("a rate is no number from 0 up; leave out the group, and say so")
    if len(rates) < 2:
        return NotEstimated(Reason.FEW_GROUPS, "a gap needs two groups")
    reference = best(rates, favourable=favourable)
    at_best, others = float(rates[reference]), float(np.delete(rates, reference).mean())
    high, low = (at_best, others) if favourable else (others, at_best)
    whole = float(rates.min()) > 0
    return Disparity(
        maximal_difference=float(np.ptp(rates)),
        maximal_ratio=float(rates.max() / rates.min()) if whole else None,
        summary_ratio=high / low if low > 0 else None,
        summary_difference=high - low,
        note="" if whole else "a rate is zero, so a ratio has no end",
    )


def _two(
    estimate: ArrayLike, se: ArrayLike | None, pair: tuple[int, int]
) -> tuple[tuple[float, float], Array | None]:
    """Return the figures of two groups, and their standard errors where both are known."""
    figures = np.asarray(estimate, dtype=float)[list(pair)]
    errors = None if se is None else np.asarray(se, dtype=float)[list(pair)]
    checked = as_groups(figures, [1, 1], errors)
    return (float(checked.estimate[0]), float(checked.estimate[1])), checked.se
