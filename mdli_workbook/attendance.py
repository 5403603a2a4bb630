"""What a meeting tool says of who was there: its file read, matched to the roster, turned into minutes.

A person's rows are laid over each other, so that a second device or a rejoin counts no minute twice, and
minutes before the session began do not count. Everything wrong in a file is told at once. Rows whose
e-mail address nobody in the roster has are handed back; names are never read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mdli_workbook.errors import InputError, Problem
from mdli_workbook.program.sheets import Row, read_records, read_text
from mdli_workbook.program.values import shown
from mdli_workbook.stays import find_table, read_rows, read_stay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mdli_workbook.program import Participant, Program, ScheduledSession
    from mdli_workbook.stays import Stay, Table

__all__ = ["Attendance", "Present", "Unmatched", "minutes_there", "read_attendance"]

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
EARLY = timedelta(minutes=30)
"""How long before a session its first row may end and still be of it."""
NO_COLUMNS = (
    "names no columns that are known; it needs the e-mail address (such as Email), and either when people "
    "joined and left (Join Time, Leave Time) or how long they stayed (Duration)"
)


@dataclass(frozen=True, slots=True)
class Present:
    """How many full minutes of a session somebody was there."""

    participant: str
    session: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row of nobody in the roster: its line, and its e-mail address (``""`` if the tool knows none)."""

    line: int
    email: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """What one file says.

    Parameters
    ----------
    present
        One for each participant, in the order of the roster.
    unmatched
        Rows of nobody in the roster, nor of a coach.
    first, last
        When the first one joined and the last one left; ``None`` where the file has no times.
    """

    present: tuple[Present, ...]
    unmatched: tuple[Unmatched, ...]
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A file's name, and what is wrong in it."""

    file: str
    problems: list[Problem]

    def say(self, line: int, message: str) -> None:
        problem = Problem(self.file, line, message)
        if problem not in self.problems:
            self.problems.append(problem)


def read_attendance(
    path: Path, program: Program, now: datetime, *, session: int = 0, zone: ZoneInfo | None = None
) -> Attendance:
    """Return what a meeting tool's file says.

    Parameters
    ----------
    path
        Comma, semicolon or tab separated; UTF-8 or UTF-16.
    program
        Roster, coaches and dates.
    now
        A session that has not begun then was attended by nobody.
    session
        Number; 0 to find it by the times in the file.
    zone
        In which times without an offset are meant; the program's by default, unless the header says UTC.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    told = _Told(path.name, [])
    stays = _read_stays(path, program.zone, zone, told)
    theirs, unmatched = _match(stays, program, told)
    span = _span(stay for some in theirs.values() for stay in some)
    present = tuple(_present(theirs, _Meeting(program, now, span, session), told))
    if stays and not theirs and not told.problems:
        told.say(0, "has nobody of the roster; compare its e-mail addresses with those of roster.csv")
    if told.problems:
        raise InputError(sorted(told.problems, key=lambda one: one.line))
    first, last = span or (None, None)
    return Attendance(present, unmatched, first, last)


def minutes_there(stays: Iterable[Stay], begins: datetime | None) -> int:
    """Return the full minutes that one person was there.

    Parameters
    ----------
    stays
        Their rows. Those with times are laid over each other; of those without any there is one.
    begins
        The session's begin; minutes before it do not count. ``None`` counts all.
    """
    stays = list(stays)
    allowed = sum((stay.length for stay in stays), timedelta())
    spans = sorted(
        (max(stay.joined, begins) if begins else stay.joined, stay.left)
        for stay in stays
        if stay.joined and stay.left
    )
    if not spans:
        return int(allowed.total_seconds() // 60)
    there, until = timedelta(), spans[0][0]
    for joined, left in spans:
        there += max(left - max(joined, until), timedelta())
        until = max(until, left)
    return int(min(there, allowed).total_seconds() // 60)


def _read_stays(path: Path, zone: ZoneInfo, given: ZoneInfo | None, told: _Told) -> tuple[Stay, ...]:
    """Return the stays of a file whose rows are right; tell what is wrong in the others."""
    text = _read(path, told)
    if text is None:
        return ()
    records = list(read_records(text, path.name, told.problems, _separator(text)))
    table = find_table(records)
    if table is None:
        if not told.problems:
            told.say(records[0][0] if records else 0, NO_COLUMNS)
        return ()
    line = records[table.header][0]
    for head in table.twice:
        told.say(line, f"column {shown(head)} stands twice; remove one")
    zone = given or _zone_of(table, line, zone, told)
    rows = [_row(begin, cells, table, told) for begin, cells in read_rows(records, table)]
    if not rows and not told.problems:
        told.say(line, "has no rows below it; export it again")
    return tuple(stay for row in rows if not row.ragged and (stay := read_stay(row, table, zone)))


def _read(path: Path, told: _Told) -> str | None:
    raw = path.read_bytes() if path.is_file() else b""
    if not raw.startswith(UTF_16):
        return read_text(path.parent, path.name, told.problems)
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError:
        told.say(0, "is damaged UTF-16; export it again, or save it as UTF-8")
        return None


def _separator(text: str) -> str:
    """Return what separates cells: summaries above the table may hold commas, so the fullest line says it."""
    return max(",;\t", key=lambda one: max(line.count(one) for line in [*text.splitlines()[:40], ""]))


def _zone_of(table: Table, line: int, zone: ZoneInfo, told: _Told) -> ZoneInfo:
    """Return the zone that the header names; without one, the program's."""
    if table.zone in {"UTC", "GMT", "Z"}:
        return ZoneInfo("UTC")
    if table.zone not in {"", "LOCAL"}:
        told.say(line, f"says that times are in {shown(table.zone)}; name the zone: --zone America/Chicago")
    return zone


