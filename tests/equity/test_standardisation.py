from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from grouped import quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity import standardisation as standardised
from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

bands = st.lists(
    st.tuples(st.integers(0, 40), st.integers(41, 5_000), st.integers(1, 9_000)), min_size=1, max_size=12
)
DIRECT = (standardised.direct_fay_feuer, standardised.direct_dobson)


def test_the_standards_are_whole() -> None:
    assert (len(standardised.UNITED_STATES_2000), sum(standardised.UNITED_STATES_2000)) == (11, 1_000_000)
    assert (len(standardised.EUROPEAN_2013), sum(standardised.EUROPEAN_2013)) == (19, 100_000)


@pytest.mark.parametrize("standardise", DIRECT)
@quickly
@given(drawn=bands)
def test_a_rate_is_within_its_limits_and_does_not_depend_on_the_unit_of_weights(
    standardise: Callable[..., Estimate | NotEstimated], drawn: list[tuple[int, int, int]]
) -> None:
    counts, people, weights = zip(*drawn, strict=True)
    found = standardise(counts, people, weights, multiplier=1000)
    other = standardise(counts, people, [7 * one for one in weights], multiplier=1000)
    if isinstance(found, NotEstimated):
        assert sum(counts) < 10
        return
    assert isinstance(other, Estimate)
    assert 0 <= found.lower <= found.estimate <= found.upper
    assert found.estimate == pytest.approx(other.estimate)
    assert found.upper == pytest.approx(other.upper)


@quickly
@given(bands)
def test_with_the_own_ages_for_a_standard_the_rate_is_the_crude_one(
    drawn: list[tuple[int, int, int]],
) -> None:
    counts, people, _ = zip(*drawn, strict=True)
    found = standardised.direct_fay_feuer(counts, people, people)
    assert isinstance(found, Estimate)
    assert found.estimate == pytest.approx(standardised.crude_rate(counts, people))


def test_nobody_with_several_events_is_the_rate_of_single_ones() -> None:
    counts, people, weights = [10, 30], [500, 500], [3, 1]
    single = standardised.direct_dobson(counts, people, weights)
    found = standardised.direct_dobson_repeat({1: counts, 2: [0, 0]}, people, weights)
    assert single == found


def test_events_that_come_together_make_the_interval_wider() -> None:
    alone = standardised.direct_dobson_repeat({1: [40, 40]}, [500, 500], [3, 1])
    together = standardised.direct_dobson_repeat({2: [20, 20]}, [500, 500], [3, 1])
    assert isinstance(alone, Estimate)
    assert isinstance(together, Estimate)
    assert together.estimate == pytest.approx(alone.estimate)
    assert together.upper - together.lower > 1.3 * (alone.upper - alone.lower)


def test_few_events_and_an_empty_band_are_states() -> None:
    few = standardised.direct_dobson([4, 5], [100, 100], [1, 1])
    empty = standardised.direct_fay_feuer([4, 0], [100, 0], [1, 1])
    assert isinstance(few, NotEstimated)
    assert isinstance(empty, NotEstimated)
    assert (few.state, empty.state) == (Reason.FEW_EVENTS, Reason.NOBODY)


def test_an_empty_band_without_weight_does_no_harm() -> None:
    assert isinstance(standardised.direct_fay_feuer([4, 0], [100, 0], [1, 0]), Estimate)


def test_no_events_at_all_have_an_upper_limit() -> None:
    found = standardised.direct_fay_feuer([0, 0], [100, 100], [1, 1])
    assert isinstance(found, Estimate)
    assert (found.estimate, found.lower) == (0, 0)
    assert found.upper == pytest.approx(3.688879 / 200)


@quickly
@given(bands)
def test_the_reference_itself_has_the_ratio_one(drawn: list[tuple[int, int, int]]) -> None:
    counts, people, _ = zip(*drawn, strict=True)
    for standardise in (standardised.indirect, standardised.indirect_lognormal):
        found = standardise(counts, people, counts, people)
        if isinstance(found, NotEstimated):
            assert not sum(counts)
            continue
        assert found.ratio.estimate == pytest.approx(1)
        assert found.rate.estimate == pytest.approx(sum(counts) / sum(people))
        assert found.ratio.lower <= found.ratio.estimate <= found.ratio.upper


def test_exact_limits_end_where_byar_begins() -> None:
    methods = []
    for count in (9, 10):
        found = standardised.indirect([count], [100], [10], [100])
        assert isinstance(found, standardised.Indirect)
        methods.append(found.ratio.method)
    assert methods == ["Exact Poisson, 95%", "Byar, 95%"]


def test_nothing_expected_and_an_empty_reference_are_states() -> None:
    nothing = standardised.indirect([1], [100], [0], [100])
    empty = standardised.indirect([1], [100], [0], [0])
    assert isinstance(nothing, NotEstimated)
    assert isinstance(empty, NotEstimated)
    assert (nothing.state, empty.state) == (Reason.ZERO, Reason.NOBODY)


@pytest.mark.parametrize(
    ("counts", "people", "weights", "message"),
    [
        ([1, 2], [10], [1, 1], "2 counts for 1 populations"),
        ([1, 2], [10, 10], [1], "1 weights for 2 age bands"),
        ([-1, 2], [10, 10], [1, 1], "no number from 0 up"),
    ],
)
def test_impossible_ages_are_refused(
    counts: list[int], people: list[int], weights: list[int], message: str
) -> None:
    for standardise in DIRECT:
        with pytest.raises(ValueError, match=message):
            standardise(counts, people, weights)
