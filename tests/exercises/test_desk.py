"""What a workbook's cells call, in both views; the report's side never looks for a store."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook import workbook
from mdli_workbook.answers import Answer, Draft
from mdli_workbook.briefing import FILE, Briefing, Declared, Meeting, Person
from mdli_workbook.errors import BriefingMissing, CellRefused, ProgramError, StoreUnusable, WorkbookError
from mdli_workbook.exercises.desk import Page
from mdli_workbook.exercises.finding import STORE_FILE, find_accommodations, find_store, open_desktop
from mdli_workbook.exercises.replies import Place, Replies
from mdli_workbook.shelf import report_path
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from pathlib import Path

HERE = ("spring", "ana-mora", 2)
PLACE = Place(*HERE)


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder below an empty home."""
    folder = tmp_path / "program" / "workbooks" / "spring"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MDLI_PARTICIPANT", raising=False)
    return tmp_path


def write_program(home: Path) -> Path:
    (home / "program" / "program.toml").write_text('title = "T"\n', "utf-8")
    return home / "program"


def write_account(home: Path, text: str, mode: int = 0o600) -> None:
    file = home / STORE_FILE
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    file.chmod(mode)


def test_the_accounts_own_file_names_the_store_before_the_program_does(at_home: Path) -> None:
    program = write_program(at_home)
    assert find_store(at_home, program) == address_of(program / ".mdli" / "answers.db")
    write_account(at_home, 'address = "sqlite:////somewhere/answers.db"')
    assert find_store(at_home, program) == "sqlite:////somewhere/answers.db"


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        ('address = "sqlite:////a.db"', 0o640, "chmod 600"),
        ('address = "sqlite:////a.db"', 0o604, "chmod 600"),
        ("address =", 0o600, "is not TOML"),
        ("other = 1", 0o600, "names no address"),
        ("address = 3", 0o600, "names no address"),
    ],
)
def test_an_accounts_file_that_must_not_be_used_says_why(
    at_home: Path, text: str, mode: int, told: str
) -> None:
    write_account(at_home, text, mode)
    with pytest.raises(StoreUnusable, match=told):
        find_store(at_home, write_program(at_home))


def test_with_neither_file_the_form_says_so(at_home: Path) -> None:
    desktop = open_desktop(PLACE, at_home)
    assert desktop.store is None
    assert desktop.why.startswith("There is no store to save to: neither ~/.config/mdli/store.toml nor")


def test_a_program_that_cannot_be_read_is_a_reason_and_no_traceback(at_home: Path) -> None:
    (write_program(at_home) / "program.toml").write_text("title = ", "utf-8")
    with pytest.raises(ProgramError):
        find_store(at_home, at_home / "program")
    assert "program.toml" in open_desktop(PLACE, at_home / "program").why


