"""Figures by group that tell the truth about small numbers.

The arithmetic is pure and in families: one group (:mod:`.intervals`), two (:mod:`.comparisons`,
:mod:`.gaps`), many (:mod:`.concentration`, :mod:`.slopes`, :mod:`.dispersion`, :mod:`.entropy`,
:mod:`.impact`), ages (:mod:`.standardisation`), time and sites (:mod:`.control_charts`,
:mod:`.funnel`), and rules for reading (:mod:`.presentation`). Each measure has a name in
:mod:`.measures`, by which :func:`evaluate` calls it.

Small numbers are withheld (:mod:`.suppression`) before anything becomes a table or a picture.
Nothing here knows a notebook or a store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["evaluate"]


def evaluate(measure: str, inputs: Mapping[str, object]) -> dict[str, Any]:
    """Evaluate one measure by its name: see :func:`mdli_workbook.equity.measures.evaluate`."""
    from mdli_workbook.equity import measures  # noqa: PLC0415 - a form opens without all of them

    return measures.evaluate(measure, inputs)
