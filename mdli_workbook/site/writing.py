"""What a coach writes after a call: the forms on a report's page, and the save protocol behind them.

The forms are those of a workbook, with the same scripts and the same replies; only the hands, the
readers and the wire are others. A coach writes for the participants that the roster gives them now,
whether or not a report is there.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from tornado import web

from mdli_workbook.answers import Event
from mdli_workbook.exercises.coaching import AGREED, CALL, NOTE, comment_on, own_note
from mdli_workbook.exercises.messages import of_coach, refused, state_of
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.exercises.widget import describe
from mdli_workbook.shelf import take_down_withdrawn
from mdli_workbook.site.anchors import anchors_of, read_names
from mdli_workbook.site.frame import NOTICES, OTHERWISE, Page
from mdli_workbook.site.reading import find_own, find_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdli_workbook.answers import Answer, Audience
    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.messages import Message
    from mdli_workbook.program import Coach, Participant
    from mdli_workbook.site.anchors import Anchor
    from mdli_workbook.site.reading import Found
    from mdli_workbook.site.sources import Sources
    from mdli_workbook.store import Store

__all__ = ["MOST_BYTES", "Write", "forms_of", "record_call"]

MOST_BYTES = 1_000_000
"""Largest message: what a store keeps in one value, and hardly more."""

_WITHDRAWN = "this answer is no longer shared, so nothing can be written on it"
_recording = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One form: what it fills in, who reads it, and how the page words it.

    Parameters
    ----------
    exercise
        What it fills in.
    audience
        Who reads it, besides its author.
    words
        What the browser draws otherwise than in a workbook.
    anchor
        The answer that it is on, for a comment.
    """

    exercise: Exercise
    audience: Audience
    words: dict[str, Any]
    anchor: Anchor | None = None

    def spec(self, coach_id: str, participant: Participant, session: int) -> dict[str, Any]:
        """Return what the browser draws."""
        spec = describe(self.exercise, Place(participant.cohort, participant.id, session))
        # two coaches may share a browser: the drafts of one are not the other's
        drafts = {"participant": f"{coach_id} for {participant.id}"}
        return spec | {"audiences": [], "site": True} | drafts | self.words

    def state(self, coach_id: str, rows: Iterable[Answer]) -> Message:
        """Return what the form is told when it opens."""
        mine = (row for row in rows if row.exercise == self.exercise.id and of_coach(row, coach_id))
        return state_of(self.exercise, mine, self.audience)

    def complete(self, message: Message, rows: Iterable[Answer]) -> Message:
        """Fill in what the browser does not know: what a comment is on, fields that it does not show."""
        value = message.get("value")
        if message.get("type") != "save" or not isinstance(value, dict):
            return message
        if self.anchor is not None:
            on = self.anchor
            return message | {"value": value | {"exercise": on.exercise, "entry": on.entry, "title": on.name}}
        entry = message.get("entry") or ""
        before = next((row for row in rows if row.key[2:] == (self.exercise.id, entry)), None)
        return message | {"value": ((before and before.value) or {}) | value}


def _sheets(coach_id: str, participant: Participant) -> tuple[_Sheet, ...]:
    """Return the forms that every report has, in the order of the page."""
    name = participant.name
    note = NOTE.model_copy(
        update={"title": f"A note to {name}", "hint": f"{name} reads it in the next workbook.", "rows": 3}
    )
    own = own_note(coach_id).model_copy(
        update={"hint": "Only you read it: no report, no export, no later coach shows it.", "rows": 3}
    )
    return (
        _Sheet(CALL, "participant", {}),
        _Sheet(AGREED, "participant", _agreed_words(name)),
        _Sheet(note, "participant", {}),
        _Sheet(own, "self", {}),
    )


def _agreed_words(name: str) -> dict[str, Any]:
    """Ask for a promise in four fields: how it stands is for the participant to say."""
    asked = {one["name"]: one for one in AGREED.form()["controls"]}
    labels = {
        "act": f"What {name} will do",
        "cue": "When and where",
        "due": "By",
        "who_hears": "Who will hear of it",
    }
    return {
        "title": "What we agreed",
        "heading": "What we agreed",
        "prompt": f"Each is an open commitment in {name}'s next workbook, and in your next report.",
        "controls": [asked[one] | {"label": label, "hint": ""} for one, label in labels.items()],
        "entries": {"one": "commitment", "least": 0, "most": AGREED.count[1]},
    }


def _comment(anchor: Anchor, participant: Participant) -> _Sheet:
    words = {
        "label": f"Comment on {anchor.name}",
        "hint": f"{participant.name} reads it beside this answer.",
    }
    exercise = comment_on(anchor.exercise, anchor.entry).model_copy(update=words | {"title": words["label"]})
    return _Sheet(exercise, "participant", {}, anchor)


def forms_of(found: Found, coach: Coach, rows: Sequence[Answer]) -> dict[str, Any]:
    """Return the forms on the page of a report, with what is written in them.

    Parameters
    ----------
    found
        The report, which this coach may read now.
    coach
        Who reads it.
    rows
        Newest rows of its participant: ``store.newest(participant)``. What is not this coach's to read is
        left out here.

    Returns
    -------
    dict
        JSON for ``mountForms`` in ``after.js``: ``address`` to write to, ``parts``, ``comments``, each with
        a form's description and state; ``answered``, what the participant has said to what was agreed.
    """
    who, session = found.participant, found.marker.session
    here = [row for row in rows if row.session == session]
    anchors = anchors_of(here, session, read_names(found.path, found.stamp))

    def told(sheet: _Sheet) -> dict[str, Any]:
        return {"spec": sheet.spec(coach.id, who, session), "state": sheet.state(coach.id, here)}

    return {
        "address": f"/report/{who.id}/{session}/write",
        "name": who.name,
        "parts": [told(sheet) for sheet in _sheets(coach.id, who)],
        "answered": _answered(here),
        "comments": [
            {"exercise": one.exercise, "title": one.name, "short": one.part, **told(_comment(one, who))}
            for one in anchors
        ],
    }


