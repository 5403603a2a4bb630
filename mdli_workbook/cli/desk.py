"""``mdli status`` and ``mdli due``: how far everybody is, and what is to be done today."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mdli_workbook.cli.setting import FAILED, Setting, progress, read_all, say, selection_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mdli_workbook.curriculum import Session
    from mdli_workbook.generate import Written
    from mdli_workbook.program import Program
    from mdli_workbook.selection import Selection
    from mdli_workbook.status import PersonStatus, Status

__all__ = ["due", "status"]

_FOLDER = click.Path(path_type=Path, file_okay=False)
_AT_ONCE = 500
"""Lines that are printed at once."""
_DRAWN = 500
"""For so many people a table is drawn; nobody reads more of them on a terminal, and lines are quicker."""


@click.command()
@click.option("--cohort", default="", help="Only this cohort.")
@click.option("--participant", default="", help="Only this participant.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option(
    "--html", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a page, too."
)
@click.option("--mails", metavar="DIR", type=_FOLDER, help="Write a mail for each who needs a nudge.")
@click.option("--ics", metavar="DIR", type=_FOLDER, help="Write calendars of sessions and calls.")
@click.pass_obj
def status(  # noqa: PLR0913 - one parameter per option
    setting: Setting,
    cohort: str,
    participant: str,
    *,
    as_json: bool,
    html: Path | None,
    mails: Path | None,
    ics: Path | None,
) -> None:
    """Show how far everybody is: counts and dates, never text."""
    from mdli_workbook.status import Status  # noqa: PLC0415

    program, sessions = read_all(setting)
    selection = selection_of(cohort, participant, None)
    selection.check(program, sessions)
    board = _Board(program, sessions, selection, Status(program, sessions, setting.clock(program)()))
    if as_json:
        board.print_json()
    else:
        board.print_table()
    if html is not None:
        board.write_page(html)
    if mails is not None:
        board.write_mails(mails)
    if ics is not None:
        board.write_calendars(ics)


class _Board:
    """What one command shows, each time person by person."""

    def __init__(
        self, program: Program, sessions: Sequence[Session], selection: Selection, status: Status
    ) -> None:
        self.program, self.sessions, self.selection, self.status = program, sessions, selection, status

    def cohorts(self) -> Iterator[tuple[str, Iterator[PersonStatus]]]:
        from mdli_workbook.tallies import look_at  # noqa: PLC0415

        return look_at(self.program, self.sessions, self.selection, self.status)

    def print_json(self) -> None:
        from mdli_workbook.status_pages import json_lines  # noqa: PLC0415

        _print_all(json_lines(self.program, self.status.now, self.cohorts()))

    def print_table(self) -> None:
        """Print a table for each cohort: drawn on a terminal, and otherwise in plain lines."""
        _print_all(self._lines(drawn=sys.stdout.isatty() and len(self.program.participants) <= _DRAWN))

    def _lines(self, *, drawn: bool) -> Iterator[str]:
        from mdli_workbook.reminding import reminders_of  # noqa: PLC0415
        from mdli_workbook.status_pages import LEGEND, as_row, heads, lines  # noqa: PLC0415

        zone = self.program.zone
        reminders: list[str] = []

        def rows(people: Iterable[PersonStatus]) -> Iterator[tuple[str, ...]]:
            for person in people:
                reminders.extend(one.words for one in reminders_of(self.program, person))
                yield as_row(person, zone)

        for cohort, people in self.cohorts():
            title = f"{cohort}, {self.status.today} ({zone.key})"
            columns = heads(one.session for one in self.status.dates[cohort])
            if drawn:
                yield _drawn(title, columns, rows(people))
            else:
                yield title
                yield from lines(chain([columns], rows(people)))
            yield ""
        yield from LEGEND
        yield f"needs a nudge: {len(reminders) or 'nobody'}"
        yield from reminders

    def write_page(self, file: Path) -> None:
        """Write what names people, so only this account may read it."""
        from mdli_workbook.files import write_whole  # noqa: PLC0415
        from mdli_workbook.status_pages.page import page  # noqa: PLC0415

        write_whole(file, page(self.status, self.cohorts()), mode=0o600)
        say(f"page: {file}", err=True)

    def write_mails(self, folder: Path) -> None:
        """Write one mail for each person, whether or not they were written to before."""
        from mdli_workbook.due import write_mails  # noqa: PLC0415
        from mdli_workbook.reminding import mails_of, reminders_of  # noqa: PLC0415

        people = chain.from_iterable(people for _, people in self.cohorts())
        reminders = (one for person in people for one in reminders_of(self.program, person))
        mails = mails_of(self.program, self.sessions, reminders)
        write_mails(mails, folder)
        say(f"mails: {len(mails)} in {folder}; nothing was sent", err=True)

    def write_calendars(self, folder: Path) -> None:
        """Write a calendar for each participant, coach and cohort."""
        from mdli_workbook.files import private_folder, write_whole  # noqa: PLC0415
        from mdli_workbook.invitations import Invitations, changed_at  # noqa: PLC0415

        make = Invitations(self.program, changed_at(self.program.folder))
        private_folder(folder)
        of_coaches: dict[str, list[PersonStatus]] = {}
        count = 0
        for cohort, some in self.cohorts():
            people = list(some)
            write_whole(
                folder / f"cohort-{cohort}.ics", make.of_cohort(cohort, people), mode=0o600, durable=False
            )
            for person in people:
                file = folder / f"{person.who.id}.ics"
                write_whole(file, make.of_participant(person), mode=0o600, durable=False)
                of_coaches.setdefault(person.who.coach_id, []).append(person)
            count += 1 + len(people)
        for coach, people in of_coaches.items():
            write_whole(folder / f"coach-{coach}.ics", make.of_coach(people), mode=0o600, durable=False)
        say(f"calendars: {count + len(of_coaches)} in {folder}", err=True)


def _drawn(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table for a terminal; what is overdue stands out by its sign, and by colour besides."""
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for at, name in enumerate(columns):
        session = 0 < at < len(columns) - 2
        table.add_column(name, justify="right" if session else "left", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(cell, style="bold red" if cell[-1:] in {"!", "?"} else "") for cell in row))
    console = Console()
    with console.capture() as captured:
        console.print(table)
    return captured.get().rstrip("\n")


