"""Read a file of a practice's own into a table of text, or say why not.

CSV in the usual encodings and with the usual separators, and Excel workbooks up to 50,000 rows. The
file is opened for reading and stays where it is. Polars reads it (a million rows in about a second);
it is imported on the first file only.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mdli_workbook.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

__all__ = ["EXCEL_ROWS", "Sheet", "read_sheet"]

EXCEL_ROWS: Final = 50_000
LARGEST: Final = 512 * 2**20
"""Bytes of a file; a million rows take an eighth of it."""
UNPACKED: Final = 256 * 2**20
"""Bytes that an Excel workbook may unpack to."""
LONGEST: Final = 65_536
"""Bytes of a line."""
SEPARATORS: Final = (",", ";", "\t", "|")
OTHERS: Final = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"PAR1": "a Parquet file",
    b"SQLite": "a database",
    b"{\\rtf": "a text document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password",
}
REMEDY: Final = "save the table as CSV (UTF-8) and choose that"


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """A table of text, not yet checked. It never leaves the kernel.

    Parameters
    ----------
    file
        Its name, for messages.
    source
        Fingerprint of its bytes.
    columns
        All of them text; row 0 stands in line 2 of the file.
    """

    file: str
    source: str
    columns: pl.DataFrame


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file or an Excel workbook.

    Raises
    ------
    InputError
        With the reason, and the line where there is one. It never names what a cell holds.
    """
    data = _bytes(path)
    columns = _excel(path.name, data) if data[:4] == b"PK\x03\x04" else _csv(path.name, data)
    return Sheet(path.name, sha256(data).hexdigest()[:32], _with_headings(path.name, columns))


def refuse(file: str, message: str, line: int = 0) -> InputError:
    """Return the error for one problem of a whole file."""
    return InputError([Problem(file, line, message)])


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise refuse(path.name, "there is no such file; check its name and folder")
        if path.stat().st_size > LARGEST:
            raise refuse(
                path.name, f"is larger than {LARGEST // 2**20} MB; leave out columns that are not needed"
            )
        data = path.read_bytes()
    except OSError as error:
        raise refuse(path.name, f"cannot be read ({error.strerror}); check who may open it") from error
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise refuse(path.name, "is empty; choose a file with a row of headings and rows below it")
    for beginning, what in OTHERS.items():
        if data.startswith(beginning):
            raise refuse(path.name, f"is {what}, no table; {REMEDY}")
    return data


def _csv(file: str, data: bytes) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - only who brings a file pays for it

    text = _as_utf8(file, data)
    _check_lines(file, text)
    separator = _separator(text[:LONGEST].decode(errors="replace"))
    try:
        table = pl.read_csv(
            io.BytesIO(text),
            has_header=False,
            infer_schema=False,
            separator=separator,
            empty_string_is_null=False,
            truncate_ragged_lines=False,
        )
    except pl.exceptions.PolarsError as error:
        raise _ragged(file, text, separator) from error
    whole = text.count(separator.encode()) == (table.width - 1) * table.height
    if not whole and (short := _short(text, separator, table.width)):
        message = f"this row has fewer values than there are headings ({table.width})"
        raise refuse(file, message, short)
    return table


