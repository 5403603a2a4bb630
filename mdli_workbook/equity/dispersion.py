"""Spread over groups without an order, in the unit of the measure or as a part of its mean."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Summary
from mdli_workbook.equity.groups import MEAN_ZERO, TOO_FEW, as_groups, best, with_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Groups

__all__ = [
    "between_group_standard_deviation",
    "between_group_variance",
    "coefficient_of_variation",
    "index_of_disparity",
    "mean_difference_from_best",
    "mean_difference_from_mean",
    "mean_difference_from_reference",
]

NOISE = "never below 0, so noise alone makes it larger; set it beside its level by chance"


def between_group_variance(
    estimate: ArrayLike, population: ArrayLike, se: ArrayLike | None = None, *, confidence: float = 0.95
) -> Summary | NotEstimated:
    """Tell the between-group variance (BGV).

    Σ p(y-μ)²; variance 4Σp²σ²(y-μ)² + 2[(Σp²σ²)² - Σp⁴σ⁴ + Σp²(1-p)²σ⁴]. WHO, HEAT Technical
    Notes 6.0, 2024; Ahn and others 2018.

    Not for small groups without the level by chance: for rates about Σ p(1-p) y(1-y)/n comes from
    noise alone. Nor for telling a reader: it is in squared units.

    Parameters
    ----------
    estimate, population, se
        Shape (J,): figures, people, standard errors.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Summary or NotEstimated
        In the squared unit of the measure; not estimated with fewer than three groups.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> between_group_variance([60, 70, 80], [1, 1, 2]).estimate
    68.75
    """
    groups = as_groups(estimate, population, se)
    if groups.count < 3:
        return TOO_FEW
    share, away = groups.share, groups.estimate - groups.mean
    spread = None if groups.se is None else sqrt(_variance_of_variance(groups))
    return with_interval(
        float(share @ away**2), spread, "between-group variance", confidence=confidence, note=NOISE
    )


def between_group_standard_deviation(
    estimate: ArrayLike, population: ArrayLike, se: ArrayLike | None = None, *, confidence: float = 0.95
) -> Summary | NotEstimated:
    """Tell the between-group standard deviation (BGSD), the root of the variance.

    Its standard error is SE(BGV)/(2 BGSD), by the delta method, and missing where BGSD is 0. Not
    for small groups without the level by chance.

    Parameters
    ----------
    estimate, population, se, confidence
        As of :func:`between_group_variance`.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure; not estimated with fewer than three groups.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> round(between_group_standard_deviation([60, 70, 80], [1, 1, 2]).estimate, 4)
    8.2916
    """
    found = between_group_variance(estimate, population, se, confidence=confidence)
    if isinstance(found, NotEstimated):
        return found
    root = sqrt(found.estimate)
    spread = None if found.se is None or not root else found.se / (2 * root)
    return with_interval(root, spread, "between-group standard deviation", confidence=confidence, note=NOISE)


def coefficient_of_variation(estimate: ArrayLike, population: ArrayLike) -> Summary | NotEstimated:
    """Tell the between-group standard deviation as a percentage of the mean (COV).

    100 BGSD/μ. Not for rates near zero, where any spread is large beside the mean.

    Parameters
    ----------
    estimate, population
        As of :func:`between_group_variance`.

    Returns
    -------
    Summary or NotEstimated
        Percent. Not estimated with fewer than three groups or a mean of zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> round(coefficient_of_variation([60, 70, 80], [1, 1, 2]).estimate, 4)
    11.4366
    """
    groups = as_groups(estimate, population)
    found = between_group_standard_deviation(estimate, population)
    if isinstance(found, NotEstimated):
        return found
    if groups.mean <= 0:
        return MEAN_ZERO
    return Summary(100 * found.estimate / groups.mean, "coefficient of variation", note=NOISE)


def mean_difference_from_mean(
    estimate: ArrayLike, population: ArrayLike, *, weighted: bool
) -> Summary | NotEstimated:
    """Tell how far groups are from the mean of all people (MDM), on average.

    The mean, plain or by population, of |y-μ|. WHO, HEAT Technical Notes 6.0, 2024. Unweighted, a
    group of twenty counts as much as one of two thousand: not for small groups.

    Parameters
    ----------
    estimate, population
        As of :func:`between_group_variance`.
    weighted
        Whether a group counts by its people. μ is always weighted.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure; not estimated with fewer than three groups.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> mean_difference_from_mean([60, 70, 80], [1, 1, 2], weighted=True).estimate
    7.5
    """
    groups = as_groups(estimate, population)
    return _away(groups, groups.mean, "mean difference from the mean", weighted=weighted)


def mean_difference_from_best(
    estimate: ArrayLike, population: ArrayLike, *, favourable: bool, weighted: bool
) -> Summary | NotEstimated:
    """Tell how far groups are from the best one (MDB), on average over all groups.

    The mean, plain or by population, of |y - best|; the best group itself counts with 0. Not where
    the best is a small group: it is the best by chance then, and everybody else looks far behind.

    Parameters
    ----------
    estimate, population, weighted
        As of :func:`mean_difference_from_mean`.
    favourable
        Whether more is better.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure; not estimated with fewer than three groups.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> mean_difference_from_best([60, 70, 80], [1, 1, 2], favourable=True, weighted=False).estimate
    10.0
    """
    groups = as_groups(estimate, population)
    at_best = float(groups.estimate[best(groups.estimate, favourable=favourable)])
    return _away(groups, at_best, "mean difference from the best group", weighted=weighted)


def mean_difference_from_reference(
    estimate: ArrayLike, population: ArrayLike, *, reference: int, weighted: bool
) -> Summary | NotEstimated:
    """Tell how far groups are from one chosen group (MDR), on average over all groups.

    The mean, plain or by population, of |y - reference|, the reference counted with 0. Not where
    the reference is a small group.

    Parameters
    ----------
    estimate, population, weighted
        As of :func:`mean_difference_from_mean`.
    reference
        Index of the group, from 0.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure; not estimated with fewer than three groups.

    Raises
    ------
    ValueError
        If the reference is no group, or the numbers are impossible.

    Examples
    --------
    >>> mean_difference_from_reference([60, 70, 80], [1, 1, 2], reference=0, weighted=False).estimate
    10.0
    """
    groups = as_groups(estimate, population)
    if not 0 <= reference < groups.count:
        raise ValueError(f"reference {reference} is none of {groups.count} groups; count from 0")
    chosen = float(groups.estimate[reference])
    return _away(groups, chosen, "mean difference from the reference group", weighted=weighted)


def index_of_disparity(
    estimate: ArrayLike, population: ArrayLike, *, weighted: bool
) -> Summary | NotEstimated:
    """Tell the index of disparity (IDIS): the mean difference from the mean, in percent of it.

    100 MDM/μ: Pearcy and Keppel 2002, Public Health Reports 117, 273-280, with μ as the point of
    reference. Not to be taken for the index of Healthy People 2010, which is set against the best.

    Parameters
    ----------
    estimate, population, weighted
        As of :func:`mean_difference_from_mean`.

    Returns
    -------
    Summary or NotEstimated
        Percent. Not estimated with fewer than three groups or a mean of zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> round(index_of_disparity([60, 70, 80], [1, 1, 2], weighted=True).estimate, 4)
    10.3448
    """
    found = mean_difference_from_mean(estimate, population, weighted=weighted)
    if isinstance(found, NotEstimated):
        return found
    mean = as_groups(estimate, population).mean
    return MEAN_ZERO if mean <= 0 else Summary(100 * found.estimate / mean, "index of disparity", note=NOISE)


def _away(groups: Groups, point: float, method: str, *, weighted: bool) -> Summary | NotEstimated:
    if groups.count < 3:
        return TOO_FEW
    away = np.abs(groups.estimate - point)
    mean = float(groups.share @ away) if weighted else float(away.mean())
    return Summary(mean, f"{method}, {'by population' if weighted else 'each group alike'}", note=NOISE)


def _variance_of_variance(groups: Groups) -> float:
    share, away = groups.share, groups.estimate - groups.mean
    assert groups.se is not None
    noise = (share * groups.se) ** 2
    quadratic = noise.sum() ** 2 - (noise**2).sum() + ((share * (1 - share)) ** 2 * groups.se**4).sum()
    return float(4 * noise @ away**2 + 2 * quadratic)
