"""TOML files as people write them: each key read by a parser, what is wrong told with its line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from mdli_workbook.errors import Problem
from mdli_workbook.program.sheets import read_text
from mdli_workbook.program.values import in_century, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

__all__ = ["Keys", "parse_day", "read_keys", "text_of"]

T = TypeVar("T")
D = TypeVar("D")
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """One table of a TOML file. What is wrong is kept with its path until :meth:`tell`.

    Parameters
    ----------
    file, text
        The name and the whole text of the file.
    data
        The table.
    wrong
        Paths and messages, shared by all tables of the file.
    path
        Where in the file the table is.
    """

    file: str
    text: str = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    wrong: list[tuple[Steps, str]] = field(repr=False)
    path: Steps = ()

    def inside(self, *path: str | int) -> Keys:
        """Return a table within this one; an empty one if it isn't there."""
        data: Any = self.data
        for step in path:
            data = data.get(step, {}) if isinstance(data, dict) else data[step]
        return replace(self, data=data, path=(*self.path, *path))

    def say(self, key: str, message: str) -> None:
        """Keep a problem of one key."""
        self.wrong.append(((*self.path, key), f"{key} {message}"))

    def read(self, key: str, parse: Callable[[object], T], default: D) -> T | D:
        """Return what `parse` makes of a value; its ValueError becomes a problem, and `default` returns."""
        if key not in self.data:
            self.say(key, "is missing; add it")
        return self.read_if_given(key, parse, default)

    def read_if_given(self, key: str, parse: Callable[[object], T], default: D) -> T | D:
        """Return the same, and `default` for a key that isn't there."""
        try:
            return parse(self.data[key]) if key in self.data else default
        except ValueError as error:
            self.say(key, str(error))
            return default

    def check_known(self, known: Collection[str]) -> None:
        """Keep a problem of each key that is not among `known`."""
        for key in self.data:
            if key not in known:
                message = f"{shown(key)} is not known; remove it{nearest(key, known)}"
                self.wrong.append(((*self.path, key), message))

    def line(self, *path: str | int) -> int:
        """Return the line of a key of this table."""
        return _line(_lines_of_keys(self.text), (*self.path, *path))

    def tell(self, problems: list[Problem]) -> None:
        """Add what is wrong to `problems`, with lines."""
        lines = _lines_of_keys(self.text) if self.wrong else {}
        problems.extend(Problem(self.file, _line(lines, path), message) for path, message in self.wrong)


def read_keys(folder: Path, name: str, problems: list[Problem]) -> Keys | None:
    """Return the outermost table of a TOML file, or ``None`` with the reason among `problems`."""
    text = read_text(folder, name, problems, "save it as UTF-8")
    if text is None:
        return None
    try:
        return Keys(name, text, tomllib.loads(text, parse_float=Decimal), [])
    except tomllib.TOMLDecodeError as error:
        what, _, at = str(error).rpartition(" (at ")
        number = re.match(r"line ([0-9]+)", at)
        line = int(number[1]) if number else text.rstrip().count("\n") + 1
        message = f"is not TOML here: {what}; write text in quotes and times as 2026-01-13T18:00:00"
        problems.append(Problem(name, line, message))
    except RecursionError:
        problems.append(
            Problem(name, 0, "is nested too deeply; write tables and keys as the documentation shows")
        )
    return None


def text_of(parse: Callable[[str], T]) -> Callable[[object], T]:
    """Return `parse` for a value of TOML, which must be text."""

    def parse_text(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError("must be text in quotes")  # noqa: TRY004 - readers collect ValueErrors
        return parse(value.strip())

    return parse_text


def parse_day(value: object) -> date:
    """Return a date of TOML, which has neither quotes nor a time."""
    if type(value) is date:
        return in_century(value)
    raise ValueError(f"{shown(value)} is no date; write it as 2026-01-13, without quotes and time")


def _line(lines: dict[Steps, int], path: Steps) -> int:
    """Return the line of a key, or of the table that lacks it; 0 if there is none."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _lines_of_keys(text: str) -> dict[Steps, int]:
    """Return the line where each key begins.

    The standard parser keeps no lines. Parsing ever more of the file and noting which keys are
    new finds them without a second grammar; it is done only where something is wrong.
    """
    found: dict[Steps, int] = {}
    lines, begin = text.split("\n"), 1
    for end in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("\n".join(lines[:end]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
        for path in _paths(data):
            found.setdefault(path, begin)
        begin = end + 1
    return found


def _paths(value: object, path: Steps = ()) -> Iterator[Steps]:
    inside: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, one in inside:
        yield (*path, key)
        yield from _paths(one, (*path, key))