def test_another_participants_jupyterlab_refuses_every_save(
    at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(at_home)
    monkeypatch.setenv("MDLI_PARTICIPANT", "ben-ito")
    desk: Any = workbook(*HERE, "workbook")
    form = desk.reflection("why")
    said = form._reply({"type": "save", "id": str(uuid4()), "value": {"text": "mine"}})
    assert (said["type"], said["reason"]) == (
        "refused", "This JupyterLab is ben-ito's, and this workbook ana-mora's; open your own.",
    )  # fmt: skip
    assert not (at_home / "program" / ".mdli").exists()


def test_cells_that_run_again_show_what_was_saved_and_open_no_second_store(at_home: Path) -> None:
    program = write_program(at_home)
    first: Any = workbook(*HERE, "workbook")
    said = first.reflection("why")._reply({"type": "save", "id": str(uuid4()), "value": {"text": "mine"}})
    assert said["type"] == "saved"
    again: Any = workbook(*HERE, "workbook")
    state = again.reflection("why")._reply({"type": "hello"})
    assert state["answers"][""]["value"] == {"text": "mine"}
    with Store.open(address_of(program / ".mdli" / "answers.db")) as store:
        assert [event.exercise for event in store.events("ana-mora")] == [""]


def test_an_opening_is_recorded_once_per_kernel_and_exercise(at_home: Path) -> None:
    write_program(at_home)
    place = Place("spring", "cy-obi", 3)
    now = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for _ in range(2):
        desktop = open_desktop(place, at_home / "program", now=lambda: now)
        for exercise in ("", "why", "why", "next"):
            desktop.note_opened(exercise)
    assert desktop.store
    events = desktop.store.events("cy-obi")
    assert [(event.what, event.session, event.exercise, event.at) for event in events] == [
        ("opened", 3, "", now), ("opened", 3, "why", now), ("opened", 3, "next", now),
    ]  # fmt: skip


def test_withdrawing_deletes_the_report_that_shows_it(at_home: Path) -> None:
    program = write_program(at_home)
    desktop = open_desktop(PLACE, program)
    assert desktop.store
    shown = Draft(str(uuid4()), "ana-mora", *HERE, "why", {"text": "mine"}, "coach")
    desktop.store.save(shown)
    marker = {
        "report": True, "cohort": "spring", "participant": "ana-mora", "session": 2, "slug": "listen",
        "title": "Listen", "answers": [shown.id], "exercises": ["2/why"], "fingerprint": "x",
        "made_at": "2026-03-01T08:00:00+00:00",
    }  # fmt: skip
    report = report_path(program, "spring", "ana-mora", "02-listen")
    report.parent.mkdir(parents=True)
    report.write_text(json.dumps({"metadata": {"mdli": marker}}), "utf-8")
    form: Any = workbook(*HERE, "workbook")
    said = form.reflection("why")._reply({"type": "audience", "id": str(uuid4()), "audience": "private"})
    assert said["audience"] == "private"
    assert not report.exists()


def test_where_the_program_folder_is_unknown_withdrawing_works_all_the_same(at_home: Path) -> None:
    write_account(at_home, f'address = "{address_of(at_home / "a.db")}"')
    exercise = workbook(*HERE, "workbook")
    reply: Replies = exercise.agenda("call")._reply
    said = reply({"type": "audience", "id": str(uuid4()), "audience": "private"})
    assert said is not None
    assert said["audience"] == "private"


ROSTER = (
    "participant_id,name,email,cohort,coach_id,organization,role,time_zone,accommodations,joined_on,left_on\n"
    "ana-mora,Ana,a@example.org,spring,lee,,,,large-text  extra-time,,\n"
    "ben-ito,Ben,no address,spring,nobody,,,Mars/Olympus,plain-layout sparkling,,\n"
)


def test_accommodations_are_read_from_the_roster_whatever_else_is_wrong_in_it(at_home: Path) -> None:
    program = write_program(at_home)
    (program / "roster.csv").write_text(ROSTER, "utf-8")
    folder = program / "workbooks" / "spring"
    assert find_accommodations("ana-mora", folder) == {"large-text", "extra-time"}
    assert find_accommodations("ben-ito", folder) == {"plain-layout"}
    assert find_accommodations("cy-obi", folder) == frozenset()


@pytest.mark.parametrize("roster", [None, "", "name\nAna\n", "\0", 'participant_id,"name'])
def test_without_a_roster_that_can_be_read_a_workbook_looks_as_usual(
    at_home: Path, roster: str | None
) -> None:
    program = write_program(at_home)
    if roster is not None:
        (program / "roster.csv").write_text(roster, "utf-8")
    assert find_accommodations("ana-mora", program) == frozenset()
    assert find_accommodations("ana-mora", at_home.parent) == frozenset()


def test_extra_time_takes_the_minutes_from_each_form(at_home: Path) -> None:
    write_program(at_home)
    usual: Any = workbook(*HERE, "workbook")
    assert usual.reflection("why", minutes=5).spec["minutes"] == 5
    (at_home / "program" / "roster.csv").write_text(ROSTER, "utf-8")
    desk: Any = workbook(*HERE, "workbook")
    assert desk.reflection("why", minutes=5).spec["minutes"] == 0


def test_what_stands_above_counts_the_exercises_of_the_cells_that_ran(at_home: Path) -> None:
    write_program(at_home)
    desk: Any = workbook(*HERE, "workbook")
    above = desk.overview()
    heard: list[Any] = []
    above.send = heard.append
    desk._sheet.watch(heard.append)
    desk.reflection("why", title="Why?", minutes=5)
    form = desk.reflection("more", minutes=3)
    form._reply({"type": "save", "id": str(uuid4()), "value": {"text": "Because."}})
    above._handle_custom_msg({"type": "hello"}, [])
    told = [(one["done"], one["total"], one["minutes"]) for one in heard if one["type"] == "progress"]
    assert told == [(0, 1, 5), (0, 2, 8), (1, 2, 5), (1, 2, 5)]
    assert "Because" not in json.dumps(heard)


def test_where_no_answer_can_be_read_nothing_is_counted(at_home: Path) -> None:
    desk: Any = workbook(*HERE, "workbook")
    above, heard = desk.overview(), []
    above.send = heard.append
    desk.reflection("why")
    above._handle_custom_msg({"type": "hello"}, [])
    assert [one.get("total") for one in heard if one["type"] == "progress"] == [0]


def test_an_unknown_kind_or_field_or_view_is_refused(at_home: Path) -> None:
    desk: Any = workbook(*HERE, "workbook")
    with pytest.raises(AttributeError, match="kind 'poem' is none"):
        desk.poem("why")
    with pytest.raises(CellRefused, match=r"wb.reflection\('why'\) does not fit its kind \(rows\)"):
        desk.reflection("why", rows="many")
    with pytest.raises(WorkbookError, match="'workbook' or 'report'"):
        workbook(*HERE, "print")


def answer(exercise: str, value: dict[str, Any] | None, **changed: Any) -> Answer:
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    fields = {"entry": "", "audience": "coach", **changed}
    return Answer(str(uuid4()), "ana-mora", *HERE, exercise=exercise, value=value, saved_at=at, **fields)


def write_briefing(*answers: Answer, declared: tuple[str, ...]) -> None:
    briefing = Briefing(
        person=Person(id="ana-mora", name="Ana Mora"),
        coach="Dr. Lee",
        session=2,
        title="Be open and listen",
        held_on=date(2026, 3, 1),
        meeting=Meeting(number=2, window=(date(2026, 3, 8), date(2026, 3, 20))),
        today=date(2026, 3, 5),
        exercises=tuple(Declared(kind="reflection", session=2, id=one, literals={}) for one in declared),
        answers=answers,
    )
    with open(FILE, "w", encoding="utf-8") as file:  # noqa: PTH123 - the working folder's
        file.write(briefing.model_dump_json())


def test_a_report_shows_what_the_briefing_holds_and_nothing_of_the_rest() -> None:
    write_briefing(answer("why", {"text": "I <b>guessed</b>"}), declared=("why", "unwritten"))
    desk: Any = workbook(*HERE, "report")
    page = desk.reflection("why", prompt="Why?")
    assert isinstance(page, Page)
    assert "I &lt;b&gt;guessed&lt;/b&gt;" in page._repr_html_()
    assert repr(page) == "<page why>"
    assert desk.reflection("unwritten") is None
    assert desk.reflection("private-one") is None


def test_a_removed_answer_is_nothing_in_a_report() -> None:
    write_briefing(answer("why", None), declared=("why",))
    desk: Any = workbook(*HERE, "report")
    assert desk.reflection("why") is None


def test_a_report_has_the_parts_of_the_front_page_by_name() -> None:
    write_briefing(declared=())
    desk: Any = workbook(*HERE, "report")
    assert "Ana Mora" in desk.part("who")._repr_html_()
    with pytest.raises(CellRefused, match="part 'poem' is none"):
        desk.part("poem")


def test_a_report_without_its_briefing_is_refused() -> None:
    with pytest.raises(BriefingMissing, match=r"no briefing\.json"):
        workbook(*HERE, "report")
    with open(FILE, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write('{"person"')
    with pytest.raises(BriefingMissing, match="cannot be read"):
        workbook(*HERE, "report")


def test_a_report_imports_neither_a_store_nor_a_widget() -> None:
    write_briefing(answer("why", {"text": "x"}), declared=("why",))
    code = (
        "import sys\nfrom mdli_workbook import workbook\n"
        "assert 'mdli_workbook.exercises' not in sys.modules\n"
        "workbook('spring', 'ana-mora', 2, 'report').reflection('why')\n"
        "print([name for name in ('sqlalchemy', 'anywidget', 'mdli_workbook.store') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
