"""``program.toml``: title, time zone, credit, and when each session and its calls take place."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mdli_workbook.errors import ProgramError
from mdli_workbook.program.toml_keys import Keys, parse_day, read_keys, text_of
from mdli_workbook.program.values import in_zone, nearest, parse_id, parse_name, parse_zone, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from mdli_workbook.errors import Problem

__all__ = [
    "PROGRAM_FILE",
    "Credit",
    "Due",
    "ScheduledSession",
    "Settings",
    "read_settings",
    "read_store",
]

PROGRAM_FILE = "program.toml"
KEYS = ("title", "time_zone", "store", "today", "credit", "due", "sessions")
CREDIT_KEYS = ("cap", "session", "call")
DUE_KEYS = ("report_days_before", "remind_days_before")
SESSION_KEYS = ("session", "starts_at", "call_from", "call_until", "cohort")
STORES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
UTC = ZoneInfo("UTC")
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Credit:
    """What the accredited provider designated, in quarter hours.

    Parameters
    ----------
    cap
        At most for the whole program.
    session, call
        At most for each session and for each call.
    """

    cap: Decimal
    session: Decimal
    call: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """How long before a call something is due.

    Parameters
    ----------
    report_days_before
        Its report is made from so many days before it.
    remind_days_before
        Who has not done its workbook is overdue, and reminded, from so many days before it.
    """

    report_days_before: int = 3
    remind_days_before: int = 5


@dataclass(frozen=True, slots=True)
class ScheduledSession:
    """When one session takes place, and the days in which its calls are held.

    Parameters
    ----------
    session
        Its number, 1 to 6.
    starts_at
        With the program's time zone.
    call_from, call_until
        First and last day of its calls.
    cohort
        The only cohort that meets then; ``""`` for every cohort without dates of its own.

    Examples
    --------
    >>> starts = datetime(2026, 3, 10, 18, tzinfo=ZoneInfo("America/Chicago"))
    >>> third = ScheduledSession(3, starts, date(2026, 3, 17), date(2026, 3, 27))
    >>> third.held(datetime(2026, 3, 10, 22, 59, tzinfo=UTC))
    False
    >>> third.held(datetime(2026, 3, 10, 23, 0, tzinfo=UTC))
    True
    """

    session: int
    starts_at: datetime
    call_from: date
    call_until: date
    cohort: str = ""

    def held(self, now: datetime) -> bool:
        """Whether it has begun at `now` (with any time zone)."""
        return self.starts_at <= now


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``program.toml`` says.

    Parameters
    ----------
    title, zone, credit, sessions, store, today, due
        As in the file; `store` is the address as it is written there.
    whole
        Whether nothing was wrong in it. If something was, the rest serves only to check the other files.
    """

    title: str
    zone: ZoneInfo
    credit: Credit
    sessions: tuple[ScheduledSession, ...]
    store: str = field(default="", repr=False)  # it may hold a password
    today: date | None = None
    due: Due = field(default_factory=Due)
    whole: bool = field(default=True, repr=False)

    def session(self, number: int, cohort: str) -> ScheduledSession | None:
        """Return a cohort's own dates of a session, else everybody's, else ``None``."""
        return _dates_of(self.sessions, number, cohort)


def _dates_of(sessions: Iterable[ScheduledSession], number: int, cohort: str) -> ScheduledSession | None:
    """Return a cohort's own dates of a session, else everybody's, else ``None``."""
    fitting = [one for one in sessions if one.session == number and one.cohort in ("", cohort)]
    return max(fitting, key=lambda one: one.cohort, default=None)


def read_settings(folder: Path, cohorts: Collection[str], problems: list[Problem]) -> Settings:
    """Return what ``program.toml`` says; what is wrong in it is added to `problems`.

    Parameters
    ----------
    folder
        The program folder.
    cohorts
        Those of the roster; empty if they are not known, and then nothing is checked against them.
    problems
        What is wrong is added here.
    """
    before = len(problems)
    keys = read_keys(folder, PROGRAM_FILE, problems)
    if keys is None:
        return Settings("", UTC, Credit(NONE, NONE, NONE), (), whole=False)
    keys.check_known(KEYS)
    zone = keys.read("time_zone", text_of(parse_zone), UTC)
    entries = list(_read_sessions(keys, zone))
    _check_order(entries, cohorts)
    _check_cohorts(entries, cohorts)
    settings = Settings(
        title=keys.read("title", text_of(parse_name), ""),
        zone=zone,
        credit=_read_credit(keys),
        sessions=tuple(session for _, session in entries),
        store=keys.read_if_given("store", text_of(_parse_store), ""),
        today=keys.read_if_given("today", parse_day, None),
        due=_read_due(keys),
    )
    keys.tell(problems)
    return replace(settings, whole=len(problems) == before)


def read_store(folder: Path) -> str:
    """Return the store's address as ``program.toml`` has it, ``""`` if it has none.

    Raises
    ------
    ProgramError
        If the file cannot be read or the address is of no kind that is known.
    """
    problems: list[Problem] = []
    keys = read_keys(folder, PROGRAM_FILE, problems)
    address = keys.read_if_given("store", text_of(_parse_store), "") if keys else ""
    if keys:
        keys.tell(problems)
    if problems:
        raise ProgramError(problems)
    return address


def _parse_store(text: str) -> str:
    for start in STORES:
        if text.startswith(start) and len(text) > len(start):
            return text
    # the address may hold a password, so it isn't repeated
    raise ValueError(f"must begin with one of {', '.join(STORES)}; leave it out for .mdli/answers.db")


