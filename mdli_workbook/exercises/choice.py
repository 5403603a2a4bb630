"""``choice``: one option of a few, or several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form, Id
from mdli_workbook.exercises.options import Option, as_controls, refuse_twice, words_of
from mdli_workbook.exercises.pieces import heading, joined, nothing, section, words
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.exercises.controls import Control
    from mdli_workbook.exercises.values import Values

__all__ = ["Choice", "ChoiceValue"]


def _as_list(chosen: Any) -> Any:
    """Read what radio buttons send (one id, or an empty string) as check boxes would send it."""
    if isinstance(chosen, str):
        return [chosen] if chosen else []
    return chosen


class ChoiceValue(Entered):
    """Ids of the chosen options, and words of one's own."""

    chosen: Annotated[list[Id], BeforeValidator(_as_list)] = Field(default=[], max_length=100)
    other: Text = ""


class Choice(Exercise):
    """Options to choose from.

    Parameters
    ----------
    options
        In the order of the page.
    many
        Whether several may be chosen.
    other
        Words of a line for an answer of one's own; without them there is no such line.
    """

    kind: ClassVar[str] = "choice"
    Value: ClassVar[type[BaseModel]] = ChoiceValue

    options: tuple[Option, ...]
    many: bool = False
    other: str = ""

    @model_validator(mode="after")
    def _can_choose(self) -> Choice:
        refuse_twice((one.id for one in self.options), "option")
        if len(self.options) + bool(self.other) < 2:
            raise ValueError(f"a choice of {len(self.options)} option is none; write two or more options")
        return self

    def conditions(self) -> frozenset[str]:
        """Every option, for a ``show_if`` that waits for it."""
        return super().conditions() | {one.id for one in self.options}

    def said(self, values: Values) -> frozenset[str]:
        """Return the chosen options too."""
        return super().said(values) | frozenset(self.chosen(values))

    def chosen(self, values: Values) -> tuple[str, ...]:
        """Return the ids that were chosen, in the order of the page; dropped options come last."""
        read = self._read(values).chosen
        here = [one.id for one in self.options]
        return tuple(sorted(read, key=lambda one: here.index(one) if one in here else len(here)))

    def filled(self, values: Values) -> Filled:
        """Done with the first option, or with words of one's own."""
        read = self._read(values)
        return Filled.DONE if read.chosen or not is_blank(read.other) else Filled.NOT_BEGUN

    def form(self) -> Form:
        """Radio buttons or check boxes, and the line for other words."""
        controls: list[Control] = [
            {
                "type": "many" if self.many else "choice",
                "name": "chosen",
                "label": self.prompt or heading(self),
                "options": as_controls(self.options),
                "required": self.required,
            }
        ]
        if self.other:
            controls.append({"type": "text", "name": "other", "label": self.other})
        return {"controls": controls, "entries": None}

    def static(self, values: Values) -> Markup:
        """What was chosen, without what was not."""
        said = [words_of(self.options, one) for one in self.chosen(values)]
        other = self._read(values).other
        if not is_blank(other):
            said.append(other)
        if not said:
            return section(self, nothing("Nothing chosen yet."))
        items = joined(Markup("<li>{}</li>").format(words(one)) for one in said)
        return section(self, Markup('<ul class="mdli-chosen">\n{}\n</ul>').format(items))

    @staticmethod
    def _read(values: Values) -> ChoiceValue:
        return ChoiceValue.model_validate(values.get("") or {})
