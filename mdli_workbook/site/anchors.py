"""Which answers of a report a coach may comment on, and what each is called."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mdli_workbook.access import shared_with_coach
from mdli_workbook.answers import values_of
from mdli_workbook.errors import CellRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import is_coachs
from mdli_workbook.exercises.entries import in_order
from mdli_workbook.exercises.pieces import in_words
from mdli_workbook.grammar import Call, read_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mdli_workbook.answers import Answer

__all__ = ["Anchor", "Named", "anchors_of", "read_names"]


@dataclass(frozen=True, slots=True)
class Named:
    """What a report calls an exercise.

    Parameters
    ----------
    title
        Of the exercise.
    one
        What one of its entries is called.
    """

    title: str
    one: str = "entry"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One answer that a comment may be on.

    Parameters
    ----------
    exercise, entry
        Its key, within the session.
    title
        What the exercise is called.
    part
        Which of its entries, such as ``visit 2``; ``""`` if it has no others.
    """

    exercise: str
    entry: str
    title: str
    part: str = ""

    @property
    def name(self) -> str:
        """What the answer is called."""
        return f"{self.title}, {self.part}" if self.part else self.title


def anchors_of(rows: Iterable[Answer], session: int, names: Mapping[str, Named]) -> tuple[Anchor, ...]:
    """Return what may be commented on: each answer of a session that a coach may read, in the page's order.

    Parameters
    ----------
    rows
        Newest rows of one participant.
    session
        Of the report.
    names
        From :func:`read_names`; an exercise that it lacks is called by its id, as words.
    """
    mine = [row for row in shared_with_coach(rows) if row.session == session and not is_coachs(row.exercise)]
    written = dict.fromkeys(row.exercise for row in mine)
    order = [*(one for one in names if one in written), *(one for one in written if one not in names)]
    return tuple(anchor for one in order for anchor in _anchors(one, mine, names.get(one)))


def _anchors(exercise: str, rows: Sequence[Answer], named: Named | None) -> Iterator[Anchor]:
    values = values_of(rows, exercise)
    promised = any("act" in (value or {}) for value in values.values())
    named = named or Named(in_words(exercise), "commitment" if promised else "entry")
    entries = [entry for entry, _ in in_order(values)] if any(values) else [""]
    for place, entry in enumerate(entries, 1):
        part = f"{named.one} {place}" if len(entries) > 1 else ""
        yield Anchor(exercise, entry, named.title, part)


def read_names(report: Path, stamp: object) -> Mapping[str, Named]:
    """Return exercise → what a report calls it, for those that have a cell of their own.

    Parameters
    ----------
    report
        The executed notebook.
    stamp
        Changes when the file does: it is some hundred kilobytes, and read once.
    """
    return _read_names(report, stamp)


@lru_cache(maxsize=256)
def _read_names(report: Path, _stamp: object) -> Mapping[str, Named]:
    try:
        cells = json.loads(report.read_text(encoding="utf-8"))["cells"]
        return {name: named for cell in cells for name, named in _named(cell)}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _named(cell: Mapping[str, Any]) -> Iterator[tuple[str, Named]]:
    if cell["cell_type"] != "code":
        return
    try:
        read = read_cell("".join(cell["source"]), KINDS)
    except CellRefused:  # a part of the front page
        return
    if isinstance(read, Call):
        title = str(read.literals.get("title") or in_words(read.id))
        yield read.id, Named(title, str(read.literals.get("one") or "entry"))
