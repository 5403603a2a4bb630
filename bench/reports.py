"""Reports of the demonstration: ``mdli report`` beside the ``papermill`` command with a stock kernel."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mdli_workbook.exercises import KINDS
from mdli_workbook.files import lock_program
from mdli_workbook.program import read_program, store_address
from mdli_workbook.report import Desk, Job, Outcome
from mdli_workbook.selection import Selection
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Figure = tuple[str, str, Sequence[float], str, Sequence[float]]

__all__ = ["executed_by_papermill", "measure_reports"]

TOOLS = Path(sys.executable).parent


def measure_reports(folder: Path, program: Path, times: int) -> list[Figure]:
    """Seconds for all reports: one ``mdli report`` beside one ``papermill`` command for each, once."""
    folders = [unpack(job, folder / "papermill") for job in plan_reports(program)]
    command = (TOOLS / "mdli", "--program", program, "report", "--force")
    ours = [took(lambda: run(*command, cwd=folder))]
    alone = [took(lambda: list(map(papermill_command, folders)))]
    ours += [took(lambda: run(*command, cwd=folder)) for _ in range(times - 1)]
    with ThreadPoolExecutor(2) as both:
        two = [took(lambda: list(both.map(papermill_command, folders)))]
    what = f"{len(folders)} reports, `mdli report`"
    return [
        (what, "seconds", ours, "the `papermill` command, one after another", alone),
        (what, "seconds", ours, "two `papermill` commands at a time", two),
    ]


def took(action: Callable[[], object]) -> float:
    """Return the seconds that `action` took."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def run(*command: object, cwd: Path) -> None:
    """Run a command to its end; what it said is shown only if it fails."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def plan_reports(folder: Path) -> list[Job]:
    """Return the jobs that ``mdli report --force`` would run."""
    program = read_program(folder)
    sessions = read_curriculum(folder, KINDS)
    now = program.clock(lambda: datetime.now(UTC))
    with lock_program(folder, "make bench") as scratch, Store.open(store_address(folder), now=now) as store:
        planned = list(Desk(program, sessions, store, now, scratch).plan(Selection(), force=True))
    failed = [one for one in planned if isinstance(one, Outcome) and one.failure]
    assert not failed, failed
    jobs = [one for one in planned if isinstance(one, Job)]
    assert jobs, "no report is due"
    return jobs


def unpack(job: Job, folder: Path) -> Path:
    """Put a job's notebook and briefing into a folder of their own."""
    here = folder / f"{job.participant}-{job.session}"
    here.mkdir(parents=True)
    (here / "workbook.ipynb").write_text(job.notebook, encoding="utf-8")
    (here / "briefing.json").write_text(job.briefing, encoding="utf-8")
    return here


def papermill_command(here: Path) -> None:
    """Execute one unpacked report as its command does."""
    run(
        *(TOOLS / "papermill", "workbook.ipynb", "report.ipynb"),
        *("--parameters", "view", "report", "--no-progress-bar", "--kernel", "python3"),
        cwd=here,
    )


def executed_by_papermill(folder: Path, program: Path, participant: str, session: int) -> Path:
    """Return a folder that holds a report as papermill has executed it."""
    here = folder / "papermill" / f"{participant}-{session}"
    if not here.exists():
        jobs = plan_reports(program)
        one = next(job for job in jobs if (job.participant, job.session) == (participant, session))
        unpack(one, folder / "papermill")
    if not (here / "report.ipynb").exists():
        papermill_command(here)
    return here
