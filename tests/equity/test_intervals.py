from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.intervals import wilson

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


@given(st.integers(1, 10**9).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_the_interval_is_within_0_and_1_and_holds_the_estimate(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert 0 <= found.lower <= found.estimate <= found.upper <= 1
    assert found.lower < found.upper


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
