"""Rates as if every group had the same ages: direct and indirect standardisation."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason, check_confidence, quantile
from mdli_workbook.equity.intervals import FEW_EVENTS, byar, poisson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Array

__all__ = [
    "EUROPEAN_2013",
    "UNITED_STATES_2000",
    "Indirect",
    "crude_rate",
    "direct_dobson",
    "direct_dobson_repeat",
    "direct_fay_feuer",
    "indirect",
    "indirect_lognormal",
]

UNITED_STATES_2000 = (
    13_818, 55_317, 145_565, 138_646, 135_573, 162_613, 134_834, 87_247, 66_037, 44_842, 15_508,
)  # fmt: skip
"""Standard million: under 1, 1 to 4, ten-year bands from 5 to 84, 85 and older."""
EUROPEAN_2013 = (
    5_000, 5_500, 5_500, 5_500, 6_000, 6_000, 6_500, 7_000, 7_000, 7_000, 7_000, 6_500, 6_000, 5_500,
    5_000, 4_000, 2_500, 1_500, 1_000,
)  # fmt: skip
"""Standard 100,000: five-year bands from 0 to 89, 90 and older."""

UNSTABLE = NotEstimated(Reason.FEW_EVENTS, f"fewer than {FEW_EVENTS} events in all")
EMPTY_BAND = NotEstimated(Reason.NOBODY, "an age band that the standard counts has nobody in it")


def crude_rate(count: ArrayLike, population: ArrayLike, *, multiplier: float = 1.0) -> float:
    """Return the rate without regard to age, per ``multiplier`` people.

    Examples
    --------
    >>> crude_rate([2, 6], [100, 100], multiplier=1000)
    40.0
    """
    counts, people = _aligned(count, population)
    if people.sum() <= 0:
        raise ValueError("nobody is in any age band; there is no rate")
    return float(multiplier * counts.sum() / people.sum())


def direct_fay_feuer(
    count: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Estimate | NotEstimated:
    """Standardise directly, with the gamma limits of Fay and Feuer.

    D = Σ w x/n / Σw with v = Σ w²x/n² / (Σw)² and W the largest w/(nΣw): quantiles of gamma
    distributions with mean D and variance v, and mean D+W and variance v+W². Fay and Feuer 1997,
    Statistics in Medicine 16, 791-801. Holds for few events.

    Not where one patient may have several events. Not for comparing with rates on another standard.

    Parameters
    ----------
    count, population
        Shape (A,): events and people (or person-years) of each age band.
    standard
        Shape (A,): weights, such as :data:`UNITED_STATES_2000`.
    multiplier
        People to whom the rate refers, such as 1,000.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate or NotEstimated
        Events per ``multiplier`` people. Not estimated where a band with weight has nobody.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = direct_fay_feuer([2, 6], [100, 100], [3, 1], multiplier=1000)
    >>> one.estimate, round(one.lower, 1), round(one.upper, 1)
    (30.0, 11.0, 70.4)
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - a form opens without it

    check_confidence(confidence)
    bands = _weighted(count, population, standard)
    if isinstance(bands, NotEstimated):
        return bands
    counts, weight = bands
    rate, variance, most = float(weight @ counts), float(weight**2 @ counts), float(weight.max())
    tail = (1 - confidence) / 2
    lower = float(gammaincinv(rate**2 / variance, tail)) * variance / rate if rate else 0.0
    above, spread = rate + most, variance + most**2
    upper = float(gammaincinv(above**2 / spread, 1 - tail)) * spread / above
    method = f"direct, Fay-Feuer, {confidence * 100:g}%"
    return Estimate(
        rate * multiplier, lower * multiplier, upper * multiplier, method, sqrt(variance) * multiplier
    )


