"""Measures over ordered groups: concentration, slopes, slopes over quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from grouped import Drawn, groups, quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity import concentration
from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary
from mdli_workbook.equity.quantile_slopes import QuantileSlope, slope_of_quantiles
from mdli_workbook.equity.slopes import Slope, slope_linear, slope_logit

if TYPE_CHECKING:
    from collections.abc import Callable

    Measure = Callable[..., Summary | NotEstimated]

INDICES: list[Measure] = [
    concentration.absolute_concentration,
    concentration.relative_concentration,
    concentration.absolute_concentration_by_regression,
    concentration.relative_concentration_by_regression,
]


@pytest.mark.parametrize("measure", INDICES)
@quickly
@given(drawn=groups(), at=st.integers(0, 2))
def test_an_index_stays_when_a_group_is_split_and_turns_with_the_order(
    measure: Measure, drawn: Drawn, at: int
) -> None:
    split, turned = drawn.split(at), drawn.order[::-1]
    found = [
        measure(drawn.estimate, drawn.population, drawn.order),
        measure(split.estimate, split.population, split.order),
        measure(drawn.estimate, drawn.population, turned),
    ]
    figures = [one.estimate for one in found if isinstance(one, Summary)]
    assert figures[1] == pytest.approx(figures[0], abs=1e-9)
    assert figures[2] == pytest.approx(-figures[0], abs=1e-9)


@pytest.mark.parametrize("measure", INDICES[:2])
def test_a_sampling_error_is_that_of_many_redrawn_groups(measure: Measure) -> None:
    estimate, population, order = [60.0, 66, 72, 78, 84], [300, 100, 200, 250, 150], [1, 2, 3, 4, 5]
    se = [0.4, 0.5, 0.3, 0.4, 0.6]
    drawn = np.random.default_rng(5).normal(estimate, se, size=(4_000, 5))
    figures = [one.estimate for row in drawn if isinstance(one := measure(row, population, order), Summary)]
    found = measure(estimate, population, order, se)
    assert isinstance(found, Summary)
    assert found.se == pytest.approx(np.std(figures), rel=0.05)


def test_the_error_of_a_regression_stays_with_ten_times_the_patients_and_says_what_it_is() -> None:
    one = concentration.absolute_concentration_by_regression([20, 35, 40], [10, 20, 30], [1, 2, 3])
    ten = concentration.absolute_concentration_by_regression([20, 35, 40], [100, 200, 300], [1, 2, 3])
    assert isinstance(one, Summary)
    assert isinstance(ten, Summary)
    assert one.se == pytest.approx(ten.se)
    assert "not chance" in one.note


@quickly
@given(groups())
def test_bounded_indices_only_turn_their_sign_with_the_framing(drawn: Drawn) -> None:
    lacking = [100 - one for one in drawn.estimate]
    for erreygers in (True, False):
        found, turned = (
            concentration.bounded_concentration(
                figures, drawn.population, drawn.order, scale=100, erreygers=erreygers
            )
            for figures in (drawn.estimate, lacking)
        )
        assert isinstance(found, Summary)
        assert isinstance(turned, Summary)
        assert turned.estimate == pytest.approx(-found.estimate, abs=1e-9)


def test_nothing_is_concentrated_where_everybody_has_it() -> None:
    found = concentration.bounded_concentration([100, 100, 100], [1, 1, 1], [1, 2, 3], scale=100)
    assert isinstance(found, NotEstimated)


@quickly
@given(groups(), st.floats(-5, 5))
def test_a_straight_line_is_found_again(drawn: Drawn, slope: float) -> None:
    people = np.array(drawn.population, dtype=float)
    share = people / people.sum()
    rank = np.cumsum(share) - share / 2
    line = slope_linear(20 + slope * rank, people, drawn.order)
    assert isinstance(line, Slope)
    assert (line.bottom, line.sii.estimate) == pytest.approx((20, slope), abs=1e-7)
    assert line.sii.se == pytest.approx(0, abs=1e-6)
    assert isinstance(line.rii, Summary)
    assert line.rii.estimate == pytest.approx((20 + slope) / 20)


@quickly
@given(groups())
def test_slopes_turn_with_the_order_and_their_intervals_hold_them(drawn: Drawn) -> None:
    turned = drawn.order[::-1]
    for fit in (slope_linear, lambda *one: slope_logit(*one, scale=100)):
        line, other = (fit(drawn.estimate, drawn.population, order) for order in (drawn.order, turned))
        assert isinstance(line, Slope)
        assert isinstance(other, Slope)
        assert other.sii.estimate == pytest.approx(-line.sii.estimate, abs=1e-6)
        for found in (line.sii, line.rii):
            if isinstance(found, Summary):
                assert found.lower is not None
                assert found.upper is not None
                assert found.lower <= found.estimate <= found.upper


@quickly
@given(groups())
def test_a_logistic_slope_stays_on_its_scale_and_keeps_the_mean(drawn: Drawn) -> None:
    line = slope_logit(drawn.estimate, drawn.population, drawn.order, scale=100)
    percent = slope_logit([one / 100 for one in drawn.estimate], drawn.population, drawn.order, scale=1)
    assert isinstance(line, Slope)
    assert isinstance(percent, Slope)
    assert 0 <= line.bottom <= 100
    assert 0 <= line.top <= 100
    assert line.sii.estimate == pytest.approx(100 * percent.sii.estimate, abs=1e-6)


def test_counting_population_twice_is_another_figure() -> None:
    once, twice = (
        slope_logit([20, 30, 40, 50, 60], [78, 91, 162, 103, 105], [1, 2, 3, 4, 5], scale=100,
                    whole_events=True, squared_weights=squared)
        for squared in (False, True)
    )  # fmt: skip
    assert isinstance(once, Slope)
    assert isinstance(twice, Slope)
    assert (once.sii.estimate, twice.sii.estimate) == pytest.approx((44.9053, 44.4450), abs=5e-5)


@pytest.mark.parametrize("estimate", [[0, 0, 0], [100, 100, 100], [0, 0, 100]])
def test_where_no_curve_fits_it_is_said(estimate: list[float]) -> None:
    found = slope_logit(estimate, [10, 10, 10], [1, 2, 3], scale=100)
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.NO_FIT


def test_a_line_that_reaches_zero_has_no_ratio() -> None:
    line = slope_linear([1, 20, 60], [10, 10, 10], [1, 2, 3])
    assert isinstance(line, Slope)
    assert isinstance(line.rii, NotEstimated)


def test_two_ordered_groups_are_too_few() -> None:
    for found in (
        slope_linear([1, 2], [1, 1], [1, 2]),
        slope_logit([1, 2], [1, 1], [1, 2], scale=100),
        *(measure([1, 2], [1, 1], [1, 2]) for measure in INDICES),
    ):
        assert isinstance(found, NotEstimated)
        assert found.state is Reason.FEW_GROUPS


def test_a_figure_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="not from 0 to the scale, 1"):
        slope_logit([20, 30, 40], [1, 1, 1], [1, 2, 3], scale=1)


VALUES, PEOPLE, ORDER = [0.2, 0.3, 0.35, 0.45, 0.6], [90, 100, 120, 100, 80], [1, 2, 3, 4, 5]


def of_quantiles(**given: object) -> QuantileSlope:
    found = slope_of_quantiles(VALUES, PEOPLE, ORDER, **given)  # type: ignore[arg-type]
    assert isinstance(found, QuantileSlope)
    return found


def test_limits_over_quantiles_are_those_of_the_slope_s_own_error() -> None:
    se = np.array([0.02, 0.03, 0.02, 0.04, 0.03])
    people = np.array(PEOPLE, dtype=float) / sum(PEOPLE)
    rank = np.cumsum(people) - people / 2
    pull = people * (rank - 0.5) / (people @ (rank - 0.5) ** 2)
    found = of_quantiles(se=se)
    reach = 1.959964 * np.linalg.norm(pull * se)
    assert found.sii_limits == pytest.approx((found.sii - reach, found.sii + reach), rel=0.02)
    assert found == of_quantiles(se=se)


def test_a_negative_multiplier_turns_the_slope_and_the_ratio() -> None:
    one, other = of_quantiles(se=[0.01] * 5), of_quantiles(se=[0.01] * 5, multiplier=-100)
    assert other.sii == pytest.approx(-100 * one.sii)
    assert one.rii is not None
    assert other.rii == pytest.approx(1 / one.rii)
    assert other.sii_limits is not None
    assert other.sii_limits[0] <= other.sii <= other.sii_limits[1]


@pytest.mark.parametrize("kind", ["rate", "proportion"])
@pytest.mark.parametrize("transform", [True, False])
def test_rates_and_proportions_may_be_fitted_on_their_own_scale(kind: str, transform: bool) -> None:  # noqa: FBT001
    limits = [one - 0.03 for one in VALUES], [one + 0.04 for one in VALUES]
    found = of_quantiles(kind=kind, transform=transform, limits=limits)
    assert found.sii_limits is not None
    assert found.rii_limits is not None
    assert found.rii is not None
    assert found.sii_limits[0] <= found.sii <= found.sii_limits[1]
    assert found.rii_limits[0] <= found.rii <= found.rii_limits[1]


@pytest.mark.parametrize(
    ("values", "people", "state"),
    [
        ([1.0] * 4, [1] * 4, Reason.FEW_GROUPS),
        ([1.0] * 5, [1, 1, 0, 1, 1], Reason.NOBODY),
    ],
)
def test_quantiles_that_give_no_line_are_a_state(
    values: list[float], people: list[int], state: Reason
) -> None:
    found = slope_of_quantiles(values, people, range(len(values)))
    assert isinstance(found, NotEstimated)
    assert found.state is state
