"""A briefing holds what the coach may read, and neither word nor name of anything else."""

from __future__ import annotations

import json
import tempfile
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from programs import make_program, read

from mdli_workbook.access import told_to_coach
from mdli_workbook.answers import AUDIENCES, Answer, newest
from mdli_workbook.briefing import Briefing
from mdli_workbook.exercises.coaching import CALL, NOTE, WRITTEN_BY_COACHES
from mdli_workbook.gathering import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.answers import Audience
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

FIRST_DAY = datetime(2026, 1, 14, tzinfo=UTC)
ENTRIES = ("0b6d3a52-6a0e-4c39-9d7e-0e9a3a1c5b11", "5f0c1c5a-94de-4b7c-8a39-6f3b1e2d7c02")
SESSION = """\
---
session: {number}
slug: s{number}
title: Session {number}
minutes: 5
sources: [Invented for a test]
---

```{{reflection}} x{number}-open
prompt: Words for the coach
audience: coach
```

```{{reflection}} x{number}-closed
prompt: zqsecretprompt{number}
```

```{{reflection}} x{number}-then
prompt: Waits for another one
audience: coach
show_if: {{exercise: x{number}-closed, is: saved}}
```

```{{commitment}} x{number}-promise
```

```{{log}} x{number}-visits
fields: {{saw: text}}
```

```{{reflection}} x{number}-cohort
prompt: For the coordinators
audience: program
```
{more}
"""
SCALE = """
```{scale} x1-rating
audience: coach
points: [{id: 1, label: never}, {id: 2, label: always}]
statements: [{id: listens, text: I listen., of: listen}]
```
"""
AGAIN = """
```{scale} x2-again
audience: coach
same_as: 1/x1-rating
```
"""
NAMES = ("open", "closed", "then", "promise", "visits", "cohort")


@cache
def program() -> tuple[Program, tuple[Session, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        texts = {
            "01-s1": SESSION.format(number=1, more=SCALE),
            "02-s2": SESSION.format(number=2, more=AGAIN),
        }
        return read(make_program(Path(folder) / "program", ("ana",), sessions=texts))


def value_of(exercise: str, entry: str, word: str) -> dict[str, Any]:
    if exercise.endswith(("promise", "agreed")):
        return {"act": word, "due": "2026-04-01", "state": "open"} if entry else {"order": list(ENTRIES)}
    if exercise.endswith("visits"):
        return {"saw": word} if entry else {"order": list(ENTRIES)}
    if exercise.endswith(("rating", "again")):
        return {"ratings": {"listens": "2"}}
    return {"text": word}


@st.composite
def histories(draw: st.DrawFn) -> list[Answer]:
    """Rows as a store could hold them, each with a word of its own."""
    exercises = [(n, f"x{n}-{name}") for n in (1, 2) for name in NAMES]
    exercises += [
        (1, "x1-rating"),
        (2, "x2-again"),
        *((n, one.id) for n in (1, 2) for one in WRITTEN_BY_COACHES),
    ]
    exercises += [(n, "coach-own-note") for n in (1, 2)]
    rows: list[Answer] = []
    for index in range(draw(st.integers(0, 14))):
        session, exercise = draw(st.sampled_from(exercises))
        repeats = exercise.endswith(("promise", "visits", "agreed"))
        entry = draw(st.sampled_from(("", *ENTRIES))) if repeats else ""
        audience: Audience = draw(st.sampled_from(AUDIENCES))
        removed = draw(st.integers(0, 5)) == 0
        rows.append(
            Answer(
                id=str(uuid.UUID(int=index + 1)),
                author="ana" if audience in {"private", "coach", "program"} else "kim",
                cohort="spring",
                participant="ana",
                session=session,
                exercise=exercise,
                entry=entry,
                value=None if removed else value_of(exercise, entry, f"zqword{index:02d}"),
                audience=audience,
                saved_at=FIRST_DAY + timedelta(days=index),
            )
        )
    return rows


def brief(rows: Iterable[Answer], number: int, opened: Iterable[tuple[int, str]] = ()) -> Briefing:
    known, sessions = program()
    rows = [row for row in rows if row.session <= number]
    return Sources(
        program=known,
        participant=known.participants[0],
        sessions=sessions,
        by_coaches=WRITTEN_BY_COACHES,
        told=told_to_coach(rows),
        audiences={(row.session, row.exercise): row.audience for row in newest(rows) if not row.entry},
        opened=frozenset(opened),
        today=date(2026, 3, 20),
    ).briefing(number)


def row(exercise: str, word: str, audience: Audience = "coach", **more: Any) -> Answer:
    fields = {
        "id": str(uuid.uuid4()),
        "author": "ana",
        "session": 2,
        "entry": "",
        "saved_at": FIRST_DAY,
    } | more
    value = value_of(exercise, fields["entry"], word)
    return Answer(
        cohort="spring", participant="ana", exercise=exercise, value=value, audience=audience, **fields
    )


def ids(briefing: Briefing) -> set[tuple[int, str]]:
    return {(one.session, one.id) for one in briefing.exercises}


OPENED = [(number, f"x{number}-{name}") for number in (1, 2) for name in NAMES]


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from([1, 2]))
def test_no_word_that_is_not_for_the_coach_is_ever_in_it(rows: list[Answer], number: int) -> None:
    said = brief(rows, number, OPENED).model_dump_json(by_alias=True)
    for one in rows:
        word = f"zqword{int(uuid.UUID(one.id)) - 1:02d}"
        if one.audience in {"private", "program", "self"}:
            assert word not in said
            assert one.id not in said
    for gone in (one for one in newest(rows) if one.value is None or one.session > number):
        assert gone.id not in said
    assert "example.org" not in said
    assert "coach-own-note" not in said


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from([1, 2]))
def test_no_exercise_is_named_that_is_not_for_the_coach(rows: list[Answer], number: int) -> None:
    _, sessions = program()
    said = brief(rows, number, OPENED).model_dump_json(by_alias=True)
    decided = {(one.session, one.exercise): one.audience for one in newest(rows) if not one.entry}
    for session in sessions:
        for one in session.exercises:
            audience = decided.get((session.session, one.id), one.audience)
            if audience != "coach" or session.session > number:
                assert f'"{one.id}"' not in said
                assert f"/{one.id}" not in said
    assert ("zqsecretprompt1" in said) <= (decided.get((1, "x1-closed")) == "coach")


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from([1, 2]))
def test_it_survives_the_way_through_its_file(rows: list[Answer], number: int) -> None:
    briefing = brief(rows, number, OPENED)
    assert Briefing.model_validate_json(briefing.model_dump_json(by_alias=True)) == briefing


