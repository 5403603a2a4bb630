"""Earlier wordings of an answer: which of its many autosaved rows are worth showing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mdli_workbook.answers import Answer

__all__ = ["CUT", "RUN", "Wording", "erased_with", "wordings"]

RUN = timedelta(minutes=10)
"""Rows saved within this time of the first one are one wording: the last."""

CUT = 0.8
"""A row shorter than this part of its run's longest begins a run of its own: something was cut."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an answer said at some time.

    Parameters
    ----------
    revision
        Id of the row that said it.
    saved_at
        When that row was saved (UTC).
    value
        What it said.
    """

    revision: str
    saved_at: datetime
    value: dict[str, Any]


def wordings(rows: Iterable[Answer], run: timedelta = RUN) -> tuple[Wording, ...]:
    """Return the distinct wordings of one answer, newest first.

    While somebody types, the form saves every few seconds; of such a run the last row counts,
    or the longest one where much was cut after it, so that a slip of the hand can be taken back.
    Rows that repeat the words (a new audience) and rows without any (removed, erased) are no
    wordings. One that came back is shown once, where it was last written.

    Parameters
    ----------
    rows
        Every row of one key, first to last.
    run
        How long a run may last.
    """
    found: dict[str, Wording] = {}
    for row in _ends(rows, run):
        if row.value is not None:
            said = _said(row)
            found.pop(said, None)
            found[said] = Wording(row.id, row.saved_at, row.value)
    return tuple(reversed(found.values()))


def erased_with(rows: Iterable[Answer], revision: str, run: timedelta = RUN) -> frozenset[str]:
    """Return the ids of the rows that lose their words when one wording is erased.

    These are the rows that it stands for, and the passing ones that no wording shows: they may
    hold parts of what was erased, and nobody could find them there. Only what the other
    wordings say stays.

    Parameters
    ----------
    rows
        Every row of one key, first to last.
    revision
        Of the wording; if it is none, no row is returned.
    run
        How long a run may last.
    """
    rows = tuple(rows)
    ends = [row for row in _ends(rows, run) if row.value is not None]
    goes = next((_said(row) for row in ends if row.id == revision), None)
    if goes is None:
        return frozenset()
    stays = {row.id for row in ends if _said(row) != goes}
    for before, row in pairwise(rows):  # a new audience repeats the words
        if before.id in stays and row.value == before.value:
            stays.add(row.id)
    return frozenset(row.id for row in rows if row.value is not None and row.id not in stays)


def _ends(rows: Iterable[Answer], run: timedelta) -> Iterator[Answer]:
    """Yield the row that stands for each run: by time, by author, up to a cut or a removal."""
    first = longest = last = None
    for row in rows:
        if first is None or longest is None or last is None:
            first = longest = last = row
            continue
        if row.value is not None and row.value == last.value:
            continue
        if len(_said(row)) < CUT * len(_said(longest)):
            yield longest
            first = longest = row
        elif row.saved_at - first.saved_at > run or row.author != first.author:
            yield last
            first = longest = row
        elif len(_said(row)) >= len(_said(longest)):
            longest = row
        last = row
    if last is not None:
        yield last


def _said(row: Answer) -> str:
    return "" if row.value is None else json.dumps(row.value, sort_keys=True)
