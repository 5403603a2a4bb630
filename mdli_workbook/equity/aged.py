"""Rates as if each group had the same ages, from a view of groups by age."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason
from mdli_workbook.equity.patients import UNKNOWN
from mdli_workbook.equity.publish import State
from mdli_workbook.equity.standardisation import direct_fay_feuer
from mdli_workbook.equity.standing import Beside, chance_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mdli_workbook.equity.publish import PublishedRow, PublishedView

__all__ = ["Aged", "Ages", "age_of", "age_out", "of_ages"]

_AGE = re.compile(r"(^|_| )ages?($|_| )", re.IGNORECASE)

WITHHELD = NotEstimated(Reason.FEW_VALUES, "too few patients in one of its age bands")
NOBODY = NotEstimated(Reason.NOBODY, "nobody in one of the age bands")


def age_of(dimensions: Iterable[str]) -> str | None:
    """Return the name of the dimension that is age, if there is one.

    Examples
    --------
    >>> age_of(["language", "age_band"]), age_of(["language", "payer"])
    ('age_band', None)
    """
    return next((name for name in dimensions if _AGE.search(name)), None)


@dataclass(frozen=True, slots=True)
class Ages:
    """One group, by age band.

    Parameters
    ----------
    reached, measured
        Patients of each band. For a number ``reached`` is the sum of its values.
    deviations
        Standard deviation of one patient in each band, of a number; else none.
    """

    reached: tuple[float, ...]
    measured: tuple[int, ...]
    deviations: tuple[float, ...] = ()

    @property
    def rates(self) -> tuple[float, ...]:
        """The figure of each band."""
        return tuple(one / size for one, size in zip(self.reached, self.measured, strict=True))


@dataclass(frozen=True, slots=True)
class Aged:
    """What is left of the groups once their ages are alike.

    Parameters
    ----------
    rates
        Group → its standardised rate, or why there is none; '' is those of no recorded group.
    ages
        Group → by band, of those that have a rate.
    standard
        Patients of each age band among these: the ages that each group is given.
    """

    rates: Mapping[str, Estimate | NotEstimated]
    ages: Mapping[str, Ages]
    standard: tuple[int, ...]

    @property
    def together(self) -> Estimate | None:
        """The rate of all groups that have one, together; they are the standard themselves."""
        size = sum(self.standard)
        if not size:
            return None
        rate = sum(sum(one.reached) for one in self.ages.values()) / size
        return Estimate(rate, rate, rate, "of all groups that have a rate")

    def beside(self, group: str, reference: str | None) -> Beside:
        """Set a group beside another, or beside all groups together for ``None``.

        The error is that of no gap in any age band; beside all, of which it is a part, it is a little
        too large.
        """
        own = self.rates[group]
        other = self.together if reference is None else self.rates[reference]
        assert isinstance(own, Estimate)
        assert isinstance(other, Estimate)
        sides = [self.ages[group]] + ([] if reference is None else [self.ages[reference]])
        error = sqrt(sum(map(self._variance, sides)))
        return Beside(own.estimate, other.estimate, error, chance_of(own.estimate - other.estimate, error))

    def _variance(self, one: Ages) -> float:
        whole = sum(self.standard)
        found = 0.0
        for band, weight in enumerate(self.standard):
            if one.deviations:
                spread = one.deviations[band] ** 2
            else:
                rate = sum(ages.reached[band] for ages in self.ages.values()) / weight
                spread = rate * (1 - rate)
            found += (weight / whole) ** 2 * spread / one.measured[band]
        return found


def of_ages(published: PublishedView) -> Mapping[str, Ages | NotEstimated]:
    """Return each group by age band; bands in which nobody was measured at all are left out."""
    cells = {row.group: row for row in published.rows if row.group}
    groups = list(dict.fromkeys(group for group, _ in cells))
    bands = [
        band
        for band in dict.fromkeys(band for _, band in cells)
        if band != UNKNOWN and any(cells[group, band].state is not State.EMPTY for group in groups)
    ]
    return {group: _ages([cells[group, band] for band in bands]) for group in groups}


def _ages(rows: list[PublishedRow]) -> Ages | NotEstimated:
    if any(row.state is State.WITHHELD for row in rows):
        return WITHHELD
    if not rows or any(row.state is State.EMPTY for row in rows):
        return NOBODY
    sizes = tuple(row.size or 0 for row in rows)
    if rows[0].mean is None:
        return Ages(tuple(float(row.numerator or 0) for row in rows), sizes)
    sums = tuple((row.mean or 0.0) * (row.size or 0) for row in rows)
    return Ages(sums, sizes, tuple(row.deviation or 0.0 for row in rows))


def age_out(groups: Mapping[str, Ages | NotEstimated]) -> Aged:
    """Give every group the ages of all groups that can be standardised."""
    ages = {group: one for group, one in groups.items() if isinstance(one, Ages)}
    standard = tuple(map(sum, zip(*(one.measured for one in ages.values()), strict=True)))
    rates: dict[str, Estimate | NotEstimated] = {
        group: one if isinstance(one, NotEstimated) else _rate(one, standard) for group, one in groups.items()
    }
    return Aged(rates, ages, standard)


def _rate(one: Ages, standard: tuple[int, ...]) -> Estimate | NotEstimated:
    if not one.deviations:
        found = direct_fay_feuer(one.reached, one.measured, standard)
        if isinstance(found, NotEstimated):
            return found
        # its limits are those of events, of which there may be more than patients
        return Estimate(found.estimate, found.lower, min(1.0, found.upper), found.method, found.se)
    whole = sum(standard)
    mean = sum(weight / whole * rate for weight, rate in zip(standard, one.rates, strict=True))
    parts = zip(standard, one.deviations, one.measured, strict=True)
    se = sqrt(sum((weight / whole) ** 2 * spread**2 / size for weight, spread, size in parts))
    return Estimate(mean, mean - 1.959964 * se, mean + 1.959964 * se, "direct, normal, 95%", se)
