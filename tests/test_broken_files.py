"""Rosters, calls and meeting tools' files as they arrive: all that is wrong is told at once, and nothing is written.

Each is run through the real command, on a program in which somebody has written already.
"""
# ruff: noqa: E501 - one broken file per line: what is changed, and all that is said of it

from __future__ import annotations

from pathlib import Path

import pytest
import test_attendance
import test_program_broken
from credited import mdli
from programs import FIRST, SECOND, make_program, snapshot, write

from mdli_workbook.files import lock_program

SMALL = Path(__file__).parent / "data" / "small-program"
PROGRAM, R, COACHES, C = (
    (SMALL / name).read_text("utf-8") for name in ("program.toml", "roster.csv", "coaches.csv", "calls.csv")
)
H, AMARA, BEN, CLEO = R.splitlines()
bad = R.replace("ben@example.org", "ben")
CH = C.splitlines()[0]
row = "amara,2,2026-03-24 12:00,45,planned\n"
AH = "Email,Join Time,Leave Time,Duration (Minutes)\n"
A = "amara@example.org,2026-01-13 18:00,2026-01-13 20:00,120\n"


def c(rows: str) -> str:
    return f"{CH}\n{rows}"


def a(rows: str) -> str:
    return f"{AH}{rows}"


# fmt: off
ROSTERS: list[tuple[str, str | bytes, str]] = [
    ("bom", b"\xef\xbb\xbf"+bad.encode(), "roster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org"),
    ("semicolons", bad.replace(",",";"), "roster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org"),
    ("tabs", bad.replace(",","\t"), "roster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org"),
    ("cr only", bad.replace("\n","\r"), "roster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org"),
    ("crlf", bad.replace("\n","\r\n"), "roster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org"),
    ("u2028", bad.replace("Ben C","Ben\u2028C"), "roster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org"),
    ("utf16le no bom", R.encode("utf-16-le"), 'roster.csv line 1: holds a NUL byte, so the file is damaged; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("latin1", R.replace("Ben","Bén").encode("latin-1"), 'roster.csv line 3: byte 0xE9 is not UTF-8 but, most likely, Windows-1252; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("nul", R.replace("spring","spr\0ing"), 'roster.csv line 2: holds a NUL byte, so the file is damaged; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00", 'roster.csv line 1: holds a NUL byte, so the file is damaged; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("html", "<html><body>Sign in to download</body></html>\n", "roster.csv line 1: does not name the columns; the first line must be: participant_id,name,email,cohort,coach_id,organization,role,time_zone,accommodations,joined_on,left_on"),
    ("open quote at start", '"'+R, "roster.csv line 1: opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, or save the file again if it is half-written"),
    ("10mb line", R.replace("Ben Castellanos","B"*10_000_000).replace("ben@","ben at "), "roster.csv line 3: has a cell of more than 131,072 characters; correct it, or export it again"),
    ("10k commas", R.replace(BEN, BEN+","*10000+"x"), "roster.csv line 3: has 10011 cells for 11 columns; put a cell that holds a separator in quotes"),
    ("formula in id", R.replace("ben,","=cmd|' /C calc'!A0,",1), 'roster.csv line 3: participant_id "=cmd|\' /C calc\'!A0" is not an id: a-z, 0-9, - and _, at most 64; for example \'cmd-c-calc-a0\''),
    ("formula in email", R.replace("ben@example.org","=HYPERLINK(A1)"), "roster.csv line 3: email '=HYPERLINK(A1)' is no e-mail address; write one such as name@example.org"),
    ("duplicate header", R.replace("organization,role","organization,email"), "roster.csv line 1: column 'role' is missing; add it\nroster.csv line 1: column 'email' stands twice; remove one\nroster.csv line 2: email 'Medical director' is no e-mail address; write one such as name@example.org\nroster.csv line 3: email '' is no e-mail address; write one such as name@example.org\nroster.csv line 4: email '' is no e-mail address; write one such as name@example.org"),
    ("swapped columns", R.replace("name,email","email,name"), "roster.csv line 2: email 'Amara Okafor' is no e-mail address; write one such as name@example.org\nroster.csv line 3: email 'Ben Castellanos' is no e-mail address; write one such as name@example.org\nroster.csv line 4: email 'Cleo Adeyemi' is no e-mail address; write one such as name@example.org"),
    ("swapped id cohort", R.replace("participant_id,name,email,cohort","cohort,name,email,participant_id"), "roster.csv line 3: participant_id 'spring' stands already on line 2; keep one of the two rows\ncalls.csv line 2: participant_id 'amara' is not in roster.csv; add or correct it\ncalls.csv line 3: participant_id 'amara' is not in roster.csv; add or correct it"),
    ("joined after left", R.replace("2026-01-05,2026-05-01","2026-05-02,2026-05-01"), "roster.csv line 2: left_on 2026-05-01 is before joined_on 2026-05-02; correct one of them"),
    ("day first", R.replace("2026-01-05,2026-05-01","05.01.2026,1 May 2026"), "roster.csv line 2: joined_on '05.01.2026' is no date; write it as 2026-01-13 (in Excel, format yyyy-mm-dd)\nroster.csv line 2: left_on '1 May 2026' is no date; write it as 2026-01-13 (in Excel, format yyyy-mm-dd)"),
    ("fullwidth", R.replace("2026-01-05","202\N{FULLWIDTH DIGIT SIX}-01-05"), "roster.csv line 2: joined_on '202\N{FULLWIDTH DIGIT SIX}-01-05' is no date; write it as 2026-01-13 (in Excel, format yyyy-mm-dd)"),
    ("year", R.replace("2026-01-05","0206-01-05"), "roster.csv line 2: joined_on has the year 206; write one from 2000 to 2099"),
    ("traversal", R.replace(",spring,",",../../etc,"), "roster.csv line 2: cohort '../../etc' is not an id: a-z, 0-9, - and _, at most 64; for example 'etc'\nroster.csv line 3: cohort '../../etc' is not an id: a-z, 0-9, - and _, at most 64; for example 'etc'"),
    ("rtl id", R.replace("ben,","be\u202en,",1), "roster.csv line 3: participant_id 'be\\u202en' is not an id: a-z, 0-9, - and _, at most 64; for example 'ben'"),
    ("zero width", R.replace("ben,","ben\u200b,",1), "roster.csv line 3: participant_id 'ben\\u200b' is not an id: a-z, 0-9, - and _, at most 64; for example 'ben'"),
    ("newline in email", R.replace("ben@example.org",'"ben@example.org\r\nBcc: all@example.org"'), "roster.csv line 3: email 'ben@example.org\\r\\nBcc: all@example.org' is no e-mail address; write one such as name@example.org"),
    ("two addresses", R.replace("ben@example.org","ben@example.org; b@example.org"), "roster.csv line 3: email 'ben@example.org; b@example.org' is no e-mail address; write one such as name@example.org"),
    ("renamed self", R.replace(H,H+",renamed_from").replace(BEN,BEN+",ben"), "roster.csv line 3: renamed_from 'ben' is a participant's id (roster.csv line 3); name one that nobody has"),
    ("renamed twice", R.replace(H,H+",renamed_from").replace(BEN,BEN+",bob").replace(CLEO,CLEO+",bob"), "roster.csv line 4: renamed_from 'bob' stands in line 3, too; name it once"),
    ("renamed coach", R.replace(H,H+",renamed_from").replace(BEN,BEN+",lena-novak"), "roster.csv line 3: renamed_from 'lena-novak' is a coach's id (coaches.csv line 2); name one that nobody has"),
    ("renamed odd", R.replace(H,H+",renamed_from").replace(BEN,BEN+",Ben!"), "roster.csv line 3: renamed_from 'Ben!' is not an id: a-z, 0-9, - and _, at most 64; for example 'ben'"),
    ("all in a row", R.replace(BEN,"Ben,,ben,Sp ring,marcus,,,Mars/Base,big,1/2/26,2026-13-01"), "roster.csv line 3: coach_id 'marcus' is not in coaches.csv; add it there or correct it (did you mean 'marcus-reed'?)\nroster.csv line 3: participant_id 'Ben' is not an id: a-z, 0-9, - and _, at most 64; for example 'ben'\nroster.csv line 3: name is empty; write it as it shall stand on a page\nroster.csv line 3: email 'ben' is no e-mail address; write one such as name@example.org\nroster.csv line 3: cohort 'Sp ring' is not an id: a-z, 0-9, - and _, at most 64; for example 'sp-ring'\nroster.csv line 3: time_zone 'Mars/Base' is no time zone; write one such as 'America/Chicago'\nroster.csv line 3: accommodations 'big' is not known; use large-text, plain-layout, reduced-motion, extra-time, screen-reader, with spaces between\nroster.csv line 3: joined_on '1/2/26' is no date; write it as 2026-01-13 (in Excel, format yyyy-mm-dd)\nroster.csv line 3: left_on '2026-13-01' is no day of the calendar; correct it"),
    ("zone path", R.replace("America/Denver","../../etc/passwd"), "roster.csv line 2: time_zone '../../etc/passwd' is no time zone; write one such as 'America/Chicago'"),
    ("accommodation comma", R.replace("large-text extra-time",'"large-text, extra-time"'), "roster.csv line 2: accommodations 'large-text,' is not known; use large-text, plain-layout, reduced-motion, extra-time, screen-reader, with spaces between (did you mean 'large-text'?)"),
    ("coach name", R.replace("marcus-reed","Marcus Reed"), "roster.csv line 3: coach_id 'Marcus Reed' is not in coaches.csv; add it there or correct it (did you mean 'marcus-reed'?)\nroster.csv line 3: coach_id 'Marcus Reed' is not an id: a-z, 0-9, - and _, at most 64; for example 'marcus-reed'\nroster.csv line 4: coach_id 'Marcus Reed' is not in coaches.csv; add it there or correct it (did you mean 'marcus-reed'?)\nroster.csv line 4: coach_id 'Marcus Reed' is not an id: a-z, 0-9, - and _, at most 64; for example 'marcus-reed'"),
    ("control in name", R.replace("Ben C","Ben \x1b[31m\x07 C"), "roster.csv line 3: name 'Ben \\x1b[31m\\x07 Castellanos' holds a control character; type it again"),
]
CALLS: list[tuple[str, str | bytes, str]] = [
    ("bom", b"\xef\xbb\xbf"+c(row.replace("45","x")).encode(), "calls.csv line 2: minutes 'x' is no whole number from 1 to 240; correct it"),
    ("utf16", C.encode("utf-16"), 'calls.csv line 1: is saved as UTF-16, not as UTF-8; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("cr only", c(row.replace("45","x")).replace("\n","\r"), "calls.csv line 2: minutes 'x' is no whole number from 1 to 240; correct it"),
    ("nul", c(row.replace("45","4\x005")), 'calls.csv line 2: holds a NUL byte, so the file is damaged; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("semicolon", c(row.replace("45","4,5")).replace("amara,2,2026-03-24 12:00,4,5,planned","amara;2;2026-03-24 12:00;4,5;planned").replace(CH,CH.replace(",",";")), "calls.csv line 2: minutes '4,5' is no whole number from 1 to 240; correct it"),
    ("negative", c(row.replace("45","-45")), "calls.csv line 2: minutes '-45' is no whole number from 1 to 240; correct it"),
    ("huge", c(row.replace("45","9"*5000)), "calls.csv line 2: minutes '9999999999999999999999999999999999999999…' is no whole number from 1 to 240; correct it"),
    ("half", c(row.replace("45","45.5")), "calls.csv line 2: minutes '45.5' is no whole number from 1 to 240; correct it"),
    ("hours", c(row.replace("45","0:45")), "calls.csv line 2: minutes '0:45' is no whole number from 1 to 240; correct it"),
    ("formula", c(row.replace("45","=45")), "calls.csv line 2: minutes '=45' is no whole number from 1 to 240; correct it"),
    ("fullwidth", c(row.replace("45","\N{FULLWIDTH DIGIT FOUR}5")), "calls.csv line 2: minutes '\N{FULLWIDTH DIGIT FOUR}5' is no whole number from 1 to 240; correct it"),
    ("zero", c(row.replace("45","0")), "calls.csv line 2: minutes '0' is no whole number from 1 to 240; correct it"),
    ("dst gap other zone", c(row.replace("2026-03-24 12:00","2026-03-29T02:30+25:00")), "calls.csv line 2: starts_at '2026-03-29T02:30+25:00' is no time of the calendar; correct it"),
    ("dst gap", c("amara,1,2026-03-08 02:15,45,held\n"), "calls.csv line 2: starts_at 2026-03-08 02:15 does not exist in America/Chicago, where clocks go forward then; move it"),
    ("am pm", c(row.replace("2026-03-24 12:00","2026-03-24 5:30 PM")), "calls.csv line 2: starts_at '2026-03-24 5:30 PM' is no date and time; write it as 2026-01-13 18:00"),
    ("date only", c(row.replace("2026-03-24 12:00","2026-03-24")), "calls.csv line 2: starts_at '2026-03-24' is no date and time; write it as 2026-01-13 18:00"),
    ("zone name", c(row.replace("2026-03-24 12:00","2026-03-24 12:00 America/Chicago")), "calls.csv line 2: starts_at '2026-03-24 12:00 America/Chicago' is no date and time; write it as 2026-01-13 18:00"),
    ("mixed zones", c(row+"ben,2,2026-03-24T12:00+99:00,45,planned\ncleo,2,2026-03-24T12:00 CET,45,planned\n"), "calls.csv line 3: starts_at '2026-03-24T12:00+99:00' is no time of the calendar; correct it\ncalls.csv line 4: starts_at '2026-03-24T12:00 CET' is no date and time; write it as 2026-01-13 18:00"),
    ("before", c(row.replace("2026-03-24","2026-03-10")), "calls.csv line 2: starts_at is before session 2, 2026-03-10 18:00; a call follows its session"),
    ("empty time", c(row.replace("2026-03-24 12:00","")), "calls.csv line 2: starts_at '' is no date and time; write it as 2026-01-13 18:00"),
    ("HELD", c(row.replace("planned","HELD")), "calls.csv line 2: state 'HELD' is not one of planned, held, missed, moved"),
    ("cancelled", c(row.replace("planned","cancelled")), "calls.csv line 2: state 'cancelled' is not one of planned, held, missed, moved"),
    ("swapped columns", CH.replace("call,starts_at","starts_at,call")+"\n"+row, "calls.csv line 2: call '2026-03-24 12:00' is no whole number from 1 to 6; correct it\ncalls.csv line 2: starts_at '2' is no date and time; write it as 2026-01-13 18:00"),
    ("swapped minutes", CH.replace("call,starts_at,minutes","minutes,starts_at,call")+"\n"+row, "calls.csv line 2: call '45' is no whole number from 1 to 6; correct it"),
    ("duplicate header", CH.replace("minutes","call")+"\n"+row, "calls.csv line 1: column 'minutes' is missing; add it\ncalls.csv line 1: column 'call' stands twice; remove one\ncalls.csv line 2: call '45' is no whole number from 1 to 6; correct it"),
    ("missing column", CH.replace(",state","")+"\n"+row.replace(",planned",""), "calls.csv line 1: column 'state' is missing; add it"),
    ("no header", row, "calls.csv line 1: does not name the columns; the first line must be: participant_id,call,starts_at,minutes,state"),
    ("unknown column", CH+",zone\n"+row.replace("\n",",CET\n"), "calls.csv line 1: column 'zone' is not known; remove it"),
    ("open quote", c('"'+row), "calls.csv line 2: opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, or save the file again if it is half-written"),
    ("half written", c(row+"ben,2,2026-03-2"), "calls.csv line 3: ends after 3 of 5 cells: the file looks half-written; save it again"),
    ("ragged", c(row.replace("45","4,5")), "calls.csv line 2: has 6 cells for 5 columns; put a cell that holds a separator in quotes"),
    ("unknown", c(row.replace("amara","zoe")), "calls.csv line 2: participant_id 'zoe' is not in roster.csv; add or correct it"),
    ("name", c(row.replace("amara","Amara Okafor")), "calls.csv line 2: participant_id 'Amara Okafor' is not in roster.csv; add or correct it\ncalls.csv line 2: participant_id 'Amara Okafor' is not an id: a-z, 0-9, - and _, at most 64; for example 'amara-okafor'"),
    ("all", c("Amara,9,soon,long,maybe\n,,,,\nzoe,2,2026-03-24 12:00,0,planned\namara,2,1999-01-01 12:00,45,planned\n"), "calls.csv line 2: participant_id 'Amara' is not in roster.csv; add or correct it (did you mean 'amara'?)\ncalls.csv line 2: participant_id 'Amara' is not an id: a-z, 0-9, - and _, at most 64; for example 'amara'\ncalls.csv line 2: call '9' is no whole number from 1 to 6; correct it\ncalls.csv line 2: starts_at 'soon' is no date and time; write it as 2026-01-13 18:00\ncalls.csv line 2: minutes 'long' is no whole number from 1 to 240; correct it\ncalls.csv line 2: state 'maybe' is not one of planned, held, missed, moved\ncalls.csv line 4: participant_id 'zoe' is not in roster.csv; add or correct it\ncalls.csv line 4: minutes '0' is no whole number from 1 to 240; correct it\ncalls.csv line 5: starts_at has the year 1999; write one from 2000 to 2099"),
    ("10mb", c(row.replace("planned","x"*10_000_000)), "calls.csv line 2: has a cell of more than 131,072 characters; correct it, or export it again"),
]
MEETINGS: list[tuple[str, str | bytes, str]] = [
    ("bom", b"\xef\xbb\xbf"+a(A.replace("amara@","amara at ")).encode(), "zoom.csv line 2: email 'amara at example.org' is no e-mail address; write one such as name@example.org"),
    ("utf16 odd", a(A).encode("utf-16")[:-1], "zoom.csv: is damaged UTF-16; export it again, or save it as UTF-8"),
    ("utf16 fault", a(A.replace("120","x")).encode("utf-16"), "zoom.csv line 2: duration 'x' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("cr", a(A.replace("120","x")).replace("\n","\r"), "zoom.csv line 2: duration 'x' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("nul", a(A.replace("amara","ama\0ra")), 'zoom.csv line 2: holds a NUL byte, so the file is damaged; in Excel, save it as "CSV UTF-8 (Comma delimited)"'),
    ("html", "<!DOCTYPE html><html><body>Sign in</body></html>", "zoom.csv line 1: names no columns that are known; it needs the e-mail address (such as Email), and either when people joined and left (Join Time, Leave Time) or how long they stayed (Duration)"),
    ("quote", a('"'+A), "zoom.csv line 2: opens a quote that is not closed before the next cell: close it, write a quote within a cell twice, or save the file again if it is half-written"),
    ("10mb", a("x"*10_000_000+A), "zoom.csv line 2: has a cell of more than 131,072 characters; correct it, or export it again"),
    ("10mb cell later", a(A+A.replace("amara@","a"*10_000_000+" at ")), "zoom.csv line 3: has a cell of more than 131,072 characters; correct it, or export it again"),
    ("formula email", a(A.replace("amara@example.org","=amara@example.org")), "zoom.csv line 2: email '=amara@example.org' is no e-mail address; write one such as name@example.org"),
    ("formula 2", a(A.replace("amara@example.org",'"=HYPERLINK(""http://x"")"')), 'zoom.csv line 2: email \'=HYPERLINK("http://x")\' is no e-mail address; write one such as name@example.org'),
    ("formula dur", a(A.replace("120","=60+60")), "zoom.csv line 2: duration '=60+60' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("semicolon", a(A.replace("120","-1")).replace(",",";"), "zoom.csv line 2: duration '-1' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("dup header", AH.replace("Leave Time,","Leave Time,Join Time,")+A.replace(",120",",2026-01-13 18:00,120"), "zoom.csv line 1: column 'Join Time' stands twice; remove one"),
    ("dup email", "Email,"+AH+"x@example.org,"+A, "zoom.csv line 1: column 'Email' stands twice; remove one"),
    ("mixed zones", a(A.replace("2026-01-13 18:00","2026-01-13T18:00+25:00")+A.replace("2026-01-13 20:00","2026-01-13 20:00 CET")), "zoom.csv line 2: joined '2026-01-13T18:00+25:00' is no time of the calendar; correct it\nzoom.csv line 3: left '2026-01-13 20:00 CET' is no date and time; write it as 2026-01-13 18:00"),
    ("dst gap", a("amara@example.org,2026-03-08 02:30,2026-03-08 03:30,30\nben@example.org,03/08/2026 02:59:59 AM,03/08/2026 03:30:00 AM,30\n"), "zoom.csv line 2: joined 2026-03-08 02:30 does not exist in America/Chicago, where clocks go forward then; move it\nzoom.csv line 3: joined 2026-03-08 02:59 does not exist in America/Chicago, where clocks go forward then; move it"),
    ("huge min", a(A.replace("120","999999999")), "zoom.csv line 2: duration '999999999' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("huge 6", a(A.replace("120","999999")), "zoom.csv line 2: is longer than 16 hours; correct the times or the duration"),
    ("nan", a(A.replace("120","nan")), "zoom.csv line 2: duration 'nan' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("inf", a(A.replace("120","1e9")), "zoom.csv line 2: duration '1e9' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("decimal comma", a(A.replace("120",'"120,5"')), "zoom.csv line 2: duration '120,5' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
    ("leave before join", a(A.replace("18:00","20:00",1).replace("20:00,120","18:00,120")), "zoom.csv line 2: left is before joined; correct one of them"),
    ("swapped", "Email,Leave Time,Join Time\namara@example.org,2026-01-13 18:00,2026-01-13 20:00\n", "zoom.csv line 2: left is before joined; correct one of them"),
    ("swapped email name", "Name,Email,Join Time,Leave Time\namara@example.org,Amara,2026-01-13 18:00,2026-01-13 20:00\n", "zoom.csv line 2: email 'Amara' is no e-mail address; write one such as name@example.org"),
    ("time only", a(A.replace("2026-01-13 18:00","18:00").replace("2026-01-13 20:00","8 PM")), "zoom.csv line 2: joined '18:00' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM\nzoom.csv line 2: left '8 PM' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM"),
    ("year 0206", a(A.replace("2026-01-13 18:00","0206-01-13 18:00")), "zoom.csv line 2: joined has the year 206; write one from 2000 to 2099"),
    ("epoch", a(A.replace("2026-01-13 18:00","1768348800")), "zoom.csv line 2: joined '1768348800' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM"),
    ("two sessions", a(A+A.replace("2026-01-13","2026-03-10")), "zoom.csv: holds several sessions between 2026-01-13 18:00 and 2026-03-10 20:00 (America/Chicago); export one meeting at a time"),
    ("to come", a(A.replace("2026-01-13","2026-12-13")), "zoom.csv: no session of cohort 'spring' begins between 2026-12-13 18:00 and 2026-12-13 20:00 (America/Chicago); if its times are meant in another zone, name it with --zone UTC; otherwise correct program.toml"),
    ("half", a(A+"ben@example.org,2026-01-1"), "zoom.csv line 3: joined '2026-01-1' is no date and time; write it as 2026-01-13 18:00\nzoom.csv line 3: left '' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM"),
    ("ragged", a(A.replace("120","120,,,,x")), "zoom.csv line 2: has 8 cells for 4 columns; put a cell that holds a separator in quotes"),
    ("nobody", a(A.replace("amara@","zoe@")), "zoom.csv: has nobody of the roster; compare its e-mail addresses with those of roster.csv"),
    ("two header tables", a(A.replace("120","y"))+AH+A.replace("120","z"), "zoom.csv line 2: duration 'y' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m\nzoom.csv line 3: email 'Email' is no e-mail address; write one such as name@example.org\nzoom.csv line 3: joined 'Join Time' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM\nzoom.csv line 3: left 'Leave Time' is no date and time; write it as 2026-01-13 18:00, or month first, 1/13/2026 6:00 PM\nzoom.csv line 3: duration 'Duration (Minutes)' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m\nzoom.csv line 4: duration 'z' is no duration; write minutes, such as 165, or 2:45:00, or 2h 45m"),
]
# fmt: on
COUNTED = "program/.mdli/status.jsonl"
"""What `mdli status` has counted, so that it need not count again; it can be made anew at any time."""
TOGETHER = 60
"""So many broken files of these three sorts, each with a fault of its own, at the least."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sessions = {"01-journey": FIRST, "02-listen": SECOND}
    texts = {"program": PROGRAM, "roster": R, "coaches": COACHES}
    folder = make_program(tmp_path / "program", sessions=sessions, **texts)
    (folder / "calls.csv").write_text(C, "utf-8")
    write(folder, "amara", "first-guess", {"text": "what was there before"})
    return folder


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(folder: Path, *command: str | Path) -> str:
    """Run a command that must refuse its input and write nothing; return all that it says."""
    before = snapshot(folder)
    result = mdli(folder, "--today", "2026-03-20", *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert snapshot(folder) == before
    return result.stderr.rstrip("\n")


@pytest.mark.parametrize(("content", "told"), [one[1:] for one in ROSTERS], ids=[one[0] for one in ROSTERS])
def test_a_broken_roster_is_told_and_nothing_is_written(
    folder: Path, content: str | bytes, told: str
) -> None:
    put(folder / "roster.csv", content)
    assert refused(folder, "check") == told
    assert refused(folder, "generate") == told


@pytest.mark.parametrize(("content", "told"), [one[1:] for one in CALLS], ids=[one[0] for one in CALLS])
def test_broken_calls_are_told_and_nothing_is_written(folder: Path, content: str | bytes, told: str) -> None:
    put(folder / "calls.csv", content)
    assert refused(folder, "check") == told
    assert refused(folder, "generate") == told


@pytest.mark.parametrize(("content", "told"), [one[1:] for one in MEETINGS], ids=[one[0] for one in MEETINGS])
def test_a_broken_meeting_file_is_told_and_nothing_is_recorded(
    folder: Path, content: str | bytes, told: str
) -> None:
    file = put(folder.parent / "zoom.csv", content)
    assert refused(folder, "attendance", file) == told


def test_there_are_as_many_as_were_promised() -> None:
    here = [str(content) for some in (ROSTERS, CALLS, MEETINGS) for _, content, _ in some]
    elsewhere = [one for one in test_program_broken.BROKEN if one[0] in {"roster.csv", "calls.csv"}]
    assert len(set(here)) == len(here) >= TOGETHER
    assert len(elsewhere) + len(test_attendance.BROKEN) >= TOGETHER - 10, "and others in files of their own"


def test_all_files_are_told_together(folder: Path) -> None:
    """What a coordinator sees who has just put all of it together."""
    put(folder / "roster.csv", R.replace("ben@example.org", "ben"))
    put(folder / "coaches.csv", COACHES.replace("Europe/Vienna", "Europe/Wien"))
    put(folder / "calls.csv", C.replace("45,held", "0,held"))
    put(folder / "program.toml", PROGRAM.replace("call = 1", "call = 0.3"))
    put(folder / "templates" / "sessions" / "01-journey.md", FIRST.replace("minutes: 10", "minutes: 99"))
    places = [line.partition(":")[0] for line in refused(folder, "check").splitlines()]
    assert places == [
        "program.toml line 7",
        "roster.csv line 3",
        "coaches.csv line 2",
        "calls.csv line 2",
        "templates/sessions/01-journey.md line 5",
    ]


@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        ["generate"],
        ["report"],
        ["attendance", "zoom.csv"],
        ["credits", "--participant", "amara", "--claim", "0.25"],
        ["status"],
        ["due"],
        ["due", "--run"],
        ["insight"],
        ["quality"],
        ["export", "amara", "record"],
        ["export", "--cohort", "spring", "table"],
        ["backup", "program.backup"],
        ["retire", "amara", "--yes"],
    ],
    ids=" ".join,
)
def test_every_command_refuses_a_broken_roster(
    folder: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    put(Path("zoom.csv"), a(A))
    put(folder / "roster.csv", bad)
    assert refused(folder, *command).startswith("roster.csv line 3: email 'ben' is no e-mail address")


@pytest.mark.parametrize(
    "command",
    [
        ["generate"],
        ["report"],
        ["attendance", "zoom.csv"],
        ["credits", "--participant", "amara", "--claim", "0.25"],
        ["due", "--run"],
        ["insight"],
        ["export", "amara", "record"],
        ["backup", "program.backup"],
        ["retire", "amara", "--yes"],
    ],
    ids=" ".join,
)
def test_the_second_of_two_commands_says_who_holds_the_program(
    folder: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    put(Path("zoom.csv"), a(A))
    put(folder / "roster.csv", R.replace("2026-05-01", "2026-02-01"))  # who retires has left
    with lock_program(folder, "mdli generate"):
        before = snapshot(folder.parent, COUNTED)
        result = mdli(folder, "--today", "2026-03-20", *command)
        assert snapshot(folder.parent, COUNTED) == before
    assert result.exit_code == 2
    assert "mdli generate (process " in result.stderr
    assert result.stderr.endswith(") is writing in this program; wait until it ends\n")
