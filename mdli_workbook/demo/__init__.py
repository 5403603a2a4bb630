"""The demonstration: synthetic answers of a synthetic cohort, through the calls that the forms use."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mdli_workbook.demo.seeds import drafts, later, opened
from mdli_workbook.errors import Problem, ProgramError
from mdli_workbook.files import lock_program, write_whole
from mdli_workbook.generate import generate
from mdli_workbook.program import find_program, read_program, store_address
from mdli_workbook.report import Outcome
from mdli_workbook.report import make as make_reports
from mdli_workbook.selection import Selection
from mdli_workbook.site.passwords import set_password
from mdli_workbook.starter import start_program
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

__all__ = ["Shown", "make", "prepare", "seed", "typed"]

_SAVED_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a demonstration made, and how to look at it."""

    folder: Path
    workbooks: int
    outcomes: tuple[Outcome, ...]
    first_report: float
    passwords: Mapping[str, str]
    participant: str
    command: str = "mdli"

    def lines(self) -> Iterator[str]:
        """Yield what the person at the terminal should read."""
        failed = [one for one in self.outcomes if one.failure]
        yield f"program: {self.folder}"
        made = len(self.outcomes) - len(failed)
        yield f"workbooks: {self.workbooks}; reports: {made} made, {len(failed)} failed"
        for one in failed:
            yield f"{one.participant}, session {one.session}: {one.failure}"
        if self.first_report:
            yield f"first report after {self.first_report:.1f} seconds"
        for coach, password in self.passwords.items():
            yield f"coach {coach}: password {password}"
        yield f"to write as a participant: {self.command} --program {self.folder} lab {self.participant}"


def prepare(wanted: Path | None) -> Path:
    """Return the demonstration's program folder, making a new one where there is none.

    Raises
    ------
    ProgramError
        If the program found is a real one: synthetic answers have no place there.
    """
    folder = wanted.resolve() if wanted else _found()
    if not (folder / "program.toml").is_file():
        start_program(folder)
    program = read_program(folder)
    if program.settings.today is None:
        message = "this is a real program (it has no fixed 'today'); run mdli demo in another folder"
        raise ProgramError([Problem("program.toml", 0, message)])
    return folder


def _found() -> Path:
    try:
        return find_program(Path.cwd())
    except ProgramError:
        return Path.cwd() / "mdli-demo"


def make(
    program: Program,
    sessions: Sequence[Session],
    now: Callable[[], datetime],
    step: Callable[[str, int], None],
) -> Shown:
    """Write the answers, the workbooks and the reports, and give each coach a password."""
    began = time.monotonic()
    first: list[float] = []

    def note(done: str, total: int) -> None:
        first.extend([time.monotonic() - began] if done else [])
        step(done, total)

    with lock_program(program.folder, "mdli demo") as scratch:
        seed(program, sessions)
        today = program.today(now)
        written = sum(1 for _ in generate(program, sessions, Selection(), today=today, scratch=scratch))
        passwords = _passwords(program)
    outcomes = make_reports(program, sessions, Selection(), now, step=note)
    return Shown(
        folder=program.folder,
        workbooks=written,
        outcomes=outcomes,
        first_report=first[0] if first else 0.0,
        passwords=passwords,
        participant=program.participants[0].id,
        command=typed(Path(sys.executable).with_name("mdli"), shutil.which("mdli")),
    )


def typed(own: Path, found: str | None) -> str:
    """Return what to type for this `mdli`: its name where a shell finds it, otherwise its path.

    `make demo` installs into an environment of its own, which no shell looks into.
    """
    return "mdli" if found and Path(found).resolve() == own.resolve() else str(own)


def seed(program: Program, sessions: Sequence[Session]) -> None:
    """Save the synthetic answers; what is saved already stays one row."""
    for session in sessions:
        scheduled = program.session(session.session, program.participants[0].cohort)
        at = (scheduled.starts_at + _SAVED_AFTER).astimezone(UTC)
        with _store_at(program, at) as store:
            for participant in program.participants:
                for draft in drafts(participant, session):
                    store.save(draft)
                    store.record(opened(draft, at))
    for draft, at in later(program):
        with _store_at(program, at) as store:
            store.save(draft)


def _store_at(program: Program, at: datetime) -> Store:
    return Store.open(store_address(program.folder), now=lambda: at)


def _passwords(program: Program) -> dict[str, str]:
    """Give each demonstration coach a password once, and remember it for the next run."""
    kept = program.folder / ".mdli" / "demo-passwords.json"
    known: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for coach in program.coaches:
        if coach.id not in known:
            known[coach.id] = secrets.token_urlsafe(9)
            set_password(program.folder, coach.id, known[coach.id])
    write_whole(kept, json.dumps(known, indent=1) + "\n", mode=0o600)
    return known
