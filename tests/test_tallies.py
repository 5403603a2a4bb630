"""Counts that are remembered are those that reading everything would give, whatever happened since."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import stat
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from programs import FIRST, PEOPLE, clock, make_program, open_store, read, save

from mdli_workbook import tallies as counting
from mdli_workbook.answers import Event
from mdli_workbook.names import RENAMED
from mdli_workbook.selection import Selection
from mdli_workbook.status import Status
from mdli_workbook.tallies import FILE, look_at

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.status import PersonStatus, Tally

WORDS = "a secret of mine"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program")


def statuses(folder: Path, selection: Selection | None = None) -> list[PersonStatus]:
    program, sessions = read(folder)
    found = look_at(program, sessions, selection or Selection(), Status(program, sessions, clock()))
    return [one for _, people in found for one in people]


def without_memory(folder: Path) -> list[PersonStatus]:
    (folder / ".mdli" / FILE).unlink(missing_ok=True)
    return statuses(folder)


def states(folder: Path) -> dict[str, list[str]]:
    return {one.who.id: [each.state.value for each in one.sessions] for one in statuses(folder)}


def open_session(folder: Path, who: str, session: int = 2) -> None:
    with open_store(folder) as store:
        store.record(Event(str(uuid.uuid4()), "opened", who, who, clock(), session, "first-guess"))


def write(folder: Path, who: str, exercise: str = "first-guess", words: str = WORDS) -> None:
    with open_store(folder) as store:
        save(store, who, exercise, {"text": words}, audience="private")


def erase(folder: Path, who: str, exercise: str = "first-guess") -> None:
    with open_store(folder) as store:
        store.erase(id=str(uuid.uuid4()), author=who, participant=who, session=2, exercise=exercise)


def test_without_a_store_nobody_opened_anything_and_none_is_made(folder: Path) -> None:
    assert states(folder) == dict.fromkeys(PEOPLE, ["not opened"] * 3)
    assert not (folder / ".mdli").exists()


def test_what_is_new_is_seen(folder: Path) -> None:
    open_session(folder, "ana")
    assert states(folder)["ana"] == ["not opened", "begun", "not opened"]
    write(folder, "ana")
    assert states(folder)["ana"][1] == "part"
    erase(folder, "ana")
    assert states(folder)["ana"][1] == "begun"


def test_only_whom_something_new_is_about_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in PEOPLE:
        write(folder, who)
    statuses(folder)
    open_session(folder, "ben")
    read_again: list[str] = []
    count = counting.tally_of

    def note(session: Session, who: str, *rest: Any) -> Tally:
        read_again.append(who)
        return count(session, who, *rest)

    monkeypatch.setattr(counting, "tally_of", note)
    statuses(folder)
    assert read_again == ["ben"]
    statuses(folder)
    assert read_again == ["ben"]


def test_no_word_is_remembered_and_only_this_account_may_read_it(folder: Path) -> None:
    write(folder, "ana")
    statuses(folder)
    path = folder / ".mdli" / FILE
    text = path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [one for one in ("secret", "first-guess", "Listen", "Example") if one in text]


def test_a_corrected_session_is_counted_anew(folder: Path) -> None:
    with open_store(folder) as store:
        save(store, "ana", "look-back", {"text": WORDS}, session=1)
    assert [one.sessions[0].tally.total for one in statuses(folder)] == [2, 2, 2]
    longer = FIRST.replace("minutes: 10", "minutes: 17")
    longer += "\n```{reflection} one-more\nprompt: And?\nminutes: 7\n```\n"
    (folder / "templates/sessions/01-journey.md").write_text(longer, "utf-8")
    ana, ben, _ = (one.sessions[0].tally for one in statuses(folder))
    assert ((ana.done, ana.total, ana.minutes_left), (ben.done, ben.total)) == ((1, 3, 12), (0, 3))


def test_a_store_that_was_put_back_is_counted_anew(folder: Path) -> None:
    write(folder, "ana")
    copy = folder.parent / "copy.db"
    with sqlite3.connect(folder / ".mdli/answers.db") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close(), target.close()
    write(folder, "ben")
    assert [one.sessions[1].tally.done for one in statuses(folder)] == [1, 1, 0]
    for name in ("answers.db-wal", "answers.db-shm"):
        (folder / ".mdli" / name).unlink(missing_ok=True)
    shutil.copy(copy, folder / ".mdli/answers.db")
    assert [one.sessions[1].tally.done for one in statuses(folder)] == [1, 0, 0]
    write(folder, "cleo")  # as many rows as before, and others
    assert [one.sessions[1].tally.done for one in statuses(folder)] == [1, 0, 1]


def test_records_that_were_taken_out_are_counted_no_more(folder: Path) -> None:
    for who in PEOPLE:
        write(folder, who)
    statuses(folder)
    with sqlite3.connect(folder / ".mdli/answers.db") as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f"DROP TRIGGER {name}")
        base.execute("DELETE FROM answers WHERE participant = 'ben'")
    base.close()
    assert [one.sessions[1].tally.done for one in statuses(folder)] == [1, 0, 1]


def test_a_corrected_id_keeps_its_counts(folder: Path) -> None:
    with open_store(folder) as store:
        save(store, "anna", "first-guess", {"text": WORDS})
    assert states(folder)["ana"][1] == "not opened"
    with open_store(folder) as store:
        store.record(Event(str(uuid.uuid4()), RENAMED, "anna", "", clock(), 0, "ana"))
    assert states(folder)["ana"][1] == "part"
    open_session(folder, "anna")  # from a workbook that was open all the while
    assert statuses(folder) == without_memory(folder)


def test_a_part_of_the_program_is_the_same_and_nothing_is_remembered_of_it(folder: Path) -> None:
    write(folder, "ben")
    [ben] = statuses(folder, Selection(participant="ben"))
    assert not (folder / ".mdli" / FILE).exists()
    assert ben == statuses(folder)[1]
    write(folder, "ben", "to-myself")
    [ben] = statuses(folder, Selection(participant="ben"))
    assert ben.sessions[1].tally.done == 2


DAMAGED = ["", "{}", "[]\n", '{"rules": 1}\n', "\x00\xff", '{"rules": "x", "people": 2}\nana\t[]\n']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_memory_is_made_anew(folder: Path, text: str) -> None:
    write(folder, "ana")
    expected = statuses(folder)
    (folder / ".mdli" / FILE).write_text(text, "utf-8")
    assert statuses(folder) == expected


def test_a_folder_that_cannot_be_written_is_no_hindrance(folder: Path) -> None:
    write(folder, "ana")
    (folder / ".mdli" / FILE).mkdir()
    assert states(folder)["ana"][1] == "part"


def test_a_long_history_is_counted_as_reading_all_of_it_would(folder: Path) -> None:
    drawn = random.Random(5)
    for _ in range(60):
        who, exercise = drawn.choice(PEOPLE), drawn.choice(["first-guess", "to-myself", "and-now"])
        drawn.choice(
            [
                lambda: write(folder, who, exercise, drawn.choice([" ", "words"])),  # noqa: B023
                lambda: erase(folder, who, exercise),  # noqa: B023
                lambda: open_session(folder, who, drawn.randint(1, 3)),  # noqa: B023
            ]
        )()
        if drawn.random() < 0.3:
            kept = folder / ".mdli" / FILE
            remembered = statuses(folder)
            aside = kept.read_text("utf-8")
            assert remembered == without_memory(folder)
            kept.write_text(aside, "utf-8")
            assert json.loads(aside.splitlines()[0])["people"] == len(PEOPLE)


def test_the_half_of_a_killed_command_is_gone_with_the_next_count_after_an_hour(folder: Path) -> None:
    write(folder, "ana")
    old, new = (folder / ".mdli" / f".{FILE}.{name}.part" for name in ("old", "new"))
    for half in (old, new):
        half.write_text("half")
    os.utime(old, (time.time() - 3700,) * 2)
    statuses(folder)
    assert (old.exists(), new.exists()) == (False, True), "who writes now is not disturbed"
