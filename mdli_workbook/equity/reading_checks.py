"""Check a table against its mapping, and code it: every problem at once, with its rows and its column.

A message names rows and columns, and never what a cell holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from mdli_workbook.equity.patients import UNDATED, UNKNOWN, Coded, Measured, Patients
from mdli_workbook.equity.reading_columns import NAMES, Mapping, MeasureColumns, is_missing, yes_or_no
from mdli_workbook.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mdli_workbook.equity.reading import Sheet

__all__ = ["BANDS", "EARLIEST", "GROUPS", "code_sheet"]

BANDS: Final = ((0, "0-17"), (18, "18-34"), (35, "35-49"), (50, "50-64"), (65, "65+"))
EARLIEST: Final = 2000
"""The first year that a date may have."""
GROUPS: Final = 50
"""A dimension with more groups is refused."""
NAMED: Final = 5
"""How many rows a message names."""
DATES: Final = ("%Y-%m-%d", "%Y-%m", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y")
FORMULA: Final = re.compile(r"\s*([=@]|[+-]\s*[^\d\s.,])")
TOTALS: Final = frozenset(["total", "all", "all patients", "overall", "sum", "grand total"])


@dataclass(slots=True)
class _Reader:
    """Collects problems on the way."""

    sheet: Sheet
    mapping: Mapping
    today: date
    problems: list[Problem] = field(default_factory=list)
    _distinct: dict[str, tuple[list[str], NDArray[np.int64]]] = field(default_factory=dict)

    def object(self, column: str, rows: NDArray[np.intp], message: str) -> None:
        """Note one rule that a column breaks, with the first rows that do; row 0 is line 2."""
        if len(rows):
            lines = [int(row) + 2 for row in rows[:NAMED]]
            named = ", ".join(map(str, lines)) + (
                f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
            )
            word = "row" if len(rows) == 1 else "rows"
            self.problems.append(
                Problem(self.sheet.file, lines[0], f"column '{column}', {word} {named}: {message}")
            )

    def object_to_column(self, column: str, message: str) -> None:
        """Note what is wrong with a column as a whole."""
        self.problems.append(Problem(self.sheet.file, 1, f"column '{column}': {message}"))

    def distinct(self, column: str) -> tuple[list[str], NDArray[np.int64]]:
        """Return each value once, and which of them each row has."""
        import polars as pl  # noqa: PLC0415

        if column not in self._distinct:
            values = self.sheet.columns[column]
            once = values.unique().sort()
            codes = values.cast(pl.Enum(once)).to_physical().to_numpy().astype(np.int64)
            self._distinct[column] = once.to_list(), codes
        return self._distinct[column]

    def look_up(self, column: str, rule: Callable[[str], str | None]) -> tuple[list[str], NDArray[np.int64]]:
        """Return the distinct values of a column; a rule says of each what is wrong with it, if anything."""
        once, codes = self.distinct(column)
        wrong: dict[str, list[int]] = {}
        for place, value in enumerate(once):
            if said := rule(value):
                wrong.setdefault(said, []).append(place)
        for said, places in wrong.items():
            self.object(column, np.flatnonzero(np.isin(codes, places)), said)
        return once, codes


def code_sheet(sheet: Sheet, mapping: Mapping, today: date) -> Patients:
    """Check a table and turn it into codes.

    Parameters
    ----------
    sheet
        As it was read.
    mapping
        Which column is what.
    today
        No date may be later.

    Raises
    ------
    InputError
        With every problem found, each with its rows and its column.
    """
    reader = _Reader(sheet, mapping, today)
    _check_mapping(reader)
    _raise(reader)
    months = _months(reader)
    dimensions = {name: _dimension(reader, name) for name in mapping.dimensions}
    if mapping.age:
        dimensions[mapping.age] = _ages(reader)
    measures = {one.name: _measure(reader, one) for one in mapping.measures}
    if mapping.layout == "patients":
        _check_patients(reader)
    else:
        _check_groups(reader, dimensions, months)
    _raise(reader)
    return Patients(sheet.source, dimensions, months, measures, _readings(mapping))


def _raise(reader: _Reader) -> None:
    if reader.problems:
        raise InputError(reader.problems)


def _readings(mapping: Mapping) -> dict[str, str]:
    """Say how each name is read: the fingerprint is the file's, whatever its columns are said to be."""
    dated = f"dated by column '{mapping.date}'" if mapping.date else "without dates"
    readings = {"rows": f"a row is one of {mapping.layout}, {dated}"}
    for one in mapping.measures:
        beside = f" beside column '{one.denominator}'" if one.denominator else ""
        readings[f"measure {one.name}"] = f"{one.kind} in column '{one.column}'{beside}"
    readings |= {f"dimension {name}": "groups" for name in mapping.dimensions}
    return readings | ({f"dimension {mapping.age}": "age in years"} if mapping.age else {})


