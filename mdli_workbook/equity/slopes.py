"""Slope and relative index of inequality: a line over the ranks of ordered groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary, quantile
from mdli_workbook.equity.groups import TOO_FEW, as_groups, with_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Array

__all__ = ["Slope", "expit", "slope_linear", "slope_logit"]

BELOW_ZERO = NotEstimated(Reason.ZERO, "the line reaches zero within the ranks, so a ratio has no end")
NO_FIT = NotEstimated(Reason.NO_FIT, "nobody, or everybody, has it on one side of a rank")


@dataclass(frozen=True, slots=True)
class Slope:
    """A line over the ranks, from the most disadvantaged (0) to the most advantaged (1).

    Parameters
    ----------
    bottom, top
        What the line predicts at rank 0 and at rank 1, in the unit of the measure.
    sii
        Slope index of inequality: top less bottom.
    rii
        Relative index of inequality: top over bottom, with ``se`` of the logarithm.
    rii_of_mean
        The other figure that goes by the name RII: the slope index over the mean.
    """

    bottom: float
    top: float
    sii: Summary
    rii: Summary | NotEstimated
    rii_of_mean: float | None


def slope_linear(
    estimate: ArrayLike, population: ArrayLike, order: ArrayLike, *, confidence: float = 0.95
) -> Slope | NotEstimated:
    """Fit a straight line to the figures, weighted by population.

    SII is the slope of y on the mid-rank R by least squares with weights p; standard errors from
    the HC1 sandwich with n/(n-2), of ln RII by the delta method. Preston, Haines and Pamuk 1981;
    Mackenbach and Kunst 1997, Social Science and Medicine 44, 757-771.

    Not near 0 or 100 percent, where a straight line leaves the scale: use :func:`slope_logit`. With
    few groups the standard error is rough.

    Parameters
    ----------
    estimate, population, order
        Shape (J,): figures, people, places from the most disadvantaged up.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Slope or NotEstimated
        In the unit of the measure; not estimated with fewer than three groups.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> line = slope_linear([20, 30, 40], [10, 10, 10], [1, 2, 3])
    >>> round(line.bottom, 6), round(line.sii.estimate, 6)
    (15.0, 30.0)
    """
    groups = as_groups(estimate, population).sorted_by(order)
    if groups.count < 3:
        return TOO_FEW
    design = _design(groups.rank)
    bread: Array = np.linalg.inv(design.T @ (groups.share[:, None] * design))
    bottom, slope = (float(one) for one in bread @ design.T @ (groups.share * groups.estimate))
    residual = groups.estimate - bottom - slope * groups.rank
    covariance = _hc1(bread, design, groups.share * residual)
    top = bottom + slope
    rii: Summary | NotEstimated = BELOW_ZERO
    if min(bottom, top) > 0:
        gradient = np.array([1 / top - 1 / bottom, 1 / top])
        rii = _ratio(top / bottom, gradient, covariance, confidence)
    sii = with_interval(slope, sqrt(covariance[1, 1]), "slope of a straight line", confidence=confidence)
    return Slope(bottom, top, sii, rii, slope / groups.mean if groups.mean > 0 else None)


def slope_logit(  # noqa: PLR0913 - each is a name of its own at the call
    estimate: ArrayLike,
    population: ArrayLike,
    order: ArrayLike,
    *,
    scale: float,
    whole_events: bool = False,
    squared_weights: bool = False,
    confidence: float = 0.95,
) -> Slope | NotEstimated:
    """Fit an S-shaped curve to the figures by logistic regression on the rank.

    P0 and P1 are the predictions at rank 0 and 1; SII is P1 - P0 and RII is P1/P0, with standard
    errors by the delta method from the HC1 sandwich with n/(n-2). WHO, HEAT Technical Notes 6.0.
    Not for rates without an upper end, and not where a single rank divides all from nobody.

    Parameters
    ----------
    estimate, population, order
        Shape (J,): figures from 0 to ``scale``, people, places from the most disadvantaged up.
    scale
        What everybody would be: 1 for proportions, 100 for percent.
    whole_events
        Take the nearest whole number of people: right where figures of counted people were rounded.
    squared_weights
        As the R package healthequal does, only to compare: twice the size should count twice.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Slope or NotEstimated
        In the unit of the measure; not estimated below three groups or where no curve fits.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> line = slope_logit([20, 30, 40], [10, 10, 10], [1, 2, 3], scale=100)
    >>> round(line.sii.estimate, 2), round(line.rii.estimate, 2)
    (29.63, 2.78)
    """
    groups = as_groups(estimate, population).sorted_by(order)
    if not scale > 0 or (groups.estimate < 0).any() or (groups.estimate > scale).any():
        raise ValueError(f"a figure is not from 0 to the scale, {scale:g}; correct the scale or the figure")
    if groups.count < 3:
        return TOO_FEW
    proportion = groups.estimate / scale
    if whole_events:
        events = np.rint(proportion * groups.population)
        proportion = np.clip(events / np.maximum(groups.population, 1e-300), 0, 1)
    weight = groups.population ** (2 if squared_weights else 1)
    found = _fit_curve(_design(groups.rank), proportion, weight / weight.sum())
    if found is None:
        return NO_FIT
    return _read_curve(*found, scale=scale, mean=groups.mean, confidence=confidence)


def _fit_curve(design: Array, proportion: Array, weight: Array) -> tuple[Array, Array] | None:
    """Fit a logistic line, and its sandwich; the weights sum to one, for the solver's sake alone."""
    line = _fit_logit(design, proportion, weight)
    if line is None:
        return None
    fitted = expit(design @ line)
    bread = np.linalg.inv(design.T @ ((weight * fitted * (1 - fitted))[:, None] * design))
    return line, _hc1(bread, design, weight * (proportion - fitted))


