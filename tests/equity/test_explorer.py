from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from itertools import product
from typing import Any, get_args

import numpy as np
import pytest
from invented import counted, first_look, looks

from mdli_workbook.equity.explorer import Choice, Shown, export, html, look, options
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, read_patients
from mdli_workbook.equity.patients import Coded, Measured, Patients
from mdli_workbook.equity.shown import VIEWS, ViewName
from mdli_workbook.errors import MeasureRefused

DEMO = read_patients("demo-panel")
NAMES = list(get_args(ViewName))
LARGEST = 30_000


def shown(view: ViewName = "groups", measure: str = "blood_pressure_controlled", **more: Any) -> Shown:
    choice = Choice(measure, **{"dimension": "language", "view": view, **more})
    return look(DEMO, choice, Ledger(DEMO.source))[0]


def figures(one: Shown) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(one, "csv")[2])))


def said(one: Shown) -> dict[str, str]:
    """Return group → what is said of it."""
    return {next(iter(row.values())): row["said"] for row in figures(one)}


@pytest.mark.parametrize(
    ("measure", "dimension", "reference", "behind"),
    [
        ("blood_pressure_controlled", "language", "English", {"Spanish", "Vietnamese", "Not recorded"}),
        ("blood_pressure_controlled", "payer", "Commercial", {"Uninsured"}),
        ("cancer_screening_done", "payer", "Commercial", {"Uninsured"}),
        ("cancer_screening_done", "deprivation_fifth", "1", {"Fifth 5 (most deprived)"}),
        ("portal_active", "language", "English", {"Spanish", "Haitian Creole", "Vietnamese"}),
        ("portal_active", "age_band", "35-49", {"65 and older"}),
    ],
)
def test_it_finds_the_documented_gaps(measure: str, dimension: str, reference: str, behind: set[str]) -> None:
    found = said(shown(measure=measure, dimension=dimension, reference=reference))
    assert {group for group in behind if found[group] != "worse"} == set()


@pytest.mark.parametrize(
    ("measure", "dimension"),
    [
        ("blood_pressure_controlled", "sex"),
        ("blood_pressure_controlled", "deprivation_fifth"),
        ("cancer_screening_done", "sex"),
        ("cancer_screening_done", "language"),
        ("cancer_screening_done", "race_ethnicity"),
        ("portal_active", "sex"),
    ],
)
def test_it_says_nothing_where_there_is_no_gap(measure: str, dimension: str) -> None:
    one = shown(measure=measure, dimension=dimension)
    assert "could well be chance" in one.sentence
    assert not {"worse", "better"} & set(said(one).values())
    assert not re.search(r"\b(worse|better)\b", html(one))


def test_the_portal_grew_in_everyone_and_the_view_over_time_says_so() -> None:
    one = shown("time", "portal_active")
    assert "changed in All patients (up)" in one.sentence
    assert "no change beyond what chance alone gives" in shown("time").sentence


def test_the_plain_sentence_names_sizes_rates_and_gap() -> None:
    one = first_look(
        counted({"north": (240, 160, 0), "south": (700, 300, 0), "": (0, 0, 0)}), reference="south"
    )
    assert one.sentence == (
        "Portal: 60% of 400 patients of group north; for patients of group south it was 70%: "
        "the gap of 10 points, for the worse, is larger than chance alone would explain."
    )


@pytest.mark.parametrize("dimension", ["age_band", "deprivation_fifth"])
def test_whether_more_is_better_or_worse_changes_what_is_said(dimension: str) -> None:
    sides = {
        favourable: re.findall(
            "for the (worse|better)",
            shown(measure="cancer_screening_done", dimension=dimension, favourable=favourable).sentence,
        )
        for favourable in (True, False)
    }
    assert sorted(sides[True] + sides[False]) == ["better", "worse"]


def test_a_small_gap_among_very_many_is_certain_and_is_called_small() -> None:
    one = first_look(
        counted({"a": (71_000, 29_000, 0), "b": (70_000, 30_000, 0), "": (0, 0, 0)}), reference="a"
    )
    assert one.sentence.endswith(
        "is larger than chance alone would explain, and small beside the rate itself."
    )
    assert "worse" not in said(one).values()


def test_favourable_or_adverse_turns_what_is_behind() -> None:
    patients = counted({"a": (500, 500, 0), "b": (700, 300, 0), "": (0, 0, 0)})
    more, less = (first_look(patients, reference="a", more=more) for more in (True, False))
    assert said(more)["b"] == "better"
    assert said(less)["b"] == "worse"
    assert "would have to change for 200 patients" in " ".join(less.notes)
    assert "would have to change" not in " ".join(more.notes)


