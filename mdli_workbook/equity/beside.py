"""A table of groups set beside a reference: the gaps, and what may be said of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from mdli_workbook.equity.comparisons import difference_newcombe
from mdli_workbook.equity.impact import patients_to_close_the_gap
from mdli_workbook.equity.standing import Beside, chance_exactly, chance_of, compare, error_beside
from mdli_workbook.equity.table import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.equity.presentation import Standing
    from mdli_workbook.equity.standing import Compared
    from mdli_workbook.equity.table import Row, Table

__all__ = ["Compare", "set_beside"]


@dataclass(frozen=True, slots=True)
class Compare:
    """Groups beside their reference.

    Parameters
    ----------
    table
        The groups.
    reference
        The row that they are compared with.
    asked_for
        The group that was asked for as reference, if it cannot be one.
    said
        Group → what may be said of it; only of groups that are shown.
    to_close
        Group → for how many patients things would have to change until it is level with the reference.
    favourable
        Whether more is better.
    """

    table: Table
    reference: Row
    asked_for: Row | None
    said: Mapping[str, Compared]
    to_close: Mapping[str, float]
    favourable: bool

    def standing(self, standing: Standing) -> list[Row]:
        """Return the groups of which this is said, the widest gap first."""
        found = [key for key, one in self.said.items() if one.standing is standing]
        return [self.table.row(key) for key in sorted(found, key=lambda key: -abs(self.said[key].gap))]

    def behind(self) -> Row | None:
        """Return the group that is furthest on the wrong side, certain or not."""
        sign = 1 if self.favourable else -1
        far = [key for key, one in self.said.items() if one.gap * sign < 0]
        return self.table.row(min(far, key=lambda key: self.said[key].gap * sign)) if far else None

    def ends(self, row: Row) -> tuple[float, float] | None:
        """Return the 95% interval of a group's gap, taken for itself.

        Beside all patients the group is compared with the others, and the gap to all is the part of
        it that the others' share leaves.
        """
        other = self.reference
        if self.table.number or row.rate is None or other.rate is None:
            return None
        reached, others = _others(row, other)
        if not others:
            return None
        found = difference_newcombe(*_counts(row), reached, others)
        share = others / (other.size or 1)
        return found.lower * share, found.upper * share


def set_beside(table: Table, reference: str, *, favourable: bool) -> Compare:
    """Set groups beside a group, or beside all patients for ''.

    A reference that is not shown gives way to all patients.
    """
    asked = table.row(reference) if reference else table.total
    chosen = asked if asked.rate is not None else table.total
    sides = _sides(table, chosen)
    groups = sum(row.state is not State.EMPTY and row is not chosen for row in table.lines)
    said = compare(sides, groups=groups, favourable=favourable, scale=None if table.number else 1.0)
    return Compare(
        table=table,
        reference=chosen,
        asked_for=asked if asked is not chosen else None,
        said=said,
        to_close={} if table.number else _to_close(table, chosen, favourable=favourable),
        favourable=favourable,
    )


def _sides(table: Table, reference: Row) -> dict[str, Beside]:
    found = {}
    for row in table.lines:
        if row.rate is not None and row is not reference and reference.rate is not None:
            assert row.key is not None
            figure, other, error = row.rate.estimate, reference.rate.estimate, _error(table, row, reference)
            p = chance_of(figure - other, error) if table.number else _exactly(row, reference)
            found[row.key] = Beside(figure, other, error, p)
    return found


def _counts(row: Row) -> tuple[int, int]:
    assert row.numerator is not None
    assert row.size is not None
    return row.numerator, row.size


def _others(row: Row, reference: Row) -> tuple[int, int]:
    """Return the patients a group is tested against: beside all patients, those who are not of it."""
    (own, size), (reached, everyone) = _counts(row), _counts(reference)
    return (reached - own, everyone - size) if reference.key is None else (reached, everyone)


def _exactly(row: Row, reference: Row) -> float:
    return chance_exactly(*_counts(row), *_others(row, reference))


def _error(table: Table, row: Row, reference: Row) -> float:
    """Return the standard error of a gap; of proportions as it is where there is no gap."""
    assert row.size is not None
    assert reference.size is not None
    part = reference.key is None
    deviations = (row.deviation or 0.0, reference.deviation or 0.0)
    if not table.number:
        (own, size), (reached, others) = _counts(row), _others(row, reference)
        rate = (own + reached) / (size + others)
        deviations = (sqrt(rate * (1 - rate)),) * 2
    return error_beside((row.size, reference.size), deviations, part=part)


def _to_close(table: Table, reference: Row, *, favourable: bool) -> dict[str, float]:
    rows = [row for row in table.lines if row.rate is not None and row is not reference]
    if reference.rate is None or not rows:
        return {}
    rates = [row.rate.estimate for row in rows if row.rate is not None]
    sizes = [row.size for row in rows if row.size is not None]
    found = patients_to_close_the_gap(rates, sizes, target=reference.rate.estimate, favourable=favourable)
    return {row.key: each for row, each in zip(rows, found, strict=True) if row.key is not None}
