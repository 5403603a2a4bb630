"""No sequence of views gives a small number away: two dimensions, two measures, any periods, both kinds."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from attacker import Attacker

from mdli_workbook.equity.figures import MISSED, REACHED, UNMEASURED, Figure, Ledger
from mdli_workbook.equity.leaks import unsafe
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, read_patients
from mdli_workbook.equity.patients import Coded, Measured, Patients
from mdli_workbook.equity.publish import Of, Period, View, publish, whole

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES = [(2,), (3,), (4,), (2, 2), (3, 2)]


def practice(random: Random) -> Patients:
    """Invent a practice, small or mixed or large, of one or two dimensions and one or two measures."""
    shape = random.choice(SHAPES)
    months = random.choice([1, 2, 3, 4]) if len(shape) == 1 else random.choice([1, 2])
    places = list(product(*map(range, shape), range(months)))
    number = number_of(random)
    sizes = [[number() for _ in range(3)] for _ in places]
    measures = {"first": Measured(np.array(sizes, np.int64))}
    if random.random() < 0.4:
        again = [split(sum(one), random) for one in sizes]
        measures["second"] = Measured(np.array(again, np.int64))
    columns = np.array(places, np.int32).T
    return Patients(
        "invented",
        {
            f"d{n}": Coded((*(f"d{n}-{one}" for one in range(groups - 1)), ""), columns[n])
            for n, groups in enumerate(shape)
        },
        Coded(tuple(f"2026-{month + 1:02}" for month in range(months)), columns[-1]),
        measures,
    )


def number_of(random: Random) -> Callable[[], int]:
    few, most = random.choice([(0.7, 25), (0.5, 120), (0.15, 200)])
    return lambda: (
        random.choice([0, random.randint(0, 12)]) if random.random() < few else random.randint(0, most)
    )


def split(number: int, random: Random) -> list[int]:
    first = random.randint(0, number)
    second = random.randint(0, number - first)
    return [first, second, number - first - second]


def any_view(patients: Patients, random: Random) -> View:
    names, months = tuple(patients.dimensions), patients.months.names
    crossed = [names, names[::-1]] if len(names) > 1 else []
    cuts: list[list[tuple[str, ...]]] = [
        [months],
        [(one,) for one in months],
        [months[: end + 1] for end in range(len(months))],
        [months[start : start + 2] for start in range(0, len(months), 2)],
        [months[:-1] or months],
        [tuple(one for one in months if random.random() < 0.6) or months],
    ]
    return View(
        random.choice(list(patients.measures)),
        random.choice([(), *((one,) for one in names), *crossed]),
        tuple(Period(" ".join(one), one) for one in random.choice(cuts)),
        random.choice([*get_args(Of), "reached"]),
    )


def attack(seed: int) -> None:
    random = Random(seed)
    patients = practice(random)
    attacker, ledger = Attacker(patients), Ledger(patients.source)
    for _ in range(random.randint(1, 5)):
        published, ledger = publish(patients, any_view(patients, random), ledger)
        attacker.see(published)
    assert attacker.computed() == "", seed
    assert attacker.bounded() == "", seed
    assert Ledger.from_json(ledger.as_json()) == ledger


@pytest.mark.parametrize("seed", range(16))
def test_no_small_number_follows_from_a_sequence_of_views(seed: int) -> None:
    attack(seed)


@pytest.mark.soak
@pytest.mark.parametrize("start", range(100, 700, 20))
def test_no_small_number_follows_from_many_sequences_of_views(start: int) -> None:
    for seed in range(start, start + 20):
        attack(seed)


def months_of(*periods: tuple[str, ...]) -> tuple[Period, ...]:
    return tuple(Period(" ".join(one), one) for one in periods)


def test_a_group_in_one_month_is_not_taken_from_a_total_over_all_months() -> None:
    """29 unmeasured in all, 22 of them in one group in January: 7 are left, in groups and months together."""
    rows = [(11, 16, 6), (15, 6, 0), (4, 2, 0), (9, 21, 22), (5, 5, 1), (3, 5, 0)]
    months = ("2026-01", "2026-02", "2026-03")
    patients = Patients(
        "invented",
        {"d": Coded(("a", ""), np.repeat([0, 1], 3).astype(np.int32))},
        Coded(months, np.tile([0, 1, 2], 2).astype(np.int32)),
        {"first": Measured(np.array(rows, np.int64))},
    )
    attacker, ledger = Attacker(patients), Ledger("invented")
    for dimensions, periods in (((), months_of(months)), (("d",), months_of(months[:1]))):
        published, ledger = publish(patients, View("first", dimensions, periods, "unmeasured"), ledger)
        attacker.see(published)
    assert attacker.computed() == ""


def test_the_attack_finds_a_sum_of_two_groups_and_a_range_that_is_narrow() -> None:
    places = np.array([0, 1, 2], np.int32)
    patients = Patients(
        "invented",
        {"d": Coded(("a", "b", ""), places)},
        Coded(("2026-01",), places * 0),
        {"first": Measured(np.array([(3, 40, 0), (4, 40, 0), (90, 90, 0)], np.int64))},
    )
    attacker = Attacker(patients)
    attacker.sums = [attacker.cells("first", {}, ("2026-01",), ("reached",))]
    assert attacker.computed() == ""
    attacker.sums.append(attacker.cells("first", {"d": ""}, ("2026-01",), ("reached",)))
    assert attacker.computed() != ""
    attacker.small = [attacker.cells("first", {"d": "a"}, ("2026-01",), ("reached",))]
    assert attacker.bounded() == ""
    attacker.sums = [attacker.cells("first", {}, ("2026-01",), ("reached", "missed"))]
    assert attacker.bounded() == ""


def test_a_sum_of_two_withheld_groups_is_found() -> None:
    figures = {
        Figure("m", ("d",) if group else (), (group,) if group else (), ("2026-01",), (REACHED, MISSED)): size
        for group, size in {"": 67, "a": 60, "b": 3, "c": 4}.items()
    }
    numbers = {one: size for one, size in figures.items() if one.group not in {("b",), ("c",)}}
    ledger = Ledger("x").with_view(numbers, figures.keys() - numbers.keys())

    def count(figure: Figure) -> int:
        group = {"a": (30, 30), "b": (3, 0), "c": (0, 4)}
        own = [group[figure.group[0]]] if figure.group else list(group.values())
        return sum(
            one[0] * (REACHED in figure.outcomes) + one[1] * (MISSED in figure.outcomes) for one in own
        )

    assert {one.group for one in unsafe(ledger, count)} == {("b",), ("c",)}


def test_figures_that_workbooks_show_of_the_bundled_data_by_themselves_fit_together() -> None:
    """Each exercise starts with an empty record, so the first views of all of them are judged as one."""
    demo = read_patients("demo-panel")
    together = Ledger(demo.source)
    for measure, dimension in product(MEASURES, DIMENSIONS):
        _, own = publish(demo, View(measure, (dimension,), whole(demo)))
        _, own = publish(demo, View(measure, (), whole(demo), "unmeasured"), own)
        together = together.with_view(own.shown, own.withheld)
    assert any(UNMEASURED in one.outcomes for one in together.shown)
    assert unsafe(together, demo.count) == {}


def test_crossed_dimensions_are_the_same_figures_in_either_order() -> None:
    demo = read_patients("demo-panel")
    first, ledger = publish(demo, View("portal_active", ("sex", "age_band"), whole(demo)))
    second, later = publish(demo, View("portal_active", ("age_band", "sex"), whole(demo)), ledger)
    assert later == ledger
    assert {row.group: row.numerator for row in first.groups} == {
        row.group[::-1]: row.numerator for row in second.groups
    }
