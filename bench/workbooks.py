"""Workbooks written: beside papermill's ``prepare_only``, beside `json`, and many beside few.

Ours reads the program's files, checks them, and leaves files that are whole or absent, with base copies for
reports. The peers start from finished notebooks: papermill with one of each session, `json` with each of
them in memory as the lists and dictionaries to be written.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import papermill

from mdli_workbook import cli
from mdli_workbook.notebook import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SESSIONS = 6
NEEDED = 60_000
"""Bytes of disk per workbook, generously: the file, its base copy's name, folders."""
CHILD = """
import sys, time
from pathlib import Path
from mdli_workbook import cli
def generate(program, *arguments):
    cli.main(["--program", program, "generate", *arguments], standalone_mode=False)
generate(sys.argv[1], "--dry-run")
began = time.perf_counter()
generate(sys.argv[2])
seconds = time.perf_counter() - began
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(seconds, int(status["VmHWM"].split()[0]) / 1024)
"""
"""Does first, without writing, what the first program needs, so that all imports are done."""

Figure = tuple[str, str, list[float], str, list[float], bool]
"""What, unit, ours, peer, the peer's, whether more is better."""


def measure_workbooks(folder: Path, people: int, many: int, times: int) -> list[Figure]:
    """Measure all of it.

    Parameters
    ----------
    folder
        For the files; those of many people are deleted at once.
    people, many
        Participants beside the peers, and of the large program beside one of a hundredth.
    times
        Samples of each figure but those of many people, which are one.
    """
    return [*beside_peers(new_program(folder / "some", people), times), *many_beside_few(folder, many, times)]


def beside_peers(program: Path, times: int) -> list[Figure]:
    """Return workbooks per second of the three ways, all in this process, turn by turn."""
    ours, prepared, dumped = [], [], []
    generate_all(program)  # the first run imports what is needed
    made = sorted((program / "workbooks").glob("*/*/*.ipynb"))
    for _ in range(times):
        for name in ("workbooks", ".mdli", "prepared", "dumped"):
            shutil.rmtree(program / name, ignore_errors=True)
        ours.append(len(made) / took(partial(generate_all, program)))
        assert all(path.is_file() for path in made), "mdli generate has not done its work"
        prepared.append(len(made) / took(partial(prepare_all, made, program / "prepared")))
        notebooks = [(path, json.loads(path.read_bytes())) for path in made]
        dumped.append(len(made) / took(partial(dump_all, notebooks, program / "dumped")))
        assert all(as_text(one) == path.read_text(encoding="utf-8") for path, one in notebooks)
    what = f"workbooks written ({len(made)} of them)"
    return [
        (what, "per second", ours, "papermill, `prepare_only`", prepared, True),
        (what, "per second", ours, "`json.dumps` and a plain `write` of the same bytes", dumped, True),
    ]


def many_beside_few(folder: Path, many: int, times: int) -> list[Figure]:
    """Return workbooks per second and the peak of memory, of a large program and of a hundredth of it."""
    room = shutil.disk_usage(folder).free // 2 // (NEEDED * SESSIONS)
    if room < many:
        print(f"the disk has room for {room} people only, instead of {many}", file=sys.stderr)
        many = room
    one = new_program(folder / "one", 1)
    small, large = new_program(folder / "few", many // 100), new_program(folder / "many", many)
    few = [in_a_child(one, small) for _ in range(times)]
    all_of_it = [in_a_child(one, large)]
    few += [in_a_child(one, small) for _ in range(times)]  # before and after: the machine may change
    shutil.rmtree(large)
    what, peer = f"{many * SESSIONS:,} workbooks", f"{many // 100 * SESSIONS:,} workbooks, the same way"
    speeds = [[rate for rate, _ in runs] for runs in (all_of_it, few)]
    peaks = [[peak for _, peak in runs] for runs in (all_of_it, few)]
    return [
        (what, "per second", speeds[0], peer, speeds[1], True),
        (f"peak of memory, {what}", "MB", peaks[0], peer, peaks[1], False),
    ]


def in_a_child(first: Path, program: Path) -> tuple[float, float]:
    """Return workbooks per second and the peak of memory in MB of one ``mdli generate``, once imported."""
    for name in ("workbooks", ".mdli"):
        shutil.rmtree(program / name, ignore_errors=True)
    command = (sys.executable, "-c", CHILD, first, program)
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.splitlines()[-1].split())
    made = sum(1 for _ in (program / "workbooks").glob("*/*/*.ipynb"))
    return made / seconds, peak


def new_program(folder: Path, people: int) -> Path:
    """Return the demonstration program, its roster's first line repeated under new ids."""
    with contextlib.redirect_stdout(io.StringIO()):
        cli.main(["init", str(folder)], standalone_mode=False)
    (folder / "calls.csv").unlink()
    roster = folder / "roster.csv"
    rows = list(csv.DictReader(roster.read_text(encoding="utf-8-sig").splitlines()))
    with roster.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for number in range(people):
            name = f"bench-{number:05d}"
            writer.writerow({**rows[0], "participant_id": name, "email": f"{name}@example.org"})
    return folder


def generate_all(program: Path) -> None:
    """Do what ``mdli generate`` does, from reading the program's files on."""
    with contextlib.redirect_stdout(io.StringIO()):
        cli.main(["--program", str(program), "generate"], standalone_mode=False)


def prepare_all(made: Sequence[Path], out: Path) -> None:
    """Let papermill write the same notebooks from one of each session."""
    sources: dict[str, Path] = {}
    for target in made:
        source = sources.setdefault(target.name, target)
        where = out / target.parent.name
        where.mkdir(parents=True, exist_ok=True)
        papermill.execute_notebook(
            str(source),
            str(where / target.name),
            parameters={"participant": target.parent.name},
            prepare_only=True,
            progress_bar=False,
        )


def dump_all(notebooks: Sequence[tuple[Path, object]], out: Path) -> None:
    """Let `json` write the same bytes, as Jupyter lays them out."""
    for target, notebook in notebooks:
        where = out / target.parent.name
        where.mkdir(parents=True, exist_ok=True)
        with (where / target.name).open("w", encoding="utf-8") as file:
            file.write(json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def took(action: Callable[[], object]) -> float:
    """Return the seconds that `action` took."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
