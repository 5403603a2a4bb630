"""The one way from patients to something that may be looked at.

:func:`publish` counts, withholds and returns a :class:`PublishedView`. Charts, tables, sentences, files
and reports are made of that and of nothing else, so none of them can show too much.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mdli_workbook.equity.figures import MISSED, OUTCOMES, REACHED, UNMEASURED, Figure, Ledger
from mdli_workbook.equity.patients import UNDATED
from mdli_workbook.equity.suppression import CMS, Line, Rule, Show, figures_of, hide
from mdli_workbook.errors import MeasureRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.equity.patients import Patients

__all__ = [
    "Period",
    "PublishedRow",
    "PublishedView",
    "State",
    "View",
    "by_month",
    "by_quarter",
    "publish",
    "whole",
    "with_readings",
]

Group = tuple[str, ...]
Months = tuple[str, ...]
Of = Literal["reached", "unmeasured"]


@dataclass(frozen=True, slots=True)
class Period:
    """Months that are shown together.

    Parameters
    ----------
    name
        On the page.
    months
        In order, as ``YYYY-MM``.
    """

    name: str
    months: Months


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for.

    Parameters
    ----------
    measure
        Its name in the data.
    dimensions
        How patients are grouped: one dimension, or two or more crossed.
    periods
        Each is shown for itself.
    of
        ``reached``: of those who were measured, how many were reached. ``unmeasured``: of all
        patients, how many were not measured.
    """

    measure: str
    dimensions: tuple[str, ...]
    periods: tuple[Period, ...]
    of: Of = "reached"


