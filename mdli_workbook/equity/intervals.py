"""Intervals of one group: numbers in, numbers out."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason, check_confidence, quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "FEW_EVENTS",
    "Estimate",
    "byar",
    "clopper_pearson",
    "mean_t",
    "poisson",
    "poisson_exact",
    "standard_deviation",
    "wilson",
]

FEW_EVENTS = 10
"""Below this many events Byar's limits are not close enough, and exact ones are used."""


def wilson(numerator: float, denominator: float, *, confidence: float = 0.95) -> Estimate:
    """Estimate a proportion with Wilson's score interval.

    With p = x/n and z the normal quantile, the limits are
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n): Wilson 1927, Journal of the American
    Statistical Association 22, 209-212. It stays inside 0 to 1 and is never of width zero.

    Not for counts of events that one patient can have twice, nor for patients drawn in clusters
    (by clinician, by household): there it is too narrow.

    Parameters
    ----------
    numerator
        Patients with the event, x; from 0 to ``denominator``.
    denominator
        Patients who were measured, n; above 0. A group of none is a state, no estimate.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate
        As proportions from 0 to 1.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = wilson(65, 100)
    >>> one.estimate, round(one.lower, 4), round(one.upper, 4)
    (0.65, 0.5525, 0.7364)
    """
    _check_proportion(numerator, denominator)
    z = quantile(confidence)
    p = numerator / denominator
    middle = p + z * z / (2 * denominator)
    reach = z * sqrt(p * (1 - p) / denominator + (z / (2 * denominator)) ** 2)
    scale = 1 + z * z / denominator
    return Estimate(
        estimate=p,
        lower=(middle - reach) / scale if numerator else 0.0,
        upper=(middle + reach) / scale if numerator < denominator else 1.0,
        method=f"Wilson, {confidence * 100:g}%",
    )


def clopper_pearson(numerator: float, denominator: float, *, confidence: float = 0.95) -> Estimate:
    """Estimate a proportion with the exact interval of Clopper and Pearson.

    Limits are the quantiles α/2 of Beta(x, n-x+1) and 1-α/2 of Beta(x+1, n-x), and 0 and 1 at the
    ends: Clopper and Pearson 1934, Biometrika 26, 404-413. It covers at least as often as it says.

    Not for comparing groups by eye: it is wider than needed, by much where n is small. The rule of
    the National Center for Health Statistics is defined with it.

    Parameters
    ----------
    numerator, denominator, confidence
        As of :func:`wilson`.

    Returns
    -------
    Estimate
        As proportions from 0 to 1.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = clopper_pearson(1, 10)
    >>> round(one.lower, 4), round(one.upper, 4)
    (0.0025, 0.445)
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - a form opens without it

    _check_proportion(numerator, denominator)
    check_confidence(confidence)
    tail, missed = (1 - confidence) / 2, denominator - numerator
    return Estimate(
        estimate=numerator / denominator,
        lower=float(betaincinv(numerator, missed + 1, tail)) if numerator else 0.0,
        upper=float(betaincinv(numerator + 1, missed, 1 - tail)) if missed else 1.0,
        method=f"Clopper-Pearson, {confidence * 100:g}%",
    )


def poisson_exact(count: float, exposure: float = 1.0, *, confidence: float = 0.95) -> Estimate:
    """Estimate a rate of events with exact Poisson limits.

    For x events the limits are χ²(α/2; 2x)/2 and χ²(1-α/2; 2x+2)/2, divided by the exposure:
    Garwood 1936, Biometrika 28, 437-442; Ulm 1990, American Journal of Epidemiology 131, 373-375.

    Not where one patient may have several events, as with admissions: then it is too narrow.

    Parameters
    ----------
    count
        Events, x; 0 or more.
    exposure
        Person-time, or 1 for the count itself; above 0.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate
        Events per unit of exposure.

    Raises
    ------
    ValueError
        If the count, the exposure or the confidence is impossible.

    Examples
    --------
    >>> one = poisson_exact(1)
    >>> round(one.lower, 4), round(one.upper, 4)
    (0.0253, 5.5716)
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - a form opens without it

    _check_rate(count, exposure)
    check_confidence(confidence)
    tail = (1 - confidence) / 2
    return Estimate(
        estimate=count / exposure,
        lower=float(gammaincinv(count, tail)) / exposure if count else 0.0,
        upper=float(gammaincinv(count + 1, 1 - tail)) / exposure,
        method=f"Exact Poisson, {confidence * 100:g}%",
    )


