"""What chance alone gives, and limits for measures that have no formula for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason, check_confidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Array

    Measure = Callable[[Array], float | None]

__all__ = ["chance_level", "interval_by_redrawing"]

DRAWS = 2_000
SEED = 99


def chance_level(
    measure: Measure, size: ArrayLike, rate: float, *, draws: int = DRAWS, seed: int = SEED
) -> Estimate | NotEstimated:
    """Tell what a measure comes to where every group has the same true rate.

    Draws each group's patients from one rate, as often as ``draws`` says, and measures each draw:
    its mean, and the range of the middle 90%. A gap within it is no more than small numbers make.

    Not a test of the gap that was found, though one above the range deserves a look.

    Parameters
    ----------
    measure
        Rates of the groups, shape (J,) → the figure; ``None`` where there is none.
    size
        Shape (J,): patients of each group; those of none are left at the rate itself.
    rate
        The common rate, from 0 to 1: that of all patients together.
    draws, seed
        How often, and from which seed.

    Returns
    -------
    Estimate or NotEstimated
        In the unit of the measure; ``lower`` and ``upper`` are the 5% and 95% quantiles.

    Raises
    ------
    ValueError
        If a size or the rate is impossible.

    Examples
    --------
    >>> level = chance_level(np.ptp, [400, 150, 60, 35, 20], 0.7)
    >>> round(level.estimate, 2), round(level.upper, 2)
    (0.15, 0.28)
    """
    sizes = np.asarray(size, dtype=float)
    if not 0 <= rate <= 1 or not (sizes >= 0).all():
        raise ValueError("a rate is not from 0 to 1, or a size is below 0; correct it")
    people = np.rint(sizes).astype(np.int64)
    random = np.random.default_rng(seed)
    reached = random.binomial(people, rate, size=(draws, len(people)))
    rates = np.where(people > 0, reached / np.maximum(people, 1), rate)
    found = _measured(measure, rates)
    if not found.size:
        return NotEstimated(Reason.FEW_VALUES, "the measure is not defined for such groups")
    lower, upper = np.quantile(found, [0.05, 0.95])
    return Estimate(float(found.mean()), float(lower), float(upper), f"by chance alone, {draws:,} draws")


def interval_by_redrawing(  # noqa: PLR0913 - each is a name of its own at the call
    measure: Measure,
    estimate: ArrayLike,
    se: ArrayLike,
    *,
    highest: float | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = 0.95,
) -> Estimate | NotEstimated:
    """Find limits of any measure by drawing each group's figure anew.

    Normal draws from each standard error, cut at 0 and at ``highest``; every draw is measured
    whole, its mean included. The limits are quantiles of the draws: Ahn and others 2018.

    Not for small groups or counts near zero, where the draws are too tame; and measures of spread
    come out larger than they are, since drawing adds noise to noise.

    Parameters
    ----------
    measure
        Figures of the groups, shape (J,) → the measure; ``None`` where there is none.
    estimate, se
        Shape (J,): figures and their standard errors.
    highest
        What everybody would be: 1, or 100 for percent; ``None`` where there is no such end.
    draws, seed
        How often, and from which seed.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate or NotEstimated
        In the unit of the measure. Its interval always holds the estimate.

    Raises
    ------
    ValueError
        If the confidence is impossible.

    Examples
    --------
    >>> one = interval_by_redrawing(np.ptp, [60, 70, 80], [2, 2, 2], highest=100)
    >>> one.estimate, one.lower < 20 < one.upper
    (20.0, True)
    """
    check_confidence(confidence)
    figures, errors = np.asarray(estimate, dtype=float), np.asarray(se, dtype=float)
    itself = measure(figures)
    random = np.random.default_rng(seed)
    drawn = np.clip(figures + errors * random.standard_normal((draws, len(figures))), 0.0, highest)
    found = _measured(measure, drawn)
    if itself is None or not found.size:
        return NotEstimated(Reason.FEW_VALUES, "the measure is not defined for such groups")
    lower, upper = (float(one) for one in np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2]))
    point = float(itself)
    return Estimate(
        point, min(lower, point), max(upper, point), f"by redrawing, {draws:,} draws", float(found.std())
    )


def _measured(measure: Measure, rates: Array) -> Array:
    found = [one for row in rates if (one := measure(row)) is not None]
    return np.array([float(one) for one in found if np.isfinite(one)])
