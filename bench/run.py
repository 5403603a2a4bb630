"""Our figures beside papermill's and Voila's, in one run: ``make bench``.

Each pair is measured on the same notebooks, turn by turn, on the same machine. What counts is the
ratio; the absolute figures belong to the machine named above the table.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from batches import measure_batches
from desk import measure_status
from equity import measure_views
from kernels import measure_kernels
from merging import measure_merges
from opening import measure_openings
from pages import measure_pages

from reports import TOOLS, executed_by_papermill, measure_reports, run
from workbooks import measure_workbooks

if TYPE_CHECKING:
    from collections.abc import Sequence

REPOSITORY = Path(__file__).resolve().parent.parent
NAMED = (
    "mdli-workbook",
    "jupyterlab",
    "papermill",
    "voila",
    "nbclient",
    "nbconvert",
    "ipykernel",
    "jupyter_server",
    "nbdime",
)

PARTS = ("kernels", "reports", "workbooks", "merges", "batches", "pages", "openings", "views", "status")


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure beside its peer's, as samples in the unit named."""

    what: str
    unit: str
    ours: Sequence[float]
    peer: str
    theirs: Sequence[float]
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """How many times better ours is."""
        ours, theirs = median(self.ours), median(self.theirs)
        return ours / theirs if self.more_is_better else theirs / ours

    def row(self) -> str:
        """Return it as a line of a Markdown table."""
        cells = (
            self.what,
            self.unit,
            in_short(self.ours),
            self.peer,
            in_short(self.theirs),
            f"{self.ratio:.1f} times",
        )
        return f"| {' | '.join(cells)} |"


def in_short(samples: Sequence[float]) -> str:
    """Return the median, with least and most where there are several."""
    short = f"{median(samples):.3g}" if median(samples) < 100 else f"{median(samples):.0f}"
    return (
        f"{short} ({min(samples):.3g} to {max(samples):.3g}, n={len(samples)})" if len(samples) > 1 else short
    )


def machine() -> str:
    """Say on what this was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [f"{os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} before"]
    parts += [f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"]
    parts += [", ".join(f"{name} {version(name)}" for name in NAMED)]
    return "; ".join(parts)


def as_page(on: str, pairs: Sequence[Pair]) -> str:
    """Return the results as Markdown."""
    head = "| what | unit | ours: median (least to most) | peer | the peer's | ours is better by |"
    rule = "|---|---|---|---|---|---|"
    text = (
        "Made by `make bench`. What counts is the ratio: both sides were measured in one run, turn by turn."
    )
    return "\n".join(
        ["# Results", "", text, "", f"{on}.", "", head, rule, *(pair.row() for pair in pairs), ""]
    )


def measure(folder: Path, given: argparse.Namespace) -> list[Pair]:
    """Measure the parts that were asked for, all on one demonstration program."""
    demo, pairs = folder / "demo", []
    run(TOOLS / "mdli", "--program", demo, "demo", "--no-serve", cwd=folder)
    if "kernels" in given.only:
        pairs += [Pair(*figure) for figure in measure_kernels(given.openings)]
    if "reports" in given.only:
        pairs += [Pair(*figure) for figure in measure_reports(folder, demo, given.times)]
    if "batches" in given.only:
        pairs += [Pair(*figure) for figure in measure_batches(folder, given.times)]
    if "workbooks" in given.only:
        figures = measure_workbooks(folder, given.people, given.many, given.times)
        pairs += [Pair(*figure) for figure in figures]
    if "pages" in given.only:
        executed = partial(executed_by_papermill, folder, demo)
        pairs += [Pair(*figure) for figure in measure_pages(demo, executed, given.times)]
    if "openings" in given.only:
        pairs += [Pair(*figure) for figure in measure_openings(folder, demo, given.openings)]
    if "merges" in given.only:
        pairs += [Pair(*figure) for figure in measure_merges(given.merges, given.times)]
    if "status" in given.only:
        pairs += [Pair(*figure) for figure in measure_status(folder, given.many, given.times)]
    if "views" in given.only:
        views = measure_views(folder, given.rows, given.times)
        pairs += [Pair(what, "seconds", a, "pandas and statsmodels", b) for what, (a, b) in views.items()]
    return pairs


def main() -> None:
    """Measure, print, write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=40, help="participants for whom workbooks are written")
    asked.add_argument("--many", type=int, default=10_000, help="participants of a large program")
    asked.add_argument("--times", type=int, default=3, help="samples of each figure")
    asked.add_argument("--openings", type=int, default=10, help="openings of a workbook in each way")
    asked.add_argument("--rows", type=int, default=1_000_000, help="patients in the file that is explored")
    asked.add_argument("--merges", type=int, default=300, help="random merges of a corrected session")
    asked.add_argument("--out", type=Path, default=REPOSITORY / "bench" / "results.md")
    asked.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts alone")
    given = asked.parse_args()
    on = machine()
    with tempfile.TemporaryDirectory(prefix="mdli-bench-") as name:
        pairs = measure(Path(name), given)
    page = as_page(on, pairs)
    given.out.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
