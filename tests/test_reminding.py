"""Mails to whom a nudge helps: warm, short, in their own time, and without a word of theirs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from credited import mdli
from programs import COACHES, ROSTER, make_program, open_store, read, record_call, save

from mdli_workbook.answers import Event
from mdli_workbook.reminding import Mail, mails_of, reminders_of
from mdli_workbook.selection import Selection
from mdli_workbook.status import Status
from mdli_workbook.tallies import look_at

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

PEOPLE = f"""\
{ROSTER}
ana,"Ana Ávila, MD",ana@example.org,spring,kim,,,Europe/Berlin,,,
ben,Ben Example,ben@example.org,spring,lee,,,,extra-time,,
"""
CALLS = """\
participant_id,call,starts_at,minutes,state
ana,2,2026-02-16 17:30,45,planned
"""
SECRET = "what nobody else may read"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    coaches = f"{COACHES}lee,Lee Okoro,lee@example.org,Australia/Sydney\n"
    folder = make_program(tmp_path / "program", roster=PEOPLE, coaches=coaches)
    (folder / "calls.csv").write_text(CALLS, "utf-8")
    return folder


def mails(folder: Path, day: str, hour: int = 18) -> dict[str, Mail]:
    program, sessions = read(folder)
    status = Status(program, sessions, datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=UTC))
    people = [one for _, some in look_at(program, sessions, Selection(), status) for one in some]
    reminders = [one for person in people for one in reminders_of(program, person)]
    return {one.to: one for one in mails_of(program, sessions, reminders)}


def settle_first_calls(folder: Path) -> None:
    for who in ("ana", "ben"):
        event = Event(
            str(uuid.uuid4()), "opened", who, who, datetime(2026, 1, 14, tzinfo=UTC), 1, "look-back"
        )
        with open_store(folder) as store:
            store.record(event)
            save(store, who, "coach-call", {"state": "held"}, session=1, audience="participant", author="kim")


def test_a_mail_names_workbook_minutes_and_the_call_in_the_readers_own_zone(folder: Path) -> None:
    settle_first_calls(folder)
    ana = mails(folder, "2026-02-14")["ana"]
    assert ana.text.startswith(
        "Dear Ana Ávila, MD,\n\nYour coaching call 2 with Sam Kim is on Tuesday, 17 February, at 00:30 "
        "(Europe/Berlin). The workbook for it is session 2, “Listen”: about 10 minutes are left.\n"
    )
    assert ana.subject == "Session 2, before your call"


def test_whoever_takes_extra_time_reads_of_parts_and_not_of_minutes(folder: Path) -> None:
    settle_first_calls(folder)
    ben = mails(folder, "2026-02-14")["ben"].text
    assert "has no time yet; its days are 16 February to 27 February" in ben
    assert "2 parts are left" in ben
    assert "minute" not in ben


def test_nothing_of_what_was_written_is_in_a_mail(folder: Path) -> None:
    settle_first_calls(folder)
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": SECRET})
    ana = mails(folder, "2026-02-14")["ana"]
    assert "about 5 minutes are left" in ana.text
    assert not [one for one in (SECRET, "first-guess", "What reason") if one in ana.text]


def test_nobody_is_written_to_who_is_done_or_whose_call_is_far_or_past(folder: Path) -> None:
    settle_first_calls(folder)
    assert "ana" not in mails(folder, "2026-02-10")
    assert "ana" not in mails(folder, "2026-02-17")
    with open_store(folder) as store:
        for one in ("first-guess", "to-myself", "and-now"):
            save(store, "ana", one, {"text": SECRET})
    assert "ana" not in mails(folder, "2026-02-14")


def test_a_coach_is_asked_once_about_all_calls_that_nobody_recorded(folder: Path) -> None:
    found = mails(folder, "2026-02-28")
    assert set(found) == {"kim", "lee"}
    assert found["kim"].subject == "Did these calls take place?"
    assert (
        "- call 1 with Ana Ávila, MD, 19 January to 30 January\n"
        "- call 2 with Ana Ávila, MD, Monday, 16 February, 17:30 (America/Chicago)\n"
    ) in found["kim"].text


def test_a_coach_is_not_asked_about_a_call_that_was_recorded(folder: Path) -> None:
    settle_first_calls(folder)
    with open_store(folder) as store:
        save(store, "ana", "coach-call", {"state": "missed"}, audience="participant", author="kim")
    record_call(folder, "ana")
    assert set(mails(folder, "2026-02-28")) == {"lee"}


def opened(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def test_the_files_are_drafts_that_a_mail_program_opens(folder: Path, tmp_path: Path) -> None:
    settle_first_calls(folder)
    ran = mdli(folder, "--today", "2026-02-14", "status", "--mails", tmp_path / "mails")
    assert ran.exit_code == 0, ran.output
    ana, _ben = map(opened, sorted((tmp_path / "mails").iterdir()))
    assert str(ana["To"]) == '"Ana Ávila, MD" <ana@example.org>'
    assert ana["X-Unsent"] == "1"
    assert ana.get_content().startswith("Dear Ana Ávila, MD,")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "mails").iterdir()] == [0o600, 0o600]


def test_a_mail_about_something_else_is_another_file() -> None:
    one, same, other = (
        Mail("ana", "Ana", "ana@example.org", "", "", occasions)
        for occasions in (("workbook-1-ana-2026-01-19",),) * 2 + (("workbook-2-ana-2026-01-19",),)
    )
    assert one.file == same.file != other.file
