"""Intervals of one group: numbers in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

__all__ = ["Estimate", "wilson"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and how far off it may easily be.

    Parameters
    ----------
    estimate
        The figure itself, in the unit of the measure; a proportion is from 0 to 1.
    lower, upper
        Limits of the interval, in the same unit.
    method
        What made the interval, in words for a reader.
    """

    estimate: float
    lower: float
    upper: float
    method: str


def wilson(numerator: int, denominator: int, *, confidence: float = 0.95) -> Estimate:
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
        Patients who were measured, n; at least 1. A group of none is a state, no estimate.
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
    if denominator < 1 or not 0 <= numerator <= denominator:
        raise ValueError(
            f"{numerator} of {denominator} is no proportion; count from 0 to n, with n at least 1"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is none; use a number between 0 and 1, such as 0.95")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
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
