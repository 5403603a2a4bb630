"""Groups as if all had the same ages: what of a gap is age, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.aged import Aged, age_of, age_out, of_ages
from mdli_workbook.equity.chart import dots
from mdli_workbook.equity.content import Content, Data, Grid, Left
from mdli_workbook.equity.estimate import Estimate, NotEstimated
from mdli_workbook.equity.naming import dimension_words, people
from mdli_workbook.equity.presentation import Standing
from mdli_workbook.equity.publish import View, whole
from mdli_workbook.equity.standing import compare
from mdli_workbook.equity.table import Row, State, tabulate
from mdli_workbook.equity.view_groups import ask as ask_groups
from mdli_workbook.equity.view_groups import named
from mdli_workbook.equity.wording import about_the_data, apart, by_dimension, figure, signed, withheld

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.publish import PublishedView
    from mdli_workbook.equity.shown import Choice
    from mdli_workbook.equity.standing import Compared
    from mdli_workbook.equity.table import Table

__all__ = ["METHODS", "ask", "tell"]

METHODS = (
    (
        "Direct standardisation with the gamma limits of Fay and Feuer (1997). The standard are the ages of "
        "all patients here whose group can be standardised: no figures to set beside another practice."
    ),
    "A group is standardised only if each of its age bands may be shown. Who has no age is left out.",
    "Differences are judged as in the view of groups, with one rate for both in each age band.",
)
TOGETHER = "All groups with a rate"


def ask(patients: Patients, choice: Choice) -> tuple[View, ...]:
    """Return the views to publish."""
    age = age_of(patients.dimensions)
    groups = ask_groups(patients, choice)
    if age is None or age == choice.dimension:
        return groups
    return (*groups, View(choice.measure, (choice.dimension, age), whole(patients)))


def tell(choice: Choice, views: Sequence[PublishedView]) -> Content:
    """Say what they show, or why ages cannot be made alike."""
    table = tabulate(views[0])
    if len(views) < 3:
        return _refused(choice, views[0])
    found = age_out(of_ages(views[2]))
    reference = _reference(choice, found)
    rows = [_row(table, key, one, found) for key, one in found.rates.items()]
    beside = _all(found) if reference is None else rows[[row.key for row in rows].index(reference)]
    said = _compare(choice, found, reference, rows)
    bars = {key: one.by_chance for key, one in said.items()}
    title = f"{by_dimension(table.measure, choice)}, as if all had the same ages"
    asked = choice.reference and reference is None
    notes = [*about_the_data(choice, views[0])]
    if asked:
        notes.append(f"{table.row(choice.reference).group} cannot be the reference: it has no such rate.")
    notes += [f"{row.group}: not standardised, {row.why}." for row in rows if row.rate is None and row.size]
    return Content(
        sentence=_sentence(choice, table, found, rows, said, beside),
        notes=(*notes, *withheld(*views)),
        pictures=(dots(title, rows, beside, bars, number=table.number),) if found.ages else (),
        tables=(_grid(choice, title, table, rows, said, beside),),
        data=_data(choice, table, rows, said),
        methods=METHODS,
    )


def _refused(choice: Choice, published: PublishedView) -> Content:
    why = (
        "These groups are ages themselves, so ages cannot be made alike; choose another dimension."
        if age_of([choice.dimension])
        else "These data have no ages, so groups cannot be given the same ones."
    )
    return Content(why, tuple(about_the_data(choice, published)), (), (), Data(("note",), ((why,),)), METHODS)


def _reference(choice: Choice, found: Aged) -> str | None:
    return choice.reference if choice.reference and choice.reference in found.ages else None


def _row(table: Table, key: str, one: Estimate | NotEstimated, found: Aged) -> Row:
    crude = table.row(key)
    if isinstance(one, Estimate):
        return Row(key, crude.group, sum(found.ages[key].measured), None, one, None, State.SHOWN)
    why = one.note if crude.state is State.SHOWN else crude.why
    return Row(key, crude.group, crude.size, None, None, None, crude.state, why)


def _all(found: Aged) -> Row:
    size = sum(found.standard)
    return Row(None, TOGETHER, size, None, found.together, None, State.SHOWN, "no group can be standardised")


def _compare(
    choice: Choice, found: Aged, reference: str | None, rows: Sequence[Row]
) -> Mapping[str, Compared]:
    sides = {key: found.beside(key, reference) for key in found.ages if key != reference}
    if reference is None and len(found.ages) < 2:
        sides = {}
    groups = sum(row.state is not State.EMPTY and row.key != reference for row in rows)
    number = any(one.deviations for one in found.ages.values())
    return compare(sides, groups=groups, favourable=choice.favourable, scale=None if number else 1.0)


def _sentence(  # noqa: PLR0913, PLR0917
    choice: Choice,
    table: Table,
    found: Aged,
    rows: Sequence[Row],
    said: Mapping[str, Compared],
    beside: Row,
) -> str:
    if not said:
        return (
            f"{table.measure}: not enough groups can be given the same ages; some of their age bands "
            "have too few patients."
        )
    clear = [row for row in rows if row.key in said and said[row.key or ""].standing is not Standing.SAME]
    sign = 1 if choice.favourable else -1
    told = clear or [row for row in rows if row.key in said]
    first = min(told, key=lambda row: sign * said[row.key or ""].gap)
    one = said[first.key or ""]
    assert first.rate is not None
    number = table.number
    against = people(choice.dimension, beside.key) if beside.key is not None else "all these groups together"
    start = (
        f"With everyone's ages alike, the rate of {people(choice.dimension, first.key)} would be "
        f"{figure(first.rate.estimate, number=number)}, and {apart(one.gap, number=number)} "
        f"{'below' if one.gap < 0 else 'above'} that of {against}"
    )
    crude = _crude_gap(first, found, beside)
    before = f"; before it was {apart(crude, number=number)}" if crude is not None else ""
    if not clear:
        return f"{start}{before}. That could well be chance, and so could every other gap shown here."
    others = [row for row in clear if row is not first]
    more = f" So is that of {named(choice, others)}." if others else ""
    return f"{start}{before}. That gap is larger than chance alone would explain.{more}"


def _crude_gap(row: Row, found: Aged, beside: Row) -> float | None:
    """Return the gap among the same patients before ages were made alike."""
    if row.key is None:
        return None
    own = found.ages[row.key]
    others = list(found.ages.values()) if beside.key is None else [found.ages[beside.key]]
    rate = sum(sum(one.reached) for one in others) / sum(sum(one.measured) for one in others)
    return sum(own.reached) / sum(own.measured) - rate


def _grid(  # noqa: PLR0913, PLR0917
    choice: Choice,
    title: str,
    table: Table,
    rows: Sequence[Row],
    said: Mapping[str, Compared],
    beside: Row,
) -> Grid:
    return Grid(
        caption=f"{title}: the figures of the picture",
        heads=(
            dimension_words(choice.dimension).capitalize(),
            "Patients",
            "As it is",
            "With the same ages",
            "95% interval",
            f"Beside {beside.group}: gap" + ("" if table.number else " in points"),
            "What may be said",
        ),
        rows=tuple(_cells(table, row, said.get(row.key or ""), beside) for row in rows),
    )


def _cells(table: Table, row: Row, said: Compared | None, beside: Row) -> tuple[str, ...]:
    number, crude = table.number, table.row(row.key)
    size = Left("withheld") if row.size is None else f"{row.size:,}"
    as_is = Left(crude.why) if crude.rate is None else figure(crude.rate.estimate, number=number)
    if row.rate is None:
        return (row.group, size, as_is, *[Left(row.why)] * 2, *[Left("not compared")] * 2)
    rate = figure(row.rate.estimate, number=number)
    ends = f"{figure(row.rate.lower, number=number)} to {figure(row.rate.upper, number=number)}"
    if said is None:
        return (
            row.group,
            size,
            as_is,
            rate,
            ends,
            *[Left("the reference" if row is beside else "not compared")] * 2,
        )
    words = "no clear difference" if said.standing is Standing.SAME else str(said.standing)
    return (row.group, size, as_is, rate, ends, signed(said.gap, number=number), words)


def _data(choice: Choice, table: Table, rows: Sequence[Row], said: Mapping[str, Compared]) -> Data:
    heads = (choice.dimension, "patients", "rate", "standardised", "lower_95", "upper_95", "gap", "state")
    found: list[tuple[str | int | float | None, ...]] = []
    for row in rows:
        crude = table.row(row.key).rate
        as_is = None if crude is None else round(crude.estimate, 4)
        one = said.get(row.key or "")
        if row.rate is None:
            found.append((row.group, row.size, as_is, None, None, None, None, row.why))
            continue
        ends = [round(value, 4) for value in (row.rate.estimate, row.rate.lower, row.rate.upper)]
        gap = None if one is None else round(one.gap, 4)
        found.append((row.group, row.size, as_is, *ends, gap, "shown"))
    return Data(heads, tuple(found))
