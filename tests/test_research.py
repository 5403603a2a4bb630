"""A table for research: what is in it, and that nobody's words, names or private answers are."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asked import NOW, asking_program, rated
from credited import mdli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import clock, open_store, read, save, snapshot

from mdli_workbook.errors import RecordsRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import own_note
from mdli_workbook.quality import RULES
from mdli_workbook.research import COLUMNS, KEYS, Keys, export_cohort, forget
from mdli_workbook.store import Store
from mdli_workbook.tidy import cells, variables

CANARY = "zebra-on-the-roof"
DAY = "1999-12-31"
VALUES: dict[str, Any] = {
    "how-i-lead": {"ratings": {"asks": "4", "tells": "2", CANARY: "1"}},
    "what-then": {"text": CANARY},
    "whom": {"chosen": ["clerk"], "other": CANARY},
    "which": {"chosen": ["late", CANARY]},
    "values": {"ranked": ["calm", "candor", CANARY]},
    "audit": {"marks": {"agenda": {"mark": "na", "note": CANARY}}},
    "visits": {
        "when": DAY,
        "at": "23:59",
        "beside": "nurse",
        "where": CANARY,
        "saw": CANARY,
        "minutes": 20,
        "sure": 7,
        CANARY: 3,
    },
    "promise": {
        **dict.fromkeys(("cue", "act", "who_hears", "obstacle", "reason"), CANARY),
        "due": DAY,
        "state": "kept",
    },
    "for-the-call": {"lines": [CANARY, CANARY]},
    "our-panel": {"seen": CANARY, "ask": CANARY, "change": CANARY},
}
REPEATS = {"visits", "promise"}


def tell(folder: Path, who: str, audience: Any = "coach", **values: Any) -> None:
    """Save answers to the first session."""
    with open_store(folder) as store:
        for exercise, value in (values or VALUES).items():
            entry = "e1" if exercise in REPEATS else ""
            save(store, who, exercise, value, session=1, audience=audience, entry=_entry(entry))


def _entry(name: str) -> str:
    return "6f0f3a1e-6f0b-4a1b-9f57-3b0a6d0c1d11" if name else ""


def evaluate(folder: Path, *people: str, text: str = "Drop it.") -> None:
    with open_store(folder) as store:
        for who in people:
            save(store, who, "what-to-drop", {"text": text}, audience="program")
            save(store, who, "evaluation", {"ratings": {"used": "2"}}, audience="program")


def export(folder: Path, target: Path, *, cohort: str = "spring", text: bool = False) -> list[dict[str, str]]:
    with open_store(folder) as store:
        export_cohort(*read(folder), store, cohort, target, clock, text=text)
    with (target / "answers.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def everything(target: Path) -> str:
    return "".join(path.read_text() for path in target.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return asking_program(tmp_path / "p", spring=6, autumn=2)


def test_each_kind_is_told_by_what_it_knows(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00")
    rows = export(folder, tmp_path / "out")
    told = {(one["exercise"], one["part"], one["field"]): one["value"] for one in rows}
    filled = {key: told.pop(key) for key in list(told) if key[1] == "exercise"}
    assert len(filled) == len(VALUES)
    assert told == {
        ("how-i-lead", "statement", "asks"): "4",
        ("how-i-lead", "statement", "tells"): "2",
        ("whom", "field", "chosen"): "clerk",
        ("which", "option", "early"): "0",
        ("which", "option", "late"): "1",
        ("values", "option", "calm"): "1",
        ("values", "option", "candor"): "2",
        ("audit", "item", "agenda"): "na",
        ("visits", "field", "beside"): "nurse",
        ("visits", "field", "minutes"): "20",
        ("visits", "field", "sure"): "7",
        ("promise", "field", "state"): "kept",
        ("for-the-call", "field", "lines"): "2",
    }
    assert {one["exercise"]: one["entry"] for one in rows if one["entry"] != "0"} == dict.fromkeys(
        REPEATS, "1"
    )


def test_every_kind_can_be_told(folder: Path) -> None:
    _, sessions = read(folder)
    found = {one.kind for session in sessions for one in session.exercises}
    assert found == set(KINDS)
    for one in sessions[0].exercises:
        assert variables(one, text=True)
        assert next(cells(one, {})).value == "not begun"


@pytest.mark.parametrize("text", [False, True])
def test_nobodys_words_days_or_names_are_in_it(folder: Path, tmp_path: Path, text: bool) -> None:  # noqa: FBT001
    for who in ("spring-00", "spring-01"):
        tell(folder, who)
    export(folder, tmp_path / "out", text=text)
    said = everything(tmp_path / "out")
    for word in (CANARY, DAY, "23:59", "spring", "example.org", "Spring 0", "kim"):
        assert word not in said, word


def test_words_to_the_program_are_in_it_if_they_are_asked_for(folder: Path, tmp_path: Path) -> None:
    evaluate(folder, *(f"spring-{n:02d}" for n in range(5)), text=CANARY)
    without = export(folder, tmp_path / "without")
    assert CANARY not in everything(tmp_path / "without")
    with_ = export(folder, tmp_path / "with", text=True)
    assert [one["value"] for one in with_ if one["field"] == "text"] == [CANARY] * 5
    assert len(with_) == len(without) + 5


def test_private_answers_and_what_coaches_wrote_are_not_in_it(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00", audience="private")
    with open_store(folder) as store:
        for exercise, audience in (("coach-note", "participant"), (own_note("kim").id, "self")):
            save(store, "spring-00", exercise, {"text": CANARY}, author="kim", audience=audience)
    assert not export(folder, tmp_path / "out", text=True)
    assert CANARY not in everything(tmp_path / "out")


def test_what_was_made_private_or_erased_later_is_not_in_it(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00", visits=VALUES["visits"], whom=VALUES["whom"], audit=VALUES["audit"])
    where = {"author": "spring-00", "participant": "spring-00", "session": 1}
    with open_store(folder) as store:
        store.share(
            id=_entry("x"),
            cohort="spring",
            exercise="visits",
            audience="private",
            **where,  # type: ignore[arg-type]
        )
        store.erase(id=_entry("x"), exercise="whom", **where)  # type: ignore[arg-type]
    assert {one["exercise"] for one in export(folder, tmp_path / "out")} == {"audit"}


def test_the_program_gets_no_name_and_nothing_below_five(folder: Path, tmp_path: Path) -> None:
    people = [f"spring-{n:02d}" for n in range(6)]
    for who in people:
        tell(folder, who, whom=VALUES["whom"])
    evaluate(folder, *people[:4])
    assert {one["audience"] for one in export(folder, tmp_path / "four")} == {"coach"}
    evaluate(folder, people[4])
    rows = export(folder, tmp_path / "five")
    of = {one: {row["person"] for row in rows if row["audience"] == one} for one in ("coach", "program")}
    assert (len(of["coach"]), len(of["program"])) == (6, 5)
    assert not of["coach"] & of["program"]
    assert {row["week"] for row in rows if row["audience"] == "program"} == {""}


def test_pseudonyms_last_are_chance_and_follow_a_corrected_id(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00", whom=VALUES["whom"])
    first = export(folder, tmp_path / "one")
    file = folder / KEYS
    assert file.stat().st_mode & 0o777 == 0o600
    keys = Keys.read(folder)
    assert keys.of("p", ("now", "spring-00")) == first[0]["person"]
    assert keys.of("p", ("now",)) == first[0]["person"]
    assert export(folder, tmp_path / "two") == first
    file.unlink()
    assert export(folder, tmp_path / "three")[0]["person"] != first[0]["person"]


def test_who_is_retired_has_no_pseudonym_any_more(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00", whom=VALUES["whom"])
    tell(folder, "spring-01", whom=VALUES["whom"])
    before = {one["person"] for one in export(folder, tmp_path / "one")}
    forget(folder, ["spring-00", "was"], tmp_path)
    assert "spring-00" not in (folder / KEYS).read_text()
    assert len(before & {one["person"] for one in export(folder, tmp_path / "two")}) == 1


def test_rows_are_not_in_the_order_of_the_roster(tmp_path: Path) -> None:
    folder = asking_program(tmp_path / "p", spring=9)
    with open_store(folder) as store:
        for n in range(9):
            save(store, f"spring-{n:02d}", "whom", {"chosen": ["clerk"]}, session=1)
    rows = export(folder, tmp_path / "out")
    people = [one["person"] for one in rows]
    assert people == sorted(people)


def test_the_week_is_counted_from_the_session(folder: Path, tmp_path: Path) -> None:
    day = datetime(2026, 1, 13, 18, tzinfo=UTC) + timedelta(days=15)
    with Store.open(f"sqlite:///{folder}/.mdli/answers.db", now=lambda: day) as store:
        save(store, "spring-00", "whom", VALUES["whom"], session=1)
    assert {one["week"] for one in export(folder, tmp_path / "out")} == {"2"}


def test_who_left_is_in_it_up_to_that_day(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00", whom=VALUES["whom"])
    roster = folder / "roster.csv"
    before = roster.read_text()
    for left, rows in ((date(2026, 3, 20), 0), (date(2026, 3, 21), 2)):
        line = "spring-00,Spring 0,spring0@example.org,spring,kim,,,,,,"
        roster.write_text(before.replace(line, f"{line}{left}"))
        assert len(export(folder, tmp_path / str(left))) == rows


def test_an_answer_that_cannot_be_read_is_left_out_and_counted(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00", audit={"marks": {"agenda": {"mark": CANARY}}}, whom=VALUES["whom"])
    rows = export(folder, tmp_path / "out")
    assert {one["exercise"] for one in rows} == {"whom"}
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["counts"]["unreadable"] == 1


def test_the_codebook_knows_every_variable_and_value_of_the_table(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00")
    evaluate(folder, *(f"spring-{n:02d}" for n in range(5)))
    rows = export(folder, tmp_path / "out", text=True)
    with (tmp_path / "out" / "codebook.csv").open(newline="") as file:
        book = {
            tuple(one[n] for n in ("session", "exercise", "part", "field")): one
            for one in csv.DictReader(file)
        }
    for row in rows:
        one = book[row["session"], row["exercise"], row["part"], row["field"]]
        values = [pair.split(" = ")[0] for pair in one["values"].split("; ")]
        assert not one["values"] or row["value"] in values
    words = (tmp_path / "out" / "codebook.md").read_text()
    assert all(f"| {column} |" in words for column in COLUMNS)
    assert "I tell. (the lowest point is the best)" in words


def test_each_column_is_explained() -> None:
    text = (Path(__file__).parent.parent / "docs" / "insight.md").read_text(encoding="utf-8")
    assert not [column for column in COLUMNS if f"`{column}`" not in text]
    assert not [rule for rule in RULES if f"`{rule}`" not in text]


def test_the_manifest_counts_and_proves_the_files(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00")
    rows = export(folder, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert told["counts"] == {"people": 1, "rows": len(rows), "unreadable": 0, "too_few": 0}
    assert told["text"] is False
    for one in told["files"]:
        content = (tmp_path / "out" / one["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["bytes"], one["sha256"])
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_a_folder_with_something_in_it_is_left_alone(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    before = snapshot(tmp_path)
    with pytest.raises(RecordsRefused):
        export(folder, tmp_path / "out")
    assert snapshot(tmp_path / "out") == {"mine.txt": b"mine"}
    assert not before.keys() ^ snapshot(tmp_path).keys() - {"p/.mdli/lock"}


def test_pseudonyms_that_cannot_be_read_are_refused(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00")
    (folder / KEYS).write_text("[]")
    with pytest.raises(RecordsRefused, match=r"pseudonyms\.json"):
        export(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_writes_it(folder: Path, tmp_path: Path) -> None:
    tell(folder, "spring-00")
    result = mdli(folder, "export", "--cohort", "spring", tmp_path / "out")
    assert not result.exit_code, result.output
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "answers.csv",
        "codebook.csv",
        "codebook.md",
        "manifest.json",
    ]


anything = st.recursive(
    st.one_of(st.just(CANARY), st.integers(), st.just(DAY), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([CANARY, "mark", "note"]), inner, max_size=3),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_whatever_its_shape_brings_words_into_the_table(asked: Any, data: st.DataObject) -> None:
    exercise = data.draw(st.sampled_from(asked[1][0].exercises))
    names = [*sorted(VALUES[exercise.id]), CANARY]
    value = data.draw(st.dictionaries(st.sampled_from(names), anything, max_size=6))
    try:
        exercise.Value.model_validate(value)
    except ValueError:
        return
    told = list(cells(exercise, {_entry("e") if exercise.repeats else "": value}))
    assert CANARY not in repr(told)
    assert DAY not in repr(told)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read(asking_program(tmp_path_factory.mktemp("asked") / "p", spring=1))


def test_scores_can_be_computed_from_the_table(folder: Path, tmp_path: Path) -> None:
    with open_store(folder) as store:
        for row in rated("spring-00", 2, 4, at=NOW):
            save(store, row.participant, row.exercise, row.value, session=row.session)
    rows = export(folder, tmp_path / "out")
    after = {one["field"]: one["value"] for one in rows if one["exercise"] == "how-i-lead-again"}
    assert after == {"filled": "done", "asks": "4", "tells": "1", "own-part": "4"}
