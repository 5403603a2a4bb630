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
workbook's. A coach's form speaks the same way to the coach site, under the coach's name, and never
changes a word of the participant. Callbacks run in any thread, so all of it is thread-safe.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mdli_workbook.access import audience_in_force, for_coaches, shared_with_coach
from mdli_workbook.answers import Conflict, Draft, values_of
from mdli_workbook.curriculum import Filled
from mdli_workbook.errors import SaveRefused, WorkbookError
from mdli_workbook.exercises.coaching import is_coachs
from mdli_workbook.exercises.entries import EntryOrder
from mdli_workbook.exercises.messages import (
    MESSAGE,
    Decision,
    Erase,
    Hello,
    History,
    Nudge,
    Save,
    found_in,
    of_coach,
    refused,
    revision_of,
    state_of,
)
from mdli_workbook.exercises.readers import NOTHING_FOR_COACH, NOTHING_SHARED, NOTHING_YET
from mdli_workbook.wordings import wordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import BaseModel

    from mdli_workbook.answers import Answer, Audience
    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.messages import AnyMessage, Message
    from mdli_workbook.store import Store

__all__ = ["Desktop", "Place", "Replies", "checked_value"]


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
    author
        Id of the coach who writes; ``""`` where the participant does.
    audience
        Who reads what a coach writes; ``None`` where the participant decides.
    """

    place: Place
    store: Store | None
    why: str = ""
    note_opened: Callable[[str], None] = lambda _: None
    take_down: Callable[[Store], None] = lambda _: None
    refresh: Callable[[], None] = lambda: None
    coach: Callable[[], str] = lambda: ""
    author: str = ""
    audience: Audience | None = None


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
        self._author = desktop.author or desktop.place.participant
        self._lock = threading.Lock()

    def __call__(self, message: object) -> Message | None:
        """Return the answer to one message; errors become answers too, without anybody's text."""
        asked = message.get("id", "") if isinstance(message, dict) else ""
        try:
            return self._answer(MESSAGE.validate_python(message))
        except ValidationError:
            return refused(asked, "this form and this notebook are not of the same version; open it again.")
        except WorkbookError as error:
            return refused(asked, f"{error}.")
        except Exception as error:  # noqa: BLE001 - nobody above a callback would tell the person
            return refused(asked, f"something unforeseen happened ({type(error).__name__}).")

    def _answer(self, message: AnyMessage) -> Message | None:
        if isinstance(message, Nudge):
            return {"type": "nudge", "id": message.id, "found": found_in(message.text)}
        with self._lock:
            match message:
                case Save():
                    return self._save(message)
                case Decision():
                    return self._decide(message)
                case History():
                    return self._history(message)
                case Erase():
                    return self._erase(message)
            return self._hear(message)

    def _hear(self, message: Hello) -> Message | None:
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
        audience, coach = self._audience(rows), self._desktop.coach()
        return state_of(self.exercise, rows, audience, coach) | {"id": message_id, "store": why}

    def _save(self, message: Save) -> Message:
        if not message.entry:
            self._refuse_coachs()
        store = self._store()
        draft = Draft(
            id=message.id,
            author=self._author,
            cohort=self._place.cohort,
            participant=self._place.participant,
            session=self._place.session,
            exercise=self.exercise.id,
            entry=message.entry,
            value=checked_value(self.exercise, message.entry, message.value),
            audience=self._audience(self._rows()),
            based_on=message.based_on,
        )
        if self._desktop.author:
            self._refuse_participants(store, draft)
        outcome = store.save(draft)
        if isinstance(outcome, Conflict):
            return {
                "type": "conflict",
                "id": message.id,
                "entry": message.entry,
                "newer": revision_of(outcome.newer),
            }
        if outcome.answer.value is None and for_coaches(draft.audience):
            self._take_down(store)
        self._desktop.refresh()
        return {"type": "saved", "id": message.id, "entry": message.entry} | revision_of(outcome.answer)

    def _decide(self, message: Decision) -> Message:
        self._refuse_coachs(deciding=True)
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

    def _history(self, message: History) -> Message:
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

    def _erase(self, message: Erase) -> Message:
        store, place = self._store(), self._place
        if message.wording is not None:
            _refuse_unknown(self._revisions(message.entry or ""), message.wording)
        erased = store.erase(
            id=message.id,
            author=self._author,
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
        place = self._place
        return self._own(store.standing(place.participant, place.session, self.exercise.id))

    def _audience(self, rows: Iterable[Answer]) -> Audience:
        return self._desktop.audience or audience_in_force(self.exercise, rows)

    def _own(self, rows: Iterable[Answer]) -> tuple[Answer, ...]:
        """Leave out what is not for whoever writes here, whatever exercise a message asks for."""
        if self._desktop.author:
            return tuple(row for row in rows if of_coach(row, self._author))
        return tuple(row for row in rows if row.audience != "self" or row.author == self._author)

    def _refuse_coachs(self, *, deciding: bool = False) -> None:
        """Keep what coaches write theirs: a participant says how a promise stands, and no more."""
        if deciding and self._desktop.audience is not None:
            raise SaveRefused("who reads what a coach writes is settled; nothing was changed")
        if is_coachs(self.exercise.id) and not self._desktop.author:
            raise SaveRefused(f"{self.exercise.id!r} is for a coach to write; nothing was changed")

    def _refuse_participants(self, store: Store, draft: Draft) -> None:
        """Keep a coach from writing over words of the participant."""
        rows = store.history(draft.participant, draft.session, draft.exercise, draft.entry)
        theirs = bool(rows) and rows[-1].author == draft.participant
        if theirs and all(row.id != draft.id for row in rows):
            raise SaveRefused("the participant has written here since; their words stay")

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


def _say(found: Any, shape: type[BaseModel]) -> str:
    known = found["loc"] and found["loc"][0] in shape.model_fields
    field = str(found["loc"][0]).replace("_", " ") if known else "this answer"
    if found["type"] == "string_too_long":
        return f"{field} has more than {found['ctx']['max_length']:,} characters; shorten it"
    return f"{field} does not fit its field; correct it"


def _refuse_unseen(rows: Iterable[Answer], message: Decision) -> None:
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
