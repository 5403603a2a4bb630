"""The picture of a rating: a line per statement, a dot where it was answered.

An SVG with presentation attributes and classes only: no style, script or id, so that it may stand
inline, several times on one page, where the page forbids inline code. Beside it the exercise shows
the same in a table; here ``<title>`` and ``<desc>`` say it in words.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.exercises.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.exercises.scoring import Score

__all__ = ["Band", "Mark", "picture"]

WIDTH = 720
TEXT = 348  # the words end here; the scale begins a little to the right
LEFT, RIGHT = 396, 672
LINE = 16
LETTERS = 50  # of 13 px beside the scale


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement and its answer.

    Parameters
    ----------
    text
        The statement.
    place
        1 to the number of points; ``None`` where it was left open.
    said
        The answer in the words of the scale; ``""`` where it was left open.
    reversed
        Whether it counts the other way round in the score.
    """

    text: str
    place: int | None
    said: str
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """Statements of one principle, with their score; without both where they have none."""

    name: str
    score: Score | None
    marks: tuple[Mark, ...]


def picture(title: str, points: Sequence[str], bands: Sequence[Band]) -> Markup:
    """Draw ratings on labelled points.

    Parameters
    ----------
    title
        What the picture is called.
    points
        Words of the points, from the lowest to the highest; at least two.
    bands
        What to draw, from top to bottom.
    """
    drawing = _Drawing(len(points))
    drawing.axis(points)
    for band in bands:
        drawing.band(band)
    height = drawing.y + LINE // 2
    return Markup(
        '<svg class="mdli-picture" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {w} {h}" '
        'width="{w}" height="{h}">\n<title>{title}</title>\n<desc>{desc}</desc>\n{lines}\n{marks}\n</svg>'
    ).format(
        w=WIDTH,
        h=height,
        title=title,
        desc=_in_words(points, bands),
        lines=drawing.grid(height),
        marks=joined(drawing.pieces),
    )


class _Drawing:
    """Pieces of the picture and how far down it has come."""

    def __init__(self, points: int) -> None:
        self.points = points
        self.pieces: list[Markup] = []
        self.y = 0
        self.top = 0

    def x(self, place: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (place - 1) / (self.points - 1), 1)

    def write(self, text: str, x: float, y: float, kind: str, anchor: str = "start") -> None:
        size = 11 if kind == "point" else 13
        self.pieces.append(
            Markup(
                '<text class="mdli-picture-{}" x="{}" y="{}" text-anchor="{}" font-size="{}" '
                'fill="currentColor">{}</text>'
            ).format(kind, x, y, anchor, size, text)
        )

    def wrap(self, text: str, x: float, kind: str, anchor: str) -> None:
        """Write below each other; the first line stands where the drawing has come to."""
        for number, words in enumerate(textwrap.wrap(text, LETTERS)):
            self.y += LINE if number else 0
            self.write(words, x, self.y, kind, anchor)

    def axis(self, labels: Sequence[str]) -> None:
        wrapped = [textwrap.wrap(label, 11) for label in labels]
        rows = max(map(len, wrapped), default=1)
        for place, lines in enumerate(wrapped, 1):
            for row, words in enumerate(lines, rows - len(lines)):
                self.write(words, self.x(place), LINE + 13 * row, "point", "middle")
        self.y = self.top = LINE + 13 * (rows - 1) + 8

    def grid(self, height: int) -> Markup:
        return joined(
            Markup(
                '<line class="mdli-picture-line" x1="{x}" y1="{top}" x2="{x}" y2="{end}" '
                'stroke="currentColor" stroke-opacity="0.25"/>'
            ).format(x=self.x(place), top=self.top, end=height)
            for place in range(1, self.points + 1)
        )

    def band(self, band: Band) -> None:
        if band.score is not None:
            self.y += LINE + 8
            if band.score.mean is not None:
                self.diamond(self.x(band.score.mean), self.y - 4)
            self.wrap(f"{band.name}: {band.score}", 0, "principle", "start")
        for mark in band.marks:
            self.row(mark)

    def row(self, mark: Mark) -> None:
        self.y += LINE + 6
        if mark.place is not None:
            self.dot(self.x(mark.place), self.y - 4)
        else:
            self.write("left open", WIDTH, self.y, "open", "end")
        self.wrap(mark.text, TEXT, "statement", "end")

    def dot(self, x: float, y: float) -> None:
        self.pieces.append(
            Markup('<circle class="mdli-picture-dot" cx="{}" cy="{}" r="6" fill="currentColor"/>').format(
                x, y
            )
        )

    def diamond(self, x: float, y: float) -> None:
        path = f"M{x} {y - 7}L{x + 7:.1f} {y}L{x} {y + 7}L{x - 7:.1f} {y}Z"
        self.pieces.append(
            Markup(
                '<path class="mdli-picture-score" d="{}" fill="none" stroke="currentColor" stroke-width="2"/>'
            ).format(path)
        )


def _in_words(points: Sequence[str], bands: Sequence[Band]) -> str:
    return " ".join((f"Points from {points[0]} to {points[-1]}.", *_sentences(bands)))


def _sentences(bands: Sequence[Band]) -> Iterator[str]:
    for band in bands:
        if band.score is not None:
            yield f"{band.name}: {band.score}."
        else:
            answered = sum(mark.place is not None for mark in band.marks)
            yield f"{answered} of {len(band.marks)} statements answered."
    yield "Each answer stands in the table below."