class State(StrEnum):
    """What there is to see of a group."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One group in one period, as it may be shown.

    Parameters
    ----------
    group
        One value for each dimension of the view, '' where nothing was recorded; ``()`` for all patients.
    period
        Name of the period.
    size
        Patients; ``None`` where that is withheld.
    numerator
        How many of them; ``None`` where that is withheld.
    state
        Shown, withheld, or empty: nobody to count.
    mean, deviation
        Of a measure that is a number: mean and standard deviation of those measured, in its own
        unit and to four significant digits; otherwise ``None``.
    """

    group: Group
    period: str
    size: int | None
    numerator: int | None
    state: State
    mean: float | None = None
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedView:
    """All that may be seen of a view.

    Parameters
    ----------
    view
        What was asked for.
    rows
        Periods in their order; in each, groups in the order of the page, and then all patients.
    rule
        What was withheld.
    source
        Fingerprint of the data.
    readings
        How the columns behind it were read.
    """

    view: View
    rows: tuple[PublishedRow, ...]
    rule: Rule
    source: str
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def withholds(self) -> bool:
        """Whether anything of it is withheld."""
        return any(row.state is State.WITHHELD for row in self.rows)

    @property
    def groups(self) -> tuple[PublishedRow, ...]:
        """All rows but those of all patients."""
        return tuple(row for row in self.rows if row.group)

    @property
    def totals(self) -> tuple[PublishedRow, ...]:
        """The rows of all patients, one for each period."""
        return tuple(row for row in self.rows if not row.group)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data: the whole of what an export or a report may have."""
        return {
            "measure": self.view.measure,
            "dimensions": list(self.view.dimensions),
            "of": self.view.of,
            "periods": [{"name": one.name, "months": list(one.months)} for one in self.view.periods],
            "most_withheld": self.rule.most,
            "source": self.source,
            "rows": [
                {
                    "group": list(row.group),
                    "period": row.period,
                    "size": row.size,
                    "numerator": row.numerator,
                    "state": row.state.value,
                    **({} if row.mean is None else {"mean": row.mean, "deviation": row.deviation}),
                }
                for row in self.rows
            ],
        }


def publish(
    patients: Patients, view: View, shown_before: Ledger | None = None, rule: Rule = CMS
) -> tuple[PublishedView, Ledger]:
    """Count a view, withhold what may not be seen after what was shown before, and record it.

    Parameters
    ----------
    patients
        The data; none of its numbers leaves this function unless it may be seen.
    view
        What is asked for.
    shown_before
        The ledger that the last view of these data returned; none before the first. Hand it on, or
        one view may be subtracted from another.
    rule
        What is small.

    Returns
    -------
    PublishedView, Ledger
        What may be seen, and what has been seen by then.

    Raises
    ------
    ValueError
        If the ledger is of other data: start a new one for new data.
    KeyError
        If the data have no such measure, dimension or month.
    MeasureRefused
        If something was shown of the same file with other meanings of these columns.
    """
    before = shown_before or Ledger(patients.source)
    if before.source != patients.source:
        raise ValueError(
            f"the ledger is of data {before.source!r}, these are {patients.source!r}; begin with a new one"
        )
    read = _readings(patients, view)
    noted = with_readings(before, read)
    lines = _lines(patients, view)
    shown = hide(list(lines.values()), patients.count, before, rule)
    rows = tuple(_row(patients, group, period, line, shown[line]) for (group, period), line in lines.items())
    published = PublishedView(view, rows, rule, patients.source, read)
    # of a view that is withheld whole, a reader sees no number and cannot tell which of them is small
    return published, _after(patients, shown, noted) if any(shown.values()) else before


def _readings(patients: Patients, view: View) -> dict[str, str]:
    names = ("rows", f"measure {view.measure}", *(f"dimension {one}" for one in view.dimensions))
    return {name: patients.readings[name] for name in names if name in patients.readings}


def with_readings(before: Ledger, read: Mapping[str, str]) -> Ledger:
    """Note how the columns of a view are read, which must not change: figures would not fit together."""
    for name, words in read.items():
        if (earlier := before.readings.get(name, words)) != words:
            raise MeasureRefused(
                f"{name}: figures of this file were shown as {earlier!r}, not {words!r}; choose that again"
            )
    return replace(before, readings={**before.readings, **read})


def whole(patients: Patients) -> tuple[Period, ...]:
    """Return all months as one period, rows without a date included."""
    dated = [month for month in patients.months.names if month != UNDATED]
    name = f"{dated[0]} to {dated[-1]}" if dated else "no dates"
    return (Period(name, patients.months.names),)


def by_month(patients: Patients) -> tuple[Period, ...]:
    """Return each month for itself; rows without a date are in none."""
    return tuple(Period(month, (month,)) for month in patients.months.names if month != UNDATED)


def by_quarter(patients: Patients) -> tuple[Period, ...]:
    """Return each calendar quarter of which the data have a month.

    A quarter is named after its year and number, such as ``2026 Q1``.
    """
    found: dict[str, list[str]] = {}
    for month in patients.months.names:
        if month != UNDATED:
            year, number = month.split("-")
            found.setdefault(f"{year} Q{(int(number) + 2) // 3}", []).append(month)
    return tuple(Period(name, tuple(months)) for name, months in found.items())


def _lines(patients: Patients, view: View) -> dict[tuple[Group, str], Line]:
    """Return a line for each row of the page, in its order."""
    measured = patients.measures[view.measure]
    assert len(measured.outcomes) == patients.rows
    names = [patients.dimensions[name].names for name in view.dimensions]
    # a figure names its dimensions in one order, whatever that of the view: it is the same number
    order = sorted(range(len(names)), key=lambda place: view.dimensions[place])
    size = (REACHED, MISSED) if view.of == "reached" else OUTCOMES
    part = REACHED if view.of == "reached" else UNMEASURED
    return {
        (group, period.name): Line(
            *(
                Figure(
                    view.measure,
                    tuple(view.dimensions[place] for place in order) if group else (),
                    tuple(group[place] for place in order) if group else (),
                    period.months,
                    outcomes,
                )
                for outcomes in (size, (part,))
            )
        )
        for period in view.periods
        for group in (*(product(*names) if names else ()), ())
    }


def _row(patients: Patients, group: Group, period: str, line: Line, show: Show) -> PublishedRow:
    size = None if show is Show.NOTHING else patients.count(line.size)
    if size == 0:
        return PublishedRow(group, period, 0, 0, State.EMPTY)
    if show is not Show.ALL:
        return PublishedRow(group, period, size, None, State.WITHHELD)
    numerator = patients.count(line.part)
    mean, deviation = _moments(patients, line)
    return PublishedRow(group, period, size, numerator, State.SHOWN, mean, deviation)


def _moments(patients: Patients, line: Line) -> tuple[float | None, float | None]:
    """Return mean and standard deviation of a number; of a yes or no there are none."""
    values = patients.measures[line.part.measure].values
    if values is None or line.part.outcomes != (REACHED,):
        return None, None
    chosen = ~np.isnan(values)
    places = [place for place, month in enumerate(patients.months.names) if month in line.size.months]
    chosen &= np.isin(patients.months.codes, places)
    for name, group in zip(line.size.dimensions, line.size.group, strict=True):
        coded = patients.dimensions[name]
        chosen &= coded.codes == coded.names.index(group)
    if not chosen.any():
        return None, None
    # a sum of values follows by subtraction only where the number of patients does, and that is never small
    return _rounded(values[chosen].mean()), _rounded(values[chosen].std(ddof=1))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _after(patients: Patients, shown: Mapping[Line, Show], before: Ledger) -> Ledger:
    """Record a view."""
    told: list[Figure] = []
    kept: list[Figure] = []
    for line, show in shown.items():
        open_, closed = figures_of(line, show)
        told += open_
        kept += closed
    return before.with_view({one: patients.count(one) for one in told}, kept)
