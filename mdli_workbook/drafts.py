"""What may be saved, whatever the kind of exercise: the shape of drafts and events, and their rows."""

from __future__ import annotations

import dataclasses
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mdli_workbook.answers import Answer, Audience
from mdli_workbook.curriculum import Id
from mdli_workbook.errors import SaveRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.answers import Draft, Event, Value

__all__ = [
    "MOST_BYTES",
    "answer_of",
    "checked",
    "checked_event",
    "refuse_coachs",
    "refuse_mixed",
    "refuse_other",
    "refuse_other_event",
    "same_draft",
    "shared_rows",
    "was_erased",
]

MOST_BYTES = 1_000_000
"""Largest value, as JSON in UTF-8: some 400 pages of text."""

Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Nothing = Literal[""]


class _DraftShape(BaseModel):
    model_config = ConfigDict(strict=True)

    id: Uuid
    author: Id
    cohort: Id
    participant: Id
    session: int = Field(ge=1, le=6)
    exercise: Id
    entry: Uuid | Nothing
    based_on: Uuid | Nothing
    audience: Audience


class _EventShape(BaseModel):
    model_config = ConfigDict(strict=True)

    id: Uuid
    what: Id
    who: Id
    participant: Id | Nothing
    at: AwareDatetime
    session: int = Field(ge=0, le=6)
    exercise: Id | Nothing
    minutes: int = Field(ge=0, le=100_000)
    replaces: Uuid | Nothing


def checked(draft: Draft) -> Draft:
    """Return the draft with its value exactly as the store will give it back.

    Half a surrogate pair, which a browser can send and no file can hold, becomes U+FFFD.

    Raises
    ------
    SaveRefused
        If an id, the audience, or the value's shape or size is not as it must be. The kind
        checks what is inside the value.
    """
    shape = {field.name: getattr(draft, field.name) for field in dataclasses.fields(draft)}
    value = shape.pop("value")
    _check_shape(_DraftShape, shape)
    return dataclasses.replace(draft, value=_plain_json(value))


def checked_event(event: Event) -> Event:
    """Return the event with its time in UTC.

    Raises
    ------
    SaveRefused
        If a field is not an id, or the time has no zone: events hold no text.
    """
    _check_shape(_EventShape, dataclasses.asdict(event))
    return dataclasses.replace(event, at=event.at.astimezone(UTC))


def same_draft(draft: Draft, row: Answer) -> bool:
    """Say whether a row is what this draft became when it was sent before."""
    names = ("author", "cohort", "participant", "session", "exercise", "entry", "value", "audience")
    return all(getattr(draft, name) == getattr(row, name) for name in names)


def was_erased(draft: Draft, row: Answer) -> bool:
    """Whether a draft, sent again, holds words that were erased since."""
    return (
        row.value is None
        and not same_draft(draft, row)
        and same_draft(dataclasses.replace(draft, value=None), row)
    )


def answer_of(draft: Draft, saved_at: datetime, *, replaces: str) -> Answer:
    """Return the row that a draft becomes."""
    fields = {field.name: getattr(draft, field.name) for field in dataclasses.fields(draft)}
    del fields["based_on"]
    return Answer(**fields, saved_at=saved_at, replaces=replaces)


def shared_rows(draft: Draft, rows: Sequence[Answer], now: datetime) -> list[Answer]:
    """Return the rows that give an exercise a new audience, its own row last.

    Ids of copies come from the draft's id, so that sending it twice cannot make two of a kind.
    """
    own = next((row for row in rows if not row.entry), None)
    live = [row for row in rows if row.entry and row.value is not None]
    order: Value = {"order": [row.entry for row in live]} if any(row.entry for row in rows) else {}
    decision = dataclasses.replace(draft, value=own.value if own and (own.value or not live) else order)
    copies = [
        dataclasses.replace(
            row,
            id=str(uuid.uuid5(uuid.UUID(draft.id), row.entry)),
            audience=draft.audience,
            saved_at=now,
            replaces=row.id,
        )
        for row in live
        if row.audience not in {"participant", "self"}
    ]
    return [*copies, answer_of(decision, now, replaces=own.id if own else "")]


def _check_shape(shape: type[BaseModel], fields: dict[str, Any]) -> None:
    try:
        shape.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise SaveRefused(f"{name} {_short(fields[name])} cannot be saved: {first['msg']}") from None


def _short(given: object) -> str:
    text = str(given) if isinstance(given, datetime) else repr(given)
    return text if len(text) <= 40 else f"of {len(text)} characters"


def _plain_json(value: Value) -> Value:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise SaveRefused(
            f"a value must be a JSON object or null, not {type(value).__name__}; nothing was saved"
        )
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise SaveRefused(
            "the value is not plain JSON (text, numbers, lists, objects); nothing was saved"
        ) from None
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    size = len(whole.encode())
    if size > MOST_BYTES:
        raise SaveRefused(
            f"the value has {size} bytes; at most {MOST_BYTES} can be saved: shorten or divide it"
        )
    plain: dict[str, Any] = json.loads(whole)
    return plain


def refuse_other(draft: Draft, *, same: bool) -> None:
    """Refuse an id that names another answer already."""
    if not same:
        raise SaveRefused(f"id {draft.id} already names another answer; give each save an id of its own")


def refuse_mixed(draft: Draft, newest: Sequence[Answer]) -> None:
    """Refuse a note to oneself beside what somebody else wrote, and the other way round."""
    for row in newest:
        if row.author != draft.author and "self" in {row.audience, draft.audience}:
            raise SaveRefused(
                f"exercise {draft.exercise!r} is somebody else's; a note to oneself needs one of its own"
            )


def refuse_coachs(draft: Draft, rows: Sequence[Answer]) -> None:
    """Refuse a decision on what a coach wrote: its row would carry the coach's words to other readers."""
    if any(not row.entry and row.audience in {"participant", "self"} for row in rows):
        raise SaveRefused(f"exercise {draft.exercise!r} is a coach's; whoever wrote it decided who reads it")


def refuse_other_event(event: Event, found: Event) -> None:
    """Refuse an id that names another event already."""
    if event != found:
        raise SaveRefused(f"event {event.id} is already another one; give each event an id of its own")
