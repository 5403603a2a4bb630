"""A participant's record as JSON: the shape that docs/records.md describes, with its version."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from mdli_workbook.edition import package_version

if TYPE_CHECKING:
    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.exercises.own_record import OwnRecord

__all__ = ["SHAPE", "record_data"]

SHAPE = 1
"""Version of the shape: a higher one may have other fields."""


def record_data(record: OwnRecord) -> str:
    """Return a record as the text of a JSON file."""
    whose = record.whose
    said = {
        "what": "participant-record",
        "shape": SHAPE,
        "made_at": record.made_at.isoformat(timespec="seconds"),
        "made_by": f"mdli-workbook {package_version()}",
        "program": whose.program,
        "participant": {
            "id": whose.participant,
            "earlier_ids": list(record.earlier),
            "name": whose.name,
            "roster": dict(whose.about),
        },
        "coaches": dict(whose.coaches),
        "sessions": [_session(record, number) for number in _numbers(record)],
        "answers": [_answer(row) for row in record.rows],
        "events": [_event(one) for one in record.events],
        "credit": _credit(record),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _numbers(record: OwnRecord) -> list[int]:
    return sorted({*record.sessions, *(session for session, _ in record.asked.exercises)})


def _session(record: OwnRecord, number: int) -> dict[str, Any]:
    exercises = (one for (session, _), one in record.asked.exercises.items() if session == number)
    return {
        "session": number,
        "title": record.asked.titles.get(number, ""),
        "exercises": [{"id": one.id, "kind": one.kind, **one.literals()} for one in exercises],
    }


def _answer(row: Answer) -> dict[str, Any]:
    return dataclasses.asdict(row) | {"saved_at": row.saved_at.isoformat()}


def _event(event: Event) -> dict[str, Any]:
    return dataclasses.asdict(event) | {"at": event.at.isoformat()}


def _credit(record: OwnRecord) -> dict[str, Any] | None:
    of = record.account
    if of is None:
        return None
    return {
        "lines": [
            {
                "what": line.what,
                "number": line.number,
                "day": str(record.days.get((line.what, line.number), "")),
                "minutes": line.minutes,
                "designated": str(line.designated),
                "credit": str(line.credit),
            }
            for line in of.lines
        ],
        "cap": str(of.cap),
        "earned": str(of.earned),
        "claimed": str(of.claimed),
    }
