"""What a coach writes, as exercises of fixed ids: the same kinds, the same store, other hands.

A note and the agreed commitments are for the participant (audience ``participant``); the coach's
own note is for nobody else (audience ``self``) and is in no report, workbook or export. Their ids
begin with ``coach-``, which no session file may use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.reflection import Reflection

if TYPE_CHECKING:
    from mdli_workbook.curriculum import Exercise

__all__ = ["AGREED", "NOTE", "OWN_NOTE", "WRITTEN_BY_COACHES"]

NOTE = Reflection(id="coach-note", title="A note from your coach")
AGREED = Commitment(id="coach-agreed", title="Agreed in the call", count=(0, 5))
OWN_NOTE = Reflection(id="coach-own-note", title="My own note")

WRITTEN_BY_COACHES: tuple[Exercise, ...] = (NOTE, AGREED)
"""What participant and coach may both read."""
