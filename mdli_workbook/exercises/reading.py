"""A briefing, read: its exercises as records, each with its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from mdli_workbook.answers import values_of
from mdli_workbook.curriculum import Exercise
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.progress import Progress, progress

if TYPE_CHECKING:
    from mdli_workbook.briefing import Briefing, Declared
    from mdli_workbook.curriculum import Filled
    from mdli_workbook.exercises.values import Values

__all__ = ["Read", "Reading"]

E = TypeVar("E", bound=Exercise)


@dataclass(frozen=True, slots=True)
class Read(Generic[E]):
    """One exercise of one session and what was answered."""

    session: int
    exercise: E
    values: Values

    @property
    def filled(self) -> Filled:
        """How far it is."""
        return self.exercise.filled(self.values)


@dataclass(frozen=True, slots=True)
class _Here:
    exercises: tuple[Exercise, ...]


class Reading:
    """Everything that a briefing tells, in the order of the page.

    Parameters
    ----------
    briefing
        What one report may show.
    """

    def __init__(self, briefing: Briefing) -> None:
        self._briefing = briefing
        self.all = tuple(self._read(one) for one in briefing.exercises)
        self.here = tuple(one for one in self.all if one.session == briefing.session)

    @property
    def progress(self) -> Progress:
        """How far this session is, as far as the coach may know."""
        rows = (row for row in self._briefing.answers if row.session == self._briefing.session)
        return progress(_Here(tuple(one.exercise for one in self.here)), rows)

    def of(self, kind: type[E]) -> tuple[Read[E], ...]:
        """Return those of one kind, of all sessions."""
        return tuple(
            Read(one.session, one.exercise, one.values) for one in self.all if isinstance(one.exercise, kind)
        )

    def scale(self, session: int, exercise: str) -> Read[Scale] | None:
        """Return one scale, if the coach may know of it."""
        return next(
            (one for one in self.of(Scale) if (one.session, one.exercise.id) == (session, exercise)), None
        )

    def _read(self, declared: Declared) -> Read[Exercise]:
        exercise = KINDS[declared.kind].model_validate({"id": declared.id, **declared.literals})
        rows = self._briefing.rows(declared.session, declared.id)
        return Read(declared.session, exercise, values_of(rows, declared.id))
