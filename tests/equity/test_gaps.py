from __future__ import annotations

import pytest
from grouped import Drawn, groups, quickly
from hypothesis import given

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary
from mdli_workbook.equity.gaps import Disparity, choose_pair, difference, healthy_people, ratio


@pytest.mark.parametrize(
    ("favourable", "reference", "order", "pair"),
    [
        (True, None, None, (0, 1)),
        (False, None, None, (0, 1)),
        (True, 2, None, (2, 1)),
        (False, 2, None, (0, 2)),
        (True, None, [1, 2, 3], (2, 0)),
        (False, None, [1, 2, 3], (0, 2)),
    ],
)
def test_the_two_groups_are_chosen_by_the_rule(
    favourable: bool,  # noqa: FBT001
    reference: int | None,
    order: list[int] | None,
    pair: tuple[int, int],
) -> None:
    assert choose_pair([70, 50, 60], favourable=favourable, reference=reference, order=order) == pair


@quickly
@given(groups(fewest=2))
def test_without_a_reference_the_order_of_groups_does_not_matter(drawn: Drawn) -> None:
    turned = drawn.turned()
    here, there = (difference(one.estimate, favourable=True) for one in (drawn, turned))
    assert here == there
    assert isinstance(here, Summary)
    assert here.estimate == max(drawn.estimate) - min(drawn.estimate)


@quickly
@given(groups(fewest=2))
def test_intervals_hold_the_difference_and_the_ratio(drawn: Drawn) -> None:
    for measure in (difference, ratio):
        found = measure(drawn.estimate, drawn.se, favourable=True, reference=0)
        assert isinstance(found, Summary)
        assert found.lower is not None
        assert found.upper is not None
        assert found.lower <= found.estimate <= found.upper


def test_one_group_alone_has_no_gap() -> None:
    for found in (difference([50], favourable=True), healthy_people([50], favourable=True)):
        assert isinstance(found, NotEstimated)
        assert found.state is Reason.FEW_GROUPS


def test_a_ratio_to_zero_is_a_state() -> None:
    found = ratio([50, 0], favourable=True)
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.ZERO


def test_a_reference_that_is_none_of_the_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="reference 2 is none of 2 groups"):
        difference([50, 60], favourable=True, reference=2)


@quickly
@given(groups(fewest=2))
def test_healthy_people_ratios_are_one_or_more_in_both_framings(drawn: Drawn) -> None:
    for favourable in (True, False):
        found = healthy_people(drawn.estimate, favourable=favourable)
        assert isinstance(found, Disparity)
        assert found.maximal_ratio is not None
        assert found.summary_ratio is not None
        assert found.summary_ratio * (1 + 1e-12) >= 1
        assert found.summary_ratio <= found.maximal_ratio * (1 + 1e-12)


def test_an_adverse_measure_sets_the_others_over_the_best() -> None:
    found = healthy_people([10, 20, 30], favourable=False)
    assert isinstance(found, Disparity)
    assert (found.summary_ratio, found.summary_difference) == (2.5, 15)


def test_a_rate_of_zero_leaves_the_difference_and_says_why_there_is_no_ratio() -> None:
    found = healthy_people([10, 0], favourable=True)
    assert isinstance(found, Disparity)
    assert (found.maximal_difference, found.maximal_ratio) == (10, None)
    assert "zero" in found.note
