"""The `mdli` command: parse, call one function, print.

Nothing heavy is imported before a command needs it, so that ``mdli --help`` is instant.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdli_workbook.errors import InputError, Problem, ProgramError, WorkbookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mdli_workbook.curriculum import Session
    from mdli_workbook.generate import Written
    from mdli_workbook.preview import View
    from mdli_workbook.program import Program
    from mdli_workbook.selection import Selection

__all__ = ["main"]

FAILED, UNUSABLE = 1, 2


class _Commands(click.Group):
    """Commands whose errors are one line each and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            for problem in error.problems:
                _say(str(problem), err=True)
            ctx.exit(UNUSABLE)
        except WorkbookError as error:
            _say(f"mdli: {error}", err=True)
            ctx.exit(UNUSABLE)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _say(f"mdli: {place}{error.strerror or type(error).__name__}", err=True)
            ctx.exit(UNUSABLE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - a traceback helps nobody here, and may hold what a person wrote
            _say(f"mdli: a fault of mdli itself, {_place_of(error)}; please report this line", err=True)
            ctx.exit(FAILED)


def _say(text: str, *, err: bool = False) -> None:
    """Print a line. Work goes on when its reader has gone, as in ``mdli report | head``."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if err else sys.stdout).fileno())
        os.close(nowhere)


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"


@click.group(cls=_Commands)
@click.option(
    "--program",
    "folder",
    type=click.Path(path_type=Path),
    help="The program folder; otherwise searched upward.",
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Take this date for today.")
@click.version_option(package_name="mdli-workbook")
@click.pass_context
def main(ctx: click.Context, folder: Path | None, today: datetime | None) -> None:
    """Workbooks, coaching reports and the coach site of a leadership program."""
    ctx.obj = _Setting(folder, today.date() if today else None)


class _Setting:
    """Where the program is and what time it is there; read only when a command asks."""

    def __init__(self, folder: Path | None, today: date | None) -> None:
        self.wanted = folder
        self.today = today

    @property
    def folder(self) -> Path:
        from mdli_workbook.program import find_program  # noqa: PLC0415

        return self.wanted.resolve() if self.wanted else find_program(Path.cwd())

    def program(self) -> Program:
        from mdli_workbook.program import read_program  # noqa: PLC0415

        return read_program(self.folder)

    def clock(self, program: Program) -> Callable[[], datetime]:
        return program.clock(lambda: datetime.now(UTC), self.today)


_which = [
    click.option("--cohort", default="", help="Only this cohort."),
    click.option("--participant", default="", help="Only this participant."),
    click.option("--session", type=click.IntRange(1, 6), default=None, help="Only this session."),
]


def _selects(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_which):
        command = option(command)
    return command


def _selection(cohort: str, participant: str, session: int | None) -> Selection:
    from mdli_workbook.selection import Selection  # noqa: PLC0415

    return Selection(cohort, participant, session or 0)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a new program folder, ready to run."""
    from mdli_workbook.starter import start_program  # noqa: PLC0415

    start_program(folder)
    _say(f"{folder} is ready, with invented people. For your own: edit roster.csv and coaches.csv,")
    _say("leave only the first line of calls.csv, set the dates in program.toml and delete its `today`,")
    _say("then run mdli check there")


@main.command()
@click.pass_obj
def check(setting: _Setting) -> None:
    """Name every problem in the program's files, with file and line."""
    program, sessions = _read_all(setting)
    counts = (
        (len(program.participants), "participant", "participants"),
        (len(program.coaches), "coach", "coaches"),
        (len(sessions), "session", "sessions"),
    )
    _say("all good: " + ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in counts))
    if program.settings.today and not setting.today:
        _say(f"program.toml: `today` stands still at {program.settings.today}; delete it in a real program")


