"""Rates by group, as they may be shown. Whatever draws or exports begins here.

The counts behind a table stay in this module: rows hold what is left after small numbers were
withheld, so a reader of rows cannot show too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mdli_workbook.equity.intervals import wilson
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, UNKNOWN, count
from mdli_workbook.equity.suppression import Shown, is_small, suppress

if TYPE_CHECKING:
    from mdli_workbook.equity.intervals import Estimate
    from mdli_workbook.equity.panel import DimensionId, MeasureId, Panel

__all__ = ["EVERYONE", "NOT_RECORDED", "Row", "State", "Table", "tabulate"]

EVERYONE = "All patients"
NOT_RECORDED = "Not recorded"


class State(StrEnum):
    """What there is to see of a group."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Row:
    """One group.

    Parameters
    ----------
    group
        Its name on the page.
    size
        Patients with a recorded value; ``None`` where the size itself is withheld.
    numerator
        Those of them who reached the measure; ``None`` where it is withheld.
    rate
        Proportion with its interval; ``None`` unless the state is shown.
    state
        Shown, withheld, or empty: nobody was measured.
    """

    group: str
    size: int | None
    numerator: int | None
    rate: Estimate | None
    state: State


@dataclass(frozen=True, slots=True)
class Table:
    """Rates of one measure by one dimension.

    Parameters
    ----------
    measure, dimension
        In words, for headings.
    reached
        The beginning of a sentence, as the measure has it.
    rows
        The groups in the order of the page.
    unknown
        Patients whose group was not recorded: a row also where there are none.
    total
        All of them together, which is what the groups are compared with.
    months
        The first and the last month in which these patients were seen, as ``YYYY-MM``.
    unmeasured
        Patients without a recorded value of the measure; ``None`` where that is withheld.
    """

    measure: str
    reached: str
    dimension: str
    rows: tuple[Row, ...]
    unknown: Row
    total: Row
    months: tuple[str, str]
    unmeasured: int | None

    @property
    def lines(self) -> tuple[Row, ...]:
        """All groups, those of an unknown one last."""
        return (*self.rows, self.unknown)

    @property
    def withholds(self) -> bool:
        """Whether anything of it is withheld."""
        return any(row.state is State.WITHHELD for row in (*self.lines, self.total))


def tabulate(panel: Panel, measure: MeasureId, dimension: DimensionId) -> Table:
    """Count a panel by group, withhold small numbers, and estimate what is left.

    Examples
    --------
    >>> from mdli_workbook.equity.panel import read_panel
    >>> table = tabulate(read_panel("demo-panel"), "blood_pressure_controlled", "language")
    >>> [row.group for row in table.lines if row.state is State.WITHHELD]
    ['Amharic', 'Karen', 'Portuguese']
    """
    counts = count(panel, measure, dimension)
    shown = suppress(tuple(counts.values()))
    names = {**DIMENSIONS[dimension].groups, UNKNOWN: NOT_RECORDED}
    *rows, unknown = (_row(names[group], one) for group, one in zip(counts, shown.groups, strict=True))
    unmeasured = panel.patients - sum(one.size for one in counts.values())
    return Table(
        measure=MEASURES[measure].words,
        reached=MEASURES[measure].reached,
        dimension=DIMENSIONS[dimension].words,
        rows=tuple(rows),
        unknown=unknown,
        total=_row(EVERYONE, shown.total),
        months=(min(panel.columns["month"]), max(panel.columns["month"])),
        unmeasured=None if is_small(unmeasured) else unmeasured,
    )


def _row(group: str, shown: Shown) -> Row:
    if shown.size == 0:
        return Row(group, 0, 0, None, State.EMPTY)
    if shown.size is None or shown.numerator is None:
        return Row(group, shown.size, None, None, State.WITHHELD)
    return Row(group, shown.size, shown.numerator, wilson(shown.numerator, shown.size), State.SHOWN)
