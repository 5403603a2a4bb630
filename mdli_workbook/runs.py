"""What became of each report when it was last made: made, or why not. Ids and reasons, nobody's words.

``mdli report`` writes it and the coach site reads it, so that a report which is not there has a reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mdli_workbook.files import private_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Run", "keep_runs", "read_runs"]

Key = tuple[str, int]
"""Participant and session."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one report ended.

    Parameters
    ----------
    at
        When (UTC).
    failure
        Why there is none, in one sentence; ``""`` if it was made.
    """

    at: datetime
    failure: str = ""


def read_runs(folder: Path) -> dict[Key, Run]:
    """Return how each report of a program ended last; nothing where that was not kept or cannot be read."""
    try:
        kept = json.loads(_file(folder).read_text("utf-8"))
        return {
            (one["participant"], int(one["session"])): Run(datetime.fromisoformat(one["at"]), one["failure"])
            for one in kept
        }
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def keep_runs(
    folder: Path, ended: Mapping[Key, Run], settled: Iterable[Key] = (), scratch: Path | None = None
) -> None:
    """Put these beside what is known of the others; nothing is written where that changes nothing.

    Parameters
    ----------
    folder
        The program folder, whose lock is held.
    ended
        Reports that were made or that failed.
    settled
        Reports that were fine as they stood: an old failure of theirs is over.
    scratch
        For the unfinished file.
    """
    before = read_runs(folder)
    over = {key for key in settled if key in before and before[key].failure}
    after = {key: run for key, run in (before | dict(ended)).items() if key not in over}
    if after == before:
        return
    said = [
        {"participant": who, "session": session, "at": run.at.isoformat(), "failure": run.failure}
        for (who, session), run in sorted(after.items())
    ]
    private_folder(_file(folder).parent)
    write_whole(_file(folder), json.dumps(said, indent=1) + "\n", mode=0o600, scratch=scratch)


def _file(folder: Path) -> Path:
    return folder / ".mdli" / "runs" / "reports.json"
