"""The kernel's end of the save protocol: what a form says, and what it is answered.

A form sends plain JSON messages, never widget state::

    hello                                → state, around
    save      id entry value based_on    → saved | conflict | refused
    audience  id audience based_on       → state | refused
    opened                               → (nothing)
    coach_view                           → coach_view
    history   entry                      → history
    erase     id entry wording           → erased, with all that a state tells | refused
    nudge     id text                    → nudge

The history of an entry is its wordings; without an entry (null) those of all entries that were
removed. An erasure is of one wording, of an entry with all of them, or (null) of the exercise.

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
from mdli_workbook.curriculum import Filled
from mdli_workbook.errors import SaveRefused, WorkbookError
from mdli_workbook.exercises.entries import EntryOrder
from mdli_workbook.exercises.readers import (
    NOTHING_FOR_COACH,
    NOTHING_SHARED,
    NOTHING_YET,
    audiences_of,
    in_words,
)
from mdli_workbook.nudge import nudges
from mdli_workbook.wordings import wordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.store import Store

__all__ = ["Desktop", "Place", "Replies"]

Message = dict[str, Any]


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
    entry: str | None = ""


class _Erase(BaseModel):
    type: Literal["erase"]
    id: str
    entry: str | None = None
    wording: str | None = None


class _Nudge(BaseModel):
    type: Literal["nudge"]
    id: str = ""
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
    coach
        Gives the name of the participant's coach as the roster says it now; ``""`` if it is not known.
    """

    place: Place
    store: Store | None
    why: str = ""
    note_opened: Callable[[str], None] = lambda _: None
    take_down: Callable[[Store], None] = lambda _: None
    refresh: Callable[[], None] = lambda: None
    coach: Callable[[], str] = lambda: ""


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
            return {"type": "nudge", "id": message.id, "found": found_in(message.text)}
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
        audience, coach = audience_in_force(self.exercise, rows), self._desktop.coach()
        return {
            "type": "state",
            "id": message_id,
            "answers": {row.entry: _revision(row) for row in rows},
            "audience": audience,
            "readers": in_words(audience, coach),
            "audiences": audiences_of(self.exercise, coach),
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
        if message.entry is None:
            entries = [row.entry for row in self._rows() if row.entry and row.value is None]
        else:
            entries = [message.entry]
        found = [(entry, one) for entry in entries for one in wordings(self._revisions(entry))]
        told = [
            {
                "entry": entry,
                "revision": one.revision,
                "saved_at": one.saved_at.isoformat(),
                "value": one.value,
            }
            for entry, one in sorted(found, key=lambda pair: pair[1].saved_at, reverse=True)
        ]
        return {"type": "history", "entry": message.entry, "wordings": told}

    def _revisions(self, entry: str) -> tuple[Answer, ...]:
        place = self._place
        return self._own(self._store().history(place.participant, place.session, self.exercise.id, entry))

    def _erase(self, message: _Erase) -> Message:
        store, place = self._store(), self._place
        if message.wording is not None:
            _refuse_unknown(self._revisions(message.entry or ""), message.wording)
        erased = store.erase(
            id=message.id,
            author=place.participant,
            participant=place.participant,
            session=place.session,
            exercise=self.exercise.id,
            entry=message.entry if message.wording is None else message.entry or "",
            wording=message.wording,
        )
        self._take_down(store)
        self._desktop.refresh()
        told = {
            "type": "erased",
            "entry": message.entry,
            "wording": message.wording,
            "remains": erased.remains,
        }
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
        audience = audience_in_force(self.exercise, rows)
        if audience != "coach":
            return NOTHING_FOR_COACH if audience == "program" else NOTHING_SHARED
        values = values_of(shared_with_coach(rows), self.exercise.id)
        if self.exercise.filled(values) is Filled.NOT_BEGUN:
            return NOTHING_YET
        return str(self.exercise.static(values))

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


def _refuse_unknown(rows: Iterable[Answer], wording: str) -> None:
    """Do not erase by a list of wordings that is not true any more; one erased already is no matter."""
    rows = tuple(rows)
    shown = {one.revision for one in wordings(rows)} | {row.id for row in rows if row.value is None}
    if wording not in shown:
        raise SaveRefused("this answer was changed meanwhile; look at the list again, then decide")


def _revision(row: Answer) -> Message:
    return {"revision": row.id, "value": row.value, "saved_at": row.saved_at.isoformat()}


def _refused(message_id: object, reason: str) -> Message:
    return {"type": "refused", "id": message_id, "reason": reason[:1].upper() + reason[1:]}
