from __future__ import annotations

import numpy as np
import pytest
from grouped import Drawn, groups, quickly
from hypothesis import given

from mdli_workbook.equity.groups import as_groups, best, with_interval


@quickly
@given(groups())
def test_shares_make_a_whole_and_ranks_rise_around_one_half(drawn: Drawn) -> None:
    found = as_groups(drawn.estimate, drawn.population)
    assert found.share.sum() == pytest.approx(1)
    assert (np.diff(found.rank) > 0).all()
    assert found.share @ found.rank == pytest.approx(0.5)


def test_groups_are_sorted_by_their_place_and_empty_ones_are_left_out() -> None:
    found = as_groups([1, 2, 3], [5, 0, 5], [0.1, 0.2, 0.3]).sorted_by([3, 2, 1])
    assert found.estimate.tolist() == [3, 1]
    assert found.se is not None
    assert found.se.tolist() == [0.3, 0.1]


def test_one_unknown_standard_error_makes_all_of_them_unknown() -> None:
    assert as_groups([1, 2], [1, 1], [0.1, float("nan")]).se is None


@pytest.mark.parametrize(
    ("estimate", "population", "se", "message"),
    [
        ([1, 2], [1], None, "2 figures for 1 populations"),
        ([1, float("nan")], [1, 1], None, "leave out the group"),
        ([1, 2], [0, 0], None, "all are 0"),
        ([1, 2], [1, -1], None, "no number from 0 up"),
        ([1, 2], [1, 1], [0.1], "1 standard errors for 2 groups"),
        ([1, 2], [1, 1], [0.1, -0.1], "negative"),
    ],
)
def test_impossible_groups_are_refused(
    estimate: list[float], population: list[float], se: list[float] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        as_groups(estimate, population, se)


@pytest.mark.parametrize(("order", "message"), [([1], "1 places for 2"), ([1, 1], "the same place")])
def test_an_order_needs_one_place_for_each_group(order: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_groups([1, 2], [1, 1]).sorted_by(order)


def test_the_best_group_is_the_highest_or_the_lowest_of_an_adverse_measure() -> None:
    figures = np.array([60.0, 80.0, 70.0])
    assert (best(figures, favourable=True), best(figures, favourable=False)) == (1, 0)


def test_without_a_standard_error_there_is_no_interval() -> None:
    found = with_interval(5.0, None, "a mean")
    assert found.se is found.lower is found.upper is None
