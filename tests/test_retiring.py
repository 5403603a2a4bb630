"""The end of retention: everything of one person goes, what credit hangs on stays, and a receipt says so."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from credited import SECOND, attend, call, mdli
from programs import generate_all, make_program, open_store, snapshot, write

from mdli_workbook.due import read_reminded
from mdli_workbook.exercises.coaching import own_note

if TYPE_CHECKING:
    from pathlib import Path

MARK = "WORDS-THAT-MUST-GO"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make_program(tmp_path / "program")
    generate_all(made)
    for number in range(20):
        write(made, "ana", "to-myself", {"text": f"{MARK} {number} " * 40}, audience="private")
    write(made, "ana", own_note("kim").id, {"text": MARK}, author="kim", audience="self")
    write(made, "ben", "first-guess", {"text": "Ben stays."})
    attend(made, SECOND)
    call(made, "ana", state="held", minutes=45)
    (made / "workbooks" / "spring" / "ana" / "own.csv").write_text(MARK)
    left = made / ".mdli" / "left" / "spring" / "ana"
    left.mkdir(parents=True)
    (left / "02-listen-abc.ipynb").write_text(MARK)
    return made


def leave(folder: Path, who: str = "ana") -> None:
    roster = folder / "roster.csv"
    lines = roster.read_text("utf-8").splitlines()
    lines = [f"{one[:-1]},2026-03-01" if one.startswith(f"{who},") else one for one in lines]
    roster.write_text("\n".join([*lines, ""]), "utf-8")


def left_of(folder: Path) -> list[str]:
    return [name for name, content in snapshot(folder).items() if MARK.encode() in content or "/ana/" in name]


def test_nothing_of_the_person_is_left_and_nothing_of_others_is_gone(folder: Path) -> None:
    leave(folder)
    credit = mdli(folder, "credits", "--csv").output
    others = {name for name in snapshot(folder) if "/ben/" in name or "/cleo/" in name}
    done = mdli(folder, "retire", "ana", "--yes")
    assert done.exit_code == 0, done.output
    assert left_of(folder) == []
    assert others <= snapshot(folder).keys()
    with open_store(folder) as store:
        assert [row.value for row in store.newest("ben")] == [{"text": "Ben stays."}]
        kept = [row.exercise for row in store.newest("ana") if row.value is not None]
    assert kept == ["coach-call"]
    assert mdli(folder, "credits", "--csv").output == credit, "credit is asked for years later"
    assert mdli(folder, "generate").exit_code == 0
    assert left_of(folder) == []


def test_the_receipt_has_dates_counts_and_hashes_and_no_word(folder: Path) -> None:
    leave(folder)
    assert mdli(folder, "retire", "ana", "--yes").exit_code == 0
    [receipt] = (folder / ".mdli" / "receipts").iterdir()
    said = json.loads(receipt.read_text())
    assert receipt.name == "ana-2026-03-20.json"
    assert (said["what"], said["participant"], said["rows_blanked"]) == ("retired", "ana", 21)
    assert ".mdli/left/spring/ana/02-listen-abc.ipynb" in {one["path"] for one in said["files_deleted"]}
    assert mdli(folder, "retire", "ana", "--yes").exit_code == 0, "again there is nothing to do"


def test_who_is_in_the_program_or_unknown_is_refused(folder: Path) -> None:
    before = snapshot(folder, ".mdli/lock", ".mdli/answers")
    for who, said in (("ana", "left_on"), ("nobody", "nobody is or was")):
        done = mdli(folder, "retire", who, "--yes")
        assert (done.exit_code, said in done.output) == (2, True), done.output
    assert snapshot(folder, ".mdli/lock", ".mdli/answers") == before


def test_without_yes_the_id_is_asked_for(folder: Path) -> None:
    leave(folder)
    assert mdli(folder, "retire", "ana").exit_code == 1
    assert left_of(folder)


def mails_naming(folder: Path, name: str) -> list[str]:
    mails = (folder / ".mdli" / "mails").glob("*.eml")
    read = {one.name: message_from_bytes(one.read_bytes(), policy=default) for one in mails}
    return [file for file, one in read.items() if name in one.as_string() or name in one.get_content()]


def test_who_is_retired_is_forgotten_where_people_are_counted_named_and_written_to(folder: Path) -> None:
    assert mdli(folder, "due", "--run").exit_code == 0
    assert mdli(folder, "status").exit_code == 0
    assert mdli(folder, "insight").exit_code == 0
    assert mdli(folder, "export", "--cohort", "spring", str(folder.parent / "table")).exit_code == 0
    named = {name for name, content in snapshot(folder).items() if b"ana" in content and ".mdli" in name}
    assert {".mdli/status.jsonl", ".mdli/reminded.json"} <= named
    assert mails_naming(folder, "Ana Example")
    others = read_reminded(folder)
    leave(folder)
    assert mdli(folder, "retire", "ana", "--yes").exit_code == 0
    after = snapshot(folder)
    kept = {name for name in named if name in after and re.search(rb"\bana\b", after[name])}
    assert not [
        name for name in kept if name.endswith((".jsonl", "reminded.json", "pseudonyms.json", "insight.json"))
    ]
    assert not mails_naming(folder, "Ana Example")
    assert read_reminded(folder) == {one: at for one, at in others.items() if "-ana-" not in one}
    assert read_reminded(folder), "what others were written stays known"
