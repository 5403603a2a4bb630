"""Panels of patients: one row each, measures and dimensions in columns.

The bundled panel ``demo-panel`` is invented: :mod:`mdli_workbook.equity.synthetic` makes it and
knows its true gaps.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from mdli_workbook.equity.patients import UNKNOWN, Coded, Measured, Patients

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "BUNDLED",
    "COLUMNS",
    "DIMENSIONS",
    "MEASURES",
    "UNKNOWN",
    "Count",
    "Dimension",
    "DimensionId",
    "Measure",
    "MeasureId",
    "Panel",
    "code",
    "count",
    "read_panel",
    "read_patients",
]

MeasureId = Literal["blood_pressure_controlled", "cancer_screening_done", "portal_active"]
DimensionId = Literal["race_ethnicity", "language", "payer", "age_band", "sex", "deprivation_fifth"]

BUNDLED = {"demo-panel": Path(__file__).with_name("demo_panel.csv")}


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that was reached for a patient, or was not: 1, 0, or not recorded.

    Parameters
    ----------
    words
        What the measure is called.
    reached
        The beginning of a sentence that goes on with how many.
    """

    words: str
    reached: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way of grouping patients.

    Parameters
    ----------
    words
        What it is called, inside a sentence.
    groups
        Value in the file → name on the page, in the order of the page. That order never depends on
        figures: a table that is sorted by its rates ranks people.
    """

    words: str
    groups: Mapping[str, str]


def _as_they_are(*values: str) -> dict[str, str]:
    return dict(zip(values, values, strict=True))


MEASURES: dict[MeasureId, Measure] = {
    "blood_pressure_controlled": Measure("Blood pressure controlled", "Blood pressure was controlled in"),
    "cancer_screening_done": Measure("Cancer screening done", "Cancer screening was done for"),
    "portal_active": Measure("Patient portal in use", "The patient portal was in use for"),
}
DIMENSIONS: dict[DimensionId, Dimension] = {
    "race_ethnicity": Dimension(
        "race and ethnicity",
        _as_they_are(
            "American Indian or Alaska Native",
            "Asian",
            "Black or African American",
            "Hispanic or Latino",
            "Middle Eastern or North African",
            "Multiracial",
            "Native Hawaiian or Pacific Islander",
            "White",
        ),
    ),
    "language": Dimension(
        "language",
        _as_they_are(
            "Amharic", "Arabic", "English", "Haitian Creole", "Karen", "Portuguese", "Spanish", "Vietnamese"
        ),
    ),
    "payer": Dimension("payer", _as_they_are("Commercial", "Medicaid", "Medicare", "Uninsured")),
    "age_band": Dimension(
        "age", {"18-34": "18 to 34", "35-49": "35 to 49", "50-64": "50 to 64", "65+": "65 and older"}
    ),
    "sex": Dimension("sex", {"female": "Female", "male": "Male", "another": "Another"}),
    "deprivation_fifth": Dimension(
        "neighborhood deprivation",
        {
            "1": "Fifth 1 (least deprived)",
            "2": "Fifth 2",
            "3": "Fifth 3",
            "4": "Fifth 4",
            "5": "Fifth 5 (most deprived)",
        },
    ),
}
COLUMNS = ("patient", "month", *MEASURES, *DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Panel:
    """Patients in columns of equal length, each value as the file has it.

    Parameters
    ----------
    columns
        Name → values, one per patient; :data:`UNKNOWN` where nothing was recorded.
    """

    columns: Mapping[str, tuple[str, ...]]

    @property
    def patients(self) -> int:
        """How many rows there are."""
        return len(self.columns["patient"])


@cache
def read_panel(name: str) -> Panel:
    """Read a bundled panel.

    Parameters
    ----------
    name
        One of :data:`BUNDLED`.

    Examples
    --------
    >>> read_panel("demo-panel").patients
    4000
    """
    with BUNDLED[name].open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return Panel(dict(zip(head, zip(*rows, strict=True), strict=True)))


@cache
def read_patients(name: str) -> Patients:
    """Read a bundled panel, ready to be published from.

    Examples
    --------
    >>> read_patients("demo-panel").rows
    4000
    """
    return code(read_panel(name))


def code(panel: Panel) -> Patients:
    """Turn the columns of a panel into codes."""
    months = panel.columns["month"]
    return Patients(
        source=sha256(repr(sorted(panel.columns.items())).encode()).hexdigest()[:32],
        dimensions={
            name: _coded(panel.columns[name], (*dimension.groups, UNKNOWN))
            for name, dimension in DIMENSIONS.items()
            if name in panel.columns
        },
        months=_coded(months, sorted(set(months))),
        measures={name: _measured(panel.columns[name]) for name in MEASURES if name in panel.columns},
    )


def _coded(values: Sequence[str], names: Sequence[str]) -> Coded:
    places = {name: place for place, name in enumerate(names)}
    return Coded(tuple(names), np.array([places[value] for value in values], dtype=np.int32))


def _measured(values: Sequence[str]) -> Measured:
    rows = np.eye(3, dtype=np.int64)
    outcome = {"1": 0, "0": 1, UNKNOWN: 2}
    return Measured(rows[[outcome[value] for value in values]])


@dataclass(frozen=True, slots=True)
class Count:
    """Patients of one group, before anything is withheld.

    Parameters
    ----------
    size
        Patients who were measured.
    numerator
        Those of them who reached the measure.
    """

    size: int
    numerator: int


def count(panel: Panel, measure: MeasureId, dimension: DimensionId) -> dict[str, Count]:
    """Count those who were measured, by group.

    Returns
    -------
    dict
        Value of the dimension → count, for each of its groups in the order of the page and then
        :data:`UNKNOWN`, also where a group has nobody. None of it may be shown as it is: see
        :mod:`mdli_workbook.equity.suppression`.

    Examples
    --------
    >>> tiny = Panel({"portal_active": ("1", "0", "", "1"), "sex": ("male", "male", "male", "")})
    >>> count(tiny, "portal_active", "sex")["male"]
    Count(size=2, numerator=1)
    """
    tally = {group: {"1": 0, "0": 0} for group in (*DIMENSIONS[dimension].groups, UNKNOWN)}
    for group, value in zip(panel.columns[dimension], panel.columns[measure], strict=True):
        if value != UNKNOWN:
            tally[group][value] += 1
    return {group: Count(found["1"] + found["0"], found["1"]) for group, found in tally.items()}
