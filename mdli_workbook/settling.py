"""Which commitments came to their end, and when: read from their rows alone. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.answers import newest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from mdli_workbook.answers import Answer

__all__ = ["settled"]


def settled(
    rows: Sequence[Answer], promised: Collection[tuple[int, str]], since: datetime
) -> Iterator[tuple[str, str]]:
    """Yield state and ``session/exercise`` of each commitment that came to its end at or after a moment.

    Parameters
    ----------
    rows
        All revisions, in the order in which they were saved.
    promised
        Session and id of the exercises that hold commitments.
    since
        The moment.
    """
    for row in newest(rows):
        state = _state(row)
        promise = row.entry and (row.session, row.exercise) in promised
        if promise and state not in {"", "open"} and _since_when(row, rows) >= since:
            yield state, f"{row.session}/{row.exercise}"


def _state(row: Answer) -> str:
    return str((row.value or {}).get("state", ""))


def _since_when(row: Answer, rows: Sequence[Answer]) -> datetime:
    """Return when a commitment came to the state it is in: a reason given later changes nothing."""
    at = row.saved_at
    for earlier in reversed([one for one in rows if one.key == row.key]):
        if _state(earlier) != _state(row):
            break
        at = earlier.saved_at
    return at
