"""Groups side by side: the rate of each, the gap to the reference, and whether chance would do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.beside import Compare, set_beside
from mdli_workbook.equity.by_chance import widest_by_chance, widest_gap
from mdli_workbook.equity.chart import dots
from mdli_workbook.equity.content import Content, Data, Grid, Left
from mdli_workbook.equity.naming import dimension_words, listed, measure_words, patients_in_words, people
from mdli_workbook.equity.naming import reached as begins
from mdli_workbook.equity.presentation import Standing
from mdli_workbook.equity.publish import View, whole
from mdli_workbook.equity.table import State, tabulate
from mdli_workbook.equity.wording import about_the_data, apart, by_dimension, figure, signed, withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.publish import PublishedView
    from mdli_workbook.equity.shown import Choice
    from mdli_workbook.equity.table import Row

__all__ = ["METHODS", "ask", "explain_reference", "named", "of_patients", "tell"]

METHODS = (
    (
        "Rates are patients who reached the measure out of those with a recorded value, with Wilson's 95% "
        "interval (Wilson 1927). Means of numbers have Student's."
    ),
    (
        "A rate is left out as too unsure by the rule of the National Center for Health Statistics "
        "(Series 2, No. 175): fewer than 30 patients, or an interval that is too wide."
    ),
    (
        "A group is said to differ from the reference if both hold: p is 0.05 or less over all groups of the "
        "page together (Holm 1979; groups that are not shown count too), and the relative difference is 10% "
        "or more (AHRQ). Without any gap, something is said of a group in at most one practice of twenty. "
        "p comes from Fisher's exact test."
    ),
    "The interval of a gap is Newcombe's (1998), for that gap alone.",
    "What chance alone gives comes from 2,000 draws in which all groups have the rate of all patients.",
    "Patients to close the gap: size times the distance to the reference, for groups behind it.",
)


def ask(patients: Patients, choice: Choice) -> tuple[View, ...]:
    """Return the views to publish."""
    return (
        View(choice.measure, (choice.dimension,), whole(patients)),
        View(choice.measure, (), whole(patients), "unmeasured"),
    )


def tell(choice: Choice, views: Sequence[PublishedView]) -> Content:
    """Say what they show."""
    published, unmeasured = views
    table = tabulate(published)
    found = set_beside(table, choice.reference, favourable=choice.favourable)
    bars = {key: one.by_chance for key, one in found.said.items()}
    title = by_dimension(table.measure, choice)
    return Content(
        sentence=_sentence(choice, found),
        notes=tuple(_notes(choice, found, published, unmeasured)),
        pictures=(dots(title, table.lines, found.reference, bars, number=table.number),),
        tables=(_grid(choice, found),),
        data=_data(choice, found),
        methods=METHODS,
    )


def of_patients(dimension: str, row: Row) -> str:
    """Return a group with its size, such as "402 patients who speak Spanish"."""
    return people(dimension, row.key).replace("patients", patients_in_words(row.size), 1)


def named(choice: Choice, rows: Sequence[Row]) -> str:
    """Name groups inside a sentence."""
    unknown = f"those whose {dimension_words(choice.dimension)} was not recorded"
    return listed([unknown if row.key == "" else row.group for row in rows])


def explain_reference(found: Compare) -> Iterator[str]:
    """Say so where the reference that was asked for could not be used."""
    if found.asked_for is not None:
        yield (
            f"{found.asked_for.group} cannot be the reference: {found.asked_for.why}. "
            "All patients together are."
        )


def _sentence(choice: Choice, found: Compare) -> str:
    """Say the one thing that these figures allow to be said."""
    table, reference = found.table, found.reference
    if reference.rate is None:
        return f"{table.measure}: nothing can be said of these patients. Their figure: {reference.why}."
    if not found.said:
        at = figure(reference.rate.estimate, number=table.number)
        who = of_patients(choice.dimension, reference)
        return f"{begins(choice.measure)} {at} of {who}; no group beside it is shown."
    worse, better = found.standing(Standing.WORSE), found.standing(Standing.BETTER)
    first = (worse or better or [found.behind() or _furthest(found)])[0]
    said = _two(choice, found, first)
    if worse or better:
        side = "worse" if worse else "better"
        more = _also(choice, first, worse, better)
        return f"{said}, for the {side}, is larger than chance alone would explain.{more}"
    if found.said[first.key or ""].beyond_chance:
        return f"{said} is larger than chance alone would explain, and small beside the rate itself."
    return f"{said} could well be chance, and so could that of every other group shown here."


def _two(choice: Choice, found: Compare, row: Row) -> str:
    table, reference = found.table, found.reference
    assert row.rate is not None
    assert reference.rate is not None
    own, other = (figure(one.rate.estimate, number=table.number) for one in (row, reference) if one.rate)
    gap = apart(row.rate.estimate - reference.rate.estimate, number=table.number)
    if table.number:
        start = f"{table.measure} was {own} on average in {of_patients(choice.dimension, row)};"
    else:
        start = f"{begins(choice.measure)} {own} of {of_patients(choice.dimension, row)};"
    return f"{start} for {people(choice.dimension, reference.key)} it was {other}: the gap of {gap}"


def _also(choice: Choice, first: Row, worse: Sequence[Row], better: Sequence[Row]) -> str:
    more = [row for row in worse if row is not first]
    said = f" The same is true of {named(choice, more)}." if more else ""
    ahead = [row for row in better if row is not first]
    if ahead and worse:
        said += f" On the other side, {named(choice, ahead)} did better."
    elif ahead:
        said += f" The same is true of {named(choice, ahead)}."
    return said


def _furthest(found: Compare) -> Row:
    return found.table.row(max(found.said, key=lambda key: abs(found.said[key].gap)))


def _notes(
    choice: Choice, found: Compare, published: PublishedView, unmeasured: PublishedView
) -> Iterator[str]:
    yield from about_the_data(choice, published)
    yield f"Groups are compared with {people(choice.dimension, found.reference.key)}."
    yield from explain_reference(found)
    yield from _chance(found)
    yield from _closing(choice, found)
    unsure = [row for row in found.table.lines if row.state is State.SHOWN and row.rate is None]
    if unsure:
        yield f"Too few to be sure enough to show a figure: {named(choice, unsure)}."
    for row in found.table.lines:
        if row.footnote:
            yield f"{row.group}: {row.footnote}."
    yield from withheld(published, unmeasured)
    yield from _left_out(unmeasured)


def _chance(found: Compare) -> Iterator[str]:
    level, gap = widest_by_chance(found.table), widest_gap(found.table)
    if level is None or gap is None:
        return
    usual, wide, here = (apart(one, number=found.table.number) for one in (level.estimate, level.upper, gap))
    yield (
        f"Chance alone would put groups of these sizes {usual} apart, highest from lowest, on average, "
        f"and {wide} or more in one practice of twenty. Here it is {here}."
    )


def _closing(choice: Choice, found: Compare) -> Iterator[str]:
    whole_number = round(sum(found.to_close.values()))
    if whole_number:
        reference = people(choice.dimension, found.reference.key)
        yield (
            f"To bring every group that is behind level with {reference}, "
            f"things would have to change for {_few(whole_number)} patients."
        )


def _left_out(unmeasured: PublishedView) -> Iterator[str]:
    (row,) = unmeasured.rows
    if row.numerator:
        yield f"{row.numerator:,} more patients have no recorded value and are in no row."


def _few(patients: float) -> str:
    """Say a number of patients that was worked out; a small one as roughly as it is known."""
    count = round(patients)
    return f"{count:,}" if count > 10 or not count else "10 or fewer"


def _grid(choice: Choice, found: Compare) -> Grid:
    table = found.table
    beside = "all patients" if found.reference.key is None else found.reference.group
    unit = "gap" if table.number else "gap in points"
    return Grid(
        caption=f"{by_dimension(table.measure, choice)}: the figures of the picture",
        heads=(
            dimension_words(choice.dimension).capitalize(),
            "Patients",
            table.measure,
            "95% interval",
            f"Beside {beside}: {unit}",
            "What may be said",
            "Patients to close the gap",
        ),
        rows=tuple(_cells(found, row) for row in (*table.lines, table.total)),
        last_is_total=True,
    )


def _cells(found: Compare, row: Row) -> tuple[str, ...]:
    size = Left("withheld") if row.size is None else f"{row.size:,}"
    if row.rate is None:
        why = Left(row.why)
        return (row.group, size, why, why, *[Left("not compared")] * 2, Left("not known"))
    number = found.table.number
    own, lower, upper = (
        figure(one, number=number) for one in (row.rate.estimate, row.rate.lower, row.rate.upper)
    )
    start = (row.group, size, own, f"{lower} to {upper}")
    if row.key is None or row.key not in found.said:
        return (*start, *[Left("the reference" if row is found.reference else "not compared")] * 3)
    said, ends = found.said[row.key], found.ends(row)
    gap = signed(said.gap, number=number)
    if ends:
        gap += f" ({signed(ends[0], number=number)} to {signed(ends[1], number=number)})"
    words = "no clear difference" if said.standing is Standing.SAME else str(said.standing)
    close = _few(found.to_close[row.key]) if row.key in found.to_close else Left("not counted for a mean")
    return (*start, gap, words, close)


def _data(choice: Choice, found: Compare) -> Data:
    heads = (
        choice.dimension,
        "patients",
        "reached",
        "rate",
        "lower_95",
        "upper_95",
        "gap",
        "said",
        "state",
    )
    return Data(heads, tuple(_numbers(found, row) for row in (*found.table.lines, found.table.total)))


def _numbers(found: Compare, row: Row) -> tuple[str | int | float | None, ...]:
    if row.rate is None:
        return (row.group, row.size, None, None, None, None, None, None, row.why)
    said = found.said.get(row.key) if row.key is not None else None
    ends = [round(one, 4) for one in (row.rate.estimate, row.rate.lower, row.rate.upper)]
    reading = (
        None
        if said is None
        else "no clear difference"
        if said.standing is Standing.SAME
        else str(said.standing)
    )
    return (
        row.group,
        row.size,
        None if found.table.number else row.numerator,
        *ends,
        None if said is None else round(said.gap, 4),
        "reference" if row is found.reference else reading,
        "shown",
    )


def heading(choice: Choice) -> str:
    """Return what the page is about, in a few words."""
    return by_dimension(measure_words(choice.measure), choice)
