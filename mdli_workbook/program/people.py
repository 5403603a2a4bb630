"""Who takes part, who coaches them, and which calls are agreed: the three CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from mdli_workbook.program.sheets import find_twice
from mdli_workbook.program.values import (
    nearest,
    parse_date,
    parse_email,
    parse_id,
    parse_line,
    parse_name,
    parse_number,
    parse_time,
    parse_words,
    parse_zone,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from mdli_workbook.program.settings import Settings
    from mdli_workbook.program.sheets import Row, Sheet

__all__ = [
    "ACCOMMODATIONS",
    "CALLS_COLUMNS",
    "CALL_STATES",
    "COACHES_COLUMNS",
    "RENAMED_FROM",
    "ROSTER_COLUMNS",
    "Call",
    "CallState",
    "Coach",
    "Participant",
    "read_calls",
    "read_coaches",
    "read_participants",
]

ROSTER_COLUMNS = (
    "participant_id",
    "name",
    "email",
    "cohort",
    "coach_id",
    "organization",
    "role",
    "time_zone",
    "accommodations",
    "joined_on",
    "left_on",
)
RENAMED_FROM = "renamed_from"
"""A column that the roster needs only while an id is corrected."""
COACHES_COLUMNS = ("coach_id", "name", "email", "time_zone")
CALLS_COLUMNS = ("participant_id", "call", "starts_at", "minutes", "state")
ACCOMMODATIONS = ("large-text", "plain-layout", "reduced-motion", "extra-time", "screen-reader")

CallState = Literal["planned", "held", "missed", "moved"]
CALL_STATES: tuple[CallState, ...] = get_args(CallState)


@dataclass(frozen=True, slots=True)
class Participant:
    """One physician of the program: a row of ``roster.csv``.

    Parameters
    ----------
    id, name, email, cohort, coach_id, organization, role
        As in the roster.
    zone
        Their time zone; the program's where the roster gives none.
    accommodations
        Words of :data:`ACCOMMODATIONS`.
    joined_on
        First day in the program; ``None`` for its start.
    left_on
        The day from which they are no longer in it; ``None`` while they stay.
    renamed_from
        The id that they had before it was corrected; ``""`` if it never was.
    """

    id: str
    name: str
    email: str
    cohort: str
    coach_id: str
    organization: str
    role: str
    zone: ZoneInfo
    accommodations: frozenset[str] = frozenset()
    joined_on: date | None = None
    left_on: date | None = None
    renamed_from: str = ""

    def in_program(self, day: date) -> bool:
        """Whether they take part on `day`."""
        joined = self.joined_on is None or self.joined_on <= day
        return joined and not self.has_left(day)

    def has_left(self, day: date) -> bool:
        """Whether they are no longer in the program on `day`."""
        return self.left_on is not None and self.left_on <= day


@dataclass(frozen=True, slots=True)
class Coach:
    """One coach: a row of ``coaches.csv``. ``zone`` is the program's where the file gives none."""

    id: str
    name: str
    email: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Call:
    """One coaching call: agreed in ``calls.csv``, or only its window in ``program.toml``.

    Parameters
    ----------
    participant
        Id of the participant.
    call
        Its number, that of the session before it.
    call_from, call_until
        First and last day in which calls of this number are held.
    starts_at
        When, with a time zone; ``None`` while no time is agreed.
    minutes
        Its length; 0 while no time is agreed.
    state
        ``planned``, ``held``, ``missed``, or ``moved`` (to the time that stands there now).
    """

    participant: str
    call: int
    call_from: date
    call_until: date
    starts_at: datetime | None = None
    minutes: int = 0
    state: CallState = "planned"

    @property
    def ahead(self) -> bool:
        """Whether it has still to be held."""
        return self.state in ("planned", "moved")


def read_coaches(sheet: Sheet, zone: ZoneInfo) -> tuple[Coach, ...]:
    """Return the coaches of ``coaches.csv`` whose rows are right; tell what is wrong in the others.

    Parameters
    ----------
    sheet
        Its rows.
    zone
        The program's time zone, for a coach without one.
    """
    if sheet.whole and not sheet.rows:
        sheet.say("has no coach; add one row for each below the first line")
    find_twice(sheet.rows, "coach_id")
    return tuple(coach for row in sheet.rows if (coach := _coach(row, zone)))


def _coach(row: Row, zone: ZoneInfo) -> Coach | None:
    coach = Coach(
        id=row.read("coach_id", parse_id, ""),
        name=row.read("name", parse_name, ""),
        email=row.read("email", parse_email, ""),
        zone=row.read_if_given("time_zone", parse_zone, zone),
    )
    return None if row.broken else coach


def read_participants(sheet: Sheet, coaches: Sheet, zone: ZoneInfo) -> tuple[Participant, ...]:
    """Return the participants of ``roster.csv`` whose rows are right; tell what is wrong in the others.

    Parameters
    ----------
    sheet
        Its rows.
    coaches
        The rows of ``coaches.csv``, against which ids are checked.
    zone
        The program's time zone, for a participant without one.
    """
    if sheet.whole and not sheet.rows:
        sheet.say("has no participant; add one row for each below the first line")
    find_twice(sheet.rows, "participant_id")
    lines = coaches.lines("coach_id")
    ids, before = sheet.lines("participant_id"), sheet.lines(RENAMED_FROM)
    for row in sheet.rows:
        _check_other_ids(row, lines, whole=coaches.whole)
        _check_earlier_id(row, ids, lines, before)
    return tuple(one for row in sheet.rows if (one := _participant(row, zone)))


