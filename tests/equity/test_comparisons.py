from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

import pytest
from grouped import quickly
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats.contingency import relative_risk

from mdli_workbook.equity import comparisons
from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

DIFFERENCES = (
    comparisons.difference_newcombe,
    comparisons.difference_wald,
    comparisons.difference_agresti_caffo,
)
RATIOS = (comparisons.ratio_katz, comparisons.ratio_koopman, comparisons.odds_ratio)
# statsmodels 0.15.0, confint_proportions_2indep, run once: 7 of 34 beside 1 of 34, 40 of 50 beside 90 of 200
BY_STATSMODELS = [
    (comparisons.difference_newcombe, (0.018921444, 0.340368687), (0.202381154, 0.460473838)),
    (comparisons.difference_agresti_caffo, (0.01161167, 0.321721663), (0.207470706, 0.468462272)),
    (comparisons.difference_wald, (0.029169416, 0.32377176), (0.219437856, 0.480562144)),
    (comparisons.ratio_katz, (0.909605512, 53.869506464), (1.445948924, 2.185757584)),
    (comparisons.ratio_koopman, (1.2208529, 42.5757176), (1.4205835, 2.1700288)),
    (comparisons.odds_ratio, (0.990490282, 73.900301921), (2.316629382, 10.317245717)),
]

one_group = st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))


@pytest.mark.parametrize(("compare", "small", "larger"), BY_STATSMODELS)
def test_limits_are_those_of_statsmodels(
    compare: Callable[..., Estimate | NotEstimated], small: tuple[float, float], larger: tuple[float, float]
) -> None:
    for counts, limits in (((7, 34, 1, 34), small), ((40, 50, 90, 200), larger)):
        found = compare(*counts)
        assert isinstance(found, Estimate)
        assert (found.lower, found.upper) == pytest.approx(limits, rel=1e-7)


@quickly
@given(one_group, one_group)
def test_differences_hold_their_estimate_and_turn_round_with_the_groups(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    for compare in DIFFERENCES:
        found, turned = compare(*one, *two), compare(*two, *one)
        assert found.estimate == one[0] / one[1] - two[0] / two[1]
        assert (found.lower, found.upper) == pytest.approx((-turned.upper, -turned.lower), abs=1e-12)
        if compare is not comparisons.difference_agresti_caffo:
            assert found.lower <= found.estimate <= found.upper


@quickly
@given(one_group, one_group)
def test_newcombe_and_agresti_caffo_stay_within_the_scale(one: tuple[int, int], two: tuple[int, int]) -> None:
    for compare in (comparisons.difference_newcombe, comparisons.difference_agresti_caffo):
        found = compare(*one, *two)
        assert -1 <= found.lower <= found.upper <= 1


@quickly
@given(one_group, one_group)
def test_ratios_hold_their_estimate_and_turn_over_with_the_groups(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    for compare in RATIOS:
        found, turned = compare(*one, *two), compare(*two, *one)
        if isinstance(found, NotEstimated) or isinstance(turned, NotEstimated):
            continue
        assert 0 <= found.lower <= found.estimate * (1 + 1e-9)
        assert found.estimate <= found.upper * (1 + 1e-9)
        if found.estimate:
            assert (found.lower, found.upper) == pytest.approx((1 / turned.upper, 1 / turned.lower), rel=1e-6)


@quickly
@given(one_group, one_group)
def test_katz_agrees_with_scipy(one: tuple[int, int], two: tuple[int, int]) -> None:
    assume(one[0] and two[0] and one[0] / one[1] + two[0] / two[1] < 2)
    found = comparisons.ratio_katz(*one, *two)
    theirs = relative_risk(*one, *two).confidence_interval(0.95)
    assert isinstance(found, Estimate)
    assert (found.lower, found.upper) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


@pytest.mark.parametrize("compare", RATIOS)
def test_a_ratio_to_a_group_without_events_is_a_state(
    compare: Callable[..., Estimate | NotEstimated],
) -> None:
    found = compare(3, 30, 0, 30)
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.ZERO


def test_koopman_has_limits_for_a_first_group_without_events() -> None:
    found = comparisons.ratio_koopman(0, 34, 5, 34)
    assert isinstance(found, Estimate)
    assert (found.estimate, found.lower) == (0.0, 0.0)
    assert 0.5 < found.upper < 1


@quickly
@given(st.integers(1, 500), st.integers(1, 500), st.floats(1, 1e5), st.floats(1, 1e5))
def test_rate_ratios_are_even_on_the_logarithm(count1: int, count2: int, time1: float, time2: float) -> None:
    found = comparisons.rate_ratio(count1, time1, count2, time2)
    assert isinstance(found, Estimate)
    assert found.se == pytest.approx((1 / count1 + 1 / count2) ** 0.5)
    middle = exp((log(found.lower) + log(found.upper)) / 2)
    assert middle == pytest.approx(found.estimate)


def test_rates_without_events_or_time_are_a_state_or_refused() -> None:
    assert isinstance(comparisons.rate_ratio(0, 10, 3, 10), NotEstimated)
    with pytest.raises(ValueError, match="person-time above 0"):
        comparisons.rate_ratio(1, 0, 3, 10)
