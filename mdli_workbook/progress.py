"""How far a participant is in a session: one pure function that everybody calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mdli_workbook.answers import values_of
from mdli_workbook.curriculum import Filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise

__all__ = ["HasExercises", "Item", "Progress", "progress", "shown"]


class HasExercises(Protocol):
    """A session, or whatever else holds exercises."""

    @property
    def exercises(self) -> Sequence[Exercise]:
        """The exercises in the order of the page."""


@dataclass(frozen=True, slots=True)
class Item:
    """How far one exercise is."""

    exercise: Exercise
    filled: Filled


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session is.

    Parameters
    ----------
    items
        One per exercise, in the order of the page.
    """

    items: tuple[Item, ...]

    @property
    def required(self) -> tuple[Item, ...]:
        """The exercises that a finished session needs."""
        return tuple(item for item in self.items if item.exercise.required)

    @property
    def left(self) -> tuple[Item, ...]:
        """The required exercises that are not done."""
        return tuple(item for item in self.required if item.filled is not Filled.DONE)

    @property
    def done(self) -> int:
        """How many required exercises are done."""
        return len(self.required) - len(self.left)

    @property
    def total(self) -> int:
        """How many required exercises there are."""
        return len(self.required)

    @property
    def minutes_left(self) -> int:
        """Planned minutes of the required exercises that are not done."""
        return sum(item.exercise.minutes for item in self.left)

    @property
    def filled(self) -> Filled:
        """One word for the whole session."""
        if self.total and self.done == self.total:
            return Filled.DONE
        begun = any(item.filled is not Filled.NOT_BEGUN for item in self.items)
        return Filled.PART if begun else Filled.NOT_BEGUN


def progress(session: HasExercises, answers: Iterable[Answer]) -> Progress:
    """Say how far each exercise of a session is.

    Parameters
    ----------
    session
        Anything with ``exercises``: a session, or a workbook that is being run.
    answers
        Newest rows of one participant in that session.

    Returns
    -------
    Progress
        Of what is shown: a part that was never offered is not missing.
    """
    rows = tuple(answers)
    return Progress(tuple(Item(one, one.filled(values_of(rows, one.id))) for one in shown(session, rows)))


def shown(session: HasExercises, answers: Iterable[Answer]) -> tuple[Exercise, ...]:
    """Return the exercises that the participant sees: those without a condition, or whose condition holds.

    An exercise that waits for a hidden one is hidden too.
    """
    rows = tuple(answers)
    decisive = {one.show_if.exercise for one in session.exercises if one.show_if}
    said: dict[str, frozenset[str]] = {}
    for one in session.exercises:
        if one.show_if is None or said.get(one.show_if.exercise, frozenset()) & set(one.show_if.is_):
            said[one.id] = one.said(values_of(rows, one.id)) if one.id in decisive else frozenset()
    return tuple(one for one in session.exercises if one.id in said)
