"""Memory of the process that plans and places reports, with few of them and with many.

A child process looks at all reports that are due, plans each, takes what its executor gives back, and puts
it in place. The executor answers at once with the notebook as it was planned: no kernel runs, so that what
is measured is the parent's own memory.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mdli_workbook.demo import drafts
from mdli_workbook.exercises import KINDS
from mdli_workbook.files import lock_program
from mdli_workbook.generate import generate
from mdli_workbook.program import read_program, store_address
from mdli_workbook.report import Desk, Job, Outcome, run
from mdli_workbook.runs import record_run
from mdli_workbook.selection import Selection
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.shelf import take_down_withdrawn
from mdli_workbook.starter import start_program
from mdli_workbook.store import Store

FEW, MANY = 2, 40
"""Participants."""
Figure = tuple[str, str, list[float], str, list[float]]


def measure_batches(folder: Path, times: int, few: int = FEW, many: int = MANY) -> list[Figure]:
    """Peak memory in MB of many reports beside few, when all are planned and when none has changed."""
    programs = [_prepare(folder / f"batch-{people}", people) for people in (many, few)]
    peaks: dict[str, tuple[list[float], list[float]]] = {"made": ([], []), "unchanged": ([], [])}
    counts = [0, 0]
    for _ in range(times):
        for index, program in enumerate(programs):
            for asked, samples in peaks.items():
                counts[index], peak = _in_child(program, asked)
                samples[index].append(peak)
    least, most = counts[1], counts[0]
    said = {
        "made": "planned and placed, by an executor that answers at once",
        "unchanged": "that did not change",
    }
    return [
        (f"peak memory, {most} reports {said[asked]}", "MB", ours, f"the same with {least}", theirs)
        for asked, (ours, theirs) in peaks.items()
    ]


def _prepare(folder: Path, people: int) -> Path:
    start_program(folder)
    rows = list(csv.DictReader((folder / "roster.csv").read_text(encoding="utf-8-sig").splitlines()))
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for number in range(people):
            name = f"bench-{number:04d}"
            writer.writerow({**rows[0], "participant_id": name, "email": f"{name}@example.org"})
    (folder / "calls.csv").unlink()
    program, sessions = read_program(folder), read_curriculum(folder, KINDS)
    now = program.clock(lambda: datetime.now(UTC))
    with lock_program(folder, "make bench") as scratch, Store.open(store_address(folder), now=now) as store:
        today = program.today(now)
        for written in generate(program, sessions, Selection(), today=today, scratch=scratch):
            assert not written.failure, written
        for participant in program.participants:
            for draft in (one for session in sessions for one in drafts(participant, session)):
                store.save(draft)
    return folder


def _in_child(folder: Path, asked: str) -> tuple[int, float]:
    command = [sys.executable, __file__, str(folder), asked]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(said[0]), float(said[1])


class _AtOnce(Executor):
    def submit(self, _build: Any, job: Job, /) -> Future[Outcome]:  # type: ignore[override]
        future: Future[Outcome] = Future()
        future.set_result(Outcome(job.participant, job.session, text=job.notebook))
        return future


def _report(folder: Path, asked: str) -> None:
    """Do what ``mdli report`` does in its own process, and print how many reports and MB that were."""
    program, sessions = read_program(folder), read_curriculum(folder, KINDS)
    now = program.clock(lambda: datetime.now(UTC))
    with lock_program(folder, "make bench") as scratch, Store.open(store_address(folder), now=now) as store:
        take_down_withdrawn(folder, store)
        desk = Desk(program, sessions, store, now, scratch)
        planned = desk.plan(Selection(), force=asked == "made")
        ends: list[str] = []
        with record_run(folder, now, scratch) as note:
            for one in run(planned, _AtOnce(), desk, window=4):
                note(one.participant, one.session, one.ended, one.failure)
                ends.append(one.ended)
    assert set(ends) == {asked}, set(ends)
    print(len(ends), _peak())


def _peak() -> float:
    # not getrusage: a child begins there with the peak of the process that started it
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    _report(Path(sys.argv[1]), sys.argv[2])
