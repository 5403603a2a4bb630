"""Broken program files: every problem at once, each with file, line and the way out, and nothing written."""
# ruff: noqa: E501 - one broken file per line: what is changed, and all that is said of it

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.errors import ProgramError
from mdli_workbook.program import FILES, read_program

SMALL = Path(__file__).parent / "data" / "small-program"
GOOD = {name: (SMALL / name).read_text(encoding="utf-8") for name in FILES}
PROGRAM, ROSTER, COACHES, CALLS = (GOOD[name] for name in FILES)
HEADER = ROSTER.splitlines()[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def problems_of(folder: Path) -> list[str]:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ProgramError) as caught:
        read_program(folder)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return [str(problem) for problem in caught.value.problems]


# fmt: off
BROKEN = [
    # what people write wrong in ids
    ("roster.csv", "cleo,", "Cléo Ö.,", "roster.csv line 4: participant_id 'Cléo Ö.' is not an id: a-z, 0-9, - and _, at most 64; for example 'cleo-o'"),
    ("roster.csv", "ben,", ",", "roster.csv line 3: participant_id is empty; give an id of a-z, 0-9, - and _"),
    ("roster.csv", "cleo,", "ben,", "roster.csv line 4: participant_id 'ben' stands already on line 3; keep one of the two rows"),
    ("coaches.csv", "marcus-reed,", "../etc,", "roster.csv line 3: coach_id 'marcus-reed' is not in coaches.csv; add it there or correct it\nroster.csv line 4: coach_id 'marcus-reed' is not in coaches.csv; add it there or correct it\ncoaches.csv line 3: coach_id '../etc' is not an id: a-z, 0-9, - and _, at most 64; for example 'etc'"),
    ("roster.csv", ",spring,", ",Spring 26,", "roster.csv line 2: cohort 'Spring 26' is not an id: a-z, 0-9, - and _, at most 64; for example 'spring-26'"),
    ("roster.csv", "lena-novak", "lena-novack", "roster.csv line 2: coach_id 'lena-novack' is not in coaches.csv; add it there or correct it (did you mean 'lena-novak'?)"),
    ("roster.csv", "ben,", "lena-novak,", "roster.csv line 3: participant_id 'lena-novak' is a coach's id too (coaches.csv line 2); give one of them another"),
    # cells
    ("roster.csv", "ben@example.org", "ben at example", "roster.csv line 3: email 'ben at example' is no e-mail address; write one such as name@example.org"),
    ("coaches.csv", "lena@example.org", "", "coaches.csv line 2: email '' is no e-mail address; write one such as name@example.org"),
    ("roster.csv", "Ben Castellanos", "", "roster.csv line 3: name is empty; write it as it shall stand on a page"),
    ("roster.csv", "America/Denver", "America/Denvr", "roster.csv line 2: time_zone 'America/Denvr' is no time zone; write one such as 'America/Chicago' (did you mean 'America/Denver'?)"),
    ("roster.csv", "large-text", "large-txt", "roster.csv line 2: accommodations 'large-txt' is not known; use large-text, plain-layout, reduced-motion, extra-time, screen-reader, with spaces between (did you mean 'large-text'?)"),
    ("roster.csv", "2026-01-05", "1/5/2026", "roster.csv line 2: joined_on '1/5/2026' is no date; write it as 2026-01-13 (in Excel, format yyyy-mm-dd)"),
    ("roster.csv", "2026-05-01", "2026-02-30", "roster.csv line 2: left_on '2026-02-30' is no day of the calendar; correct it"),
    ("roster.csv", "2026-05-01", "2025-12-31", "roster.csv line 2: left_on 2025-12-31 is before joined_on 2026-01-05; correct one of them"),
    # the shape of a CSV file
    ("roster.csv", ",email,", ",e_mail,", "roster.csv line 1: column 'email' is missing; add it\nroster.csv line 1: column 'e_mail' is not known; remove it (did you mean 'email'?)"),
    ("coaches.csv", "email,time_zone", "email,time_zone,name", "coaches.csv line 1: column 'name' stands twice; remove one"),
    ("coaches.csv", "coach_id,name,email,time_zone\n", "", "coaches.csv line 1: does not name the columns; the first line must be: coach_id,name,email,time_zone"),
    ("roster.csv", "Ben Castellanos", "Ben Castellanos, MD", "roster.csv line 3: has 12 cells for 11 columns; put a cell that holds a separator in quotes"),
    ("roster.csv", "marcus-reed,,,,,,\ncleo", "\ncleo", "roster.csv line 3: coach_id is empty; give an id of a-z, 0-9, - and _"),
    ("coaches.csv", "Europe/Vienna", "Europe/Vienna,note", "coaches.csv line 2: has 5 cells for 4 columns; put a cell that holds a separator in quotes"),
    ("roster.csv", "marcus-reed,,,,,,\ncleo,Cleo Adeyemi,cleo@example.org,autumn,marcus-reed,,,,,,\n", "marcus-r", "roster.csv line 3: ends after 5 of 11 cells: the file looks half-written; save it again"),
    ("roster.csv", "Cleo Adeyemi", '"Cleo Adeyemi', "roster.csv line 4: opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, or save the file again if it is half-written"),
    ("roster.csv", "Ben Castellanos", '"Ben" Castellanos', "roster.csv line 3: opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, or save the file again if it is half-written"),
    # calls.csv
    ("calls.csv", "amara,1", "amarra,1", "calls.csv line 2: participant_id 'amarra' is not in roster.csv; add or correct it (did you mean 'amara'?)"),
    ("calls.csv", "amara,2,", "amara,1,", "calls.csv line 3: participant_id 'amara' and call '1' stands already on line 2; keep one of the two rows"),
    ("calls.csv", "amara,2,", "amara,7,", "calls.csv line 3: call '7' is no whole number from 1 to 6; correct it"),
    ("calls.csv", "amara,2,", "amara,3,", "calls.csv line 3: call 3 has no session in program.toml; add its dates there or correct the number"),
    ("calls.csv", "2026-01-21 12:00", "1/21/26 12:00", "calls.csv line 2: starts_at '1/21/26 12:00' is no date and time; write it as 2026-01-13 18:00"),
    ("calls.csv", "2026-01-21 12:00", "2026-01-21 25:00", "calls.csv line 2: starts_at '2026-01-21 25:00' is no time of the calendar; correct it"),
    ("calls.csv", "2026-01-21 12:00", "2026-03-08 02:30", "calls.csv line 2: starts_at 2026-03-08 02:30 does not exist in America/Chicago, where clocks go forward then; move it"),
    ("calls.csv", "2026-01-21 12:00", "2026-01-12 12:00", "calls.csv line 2: starts_at is before session 1, 2026-01-13 18:00; a call follows its session"),
    ("calls.csv", "45,held", "3/4,held", "calls.csv line 2: minutes '3/4' is no whole number from 1 to 240; correct it"),
    ("calls.csv", "45,held", "45,done", "calls.csv line 2: state 'done' is not one of planned, held, missed, moved"),
    # program.toml
    ("program.toml", 'title = "Leading a practice"\n', "", "program.toml: title is missing; add it"),
    ("program.toml", '"Leading a practice"', "2026", "program.toml line 1: title must be text in quotes"),
    ("program.toml", "America/Chicago", "Amerika/Chicago", "program.toml line 2: time_zone 'Amerika/Chicago' is no time zone; write one such as 'America/Chicago' (did you mean 'America/Chicago'?)"),
    ("program.toml", "\n[credit]", "tody = 2026-01-01\n[credit]", "program.toml line 3: 'tody' is not known; remove it (did you mean 'today'?)"),
    ("program.toml", "\n[credit]", 'today = "2026-01-01"\n[credit]', "program.toml line 3: today '2026-01-01' is no date; write it as 2026-01-13, without quotes and time"),
    ("program.toml", "\n[credit]", 'store = "mysql://mdli:secret@host/db"\n[credit]', "program.toml line 3: store must begin with one of sqlite:///, postgresql://, postgresql+psycopg://; leave it out for .mdli/answers.db"),
    ("program.toml", "cap = 21.50", "cap = 21.60", "program.toml line 5: cap '21.60' is no number of quarter hours; write one such as 0.75 or 21.50"),
    ("program.toml", "cap = 21.50", "cap = inf", "program.toml line 5: cap 'Infinity' is no number of quarter hours; write one such as 0.75 or 21.50"),
    ("program.toml", "call = 1\n", "", "program.toml line 4: call is missing; add it"),
    ("program.toml", "session = 1\n", "session = 9\n", "program.toml line 10: session '9' is no session; write a number from 1 to 6"),
    ("program.toml", "session = 1\n", "session = 2\n", "program.toml line 16: session 2 stands already on line 10; keep one of the two"),
    ("program.toml", "2026-01-13T18:00:00", "2026-01-13", "program.toml line 11: starts_at '2026-01-13' is no date and time; write it as 2026-01-13T18:00:00"),
    ("program.toml", "2026-01-13T18:00:00", "2026-01-13T18:00:00Z", "program.toml line 11: starts_at has an offset; leave it out, the time is meant in the program's time_zone"),
    ("program.toml", "2026-01-13T18:00:00", "2026-04-13T18:00:00", "program.toml line 12: call_from 2026-01-20 is before its session on 2026-04-13; set it on that day or later\nprogram.toml line 17: starts_at 2026-03-10 18:00 is not after session 1, 2026-04-13 18:00; put sessions in the order of their numbers\ncalls.csv line 2: starts_at is before session 1, 2026-04-13 18:00; a call follows its session"),
    ("program.toml", "2026-01-13T18:00:00", "0206-01-13T18:00:00", "program.toml line 11: starts_at has the year 206; write one from 2000 to 2099"),
    ("calls.csv", "2026-01-21 12:00", "9999-12-31 23:59", "calls.csv line 2: starts_at has the year 9999; write one from 2000 to 2099"),
    ("program.toml", "2026-01-30", "2026-01-19", "program.toml line 13: call_until 2026-01-19 is before call_from, 2026-01-20; set it on that day or later"),
    ("program.toml", "2026-03-10T18:00:00", "2026-01-10T18:00:00", "program.toml line 17: starts_at 2026-01-10 18:00 is not after session 1, 2026-01-13 18:00; put sessions in the order of their numbers"),
    ("program.toml", "call_until = 2026-03-27", 'call_until = 2026-03-27\ncohort = "sprung"', "program.toml line 20: cohort 'sprung' has nobody in roster.csv; correct or remove it (did you mean 'spring'?)\nprogram.toml line 20: cohort leaves cohort 'autumn' without session 2; add its dates\nprogram.toml line 20: cohort leaves cohort 'spring' without session 2; add its dates"),
    ("program.toml", "call_until = 2026-03-27", 'call_until = 2026-03-27\ncohort = "spring"', "program.toml line 20: cohort leaves cohort 'autumn' without session 2; add its dates"),
    ("program.toml", "call_until = 2026-03-27", "call_until = 2026-03-2", "program.toml line 19: is not TOML here: Expected newline or end of document after a statement; write text in quotes and times as 2026-01-13T18:00:00"),
    ("program.toml", 'title = "Leading', "title = Leading", "program.toml line 1: is not TOML here: Invalid value; write text in quotes and times as 2026-01-13T18:00:00"),
]
# fmt: on