def _read_all(setting: _Setting) -> tuple[Program, tuple[Session, ...]]:
    """Read the program and its curriculum, collecting the problems of both."""
    from mdli_workbook.exercises import KINDS  # noqa: PLC0415
    from mdli_workbook.exercises.front import PARTS  # noqa: PLC0415
    from mdli_workbook.session_files import read_curriculum, read_report_template  # noqa: PLC0415

    folder = setting.folder
    call = folder / "templates" / "reports" / "call.md"
    problems: list[Problem] = []
    with _gather(problems):
        program = setting.program()
    with _gather(problems):
        sessions = read_curriculum(folder, KINDS)
    with _gather(problems):
        read_report_template(call, tuple(PARTS), name="templates/reports/call.md")
    if problems:
        raise InputError(problems)
    return program, sessions


@contextmanager
def _gather(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        problems.extend(error.problems)


@main.command()
@_selects
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.pass_obj
def generate(setting: _Setting, cohort: str, participant: str, session: int | None, *, dry_run: bool) -> None:
    """Write the workbooks; running it again is safe."""
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.generate import generate as write  # noqa: PLC0415

    program, sessions = _read_all(setting)
    selection = _selection(cohort, participant, session)
    selection.check(program, sessions)
    today = program.today(setting.clock(program))
    if dry_run:
        _tell(write(program, sessions, selection, today=today), "would be ")
        return
    with lock_program(program.folder, "mdli generate") as scratch:
        _tell(write(program, sessions, selection, today=today, scratch=scratch))


def _tell(written: Iterable[Written], prefix: str = "") -> None:
    counts: dict[str, int] = {}
    for one in written:
        counts[one.done.value] = counts.get(one.done.value, 0) + 1
        if one.failure:
            _say(f"{one.participant}, session {one.session}: {one.failure}", err=True)
        elif one.done.name in {"KEPT", "PUT_BACK"}:
            _say(f"{one.participant}, session {one.session}: {one.done.value}")
    said = ", ".join(f"{number} {prefix}{words}" for words, number in counts.items())
    _say(f"workbooks: {said or 'none selected'}")
    if "failed" in counts:
        sys.exit(FAILED)


@main.command()
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
def preview(setting: _Setting, session_file: Path, view: View, out: Path | None, *, opens: bool) -> None:
    """Show a session as a participant or a coach would see it, with sample answers."""
    from mdli_workbook.files import write_whole  # noqa: PLC0415
    from mdli_workbook.preview import preview as draw  # noqa: PLC0415

    name, page = draw(session_file, view, setting.today or datetime.now().astimezone().date())
    target = Path(tempfile.gettempdir()) if out is None else out
    target = target / name if target.is_dir() else target
    if target.suffix not in {".html", ".htm"}:
        raise click.BadParameter(f"{target} is neither a folder nor an .html file", param_hint="--out")
    write_whole(target, page, durable=False)
    _say(str(target))
    if opens:
        click.launch(str(target))


@main.command()
@_selects
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="How many at once; otherwise one per core."
)
@click.option("--force", is_flag=True, help="Also those in which nothing changed.")
@click.pass_obj
def report(  # noqa: PLR0913 - one parameter per option
    setting: _Setting, cohort: str, participant: str, session: int | None, jobs: int | None, *, force: bool
) -> None:
    """Make the coaching reports of sessions already held; only what changed."""
    program, sessions = _read_all(setting)
    selection = _selection(cohort, participant, session)
    selection.check(program, sessions)
    from mdli_workbook.report import make  # noqa: PLC0415

    with _progress() as step:
        outcomes = make(
            program, sessions, selection, setting.clock(program), jobs=jobs, force=force, step=step
        )
    failures = [one for one in outcomes if one.failure]
    for one in failures:
        _say(f"{one.participant}, session {one.session}: {one.failure}", err=True)
    _say(f"reports: {len(outcomes) - len(failures)} made, {len(failures)} failed")
    if failures:
        sys.exit(FAILED)


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Show a bar with time left on a terminal, and plain lines otherwise."""
    if not sys.stderr.isatty():
        yield lambda done, _: _say(done) if done else None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reports", total=None)
        yield lambda done, total: bar.update(
            task, advance=1, total=total, description=f"reports: {done}" if done else None
        )


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8866, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="A name that browsers ask for, too.")
@click.option("--certificate", type=_FILE, help="For TLS, with --key: a PEM file.")
@click.option("--key", type=_FILE, help="The certificate's key, readable by this account alone.")
@click.option("--behind-proxy", is_flag=True, help="A proxy with TLS, and nothing else, reaches the address.")
@click.pass_obj
def serve(setting: _Setting, /, hosts: tuple[str, ...], **given: Any) -> None:
    """Serve the coach site, on 127.0.0.1 unless what is sent is encrypted."""
    from mdli_workbook.site import Door  # noqa: PLC0415
    from mdli_workbook.site import serve as run_site  # noqa: PLC0415

    program = setting.program()
    door = Door(hosts=hosts, **given)
    run_site(program.folder, door, now=setting.clock(program), ready=lambda url: _say(f"coach site: {url}"))


@main.group()
def coach() -> None:
    """Manage the coaches' access to the site."""


