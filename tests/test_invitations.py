"""Calendars of sessions and calls: right when clocks change, and the same event each time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from credited import mdli
from icalendar import Calendar
from programs import COACHES, ROSTER, make_program, open_store, read, save

from mdli_workbook.invitations import Invitations
from mdli_workbook.selection import Selection
from mdli_workbook.status import Status
from mdli_workbook.tallies import look_at

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.status import PersonStatus

ZONES = ("America/Chicago", "Europe/Berlin", "Australia/Sydney", "America/Santiago")
PROGRAM = """\
title = "Leading well"
time_zone = "{zone}"

[credit]
cap = 20
session = 2.75
call = 1

[[sessions]]
session = 1
starts_at = 2026-03-01T18:00:00
call_from = 2026-03-02
call_until = 2026-04-30

[[sessions]]
session = 2
starts_at = 2026-10-01T18:00:00
call_from = 2026-10-02
call_until = 2026-11-30
"""
DAYS = [
    *(date(2026, 3, 5) + timedelta(one) for one in range(40)),
    *(date(2026, 10, 3) + timedelta(one) for one in range(40)),
]
"""Around every change of clocks in the zones above."""
CHANGED = datetime(2026, 2, 1, 8, tzinfo=UTC)


def people_of(folder: Path) -> list[PersonStatus]:
    program, sessions = read(folder)
    status = Status(program, sessions, datetime(2026, 2, 20, tzinfo=UTC))
    return [one for _, some in look_at(program, sessions, Selection(), status) for one in some]


def events(text: bytes) -> dict[str, dict[str, Any]]:
    """Read a calendar back: UID → name → time, number or text."""
    return {
        str(one["uid"]): {name.lower(): getattr(value, "dt", value) for name, value in one.items()}
        for one in Calendar.from_ical(text).walk("VEVENT")
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_program(tmp_path / "program")
    rows = ["participant_id,call,starts_at,minutes,state", "ana,1,2026-01-20 12:00,45,held"]
    rows += ["ana,2,2026-02-18 12:00,45,planned", "ben,2,2026-02-19 12:00,30,planned", ""]
    (folder / "calls.csv").write_text("\n".join(rows), "utf-8")
    return folder


@pytest.mark.parametrize("zone", ZONES)
def test_a_call_is_at_the_hour_that_was_agreed_whatever_the_clocks_do(tmp_path: Path, zone: str) -> None:
    """One participant for each day: the same hour on the wall of the program, in each reader's own zone."""
    roster = [f"p{number:03},P,p{number}@example.org,spring,kim,,,,,," for number in range(len(DAYS))]
    folder = make_program(
        tmp_path / "program",
        program=PROGRAM.format(zone=zone),
        roster="\n".join([ROSTER, *roster, ""]),
        coaches=COACHES,
    )
    calls = [f"p{at:03},{1 if day.month < 6 else 2},{day} 17:30,45,planned" for at, day in enumerate(DAYS)]
    (folder / "calls.csv").write_text("\n".join(["participant_id,call,starts_at,minutes,state", *calls, ""]))
    found = events(Invitations(read(folder)[0], CHANGED).of_coach(people_of(folder)))
    for at, day in enumerate(DAYS):
        event = found[f"call-{1 if day.month < 6 else 2}-p{at:03}-2026@mdli-workbook.invalid"]
        begins, ends = event["dtstart"], event["dtend"]
        assert f"{begins.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == f"{day} 17:30"
        assert ends - begins == timedelta(minutes=45)
    hours = {one["dtstart"].hour for one in found.values()}
    assert len(hours) == 2, "clocks have changed in between"


def test_a_participant_has_their_sessions_and_calls_and_no_content(folder: Path) -> None:
    ana = people_of(folder)[0]
    found = events(Invitations(read(folder)[0], CHANGED).of_participant(ana))
    assert [one["summary"] for one in found.values()] == [
        "Leading well, session 1",
        "Leading well, session 2",
        "Leading well, session 3",
        "Coaching call 1",
        "Coaching call 2",
    ]
    assert {name for one in found.values() for name in one} == {
        "uid", "dtstamp", "last-modified", "sequence", "dtstart", "dtend", "status", "summary",
    }  # fmt: skip


def test_a_coach_sees_with_whom_and_a_cohort_has_all(folder: Path) -> None:
    make, people = Invitations(read(folder)[0], CHANGED), people_of(folder)
    coach, cohort = events(make.of_coach(people)), events(make.of_cohort("spring", people))
    assert [one["summary"] for one in coach.values()] == [
        "Coaching call 1, ana",
        "Coaching call 2, ana",
        "Coaching call 2, ben",
    ]
    assert set(coach) < set(cohort)
    assert len(cohort) == 6


def test_the_same_files_give_the_same_bytes_and_a_change_a_higher_revision(folder: Path) -> None:
    program, ana = read(folder)[0], people_of(folder)[0]
    first, again = (Invitations(program, CHANGED).of_participant(ana) for _ in range(2))
    later = events(Invitations(program, CHANGED + timedelta(minutes=2)).of_participant(ana))
    assert first == again
    for uid, event in events(first).items():
        assert later[uid]["sequence"] > event["sequence"]
        assert later[uid]["last-modified"] > event["last-modified"]


def test_a_call_that_moved_keeps_its_uid_and_one_without_a_time_is_taken_out(folder: Path) -> None:
    program, before = read(folder)[0], people_of(folder)[0]
    uid = "call-2-ana-2026@mdli-workbook.invalid"
    assert events(Invitations(program, CHANGED).of_participant(before))[uid]["status"] == "CONFIRMED"
    with open_store(folder) as store:
        said = {"state": "moved", "moved_to": "2026-02-25"}
        save(store, "ana", "coach-call", said, audience="participant", author="kim")
    assert (
        events(Invitations(program, CHANGED).of_participant(people_of(folder)[0]))[uid]["status"]
        == "CANCELLED"
    )
    calls = (folder / "calls.csv").read_text("utf-8")
    moved = calls.replace("ana,2,2026-02-18 12:00,45,planned", "ana,2,2026-02-25 09:00,45,moved")
    (folder / "calls.csv").write_text(moved, "utf-8")
    event = events(Invitations(read(folder)[0], CHANGED).of_participant(people_of(folder)[0]))[uid]
    assert (event["status"], event["dtstart"]) == ("CONFIRMED", datetime(2026, 2, 25, 15, tzinfo=UTC))


def test_whoever_left_loses_what_comes_after(folder: Path) -> None:
    roster = (
        (folder / "roster.csv")
        .read_text("utf-8")
        .replace("spring,kim,,,,,,", "spring,kim,,,,,,2026-02-01", 1)
    )
    (folder / "roster.csv").write_text(roster, "utf-8")
    found = events(Invitations(read(folder)[0], CHANGED).of_participant(people_of(folder)[0]))
    assert [one["status"] for one in found.values()] == [
        "CONFIRMED", "CANCELLED", "CANCELLED", "CONFIRMED", "CANCELLED",
    ]  # fmt: skip


def test_the_command_writes_a_file_for_each_participant_coach_and_cohort(
    folder: Path, tmp_path: Path
) -> None:
    assert mdli(folder, "status", "--ics", tmp_path / "ics").exit_code == 0
    files = sorted((tmp_path / "ics").iterdir())
    assert [one.name for one in files] == [
        "ana.ics",
        "ben.ics",
        "cleo.ics",
        "coach-kim.ics",
        "cohort-spring.ics",
    ]
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
