"""All figures of inequality over the groups that are shown, with what each means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.beside import set_beside
from mdli_workbook.equity.by_chance import widest_by_chance
from mdli_workbook.equity.chart import dots
from mdli_workbook.equity.content import Content, Data, Grid, Left
from mdli_workbook.equity.estimate import NotEstimated
from mdli_workbook.equity.inequality import figures_of_inequality
from mdli_workbook.equity.table import State, tabulate
from mdli_workbook.equity.view_groups import ask, explain_reference, named
from mdli_workbook.equity.wording import about_the_data, apart, by_dimension, withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.equity.beside import Compare
    from mdli_workbook.equity.inequality import Line
    from mdli_workbook.equity.publish import PublishedView
    from mdli_workbook.equity.shown import Choice
    from mdli_workbook.equity.table import Row

__all__ = ["METHODS", "ask", "tell"]

METHODS = (
    (
        "Formulas, sources and limits of each: docs/equity.md. Only groups that are shown are counted; "
        "patients of no recorded group are not a group and are left out."
    ),
    "Figures of spread are never below 0, so that small groups alone make them larger than they are.",
    "Intervals are taken figure by figure.",
)


def tell(choice: Choice, views: Sequence[PublishedView]) -> Content:
    """Say what they show."""
    published, unmeasured = views
    table = tabulate(published)
    found = set_beside(table, choice.reference, favourable=choice.favourable)
    rows = [row for row in table.rows if row.rate is not None]
    lines = figures_of_inequality(choice, found, rows, _keys(published))
    hidden = [row for row in table.rows if row.rate is None and row.state is not State.EMPTY]
    title = by_dimension(table.measure, choice)
    notes = [*about_the_data(choice, published), *explain_reference(found)]
    if hidden:
        notes.append(f"Not counted in any of them, because not shown: {named(choice, hidden)}.")
    return Content(
        sentence=_sentence(found, rows),
        notes=(*notes, *withheld(published, unmeasured)),
        pictures=(dots(title, table.lines, found.reference, number=table.number),),
        tables=(_grid(title, lines, number=table.number),),
        data=_data(lines),
        methods=METHODS,
    )


def _keys(published: PublishedView) -> tuple[str, ...]:
    return tuple(row.group[0] for row in published.groups)


def _sentence(found: Compare, rows: Sequence[Row]) -> str:
    if len(rows) < 2:
        return f"{found.table.measure}: fewer than two groups are shown, so there is no gap to measure."
    rates = [row.rate.estimate for row in rows if row.rate is not None]
    gap = apart(max(rates) - min(rates), number=found.table.number)
    level = widest_by_chance(found.table)
    by_chance = (
        f" Chance alone would make it {apart(level.estimate, number=found.table.number)}." if level else ""
    )
    return (
        f"From the lowest to the highest of {len(rows)} groups it is {gap}.{by_chance} "
        "Each figure below is another way to say how unequal that is; they often disagree."
    )


def _grid(title: str, lines: Sequence[Line], *, number: bool) -> Grid:
    return Grid(
        caption=f"{title}: all figures",
        heads=("Figure", "Value", "95% interval", "What it means"),
        rows=tuple(_cells(line, number=number) for line in lines),
    )


def _cells(line: Line, *, number: bool) -> tuple[str, ...]:
    if isinstance(line.found, NotEstimated):
        return (line.name, Left("not computed"), Left(line.found.note), line.means)
    ends = Left("no formula")  # type: str
    if line.found.lower is not None and line.found.upper is not None:
        lower, upper = (_in(line.unit, one, number=number) for one in (line.found.lower, line.found.upper))
        ends = f"{lower} to {upper}"
    return (line.name, _in(line.unit, line.found.estimate, number=number, name=True), ends, line.means)


def _in(unit: str, value: float, *, number: bool, name: bool = False) -> str:
    """Show a figure in its unit."""
    if unit == "points" and not number:
        return _signed(f"{100 * value:.1f}") + (" points" if name else "")
    if unit == "squared points" and not number:
        return f"{10_000 * value:.1f}"
    if unit == "percent":
        return f"{value:.1f}%"
    if unit == "patients":
        return f"{value:,.0f}" if value > 10 or not value else "10 or fewer"
    return _signed(f"{value:.2f}")


def _signed(said: str) -> str:
    return said.replace("-", "−")  # noqa: RUF001


def _data(lines: Sequence[Line]) -> Data:
    heads = ("figure", "value", "lower_95", "upper_95", "standard_error", "state", "meaning")
    return Data(heads, tuple(_numbers(line) for line in lines))


def _numbers(line: Line) -> tuple[str | float | None, ...]:
    if isinstance(line.found, NotEstimated):
        return (line.name, None, None, None, None, f"not computed: {line.found.note}", line.means)
    found = line.found
    if line.unit == "patients":
        patients = None if 0 < found.estimate <= 10 else round(found.estimate)
        return (line.name, patients, None, None, None, "computed", line.means)
    figures = (found.estimate, found.lower, found.upper, found.se)
    return (line.name, *(None if one is None else round(one, 6) for one in figures), "computed", line.means)
