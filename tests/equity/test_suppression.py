from __future__ import annotations

from collections import defaultdict
from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.equity.figures import MISSED, REACHED, Figure, Ledger
from mdli_workbook.equity.suppression import (
    UNTOLD,
    Line,
    Rule,
    complementary_suppression_property,
    figures_of,
    hide,
    is_small,
    primary_suppression_cms,
    primary_suppression_cms_rate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Table = tuple[tuple[int, int], ...]
Months = tuple[str, ...]


def test_from_1_to_10_is_small_and_a_zero_is_not() -> None:
    assert [number for number in range(-1, 13) if is_small(number)] == list(range(1, 11))
    assert [number for number in range(-1, 13) if is_small(number, Rule(4, zeros=True))] == list(range(5))


def test_the_counts_of_the_reference_are_withheld_by_its_keys() -> None:
    assert primary_suppression_cms([0, 1, 10, 11, 250]) == {"suppressed": [False, True, True, False, False]}


# The written rule turned into yes and no: CMS Cell Size Suppression Policy, ResDAC article 26.
def test_a_rate_is_withheld_for_the_reached_and_for_the_missed() -> None:
    found = primary_suppression_cms_rate([45, 7, 50, 0, 40, 93], [50, 60, 50, 80, 51, 100])
    assert found["rate_suppressed"] == [True, True, False, False, False, True]
    assert found["why"][1:] == [
        "numerator is 7",
        "complement is 0",
        "numerator is 0",
        "numerator 40, complement 11",
        "complement is 7",
    ]


@pytest.mark.parametrize(("part", "size"), [(4, 3), (-1, 3)])
def test_impossible_counts_are_refused(part: int, size: int) -> None:
    with pytest.raises(ValueError, match="a numerator is from 0 to its denominator"):
        primary_suppression_cms_rate([part], [size])


def test_the_published_table_needs_four_cells_and_no_more() -> None:
    found = complementary_suppression_property(
        ["young", "old"], ["Iceland", "Portugal", "Spain"], [[2, 0, 5], [3, 4, 6]], 1, zeros_protected=True
    )
    assert found == {
        "primary": [[0, 1, 0], [0, 0, 0]],
        "reference_pattern": [[1, 1, 0], [1, 1, 0]],
        "property": UNTOLD,
    }


def test_without_margins_only_the_small_ones_are_withheld() -> None:
    found = complementary_suppression_property("ab", "xy", [[3, 20], [30, 40]], 10, margins_published=False)
    assert found["reference_pattern"] == [[1, 0], [0, 0]]


def test_a_table_of_one_row_says_that_its_margins_tell_it() -> None:
    found = complementary_suppression_property("a", "xy", [[3, 20]], 10)
    assert found["property"] != UNTOLD


@pytest.mark.parametrize(("most", "width"), [(0, 3), (10, 0)])
def test_a_rule_that_withholds_nothing_is_refused(most: int, width: int) -> None:
    with pytest.raises(ValueError, match="must be 1 or more"):
        Rule(most, width=width)


JANUARY, FEBRUARY = ("2026-01",), ("2026-02",)
BOTH = JANUARY + FEBRUARY
# groups, months; the largest size of a cell; what is small; the periods of each view in turn
REPLAYS = [
    (2, JANUARY, 7, 2, [[JANUARY]]),
    (1, BOTH, 6, 2, [[BOTH], [JANUARY, FEBRUARY]]),
    (1, BOTH, 6, 2, [[JANUARY, FEBRUARY], [BOTH]]),
]
LONG_REPLAYS = [
    (2, JANUARY, 12, 3, [[JANUARY]]),
    (2, JANUARY, 12, 4, [[JANUARY]]),
    (3, JANUARY, 4, 1, [[JANUARY]]),
    (1, BOTH, 9, 3, [[BOTH], [JANUARY, FEBRUARY]]),
    (1, BOTH, 9, 3, [[JANUARY, FEBRUARY], [BOTH]]),
]


@pytest.mark.parametrize(("groups", "months", "largest", "most", "views"), REPLAYS)
def test_no_small_number_is_certain_for_a_reader_who_replays_the_choice(
    groups: int, months: Months, largest: int, most: int, views: list[list[Months]]
) -> None:
    """Try every table: those that look the same once shown must differ in each number that is small."""
    cells = [(reached, missed) for reached in range(largest + 1) for missed in range(largest + 1 - reached)]
    look_alike: dict[object, list[Table]] = defaultdict(list)
    for table in product(cells, repeat=groups * len(months)):
        look_alike[seen(table, groups, months, views, Rule(most, width=1))].append(table)
    assert not [one for tables in look_alike.values() for one in certain(tables, groups, len(months), most)]


@pytest.mark.soak
@pytest.mark.parametrize(("groups", "months", "largest", "most", "views"), LONG_REPLAYS)
def test_no_small_number_is_certain_for_a_patient_reader_who_replays_the_choice(
    groups: int, months: Months, largest: int, most: int, views: list[list[Months]]
) -> None:
    test_no_small_number_is_certain_for_a_reader_who_replays_the_choice(groups, months, largest, most, views)


def seen(table: Table, groups: int, months: Months, views: list[list[Months]], rule: Rule) -> object:
    """Return all that the views of a table show, in order."""
    count, ledger, told = counter(table, months), Ledger("tried"), []
    for periods in views:
        lines = [
            Line(figure(group, period, (REACHED, MISSED)), figure(group, period, (REACHED,)))
            for period in periods
            for group in ([*map(str, range(groups)), ""] if groups > 1 else [""])
        ]
        shown = hide(lines, count, ledger, rule)
        figures = [figures_of(line, show) for line, show in shown.items()]
        told.append(
            tuple(
                (show, *map(count, open_)) for show, (open_, _) in zip(shown.values(), figures, strict=True)
            )
        )
        if any(shown.values()):
            numbers = {one: count(one) for open_, _ in figures for one in open_}
            ledger = ledger.with_view(numbers, [one for _, closed in figures for one in closed])
    return tuple(told)


def figure(group: str, months: Months, outcomes: tuple[str, ...]) -> Figure:
    return Figure("m", ("d",) if group else (), (group,) if group else (), months, outcomes)


def counter(table: Table, months: Months) -> Callable[[Figure], int]:
    def count(one: Figure) -> int:
        places = [int(one.group[0])] if one.group else range(len(table) // len(months))
        cells = [table[place * len(months) + months.index(month)] for place in places for month in one.months]
        return sum(cell[(REACHED, MISSED).index(outcome)] for cell in cells for outcome in one.outcomes)

    return count


def certain(tables: Sequence[Table], groups: int, months: int, most: int) -> Iterator[str]:
    """Yield what is small, and the same in all tables that look alike."""
    places = [(one,) for one in range(groups)] + [tuple(range(groups))]
    spans = [range(start, end) for start, end in combinations(range(months + 1), 2)]
    for which, when, outcomes in product(places, spans, ((0,), (1,), (0, 1))):
        values = {
            sum(
                table[one * months + month][outcome]
                for one in which
                for month in when
                for outcome in outcomes
            )
            for table in tables
        }
        if len(values) == 1 and 1 <= min(values) <= most:
            yield f"{which} {when} {outcomes} of {tables[0]}"
