"""The picture of a table: a dot and an interval for each group, and a line for all patients.

An SVG with presentation attributes and classes only: no style, script or id, so that it may stand
inline, several times on one page, where the page forbids inline code. It is drawn from rows in
which small numbers are withheld already. No group has a colour of its own, and none is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.equity.table import NOT_RECORDED, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.equity.table import Row, Table

__all__ = ["chart", "months_in_words", "percent", "size_in_words"]

WIDTH = 720
NAMES = 250  # the names end here
LEFT, RIGHT = 270, 560  # 0 and 100 percent
STEP = 30
TOP = 46  # the grid begins below the name of the reference line and the percentages
TICKS = (0, 20, 40, 60, 80, 100)

Point = tuple[float, float]


def chart(table: Table) -> Markup:
    """Draw a table.

    Examples
    --------
    >>> from mdli_workbook.equity.panel import read_panel
    >>> from mdli_workbook.equity.table import tabulate
    >>> drawn = chart(tabulate(read_panel("demo-panel"), "portal_active", "sex"))
    >>> "<title>Patient portal in use, by sex</title>" in drawn
    True
    """
    places = [TOP + STEP * number + STEP // 2 for number in range(len(table.lines))]
    places[-1] += STEP // 2  # whose group nobody recorded stand apart
    height = places[-1] + STEP // 2
    pieces = [
        *_axis(height),
        *_reference(table.total, height),
        *(piece for row, y in zip(table.lines, places, strict=True) for piece in _line(row, y)),
    ]
    return Markup(
        '<svg class="mdli-picture" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {w} {h}" '
        'width="{w}" height="{h}">\n<title>{title}</title>\n<desc>{desc}</desc>\n{pieces}\n</svg>'
    ).format(
        w=WIDTH,
        h=height,
        title=f"{table.measure}, by {table.dimension}",
        desc=" ".join(_sentences(table)),
        pieces=Markup("\n").join(pieces),
    )


def percent(proportion: float) -> str:
    """Show a proportion as a whole percentage.

    Examples
    --------
    >>> percent(0.6329)
    '63%'
    """
    return f"{proportion:.0%}"


def size_in_words(row: Row) -> str:
    """Say how many patients a group has, as far as that may be said."""
    return (
        "size withheld" if row.size is None else f"{row.size:,} {'patient' if row.size == 1 else 'patients'}"
    )


def months_in_words(first: str, last: str) -> str:
    """Say from which month to which, the same in every locale.

    Examples
    --------
    >>> months_in_words("2024-05", "2026-04")
    'May 2024 to April 2026'
    """
    parts = (month.split("-") for month in (first, last))
    return " to ".join(f"{_MONTHS[int(month) - 1]} {year}" for year, month in parts)


_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def _x(proportion: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * proportion, 1)


def _axis(height: int) -> Iterator[Markup]:
    for tick in TICKS:
        x = _x(tick / 100)
        yield _text(f"{tick}%", x, TOP - 8, "point", "middle")
        yield _stroke("line", (x, TOP), (x, height), opacity=0.25)


def _reference(total: Row, height: int) -> Iterator[Markup]:
    if total.rate is None:
        yield _text(f"{total.group}: {total.state}", _x(0.5), 14, "reference-name", "middle")
        return
    x = _x(total.rate.estimate)
    yield _text(f"{total.group}: {percent(total.rate.estimate)}", x, 14, "reference-name", "middle")
    yield _stroke("reference", (x, TOP), (x, height), width=2)


def _line(row: Row, y: int) -> Iterator[Markup]:
    yield _text(row.group, NAMES, y + 4, "group", "end")
    yield _text(size_in_words(row), WIDTH, y + 4, "size", "end")
    if row.rate is None:
        said = "withheld" if row.state is State.WITHHELD else "nobody was measured"
        yield _text(said, LEFT + 8, y + 4, "open", "start")
        return
    yield _stroke("interval", (_x(row.rate.lower), y), (_x(row.rate.upper), y), width=2)
    yield Markup('<circle class="mdli-picture-dot" cx="{}" cy="{}" r="4" fill="currentColor"/>').format(
        _x(row.rate.estimate), y
    )


def _text(text: str, x: float, y: int, kind: str, anchor: str) -> Markup:
    return Markup(
        '<text class="mdli-picture-{}" x="{}" y="{}" text-anchor="{}" font-size="{}" '
        'fill="currentColor">{}</text>'
    ).format(kind, x, y, anchor, 11 if kind == "point" else 13, text)


def _stroke(kind: str, start: Point, end: Point, *, width: int = 1, opacity: float = 1) -> Markup:
    return Markup(
        '<line class="mdli-picture-{}" x1="{}" y1="{}" x2="{}" y2="{}" stroke="currentColor" '
        'stroke-width="{}" stroke-opacity="{}"/>'
    ).format(kind, *start, *end, width, opacity)


def _sentences(table: Table) -> Iterator[str]:
    yield "A dot for each group, with its interval, from 0 to 100%."
    yield f"Patients seen from {months_in_words(*table.months)}."
    if table.total.rate is None:
        yield f"{table.total.group}: {table.total.state}."
    else:
        yield f"A line marks {table.total.group.lower()}, {percent(table.total.rate.estimate)}."
    for row in table.lines:
        yield f"{_named(row, table)}: {_said(row)}."
    yield "The same figures stand in the table."


def _named(row: Row, table: Table) -> str:
    return f"{table.dimension.capitalize()} not recorded" if row.group == NOT_RECORDED else row.group


def _said(row: Row) -> str:
    if row.rate is None:
        return f"{row.state}, {size_in_words(row)}" if row.size else str(row.state)
    rate = row.rate
    return (
        f"{percent(rate.estimate)}, from {percent(rate.lower)} to {percent(rate.upper)}, {size_in_words(row)}"
    )
