"""Build one report again, in a process of its own: ``python -m mdli_workbook.site.building``.

The coach site starts it with a program folder, the time, a participant and a session. It prints one line
of JSON: ``failure``, one sentence for the coach, empty if there is none.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mdli_workbook.errors import Busy, InputError, ReportFailed, StoreError
from mdli_workbook.exercises import KINDS
from mdli_workbook.program import read_program
from mdli_workbook.report import make
from mdli_workbook.selection import Selection
from mdli_workbook.session_files import read_curriculum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["build_again", "main"]

WAITS = 60
"""Seconds, one by one, for another command that is writing in the program."""


def main(given: Sequence[str]) -> int:
    """Build the report that was asked for, and print what became of it."""
    folder, at, participant, session = given
    os.nice(5)  # pages come first
    moment = datetime.fromisoformat(at)
    failure = build_again(Path(folder), lambda: moment, participant, int(session))
    sys.stdout.write(json.dumps({"failure": failure}))
    return 1 if failure else 0


def build_again(
    folder: Path,
    now: Callable[[], datetime],
    participant: str,
    session: int,
    pause: Callable[[], None] = lambda: time.sleep(1),
) -> str:
    """Build one report, and return why that failed, as part of a sentence; ``""`` if it did not.

    Parameters
    ----------
    folder
        The program folder.
    now
        Tells the time.
    participant, session
        Which.
    pause
        Lets another command that is writing go on for a while.
    """
    try:
        for _ in range(WAITS):
            try:
                return _build(folder, now, Selection(participant=participant, session=session))
            except Busy:
                pause()
    except InputError:
        return "the program's files have problems; the coordinator sees them with mdli check"
    except StoreError:
        return "the answers cannot be read just now; tell the coordinator"
    except ReportFailed as failed:
        return str(failed)
    return "another command is writing in the program; try again later"


def _build(folder: Path, now: Callable[[], datetime], selection: Selection) -> str:
    program = read_program(folder)
    sessions = read_curriculum(folder, KINDS)
    selection.check(program, sessions)
    outcomes = make(program, sessions, selection, now, jobs=1, force=True)
    return next((one.failure for one in outcomes if one.failure), "")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