def _row(line: int, cells: list[str], table: Table, told: _Told) -> Row:
    named = {name: cells[at] if at < len(cells) else "" for name, at in table.columns.items()}
    row = Row(told.file, line, named, told.problems)
    if any(cells[table.width :]):
        row.ragged = True
        row.say(
            f"has {len(cells)} cells for {table.width} columns; put a cell that holds a separator in quotes"
        )
    return row


def _match(
    stays: Iterable[Stay], program: Program, told: _Told
) -> tuple[dict[str, list[Stay]], tuple[Unmatched, ...]]:
    """Return participant → stays, and the rows of nobody; coaches are nobody's rows and not told."""
    people = defaultdict(list)
    for participant in program.participants:
        people[participant.email.lower()].append(participant.id)
    coaches = {coach.email.lower() for coach in program.coaches}
    theirs: dict[str, list[Stay]] = defaultdict(list)
    unmatched = []
    for stay in stays:
        ids = people.get(stay.email, [])
        if len(ids) > 1:
            whose = " and ".join(ids)
            told.say(stay.line, f"{stay.email} is the address of {whose}; give each their own in roster.csv")
        elif ids:
            theirs[ids[0]].append(stay)
        elif stay.email not in coaches:
            unmatched.append(Unmatched(stay.line, stay.email))
    return theirs, tuple(unmatched)


def _span(stays: Iterable[Stay]) -> tuple[datetime, datetime] | None:
    """Return when the first one joined and the last one left."""
    times = [(stay.joined, stay.left) for stay in stays if stay.joined and stay.left]
    return (min(joined for joined, _ in times), max(left for _, left in times)) if times else None


@dataclass(frozen=True, slots=True)
class _Meeting:
    """When the meeting of a file was, from which each cohort's session follows.

    Parameters
    ----------
    program, now
        Its dates, and the clock.
    span
        From the first to the last in the file; ``None`` where it has no times.
    asked
        The session's number; 0 to find it by the span.
    """

    program: Program
    now: datetime
    span: tuple[datetime, datetime] | None
    asked: int

    def session_of(self, cohort: str) -> ScheduledSession:
        """Return a cohort's session; a ValueError says why there is none."""
        known = [one for one in self.program.sessions_of(cohort) if self.asked in {0, one.session}]
        if not known:
            numbers = ", ".join(map(str, self.program.numbers))
            raise ValueError(f"session {self.asked} has no dates in program.toml; there are {numbers}")
        fitting = [one for one in known if self._fits(one)]
        if len(fitting) != 1:
            raise ValueError(self._why(cohort, several=bool(fitting)))
        if not fitting[0].held(self.now):
            begins = f"{fitting[0].starts_at:%Y-%m-%d %H:%M}"
            raise ValueError(f"session {fitting[0].session} begins on {begins}, which is still to come")
        return fitting[0]

    def _fits(self, session: ScheduledSession) -> bool:
        if self.span is None:
            return bool(self.asked)
        return self.span[0] - EARLY <= session.starts_at < self.span[1]

    def _why(self, cohort: str, *, several: bool) -> str:
        if self.span is None:
            return "has no times, so nothing tells the session; name it: --session 2"
        first, last = (one.astimezone(self.program.zone) for one in self.span)
        between = f"between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} ({self.program.zone.key})"
        if several:
            return f"holds several sessions {between}; export one meeting at a time"
        session = f"session {self.asked}" if self.asked else "no session"
        begins = "does not begin" if self.asked else "begins"
        return (
            f"{session} of cohort {shown(cohort)} {begins} {between}; if its times are meant in another "
            "zone, name it with --zone UTC; otherwise correct program.toml"
        )


def _present(theirs: Mapping[str, Sequence[Stay]], meeting: _Meeting, told: _Told) -> Iterator[Present]:
    """Yield the minutes of each participant, in the order of the roster."""
    for participant in meeting.program.participants:
        if stays := theirs.get(participant.id):
            try:
                session = meeting.session_of(participant.cohort)
            except ValueError as error:
                told.say(0, str(error))
                continue
            _check_person(participant, stays, session, told)
            yield Present(participant.id, session.session, minutes_there(stays, session.starts_at))


def _check_person(
    participant: Participant, stays: Sequence[Stay], session: ScheduledSession, told: _Told
) -> None:
    day = session.starts_at.date()
    if not participant.in_program(day):
        message = (
            f"{participant.id} is not in the program on {day}; correct joined_on or left_on in roster.csv"
        )
        told.say(stays[0].line, message)
    if len(stays) > 1 and stays[0].joined is None:
        message = (
            f"{participant.id} stands already on line {stays[0].line}, and without times nobody can tell a "
            "rejoin from a second device; put the minutes into one row"
        )
        told.say(stays[1].line, message)