def _read_credit(keys: Keys) -> Credit:
    if "credit" in keys.data and not isinstance(keys.data["credit"], dict):
        keys.say("credit", f"must be a table [credit] with {', '.join(CREDIT_KEYS)}")
        return Credit(NONE, NONE, NONE)
    inside = keys.inside("credit")
    inside.check_known(CREDIT_KEYS)
    cap, session, call = (inside.read(key, _parse_quarter_hours, NONE) for key in CREDIT_KEYS)
    return Credit(cap, session, call)


def _read_due(keys: Keys) -> Due:
    """Return what ``[due]`` says; a program may do without it."""
    if not isinstance(keys.data.get("due", {}), dict):
        keys.say("due", f"must be a table [due] with {', '.join(DUE_KEYS)}")
        return Due()
    inside, usual = keys.inside("due"), Due()
    inside.check_known(DUE_KEYS)
    report = inside.read_if_given("report_days_before", _parse_days, usual.report_days_before)
    return Due(report, inside.read_if_given("remind_days_before", _parse_days, usual.remind_days_before))


def _parse_days(value: object) -> int:
    if type(value) is int and 0 <= value <= 60:
        return value
    raise ValueError(f"{shown(value)} is no number of days; write one from 0 to 60")


def _parse_quarter_hours(value: object) -> Decimal:
    if type(value) in (int, Decimal):
        hours = Decimal(str(value))
        if hours.is_finite() and 0 <= hours <= 1000 and hours % Decimal("0.25") == 0:
            return hours
    raise ValueError(f"{shown(value)} is no number of quarter hours; write one such as 0.75 or 21.50")


def _read_sessions(keys: Keys, zone: ZoneInfo) -> Iterator[tuple[Keys, ScheduledSession]]:
    """Yield each entry of ``[[sessions]]`` that can be used, with its keys."""
    seen: dict[tuple[int, str], int] = {}
    for at in range(len(keys.read("sessions", _parse_entries, []))):
        entry = keys.inside("sessions", at)
        entry.check_known(SESSION_KEYS)
        session = _read_session(entry, zone)
        if session is None:
            continue
        twin = seen.setdefault((session.session, session.cohort), at)
        if twin != at:
            line = keys.line("sessions", twin, "session")
            entry.say("session", f"{session.session} stands already on line {line}; keep one of the two")
        yield entry, session


def _parse_entries(value: object) -> list[object]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return value
    raise ValueError(f"must be one [[sessions]] for each, with {', '.join(SESSION_KEYS[:-1])}")


def _read_session(keys: Keys, zone: ZoneInfo) -> ScheduledSession | None:
    session = keys.read("session", _parse_session, None)
    starts_at = keys.read("starts_at", _parse_start(zone), None)
    call_from = keys.read("call_from", parse_day, None)
    call_until = keys.read("call_until", parse_day, None)
    cohort = keys.read_if_given("cohort", text_of(parse_id), "")
    if call_from and starts_at and call_from < starts_at.date():
        keys.say(
            "call_from",
            f"{call_from} is before its session on {starts_at.date()}; set it on that day or later",
        )
    if call_from and call_until and call_until < call_from:
        keys.say("call_until", f"{call_until} is before call_from, {call_from}; set it on that day or later")
    if session is None or starts_at is None or call_from is None or call_until is None:
        return None
    return ScheduledSession(session, starts_at, call_from, call_until, cohort)


def _parse_session(value: object) -> int:
    if type(value) is int and 1 <= value <= 6:
        return value
    raise ValueError(f"{shown(value)} is no session; write a number from 1 to 6")


def _parse_start(zone: ZoneInfo) -> Callable[[object], datetime]:
    def parse(value: object) -> datetime:
        if not isinstance(value, datetime):
            raise ValueError(f"{shown(value)} is no date and time; write it as 2026-01-13T18:00:00")  # noqa: TRY004
        if value.tzinfo:
            raise ValueError("has an offset; leave it out, the time is meant in the program's time_zone")
        return in_zone(value, zone)

    return parse


def _check_order(entries: list[tuple[Keys, ScheduledSession]], cohorts: Collection[str]) -> None:
    """Tell each session that begins before the one with the number below it."""
    sessions = [session for _, session in entries]
    late: dict[ScheduledSession, str] = {}
    for cohort in sorted({"", *cohorts}):
        dates = [one for number in range(1, 7) if (one := _dates_of(sessions, number, cohort))]
        for before, after in itertools.pairwise(dates):
            if after.starts_at <= before.starts_at:
                late[after] = (
                    f"{after.starts_at:%Y-%m-%d %H:%M} is not after session {before.session}, "
                    f"{before.starts_at:%Y-%m-%d %H:%M}; put sessions in the order of their numbers"
                )
    for keys, session in entries:
        if session in late:
            keys.say("starts_at", late[session])


def _check_cohorts(entries: list[tuple[Keys, ScheduledSession]], cohorts: Collection[str]) -> None:
    """Tell cohorts that nobody is in, and sessions that lack a cohort's dates."""
    sessions = [session for _, session in entries]
    told: set[tuple[int, str]] = set()
    for keys, session in entries if cohorts else ():
        if session.cohort and session.cohort not in cohorts:
            hint = nearest(session.cohort, cohorts)
            keys.say(
                "cohort", f"{shown(session.cohort)} has nobody in roster.csv; correct or remove it{hint}"
            )
        for cohort in sorted(cohorts):
            key = session.session, cohort
            if key not in told and _dates_of(sessions, *key) is None:
                told.add(key)
                keys.say(
                    "cohort",
                    f"leaves cohort {shown(cohort)} without session {session.session}; add its dates",
                )
