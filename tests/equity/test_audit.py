from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.equity.audit import Knowledge, Range, Span, ranges, reach, roomy

if TYPE_CHECKING:
    from mdli_workbook.equity.audit import Sum

SUMS = st.lists(st.dictionaries(st.integers(0, 5), st.sampled_from([-1, 1, 2]), min_size=1), max_size=6)


def dense(sums: list[Sum]) -> np.ndarray:
    matrix = np.zeros((len(sums), 6))
    for row, one in enumerate(sums):
        for cell, times in one.items():
            matrix[row, cell] = times
    return matrix


@settings(deadline=None)
@given(SUMS, st.dictionaries(st.integers(0, 5), st.sampled_from([-1, 1, 2]), min_size=1))
def test_a_sum_follows_if_and_only_if_the_rank_does_not_rise(sums: list[Sum], wanted: Sum) -> None:
    span = Span(sums)
    rank = int(np.linalg.matrix_rank(dense(sums))) if sums else 0
    assert span.rank == rank
    assert span.holds(wanted) == (int(np.linalg.matrix_rank(dense([*sums, wanted]))) == rank)
    if proof := span.proof(wanted):
        made = sum(float(times) * dense(sums)[number] for number, times in proof.items())
        assert np.allclose(made, dense([wanted])[0])


@settings(deadline=None)
@given(SUMS)
def test_a_move_changes_no_sum(sums: list[Sum]) -> None:
    for move in Span(sums).moves():
        assert not (dense(sums) @ dense([move])[0]).any()


TABLES = st.lists(st.integers(0, 4), min_size=4, max_size=4)
SQUARE: list[Sum] = [{0: 1, 1: 1}, {2: 1, 3: 1}, {0: 1, 2: 1}]


@settings(deadline=None, max_examples=20)
@given(TABLES)
def test_ranges_are_those_of_trying_every_table(table: list[int]) -> None:
    sums = tuple((one, sum(table[cell] for cell in one)) for one in SQUARE)
    known = Knowledge(4, sums, (({0: 1}, 0, 3 + table[0]),), cap=9)
    agree = [
        other
        for other in product(range(10), repeat=4)
        if all(sum(other[cell] for cell in one) == value for one, value in sums) and other[0] <= 3 + table[0]
    ]
    wanted: list[Sum] = [{cell: 1} for cell in range(4)]
    found = ranges(known, wanted)
    assert found == [
        Range(min(one[cell] for one in agree), max(one[cell] for one in agree)) for cell in range(4)
    ]
    assert ranges(known, wanted, table=table) == found
    assert tuple(roomy(known, 3)) in agree
    reached = reach(Span(SQUARE), known, wanted, table)
    assert all(width <= one.width for width, one in zip(reached, found, strict=True))
    soon = ranges(known, wanted, enough=2, table=table)
    assert all((one.width >= 2) == (whole.width >= 2) for one, whole in zip(soon, found, strict=True))


def test_sums_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="no table agrees"):
        ranges(Knowledge(1, (({0: 1}, 1), ({0: 1}, 2))), [{0: 1}])