@pytest.mark.parametrize(("name", "old", "new", "message"), BROKEN)
def test_what_is_wrong_is_told_with_file_line_and_way_out(
    folder: Path, name: str, old: str, new: str, message: str
) -> None:
    change(folder, name, old, new)
    assert "\n".join(problems_of(folder)) == message


def test_all_problems_of_all_files_are_told_at_once_in_order(folder: Path) -> None:
    change(folder, "calls.csv", "45,held", "45,done")
    change(folder, "coaches.csv", "Europe/Vienna", "Europe/Wien")
    change(folder, "roster.csv", "ben@example.org", "ben")
    change(folder, "roster.csv", "cleo,Cleo Adeyemi,", "Cleo,,")
    change(folder, "program.toml", "cap = 21.50", "cap = 21.3")
    change(folder, "program.toml", "America/Chicago", "Chicago")
    assert [problem.split(" ")[:4] for problem in problems_of(folder)] == [
        ["program.toml", "line", "2:", "time_zone"],
        ["program.toml", "line", "5:", "cap"],
        ["roster.csv", "line", "3:", "email"],
        ["roster.csv", "line", "4:", "participant_id"],
        ["roster.csv", "line", "4:", "name"],
        ["coaches.csv", "line", "2:", "time_zone"],
        ["calls.csv", "line", "2:", "state"],
    ]


