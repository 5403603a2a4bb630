"""The notebook that a report is made from, what it says of itself, and what is kept of it once it has run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mdli_workbook.briefing import alone
from mdli_workbook.edition import code_hash
from mdli_workbook.errors import CellRefused, ReportFailed
from mdli_workbook.exercises import KINDS
from mdli_workbook.grammar import Call
from mdli_workbook.notebook import (
    call_cell,
    calls_of,
    code_cell,
    for_participant,
    markdown_cell,
    write_notebook,
)
from mdli_workbook.shelf import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.briefing import Briefing
    from mdli_workbook.curriculum import Part, Session
    from mdli_workbook.program import Participant

__all__ = ["arrange", "clean", "describe", "fingerprint_of", "read_base"]


def read_base(base: Path, cohort: str, participant: str) -> str:
    """Read a participant's base copy and see that it is one.

    Raises
    ------
    ReportFailed
        If it is damaged, or holds code that no generated workbook does.
    """
    try:
        text = for_participant(base.read_bytes(), cohort, participant).decode()
        cells = json.loads(text)["cells"]
        calls_of(text, KINDS)
        if {"load", "parameters", "open"} <= {cell["metadata"]["mdli"]["name"] for cell in cells}:
            return text
    except (ValueError, LookupError, TypeError, StopIteration, CellRefused):
        pass
    raise ReportFailed("the base copy of its workbook is damaged; run mdli generate, then mdli report again")


def arrange(base: str, front: Sequence[str | Part], briefing: Briefing, marker: dict[str, Any]) -> str:
    """Return the notebook to run: the front page, then the exercises that the coach may know of.

    Parameters
    ----------
    base
        From :func:`read_base`.
    front
        The report template: Markdown and parts.
    briefing
        What may be shown.
    marker
        What ``metadata.mdli`` of the report says.
    """
    cells = {cell["metadata"]["mdli"]["name"]: cell for cell in json.loads(base)["cells"]}
    _, calls = calls_of(base, KINDS)
    known = {one.id for one in briefing.here() if not KINDS[one.kind].in_front}
    pages = [_front_cell(part, index) for index, part in enumerate(front)]
    shown = [call_cell(Call(one.kind, one.id, alone(one.literals))) for _, one in calls if one.id in known]
    return write_notebook([cells["load"], cells["parameters"], cells["open"], *pages, *shown], marker)


def _front_cell(part: str | Part, index: int) -> dict[str, Any]:
    if isinstance(part, str):
        return markdown_cell(f"front-{index}", part)
    title = f", title={part.title!r}" if part.title else ""
    return code_cell(f"part-{part.name}", f"wb.part({part.name!r}{title})")


def clean(executed: Any) -> str:
    """Return the text of an executed notebook without whatever papermill noted: no times, no paths.

    Parameters
    ----------
    executed
        What :func:`papermill.execute_notebook` returns.
    """
    executed.metadata = {key: executed.metadata[key] for key in ("kernelspec", "mdli")}
    executed.metadata["language_info"] = {"name": "python"}
    for cell in executed.cells:
        for noted in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(noted, None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = "view"  # papermill's is another one each time
    plain = json.loads(json.dumps(executed))
    plain["cells"] = [
        {**cell, "source": cell["source"].splitlines(keepends=True)}
        if isinstance(cell["source"], str)
        else cell
        for cell in plain["cells"]
    ]
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def describe(
    participant: Participant,
    session: Session,
    briefing: Briefing,
    fingerprint: Fingerprint,
    made_at: datetime,
) -> dict[str, Any]:
    """Return what ``metadata.mdli`` of a report says; :func:`mdli_workbook.shelf.marker_of` reads it."""
    return {
        "report": True,
        "cohort": participant.cohort,
        "participant": participant.id,
        "session": session.session,
        "slug": session.slug,
        "title": session.title,
        "answers": sorted(row.id for row in briefing.answers),
        "exercises": sorted(
            {*(f"{one.session}/{one.id}" for one in briefing.exercises)}
            | set(briefing.before.named if briefing.before else ())
        ),
        "fingerprint": asdict(fingerprint),
        "made_at": made_at.isoformat(timespec="seconds"),
    }


def fingerprint_of(base: str, front: Sequence[str | Part], briefing: Briefing) -> Fingerprint:
    """Hash everything that a report is made from.

    Parameters
    ----------
    base, front, briefing
        As for :func:`arrange`.
    """
    parts = [part if isinstance(part, str) else part.model_dump_json() for part in front]
    said = briefing.model_dump_json(by_alias=True, exclude={"today"})
    # of the calendar only what turns a promise's date into the past; an age is that of the day it was made
    past = [step.due for step in briefing.history if step.due and step.due < briefing.today.isoformat()]
    return Fingerprint(template=_hash(base, *parts), package=code_hash(), briefing=_hash(said, *past))


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
