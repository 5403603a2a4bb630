"""Recover small numbers from published views. It shares nothing with what withholds them.

Its cells are finer than any view: every measure, all dimensions crossed, each month, each outcome.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.publish import PublishedRow, PublishedView

OUTCOMES = ("reached", "missed", "unmeasured")
MEASURED = OUTCOMES[:2]
WIDTH = 3


class Attacker:
    """A reader who keeps every view, knows the rule, and knows which of the withheld numbers are small."""

    def __init__(self, patients: Patients, most: int = 10) -> None:
        self.patients, self.most = patients, most
        self.dimensions = tuple(patients.dimensions)
        self.names = [patients.dimensions[one].names for one in self.dimensions]
        self.months = patients.months.names
        self.measures = tuple(patients.measures)
        self.shape = (len(self.measures), *map(len, self.names), len(self.months), 3)
        self.truth = np.stack([patients.tally(one, self.dimensions) for one in self.measures]).reshape(-1)
        self.sums: list[Any] = []
        self.small: list[Any] = []
        self.counts_all = False

    def cells(
        self, measure: str, group: dict[str, str], months: Sequence[str], outcomes: Sequence[str]
    ) -> Any:
        """Return 1 for each cell that is counted."""
        where = [[self.measures.index(measure)]]
        for name, values in zip(self.dimensions, self.names, strict=True):
            where.append([values.index(group[name])] if name in group else list(range(len(values))))
        where += [[self.months.index(one) for one in months], [OUTCOMES.index(one) for one in outcomes]]
        made = np.zeros(self.shape, dtype=np.int64)
        made[np.ix_(*where)] = 1
        return made.reshape(-1)

    def see(self, published: PublishedView) -> None:
        """Take in a view; it must be true, and show no small number itself."""
        self.counts_all |= published.view.of == "unmeasured"
        something = any(row.size is not None for row in published.rows)
        for row in published.rows:
            self._see_row(published, row, something=something)

    def _see_row(self, published: PublishedView, row: PublishedRow, *, something: bool) -> None:
        view = published.view
        months = next(one.months for one in view.periods if one.name == row.period)
        group = dict(zip(view.dimensions, row.group, strict=True)) if row.group else {}
        everyone, part = (MEASURED, OUTCOMES[:1]) if view.of == "reached" else (OUTCOMES, OUTCOMES[2:])
        rest = tuple(one for one in everyone if one not in part)
        size, reached, missed = (
            self.cells(view.measure, group, months, one) for one in (everyone, part, rest)
        )
        known = [(size, row.size), (reached, row.numerator)]
        if row.size is not None and row.numerator is not None:
            known.append((missed, row.size - row.numerator))
        for cells, value in known:
            if value is not None:
                assert cells @ self.truth == value
                assert not self._is_small(cells)
                self.sums += [cells] if value else list(np.diag(cells)[cells > 0])
        if something and row.numerator is None:
            hidden = [size] if row.size is None else [reached, missed]
            self.small += [cells for cells in hidden if self._is_small(cells)]

    def _is_small(self, cells: Any) -> bool:
        return bool(1 <= cells @ self.truth <= self.most)

    def knowledge(self) -> Any:
        """Return what is known exactly; that the same patients stand behind all measures, too."""
        rows = list(self.sums)
        if self.counts_all:
            for cell, other in product(np.ndindex(self.shape[1:-1]), range(1, len(self.measures))):
                same = np.zeros(self.shape, dtype=np.int64)
                same[0, *cell], same[other, *cell] = 1, -1
                rows.append(same.reshape(-1))
        return np.array(rows, dtype=np.int64).reshape(len(rows), self.truth.size)

    def computed(self) -> str:
        """Say which set of cells, of all there are, has a small number that follows exactly; '' if none."""
        kernel = null_space(self.knowledge())
        for measure in range(len(self.measures)):
            allowed = np.zeros(self.shape)
            allowed[measure, ..., : 3 if self.counts_all else 2] = 1
            found = milp(
                np.ones(self.truth.size),
                integrality=np.ones(self.truth.size),
                bounds=Bounds(0, allowed.reshape(-1)),
                constraints=[
                    LinearConstraint(self.truth[None].astype(float), 1, self.most),
                    *([LinearConstraint(kernel.astype(float), 0, 0)] if len(kernel) else []),
                ],
            )
            if found.x is not None:
                return f"{[np.unravel_index(one, self.shape) for one in np.flatnonzero(found.x > 0.5)]}"
        return ""

    def bounded(self) -> str:
        """Say which small number of a group, over a stretch of months, has a narrow range; '' if none."""
        matrix = self.knowledge()
        values = matrix @ self.truth
        known = [LinearConstraint(matrix.astype(float), values, values)] if len(matrix) else []
        if self.small:
            known.append(LinearConstraint(np.array(self.small, dtype=float), 1, self.most))
        for name, cells in self._targets() if self.sums else ():
            ends = []
            for sign in (1, -1):
                found = milp(
                    sign * cells.astype(float),
                    integrality=np.ones(self.truth.size),
                    bounds=Bounds(0, 10_000),
                    constraints=known,
                )
                ends.append(round(float(cells @ np.rint(found.x))))
            if ends[1] - ends[0] < WIDTH:
                return f"{name} is {ends[0]} to {ends[1]}"
        return ""

    def _targets(self) -> Iterator[tuple[str, Any]]:
        stretches = [self.months[start:end] for start, end in combinations(range(len(self.months) + 1), 2)]
        sets = [OUTCOMES[:1], OUTCOMES[1:2], MEASURED, *([OUTCOMES[2:], OUTCOMES] if self.counts_all else [])]
        for number in range(len(self.dimensions) + 1):
            for places in combinations(range(len(self.dimensions)), number):
                for values in product(*(self.names[place] for place in places)):
                    group = {self.dimensions[p]: value for p, value in zip(places, values, strict=True)}
                    for measure, months, some in product(self.measures, stretches, sets):
                        cells = self.cells(measure, group, months, some)
                        if self._is_small(cells):
                            yield f"{measure} {group} {months} {some}", cells


def null_space(matrix: Any) -> Any:
    """Return whole-number vectors that span all that the rows do not see, by row reduction in fractions."""
    rows = [[Fraction(int(one)) for one in row] for row in np.unique(matrix, axis=0)]
    pivots: list[int] = []
    for column in range(matrix.shape[1]):
        done = len(pivots)
        at = next((place for place in range(done, len(rows)) if rows[place][column]), None)
        if at is None:
            continue
        rows[done], rows[at] = rows[at], rows[done]
        rows[done] = [one / rows[done][column] for one in rows[done]]
        for place, row in enumerate(rows):
            if place != done and (times := row[column]):
                rows[place] = [a - times * b if b else a for a, b in zip(row, rows[done], strict=True)]
        pivots.append(column)
    found = []
    for column in sorted(set(range(matrix.shape[1])) - set(pivots)):
        entries = {column: Fraction(1), **{pivot: -rows[n][column] for n, pivot in enumerate(pivots)}}
        scale = lcm(*(one.denominator for one in entries.values()))
        found.append([int(entries.get(place, Fraction(0)) * scale) for place in range(matrix.shape[1])])
    return np.array(found, dtype=np.int64).reshape(len(found), matrix.shape[1])
