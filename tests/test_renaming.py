"""Ids are corrected, rows are deleted, people join, leave and change coach: nobody's answer is orphaned."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import TYPE_CHECKING

import pytest
from programs import (
    COACHES,
    SECOND,
    clock,
    generate_all,
    make_program,
    mdli,
    open_store,
    read,
    record_call,
    save,
    snapshot,
    withdraw,
    write,
)

from mdli_workbook.answers import Conflict, Draft, Event
from mdli_workbook.errors import CurriculumError, ProgramError
from mdli_workbook.generate import workbook_path
from mdli_workbook.names import RENAMED, Names
from mdli_workbook.notebook import as_text
from mdli_workbook.renaming import note_names, set_aside
from mdli_workbook.report import make
from mdli_workbook.selection import Selection
from mdli_workbook.shelf import find_reports, report_path, take_down_withdrawn
from mdli_workbook.site.reading import list_shelves, own_participants
from mdli_workbook.site.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.store import Store

LISTEN = "templates/sessions/02-listen.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program", ("ana", "ben"))


def rename_exercise(folder: Path, old: str = "first-guess", new: str = "my-guess") -> None:
    text = (folder / LISTEN).read_text("utf-8")
    text = text.replace(f"```{{reflection}} {old}\n", f"```{{reflection}} {new}\nrenamed_from: {old}\n")
    (folder / LISTEN).write_text(text, "utf-8")


def rename_person(folder: Path, old: str = "ana", new: str = "ana-mora") -> None:
    lines = (folder / "roster.csv").read_text("utf-8").splitlines()
    rows = [f"{line}," for line in lines[1:]]
    rows = [f"{new}{row.removeprefix(old)}{old}" if row.startswith(f"{old},") else row for row in rows]
    (folder / "roster.csv").write_text("\n".join([f"{lines[0]},renamed_from", *rows, ""]), "utf-8")


def note(folder: Path, store: Store) -> tuple[tuple[int, str, str], ...]:
    return note_names(*read(folder), store, clock)


def said(store: Store, who: str) -> dict[str, object]:
    return {row.exercise: row.value["text"] for row in store.newest(who) if row.value and "text" in row.value}


def test_a_renamed_exercise_has_the_answers_given_under_its_earlier_id(folder: Path) -> None:
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": "once"})
        rename_exercise(folder)
        assert note(folder, store) == ((2, "first-guess", "my-guess"),)
        assert note(folder, store) == (), "once is enough"
        assert said(store, "ana") == {"my-guess": "once"}
        save(store, "ana", "my-guess", {"text": "again"})
        assert said(store, "ana") == {"my-guess": "again"}
        assert [row.value for row in store.history("ana", 2, "my-guess")] == [
            {"text": "once"},
            {"text": "again"},
        ]
        assert [row.exercise for row in store.shared("ana", 2)] == ["my-guess"]
        assert store.audiences("ana", 2) == {(2, "my-guess"): "coach"}
        assert {row.exercise for row in store.told("ana", 2)} == {"my-guess"}


def test_a_workbook_that_was_open_all_the_while_saves_under_the_earlier_id(folder: Path) -> None:
    with open_store(folder) as store:
        first = save(store, "ana", "first-guess", {"text": "once"})
        rename_exercise(folder)
        note(folder, store)
        assert [row.exercise for row in store.standing("ana", 2, "first-guess")] == ["first-guess"]
        save(store, "ana", "first-guess", {"text": "from the old page"})
        assert said(store, "ana") == {"my-guess": "from the old page"}
        who = ("ana", "spring", "ana")
        stale = Draft(str(uuid.uuid4()), *who, 2, "my-guess", {"text": "x"}, "coach", "", first)
        assert isinstance(store.save(stale), Conflict), "two pages are told of each other as ever"


def test_what_is_erased_under_the_new_id_is_gone_under_the_earlier_one(folder: Path) -> None:
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": "zebra one"})
        rename_exercise(folder)
        rename_person(folder)
        note(folder, store)
        save(store, "ana-mora", "my-guess", {"text": "zebra two"})
        for _ in range(2):
            store.erase(
                id="6f1b6a0e-3c36-4a35-9d51-0f6f5e7a1c11",
                author="ana-mora",
                participant="ana-mora",
                session=2,
                exercise="my-guess",
            )
        assert said(store, "ana-mora") == {}
        assert [row.value for row in store.history("ana-mora", 2, "my-guess")] == [None] * 3
        path = store.path
    assert b"zebra" not in path.read_bytes()
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT count(*) FROM answers").fetchone() == (3,)
    raw.close()


def test_what_is_made_private_under_the_new_id_takes_down_a_closed_report_that_shows_it(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "an answer"})
    generate_all(folder)
    make(*read(folder), Selection("", "ana", 2), clock, jobs=1)
    record_call(folder, "ana")
    rename_exercise(folder)
    generate_all(folder)
    make(*read(folder), Selection("", "ana", 2), clock, jobs=1)
    [closed] = [path for path in find_reports(folder) if path.stem == "02-listen"]
    with open_store(folder) as store:
        assert take_down_withdrawn(folder, store) == (), "a report that is closed stays as it is"
    withdraw(folder, "ana", "my-guess")
    with open_store(folder) as store:
        assert take_down_withdrawn(folder, store) == (closed,)


def with_own_cell(path: Path, source: str) -> None:
    notebook = json.loads(path.read_bytes())
    notebook["cells"].insert(5, {"cell_type": "markdown", "id": "me", "metadata": {}, "source": [source]})
    path.write_text(as_text(notebook), "utf-8")


def test_a_corrected_id_keeps_answers_own_cells_files_and_reports(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "an answer"})
    write(folder, "ana", "coach-note", {"text": "for myself"}, author="kim", audience="self")
    generate_all(folder)
    make(*read(folder), Selection("", "ana", 2), clock, jobs=1)
    record_call(folder, "ana")
    old, new = (workbook_path(folder, "spring", who, "02-listen") for who in ("ana", "ana-mora"))
    with_own_cell(old, "My own words")
    (old.parent / "notes.txt").write_text("a file of mine")
    rename_person(folder)
    told = mdli(folder, "generate")
    assert told.stdout.startswith("ana is ana-mora from now on, with all answers\n"), told.stderr
    assert "My own words" not in told.stdout
    after = json.loads(new.read_bytes())
    assert after["metadata"]["mdli"]["participant"] == "ana-mora"
    assert [one["source"] for one in after["cells"] if "mdli" not in one["metadata"]] == [["My own words"]]
    assert "participant = 'ana-mora'" in "".join(after["cells"][2]["source"])
    assert (new.parent / "notes.txt").exists()
    assert not old.parent.exists()
    assert report_path(folder, "spring", "ana-mora", "02-listen").is_file()
    assert not (folder / "reports" / "spring" / "ana").exists()
    with open_store(folder) as store:
        rows = {row.exercise: row for row in store.newest("ana-mora")}
        assert (rows["first-guess"].participant, rows["first-guess"].author) == ("ana-mora", "ana-mora")
        assert (rows["coach-note"].author, rows["coach-note"].audience) == ("kim", "self")
        assert [one.what for one in store.events("ana-mora")] == ["call-held"]
        assert take_down_withdrawn(folder, store) == ()
    assert mdli(folder, "generate").stdout.endswith(
        "workbooks: 5 unchanged, 1 kept, its participant has changed it\n"
    )


def test_a_correction_that_is_taken_back_loses_nothing(folder: Path) -> None:
    roster, session = (folder / "roster.csv").read_text(), (folder / LISTEN).read_text()
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": "one"})
        rename_person(folder)
        rename_exercise(folder)
        note(folder, store)
        save(store, "ana-mora", "my-guess", {"text": "two"})
        (folder / "roster.csv").write_text(roster)
        (folder / LISTEN).write_text(session)
        assert note(folder, store) == ((0, "ana-mora", "ana"), (2, "my-guess", "first-guess"))
        assert said(store, "ana") == {"first-guess": "two"}
        rename_exercise(folder)
        note(folder, store)
        assert said(store, "ana") == {"my-guess": "two"}


def test_nobody_gets_an_id_under_which_somebody_else_has_answers(folder: Path) -> None:
    rename_person(folder)
    with open_store(folder) as store:
        note(folder, store)
        roster = folder / "roster.csv"
        roster.write_text(roster.read_text().replace("ben,", "ana,").replace(",ana\n", ",\n"))
        before = store.events("")
        with pytest.raises(ProgramError, match="'ana' and 'ana-mora' were ids of one"):
            note(folder, store)
        assert store.events("") == before


@pytest.mark.parametrize("taken", ["ben", "kim"])
def test_an_earlier_id_that_is_somebodys_is_refused(folder: Path, taken: str) -> None:
    rename_person(folder)
    roster = folder / "roster.csv"
    roster.write_text(roster.read_text().replace(",ana\n", f",{taken}\n"))
    with pytest.raises(ProgramError, match=f"renamed_from '{taken}' is a .*'s id"):
        read(folder)


@pytest.mark.parametrize("old", ["to-myself", "coach-note"])
def test_an_earlier_id_that_is_another_exercises_is_refused(folder: Path, old: str) -> None:
    text = SECOND.replace("{reflection} first-guess\n", f"{{reflection}} my-guess\nrenamed_from: {old}\n")
    (folder / LISTEN).write_text(text)
    with pytest.raises(CurriculumError, match=f"renamed_from of 'my-guess' names '{old}'"):
        read(folder)


def test_answers_of_a_removed_exercise_and_of_a_deleted_row_are_kept_and_counted(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "secret"})
    write(folder, "ben", "to-myself", {"text": "secret"})
    generate_all(folder)
    (folder / LISTEN).write_text(SECOND.replace("{reflection} first-guess", "{reflection} another"))
    roster = (folder / "roster.csv").read_text()
    (folder / "roster.csv").write_text(
        "".join(line for line in roster.splitlines(keepends=True) if "ben," not in line)
    )
    told = mdli(folder, "generate").stdout
    assert "session 2 has no exercise 'first-guess' any more; 1 answer is kept, of 1 person" in told
    assert "ben is not in roster.csv; 1 answer is kept, and shown once the row is back" in told
    assert "secret" not in told
    assert workbook_path(folder, "spring", "ben", "02-listen").is_file()
    (folder / "roster.csv").write_text(roster)
    (folder / LISTEN).write_text(SECOND)
    with open_store(folder) as store:
        assert set_aside(*read(folder), store) == ()
        assert said(store, "ana") | said(store, "ben") == {"first-guess": "secret", "to-myself": "secret"}


def test_who_joins_late_has_all_workbooks_and_who_changes_cohort_takes_theirs_along(folder: Path) -> None:
    generate_all(folder)
    old = workbook_path(folder, "spring", "ben", "01-journey")
    with_own_cell(old, "My own words")
    roster = folder / "roster.csv"
    rows = roster.read_text().replace("ben@example.org,spring", "ben@example.org,autumn")
    roster.write_text(rows + "zoe,Zoe Example,zoe@example.org,spring,kim,,,,,2026-03-01,\n")
    generate_all(folder)
    assert len(list((folder / "workbooks" / "spring" / "zoe").glob("*.ipynb"))) == 3
    assert not old.exists()
    assert b"My own words" in workbook_path(folder, "autumn", "ben", "01-journey").read_bytes()


def test_a_session_whose_slug_was_corrected_keeps_their_own_cells(folder: Path) -> None:
    generate_all(folder)
    with_own_cell(workbook_path(folder, "spring", "ben", "02-listen"), "My own words")
    (folder / LISTEN).rename(folder / "templates" / "sessions" / "02-hear.md")
    (folder / "templates/sessions/02-hear.md").write_text(SECOND.replace("slug: listen", "slug: hear"))
    generate_all(folder)
    assert b"My own words" in workbook_path(folder, "spring", "ben", "02-hear").read_bytes()
    assert not workbook_path(folder, "spring", "ben", "02-listen").exists()


def test_a_change_of_coach_moves_what_is_shared_and_leaves_a_coachs_own_notes_theirs(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "for my coach"})
    write(folder, "ana", "coach-note", {"text": "for myself"}, author="kim", audience="self")
    (folder / "coaches.csv").write_text(COACHES + "lee,Lee Lu,lee@example.org,\n")
    roster = folder / "roster.csv"
    roster.write_text(roster.read_text().replace("ana@example.org,spring,kim", "ana@example.org,spring,lee"))
    generate_all(folder)
    with open_store(folder) as store:
        assert [row.value for row in store.shared("ana", 2)] == [{"text": "for my coach"}]
        assert [row.author for row in store.newest("ana") if row.audience == "self"] == ["kim"]


def test_a_dry_run_names_what_would_be_renamed_and_kept_aside_and_notes_nothing(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "an answer"})
    write(folder, "ben", "to-myself", {"text": "another"})
    generate_all(folder)
    rename_person(folder)
    rename_exercise(folder)
    text = (folder / LISTEN).read_text("utf-8").replace("{reflection} to-myself", "{reflection} another")
    (folder / LISTEN).write_text(text.replace("exercise: to-myself", "exercise: another"), "utf-8")
    before = snapshot(folder)
    told = mdli(folder, "generate", "--dry-run").stdout.splitlines()
    assert told[:3] == [
        "ana would be ana-mora from now on, with all answers",
        "session 2: first-guess would be my-guess from now on, with all answers",
        "session 2 has no exercise 'to-myself' any more; 1 answer is kept, of 1 person",
    ]
    assert told[-1].startswith("workbooks: ")
    assert snapshot(folder) == before
    assert mdli(folder, "generate").stdout.splitlines()[:3] == [
        one.replace("would be", "is") for one in told[:3]
    ]


def test_reports_move_along_with_a_cohort_and_a_slug_and_stand_once(folder: Path) -> None:
    for who in ("ana", "ben"):
        write(folder, who, "first-guess", {"text": "an answer"})
    generate_all(folder)
    make(*read(folder), Selection(), clock, jobs=1)
    record_call(folder, "ana")  # so that nothing makes hers again
    file = folder / "templates" / "sessions" / "02-hear.md"
    (folder / LISTEN).rename(file)
    file.write_text(SECOND.replace("slug: listen", "slug: hear"))
    roster = folder / "roster.csv"
    roster.write_text(roster.read_text().replace("ana@example.org,spring", "ana@example.org,autumn"))
    foreign = folder / "reports" / "spring" / "ana" / "mine.ipynb"
    foreign.write_text("{}")
    assert mdli(folder, "generate").returncode == 0
    where = {path.relative_to(folder / "reports").as_posix() for path in find_reports(folder)}
    reports = {
        f"{who}/{stem}.ipynb" for who in ("autumn/ana", "spring/ben") for stem in ("01-journey", "02-hear")
    }
    assert where == reports | {"spring/ana/mine.ipynb"}, "what is no report of ours stays where it is"
    sources = Sources(folder, clock)
    shelves = list_shelves(sources, own_participants(sources.program(), "kim", clock().date()))
    shown = {(one.participant.id, marker.stem) for one in shelves for marker in one.markers}
    assert shown == {(who, stem) for who in ("ana", "ben") for stem in ("01-journey", "02-hear")}
    sources.store().close()


def test_a_correction_that_is_taken_back_brings_workbooks_and_reports_back(folder: Path) -> None:
    write(folder, "ana", "first-guess", {"text": "an answer"})
    roster = (folder / "roster.csv").read_text()
    rename_person(folder)
    assert mdli(folder, "generate").returncode == 0
    make(*read(folder), Selection(), clock, jobs=1)
    with_own_cell(workbook_path(folder, "spring", "ana-mora", "02-listen"), "My own words")
    (folder / "roster.csv").write_text(roster)
    assert "ana-mora is ana from now on, with all answers\n" in mdli(folder, "generate").stdout
    assert b"My own words" in workbook_path(folder, "spring", "ana", "02-listen").read_bytes()
    assert report_path(folder, "spring", "ana", "02-listen").is_file()
    assert not list(folder.glob("*/spring/ana-mora"))


def test_who_was_generated_anew_before_anybody_said_that_the_id_was_corrected_gets_all_back(
    folder: Path,
) -> None:
    generate_all(folder)
    old, new = (workbook_path(folder, "spring", who, "02-listen") for who in ("ana", "ana-mora"))
    with_own_cell(old, "My own words")
    (old.parent / "notes.txt").write_text("a file of mine")
    rename_person(folder)
    said = (folder / "roster.csv").read_text()
    (folder / "roster.csv").write_text(said.replace(",ana\n", ",\n"))  # forgotten
    assert mdli(folder, "generate").returncode == 0
    assert b"My own words" not in new.read_bytes()
    (folder / "roster.csv").write_text(said)
    assert mdli(folder, "generate").returncode == 0
    assert b"My own words" in new.read_bytes()
    assert (new.parent / "notes.txt").is_file()
    assert not old.exists()


def test_a_call_under_the_earlier_id_is_told_with_the_way_out(folder: Path) -> None:
    head = "participant_id,call,starts_at,minutes,state\n"
    (folder / "calls.csv").write_text(
        f"{head}ben,1,2026-01-20 12:00,45,held\nana,1,2026-01-21 12:00,45,held\n"
    )
    rename_person(folder)
    told = mdli(folder, "check")
    way_out = "is 'ana-mora' now (roster.csv line 2); write that"
    assert (told.returncode, told.stderr) == (2, f"calls.csv line 3: participant_id 'ana' {way_out}\n")


def test_names_are_joined_whatever_the_order_of_corrections() -> None:
    pairs = [(2, "a", "b"), (2, "b", "c"), (2, "x", "c"), (0, "a", "b"), (2, "c", "a")]
    events = [Event("", RENAMED, old, "", clock(), session, new) for session, old, new in pairs]
    names = Names.of(events)
    assert {names.exercise(2, one) for one in "abcx"} == {"a"}
    assert names.ids_of(2, "c") == ("a", "b", "c", "x")
    assert names.ids_of(0, "b") == ("a", "b")
    assert names.ids_of(3, "a") == ("a",)
