from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.reflection import Reflection
from mdli_workbook.exercises.scale import Scale, ScaleValue
from mdli_workbook.exercises.scoring import Score

POINTS = [{"id": number, "label": label} for number, label in enumerate(("never", "seldom", "often"), 1)]
STATEMENTS = [
    {"id": "ask-first", "text": "I ask before I explain.", "of": "be-open-and-listen"},
    {
        "id": "fills-silence",
        "text": "I fill a silence at once.",
        "of": "be-open-and-listen",
        "reversed": True,
    },
    {"id": "one-question", "text": "I end on a question.", "of": "coach"},
]
SCALE = Scale.model_validate({"id": "habits", "title": "Habits", "points": POINTS, "statements": STATEMENTS})
ALL = {"": {"ratings": {"ask-first": "3", "fills-silence": "3", "one-question": "2"}}}


def rated(**ratings: str) -> dict[str, dict[str, dict[str, str]] | None]:
    return {"": {"ratings": {name.replace("_", "-"): point for name, point in ratings.items()}}}


def test_numbers_that_yaml_reads_as_ids_are_kept_as_words() -> None:
    assert [point.id for point in SCALE.points] == ["1", "2", "3"]


def test_an_id_that_yaml_reads_as_a_truth_value_is_refused_with_the_way_out() -> None:
    points = [{"id": False, "label": "no"}, {"id": True, "label": "yes"}]
    with pytest.raises(
        ValidationError, match="reads an unquoted no, off or false as a truth value; write this id in"
    ):
        Scale.model_validate({"id": "habits", "points": points, "statements": STATEMENTS})


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        ({}, Filled.NOT_BEGUN),
        (rated(), Filled.NOT_BEGUN),
        (rated(of_last_year="2"), Filled.NOT_BEGUN),
        (rated(ask_first="9"), Filled.NOT_BEGUN),
        (rated(ask_first="1", fills_silence="2"), Filled.PART),
        (ALL, Filled.DONE),
    ],
)
def test_it_is_done_once_every_principle_has_a_score(values: Any, filled: Filled) -> None:
    assert SCALE.filled(values) is filled


def test_a_statement_of_four_may_stay_open_and_the_scale_is_done() -> None:
    four = Scale.model_validate(
        {"id": "four", "points": POINTS, "statements": [{"id": one, "text": one} for one in "abcd"]}
    )
    assert four.filled(rated(a="1", b="1")) is Filled.PART
    assert four.filled(rated(a="1", b="1", d="2")) is Filled.DONE


def test_a_reversed_statement_is_turned_in_the_score_only() -> None:
    # 3 and the reversed 3 turned to 1: 4 / 2
    assert SCALE.scores(ALL) == (Score("be-open-and-listen", 2.0, 2, 2), Score("coach", 2.0, 1, 1))
    assert (
        '<th scope="row" dir="auto">I fill a silence at once. '
        '<span class="mdli-turned">(counts the other way round)</span></th><td dir="auto">often</td>'
    ) in SCALE.static(ALL)


def test_what_was_left_open_is_left_open_and_not_zero() -> None:
    shown = SCALE.static(rated(ask_first="1", fills_silence="1"))
    assert '<th scope="rowgroup">Coach</th><td>no score, 0 of 1 statement answered</td>' in shown
    assert "left open" in shown


def test_the_page_shows_a_picture_and_the_same_as_a_table() -> None:
    shown = SCALE.static(ALL)
    assert "<title>Answers to Habits</title>" in shown
    assert shown.index("</svg>") < shown.index("<table")
    assert "<caption>Each statement, as it was answered</caption>" in shown
    assert shown.count("<tbody>") == 2


def test_without_an_answer_there_is_no_picture() -> None:
    assert "<svg" not in SCALE.static({})
    assert "Nothing written yet." in SCALE.static({})


def test_its_form_shows_words_and_neither_numbers_principles_nor_what_is_reversed() -> None:
    (control,) = SCALE.form()["controls"]
    assert control["points"] == [{"id": str(point["id"]), "label": point["label"]} for point in POINTS]
    assert control["statements"] == [{"id": one["id"], "label": one["text"]} for one in STATEMENTS]


def test_a_scale_that_repeats_another_takes_its_words_and_remembers_whose() -> None:
    again = Scale(id="habits-again", title="Again", same_as="1/habits").repeated(SCALE)
    assert again.statements == SCALE.statements
    assert (again.id, again.title, again.same_as) == ("habits-again", "Again", "1/habits")
    assert Scale.model_validate({"id": again.id, **again.literals()}) == again


def test_a_scale_cannot_repeat_another_kind() -> None:
    with pytest.raises(AssertionError, match="why is a reflection"):
        Scale(id="again", same_as="1/why").repeated(Reflection(id="why"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": POINTS[:1]}, "has 1 points; write from 2 to 9"),
        ({"statements": []}, "has no statements; add statements, or same_as: session/id"),
        ({"points": [*POINTS, POINTS[0]]}, "point '1' stands twice; give each point an id of its own"),
        ({"statements": [*STATEMENTS, STATEMENTS[0]]}, "statement 'ask-first' stands twice"),
        ({"same_as": "habits"}, "same_as"),
        ({"same_as": "7/habits"}, "same_as"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_way_out(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Scale.model_validate({"id": "habits", "points": POINTS, "statements": STATEMENTS, **change})


@pytest.mark.parametrize("ratings", [{"a": 1}, {"a": None}, {"<b>": "1"}, {"a": "<b>"}, []])
def test_a_value_of_another_shape_is_refused(ratings: Any) -> None:
    with pytest.raises(ValidationError):
        ScaleValue.model_validate({"ratings": ratings})
