"""How far apart groups of these sizes would be if there were no gap at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdli_workbook.equity.estimate import Estimate
from mdli_workbook.equity.simulation import DRAWS, SEED, chance_level

if TYPE_CHECKING:
    from mdli_workbook.equity.table import Table

__all__ = ["widest_by_chance", "widest_gap"]


def widest_gap(table: Table) -> float | None:
    """Return how far the highest shown group is from the lowest; ``None`` with fewer than two."""
    rates = [row.rate.estimate for row in table.lines if row.rate is not None]
    return max(rates) - min(rates) if len(rates) > 1 else None


def widest_by_chance(table: Table) -> Estimate | None:
    """Return what that comes to by chance alone: on average, and in the middle 90% of practices."""
    rows = [row for row in table.lines if row.rate is not None and row.size]
    if len(rows) < 2 or table.total.rate is None:
        return None
    sizes = [row.size or 0 for row in rows]
    if not table.number:
        found = chance_level(_range, sizes, table.total.rate.estimate)
        return found if isinstance(found, Estimate) else None
    errors = np.array([row.deviation or 0.0 for row in rows]) / np.sqrt(sizes)
    drawn = np.ptp(np.random.default_rng(SEED).standard_normal((DRAWS, len(rows))) * errors, axis=1)
    lower, upper = np.quantile(drawn, [0.05, 0.95])
    return Estimate(float(drawn.mean()), float(lower), float(upper), f"by chance alone, {DRAWS:,} draws")


def _range(rates: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> float:
    return float(rates.max() - rates.min())
