"""``comment``: a coach's words on one answer. No session file may ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from markupsafe import Markup
from pydantic import BaseModel

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.exercises.pieces import nothing, section, words
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.exercises.values import Values

__all__ = ["Comment", "CommentValue"]


class CommentValue(Entered):
    """What was written, and on what.

    Parameters
    ----------
    text
        The coach's words.
    exercise, entry
        The answer that they are on, of the same session.
    title
        What that exercise was called then: a later workbook does not know it.
    """

    text: Text = ""
    exercise: str = ""
    entry: str = ""
    title: str = ""


class Comment(Exercise):
    """A coach's words on one answer.

    Parameters
    ----------
    label
        What stands above the box.
    hint
        Who will read it, and where.
    """

    kind: ClassVar[str] = "comment"
    Value: ClassVar[type[BaseModel]] = CommentValue

    required: bool = False
    label: str = "Comment"
    hint: str = ""

    def filled(self, values: Values) -> Filled:
        """Done as soon as there are words."""
        return Filled.NOT_BEGUN if is_blank(self._read(values).text) else Filled.DONE

    def form(self) -> Form:
        """One box; what the comment is on is not for the browser to say."""
        return {
            "controls": [
                {"type": "long-text", "name": "text", "label": self.label, "hint": self.hint, "rows": 2}
            ],
            "entries": None,
        }

    def static(self, values: Values) -> Markup:
        """The words as they were written."""
        said = self._read(values)
        if is_blank(said.text):
            return section(self, nothing())
        return section(
            self, Markup('<blockquote class="mdli-words">\n{}\n</blockquote>').format(words(said.text))
        )

    @staticmethod
    def _read(values: Values) -> CommentValue:
        return CommentValue.model_validate(values.get("") or {})
