"""The coordinator's status of a large program: at first, and again after a day of writing.

The peer reads everything, one participant after another, with the store's and the workbook's own functions:
what one would write without a thought for 10,000 participants.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.samples import samples
from mdli_workbook.program import store_address
from mdli_workbook.rows import few
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.starter import start_program
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Figure = tuple[str, str, list[float], str, list[float]]
"""What, unit, ours, peer, the peer's."""
DAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
COHORTS = 20
ANSWER = """
INSERT INTO answers
(id, author, cohort, participant, session, exercise, entry, value, audience, saved_at, replaces)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'coach', ?, '')
"""
OPENED = """
INSERT INTO events (id, what, who, participant, session, exercise, at) VALUES (?, 'opened', ?, ?, ?, ?, ?)
"""
CHILD = """
import sys, time
began = time.perf_counter()
from pathlib import Path
if sys.argv[1] == "ours":
    from mdli_workbook.cli import main
    main(["--program", sys.argv[2], "--today", "2026-06-18", "status"], standalone_mode=False)
else:
    from mdli_workbook.exercises import KINDS
    from mdli_workbook.program import read_program, store_address
    from mdli_workbook.progress import progress
    from mdli_workbook.session_files import read_curriculum
    from mdli_workbook.store import Store
    program, sessions = read_program(Path(sys.argv[2])), read_curriculum(Path(sys.argv[2]), KINDS)
    with Store.open(store_address(program.folder), create=False) as store:
        for one in program.participants:
            rows, opened = store.newest(one.id), store.events(one.id)
            far = [progress(each, [row for row in rows if row.session == each.session]) for each in sessions]
            print(one.id, *(f"{each.done}/{each.total}" for each in far), len(opened))
seconds = time.perf_counter() - began
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(seconds, int(status["VmHWM"].split()[0]) / 1024, file=sys.stderr)
"""
"""One process, timed from before its imports, and its peak of memory."""


def measure_status(folder: Path, many: int, times: int) -> list[Figure]:
    """Measure seconds and memory of ``mdli status``.

    Parameters
    ----------
    folder
        For the programs; that of many people is deleted at once.
    many
        Participants of the large program, beside one of a tenth.
    times
        Samples of each figure but the first reading of many people, which is one.
    """
    small, large = folder / "status-few", folder / "status-many"
    make_people(small, many // 10)
    make_people(large, many)
    reading, peer = [], []
    for _ in range(times):
        (small / ".mdli" / "status.jsonl").unlink(missing_ok=True)
        reading.append(_in_a_child("ours", small))
        peer.append(_in_a_child("peer", small))
    first, again, of_few = [_in_a_child("ours", large)], [], []
    for _ in range(times):
        for program in (small, large):
            _write_a_day(program)
        of_few.append(_in_a_child("ours", small))
        again.append(_in_a_child("ours", large))
    shutil.rmtree(large)
    day = f"`mdli status` after a day of writing, {many:,} participants"
    return [
        (
            f"`mdli status` for the first time, {many // 10:,} participants",
            "seconds",
            [one for one, _ in reading],
            "one participant after another",
            [one for one, _ in peer],
        ),
        (
            day,
            "seconds",
            [one for one, _ in again],
            "the same, for the first time",
            [one for one, _ in first],
        ),
        (
            f"peak of memory, {day}",
            "MB",
            [one for _, one in again],
            f"the same, {many // 10:,} participants",
            [one for _, one in of_few],
        ),
        (
            f"peak of memory, for the first time, {many:,} participants",
            "MB",
            [one for _, one in first],
            f"the same, {many // 10:,} participants",
            [one for _, one in reading],
        ),
    ]


def _in_a_child(what: str, program: Path) -> tuple[float, float]:
    """Return seconds, imports included, and the peak of memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, what, str(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") >= 100, "it has not done its work"
    seconds, peak = map(float, done.stderr.splitlines()[-1].split())
    return seconds, peak


def make_people(folder: Path, count: int) -> None:
    """Make a program of the demonstration's sessions and of so many people, in the middle of it."""
    start_program(folder)
    head, calls = ((folder / name).read_text("utf-8").splitlines()[0] for name in ("roster.csv", "calls.csv"))
    coaches = ("ingrid-solheim", "marcus-whitfield")
    people = [f"p{number:05}" for number in range(count)]
    rows = [
        f"{who},Person {at},{who}@example.org,c{at % COHORTS:02},{coaches[at % 2]},,,,,2026-01-05,"
        for at, who in enumerate(people)
    ]
    (folder / "roster.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
    (folder / "calls.csv").write_text(f"{calls}\n", "utf-8")
    values = [
        (one.session, each.id, entry, json.dumps(value))
        for one in read_curriculum(folder, KINDS)
        for each in one.exercises
        for entry, value in samples(each, date(2026, 6, 1)).items()
    ]
    drawn = random.Random(8)  # the same people each time
    with sqlite3.connect(_store_of(folder)) as base:
        for portion in few(people):
            base.executemany(ANSWER, (row for who in portion for row in _answers_of(who, values, drawn)))
            base.executemany(OPENED, (row for who in portion for row in _openings_of(who)))
    base.close()


def _store_of(folder: Path) -> Path:
    with Store.open(store_address(folder)) as store:
        return store.path


def _answers_of(
    who: str, values: list[tuple[int, str, str, str]], drawn: random.Random
) -> Iterator[tuple[Any, ...]]:
    """Yield some forty answers, in the order of the sessions: the last ones are not written yet."""
    far = drawn.randint(25, 55)
    entries = {entry: str(uuid.uuid4()) for _, _, entry, _ in values if entry}
    for at, (session, exercise, entry, value) in enumerate(values[:far]):
        new = entries.get(entry, "")
        text = value.replace(entry, new) if entry else value
        yield str(uuid.uuid4()), who, "c", who, session, exercise, new, text, _when(far - at)


def _openings_of(who: str) -> Iterator[tuple[Any, ...]]:
    for session in range(1, 5):
        yield str(uuid.uuid4()), who, who, session, "", _when(5 - session)


def _when(days_ago: int) -> str:
    return f"{DAY - timedelta(days=days_ago):%Y-%m-%d %H:%M:%S.%f}"


def _write_a_day(folder: Path) -> None:
    """Let one in fifty open a session."""
    with sqlite3.connect(_store_of(folder)) as base:
        people = base.execute("SELECT DISTINCT participant FROM events").fetchall()
        base.executemany(OPENED, (row for (who,) in people[::50] for row in _openings_of(who)))
    base.close()
