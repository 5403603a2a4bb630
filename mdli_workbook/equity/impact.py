"""What closing a gap would mean: for the average, and for patients."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary
from mdli_workbook.equity.groups import MEAN_ZERO, as_groups, best, with_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Groups

__all__ = [
    "Attributable",
    "patients_to_close_the_gap",
    "population_attributable_fraction",
    "population_attributable_risk",
]

ALREADY = "the reference is not better than the average, so nothing is to be gained"


@dataclass(frozen=True, slots=True)
class Attributable:
    """The reference, the mean, and Walter's standard error of the fraction between them."""

    reference: float
    mean: float
    se: float | None

    def gain(self, *, favourable: bool) -> float:
        """Return reference less mean, or 0 where the reference is not the better one."""
        gap = self.reference - self.mean
        return gap if (gap > 0) == favourable else 0.0


def population_attributable_risk(  # noqa: PLR0913 - each is a name of its own at the call
    estimate: ArrayLike,
    population: ArrayLike,
    *,
    favourable: bool,
    scale: float,
    order: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Summary | NotEstimated:
    """Tell how much the average would change if all were as the reference group (PAR).

    y_ref - μ, the reference being the most advantaged of ordered groups and otherwise the best; 0
    where that would be no gain. Standard error μ times that of the fraction, by Walter 1976,
    Biometrics 32, 829-849. WHO, HEAT Technical Notes 6.0, 2024.

    Not where the reference is a small group; and not with the people whom a survey stands for: the
    standard error takes the population for those who were measured.

    Parameters
    ----------
    estimate, population
        Shape (J,): figures from 0 to ``scale``, people who were measured.
    favourable
        Whether more is better.
    scale
        What everybody would be: 1 for proportions, 100 for percent.
    order
        Shape (J,): places from the most disadvantaged up, if there is an order.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Summary or NotEstimated
        In the unit of the measure; below 0 for an adverse one. Not estimated with fewer than two
        groups.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> population_attributable_risk([60, 80], [50, 150], favourable=True, scale=100).estimate
    5.0
    """
    found = _attributable(estimate, population, favourable=favourable, scale=scale, order=order)
    if isinstance(found, NotEstimated):
        return found
    gain = found.gain(favourable=favourable)
    se = None if found.se is None else found.mean * found.se
    method, note = "population attributable risk", "" if gain else ALREADY
    return with_interval(gain, se, method, confidence=confidence, note=note)


def population_attributable_fraction(  # noqa: PLR0913 - each is a name of its own at the call
    estimate: ArrayLike,
    population: ArrayLike,
    *,
    favourable: bool,
    scale: float | None = None,
    order: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Summary | NotEstimated:
    """Tell the same gain as a percentage of the average (PAF).

    100 (y_ref - μ)/μ, with 100 times Walter's standard error. The R package healthequal leaves out
    that 100, so its interval is a hundred times too narrow.

    Not where the reference is a small group, nor for rates near zero.

    Parameters
    ----------
    estimate, population, favourable, order, confidence
        As of :func:`population_attributable_risk`.
    scale
        The same; ``None`` for the figure without its standard error.

    Returns
    -------
    Summary or NotEstimated
        Percent. Not estimated with fewer than two groups or a mean of zero.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> one = population_attributable_fraction([60, 80], [50, 150], favourable=True)
    >>> round(one.estimate, 4)
    6.6667
    """
    found = _attributable(estimate, population, favourable=favourable, scale=scale, order=order)
    if isinstance(found, NotEstimated):
        return found
    if found.mean <= 0:
        return MEAN_ZERO
    gain = 100 * found.gain(favourable=favourable) / found.mean
    se = None if found.se is None else 100 * found.se
    method, note = "population attributable fraction", "" if gain else ALREADY
    return with_interval(gain, se, method, confidence=confidence, note=note)


def patients_to_close_the_gap(
    rate: ArrayLike, size: ArrayLike, *, target: float, favourable: bool
) -> tuple[float, ...]:
    """Tell for how many patients of each group things would have to change.

    max(0, n(target - y)), and the other way round for an adverse measure. The number to act on: it
    says whom a better rate would mean. Not where the target is the rate of a small group; it would
    be a target made by chance.

    Parameters
    ----------
    rate
        Shape (J,): proportions.
    size
        Shape (J,): patients of each group.
    target
        Rate to reach, such as the best group's, the average, or a goal.
    favourable
        Whether more is better.

    Returns
    -------
    tuple of float
        Shape (J,): patients; their sum is the number in all.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> patients_to_close_the_gap([0.5, 0.75], [40, 60], target=0.75, favourable=True)
    (10.0, 0.0)
    """
    groups = as_groups(rate, size)
    gap = (target - groups.estimate) * (1 if favourable else -1)
    return tuple(float(one) for one in groups.population * np.maximum(0.0, gap))


def _attributable(
    estimate: ArrayLike,
    population: ArrayLike,
    *,
    favourable: bool,
    scale: float | None,
    order: ArrayLike | None,
) -> Attributable | NotEstimated:
    groups = as_groups(estimate, population)
    if groups.count < 2:
        return NotEstimated(Reason.FEW_GROUPS, "a gap needs two groups")
    if order is not None:
        groups = groups.sorted_by(order)
    reference = best(groups.estimate, favourable=favourable) if order is None else groups.count - 1
    se = None if scale is None else _walter(groups, reference, scale)
    return Attributable(float(groups.estimate[reference]), groups.mean, se)


def _walter(groups: Groups, reference: int, scale: float) -> float | None:
    """Return the standard error of the fraction from the two-by-two table; ``None`` if a margin is 0."""
    if not scale > 0 or (groups.estimate < 0).any() or (groups.estimate > scale).any():
        raise ValueError(f"a figure is not from 0 to the scale, {scale:g}; correct the scale or the figure")
    reached = groups.population * groups.estimate / scale
    everybody, inside = float(groups.population.sum()), float(groups.population[reference])
    c, d = float(reached[reference]), inside - float(reached[reference])
    a = float(reached.sum()) - c
    b = everybody - inside - a
    if a + c <= 0 or inside <= 0:
        return None
    top = c * everybody * (a * d * (everybody - c) + b * c * c)
    return sqrt(max(0.0, top / ((a + c) ** 3 * inside**3)))
