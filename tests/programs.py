"""Small synthetic programs: their files, what their people wrote, and the command run on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import nbformat
import psutil

from mdli_workbook.answers import Draft, Event, Saved
from mdli_workbook.exercises import KINDS
from mdli_workbook.files import lock_program
from mdli_workbook.generate import generate
from mdli_workbook.program import read_program, store_address
from mdli_workbook.selection import Selection
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from mdli_workbook.answers import Audience, Value
    from mdli_workbook.curriculum import Session
    from mdli_workbook.generate import Written
    from mdli_workbook.program import Program

PEOPLE = ("ana", "ben", "cleo")
PROGRAM = """\
title = "Leading well"
time_zone = "America/Chicago"
today = 2026-03-20

[[sessions]]
session = 1
starts_at = 2026-01-13T18:00:00
call_from = 2026-01-19
call_until = 2026-01-30

[[sessions]]
session = 2
starts_at = 2026-02-10T18:00:00
call_from = 2026-02-16
call_until = 2026-02-27

[[sessions]]
session = 3
starts_at = 2026-04-14T18:00:00
call_from = 2026-04-20
call_until = 2026-04-30

[credit]
cap = 20
session = 2
call = 1
"""
ROSTER = (
    "participant_id,name,email,cohort,coach_id,organization,role,time_zone,accommodations,joined_on,left_on"
)
COACHES = "coach_id,name,email,time_zone\nkim,Sam Kim,sam.kim@example.org,America/Chicago\n"
FIRST = """\
---
session: 1
slug: journey
title: The journey
minutes: 10
sources: [Invented for a test]
---

Where do you stand?

```{reflection} look-back
prompt: What was last month like?
minutes: 5
audience: coach
```

```{commitment} first-step
minutes: 5
audience: coach
```
"""
SECOND = """\
---
session: 2
slug: listen
title: Listen
minutes: 20
sources: [Invented for a test]
---

Ask before you judge.

```{reflection} first-guess
prompt: What reason did you give yourself?
minutes: 5
audience: coach
```

```{reflection} to-myself
prompt: What would prove you wrong?
minutes: 5
```

```{reflection} and-now
prompt: And now?
minutes: 5
audience: coach
show_if: {exercise: to-myself, is: saved}
```

```{agenda} for-the-call
minutes: 5
count: [0, 3]
```
"""
THIRD = FIRST.replace("session: 1", "session: 3").replace("journey", "later").replace("first-step", "third")
SESSIONS = {"01-journey": FIRST, "02-listen": SECOND, "03-later": THIRD}
CALL = """\
```{part} who
```

```{part} for-the-call
```

```{part} commitments
```

```{part} done-and-open
```

## What they shared
"""


def make_program(
    folder: Path, people: Sequence[str] = PEOPLE, sessions: dict[str, str] | None = None, **texts: str
) -> Path:
    """Write a program's files; `texts` (``program``, ``roster``, ``coaches``) replace the usual ones."""
    rows = [f"{one},{one.capitalize()} Example,{one}@example.org,spring,kim,,,,,," for one in people]
    (folder / "templates" / "sessions").mkdir(parents=True)
    (folder / "templates" / "reports").mkdir()
    (folder / "program.toml").write_text(texts.get("program", PROGRAM), "utf-8")
    (folder / "roster.csv").write_text(texts.get("roster", "\n".join([ROSTER, *rows, ""])), "utf-8")
    (folder / "coaches.csv").write_text(texts.get("coaches", COACHES), "utf-8")
    (folder / "templates" / "reports" / "call.md").write_text(CALL, "utf-8")
    for stem, text in (sessions or SESSIONS).items():
        (folder / "templates" / "sessions" / f"{stem}.md").write_text(text, "utf-8")
    return folder


def copy_program(source: Path, target: Path) -> Path:
    """Return a copy that a test may spoil."""
    return shutil.copytree(source, target, symlinks=True)


def read(folder: Path) -> tuple[Program, tuple[Session, ...]]:
    return read_program(folder), read_curriculum(folder, KINDS)


