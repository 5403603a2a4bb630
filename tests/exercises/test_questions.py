"""Questions a coach might ask: each rule says its fact, asks one open thing, and hints at nothing private."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from briefed import ENTRY, OTHER, brief, steps, told

from mdli_workbook.briefing import Repeat
from mdli_workbook.exercises.front import PARTS
from mdli_workbook.exercises.questions import RULES, Question, questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from briefed import Told

DUE = "2026-04-01"
OPEN = {"act": "Ask the front desk", "due": DUE, "state": "open"}
VISITS = {"fields": {"when": "date", "asked": "long-text"}, "title": "Two mornings", "one": "visit"}
REPEAT = Repeat(now="again", then="rating", then_session=1)
WAITING = Question("The date of “Ask the front desk” was put off twice.", "What has it been competing with?")


def rated(then: dict[str, str], now: dict[str, str]) -> tuple[Told, Told]:
    scale = {
        "points": [{"id": one, "label": f"point {one}"} for one in "12345"],
        "statements": [
            {"id": "asks", "text": "I ask first.", "of": "listen"},
            {"id": "waits", "text": "I wait.", "of": "listen"},
            {"id": "fills", "text": "I fill a silence.", "of": "listen", "reversed": True},
        ],
    }
    return (
        told("scale", "rating", {"": {"ratings": then}}, session=1, **scale),
        told("scale", "again", {"": {"ratings": now}}, **scale),
    )


def test_an_empty_month_is_asked_about_as_a_month() -> None:
    assert questions(
        brief(told("reflection", "first-guess"), told("agenda", "call", {"": {"lines": []}}))
    ) == (
        Question(
            "Nothing of session 2 is written that you can see.",
            "What did the month hold, and which ten-minute piece is possible?",
        ),
    )


def test_a_single_word_is_something_done() -> None:
    briefing = brief(told("reflection", "first-guess"), told("reflection", "why", {"": {"text": "Fear."}}))
    assert questions(briefing) == ()


def test_where_the_coach_may_know_of_no_exercise_nothing_is_asked() -> None:
    assert questions(brief()) == ()
    assert questions(brief(told("commitment", "first-step", {ENTRY: OPEN}, session=1))) == ()


@pytest.mark.parametrize(
    ("dues", "asked"),
    [
        (["2026-03-10", "2026-03-20", DUE], (WAITING,)),
        (["2026-03-10", "2026-03-20", "2026-03-12", DUE], (WAITING,)),  # once earlier, twice later
        (["2026-03-10", "", "2026-03-20", "", DUE], (WAITING,)),  # emptied in between
        (["2026-03-10", DUE], ()),
        (["2026-04-20", "2026-04-10", DUE], ()),  # moved twice, both times earlier
        (["2026-03-10", "2026-03-20", "2026-03-10", "2026-03-20"][:3], ()),
        ([], ()),
    ],
)
def test_a_promise_is_postponed_when_its_date_moved_later_twice(
    dues: Sequence[str], asked: tuple[Question, ...]
) -> None:
    for session in (1, 2):
        promise = told("commitment", "step", {ENTRY: OPEN}, session=session)
        assert questions(brief(promise, history=steps("step", dues, session=session))) == asked


@pytest.mark.parametrize("state", ["kept", "changed", "dropped"])
def test_a_promise_that_is_settled_is_not_asked_about(state: str) -> None:
    history = steps("step", ["2026-03-10", "2026-03-20", DUE])
    assert (
        questions(brief(told("commitment", "step", {ENTRY: OPEN | {"state": state}}), history=history)) == ()
    )


def test_the_moves_of_one_promise_are_not_another_s() -> None:
    history = (
        *steps("step", ["2026-03-10", "2026-03-20"]),
        *steps("step", ["2026-03-21", DUE], entry=OTHER),
        *steps("other-step", ["2026-03-21", DUE]),
        *steps("step", ["2026-03-21", DUE], session=1),
    )
    assert questions(brief(told("commitment", "step", {ENTRY: OPEN, OTHER: OPEN}), history=history)) == ()


def test_a_promise_without_an_act_is_named_by_its_exercise() -> None:
    promise = told("commitment", "next-step", {ENTRY: {"cue": "Monday", "act": " ", "due": DUE}})
    [one] = questions(brief(promise, history=steps("next-step", ["2026-03-10", "2026-03-20", DUE])))
    assert one.fact == "The date of “Next step” was put off twice."


def test_a_statement_that_fell_two_steps_is_asked_about_in_its_own_words() -> None:
    briefing = brief(*rated({"asks": "5", "waits": "3"}, {"asks": "3", "waits": "2"}), repeats=[REPEAT])
    assert questions(briefing) == (
        Question("“I ask first.” went from point 5 to point 3.", "What do you see now?"),
    )


def test_a_reversed_statement_falls_upwards_and_a_rise_is_no_question() -> None:
    briefing = brief(*rated({"asks": "1", "fills": "1"}, {"asks": "5", "fills": "4"}), repeats=[REPEAT])
    assert [one.fact for one in questions(briefing)] == ["“I fill a silence.” went from point 1 to point 4."]


def test_a_rating_whose_first_one_the_coach_may_not_know_is_not_compared() -> None:
    _, now = rated({"asks": "5"}, {"asks": "1"})
    assert questions(brief(now)) == ()
    assert questions(brief(now, repeats=[REPEAT])) == ()


def test_visits_without_a_question_are_counted() -> None:
    entries = {
        "": {"order": []},
        ENTRY: {"when": "2026-03-04", "asked": " \n"},
        OTHER: {"when": "2026-03-05"},
        "c": {"when": "2026-03-06", "asked": "What slows you?"},
        "d": {"when": "", "asked": ""},
        "e": None,
    }
    assert questions(brief(told("log", "visits", entries, **VISITS))) == (
        Question("2 visits in “Two mornings” with no question in it.", "What would you have liked to ask?"),
    )


def test_a_log_that_has_no_room_for_questions_is_not_asked_about() -> None:
    entry = {ENTRY: {"when": "2026-03-04"}}
    assert questions(brief(told("log", "visits", entry, fields={"when": "date"}))) == ()


def test_an_exercise_that_was_opened_and_left_is_asked_about() -> None:
    briefing = brief(
        told("reflection", "left", title="The first guess"),
        told("reflection", "never"),
        told("reflection", "done", {"": {"text": "Words."}}),
        opened=["left", "done"],
    )
    assert questions(briefing) == (
        Question("“The first guess” was opened and left.", "Is it worth doing, or should it go?"),
    )


def all_of_them() -> Any:
    silent = {ENTRY: {"when": "2026-03-04"}}
    return brief(
        told("commitment", "step", {ENTRY: OPEN}),
        told("log", "visits", silent, **VISITS),
        *rated({"asks": "5", "waits": "5"}, {"asks": "1", "waits": "2"}),
        *(told("reflection", f"left-{n}") for n in range(4)),
        history=steps("step", ["2026-03-10", "2026-03-20", DUE]),
        opened=[f"left-{n}" for n in range(4)],
        repeats=[REPEAT],
    )


def test_at_most_five_are_offered_and_the_weightier_rules_come_first() -> None:
    assert [one.ask for one in questions(all_of_them())] == [
        "What has it been competing with?",
        "What do you see now?",
        "What do you see now?",
        "What would you have liked to ask?",
        "Is it worth doing, or should it go?",
    ]
    assert len(RULES) == 5


def test_every_question_is_one_open_question_without_a_verdict() -> None:
    for briefing in (all_of_them(), brief(told("reflection", "why"))):
        for one in questions(briefing):
            assert one.fact.endswith(".")
            assert one.ask.count("?") == 1
            assert not re.search(r"\bwhy\b|should you|must", one.ask, re.IGNORECASE)


def test_an_earlier_month_s_exercise_is_neither_missing_nor_left() -> None:
    briefing = brief(
        told("reflection", "why", {"": {"text": "Words."}}),
        told("reflection", "coach-note", {"": {"text": "Mine."}}, session=1),
        told("scale", "rating", session=1, points=[{"id": "1", "label": "x"}, {"id": "2", "label": "y"}],
             statements=[{"id": "a", "text": "I ask."}]),
        opened=["rating"],
    )  # fmt: skip
    assert questions(briefing) == ()


def test_without_a_question_the_page_has_no_such_part() -> None:
    assert PARTS["questions"](brief(), "Questions") == ""


def test_what_people_wrote_stays_text_on_the_page() -> None:
    evil = "<img src=x onerror=quokka()>"
    briefing = brief(
        told("commitment", "step", {ENTRY: OPEN | {"act": evil}}),
        told("reflection", "left", title=evil),
        history=steps("step", ["2026-03-10", "2026-03-20", DUE]),
        opened=["left"],
    )
    shown = PARTS["questions"](briefing, "Questions")
    assert shown.count("&lt;img src=x onerror=quokka()&gt;") == 2
    assert "<img" not in shown
