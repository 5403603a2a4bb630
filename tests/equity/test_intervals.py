from __future__ import annotations

import pytest
from grouped import quickly
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats import poisson as poisson_law
from scipy.stats import t as t_law

from mdli_workbook.equity.estimate import NotEstimated, Reason
from mdli_workbook.equity.intervals import (
    Estimate,
    byar,
    clopper_pearson,
    mean_t,
    poisson,
    poisson_exact,
    wilson,
)

# dhsc-govuk/PHEindicatormethods 2.1.0, tests/testthat/testdata_Proportion.xlsx, sheet testdata_Prop
PUBLISHED = [
    (1, 100, 0.0017674320641406511, 0.054486196178705294),
    (5, 100, 0.02154367915436798, 0.11175046923191911),
    (65, 100, 0.5525444329688797, 0.7363575175690247),
    (9856, 12345, 0.7912101752909069, 0.8053640073614909),
    (7776456, 7564336677, 0.0010273201001641094, 0.0010287644578977231),
    (999, 3456, 0.27418951080009873, 0.30440389662818057),
]
PUBLISHED_99_8 = [
    (1, 100, 0.000873065697299977, 0.1045544528370582),
    (65, 100, 0.4954946574070431, 0.7783540614089697),
    (222, 3215, 0.05647101964624248, 0.08418414185270134),
]


@pytest.mark.parametrize(("numerator", "denominator", "lower", "upper"), PUBLISHED)
def test_the_limits_are_those_that_were_published(
    numerator: int, denominator: int, lower: float, upper: float
) -> None:
    found = wilson(numerator, denominator)
    assert (found.estimate, found.method) == (numerator / denominator, "Wilson, 95%")
    assert (found.lower, found.upper) == pytest.approx((lower, upper), rel=1e-10)


@pytest.mark.parametrize(("numerator", "denominator", "lower", "upper"), PUBLISHED_99_8)
def test_a_higher_confidence_has_the_wider_limits_that_were_published(
    numerator: int, denominator: int, lower: float, upper: float
) -> None:
    found = wilson(numerator, denominator, confidence=0.998)
    assert found.method == "Wilson, 99.8%"
    assert (found.lower, found.upper) == pytest.approx((lower, upper), rel=1e-10)


@quickly
@given(st.integers(1, 10**9).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_the_interval_is_within_0_and_1_and_holds_the_estimate(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert 0 <= found.lower <= found.estimate <= found.upper <= 1
    assert found.lower < found.upper


@quickly
@given(st.integers(1, 10**6).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_who_was_reached_and_who_was_not_are_mirror_images(counts: tuple[int, int]) -> None:
    numerator, size = counts
    one, other = wilson(numerator, size), wilson(size - numerator, size)
    assert (one.lower, one.upper) == pytest.approx((1 - other.upper, 1 - other.lower), abs=1e-12)


def test_nobody_and_everybody_end_exactly_at_0_and_1() -> None:
    assert wilson(0, 20).lower == 0.0
    assert wilson(20, 20).upper == 1.0


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts_are_refused_with_the_way_out(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match=f"{numerator} of {denominator} is no proportion; count from 0 to n"):
        wilson(numerator, denominator)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_an_impossible_confidence_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="use a number between 0 and 1"):
        wilson(1, 2, confidence=confidence)


@quickly
@given(st.integers(1, 400).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_proportions_agree_with_scipy(counts: tuple[int, int]) -> None:
    numerator, size = counts
    tested = binomtest(numerator, size)
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = tested.proportion_ci(method=method)
        found = ours(numerator, size)
        assert (found.lower, found.upper) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@quickly
@given(st.integers(0, 5000), st.floats(0.5, 0.999))
def test_exact_limits_of_a_count_leave_half_the_rest_on_each_side(count: int, confidence: float) -> None:
    found = poisson_exact(count, confidence=confidence)
    tail = (1 - confidence) / 2
    assert poisson_law.cdf(count, found.upper) == pytest.approx(tail, rel=1e-6)
    if count:
        assert poisson_law.sf(count - 1, found.lower) == pytest.approx(tail, rel=1e-6)


@quickly
@given(st.integers(0, 10**6), st.floats(0.01, 1e6), st.sampled_from([0.5, 0.95, 0.998]))
def test_limits_of_a_rate_hold_it_and_scale_with_the_exposure(
    count: int, exposure: float, confidence: float
) -> None:
    for rate in (byar, poisson_exact, poisson):
        found, one = rate(count, exposure, confidence=confidence), rate(count, confidence=confidence)
        assert 0 <= found.lower <= found.estimate <= found.upper
        assert found.upper * exposure == pytest.approx(one.upper)


def test_from_ten_events_on_byar_is_near_the_exact_limits() -> None:
    for count in range(10, 200):
        exact, near = poisson_exact(count), byar(count)
        assert near.lower == pytest.approx(exact.lower, rel=0.005)
        assert near.upper == pytest.approx(exact.upper, rel=0.005)


def test_at_one_event_byar_is_the_one_with_x_and_x_plus_1() -> None:
    found = byar(1)
    assert (found.lower, found.upper) == pytest.approx((0.01307213290150435, 5.5637555824752605), rel=1e-10)
    assert byar(1, confidence=0.998).lower == 0.0


@quickly
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_a_mean_agrees_with_scipy(values: list[float]) -> None:
    found = mean_t(values)
    assert isinstance(found, Estimate)
    assert found.lower <= found.estimate <= found.upper
    if found.se is not None and found.se > 1e-6:
        theirs = t_law.interval(0.95, len(values) - 1, loc=found.estimate, scale=found.se)
        assert (found.lower, found.upper) == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("values", [[], [5.0]])
def test_fewer_than_two_values_have_no_interval_and_say_so(values: list[float]) -> None:
    found = mean_t(values)
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.FEW_VALUES


@pytest.mark.parametrize(("count", "exposure"), [(-1, 1), (1, 0), (1, -2)])
def test_impossible_rates_are_refused(count: float, exposure: float) -> None:
    for rate in (byar, poisson_exact, poisson):
        with pytest.raises(ValueError, match="is no rate; count from 0"):
            rate(count, exposure)
