"""The form as a widget: a description for the browser, and messages. No answer is ever state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from mdli_workbook.exercises.form_module import LOADER, MODULE
from mdli_workbook.exercises.pieces import heading
from mdli_workbook.exercises.readers import audiences_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.messages import Message
    from mdli_workbook.exercises.replies import Place

__all__ = ["FormWidget", "describe", "overview", "panel"]


def describe(exercise: Exercise, place: Place) -> dict[str, Any]:
    """Return what the browser draws: words of the session and ids, nothing that was answered."""
    return {
        **exercise.form(),
        "kind": exercise.kind,
        "id": exercise.id,
        "participant": place.participant,
        "session": place.session,
        "title": exercise.title,
        "heading": heading(exercise),
        "prompt": exercise.prompt,
        "minutes": exercise.minutes,
        "audience": exercise.audience,
        "audiences": audiences_of(exercise),
        "above": str(exercise.above()),
        "waits": exercise.show_if is not None,
    }


def panel(heading_: str) -> dict[str, Any]:
    """Return what the browser draws where there is something to read and nothing to fill in."""
    return {"controls": [], "entries": None, "kind": "panel", "id": "panel", "heading": heading_}


def overview() -> dict[str, Any]:
    """Return what the browser draws above all forms: what is left; it is told how much in messages."""
    return {"controls": [], "entries": None, "kind": "progress", "id": "progress", "heading": "Your progress"}


class FormWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """One exercise's form.

    Parameters
    ----------
    spec
        From :func:`describe`; the only state that is synchronized.
    reply
        Answers a message of the browser; may be called in any thread.
    around
        Gives what surrounds the form: whether it is shown, and what stands beside it.
    look
        The participant's accommodations; told in a message, so that they are in no file.
    """

    _esm = LOADER
    spec = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        spec: dict[str, Any],
        reply: Callable[[object], Message | None],
        around: Callable[[], Message] | None = None,
        look: Iterable[str] | None = None,
    ) -> None:
        super().__init__(spec=spec)
        self._reply, self._around = reply, around
        self._look = None if look is None else sorted(look)
        self.on_msg(self._hear)

    def _hear(self, _widget: object, message: object, _buffers: object) -> None:
        asked = message.get("type") if isinstance(message, dict) else None
        if asked == "module":
            self.send({"type": "module", "text": MODULE})
            return
        hello = asked == "hello"
        if hello and self._look is not None:
            self.send({"type": "look", "words": self._look})
        answer = self._reply(message)
        if answer is not None:
            self.send(answer)
        if hello and self._around is not None:
            self.send(self._around())

    def __repr__(self) -> str:
        return f"<form {self.spec.get('id', '')}>"
