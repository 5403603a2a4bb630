"""Series over time: each group for itself, and the gap between two."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING

from mdli_workbook.equity.control_charts import Chart, p_chart, xmr_chart
from mdli_workbook.equity.estimate import NotEstimated
from mdli_workbook.equity.publish import State
from mdli_workbook.equity.runs import TRIAL, runs, sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.equity.publish import PublishedRow, PublishedView

__all__ = ["FEWEST", "Series", "changed", "gap_between", "series_of"]

FEWEST = 4
"""With fewer points there is no series."""


@dataclass(frozen=True, slots=True)
class Series:
    """One group over time.

    Parameters
    ----------
    key
        Its value in the data; ``None`` for all patients.
    rows
        One for each period, in order.
    chart
        With centre line and limits; ``None`` with fewer than :data:`FEWEST` points that are shown.
    """

    key: str | None
    rows: tuple[PublishedRow, ...]
    chart: Chart | None


def series_of(published: PublishedView) -> tuple[Series, ...]:
    """Return all patients first, and then each group in the order of the page."""
    by_key: dict[str | None, list[PublishedRow]] = {None: []}
    for row in published.rows:
        by_key.setdefault(row.group[0] if row.group else None, []).append(row)
    return tuple(Series(key, tuple(rows), _chart(rows)) for key, rows in by_key.items())


def _chart(rows: Sequence[PublishedRow]) -> Chart | None:
    shown = [row for row in rows if row.state is State.SHOWN]
    if len(shown) < FEWEST:
        return None
    if any(row.mean is not None for row in shown):
        found = xmr_chart([nan if row.mean is None else row.mean for row in rows])
    else:
        counts = [nan if row.numerator is None else row.numerator for row in rows]
        sizes = [nan if row.numerator is None or not row.size else row.size for row in rows]
        found = p_chart(counts, sizes)
    return None if isinstance(found, NotEstimated) else found


def gap_between(one: Series, other: Series) -> Chart | None:
    """Chart the first less the second, with the limits that their sizes give.

    Centre: the gap of all periods together. Limits: three standard errors of the difference of two
    proportions with the rates of all periods, √(p1(1-p1)/n1 + p2(1-p2)/n2), as in a p chart. A group
    that is a part of all patients goes up and down with them, so the limits are a little wide there.
    """
    pairs = [
        (row, beside) if State.SHOWN is row.state is beside.state else None
        for row, beside in zip(one.rows, other.rows, strict=True)
    ]
    known = [pair for pair in pairs if pair]
    if len(known) < FEWEST:
        return None
    if any(row.mean is not None for row, _ in known):
        found = xmr_chart(
            [nan if not pair else (pair[0].mean or 0.0) - (pair[1].mean or 0.0) for pair in pairs]
        )
        return None if isinstance(found, NotEstimated) else found
    rates = [
        sum(pair[side].numerator or 0 for pair in known) / sum(pair[side].size or 0 for pair in known)
        for side in (0, 1)
    ]
    centre = rates[0] - rates[1]
    values = [None if not pair else _rate(pair[0]) - _rate(pair[1]) for pair in pairs]
    errors = [
        None
        if not pair
        else 3 * sqrt(sum(rate * (1 - rate) / (row.size or 1) for rate, row in zip(rates, pair, strict=True)))
        for pair in pairs
    ]
    return _limits(centre, values, errors)


def _limits(centre: float, values: Sequence[float | None], errors: Sequence[float | None]) -> Chart:
    useful = [value for value in values if value is not None]
    return Chart(
        centre=centre,
        values=tuple(values),
        lower=tuple(None if error is None else centre - error for error in errors),
        upper=tuple(None if error is None else centre + error for error in errors),
        outside=tuple(
            value is not None and error is not None and abs(value - centre) > error
            for value, error in zip(values, errors, strict=True)
        ),
        runs=runs(sides(useful, centre)),
        note="trial limits" if len(useful) < TRIAL else "",
    )


def _rate(row: PublishedRow) -> float:
    return (row.numerator or 0) / (row.size or 1)


def changed(chart: Chart) -> bool:
    """Say whether a chart has a signal: a point outside, or a run that chance seldom makes."""
    return any(chart.outside) or chart.runs.signal
