"""What a coach writes after a call, all the way: the next workbook, the next report, and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from programs import clock, copy_program, generate_all, make_program, open_store, read, write

from mdli_workbook.exercises.coaching import AGREED, CALL, NOTE, comment_on, own_note
from mdli_workbook.exercises.desk import WorkbookDesk
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.report import Desk, Job, Outcome
from mdli_workbook.selection import Selection
from mdli_workbook.site.writing import record_call

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.curriculum import Exercise

ENTRY = str(uuid4())
WORDS = {"note": "zqnote", "agreed": "zqagreed", "comment": "zqcomment", "own": "zqown"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_program(tmp_path_factory.mktemp("made") / "program")
    generate_all(folder)
    write(folder, "ana", "look-back", {"text": "I looked back."}, session=1)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return copy_program(made, tmp_path / "program")


def say(folder: Path, exercise: Exercise, value: Any, entry: str = "", *, alone: bool = False) -> None:
    """Write as a coach, after the first call."""
    with open_store(folder) as store:
        audience = "self" if alone else "participant"
        replies = Replies(
            exercise,
            Desktop(Place("spring", "ana", 1), store, author="kim", audience=audience),  # type: ignore[arg-type]
        )
        rows = store.history("ana", 1, exercise.id, entry)
        message = {"type": "save", "id": str(uuid4()), "entry": entry, "value": value}
        answer = replies(message | {"based_on": rows[-1].id if rows else ""})
        assert answer is not None
        assert answer["type"] == "saved", answer
        if exercise is CALL:
            record_call(store, "ana", 1)


def write_all(folder: Path) -> None:
    say(folder, NOTE, {"text": WORDS["note"]})
    say(folder, AGREED, {"act": WORDS["agreed"], "due": "2026-04-01"}, ENTRY)
    said = {"text": WORDS["comment"], "exercise": "look-back", "entry": "", "title": "Looking back"}
    say(folder, comment_on("look-back"), said)
    say(folder, own_note("kim"), {"text": WORDS["own"]}, alone=True)


def planned(folder: Path, *, force: bool = False) -> dict[int, str]:
    """Return session → briefing of the reports of ana that would be made."""
    with open_store(folder) as store:
        planned = list(
            Desk(*read(folder), store, clock, folder).plan(Selection(participant="ana"), force=force)
        )
    assert {one.failure for one in planned if isinstance(one, Outcome)} <= {""}
    return {one.session: one.briefing for one in planned if isinstance(one, Job)}


def test_a_held_call_closes_its_report_until_it_is_corrected(folder: Path) -> None:
    assert 1 in planned(folder)
    say(folder, CALL, {"state": "held", "minutes": 45})
    assert 1 not in planned(folder, force=True)
    say(folder, CALL, {"state": "missed"})
    assert 1 in planned(folder)
    say(folder, CALL, {"state": "held", "minutes": 30})
    assert 1 not in planned(folder, force=True)
    say(folder, CALL, {"state": "moved", "moved_to": "2026-04-02"})
    assert 1 in planned(folder)


def test_the_next_report_shows_note_and_what_was_agreed_and_never_the_own_note(folder: Path) -> None:
    write_all(folder)
    briefings = planned(folder)
    assert [word in briefings[2] for word in (WORDS["note"], WORDS["agreed"])] == [True, True]
    assert [word for one in briefings.values() for word in (WORDS["own"], "coach-own") if word in one] == []


def panels(folder: Path, session: int) -> str:
    with open_store(folder) as store:
        desk = WorkbookDesk(Desktop(Place("spring", "ana", session), store))
        shown = [form._around() for form in desk.carried() if form._around]
        beside = desk.reflection("look-back")._around()  # type: ignore[misc]  # a form always has one
        forms = [form._reply({"type": "hello"}) for form in desk.carried()]
    return json.dumps([shown, beside, forms])


def test_the_participant_reads_what_is_for_them_in_the_workbooks_and_nothing_else(folder: Path) -> None:
    write_all(folder)
    assert [word in panels(folder, 2) for word in WORDS.values()] == [True, True, True, False]
    assert [word in panels(folder, 1) for word in WORDS.values()] == [False, False, True, False]


def test_no_cell_of_a_participant_opens_a_coach_s_own_note(folder: Path) -> None:
    write_all(folder)
    with open_store(folder) as store:
        desk = WorkbookDesk(Desktop(Place("spring", "ana", 1), store))
        form = desk.reflection(own_note("kim").id)
        asked = [
            {"type": "hello"},
            {"type": "history"},
            {"type": "history", "entry": None},
            {"type": "coach_view"},
        ]
        told = json.dumps([form._reply(message) for message in asked])
        erased = form._reply({"type": "erase", "id": str(uuid4())})
        [row] = store.history("ana", 1, own_note("kim").id)
    assert WORDS["own"] not in told + json.dumps(erased)
    assert row.value == {"text": WORDS["own"]}, "and none can erase it"
