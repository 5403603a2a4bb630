"""The kernel's end of the save protocol: what a form says, and what it is answered.

A form sends plain JSON messages, never widget state::

    hello                                → state, around
    save      id entry value based_on    → saved | conflict | refused
    audience  id audience based_on       → state | refused
    opened                               → (nothing)
    coach_view                           → coach_view
    history   entry                      → history
    erase     id entry                   → erased, with all that a state tells | refused
    nudge     text                       → nudge

After a save the sheet tells every form what changed around it (``around``: whether it is shown,
what stands beside it).

Whatever a message says of the writer is ignored: author, participant and session are the
workbook's. Callbacks run in any thread, so all of it is thread-safe.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from mdli_workbook.access import audience_in_force, shared_with_coach
from mdli_workbook.answers import Conflict, Draft, values_of
from mdli_workbook.errors import SaveRefused, WorkbookError
from mdli_workbook.exercises.entries import EntryOrder
from mdli_workbook.nudge import nudges
from mdli_workbook.wordings import wordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mdli_workbook.answers import Answer, Audience
    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.store import Store

__all__ = ["READERS", "Desktop", "Place", "Replies", "audiences_of"]

Message = dict[str, Any]

READERS: dict[Audience, str] = {
    "private": "Only you",
    "coach": "Your coach",
    "program": "The program's coordinators, without your name",
}
"""Audience → who reads it, in words."""

NOTHING_SHARED = "<p>Nothing of this is shared. Your coach does not even see that it exists.</p>"
NOTHING_YET = "<p>Shared with your coach as soon as you write something here.</p>"


class _Hello(BaseModel):
    type: Literal["hello", "opened", "coach_view"]


class _Save(BaseModel):
    type: Literal["save"]
    id: str
    entry: str = ""
    value: dict[str, Any] | None
    based_on: str = ""


class _Decision(BaseModel):
    type: Literal["audience"]
    id: str
    audience: Literal["private", "coach", "program"]
    based_on: dict[str, str] = {}


class _History(BaseModel):
    type: Literal["history"]
    entry: str = ""


class _Erase(BaseModel):
    type: Literal["erase"]
    id: str
    entry: str | None = None


class _Nudge(BaseModel):
    type: Literal["nudge"]
    text: str


_Any = _Hello | _Save | _Decision | _History | _Erase | _Nudge
_MESSAGE: TypeAdapter[_Any] = TypeAdapter(Annotated[_Any, Field(discriminator="type")])


@dataclass(frozen=True, slots=True)
class Place:
    """Whose workbook, and which session: the author of everything that is saved in it."""

    cohort: str
    participant: str
    session: int


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the forms of one workbook share.

    Parameters
    ----------
    place
        Whose workbook it is.
    store
        Where answers go; ``None`` if there is none to use.
    why
        Then the reason, in a sentence for the participant.
    note_opened
        Called with an exercise's id when somebody first enters its form.
    take_down
        Called after something was withdrawn, with the store: deletes reports that show it.
    refresh
        Called after each save, so that forms which wait for it can appear.
    """

    place: Place
    store: Store | None
    why: str = ""
    note_opened: Callable[[str], None] = lambda _: None
    take_down: Callable[[Store], None] = lambda _: None
    refresh: Callable[[], None] = lambda: None


def audiences_of(exercise: Exercise) -> list[dict[str, str]]:
    """Return the audiences that a participant may choose from, each in words."""
    offered: list[Audience] = ["private", "coach"]
    if exercise.audience == "program":
        offered.append("program")
    return [{"id": one, "label": READERS[one]} for one in offered]


