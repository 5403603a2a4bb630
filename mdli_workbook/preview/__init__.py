"""A session as participants and coaches would see it, with sample answers: one HTML file of its own.

For whoever writes a session and has no program, no kernel and no store at hand. The participant's
page draws the forms with the very script of the workbook; what stands in for the kernel keeps
nothing. The coach's page is the report of a briefing that was made from the sample answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mdli_workbook.preview.as_coach import coach_page
from mdli_workbook.preview.as_participant import participant_page
from mdli_workbook.preview.sample import sample_month

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

__all__ = ["View", "preview"]

View = Literal["participant", "coach"]


def preview(path: Path, view: View, today: date) -> tuple[str, str]:
    """Draw one session.

    Parameters
    ----------
    path
        A session file, in a program or outside of one. Where it repeats a scale of another session,
        that session's file is looked for in the same folder.
    view
        Who looks at it.
    today
        The date that sample answers bear.

    Returns
    -------
    tuple of str
        Name of the file, such as ``listen-participant.html``, and its text.

    Raises
    ------
    CurriculumError
        With every problem of the file.
    """
    month = sample_month(path, today)
    page = coach_page(month) if view == "coach" else participant_page(month)
    return f"{month.session.slug}-{view}.html", str(page)
