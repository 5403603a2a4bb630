"""Who may read what: pure rules that deny by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.answers import newest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.answers import Answer, Audience
    from mdli_workbook.curriculum import Exercise

__all__ = ["audience_in_force", "for_coaches", "shared_with_coach", "told_to_coach"]


def audience_in_force(exercise: Exercise, rows: Iterable[Answer]) -> Audience:
    """Return whom the participant lets read an exercise now.

    The exercise's own row (entry ``""``) carries the decision; without one, the session
    file's default holds.

    Parameters
    ----------
    exercise
        The exercise as its session declares it.
    rows
        Newest rows of one participant and session.
    """
    for row in rows:
        if row.exercise == exercise.id and row.entry == "":
            return row.audience
    return exercise.audience


def for_coaches(audience: Audience) -> bool:
    """Whether a coach may read it: what a participant shares, and what a coach wrote to the participant."""
    return audience in {"coach", "participant"}


def shared_with_coach(rows: Iterable[Answer]) -> tuple[Answer, ...]:
    """Keep the rows that a coach may read.

    A row counts only if it is itself for the coach *and* the exercise's own row, where there is
    one, says the same: an entry saved from a stale window cannot reopen what was made private.
    A row without a value was removed or erased; whoever may have read it may not any more.

    Parameters
    ----------
    rows
        Newest rows of their keys.
    """
    rows = tuple(rows)
    closed = {
        (row.participant, row.session, row.exercise)
        for row in rows
        if row.entry == "" and not for_coaches(row.audience)
    }
    return tuple(
        row
        for row in rows
        if for_coaches(row.audience)
        and row.value is not None
        and (row.participant, row.session, row.exercise) not in closed
    )


def told_to_coach(rows: Iterable[Answer]) -> tuple[Answer, ...]:
    """Keep every revision that a coach may read: of what is shared now, as far as it was shared then.

    Parameters
    ----------
    rows
        All rows of one participant, in the order in which they were saved.
    """
    rows = tuple(rows)
    open_keys = {row.key for row in shared_with_coach(newest(rows))}
    return tuple(row for row in rows if row.key in open_keys and for_coaches(row.audience))