def test_it_says_who_which_session_and_which_call() -> None:
    briefing = brief([], 2)
    assert (briefing.person.name, briefing.coach, briefing.title) == ("Ana Example", "Sam Kim", "Session 2")
    assert briefing.held_on == date(2026, 2, 10)
    assert briefing.meeting.window == (date(2026, 2, 16), date(2026, 2, 27))
    assert briefing.meeting.starts_at is None


def test_it_says_which_calls_come_before_and_after() -> None:
    first, second = brief([], 1), brief([], 2)
    assert first.before is None
    assert first.after is not None
    assert second.before is not None
    assert first.after.number == 2
    assert second.before.call.number == 1
    assert second.before.since.isoformat() == "2026-01-19T00:00:00-06:00"


def test_what_the_coach_recorded_of_the_call_before_counts_more_than_the_plan() -> None:
    held = row(CALL.id, "", "participant", session=1, author="kim")
    held = replace(held, value={"state": "held", "minutes": 50, "moved_to": ""})
    before = brief([held], 2).before
    assert before is not None
    assert (before.call.state, before.call.minutes) == ("held", 50)
    assert held.id not in {one.id for one in brief([held], 2).answers}


def test_last_month_counts_what_the_coach_may_know_of_and_names_it_for_when_it_is_withdrawn() -> None:
    rows = [row("x1-open", "zqword", session=1), row("x1-closed", "zqhidden", "private", session=1)]
    before = brief(rows, 2).before
    assert before is not None
    assert (before.done, before.total) == (1, 3)
    assert before.named == ("1/x1-open", "1/x1-promise", "1/x1-rating")


def test_exercises_come_in_the_order_of_the_page_and_only_those_for_the_coach() -> None:
    names = [one.id for one in brief([], 2).here()]
    assert names == ["x2-open", "x2-promise", "x2-again"]


def test_the_participants_decision_counts_more_than_the_sessions_default() -> None:
    rows = [row("x2-closed", "zqword"), row("x2-open", "zqhidden", "private")]
    briefing = brief(rows, 2)
    assert ids(briefing) >= {(2, "x2-closed")}
    assert (2, "x2-open") not in ids(briefing)


def test_what_waits_for_a_private_answer_is_named_only_once_it_is_answered() -> None:
    waiting = row("x2-closed", "zqhidden", "private")
    assert (2, "x2-then") not in ids(brief([waiting], 2))
    assert (2, "x2-then") in ids(brief([waiting, row("x2-then", "zqword")], 2))


def test_open_promises_of_earlier_months_come_along_and_kept_ones_stay_behind() -> None:
    made = row("x1-promise", "zqword", session=1, entry=ENTRIES[0])
    assert (1, "x1-promise") in ids(brief([made], 2))
    assert made.id in {one.id for one in brief([made], 2).answers}
    kept = row("x1-promise", "zqword", session=1, entry=ENTRIES[0])
    kept = Answer(
        **{name: getattr(kept, name) for name in Answer.__slots__}
        | {"value": {"act": "zqword", "due": "2026-04-01", "state": "kept"}}
    )
    assert (1, "x1-promise") not in ids(brief([made, kept], 2))
    assert brief([made, kept], 1).history[-1].state == "kept"


def test_other_answers_of_earlier_months_stay_there() -> None:
    assert (1, "x1-open") not in ids(brief([row("x1-open", "zqword", session=1)], 2))


def test_a_repeated_scale_brings_its_first_one_along_unless_that_became_private() -> None:
    rows = [row("x1-rating", "", session=1), row("x2-again", "")]
    assert (1, "x1-rating") in ids(brief(rows, 2))
    rows.append(row("x1-rating", "", "private", session=1))
    briefing = brief(rows, 2)
    assert (1, "x1-rating") not in ids(briefing)
    assert "x1-rating" not in briefing.model_dump_json(by_alias=True)


def test_what_the_coach_wrote_last_comes_along() -> None:
    note = row(NOTE.id, "zqword", "participant", session=1, author="kim")
    assert (1, NOTE.id) in ids(brief([note], 2))


def test_literals_are_plain_json() -> None:
    for one in brief([row("x2-closed", "zqword")], 2).exercises:
        assert json.loads(json.dumps(one.literals)) == one.literals
        assert not one.literals.keys() & {"show_if", "same_as", "renamed_from"}
