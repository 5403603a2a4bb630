"""Who may read what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from pydantic import BaseModel

from mdli_workbook.access import audience_in_force, for_coaches, shared_with_coach, told_to_coach
from mdli_workbook.answers import AUDIENCES, Answer, newest
from mdli_workbook.curriculum import Exercise, Filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.answers import Value as Answered


class Line(Exercise):
    kind = "line"
    Value = BaseModel

    def filled(self, values: Mapping[str, Answered]) -> Filled:
        return Filled.DONE if values.get("") else Filled.NOT_BEGUN

    def form(self) -> dict[str, Any]:
        return {}

    def static(self, values: Mapping[str, Answered]) -> Markup:
        return Markup(len(values))


def a_row(exercise: str = "a", audience: str = "coach", entry: str = "", **changes: Any) -> Answer:
    fields: dict[str, Any] = {"author": "ana", "cohort": "spring", "participant": "ana", "session": 2}
    fields |= {"id": str(uuid4()), "value": {"text": "x"}, "saved_at": datetime(2026, 3, 2, tzinfo=UTC)}
    return Answer(**(fields | {"exercise": exercise, "entry": entry, "audience": audience} | changes))


KEPT = [one for one in AUDIENCES if one not in {"coach", "participant"}]


@pytest.mark.parametrize("audience", KEPT)
def test_a_coach_reads_only_what_is_for_the_coach(audience: str) -> None:
    row = a_row()
    assert shared_with_coach([row, a_row("b", audience)]) == (row,)


def test_what_a_coach_wrote_to_the_participant_stays_readable_for_coaches() -> None:
    note = a_row("coach-note", "participant")
    assert shared_with_coach([note, a_row("coach-own-note", "self")]) == (note,)


@pytest.mark.parametrize("audience", KEPT)
def test_an_exercise_that_is_closed_closes_all_its_entries(audience: str) -> None:
    assert shared_with_coach([a_row(entry="1"), a_row(audience=audience)]) == ()


def test_it_closes_nothing_of_other_exercises_sessions_or_people() -> None:
    others = (a_row("b"), a_row(session=1), a_row(participant="ben"))
    assert shared_with_coach([a_row(audience="private"), *others]) == others


def test_an_open_exercise_does_not_open_a_private_entry() -> None:
    own = a_row()
    assert shared_with_coach([own, a_row(audience="private", entry="1")]) == (own,)


def test_an_entry_is_shared_without_a_row_of_its_exercise() -> None:
    entry = a_row(entry="1")
    assert shared_with_coach([entry]) == (entry,)


def test_what_was_removed_is_not_shared() -> None:
    assert shared_with_coach([a_row(value=None), a_row(entry="1", value=None)]) == ()


def test_nothing_is_shared_of_nothing() -> None:
    assert shared_with_coach([]) == ()


@settings(deadline=None)
@given(
    st.lists(
        st.builds(a_row, st.sampled_from("ab"), st.sampled_from(AUDIENCES), st.sampled_from(["", "1", "2"]))
    )
)
def test_every_row_that_a_coach_reads_is_open_in_both_places(history: list[Answer]) -> None:
    rows = newest(history)
    for row in shared_with_coach(rows):
        own = {other.audience for other in rows if other.exercise == row.exercise and not other.entry}
        assert {row.audience, *own} <= {"coach", "participant"}


def test_the_session_s_audience_holds_until_the_participant_decides() -> None:
    exercise = Line(id="a", audience="coach")
    assert (
        audience_in_force(exercise, [a_row("b", "private"), a_row(audience="private", entry="1")]) == "coach"
    )
    assert audience_in_force(exercise, [a_row(audience="private")]) == "private"
    assert audience_in_force(Line(id="a"), []) == "private"


@settings(deadline=None)
@given(
    st.lists(
        st.builds(a_row, st.sampled_from("ab"), st.sampled_from(AUDIENCES), st.sampled_from(["", "1", "2"]))
    )
)
def test_what_is_told_ends_with_what_is_shared_and_holds_nothing_that_was_private_then(
    history: list[Answer],
) -> None:
    told = told_to_coach(history)
    assert {row.id for row in newest(told)} == {row.id for row in shared_with_coach(newest(history))}
    assert all(for_coaches(row.audience) for row in told)
