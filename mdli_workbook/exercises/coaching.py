"""What a coach writes, as exercises of fixed ids: the same store and save protocol, other hands.

The record of the call, the note, what was agreed and each comment on an answer are for the
participant (audience ``participant``); the coach's own note is for nobody else (audience ``self``)
and is in no report, workbook or export. It has an id per coach, so that a later coach of the same
participant has their own. All ids begin with ``coach-``, which no session file may use.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mdli_workbook.exercises.call import Call
from mdli_workbook.exercises.comment import Comment
from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.reflection import Reflection

if TYPE_CHECKING:
    from mdli_workbook.curriculum import Exercise

__all__ = ["AGREED", "CALL", "COMMENT", "NOTE", "OWN_NOTE", "WRITTEN_BY_COACHES", "comment_on"]
__all__ += ["is_coachs", "own_note"]

CALL = Call(id="coach-call", title="How did the call go?")
NOTE = Reflection(id="coach-note", title="A note from your coach")
AGREED = Commitment(id="coach-agreed", title="Agreed in the call", count=(0, 5))
OWN_NOTE = "coach-own-note"
"""What the id of every coach's own note begins with."""
COMMENT = "coach-on"
"""What the id of every comment begins with."""

WRITTEN_BY_COACHES: tuple[Exercise, ...] = (NOTE, AGREED)
"""What reports show of what coaches wrote."""


def own_note(coach_id: str) -> Reflection:
    """Return the note that one coach writes for themself.

    Examples
    --------
    >>> own_note("kim").id
    'coach-own-note-26ae784d194a5760'
    >>> own_note("kim").id == own_note("lee").id
    False
    """
    return Reflection(id=f"{OWN_NOTE}-{_short(coach_id, 16)}", title="My own note", required=False)


def comment_on(exercise: str, entry: str = "") -> Comment:
    """Return the comment on one answer.

    Parameters
    ----------
    exercise, entry
        Of the answer; the comment is kept under the same session.
    """
    return Comment(id=f"{COMMENT}-{_short(f'{exercise}/{entry}', 32)}", title="A comment")


def is_coachs(exercise: str) -> bool:
    """Whether an id is one of those that only coaches use.

    Examples
    --------
    >>> is_coachs("coach-note"), is_coachs("late-notes")
    (True, False)
    """
    return exercise.startswith("coach-")


def _short(name: str, length: int) -> str:
    """Hash a name: ids are short, names that are joined may be long."""
    return hashlib.sha256(name.encode()).hexdigest()[:length]