def _need_coach(program: Program, coach_id: str) -> None:
    known = sorted(one.id for one in program.coaches)
    if coach_id not in known:
        raise ProgramError(
            [Problem("coaches.csv", 0, f"coach '{coach_id}' is not there; there are {', '.join(known)}")]
        )


@coach.command()
@click.argument("coach_id", metavar="COACH")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)
@click.pass_obj
def passwd(setting: _Setting, coach_id: str, *, password_stdin: bool) -> None:
    """Set a coach's password for the site."""
    from mdli_workbook.site.passwords import set_password  # noqa: PLC0415

    program = setting.program()
    _need_coach(program, coach_id)
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    set_password(program.folder, coach_id, password)
    _say(f"password of {coach_id} is set")


@coach.command()
@click.argument("coach_id", metavar="COACH")
@click.pass_obj
def reset(setting: _Setting, coach_id: str) -> None:
    """Print a code with which a coach sets a new password, once and within a day."""
    from mdli_workbook.site.codes import make_code  # noqa: PLC0415

    program = setting.program()
    _need_coach(program, coach_id)
    _say(make_code(program.folder, coach_id, setting.clock(program)))


@main.command()
@click.argument("participant")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.pass_obj
def lab(setting: _Setting, participant: str, *, no_browser: bool) -> None:
    """Open JupyterLab in one participant's folder, on that participant's own port."""
    from mdli_workbook.lab import run_lab, session_to_open  # noqa: PLC0415

    program = setting.program()
    _selection("", participant, None).check(program, ())
    one = program.participant(participant)
    session = session_to_open(program.settings, one.cohort, setting.clock(program)())
    sys.exit(run_lab(program.folder, one, session=session, browser=not no_browser))


@main.command()
@click.option("--no-serve", is_flag=True, help="End instead of serving the coach site.")
@click.option("--port", type=click.IntRange(0, 65535), default=8866, show_default=True)
@click.pass_obj
def demo(setting: _Setting, port: int, *, no_serve: bool) -> None:
    """Show all of it on a synthetic cohort; running it twice adds nothing."""
    from mdli_workbook import demo as demonstration  # noqa: PLC0415

    folder = demonstration.prepare(setting.wanted)
    inside = _Setting(folder, setting.today)
    program, sessions = _read_all(inside)
    now = inside.clock(program)
    with _progress() as step:
        done = demonstration.make(program, sessions, now, step)
    for line in done.lines():
        _say(line)
    if not no_serve:
        from mdli_workbook.site import Door  # noqa: PLC0415
        from mdli_workbook.site import serve as run_site  # noqa: PLC0415

        door = Door("127.0.0.1", port)
        run_site(folder, door, now=now, ready=lambda url: _say(f"coach site: {url} (end it with Ctrl+C)"))
