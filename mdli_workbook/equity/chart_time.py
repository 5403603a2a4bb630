"""The picture of figures over time: a strip for each group, all on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.equity.chart_pieces import WIDTH, Scale, fit, frame, path, ring, short, spot, stroke, text
from mdli_workbook.equity.over_time import changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from mdli_workbook.equity.control_charts import Chart

__all__ = ["Strip", "strips"]

STRIP, HEAD, LOW = 118, 24, 106
START, END = 52, 464


@dataclass(frozen=True, slots=True)
class Strip:
    """A series to draw.

    Parameters
    ----------
    name
        On the page.
    chart
        Its figures and limits; ``None`` where they are not shown.
    why
        Why not.
    """

    name: str
    chart: Chart | None
    why: str = ""


def strips(title: str, periods: Sequence[str], drawn: Sequence[Strip], *, number: bool = False) -> Markup:
    """Draw series one below the other.

    Parameters
    ----------
    title
        What the picture is called.
    periods
        Names, in order.
    drawn
        The series.
    number
        Whether figures are numbers, and not proportions.
    """
    ends = [
        end
        for one in drawn
        if one.chart
        for end in (*one.chart.values, *one.chart.lower, *one.chart.upper)
        if end is not None
    ]
    scale = fit(ends, number=number)
    pieces: list[Markup] = []
    top = 0.0
    for one in drawn:
        pieces += _strip(one, top, scale, len(periods))
        top += STRIP if one.chart else HEAD + 6
    pieces += [
        text(periods[0], START, top + 14, "point"),
        text(periods[-1], END, top + 14, "point", "end"),
    ]
    return frame(top + 22, title, _sentences(drawn, periods, scale), pieces)


def _strip(one: Strip, top: float, scale: Scale, count: int) -> Iterator[Markup]:
    yield text(short(one.name), 0, top + 17, "group")
    if one.chart is None:
        yield text(one.why, WIDTH, top + 17, "open", "end")
        return
    said = "a change" if changed(one.chart) else "within chance"
    yield text(said, WIDTH, top + 17, "size", "end")
    for tick in (scale.ticks[0], scale.ticks[-1]):
        y = _y(tick, top, scale)
        yield text(scale.label(tick), START - 6, y + 4, "point", "end")
        yield stroke("line", (START, y), (END, y), opacity=0.25)
    yield stroke(
        "reference", (START, _y(one.chart.centre, top, scale)), (END, _y(one.chart.centre, top, scale))
    )
    for limit in (one.chart.lower, one.chart.upper):
        for corners in _pieces(limit, top, scale, count):
            yield path("limit", corners, dashes="4 3")
    for corners in _pieces(one.chart.values, top, scale, count):
        yield path("series", corners)
    yield from _points(one.chart, top, scale, count)


def _points(chart: Chart, top: float, scale: Scale, count: int) -> Iterator[Markup]:
    size = 3.5 if count <= 30 else 2
    for place, value in enumerate(chart.values):
        if value is not None:
            yield spot(_x(place, count), _y(value, top, scale), size)
            if chart.outside[place]:
                yield ring(_x(place, count), _y(value, top, scale))


def _pieces(
    values: Sequence[float | None], top: float, scale: Scale, count: int
) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches between gaps, as corners."""
    corners: list[tuple[float, float]] = []
    for place, value in enumerate((*values, None)):
        if value is not None:
            corners.append((_x(place, count), _y(value, top, scale)))
        elif corners:
            if len(corners) > 1:
                yield corners
            corners = []


def _x(place: int, count: int) -> float:
    return round(START + (END - START) * (place + 0.5) / count, 1)


def _y(value: float, top: float, scale: Scale) -> float:
    return scale.at(value, top + LOW, top + HEAD + 8)


def _sentences(drawn: Sequence[Strip], periods: Sequence[str], scale: Scale) -> Iterator[str]:
    yield f"A strip for each series, {periods[0]} to {periods[-1]}, with its middle and its limits."
    for one in drawn:
        if one.chart is None:
            yield f"{one.name}: {one.why}."
            continue
        shown = [value for value in one.chart.values if value is not None]
        said = "a change" if changed(one.chart) else "within what chance gives"
        yield (
            f"{one.name}: from {scale.label(shown[0])} to {scale.label(shown[-1])}, "
            f"on average {scale.label(one.chart.centre)}; {said}."
        )
    yield "The same figures stand in the table."
