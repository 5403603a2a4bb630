"""The forms of one notebook, as far as they know of one another: who waits for whom, what is shown beside.

A form may wait for another one's answer (``show_if``), and may have something to show once it is
answered. After each save the sheet tells every form what changed around it, and nothing else. Above
the forms stands what is left in the session; that is told after each save, too, and for each new form.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import values_of
from mdli_workbook.curriculum import Filled
from mdli_workbook.errors import WorkbookError
from mdli_workbook.exercises.pieces import heading
from mdli_workbook.progress import Progress, progress, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise

__all__ = ["Sheet", "around", "how_far"]

Message = dict[str, Any]


@dataclass(slots=True)
class _Form:
    exercise: Exercise
    tell: Callable[[Message], None]
    told: Message = field(default_factory=dict)


def around(beside: str, *, seen: bool = True) -> Message:
    """Return the message that says whether a form is shown, and what HTML stands beside it."""
    return {"type": "around", "shown": seen, "beside": beside}


def how_far(found: Progress) -> Message:
    """Return the message that says what is left in a session: counts, and exercises by their titles.

    Examples
    --------
    >>> how_far(progress(Sheet(tuple, lambda *_: ""), ()))
    {'type': 'progress', 'done': 0, 'total': 0, 'minutes': 0, 'left': []}
    """
    left = [
        {
            "id": one.exercise.id,
            "title": heading(one.exercise),
            "minutes": one.exercise.minutes,
            "begun": one.filled is not Filled.NOT_BEGUN,
        }
        for one in found.left
    ]
    return {
        "type": "progress",
        "done": found.done,
        "total": found.total,
        "minutes": found.minutes_left,
        "left": left,
    }


class Sheet:
    """The forms of one notebook.

    Parameters
    ----------
    rows
        Gives the newest rows of this participant and session; may raise while the store cannot be asked.
    beside
        Gives what stands beside an exercise's form as HTML, from the exercise, all exercises of
        the notebook, and the rows; ``""`` for nothing.
    """

    def __init__(
        self,
        rows: Callable[[], Sequence[Answer]],
        beside: Callable[[Exercise, Sequence[Exercise], Sequence[Answer]], str],
    ) -> None:
        self._rows, self._beside = rows, beside
        self._forms: dict[str, _Form] = {}
        self._tell_progress: Callable[[Message], None] | None = None
        self._progress_told: Message = {}
        self._lock = threading.Lock()

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises so far, in the order of the notebook."""
        return tuple(one.exercise for one in tuple(self._forms.values()))

    def add(self, exercise: Exercise, tell: Callable[[Message], None]) -> None:
        """Put a form on the sheet; running its cell again replaces it in its place."""
        with self._lock:
            self._forms[exercise.id] = _Form(exercise, tell)
            with suppress(WorkbookError):
                self._tell_how_far(self._rows)

    def watch(self, tell: Callable[[Message], None]) -> None:
        """Let something be told how far the session is, whenever that changes."""
        with self._lock:
            self._tell_progress, self._progress_told = tell, {}

    def progress(self) -> Message:
        """Return how far the session is now; while the store cannot be asked, nothing is counted."""
        with self._lock:
            try:
                self._progress_told = how_far(progress(self, self._rows()))
            except WorkbookError:
                return how_far(Progress(()))
            return self._progress_told

    def around(self, exercise: Exercise) -> Message:
        """Return what surrounds a form now; while the store cannot be asked, what waits is not shown."""
        with self._lock:
            try:
                now = self._around(exercise, self._rows())
            except WorkbookError:
                return around("", seen=exercise.show_if is None)
            if exercise.id in self._forms:
                self._forms[exercise.id].told = now
            return now

    def refresh(self) -> None:
        """Tell each form what changed around it since it was last told.

        It follows a save that is durable by now: nothing that fails here may make it look lost.
        Rows are read under the lock, so that the last to tell is the one who read last.
        """
        with self._lock, suppress(WorkbookError):
            rows = self._rows()
            for form in self._forms.values():
                with suppress(Exception):
                    self._tell(form, rows)
            self._tell_how_far(lambda: rows)

    def _tell_how_far(self, rows: Callable[[], Sequence[Answer]]) -> None:
        if self._tell_progress is None:
            return
        now = how_far(progress(self, rows()))
        if now != self._progress_told:
            with suppress(Exception):  # a window that is gone keeps nobody from writing
                self._tell_progress(now)
                self._progress_told = now

    def _tell(self, form: _Form, rows: Sequence[Answer]) -> None:
        now = self._around(form.exercise, rows)
        if now != form.told:
            form.tell(now)
            form.told = now

    def _around(self, exercise: Exercise, rows: Sequence[Answer]) -> Message:
        seen = _written(exercise, rows) or any(one.id == exercise.id for one in shown(self, rows))
        return around(self._beside(exercise, self.exercises, rows) if seen else "", seen=seen)


def _written(exercise: Exercise, rows: Sequence[Answer]) -> bool:
    """Whether something stands in it: what may be shared is never put out of its writer's reach."""
    return exercise.filled(values_of(rows, exercise.id)) is not Filled.NOT_BEGUN
