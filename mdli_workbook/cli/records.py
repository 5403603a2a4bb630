"""``mdli export``, ``backup``, ``restore`` and ``retire``: records, from their copy to their end."""

from __future__ import annotations

from pathlib import Path

import click

from mdli_workbook.cli.setting import Setting, read_all, say, selection_of

__all__ = ["backup", "export", "restore", "retire"]

_PLACE = click.Path(path_type=Path)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[PARTICIPANT] DIR")
@click.option("--cohort", default="", help="For research: a table of this cohort, without names.")
@click.option("--text", is_flag=True, help="With --cohort: also what people wrote in words.")
@click.pass_obj
def export(setting: Setting, names: tuple[str, ...], cohort: str, *, text: bool) -> None:
    """Write one participant's whole record, or with --cohort a table without names."""
    if len(names) != (1 if cohort else 2):
        raise click.UsageError("write: mdli export PARTICIPANT DIR, or: mdli export --cohort COHORT DIR")
    if text and not cohort:
        raise click.UsageError("--text goes with --cohort; the record of one participant holds all words")
    folder = Path(names[-1])
    if cohort:
        _export_cohort(setting, cohort, folder, text=text)
        return
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.records import export_participant  # noqa: PLC0415

    program, sessions = read_all(setting)
    selection_of("", names[0], None).check(program, ())
    with lock_program(program.folder, "mdli export"):
        done = export_participant(program, sessions, names[0], folder, setting.clock(program))
    for name in done.left_out:
        say(f"{name}: is a link or no file; left out", err=True)
    counts = f"{_count(done.answers, 'answer')}, {_count(done.workbooks, 'workbook')}"
    say(f"record of {names[0]}: {counts}: {folder}")
    say("it is private and belongs to this participant: hand it to them, and keep no copy")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _export_cohort(setting: Setting, cohort: str, folder: Path, *, text: bool) -> None:
    from mdli_workbook.program import store_address  # noqa: PLC0415
    from mdli_workbook.research import export_cohort  # noqa: PLC0415
    from mdli_workbook.store import Store  # noqa: PLC0415

    program, sessions = read_all(setting)
    selection_of(cohort, "", None).check(program, ())
    now = setting.clock(program)
    with Store.open(store_address(program.folder), now=now, create=False) as store:
        made = export_cohort(program, sessions, store, cohort, folder, now, text=text)
    if made.too_few:
        say(f"{made.too_few} exercises were answered by fewer than five people; left out", err=True)
    if made.unreadable:
        say(f"{made.unreadable} answers do not fit their exercise; left out, see mdli quality", err=True)
    say(f"table of cohort {cohort}: {made.people} people, {made.rows} rows: {folder}")


@click.command()
@click.argument("file", type=_PLACE)
@click.pass_obj
def backup(setting: Setting, file: Path) -> None:
    """Put the whole program, answers included, into one file; people may go on writing."""
    from mdli_workbook.backing_up import back_up_program  # noqa: PLC0415
    from mdli_workbook.files import lock_program  # noqa: PLC0415

    program = setting.program()
    with lock_program(program.folder, "mdli backup") as scratch:
        done = back_up_program(program.folder, file, setting.clock(program)(), scratch)
    for name in done.left_out:
        say(f"{name}: is a link or no file; left out", err=True)
    say(f"backup: {done.files} files, {done.answers} rows of answers, read back and compared: {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--into", metavar="DIR", type=_PLACE, help="Into this new or empty folder; otherwise --program."
)
@click.option(
    "--erasures-of",
    "newer",
    metavar="PATH",
    type=click.Path(path_type=Path, exists=True),
    help="Erase again what is erased in this program folder or newer backup.",
)
@click.pass_obj
def restore(setting: Setting, file: Path, into: Path | None, newer: Path | None) -> None:
    """Put a program back from a backup, into a new or empty folder."""
    from mdli_workbook.backing_up import restore_program  # noqa: PLC0415

    folder = into or setting.wanted or Path.cwd()
    done = restore_program(file, folder, newer)
    for line in done.told:
        say(line)
    say(f"restored: {done.files} files of {done.made_at:%Y-%m-%d %H:%M} UTC: {folder}")


@click.command()
@click.argument("participant")
@click.option("--yes", is_flag=True, help="Do not ask for the id again.")
@click.pass_obj
def retire(setting: Setting, participant: str, *, yes: bool) -> None:
    """Delete for good what is kept of a participant whose retention has ended, with a dated receipt."""
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.retiring import check_retirable, retire_participant  # noqa: PLC0415

    program = setting.program()
    now = setting.clock(program)
    check_retirable(program, participant, now)
    if not yes and click.prompt(f"This cannot be undone. Type {participant} to go on") != participant:
        raise click.Abort
    with lock_program(program.folder, "mdli retire") as scratch:
        done = retire_participant(program, participant, now, scratch)
    for line in done.told:
        say(line)
