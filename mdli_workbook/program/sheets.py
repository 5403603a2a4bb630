"""CSV files as people save them: decoded, cut into cells, each row with its file and line.

Nothing here knows what a column means. Whatever is wrong is added to a list of problems that
the caller holds, so that one reading tells all of them.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from mdli_workbook.errors import Problem
from mdli_workbook.program.values import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

__all__ = ["Row", "Sheet", "find_twice", "read_records", "read_sheet", "read_text"]

T = TypeVar("T")
D = TypeVar("D")

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CSV_WAY_OUT = 'in Excel, save it as "CSV UTF-8 (Comma delimited)"'
TOO_LONG = f"has a cell of more than {csv.field_size_limit():,} characters; correct it, or export it again"
OPEN_QUOTE = (
    "opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, "
    "or save the file again if it is half-written"
)


@dataclass(slots=True)
class Row:
    """One row of a CSV file, and what is wrong in it.

    Parameters
    ----------
    file, line
        Where the row begins; lines are counted from 1.
    cells
        Column → text, without spaces around it. A column that the file lacks is lacking here.
    problems
        Shared with all files of the program.
    broken
        Whether anything was wrong in this row, so that no record is made of it.
    ragged
        Whether it has too many cells, or breaks off, so that none is read.

    Examples
    --------
    >>> problems = []
    >>> row = Row("calls.csv", 4, {"call": "two"}, problems)
    >>> row.read("call", int, 0)
    0
    >>> print(*problems)
    calls.csv line 4: call invalid literal for int() with base 10: 'two'
    """

    file: str
    line: int
    cells: dict[str, str]
    problems: list[Problem] = field(repr=False)
    broken: bool = False
    ragged: bool = False

    def say(self, message: str) -> None:
        """Add a problem of this row."""
        self.broken = True
        self.problems.append(Problem(self.file, self.line, message))

    def read(self, column: str, parse: Callable[[str], T], default: D) -> T | D:
        """Return what `parse` makes of a cell; its ValueError becomes a problem, and `default` returns."""
        if self.ragged or column not in self.cells:
            self.broken = True
            return default
        try:
            return parse(self.cells[column])
        except ValueError as error:
            self.say(f"{column} {error}")
            return default

    def read_if_given(self, column: str, parse: Callable[[str], T], default: D) -> T | D:
        """Return the same, and `default` for an empty cell."""
        return default if self.cells.get(column) == "" else self.read(column, parse, default)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one CSV file.

    Parameters
    ----------
    file
        Its name.
    problems
        Shared with all files of the program.
    rows
        In order, broken ones included.
    whole
        Whether the file could be read to its end, so that what isn't here doesn't exist.
    """

    file: str
    problems: list[Problem] = field(repr=False)
    rows: tuple[Row, ...] = ()
    whole: bool = False

    def say(self, message: str) -> None:
        """Add a problem of the whole file."""
        self.problems.append(Problem(self.file, 0, message))

    def lines(self, column: str) -> dict[str, int]:
        """Return each cell of a column with the line where it first stands."""
        found: dict[str, int] = {}
        for row in self.rows:
            found.setdefault(row.cells.get(column, ""), row.line)
        return found


def read_text(folder: Path, name: str, problems: list[Problem], way_out: str = CSV_WAY_OUT) -> str | None:
    """Return a file's text, or ``None`` with the reason among the problems.

    Parameters
    ----------
    folder, name
        Which file.
    problems
        What is wrong is added here.
    way_out
        How this file is saved as UTF-8.
    """
    try:
        return _decode((folder / name).read_bytes(), way_out)
    except FileNotFoundError:
        problems.append(Problem(name, 0, "is missing; write it, or begin a program with: mdli init DIR"))
    except OSError as error:
        problems.append(Problem(name, 0, f"cannot be read ({error.strerror}); make it a readable file"))
    except _NotText as error:
        problems.append(Problem(name, error.line, error.message))
    return None


