"""What was shown gives no small number away: attacked by other means than those that protect it."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import read_patients
from mdli_workbook.equity.patients import Coded, Measured, Patients
from mdli_workbook.equity.publish import (
    Period,
    PublishedView,
    State,
    View,
    by_month,
    by_quarter,
    publish,
    whole,
)
from mdli_workbook.equity.suppression import Rule, is_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MONTHS = ("2026-01", "2026-02", "2026-03")
DEMO = read_patients("demo-panel")
Cell = tuple[int, int, int]  # group, month, outcome


def practice(counts: Sequence[Sequence[tuple[int, int]]]) -> Patients:
    """Make patients from group by month of (reached, missed); the last group is the unknown one."""
    cells = [(g, m, *pair) for g, row in enumerate(counts) for m, pair in enumerate(row)]
    names = (*(f"g{n}" for n in range(len(counts) - 1)), "")
    return Patients(
        "invented",
        {"group": Coded(names, np.array([g for g, *_ in cells], np.int32))},
        Coded(MONTHS[: len(counts[0])], np.array([m for _, m, *_ in cells], np.int32)),
        {"portal": Measured(np.array([(reached, missed, 0) for *_, reached, missed in cells], np.int64))},
    )


def views(patients: Patients) -> list[View]:
    months = patients.months.names
    running = tuple(Period(f"to {months[n]}", months[: n + 1]) for n in range(len(months)))
    periods = (whole(patients), by_month(patients), running)
    return [View("portal", ("group",), one) for one in periods]


def attack(patients: Patients, shown: list[PublishedView], most: int) -> Iterator[str]:  # noqa: C901
    """Yield small numbers of patients that follow from what is shown: by fractions, and by bounds."""
    tally = patients.tally("portal", ("group",))[..., :2]
    groups, months, _ = tally.shape
    names = patients.dimensions["group"].names

    def vector(which: Sequence[int], when: Sequence[int], outcomes: Sequence[int]) -> np.ndarray:
        made = np.zeros(tally.shape, dtype=int)
        made[np.ix_(which, when, outcomes)] = 1
        return made.reshape(-1)

    rows, values = [], []
    for view in shown:
        when_of = {one.name: [MONTHS.index(month) for month in one.months] for one in view.view.periods}
        for row in view.rows:
            which = [names.index(row.group[0])] if row.group else list(range(groups))
            if row.size is not None:
                rows.append(vector(which, when_of[row.period], (0, 1)))
                values.append(row.size)
            if row.numerator is not None:
                rows.append(vector(which, when_of[row.period], (0,)))
                # a reader sees a rounded percentage and the size, and knows the whole number it is of
                values.append(row.numerator)
    matrix, right = np.array(rows).reshape(len(rows), tally.size), np.array(values)
    reduced = echelon(matrix)
    spans = [list(range(start, end)) for start, end in combinations(range(months + 1), 2)]
    for which, when in (
        (w, s) for w in chain(([g] for g in range(groups)), [list(range(groups))]) for s in spans
    ):
        for outcomes in ((0,), (1,), (0, 1)):
            wanted = vector(which, when, outcomes)
            true = int(wanted @ tally.reshape(-1))
            if not 1 <= true <= most:
                continue
            if follows(reduced, wanted):
                yield f"{which} {when} {outcomes} is computed"
            elif len(matrix) and width(matrix, right, wanted) < 3:
                yield f"{which} {when} {outcomes} is bounded"


def echelon(matrix: np.ndarray) -> list[tuple[int, list[Fraction]]]:
    done: list[tuple[int, list[Fraction]]] = []
    for one in matrix:
        row = remainder(done, [Fraction(int(value)) for value in one])
        pivot = next((place for place, value in enumerate(row) if value), None)
        if pivot is not None:
            done.append((pivot, [value / row[pivot] for value in row]))
    return done


def remainder(done: list[tuple[int, list[Fraction]]], row: list[Fraction]) -> list[Fraction]:
    for pivot, other in done:
        if times := row[pivot]:
            row = [mine - times * its for mine, its in zip(row, other, strict=True)]
    return row


def follows(done: list[tuple[int, list[Fraction]]], wanted: np.ndarray) -> bool:
    return not any(remainder(done, [Fraction(int(value)) for value in wanted]))


def width(matrix: np.ndarray, right: np.ndarray, wanted: np.ndarray) -> float:
    ends = [
        linprog(sign * wanted, A_eq=matrix, b_eq=right, bounds=(0, 10_000)).fun * sign for sign in (1.0, -1.0)
    ]
    return float(round(ends[1] - ends[0], 6))


PAIRS = st.one_of(
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.integers(0, 14), st.integers(0, 14)),
    st.tuples(st.integers(0, 200), st.integers(0, 200)),
    st.just((0, 0)),
)
PRACTICES = st.tuples(st.integers(2, 4), st.integers(2, 3)).flatmap(
    lambda shape: st.lists(
        st.lists(PAIRS, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


def check_that_nothing_leaks(counts: Any, order: Sequence[int]) -> None:
    patients = practice(counts)
    asked, shown, ledger = views(patients), [], None
    for number in order:
        view, ledger = publish(patients, asked[number], ledger)
        shown.append(view)
        for row in view.rows:
            small = [row.size, row.numerator]
            small += [row.size - row.numerator] if row.size is not None and row.numerator is not None else []
            assert not [one for one in small if one is not None and is_small(one)]
    assert list(attack(patients, shown, 10)) == []
    assert ledger is not None
    assert Ledger.from_json(ledger.as_json()) == ledger


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(PRACTICES, st.permutations(range(3)))
def test_no_small_number_follows_from_all_views_in_any_order(counts: Any, order: list[int]) -> None:
    check_that_nothing_leaks(counts, order)


@pytest.mark.soak
@settings(
    max_examples=300,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(PRACTICES, st.permutations(range(3)))
def test_no_small_number_follows_from_all_views_in_any_order_again_and_again(
    counts: Any, order: list[int]
) -> None:
    check_that_nothing_leaks(counts, order)


def test_the_attack_finds_what_a_careless_page_gives_away() -> None:
    patients = practice([[(5, 40), (60, 60)], [(80, 80), (90, 90)]])
    careless = Rule(most=1, width=1)
    shown = [publish(patients, view, None, careless)[0] for view in views(patients)]
    assert list(attack(patients, shown, 10))


def test_large_numbers_are_shown_as_they_are() -> None:
    patients = practice([[(60, 40), (50, 50)], [(30, 30), (0, 40)]])
    view, _ = publish(patients, views(patients)[1])
    assert not view.withholds
    assert [(row.group, row.period, row.size, row.numerator) for row in view.rows][:3] == [
        (("g0",), "2026-01", 100, 60),
        (("",), "2026-01", 60, 30),
        ((), "2026-01", 160, 90),
    ]


def test_one_withheld_rate_takes_the_smallest_other_with_it() -> None:
    patients = practice([[(200, 100)], [(35, 5)], [(50, 40)], [(100, 100)]])
    view, _ = publish(patients, views(patients)[0])
    assert [row.numerator for row in view.rows] == [200, None, None, 100, 385]
    assert [row.size for row in view.rows] == [300, 40, 90, 200, 630]


def test_a_month_between_two_cumulative_views_is_withheld() -> None:
    patients = practice([[(60, 40), (4, 30)], [(80, 80), (70, 90)]])
    first = View("portal", ("group",), (Period("January", MONTHS[:1]),))
    second = View("portal", ("group",), (Period("so far", MONTHS[:2]),))
    before, ledger = publish(patients, first)
    after, _ = publish(patients, second, ledger)
    assert not before.withholds
    assert after.rows[0].state is State.WITHHELD
    assert publish(patients, second)[0].rows[0].state is State.SHOWN


def test_who_is_missing_cannot_be_found_by_subtracting_the_measured() -> None:
    view = View("blood_pressure_controlled", ("language",), whole(DEMO))
    missing = View("blood_pressure_controlled", ("language",), whole(DEMO), "unmeasured")
    _, ledger = publish(DEMO, view)
    shown, _ = publish(DEMO, missing, ledger)
    vietnamese = next(row for row in shown.rows if row.group == ("Vietnamese",))
    assert (vietnamese.size, vietnamese.numerator) == (None, None)


def test_a_ledger_of_other_data_is_refused() -> None:
    with pytest.raises(ValueError, match="the ledger is of data"):
        publish(DEMO, View("portal_active", ("sex",), whole(DEMO)), Ledger("other"))


def test_the_same_view_again_is_the_same_and_adds_nothing() -> None:
    view = View("portal_active", ("language",), by_quarter(DEMO)[:3])
    first, ledger = publish(DEMO, view)
    second, later = publish(DEMO, view, ledger)
    assert (first, ledger) == (second, later)


def test_a_small_practice_shows_nothing_of_itself() -> None:
    patients = practice([[(3, 2)], [(2, 1)]])
    view, ledger = publish(patients, views(patients)[0])
    assert {row.state for row in view.rows} == {State.WITHHELD}
    assert ledger.shown == {}
