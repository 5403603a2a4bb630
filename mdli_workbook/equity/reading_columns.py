"""Guess what each column of a file is, for the form to ask about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import polars as pl

    from mdli_workbook.equity.reading import Sheet

__all__ = ["Kind", "Mapping", "MeasureColumns", "guess_columns", "is_missing", "yes_or_no"]

Layout = Literal["patients", "groups"]
Kind = Literal["yes-no", "number", "counts"]
MISSING: Final = frozenset(
    ["", "na", "n/a", "nan", "null", "none", "unknown", "unk", "not recorded", "missing", "-", "--", "?", "."]
)
YES: Final = frozenset(["1", "1.0", "yes", "y", "true", "t", "met", "done"])
NO: Final = frozenset(["0", "0.0", "no", "n", "false", "f", "not met", "not done"])
NAMES: Final = re.compile(
    r"(^|_| )(name|surname|mrn|ssn|dob|birth ?date|birthday|phone|e-?mail|address|street)s?($|_| )",
    re.IGNORECASE,
)
"""Headings of columns that tell who someone is."""


@dataclass(frozen=True, slots=True)
class MeasureColumns:
    """One measure of a file.

    Parameters
    ----------
    name
        What to call it.
    kind
        ``yes-no`` or ``number`` with one value per patient; ``counts`` with two numbers per group.
    column
        Its values, or its numerator.
    denominator
        Of counts.
    """

    name: str
    kind: Kind
    column: str
    denominator: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column is what; columns that are not named here are not read.

    Parameters
    ----------
    layout
        ``patients``: a row is one patient. ``groups``: a row is a group with numerators and denominators.
    measures
        At least one.
    dimensions
        At least one, or an age.
    date
        When the patient was seen, or the group counted; '' for none.
    patient
        What tells patients apart, to find duplicates; '' for none. It is not kept.
    age
        Years; grouped into bands. '' for none.
    """

    layout: Layout
    measures: tuple[MeasureColumns, ...]
    dimensions: tuple[str, ...]
    date: str = ""
    patient: str = ""
    age: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read."""
        named = [one for each in self.measures for one in (each.column, each.denominator)]
        return tuple(one for one in (*named, *self.dimensions, self.date, self.patient, self.age) if one)


def is_missing(value: str) -> bool:
    """Say whether a cell says that nothing was recorded.

    Examples
    --------
    >>> [is_missing(value) for value in (" N/A ", "", "no")]
    [True, True, False]
    """
    return value.strip().lower() in MISSING


def yes_or_no(value: str) -> bool | None:
    """Read a yes or a no; anything else is ``None``."""
    value = value.strip().lower()
    return True if value in YES else False if value in NO else None


def guess_columns(sheet: Sheet) -> Mapping:
    """Guess what each column is, from its heading and from its first 1,000 values.

    Nobody needs to believe it: the form shows it, and the guess is only what is chosen there first.
    """
    start = sheet.columns.head(1_000)
    names = list(start.columns)
    lower = {name: name.strip().lower().replace(" ", "_") for name in names}
    counted = _counts(lower)
    if counted:
        used = {one for each in counted for one in (each.column, each.denominator)}
        rest = [name for name in names if name not in used]
        guess = Mapping("groups", counted, ())
    else:
        rest, guess = names, Mapping("patients", (), ())
    for name in rest:
        guess = _place(guess, name, lower[name], start[name])
    return guess


def _counts(lower: dict[str, str]) -> tuple[MeasureColumns, ...]:
    tops = [name for name, low in lower.items() if re.search(r"numerator|^num$|events?$|reached$", low)]
    bottoms = [
        name for name, low in lower.items() if re.search(r"denominator|^den$|^n$|population|eligible", low)
    ]
    found = []
    for top in tops:
        stem = re.sub(r"_?(numerator|num|events?|reached)$", "", lower[top])
        own = [one for one in bottoms if stem and lower[one].startswith(stem)]
        if own or bottoms:
            found.append(MeasureColumns(stem or top, "counts", top, (own or bottoms)[0]))
    return tuple(found)


def _place(guess: Mapping, name: str, low: str, values: pl.Series) -> Mapping:  # noqa: PLR0911 - a list of kinds
    filled = [value for value in values.to_list() if not is_missing(value)]
    different = set(filled)
    by_patient = guess.layout == "patients"
    if not guess.date and (re.search(r"date|month|seen|visit", low) and _mostly_dates(filled)):
        return replace(guess, date=name)
    if not guess.age and re.fullmatch(r"age(_years|_in_years)?", low) and _mostly_numbers(filled):
        return replace(guess, age=name)
    if NAMES.search(low) or not different:
        return guess
    if by_patient and not guess.patient and re.search(r"patient|(^|_)id$|identifier|record", low):
        return replace(guess, patient=name)
    if by_patient and all(yes_or_no(value) is not None for value in different):
        return replace(guess, measures=(*guess.measures, MeasureColumns(name, "yes-no", name)))
    if by_patient and len(different) > 10 and _mostly_numbers(filled):
        return replace(guess, measures=(*guess.measures, MeasureColumns(name, "number", name)))
    if not by_patient or len(different) <= max(2, min(50, len(filled) // 2)):
        return replace(guess, dimensions=(*guess.dimensions, name))
    return guess


def _mostly_dates(values: list[str]) -> bool:
    fitting = [one for one in values if re.match(r"\d{4}-\d\d|\d\d?[./]\d\d?[./]\d{4}", one.strip())]
    return len(fitting) * 2 > len(values)


def _mostly_numbers(values: list[str]) -> bool:
    return sum(bool(re.fullmatch(r"\s*-?\d+([.,]\d+)?\s*", one)) for one in values) * 10 > len(values) * 9
