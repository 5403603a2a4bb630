"""Ids, dates, times and zones as people write them.

Each function returns a value, or raises ValueError whose text goes on behind the name of the
column or key: what stands there, the rule, the way out.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
import zoneinfo
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

__all__ = [
    "in_century",
    "in_zone",
    "nearest",
    "parse_date",
    "parse_email",
    "parse_id",
    "parse_line",
    "parse_name",
    "parse_number",
    "parse_time",
    "parse_words",
    "parse_zone",
    "shown",
]

Day = TypeVar("Day", bound=date)

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
EMAIL = re.compile(r"(?!=)[^\s@<>()\[\]\\,;:\"']+@[^\s@<>()\[\]\\,;:\"'.]+(\.[^\s@<>()\[\]\\,;:\"'.]+)+")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")


def shown(value: object) -> str:
    """Return a value as a message shows it: short, and nothing in it moves the terminal.

    Examples
    --------
    >>> shown("lee")
    "'lee'"
    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"
    """
    text = str(value)
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def nearest(value: str, known: Iterable[str]) -> str:
    """Return the hint that ends a message about an unknown word, or nothing.

    Examples
    --------
    >>> nearest("lena-novack", ["lena-novak", "marcus-reed"])
    " (did you mean 'lena-novak'?)"
    >>> nearest("z", ["lena-novak"])
    ''
    """
    close = difflib.get_close_matches(value, sorted(known), n=1)
    return f" (did you mean {shown(close[0])}?)" if close else ""


def parse_id(text: str) -> str:
    """Return an id of a participant, coach or cohort.

    Examples
    --------
    >>> parse_id("amara-okafor")
    'amara-okafor'
    >>> parse_id("Amara Okafor")
    Traceback (most recent call last):
    ValueError: 'Amara Okafor' is not an id: a-z, 0-9, - and _, at most 64; for example 'amara-okafor'
    """
    if ID.fullmatch(text):
        return text
    if not text:
        raise ValueError("is empty; give an id of a-z, 0-9, - and _")
    raise ValueError(f"{shown(text)} is not an id: a-z, 0-9, - and _, at most 64{_as_id(text)}")


def _as_id(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:64].rstrip("-_")
    return f"; for example {shown(made)}" if made else ""


def parse_line(text: str) -> str:
    """Return text on one line: line breaks and double spaces become one space."""
    line = " ".join(text.split())
    if any(unicodedata.category(one) == "Cc" for one in line):
        raise ValueError(f"{shown(line)} holds a control character; type it again")
    return line


def parse_name(text: str) -> str:
    """Return a name or title on one line; it must not be empty."""
    if not text.split():
        raise ValueError("is empty; write it as it shall stand on a page")
    return parse_line(text)


def parse_email(text: str) -> str:
    """Return an e-mail address."""
    if EMAIL.fullmatch(text):
        return text
    raise ValueError(f"{shown(text)} is no e-mail address; write one such as name@example.org")


def parse_date(text: str) -> date:
    """Return a date written as 2026-01-13."""
    if DATE.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{shown(text)} is no day of the calendar; correct it") from None
        return in_century(day)
    raise ValueError(f"{shown(text)} is no date; write it as 2026-01-13 (in Excel, format yyyy-mm-dd)")


def parse_time(zone: ZoneInfo) -> Callable[[str], datetime]:
    """Return a parser of times such as 2026-03-24 17:30, meant in `zone` unless they carry an offset."""

    def parse(text: str) -> datetime:
        if not TIME.fullmatch(text):
            raise ValueError(f"{shown(text)} is no date and time; write it as 2026-01-13 18:00")
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{shown(text)} is no time of the calendar; correct it") from None
        return in_century(time) if time.tzinfo else in_zone(time, zone)

    return parse


def in_century(day: Day) -> Day:
    """Return a day or time of 2000 to 2099; refuse others, which are slips of the pen."""
    if 2000 <= day.year < 2100:
        return day
    raise ValueError(f"has the year {day.year}; write one from 2000 to 2099")


def in_zone(time: datetime, zone: ZoneInfo) -> datetime:
    """Return a local time with its zone; refuse one that the clocks skip in spring.

    Examples
    --------
    >>> in_zone(datetime(2026, 3, 10, 18), ZoneInfo("America/Chicago")).isoformat()
    '2026-03-10T18:00:00-05:00'
    >>> in_zone(datetime(2026, 3, 8, 2, 30), ZoneInfo("America/Chicago"))
    Traceback (most recent call last):
    ValueError: 2026-03-08 02:30 does not exist in America/Chicago, where clocks go forward then; move it
    """
    aware = in_century(time).replace(tzinfo=zone)
    if aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        raise ValueError(
            f"{time:%Y-%m-%d %H:%M} does not exist in {zone.key}, where clocks go forward then; move it"
        )
    return aware


def parse_zone(text: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA list, such as America/Chicago."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        hint = nearest(text, zoneinfo.available_timezones())
        raise ValueError(
            f"{shown(text)} is no time zone; write one such as 'America/Chicago'{hint}"
        ) from None


def parse_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"{shown(text)} is no whole number from {least} to {most}; correct it")
        return int(text)

    return parse


def parse_words(known: Collection[str]) -> Callable[[str], frozenset[str]]:
    """Return a parser of words between spaces, each of which must be known."""

    def parse(text: str) -> frozenset[str]:
        for word in text.split():
            if word not in known:
                raise ValueError(
                    f"{shown(word)} is not known; use {', '.join(known)}, with spaces between"
                    f"{nearest(word, known)}"
                )
        return frozenset(text.split())

    return parse
