from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.equity.suppression import Count, Shown, Suppressed, is_small, suppress

if TYPE_CHECKING:
    from collections.abc import Iterator

Counts = tuple[Count, ...]


def counts(*pairs: tuple[int, int]) -> Counts:
    return tuple(Count(size, numerator) for size, numerator in pairs)


def numerators(shown: Suppressed) -> list[int | None]:
    return [one.numerator for one in shown.groups]


# The written rule turned into yes and no: CMS Cell Size Suppression Policy, ResDAC article 26.
@pytest.mark.parametrize(
    ("numerator", "size", "withheld"),
    [(45, 50, True), (7, 60, True), (50, 50, False), (0, 80, False), (40, 51, False), (93, 100, True)],
)
def test_a_rate_is_withheld_for_the_reached_and_for_the_missed(
    numerator: int, size: int, *, withheld: bool
) -> None:
    shown = suppress(counts((size, numerator), (500, 250), (700, 300)))
    assert (shown.groups[0].numerator is None) is withheld
    assert shown.groups[0].size == size


def test_from_1_to_10_is_small_and_a_zero_is_not() -> None:
    assert [number for number in range(-1, 13) if is_small(number)] == list(range(1, 11))


def test_a_table_of_large_numbers_is_shown_as_it_is() -> None:
    shown = suppress(counts((50, 20), (80, 0), (30, 30)))
    assert shown == Suppressed((Shown(50, 20), Shown(80, 0), Shown(30, 30)), Shown(160, 50))


def test_with_a_total_one_withheld_rate_takes_the_smallest_other_with_it() -> None:
    shown = suppress(counts((300, 200), (40, 35), (90, 50), (200, 100)))
    assert numerators(shown) == [200, None, None, 100]
    assert [one.size for one in shown.groups] == [300, 40, 90, 200]
    assert shown.total == Shown(630, 385)


def test_with_a_total_one_withheld_size_takes_the_smallest_other_size_with_it() -> None:
    shown = suppress(counts((300, 200), (4, 2), (90, 50)))
    assert shown.groups == (Shown(300, 200), Shown(None, None), Shown(None, None))


def test_two_withheld_rates_need_no_third_if_their_sum_leaves_enough_open() -> None:
    assert numerators(suppress(counts((300, 200), (40, 35), (50, 44)))) == [200, None, None]


def test_two_withheld_rates_whose_sum_tells_too_much_need_a_third() -> None:
    assert numerators(suppress(counts((300, 200), (40, 1), (50, 1)))) == [None, None, None]
    assert numerators(suppress(counts((300, 200), (40, 1), (50, 1), (90, 60)))) == [200, None, None, None]


def test_two_sizes_of_one_patient_each_are_not_given_away_by_their_sum() -> None:
    assert [one.size for one in suppress(counts((300, 200), (1, 1), (1, 0), (60, 30))).groups] == [
        300,
        None,
        None,
        None,
    ]


def test_a_companion_that_can_be_told_from_the_smallest_shown_is_not_enough() -> None:
    # the sum of two withheld sizes would be 50; none is above 40, so that 10 of them would be certain
    shown = suppress(counts((10, 5), (40, 20), (40, 20), (60, 30)))
    assert [one.size for one in shown.groups] == [None, None, None, 60]


def test_a_group_of_nobody_is_shown_and_is_no_companion() -> None:
    shown = suppress(counts((0, 0), (4, 2), (90, 50), (300, 200)))
    assert shown.groups[0] == Shown(0, 0)
    assert [one.size for one in shown.groups] == [0, None, None, 300]


@pytest.mark.parametrize("table", [counts((4, 2)), counts((4, 2), (3, 1)), counts((0, 0), (5, 5))])
def test_a_whole_table_of_few_patients_shows_no_figure(table: Counts) -> None:
    shown = suppress(table)
    assert shown.total == Shown(None, None)
    assert all(one.size in {None, 0} for one in shown.groups)


def test_a_small_total_is_withheld_too() -> None:
    assert suppress(counts((50, 3), (60, 2))).total == Shown(110, None)


def test_an_empty_table_is_shown() -> None:
    assert suppress(counts((0, 0), (0, 0))).total == Shown(0, 0)