class _NotText(Exception):  # noqa: N818 - never leaves this file
    """The bytes of a file are no UTF-8 text."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def _decode(raw: bytes, way_out: str) -> str:
    if raw.startswith(UTF_16):
        raise _NotText(1, f"is saved as UTF-16, not as UTF-8; {way_out}")
    nul = raw.find(b"\0")
    if nul >= 0:
        line = raw.count(b"\n", 0, nul) + 1
        raise _NotText(line, f"holds a NUL byte, so the file is damaged; {way_out}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # the object of the error lacks the byte-order mark, which holds no line break
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise _NotText(
            line, f"byte 0x{byte:02X} is not UTF-8 but, most likely, Windows-1252; {way_out}"
        ) from None


def read_sheet(
    folder: Path, name: str, columns: Collection[str], problems: list[Problem], *, may: Collection[str] = ()
) -> Sheet:
    """Return the rows of a CSV file.

    Comma, semicolon and tab separate cells, whichever the first line uses. Rows without any text
    are left out. Cells that a row lacks at its end are empty. A row with too many is told, kept, and
    marked as ragged.

    Parameters
    ----------
    folder, name
        Which file.
    columns
        The columns that the first line must name, in any order, and no others.
    problems
        What is wrong is added here.
    may
        Columns that it may name as well.
    """
    nothing = Sheet(name, problems)
    text = read_text(folder, name, problems)
    if text is None:
        return nothing
    before = len(problems)
    records = list(read_records(text, name, problems, _separator(text)))
    whole = len(problems) == before
    if not records:
        if whole:
            nothing.say(f"is empty; its first line must be: {','.join(columns)}")
        return nothing
    line, first = records.pop(0)
    header = _cut_empty_end(first)
    if not _check_header(Row(name, line, {}, problems), header, columns, may):
        return nothing
    cut = None if text.endswith(("\n", "\r")) or not records else records[-1][0]
    rows = []
    for begin, cells in records:
        row = Row(name, begin, dict.fromkeys(header, "") | dict(zip(header, cells, strict=False)), problems)
        _check_length(row, cells, header, len(first), cut=begin == cut)
        rows.append(row)
    return Sheet(name, problems, tuple(rows), whole)


def read_records(
    text: str, name: str, problems: list[Problem], separator: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that holds text, with the line where it begins.

    Parameters
    ----------
    text, name
        Of the file.
    problems
        Where a quote is not closed, it is added here and nothing more is read.
    separator
        What stands between cells.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        begin = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(name, begin, TOO_LONG if "field limit" in str(error) else OPEN_QUOTE))
            return
        if any(cells):
            yield begin, cells


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _cut_empty_end(header: list[str]) -> list[str]:
    """Drop the columns without a name that spreadsheets put at the end."""
    named = max(at for at, column in enumerate(header, 1) if column)
    return header[:named]


def _check_header(first: Row, header: list[str], columns: Collection[str], may: Collection[str]) -> bool:
    """Tell what is wrong in the first line; return whether rows below it can be read at all."""
    lacking = [column for column in columns if column not in header]
    if len(lacking) == len(columns):
        first.say(f"does not name the columns; the first line must be: {','.join(columns)}")
        return False
    for column in lacking:
        first.say(f"column {shown(column)} is missing; add it")
    for at, column in enumerate(header):
        if column in header[:at]:
            first.say(f"column {shown(column)} stands twice; remove one")
        elif column not in columns and column not in may:
            first.say(f"column {shown(column)} is not known; remove it{nearest(column, lacking)}")
    return True


def _check_length(row: Row, cells: list[str], header: list[str], width: int, *, cut: bool) -> None:
    """Tell a row that has too many cells, or that the file breaks off in (`cut`).

    Fewer cells alone are no fault: Excel leaves out the separators at the end of a row when the
    rows around it have nothing there either.
    """
    if len(cells) > width or any(cells[len(header) :]):
        row.ragged = True
        row.say(
            f"has {len(cells)} cells for {len(header)} columns; put a cell that holds a separator in quotes"
        )
    elif len(cells) < len(header) and cut:
        row.ragged = True
        row.say(f"ends after {len(cells)} of {len(header)} cells: the file looks half-written; save it again")


def find_twice(rows: Iterable[Row], *columns: str) -> None:
    """Tell each row whose cells in `columns` stand in an earlier row too, naming both lines."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.cells.get(column, "") for column in columns)
        if key in first:
            what = " and ".join(f"{column} {shown(cell)}" for column, cell in zip(columns, key, strict=True))
            row.say(f"{what} stands already on line {first[key]}; keep one of the two rows")
        elif all(key):
            first[key] = row.line