def _as_utf8(file: str, data: bytes) -> bytes:
    """Bring the usual encodings to one; those of western Windows are what is left if none else fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(file, data, "utf-16").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data[:4096]
    if start.count(0) > len(start) // 4:
        little = start[1::2].count(0) >= start[0::2].count(0)
        return _decoded(file, data, "utf-16-le" if little else "utf-16-be").encode()
    at = data.find(b"\0")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise refuse(file, f"holds a NUL byte, which no table of text has; {REMEDY}", line)
    _refuse_junk(file, start)
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").encode()
    return data


def _decoded(file: str, data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refuse(file, f"is not the UTF-16 text that it begins as; {REMEDY}") from error
    if "\0" in text:
        raise refuse(file, f"holds a NUL, which no table of text has; {REMEDY}")
    _refuse_junk(file, text[:4096].encode())
    return text


def _refuse_junk(file: str, start: bytes) -> None:
    control = sum(byte < 32 and byte not in b"\t\r\n\x0b\x0c" for byte in start)
    if control > len(start) // 100:
        raise refuse(file, f"is no text; {REMEDY}")


def _check_lines(file: str, text: bytes) -> None:
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 10)
    lengths = np.diff(ends, prepend=-1, append=len(text))
    if lengths.max() > LONGEST:
        line = int(lengths.argmax()) + 1
        raise refuse(
            file, f"this line is longer than {LONGEST:,} characters; is a quotation mark left open?", line
        )


def _separator(start: str) -> str:
    lines = [line for line in start.splitlines()[:20] if line.strip()][:10]
    if lines and re.fullmatch(r"sep=.", lines[0].strip()):
        return lines[0].strip()[-1]

    def steady(separator: str) -> tuple[bool, int]:
        counts = [len(next(csv.reader([line], delimiter=separator))) for line in lines]
        return min(counts) == max(counts) and counts[0] > 1, counts[0]

    return max(SEPARATORS, key=steady)


def _ragged(file: str, text: bytes, separator: str) -> InputError:
    """Find the line that has too many values; the reader that is fast does not say which."""
    reader = csv.reader(io.StringIO(text.decode(errors="replace"), newline=""), delimiter=separator)
    try:
        width = len(next(reader))
        for row in reader:
            if len(row) > width:
                return refuse(
                    file, f"this row has {len(row)} values and there are {width} headings", reader.line_num
                )
    except csv.Error:
        return refuse(file, "this line cannot be read; is a quotation mark left open?", reader.line_num)
    return refuse(file, f"cannot be read as a table; {REMEDY}")


def _short(text: bytes, separator: str, width: int) -> int:
    """Return the first line with too few values, 0 if there is none; the fast reader fills them up."""
    reader = csv.reader(io.StringIO(text.decode(errors="replace"), newline=""), delimiter=separator)
    return next((reader.line_num for row in reader if row and len(row) < width), 0)


def _excel(file: str, data: bytes) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    _check_package(file, data)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except Exception as error:  # the reader has no error of its own that covers every broken file
        raise refuse(file, f"is no Excel workbook that can be read; {REMEDY}") from error
    if len(rows) > EXCEL_ROWS + 1:
        raise refuse(file, f"has {len(rows) - 1:,} rows; Excel goes up to {EXCEL_ROWS:,} here: {REMEDY}")
    if not rows:
        raise refuse(file, "its first sheet is empty; put the table there")
    return pl.DataFrame([[_as_text(cell) for cell in column] for column in zip(*rows, strict=True)])


def _check_package(file: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except zipfile.BadZipFile as error:
        raise refuse(file, f"is a damaged Excel workbook; {REMEDY}") from error
    if sum(entry.file_size for entry in entries) > UNPACKED or len(entries) > 1_000:
        raise refuse(file, f"unpacks to more than {UNPACKED // 2**20} MB; {REMEDY}")
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise refuse(file, f"is a packed file and no Excel workbook; {REMEDY}")


def _as_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return str(int(cell))
    return str(cell)[:10] if hasattr(cell, "isoformat") else str(cell)


def _with_headings(file: str, table: pl.DataFrame) -> pl.DataFrame:
    """Take the first row for headings."""
    headings = ["" if value is None else value.strip() for value in table.row(0)]
    table = table.slice(1)
    _check_headings(file, headings)
    if table.is_empty():
        raise refuse(file, "has headings and no rows")
    return table.rename(dict(zip(table.columns, headings, strict=True)))


def _check_headings(file: str, headings: list[str]) -> None:
    problems = [f"column {place + 1} has no heading" for place, name in enumerate(headings) if not name]
    problems += [
        f"the heading of column {place + 1} is that of an earlier column too; name them apart"
        for place, name in enumerate(headings)
        if name and name in headings[:place]
    ]
    if len(headings) < 2 and not problems:
        problems = ["has a single column; values are separated by commas, semicolons, tabs or |"]
    if all(re.fullmatch(r"[\d.,/-]+", name) for name in headings if name) and not problems:
        problems = ["the first row is no row of headings; name each column there"]
    if any(re.match(r"[=@]|[+-]\D", name) for name in headings):
        problems.append("a heading begins like a formula; name columns in words")
    if problems:
        raise InputError([Problem(file, 1, message) for message in problems])
