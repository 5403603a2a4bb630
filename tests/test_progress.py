"""How far a participant is, the same for everybody who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from markupsafe import Markup
from pydantic import BaseModel

from mdli_workbook.answers import Answer
from mdli_workbook.curriculum import Exercise, Filled, Session
from mdli_workbook.progress import progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.answers import Value as Answered


class Words(Exercise):
    """Done with three words, begun with one."""

    kind = "words"
    Value = BaseModel

    def filled(self, values: Mapping[str, Answered]) -> Filled:
        words = len(((values.get("") or {}).get("text") or "").split())
        return Filled.DONE if words >= 3 else Filled.PART if words else Filled.NOT_BEGUN

    def form(self) -> dict[str, Any]:
        return {}

    def static(self, values: Mapping[str, Answered]) -> Markup:
        return Markup(len(values))


@dataclass
class Opened:
    exercises: tuple[Words, ...]


FIRST = Words(id="first", minutes=10)
SECOND = Words(id="second", minutes=5)
EXTRA = Words(id="extra", minutes=20, required=False)


def a_row(exercise: str, text: str | None) -> Answer:
    value = None if text is None else {"text": text}
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Answer(str(uuid4()), "ana", "spring", "ana", 2, exercise, "", value, "private", at)


def test_an_untouched_session_is_not_begun() -> None:
    found = progress(Opened((FIRST, SECOND, EXTRA)), [])
    assert (found.done, found.total, found.minutes_left, found.filled) == (0, 2, 15, Filled.NOT_BEGUN)


def test_one_word_makes_it_begun_but_not_done() -> None:
    found = progress(Opened((FIRST, SECOND)), [a_row("first", "one")])
    assert (found.done, found.minutes_left, found.filled) == (0, 15, Filled.PART)
    assert [item.filled for item in found.items] == [Filled.PART, Filled.NOT_BEGUN]


def test_a_session_is_done_when_all_that_is_required_is() -> None:
    rows = [a_row("first", "one two three"), a_row("second", "one two three")]
    found = progress(Opened((FIRST, SECOND, EXTRA)), rows)
    assert (found.done, found.total, found.minutes_left, found.filled) == (2, 2, 0, Filled.DONE)


def test_what_is_not_required_counts_as_begun_but_never_as_done() -> None:
    found = progress(Opened((FIRST, EXTRA)), [a_row("extra", "one two three")])
    assert (found.done, found.total, found.filled) == (0, 1, Filled.PART)


def test_a_session_that_requires_nothing_is_never_done() -> None:
    assert progress(Opened((EXTRA,)), []).filled is Filled.NOT_BEGUN
    assert progress(Opened((EXTRA,)), [a_row("extra", "one two three")]).filled is Filled.PART


def test_answers_that_were_removed_or_are_to_no_exercise_count_for_nothing() -> None:
    rows = [a_row("first", None), a_row("long-gone", "one two three")]
    assert progress(Opened((FIRST,)), rows).filled is Filled.NOT_BEGUN


def test_a_session_s_teaching_text_is_not_an_exercise() -> None:
    session = Session(session=2, slug="s", title="S", minutes=30, parts=("# Words", FIRST, "More", SECOND))
    found = progress(session, [a_row("second", "one two three")])
    assert [item.exercise.id for item in found.items] == ["first", "second"]
    assert found.done == 1
