"""What was saved of data in an earlier sitting counts as shown before: a ledger is made of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.figures import MISSED, OUTCOMES, REACHED, UNMEASURED, Figure
from mdli_workbook.equity.publish import State, with_readings
from mdli_workbook.equity.suppression import Line, Show, figures_of

if TYPE_CHECKING:
    from mdli_workbook.equity.figures import Ledger
    from mdli_workbook.equity.publish import PublishedRow, PublishedView

__all__ = ["recall"]


def recall(published: PublishedView, ledger: Ledger) -> Ledger:
    """Return a ledger to which a view is added that was published earlier, from its rows alone.

    Parameters
    ----------
    published
        As it was saved.
    ledger
        Of the same data.

    Raises
    ------
    ValueError
        If the ledger is of other data.

    Examples
    --------
    >>> from mdli_workbook.equity.figures import Ledger
    >>> from mdli_workbook.equity.panel import read_patients
    >>> from mdli_workbook.equity.publish import View, publish, whole
    >>> demo = read_patients("demo-panel")
    >>> seen, after = publish(demo, View("portal_active", ("sex",), whole(demo)))
    >>> recall(seen, Ledger(demo.source)) == after
    True
    """
    if published.source != ledger.source:
        raise ValueError(f"the view is of data {published.source!r}, the ledger of {ledger.source!r}")
    if all(row.size is None for row in published.rows):
        return ledger
    told: dict[Figure, int] = {}
    kept: list[Figure] = []
    for row in published.rows:
        line = _line(published, row)
        open_, closed = figures_of(line, _how_much(row))
        told |= {one: _value(line, row, one) for one in open_}
        kept += closed
    return with_readings(ledger, published.readings).with_view(told, kept)


def _line(published: PublishedView, row: PublishedRow) -> Line:
    view = published.view
    months = next(one.months for one in view.periods if one.name == row.period)
    # a figure names its dimensions in one order, whatever that of the view
    pairs = sorted(zip(view.dimensions, row.group, strict=True)) if row.group else []
    dimensions, group = tuple(name for name, _ in pairs), tuple(value for _, value in pairs)
    size = (REACHED, MISSED) if view.of == "reached" else OUTCOMES
    part = REACHED if view.of == "reached" else UNMEASURED
    return Line(
        Figure(view.measure, dimensions, group, months, size),
        Figure(view.measure, dimensions, group, months, (part,)),
    )


def _how_much(row: PublishedRow) -> Show:
    if row.size is None:
        return Show.NOTHING
    return Show.SIZE if row.state is State.WITHHELD else Show.ALL


def _value(line: Line, row: PublishedRow, figure: Figure) -> int:
    size, numerator = row.size or 0, row.numerator or 0
    return {line.size: size, line.part: numerator}.get(figure, size - numerator)
