"""What every command shares: where the program is, what time it is there, and how to speak."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mdli_workbook.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program
    from mdli_workbook.selection import Selection

__all__ = [
    "FAILED",
    "UNUSABLE",
    "Setting",
    "gather",
    "progress",
    "read_all",
    "say",
    "selection_of",
    "selects",
]

FAILED, UNUSABLE = 1, 2


def say(text: str, *, err: bool = False) -> None:
    """Print a line. Work goes on when its reader has gone, as in ``mdli report | head``."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if err else sys.stdout).fileno())
        os.close(nowhere)


class Setting:
    """Where the program is and what time it is there; read only when a command asks."""

    def __init__(self, folder: Path | None, today: date | None) -> None:
        self.wanted = folder
        self.today = today

    @property
    def folder(self) -> Path:
        """The program folder: the one asked for, else the nearest upward."""
        from mdli_workbook.program import find_program  # noqa: PLC0415

        return self.wanted.resolve() if self.wanted else find_program(Path.cwd())

    def program(self) -> Program:
        """Read the program."""
        from mdli_workbook.program import read_program  # noqa: PLC0415

        return read_program(self.folder)

    def clock(self, program: Program) -> Callable[[], datetime]:
        """Return the clock that the command goes by."""
        return program.clock(lambda: datetime.now(UTC), self.today)


_which = [
    click.option("--cohort", default="", help="Only this cohort."),
    click.option("--participant", default="", help="Only this participant."),
    click.option("--session", type=click.IntRange(1, 6), default=None, help="Only this session."),
]


def selects(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that choose cohort, participant and session."""
    for option in reversed(_which):
        command = option(command)
    return command


def selection_of(cohort: str, participant: str, session: int | None) -> Selection:
    """Return what those options chose."""
    from mdli_workbook.selection import Selection  # noqa: PLC0415

    return Selection(cohort, participant, session or 0)


def read_all(setting: Setting, *, learners: bool = False) -> tuple[Program, tuple[Session, ...]]:
    """Read the program and its curriculum, and if asked ``learners.csv``, collecting the problems of all."""
    from mdli_workbook.exercises import KINDS  # noqa: PLC0415
    from mdli_workbook.exercises.front import PARTS  # noqa: PLC0415
    from mdli_workbook.learners import LEARNERS_FILE, read_learners  # noqa: PLC0415
    from mdli_workbook.session_files import read_curriculum, read_report_template  # noqa: PLC0415

    folder = setting.folder
    call = folder / "templates" / "reports" / "call.md"
    problems: list[Problem] = []
    with gather(problems):
        program = setting.program()
        if learners and (folder / LEARNERS_FILE).exists():
            read_learners(folder, {one.id for one in program.participants})
    with gather(problems):
        sessions = read_curriculum(folder, KINDS)
    with gather(problems):
        read_report_template(call, tuple(PARTS), name="templates/reports/call.md")
    if problems:
        raise InputError(problems)
    return program, sessions


@contextmanager
def gather(problems: list[Problem]) -> Iterator[None]:
    """Add the problems of what is read inside, and go on."""
    try:
        yield
    except InputError as error:
        problems.extend(error.problems)


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """Show a bar with time left on a terminal, and plain lines otherwise."""
    if not sys.stderr.isatty():
        yield lambda done, _: say(done) if done else None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reports", total=None)
        yield lambda done, total: bar.update(
            task, advance=1, total=total, description=f"reports: {done}" if done else None
        )