def _check_other_ids(row: Row, coaches: Mapping[str, int], *, whole: bool) -> None:
    participant, coach = row.cells.get("participant_id", ""), row.cells.get("coach_id", "")
    if participant and participant in coaches:
        where = f"coaches.csv line {coaches[participant]}"
        row.say(
            f"participant_id {shown(participant)} is a coach's id too ({where}); give one of them another"
        )
    if coach and whole and coach not in coaches and not row.ragged:
        hint = nearest(coach, coaches)
        row.say(f"coach_id {shown(coach)} is not in coaches.csv; add it there or correct it{hint}")


def _check_earlier_id(
    row: Row, participants: Mapping[str, int], coaches: Mapping[str, int], before: Mapping[str, int]
) -> None:
    """Refuse an earlier id that is somebody's: their answers would be one person's."""
    earlier = row.cells.get(RENAMED_FROM, "")
    if not earlier or row.ragged:
        return
    if earlier in participants:
        where = f"roster.csv line {participants[earlier]}"
        row.say(f"renamed_from {shown(earlier)} is a participant's id ({where}); name one that nobody has")
    elif earlier in coaches:
        where = f"coaches.csv line {coaches[earlier]}"
        row.say(f"renamed_from {shown(earlier)} is a coach's id ({where}); name one that nobody has")
    elif before[earlier] != row.line:
        row.say(f"renamed_from {shown(earlier)} stands in line {before[earlier]}, too; name it once")


def _participant(row: Row, zone: ZoneInfo) -> Participant | None:
    participant = Participant(
        id=row.read("participant_id", parse_id, ""),
        name=row.read("name", parse_name, ""),
        email=row.read("email", parse_email, ""),
        cohort=row.read("cohort", parse_id, ""),
        coach_id=row.read("coach_id", parse_id, ""),
        organization=row.read("organization", parse_line, ""),
        role=row.read("role", parse_line, ""),
        zone=row.read_if_given("time_zone", parse_zone, zone),
        accommodations=row.read("accommodations", parse_words(ACCOMMODATIONS), frozenset()),
        joined_on=row.read_if_given("joined_on", parse_date, None),
        left_on=row.read_if_given("left_on", parse_date, None),
        renamed_from=row.read(RENAMED_FROM, parse_id, "") if row.cells.get(RENAMED_FROM) else "",
    )
    joined, left = participant.joined_on, participant.left_on
    if joined and left and left < joined:
        row.say(f"left_on {left} is before joined_on {joined}; correct one of them")
    return None if row.broken else participant


def read_calls(sheet: Sheet, roster: Sheet, settings: Settings) -> tuple[Call, ...]:
    """Return the calls of ``calls.csv`` whose rows are right; tell what is wrong in the others.

    Parameters
    ----------
    sheet
        Its rows.
    roster
        The rows of ``roster.csv``.
    settings
        Sessions and time zone of the program.
    """
    find_twice(sheet.rows, "participant_id", "call")
    cohorts = {row.cells.get("participant_id", ""): row.cells.get("cohort", "") for row in roster.rows}
    now = {row.cells.get(RENAMED_FROM, ""): row for row in roster.rows}
    for row in sheet.rows:
        participant = row.cells.get("participant_id", "")
        if participant and roster.whole and participant not in cohorts and not row.ragged:
            hint = nearest(participant, cohorts)
            say = f"is not in roster.csv; add or correct it{hint}"
            if participant in now:
                id_, line = now[participant].cells["participant_id"], now[participant].line
                say = f"is {shown(id_)} now (roster.csv line {line}); write that"
            row.say(f"participant_id {shown(participant)} {say}")
    return tuple(call for row in sheet.rows if (call := _call(row, cohorts, settings)))


def _call(row: Row, cohorts: Mapping[str, str], settings: Settings) -> Call | None:
    participant = row.read("participant_id", parse_id, "")
    number = row.read("call", parse_number(1, 6), 0)
    starts_at = row.read("starts_at", parse_time(settings.zone), None)
    minutes = row.read("minutes", parse_number(1, 240), 0)
    state: CallState = row.read("state", _parse_state, CALL_STATES[0])
    session = settings.session(number, cohorts.get(participant, ""))
    if number and session is None and settings.whole:
        row.say(f"call {number} has no session in program.toml; add its dates there or correct the number")
    if session and starts_at and starts_at < session.starts_at:
        begins = f"{session.starts_at:%Y-%m-%d %H:%M}"
        row.say(f"starts_at is before session {number}, {begins}; a call follows its session")
    if row.broken or session is None:
        return None
    return Call(participant, number, session.call_from, session.call_until, starts_at, minutes, state)


def _parse_state(text: str) -> CallState:
    for state in CALL_STATES:
        if state == text:
            return state
    raise ValueError(f"{shown(text)} is not one of {', '.join(CALL_STATES)}{nearest(text, CALL_STATES)}")