def clock() -> datetime:
    return datetime(2026, 3, 20, 17, tzinfo=UTC)


def open_store(folder: Path) -> Store:
    return Store.open(store_address(folder), now=clock)


def generate_all(folder: Path, selection: Selection | None = None) -> list[Written]:
    program, sessions = read(folder)
    with lock_program(folder, "a test") as scratch:
        wanted = selection or Selection()
        return list(generate(program, sessions, wanted, today=clock().date(), scratch=scratch))


def save(
    store: Store,
    participant: str,
    exercise: str,
    value: Value,
    *,
    session: int = 2,
    entry: str = "",
    audience: Audience = "coach",
    author: str = "",
) -> str:
    """Save an answer on top of what is there, as a form does, and return its row's id."""
    there = store.history(participant, session, exercise, entry)
    draft = Draft(
        id=str(uuid.uuid4()),
        author=author or participant,
        cohort="spring",
        participant=participant,
        session=session,
        exercise=exercise,
        value=value,
        audience=audience,
        entry=entry,
        based_on=there[-1].id if there else "",
    )
    saved = store.save(draft)
    assert isinstance(saved, Saved)
    return saved.answer.id


def write(folder: Path, participant: str, exercise: str, value: Value, **where: Any) -> str:
    """Save one answer in a program's store."""
    with open_store(folder) as store:
        return save(store, participant, exercise, value, **where)


def withdraw(folder: Path, participant: str, exercise: str, session: int = 2) -> None:
    """Make an exercise private."""
    with open_store(folder) as store:
        store.share(
            id=str(uuid.uuid4()),
            author=participant,
            cohort="spring",
            participant=participant,
            session=session,
            exercise=exercise,
            audience="private",
        )


def record_call(folder: Path, participant: str, session: int = 2) -> None:
    event = Event(str(uuid.uuid4()), "call-held", "kim", participant, clock(), session)
    with open_store(folder) as store:
        store.record(event)


def snapshot(folder: Path, *without: str) -> dict[str, bytes]:
    """Return all files of a folder with their bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).as_posix().startswith(without or "\0")
    }


def faults(folder: Path) -> list[str]:
    """Return what a killed command must not leave: notebooks that are none, halves of files."""
    found = [
        path.name for path in folder.rglob("*.part") if not path.is_relative_to(folder / ".mdli" / "scratch")
    ]
    for top in ("workbooks", "reports", ".mdli/base"):
        for path in (folder / top).rglob("*.ipynb"):
            try:
                nbformat.validate(nbformat.reads(path.read_text("utf-8"), as_version=4))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it is a fault
                found.append(f"{path.name}: {type(error).__name__}")
    return found


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.002)


MARK = "MDLI_TEST_RUN"
"""Name of a variable that all processes of one command inherit, kernels included."""


def start(
    folder: Path, *arguments: str, before: str = "", mark: str = "", **environment: str
) -> subprocess.Popen[str]:
    """Start ``mdli`` in a process of its own; `before` is Python that it runs first."""
    code = f"import sys; sys.argv[0] = 'mdli'\n{before}\nfrom mdli_workbook.cli import main\nmain()"
    command = [sys.executable, "-c", code, "--program", str(folder), *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that a test can press Ctrl+C
        env={**os.environ, MARK: mark or str(uuid.uuid4()), **environment},
    )


def mdli(
    folder: Path, *arguments: str, before: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``mdli`` to its end."""
    process = start(folder, *arguments, before=before, **environment)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def processes(mark: str) -> list[psutil.Process]:
    """Return the living processes of one command."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for_end(mark: str, seconds: float = 8) -> list[psutil.Process]:
    """Return the processes of one command that are still there after some seconds."""
    until = time.monotonic() + seconds
    while (left := processes(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def texts(notebook: dict[str, Any]) -> Iterable[str]:
    """Yield everything a coach would see of a report: Markdown and the outputs' HTML."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])
        for output in cell.get("outputs", ()):
            yield "".join(output.get("data", {}).get("text/html", ""))
