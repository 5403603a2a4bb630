"""Practices for tests of the explorer: patients with and without gaps, drawn or counted out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.explorer import Choice, Shown, look
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.patients import Coded, Measured, Patients

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdli_workbook.equity.shown import ViewName

__all__ = ["counted", "drawn", "first_look", "looks"]

Counts = tuple[int, int, int]


def counted(groups: Mapping[str, Counts], *, months: Sequence[str] = ("2026-01",)) -> Patients:
    """Make patients of each group who were reached, missed, and not measured, the same each month."""
    rows = [
        (place, month, counts) for place, counts in enumerate(groups.values()) for month in range(len(months))
    ]
    return Patients(
        "counted",
        {"group": Coded(tuple(groups), np.array([place for place, _, _ in rows], np.int32))},
        Coded(tuple(months), np.array([month for _, month, _ in rows], np.int32)),
        {"portal": Measured(np.array([counts for *_, counts in rows], np.int64))},
    )


def drawn(random: np.random.Generator, sizes: Sequence[int], rate: float) -> Patients:
    """Draw a practice in which every group has the same true rate; the last group is the unknown one."""
    names = [*(f"group {place}" for place in range(1, len(sizes))), ""]
    reached = random.binomial(sizes, rate)
    return counted(
        {name: (int(one), int(size - one), 0) for name, size, one in zip(names, sizes, reached, strict=True)}
    )


def first_look(
    patients: Patients, view: ViewName = "groups", reference: str = "", *, more: bool = True
) -> Shown:
    """Look at invented patients of whom nothing was shown before."""
    dimension, measure = next(iter(patients.dimensions)), next(iter(patients.measures))
    choice = Choice(measure, dimension, reference, more, view, "file")
    return look(patients, choice, Ledger(patients.source))[0]


def looks(patients: Patients, choices: Sequence[Choice]) -> list[Shown]:
    """Look several times, each in the knowledge of what was shown before."""
    found, ledger = [], Ledger(patients.source)
    for choice in choices:
        shown, ledger = look(patients, choice, ledger)
        found.append(shown)
    return found
