"""``log``: something done several times, each time with the same few fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form, Id
from mdli_workbook.exercises.entries import as_filled, begun, in_order, optional_if_none_needed
from mdli_workbook.exercises.log_table import Totals, table, totals
from mdli_workbook.exercises.options import Option, as_controls, refuse_twice
from mdli_workbook.exercises.pieces import in_words, joined, nothing, section
from mdli_workbook.exercises.turns import show_turns
from mdli_workbook.exercises.values import STRICT, Number, Text, is_blank

if TYPE_CHECKING:
    from markupsafe import Markup

    from mdli_workbook.exercises.controls import Control
    from mdli_workbook.exercises.values import Values

__all__ = ["Log", "LogEntry"]

FieldType = Literal["text", "long-text", "date", "time", "number", "minutes", "choice"]


class LogEntry(RootModel[dict[Id, Annotated[Text | Number | None, Field(union_mode="smart")]]]):
    """One entry: field → what was entered."""

    model_config = STRICT


class Log(Exercise):
    """Entries of the same fields: visits, conversations, a meeting's turns by role.

    Parameters
    ----------
    fields
        Name → type, in the order of the form.
    options
        Choice field → what there is to choose.
    labels, hints
        Field → its words, and a line below them. Without a label, the name as words.
    limits
        Number or minutes field → least and most, such as ``sure: [0, 10]``.
    required_fields
        What an entry needs to be done.
    at_least
        How many done entries make the exercise done. With 0 it is optional.
    one
        What one entry is called, such as ``visit``.
    """

    kind: ClassVar[str] = "log"
    Value: ClassVar[type[BaseModel]] = LogEntry
    repeats: ClassVar[bool] = True

    fields: dict[Id, FieldType] = Field(min_length=1)
    options: dict[Id, tuple[Option, ...]] = Field(default={})
    labels: dict[Id, str] = Field(default={})
    hints: dict[Id, str] = Field(default={})
    limits: dict[Id, tuple[float, float]] = Field(default={})
    required_fields: tuple[Id, ...] = ()
    at_least: int = Field(default=1, ge=0, le=50)
    one: str = Field(default="entry", min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _may_stay_empty(cls, given: Any) -> Any:
        return optional_if_none_needed(given, given.get("at_least") if isinstance(given, dict) else None)

    @model_validator(mode="after")
    def _fields_agree(self) -> Log:
        self._refuse_strangers()
        choices = [name for name, type_ in self.fields.items() if type_ == "choice"]
        for name in choices:
            if not self.options.get(name):
                raise ValueError(
                    f"choice field '{name}' has no options; add them under options: {{{name}: [...]}}"
                )
            refuse_twice((one.id for one in self.options[name]), "option")
        for name in self.options:
            if name not in choices:
                raise ValueError(
                    f"options are for choice fields, and '{name}' is {self.fields[name]}; make it choice"
                )
        for name, (least, most) in self.limits.items():
            if self.fields[name] not in {"number", "minutes"}:
                raise ValueError(
                    f"limits are for numbers and minutes, and '{name}' is {self.fields[name]}; drop them"
                )
            if least > most:
                raise ValueError(f"limits of '{name}' are [{least:g}, {most:g}]; write the smaller one first")
        return self

    def _refuse_strangers(self) -> None:
        named = {
            "options": tuple(self.options),
            "labels": tuple(self.labels),
            "hints": tuple(self.hints),
            "limits": tuple(self.limits),
            "required_fields": self.required_fields,
        }
        for where, names in named.items():
            for name in names:
                if name not in self.fields:
                    there = ", ".join(self.fields)
                    raise ValueError(f"{where} names '{name}', which is not a field; there are {there}")

    def label(self, name: str) -> str:
        """Return a field's words."""
        return self.labels.get(name) or in_words(name)

    def entries(self, values: Values) -> dict[str, dict[str, Any]]:
        """Return entry → its fields for those with something in them, as the person ordered them."""
        read = {entry: LogEntry.model_validate(value).root for entry, value in in_order(values)}
        return {entry: cells for entry, cells in read.items() if begun(cells)}

    def entry_filled(self, cells: dict[str, Any]) -> Filled:
        """How far one entry is: done with its required fields."""
        if not begun(cells):
            return Filled.NOT_BEGUN
        missing = any(is_blank(cells.get(name)) for name in self.required_fields)
        return Filled.PART if missing else Filled.DONE

    def filled(self, values: Values) -> Filled:
        """Done with at least as many done entries as asked for."""
        return as_filled(map(self.entry_filled, self.entries(values).values()), self.at_least)

    def totals(self, values: Values) -> Totals:
        """Count entries, minutes and questions; whoever writes need not count."""
        return totals(self, self.entries(values).values())

    def form(self) -> Form:
        """The fields once; the front end repeats them per entry."""
        controls = [self._control(name) for name in self.fields]
        return {"controls": controls, "entries": {"one": self.one, "least": self.at_least, "most": None}}

    def static(self, values: Values) -> Markup:
        """A table that says its totals; where turns were counted, another by role."""
        entries = tuple(self.entries(values).values())
        if not entries:
            return section(self, nothing(f"No {self.one} yet."))
        counted = table(self, self.totals(values).in_words(self.one), entries)
        return section(self, joined(one for one in (counted, show_turns(self, entries)) if one))

    def _control(self, name: str) -> Control:
        control: Control = {"type": self.fields[name], "name": name, "label": self.label(name)}
        if name in self.required_fields:
            control["required"] = True
        if name in self.hints:
            control["hint"] = self.hints[name]
        if name in self.options:
            control["options"] = as_controls(self.options[name])
        if name in self.limits:
            control["min"], control["max"] = self.limits[name]
        elif self.fields[name] == "minutes":
            control["min"] = 0
        return control
