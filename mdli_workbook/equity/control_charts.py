"""Control charts of a series over time: what is within the noise of a process, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason
from mdli_workbook.equity.runs import TRIAL, Runs, runs, sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Array

__all__ = ["Chart", "c_chart", "i_chart", "p_chart", "u_chart", "xmr_chart"]

D2 = 1.128
"""Mean range of two normal values, in standard deviations."""
SCREEN = 3.267
"""A moving range of this many times their mean is outside its own limit."""
TOO_FEW = NotEstimated(Reason.FEW_VALUES, "the centre line has no point to stand on")


@dataclass(frozen=True, slots=True)
class Chart:
    """A series, its centre line and its limits.

    Parameters
    ----------
    centre
        Height of the centre line, in the unit of the values.
    values, lower, upper
        For each point; ``None`` where it was not measured.
    outside
        Whether a point is outside its limits.
    runs
        What its runs say.
    note
        ``trial limits`` below 13 points.
    """

    centre: float
    values: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    outside: tuple[bool, ...]
    runs: Runs
    note: str


def p_chart(
    count: ArrayLike,
    size: ArrayLike,
    *,
    baseline: int | None = None,
    exclude: Sequence[int] = (),
    laney: bool = False,
) -> Chart | NotEstimated:
    """Chart proportions: patients with the event out of those measured, month by month.

    p̄ ± 3 √(p̄(1-p̄)/n), cut at 0 and 1: Montgomery, Introduction to Statistical Quality Control,
    chapter 7. With Laney's prime (2002, Quality Engineering 14, 531-537) the limits are stretched
    by the mean moving range of the z values over 1.128, for very large n.

    Not for months of fewer than about ten expected events.

    Parameters
    ----------
    count, size
        Shape (n,): numerators and denominators; NaN, or a denominator of 0, where nobody was
        measured.
    baseline
        How many first points make the centre line; all, if ``None``.
    exclude
        Indices of points that neither the centre line nor the runs should count, from 0.
    laney
        Whether to use Laney's prime.

    Returns
    -------
    Chart or NotEstimated
        As proportions; not estimated where no point is left for the centre.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> chart = p_chart([8, 12, 10, 30], [100, 100, 100, 100])
    >>> chart.centre, chart.outside
    (0.15, (False, False, False, True))
    """
    counts, sizes, measured = _counted(count, size)
    if (counts[measured] > sizes[measured]).any():
        raise ValueError("a count is above its denominator; correct one of them")
    base = _base(measured, baseline, exclude)
    if not base.any():
        return TOO_FEW
    centre = float(counts[base].sum() / sizes[base].sum())
    sigma = np.sqrt(centre * (1 - centre) / sizes)
    values = counts / sizes
    if laney and centre * (1 - centre) > 0 and base.sum() > 1:
        sigma = sigma * _moving_ranges(((values - centre) / sigma)[base]).mean() / D2
    lower, upper = np.maximum(0.0, centre - 3 * sigma), np.minimum(1.0, centre + 3 * sigma)
    return _chart(centre, values, lower, upper, exclude)


def u_chart(
    count: ArrayLike,
    exposure: ArrayLike,
    *,
    multiplier: float = 1.0,
    baseline: int | None = None,
    exclude: Sequence[int] = (),
) -> Chart | NotEstimated:
    """Chart rates of events over exposures of any size.

    ū ± 3 √(ū/n), cut at 0: Montgomery, chapter 7. Not where one patient may have several events,
    and not below about two expected events in a month.

    Parameters
    ----------
    count, exposure
        Shape (n,): events, and patient days or the like; NaN where it was not measured.
    multiplier
        Exposure to which rates refer, such as 1,000.
    baseline, exclude
        As of :func:`p_chart`.

    Returns
    -------
    Chart or NotEstimated
        Events per ``multiplier`` of exposure.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> chart = u_chart([2, 4, 3], [1000, 1000, 1000], multiplier=1000)
    >>> chart.centre, round(chart.upper[0], 3), chart.lower[0]
    (3.0, 8.196, 0.0)
    """
    counts, sizes, measured = _counted(count, exposure)
    base = _base(measured, baseline, exclude)
    if not base.any():
        return TOO_FEW
    centre = float(counts[base].sum() / sizes[base].sum())
    reach = 3 * np.sqrt(centre / sizes)
    lower = np.maximum(0.0, centre - reach) * multiplier
    return _chart(
        centre * multiplier, counts / sizes * multiplier, lower, (centre + reach) * multiplier, exclude
    )


def c_chart(
    count: ArrayLike, *, baseline: int | None = None, exclude: Sequence[int] = ()
) -> Chart | NotEstimated:
    """Chart counts of events over equal times.

    c̄ ± 3 √c̄, cut at 0: Montgomery, chapter 7. Not where the number of patients changes from month
    to month; :func:`u_chart` takes it into account.

    Parameters
    ----------
    count
        Shape (n,): events; NaN where they were not counted.
    baseline, exclude
        As of :func:`p_chart`.

    Returns
    -------
    Chart or NotEstimated
        Events.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> chart = c_chart([16, 14, 18])
    >>> chart.centre, chart.lower[0], chart.upper[0]
    (16.0, 4.0, 28.0)
    """
    return u_chart(count, np.ones_like(np.asarray(count, dtype=float)), baseline=baseline, exclude=exclude)


def i_chart(
    value: ArrayLike, *, baseline: int | None = None, exclude: Sequence[int] = ()
) -> Chart | NotEstimated:
    """Chart single values.

    x̄ ± 3 MR̄/1.128, MR̄ being the mean of the moving ranges: Montgomery, chapter 6. Not for
    percentages of small groups, whose noise changes with n, nor for skewed values.

    Parameters
    ----------
    value
        Shape (n,): one number for each time; NaN where there is none.
    baseline, exclude
        As of :func:`p_chart`.

    Returns
    -------
    Chart or NotEstimated
        In the unit of the values; not estimated below two values.

    Raises
    ------
    ValueError
        If an index to exclude is none.

    Examples
    --------
    >>> chart = i_chart([10, 12, 11, 13])
    >>> chart.centre, round(chart.lower[0], 3), round(chart.upper[0], 3)
    (11.5, 7.067, 15.933)
    """
    return _individual(value, 3 / D2, baseline, exclude, screen=False)


def xmr_chart(
    value: ArrayLike,
    *,
    screen_outliers: bool = True,
    baseline: int | None = None,
    exclude: Sequence[int] = (),
) -> Chart | NotEstimated:
    """Chart single values as the English health service does.

    x̄ ± 2.66 MR̄; moving ranges of 3.267 times their mean or more are dropped once. NHS England,
    Making Data Count; Wheeler 2000. Not for percentages of small groups, nor for skewed values.

    Parameters
    ----------
    value, baseline, exclude
        As of :func:`i_chart`.
    screen_outliers
        Whether to drop those moving ranges.

    Returns
    -------
    Chart or NotEstimated
        In the unit of the values; not estimated below two values.

    Raises
    ------
    ValueError
        If an index to exclude is none.

    Examples
    --------
    >>> chart = xmr_chart([10, 12, 11, 13])
    >>> chart.centre, round(chart.lower[0], 3), round(chart.upper[0], 3)
    (11.5, 7.067, 15.933)
    """
    return _individual(value, 2.66, baseline, exclude, screen=screen_outliers)


def _individual(
    value: ArrayLike, factor: float, baseline: int | None, exclude: Sequence[int], *, screen: bool
) -> Chart | NotEstimated:
    values = np.asarray(value, dtype=float)
    base = _base(np.isfinite(values), baseline, exclude)
    if base.sum() < 2:
        return NotEstimated(Reason.FEW_VALUES, "a moving range needs two values")
    ranges = _moving_ranges(values[base])
    if screen and (kept := ranges[ranges < SCREEN * ranges.mean()]).size:
        ranges = kept
    centre, reach = float(values[base].mean()), factor * float(ranges.mean())
    limit = np.full_like(values, reach)
    return _chart(centre, values, centre - limit, centre + limit, exclude)


def _chart(centre: float, values: Array, lower: Array, upper: Array, exclude: Sequence[int]) -> Chart:
    useful = [float(one) for at, one in enumerate(values) if np.isfinite(one) and at not in exclude]
    with np.errstate(invalid="ignore"):
        outside = (values > upper) | (values < lower)
    return Chart(
        centre=centre,
        values=_known(values),
        lower=_known(lower),
        upper=_known(upper),
        outside=tuple(bool(one) for one in outside),
        runs=runs(sides(useful, centre)),
        note="trial limits" if len(useful) < TRIAL else "",
    )


def _known(numbers: Array) -> tuple[float | None, ...]:
    return tuple(float(one) if np.isfinite(one) else None for one in numbers)


def _moving_ranges(values: Array) -> Array:
    ranges: Array = np.abs(np.diff(values))
    return ranges


def _base(measured: Array, baseline: int | None, exclude: Sequence[int]) -> Array:
    """Return which points make the centre line."""
    wrong = [one for one in exclude if not 0 <= one < len(measured)]
    if wrong:
        raise ValueError(f"point {wrong[0]} is none of {len(measured)}; count from 0")
    if baseline is not None and baseline < 1:
        raise ValueError(f"{baseline} points make no centre line; give 1 or more, or none for all")
    base = measured.copy()
    base[list(exclude)] = False
    base[slice(baseline, None) if baseline is not None else slice(0)] = False
    return base


def _counted(count: ArrayLike, size: ArrayLike) -> tuple[Array, Array, Array]:
    """Return counts, sizes and which of them were measured; NaN in both where they were not."""
    counts, sizes = np.array(count, dtype=float), np.array(size, dtype=float)
    if counts.ndim != 1 or counts.shape != sizes.shape:
        raise ValueError(f"{counts.size} counts for {sizes.size} sizes; give one of each for each point")
    if (counts < 0).any() or (sizes < 0).any():
        raise ValueError("a count or a size is below 0; correct it")
    measured = np.isfinite(counts) & np.isfinite(sizes) & (sizes > 0)
    counts[~measured] = sizes[~measured] = np.nan
    return counts, sizes, measured
