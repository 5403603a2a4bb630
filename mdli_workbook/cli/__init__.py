"""The `mdli` command: parse, call one function, print.

Nothing heavy is imported before a command needs it, so that ``mdli --help`` is instant.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdli_workbook.cli import credit as crediting
from mdli_workbook.cli import desk, reading, records, writing
from mdli_workbook.cli import insight as insights
from mdli_workbook.cli.setting import FAILED, UNUSABLE, Setting, say
from mdli_workbook.errors import InputError, WorkbookError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["main"]


class _Commands(click.Group):
    """Commands whose errors are one line each and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            for problem in error.problems:
                say(str(problem), err=True)
            ctx.exit(UNUSABLE)
        except WorkbookError as error:
            say(f"mdli: {error}", err=True)
            ctx.exit(UNUSABLE)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            say(f"mdli: {place}{error.strerror or type(error).__name__}", err=True)
            ctx.exit(UNUSABLE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - a traceback helps nobody here, and may hold what a person wrote
            say(f"mdli: a fault of mdli itself, {_place_of(error)}; please report this line", err=True)
            ctx.exit(FAILED)


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
    ctx.obj = Setting(folder, today.date() if today else None)


for _command in (
    writing.init,
    writing.check,
    writing.generate,
    writing.preview,
    reading.report,
    reading.serve,
    reading.coach,
    reading.lab,
    reading.demo,
    crediting.attendance,
    crediting.credits_,
    desk.status,
    desk.due,
    insights.insight,
    insights.quality,
    records.export,
    records.backup,
    records.restore,
    records.retire,
):
    main.add_command(_command)
