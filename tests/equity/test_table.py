from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from invented import counted

from mdli_workbook.equity.intervals import mean_t, wilson
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, DimensionId, MeasureId, read_patients
from mdli_workbook.equity.patients import Coded, Measured, Patients
from mdli_workbook.equity.publish import View, publish, whole
from mdli_workbook.equity.suppression import is_small
from mdli_workbook.equity.table import EVERYONE, NOT_RECORDED, State, Table, tabulate

DEMO = read_patients("demo-panel")
VIEWS = list(product(MEASURES, DIMENSIONS))


def table(patients: Patients = DEMO, measure: str = "portal", dimension: str = "group") -> Table:
    return tabulate(publish(patients, View(measure, (dimension,), whole(patients)))[0])


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_patients_of_an_unknown_group_are_always_a_row_of_their_own(
    measure: MeasureId, dimension: DimensionId
) -> None:
    found = table(DEMO, measure, dimension)
    assert found.lines[-1] is found.unknown
    assert found.unknown.group == NOT_RECORDED
    assert [row.group for row in found.rows] == list(DIMENSIONS[dimension].groups.values())


def test_nobody_unknown_is_an_empty_row_and_no_missing_one() -> None:
    unknown = table(counted({"a": (60, 40, 0), "": (0, 0, 0)})).unknown
    assert (unknown.size, unknown.rate, unknown.state) == (0, None, State.EMPTY)
    assert unknown.why == "nobody was measured"


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_no_rate_stands_where_the_reached_or_the_missed_are_few(
    measure: MeasureId, dimension: DimensionId
) -> None:
    found = table(DEMO, measure, dimension)
    for row in (*found.lines, found.total):
        assert (row.rate is None) == bool(row.why)
        assert row.size is None or not is_small(row.size)
        if row.rate is not None:
            assert row.size is not None
            assert row.numerator is not None
            assert not is_small(row.numerator)
            assert not is_small(row.size - row.numerator)
            assert row.rate == wilson(row.numerator, row.size)


def test_what_is_withheld_leaves_no_trace_in_its_row() -> None:
    found = table(DEMO, "blood_pressure_controlled", "language")
    karen = found.row("Karen")
    assert (karen.size, karen.numerator, karen.rate, karen.state) == (None, None, None, State.WITHHELD)
    assert karen.deviation is None
    assert found.withholds


def test_a_rate_that_is_too_unsure_is_left_out_with_the_reason() -> None:
    found = table(counted({"few": (14, 11, 0), "wide": (30, 25, 0), "many": (600, 400, 0), "": (0, 0, 0)}))
    assert found.row("few").why == "too unsure: fewer than 30 patients"
    assert found.row("few").size == 25
    assert found.row("wide").why == ""
    assert found.row("many").rate is not None


def test_nobody_or_everybody_has_a_footnote() -> None:
    found = table(counted({"all": (400, 0, 0), "many": (600, 400, 0), "": (0, 0, 0)}))
    assert found.row("all").rate is not None
    assert found.row("all").footnote == "nobody, or everybody; ask a statistician"


def test_a_number_has_a_mean_with_students_interval() -> None:
    values = np.random.default_rng(1).normal(7.5, 1.0, 100)
    patients = Patients(
        "numbers",
        {"group": Coded(("a", "b", ""), np.repeat([0, 1], (70, 30)).astype(np.int32))},
        Coded(("2026-01",), np.zeros(100, np.int32)),
        {"a1c": Measured(np.tile([1, 0, 0], (100, 1)), values)},
    )
    found = table(patients, "a1c").row("a").rate
    assert found is not None
    expected = mean_t(list(values[:70]))
    assert [found.estimate, found.lower, found.upper] == pytest.approx(
        [expected.estimate, expected.lower, expected.upper],  # type: ignore[union-attr]
        abs=0.001,  # a mean is published with four digits
    )


def test_the_total_is_everyone_who_was_measured() -> None:
    found = table(counted({"female": (60, 40, 20), "male": (30, 70, 0), "": (0, 0, 0)}))
    assert (found.total.group, found.total.size, found.total.numerator) == (EVERYONE, 200, 90)
    assert not found.withholds


def test_a_practice_of_few_patients_shows_nothing_of_itself() -> None:
    found = table(counted({"female": (3, 2, 0), "male": (2, 1, 0), "": (0, 0, 0)}))
    assert {row.state for row in (*found.lines, found.total)} <= {State.WITHHELD, State.EMPTY}
    assert found.total.size is None
