"""Cohort figures as one printable page that asks nothing of any other place. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.releases import FROM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.insight import Block, Insight, Words
    from mdli_workbook.releases import Figure

__all__ = ["RULE", "WITHHELD", "page", "told"]

RULE = (
    "Numbers of people from 1 to 10 are withheld, and what they could be computed from; a zero is shown. "
    "Ratings count if their writers addressed them to a coach or to the program."
)
WITHHELD = "withheld: too few people"
_STYLE = """\
:root {
  --ink: #1c2430; --soft: #56616f; --line: #b9c2cb; --ground: #fff; --accent: #0f5f73;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaee; --soft: #a9b4bf; --line: #48535e; --ground: #151b21; --accent: #7cc4d6; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1, h2 { color: var(--accent); line-height: 1.2; }
table { width: 100%; border-collapse: collapse; margin: 1rem 0 2rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); }
th, td {
  padding: .375rem .5rem; border-bottom: 1px solid var(--line); text-align: left; font-weight: normal;
}
td { text-align: right; }
thead th:nth-child(n+4) { text-align: right; }
blockquote {
  margin: .75rem 0; padding: 0 0 0 1rem; border-left: 3px solid var(--line); white-space: pre-wrap;
}
.note { color: var(--soft); font-size: .875rem; }
.scroll { overflow-x: auto; }
@page { margin: 18mm; }
@media print {
  :root { --ink: #000; --soft: #444; --line: #999; --ground: #fff; --accent: #000; }
  main { max-width: none; padding: 0; }
  tr, blockquote { break-inside: avoid; }
}
"""


def page(insight: Insight) -> str:
    """Return the page; everything a person wrote is escaped."""
    body = Markup("\n").join([*map(_block, insight.blocks), *map(_words, insight.words)])
    return str(
        Markup(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; img-src data:\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<title>Insight: {title}</title>\n<link rel="icon" href="data:,">\n<style>\n{style}</style>\n'
            '</head>\n<body>\n<main>\n<h1>Insight</h1>\n<p class="note">{title}, {on}. {rule}</p>\n'
            "{body}\n</main>\n</body>\n</html>\n"
        ).format(title=insight.title, on=insight.on, rule=RULE, style=Markup(_STYLE), body=body)  # noqa: S704
    )


def told(figure: Figure) -> tuple[str, str]:
    """Return how many of how many, and the mean with its standard deviation, in words.

    Examples
    --------
    >>> from mdli_workbook.releases import Figure
    >>> told(Figure("spring", "coach", "change", 12, 12, 0.25, 0.5, "2026-09-01"))
    ('12 of 12', '0.25 (SD 0.50)')
    >>> told(Figure("spring", "1", "finished", 14, None, None, None, "2026-09-01"))
    ('withheld of 14', '')
    """
    if figure.size is None:
        return "withheld", ""
    count = "nobody" if not figure.size else f"{_or(figure.number)} of {figure.size}"
    if figure.mean is None or figure.deviation is None:
        return count, ""
    return count, f"{figure.mean:.2f} (SD {figure.deviation:.2f})"


def _or(number: int | None) -> str:
    return "withheld" if number is None else str(number)


def _block(block: Block) -> Markup:
    if block.withheld:
        return Markup("<section>\n<h2>{}</h2>\n<p>{}</p>\n</section>").format(
            block.title, WITHHELD.capitalize()
        )
    rows = Markup("\n").join(_row(block.labels.get(one.of, one.of), one) for one in block.figures)
    return Markup(
        '<section>\n<h2>{}</h2>\n<div class="scroll"><table>\n<caption>{}</caption>\n<thead><tr>'
        "<th scope=col>Of</th><th scope=col>What</th><th scope=col>Cohort</th><th scope=col>People</th>"
        "<th scope=col>Mean</th><th scope=col>As of</th></tr></thead>\n<tbody>\n{}\n</tbody>\n"
        "</table></div>\n</section>"
    ).format(block.title, "Means are in places of the scale, from 1 for the lowest point.", rows)


def _row(label: str, one: Figure) -> Markup:
    count, mean = told(one)
    return Markup(
        '<tr><th scope=row dir="auto">{}</th><th>{}</th><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>'
    ).format(label, one.what, one.cohort or "all", count, mean, one.on)


def _words(words: Words) -> Markup:
    parts = Markup("\n").join(_said(cohort, texts) for cohort, texts in words.texts.items())
    return Markup('<section>\n<h2>{}</h2>\n<p dir="auto">{}</p>\n{}\n</section>').format(
        words.title, words.prompt, parts
    )


def _said(cohort: str, texts: Iterable[str]) -> Markup:
    quoted = Markup("\n").join(Markup('<blockquote dir="auto">{}</blockquote>').format(one) for one in texts)
    why = f"Shown from {FROM} responses up, {FROM} new ones at a time; the order is by chance."
    missing = Markup('<p class="note">Withheld: fewer than {} may be shown.</p>').format(FROM)
    return Markup('<h3>{}</h3>\n{}\n<p class="note">{}</p>').format(cohort, quoted or missing, why)
