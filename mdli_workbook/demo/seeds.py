"""The synthetic answers as drafts: what the forms would have sent, in the order of the calendar."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from mdli_workbook.answers import Draft, Event
from mdli_workbook.exercises.coaching import AGREED, NOTE, own_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.answers import Audience
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.program import Participant, Program

__all__ = ["drafts", "later", "opened"]

_NAMES = uuid.UUID("6f0f3a1e-6f0b-4a1b-9f57-3b0a6d0c1d11")
_PROMISES = "next-step"


def drafts(participant: Participant, session: Session) -> Iterator[Draft]:
    """Yield one participant's answers of one session, in the order of the page."""
    mine = _read(f"{session.session:02d}.yaml").get(participant.id) or {}
    for exercise in session.exercises:
        said = mine.get(exercise.id)
        if said is None:
            continue
        for entry, value in _values(participant.id, session.session, exercise.id, said):
            own = exercise.repeats and not entry
            yield Draft(
                id=_id(participant.id, session.session, exercise.id, entry),
                author=participant.id,
                cohort=participant.cohort,
                participant=participant.id,
                session=session.session,
                exercise=exercise.id,
                value=value if own else exercise.Value.model_validate(value).model_dump(mode="json"),
                audience=said.get("audience", exercise.audience),
                entry=entry,
            )


def later(program: Program) -> Iterator[tuple[Draft, datetime]]:
    """Yield what came after the sessions, each with its time: moved promises, and what coaches wrote."""
    said = _read("later.yaml")
    people = {one.id: one for one in program.participants}
    last: dict[str, Draft] = {}
    for move in said.get("moves", ()):
        if move["participant"] in people:
            draft = _moved(people[move["participant"]], move, last)
            yield draft, _noon(move["day"])
    for call in said.get("calls", ()):
        if call["participant"] in people:
            for draft in _written_by_coach(people[call["participant"]], call):
                yield draft, _noon(call["day"])


def opened(draft: Draft, at: datetime) -> Event:
    """Return the event that the form of a draft was opened."""
    return Event(
        id=_id("opened", draft.participant, draft.session, draft.exercise),
        what="opened",
        who=draft.participant,
        participant=draft.participant,
        at=at,
        session=draft.session,
        exercise=draft.exercise,
    )


def _moved(participant: Participant, move: dict[str, Any], last: dict[str, Draft]) -> Draft:
    session, index = move["session"], move["entry"]
    entry = _id(participant.id, session, _PROMISES, f"entry {index}")
    before = last.get(entry)
    first = _read(f"{session:02d}.yaml")[participant.id][_PROMISES]["entries"][index]
    value = dict((before and before.value) or AGREED.Value.model_validate(first).model_dump(mode="json"))
    value |= {name: str(move[name]) for name in ("due", "state", "reason") if name in move}
    draft = Draft(
        id=_id("moved", entry, move["day"]),
        author=participant.id,
        cohort=participant.cohort,
        participant=participant.id,
        session=session,
        exercise=_PROMISES,
        value=value,
        audience="coach",
        entry=entry,
        based_on=before.id if before else _id(participant.id, session, _PROMISES, entry),
    )
    last[entry] = draft
    return draft


def _written_by_coach(participant: Participant, call: dict[str, Any]) -> Iterator[Draft]:
    notes: tuple[tuple[str, Exercise, Audience], ...] = (
        ("note", NOTE, "participant"),
        ("own", own_note(participant.coach_id), "self"),
    )
    for name, exercise, audience in notes:
        if name in call:
            yield _by_coach(participant, call["session"], exercise.id, {"text": call[name]}, audience)
    for index, promised in enumerate(call.get("agreed", ())):
        entry = _id(participant.id, call["session"], AGREED.id, f"entry {index}")
        value = AGREED.Value.model_validate({**promised, "due": str(promised["due"])}).model_dump(mode="json")
        draft = _by_coach(participant, call["session"], AGREED.id, value, "participant")
        yield replace(draft, id=_id("coach", entry), entry=entry)


def _by_coach(
    participant: Participant, session: int, exercise: str, value: dict[str, Any], audience: Audience
) -> Draft:
    return Draft(
        id=_id("coach", participant.id, session, exercise),
        author=participant.coach_id,
        cohort=participant.cohort,
        participant=participant.id,
        session=session,
        exercise=exercise,
        value=value,
        audience=audience,
    )


def _values(
    participant: str, session: int, exercise: str, said: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    if "entries" not in said:
        yield "", said["value"]
        return
    names = [_id(participant, session, exercise, f"entry {index}") for index, _ in enumerate(said["entries"])]
    yield "", {"order": names}
    yield from zip(names, said["entries"], strict=True)


@cache  # a file is asked for once per participant
def _read(name: str) -> dict[str, Any]:
    source = resources.files("mdli_workbook.demo").joinpath("answers", name)
    return yaml.safe_load(source.read_text(encoding="utf-8")) or {} if source.is_file() else {}


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(18), tzinfo=UTC)


def _id(*what: str | int | date) -> str:
    return str(uuid.uuid5(_NAMES, "/".join(map(str, what))))
