"""A view as HTML: first the sentence, then the picture, then the figures and the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.equity.content import Left

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.equity.content import Content, Grid

__all__ = ["page"]


def page(sentence: str, notes: Sequence[str], content: Content) -> Markup:
    """Return a view for the page; names from files are escaped.

    Parameters
    ----------
    sentence, notes
        What was said when it was looked at.
    content
        Its pictures and tables.
    """
    pieces = [Markup('<p class="mdli-finding">{}</p>').format(sentence), *content.pictures]
    pieces += map(_table, content.tables)
    if notes:
        items = Markup("\n").join(Markup("<li>{}</li>").format(note) for note in notes)
        pieces.append(Markup('<ul class="mdli-notes">\n{}\n</ul>').format(items))
    return Markup("\n").join(pieces)


def _table(grid: Grid) -> Markup:
    """Frame a table so that a wide one moves inside its frame, by keyboard too."""
    kind = "mdli-groups" if grid.last_is_total else "mdli-figures"
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(one) for one in grid.heads)
    return Markup(
        '<div class="mdli-wide" role="region" tabindex="0" aria-label="{0}">\n<table class="{1}">\n'
        "<caption>{0}</caption>\n<thead>\n<tr>{2}</tr>\n</thead>\n<tbody>\n{3}\n</tbody>\n</table>\n</div>"
    ).format(grid.caption, kind, head, Markup("\n").join(_rows(grid)))


def _rows(grid: Grid) -> Iterator[Markup]:
    for name, *cells in grid.rows:
        rest = Markup("").join(map(_cell, cells))
        yield Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, rest)


def _cell(said: str) -> Markup:
    if isinstance(said, Left):
        return Markup('<td><span class="mdli-empty">{}</span></td>').format(str(said))
    return Markup("<td>{}</td>").format(said)
