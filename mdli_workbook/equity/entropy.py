"""Spread over groups on the logarithm: Theil's index and the mean log deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary
from mdli_workbook.equity.groups import MEAN_ZERO, TOO_FEW, as_groups, with_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Groups

__all__ = ["mean_log_deviation", "theil"]

WITH_ZERO = NotEstimated(Reason.ZERO, "a group at zero has no logarithm, and would decide alone")


def theil(
    estimate: ArrayLike, population: ArrayLike, se: ArrayLike | None = None, *, confidence: float = 0.95
) -> Summary | NotEstimated:
    """Tell Theil's index, times 1,000.

    Σ p r ln r with r = y/μ; standard error √Σ[p²σ²/μ² (1 + ln r - Σ p r(1 + ln r))²], times 1,000
    like the index. Theil 1967; WHO, HEAT Technical Notes 6.0, 2024. The R package healthequal
    leaves the standard error without the 1,000.

    Not for small groups: it is never below 0, so noise makes it larger. Nor for rates of zero.

    Parameters
    ----------
    estimate, population, se
        Shape (J,): figures above 0, people, standard errors.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Summary or NotEstimated
        Thousandths. Not estimated with fewer than three groups or a figure of zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> round(theil([60, 70, 80], [1, 1, 2]).estimate, 4)
    6.6879
    """
    groups = as_groups(estimate, population, se)
    refused = _refused(groups)
    if refused is not None:
        return refused
    times, share = groups.estimate / groups.mean, groups.share
    pull = 1 + np.log(times)
    spread = _spread(groups, pull - float(share * times @ pull))
    index = float(share * times @ np.log(times))
    return with_interval(1000 * index, spread, "Theil's index, times 1,000", confidence=confidence)


def mean_log_deviation(
    estimate: ArrayLike, population: ArrayLike, se: ArrayLike | None = None, *, confidence: float = 0.95
) -> Summary | NotEstimated:
    """Tell the mean log deviation (MLD), times 1,000.

    Σ p(-ln r) with r = y/μ; standard error √Σ[p²σ²/μ² (1 - 1/r)²], times 1,000 like the index. WHO,
    HEAT Technical Notes 6.0, 2024. The R package healthequal leaves the standard error without the
    1,000, and takes a rate of zero for a millionth.

    Not for small groups, nor for rates of zero.

    Parameters
    ----------
    estimate, population, se, confidence
        As of :func:`theil`.

    Returns
    -------
    Summary or NotEstimated
        Thousandths. Not estimated with fewer than three groups or a figure of zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> round(mean_log_deviation([60, 70, 80], [1, 1, 2]).estimate, 4)
    6.8633
    """
    groups = as_groups(estimate, population, se)
    refused = _refused(groups)
    if refused is not None:
        return refused
    times = groups.estimate / groups.mean
    spread = _spread(groups, 1 - 1 / times)
    index = -float(groups.share @ np.log(times))
    return with_interval(1000 * index, spread, "mean log deviation, times 1,000", confidence=confidence)


def _refused(groups: Groups) -> NotEstimated | None:
    if groups.count < 3:
        return TOO_FEW
    if (groups.estimate < 0).any() or groups.mean <= 0:
        return MEAN_ZERO
    return WITH_ZERO if (groups.estimate == 0).any() else None


def _spread(groups: Groups, pull: object) -> float | None:
    if groups.se is None:
        return None
    return 1000 * float(
        np.linalg.norm(groups.share * groups.se / groups.mean * np.asarray(pull, dtype=float))
    )
