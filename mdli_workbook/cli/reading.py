"""``mdli report``, ``serve``, ``coach``, ``lab`` and ``demo``: from workbooks to those who open them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdli_workbook.cli.setting import FAILED, Setting, progress, read_all, say, selection_of, selects
from mdli_workbook.errors import Problem, ProgramError

if TYPE_CHECKING:
    from mdli_workbook.program import Program

__all__ = ["coach", "demo", "lab", "report", "serve"]


@click.command()
@selects
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="How many at once; otherwise one per core."
)
@click.option("--cluster", default="", metavar="ADDRESS", help="On a Dask cluster: tcp://host:port.")
@click.option("--force", is_flag=True, help="Also those in which nothing changed.")
@click.pass_obj
def report(  # noqa: PLR0913 - one parameter per option
    setting: Setting,
    cohort: str,
    participant: str,
    session: int | None,
    *,
    jobs: int | None,
    cluster: str,
    force: bool,
) -> None:
    """Make the coaching reports of sessions already held; only what changed."""
    if jobs and cluster:
        raise click.UsageError(
            "--jobs is for this machine; a cluster takes as many as its workers have threads"
        )
    program, sessions = read_all(setting)
    selection = selection_of(cohort, participant, session)
    selection.check(program, sessions)
    from mdli_workbook.report import make  # noqa: PLC0415

    with progress() as step:
        how: dict[str, Any] = {"jobs": jobs, "cluster": cluster, "force": force}
        outcomes = make(program, sessions, selection, setting.clock(program), **how, step=step)
    failures = [one for one in outcomes if one.failure]
    for one in failures:
        say(f"{one.participant}, session {one.session}: {one.failure}", err=True)
    say(f"reports: {len(outcomes) - len(failures)} made, {len(failures)} failed")
    if failures:
        sys.exit(FAILED)


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8866, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="A name that browsers ask for, too.")
@click.option("--certificate", type=_FILE, help="For TLS, with --key: a PEM file.")
@click.option("--key", type=_FILE, help="The certificate's key, readable by this account alone.")
@click.option("--behind-proxy", is_flag=True, help="A proxy with TLS, and nothing else, reaches the address.")
@click.pass_obj
def serve(setting: Setting, /, hosts: tuple[str, ...], **given: Any) -> None:
    """Serve the coach site, on 127.0.0.1 unless what is sent is encrypted."""
    from mdli_workbook.site import Door  # noqa: PLC0415
    from mdli_workbook.site import serve as run_site  # noqa: PLC0415

    program = setting.program()
    door = Door(hosts=hosts, **given)
    run_site(program.folder, door, now=setting.clock(program), ready=lambda url: say(f"coach site: {url}"))


@click.group()
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
def passwd(setting: Setting, coach_id: str, *, password_stdin: bool) -> None:
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
    say(f"password of {coach_id} is set")


@coach.command()
@click.argument("coach_id", metavar="COACH")
@click.pass_obj
def reset(setting: Setting, coach_id: str) -> None:
    """Print a code with which a coach sets a new password, once and within a day."""
    from mdli_workbook.site.codes import make_code  # noqa: PLC0415

    program = setting.program()
    _need_coach(program, coach_id)
    say(make_code(program.folder, coach_id, setting.clock(program)))


@click.command()
@click.argument("participant")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.pass_obj
def lab(setting: Setting, participant: str, *, no_browser: bool) -> None:
    """Open JupyterLab in one participant's folder, on that participant's own port."""
    from mdli_workbook.lab import run_lab, session_to_open  # noqa: PLC0415

    program = setting.program()
    selection_of("", participant, None).check(program, ())
    one = program.participant(participant)
    session = session_to_open(program.settings, one.cohort, setting.clock(program)())
    sys.exit(run_lab(program.folder, one, session=session, browser=not no_browser))


@click.command()
@click.option("--no-serve", is_flag=True, help="End instead of serving the coach site.")
@click.option("--port", type=click.IntRange(0, 65535), default=8866, show_default=True)
@click.pass_obj
def demo(setting: Setting, port: int, *, no_serve: bool) -> None:
    """Show all of it on a synthetic cohort; running it twice adds nothing."""
    from mdli_workbook import demo as demonstration  # noqa: PLC0415

    folder = demonstration.prepare(setting.wanted)
    inside = Setting(folder, setting.today)
    program, sessions = read_all(inside)
    now = inside.clock(program)
    with progress() as step:
        done = demonstration.make(program, sessions, now, step)
    for line in done.lines():
        say(line)
    if not no_serve:
        from mdli_workbook.site import Door  # noqa: PLC0415
        from mdli_workbook.site import serve as run_site  # noqa: PLC0415

        door = Door("127.0.0.1", port)
        run_site(folder, door, now=now, ready=lambda url: say(f"coach site: {url} (end it with Ctrl+C)"))
