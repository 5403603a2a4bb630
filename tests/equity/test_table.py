from __future__ import annotations

from itertools import product

import pytest

from mdli_workbook.equity.intervals import wilson
from mdli_workbook.equity.panel import (
    COLUMNS,
    DIMENSIONS,
    MEASURES,
    DimensionId,
    MeasureId,
    Panel,
    read_panel,
)
from mdli_workbook.equity.suppression import is_small
from mdli_workbook.equity.table import EVERYONE, NOT_RECORDED, State, tabulate

DEMO = read_panel("demo-panel")
VIEWS = list(product(MEASURES, DIMENSIONS))


def practice(**groups: tuple[int, int, int]) -> Panel:
    """Make a panel by sex: for each group how many reached the portal, did not, and are not known."""
    rows = [
        {"sex": "" if group == "unknown" else group, "portal_active": value, "month": "2026-01"}
        for group, numbers in groups.items()
        for value, number in zip(("1", "0", ""), numbers, strict=True)
        for _ in range(number)
    ]
    return Panel(
        {
            name: tuple(row.get(name, str(at)) for at, row in enumerate(rows))
            for name in COLUMNS
            if name in {"patient", "month", "sex", "portal_active"}
        }
    )


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_patients_of_an_unknown_group_are_always_a_row_of_their_own(
    measure: MeasureId, dimension: DimensionId
) -> None:
    table = tabulate(DEMO, measure, dimension)
    assert table.lines[-1] is table.unknown
    assert table.unknown.group == NOT_RECORDED
    assert [row.group for row in table.rows] == list(DIMENSIONS[dimension].groups.values())


def test_nobody_unknown_is_an_empty_row_and_no_missing_one() -> None:
    unknown = tabulate(practice(female=(60, 40, 0)), "portal_active", "sex").unknown
    assert (unknown.size, unknown.rate, unknown.state) == (0, None, State.EMPTY)


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_no_rate_stands_where_the_reached_or_the_missed_are_few(
    measure: MeasureId, dimension: DimensionId
) -> None:
    table = tabulate(DEMO, measure, dimension)
    for row in (*table.lines, table.total):
        assert (row.rate is None) == (row.state is not State.SHOWN)
        assert row.size is None or not is_small(row.size)
        if row.rate is not None:
            assert row.size is not None
            assert row.numerator is not None
            assert not is_small(row.numerator)
            assert not is_small(row.size - row.numerator)
            assert row.rate == wilson(row.numerator, row.size)


def test_what_is_withheld_leaves_no_trace_in_its_row() -> None:
    table = tabulate(DEMO, "blood_pressure_controlled", "language")
    karen, portuguese = (row for row in table.rows if row.group in {"Karen", "Portuguese"})
    assert (karen.size, karen.numerator, karen.rate, karen.state) == (None, None, None, State.WITHHELD)
    assert (portuguese.numerator, portuguese.rate, portuguese.state) == (None, None, State.WITHHELD)
    assert table.withholds


def test_the_total_is_everyone_who_was_measured() -> None:
    table = tabulate(practice(female=(60, 40, 20), male=(30, 70, 0)), "portal_active", "sex")
    assert (table.total.group, table.total.size, table.total.numerator) == (EVERYONE, 200, 90)
    assert table.unmeasured == 20
    assert not table.withholds


@pytest.mark.parametrize(("lacking", "said"), [(0, 0), (1, None), (10, None), (11, 11)])
def test_how_many_were_not_measured_is_withheld_where_they_are_few(lacking: int, said: int | None) -> None:
    table = tabulate(practice(female=(60, 40, lacking)), "portal_active", "sex")
    assert table.unmeasured == said


def test_a_table_says_from_when_to_when_it_is() -> None:
    assert tabulate(DEMO, "portal_active", "sex").months == ("2024-05", "2026-04")


def test_a_practice_of_few_patients_shows_nothing_of_itself() -> None:
    table = tabulate(practice(female=(3, 2, 0), male=(2, 1, 0)), "portal_active", "sex")
    assert {row.state for row in (*table.lines, table.total)} == {State.WITHHELD, State.EMPTY}
    assert table.total.size is None
