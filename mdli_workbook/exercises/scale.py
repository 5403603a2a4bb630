"""``scale``: statements, each answered by one of the same few labelled points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from markupsafe import Markup
from pydantic import BaseModel, Field, StringConstraints, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form, Id, Record
from mdli_workbook.exercises.options import Option, OptionId, as_controls, refuse_twice
from mdli_workbook.exercises.picture import Band, Mark, picture
from mdli_workbook.exercises.pieces import heading, in_words, joined, nothing, section
from mdli_workbook.exercises.scoring import Score, by_principle, enough, place_of, score, scores
from mdli_workbook.exercises.values import Entered

if TYPE_CHECKING:
    from mdli_workbook.exercises.values import Values

__all__ = ["Scale", "ScaleValue", "Statement"]


class Statement(Record):
    """One statement to rate.

    Parameters
    ----------
    id
        The key of its answer.
    text
        In the first person, one act that a colleague could see.
    of
        The principle it belongs to; without one it is shown and not scored.
    reversed
        Whether the lowest point is the best. Only the score is turned.
    """

    id: OptionId
    text: str = Field(min_length=1)
    of: Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$")] = ""
    reversed: bool = False


class ScaleValue(Entered):
    """Statement id → point id, for the statements that were answered."""

    ratings: dict[Id, Id] = Field(default={})


class Scale(Exercise):
    """Statements rated on labelled points.

    Parameters
    ----------
    points
        From the lowest to the highest; all labelled, no numbers shown.
    statements
        In the order of the page.
    same_as
        ``session/id`` of an earlier scale whose points and statements this one repeats.
    """

    kind: ClassVar[str] = "scale"
    Value: ClassVar[type[BaseModel]] = ScaleValue

    points: tuple[Option, ...] = ()
    statements: tuple[Statement, ...] = ()
    same_as: Annotated[str, StringConstraints(pattern=r"^([1-6]/[a-z0-9][a-z0-9_-]{0,63})?$")] = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Scale:
        refuse_twice((one.id for one in self.points), "point")
        refuse_twice((one.id for one in self.statements), "statement")
        if self.same_as and not self.points and not self.statements:
            return self
        if not self.statements:
            raise ValueError("a scale has no statements; add statements, or same_as: session/id")
        if not 2 <= len(self.points) <= 9:
            raise ValueError(f"a scale has {len(self.points)} points; write from 2 to 9, five as a rule")
        return self

    def repeated(self, first: Exercise) -> Scale:
        """Return this scale with the points and statements of the one it repeats."""
        assert isinstance(first, Scale), f"{first.id} is a {first.kind}"
        return self.model_copy(update={"points": first.points, "statements": first.statements})

    def ratings(self, values: Values) -> dict[str, str]:
        """Return statement id → point id of the answers that this scale still asks for."""
        read = ScaleValue.model_validate(values.get("") or {}).ratings
        points = {one.id for one in self.points}
        return {one.id: read[one.id] for one in self.statements if read.get(one.id) in points}

    def scores(self, values: Values) -> tuple[Score, ...]:
        """Score each principle; see :mod:`mdli_workbook.exercises.scoring`."""
        return scores(self.statements, [one.id for one in self.points], self.ratings(values))

    def filled(self, values: Values) -> Filled:
        """Done once every principle has a score: what there was no occasion for may stay open."""
        ratings = self.ratings(values)
        if not ratings:
            return Filled.NOT_BEGUN
        groups = by_principle(self.statements).values()
        done = all(enough(sum(one.id in ratings for one in group), len(group)) for group in groups)
        return Filled.DONE if done else Filled.PART

    def form(self) -> Form:
        """A row of points per statement, in the words of the session and without numbers."""
        return {
            "controls": [
                {
                    "type": "scale",
                    "name": "ratings",
                    "label": self.prompt or heading(self),
                    "points": as_controls(self.points),
                    "statements": [{"id": one.id, "label": one.text} for one in self.statements],
                    "required": self.required,
                }
            ],
            "entries": None,
        }

    def static(self, values: Values) -> Markup:
        """The picture of the answers, and the same as a table."""
        if not self.ratings(values):
            return section(self, nothing())
        bands = self.bands(values)
        drawn = picture(f"Answers to {heading(self)}", [one.label for one in self.points], bands)
        return section(self, joined((drawn, _table("Each statement, as it was answered", bands))))

    def bands(self, values: Values) -> tuple[Band, ...]:
        """Return statements, answers and scores as they are shown, principle by principle."""
        ratings = self.ratings(values)
        points = [one.id for one in self.points]
        labels = {one.id: one.label for one in self.points}
        return tuple(
            Band(
                name=in_words(of),
                score=score(group, points, ratings) if of else None,
                marks=tuple(
                    Mark(
                        one.text,
                        place_of(ratings.get(one.id), points),
                        labels.get(ratings.get(one.id, ""), ""),
                        one.reversed,
                    )
                    for one in group
                ),
            )
            for of, group in by_principle(self.statements).items()
        )


def _table(caption: str, bands: tuple[Band, ...]) -> Markup:
    return Markup(
        '<table class="mdli-ratings">\n<caption>{}</caption>\n<thead>\n'
        '<tr><th scope="col">Statement</th><th scope="col">Answer</th></tr>\n</thead>\n{}\n</table>'
    ).format(caption, joined(map(_group, bands)))


def _group(band: Band) -> Markup:
    head = Markup('<tr><th scope="rowgroup">{}</th><td>{}</td></tr>\n').format(band.name, band.score)
    rows = joined(
        Markup('<tr><th scope="row" dir="auto">{}{}</th><td dir="auto">{}</td></tr>').format(
            mark.text,
            Markup(' <span class="mdli-turned">(counts the other way round)</span>') if mark.reversed else "",
            mark.said or Markup('<span class="mdli-empty">left open</span>'),
        )
        for mark in band.marks
    )
    return Markup("<tbody>\n{}{}\n</tbody>").format(head if band.score else "", rows)
