"""What meeting tools write of who was there: read as they write it, refused with file and line where it is wrong."""
# ruff: noqa: E501 - one broken file per line

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import ROSTER, make_program

from mdli_workbook.attendance import Attendance, Present, Unmatched, minutes_there, read_attendance
from mdli_workbook.errors import InputError
from mdli_workbook.program import read_program
from mdli_workbook.stays import Stay, parse_moment

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 20, 17, tzinfo=UTC)
BEGINS = datetime(2026, 2, 10, 18, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program")


def read(
    folder: Path, text: str | bytes, session: int = 0, zone: str = "", name: str = "zoom.csv"
) -> Attendance:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    known = ZoneInfo(zone) if zone else None
    return read_attendance(file, read_program(folder), NOW, session=session, zone=known)


ZOOM = """\
Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Ana,Ana@Example.org,02/10/2026 05:52:10 PM,02/10/2026 08:46:00 PM,174,No
Ben,ben@example.org,02/10/2026 06:10:00 PM,02/10/2026 07:00:00 PM,50,No
Ben,ben@example.org,02/10/2026 07:20:00 PM,02/10/2026 08:00:00 PM,40,No
"""
ZOOM_SUMMARY = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
123 456 789,"Listen, then ask",02/10/2026 05:50:00 PM,02/10/2026 08:50:00 PM,host@example.org,180,2

"""
TEAMS = """\
1. Summary
Meeting title\tListen
Attended participants\t2

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Ana\t2/10/26, 5:52:10 PM\t2/10/26, 8:46:00 PM\t2h 53m 50s\tana@example.org\tana@example.org\tPresenter
Ben\t2/10/26, 6:10:00 PM\t2/10/26, 8:00:00 PM\t1h 30m\tben@example.org\tben@example.org\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Ana\t2/10/26, 5:52:10 PM\t2/10/26, 8:46:00 PM\t2h 53m 50s\tana@example.org\tPresenter
"""
MEET = "First name;Last name;Email;Duration\nAna;E.;ana@example.org;2 hr 46 min\nBen;E.;ben@example.org;1 hr 30 min\n"
IN_UTC = """\
email,Joined (UTC),Left (UTC)
ana@example.org,2026-02-10 23:52:10,2026-02-11 02:46:00
ben@example.org,2026-02-11 00:10:00,2026-02-11 01:00:00
ben@example.org,2026-02-11 01:20:00,2026-02-11 02:00:00
"""
OFFSETS = (
    IN_UTC.replace(" (UTC)", "")
    .replace(":00,", ":00Z,")
    .replace(":10,", ":10.250Z,")
    .replace(":00\n", ":00Z\n")
)
WEBEX = "Attendee Email,Attendance Duration\nana@example.org,166 mins\nben@example.org,90 mins\n"
GOTO = "Email Address,Time in Session (seconds)\nana@example.org,9960\nben@example.org,1:30:00\n"


@pytest.mark.parametrize(
    ("text", "session"),
    [
        (ZOOM, 0),
        (ZOOM_SUMMARY + ZOOM, 0),
        (ZOOM, 2),
        (TEAMS, 0),
        (TEAMS.encode("utf-16"), 0),
        (b"\xef\xbb\xbf" + ZOOM.encode(), 0),
        (ZOOM.replace("\n", "\r\n"), 0),
        (ZOOM.replace("02/10/2026", '"Feb 10, 2026').replace(" PM", ' PM"'), 0),
        (MEET, 2),
        (IN_UTC, 0),
        (OFFSETS, 0),
        (WEBEX, 2),
        (GOTO, 2),
    ],
    ids=["zoom", "summary", "named", "teams", "utf-16", "bom", "crlf", "words", "meet", "utc", "offsets", "webex", "goto"],
)  # fmt: skip
def test_each_tool_says_the_same(folder: Path, text: str | bytes, session: int) -> None:
    assert read(folder, text, session).present == (Present("ana", 2, 166), Present("ben", 2, 90))


def test_a_zone_may_be_named_for_times_that_say_none(folder: Path) -> None:
    bare = IN_UTC.replace(" (UTC)", "")
    assert read(folder, bare, zone="UTC").present == read(folder, IN_UTC).present
    with pytest.raises(InputError, match=r"no session of cohort 'spring' begins between .*--zone UTC"):
        read(folder, bare)


def test_rows_of_nobody_are_handed_back_and_a_coach_is_not_nobody(folder: Path) -> None:
    text = f"{ZOOM}Phone,,02/10/2026 06:00:00 PM,02/10/2026 07:00:00 PM,60,Yes\n"
    text += "Guest,guest@example.org,02/10/2026 06:00:00 PM,02/10/2026 07:00:00 PM,60,Yes\n"
    text += "Kim,sam.kim@example.org,02/10/2026 06:00:00 PM,02/10/2026 07:00:00 PM,60,No\n"
    found = read(folder, text)
    assert found.unmatched == (Unmatched(5, ""), Unmatched(6, "guest@example.org"))
    assert [one.participant for one in found.present] == ["ana", "ben"]


def test_each_cohort_has_the_session_of_its_own_dates(tmp_path: Path) -> None:
    roster = f"{ROSTER}\nana,Ana,ana@example.org,spring,kim,,,,,,\nben,Ben,ben@example.org,autumn,kim,,,,,,\n"
    folder = make_program(tmp_path / "two", roster=roster)
    file = folder / "program.toml"
    own = '[[sessions]]\nsession = 1\ncohort = "autumn"\nstarts_at = 2026-02-10T18:30:00\ncall_from = 2026-02-16\ncall_until = 2026-02-27\n\n[credit]'
    text = file.read_text().replace("[credit]", own)
    text = text.replace("session = 2\n", 'session = 2\ncohort = "spring"\n', 1)
    own = (
        own.replace("session = 1", "session = 2")
        .replace("02-10", "03-10")
        .replace("02-16", "03-16")
        .replace("02-27", "03-27")
    )
    file.write_text(text.replace("[credit]", own))
    assert read(folder, ZOOM).present == (Present("ana", 2, 166), Present("ben", 1, 70))


# ---- minutes ----

spans = st.lists(st.tuples(st.integers(-60, 200), st.integers(0, 200)), min_size=1, max_size=6)


def stay(start: int, length: int) -> Stay:
    joined = BEGINS + timedelta(minutes=start)
    return Stay(2, "ana@example.org", timedelta(minutes=length), joined, joined + timedelta(minutes=length))


@given(spans)
def test_no_minute_counts_twice_and_none_before_the_session(rows: list[tuple[int, int]]) -> None:
    there = {minute for start, length in rows for minute in range(start, start + length) if minute >= 0}
    assert minutes_there([stay(*row) for row in rows], BEGINS) == len(there)


@given(spans)
def test_the_order_of_rows_changes_nothing(rows: list[tuple[int, int]]) -> None:
    stays = [stay(*row) for row in rows]
    assert minutes_there(stays, BEGINS) == minutes_there(stays[::-1], BEGINS)


def test_a_duration_shorter_than_the_times_around_it_counts() -> None:
    joined = BEGINS - timedelta(minutes=10)
    some = Stay(2, "ana@example.org", timedelta(minutes=90), joined, BEGINS + timedelta(minutes=165))
    assert minutes_there([some], BEGINS) == 90


def test_whoever_left_before_it_began_was_not_there() -> None:
    assert minutes_there([stay(-20, 15)], BEGINS) == 0


@pytest.mark.parametrize(("day", "minutes"), [("2026-03-08", 120), ("2026-11-01", 240)])
def test_a_night_in_which_clocks_change_has_its_true_length(day: str, minutes: int) -> None:
    zone = ZoneInfo("America/Chicago")
    joined, left = (
        parse_moment(zone)(f"{day[5:7]}/{day[8:]}/{day[:4]} {clock}") for clock in ("00:30", "03:30")
    )
    some = Stay(2, "a@example.org", timedelta(hours=9), joined, left)
    assert minutes_there([some], None) == minutes


# ---- broken files: every problem at once, with file and line, and nothing written ----

HEAD = "Email,Join Time,Leave Time,Duration (Minutes)\n"
ANA = "ana@example.org,2026-02-10 18:00,2026-02-10 20:00,120\n"
SHORT = "Email,Minutes\n"

# fmt: off
BROKEN = [
    ("", 0, "zoom.csv: names no columns that are known; it needs the e-mail address (such as Email), and either when people joined and left (Join Time, Leave Time) or how long they stayed (Duration)"),
    ("Name,Role\nAna,MD\n", 0, "zoom.csv line 1: names no columns that are known; it needs the e-mail address (such as Email), and either when people joined and left (Join Time, Leave Time) or how long they stayed (Duration)"),
    ("Email,Join Time\nana@example.org,2026-02-10 18:00\n", 0, "zoom.csv line 1: names no columns that are known; it needs the e-mail address (such as Email), and either when people joined and left (Join Time, Leave Time) or how long they stayed (Duration)"),
    (HEAD, 0, "zoom.csv line 1: has no rows below it; export it again"),
    (HEAD + ANA.replace("ana@", "ana at "), 0, "zoom.csv line 2: email 'ana at example.org' is no e-mail address; write one such as name@example.org"),
    (HEAD + ANA.replace("2026-02-10 18:00", "10.02.2026 18:00"), 0, "zoom.csv line 2: joined '10.02.2026 18:00' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM"),
    (HEAD + ANA.replace("2026-02-10 18:00", "25/02/2026 18:00"), 0, "zoom.csv line 2: joined '25/02/2026 18:00' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM"),
    (HEAD + ANA.replace("2026-02-10 18:00", ""), 0, "zoom.csv line 2: joined '' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM"),
    (HEAD + ANA.replace("2026-02-10 20:00", "2026-02-30 20:00"), 0, "zoom.csv line 2: left '2026-02-30 20:00' is no time of the calendar; correct it"),
    (HEAD + ANA.replace("20:00,120", "17:00,120"), 0, "zoom.csv line 2: left is before joined; correct one of them"),
    (HEAD + ANA.replace(",120", ",150"), 0, "zoom.csv line 2: duration 2:30:00 is longer than from joined to left, 2:00:00; correct what is wrong"),
    (HEAD + ANA.replace("02-10 20:00", "02-12 20:00"), 0, "zoom.csv line 2: is longer than 16 hours; correct the times or the duration"),
    (HEAD + ANA.replace(",120", ",two hours"), 0, "zoom.csv line 2: duration 'two hours' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    (HEAD + ANA.replace(",120", ",2:00"), 0, "zoom.csv line 2: duration '2:00' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    (HEAD + ANA.replace(",120", ",120,extra"), 0, "zoom.csv line 2: has 5 cells for 4 columns; put a cell that holds a separator in quotes"),
    (HEAD + '"ana@example.org,2026-02-10 18:00', 0, "zoom.csv line 2: opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, or save the file again if it is half-written"),
    (HEAD + ANA.replace("ana@", "nobody@"), 0, "zoom.csv: has nobody of the roster; compare its e-mail addresses with those of roster.csv"),
    (HEAD + ANA.replace("2026-02-10", "2026-02-11"), 0, "zoom.csv: no session of cohort 'spring' begins between 2026-02-11 18:00 and 2026-02-11 20:00 (America/Chicago); if its times are meant in another zone, name it with --zone UTC; otherwise correct program.toml"),
    (HEAD + ANA, 1, "zoom.csv: session 1 of cohort 'spring' does not begin between 2026-02-10 18:00 and 2026-02-10 20:00 (America/Chicago); if its times are meant in another zone, name it with --zone UTC; otherwise correct program.toml"),
    (HEAD.replace("Join Time", "Join Time (CET)") + ANA, 0, "zoom.csv line 1: says that times are in 'CET'; name the zone: --zone America/Chicago"),
    (SHORT + "ana@example.org,165\n", 0, "zoom.csv: has no times, so nothing tells the session; name it: --session 2"),
    (SHORT + "ana@example.org,165\n", 5, "zoom.csv: session 5 has no dates in program.toml; there are 1, 2, 3"),
    (SHORT + "ana@example.org,165\n", 3, "zoom.csv: session 3 begins on 2026-04-14 18:00, which is still to come"),
    (SHORT + "ana@example.org,60\nben@example.org,165\nana@example.org,60\n", 2, "zoom.csv line 4: ana stands already on line 2, and without times nobody can tell a rejoin from a second device; put the minutes into one row"),
    (SHORT + "ana@example.org,\n", 2, "zoom.csv line 2: duration '' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    (SHORT + "ana@example.org,-5\n", 2, "zoom.csv line 2: duration '-5' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    (b"\xff\xfe\x00\xd8", 0, "zoom.csv: is damaged UTF-16; export it again, or save it as UTF-8"),
]
# fmt: on


@pytest.mark.parametrize(("text", "session", "message"), BROKEN)
def test_what_is_wrong_is_told_with_file_line_and_way_out(
    folder: Path, text: str | bytes, session: int, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(folder, text, session)
    assert str(caught.value) == message


def test_all_problems_are_told_at_once_in_order(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(
            folder, HEAD + ANA.replace("18:00", "18h") + ANA.replace(",120", ",x") + ANA.replace("ana@", "@")
        )
    assert [(problem.line, problem.message.split(" ")[0]) for problem in caught.value.problems] == [
        (2, "joined"),
        (3, "duration"),
        (4, "email"),
    ]


def test_two_participants_of_one_address_are_told(tmp_path: Path) -> None:
    rows = "".join(f"{one},{one},both@example.org,spring,kim,,,,,,\n" for one in ("ana", "ben"))
    folder = make_program(tmp_path / "one", roster=f"{ROSTER}\n{rows}")
    with pytest.raises(
        InputError, match=r"zoom\.csv line 2: both@example\.org is the address of ana and ben; give"
    ):
        read(folder, SHORT + "both@example.org,60\n", 2)


def test_who_has_left_the_program_is_told(tmp_path: Path) -> None:
    roster = f"{ROSTER}\nana,Ana,ana@example.org,spring,kim,,,,,,2026-02-01\n"
    folder = make_program(tmp_path / "one", roster=roster)
    with pytest.raises(
        InputError, match="line 2: ana is not in the program on 2026-02-10; correct joined_on or left_on"
    ):
        read(folder, HEAD + ANA)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    home = tmp_path_factory.getbasetemp() / "any"
    folder = home if home.exists() else make_program(home)
    with pytest.raises(InputError):
        read(folder, b"Email,Minutes\n" + text, 2)
