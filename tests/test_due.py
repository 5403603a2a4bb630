"""What is due today is done once, however often and by however many it is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from programs import (
    PROGRAM,
    clock,
    generate_all,
    make_program,
    mdli,
    open_store,
    read,
    record_call,
    save,
    snapshot,
    start,
)

from mdli_workbook.due import look
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.files import lock_program

if TYPE_CHECKING:
    from pathlib import Path

CALLS = """\
participant_id,call,starts_at,minutes,state
ana,1,2026-01-20 12:00,45,held
ben,1,2026-01-20 12:00,45,held
cleo,1,2026-01-20 12:00,45,held
ana,2,2026-03-22 12:00,45,planned
ben,2,2026-03-25 12:00,45,planned
cleo,2,2026-03-26 12:00,45,planned
"""
"""On 20 March: a report is due for Ana, a reminder for Ana and Ben, nothing for Cleo."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_program(tmp_path / "program")
    (folder / "calls.csv").write_text(CALLS, "utf-8")
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": "Guessed."})
    return folder


def reports(folder: Path) -> list[str]:
    return [
        path.relative_to(folder / "reports").as_posix()
        for path in sorted(folder.rglob("reports/*/*/*.ipynb"))
    ]


def mails(folder: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in (folder / ".mdli" / "mails").glob("*"))


def due(folder: Path) -> tuple[set[tuple[str, int]], set[str]]:
    """Return which reports and reminders are due, by the program's own clock."""
    found = look(*read(folder), clock)
    return set(found.reports), {one.occasion for one in found.reminders}


def test_looking_says_what_is_due_and_does_nothing(folder: Path) -> None:
    before = snapshot(folder, ".mdli/answers.db", ".mdli/status.jsonl")
    ran = mdli(folder, "due")
    assert (ran.returncode, ran.stdout.splitlines()) == (
        0,
        [
            "to generate: 9 written",
            "to report: 1",
            "ana, session 2",
            "to remind: 2",
            "ana: session 2, 1 of 2 left (5 minutes); call 2 on 2026-03-22",
            "ben: session 2, 2 of 2 left (10 minutes); call 2 on 2026-03-25",
        ],
    )
    assert snapshot(folder, ".mdli/answers.db", ".mdli/status.jsonl") == before


def test_run_twice_it_makes_nothing_twice(folder: Path) -> None:
    first = mdli(folder, "due", "--run")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "made ana, session 2",
        "workbooks: 9 written",
        "reports: 1 made, 0 failed",
        f"mails: 2 in {folder / '.mdli' / 'mails'}; nothing was sent",
    ]
    assert reports(folder) == ["spring/ana/02-listen.ipynb"]
    assert mails(folder) == ["ana-workbook", "ben-workbook"]
    before = snapshot(folder, ".mdli/runs", ".mdli/answers.db")
    for path in (folder / ".mdli" / "mails").iterdir():
        path.unlink()  # the coordinator has sent them
    again = mdli(folder, "due", "--run")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    after = snapshot(folder, ".mdli/runs", ".mdli/answers.db")
    assert after == {name: content for name, content in before.items() if "/mails/" not in name}
    assert due(folder) == (set(), set())
    last = json.loads(max((folder / ".mdli" / "runs").glob("0*.json")).read_text("utf-8"))
    assert last["selection"] == {"cohort": "", "participant": "", "session": 0, "pairs": 1}
    assert (last["made"], last["unchanged"]) == (0, 1)


def test_what_changed_since_is_due_again(folder: Path) -> None:
    generate_all(folder)
    assert mdli(folder, "due", "--run").returncode == 0
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": "Guessed again."})
    assert due(folder) == ({("ana", 2)}, set())
    record_call(folder, "ana")
    assert due(folder) == (set(), set()), "once its call is recorded, a report is closed"


def test_a_call_that_is_moved_is_another_occasion(folder: Path) -> None:
    assert mdli(folder, "due", "--run").returncode == 0
    calls = CALLS.replace("ben,2,2026-03-25 12:00,45,planned", "ben,2,2026-03-23 12:00,45,moved")
    (folder / "calls.csv").write_text(calls, "utf-8")
    assert due(folder) == ({("ben", 2)}, {"workbook-2-ben-2026-03-23"})


def test_the_second_of_two_at_once_says_who_is_at_work(folder: Path) -> None:
    with lock_program(folder, "mdli due"):
        second = mdli(folder, "due", "--run")
    assert second.returncode == 2
    assert "mdli due (process " in second.stderr
    assert mails(folder) == []


def test_two_at_once_make_each_thing_once(folder: Path) -> None:
    both = [start(folder, "due", "--run") for _ in range(2)]
    said = [one.communicate(timeout=240) for one in both]
    assert {one.returncode for one in both} <= {0, 2}
    assert any(one.returncode == 0 for one in both), said
    assert mdli(folder, "due", "--run").returncode == 0
    assert (reports(folder), mails(folder)) == (
        ["spring/ana/02-listen.ipynb"],
        ["ana-workbook", "ben-workbook"],
    )


def test_days_are_set_in_the_program(folder: Path) -> None:
    text = PROGRAM.replace("[credit]", "[due]\nreport_days_before = 6\nremind_days_before = 2\n\n[credit]", 1)
    (folder / "program.toml").write_text(text, "utf-8")
    assert due(folder) == ({("ana", 2), ("ben", 2), ("cleo", 2)}, {"workbook-2-ana-2026-03-22"})


def test_days_that_are_none_are_told_with_their_lines(folder: Path) -> None:
    text = PROGRAM.replace("[credit]", '[due]\nreport_days_before = "3"\nremind_day = 2\n\n[credit]', 1)
    (folder / "program.toml").write_text(text, "utf-8")
    ran = mdli(folder, "check")
    assert ran.returncode == 2
    assert "line 24: report_days_before '3' is no number of days; write one from 0 to 60" in ran.stderr
    assert "line 25: 'remind_day' is not known" in ran.stderr


def test_one_that_failed_is_named_and_the_others_are_done(folder: Path) -> None:
    generate_all(folder)
    with open_store(folder) as store:
        save(store, "ben", "first-guess", {"text": "Guessed."})
    (folder / "calls.csv").write_text(CALLS.replace("2026-03-25", "2026-03-23"), "utf-8")
    (folder / "reports" / "spring").mkdir(parents=True)
    (folder / "reports" / "spring" / "ben").write_text("in the way", "utf-8")
    ran = mdli(folder, "due", "--run")
    assert ran.returncode == 1
    assert ran.stderr.startswith("ben, session 2: ")
    assert (reports(folder), mails(folder)) == (
        ["spring/ana/02-listen.ipynb"],
        ["ana-workbook", "ben-workbook"],
    )


def test_a_list_of_reminders_that_is_damaged_is_not_taken_for_an_empty_one(folder: Path) -> None:
    with lock_program(folder, "a test"):
        (folder / ".mdli" / "reminded.json").write_text("{", "utf-8")
    with pytest.raises(StoreUnusable, match="then each mail is written anew"):
        look(*read(folder), clock)
