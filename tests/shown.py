"""The commands that a page of `docs/` shows, run as they stand there: ``python tests/shown.py PAGE``.

A block ``console`` holds commands, each behind ``$``, with what they print; a block ``diff`` a change of one
file, which is made. :func:`play` runs all of them in order, and returns the page with what was printed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner
from desk_days import prepare

from mdli_workbook.cli import main as mdli

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIGEST = re.compile(r"-[0-9a-f]{16}(?=\.ipynb)")
"""In a file's name: another one after each change of a template, and nothing to read."""
WIDTH = "100"
"""Columns of the terminal, so that a table is as wide on each machine."""


def play(page: str, folder: Path) -> str:
    """Return a page with what its commands print in a program folder."""
    with _inside(folder):
        return BLOCK.sub(lambda block: f"```{block[1]}\n{_PLAY[block[1]](block[2])}```", page)


def _run(block: str) -> str:
    return "".join(f"$ {line}\n{_printed(line)}" for line in re.findall(r"^\$ (.+)$", block, re.MULTILINE))


def _printed(line: str) -> str:
    program, *words = shlex.split(line)
    assert program == "mdli", line
    result = CliRunner().invoke(mdli, words, env={"COLUMNS": WIDTH, "TERM": "dumb", "NO_COLOR": "1"})
    assert "fault of mdli" not in result.output, result.output
    printed = DIGEST.sub("-…", result.output.replace(f"{Path.cwd()}{os.sep}", ""))
    return "\n".join(line.rstrip() for line in printed.splitlines()) + "\n" * bool(printed)


def _change(block: str) -> str:
    """Make a change; what it takes away stands in the file once."""
    name, *lines = block.splitlines()
    path = Path(name.removeprefix("--- "))
    before, after = ("".join(f"{line[1:]}\n" for line in lines if line[0] in kept) for kept in (" -", " +"))
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{path} does not hold what {name} shows"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return block


_PLAY = {"console": _run, "diff": _change}


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main() -> None:
    """Write into each page what its commands print now."""
    for page in map(Path, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as home:
            folder = Path(home).resolve() / "program"
            prepare(folder)
            page.write_text(play(page.read_text("utf-8"), folder), encoding="utf-8")


if __name__ == "__main__":
    main()