# ---- broken bytes and missing files ----

SAVE = 'in Excel, save it as "CSV UTF-8 (Comma delimited)"'


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        (
            "roster.csv",
            ROSTER.replace("Ben", "René").encode("cp1252"),
            f"roster.csv line 3: byte 0xE9 is not UTF-8 but, most likely, Windows-1252; {SAVE}",
        ),
        (
            "coaches.csv",
            b"\xef\xbb\xbf" + COACHES.replace("Marcus R", "Zoë R").encode("cp1252"),
            f"coaches.csv line 3: byte 0xEB is not UTF-8 but, most likely, Windows-1252; {SAVE}",
        ),
        (
            "program.toml",
            PROGRAM.replace("practice", "pr\u00e4ctice").encode("cp1252"),
            "program.toml line 1: byte 0xE4 is not UTF-8 but, most likely, Windows-1252; save it as UTF-8",
        ),
        (
            "roster.csv",
            ROSTER.encode("utf-16"),
            f"roster.csv line 1: is saved as UTF-16, not as UTF-8; {SAVE}",
        ),
        (
            "roster.csv",
            ROSTER.replace("Ben", "B\0n").encode(),
            f"roster.csv line 3: holds a NUL byte, so the file is damaged; {SAVE}",
        ),
        ("roster.csv", b"", f"roster.csv: is empty; its first line must be: {HEADER}"),
        ("roster.csv", b"\n \n,,,\n", f"roster.csv: is empty; its first line must be: {HEADER}"),
        (
            "coaches.csv",
            b"coach_id,name,email,time_zone\n",
            "roster.csv line 2: coach_id 'lena-novak' is not in coaches.csv; add it there or correct it\nroster.csv line 3: coach_id 'marcus-reed' is not in coaches.csv; add it there or correct it\nroster.csv line 4: coach_id 'marcus-reed' is not in coaches.csv; add it there or correct it\ncoaches.csv: has no coach; add one row for each below the first line",
        ),
    ],
)
def test_a_file_that_is_no_text_or_empty_is_told_alone(
    folder: Path, name: str, raw: bytes, message: str
) -> None:
    (folder / name).write_bytes(raw)
    assert "\n".join(problems_of(folder)) == message


