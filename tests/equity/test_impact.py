from __future__ import annotations

import pytest
from grouped import Drawn, groups, quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.estimate import NotEstimated, Reason, Summary
from mdli_workbook.equity.impact import (
    patients_to_close_the_gap,
    population_attributable_fraction,
    population_attributable_risk,
)


@quickly
@given(groups(fewest=2), st.booleans())
def test_a_gain_is_never_a_loss_and_the_fraction_is_that_of_the_mean(
    drawn: Drawn,
    favourable: bool,  # noqa: FBT001
) -> None:
    columns = drawn.estimate, drawn.population
    risk = population_attributable_risk(*columns, favourable=favourable, scale=100)
    share = population_attributable_fraction(*columns, favourable=favourable, scale=100)
    assert isinstance(risk, Summary)
    assert isinstance(share, Summary)
    assert risk.estimate >= 0 if favourable else risk.estimate <= 0
    mean = sum(map(float.__mul__, drawn.estimate, map(float, drawn.population))) / sum(drawn.population)
    assert share.estimate == pytest.approx(100 * risk.estimate / mean, abs=1e-9)
    for found in (risk, share):
        assert found.lower is not None
        assert found.upper is not None
        assert found.lower <= found.estimate <= found.upper


@quickly
@given(groups(fewest=3), st.integers(0, 2))
def test_a_gain_does_not_depend_on_the_order_or_on_splitting_a_group(drawn: Drawn, at: int) -> None:
    figures = []
    for one in (drawn, drawn.turned(), drawn.split(at)):
        found = population_attributable_fraction(one.estimate, one.population, favourable=True)
        assert isinstance(found, Summary)
        figures.append(found.estimate)
    assert figures == pytest.approx([figures[0]] * 3, abs=1e-9)


def test_where_the_most_advantaged_are_not_better_there_is_nothing_to_gain() -> None:
    for favourable, estimate in ((True, [60, 40]), (False, [40, 60])):
        found = population_attributable_risk(
            estimate, [10, 10], favourable=favourable, scale=100, order=[1, 2]
        )
        assert isinstance(found, Summary)
        assert found.estimate == 0
        assert "nothing is to be gained" in found.note


def test_without_a_scale_there_is_no_standard_error() -> None:
    found = population_attributable_fraction([60, 80], [50, 150], favourable=True)
    assert isinstance(found, Summary)
    assert found.se is None


def test_one_group_and_a_mean_of_zero_are_states() -> None:
    alone = population_attributable_risk([60], [5], favourable=True, scale=100)
    nothing = population_attributable_fraction([0, 0], [5, 5], favourable=True)
    assert isinstance(alone, NotEstimated)
    assert isinstance(nothing, NotEstimated)
    assert (alone.state, nothing.state) == (Reason.FEW_GROUPS, Reason.ZERO)


def test_a_figure_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="not from 0 to the scale, 1"):
        population_attributable_risk([60, 80], [5, 5], favourable=True, scale=1)


@quickly
@given(groups(fewest=2))
def test_closing_every_gap_brings_the_average_to_the_best(drawn: Drawn) -> None:
    rates = [one / 100 for one in drawn.estimate]
    patients = patients_to_close_the_gap(rates, drawn.population, target=max(rates), favourable=True)
    reached = sum(map(float.__mul__, rates, map(float, drawn.population))) + sum(patients)
    assert reached == pytest.approx(max(rates) * sum(drawn.population))


def test_an_adverse_measure_counts_those_above_the_target() -> None:
    found = patients_to_close_the_gap([0.25, 0.5], [40, 60], target=0.25, favourable=False)
    assert found == (0.0, 15.0)
