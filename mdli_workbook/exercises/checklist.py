"""``checklist``: items that can be proved; yes, no or not applicable, and a note each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel, Field, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form, Id, Record
from mdli_workbook.exercises.options import OptionId, refuse_twice
from mdli_workbook.exercises.pieces import heading, joined, nothing, section, words
from mdli_workbook.exercises.values import Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.exercises.values import Values

__all__ = ["MARKS", "Checklist", "ChecklistValue", "Item", "Marked"]

MARKS: dict[str, str] = {"yes": "yes", "no": "no", "na": "not applicable", "": "left open"}
"""Mark → its words. ``""`` is an item nobody has looked at; it is not a no."""


class Item(Record):
    """One thing to look for.

    Parameters
    ----------
    id
        The key of its mark.
    text
        What an invitation, a room or notes can prove.
    of
        Heading of its group, in words, such as ``Before``; ``""`` for none.
    """

    id: OptionId
    text: str = Field(min_length=1)
    of: str = ""


class Marked(Entered):
    """What was found for one item."""

    mark: Literal["", "yes", "no", "na"] = ""
    note: Text = ""

    @property
    def is_blank(self) -> bool:
        """Whether neither mark nor note was entered."""
        return not self.mark and is_blank(self.note)


class ChecklistValue(Entered):
    """Item id → what was found, for the items that were looked at."""

    marks: dict[Id, Marked] = Field(default={})


class Checklist(Exercise):
    """Items to look for.

    Parameters
    ----------
    items
        In the order of the page.
    """

    kind: ClassVar[str] = "checklist"
    Value: ClassVar[type[BaseModel]] = ChecklistValue

    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> Checklist:
        refuse_twice((one.id for one in self.items), "item")
        return self

    def marks(self, values: Values) -> dict[str, Marked]:
        """Return item id → what was found, for every item of the page."""
        read = ChecklistValue.model_validate(values.get("") or {}).marks
        return {one.id: read.get(one.id, Marked()) for one in self.items}

    def counts(self, values: Values) -> dict[str, Counter[str]]:
        """Return group → mark → how many items. No percentage: the items do not weigh the same."""
        marks = self.marks(values)
        groups: dict[str, Counter[str]] = {}
        for one in self.items:
            groups.setdefault(one.of, Counter())[marks[one.id].mark] += 1
        return groups

    def filled(self, values: Values) -> Filled:
        """Done once every item has a mark; "not applicable" is one."""
        found = self.marks(values).values()
        if all(one.is_blank for one in found):
            return Filled.NOT_BEGUN
        return Filled.DONE if all(one.mark for one in found) else Filled.PART

    def form(self) -> Form:
        """Three radio buttons and a note per item."""
        return {
            "controls": [
                {
                    "type": "checklist",
                    "name": "marks",
                    "label": self.prompt or heading(self),
                    "items": [{"id": one.id, "label": one.text} for one in self.items],
                    "required": self.required,
                }
            ],
            "entries": None,
        }

    def static(self, values: Values) -> Markup:
        """A table, with counts per group."""
        if self.filled(values) is Filled.NOT_BEGUN:
            return section(self, nothing("Nothing marked yet."))
        groups = joined(self._group(of, counted, values) for of, counted in self.counts(values).items())
        table = Markup(
            '<table class="mdli-marks">\n<caption>What was found</caption>\n<thead>\n'
            '<tr><th scope="col">Item</th><th scope="col">Found</th><th scope="col">Note</th></tr>\n'
            "</thead>\n{}\n</table>"
        )
        return section(self, table.format(groups))

    def _group(self, of: str, counted: Counter[str], values: Values) -> Markup:
        marks = self.marks(values)
        said = ", ".join(f"{counted[mark]} {word}" for mark, word in MARKS.items() if counted[mark])
        first = Markup('<tr><th scope="rowgroup" colspan="3">{}</th></tr>').format(
            f"{of}: {said}" if of else said
        )
        rows = (_row(one, marks[one.id]) for one in self.items if one.of == of)
        return Markup("<tbody>\n{}\n</tbody>").format(joined((first, *rows)))


def _row(item: Item, found: Marked) -> Markup:
    return Markup('<tr><th scope="row" dir="auto">{}</th><td>{}</td><td dir="auto">{}</td></tr>').format(
        item.text, MARKS[found.mark], words(found.note)
    )
