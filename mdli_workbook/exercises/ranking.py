"""``ranking``: choose some of the options and put them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from markupsafe import Markup
from pydantic import BaseModel, Field, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form, Id
from mdli_workbook.exercises.options import Option, as_controls, refuse_twice, words_of
from mdli_workbook.exercises.pieces import heading, joined, nothing, section, words
from mdli_workbook.exercises.values import Entered

if TYPE_CHECKING:
    from mdli_workbook.exercises.values import Values

__all__ = ["Ranking", "RankingValue"]


class RankingValue(Entered):
    """Ids of the options that were kept, the first one first."""

    ranked: list[Id] = Field(default=[], max_length=100)


class Ranking(Exercise):
    """Options to choose and order.

    Parameters
    ----------
    options
        In the order of the page.
    keep
        How many to choose; 0 for all.
    """

    kind: ClassVar[str] = "ranking"
    Value: ClassVar[type[BaseModel]] = RankingValue

    options: tuple[Option, ...]
    keep: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _can_order(self) -> Ranking:
        refuse_twice((one.id for one in self.options), "option")
        there = len(self.options)
        if there < 2:
            raise ValueError(f"a ranking of {there} option has no order; write two or more options")
        if self.keep > there:
            raise ValueError(f"keep is {self.keep}, but there are {there} options; keep {there} or fewer")
        return self

    @property
    def wanted(self) -> int:
        """How many are to be kept."""
        return self.keep or len(self.options)

    def ranked(self, values: Values) -> tuple[str, ...]:
        """Return the ids that were kept, each once, the first one first."""
        return tuple(dict.fromkeys(RankingValue.model_validate(values.get("") or {}).ranked))

    def filled(self, values: Values) -> Filled:
        """Done with as many as are to be kept."""
        ranked = len(self.ranked(values))
        if not ranked:
            return Filled.NOT_BEGUN
        return Filled.DONE if ranked >= self.wanted else Filled.PART

    def form(self) -> Form:
        """Options with buttons that keep them and move them."""
        return {
            "controls": [
                {
                    "type": "rank",
                    "name": "ranked",
                    "label": self.prompt or heading(self),
                    "options": as_controls(self.options),
                    "keep": self.wanted,
                    "required": self.required,
                }
            ],
            "entries": None,
        }

    def static(self, values: Values) -> Markup:
        """What was kept, in order."""
        ranked = self.ranked(values)
        if not ranked:
            return section(self, nothing("Nothing chosen yet."))
        items = joined(Markup("<li>{}</li>").format(words(words_of(self.options, one))) for one in ranked)
        return section(self, Markup('<ol class="mdli-ranked">\n{}\n</ol>').format(items))
