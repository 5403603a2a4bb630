from __future__ import annotations

import numpy as np
import pytest

from mdli_workbook.equity.dispersion import between_group_variance
from mdli_workbook.equity.estimate import Estimate, NotEstimated
from mdli_workbook.equity.simulation import chance_level, interval_by_redrawing

SIZES = [400, 150, 60, 35, 20]


def variance(rates: np.ndarray) -> float | None:
    found = between_group_variance(100 * rates, SIZES)
    return None if isinstance(found, NotEstimated) else found.estimate


def test_chance_alone_makes_the_gaps_that_small_groups_show() -> None:
    gap = chance_level(np.ptp, SIZES, 0.7)
    spread = chance_level(variance, SIZES, 0.7)
    assert isinstance(gap, Estimate)
    assert isinstance(spread, Estimate)
    assert (gap.estimate, gap.upper) == pytest.approx((0.153, 0.279), abs=0.01)
    share = np.array(SIZES) / sum(SIZES)
    by_formula = 1e4 * float(np.sum(share * (1 - share) * 0.21 / np.array(SIZES)))
    assert spread.estimate == pytest.approx(by_formula, rel=0.1)


def test_the_same_seed_gives_the_same_figures() -> None:
    assert chance_level(np.ptp, SIZES, 0.7) == chance_level(np.ptp, SIZES, 0.7)


def test_a_group_of_nobody_does_not_widen_the_gap() -> None:
    found = chance_level(np.ptp, [0, 50], 0.5)
    assert isinstance(found, Estimate)
    assert found.upper < 0.2


def test_limits_by_redrawing_are_near_those_of_a_formula() -> None:
    found = interval_by_redrawing(lambda rates: float(rates[0] - rates[1]), [60, 50], [3, 4])
    assert isinstance(found, Estimate)
    assert (found.lower, found.upper) == pytest.approx((0.2, 19.8), abs=0.8)


def test_limits_by_redrawing_hold_the_figure_though_noise_makes_spread_larger() -> None:
    found = interval_by_redrawing(np.ptp, [60, 60, 60], [2, 2, 2])
    assert isinstance(found, Estimate)
    assert found.lower == found.estimate == 0 < found.upper


def test_a_measure_that_is_never_defined_is_a_state() -> None:
    assert isinstance(chance_level(lambda _: None, SIZES, 0.7), NotEstimated)
    assert isinstance(interval_by_redrawing(lambda _: None, [1, 2], [1, 1]), NotEstimated)


def test_an_impossible_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="not from 0 to 1"):
        chance_level(np.ptp, SIZES, 70)
