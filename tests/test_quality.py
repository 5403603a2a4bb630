"""What is wrong with the data is found, told without words, and comes back when it changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asked import NOW, asking_program, said
from credited import mdli
from programs import ROSTER, make_program, open_store, read, save

from mdli_workbook.answers import Event
from mdli_workbook.quality import RULES, findings

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.answers import Answer
    from mdli_workbook.quality import Finding

WHO = "spring-00"
CANARY = "zebra-on-the-roof"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read(asking_program(tmp_path_factory.mktemp("asked") / "p", spring=2))


def found(asked: Any, *rows: Answer, events: tuple[Event, ...] = ()) -> tuple[Finding, ...]:
    return findings(*asked, rows, events, NOW)


def visit(entry: str = "a", **cells: Any) -> Answer:
    return said(WHO, 1, "visits", {"when": "2026-03-01", **cells}, entry=entry)


RIGHT = (
    said(WHO, 1, "how-i-lead", {"ratings": {"asks": "4"}}),
    said(WHO, 1, "whom", {"chosen": ["clerk"], "other": ""}),
    said(WHO, 1, "values", {"ranked": ["candor", "calm"]}),
    said(WHO, 1, "audit", {"marks": {"agenda": {"mark": "na", "note": ""}}}),
    visit(minutes=20, sure=10, beside="nurse", at="09:30", where="here"),
    said(WHO, 1, "visits", {"order": ["a"]}),
    said(WHO, 1, "what-then", {}),  # decided who may read it, and wrote nothing
    said(WHO, 1, "what-then", None),  # erased
    said(WHO, 2, "letter", {"text": "Dear me."}, audience="private"),
    said(WHO, 2, "coach-note", {"text": "Well done."}, author="kim", audience="participant"),
    said(WHO, 1, "promise", {"act": "Ask.", "due": "2026-12-01"}, entry="p"),
)


def test_what_is_right_is_not_found(asked: Any) -> None:
    assert not found(asked, *RIGHT)


WRONG = {
    "an empty reflection": ("blank", said(WHO, 1, "what-then", {"text": " \n"})),
    "an empty visit": ("blank", said(WHO, 1, "visits", {"when": "", "saw": " "}, entry="a")),
    "an empty promise": ("blank", said(WHO, 1, "promise", {"act": "", "state": "open"}, entry="p")),
    "empty marks": ("blank", said(WHO, 1, "audit", {"marks": {"agenda": {"mark": "", "note": " "}}})),
    "a point too far": ("out-of-range", said(WHO, 1, "how-i-lead", {"ratings": {"asks": "9"}})),
    "no such statement": ("out-of-range", said(WHO, 1, "how-i-lead", {"ratings": {CANARY: "2"}})),
    "no such option": ("out-of-range", said(WHO, 1, "whom", {"chosen": [CANARY]})),
    "two of one": ("out-of-range", said(WHO, 1, "whom", {"chosen": ["nurse", "clerk"]})),
    "no such value": ("out-of-range", said(WHO, 1, "values", {"ranked": [CANARY]})),
    "too many values": ("out-of-range", said(WHO, 1, "values", {"ranked": ["candor", "calm", "fairness"]})),
    "a value twice": ("out-of-range", said(WHO, 1, "values", {"ranked": ["calm", "calm"]})),
    "no such item": ("out-of-range", said(WHO, 1, "audit", {"marks": {CANARY: {"mark": "no", "note": "x"}}})),
    "no such mark": ("out-of-range", said(WHO, 1, "audit", {"marks": {"agenda": {"mark": CANARY}}})),
    "no such field": ("out-of-range", visit(**{CANARY: "x"})),
    "no such choice": ("out-of-range", visit(beside=CANARY)),
    "a number beyond": ("out-of-range", visit(sure=11)),
    "fewer than no minutes": ("out-of-range", visit(minutes=-1)),
    "words for a number": ("out-of-range", visit(minutes=CANARY)),
    "no day": ("out-of-range", visit(when="2026-02-30")),
    "no time": ("out-of-range", visit(at="25:00")),
    "a number for words": ("out-of-range", visit(where=7)),
    "no such kind of value": ("out-of-range", said(WHO, 1, "what-then", {CANARY: 1})),
    "a call of too many minutes": (
        "out-of-range",
        said(WHO, 1, "coach-call", {"state": "held", "minutes": 999}, author="kim", audience="participant"),
    ),
    "nobody's answer": ("orphan", said("gone-00", 1, "what-then", {"text": CANARY})),
    "no such exercise": ("orphan", said(WHO, 1, "was-dropped", {"text": CANARY})),
    "saved tomorrow": ("future", said(WHO, 1, "what-then", {"text": "x"}, at=NOW + timedelta(days=1))),
    "a visit to come": ("future", visit(when="2026-04-20")),
}


@pytest.mark.parametrize(("rule", "row"), WRONG.values(), ids=WRONG)
def test_each_wrong_is_found_once_and_without_words(asked: Any, rule: str, row: Answer) -> None:
    (one,) = found(asked, *RIGHT[:4], row)
    assert one.rule == rule
    assert (one.participant, one.exercise) == (row.participant, row.exercise)
    assert CANARY not in one.words


def test_every_rule_is_planted() -> None:
    assert {rule for rule, _ in WRONG.values()} | {"duplicate"} == set(RULES)


def test_an_entry_that_stands_twice_is_found_but_not_two_empty_ones(asked: Any) -> None:
    same = {"saw": "The same."}
    (one,) = found(asked, visit("a", **same), visit("b", **same), visit("c", saw="Another."))
    assert (one.rule, one.entry) == ("duplicate", "b")


def test_an_event_of_somebody_else_and_one_to_come_are_found(asked: Any) -> None:
    gone = Event("1", "attended", "coordinator", "gone-00", NOW, 1, minutes=60)
    early = Event("2", "attended", "coordinator", WHO, NOW + timedelta(days=2), 1, minutes=60)
    named = Event("3", "renamed", "what-then", "", NOW, 1, "what-now")
    assert [one.rule for one in found(asked, events=(gone, early, named))] == ["orphan", "future"]


def test_people_who_stand_twice_are_found(tmp_path: Path) -> None:
    rows = (
        "ana,Ana Mora,ana@example.org,spring,kim,,,,,,",
        "ann,Ann Lee,ANA@example.org,spring,kim,,,,,,",
        "bob,ana  MORA,bob@example.org,spring,kim,,,,,,",
    )
    program, sessions = read(make_program(tmp_path / "p", roster="\n".join([ROSTER, *rows, ""])))
    told = findings(program, sessions, (), (), NOW)
    assert [(one.rule, one.participant) for one in told] == [("duplicate", "ann"), ("duplicate", "bob")]
    assert "example.org" not in "".join(one.words for one in told)


def test_a_finding_keeps_its_id_through_a_corrected_name_and_gets_another_with_new_data(asked: Any) -> None:
    row = said(WHO, 1, "what-then", {"text": " "}, id="row-1")
    (before,) = found(asked, row)
    (renamed,) = found(asked, replace(row, participant="spring-01", author="spring-01"))
    (again,) = found(asked, replace(row, id="row-2"))
    assert before.id == renamed.id != again.id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = asking_program(tmp_path / "p", spring=2, autumn=1)
    with open_store(folder) as store:
        save(store, WHO, "what-then", {"text": "  "}, session=1)
        save(store, "autumn-00", "whom", {"chosen": [CANARY]}, session=1)
    return folder


def test_a_resolved_finding_is_listed_with_its_note_and_comes_back_with_new_data(folder: Path) -> None:
    before = mdli(folder, "quality", "--cohort", "spring")
    assert before.exit_code == 1
    assert "quality: 1 open, 0 resolved" in before.output
    finding = before.output.split()[0]
    after = mdli(folder, "quality", "--cohort", "spring", "--resolve", finding, "--note", "Asked: meant so.")
    assert (after.exit_code, "resolved 2026-03-20 by coordinator: Asked: meant so." in after.output) == (
        0,
        True,
    )
    file = folder / ".mdli" / "quality.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["id"] == finding
    assert mdli(folder, "quality").exit_code == 1  # the other cohort's
    with open_store(folder) as store:
        save(store, WHO, "what-then", {"text": " "}, session=1)
    again = mdli(folder, "quality", "--cohort", "spring")
    assert (again.exit_code, finding in again.output) == (1, False)


def test_notes_are_only_added(folder: Path) -> None:
    ids = [line.split()[0] for line in mdli(folder, "quality").output.splitlines()[:-1]]
    file = folder / ".mdli" / "quality.jsonl"
    mdli(folder, "quality", "--resolve", ids[0], "--note", "One.")
    first = file.read_text()
    mdli(folder, "quality", "--resolve", ids[0], "--note", "Two.")
    done = mdli(folder, "quality", "--resolve", ids[1], "--note", "Three.")
    assert file.read_text().startswith(first)
    assert len(file.read_text().splitlines()) == 3
    assert "Two." in done.output
    assert "One." not in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("finding", "note"),
    [("0000000000", "Done."), ("", "Done."), ("0000000000", ""), ("0000000000", "x" * 501)],
)
def test_a_note_on_nothing_or_of_nothing_is_refused(folder: Path, finding: str, note: str) -> None:
    result = mdli(folder, "quality", "--resolve", finding, "--note", note)
    assert result.exit_code == 2
    assert not (folder / ".mdli" / "quality.jsonl").exists()


def test_notes_that_cannot_be_read_are_told_by_line(folder: Path) -> None:
    file = folder / ".mdli" / "quality.jsonl"
    file.write_text('{"id": 1}\n[]\n')
    result = mdli(folder, "quality")
    assert result.exit_code == 2
    assert ".mdli/quality.jsonl line 1" in result.output
    assert ".mdli/quality.jsonl line 2" in result.output
