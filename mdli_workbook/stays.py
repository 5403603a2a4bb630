"""Rows of a meeting tool's file: which table, which columns, and one stay from each row."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mdli_workbook.program.values import in_century, in_zone, parse_email, parse_time, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mdli_workbook.program.sheets import Row

__all__ = ["Stay", "Table", "find_table", "parse_length", "parse_moment", "read_rows", "read_stay"]

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "email": (
        "email",
        "useremail",
        "emailaddress",
        "participantemail",
        "attendeeemail",
        "emailofattendee",
        "mail",
        "participantid",
        "upn",
    ),
    "joined": ("jointime", "firstjoin", "firstjointime", "timejoined", "joinedat", "joined", "joindatetime"),
    "left": ("leavetime", "lastleave", "lastleavetime", "timeexited", "leftat", "left", "leavedatetime"),
    "duration": (
        "duration",
        "inmeetingduration",
        "totalduration",
        "attendanceduration",
        "timeinsession",
        "timeincall",
        "minutes",
        "durationinminutes",
    ),
}
"""What is read → how tools head its column, without spaces, signs and what stands in brackets."""
SECTION = re.compile(r"[0-9]+\. \S.*")
US_TIMES = tuple(
    f"{day} {clock}"
    for day in ("%m/%d/%Y", "%m/%d/%y", "%b %d %Y", "%B %d %Y")
    for clock in ("%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M")
)
WORDS = re.compile(
    r"(?:([0-9]{1,2}) ?h(?:ours?|rs?)?)? ?"
    r"(?:([0-9]{1,4}) ?m(?:in(?:ute)?s?)?)? ?"
    r"(?:([0-9]{1,5}) ?s(?:ec(?:ond)?s?)?)?"
)
UTC = ZoneInfo("UTC")
LONGEST = timedelta(hours=16)
ROUNDED = timedelta(minutes=1)
"""Tools round a duration to minutes: as much may it differ from the times beside it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table of people begins in a file, and which of its columns are read."""

    header: int
    columns: Mapping[str, int]
    width: int
    zone: str = ""
    """What stands in brackets behind the time columns."""
    seconds: bool = False
    """Whether a bare number of the length is meant in seconds."""
    twice: tuple[str, ...] = ()
    """Heads that stand twice, so that nobody can tell which of the columns is meant."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One row: an e-mail address, and how long it was there.

    Parameters
    ----------
    line
        Of the file.
    email
        In small letters; ``""`` where the tool knows none.
    joined, left
        With a time zone; both ``None`` where the file has no times.
    length
        How long, at most, between the two.
    """

    line: int
    email: str
    length: timedelta
    joined: datetime | None = None
    left: datetime | None = None


def find_table(records: Sequence[tuple[int, list[str]]]) -> Table | None:
    """Return the table of people: the first with times, else the first with lengths; ``None`` without any.

    Some tools put a summary above it, whose own columns look alike.
    """
    tables = [_table(at, cells) for at, (_, cells) in enumerate(records)]
    usable = [one for one in tables if "email" in one.columns]
    with_times = (one for one in usable if {"joined", "left"} <= one.columns.keys())
    with_lengths = (one for one in usable if "duration" in one.columns)
    return next(with_times, None) or next(with_lengths, None)


def _table(at: int, cells: Sequence[str]) -> Table:
    plain = [re.sub(r"\(.*?\)|[^a-z]", "", cell.lower()) for cell in cells]
    columns = {
        name: plain.index(spelling)
        for name, spellings in SPELLINGS.items()
        for spelling in reversed(spellings)
        if spelling in plain
    }
    if not {"joined", "left"} <= columns.keys():
        columns = {name: at for name, at in columns.items() if name not in {"joined", "left"}}
    return Table(
        at,
        columns,
        len(cells),
        _in_brackets(cells, columns, ("joined", "left")),
        _in_brackets(cells, columns, ("duration",)).startswith("SEC"),
        tuple(cells[at] for at in columns.values() if plain.count(plain[at]) > 1),
    )


def _in_brackets(cells: Sequence[str], columns: Mapping[str, int], names: Iterable[str]) -> str:
    heads = (cells[columns[name]] for name in names if name in columns)
    return next((found[1].strip().upper() for head in heads if (found := re.search(r"\((.*?)\)", head))), "")


def read_rows(records: Sequence[tuple[int, list[str]]], table: Table) -> Iterable[tuple[int, list[str]]]:
    """Yield the records of a table, up to the next section of the file."""
    for line, cells in records[table.header + 1 :]:
        if SECTION.fullmatch(cells[0]) and not any(cells[1:]):
            return
        yield line, cells


def read_stay(row: Row, table: Table, zone: ZoneInfo) -> Stay | None:
    """Return what one row says; ``None`` if anything is wrong in it, which is told.

    Parameters
    ----------
    row
        Its cells by the keys of :data:`SPELLINGS`.
    table
        Says how bare numbers are meant.
    zone
        In which times without an offset are meant.
    """
    email = row.read_if_given("email", parse_email, "")
    joined = left = None
    if "joined" in table.columns:
        joined, left = (row.read(name, parse_moment(zone), None) for name in ("joined", "left"))
    length = (
        row.read("duration", parse_length(seconds=table.seconds), None) if _has_length(row, table) else None
    )
    if row.broken:
        return None
    between = left - joined if joined and left else None
    wrong = _wrong_with(between, length)
    if wrong:
        row.say(wrong)
        return None
    return Stay(row.line, email.lower(), _shortest(between, length), joined, left)


def _shortest(between: timedelta | None, length: timedelta | None) -> timedelta:
    """Return how long somebody was there at most: a duration, unless it only rounds what the times say."""
    if between is None or length is None:
        return between or length or timedelta()
    return between if between - length <= ROUNDED else length


def _has_length(row: Row, table: Table) -> bool:
    return "duration" in table.columns and bool(row.cells["duration"] or "joined" not in table.columns)


def _wrong_with(between: timedelta | None, length: timedelta | None) -> str:
    if between is not None and between < timedelta():
        return "left is before joined; correct one of them"
    if max(between or timedelta(), length or timedelta()) > LONGEST:
        return "is longer than 16 hours; correct the times or the duration"
    if between is not None and length is not None and length - between > ROUNDED:
        return f"duration {length} is longer than from joined to left, {between}; correct what is wrong"
    return ""


def parse_moment(zone: ZoneInfo) -> Callable[[str], datetime]:
    """Return a parser of the times that meeting tools write, meant in `zone` unless they carry an offset.

    It gives UTC, in which times can be taken from each other on a day when clocks change.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> parse_moment(ZoneInfo("America/Chicago"))("1/13/26, 5:52:10 PM").isoformat()
    '2026-01-13T23:52:10+00:00'
    """

    def parse(text: str) -> datetime:
        plain = " ".join(text.replace(",", " ").split())  # some tools put narrow spaces before PM
        if re.match(r"[0-9]{4}-", plain):
            meant = UTC if plain.endswith(" UTC") else zone
            return parse_time(meant)(re.sub(r"\.[0-9]+", "", plain.removesuffix(" UTC"))).astimezone(UTC)
        if (local := _month_first(plain)) is not None:
            return in_zone(in_century(local), zone).astimezone(UTC)
        raise ValueError(
            f"{shown(text)} is no date and time; write it as 2026-01-13 18:00, or month first, "
            "1/13/2026 6:00 PM"
        )

    return parse


def _month_first(plain: str) -> datetime | None:
    for shape in US_TIMES:
        with suppress(ValueError):
            return datetime.strptime(plain, shape)  # noqa: DTZ007 - its zone follows
    return None


def parse_length(*, seconds: bool = False) -> Callable[[str], timedelta]:
    """Return a parser of durations: ``165``, ``2h 45m 10s``, ``2 hr 45 min``, ``2:45:10``.

    Parameters
    ----------
    seconds
        Whether a bare number is one of seconds and not of minutes.

    Examples
    --------
    >>> [int(parse_length()(one).total_seconds()) for one in ("165", "2h 45m", "02:45:00", "165 mins")]
    [9900, 9900, 9900, 9900]
    """

    def parse(text: str) -> timedelta:
        plain = " ".join(text.lower().split())
        if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", plain):
            return timedelta(seconds=float(plain)) if seconds else timedelta(minutes=float(plain))
        if clock := re.fullmatch(r"([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])", plain):
            hours, minutes, rest = map(int, clock.groups())
            return timedelta(hours=hours, minutes=minutes, seconds=rest)
        if plain and (words := WORDS.fullmatch(plain)):
            hours, minutes, rest = (int(one or 0) for one in words.groups())
            return timedelta(hours=hours, minutes=minutes, seconds=rest)
        raise ValueError(f"{shown(text)} is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m")

    return parse
