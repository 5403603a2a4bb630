"""What the values of all kinds are made of: the words, dates and numbers that people enter.

Schemas are lenient about what is still missing, because drafts are saved while people write, and
strict about everything else. Their errors never repeat what was entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

__all__ = ["STRICT", "Date", "Entered", "Number", "Text", "Time", "Values", "is_blank"]

Values = Mapping[str, dict[str, Any] | None]
"""Entry → value of one exercise; ``""`` is the exercise itself, ``None`` a removed entry."""

STRICT = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)


class Entered(BaseModel):
    """A value as a form sends it and the store keeps it."""

    model_config = ConfigDict(**STRICT, extra="forbid")


def _exists(day: str) -> str:
    if day:
        date.fromisoformat(day)
    return day


def _is_on_the_clock(moment: str) -> str:
    if moment:
        time.fromisoformat(moment)
    return moment


Text = Annotated[str, StringConstraints(max_length=100_000)]
Date = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_exists)]
Time = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}:[0-9]{2})?$"), AfterValidator(_is_on_the_clock)]
Number = Annotated[int | float, Field(allow_inf_nan=False)]


def is_blank(value: object) -> bool:
    """Say whether nothing was entered: a zero is something, white space is not.

    Examples
    --------
    >>> is_blank("  "), is_blank(None), is_blank([]), is_blank(0)
    (True, True, True, False)
    """
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())
