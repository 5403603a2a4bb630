"""A briefing is read into records: of this session and the ones before, and nothing it does not name."""

from __future__ import annotations

from pathlib import Path

from briefed import ENTRY, brief, told

from mdli_workbook.briefing import Declared, alone
from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.agenda import Agenda
from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.reading import Reading
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.session_files import read_curriculum

SCALE = {
    "points": [{"id": "1", "label": "never"}, {"id": "2", "label": "always"}],
    "statements": [{"id": "asks", "text": "I ask.", "of": "listen"}],
}


def test_every_exercise_comes_with_its_session_and_its_values_in_the_order_of_the_page() -> None:
    first = told("commitment", "step", {ENTRY: {"act": "Ask", "due": "2026-04-01"}}, session=1)
    reading = Reading(
        brief(told("reflection", "why", {"": {"text": "Fear."}}), told("agenda", "call"), first)
    )
    assert [(one.session, one.exercise.id, dict(one.values)) for one in reading.all] == [
        (2, "why", {"": {"text": "Fear."}}),
        (2, "call", {}),
        (1, "step", {ENTRY: {"act": "Ask", "due": "2026-04-01"}}),
    ]
    assert [one.exercise.id for one in reading.here] == ["why", "call"]


def test_the_same_id_in_two_sessions_is_two_exercises() -> None:
    reading = Reading(
        brief(
            told("commitment", "next-step", {ENTRY: {"act": "Now", "due": "2026-04-01"}}),
            told("commitment", "next-step", {"e": {"act": "Before", "due": "2026-03-01"}}, session=1),
        )
    )
    assert [
        (one.session, [promise.act for promise in one.exercise.promises(one.values).values()])
        for one in reading.of(Commitment)
    ] == [(2, ["Now"]), (1, ["Before"])]


def test_how_far_it_is_counts_this_session_alone() -> None:
    reading = Reading(
        brief(
            told("reflection", "why", {"": {"text": "Fear."}}),
            told("reflection", "look-back"),
            told("reflection", "look-back", {"": {"text": "From another month."}}, session=1),
        )
    )
    assert [item.filled for item in reading.progress.items] == [Filled.DONE, Filled.NOT_BEGUN]
    assert [one.filled for one in reading.all] == [Filled.DONE, Filled.NOT_BEGUN, Filled.DONE]


def test_one_kind_can_be_asked_for() -> None:
    reading = Reading(brief(told("reflection", "why"), told("agenda", "call")))
    assert [one.exercise.id for one in reading.of(Agenda)] == ["call"]
    assert reading.of(Scale) == ()


def test_a_scale_is_found_by_session_and_id_or_not_at_all() -> None:
    reading = Reading(
        brief(
            told("scale", "rating", session=1, **SCALE),
            told("reflection", "why"),
            told("scale", "again", **SCALE),
        )
    )
    found = reading.scale(1, "rating")
    assert found is not None
    assert found.exercise.statements[0].text == "I ask."
    for session, exercise in ((2, "rating"), (1, "again"), (2, "why"), (2, "")):
        assert reading.scale(session, exercise) is None


def test_an_empty_briefing_is_an_empty_month() -> None:
    reading = Reading(brief())
    assert reading.all == reading.here == reading.progress.items == ()


def test_every_exercise_of_the_program_comes_back_as_it_was_declared() -> None:
    for session in read_curriculum(Path(__file__).resolve().parents[2], KINDS):
        declared = [(Declared.of(one, 2), ()) for one in session.exercises]
        read = [one.exercise for one in Reading(brief(*declared)).all]
        assert [alone(one.literals()) for one in read] == [alone(one.literals()) for one in session.exercises]
        assert [one.form() for one in read] == [one.form() for one in session.exercises]