def direct_dobson(
    count: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Estimate | NotEstimated:
    """Standardise directly, with the limits of Dobson on Byar's.

    D + √(v/x) (Byar's limit of x - x), x being all events: Dobson, Kuulasmaa, Eberle and Scherer
    1991, Statistics in Medicine 10, 457-462. What English public health indicators print.

    Not below 10 events, and not where one patient may have several
    (:func:`direct_dobson_repeat`).

    Parameters
    ----------
    count, population, standard, multiplier, confidence
        As of :func:`direct_fay_feuer`.

    Returns
    -------
    Estimate or NotEstimated
        Events per ``multiplier`` people. Not estimated below 10 events or where a band with weight
        has nobody.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = direct_dobson([10, 30], [500, 500], [3, 1], multiplier=1000)
    >>> one.estimate, round(one.lower, 1), round(one.upper, 1)
    (30.0, 20.1, 42.5)
    """
    bands = _weighted(count, population, standard)
    if isinstance(bands, NotEstimated):
        return bands
    counts, weight = bands
    return _dobson(
        float(weight @ counts), float(weight**2 @ counts), float(counts.sum()), multiplier, confidence
    )


def direct_dobson_repeat(
    patients: Mapping[int, ArrayLike],
    population: ArrayLike,
    standard: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Estimate | NotEstimated:
    """Standardise events of which one patient may have several.

    As :func:`direct_dobson`, with the variance summed over patients: Σ k² times the variance of
    those with k events, since the events of one patient come together.

    Not below 10 events.

    Parameters
    ----------
    patients
        Number of events k → shape (A,): patients of each age band with that many.
    population, standard, multiplier, confidence
        As of :func:`direct_fay_feuer`.

    Returns
    -------
    Estimate or NotEstimated
        Events per ``multiplier`` people.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = direct_dobson_repeat({1: [6, 20], 2: [2, 5]}, [500, 500], [3, 1], multiplier=1000)
    >>> round(one.estimate, 6), round(one.lower, 1), round(one.upper, 1)
    (30.0, 18.4, 44.7)
    """
    rate = variance = events = 0.0
    for times, with_them in patients.items():
        bands = _weighted(with_them, population, standard)
        if isinstance(bands, NotEstimated):
            return bands
        counts, weight = bands
        rate += times * float(weight @ counts)
        variance += times**2 * float(weight**2 @ counts)
        events += times * float(counts.sum())
    return _dobson(rate, variance, events, multiplier, confidence)


@dataclass(frozen=True, slots=True)
class Indirect:
    """Events beside those expected at the reference's rates.

    Parameters
    ----------
    observed, expected
        Events that happened, and Σ n X/N: those that the reference's rates would have brought.
    ratio
        Observed over expected; 1 is as the reference.
    rate
        The ratio times the reference's crude rate, per ``multiplier`` people.
    reference_rate
        That crude rate.
    """

    observed: float
    expected: float
    ratio: Estimate
    rate: Estimate
    reference_rate: float


def indirect(  # noqa: PLR0913 - each is a name of its own at the call
    count: ArrayLike,
    population: ArrayLike,
    reference_count: ArrayLike,
    reference_population: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Indirect | NotEstimated:
    """Standardise indirectly, with exact limits below 10 events and Byar's from there on.

    O/E with E = Σ n X/N, limits of O divided by E: Breslow and Day 1987, Statistical Methods in
    Cancer Research II. For a small practice, whose own rates by age would say nothing.

    Not for setting two practices beside one another: each ratio has its own ages for weights.

    Parameters
    ----------
    count, population
        Shape (A,): events and people of each age band.
    reference_count, reference_population
        Shape (A,): the same of the reference.
    multiplier
        People to whom the rate refers.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Indirect or NotEstimated
        Not estimated where nothing is expected, or a band of the reference has nobody.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> found = indirect([4, 8], [100, 100], [20, 60], [1000, 1000])
    >>> found.expected, found.ratio.estimate, found.ratio.method
    (8.0, 1.5, 'Byar, 95%')
    """
    expected = _expected(count, population, reference_count, reference_population)
    if isinstance(expected, NotEstimated):
        return expected
    observed = float(np.sum(np.asarray(count, dtype=float)))
    ratio = poisson(observed, expected, confidence=confidence)
    return _indirect(
        observed, expected, ratio, crude_rate(reference_count, reference_population) * multiplier
    )


def indirect_lognormal(  # noqa: PLR0913 - each is a name of its own at the call
    count: ArrayLike,
    population: ArrayLike,
    reference_count: ArrayLike,
    reference_population: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> Indirect | NotEstimated:
    """Standardise indirectly, with limits on the logarithm.

    O/E exp(± z/√O). Not for few events; :func:`indirect` holds there.

    Parameters
    ----------
    count, population, reference_count, reference_population, multiplier, confidence
        As of :func:`indirect`.

    Returns
    -------
    Indirect or NotEstimated
        Not estimated without events, as well.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> found = indirect_lognormal([4, 8], [100, 100], [20, 60], [1000, 1000])
    >>> round(found.ratio.lower, 3), round(found.ratio.upper, 3)
    (0.852, 2.641)
    """
    expected = _expected(count, population, reference_count, reference_population)
    if isinstance(expected, NotEstimated):
        return expected
    observed = float(np.sum(np.asarray(count, dtype=float)))
    if not observed:
        return NotEstimated(Reason.ZERO, "without events there is no logarithm; use exact limits")
    se, ratio = 1 / sqrt(observed), observed / expected
    reach = exp(quantile(confidence) * se)
    method = f"on the logarithm, {confidence * 100:g}%"
    found = Estimate(ratio, ratio / reach, ratio * reach, method, se)
    return _indirect(
        observed, expected, found, crude_rate(reference_count, reference_population) * multiplier
    )


def _indirect(observed: float, expected: float, ratio: Estimate, rate: float) -> Indirect:
    times = Estimate(ratio.estimate * rate, ratio.lower * rate, ratio.upper * rate, ratio.method)
    return Indirect(observed, expected, ratio, times, rate)


def _expected(
    count: ArrayLike, population: ArrayLike, reference_count: ArrayLike, reference_population: ArrayLike
) -> float | NotEstimated:
    _, people = _aligned(count, population)
    events, reference = _aligned(reference_count, reference_population)
    if people.shape != reference.shape:
        raise ValueError(f"{people.size} age bands beside {reference.size} of the reference; use the same")
    if (reference <= 0).any():
        return NotEstimated(Reason.NOBODY, "an age band of the reference has nobody in it")
    expected = float(people @ (events / reference))
    return expected if expected > 0 else NotEstimated(Reason.ZERO, "the reference expects no event here")


def _dobson(
    rate: float, variance: float, events: float, multiplier: float, confidence: float
) -> Estimate | NotEstimated:
    if events < FEW_EVENTS:
        return UNSTABLE
    limits, unit = byar(events, confidence=confidence), sqrt(variance / events)
    return Estimate(
        estimate=rate * multiplier,
        # where a few heavy ages decide, the formula falls below zero, where no rate is
        lower=max(0.0, rate + unit * (limits.lower - events)) * multiplier,
        upper=(rate + unit * (limits.upper - events)) * multiplier,
        method=f"direct, Dobson-Byar, {confidence * 100:g}%",
        se=sqrt(variance) * multiplier,
    )


def _weighted(
    count: ArrayLike, population: ArrayLike, standard: ArrayLike
) -> tuple[Array, Array] | NotEstimated:
    """Return the counts and what one event of each band adds to the rate."""
    counts, people = _aligned(count, population)
    weights = np.asarray(standard, dtype=float)
    if weights.shape != counts.shape or not (weights >= 0).all() or not weights.sum() > 0:
        raise ValueError(f"{weights.size} weights for {counts.size} age bands; give one from 0 up for each")
    used = weights > 0
    if (people[used] <= 0).any():
        return EMPTY_BAND
    weight = np.zeros_like(weights)
    weight[used] = weights[used] / weights.sum() / people[used]
    return counts, weight


def _aligned(count: ArrayLike, population: ArrayLike) -> tuple[Array, Array]:
    counts, people = np.asarray(count, dtype=float), np.asarray(population, dtype=float)
    if counts.ndim != 1 or counts.shape != people.shape:
        raise ValueError(f"{counts.size} counts for {people.size} populations; give one for each age band")
    if not (counts >= 0).all() or not (people >= 0).all():
        raise ValueError("a count or a population is no number from 0 up")
    return counts, people
