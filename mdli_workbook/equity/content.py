"""What a view says: a sentence, pictures, tables and notes, before they are a page or a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Content", "Data", "Grid", "Left"]

Number = str | int | float | None


class Left(str):
    """What a table says where it has no figure, such as "withheld"."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the page; the first cell of each row names it.

    Parameters
    ----------
    caption, heads
        In words.
    rows
        As many cells as heads.
    last_is_total
        Whether the last row is all the others together.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    last_is_total: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """The same figures for a file: numbers as numbers, nothing where there is none."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a view says.

    Parameters
    ----------
    sentence
        Plainly, first.
    notes
        What a reader should know beside it.
    pictures
        SVG; none where there is nothing to draw.
    tables
        The figures of the picture.
    data
        For a file.
    methods
        How it was worked out, for the method note.
    """

    sentence: str
    notes: tuple[str, ...]
    pictures: tuple[Markup, ...]
    tables: tuple[Grid, ...]
    data: Data
    methods: tuple[str, ...]
