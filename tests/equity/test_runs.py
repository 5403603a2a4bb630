from __future__ import annotations

import pytest
from grouped import quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.runs import near_limit, runs, seven_one_side, seven_trend, sides, two_in_three

series = st.lists(st.integers(-3, 3), max_size=40)


@quickly
@given(series)
def test_rules_mark_each_point_and_do_not_care_which_side_is_up(values: list[int]) -> None:
    side, other = sides(values, 0), sides([-one for one in values], 0)
    for rule in (seven_one_side, seven_trend):
        assert len(rule(side)) == len(values)
    assert seven_one_side(side) == seven_one_side(other)
    assert seven_trend(values) == seven_trend([-one for one in values])
    assert runs(side) == runs(other)


@quickly
@given(series)
def test_runs_and_crossings_add_up_to_the_useful_points(values: list[int]) -> None:
    found = runs(sides(values, 0))
    assert found.useful == sum(one != 0 for one in values)
    if found.longest is not None and found.crossings is not None:
        assert found.longest + found.crossings <= found.useful
        assert (found.crossings + 1) * found.longest >= found.useful


def test_points_on_the_line_are_neither_a_run_nor_a_crossing() -> None:
    with_them, without = runs([1, 0, 1, 0, 1, -1]), runs([1, 1, 1, -1])
    assert with_them == without


def test_a_long_run_is_a_signal_and_so_are_few_crossings() -> None:
    long_run = runs([1, -1] * 8 + [1] * 9)
    assert (long_run.longest, long_run.longest_allowed, long_run.signal) == (9, 8, True)
    few = runs(([1] * 4 + [-1] * 4) * 4)
    assert (few.crossings, few.crossings_needed, few.signal) == (7, 11, True)


def test_by_chance_a_signal_is_rare() -> None:
    import numpy as np  # noqa: PLC0415

    random = np.random.default_rng(7)
    signals = sum(runs(row.tolist()).signal for row in random.choice([-1, 1], size=(400, 24)))
    assert signals / 400 < 0.12


def test_no_useful_points_say_nothing() -> None:
    found = runs([0, 0])
    assert (found.useful, found.longest, found.signal) == (0, None, False)


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([1, 2, 3, 4, 5, 6], (0,) * 6),
        ([1, 2, 3, 4, 5, 6, 7], (0,) * 6 + (1,)),
        ([9, 8, 7, 6, 5, 4, 3, 2], (0,) * 6 + (1, 1)),
        ([1, 2, 3, 4, 4, 5, 6, 7], (0,) * 8),
        ([1, 2, 3, 4, 5, 6, 7, 1], (0,) * 6 + (1, 0)),
        ([], ()),
    ],
)
def test_a_trend_is_six_steps_of_one_sign(values: list[float], marks: tuple[int, ...]) -> None:
    assert seven_trend(values) == marks


def test_a_point_on_the_line_ends_a_run_of_seven() -> None:
    assert not any(seven_one_side([1] * 6 + [0] + [1] * 6))


def test_two_of_three_must_be_on_one_side_all_three() -> None:
    assert two_in_three([1, 0, 1], [1, -1, 1]) == (0, 0, 0)
    assert two_in_three([1, 0, 1], [-1, -1, -1]) == (1, 1, 1)
    assert two_in_three([1, 1], [1, 1]) == (0, 0)
    with pytest.raises(ValueError, match="2 marks for 3 sides"):
        two_in_three([1, 1], [1, 1, 1])


def test_points_outside_the_limits_are_not_near_them() -> None:
    assert near_limit([-3.1, -3, 0, 1.99, 2.5], -3, 3) == (0, 1, 0, 0, 1)
