from __future__ import annotations

import pytest
from grouped import quickly
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.presentation import Standing, classify_ahrq, present_proportion, present_rate


@pytest.mark.parametrize(
    ("numerator", "denominator", "display", "footnote", "review"),
    [
        (15, 29, False, False, False),
        (12, 30, False, False, False),
        (60, 200, True, False, False),
        (1, 60, False, False, False),
        (57, 60, True, True, False),
        (0, 400, True, False, True),
        (60, 60, True, False, True),
        (0, 0, False, False, False),
    ],
)
def test_proportions_are_shown_by_the_rule(
    numerator: int,
    denominator: int,
    display: bool,  # noqa: FBT001
    footnote: bool,  # noqa: FBT001
    review: bool,  # noqa: FBT001
) -> None:
    found = present_proportion(numerator, denominator)
    assert (found.display, found.footnote, found.review) == (display, footnote, review)
    assert found.why


@quickly
@given(st.integers(30, 5_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_a_proportion_that_needs_a_footnote_hides_its_complement(counts: tuple[int, int]) -> None:
    numerator, size = counts
    found, turned = present_proportion(numerator, size), present_proportion(size - numerator, size)
    if found.footnote:
        assert not turned.display


def test_clusters_make_the_sample_smaller() -> None:
    assert present_proportion(60, 200).display
    assert not present_proportion(60, 200, effective=25).display


@pytest.mark.parametrize(("count", "display"), [(0, False), (9, False), (10, True), (500, True)])
def test_rates_need_ten_events(count: int, display: bool) -> None:  # noqa: FBT001
    assert present_rate(count, 1_000).display is display


@pytest.mark.parametrize(
    ("rate", "se", "favourable", "standing"),
    [
        (60, 3, True, Standing.WORSE),
        (60, 3, False, Standing.BETTER),
        (90, 3, True, Standing.BETTER),
        (60, 10, True, Standing.SAME),  # not certain
        (74, 0.01, True, Standing.SAME),  # not large
        (75, 0, True, Standing.SAME),
    ],
)
def test_a_group_differs_if_it_is_certain_and_large(
    rate: float,
    se: float,
    favourable: bool,  # noqa: FBT001
    standing: Standing,
) -> None:
    assert classify_ahrq(rate, se, 75, 0.1, favourable=favourable, scale=100) is standing


def test_a_tenth_counts_however_binary_fractions_fall() -> None:
    for reference in (0.6, 0.7, 0.9, 60, 70, 90):
        assert classify_ahrq(0.9 * reference, 0, reference, 0, favourable=True) is Standing.WORSE


def test_a_small_step_near_the_top_is_large_for_those_who_lack_it() -> None:
    plain = classify_ahrq(90, 0.1, 95, 0.1, favourable=True)
    framed = classify_ahrq(90, 0.1, 95, 0.1, favourable=True, scale=100)
    assert (plain, framed) == (Standing.SAME, Standing.WORSE)


@quickly
@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 20))
def test_better_for_one_is_worse_for_the_adverse_measure(rate: float, reference: float, se: float) -> None:
    one = classify_ahrq(rate, se, reference, se, favourable=True, scale=100)
    other = classify_ahrq(rate, se, reference, se, favourable=False, scale=100)
    turned = {Standing.BETTER: Standing.WORSE, Standing.WORSE: Standing.BETTER, Standing.SAME: Standing.SAME}
    assert other is turned[one]


def test_negative_rates_and_errors_are_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        classify_ahrq(1, -1, 1, 1, favourable=True)
