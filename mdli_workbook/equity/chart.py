"""The picture of groups side by side: a dot and an interval each, and a line for the reference.

It is drawn from rows in which small numbers are withheld already. No group has a colour of its own, and
none is left out. Our own and not a plotting library's: a page of ours forbids styles and scripts in
the text, and takes a picture of three kilobytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.chart_pieces import (
    LEFT,
    RIGHT,
    WIDTH,
    Scale,
    fit,
    frame,
    short,
    spot,
    stroke,
    text,
)
from mdli_workbook.equity.naming import NOT_RECORDED, patients_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

    from mdli_workbook.equity.table import Row

__all__ = ["dots"]

STEP = 46
TOP = 44  # the ground begins below the name of the reference and the marks


def dots(
    title: str,
    lines: Sequence[Row],
    reference: Row,
    by_chance: Mapping[str, float] | None = None,
    *,
    number: bool = False,
) -> Markup:
    """Draw groups, each with its size, and the figure that they are compared with.

    Parameters
    ----------
    title
        What the picture is called.
    lines
        The groups, in the order of the page.
    reference
        The row that a line is drawn for.
    by_chance
        Group → how far from the reference chance alone would leave it, drawn as a pale bar.
    number
        Whether figures are numbers, and not proportions.
    """
    shown = [row.rate for row in (*lines, reference) if row.rate is not None]
    scale = fit([end for rate in shown for end in (rate.lower, rate.upper)], number=number, whole=not number)
    height = TOP + STEP * len(lines) + 8
    pieces = [*_ground(scale, height), *_reference(reference, scale, height)]
    for place, row in enumerate(lines):
        pieces += _line(row, TOP + STEP * place, scale, reference, (by_chance or {}).get(row.key or ""))
    return frame(height, title, _sentences(lines, reference, scale, drawn=bool(by_chance)), pieces)


def _ground(scale: Scale, height: float) -> Iterator[Markup]:
    for tick in scale.ticks:
        x = scale.at(tick)
        yield text(scale.label(tick), x, TOP - 6, "point", "middle")
        yield stroke("line", (x, TOP), (x, height), opacity=0.25)


def _reference(reference: Row, scale: Scale, height: float) -> Iterator[Markup]:
    if reference.rate is None:
        yield text(f"{short(reference.group)}: {reference.why}", WIDTH / 2, 16, "reference-name", "middle")
        return
    x = scale.at(reference.rate.estimate)
    said = f"{short(reference.group)}: {scale.label(reference.rate.estimate)}"
    # it stays inside the picture when the line is near an edge
    yield text(said, min(max(x, LEFT + 120), RIGHT - 120), 16, "reference-name", "middle")
    yield stroke("reference", (x, TOP), (x, height), width=2)


def _line(row: Row, top: float, scale: Scale, reference: Row, by_chance: float | None) -> Iterator[Markup]:
    y = top + 32
    yield text(short(row.group), 0, top + 17, "group")
    yield text(patients_in_words(row.size), WIDTH, top + 17, "size", "end")
    if row.rate is None:
        yield text(row.why, LEFT, y + 5, "open")
        return
    if by_chance and reference.rate is not None:
        ends = [(scale.at(reference.rate.estimate + way * by_chance), y) for way in (-1, 1)]
        yield stroke("chance", ends[0], ends[1], width=16, opacity=0.15)
    yield stroke("interval", (scale.at(row.rate.lower), y), (scale.at(row.rate.upper), y), width=2)
    yield spot(scale.at(row.rate.estimate), y)


def _sentences(lines: Sequence[Row], reference: Row, scale: Scale, *, drawn: bool) -> Iterator[str]:
    ends = f"from {scale.label(scale.low)} to {scale.label(scale.high)}"
    yield f"A dot for each group, with its 95% interval, {ends}."
    if reference.rate is None:
        yield f"{reference.group}: {reference.why}."
    else:
        yield f"A line marks {reference.group}, {scale.label(reference.rate.estimate)}."
    if drawn:
        yield "A pale bar around it shows where chance alone would leave each group."
    for row in lines:
        name = "Group not recorded" if row.group == NOT_RECORDED else row.group
        yield f"{name}: {_said(row, scale)}."
    yield "The same figures stand in the table."


def _said(row: Row, scale: Scale) -> str:
    if row.rate is None:
        return f"{row.why}, {patients_in_words(row.size)}" if row.size else row.why
    figures = [scale.label(one) for one in (row.rate.estimate, row.rate.lower, row.rate.upper)]
    return f"{figures[0]}, from {figures[1]} to {figures[2]}, {patients_in_words(row.size)}"
