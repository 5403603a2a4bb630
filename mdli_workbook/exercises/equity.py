"""``equity``: figures by group with their uncertainty, and what a leader makes of them.

The table and the picture stand above the boxes, in the workbook as in the report: words about a
chart mean little without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.equity.chart import chart, months_in_words, percent, size_in_words
from mdli_workbook.equity.panel import DimensionId, MeasureId, read_panel
from mdli_workbook.equity.suppression import MOST
from mdli_workbook.equity.table import State, tabulate
from mdli_workbook.exercises.pieces import joined, nothing, section, words
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.equity.table import Row, Table
    from mdli_workbook.exercises.controls import Control
    from mdli_workbook.exercises.values import Values

__all__ = ["WILLINGS", "Equity", "EquityValue"]

WILLINGS: dict[str, tuple[str, str]] = {
    "seen": ("What I see", "Sizes first, then lines, then dots."),
    "ask": ("Whom I will ask", "A role, no name."),
    "change": ("What I will change", "Something that I can change."),
}
"""Name of the box → its label and hint, in the order of the three willings: look, hear, change."""


class EquityValue(Entered):
    """What was written in the three boxes.

    Parameters
    ----------
    seen
        What the figures show.
    ask
        Whom to hear before explaining them.
    change
        What the leader will change.
    """

    seen: Text = ""
    ask: Text = ""
    change: Text = ""


class Equity(Exercise):
    """Figures by group, and three boxes.

    Parameters
    ----------
    data
        The panel of patients; ``demo-panel`` is bundled, and invented.
    measure
        What is counted.
    dimension
        How patients are grouped.
    """

    kind: ClassVar[str] = "equity"
    Value: ClassVar[type[BaseModel]] = EquityValue

    data: Literal["demo-panel"]
    measure: MeasureId = "blood_pressure_controlled"
    dimension: DimensionId = "language"

    def filled(self, values: Values) -> Filled:
        """Done with words in all three boxes: looking alone is the easy part."""
        written = [not is_blank(text) for text in self._read(values).values()]
        if all(written):
            return Filled.DONE
        return Filled.PART if any(written) else Filled.NOT_BEGUN

    def form(self) -> Form:
        """Three boxes; what they speak of stands above them."""
        controls: list[Control] = [
            {
                "type": "long-text",
                "name": name,
                "label": label,
                "hint": hint,
                "rows": 2,
                "required": self.required,
            }
            for name, (label, hint) in WILLINGS.items()
        ]
        return {"controls": controls, "entries": None}

    def above(self) -> Markup:
        """Return what the boxes speak of: a sentence, the picture, the table, and what they leave out."""
        return Markup('<div class="mdli-view mdli-view-equity">\n{}\n</div>').format(self._figures())

    def static(self, values: Values) -> Markup:
        """The figures, and below them the words."""
        read = self._read(values)
        if all(map(is_blank, read.values())):
            return section(self, joined((self._figures(), nothing())))
        told = joined(
            Markup("<dt>{}</dt>\n<dd>{}</dd>").format(
                label, nothing("Left open.") if is_blank(read[name]) else words(read[name])
            )
            for name, (label, _) in WILLINGS.items()
        )
        return section(
            self, joined((self._figures(), Markup('<dl class="mdli-willings">\n{}\n</dl>').format(told)))
        )

    def _figures(self) -> Markup:
        table = tabulate(read_panel(self.data), self.measure, self.dimension)
        return joined((*map(words, _before(table)), chart(table), _rows(table), *map(words, _after(table))))

    @staticmethod
    def _read(values: Values) -> dict[str, str]:
        return EquityValue.model_validate(values.get("") or {}).model_dump()


def _before(table: Table) -> list[str]:
    seen = f"They were last seen from {months_in_words(*table.months)}."
    if table.total.rate is None:
        return [f"{table.measure}, by {table.dimension}, in an invented practice. {seen}"]
    rate = percent(table.total.rate.estimate)
    return [f"{table.reached} {rate} of {size_in_words(table.total)}, all of them invented. {seen}"]


def _after(table: Table) -> list[str]:
    said = ["The upright line marks all patients together, and each group is compared with it."]
    if table.withholds:
        said.append(
            f"Numbers of patients from 1 to {MOST} are withheld, also of those who were not reached. "
            "So is any figure that would give one away."
        )
    if table.unmeasured:
        said.append(f"{table.unmeasured:,} more patients have no recorded value and are in no row.")
    return said


def _rows(table: Table) -> Markup:
    head = joined(
        Markup('<th scope="col">{}</th>').format(one)
        for one in (table.dimension.capitalize(), "Patients", table.measure, "95% interval")
    )
    return Markup(
        '<table class="mdli-groups">\n<caption>{}, by {}: the figures of the picture</caption>\n'
        "<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n{}\n</tbody>\n</table>"
    ).format(table.measure, table.dimension, head, joined(map(_row, (*table.lines, table.total))))


def _row(row: Row) -> Markup:
    size = _left_out("withheld") if row.size is None else f"{row.size:,}"
    return Markup('<tr><th scope="row">{}</th><td>{}</td>{}</tr>').format(row.group, size, _rate(row))


def _rate(row: Row) -> Markup:
    if row.rate is None:
        said = _left_out("withheld" if row.state is State.WITHHELD else "nobody was measured")
        return Markup("<td>{0}</td><td>{0}</td>").format(said)
    shown = [percent(one) for one in (row.rate.estimate, row.rate.lower, row.rate.upper)]
    return Markup("<td>{}</td><td>{} to {}</td>").format(*shown)


def _left_out(said: str) -> Markup:
    return Markup('<span class="mdli-empty">{}</span>').format(said)
