"""What coaches see: the report of a briefing that was made from sample answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.desk import ReportDesk
from mdli_workbook.exercises.front import PARTS
from mdli_workbook.exercises.pieces import heading
from mdli_workbook.preview.page import banner, frame, markdown
from mdli_workbook.session_files import read_report_template
from mdli_workbook.starter import templates_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdli_workbook.exercises.desk import Page
    from mdli_workbook.preview.sample import Month

__all__ = ["coach_page"]


def coach_page(month: Month) -> Markup:
    """Return the page of a report: its front page, then what was shared.

    Raises
    ------
    CurriculumError
        With every problem of the report template.
    """
    pieces = [banner(month.path.name, _said(month)), *_front(month), *_shared(month)]
    return frame(f"Preview of the report: {month.session.title}", pieces)


def _said(month: Month) -> Iterator[str]:
    yield "As a coach sees it in the report, had everything been answered and every condition been met."
    yield "Names, dates and answers are samples."
    shown = {one.id for one in month.briefing().here()}
    left_out = [heading(one) for one in month.session.exercises if one.id not in shown]
    if left_out:
        yield f"Not named in a report unless the participant shares it: {'; '.join(left_out)}."


def _front(month: Month) -> Iterator[Markup]:
    desk = ReportDesk(month.briefing())
    template = _template(month.path)
    for part in read_report_template(template, tuple(PARTS), name=str(template)):
        yield markdown(part) if isinstance(part, str) else _output(desk.part(part.name, part.title))


def _template(path: Path) -> Path:
    """Return the report template of the session's own program, else the one that the package carries."""
    own = path.resolve().parent.with_name("reports") / "call.md"
    return own if own.is_file() else templates_folder() / "reports" / "call.md"


def _shared(month: Month) -> Iterator[Markup]:
    briefing = month.briefing()
    desk = ReportDesk(briefing)
    for one in briefing.here():
        if not KINDS[one.kind].in_front:
            yield _output(getattr(desk, one.kind)(one.id, **one.literals))


def _output(page: Page | None) -> Markup:
    return Markup('<div class="mdli-site-output">{}</div>').format(page.html) if page else Markup()
