"""Commands that die at a chosen step: the n-th time that they are about to change a file or a row."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NURSERY = """
import json, os, signal, sqlite3, sys
import alembic.command, email.generator, nbformat, sqlalchemy.dialects.sqlite
from mdli_workbook import attendance, backing_up, due, generate, learners, merge, records, retiring
from mdli_workbook.cli import main

nbformat.validate(nbformat.v4.new_notebook())  # loads what takes a second

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
LOOKS = ("SELECT", "PRAGMA journal_mode", "PRAGMA integrity_check", "PRAGMA main.", "PRAGMA busy_timeout")


def live(root, arguments, last):
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def is_here(path):
        path = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else "/"
        return not os.path.isabs(path) or path.startswith(root)

    def said(statement):
        if not statement.lstrip().startswith(LOOKS):
            step()

    def traced(*place, _connect=sqlite3.connect, **how):
        connection = _connect(*place, **how)
        connection.set_trace_callback(said)
        return connection

    def hook(event, values):
        if event == "open" and values[2] & WRITES and is_here(values[0]):
            step()
        elif event in CHANGES and is_here(values[0]):
            step()

    sqlite3.connect = sqlite3.dbapi2.connect = traced
    sys.addaudithook(hook)
    main(arguments, standalone_mode=True)


for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_RDWR)
        said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(quiet, 0), os.dup2(said, 1), os.dup2(said, 2)
        live(asked["root"], asked["arguments"], asked["last"])
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

KILLED = -9


class Nursery:
    """Starts commands that have their modules already, so that thousands of deaths take seconds.

    Parameters
    ----------
    root
        Only what changes below this folder is a step.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-c", _NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder: Path, *arguments: object, die_at: int = 0) -> int:
        """Run ``mdli`` in a program folder; return its exit code, or :data:`KILLED` at the step."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {
            "root": str(self.root),
            "arguments": ["--program", str(folder), *map(str, arguments)],
            "last": die_at,
            "said": str(self.root / "said.txt"),
        }
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def said(self) -> str:
        """Return what the last command printed."""
        return (self.root / "said.txt").read_text("utf-8")


@contextlib.contextmanager
def nursery(root: Path) -> Iterator[Nursery]:
    """Give a nursery, and close it."""
    one = Nursery(root)
    try:
        yield one
    finally:
        assert one.process.stdin is not None
        one.process.stdin.close()
        one.process.wait(30)
        assert one.process.stdout is not None
        one.process.stdout.close()