def byar(count: float, exposure: float = 1.0, *, confidence: float = 0.95) -> Estimate:
    """Estimate a rate of events with Byar's limits.

    x(1 - 1/9x - z/3√x)³ and (x+1)(1 - 1/9(x+1) + z/3√(x+1))³, divided by the exposure: Breslow and
    Day 1987, Statistical Methods in Cancer Research II, page 69. Some software has x + ½ in both
    limits under the same name.

    Not below 10 events; :func:`poisson` then takes exact limits.

    Parameters
    ----------
    count, exposure, confidence
        As of :func:`poisson_exact`.

    Returns
    -------
    Estimate
        Events per unit of exposure.

    Raises
    ------
    ValueError
        If the count, the exposure or the confidence is impossible.

    Examples
    --------
    >>> one = byar(65)
    >>> round(one.lower, 4), round(one.upper, 4)
    (50.1632, 82.8491)
    """
    _check_rate(count, exposure)
    z, more = quantile(confidence), count + 1
    # at one event and a high confidence the formula falls below zero, where no rate is
    lower = count * max(0.0, 1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3 if count else 0.0
    upper = more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3
    method = f"Byar, {confidence * 100:g}%"
    return Estimate(estimate=count / exposure, lower=lower / exposure, upper=upper / exposure, method=method)


def poisson(count: float, exposure: float = 1.0, *, confidence: float = 0.95) -> Estimate:
    """Estimate a rate with exact limits below 10 events and Byar's from there on.

    The choice of the English public health indicators (Fingertips). Not where one patient may have
    several events.

    Examples
    --------
    >>> poisson(9).method, poisson(10).method
    ('Exact Poisson, 95%', 'Byar, 95%')
    """
    chosen = poisson_exact if count < FEW_EVENTS else byar
    return chosen(count, exposure, confidence=confidence)


def mean_t(values: Sequence[float], *, confidence: float = 0.95) -> Estimate | NotEstimated:
    """Estimate a mean with Student's t.

    x̄ ± t(n-1) s/√n, with s the standard deviation with n-1: Student 1908, Biometrika 6, 1-25.

    Not for few values with long tails, such as waiting times or costs: look at the median there.

    Parameters
    ----------
    values
        Shape (n,): one finite number for each patient. Two are needed.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate or NotEstimated
        In the unit of the values; not estimated below two values.

    Raises
    ------
    ValueError
        If the confidence is impossible.

    Examples
    --------
    >>> one = mean_t([4.0, 5.0, 6.0])
    >>> one.estimate, round(one.lower, 3), round(one.upper, 3)
    (5.0, 2.516, 7.484)
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - a form opens without it

    check_confidence(confidence)
    spread = standard_deviation(values)
    if spread is None:
        return NotEstimated(Reason.FEW_VALUES, "an interval of a mean needs two values")
    size = len(values)
    mean, se = sum(values) / size, spread / sqrt(size)
    reach = float(stdtrit(size - 1, (1 + confidence) / 2)) * se
    return Estimate(mean, mean - reach, mean + reach, f"Student's t, {confidence * 100:g}%", se)


def standard_deviation(values: Sequence[float]) -> float | None:
    """Return the standard deviation with n-1, or ``None`` below two values.

    Examples
    --------
    >>> standard_deviation([4.0, 5.0, 6.0]), standard_deviation([4.0])
    (1.0, None)
    """
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _check_proportion(numerator: float, denominator: float) -> None:
    if not 0 <= numerator <= denominator or not denominator > 0:
        raise ValueError(
            f"{numerator:g} of {denominator:g} is no proportion; count from 0 to n, with n at least 1"
        )


def _check_rate(count: float, exposure: float) -> None:
    if not count >= 0 or not exposure > 0:
        raise ValueError(f"{count:g} events in {exposure:g} is no rate; count from 0, in an exposure above 0")
