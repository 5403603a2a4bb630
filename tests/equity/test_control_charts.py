from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from grouped import quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.control_charts import Chart, c_chart, i_chart, p_chart, u_chart, xmr_chart
from mdli_workbook.equity.estimate import NotEstimated, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

NAN = float("nan")
months = st.lists(
    st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
    min_size=1,
    max_size=30,
)


def charted(found: Chart | NotEstimated) -> Chart:
    assert isinstance(found, Chart)
    return found


@quickly
@given(months)
def test_limits_are_around_the_centre_and_on_the_scale(drawn: list[tuple[int, int]]) -> None:
    counts, sizes = zip(*drawn, strict=True)
    for chart in (charted(p_chart(counts, sizes)), charted(p_chart(counts, sizes, laney=True))):
        for lower, upper in zip(chart.lower, chart.upper, strict=True):
            assert lower is not None
            assert upper is not None
            assert 0 <= lower <= chart.centre <= upper <= 1
    chart = charted(u_chart(counts, sizes, multiplier=1000))
    assert all(lower is not None and 0 <= lower <= chart.centre for lower in chart.lower)


@quickly
@given(months, st.data())
def test_a_month_of_nobody_changes_nothing_but_has_its_place(
    drawn: list[tuple[int, int]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(drawn)))
    counts, sizes = map(list, zip(*drawn, strict=True))
    before = charted(p_chart(counts, sizes))
    counts.insert(at, 0)
    sizes.insert(at, 0)
    after = charted(p_chart(counts, sizes))
    assert after.values[at] is after.upper[at] is after.lower[at] is None
    assert not after.outside[at]
    assert (after.centre, after.runs) == (before.centre, before.runs)


def test_an_excluded_point_leaves_the_centre_and_the_runs_but_keeps_its_limits() -> None:
    chart = charted(c_chart([10, 12, 11, 90], exclude=[3]))
    assert (chart.centre, chart.runs.useful, chart.outside[3]) == (11, 2, True)


def test_a_baseline_freezes_the_centre() -> None:
    assert charted(i_chart([10, 12, 11, 90], baseline=3)).centre == 11


def test_screening_drops_wild_ranges_once() -> None:
    values = [10, 11] * 8 + [60] + [10, 11] * 8
    narrow, wide = charted(xmr_chart(values)), charted(xmr_chart(values, screen_outliers=False))
    assert narrow.upper[0] is not None
    assert wide.upper[0] is not None
    assert narrow.upper[0] - narrow.centre == pytest.approx(2.66)
    assert wide.upper[0] - wide.centre > 2 * 2.66


def test_values_that_never_change_have_limits_on_the_centre() -> None:
    chart = charted(xmr_chart([5, 5, 5]))
    assert (chart.lower[0], chart.upper[0], any(chart.outside)) == (5, 5, False)


def test_fewer_than_13_points_have_trial_limits() -> None:
    assert [charted(c_chart([5] * size)).note for size in (12, 13)] == ["trial limits", ""]


@pytest.mark.parametrize(
    "chart",
    [
        lambda: p_chart([0, 0], [0, 0]),
        lambda: u_chart([NAN], [5]),
        lambda: i_chart([5]),
        lambda: xmr_chart([5, NAN]),
        lambda: c_chart([5], exclude=[0]),
    ],
)
def test_without_points_there_is_no_centre_and_it_is_said(chart: Callable[[], Chart | NotEstimated]) -> None:
    found = chart()
    assert isinstance(found, NotEstimated)
    assert found.state is Reason.FEW_VALUES


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (lambda: p_chart([5], [4]), "above its denominator"),
        (lambda: p_chart([5, 6], [4]), "2 counts for 1 sizes"),
        (lambda: c_chart([-1]), "below 0"),
        (lambda: c_chart([1], exclude=[1]), "point 1 is none of 1"),
        (lambda: i_chart([1, 2], baseline=0), "0 points make no centre line"),
    ],
)
def test_impossible_series_are_refused(chart: Callable[[], Chart | NotEstimated], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chart()
