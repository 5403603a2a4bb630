"""``reflection``: one open question and a box for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from markupsafe import Markup
from pydantic import BaseModel, Field

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.exercises.pieces import heading, nothing, section, words
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.exercises.controls import Control
    from mdli_workbook.exercises.values import Values

__all__ = ["Reflection", "ReflectionValue"]


class ReflectionValue(Entered):
    """What was written."""

    text: Text = ""


class Reflection(Exercise):
    """One open question.

    Parameters
    ----------
    hint
        How much is enough, such as ``two or three lines``.
    rows
        Height of the empty box in lines: large boxes are skipped more often.
    """

    kind: ClassVar[str] = "reflection"
    Value: ClassVar[type[BaseModel]] = ReflectionValue

    hint: str = ""
    rows: int = Field(default=4, ge=1, le=20)

    def filled(self, values: Values) -> Filled:
        """Done as soon as there are words: how many is the writer's business."""
        return Filled.NOT_BEGUN if is_blank(self._read(values).text) else Filled.DONE

    def form(self) -> Form:
        """One box that grows."""
        box: Control = {
            "type": "long-text",
            "name": "text",
            "label": self.prompt or heading(self),
            "rows": self.rows,
            "required": self.required,
        }
        if self.hint:
            box["hint"] = self.hint
        return {"controls": [box], "entries": None}

    def static(self, values: Values) -> Markup:
        """The words as they were written."""
        text = self._read(values).text
        return section(self, nothing() if is_blank(text) else _quote(text))

    @staticmethod
    def _read(values: Values) -> ReflectionValue:
        return ReflectionValue.model_validate(values.get("") or {})


def _quote(text: str) -> Markup:
    return Markup('<blockquote class="mdli-words">\n{}\n</blockquote>').format(words(text))
