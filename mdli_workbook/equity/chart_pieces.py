"""Pieces of SVG that the pictures share.

Presentation attributes and classes only: no style, script or id, so that a picture may stand inline,
several times on one page, where the page forbids inline code. ``currentColor`` follows the page into
dark mode. At 480 units wide, letters stay readable on a telephone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "LEFT",
    "RIGHT",
    "WIDTH",
    "Scale",
    "fit",
    "frame",
    "path",
    "ring",
    "short",
    "spot",
    "stroke",
    "text",
]

WIDTH = 480
LEFT, RIGHT = 20, 460  # of the ground that figures stand on
LONGEST = 36

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where figures stand.

    Parameters
    ----------
    low, high
        The figures at both ends.
    ticks
        Those that are marked.
    number
        Whether they are numbers, and not proportions.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    number: bool = False

    def at(self, figure: float, start: float = LEFT, end: float = RIGHT) -> float:
        """Return the place of a figure between two places; beyond the ends it stands at the end."""
        part = (figure - self.low) / (self.high - self.low)
        return round(start + (end - start) * min(1.0, max(0.0, part)), 1)

    def label(self, figure: float) -> str:
        """Return a figure as a mark has it."""
        return f"{figure:,.4g}" if self.number else f"{figure:.0%}"


def fit(figures: Iterable[float], *, number: bool = False, whole: bool = False) -> Scale:
    """Return a scale that holds all figures, with round ends.

    Parameters
    ----------
    figures
        All that are drawn.
    number
        Whether they are numbers, and not proportions.
    whole
        Whether to show proportions from 0 to 100% in any case.

    Examples
    --------
    >>> fit([0.42, 0.71]).ticks
    (0.4, 0.5, 0.6, 0.7, 0.8)
    """
    if whole and not number:
        return Scale(0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    found = list(figures) or [0.0, 1.0]
    low, high = min(found), max(found)
    step = _step((high - low) or abs(high) or 1.0)
    # rounded first: 7.2 is a whole number of steps of 0.2, and 7.2 / 0.2 a hair less
    first, last = floor(round(low / step, 6)), ceil(round(high / step, 6))
    last = max(last, first + 1)
    return Scale(
        round(first * step, 10),
        round(last * step, 10),
        tuple(round(place * step, 10) for place in range(first, last + 1)),
        number,
    )


def _step(width: float) -> float:
    step = 10.0**-9
    for factor in _factors():
        step = factor
        if width / step <= 5:
            break
    return step


def _factors() -> Iterator[float]:
    for power in range(-6, 13):
        for digit in (1, 2, 5):
            yield digit * 10.0**power


def frame(height: float, title: str, description: Iterable[str], pieces: Iterable[Markup]) -> Markup:
    """Return a whole picture; its description tells in words what it shows."""
    return Markup(
        '<svg class="mdli-picture mdli-chart" xmlns="http://www.w3.org/2000/svg" role="img" '
        'viewBox="0 0 {w} {h}" width="{w}" height="{h}">\n<title>{title}</title>\n<desc>{desc}</desc>\n'
        "{pieces}\n</svg>"
    ).format(
        w=WIDTH, h=round(height), title=title, desc=" ".join(description), pieces=Markup("\n").join(pieces)
    )


def text(said: str, x: float, y: float, kind: str, anchor: str = "start") -> Markup:
    """Write a line; `anchor` is its start, middle or end."""
    return Markup(
        '<text class="mdli-picture-{}" x="{}" y="{}" text-anchor="{}" font-size="{}" '
        'fill="currentColor">{}</text>'
    ).format(kind, x, y, anchor, 13 if kind == "point" else 15, said)


def short(name: str) -> str:
    """Cut a name to what fits beside a size; the table has all of it.

    Examples
    --------
    >>> short("Spanish"), len(short("a" * 80))
    ('Spanish', 36)
    """
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def stroke(  # noqa: PLR0913
    kind: str, start: Point, end: Point, *, width: float = 1, opacity: float = 1, dashes: str = ""
) -> Markup:
    """Draw a line."""
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else Markup()
    return Markup(
        '<line class="mdli-picture-{}" x1="{}" y1="{}" x2="{}" y2="{}" stroke="currentColor" '
        'stroke-width="{}" stroke-opacity="{}"{}/>'
    ).format(kind, *start, *end, width, opacity, dashed)


def spot(x: float, y: float, size: float = 5) -> Markup:
    """Draw a dot."""
    return Markup('<circle class="mdli-picture-dot" cx="{}" cy="{}" r="{}" fill="currentColor"/>').format(
        x, y, size
    )


def ring(x: float, y: float, size: float = 8) -> Markup:
    """Draw a ring, to mark what stands inside: a shape, since colour alone is not seen by all."""
    return Markup(
        '<circle class="mdli-picture-signal" cx="{}" cy="{}" r="{}" fill="none" stroke="currentColor" '
        'stroke-width="2"/>'
    ).format(x, y, size)


def path(kind: str, corners: Sequence[Point], *, dashes: str = "") -> Markup:
    """Draw a line through corners."""
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else Markup()
    return Markup('<path class="mdli-picture-{}" d="M{}" fill="none" stroke="currentColor"{}/>').format(
        kind, " L".join(f"{x} {y}" for x, y in corners), dashed
    )
