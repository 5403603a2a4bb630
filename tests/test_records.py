"""A participant's whole record: all of theirs, nothing of anybody else's, in files that need no software."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from credited import SECOND, attend, call, mdli
from programs import clock, generate_all, make_program, open_store, read, save, write

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import comment_on, own_note
from mdli_workbook.exercises.samples import samples

if TYPE_CHECKING:
    from pathlib import Path

PROMISE = {"cue": "Monday, 9:00", "act": "Ask first", "due": "2026-03-30", "who_hears": "the nurse lead"}
EVERY_KIND = """\
---
session: 2
slug: listen
title: Listen
minutes: 20
sources: [Invented for a test]
---

```{scale} rating
points: [{id: 1, label: never}, {id: 2, label: seldom}, {id: 3, label: often}]
statements: [{id: limits, text: I name my own limits aloud.}]
```

```{choice} beside
options: [{id: nurse, label: A nurse}, {id: desk, label: The front desk}]
```

```{ranking} values
options: [{id: candor, label: Candor}, {id: fairness, label: Fairness}]
keep: 1
```

```{checklist} audit
items: [{id: agenda, text: The agenda went out.}]
```

```{log} shadowing
fields: {when: date, saw: long-text}
required_fields: [when, saw]
at_least: 1
```

```{equity} our-panel
data: demo-panel
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make_program(tmp_path / "program")
    generate_all(made)
    return made


def export(folder: Path, who: str = "ana") -> tuple[Path, str, dict[str, Any]]:
    """Export a record; return its folder, its page and its data."""
    target = folder.parent / f"record-{uuid.uuid4()}"
    done = mdli(folder, "export", who, target)
    assert done.exit_code == 0, done.output
    data = json.loads((target / "record.json").read_text("utf-8"))
    return target, (target / "record.html").read_text("utf-8"), data


def everything(target: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in target.rglob("*") if path.is_file())


def test_a_record_holds_what_was_written_for_nobody_and_every_earlier_wording(folder: Path) -> None:
    write(folder, "ana", "to-myself", {"text": "I was <wrong> first."}, audience="private")
    write(folder, "ana", "to-myself", {"text": "Short."}, audience="private")
    _, page, data = export(folder)
    assert "I was &lt;wrong&gt; first." in page
    assert "1 earlier wording" in page
    assert "Who can read this: Only you." in page
    said = [row["value"] for row in data["answers"] if row["exercise"] == "to-myself"]
    assert said == [{"text": "I was <wrong> first."}, {"text": "Short."}]


def test_a_record_says_what_was_asked_and_at_its_top_whose_it_is(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "He was late."})
    _, page, data = export(folder)
    assert "Private. This page belongs to Ana Example (ana)." in page
    assert "What reason did you give yourself?" in page
    [session] = [one for one in data["sessions"] if one["session"] == 2]
    asked = {one["id"]: one for one in session["exercises"]}
    assert asked["first-guess"]["prompt"] == "What reason did you give yourself?"
    assert (data["what"], data["shape"], session["title"]) == ("participant-record", 1, "Listen")


def test_a_record_keeps_questions_that_the_session_has_no_more(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "He was late."})
    session = folder / "templates" / "sessions" / "02-listen.md"
    before = session.read_text("utf-8")
    start, end = before.index("```{reflection} first-guess"), before.index("```{reflection} to-myself")
    session.write_text((before[:start] + before[end:]).replace("minutes: 20", "minutes: 15"), "utf-8")
    _, page, _ = export(folder)
    assert "What reason did you give yourself?" in page
    shutil.rmtree(folder / "workbooks")
    shutil.rmtree(folder / ".mdli" / "base")
    _, page, _ = export(folder)
    assert "First guess" in page
    assert "He was late." in page, "without its question an answer still has its words"


def test_a_record_has_nothing_of_a_coachs_own_notes_and_nothing_of_others(folder: Path) -> None:
    note = own_note("kim").id
    write(folder, "ana", note, {"text": "NOT-FOR-ANA"}, author="kim", audience="self")
    write(folder, "ana", "coach-note", {"text": "FOR-ANA"}, author="kim", audience="participant")
    write(folder, "ben", "first-guess", {"text": "OF-BEN"})
    with open_store(folder) as store:
        store.erase(id=str(uuid.uuid4()), author="kim", participant="ana", session=2, exercise=note)
    write(folder, "ana", note, {"text": "NOT-FOR-ANA-EITHER"}, author="kim", audience="self")
    target, page, _ = export(folder)
    told = everything(target)
    assert "FOR-ANA" in page
    for absent in ("NOT-FOR-ANA", "own-note", "OF-BEN", "Ben Example", "ben@example.org"):
        assert absent not in told


def test_a_record_holds_comments_calls_attendance_and_credit(folder: Path) -> None:
    on = comment_on("first-guess")
    value = {"text": "Well seen.", "exercise": "first-guess", "entry": "", "title": "First guess"}
    write(folder, "ana", "first-guess", {"text": "He was late."})
    write(folder, "ana", on.id, value, author="kim", audience="participant")
    attend(folder, SECOND)
    call(folder, "ana", state="held", minutes=45)
    _, page, data = export(folder)
    for said in ("Well seen.", "A comment on First guess", "by Sam Kim", "Attendance recorded, 125 minutes"):
        assert said in page, said
    assert data["credit"]["earned"] == "2.75"
    assert {"attended", "call-held"} <= {one["what"] for one in data["events"]}


def test_a_promise_is_shown_with_each_state_it_had(folder: Path) -> None:
    entry = str(uuid.uuid4())
    for state in ("open", "kept"):
        write(folder, "ana", "first-step", PROMISE | {"state": state}, session=1, entry=entry)
    _, page, _ = export(folder)
    assert "open from 20 March 2026" in page
    assert "kept from 20 March 2026" in page


def test_what_was_erased_is_a_dated_row_without_a_word(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "GONE-FOR-GOOD"})
    with open_store(folder) as store:
        store.erase(id=str(uuid.uuid4()), author="ana", participant="ana", session=2, exercise="first-guess")
    target, page, data = export(folder)
    assert "GONE-FOR-GOOD" not in everything(target)
    assert "Erased for good on 20 March 2026" in page
    assert {row["value"] is None for row in data["answers"]} == {True}


def test_a_renamed_person_and_exercise_have_one_record(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "As ana, by the first name."})
    roster = (folder / "roster.csv").read_text("utf-8").splitlines()
    header, row = f"{roster[0]},renamed_from", roster[1].replace("ana,", "ana-mora,", 1) + ",ana"
    rest = [f"{one}," for one in roster[2:]]
    (folder / "roster.csv").write_text("\n".join([header, row, *rest, ""]), "utf-8")
    session = folder / "templates" / "sessions" / "02-listen.md"
    text = session.read_text("utf-8").replace(
        "```{reflection} first-guess\n", "```{reflection} my-guess\nrenamed_from: first-guess\n"
    )
    session.write_text(text, "utf-8")
    assert mdli(folder, "generate").exit_code == 0
    _, page, data = export(folder, "ana-mora")
    assert "As ana, by the first name." in page
    assert "My guess" in page
    assert data["participant"]["earlier_ids"] == ["ana"]
    assert {row["exercise"] for row in data["answers"]} == {"my-guess"}


def test_every_kind_is_shown_as_in_the_workbook(tmp_path: Path) -> None:
    folder = make_program(tmp_path / "program", sessions={"02-listen": EVERY_KIND})
    generate_all(folder)
    _, [session] = read(folder)
    with open_store(folder) as store:
        for one in session.exercises:
            for entry, value in samples(one, clock().date()).items():
                place = str(uuid.uuid5(uuid.NAMESPACE_URL, entry)) if entry else ""
                if value is not None and (entry or not one.repeats):
                    save(store, "ana", one.id, value, entry=place, audience="private")
    _, page, _ = export(folder)
    for said in ("I name my own limits aloud.", "A nurse", "Candor", "The agenda went out.", "<svg"):
        assert said in page, said
    for asked in ("<script", " src=", 'http-equiv="refresh', "@import", "url("):
        assert asked not in page, asked
    kinds = {
        one["kind"] for each in json.loads(data_of(page, folder))["sessions"] for one in each["exercises"]
    }
    assert kinds <= set(KINDS)


def data_of(_page: str, folder: Path) -> str:
    target, _, _ = export(folder)
    return (target / "record.json").read_text("utf-8")


def test_a_record_is_private_complete_and_its_manifest_true(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "He was late."})
    target, _, _ = export(folder)
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    listed = {one["path"]: one["sha256"] for one in manifest["files"]}
    found = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}
    assert listed.keys() == found.keys() - {"manifest.json"}
    assert {"workbooks/spring/01-journey.ipynb", "record.html", "record.json"} <= listed.keys()
    for name, path in found.items():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, name
        if name in listed:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name]
    for path in target.rglob("*"):
        assert not path.is_dir() or stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_link_among_the_workbooks_is_not_followed(folder: Path) -> None:
    secret = folder.parent / "secret.ipynb"
    secret.write_text("SECRET", "utf-8")
    (folder / "workbooks" / "spring" / "ana" / "mine.ipynb").symlink_to(secret)
    write(folder, "ana", "first-guess", {"text": "He was late."})
    target, _, _ = export(folder)
    assert "SECRET" not in everything(target)
    assert not list(target.rglob("mine.ipynb"))


def test_a_folder_with_something_in_it_is_refused_and_left_alone(folder: Path, tmp_path: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "He was late."})
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "letter.txt").write_text("mine")
    done = mdli(folder, "export", "ana", taken)
    assert (done.exit_code, [one.name for one in taken.iterdir()]) == (2, ["letter.txt"])
    assert "is not empty" in done.output
    unknown = mdli(folder, "export", "anna", tmp_path / "new")
    assert unknown.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_a_participants_record_and_a_cohorts_table_are_asked_for_differently(folder: Path) -> None:
    assert "write: mdli export" in mdli(folder, "export", "ana").output
    assert "--text goes with --cohort" in mdli(folder, "export", "ana", "x", "--text").output
