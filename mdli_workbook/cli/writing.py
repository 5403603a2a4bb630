"""``mdli init``, ``check``, ``generate`` and ``preview``: from what faculty write to workbooks."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mdli_workbook.cli.setting import FAILED, Setting, read_all, say, selection_of, selects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.generate import Written
    from mdli_workbook.preview import View

__all__ = ["check", "generate", "init", "preview"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a new program folder, ready to run."""
    from mdli_workbook.starter import start_program  # noqa: PLC0415

    start_program(folder)
    say(f"{folder} is ready, with invented people. For your own: edit roster.csv and coaches.csv,")
    say("leave only the first line of calls.csv, set the dates in program.toml and delete its `today`,")
    say("then run mdli check there")


@click.command()
@click.pass_obj
def check(setting: Setting) -> None:
    """Name every problem in the program's files, with file and line."""
    from mdli_workbook.renaming import foresee_names  # noqa: PLC0415

    program, sessions = read_all(setting, learners=True)
    foresee_names(program, sessions, setting.clock(program))
    counts = (
        (len(program.participants), "participant", "participants"),
        (len(program.coaches), "coach", "coaches"),
        (len(sessions), "session", "sessions"),
    )
    say("all good: " + ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in counts))
    if program.settings.today and not setting.today:
        say(f"program.toml: `today` stands still at {program.settings.today}; delete it in a real program")


@click.command()
@selects
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.pass_obj
def generate(setting: Setting, cohort: str, participant: str, session: int | None, *, dry_run: bool) -> None:
    """Write the workbooks; running it again is safe."""
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.generate import generate as write  # noqa: PLC0415
    from mdli_workbook.renaming import foresee_names, settle_names  # noqa: PLC0415

    program, sessions = read_all(setting)
    selection = selection_of(cohort, participant, session)
    selection.check(program, sessions)
    now = setting.clock(program)
    today = program.today(now)
    if dry_run:
        settled = foresee_names(program, sessions, now)
        _say_all(settled.lines)
        _tell(write(program, sessions, selection, today=today, names=settled.names), "would be ")
        return
    with lock_program(program.folder, "mdli generate") as scratch:
        settled = settle_names(program, sessions, now)
        _say_all(settled.lines)
        _tell(write(program, sessions, selection, today=today, scratch=scratch, names=settled.names))


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _tell(written: Iterable[Written], prefix: str = "") -> None:
    counts: dict[str, int] = {}
    for one in written:
        counts[one.done.value] = counts.get(one.done.value, 0) + 1
        if one.failure:
            say(f"{one.participant}, session {one.session}: {one.failure}", err=True)
        elif one.notable:
            say(f"{one.participant}, session {one.session}: {one.told}")
    said = ", ".join(f"{number} {prefix}{words}" for words, number in counts.items())
    say(f"workbooks: {said or 'none selected'}")
    if "failed" in counts:
        sys.exit(FAILED)


@click.command()
@click.argument("session_file", metavar="SESSION-FILE", type=click.Path(path_type=Path))
@click.option(
    "--as", "view", type=click.Choice(["participant", "coach"]), default="participant", show_default=True
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write this .html file, or into this folder; otherwise the system's folder for temporary files.",
)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser, too.")
@click.pass_obj
def preview(setting: Setting, session_file: Path, view: View, out: Path | None, *, opens: bool) -> None:
    """Show a session as a participant or a coach would see it, with sample answers."""
    from mdli_workbook.files import write_whole  # noqa: PLC0415
    from mdli_workbook.preview import preview as draw  # noqa: PLC0415

    name, page = draw(session_file, view, setting.today or datetime.now().astimezone().date())
    target = Path(tempfile.gettempdir()) if out is None else out
    target = target / name if target.is_dir() else target
    if target.suffix not in {".html", ".htm"}:
        raise click.BadParameter(f"{target} is neither a folder nor an .html file", param_hint="--out")
    write_whole(target, page, durable=False)
    say(str(target))
    if opens:
        click.launch(str(target))