@pytest.mark.parametrize(("size", "numerator"), [(3, 4), (3, -1), (-1, 0)])
def test_impossible_counts_are_refused(size: int, numerator: int) -> None:
    with pytest.raises(ValueError, match="a numerator is from 0 to its size"):
        Count(size, numerator)


SMALL_TABLES = [(2, 24, 10), (3, 7, 3), (3, 8, 4), (3, 7, 5)]


@pytest.mark.parametrize(("groups", "largest", "most"), SMALL_TABLES)
def test_no_withheld_number_can_be_computed_even_by_who_knows_the_rules(
    groups: int, largest: int, most: int
) -> None:
    """Try every table: those that look the same once shown must differ in each withheld number."""
    cells = [Count(size, reached) for size in range(largest + 1) for reached in range(size + 1)]
    look_alike: dict[Suppressed, list[Counts]] = defaultdict(list)
    for table in product(cells, repeat=groups):
        look_alike[suppress(table, most=most)].append(table)
    assert not [shown for shown, tables in look_alike.items() for _ in told(shown, tables)]


def told(shown: Suppressed, tables: list[Counts]) -> Iterator[str]:
    """Yield what is withheld, and yet the same in all tables that look like this."""
    for number, one in enumerate(shown.groups):
        if one.size is None and len({table[number].size for table in tables}) == 1:
            yield f"size of group {number}"
        if one.numerator is None and len({table[number].numerator for table in tables}) == 1:
            yield f"numerator of group {number}"
        if one.numerator is None and len({table[number].complement for table in tables}) == 1:
            yield f"complement of group {number}"
    if shown.total.numerator is None and len({sum(one.numerator for one in table) for table in tables}) == 1:
        yield "numerator of the total"
    if shown.total.size is None and len({sum(one.size for one in table) for table in tables}) == 1:
        yield "size of the total"


TABLES = st.lists(
    st.one_of(st.integers(0, 14), st.integers(0, 60), st.integers(0, 3000)).flatmap(
        lambda size: st.builds(Count, st.just(size), st.one_of(st.integers(0, size), st.just(min(size, 3))))
    ),
    min_size=1,
    max_size=9,
)


@given(TABLES)
def test_nothing_that_is_shown_is_small(groups: list[Count]) -> None:
    shown = suppress(groups)
    for one in (*shown.groups, shown.total):
        assert one.size is None or not is_small(one.size)
        assert one.numerator is None or not is_small(one.numerator)
        assert one.numerator is None or (one.size is not None and not is_small(one.size - one.numerator))


@given(TABLES)
def test_what_is_shown_is_true(groups: list[Count]) -> None:
    shown = suppress(groups)
    assert len(shown.groups) == len(groups)
    for one, count in zip(shown.groups, groups, strict=True):
        assert one.size in {None, count.size}
        assert one.numerator in {None, count.numerator}
    assert shown.total.size in {None, sum(one.size for one in groups)}
    assert shown.total.numerator in {None, sum(one.numerator for one in groups)}


@given(TABLES)
def test_subtracting_what_is_shown_leaves_a_range_for_every_withheld_number(groups: list[Count]) -> None:
    shown = suppress(groups)
    sizes = [number for number, one in enumerate(shown.groups) if one.size is None]
    rates = [number for number, one in enumerate(shown.groups) if one.numerator is None]
    if sizes and shown.total.size is not None:
        left = shown.total.size - sum(one.size or 0 for one in shown.groups)
        assert len(sizes) > 1
        assert left - len(sizes) >= 3  # each is 1 at least, and any of them may have all the rest
    if rates and shown.total.numerator is not None and shown.total.size is not None:
        reached = shown.total.numerator - sum(one.numerator or 0 for one in shown.groups)
        everyone = shown.total.size - sum(one.size or 0 for one in shown.groups if one.numerator is not None)
        for number in rates:
            size = shown.groups[number].size  # one of unknown size may have all of them, or none
            at_least = 0 if size is None else max(0, reached - (everyone - size))
            at_most = reached if size is None else min(size, reached)
            assert at_most - at_least >= 3
            assert size is not None or everyone - reached >= 3
            assert at_least <= groups[number].numerator <= at_most
