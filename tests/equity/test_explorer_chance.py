"""Without any gap, something is said of a group in at most one practice of twenty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from invented import drawn, first_look
from scipy.stats import fisher_exact, hypergeom

from mdli_workbook.equity.intervals import wilson
from mdli_workbook.equity.presentation import Standing
from mdli_workbook.equity.standing import Beside, chance_exactly, compare, error_beside, hold

if TYPE_CHECKING:
    from collections.abc import Sequence

PRACTICES = {
    "a small practice": ((400, 150, 60, 35, 20, 0), 0.70),
    "ten groups": ((900, 400, 300, 200, 150, 120, 90, 70, 50, 40, 200), 0.75),
    "nearly everybody": ((900, 300, 200, 120, 80, 60, 50, 40, 100), 0.90),
    "hardly anybody": ((900, 300, 200, 120, 80, 60, 50, 40, 100), 0.08),
    "alike in size": ((90, 80, 80, 70, 70, 60, 60, 60, 50), 0.60),
    "large": ((20_000, 8_000, 5_000, 3_000, 1_000, 2_000), 0.70),
}
ALLOWED = 0.05


def something_said(random: np.random.Generator, sizes: Sequence[int], rate: float, reference: str) -> bool:
    page = first_look(drawn(random, sizes, rate), reference=reference)
    return "larger than chance alone would explain" in page.sentence


@pytest.mark.parametrize("reference", ["", "group 1"])
@pytest.mark.parametrize("practice", ["a small practice", "ten groups"])
def test_little_is_said_of_practices_without_a_gap(practice: str, reference: str) -> None:
    random = np.random.default_rng(1)
    said = sum(something_said(random, *PRACTICES[practice], reference) for _ in range(150))
    # 15 of 150 are more than twice what is allowed, and as likely as one in a hundred if it were 5%
    assert said < 15


@pytest.mark.soak
@pytest.mark.parametrize("reference", ["", "group 1"])
def test_something_is_said_of_one_practice_of_twenty_at_most(reference: str) -> None:
    """Of 2,004 practices, as many of each kind."""
    random = np.random.default_rng(2)
    said = {
        name: sum(something_said(random, *practice, reference) for _ in range(334))
        for name, practice in PRACTICES.items()
    }
    assert sum(said.values()) / 2_004 <= ALLOWED, said


def test_over_many_practices_the_test_itself_speaks_up_in_one_of_twenty_at_most() -> None:
    """The statement without its page, for every group, also those that a page would withhold."""
    random = np.random.default_rng(3)
    sizes, rate = np.array((400, 150, 60, 35, 20)), 0.7
    spoke = 0
    for reached in random.binomial(sizes, rate, size=(2_000, len(sizes))):
        others, left = reached.sum() - reached, sizes.sum() - sizes
        chances = {
            str(place): chance_exactly(*map(int, one))
            for place, one in enumerate(zip(reached, sizes, others, left, strict=True))
        }
        spoke += bool(hold(chances, len(sizes)))
    assert spoke / 2_000 <= ALLOWED


@pytest.mark.parametrize("size", [30, 50, 100, 400])
def test_wilson_intervals_of_thirty_and_more_cover_as_often_as_they_say(size: int) -> None:
    """Over rates from 10 to 90%, each as likely: for a single rate coverage jumps with every count."""
    rates = np.linspace(0.1, 0.9, 400)
    covered = np.zeros_like(rates)
    for count in range(size + 1):
        found = wilson(count, size)
        inside = (found.lower <= rates) & (rates <= found.upper)
        covered += inside * hypergeom.pmf(count, 10**7, np.rint(rates * 10**7).astype(int), size)
    assert 0.93 <= covered.mean() <= 0.97


@pytest.mark.parametrize(
    "counts", [(3, 10, 9, 10), (245, 396, 1886, 2587), (0, 12, 30, 60), (40, 40, 50, 60)]
)
def test_the_exact_test_has_the_tails_of_the_hypergeometric_distribution(counts: tuple[int, ...]) -> None:
    count1, size1, count2, size2 = counts
    table = [[count1, size1 - count1], [count2, size2 - count2]]
    tails = [float(fisher_exact(table, alternative=way)[1]) for way in ("less", "greater")]
    assert chance_exactly(*counts) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-7)


def test_the_exact_test_knows_the_ends() -> None:
    assert chance_exactly(0, 10, 0, 10) == 1.0
    assert chance_exactly(10, 10, 10, 10) == 1.0
    assert chance_exactly(0, 500_000, 500_000, 500_000) == 0.0
    assert chance_exactly(350_000, 500_000, 350_100, 500_000) > 0.5


def test_holm_stops_at_the_first_that_fails() -> None:
    assert hold({"a": 0.01, "b": 0.04, "c": 0.03}, 3) == {"a": pytest.approx(0.05 / 3)}
    assert hold({"a": 0.01}, 10) == {}
    assert hold({}, 3) == {}


def test_a_certain_gap_is_said_only_if_it_is_large_beside_the_rate() -> None:
    sides = {"wide": Beside(0.60, 0.75, 0.02, 1e-9), "narrow": Beside(0.48, 0.50, 0.005, 1e-5)}
    said = compare(sides, groups=2, favourable=True, scale=1.0)
    assert said["wide"].standing is Standing.WORSE
    assert said["narrow"].standing is Standing.SAME
    assert said["narrow"].beyond_chance


def test_a_group_moves_with_the_whole_that_it_is_part_of() -> None:
    alone = error_beside((100, 1_000), (0.5, 0.5), part=False)
    part = error_beside((100, 1_000), (0.5, 0.5), part=True)
    assert part == pytest.approx(0.5 * (1 / 100 - 1 / 1_000) ** 0.5)
    assert part < alone
