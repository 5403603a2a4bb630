"""What the kernel answers an explorer: views of the demonstration and of a file, and nothing of a patient."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.columns import Columns, as_columns, as_mapping
from mdli_workbook.exercises.looking import InTurn, Ledgers, Looking, files_in
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACE = Place("spring", "ana-mora", 5)
PANEL = KINDS["equity"].model_validate({"id": "our-panel", "data": "demo-panel"})
DEMO = {
    "measure": "blood_pressure_controlled",
    "dimension": "language",
    "reference": "",
    "favourable": True,
    "view": "groups",
    "data": "demo-panel",
}
OWN = DEMO | {"measure": "bp ok", "dimension": "payer", "data": "file"}
SECRET = "Zenobia-Quux-1961"
VIEWS = ("groups", "time", "standardised", "missing", "figures")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "beside"
    made.mkdir()
    return made


@pytest.fixture
def looking(store: Store, folder: Path) -> Looking:
    return new_looking(store, folder)


def new_looking(store: Store, folder: Path) -> Looking:
    return Looking(Replies(PANEL, Desktop(PLACE, store)), folder, lambda: date(2026, 4, 30))


def ask(looking: Looking, kind: str, **said: Any) -> dict[str, Any]:
    answer = looking({"type": kind, "id": "m1", **said})
    assert answer is not None
    assert answer["id"] == "m1"
    json.dumps(answer)
    return answer


def write_own(folder: Path, name: str = "own.csv", **changed: str) -> None:
    """Write 900 patients of three payers; `changed` puts other words into the first row."""
    lines = ["record,seen,payer,bp ok"]
    for number in range(900):
        row = {
            "record": f"r{number}",
            "seen": f"2026-0{number % 4 + 1}-03",
            "payer": f"Payer {number % 3}",
            "ok": str(int(number % 5 > 0)),
        }
        lines.append(",".join((row | changed if number == 0 else row).values()))
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


def load(looking: Looking, name: str = "own.csv") -> dict[str, Any]:
    guess = ask(looking, "read", file=name, columns=None)
    return ask(looking, "read", file=name, columns=guess["columns"])


def save(looking: Looking, view: Any) -> None:
    value = {"seen": "A gap.", "ask": "", "change": "", "view": view}
    message = {"type": "save", "id": str(uuid4()), "entry": "", "value": value, "based_on": ""}
    answer = looking(message)
    assert answer is not None
    assert answer["type"] == "saved"


@pytest.mark.parametrize("view", VIEWS)
def test_a_choice_is_answered_with_its_figure_and_with_what_may_be_saved_of_it(
    looking: Looking, view: str
) -> None:
    answer = ask(looking, "look", choice=DEMO | {"view": view})
    assert answer["type"] == "figure"
    assert answer["choice"]["view"] == view
    assert "<svg" in answer["html"] or "<table" in answer["html"]
    assert [one["id"] for one in answer["options"]["views"]] == list(VIEWS)
    assert answer["view"]["choice"] == DEMO | {"view": view}


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "weight"},
        {"dimension": "patient"},
        {"reference": "Klingon"},
        {"view": "raw"},
        {"data": "../../etc/passwd"},
        {"favourable": "yes"},
        {"more": 1},
    ],
)
def test_a_choice_that_the_data_do_not_have_is_answered_in_words(
    looking: Looking, change: dict[str, Any]
) -> None:
    answer = ask(looking, "look", choice=DEMO | change)
    assert answer["type"] == "figure"
    assert answer["problem"].endswith((".", "again"))
    assert "html" not in answer
    assert "etc" not in str(answer)


def test_other_messages_go_to_what_answers_the_form(looking: Looking) -> None:
    answer = looking({"type": "hello"})
    assert answer is not None
    assert answer["type"] == "state"
    assert looking("nonsense") == Replies(PANEL, Desktop(PLACE, None))("nonsense")


def test_a_file_is_guessed_then_counted_and_then_looked_at(looking: Looking, folder: Path) -> None:
    write_own(folder)
    [listed] = ask(looking, "files")["files"]
    assert listed == {"name": "own.csv", "size": (folder / "own.csv").stat().st_size}
    guess = ask(looking, "read", file="own.csv", columns=None)
    assert guess["headings"] == ["record", "seen", "payer", "bp ok"]
    assert guess["columns"]["roles"] == {
        "bp ok": "yes-no",
        "payer": "group",
        "seen": "date",
        "record": "patient",
    }
    assert (guess["rows"], guess["problems"]) == (900, [])
    assert "options" not in guess
    loaded = ask(looking, "read", file="own.csv", columns=guess["columns"])
    assert [one["id"] for one in loaded["options"]["measures"]] == ["bp ok"]
    seen = ask(looking, "look", choice=OWN)
    assert "Payer 2" in seen["html"]
    assert seen["view"]["choice"] == OWN


def test_before_a_file_is_loaded_nothing_of_one_can_be_looked_at(looking: Looking) -> None:
    assert "Choose it again" in ask(looking, "look", choice=OWN)["problem"]


def test_nothing_of_a_patient_is_in_any_answer(looking: Looking, folder: Path) -> None:
    write_own(folder, record=SECRET)
    told = [ask(looking, "files"), load(looking)]
    told += [ask(looking, "look", choice=OWN | {"view": view}) for view in VIEWS]
    told += [ask(looking, "export", what=what) for what in ("csv", "svg", "note")]
    assert SECRET not in json.dumps(told)


def test_a_problem_names_rows_and_columns_and_no_cell_and_what_was_loaded_stays(
    looking: Looking, folder: Path
) -> None:
    write_own(folder)
    load(looking)
    write_own(folder, "broken.csv", ok=SECRET, seen="2031-01-01")
    columns = {"layout": "patients", "roles": {"bp ok": "yes-no", "payer": "group", "seen": "date"}}
    answer = ask(looking, "read", file="broken.csv", columns=columns)
    assert answer["problems"] == [
        "column 'seen', row 2: is a date before 2000 or after today",
        "column 'bp ok', row 2: is neither yes nor no (1 or 0); leave it empty where nothing was recorded",
    ]
    assert "options" not in answer
    assert SECRET not in str(answer)
    assert "html" in ask(looking, "look", choice=OWN)


def test_a_file_that_was_corrected_is_read_again(looking: Looking, folder: Path) -> None:
    write_own(folder, ok="perhaps")
    columns = {"layout": "patients", "roles": {"bp ok": "yes-no", "payer": "group"}}
    assert ask(looking, "read", file="own.csv", columns=columns)["problems"]
    write_own(folder, ok="1")
    assert ask(looking, "read", file="own.csv", columns=columns)["problems"] == []


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"seen": "date", "record": "date"}, "only one can be the date"),
        ({"bp ok": "numerator", "payer": "group"}, "how many it is out of"),
        ({"bp ok": "numerator"}, "a row is a patient here"),
        ({"payer": "group"}, "no measure is chosen"),
        ({"bp ok": "yes-no"}, "no group is chosen"),
        ({"bp ok": "yes-no", "record": "group"}, "different in most rows"),
        ({"bp ok": "yes-no", "gone": "group"}, "is not in the file"),
    ],
)
def test_columns_that_make_no_sense_are_answered_with_the_reason(
    looking: Looking, folder: Path, roles: dict[str, str], said: str
) -> None:
    write_own(folder)
    answer = ask(looking, "read", file="own.csv", columns={"layout": "patients", "roles": roles})
    assert said in " ".join(answer["problems"])
    assert "options" not in answer


@pytest.mark.parametrize(
    "name", ["../answers.db", "/etc/passwd", "", "no.csv", "linked.csv", ".hidden.csv", "sub"]
)
def test_only_a_table_beside_the_notebook_can_be_read(looking: Looking, folder: Path, name: str) -> None:
    write_own(folder.parent, "outside.csv")
    (folder / "linked.csv").symlink_to(folder.parent / "outside.csv")
    (folder / ".hidden.csv").write_text("a,b\n1,2\n", "utf-8")
    (folder / "sub").mkdir()
    assert files_in(folder) == []
    answer = ask(looking, "read", file=name, columns=None)
    assert answer["problems"] == [
        "This file is not beside the workbook any more. Look again, then choose it."
    ]


def test_a_table_of_groups_goes_through_the_form_unchanged() -> None:
    said = Columns(
        layout="groups",
        roles={
            "done": "numerator",
            "of": "denominator",
            "flu": "numerator",
            "all": "denominator",
            "payer": "group",
        },
        of={"done": "of", "flu": "all"},
    )
    mapping = as_mapping(said)
    assert [(one.column, one.denominator) for one in mapping.measures] == [("done", "of"), ("flu", "all")]
    back = as_columns(mapping)
    assert (back.roles, back.of) == (said.roles, said.of)


def test_a_saved_view_is_drawn_as_it_was_without_its_file(
    looking: Looking, store: Store, folder: Path
) -> None:
    write_own(folder)
    load(looking)
    seen = ask(looking, "look", choice=OWN)
    save(looking, seen["view"])
    later = new_looking(store, folder)
    state = later({"type": "hello"})
    assert state is not None
    again = ask(later, "shown", view=state["answers"][""]["value"]["view"])
    assert (again["html"], again["choice"]) == (seen["html"], OWN)
    assert "options" not in again
    assert ask(later, "export", what="csv")["text"] == ask(looking, "export", what="csv")["text"]


def test_a_view_that_nobody_could_have_saved_is_not_drawn(looking: Looking) -> None:
    answer = ask(looking, "shown", view={"choice": DEMO, "rows": "<script>"})
    assert answer["problem"] == "The saved view cannot be read. Choose a view again."


def test_what_was_saved_earlier_counts_as_shown(looking: Looking, store: Store, folder: Path) -> None:
    first = ask(looking, "look", choice=DEMO)
    second = ask(looking, "look", choice=DEMO | {"view": "missing"})
    save(looking, first["view"])
    later = new_looking(store, folder)
    assert ask(later, "look", choice=DEMO | {"view": "missing"})["html"] == second["html"]
    assert [one.shown for one in later._ledgers.of.values()] == [
        one.shown for one in looking._ledgers.of.values()
    ]


def test_an_export_is_of_the_view_that_is_seen(looking: Looking) -> None:
    assert "Choose a view first" in ask(looking, "export", what="csv")["problem"]
    ask(looking, "look", choice=DEMO)
    table, picture, note = (ask(looking, "export", what=what) for what in ("csv", "svg", "note"))
    assert table["mime"].startswith("text/csv")
    assert picture["mime"].startswith("image/svg+xml")
    assert note["text"]
    assert "problem" in ask(looking, "export", what="patients")


def test_nothing_of_a_file_is_stored_until_words_are_saved_with_a_view(
    looking: Looking, store: Store, folder: Path
) -> None:
    write_own(folder)
    load(looking)
    ask(looking, "look", choice=OWN)
    assert store.newest("ana-mora") == ()
    assert store.events("ana-mora") == ()
    assert [one.name for one in folder.iterdir()] == ["own.csv"]


def test_what_takes_time_is_answered_in_turn_and_a_save_does_not_wait(store: Store, folder: Path) -> None:
    told: list[str] = []
    done, go_on = threading.Event(), threading.Event()

    def tell(answer: Any) -> None:
        go_on.wait(10)
        told.append(answer["id"])
        if answer["id"] == "last":
            done.set()

    in_turn = InTurn(new_looking(store, folder), tell)
    assert in_turn({"type": "files", "id": "first"}) is None
    for name in ("nobody waits for it", "nor for it", "seen"):
        assert in_turn({"type": "look", "id": name, "choice": DEMO | {"view": "missing"}}) is None
    assert in_turn({"type": "export", "id": "last", "what": "csv"}) is None
    answer = in_turn({"type": "hello"})
    assert answer is not None
    assert answer["type"] == "state"
    assert told == []
    go_on.set()
    assert done.wait(20)
    assert told == ["first", "seen", "last"]


OPEN = """
import sys
from mdli_workbook.exercises.desk import WorkbookDesk
from mdli_workbook.exercises.replies import Desktop, Place
desk = WorkbookDesk(Desktop(Place("spring", "ana", 2), None, "none"))
desk.reflection("why")
{more}
print(*sorted({{"numpy", "polars", "scipy"}} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("more", "imported"),
    [("", ""), ('desk.equity("our-panel", data="demo-panel")', "numpy scipy")],
)
def test_only_who_looks_pays_for_numbers(more: str, imported: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", OPEN.format(more=more)], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(run.stdout.split()) <= set(imported.split())


def test_an_error_that_nobody_foresaw_is_an_answer_without_its_text(
    folder: Path,
) -> None:
    def fail(_message: object) -> dict[str, Any]:
        raise RuntimeError(SECRET)

    looking = Looking(fail, folder)
    answer = ask(looking, "look", choice=DEMO)
    assert answer["problem"] == "Something unforeseen happened (RuntimeError). Choose again."


def test_two_explorers_of_one_notebook_answer_for_what_both_have_shown(store: Store, folder: Path) -> None:
    shared = Ledgers()
    first = DEMO | {"dimension": "language", "view": "groups"}
    replies = Replies(PANEL, Desktop(PLACE, store))
    one, other = (Looking(replies, folder, ledgers=shared, first=first) for _ in range(2))
    ask(one, "look", choice=DEMO | {"dimension": "payer", "view": "groups"})
    ask(other, "look", choice=DEMO | {"dimension": "sex", "view": "groups"})
    [ledger] = shared.of.values()
    shown = {figure.dimensions for figure in ledger.shown}
    assert {("language",), ("payer",), ("sex",)} <= shown, "what stood on the page before counts, too"
