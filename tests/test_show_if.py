"""Parts that wait for another answer: offered while it holds, not missed otherwise, no hint to a coach."""

from __future__ import annotations

import json
import tempfile
import uuid
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from programs import make_program, read

from mdli_workbook.access import told_to_coach
from mdli_workbook.answers import Answer, newest
from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.coaching import WRITTEN_BY_COACHES
from mdli_workbook.exercises.reading import Reading
from mdli_workbook.gathering import Sources
from mdli_workbook.progress import progress, shown

if TYPE_CHECKING:
    from mdli_workbook.answers import Audience, Value
    from mdli_workbook.briefing import Briefing
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

SESSION = """\
---
session: 1
slug: journey
title: The journey
minutes: 20
sources: [Invented for a test]
---

```{choice} which
title: zqwhich
minutes: 1
audience: OF-WHICH
options: [{id: coach, label: Coach}, {id: hr, label: HR}, {id: zqopt, label: Neither}]
```

```{reflection} prepare
minutes: 10
audience: coach
show_if: {exercise: which, is: [coach, zqopt]}
```

```{reflection} call-hr
minutes: 5
audience: coach
show_if: {exercise: which, is: hr}
```

```{reflection} afterwards
minutes: 4
audience: coach
show_if: {exercise: prepare, is: saved}
```
"""
NUMBERS = count(1)
START = datetime(2026, 1, 14, tzinfo=UTC)


@cache
def program(of_which: str) -> tuple[Program, tuple[Session, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        texts = {"01-journey": SESSION.replace("OF-WHICH", of_which)}
        return read(make_program(Path(folder) / "program", ("ana",), sessions=texts))


def row(exercise: str, value: Value, audience: Audience = "coach") -> Answer:
    number = next(NUMBERS)
    name = str(uuid.UUID(int=number))
    return Answer(
        name, "ana", "spring", "ana", 1, exercise, "", value, audience, START + timedelta(minutes=number)
    )


def chose(option: str, audience: Audience = "coach") -> Answer:
    return row("which", {"chosen": [option]}, audience)


def wrote(exercise: str, audience: Audience = "coach") -> Answer:
    return row(exercise, {"text": f"Words of {exercise}."}, audience)


def session(of_which: str = "coach") -> Session:
    return program(of_which)[1][0]


def offered(*rows: Answer) -> list[str]:
    return [one.id for one in shown(session(), newest(rows))]


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        ([], ["which"]),
        ([row("which", {"chosen": []})], ["which"]),
        ([chose("coach")], ["which", "prepare"]),
        ([chose("zqopt")], ["which", "prepare"]),
        ([chose("hr")], ["which", "call-hr"]),
        ([chose("coach"), wrote("prepare")], ["which", "prepare", "afterwards"]),
        ([chose("coach"), row("prepare", {"text": " "})], ["which", "prepare"]),
        ([chose("coach"), wrote("prepare"), chose("hr")], ["which", "call-hr"]),  # the chain goes with it
        ([wrote("afterwards"), wrote("prepare")], ["which"]),
        ([chose("coach"), row("which", None)], ["which"]),
    ],
)
def test_a_part_is_offered_while_its_condition_holds(rows: list[Answer], ids: list[str]) -> None:
    assert offered(*rows) == ids


def test_what_is_not_offered_is_not_missing() -> None:
    found = progress(session(), [])
    assert (found.total, found.minutes_left, found.filled) == (1, 1, Filled.NOT_BEGUN)
    found = progress(session(), [chose("hr")])
    assert (found.done, found.total, found.minutes_left, found.filled) == (1, 2, 5, Filled.PART)
    found = progress(session(), [chose("hr"), wrote("call-hr")])
    assert (found.done, found.total, found.minutes_left, found.filled) == (2, 2, 0, Filled.DONE)


def test_a_change_of_mind_asks_for_the_other_part_and_forgets_nothing() -> None:
    rows = [chose("hr"), wrote("call-hr")]
    found = progress(session(), newest([*rows, chose("coach")]))
    assert [item.exercise.id for item in found.items] == ["which", "prepare"]
    assert found.filled is Filled.PART
    assert progress(session(), newest([*rows, chose("coach"), chose("hr")])).filled is Filled.DONE


def brief(*rows: Answer, of_which: str = "coach") -> Briefing:
    known, sessions = program(of_which)
    return Sources(
        program=known,
        participant=known.participants[0],
        sessions=sessions,
        by_coaches=WRITTEN_BY_COACHES,
        told=told_to_coach(rows),
        audiences={(one.session, one.exercise): one.audience for one in newest(rows) if not one.entry},
        opened=frozenset(),
        today=date(2026, 3, 20),
    ).briefing(1)


def named(briefing: Briefing) -> list[str]:
    return [one.id for one in briefing.here()]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [chose("coach")],
        [chose("hr")],
        [chose("coach"), wrote("prepare")],
        [chose("coach"), wrote("prepare"), wrote("afterwards")],
        [chose("hr"), wrote("prepare")],
        [chose("coach"), wrote("prepare"), wrote("afterwards"), chose("hr"), wrote("call-hr")],
    ],
)
def test_where_all_is_shared_coach_and_participant_see_the_same_parts_and_count_the_same(
    rows: list[Answer],
) -> None:
    briefing = brief(*rows)
    mine = progress(session(), newest(rows))
    assert named(briefing) == [item.exercise.id for item in mine.items]
    theirs = Reading(briefing).progress
    assert [item.filled for item in theirs.items] == [item.filled for item in mine.items]
    assert (theirs.done, theirs.total, theirs.minutes_left) == (mine.done, mine.total, mine.minutes_left)


@pytest.mark.parametrize("option", ["coach", "hr", "zqopt"])
@pytest.mark.parametrize("by_default", [True, False])
def test_a_private_answer_cannot_be_told_from_what_waits_for_it(option: str, *, by_default: bool) -> None:
    of_which = "private" if by_default else "coach"
    silent, said = (row("which", {"chosen": []}, "private"), chose(option, "private"))
    assert brief(said, of_which=of_which).exercises == brief(silent, of_which=of_which).exercises
    assert named(brief(said, of_which=of_which)) == []


def test_what_is_shared_itself_is_named_without_what_it_waits_for() -> None:
    briefing = brief(chose("zqopt", "private"), wrote("prepare"))
    assert named(briefing) == ["prepare", "afterwards"], "the one that waits for it is offered, too"
    said = briefing.model_dump_json(by_alias=True)
    for secret in ("which", "show_if", "zqopt", "zqwhich"):
        assert secret not in said
    assert [item.filled for item in Reading(briefing).progress.items] == [Filled.DONE, Filled.NOT_BEGUN]


def test_a_chain_behind_a_private_answer_shows_only_what_is_shared() -> None:
    rows = [chose("coach", "private"), wrote("prepare", "private"), wrote("afterwards")]
    briefing = brief(*rows)
    assert named(briefing) == ["afterwards"]
    assert "prepare" not in json.dumps(json.loads(briefing.model_dump_json(by_alias=True)))
    assert named(brief(*rows[:2])) == []


def test_words_whose_part_is_no_longer_offered_are_not_in_the_report() -> None:
    rows: list[Any] = [chose("coach"), wrote("prepare"), chose("hr")]
    said = brief(*rows).model_dump_json(by_alias=True)
    assert "Words of prepare." not in said
    assert '"prepare"' not in said
