"""Concentration over ordered groups: whether a good falls to those who are better off."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary
from mdli_workbook.equity.groups import MEAN_ZERO, TOO_FEW, as_groups, with_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Groups

__all__ = [
    "absolute_concentration",
    "absolute_concentration_by_regression",
    "bounded_concentration",
    "relative_concentration",
    "relative_concentration_by_regression",
]

BY_REGRESSION = "regression on the rank; the standard error tells lack of fit, not chance"


def absolute_concentration(
    estimate: ArrayLike,
    population: ArrayLike,
    order: ArrayLike,
    se: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Summary | NotEstimated:
    """Tell the absolute concentration index (ACI), with its sampling error.

    Σ p(2R-1)y over shares p, mid-ranks R and figures y; variance Σ p²σ²(2R-1)². 0 is an even
    distribution, above 0 more falls to the advantaged. WHO, HEAT Technical Notes 6.0, 2024.

    Not for groups without a natural order, and not for fewer than three.

    Parameters
    ----------
    estimate, population, order, se
        Shape (J,): figures, people, places from the most disadvantaged up, standard errors.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure; no interval without standard errors.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = absolute_concentration([20, 30, 40], [10, 10, 10], [1, 2, 3])
    >>> round(one.estimate, 4)
    4.4444
    """
    groups = as_groups(estimate, population, se).sorted_by(order)
    if groups.count < 3:
        return TOO_FEW
    place = groups.share * (2 * groups.rank - 1)
    spread = None if groups.se is None else float(np.linalg.norm(place * groups.se))
    index = float(place @ groups.estimate)
    return with_interval(index, spread, "absolute concentration index", confidence=confidence)


def relative_concentration(
    estimate: ArrayLike,
    population: ArrayLike,
    order: ArrayLike,
    se: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Summary | NotEstimated:
    """Tell the relative concentration index (RCI), with its sampling error.

    ACI/μ; variance Σ p²σ²[(2R-1) - RCI]²/μ². From -1 to 1; some tools show it times 100. WHO, HEAT
    Technical Notes 6.0, 2024.

    Not for comparing measures that end at 100 percent: it depends on the framing. Use
    :func:`bounded_concentration` there.

    Parameters
    ----------
    estimate, population, order, se, confidence
        As of :func:`absolute_concentration`.

    Returns
    -------
    Summary or NotEstimated
        A fraction. Not estimated where the mean is zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = relative_concentration([20, 30, 40], [10, 10, 10], [1, 2, 3])
    >>> round(one.estimate, 4)
    0.1481
    """
    groups = as_groups(estimate, population, se).sorted_by(order)
    if groups.count < 3:
        return TOO_FEW
    if groups.mean <= 0:
        return MEAN_ZERO
    place = 2 * groups.rank - 1
    index = float(groups.share * place @ groups.estimate) / groups.mean
    spread = (
        None
        if groups.se is None
        else float(np.linalg.norm(groups.share * groups.se * (place - index))) / groups.mean
    )
    return with_interval(index, spread, "relative concentration index", confidence=confidence)


def absolute_concentration_by_regression(
    estimate: ArrayLike, population: ArrayLike, order: ArrayLike, *, confidence: float = 0.95
) -> Summary | NotEstimated:
    """Tell the ACI with the standard error of its regression, as some tools print it.

    The slope of 2 var(R) y on the mid-rank R, weighted by population, with the residual error over
    the J points: Kakwani, Wagstaff and van Doorslaer 1997, Journal of Econometrics 77, 87-103.

    Not for saying how sure one is: the error measures how far the groups are from a line, and stays
    the same with ten times as many patients. :func:`absolute_concentration` has the sampling error.

    Parameters
    ----------
    estimate, population, order, confidence
        As of :func:`absolute_concentration`.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure.

    Raises
    ------
    ValueError
        If the numbers are impossible.
    """
    groups = as_groups(estimate, population).sorted_by(order)
    return TOO_FEW if groups.count < 3 else _by_regression(groups, 1.0, confidence)


def relative_concentration_by_regression(
    estimate: ArrayLike, population: ArrayLike, order: ArrayLike, *, confidence: float = 0.95
) -> Summary | NotEstimated:
    """Tell the RCI with the standard error of its regression, as some tools print it.

    As :func:`absolute_concentration_by_regression`, of y/μ. Not for saying how sure one is.

    Parameters
    ----------
    estimate, population, order, confidence
        As of :func:`absolute_concentration`.

    Returns
    -------
    Summary or NotEstimated
        A fraction. Not estimated where the mean is zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.
    """
    groups = as_groups(estimate, population).sorted_by(order)
    if groups.count < 3:
        return TOO_FEW
    return MEAN_ZERO if groups.mean <= 0 else _by_regression(groups, groups.mean, confidence)


def bounded_concentration(
    estimate: ArrayLike, population: ArrayLike, order: ArrayLike, *, scale: float, erreygers: bool = False
) -> Summary | NotEstimated:
    """Tell the concentration index of a measure that ends at 100 percent.

    With the mean μ as a proportion: RCI/(1-μ) (Wagstaff 2005, Health Economics 14, 429-432), or
    4μ RCI (Erreygers 2009, Journal of Health Economics 28, 504-515). Both turn only their sign when
    the measure is framed the other way round.

    Not for rates without an upper end.

    Parameters
    ----------
    estimate, population, order
        As of :func:`absolute_concentration`.
    scale
        What everybody would be: 1 for proportions, 100 for percent.
    erreygers
        Whether to return Erreygers' form.

    Returns
    -------
    Summary or NotEstimated
        From -1 to 1. Not estimated where the mean is 0 or the whole scale.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = bounded_concentration([20, 30, 40], [10, 10, 10], [1, 2, 3], scale=100)
    >>> round(one.estimate, 4)
    0.2116
    """
    plain = relative_concentration(estimate, population, order)
    if isinstance(plain, NotEstimated):
        return plain
    mean = as_groups(estimate, population).mean / scale
    if mean >= 1 - 1e-12:
        return NotEstimated(Reason.ZERO, "nobody is left without it, so nothing is concentrated")
    if erreygers:
        return Summary(4 * mean * plain.estimate, "concentration index after Erreygers")
    return Summary(plain.estimate / (1 - mean), "concentration index after Wagstaff")


def _by_regression(groups: Groups, unit: float, confidence: float) -> Summary:
    share, centred = groups.share, groups.rank - 0.5
    spread = float(share @ centred**2)
    target = 2 * spread * groups.estimate / unit
    slope = float(share * centred @ target) / spread
    residual = target - share @ target - slope * centred
    variance = float(share @ residual**2) / (groups.count - 2) / spread
    index = float(share * 2 * centred @ groups.estimate) / unit
    return with_interval(
        index, sqrt(variance), "concentration index", confidence=confidence, note=BY_REGRESSION
    )
