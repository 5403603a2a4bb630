"""Which answers may be commented on: those of the session that a coach may read, each with its name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mdli_workbook.answers import Answer
from mdli_workbook.exercises.coaching import NOTE, comment_on
from mdli_workbook.site.anchors import Anchor, Named, anchors_of, read_names

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.answers import Audience

AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
VISITS = {"visits": Named("My visits", "visit")}


def row(exercise: str, value: Any, audience: Audience = "coach", **more: Any) -> Answer:
    fields: dict[str, Any] = {"author": "ana", "session": 2, "entry": ""} | more
    return Answer(
        str(uuid4()), cohort="spring", participant="ana", exercise=exercise, value=value, audience=audience,
        saved_at=AT, **fields,
    )  # fmt: skip


def names(rows: list[Answer], known: dict[str, Named] | None = None) -> list[str]:
    return [one.name for one in anchors_of(rows, 2, known or {})]


def test_only_shared_answers_of_the_session_can_be_commented_on() -> None:
    rows = [
        row("first-guess", {"text": "a"}),
        row("kept", {"text": "b"}, "private"),
        row("counted", {"text": "c"}, "program"),
        row("removed", None),
        row("earlier", {"text": "d"}, session=1),
        row(NOTE.id, {"text": "e"}, "participant", author="kim"),
        row(comment_on("first-guess").id, {"text": "f"}, "participant", author="kim"),
        row("coach-own-note-1", {"text": "g"}, "self", author="kim"),
    ]
    assert anchors_of(rows, 2, {}) == (Anchor("first-guess", "", "First guess"),)


def test_each_entry_is_an_answer_of_its_own_in_the_person_s_order() -> None:
    rows = [
        row("visits", {"order": ["b", "a"]}),
        row("visits", {"when": "1"}, entry="a"),
        row("visits", {"when": "2"}, entry="b"),
        row("visits", None, entry="c"),
    ]
    assert anchors_of(rows, 2, VISITS) == (
        Anchor("visits", "b", "My visits", "visit 1"),
        Anchor("visits", "a", "My visits", "visit 2"),
    )
    assert names(rows[:2], VISITS) == ["My visits"], "alone, it needs no number"


def test_what_is_made_private_can_be_commented_on_no_more() -> None:
    rows = [row("visits", {"order": ["a"]}, "private"), row("visits", {"when": "1"}, entry="a")]
    assert names(rows, VISITS) == []


def test_they_come_in_the_order_of_the_page_and_then_what_only_the_front_page_shows() -> None:
    promise = {"act": "Ask", "state": "open"}
    rows = [
        row("next-step", promise, entry="p"),
        row("next-step", promise, entry="q"),
        row("last", {"text": "a"}),
        row("first", {"text": "b"}),
    ]
    known = {"first": Named("The first"), "silent": Named("Nothing"), "last": Named("The last")}
    assert names(rows, known) == [
        "The first",
        "The last",
        "Next step, commitment 1",
        "Next step, commitment 2",
    ]


def test_a_report_says_what_its_exercises_are_called(tmp_path: Path) -> None:
    report = tmp_path / "report.ipynb"
    sources = [
        "from mdli_workbook import workbook",
        "wb.part('who')",
        "# A comment.\nwb.log('visits', title='My visits', one='visit', fields={'when': 'date'})",
        "wb.reflection('first-guess')",
        "__import__('os').abort()",
    ]
    cells = [{"cell_type": "code", "source": [source]} for source in sources]
    report.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": "# T"}, *cells]}), "utf-8")
    assert read_names(report, 1) == VISITS | {"first-guess": Named("First guess")}


def test_a_report_that_is_gone_or_damaged_says_nothing(tmp_path: Path) -> None:
    assert read_names(tmp_path / "none.ipynb", 2) == {}
    for text in ("{", "[]", '{"cells": 3}', '{"cells": [{}]}'):
        (tmp_path / "bad.ipynb").write_text(text, "utf-8")
        assert read_names(tmp_path / "bad.ipynb", text) == {}
