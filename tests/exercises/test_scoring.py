"""Scores beside values worked out by hand: each comment is the arithmetic on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mdli_workbook.exercises.scoring import Score, enough, place_of, score, scores

FIVE = ("never", "seldom", "sometimes", "often", "nearly-always")


@dataclass(frozen=True)
class Said:
    id: str
    of: str = "listen"
    reversed: bool = False


FOUR = (Said("a"), Said("b"), Said("c"), Said("r", reversed=True))


@pytest.mark.parametrize(
    ("answers", "mean", "answered"),
    [
        # 2 + 4 + 5 and the reversed 1 turned to 5: 16 / 4
        ({"a": "seldom", "b": "often", "c": "nearly-always", "r": "never"}, 4.0, 4),
        # 1 + 1 + 2 and the reversed 5 turned to 1: 5 / 4
        ({"a": "never", "b": "never", "c": "seldom", "r": "nearly-always"}, 1.25, 4),
        # the middle stays the middle when it is turned: 3 + 3 + 3 + 3
        (dict.fromkeys("abcr", "sometimes"), 3.0, 4),
        # b is missing: (2 + 5 + 2) / 3, not over 4
        ({"a": "seldom", "c": "nearly-always", "r": "often"}, 3.0, 3),
        # the reversed one is missing: (1 + 2 + 2) / 3
        ({"a": "never", "b": "seldom", "c": "seldom"}, 5 / 3, 3),
        # two of four are fewer than three quarters
        ({"a": "often", "r": "never"}, None, 2),
        ({}, None, 0),
        # an answer to another statement, and a point that the scale does not have, are no answers
        ({"a": "often", "b": "often", "x": "often", "c": "always"}, None, 2),
    ],
)
def test_a_principle_of_four(answers: dict[str, str], mean: float | None, answered: int) -> None:
    assert score(FOUR, FIVE, answers) == Score("listen", pytest.approx(mean), answered, 4)


def test_turning_depends_on_the_number_of_points() -> None:
    # of four points, the reversed lowest counts 4 and the second lowest 3: 7 / 2
    reversed_two = (Said("a", reversed=True), Said("b", reversed=True))
    assert score(reversed_two, FIVE[:4], {"a": "never", "b": "seldom"}).mean == 3.5


def test_principles_are_scored_apart_in_the_order_of_the_page_and_there_is_no_total() -> None:
    statements = (Said("a", "listen"), Said("b", "coach"), Said("c", "listen"), Said("d", ""))
    answers = {"a": "often", "b": "never", "c": "seldom", "d": "often"}
    # listen (4 + 2) / 2, coach 1 / 1, and d belongs to none
    assert scores(statements, FIVE, answers) == (Score("listen", 3.0, 2, 2), Score("coach", 1.0, 1, 1))


@pytest.mark.parametrize(
    ("asked", "least"), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 6), (8, 6), (24, 18)]
)
def test_three_quarters_are_enough(asked: int, least: int) -> None:
    assert enough(least, asked)
    assert not enough(least - 1, asked)


def test_a_missing_answer_has_no_place() -> None:
    assert place_of("never", FIVE) == 1
    assert place_of("nearly-always", FIVE) == 5
    assert place_of(None, FIVE) is None
    assert place_of("", FIVE) is None


@pytest.mark.parametrize(
    ("mean", "said"), [(2.25, "2.3"), (2.75, "2.8"), (3.0, "3.0"), (5 / 3, "1.7"), (10 / 3, "3.3")]
)
def test_a_mean_is_said_with_one_decimal_rounded_as_people_do(mean: float | None, said: Any) -> None:
    assert str(Score("coach", mean, 4, 4)) == f"{said}, from 4 of 4 statements"


@given(answers=some.dictionaries(some.sampled_from("abcrx"), some.sampled_from((*FIVE, "", "other"))))
def test_a_score_never_leaves_the_scale_and_never_rests_on_too_few(answers: dict[str, str]) -> None:
    found = score(FOUR, FIVE, answers)
    assert (found.mean is None) == (found.answered < 3)
    assert found.mean is None or 1 <= found.mean <= 5
