"""``call``: what became of one coaching call. A coach writes it; no session file may ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel, Field, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.exercises.pieces import day, heading, nothing, plural, section
from mdli_workbook.exercises.values import Date, Entered

if TYPE_CHECKING:
    from mdli_workbook.exercises.values import Values

__all__ = ["STATES", "Call", "CallValue"]

STATES: dict[str, str] = {
    "held": "Held",
    "moved": "Moved to another date",
    "missed": "Missed",
}
"""State → its words; the ids are the contract of the store."""


class CallValue(Entered):
    """What became of the call.

    Parameters
    ----------
    state
        ``""`` while nothing is recorded.
    minutes
        How long it took, once it was held.
    moved_to
        ``YYYY-MM-DD``, once it was moved.
    """

    state: Literal["", "held", "moved", "missed"] = ""
    minutes: Annotated[int, Field(ge=0, le=600)] | None = None
    moved_to: Date = ""

    @model_validator(mode="before")
    @classmethod
    def _says_one_thing(cls, given: Any) -> Any:
        """Drop what belongs to another state: a missed call has no minutes that count."""
        if not isinstance(given, dict):
            return given
        told = {"minutes": "held", "moved_to": "moved"}
        return {name: one for name, one in given.items() if told.get(name) in {None, given.get("state")}}

    @property
    def filled(self) -> Filled:
        """Done once a held call has its minutes, a moved one its date."""
        if self.state == "missed" or (self.state == "held" and self.minutes) or self.moved_to:
            return Filled.DONE
        return Filled.PART if self.state else Filled.NOT_BEGUN


class Call(Exercise):
    """One coaching call: held, moved or missed."""

    kind: ClassVar[str] = "call"
    Value: ClassVar[type[BaseModel]] = CallValue

    required: bool = False

    def filled(self, values: Values) -> Filled:
        """As far as its record is."""
        return self._read(values).filled

    def form(self) -> Form:
        """Three states; minutes where it was held, a date where it was moved."""
        return {
            "controls": [
                {
                    "type": "choice",
                    "name": "state",
                    "label": heading(self),
                    "hint": "Held closes this report: it stays as it was for the call.",
                    "options": [{"id": one, "label": label} for one, label in STATES.items()],
                },
                {
                    "type": "minutes",
                    "name": "minutes",
                    "label": "How long it took",
                    "min": 0,
                    "max": 600,
                    "when": {"name": "state", "is": ["held"]},
                },
                {
                    "type": "date",
                    "name": "moved_to",
                    "label": "Moved to",
                    "when": {"name": "state", "is": ["moved"]},
                },
            ],
            "entries": None,
        }

    def static(self, values: Values) -> Markup:
        """One line."""
        said = self._read(values)
        words = Markup(STATES.get(said.state, ""))  # noqa: S704 - words of ours
        if said.minutes:
            words += f", {plural(said.minutes, 'minute')}"
        if said.moved_to:
            words = Markup("Moved to {}").format(day(said.moved_to))
        return section(self, Markup("<p>{}.</p>").format(words) if words else nothing("Not recorded yet."))

    @staticmethod
    def _read(values: Values) -> CallValue:
        return CallValue.model_validate(values.get("") or {})