def test_an_empty_roster_is_told(folder: Path) -> None:
    (folder / "roster.csv").write_text(HEADER + "\n", encoding="utf-8")
    (folder / "calls.csv").unlink()
    expected = "roster.csv: has no participant; add one row for each below the first line"
    assert problems_of(folder) == [expected]


@pytest.mark.parametrize("name", ["program.toml", "roster.csv", "coaches.csv"])
def test_a_missing_file_is_told_alone(folder: Path, name: str) -> None:
    (folder / name).unlink()
    expected = f"{name}: is missing; write it, or begin a program with: mdli init DIR"
    assert problems_of(folder) == [expected]


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    for name in GOOD:
        (tmp_path / name).mkdir()
    told = problems_of(tmp_path)
    assert [problem.split(":")[0] for problem in told] == [
        "program.toml",
        "roster.csv",
        "coaches.csv",
        "calls.csv",
    ]
    assert all("cannot be read (Is a directory); make it a readable file" in problem for problem in told)


def test_lines_are_counted_in_the_file_when_cells_have_line_breaks(folder: Path) -> None:
    change(folder, "roster.csv", "Riverside", '"River\nside\r\nClinic"')
    change(folder, "roster.csv", "cleo@example.org", "cleo")
    assert problems_of(folder)[0].startswith("roster.csv line 6: email 'cleo' ")


def test_lines_are_counted_in_a_program_file_with_texts_over_several_lines(folder: Path) -> None:
    change(folder, "program.toml", '"Leading a practice"', '"""Leading\ncap = 3\n[credit]"""')
    change(folder, "program.toml", "cap = 21.50", "cap = -1")
    assert problems_of(folder)[0].startswith("program.toml line 7: cap '-1' ")


def usable(folder: Path) -> bool:
    """Whether the program can be read; if not, problems must have been told, and nothing else raised."""
    try:
        read_program(folder)
    except ProgramError as caught:
        assert caught.problems  # noqa: PT017 - most inputs raise, some do not, and both are right
        return False
    return True


def test_a_roster_cut_anywhere_within_its_last_row_is_not_taken_for_whole(folder: Path) -> None:
    last = ROSTER.index("cleo,")
    cuts = range(last + 1, len(ROSTER) - 1)
    for cut in cuts:
        (folder / "roster.csv").write_text(ROSTER[:cut], encoding="utf-8")
        assert not usable(folder), ROSTER[last:cut]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12))
def test_no_damage_to_a_file_makes_reading_crash(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: float, length: int, new: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    for good, text in GOOD.items():
        (folder / good).write_text(text, encoding="utf-8")
    raw = GOOD[name].encode()
    at = int(place * len(raw))
    (folder / name).write_bytes(raw[:at] + new + raw[at + length :])
    usable(folder)


def test_a_program_file_nested_beyond_measure_is_told(folder: Path) -> None:
    (folder / "program.toml").write_text("title = " + "[" * 5000, encoding="utf-8")
    expected = "is nested too deeply; write tables and keys as the documentation shows"
    assert problems_of(folder) == [f"program.toml: {expected}"]


def test_a_message_shows_no_control_character_and_not_all_of_a_long_text(folder: Path) -> None:
    change(folder, "roster.csv", "ben@example.org", "\x1b[2J" + "y" * 500)
    (message,) = problems_of(folder)
    assert "\x1b" not in message
    assert len(message) < 160


def test_a_password_in_the_address_of_the_store_is_not_repeated(folder: Path) -> None:
    change(folder, "program.toml", "[credit]", 'store = "postgresql+psycopg://mdli:violet@db/mdli"\n[credit]')
    assert "violet" not in repr(read_program(folder))
    change(folder, "program.toml", "postgresql+psycopg", "oracle")
    assert "violet" not in str(problems_of(folder))
