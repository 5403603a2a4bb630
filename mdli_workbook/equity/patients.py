"""Patients in columns of codes: what is read from a file, and counted. Nothing here may be shown.

A million patients are a few megabytes. Only :mod:`.publish` turns them into something to look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.figures import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mdli_workbook.equity.figures import Figure

__all__ = ["UNDATED", "UNKNOWN", "Coded", "Measured", "Patients"]

UNKNOWN = ""
"""The value of a group that nobody recorded; always the last of its dimension."""
UNDATED = ""
"""The month of rows without a date."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Coded:
    """A column of names, as numbers.

    Parameters
    ----------
    names
        Each value once, in the order of the page.
    codes
        Row → place in ``names``.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Measured:
    """A measure of each row.

    Parameters
    ----------
    outcomes
        Rows by three: how many patients of the row were reached, missed, unmeasured. A row that is
        one patient has a single 1.
    values
        Of a number (not a yes or no): its value, NaN where unmeasured. Such a patient counts as
        reached when measured.
    """

    outcomes: NDArray[np.int64]
    values: NDArray[np.float64] | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Patients:
    """A data set.

    Parameters
    ----------
    source
        Fingerprint of where it comes from.
    dimensions
        Name → groups, :data:`UNKNOWN` last.
    months
        ``YYYY-MM`` in order; the only one is :data:`UNDATED` where there are no dates.
    measures
        Name → what was measured.
    readings
        What was said of the columns: ``rows`` (layout and date), ``measure NAME`` and ``dimension NAME``
        → in words. Figures of one file are compared with one another only if these agree.
    """

    source: str
    dimensions: Mapping[str, Coded]
    months: Coded
    measures: Mapping[str, Measured]
    readings: Mapping[str, str] = field(default_factory=dict)
    _tallies: dict[tuple[str, tuple[str, ...]], NDArray[np.int64]] = field(default_factory=dict, init=False)

    @cached_property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.months.codes)

    def tally(self, measure: str, dimensions: tuple[str, ...]) -> NDArray[np.int64]:
        """Count patients: one axis for each dimension, then months, then outcomes."""
        if (measure, dimensions) not in self._tallies:
            self._tallies[measure, dimensions] = self._count(measure, dimensions)
        return self._tallies[measure, dimensions]

    def count(self, figure: Figure) -> int:
        """Return the true value of a figure."""
        tally = self.tally(figure.measure, figure.dimensions)
        for name, group in zip(figure.dimensions, figure.group, strict=True):
            tally = tally[self.dimensions[name].names.index(group)]
        months = [self._place[month] for month in figure.months]
        return int(tally[months][:, [OUTCOMES.index(one) for one in figure.outcomes]].sum())

    @cached_property
    def _place(self) -> dict[str, int]:
        return {month: place for place, month in enumerate(self.months.names)}

    def _count(self, measure: str, dimensions: tuple[str, ...]) -> NDArray[np.int64]:
        axes = [self.dimensions[name] for name in dimensions] + [self.months]
        shape = tuple(len(axis.names) for axis in axes)
        cell = np.zeros(self.rows, dtype=np.int64)
        for axis in axes:
            cell = cell * len(axis.names) + axis.codes
        outcomes = self.measures[measure].outcomes
        counted = [
            np.bincount(cell, weights=outcomes[:, number], minlength=int(np.prod(shape)))
            for number in range(len(OUTCOMES))
        ]
        return np.rint(np.stack(counted, axis=-1)).astype(np.int64).reshape(*shape, len(OUTCOMES))
