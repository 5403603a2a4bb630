"""The messages between a form and whoever keeps its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from mdli_workbook.access import for_coaches
from mdli_workbook.exercises.readers import READERS, audiences_of, in_words
from mdli_workbook.nudge import nudges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.answers import Answer, Audience
    from mdli_workbook.curriculum import Exercise

__all__ = ["MESSAGE", "AnyMessage", "Decision", "Erase", "Hello", "History", "Message", "Nudge", "Save"]
__all__ += ["found_in", "of_coach", "refused", "revision_of", "state_of"]

Message = dict[str, Any]


class Hello(BaseModel):
    """A form opens, was entered, or shows what the coach sees."""

    type: Literal["hello", "opened", "coach_view"]


class Save(BaseModel):
    """A value to keep."""

    type: Literal["save"]
    id: str
    entry: str = ""
    value: dict[str, Any] | None
    based_on: str = ""


class Decision(BaseModel):
    """Who may read the exercise from now on."""

    type: Literal["audience"]
    id: str
    audience: Literal["private", "coach", "program"]
    based_on: dict[str, str] = {}


class History(BaseModel):
    """Earlier wordings, please."""

    type: Literal["history"]
    entry: str | None = ""


class Erase(BaseModel):
    """Words to blank for good."""

    type: Literal["erase"]
    id: str
    entry: str | None = None
    wording: str | None = None


class Nudge(BaseModel):
    """A text that may tell who somebody is."""

    type: Literal["nudge"]
    id: str = ""
    text: str


AnyMessage = Hello | Save | Decision | History | Erase | Nudge
MESSAGE: TypeAdapter[AnyMessage] = TypeAdapter(Annotated[AnyMessage, Field(discriminator="type")])


def state_of(exercise: Exercise, rows: Iterable[Answer], audience: Audience, coach: str = "") -> Message:
    """Return what a form is told when it opens.

    Parameters
    ----------
    exercise
        What it fills in.
    rows
        Newest rows of the exercise, as far as whoever writes there may read them.
    audience
        Who reads it now.
    coach
        Name of the participant's coach; ``""`` if it is not known.
    """
    chosen = audience in READERS  # a coach's words have the readers that they were written for
    return {
        "type": "state",
        "id": "",
        "answers": {row.entry: revision_of(row) for row in rows},
        "audience": audience,
        "readers": in_words(audience, coach) if chosen else "",
        "audiences": audiences_of(exercise, coach) if chosen else [],
        "store": "",
    }


def of_coach(row: Answer, coach_id: str) -> bool:
    """Say whether a row may stand in a coach's form: written by a coach, and not for another one alone."""
    if row.audience == "self":
        return row.author == coach_id
    return for_coaches(row.audience) and row.author != row.participant


def found_in(text: str) -> list[Message]:
    """Return what may tell who somebody is, by places as a browser counts them (UTF-16)."""

    def place(characters: int) -> int:
        return len(text[:characters].encode("utf-16-le", "surrogatepass")) // 2

    return [
        {"start": place(one.start), "end": place(one.end), "kind": one.kind, "why": one.why}
        for one in nudges(text)
    ]


def revision_of(row: Answer) -> Message:
    """Return what a form knows of a row."""
    return {"revision": row.id, "value": row.value, "saved_at": row.saved_at.isoformat()}


def refused(message_id: object, reason: str) -> Message:
    """Return the answer to a message that cannot be done, with the reason as a sentence."""
    return {"type": "refused", "id": message_id, "reason": reason[:1].upper() + reason[1:]}
