"""Who is missing: patients of no recorded group, and patients without a recorded value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.beside import set_beside
from mdli_workbook.equity.chart import dots
from mdli_workbook.equity.content import Content, Data, Grid, Left
from mdli_workbook.equity.naming import EVERYONE, dimension_words, measure_words, percent
from mdli_workbook.equity.patients import UNKNOWN
from mdli_workbook.equity.presentation import Standing
from mdli_workbook.equity.publish import View, whole
from mdli_workbook.equity.table import tabulate
from mdli_workbook.equity.view_groups import named
from mdli_workbook.equity.wording import about_the_data, by_dimension, withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.equity.beside import Compare
    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.publish import PublishedView
    from mdli_workbook.equity.shown import Choice
    from mdli_workbook.equity.table import Row

__all__ = ["METHODS", "ask", "tell"]

METHODS = (
    "Shares are patients without a recorded value out of all of a group, with Wilson's 95% interval.",
    "A share is left out as too unsure by the rule of the National Center for Health Statistics.",
    (
        "A group is named as missing more often than all if p is 0.05 or less over all groups of the "
        "page together (Holm 1979) and the relative difference is 10% or more."
    ),
)


def ask(patients: Patients, choice: Choice) -> tuple[View, ...]:
    """Return the views to publish."""
    return (View(choice.measure, (choice.dimension,), whole(patients), "unmeasured"),)


def tell(choice: Choice, views: Sequence[PublishedView]) -> Content:
    """Say what they show."""
    (published,) = views
    table = tabulate(published)
    # to be missing is adverse, whatever the measure
    found = set_beside(table, "", favourable=False)
    title = f"No recorded value of {_in_a_sentence(choice)}"
    bars = {key: one.by_chance for key, one in found.said.items()}
    return Content(
        sentence=_sentence(choice, found),
        notes=(
            *about_the_data(choice, published),
            "Who is missing from the rates moves them, and nobody can say from these figures which way.",
            *withheld(published),
        ),
        pictures=(dots(by_dimension(title, choice), table.lines, table.total, bars),),
        tables=(_grid(choice, found),),
        data=_data(choice, found),
        methods=METHODS,
    )


def _sentence(choice: Choice, found: Compare) -> str:
    said = " ".join((_groups(choice, found), _values(choice, found)))
    often = found.standing(Standing.WORSE)
    if often:
        return f"{said} That is more often than chance alone would explain among {named(choice, often)}."
    return f"{said} No group shown is clearly more often without one than the others."


def _groups(choice: Choice, found: Compare) -> str:
    unknown, total = found.table.row(UNKNOWN), found.table.total
    words = dimension_words(choice.dimension)
    if unknown.size == 0:
        return f"Everyone's {words} was recorded."
    if unknown.size is None or not total.size:
        return f"How many patients have no recorded {words} is withheld."
    return (
        f"{unknown.size:,} of {total.size:,} patients ({percent(unknown.size / total.size)}) "
        f"have no recorded {words}."
    )


def _values(choice: Choice, found: Compare) -> str:
    total = found.table.total
    words = _in_a_sentence(choice)
    if total.numerator is None or not total.size:
        return f"How many have no recorded value of {words} is withheld."
    return f"{total.numerator:,} ({percent(total.numerator / total.size)}) have no recorded value of {words}."


def _in_a_sentence(choice: Choice) -> str:
    words = measure_words(choice.measure)
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _grid(choice: Choice, found: Compare) -> Grid:
    return Grid(
        caption=f"No recorded value of {_in_a_sentence(choice)}, by {dimension_words(choice.dimension)}",
        heads=(
            dimension_words(choice.dimension).capitalize(),
            "Patients",
            "Part of all patients",
            "Without a value",
            "95% interval",
            "What may be said",
        ),
        rows=tuple(_cells(found, row) for row in (*found.table.lines, found.table.total)),
        last_is_total=True,
    )


def _cells(found: Compare, row: Row) -> tuple[str, ...]:
    whole_size = found.table.total.size
    if row.size is None:
        return (row.group, *[Left("withheld")] * 4, Left("not compared"))
    part = percent(row.size / whole_size) if whole_size else Left("withheld")
    start = (row.group, f"{row.size:,}", part)
    if row.rate is None:
        return (*start, *[Left(row.why)] * 2, Left("not compared"))
    said = found.said.get(row.key) if row.key is not None else None
    limits = f"{percent(row.rate.lower)} to {percent(row.rate.upper)}"
    return (
        *start,
        percent(row.rate.estimate),
        limits,
        _reading(said.standing) if said else Left(EVERYONE.lower()),
    )


def _reading(standing: Standing) -> str:
    return {
        Standing.WORSE: "more often missing",
        Standing.BETTER: "less often missing",
        Standing.SAME: "no clear difference",
    }[standing]


def _data(choice: Choice, found: Compare) -> Data:
    heads = (choice.dimension, "patients", "without_value", "share", "lower_95", "upper_95", "state")
    return Data(heads, tuple(_numbers(found)))


def _numbers(found: Compare) -> Iterator[tuple[str | int | float | None, ...]]:
    for row in (*found.table.lines, found.table.total):
        if row.rate is None:
            yield (row.group, row.size, None, None, None, None, row.why)
        else:
            ends = [round(one, 4) for one in (row.rate.estimate, row.rate.lower, row.rate.upper)]
            yield (row.group, row.size, row.numerator, *ends, "shown")