def test_chance_and_patients_to_close_the_gap_are_told() -> None:
    notes = " ".join(shown(reference="English").notes)
    assert "Groups are compared with patients who speak English." in notes
    assert re.search(r"Chance alone would put groups of these sizes \d+ points apart", notes)
    assert re.search(r"things would have to change for [\d,]+ patients", notes)


def test_a_reference_that_is_withheld_gives_way_and_the_page_says_so() -> None:
    one = shown(reference="Karen")
    assert "Karen cannot be the reference: withheld. All patients together are." in one.notes


def test_rates_that_are_too_unsure_are_left_out_and_named() -> None:
    one = first_look(
        counted({"few": (14, 11, 0), "many": (400, 300, 0), "lots": (500, 400, 0), "": (0, 0, 0)})
    )
    row = next(row for row in figures(one) if row["group"] == "few")
    assert (row["patients"], row["rate"]) == ("25", "")
    assert "Too few to be sure enough to show a figure: few." in one.notes


def test_who_is_missing_are_those_of_no_group_and_those_without_a_value() -> None:
    patients = counted({"a": (500, 300, 50), "b": (500, 300, 200), "c": (600, 400, 70), "": (300, 100, 30)})
    sentence = first_look(patients, "missing").sentence
    assert "430 of 3,350 patients (13%) have no recorded group." in sentence
    assert "350 (10%) have no recorded value of portal." in sentence
    assert sentence.endswith("That is more often than chance alone would explain among b.")


def test_ages_made_alike_leave_what_is_no_matter_of_age() -> None:
    cells = {
        ("young", "a"): (900, 100),
        ("old", "a"): (300, 200),
        ("young", "b"): (350, 150),
        ("old", "b"): (400, 600),
    }
    one = look(
        by_age(cells), Choice("portal", "clinic", "a", view="standardised", data="file"), Ledger("aged")
    )[0]
    assert one.sentence == (
        "With everyone's ages alike, the rate of patients of clinic b would be 55%, and 20 points below "
        "that of patients of clinic a; before it was 30 points. That gap is larger than chance "
        "alone would explain."
    )


def test_ages_that_explain_a_gap_take_it_away() -> None:
    cells = {
        ("young", "a"): (900, 100),
        ("old", "a"): (50, 50),
        ("young", "b"): (180, 20),
        ("old", "b"): (400, 400),
    }
    crude, aged = (
        look(by_age(cells), Choice("portal", "clinic", view=view, data="file"), Ledger("aged"))[0]
        for view in ("groups", "standardised")
    )
    assert "larger than chance alone" in crude.sentence
    assert "less than 1 point" in aged.sentence
    assert "That could well be chance" in aged.sentence


def by_age(cells: dict[tuple[str, str], tuple[int, int]]) -> Patients:
    ages, clinics = ("young", "old", ""), ("a", "b", "")
    return Patients(
        "aged",
        {
            "clinic": Coded(clinics, np.array([clinics.index(clinic) for _, clinic in cells], np.int32)),
            "age": Coded(ages, np.array([ages.index(age) for age, _ in cells], np.int32)),
        },
        Coded(("2026-01",), np.zeros(len(cells), np.int32)),
        {"portal": Measured(np.array([(*pair, 0) for pair in cells.values()], np.int64))},
    )


@pytest.mark.parametrize(
    ("dimension", "patients", "reason"),
    [
        ("age_band", DEMO, "These groups are ages themselves"),
        ("group", counted({"a": (50, 50, 0), "": (0, 0, 0)}), "These data have no ages"),
    ],
)
def test_where_ages_cannot_be_made_alike_the_reason_is_told(
    dimension: str, patients: Patients, reason: str
) -> None:
    choice = Choice(next(iter(patients.measures)), dimension, view="standardised")
    one = look(patients, choice, Ledger(patients.source))[0]
    assert one.sentence.startswith(reason)
    assert "<svg" not in html(one)
    with pytest.raises(MeasureRefused, match="has no picture"):
        export(one, "svg")


def test_without_months_there_is_nothing_over_time_and_the_reason_is_told() -> None:
    one = first_look(counted({"a": (50, 50, 0), "": (0, 0, 0)}), "time")
    assert "fewer than 4 months" in one.sentence


def test_all_figures_are_told_with_their_meaning_and_none_is_nan() -> None:
    rows = figures(shown("figures", dimension="deprivation_fifth"))
    names = " ".join(row["figure"] for row in rows)
    for short in ("SII", "RII", "ACI", "RCI", "BGV", "BGSD", "COV", "IDIS", "Theil", "MLD", "PAR", "PAF"):
        assert short in names
    assert all(row["meaning"].endswith(".") for row in rows)
    assert "nan" not in str(rows).lower()