def _read_curve(line: Array, covariance: Array, *, scale: float, mean: float, confidence: float) -> Slope:
    """Read the ends of a logistic curve, its slope and its ratio, with errors by the delta method."""
    bottom, top = (float(one) for one in expit(np.array([line[0], line.sum()])))
    at_bottom, at_top = bottom * (1 - bottom), top * (1 - top)
    gradient = np.array([at_top - at_bottom, at_top])
    se = sqrt(float(gradient @ covariance @ gradient)) * scale
    sii = with_interval((top - bottom) * scale, se, "slope of a logistic curve", confidence=confidence)
    rii = _ratio(top / bottom, np.array([bottom - top, 1 - top]), covariance, confidence)
    return Slope(bottom * scale, top * scale, sii, rii, sii.estimate / mean)


def _design(rank: Array) -> Array:
    columns: Array = np.column_stack([np.ones_like(rank), rank])
    return columns


def _hc1(bread: Array, design: Array, score: Array) -> Array:
    pieces = design * score[:, None]
    count, terms = design.shape
    covariance: Array = bread @ (pieces.T @ pieces) @ bread * count / (count - terms)
    return covariance


def _ratio(times: float, gradient: Array, covariance: Array, confidence: float) -> Summary:
    se = sqrt(max(0.0, float(gradient @ covariance @ gradient)))
    reach = exp(quantile(confidence) * se)
    return Summary(
        times, "predicted at the top over predicted at the bottom", se, times / reach, times * reach
    )


def _fit_logit(design: Array, proportion: Array, weight: Array) -> Array | None:
    """Fit by Newton's steps from the mean; ``None`` where the curve runs off to a wall."""
    mean = float(weight @ proportion)
    if not 0 < mean < 1:
        return None
    line: Array = np.array([log(mean / (1 - mean)), 0.0])
    for _ in range(100):
        fitted = expit(design @ line)
        curve = design.T @ ((weight * fitted * (1 - fitted))[:, None] * design)
        if np.linalg.cond(curve) > 1e12:
            return None
        step = np.linalg.solve(curve, design.T @ (weight * (proportion - fitted)))
        line = line + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-12 * (1 + np.abs(line).max()):
            return line
    return None


def expit(logit: Array) -> Array:
    """Return the proportions of logits."""
    proportions: Array = 1 / (1 + np.exp(-np.clip(logit, -500, 500)))
    return proportions