def _print_all(lines: Iterable[str]) -> None:
    """Print lines, many at once."""
    some: list[str] = []
    for line in lines:
        some.append(line)
        if len(some) == _AT_ONCE:
            say("\n".join(some))
            some.clear()
    if some:
        say("\n".join(some))


@click.command()
@click.option("--run", "runs", is_flag=True, help="Do it: the one command for cron, safe to run twice.")
@click.option(
    "--mails", metavar="DIR", type=_FOLDER, help="With --run: write mails here; otherwise into .mdli/mails."
)
@click.pass_obj
def due(setting: Setting, *, runs: bool, mails: Path | None) -> None:
    """Say what is to be generated, reported or reminded today; with --run, do it."""
    from mdli_workbook.due import MAILS, look  # noqa: PLC0415

    program, sessions = read_all(setting)
    if runs:
        _run(program, sessions, setting, mails or program.folder / ".mdli" / MAILS)
        return
    found = look(program, sessions, setting.clock(program))
    _print_all([*found.renamed, f"to generate: {_count(found.workbooks)}"])
    _print_all([f"to report: {len(found.reports)}", *(f"{who}, session {one}" for who, one in found.reports)])
    _print_all([f"to remind: {len(found.reminders)}", *(one.words for one in found.reminders)])


def _run(program: Program, sessions: Sequence[Session], setting: Setting, folder: Path) -> None:
    """Print what was done, and nothing if nothing was: cron sends a mail of what is printed."""
    from mdli_workbook.due import run  # noqa: PLC0415

    with progress() as step:
        ran = run(program, sessions, setting.clock(program), folder, step=step)
    if ran.workbooks:
        _print_all(ran.renamed)
        say(f"workbooks: {_count(ran.workbooks)}")
    if ran.reports:
        made = sum(not one.failure for one in ran.reports)
        say(f"reports: {made} made, {len(ran.reports) - made} failed")
    if ran.mails:
        say(f"mails: {len(ran.mails)} in {folder}; nothing was sent")
    for line in ran.failures:
        say(line, err=True)
    if ran.failures:
        sys.exit(FAILED)


def _count(written: Sequence[Written]) -> str:
    return (
        ", ".join(f"{count} {done.value}" for done, count in Counter(one.done for one in written).items())
        or "0"
    )
