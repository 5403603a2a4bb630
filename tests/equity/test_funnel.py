from __future__ import annotations

import pytest
from grouped import quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.estimate import NotEstimated, Reason
from mdli_workbook.equity.funnel import (
    Funnel,
    Place,
    classify_proportions,
    classify_ratios,
    limits_of_proportion,
    limits_of_ratio,
)

units = st.lists(
    st.integers(1, 2_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
    min_size=1,
    max_size=20,
)


@quickly
@given(units)
def test_a_unit_is_placed_as_the_limits_at_its_size_say(drawn: list[tuple[int, int]]) -> None:
    counts, sizes = zip(*drawn, strict=True)
    funnel = limits_of_proportion(counts, sizes, sizes)
    assert isinstance(funnel, Funnel)
    places = classify_proportions(counts, sizes)
    for count, size, place, (lower, upper), outer in zip(
        counts, sizes, places, funnel.inner, funnel.outer, strict=True
    ):
        assert upper is not None
        assert outer[1] is not None
        assert outer[0] <= lower <= funnel.baseline <= upper <= outer[1]
        assert (place is Place.INSIDE) == (lower <= count / size <= upper)


@quickly
@given(st.integers(0, 3_000), st.floats(0.5, 3_000))
def test_a_ratio_is_placed_as_its_own_limits_say(observed: int, expected: float) -> None:
    (place,) = classify_ratios([observed], [expected])
    lower, upper = limits_of_ratio([observed]).inner[0]
    ratio = observed / expected
    high = upper is not None and ratio > upper
    assert (place in (Place.HIGH, Place.VERY_HIGH)) == high
    if observed:
        assert (place in (Place.LOW, Place.VERY_LOW)) == (ratio < lower)


def test_no_events_have_no_upper_end() -> None:
    assert limits_of_ratio([0]).inner == ((0.0, None),)


def test_a_unit_of_nobody_has_no_place_and_units_of_nobody_no_funnel() -> None:
    assert classify_proportions([0, 5], [0, 10])[0] is None
    assert classify_ratios([0], [0]) == (None,)
    found = limits_of_proportion([0], [0], [10])
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.NOBODY
    assert classify_proportions([0], [0]) == (None,)


def test_impossible_units_are_refused() -> None:
    with pytest.raises(ValueError, match="above its denominator"):
        classify_proportions([3], [2])
    with pytest.raises(ValueError, match="not above 0"):
        limits_of_proportion([1], [2], [0])
    with pytest.raises(ValueError, match="1 observed beside 2 expected"):
        classify_ratios([1], [1, 2])