def test_what_is_not_computed_says_why() -> None:
    rows = {row["figure"]: row["state"] for row in figures(shown("figures"))}
    assert rows["Slope index of inequality (SII), logistic"] == "not computed: these groups have no order"
    assert "choose a group as reference" in rows["Mean difference from the reference, by patients"]


def test_a_number_has_means_in_every_view() -> None:
    random = np.random.default_rng(5)
    groups = np.repeat(np.arange(3), (300, 200, 0)).astype(np.int32)
    values = random.normal(np.where(groups == 0, 7.0, 8.5), 1.0)
    patients = Patients(
        "numbers",
        {"clinic": Coded(("north", "south", ""), groups)},
        Coded(tuple(f"2026-0{month}" for month in range(1, 7)), (np.arange(500) % 6).astype(np.int32)),
        {"a1c": Measured(np.tile([1, 0, 0], (500, 1)), values)},
    )
    for view in NAMES:
        one = first_look(patients, view, more=False)
        assert html(one)
        assert Shown.from_plain(json.loads(json.dumps(one.to_plain()))) == one
    assert (
        "A1c was 8.6 on average in 200 patients of clinic south" in first_look(patients, more=False).sentence
    )
    assert said(first_look(patients, reference="north", more=False))["south"] == "worse"


@pytest.mark.parametrize(
    ("view", "measure", "dimension"), list(product(NAMES, ["portal_active"], DIMENSIONS))
)
def test_each_view_is_a_page_and_files_and_comes_back_from_its_record(
    view: ViewName, measure: str, dimension: str
) -> None:
    one = shown(view, measure, dimension=dimension)
    plain = json.dumps(one.to_plain())
    assert len(plain) < LARGEST
    again = Shown.from_plain(json.loads(plain))
    assert again == one
    assert html(again) == html(one)
    assert one.sentence[0].isupper() or one.sentence[0].isdigit()
    assert one.sentence.endswith(".")
    if "<svg" in html(one):
        ET.fromstring(export(one, "svg")[2])
    assert {export(one, what)[1] for what in ("csv", "note")} == {"text/csv", "text/plain"}


def test_a_page_begins_with_the_sentence_and_then_the_picture() -> None:
    page = html(shown())
    assert page.index("mdli-finding") < page.index("<svg") < page.index("<table") < page.index("mdli-notes")


def test_names_from_a_file_are_escaped_and_kept_from_spreadsheets() -> None:
    one = first_look(counted({"=1+1": (60, 50, 0), "<b>&": (60, 40, 0), "": (0, 0, 0)}))
    assert "<b>" not in html(one)
    assert "'=1+1" in export(one, "csv")[2]
    ET.fromstring(export(one, "svg")[2])


def test_the_note_says_how_it_was_worked_out_and_from_what() -> None:
    name, _, text = export(shown(), "note")
    assert name == "blood-pressure-controlled-by-language-groups.txt"
    for words in (
        "Wilson",
        "Holm",
        "Fisher",
        "AHRQ",
        "Centers for Medicare",
        "invented patients",
        DEMO.source,
    ):
        assert words in text


def test_what_can_be_chosen_has_an_id_and_a_name() -> None:
    found = options(DEMO)
    assert [one["id"] for one in found["measures"]] == list(MEASURES)
    assert [one["id"] for one in found["dimensions"]] == list(DIMENSIONS)
    assert [one["id"] for one in found["views"]] == list(VIEWS) == NAMES
    assert found["references"]["language"][0] == {"id": "", "label": "All patients together"}
    assert "" not in [one["id"] for one in found["references"]["language"][1:]]


@pytest.mark.parametrize(
    "choice",
    [
        Choice("weight", "sex"),
        Choice("portal_active", "patient"),
        Choice("portal_active", "sex", "Karen"),
        Choice("portal_active", "sex", view="sixth"),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_there_is_refused(choice: Choice) -> None:
    with pytest.raises(MeasureRefused, match="choose one of"):
        look(DEMO, choice, Ledger(DEMO.source))
    with pytest.raises(MeasureRefused, match="choose csv, svg or note"):
        export(shown(), "pdf")


def test_a_look_adds_to_the_ledger_and_the_same_look_again_adds_nothing() -> None:
    choice = Choice("portal_active", "sex")
    first, ledger = look(DEMO, choice, Ledger(DEMO.source))
    second, later = look(DEMO, choice, ledger)
    assert ledger.shown
    assert (first, ledger) == (second, later)


def test_looks_know_of_one_another() -> None:
    groups, missing = looks(
        DEMO, [Choice("portal_active", "sex"), Choice("portal_active", "sex", view="missing")]
    )
    assert groups.views[0].source == missing.views[0].source == DEMO.source
