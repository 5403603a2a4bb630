"""Rates by group, as they may be shown. Whatever draws or exports begins here.

Rows hold what :mod:`.publish` left after small numbers were withheld, so a reader of rows cannot show
too much. A rate that could be shown and is too unsure to mean anything is left out as well: the rule
of the National Center for Health Statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from mdli_workbook.equity.estimate import Estimate
from mdli_workbook.equity.intervals import wilson
from mdli_workbook.equity.naming import EVERYONE, NOT_RECORDED, dimension_words, group_words, measure_words
from mdli_workbook.equity.patients import UNKNOWN
from mdli_workbook.equity.presentation import present_proportion
from mdli_workbook.equity.publish import PublishedRow, PublishedView, State

__all__ = ["EVERYONE", "NOT_RECORDED", "SMALLEST_MEAN", "Row", "State", "Table", "tabulate"]

SMALLEST_MEAN = 30
"""With fewer patients a mean is not shown; the rule for proportions has the same number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One group.

    Parameters
    ----------
    key
        Its value in the data; ``None`` for all patients.
    group
        Its name on the page.
    size
        Patients with a recorded value; ``None`` where the size itself is withheld.
    numerator
        Those of them who reached the measure; ``None`` where it is withheld.
    rate
        Proportion, or mean of a number, with its interval; ``None`` where it is not shown.
    deviation
        Standard deviation of one patient: of a proportion √(p(1-p)).
    state
        Shown, withheld, or empty: nobody was measured.
    why
        Why there is no rate; '' where there is one.
    footnote
        What to know about the rate; often ''.
    """

    key: str | None
    group: str
    size: int | None
    numerator: int | None
    rate: Estimate | None
    deviation: float | None
    state: State
    why: str = ""
    footnote: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one measure by one dimension over one period.

    Parameters
    ----------
    measure, dimension
        In words, for headings.
    rows
        The groups in the order of the page.
    unknown
        Patients whose group was not recorded: a row also where there are none.
    total
        All of them together.
    number
        Whether figures are means of a number, and not proportions.
    """

    measure: str
    dimension: str
    rows: tuple[Row, ...]
    unknown: Row
    total: Row
    number: bool

    @property
    def lines(self) -> tuple[Row, ...]:
        """All groups, those of an unknown one last."""
        return (*self.rows, self.unknown)

    @property
    def withholds(self) -> bool:
        """Whether anything of it is withheld."""
        return any(row.state is State.WITHHELD for row in (*self.lines, self.total))

    def row(self, key: str | None) -> Row:
        """Return the row of a group, or of all patients."""
        return next(row for row in (*self.lines, self.total) if row.key == key)


def tabulate(published: PublishedView, period: str = "") -> Table:
    """Estimate what is left of a view of one dimension.

    Parameters
    ----------
    published
        A view of one dimension.
    period
        The name of one of its periods; the first, if it is ''.

    Examples
    --------
    >>> from mdli_workbook.equity.panel import read_patients
    >>> from mdli_workbook.equity.publish import View, publish, whole
    >>> demo = read_patients("demo-panel")
    >>> view = View("blood_pressure_controlled", ("language",), whole(demo))
    >>> tabulate(publish(demo, view)[0]).row("Karen").why
    'withheld'
    """
    (dimension,) = published.view.dimensions
    period = period or published.view.periods[0].name
    rows = [_row(dimension, row) for row in published.rows if row.period == period]
    return Table(
        measure=measure_words(published.view.measure),
        dimension=dimension_words(dimension),
        rows=tuple(row for row in rows if row.key not in {None, UNKNOWN}),
        unknown=next(row for row in rows if row.key == UNKNOWN),
        total=next(row for row in rows if row.key is None),
        number=any(row.mean is not None for row in published.rows),
    )


def _row(dimension: str, row: PublishedRow) -> Row:
    key = row.group[0] if row.group else None
    name = EVERYONE if key is None else group_words(dimension, key)
    if row.state is State.SHOWN and row.mean is not None:
        return _of_a_number(key, name, row)
    if row.state is State.SHOWN:
        return _of_a_proportion(key, name, row)
    why = "withheld" if row.state is State.WITHHELD else "nobody was measured"
    return Row(key, name, row.size, None, None, None, row.state, why)


def _of_a_proportion(key: str | None, name: str, row: PublishedRow) -> Row:
    assert row.size is not None
    assert row.numerator is not None
    said = present_proportion(row.numerator, row.size)
    rate = wilson(row.numerator, row.size)
    footnote = (
        "nobody, or everybody; ask a statistician" if said.review else said.why if said.footnote else ""
    )
    return Row(
        key=key,
        group=name,
        size=row.size,
        numerator=row.numerator,
        rate=rate if said.display else None,
        deviation=sqrt(rate.estimate * (1 - rate.estimate)),
        state=row.state,
        why="" if said.display else f"too unsure: {said.why}",
        footnote=footnote if said.display else "",
    )


def _of_a_number(key: str | None, name: str, row: PublishedRow) -> Row:
    assert row.size is not None
    assert row.mean is not None
    if row.size < SMALLEST_MEAN or row.deviation is None:
        why = f"too unsure: fewer than {SMALLEST_MEAN} patients"
        return Row(key, name, row.size, row.numerator, None, row.deviation, row.state, why)
    found = _mean(row.mean, row.deviation, row.size)
    return Row(key, name, row.size, row.numerator, found, row.deviation, row.state)


def _mean(mean: float, deviation: float, size: int) -> Estimate:
    """Return a mean with Student's interval; its values stay where they are."""
    from scipy.special import stdtrit  # noqa: PLC0415 - a form opens without it

    se = deviation / sqrt(size)
    reach = float(stdtrit(size - 1, 0.975)) * se
    return Estimate(mean, mean - reach, mean + reach, "Student's t, 95%", se)