def _check_mapping(reader: _Reader) -> None:
    mapping, there = reader.mapping, set(reader.sheet.columns.columns)
    for name in sorted(set(mapping.columns) - there):
        reader.object_to_column(name, "is not in the file; choose another")
    if not mapping.measures:
        reader.problems.append(
            Problem(reader.sheet.file, 0, "no measure is chosen; choose a column of yes or no")
        )
    if not mapping.dimensions and not mapping.age:
        reader.problems.append(
            Problem(reader.sheet.file, 0, "no group is chosen; choose a column, such as language")
        )
    for name in mapping.dimensions:
        if NAMES.search(name):
            reader.object_to_column(name, "its heading is that of what identifies a person; leave it out")
    for name in sorted({one for one in mapping.columns if mapping.columns.count(one) > 1}):
        if sum(one.denominator == name for one in mapping.measures) != mapping.columns.count(name):
            reader.object_to_column(name, "is chosen for two things; choose it for one")


def _dimension(reader: _Reader, name: str) -> Coded:
    values = reader.sheet.columns[name]
    rows, different = len(values), len(reader.distinct(name)[0])
    if reader.mapping.layout == "patients" and rows >= 20 and different > max(10, rows // 2):
        reader.object_to_column(
            name, "is different in most rows, as a name or a number of a person is; leave it out"
        )
        return Coded((UNKNOWN,), np.zeros(rows, np.int32))
    if different > 4 * GROUPS:
        reader.object_to_column(name, f"has more than {GROUPS} groups; join some of them, or leave it out")
        return Coded((UNKNOWN,), np.zeros(rows, np.int32))
    by_group = reader.mapping.layout == "groups"
    once, codes = reader.look_up(name, lambda value: _group_rule(value, by_group=by_group))
    cleaned = [UNKNOWN if is_missing(value) else " ".join(value.split()) for value in once]
    return _coded(reader, name, cleaned, codes)


def _group_rule(value: str, *, by_group: bool) -> str | None:
    if len(value) > 80:
        return "holds more than 80 characters, as a note does; groups have short names"
    if not is_missing(value) and FORMULA.match(value):
        return "begins like a formula; give the group a name"
    if re.search(r"[^@\s]+@[^@\s]+\.\w|\d{3}-\d{2}-\d{4}|\d{6,}", value):
        return "looks like an address or a number of a person; leave the column out"
    if by_group and value.strip().lower() in TOTALS:
        return "is a total; leave totals out, they are counted here"
    return None


def _coded(reader: _Reader, name: str, values: list[str], codes: NDArray[np.int64]) -> Coded:
    names = [*sorted({one for one in values if one != UNKNOWN}, key=_natural), UNKNOWN]
    if len(names) > GROUPS + 1:
        reader.object_to_column(name, f"has more than {GROUPS} groups; join some of them, or leave it out")
    place = {one: number for number, one in enumerate(names)}
    new = np.array([place[value] for value in values], dtype=np.int32)
    return Coded(tuple(names), new[codes])


def _natural(value: str) -> list[tuple[int, str]]:
    return [(int(one), "") if one.isdigit() else (-1, one.lower()) for one in re.split(r"(\d+)", value)]


def _ages(reader: _Reader) -> Coded:
    name = reader.mapping.age
    ages, missing = _numbers(reader, name)
    with np.errstate(invalid="ignore"):
        outside = ~missing & ~((ages >= 0) & (ages <= 120)) & ~np.isnan(ages)
    reader.object(name, np.flatnonzero(outside), "is no age in years, from 0 to 120")
    starts = np.array([start for start, _ in BANDS])
    band = np.searchsorted(starts, np.nan_to_num(ages, nan=0), side="right") - 1
    codes = np.where(missing, len(BANDS), np.clip(band, 0, len(BANDS) - 1)).astype(np.int32)
    return Coded((*(words for _, words in BANDS), UNKNOWN), codes)


def _measure(reader: _Reader, one: MeasureColumns) -> Measured:
    if one.kind == "counts":
        return _counted(reader, one)
    if one.kind == "number":
        values, _ = _numbers(reader, one.column)
        outcomes = np.zeros((len(values), 3), np.int64)
        outcomes[:, 0], outcomes[:, 2] = ~np.isnan(values), np.isnan(values)
        return Measured(outcomes, values)
    once, codes = reader.look_up(one.column, _yes_or_no_rule)
    rows = {True: (1, 0, 0), False: (0, 1, 0), None: (0, 0, 1)}
    return Measured(np.array([rows[yes_or_no(value)] for value in once], dtype=np.int64)[codes])


def _yes_or_no_rule(value: str) -> str | None:
    if is_missing(value) or yes_or_no(value) is not None:
        return None
    if FORMULA.match(value):
        return "begins like a formula; write yes or no, or 1 or 0"
    return "is neither yes nor no (1 or 0); leave it empty where nothing was recorded"


def _counted(reader: _Reader, one: MeasureColumns) -> Measured:
    tops, no_top = _whole_numbers(reader, one.column)
    bottoms, no_bottom = _whole_numbers(reader, one.denominator)
    lacking = no_top | no_bottom
    reader.object(one.column, np.flatnonzero(no_top & ~no_bottom), "is empty beside a denominator")
    reader.object(one.denominator, np.flatnonzero(no_bottom & ~no_top), "is empty beside a numerator")
    over = ~lacking & (tops > bottoms)
    reader.object(one.column, np.flatnonzero(over), f"is above its denominator in column '{one.denominator}'")
    return Measured(np.stack([tops, bottoms - tops, np.zeros_like(tops)], axis=1))


def _whole_numbers(reader: _Reader, name: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    numbers, missing = _numbers(reader, name)
    with np.errstate(invalid="ignore"):
        reader.object(name, np.flatnonzero(numbers < 0), "is negative; patients are counted from 0")
        broken = (numbers >= 0) & (numbers != np.floor(numbers))
        reader.object(name, np.flatnonzero(broken), "is no whole number; patients are counted")
        reader.object(name, np.flatnonzero(numbers > 1e8), "is more than 100 million patients")
        good = np.where((numbers >= 0) & (numbers <= 1e8), numbers, 0)
    return good.astype(np.int64), missing


def _numbers(reader: _Reader, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return numbers, NaN where there is none, and where that is because nothing was recorded."""
    once, codes = reader.look_up(name, _number_rule)
    read = np.array([np.nan if _number(value) is None else _number(value) for value in once], dtype=float)
    missing = np.array([is_missing(value) for value in once])
    return read[codes], missing[codes]


def _number_rule(value: str) -> str | None:
    if is_missing(value) or _number(value) is not None:
        return None
    return "begins like a formula; write its value" if FORMULA.match(value) else "is text and not a number"


def _number(value: str) -> float | None:
    """Read a number with a decimal point or comma; one with both is read as in English."""
    value = value.strip()
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", value):
        return float(value.replace(",", "")) if "." in value else None
    if re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", value) and len(value) < 20:
        return float(value.replace(",", "."))
    return None


def _months(reader: _Reader) -> Coded:
    name = reader.mapping.date
    if not name:
        return Coded((UNDATED,), np.zeros(len(reader.sheet.columns), np.int32))
    found, _ = reader.distinct(name)
    style = max(DATES, key=lambda one: sum(_day(value, one) is not None for value in found))
    once, codes = reader.look_up(name, lambda value: _date_rule(value, style, reader.today))
    months = [UNDATED if (day := _day(value, style)) is None else f"{day:%Y-%m}" for value in once]
    names = sorted(set(months), key=lambda month: (month == UNDATED, month))
    place = {month: number for number, month in enumerate(names)}
    return Coded(tuple(names), np.array([place[month] for month in months], dtype=np.int32)[codes])


def _date_rule(value: str, style: str, today: date) -> str | None:
    if is_missing(value):
        return None
    if FORMULA.match(value):
        return "begins like a formula; write the date, such as 2026-03-31"
    day = _day(value, style)
    if day is None:
        return "is no date of the kind that the column has; write them like 2026-03-31"
    if day.year < EARLIEST or day > today:
        return f"is a date before {EARLIEST} or after today"
    return None


def _day(value: str, style: str) -> date | None:
    value = value.strip()
    if style == "%Y-%m-%d":
        value = re.split(r"[T ]", value)[0]
    try:
        return datetime.strptime(value, style).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def _check_patients(reader: _Reader) -> None:
    name = reader.mapping.patient
    if name:
        column = reader.sheet.columns[name]
        twice = (column.is_duplicated() & (column != "")).to_numpy()
        reader.object(name, np.flatnonzero(twice), "is in more than one row; keep one row for each patient")
        reader.object(name, np.flatnonzero((column == "").to_numpy()), "is empty; each row is one patient")


def _check_groups(reader: _Reader, dimensions: dict[str, Coded], months: Coded) -> None:
    """One row for each group and month: a second one would count patients twice."""
    codes = np.stack([*(one.codes for one in dimensions.values()), months.codes], axis=1)
    _, first, which = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[which.reshape(-1)] != np.arange(len(codes)))
    if dimensions:
        reader.object(
            next(iter(dimensions)), again, "is a group of an earlier row again; keep one row for each group"
        )
