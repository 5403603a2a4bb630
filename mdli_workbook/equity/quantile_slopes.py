"""Slope index over quantiles of deprivation, as English public health indicators have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np

from mdli_workbook.equity.estimate import NotEstimated, Reason, quantile
from mdli_workbook.equity.groups import as_groups
from mdli_workbook.equity.slopes import expit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from mdli_workbook.equity.groups import Array, Groups

__all__ = ["KINDS", "Kind", "QuantileSlope", "slope_of_quantiles"]

Kind = Literal["normal", "rate", "proportion"]
KINDS: tuple[Kind, ...] = ("normal", "rate", "proportion")
FEWEST, MOST = 5, 100
DRAWS = 50_000
SEED = 2013


class _Limits(TypedDict):
    sii_limits: tuple[float, float] | None
    rii_limits: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class QuantileSlope:
    """A line over quantiles, with limits from redrawing them.

    Parameters
    ----------
    intercept
        What the line predicts at the bottom, in the unit of the values.
    sii, sii_limits
        Slope index, times the multiplier; limits are ``None`` where no error is known.
    rii, rii_limits
        Top over bottom, turned over for a negative multiplier; ``None`` where the line reaches zero.
    """

    intercept: float
    sii: float
    rii: float | None
    sii_limits: tuple[float, float] | None
    rii_limits: tuple[float, float] | None


def slope_of_quantiles(  # noqa: PLR0913 - each is a name of its own at the call
    value: ArrayLike,
    population: ArrayLike,
    order: ArrayLike,
    *,
    se: ArrayLike | None = None,
    limits: tuple[ArrayLike, ArrayLike] | None = None,
    kind: Kind = "normal",
    transform: bool = False,
    multiplier: float = 1.0,
    confidence: float = 0.95,
) -> QuantileSlope | NotEstimated:
    """Fit a line over 5 to 100 quantiles of deprivation, and redraw it for its limits.

    Least squares on the mid-rank with population for weights; with ``transform``, rates on the
    logarithm and proportions on the logit. For the limits each value is drawn anew, 50,000 times with a
    fixed seed. Low and Low 2004, Journal of Public Health 26, 390-395.
    Not for fewer than five groups, nor for groups without an order.

    Parameters
    ----------
    value, population, order
        Shape (J,): figures, people, number of the quantile, 1 being the most deprived.
    se, limits
        Shape (J,): standard errors of the figures; or two such, their lower and upper 95% limits.
    kind, transform
        Normal, rate or proportion (from 0 to 1); whether these two are fitted on their own scale.
    multiplier
        For the slope index, such as 100; negative for adverse measures, to turn the sign.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    QuantileSlope or NotEstimated
        In the unit of the values times the multiplier.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> line = slope_of_quantiles([60, 62, 64, 66, 68], [1] * 5, [1, 2, 3, 4, 5])
    >>> round(line.intercept, 6), round(line.sii, 6), line.sii_limits
    (59.0, 10.0, None)
    """
    groups = as_groups(value, population)
    onto, back = _SCALES[kind] if transform else (_same, _same)
    if refused := _refused(groups, onto, kind):
        return refused
    groups = groups.sorted_by(order)
    weights = _line_weights(groups.share, groups.rank)
    line = weights @ onto(groups.estimate)
    drawn = _redrawn(groups.estimate, _sorted(se, order), _both(limits, order), kind=kind)
    pivots = transform and kind != "normal"
    found = _limits(line, weights, drawn, onto, back, (multiplier, confidence), pivots=pivots)
    return _read_line(back(np.array([line[0], line[0] + line[1]])), multiplier, found)


def _refused(groups: Groups, onto: Callable[[Array], Array], kind: Kind) -> NotEstimated | None:
    if not FEWEST <= groups.count <= MOST:
        return NotEstimated(Reason.FEW_GROUPS, "5 to 100 quantiles are needed")
    if (groups.population <= 0).any():
        return NotEstimated(Reason.NOBODY, "a quantile has nobody in it")
    _check_scale(groups.estimate, kind)
    if not np.isfinite(onto(groups.estimate)).all():
        return NotEstimated(Reason.ZERO, "a value at the end of its scale cannot be transformed")
    return None


def _read_line(ends: Array, multiplier: float, limits: _Limits) -> QuantileSlope:
    """Read the slope and the ratio from the ends of a line."""
    return QuantileSlope(
        intercept=float(ends[0]),
        sii=float(ends[1] - ends[0]) * multiplier,
        rii=float(ends[1] / ends[0]) ** (1 if multiplier >= 0 else -1) if min(ends) > 0 else None,
        **limits,
    )


def _limits(  # noqa: PLR0913, PLR0917 - each is a name of its own at the call
    line: Array,
    weights: Array,
    drawn: Array | None,
    own: Callable[[Array], Array],
    turned: Callable[[Array], Array],
    times: tuple[float, float],
    *,
    pivots: bool,
) -> _Limits:
    multiplier, confidence = times
    if drawn is None:
        return {"sii_limits": None, "rii_limits": None}
    lines = weights @ own(drawn).T
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    rii: Array | None
    if pivots:
        middle, slopes = line[0] + line[1] / 2, np.quantile(lines[1], tails)
        bottom, top = turned(middle - slopes / 2), turned(middle + slopes / 2)
        sii, rii = top - bottom, top / bottom
    else:
        bottom, top = lines[0], lines[0] + lines[1]
        sii = np.quantile(top - bottom, tails)
        rii = np.quantile(top / bottom, tails) if (bottom > 0).all() and (top > 0).all() else None
    if multiplier < 0 and rii is not None:
        rii = 1 / rii
    return {"sii_limits": _pair(sii * multiplier), "rii_limits": None if rii is None else _pair(rii)}


def _pair(limits: Array) -> tuple[float, float]:
    return float(limits.min()), float(limits.max())


def _line_weights(share: Array, rank: Array) -> Array:
    """Return shape (2, J): what each value adds to the intercept and to the slope."""
    design = np.column_stack([np.ones_like(rank), rank])
    weighted: Array = np.linalg.solve(design.T @ (share[:, None] * design), design.T * share)
    return weighted


def _redrawn(
    values: Array, se: Array | None, limits: tuple[Array, Array] | None, *, kind: Kind
) -> Array | None:
    """Return shape (draws, J) on the scale of the values, or ``None`` where no error is known."""
    onto, back = _SCALES[kind]
    middle = onto(values)
    if se is None and limits is None:
        return None
    if se is not None:
        spread = se / _STEEPNESS[kind](values)
    else:
        assert limits is not None
        spread = (onto(limits[1]) - onto(limits[0])) / (2 * quantile(0.95))
    if not (np.isfinite(middle).all() and np.isfinite(spread).all() and (spread >= 0).all()):
        return None
    random = np.random.default_rng(SEED)
    drawn: Array = back(middle + spread * random.standard_normal((DRAWS, len(values))))
    return drawn


def _sorted(numbers: ArrayLike | None, order: ArrayLike) -> Array | None:
    if numbers is None:
        return None
    found = np.asarray(numbers, dtype=float)
    by = np.argsort(np.asarray(order, dtype=float), kind="stable")
    if found.shape != by.shape:
        raise ValueError(f"{found.size} standard errors or limits for {by.size} quantiles; give one for each")
    return None if np.isnan(found).any() else found[by]


def _both(limits: tuple[ArrayLike, ArrayLike] | None, order: ArrayLike) -> tuple[Array, Array] | None:
    lower, upper = (None, None) if limits is None else (_sorted(one, order) for one in limits)
    return None if lower is None or upper is None else (lower, upper)


def _check_scale(values: Array, kind: Kind) -> None:
    if kind != "normal" and (values < 0).any():
        raise ValueError(f"a {kind} is below 0; correct it")
    if kind == "proportion" and (values > 1).any():
        raise ValueError("a proportion is above 1; divide percentages by 100")


def _same(values: Array) -> Array:
    return values


def _log(values: Array) -> Array:
    with np.errstate(divide="ignore"):
        logarithms: Array = np.log(values)
    return logarithms


def _logit(values: Array) -> Array:
    with np.errstate(divide="ignore"):
        logits: Array = np.log(values) - np.log1p(-values)
    return logits


_SCALES: dict[Kind, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "normal": (_same, _same),
    "rate": (_log, np.exp),
    "proportion": (_logit, expit),
}
_STEEPNESS: dict[Kind, Callable[[Array], Array]] = {
    "normal": np.ones_like,
    "rate": _same,
    "proportion": lambda values: values * (1 - values),
}
