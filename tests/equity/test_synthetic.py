from __future__ import annotations

import csv
from itertools import pairwise, product
from math import sqrt
from typing import get_args

import pytest

from mdli_workbook.equity import panel, synthetic
from mdli_workbook.equity.intervals import wilson
from mdli_workbook.equity.panel import (
    BUNDLED,
    COLUMNS,
    DIMENSIONS,
    MEASURES,
    UNKNOWN,
    DimensionId,
    MeasureId,
    Panel,
    count,
    read_panel,
)
from mdli_workbook.equity.synthetic import MONTHS, PATIENTS, as_csv, chance, draw, truth

VIEWS = list(product(MEASURES, DIMENSIONS))
PRESSURE: MeasureId = "blood_pressure_controlled"


def test_the_bundled_file_is_what_the_script_makes_byte_by_byte() -> None:
    held = BUNDLED["demo-panel"].read_bytes()
    assert held == as_csv().encode()
    assert len(held) < 400_000


def test_it_has_4000_patients_24_months_and_the_columns_that_are_documented() -> None:
    demo = read_panel("demo-panel")
    assert demo.patients == PATIENTS == 4_000
    assert tuple(demo.columns) == COLUMNS
    assert len(set(demo.columns["patient"])) == PATIENTS
    assert sorted(set(demo.columns["month"])) == list(MONTHS)
    assert (len(MONTHS), MONTHS[0], MONTHS[-1]) == (24, "2024-05", "2026-04")


def test_each_value_is_one_that_the_page_has_a_name_for() -> None:
    demo = read_panel("demo-panel")
    for name, dimension in DIMENSIONS.items():
        assert set(demo.columns[name]) <= {*dimension.groups, UNKNOWN}
    for measure in MEASURES:
        assert set(demo.columns[measure]) == {"0", "1", UNKNOWN}


def test_the_ids_that_authors_may_write_are_those_of_the_registries() -> None:
    assert get_args(MeasureId) == tuple(MEASURES)
    assert get_args(DimensionId) == tuple(DIMENSIONS)


def test_values_are_missing_in_every_measure_and_in_every_dimension_but_age() -> None:
    demo = read_panel("demo-panel")
    lacking = {name for name in (*MEASURES, *DIMENSIONS) if UNKNOWN in demo.columns[name]}
    assert lacking == {*MEASURES, *DIMENSIONS} - {"age_band"}


def test_the_shares_of_each_draw_add_up_to_everyone() -> None:
    shares = [synthetic.RACE, *synthetic.LANGUAGE.values(), synthetic.LANGUAGE_ELSE, synthetic.AGE]
    shares += [synthetic.PAYER, synthetic.PAYER_65, synthetic.SEX, synthetic.DEPRIVATION]
    assert [sum(one.values()) for one in shares] == pytest.approx([1.0] * len(shares))


def test_no_chance_leaves_0_to_1_so_that_steps_are_what_they_say() -> None:
    for patient, _ in synthetic._everyone():
        for measure, month in product(MEASURES, (MONTHS[0], MONTHS[-1])):
            assert 0.02 < chance(measure, {**patient, "month": month}) < 0.98


@pytest.mark.parametrize(
    ("measure", "dimension", "group", "beside", "gap"),
    [
        (PRESSURE, "language", "Spanish", "English", -0.09),
        (PRESSURE, "language", "Vietnamese", "English", -0.18),
        (PRESSURE, "language", "Portuguese", "English", 0.0),
        (PRESSURE, "language", UNKNOWN, "English", -0.13),
        (PRESSURE, "sex", "female", "male", 0.0),
        (PRESSURE, "deprivation_fifth", "5", "1", 0.0),
        ("cancer_screening_done", "deprivation_fifth", "5", "1", -0.12),
        ("cancer_screening_done", "language", "Spanish", "English", 0.0),
        ("portal_active", "age_band", "65+", "18-34", -0.20),
        ("portal_active", "deprivation_fifth", "5", "1", -0.10),
    ],
)
def test_the_true_gaps_are_those_of_the_documentation(
    measure: MeasureId, dimension: DimensionId, group: str, beside: str, gap: float
) -> None:
    rates = truth(measure, dimension)
    assert rates[group] - rates[beside] == pytest.approx(gap, abs=1e-9)


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_no_rate_is_further_from_the_truth_than_the_documentation_says(
    measure: MeasureId, dimension: DimensionId
) -> None:
    found, true = count(read_panel("demo-panel"), measure, dimension), truth(measure, dimension)
    for group, one in found.items():
        if one.size >= 30:
            error = sqrt(true[group] * (1 - true[group]) / one.size)
            assert abs(one.numerator / one.size - true[group]) < 2.1 * error, group


@pytest.mark.parametrize(
    ("measure", "dimension", "group", "beside"),
    [
        (PRESSURE, "language", "Spanish", "English"),
        (PRESSURE, "language", "Haitian Creole", "English"),
        (PRESSURE, "language", "Vietnamese", "English"),
        (PRESSURE, "language", UNKNOWN, "English"),
        (PRESSURE, "age_band", "18-34", "65+"),
        (PRESSURE, "payer", "Uninsured", "Commercial"),
        ("cancer_screening_done", "deprivation_fifth", "5", "1"),
        ("cancer_screening_done", "payer", "Uninsured", "Commercial"),
        ("portal_active", "age_band", "65+", "50-64"),
        ("portal_active", "language", "Spanish", "English"),
        ("portal_active", "deprivation_fifth", "5", "1"),
    ],
)
def test_the_large_documented_gaps_are_found_with_intervals_apart(
    measure: MeasureId, dimension: DimensionId, group: str, beside: str
) -> None:
    found = count(read_panel("demo-panel"), measure, dimension)
    low, high = (wilson(found[one].numerator, found[one].size) for one in (group, beside))
    assert low.upper < high.lower


def test_where_there_is_no_gap_none_is_found() -> None:
    found = count(read_panel("demo-panel"), PRESSURE, "sex")
    women, men = (wilson(found[one].numerator, found[one].size) for one in ("female", "male"))
    assert women.lower < men.upper
    assert men.lower < women.upper


def test_the_portal_grew_from_the_first_year_to_the_second() -> None:
    demo = read_panel("demo-panel")
    rates = []
    for months in (MONTHS[:12], MONTHS[12:]):
        here = [
            value
            for value, month in zip(demo.columns["portal_active"], demo.columns["month"], strict=True)
            if month in months and value != UNKNOWN
        ]
        rates.append(here.count("1") / len(here))
    assert all(later - earlier > 0.02 for earlier, later in pairwise(rates))


def test_another_seed_is_another_practice() -> None:
    assert next(draw(1, seed=5)) == next(draw(1, seed=5))
    assert list(draw(20, seed=5)) != list(draw(20, seed=6))


def test_nobody_measured_is_a_count_of_zero_and_groups_stand_in_the_order_of_the_page() -> None:
    tiny = Panel({"portal_active": ("", "1"), "sex": ("male", "")})
    assert list(count(tiny, "portal_active", "sex")) == ["female", "male", "another", UNKNOWN]
    assert [one.size for one in count(tiny, "portal_active", "sex").values()] == [0, 0, 0, 1]


def test_the_file_reads_back_as_the_patients_that_were_drawn() -> None:
    with panel.BUNDLED["demo-panel"].open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file)) == next(draw())
