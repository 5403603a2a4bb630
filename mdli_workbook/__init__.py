"""Workbooks, coaching reports and a coach site for a leadership program in medicine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mdli_workbook.exercises.desk import ReportDesk, WorkbookDesk

__all__ = ["workbook"]


def workbook(cohort: str, participant: str, session: int, view: str) -> WorkbookDesk | ReportDesk:
    """Open one participant's workbook: see :func:`mdli_workbook.exercises.desk.workbook`."""
    from mdli_workbook.exercises import desk  # noqa: PLC0415 - `mdli --help` imports this package too

    return desk.workbook(cohort, participant, session, view)