def _answered(rows: Iterable[Answer]) -> list[dict[str, str]]:
    """Return what was agreed and since answered by the participant: the words are theirs from then on."""
    theirs = (
        row.value
        for row in rows
        if row.exercise == AGREED.id and row.entry and row.author == row.participant and row.value
        if row.audience in {"coach", "participant"}
    )
    return [
        {name: str(value.get(name, "")) for name in ("act", "due", "state", "reason")} for value in theirs
    ]


def record_call(store: Store, participant: str, session: int) -> None:
    """Record as an event what the record of a call says now, if the last event says otherwise.

    Saying it again changes nothing, whoever was interrupted before: held, missed, moved, or planned again.

    Parameters
    ----------
    store
        Where both are kept.
    participant, session
        Whose call, and which.
    """
    with _recording:
        rows = (row for row in store.newest(participant, session) if row.key[2:] == (CALL.id, ""))
        row = next(rows, None)
        if row is None:
            return
        what = f"call-{(row.value or {}).get('state') or 'planned'}"
        said = [one.what for one in store.events(participant, session) if one.what.startswith("call-")]
        if what != (said[-1] if said else "call-planned"):
            event = str(uuid.uuid5(uuid.UUID(row.id), what))
            store.record(Event(event, what, row.author, participant, row.saved_at, session))


class _Told(BaseModel):
    """What a page sends: a message of the save protocol, and the id of the form that says it."""

    form: str
    message: dict[str, Any]


@web.stream_request_body
class Write(Page):
    """One message of a form on a report's page, and its answer."""

    def prepare(self) -> None:
        """Look at the head of the request before its body is let in."""
        super().prepare()
        self._body = bytearray()
        if self.request.method != "POST":
            raise web.HTTPError(404)
        if (
            self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            != "application/json"
        ):
            raise web.HTTPError(415)
        if self.get_signed_cookie(self.site.identity.cookie_name) is not None:
            self.request.connection.set_max_body_size(MOST_BYTES)  # type: ignore[union-attr]  # always HTTP/1

    def data_received(self, chunk: bytes) -> None:
        """Keep a piece of the body."""
        self._body += chunk

    async def post(self, participant_id: str, session: str) -> None:
        """Answer one message."""
        self.coach = await self.ask(self._known_coach)
        if self.coach is None:
            raise web.HTTPError(401)
        try:
            told = _Told.model_validate_json(bytes(self._body))
        except ValidationError:
            raise web.HTTPError(400) from None
        answer = await self.ask(self._answer, self.coach, participant_id, int(session), told)
        self.reply({"answer": answer})

    def _answer(self, coach: Coach, participant_id: str, session: int, told: _Told) -> Message | None:
        sources = self.site.sources
        participant = find_own(sources, coach.id, participant_id)
        if participant is None or session not in sources.program().numbers:
            raise web.HTTPError(404)
        store = sources.store()
        rows = store.newest(participant.id, session)
        found = find_report(sources, coach.id, participant.id, session)
        sheet = _find_sheet(told.form, coach.id, participant, session, rows, found)
        if sheet is None:
            return refused(told.message.get("id", ""), f"{_WITHDRAWN}.")
        desktop = Desktop(
            Place(participant.cohort, participant.id, session),
            store,
            take_down=partial(_take_down, sources, participant.id),
            author=coach.id,
            audience=sheet.audience,
        )
        answer = Replies(sheet.exercise, desktop)(sheet.complete(told.message, rows))
        if sheet.exercise.id == CALL.id:
            record_call(store, participant.id, session)
        return answer

    def write_error(self, status_code: int, **_kwargs: object) -> None:
        """Say why, to a script: it shows the reason beside the field and keeps what was typed."""
        said = {
            400: "this page is of another version; open it again.",
            401: "you are signed out. Sign in again in another tab; this page then saves by itself.",
            413: "this is too long; shorten or divide it.",
            415: "this page is of another version; open it again.",
        }
        reason = said.get(status_code) or NOTICES.get(status_code, OTHERWISE)[1]
        self.reply({"answer": refused("", reason)}, status_code)


def _find_sheet(  # noqa: PLR0913, PLR0917 - all that decides it
    form: str,
    coach_id: str,
    participant: Participant,
    session: int,
    rows: Sequence[Answer],
    found: Found | None,
) -> _Sheet | None:
    """Return the form of this id that the coach may fill in now."""
    for sheet in _sheets(coach_id, participant):
        if sheet.exercise.id == form:
            return sheet
    names = read_names(found.path, found.stamp) if found else {}
    anchors = anchors_of(rows, session, names)
    return next(
        (_comment(one, participant) for one in anchors if comment_on(one.exercise, one.entry).id == form),
        None,
    )


def _take_down(sources: Sources, participant: str, store: Store) -> None:
    take_down_withdrawn(sources.folder, store, participant)
