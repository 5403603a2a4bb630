"""The view that words are about, as it is saved with them: published figures, and none that is withheld.

It comes back from a browser, so everything is checked: shapes, sizes, and that no number of patients
is one that must not be seen.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from mdli_workbook.equity.explorer import Shown, html
from mdli_workbook.equity.suppression import MOST, is_small
from mdli_workbook.exercises.values import Entered

__all__ = ["Seen"]

Name = Annotated[str, StringConstraints(max_length=200)]
Said = Annotated[str, StringConstraints(max_length=2_000)]
Count = Annotated[int, Field(ge=0)] | None
Finite = Annotated[float, Field(allow_inf_nan=False)]
LARGEST = 30_000
"""Characters of a saved view."""


class _Choice(Entered):
    measure: Name
    dimension: Name
    reference: Name
    favourable: bool
    view: Literal["groups", "time", "standardised", "missing", "figures"]
    data: Literal["demo-panel", "file"]


class _View(Entered):
    measure: Name
    dimensions: Annotated[list[Name], Field(max_length=2)]
    of: Literal["reached", "unmeasured"]
    periods: Annotated[list[list[Name]], Field(min_length=1)]
    groups: list[list[Name]]
    rows: list[Annotated[list[Count], Field(min_length=4, max_length=4)]]
    means: list[Annotated[list[Finite | None], Field(min_length=2, max_length=2)]]
    most_withheld: Annotated[int, Field(ge=MOST)]
    source: Name
    readings: Annotated[dict[Name, Said], Field(max_length=4)]

    @model_validator(mode="after")
    def _holds_no_small_number(self) -> Self:
        for group, period, size, numerator in self.rows:
            if group is None or period is None or group >= len(self.groups) or period >= len(self.periods):
                raise ValueError("a row is of no group or of no period; look again and save that")
            if numerator is not None and (size is None or numerator > size):
                raise ValueError("a row has more reached than patients; look again and save that")
            left_out = None if size is None or numerator is None else size - numerator
            if any(one is not None and is_small(one) for one in (size, numerator, left_out)):
                raise ValueError(
                    f"a number of patients from 1 to {MOST} is not saved; look again and save that"
                )
        return self


class Seen(Entered):
    """What was looked at, as :meth:`mdli_workbook.equity.shown.Shown.to_plain` has it.

    Parameters
    ----------
    choice
        What was asked for.
    sentence, notes
        What it said.
    views
        The published figures.
    """

    choice: _Choice
    sentence: Said
    notes: list[Said]
    views: Annotated[list[_View], Field(min_length=1, max_length=4)]

    @model_validator(mode="after")
    def _is_small_and_whole(self) -> Self:
        if len(self.model_dump_json()) > LARGEST:
            raise ValueError(f"a view of more than {LARGEST:,} characters is not saved; choose fewer groups")
        try:
            html(self.shown())
        except (ValueError, LookupError, TypeError, AssertionError, StopIteration) as error:
            raise ValueError("these figures are no view of this kind; look again and save that") from error
        return self

    def shown(self) -> Shown:
        """Return it as the record that pages and files are made of."""
        return Shown.from_plain(self.model_dump())
