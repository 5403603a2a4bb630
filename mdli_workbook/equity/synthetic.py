"""The invented practice behind ``demo-panel``: 4,000 patients, and the truth about their gaps.

Each patient's chance of reaching a measure is a base plus a step for each of their groups, so every
true gap can be written down (:func:`truth`). Language depends on race and ethnicity, payer on age;
all else is drawn on its own. Nobody here exists.

To write the file again, the same to the byte::

    python -m mdli_workbook.equity.synthetic
"""

from __future__ import annotations

import csv
import io
import sys
from functools import cache
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from mdli_workbook.equity.panel import BUNDLED, COLUMNS, DIMENSIONS, MEASURES, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.equity.panel import DimensionId, MeasureId

__all__ = ["MONTHS", "PATIENTS", "as_csv", "chance", "draw", "truth", "unrecorded"]

SEED = 99
"""Of the first hundred, one that teaches: see the documentation."""
PATIENTS = 4_000
MONTHS = tuple(f"{2024 + month // 12}-{month % 12 + 1:02}" for month in range(4, 28))
"""May 2024 to April 2026: the month in which a patient was last seen, each as likely."""

Shares = dict[str, float]
Patient = dict[str, str]

RACE: Shares = {
    "White": 0.42,
    "Hispanic or Latino": 0.17,
    "Black or African American": 0.13,
    "Asian": 0.06,
    "Multiracial": 0.02,
    "American Indian or Alaska Native": 0.012,
    "Middle Eastern or North African": 0.01,
    "Native Hawaiian or Pacific Islander": 0.003,
    UNKNOWN: 0.175,
}
LANGUAGE: dict[str, Shares] = {
    "White": {"English": 0.94, "Portuguese": 0.02, UNKNOWN: 0.04},
    "Hispanic or Latino": {"English": 0.38, "Spanish": 0.54, UNKNOWN: 0.08},
    "Black or African American": {"English": 0.64, "Haitian Creole": 0.26, "Amharic": 0.02, UNKNOWN: 0.08},
    "Asian": {"English": 0.54, "Vietnamese": 0.32, "Karen": 0.02, UNKNOWN: 0.12},
    "Middle Eastern or North African": {"English": 0.5, "Arabic": 0.4, UNKNOWN: 0.1},
    UNKNOWN: {
        "English": 0.38,
        "Spanish": 0.12,
        "Haitian Creole": 0.05,
        "Vietnamese": 0.02,
        "Arabic": 0.03,
        UNKNOWN: 0.40,
    },
}
LANGUAGE_ELSE: Shares = {"English": 0.92, UNKNOWN: 0.08}
AGE: Shares = {"18-34": 0.22, "35-49": 0.26, "50-64": 0.29, "65+": 0.23}
PAYER = {"Commercial": 0.55, "Medicaid": 0.29, "Medicare": 0.04, "Uninsured": 0.1, UNKNOWN: 0.02}
PAYER_65 = {"Commercial": 0.04, "Medicaid": 0.06, "Medicare": 0.88, "Uninsured": 0.01, UNKNOWN: 0.01}
SEX: Shares = {"female": 0.53, "male": 0.457, "another": 0.003, UNKNOWN: 0.01}
DEPRIVATION: Shares = {"1": 0.16, "2": 0.18, "3": 0.19, "4": 0.21, "5": 0.22, UNKNOWN: 0.04}

NOT_ENGLISH = tuple(one for one in DIMENSIONS["language"].groups if one != "English")
BASE: dict[MeasureId, float] = {
    "blood_pressure_controlled": 0.75,
    "cancer_screening_done": 0.72,
    "portal_active": 0.70,
}
STEPS: dict[MeasureId, dict[DimensionId, Shares]] = {
    # none by sex, neighborhood, or race and ethnicity as such: what shows there comes by language
    "blood_pressure_controlled": {
        "language": {
            "Spanish": -0.09,
            "Haitian Creole": -0.08,
            "Vietnamese": -0.18,
            "Arabic": -0.05,
            "Amharic": -0.05,
            "Karen": -0.05,
            UNKNOWN: -0.13,
        },
        "age_band": {"18-34": -0.08, "35-49": -0.04, "65+": 0.04},
        "payer": {"Medicaid": -0.03, "Uninsured": -0.12, UNKNOWN: -0.03},
    },
    # none by sex, age or language
    "cancer_screening_done": {
        "deprivation_fifth": {"2": -0.03, "3": -0.06, "4": -0.09, "5": -0.12, UNKNOWN: -0.06},
        "payer": {"Medicaid": -0.05, "Uninsured": -0.18, UNKNOWN: -0.05},
    },
    # none by sex or payer as such
    "portal_active": {
        "language": {**dict.fromkeys(NOT_ENGLISH, -0.18), UNKNOWN: -0.10},
        "age_band": {"50-64": -0.06, "65+": -0.20},
        "deprivation_fifth": {"2": -0.02, "3": -0.04, "4": -0.07, "5": -0.10, UNKNOWN: -0.05},
    },
}
PORTAL_GREW = 0.12
"""How much more often the portal was in use in the last month than in the first, in every group."""


