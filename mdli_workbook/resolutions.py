"""What a coordinator noted on findings about the data: lines that are only ever added."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mdli_workbook.errors import InputError, Problem
from mdli_workbook.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mdli_workbook.quality import Finding

__all__ = ["Resolution", "add_resolution", "read_resolutions", "resolve"]

RESOLVED = ".mdli/quality.jsonl"
LONGEST = 500
"""A note is a line, no report."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a coordinator noted on a finding.

    Parameters
    ----------
    id
        Of the finding.
    at
        When (UTC).
    by
        Who.
    note
        In the coordinator's words.
    """

    id: str
    at: datetime
    by: str
    note: str


def read_resolutions(folder: Path) -> tuple[Resolution, ...]:
    """Return what was noted, oldest first.

    Raises
    ------
    InputError
        If the file that holds it was changed by hand and cannot be read.
    """
    path = folder / RESOLVED
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found, problems = [], []
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            at = datetime.fromisoformat(said["at"]).astimezone(UTC)
            found.append(Resolution(said["id"], at, said["by"], said["note"]))
        except (ValueError, KeyError, TypeError):
            problems.append(
                Problem(RESOLVED, number, "not a note of mdli quality; put a backup in its place")
            )
    if problems:
        raise InputError(problems)
    return tuple(found)


def resolve(told: Iterable[Finding], id_: str, note: str, by: str, now: datetime) -> Resolution:
    """Return the note on a finding.

    Raises
    ------
    InputError
        If there is no such finding now, or the note is empty or long.
    """
    said = " ".join(note.split())
    problems = []
    if id_ not in {one.id for one in told}:
        problems.append(Problem("--resolve", 0, f"{id_!r} is not a finding of now; mdli quality lists them"))
    if not 0 < len(said) <= LONGEST:
        rule = f"a note has {len(said)} characters; write from 1 to {LONGEST}, what was done and why"
        problems.append(Problem("--note", 0, rule))
    if problems:
        raise InputError(problems)
    return Resolution(id_, now.astimezone(UTC), by, said)


def add_resolution(folder: Path, one: Resolution, scratch: Path) -> None:
    """Add a line to what was noted, whole, where only this account may read; `scratch` is the lock's."""
    path = folder / RESOLVED
    before = path.read_text("utf-8") if path.exists() else ""
    line = json.dumps({"id": one.id, "at": one.at.isoformat(), "by": one.by, "note": one.note})
    write_whole(path, f"{before}{line}\n", mode=0o600, scratch=scratch)
