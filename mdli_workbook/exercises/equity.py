"""``equity``: figures by group with their uncertainty, and what a leader makes of them.

What was looked at stands above the words, in the workbook as in the report: words about a chart mean
little without it. The view is saved with the words; it holds published figures alone, so no number
that is withheld gets into the store.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.equity.explorer import Choice, Shown, html, look, options
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import DimensionId, MeasureId, read_patients
from mdli_workbook.exercises.pieces import joined, nothing, section, words
from mdli_workbook.exercises.seen import Seen  # noqa: TC001 - pydantic reads it
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
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
    """What was written in the three boxes, and what it was written about.

    Parameters
    ----------
    seen
        What the figures show.
    ask
        Whom to hear before explaining them.
    change
        What the leader will change.
    view
        What was looked at; ``None`` for the view that the exercise begins with.
    """

    seen: Text = ""
    ask: Text = ""
    change: Text = ""
    view: Seen | None = None


class Equity(Exercise):
    """Figures by group, and three boxes.

    Parameters
    ----------
    data
        The panel of patients to begin with; ``demo-panel`` is bundled, and invented.
    measure
        What is counted at first.
    dimension
        How patients are grouped at first.
    """

    kind: ClassVar[str] = "equity"
    Value: ClassVar[type[BaseModel]] = EquityValue

    data: Literal["demo-panel"]
    measure: MeasureId = "blood_pressure_controlled"
    dimension: DimensionId = "language"

    def filled(self, values: Values) -> Filled:
        """Done with words in all three boxes: looking alone is the easy part."""
        read = self._read(values)
        written = [not is_blank(getattr(read, name)) for name in WILLINGS]
        if all(written):
            return Filled.DONE
        return Filled.PART if any(written) else Filled.NOT_BEGUN

    @property
    def choice(self) -> Choice:
        """What is looked at first."""
        return Choice(self.measure, self.dimension, data=self.data)

    def form(self) -> Form:
        """Three boxes, and what can be looked at: enough to draw before anything was looked at."""
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
        explorer = {"choice": self.choice.to_plain(), "options": options(read_patients(self.data))}
        return {"controls": controls, "entries": None, "explorer": explorer}

    def above(self) -> Markup:
        """Return what the boxes speak of at first: a sentence, the picture, the figures, notes."""
        return Markup('<div class="mdli-view mdli-view-equity">\n{}\n</div>').format(
            html(_first(self.choice))
        )

    def static(self, values: Values) -> Markup:
        """What was looked at, and below it the words."""
        read = self._read(values)
        shown = read.view.shown() if read.view else _first(self.choice)
        if all(is_blank(getattr(read, name)) for name in WILLINGS):
            return section(self, joined((html(shown), nothing())))
        told = joined(
            Markup("<dt>{}</dt>\n<dd>{}</dd>").format(label, _said(getattr(read, name)))
            for name, (label, _) in WILLINGS.items()
        )
        return section(
            self, joined((html(shown), Markup('<dl class="mdli-willings">\n{}\n</dl>').format(told)))
        )

    @staticmethod
    def _read(values: Values) -> EquityValue:
        return EquityValue.model_validate(values.get("") or {})


@cache
def _first(choice: Choice) -> Shown:
    """Look at bundled patients, of whom nothing was shown before."""
    patients = read_patients(choice.data)
    return look(patients, choice, Ledger(patients.source))[0]


def _said(text: str) -> Markup:
    return nothing("Left open.") if is_blank(text) else words(text)
