"""Groups side by side: their figures, how many people each has, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary, quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.floating[Any]]

__all__ = ["MEAN_ZERO", "TOO_FEW", "Groups", "as_groups", "best", "with_interval"]

TOO_FEW = NotEstimated(Reason.FEW_GROUPS, "a measure of many groups needs three")
MEAN_ZERO = NotEstimated(Reason.ZERO, "what is set against the mean needs a mean above zero")


@dataclass(frozen=True, slots=True)
class Groups:
    """Checked groups, as the formulas want them.

    Parameters
    ----------
    estimate
        Shape (J,): the figure of each group, in the unit of the measure.
    population
        Shape (J,): people in each group.
    se
        Shape (J,): standard errors of the figures, or ``None`` where one of them is unknown.
    """

    estimate: Array
    population: Array
    se: Array | None

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.estimate)

    @property
    def share(self) -> Array:
        """Shape (J,): the part of all people that is in each group."""
        shares: Array = self.population / self.population.sum()
        return shares

    @property
    def mean(self) -> float:
        """The figure of all people together."""
        return float(self.share @ self.estimate)

    @property
    def rank(self) -> Array:
        """Shape (J,): the middle of each group's place among all people, from 0 to 1."""
        share = self.share
        ranks: Array = np.cumsum(share) - share / 2
        return ranks

    def sorted_by(self, order: ArrayLike) -> Groups:
        """Return the groups from the most disadvantaged to the most advantaged, without empty ones."""
        places = np.asarray(order, dtype=float)
        if places.shape != self.estimate.shape:
            raise ValueError(f"{places.size} places for {self.count} groups; give one place for each group")
        if len(np.unique(places)) != self.count:
            raise ValueError("two groups have the same place; give each group its own")
        by = [int(at) for at in np.argsort(places, kind="stable") if self.population[at] > 0]
        return Groups(self.estimate[by], self.population[by], None if self.se is None else self.se[by])


def as_groups(estimate: ArrayLike, population: ArrayLike, se: ArrayLike | None = None) -> Groups:
    """Check groups and return them.

    Parameters
    ----------
    estimate
        Shape (J,): finite numbers.
    population
        Shape (J,): 0 or more, and above 0 in all.
    se
        Shape (J,): 0 or more; NaN, or no array at all, where it is unknown.

    Raises
    ------
    ValueError
        If lengths differ or a number is impossible.

    Examples
    --------
    >>> as_groups([60, 80], [30, 10]).mean
    65.0
    """
    figures, people = np.asarray(estimate, dtype=float), np.asarray(population, dtype=float)
    if figures.ndim != 1 or figures.shape != people.shape:
        raise ValueError(f"{figures.size} figures for {people.size} populations; give one for each group")
    if not np.isfinite(figures).all():
        raise ValueError("a figure is not a number; leave out the group, and say so")
    if not (np.isfinite(people).all() and (people >= 0).all() and people.sum() > 0):
        raise ValueError("a population is no number from 0 up, or all are 0")
    return Groups(figures, people, _known(se, figures.shape))


def best(estimate: Array, *, favourable: bool) -> int:
    """Return the index of the best group: the highest, or the lowest of an adverse measure."""
    return int(np.argmax(estimate) if favourable else np.argmin(estimate))


def with_interval(
    estimate: float,
    se: float | None,
    method: str,
    *,
    confidence: float = 0.95,
    note: str = "",
) -> Summary:
    """Return a figure with its normal interval, if its standard error is known."""
    z = quantile(confidence)
    if se is None:
        return Summary(estimate, method, note=note)
    return Summary(estimate, method, se, estimate - z * se, estimate + z * se, note)


def _known(se: ArrayLike | None, shape: tuple[int, ...]) -> Array | None:
    if se is None:
        return None
    errors = np.asarray(se, dtype=float)
    if errors.shape != shape:
        raise ValueError(f"{errors.size} standard errors for {shape[0]} groups; give one for each group")
    if (errors < 0).any() or np.isinf(errors).any():
        raise ValueError("a standard error is negative or endless; give numbers from 0 up")
    return None if np.isnan(errors).any() else errors
