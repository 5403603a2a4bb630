"""What one more participant costs, with a hundred, a thousand and ten thousand of them: ``make scale``.

Each size is a program of its own, of the demonstration's sessions, in the middle of its months. The table of
``docs/scale.md`` is written from what is measured; the slope is that of a straight line through the largest
two sizes, in the same unit for each 1,000 participants more.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import desk
import psutil
from opening import running_lab
from pages import TOOLS, opener, read, serving, sign_in
from run import machine

from mdli_workbook.answers import Draft
from mdli_workbook.program import store_address
from mdli_workbook.site.passwords import set_password
from mdli_workbook.store import Store
from workbooks import took

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZES = (100, 1_000, 10_000)
PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
BEGIN, END = "<!-- measured by make scale -->\n", "<!-- until here -->\n"
FEW = 10
"""Participants of a coach."""
SAVES = 200
PASSWORD = "a long word for one coach"
CHILD = """
import sys, time
from pathlib import Path
from mdli_workbook.cli import main
began = time.perf_counter()
main(["--program", sys.argv[1], "--today", "2026-06-18", *sys.argv[2:]], standalone_mode=False)
seconds = time.perf_counter() - began
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(seconds, int(status["VmHWM"].split()[0]) / 1024, file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one size.

    Parameters
    ----------
    what, unit
        Names it.
    value
        In the unit.
    """

    what: str
    unit: str
    value: float


def measure(folder: Path, people: int) -> Iterator[Row]:
    """Yield all figures of a program of so many people, which is made for it."""
    program = folder / f"scale-{people}"
    desk.make_people(program, people)
    coach = _give_coaches(program, people)
    yield from _of_the_store(program)
    yield from _of_generate(program, people)
    yield from _of_reports(program)
    yield from _of_status(program)
    yield from _of_the_site(program, coach)
    yield from _of_a_lab(folder, program)
    shutil.rmtree(program)


def _give_coaches(program: Path, people: int) -> str:
    """Give each coach ten participants; return the id of the last one, who may sign in."""
    coaches = [f"coach{number:04}" for number in range(-(-people // FEW))]
    with (program / "coaches.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["coach_id", "name", "email", "time_zone"])
        writer.writerows([one, one, f"{one}@example.org", "Europe/Paris"] for one in coaches)
    rows = list(csv.DictReader((program / "roster.csv").read_text("utf-8-sig").splitlines()))
    with (program / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for at, row in enumerate(rows):
            writer.writerow({**row, "coach_id": coaches[at // FEW]})
    set_password(program, coaches[-1], PASSWORD)
    return coaches[-1]


def _of_the_store(program: Path) -> Iterator[Row]:
    with Store.open(store_address(program)) as store:
        people = [
            row[0] for row in sqlite3.connect(store.path).execute("SELECT DISTINCT participant FROM answers")
        ]
        yield Row("the store's file", "MB", store.path.stat().st_size / 1e6)
        chosen = [people[at * len(people) // SAVES] for at in range(SAVES)]
        saves = [took(lambda who=who: store.save(_draft(who))) for who in chosen]  # type: ignore[misc]
        yield Row("one save, median", "milliseconds", 1000 * median(saves))
        yield Row("one save, 95 of 100", "milliseconds", 1000 * quantiles(saves, n=20)[-1])
        reads = [took(lambda who=who: store.newest(who)) for who in chosen]  # type: ignore[misc]
        yield Row("a participant's answers read", "milliseconds", 1000 * median(reads))


def _draft(participant: str) -> Draft:
    words = {"text": "A sentence of about the length that people write into such a field."}
    return Draft(
        str(uuid.uuid4()), participant, "c", participant, 4, f"x-{uuid.uuid4().hex[:8]}", words, "private"
    )


def _of_generate(program: Path, people: int) -> Iterator[Row]:
    seconds, peak = _command(program, "generate")
    made = list((program / "workbooks").glob("*/*/*.ipynb"))
    assert len(made) == 6 * people, "mdli generate has not done its work"
    yield Row("`mdli generate`, six workbooks each", "seconds", seconds)
    yield Row("its peak of memory", "MB", peak)
    yield Row("the workbooks on disk", "MB", sum(one.stat().st_size for one in made) / 1e6)
    seconds, _ = _command(program, "generate")
    yield Row("`mdli generate` again, nothing changed", "seconds", seconds)


def _of_reports(program: Path) -> Iterator[Row]:
    """Reports cost the same each: of ten people of one coach they are made, and asked for again."""
    last = [row["participant_id"] for row in _roster(program)][-1]
    seconds, peak = _command(program, "report", "--participant", last)
    made = len(list((program / "reports").glob("*/*/*.ipynb")))
    assert made, "mdli report has not done its work"
    yield Row("`mdli report` of one participant, each report", "seconds", seconds / made)
    yield Row("its peak of memory, without its workers", "MB", peak)


def _of_status(program: Path) -> Iterator[Row]:
    seconds, peak = _command(program, "status")
    yield Row("`mdli status` for the first time", "seconds", seconds)
    yield Row("its peak of memory", "MB", peak)
    desk._write_a_day(program)  # noqa: SLF001 - the same day as in the other figures of status
    seconds, _ = _command(program, "status")
    yield Row("`mdli status` after a day of writing", "seconds", seconds)


def _of_the_site(program: Path, coach: str) -> Iterator[Row]:
    with serving((TOOLS / "mdli", "--program", program, "serve", "--port", "0"), program) as (url, process):
        began = time.perf_counter()
        jar = sign_in(url, coach, PASSWORD)
        yield Row("the coach site, signing in", "seconds", time.perf_counter() - began)
        times = [took(lambda: _must_list(read(opener(jar), url))) for _ in range(20)]
        yield Row("its first page, ten participants", "milliseconds", 1000 * median(times))
        yield Row("its memory", "MB", process.memory_info().rss / 2**20)


def _of_a_lab(folder: Path, program: Path) -> Iterator[Row]:
    """Yield the private memory of one participant's server with a kernel: each who writes has one."""
    who = _roster(program)[0]["participant_id"]
    with running_lab(folder / f"lab-of-{program.name}", program, who, extended=True) as lab:
        [server] = (
            one
            for one in psutil.Process().children(recursive=True)
            if "lab" in one.cmdline() and who in one.cmdline()
        )
        lab.ask("POST", "kernels")
        time.sleep(5)  # the fork server imports what the next kernels need
        every = [server, *server.children(recursive=True)]
        yield Row("one participant's JupyterLab with a kernel", "MB", sum(map(_private, every)) / 1e6)


def _private(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss)


def _must_list(page: str) -> None:
    assert page.count("Person ") >= FEW - 1, "the page does not list the coach's participants"


def _roster(program: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((program / "roster.csv").read_text("utf-8-sig").splitlines()))


def _command(program: Path, *arguments: str) -> tuple[float, float]:
    """Return seconds, without the start of Python, and the peak of memory in MB of one command."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(program), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"mdli {' '.join(arguments)}\n{done.stdout[-2000:]}{done.stderr}")
    seconds, peak = map(float, done.stderr.splitlines()[-1].split())
    return seconds, peak


def as_table(sizes: Sequence[int], measured: Sequence[Sequence[Row]]) -> str:
    """Return what was measured as a table of Markdown, with the slope between the largest two sizes."""
    heads = [f"{size:,} people" for size in sizes]
    lines = [f"| what | unit | {' | '.join(heads)} | each 1,000 more |", "|---" * (len(sizes) + 3) + "|"]
    for rows in zip(*measured, strict=True):
        slope = (rows[-1].value - rows[-2].value) / (sizes[-1] - sizes[-2]) * 1000
        figures = " | ".join(_short(one.value) for one in rows)
        lines.append(f"| {rows[0].what} | {rows[0].unit} | {figures} | {_short(slope)} |")
    return "\n".join([*lines, ""])


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def main() -> None:
    """Measure each size, print, and write the table into the docs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many participants")
    asked.add_argument("--out", type=Path, default=PAGE, help="the page whose table is written anew")
    given = asked.parse_args()
    on = f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.\n\n"
    with tempfile.TemporaryDirectory(prefix="mdli-scale-") as name:
        measured = [list(measure(Path(name), size)) for size in given.sizes]
    table = as_table(given.sizes, measured)
    print(on + table)
    before, _, rest = given.out.read_text("utf-8").partition(BEGIN)
    given.out.write_text(before + BEGIN + "\n" + on + table + "\n" + END + rest.partition(END)[2], "utf-8")


if __name__ == "__main__":
    main()
