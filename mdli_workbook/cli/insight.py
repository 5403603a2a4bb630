"""``mdli insight`` and ``mdli quality``: what a cohort's answers come to, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mdli_workbook.cli.setting import FAILED, Setting, read_all, say, selection_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.answers import Answer, Event
    from mdli_workbook.curriculum import Session
    from mdli_workbook.insight import Insight
    from mdli_workbook.program import Program
    from mdli_workbook.quality import Finding
    from mdli_workbook.store import Store

__all__ = ["insight", "quality"]

_PAGE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--cohort", default="", help="Only this cohort, out of the same figures.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--html", "page", metavar="FILE", type=_PAGE, help="Write it as one page.")
@click.pass_obj
def insight(setting: Setting, cohort: str, *, as_json: bool, page: Path | None) -> None:
    """Tell what cohorts come to: change, completion, evaluation; small numbers are withheld."""
    from mdli_workbook.files import lock_program, write_whole  # noqa: PLC0415
    from mdli_workbook.insight import insight as look  # noqa: PLC0415
    from mdli_workbook.insight_page import page as page_of  # noqa: PLC0415
    from mdli_workbook.program import store_address  # noqa: PLC0415
    from mdli_workbook.releases import read_kept, write_kept  # noqa: PLC0415
    from mdli_workbook.store import Store  # noqa: PLC0415

    program, sessions = read_all(setting)
    selection_of(cohort, "", None).check(program, sessions)
    now = setting.clock(program)
    with (
        lock_program(program.folder, "mdli insight") as scratch,
        Store.open(store_address(program.folder), now=now, create=False) as store,
    ):
        with store.look() as (_, names):
            kept = read_kept(program.folder, names.person)
        rows: dict[str, list[Answer]] = {}
        for row in _newest(store):
            rows.setdefault(row.participant, []).append(row)
        found, kept = look(program, sessions, rows, kept, now())
        write_kept(program.folder, kept, scratch)  # before anybody sees it
        found = found.of(cohort)
        if page is not None:
            write_whole(page, page_of(found), mode=0o600)
    if as_json:
        say(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    elif page is None:
        _tell(found)


def _newest(store: Store) -> tuple[Answer, ...]:
    """Return the rows that count, of everybody."""
    from mdli_workbook.rows import newest_where, read_answers  # noqa: PLC0415

    with store.look() as (connection, names):
        return read_answers(connection, newest_where(names=names), names)


def _tell(found: Insight) -> None:
    """Print a line for each figure, and the words of the evaluation."""
    from mdli_workbook.insight_page import RULE, WITHHELD, told  # noqa: PLC0415
    from mdli_workbook.releases import FROM  # noqa: PLC0415

    say(f"{found.title}, {found.on}")
    for block in found.blocks:
        say(f"\n{block.title}")
        if block.withheld:
            say(f"  {WITHHELD}")
            continue
        for one in block.figures:
            as_of = "" if one.on == found.on else f"as of {one.on}"
            what = f"{block.labels.get(one.of, one.of)}, {one.what}, {one.cohort or 'all'}:"
            say(" ".join(filter(None, (f"  {what}", *told(one), as_of))))
    for asked in found.words:
        say(f"\n{asked.title}")
        for cohort, texts in asked.texts.items():
            say(f"  {cohort}:" if texts else f"  {cohort}: withheld, fewer than {FROM} may be shown")
            for text in texts:
                say("    - " + text.replace("\n", "\n      "))
    say(f"\n{RULE}")


@click.command()
@click.option("--cohort", default="", help="Only this cohort.")
@click.option("--resolve", "finding", metavar="ID", default="", help="Note that this finding is settled.")
@click.option("--note", default="", help="What was done about it, and why: one line.")
@click.pass_context
def quality(ctx: click.Context, cohort: str, finding: str, note: str) -> None:
    """List what is wrong with the data, by ids and days; ends with 1 while something is open."""
    from mdli_workbook.resolutions import read_resolutions  # noqa: PLC0415

    setting: Setting = ctx.obj
    if bool(finding) != bool(note):
        raise click.UsageError("--resolve and --note go together: which finding, and what was done about it")
    program, sessions = read_all(setting)
    selection_of(cohort, "", None).check(program, sessions)
    every = _findings(setting, program, sessions)
    if finding:
        _resolve(setting, program, every, finding, note)
    notes = {one.id: one for one in read_resolutions(program.folder)}
    shown = [one for one in every if cohort in {"", one.cohort}]
    left = [one for one in shown if one.id not in notes]
    for one in left:
        say(one.words)
    for one in shown:
        if one.id in notes:
            done = notes[one.id]
            say(
                f"{one.words}; resolved {done.at.astimezone(program.zone):%Y-%m-%d} by {done.by}: {done.note}"
            )
    say(f"quality: {len(left)} open, {len(shown) - len(left)} resolved")
    if left:
        ctx.exit(FAILED)


def _findings(setting: Setting, program: Program, sessions: Sequence[Session]) -> tuple[Finding, ...]:
    from mdli_workbook.program import store_address  # noqa: PLC0415
    from mdli_workbook.quality import findings  # noqa: PLC0415
    from mdli_workbook.store import Store  # noqa: PLC0415

    now = setting.clock(program)
    with Store.open(store_address(program.folder), now=now, create=False) as store:
        return findings(program, sessions, _newest(store), _events(store), now())


def _events(store: Store) -> tuple[Event, ...]:
    """Return what happened, of everybody."""
    import sqlalchemy as sa  # noqa: PLC0415

    from mdli_workbook.rows import EVENTS, read_events  # noqa: PLC0415

    with store.look() as (connection, names):
        return tuple(map(names.event_now, read_events(connection, sa.select(EVENTS).order_by(EVENTS.c.seq))))


def _resolve(setting: Setting, program: Program, every: Sequence[Finding], finding: str, note: str) -> None:
    from mdli_workbook.crediting import COORDINATOR  # noqa: PLC0415
    from mdli_workbook.files import lock_program  # noqa: PLC0415
    from mdli_workbook.resolutions import add_resolution, resolve  # noqa: PLC0415

    one = resolve(every, finding, note, COORDINATOR, setting.clock(program)())
    with lock_program(program.folder, "mdli quality") as scratch:
        add_resolution(program.folder, one, scratch)
