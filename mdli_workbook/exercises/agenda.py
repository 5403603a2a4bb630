"""``agenda``: what the participant wants to talk about in the call, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel, Field, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.exercises.entries import Count, optional_if_none_needed
from mdli_workbook.exercises.pieces import heading, joined, line, nothing, section
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.exercises.values import Values

__all__ = ["Agenda", "AgendaValue"]


class AgendaValue(Entered):
    """Lines in the order of importance to the writer."""

    lines: list[Text] = Field(default=[], max_length=50)


class Agenda(Exercise):
    """What to talk about in the call.

    Parameters
    ----------
    count
        Least and most lines. With a least of 0 the agenda is optional.
    """

    kind: ClassVar[str] = "agenda"
    Value: ClassVar[type[BaseModel]] = AgendaValue
    in_front: ClassVar[bool] = True

    audience: Literal["private", "coach", "program"] = "coach"
    count: Count = (0, 3)

    @model_validator(mode="before")
    @classmethod
    def _may_stay_empty(cls, given: Any) -> Any:
        return optional_if_none_needed(given, given.get("count", 0) if isinstance(given, dict) else None)

    def lines(self, values: Values) -> tuple[str, ...]:
        """Return the lines that hold words."""
        read = AgendaValue.model_validate(values.get("") or {})
        return tuple(one.strip() for one in read.lines if not is_blank(one))

    def filled(self, values: Values) -> Filled:
        """Done with the least number of lines, and never before the first one."""
        written = len(self.lines(values))
        if written >= max(1, self.count[0]):
            return Filled.DONE
        return Filled.PART if written else Filled.NOT_BEGUN

    def form(self) -> Form:
        """A few boxes of one line each."""
        least, most = self.count
        return {
            "controls": [
                {
                    "type": "lines",
                    "name": "lines",
                    "label": self.prompt or heading(self),
                    "min": least,
                    "max": most,
                    "required": self.required,
                }
            ],
            "entries": None,
        }

    def static(self, values: Values) -> Markup:
        """An ordered list."""
        lines = self.lines(values)
        if not lines:
            return section(self, nothing())
        items = joined(Markup('<li dir="auto">{}</li>').format(line(one)) for one in lines)
        return section(self, Markup('<ol class="mdli-agenda">\n{}\n</ol>').format(items))