class Replies:
    """Answers the messages of one exercise's form.

    Parameters
    ----------
    exercise
        What the form fills in.
    desktop
        Whose it is and where it is kept.
    """

    def __init__(self, exercise: Exercise, desktop: Desktop) -> None:
        self.exercise, self._desktop, self._place = exercise, desktop, desktop.place
        self._lock = threading.Lock()

    def __call__(self, message: object) -> Message | None:
        """Return the answer to one message; errors become answers too, without anybody's text."""
        asked = message.get("id", "") if isinstance(message, dict) else ""
        try:
            return self._answer(_MESSAGE.validate_python(message))
        except ValidationError:
            return _refused(asked, "this form and this notebook are not of the same version; open it again.")
        except WorkbookError as error:
            return _refused(asked, f"{error}.")
        except Exception as error:  # noqa: BLE001 - nobody above a callback would tell the person
            return _refused(asked, f"something unforeseen happened ({type(error).__name__}).")

    def _answer(self, message: _Any) -> Message | None:
        if isinstance(message, _Nudge):
            return {"type": "nudge", "found": found_in(message.text)}
        with self._lock:
            match message:
                case _Save():
                    return self._save(message)
                case _Decision():
                    return self._decide(message)
                case _History():
                    return self._history(message)
                case _Erase():
                    return self._erase(message)
            return self._hear(message)

    def _hear(self, message: _Hello) -> Message | None:
        if message.type == "coach_view":
            return {"type": "coach_view", "html": self._coach_view()}
        if message.type == "opened":
            self._desktop.note_opened(self.exercise.id)
            return None
        return self._state()

    def _state(self, message_id: str = "") -> Message:
        try:
            rows, why = self._rows(), self._desktop.why
        except WorkbookError as error:
            rows, why = (), f"{error}."
        audience = audience_in_force(self.exercise, rows)
        return {
            "type": "state",
            "id": message_id,
            "answers": {row.entry: _revision(row) for row in rows},
            "audience": audience,
            "readers": READERS.get(audience, audience),
            "store": why,
        }

    def _save(self, message: _Save) -> Message:
        store = self._store()
        draft = Draft(
            id=message.id,
            author=self._place.participant,
            cohort=self._place.cohort,
            participant=self._place.participant,
            session=self._place.session,
            exercise=self.exercise.id,
            entry=message.entry,
            value=checked_value(self.exercise, message.entry, message.value),
            audience=audience_in_force(self.exercise, self._rows()),
            based_on=message.based_on,
        )
        outcome = store.save(draft)
        if isinstance(outcome, Conflict):
            return {
                "type": "conflict",
                "id": message.id,
                "entry": message.entry,
                "newer": _revision(outcome.newer),
            }
        if outcome.answer.value is None and draft.audience == "coach":
            self._take_down(store)
        self._desktop.refresh()
        return {"type": "saved", "id": message.id, "entry": message.entry} | _revision(outcome.answer)

    def _decide(self, message: _Decision) -> Message:
        store, rows = self._store(), self._rows()
        if message.audience != "private":
            _refuse_unseen(rows, message)
        before = audience_in_force(self.exercise, rows)
        store.share(
            id=message.id,
            author=self._place.participant,
            cohort=self._place.cohort,
            participant=self._place.participant,
            session=self._place.session,
            exercise=self.exercise.id,
            audience=message.audience,
        )
        if before == "coach" != message.audience:
            self._take_down(store)
        return self._state(message.id)

    def _history(self, message: _History) -> Message:
        place = self._place
        rows = self._own(
            self._store().history(place.participant, place.session, self.exercise.id, message.entry)
        )
        told = [
            {"revision": one.revision, "saved_at": one.saved_at.isoformat(), "value": one.value}
            for one in wordings(rows)
        ]
        return {"type": "history", "entry": message.entry, "wordings": told}

    def _erase(self, message: _Erase) -> Message:
        store, place = self._store(), self._place
        erased = store.erase(
            id=message.id,
            author=place.participant,
            participant=place.participant,
            session=place.session,
            exercise=self.exercise.id,
            entry=message.entry,
        )
        self._take_down(store)
        self._desktop.refresh()
        told = {"type": "erased", "entry": message.entry, "remains": erased.remains}
        return self._state(message.id) | told

    def _take_down(self, store: Store) -> None:
        try:
            self._desktop.take_down(store)
        except OSError as error:
            raise SaveRefused(
                "that is done, but a report that still shows it could not be deleted"
                f" ({type(error).__name__}); the coach site will not show it, please tell your coordinator"
            ) from None

    def _coach_view(self) -> str:
        rows = self._rows()
        if audience_in_force(self.exercise, rows) != "coach":
            return NOTHING_SHARED
        shared = shared_with_coach(rows)
        if not any(row.value for row in shared):
            return NOTHING_YET
        return str(self.exercise.static(values_of(shared, self.exercise.id)))

    def _rows(self) -> tuple[Answer, ...]:
        store = self._desktop.store
        if store is None:
            return ()
        newest = store.newest(self._place.participant, self._place.session)
        return self._own(row for row in newest if row.exercise == self.exercise.id)

    def _own(self, rows: Iterable[Answer]) -> tuple[Answer, ...]:
        """Leave out what a coach wrote for themself, whatever exercise a cell asks for."""
        mine = self._place.participant
        return tuple(row for row in rows if row.audience != "self" or row.author == mine)

    def _store(self) -> Store:
        if self._desktop.store is None:
            raise SaveRefused(self._desktop.why.rstrip("."))
        return self._desktop.store


def checked_value(exercise: Exercise, entry: str, value: Message | None) -> Message | None:
    """Return a value in the shape in which it is stored.

    Raises
    ------
    SaveRefused
        If it does not fit the kind; the message names fields, never what was entered.
    """
    if (entry and not exercise.repeats) or (not entry and value is None):
        raise SaveRefused(f"{exercise.id!r} has no such part; open the notebook again")
    if value is None:
        return None
    shape = EntryOrder if exercise.repeats and not entry else exercise.Value
    try:
        return shape.model_validate_json(json.dumps(value)).model_dump(mode="json")
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True, include_input=False)
        raise SaveRefused("; ".join(_say(one, shape) for one in found[:3])) from None


def found_in(text: str) -> list[Message]:
    """Return what may tell who somebody is, by places as a browser counts them (UTF-16)."""

    def place(characters: int) -> int:
        return len(text[:characters].encode("utf-16-le", "surrogatepass")) // 2

    return [
        {"start": place(one.start), "end": place(one.end), "kind": one.kind, "why": one.why}
        for one in nudges(text)
    ]


def _say(found: Any, shape: type[BaseModel]) -> str:
    known = found["loc"] and found["loc"][0] in shape.model_fields
    field = str(found["loc"][0]).replace("_", " ") if known else "this answer"
    if found["type"] == "string_too_long":
        return f"{field} has more than {found['ctx']['max_length']:,} characters; shorten it"
    return f"{field} does not fit its field; correct it"


def _refuse_unseen(rows: Iterable[Answer], message: _Decision) -> None:
    """Do not share what another window wrote and this one has not shown."""
    seen = message.based_on
    if any(row.id == message.id for row in rows):
        return  # decided already: only the answer was lost
    if any(row.value is not None and seen.get(row.entry) != row.id for row in rows):
        raise SaveRefused("another window changed this answer meanwhile; read it here, then decide again")


def _revision(row: Answer) -> Message:
    return {"revision": row.id, "value": row.value, "saved_at": row.saved_at.isoformat()}


def _refused(message_id: object, reason: str) -> Message:
    return {"type": "refused", "id": message_id, "reason": reason[:1].upper() + reason[1:]}
