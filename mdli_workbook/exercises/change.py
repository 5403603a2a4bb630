"""What changed between two self-ratings, and what is only noise.

A person who has not changed moves half the items of such a scale by a step and one to three by
two, and a principle's mean by up to about 1.0. So a mean that moved by less than 1.0 is no news,
and of the items at most three are named: only those that moved by two steps or more.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.exercises.pieces import in_words, joined
from mdli_workbook.exercises.scoring import place_of, scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.exercises.scale import Scale, Statement

__all__ = ["NEWS", "Moved", "Shift", "moved_items", "say_news", "shifts", "show_shifts"]

NEWS = 1.0
_DUST = 1e-9  # 8/3 - 5/3 is a hair below 1 to a computer
STEPS = 2
AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Shift:
    """One principle: then, then as seen now, and now; ``None`` where there is no score.

    Parameters
    ----------
    of
        The principle.
    then, seen_now, now
        Means in places of the scale, from 1.
    """

    of: str
    then: float | None
    seen_now: float | None
    now: float | None

    @property
    def change(self) -> float | None:
        """Now minus then; ``None`` if either is missing."""
        return None if self.then is None or self.now is None else self.now - self.then

    @property
    def is_news(self) -> bool:
        """Whether it moved by as much as noise seldom does."""
        return self.change is not None and abs(self.change) >= NEWS - _DUST

    @property
    def news(self) -> str:
        """The change in words: how far it moved, or that this is no news."""
        if self.change is None:
            return "no comparison"
        if not self.is_news:
            return "no news"
        return f"{'up' if self.change > 0 else 'down'} by {_round(abs(self.change))}"

    def __str__(self) -> str:
        """Say it in words.

        Examples
        --------
        >>> str(Shift("coach", 2.0, None, 3.25)), str(Shift("coach", 2.0, 1.0, 2.5))
        ('then 2.0, now 3.3, up by 1.3', 'then 2.0, then as seen now 1.0, now 2.5, no news')
        """
        marks = (("then", self.then), ("then as seen now", self.seen_now), ("now", self.now))
        said = [f"{name} {_round(mean)}" for name, mean in marks if mean is not None]
        return ", ".join([*said, self.news])


@dataclass(frozen=True, slots=True)
class Moved:
    """One statement that moved by two steps or more, in the words that were chosen.

    ``better`` says whether it moved the way its author hopes for.
    """

    text: str
    then: str
    now: str
    steps: int
    better: bool


def shifts(
    scale: Scale,
    then: Mapping[str, str],
    now: Mapping[str, str],
    looking_back: Mapping[str, float] | None = None,
) -> tuple[Shift, ...]:
    """Compare two answers to the same scale, principle by principle.

    Parameters
    ----------
    scale
        Whose points and statements they are.
    then, now
        Statement id → point id.
    looking_back
        Principle → place, as the person sees the beginning now.
    """
    points = [one.id for one in scale.points]
    before = {one.of: one.mean for one in scores(scale.statements, points, then)}
    after = {one.of: one.mean for one in scores(scale.statements, points, now)}
    seen = looking_back or {}
    return tuple(Shift(of, before[of], seen.get(of), after[of]) for of in before)


def moved_items(scale: Scale, then: Mapping[str, str], now: Mapping[str, str]) -> tuple[Moved, ...]:
    """Return at most three statements that moved by two steps or more, the largest moves first."""
    found = [one for statement in scale.statements if (one := _moved(scale, statement, then, now))]
    return tuple(sorted(found, key=lambda one: -one.steps)[:AT_MOST])


def _moved(
    scale: Scale, statement: Statement, then: Mapping[str, str], now: Mapping[str, str]
) -> Moved | None:
    points = [one.id for one in scale.points]
    before, after = place_of(then.get(statement.id), points), place_of(now.get(statement.id), points)
    if before is None or after is None or abs(after - before) < STEPS:
        return None
    labels = [one.label for one in scale.points]
    better = (after > before) is not statement.reversed
    return Moved(statement.text, labels[before - 1], labels[after - 1], abs(after - before), better)


def show_shifts(title: str, labels: list[str], found: tuple[Shift, ...]) -> Markup:
    """Draw the three marks of each principle on the points of the scale, and say them in a table."""
    if not found:  # a scale without principles has no means
        return Markup()
    table = Markup('<details class="mdli-figures">\n<summary>The figures</summary>\n{}\n</details>').format(
        _table(found)
    )
    return joined((_picture(title, labels, found), table))


def say_news(found: tuple[Shift, ...]) -> Markup:
    """Say first what is news, and that the rest is none."""
    if not found:
        return Markup()
    said = [f"{in_words(one.of)} {one.news}" for one in found if one.is_news]
    told = f"{'; '.join(said)}." if said else "No principle moved by 1.0 or more: no news."
    return Markup('<p class="mdli-news">{}</p>').format(told)


# narrow, so that its words stay legible on a telephone
_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 400, 158, 378, 30, 62
_NAME, _LABEL = 21, 8
"""Letters in a line: of a principle's name, of a point's label."""


def _picture(title: str, labels: list[str], found: tuple[Shift, ...]) -> Markup:
    height = _TOP + _ROW * len(found) + 8
    said = " ".join(f"{in_words(one.of)}: {one}." for one in found)
    body = joined(
        (*_legend(), *_axis(labels, height), *(_row(one, n, len(labels)) for n, one in enumerate(found)))
    )
    return Markup(
        '<svg class="mdli-picture mdli-shifts" xmlns="http://www.w3.org/2000/svg" role="img" '
        'viewBox="0 0 {w} {h}" width="{w}" height="{h}">\n<title>{title}</title>\n<desc>{said}</desc>\n'
        "{body}\n</svg>"
    ).format(w=_WIDTH, h=height, title=title, said=said, body=body)


def _x(mean: float, points: int) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * (mean - 1) / (points - 1), 1)


def _text(x: float, y: float, said: str, anchor: str = "start", *, width: int = 0) -> Markup:
    """Write words around a height, in lines of at most so many letters."""
    lines = (textwrap.wrap(said, width, break_long_words=False) if width else []) or [said]
    first = y - 6.5 * (len(lines) - 1)
    return joined(
        Markup('<text x="{}" y="{}" text-anchor="{}" font-size="{}" fill="currentColor">{}</text>').format(
            x, first + 13 * number, anchor, 10.5 if anchor == "middle" else 12.5, one
        )
        for number, one in enumerate(lines)
    )


def _legend() -> tuple[Markup, ...]:
    marks = ((_then, 8, "then"), (_seen_now, 76, "then, as seen now"), (_now, 226, "now"))
    return tuple(joined((draw(x, 12), _text(x + 14, 16, said))) for draw, x, said in marks)


def _axis(labels: list[str], height: int) -> tuple[Markup, ...]:
    line = Markup(
        '<line class="mdli-picture-line" x1="{x}" y1="{top}" x2="{x}" y2="{end}" '
        'stroke="currentColor" stroke-opacity="0.25"/>'
    )
    return tuple(
        joined(
            (
                line.format(x=_x(n, len(labels)), top=_TOP - 8, end=height),
                _text(_x(n, len(labels)), 43, said, "middle", width=_LABEL),
            )
        )
        for n, said in enumerate(labels, 1)
    )


def _row(shift: Shift, number: int, points: int) -> Markup:
    y = _TOP + _ROW * number + 14
    marks = ((_then, shift.then), (_seen_now, shift.seen_now), (_now, shift.now))
    drawn = [draw(_x(mean, points), y) for draw, mean in marks if mean is not None]
    return joined((_text(_LEFT - 18, y + 4, in_words(shift.of), "end", width=_NAME), *drawn))


def _then(x: float, y: float) -> Markup:
    return Markup(
        '<circle class="mdli-mark-then" cx="{}" cy="{}" r="7" '
        'fill="none" stroke="currentColor" stroke-width="2"/>'
    ).format(x, y)


def _seen_now(x: float, y: float) -> Markup:
    return Markup(
        '<path class="mdli-mark-seen-now" d="M{} {}l7 12h-14z" '
        'fill="none" stroke="currentColor" stroke-width="2"/>'
    ).format(x, y - 7)


def _now(x: float, y: float) -> Markup:
    # smaller than the ring of "then", so that both are seen where nothing moved
    return Markup('<circle class="mdli-mark-now" cx="{}" cy="{}" r="4.5" fill="currentColor"/>').format(x, y)


def _table(found: tuple[Shift, ...]) -> Markup:
    rows = joined(
        Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>').format(
            in_words(one.of), *(_round(mean) for mean in (one.then, one.seen_now, one.now)), one.news
        )
        for one in found
    )
    heads = Markup("").join(
        Markup('<th scope="col">{}</th>').format(head)
        for head in ("Principle", "Then", "Then, as seen now", "Now", "Change")
    )
    return Markup(
        '<table class="mdli-shift-table">\n<caption>Means of each principle, from 1 (the lowest point) up; '
        "a change below 1.0 is no news</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody>\n</table>"
    ).format(heads, rows)


def _round(mean: float | None) -> str:
    return "-" if mean is None else f"{int(mean * 10 + 0.5) / 10:.1f}"
