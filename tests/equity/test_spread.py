"""What all measures of spread over groups have in common, and each of them by itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from grouped import Drawn, groups, quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity import dispersion, entropy
from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    Measure = Callable[..., Summary | NotEstimated]

WEIGHTED: dict[str, Measure] = {
    "variance": dispersion.between_group_variance,
    "standard deviation": dispersion.between_group_standard_deviation,
    "variation": dispersion.coefficient_of_variation,
    "from mean": partial(dispersion.mean_difference_from_mean, weighted=True),
    "from best": partial(dispersion.mean_difference_from_best, favourable=True, weighted=True),
    "disparity": partial(dispersion.index_of_disparity, weighted=True),
    "theil": entropy.theil,
    "log deviation": entropy.mean_log_deviation,
}
UNWEIGHTED: dict[str, Measure] = {
    "from mean, alike": partial(dispersion.mean_difference_from_mean, weighted=False),
    "from best, alike": partial(dispersion.mean_difference_from_best, favourable=False, weighted=False),
    "disparity, alike": partial(dispersion.index_of_disparity, weighted=False),
}
ALL = {**WEIGHTED, **UNWEIGHTED}
RELATIVE = {"variation", "disparity", "disparity, alike", "theil", "log deviation"}
WITH_ERROR: list[Measure] = [
    dispersion.between_group_variance,
    dispersion.between_group_standard_deviation,
    entropy.theil,
    entropy.mean_log_deviation,
]


def figure(measure: Measure, drawn: Drawn) -> float:
    found = measure(drawn.estimate, drawn.population)
    assert isinstance(found, Summary)
    return found.estimate


@pytest.mark.parametrize("name", ALL)
@quickly
@given(drawn=groups())
def test_spread_is_never_below_zero_and_does_not_depend_on_the_order(name: str, drawn: Drawn) -> None:
    found = figure(ALL[name], drawn)
    assert found >= -1e-9
    assert found == pytest.approx(figure(ALL[name], drawn.turned()), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ALL)
@quickly
@given(drawn=groups(), times=st.integers(2, 50))
def test_spread_does_not_depend_on_the_unit_of_population(name: str, drawn: Drawn, times: int) -> None:
    more = Drawn(drawn.estimate, [one * times for one in drawn.population], drawn.se)
    assert figure(ALL[name], drawn) == pytest.approx(figure(ALL[name], more), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", WEIGHTED)
@quickly
@given(drawn=groups(), at=st.integers(0, 2))
def test_a_group_may_be_split_in_two_that_are_alike(name: str, drawn: Drawn, at: int) -> None:
    here, there = figure(WEIGHTED[name], drawn), figure(WEIGHTED[name], drawn.split(at))
    assert here == pytest.approx(there, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ALL)
@quickly
@given(drawn=groups(), times=st.integers(2, 50))
def test_relative_spread_has_no_unit_and_absolute_spread_has_that_of_the_measure(
    name: str, drawn: Drawn, times: int
) -> None:
    other = Drawn([one * times for one in drawn.estimate], drawn.population, drawn.se)
    unit = 1 if name in RELATIVE else times**2 if name == "variance" else times
    assert figure(ALL[name], other) == pytest.approx(unit * figure(ALL[name], drawn), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_equal_groups_have_no_spread(name: str) -> None:
    assert figure(ALL[name], Drawn([40.0] * 4, [1, 2, 3, 4], [])) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_two_groups_are_too_few_and_it_is_said(name: str) -> None:
    found = ALL[name]([40, 50], [1, 2])
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.FEW_GROUPS


@pytest.mark.parametrize("name", sorted(RELATIVE))
def test_relative_spread_around_zero_is_a_state(name: str) -> None:
    found = ALL[name]([0, 0, 0], [1, 2, 3])
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.ZERO


@pytest.mark.parametrize("measure", [entropy.theil, entropy.mean_log_deviation])
def test_one_group_at_zero_does_not_decide_alone(measure: Measure) -> None:
    found = measure([0, 50, 60], [1, 50, 50])
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.ZERO


@pytest.mark.parametrize("measure", WITH_ERROR)
@quickly
@given(drawn=groups())
def test_intervals_hold_the_figure(measure: Measure, drawn: Drawn) -> None:
    found = measure(drawn.estimate, drawn.population, drawn.se)
    assert isinstance(found, Summary)
    if found.se is not None:
        assert found.lower is not None
        assert found.upper is not None
        assert found.lower <= found.estimate <= found.upper


@pytest.mark.parametrize("measure", WITH_ERROR)
def test_a_standard_error_is_that_of_many_redrawn_groups(measure: Measure) -> None:
    estimate, population, se = [60.0, 66, 72, 78, 84], [300, 100, 200, 250, 150], [0.4, 0.5, 0.3, 0.4, 0.6]
    random = np.random.default_rng(5)
    drawn = random.normal(estimate, se, size=(4_000, 5))
    figures = [found.estimate for row in drawn if isinstance(found := measure(row, population), Summary)]
    found = measure(estimate, population, se)
    assert isinstance(found, Summary)
    assert found.se == pytest.approx(np.std(figures), rel=0.05)


def test_a_reference_counts_with_zero_in_the_mean_of_all() -> None:
    found = dispersion.mean_difference_from_reference([60, 70, 80], [1, 1, 2], reference=0, weighted=False)
    assert isinstance(found, Summary)
    assert found.estimate == 10
    with pytest.raises(ValueError, match="reference 3 is none of 3 groups"):
        dispersion.mean_difference_from_reference([60, 70, 80], [1, 1, 2], reference=3, weighted=False)
