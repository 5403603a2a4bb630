"""Groups over time, and the gap: what changed, and what is the noise of small numbers."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

from mdli_workbook.equity.beside import set_beside
from mdli_workbook.equity.chart_time import Strip, strips
from mdli_workbook.equity.content import Content, Data, Grid, Left
from mdli_workbook.equity.naming import EVERYONE, dimension_words, group_words, listed, measure_words
from mdli_workbook.equity.over_time import FEWEST, Series, changed, gap_between, series_of
from mdli_workbook.equity.publish import State, View, by_month, by_quarter
from mdli_workbook.equity.table import tabulate
from mdli_workbook.equity.view_groups import ask as ask_groups
from mdli_workbook.equity.wording import about_the_data, by_dimension, figure, withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.equity.control_charts import Chart
    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.publish import Period, PublishedRow, PublishedView
    from mdli_workbook.equity.shown import Choice

__all__ = ["METHODS", "ask", "tell"]

METHODS = (
    (
        "Each series has a p chart: its mean over all periods, and limits three standard errors away. Means "
        "of numbers have an XmR chart."
    ),
    (
        "A series is said to have changed with a point outside its limits, or by the rules of Anhøj and "
        "Olesen (2014): a run on one side that is too long, or too few crossings of the middle."
    ),
    "The gap has limits three standard errors of a difference away.",
    "With fewer than 13 periods these are trial limits.",
)
A_MONTH = 100
"""Patients of each group and month, on average, from which on months are shown, and not quarters."""
MONTHS, QUARTERS = 36, 40


def ask(patients: Patients, choice: Choice) -> tuple[View, ...]:
    """Return the views to publish."""
    groups = ask_groups(patients, choice)
    periods = _periods(patients, choice.dimension)
    if len(periods) < FEWEST:
        return groups
    return (*groups, View(choice.measure, (choice.dimension,), periods))


def _periods(patients: Patients, dimension: str) -> tuple[Period, ...]:
    months, groups = len(patients.months.names), len(patients.dimensions[dimension].names)
    everyone = int(patients.measures[next(iter(patients.measures))].outcomes.sum())
    fine = everyone >= A_MONTH * groups * months and months <= MONTHS
    quarters = by_quarter(patients)
    if fine or len(quarters) < FEWEST:
        return by_month(patients)
    return quarters[-QUARTERS:]


def tell(choice: Choice, views: Sequence[PublishedView]) -> Content:
    """Say what they show."""
    if len(views) < 3:
        return _refused(choice, views[0])
    published = views[2]
    series = series_of(published)
    compared, gap = _gap(choice, views[0], series)
    names = [period.name for period in published.view.periods]
    drawn = [Strip(_name(choice, one), one.chart, _why(one)) for one in series]
    title = f"{by_dimension(measure_words(choice.measure), choice)}, over time"
    number = any(row.mean is not None for row in published.rows)
    pictures = [strips(title, names, drawn, number=number)]
    if gap is not None:
        said = f"Gap: {compared}"
        pictures.append(strips(said, names, [Strip(said, gap)], number=number))
    return Content(
        sentence=_sentence(choice, names, series, compared, gap),
        notes=tuple(_notes(choice, views, names, series)),
        pictures=tuple(pictures),
        tables=(_grid(choice, title, names, series, number=number),),
        data=_data(choice, published),
        methods=METHODS,
    )


def _refused(choice: Choice, published: PublishedView) -> Content:
    why = f"These data have fewer than {FEWEST} months, so nothing can be shown over time."
    return Content(why, tuple(about_the_data(choice, published)), (), (), Data(("note",), ((why,),)), METHODS)


def _gap(choice: Choice, groups: PublishedView, series: Sequence[Series]) -> tuple[str, Chart | None]:
    """Chart the gap of the group that is furthest behind, of those with a series."""
    found = set_beside(tabulate(groups), choice.reference, favourable=choice.favourable)
    by_key = {one.key: one for one in series}
    reference = by_key[found.reference.key]
    sign = 1 if choice.favourable else -1
    ways = [key for key in found.said if by_key[key].chart is not None]
    if not ways or reference.chart is None:
        return "", None
    key = min(ways, key=lambda key: sign * found.said[key].gap)
    words = f"{_name(choice, by_key[key])} less {found.reference.group}"
    return words, gap_between(by_key[key], reference)


def _name(choice: Choice, one: Series) -> str:
    return EVERYONE if one.key is None else group_words(choice.dimension, one.key)


def _why(one: Series) -> str:
    if one.chart is not None:
        return ""
    if all(row.state is State.EMPTY for row in one.rows):
        return "nobody was measured"
    return "withheld" if any(row.state is State.WITHHELD for row in one.rows) else "too few periods"


def _sentence(
    choice: Choice, names: Sequence[str], series: Sequence[Series], compared: str, gap: Chart | None
) -> str:
    shown = [one for one in series if one.chart is not None]
    start = f"{measure_words(choice.measure)}, {names[0]} to {names[-1]}:"
    if not shown:
        return f"{start} the figures of single periods are too small to be shown."
    moved = [f"{_name(choice, one)} ({_way(one.chart)})" for one in shown if one.chart and changed(one.chart)]
    if moved:
        said = f"{start} more than chance alone would explain changed in {listed(moved)}."
        if len(moved) < len(shown):
            said += f" Of the other {len(shown) - len(moved)} series nothing of the kind can be said."
    else:
        one = "the only series shown" if len(shown) == 1 else f"any of the {len(shown)} series shown"
        said = f"{start} no change beyond what chance alone gives in {one}."
    if gap is None:
        return said
    tells = "changed beyond chance" if changed(gap) else "did not clearly change"
    return f"{said} The gap ({compared}) {tells}."


def _way(chart: Chart | None) -> str:
    """Say which way a series went: its second half beside its first."""
    values = [value for value in chart.values if value is not None] if chart else []
    half = len(values) // 2
    return "up" if sum(values[-half:]) >= sum(values[:half]) else "down"


def _notes(
    choice: Choice, views: Sequence[PublishedView], names: Sequence[str], series: Sequence[Series]
) -> Iterator[str]:
    yield from about_the_data(choice, views[2])
    yield "The middle line of a strip is its mean, dashed lines are its limits, a ring is a point outside."
    if len(names) < 13:
        yield f"{len(names)} periods are few: these are trial limits."
    lines = sum(one.chart is not None for one in series)
    false_alarms = 0.0027 * lines * len(names)
    if false_alarms > 0.02:
        one_in = max(1, round(1 / false_alarms, -max(0, int(log10(1 / false_alarms)) - 1)))
        yield f"By chance alone a point would be outside on about one page like this in {one_in:.0f}."
    yield from withheld(*views)


def _grid(
    choice: Choice, title: str, names: Sequence[str], series: Sequence[Series], *, number: bool
) -> Grid:
    return Grid(
        caption=f"{title}: the figures of the picture",
        heads=(dimension_words(choice.dimension).capitalize(), *names),
        rows=tuple((_name(choice, one), *(_cell(row, number=number) for row in one.rows)) for one in series),
    )


def _cell(row: PublishedRow, *, number: bool) -> str:
    if row.state is State.EMPTY:
        return Left("nobody")
    if row.numerator is None or not row.size:
        return Left("withheld")
    rate = row.mean if row.mean is not None else row.numerator / row.size
    return f"{figure(rate, number=number)} of {row.size:,}"


def _data(choice: Choice, published: PublishedView) -> Data:
    heads = (choice.dimension, "period", "patients", "reached", "rate", "state")
    return Data(heads, tuple(_numbers(choice, row) for row in published.rows))


def _numbers(choice: Choice, row: PublishedRow) -> tuple[str | int | float | None, ...]:
    name = group_words(choice.dimension, row.group[0]) if row.group else EVERYONE
    if row.numerator is None or not row.size:
        return (name, row.period, row.size, None, None, row.state.value)
    rate = row.mean if row.mean is not None else row.numerator / row.size
    reached = None if row.mean is not None else row.numerator
    return (name, row.period, row.size, reached, round(rate, 4), row.state.value)
