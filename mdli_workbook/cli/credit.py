"""``mdli attendance`` and ``mdli credits``: who was there, and what it comes to."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mdli_workbook.cli.setting import FAILED, Setting, say, selection_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from mdli_workbook.attendance import Attendance
    from mdli_workbook.crediting import Standing
    from mdli_workbook.learners import Learner
    from mdli_workbook.program import Program

__all__ = ["attendance", "credits_"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class _Zone(click.ParamType[ZoneInfo]):
    """A time zone's name."""

    name = "zone"

    def convert(
        self, value: str | ZoneInfo, param: click.Parameter | None, ctx: click.Context | None
    ) -> ZoneInfo:
        from mdli_workbook.program.values import parse_zone  # noqa: PLC0415

        try:
            return value if isinstance(value, ZoneInfo) else parse_zone(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Credit(click.ParamType[Decimal]):
    """An amount of credit."""

    name = "credit"

    def convert(
        self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        try:
            return Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is no number; write one such as 20.50", param, ctx)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--session", type=click.IntRange(1, 6), default=None, help="Of which session; otherwise by its times."
)
@click.option("--zone", type=_Zone(), help="The zone of times without one; otherwise the program's.")
@click.option("--partial", is_flag=True, help="Who is not in the file keeps what is recorded.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@click.pass_obj
def attendance(  # noqa: PLR0913 - one parameter per option
    setting: Setting, file: Path, session: int | None, zone: ZoneInfo | None, *, partial: bool, dry_run: bool
) -> None:
    """Record who was at a session, from a meeting tool's file; again adds nothing."""
    from mdli_workbook.attendance import read_attendance  # noqa: PLC0415
    from mdli_workbook.crediting import changes_of, ledger_of  # noqa: PLC0415
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.program import store_address  # noqa: PLC0415
    from mdli_workbook.store import Store  # noqa: PLC0415

    program = setting.program()
    now = setting.clock(program)
    said = read_attendance(file, program, now(), session=session or 0, zone=zone)
    _tell_file(said, file.name, program)
    address = store_address(program.folder)
    with lock_program(program.folder, "mdli attendance"), Store.open(address, now=now) as store:
        changes = changes_of(said.present, program, ledger_of(store), now(), partial=partial)
        if not dry_run:
            store.record(*(change.event for change in changes))
    for change in changes:
        say(change.words)
    counts = f"{len(changes)} {'would be ' if dry_run else ''}recorded"
    say(f"attendance: {len(said.present)} matched, {counts}, {len(said.unmatched)} unmatched")


def _tell_file(said: Attendance, file: str, program: Program) -> None:
    """Name the times as they were understood, and each row of nobody."""
    if said.first and said.last:
        first, last = (one.astimezone(program.zone) for one in (said.first, said.last))
        say(f"from {first:%Y-%m-%d %H:%M} to {last:%H:%M} ({program.zone.key})")
    for one in said.unmatched:
        who = f"{one.email} is not in roster.csv" if one.email else "has no e-mail address"
        say(f"{file} line {one.line}: {who}; not recorded", err=True)


@click.command("credits")
@click.option("--cohort", default="", help="Only this cohort.")
@click.option("--participant", default="", help="Only this participant.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every row of the ledger, as CSV.")
@click.option(
    "--pages",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write statements and certificates into this folder.",
)
@click.option(
    "--learner-file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the file for the accreditor's reporting system.",
)
@click.option("--claim", type=_Credit(), metavar="CREDIT", help="Record what the participant claims.")
@click.pass_obj
def credits_(  # noqa: PLR0913 - one parameter per option
    setting: Setting,
    cohort: str,
    participant: str,
    *,
    as_csv: bool,
    pages: Path | None,
    learner_file: Path | None,
    claim: Decimal | None,
) -> None:
    """Show the credit ledger; write its pages and the accreditor's file."""
    from mdli_workbook.crediting import ledger_csv, ledger_of, standings  # noqa: PLC0415
    from mdli_workbook.learners import read_learners  # noqa: PLC0415
    from mdli_workbook.program import store_address  # noqa: PLC0415
    from mdli_workbook.store import Store  # noqa: PLC0415

    program = setting.program()
    selection_of(cohort, participant, None).check(program, ())
    ids = {one.id for one in program.participants}
    learners = read_learners(program.folder, ids) if learner_file else {}  # before anything is written
    if claim is not None:
        _claim(setting, program, participant, claim)
    with Store.open(store_address(program.folder), now=setting.clock(program), create=False) as store:
        ledger = ledger_of(store)
    everybody = [
        one
        for one in standings(program, ledger)
        if cohort in {"", one.who.cohort} and participant in {"", one.who.id}
    ]
    if as_csv:
        say(ledger_csv(everybody, ledger).rstrip("\n"))
    else:
        _tell(everybody, program, single=bool(participant))
    today = program.today(setting.clock(program))
    if pages is not None:
        _write_pages(everybody, program, pages, today)
    if learner_file is not None:
        _write_learners(everybody, learners, learner_file)


def _claim(setting: Setting, program: Program, participant: str, claim: Decimal) -> None:
    from mdli_workbook.crediting import claim_of, ledger_of, standings  # noqa: PLC0415
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.program import store_address  # noqa: PLC0415
    from mdli_workbook.store import Store  # noqa: PLC0415

    if not participant:
        raise click.UsageError("--claim is one participant's; name them with --participant")
    now = setting.clock(program)
    with (
        lock_program(program.folder, "mdli credits"),
        Store.open(store_address(program.folder), now=now, create=False) as store,
    ):
        ledger = ledger_of(store)
        standing = next(one for one in standings(program, ledger) if one.who.id == participant)
        event = claim_of(claim, standing, ledger, now())
        if event is not None:
            store.record(event)


def _tell(everybody: Sequence[Standing], program: Program, *, single: bool) -> None:
    """Print one line for each participant; of a single one each session and call, too."""
    width = max((len(one.who.id) for one in everybody), default=0)
    say(f"{'':{width}}  sessions  calls    sum  earned  claimed")
    for one in everybody:
        of = one.account
        sums = [
            sum((x.credit for x in of.lines if x.what == what), Decimal()) for what in ("session", "call")
        ]
        claimed = f"{of.claimed:7.2f}" if of.asked is not None else f"{'-':>7}"
        figures = f"{sums[0]:8.2f} {sums[1]:6.2f} {of.counted:6.2f} {of.earned:7.2f}  {claimed}"
        say(f"{one.who.id:{width}}  {figures}")
    if single:
        _tell_lines(everybody)
    for one in everybody:
        if one.account.asked is not None and one.account.asked > one.account.earned:
            asked = f"claims {one.account.asked:.2f}, which is above participation now"
            say(f"{one.who.id} {asked}; {one.account.claimed:.2f} counts", err=True)
        if one.unrecorded:
            calls = f"call{'s' * (len(one.unrecorded) > 1)} {', '.join(map(str, one.unrecorded))}"
            say(f"{one.who.id}, {calls}: held by calls.csv, but the coach recorded nothing yet", err=True)
    say(f"at most {program.credit.cap:.2f} for the program; the accredited provider decides")


def _tell_lines(everybody: Iterable[Standing]) -> None:
    for one in everybody:
        for line in one.account.lines:
            minutes = f"{line.minutes} minute{'s' * (line.minutes != 1)}"
            what = f"{line.what} {line.number} on {one.day_of(line)}"
            say(f"{what}: {minutes}, {line.credit} of {line.designated}")


def _write_pages(everybody: Iterable[Standing], program: Program, folder: Path, today: date) -> None:
    """Write what names a person, so only this account may read it."""
    from mdli_workbook.credit_pages import certificate, statement  # noqa: PLC0415
    from mdli_workbook.files import write_whole  # noqa: PLC0415

    for one in everybody:
        page = statement(program.title, one.who.name, one.account, one.days, today)
        write_whole(folder / f"{one.who.id}-statement.html", page, mode=0o600)
        path = folder / f"{one.who.id}-certificate.html"
        if one.account.claimed and one.completed_on:
            page = certificate(program.title, one.who.name, one.account, one.completed_on, today)
            write_whole(path, page, mode=0o600)
        else:
            path.unlink(missing_ok=True)  # of a correction that took all credit away
    say(f"statements and certificates: {folder}")


def _write_learners(everybody: Iterable[Standing], learners: Mapping[str, Learner], file: Path) -> None:
    from mdli_workbook.files import write_whole  # noqa: PLC0415
    from mdli_workbook.learners import report  # noqa: PLC0415

    made = report(learners, [(one.who.id, one.account.claimed, one.completed_on) for one in everybody])
    write_whole(file, made.text, mode=0o600)
    for problem in made.refused:
        say(str(problem), err=True)
    say(f"learner file: {made.count} learner{'s' * (made.count != 1)}, {len(made.refused)} refused: {file}")
    if made.refused:
        sys.exit(FAILED)