def chance(measure: MeasureId, patient: Patient) -> float:
    """Return the true chance, from 0 to 1, that this patient reaches the measure."""
    steps = STEPS[measure].items()
    sum_of_steps = sum(step.get(patient[dimension], 0.0) for dimension, step in steps)
    if measure == "portal_active":
        sum_of_steps += PORTAL_GREW * (MONTHS.index(patient["month"]) / (len(MONTHS) - 1) - 0.5)
    return BASE[measure] + sum_of_steps


def unrecorded(measure: MeasureId, patient: Patient) -> float:
    """Return the chance that nobody recorded this measure: more often where there is no coverage."""
    if measure == "blood_pressure_controlled":
        return 0.15 if patient["payer"] == "Uninsured" else 0.05
    if measure == "cancer_screening_done":
        return 0.40 if patient["age_band"] == "18-34" else 0.12
    return 0.02


def draw(patients: int = PATIENTS, seed: int = SEED) -> Iterator[Patient]:
    """Draw patients one after the other; only ``Random.random`` is used, which Python keeps stable."""
    random = Random(seed)  # noqa: S311 - nothing here is secret
    for number in range(1, patients + 1):
        patient = {"patient": f"p{number:04}", "month": MONTHS[int(random.random() * len(MONTHS))]}
        patient["race_ethnicity"] = _pick(random, RACE)
        patient["language"] = _pick(random, _languages(patient["race_ethnicity"]))
        patient["age_band"] = _pick(random, AGE)
        patient["payer"] = _pick(random, _payers(patient["age_band"]))
        patient["sex"] = _pick(random, SEX)
        patient["deprivation_fifth"] = _pick(random, DEPRIVATION)
        for measure in MEASURES:
            lost, reached = random.random(), random.random()
            reached_it = "1" if reached < chance(measure, patient) else "0"
            patient[measure] = UNKNOWN if lost < unrecorded(measure, patient) else reached_it
        yield patient


def as_csv() -> str:
    """Return the bundled file, with a line feed at the end of each line."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(draw())
    return text.getvalue()


def truth(measure: MeasureId, dimension: DimensionId) -> dict[str, float]:
    """Return the true rate of each group among those with a recorded value.

    This is what a practice of endlessly many such patients would show; the 4,000 differ from it by
    chance alone.

    Examples
    --------
    >>> rates = truth("blood_pressure_controlled", "language")
    >>> round(rates["Spanish"] - rates["English"], 3)
    -0.09
    """
    weight: dict[str, float] = {}
    reached: dict[str, float] = {}
    for patient, share in _everyone():
        recorded = share * (1 - unrecorded(measure, patient))
        group = patient[dimension]
        weight[group] = weight.get(group, 0.0) + recorded
        reached[group] = reached.get(group, 0.0) + recorded * chance(measure, patient)
    return {group: reached[group] / weight[group] for group in weight}


@cache
def _everyone() -> tuple[tuple[Patient, float], ...]:
    """Each kind of patient and how common it is; the two middle months stand for all, evenly."""
    middle = MONTHS[len(MONTHS) // 2 - 1 : len(MONTHS) // 2 + 1]
    people = [
        ({"race_ethnicity": race, "language": language}, share * of_it)
        for race, share in RACE.items()
        for language, of_it in _languages(race).items()
    ]
    covered = [
        ({"age_band": age, "payer": payer}, share * of_it)
        for age, share in AGE.items()
        for payer, of_it in _payers(age).items()
    ]
    return tuple(
        (
            {**person, **cover, "sex": sex, "deprivation_fifth": fifth, "month": month},
            share * of_cover * SEX[sex] * DEPRIVATION[fifth] / len(middle),
        )
        for (person, share), (cover, of_cover) in product(people, covered)
        for sex, fifth, month in product(SEX, DEPRIVATION, middle)
    )


def _languages(race: str) -> Shares:
    return LANGUAGE.get(race, LANGUAGE_ELSE)


def _payers(age: str) -> Shares:
    return PAYER_65 if age == "65+" else PAYER


def _pick(random: Random, shares: Shares) -> str:
    at = random.random() * sum(shares.values())
    for value, share in shares.items():
        at -= share
        if at < 0:
            return value
    return value


if __name__ == "__main__":
    BUNDLED["demo-panel"].write_text(as_csv(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{BUNDLED['demo-panel'].name} is written\n")
