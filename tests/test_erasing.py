"""Erased for good: no row says it, no byte holds it, and nothing brings it back."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.answers import Answer, Conflict, Draft, Event, Saved
from mdli_workbook.erasing import Erased, blank, why_not_scrubbed
from mdli_workbook.errors import SaveRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
VISIT, CALL = str(uuid4()), str(uuid4())
FIRST_STORE = Path(__file__).with_name("data") / "store-0001.db"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    times = (NOON + timedelta(seconds=number) for number in range(500))
    with Store.open(address_of(tmp_path / ".mdli" / "answers.db"), now=lambda: next(times)) as opened:
        forget_nothing(opened)
        yield opened


def forget_nothing(store: Store) -> None:
    """Keep what SQLite may overwrite by itself, as many builds of it do."""
    with store._reading.connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")


def save(store: Store, text: str | None, **changes: Any) -> Answer:
    fields: dict[str, Any] = {"id": str(uuid4()), "author": "ana", "cohort": "spring", "participant": "ana"}
    fields |= {"session": 2, "exercise": "why", "value": None if text is None else {"text": text}}
    outcome = store.save(Draft(**({"audience": "private"} | fields | changes)))
    assert isinstance(outcome, Saved), outcome
    return outcome.answer


def share(store: Store, audience: Any = "coach", exercise: str = "why") -> tuple[Answer, ...]:
    where: dict[str, Any] = {"author": "ana", "cohort": "spring", "participant": "ana", "session": 2}
    return store.share(id=str(uuid4()), exercise=exercise, audience=audience, **where)


def erase(store: Store, **changes: Any) -> Erased:
    where: dict[str, Any] = {"id": str(uuid4()), "author": "ana", "participant": "ana", "session": 2}
    return store.erase(**(where | {"exercise": "why"} | changes))


def bytes_of(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


# Rows


def test_every_revision_loses_its_words_and_keeps_all_else(store: Store) -> None:
    first = save(store, "one")
    second = save(store, "two", based_on=first.id)
    [third] = share(store)
    assert erase(store) == Erased(())
    *rows, after = store.history("ana", 2, "why")
    assert rows == [dataclasses.replace(row, value=None) for row in (first, second, third)]
    assert (after.value, after.replaces, after.audience, after.author) == (None, third.id, "coach", "ana")
    assert store.newest("ana") == (after,)
    assert store.shared("ana", 6) == ()


def test_a_dated_event_without_words_is_left(store: Store) -> None:
    save(store, "words")
    decision = str(uuid4())
    erase(store, id=decision)
    [event] = store.events("ana")
    assert event == Event(decision, "erased", "ana", "ana", event.at, 2, "why")
    assert NOON < event.at < LATER


def test_one_entry_is_erased_and_the_others_stay(store: Store) -> None:
    visit, call = save(store, "visit", entry=VISIT), save(store, "call", entry=CALL)
    order = save(store, "", value={"order": [VISIT, CALL]})
    erased = erase(store, entry=VISIT)
    assert erased.rows == (call, order)
    assert [row.value for row in store.history("ana", 2, "why", VISIT)] == [None, None]
    assert visit.id in {row.id for row in store.history("ana", 2, "why", VISIT)}


def test_all_entries_are_erased_with_their_exercise_removed_ones_too(store: Store) -> None:
    visit = save(store, "visit", entry=VISIT)
    save(store, None, entry=VISIT, based_on=visit.id)
    save(store, "call", entry=CALL)
    save(store, "", value={"order": [CALL]})
    others = [save(store, "other", exercise="b"), save(store, "other", session=3)]
    others += [save(store, "other", participant="ben", author="ben")]
    assert erase(store).rows == ()
    rows = [row for entry in ("", VISIT, CALL) for row in store.history("ana", 2, "why", entry)]
    assert {row.value for row in rows} == {None}  # type: ignore[comparison-overlap]
    assert len(rows) == 6  # what was removed before needs no row more
    assert [row for row in (*store.newest("ana"), *store.newest("ben")) if row.value] == others


def test_with_nothing_there_nothing_is_written(store: Store) -> None:
    save(store, "other", exercise="b")
    assert erase(store) == Erased(())
    assert store.events("ana") == ()
    assert store.history("ana", 2, "why") == ()


def test_the_same_erasure_sent_again_spares_what_was_written_since(store: Store) -> None:
    save(store, "words")
    decision = str(uuid4())
    erase(store, id=decision)
    new = save(store, "new words", based_on=store.newest("ana")[0].id)
    assert erase(store, id=decision).rows == (new,)
    assert len(store.events("ana")) == 1
    with pytest.raises(SaveRefused, match=decision):
        erase(store, id=decision, exercise="b")


@pytest.mark.parametrize("change", [{"id": "7"}, {"author": "Ana"}, {"exercise": ""}, {"session": 9}])
def test_a_wrong_shape_is_refused(store: Store, change: dict[str, Any]) -> None:
    before = save(store, "words")
    with contextlib.suppress(SaveRefused):
        assert erase(store, **change).rows == ()
    assert store.newest("ana") == (before,)


# One wording


def test_one_earlier_wording_is_erased_with_its_passing_rows_and_the_newest_stays(store: Store) -> None:
    texts = [
        "I met MARK",
        "I met MARKER",
        "I met MARKER, and then I asked at length what had happened there",
        "I",
    ]
    rows = [save(store, texts[0])]
    for text in texts[1:]:
        rows.append(save(store, text, based_on=rows[-1].id))
    erased = erase(store, entry="", wording=rows[2].id)
    assert erased == Erased((rows[-1],))
    assert [row.value for row in store.history("ana", 2, "why")] == [None, None, None, {"text": "I"}]
    assert b"MARK" not in bytes_of(store.path.parent)
    assert [event.what for event in store.events("ana")] == ["erased"]


def test_the_newest_wording_erased_leaves_nothing_in_its_place(store: Store) -> None:
    earlier = save(store, "a long earlier wording")
    now = save(store, "MARKER", audience="coach", based_on=earlier.id)
    assert erase(store, entry="", wording=now.id) == Erased(())
    [after] = store.newest("ana")
    assert (after.value, after.replaces, after.audience) == (None, now.id, "coach")
    assert store.history("ana", 2, "why")[0] == earlier
    assert store.unshared([now.id]) == {now.id}
    draft = Draft(
        str(uuid4()), "ana", "spring", "ana", 2, "why", {"text": "MARKER!"}, "coach", based_on=now.id
    )
    assert store.save(draft) == Conflict(after)


def test_what_is_no_wording_of_that_entry_erases_nothing(store: Store) -> None:
    visit = save(store, "visit", entry=VISIT)
    passing = save(store, "I")
    save(store, "I wrote on", based_on=passing.id)
    for entry, wording in [("", visit.id), ("", passing.id), (VISIT, str(uuid4())), (CALL, visit.id)]:
        erase(store, entry=entry, wording=wording)
    assert store.events("ana") == ()
    assert all(row.value for entry in ("", VISIT) for row in store.history("ana", 2, "why", entry))


def test_a_coach_erases_no_wording_of_a_participant(store: Store) -> None:
    words = save(store, "words", audience="coach")
    assert erase(store, author="lee", entry="", wording=words.id).rows == (words,)


# What cannot come back


def test_sharing_brings_nothing_back(store: Store) -> None:
    save(store, "visit", entry=VISIT)
    save(store, "call", entry=CALL)
    share(store)
    erase(store)
    rows = [*share(store), *share(store, "private"), *share(store)]
    assert [(row.entry, row.value) for row in rows] == [("", None)] * 3
    assert store.shared("ana", 6) == store.told("ana", 6) == ()
    again = save(store, "new", entry=VISIT, based_on=store.history("ana", 2, "why", VISIT)[-1].id)
    assert share(store)[-1].value == {"order": [VISIT]}
    assert [row.replaces for row in store.shared("ana", 2) if row.entry] == [again.id]


def test_a_window_that_still_shows_the_words_meets_a_conflict(store: Store) -> None:
    seen = save(store, "words")
    erase(store)
    [after] = store.newest("ana")
    draft = Draft(str(uuid4()), "ana", "spring", "ana", 2, "why", {"text": "words and more"}, "private")
    assert store.save(dataclasses.replace(draft, based_on=seen.id)) == Conflict(after)


def test_the_save_whose_answer_was_lost_meets_a_conflict_too(store: Store) -> None:
    draft = Draft(str(uuid4()), "ana", "spring", "ana", 2, "why", {"text": "words"}, "private")
    store.save(draft)
    erase(store)
    [after] = store.newest("ana")
    assert store.save(draft) == Conflict(after)
    with pytest.raises(SaveRefused, match=draft.id):
        store.save(dataclasses.replace(draft, exercise="b"))


def test_a_report_that_shows_erased_words_is_withdrawn_even_if_new_ones_are_shared(store: Store) -> None:
    shown = save(store, "words", audience="coach")
    erase(store)
    new = save(store, "new", audience="coach", based_on=store.newest("ana")[0].id)
    assert store.shared("ana", 2) == (new,)
    assert store.unshared([shown.id, new.id]) == {shown.id}


# Who may erase what


def test_what_a_coach_noted_is_the_coachs_to_erase(store: Store) -> None:
    note = save(store, "note", author="lee", entry=VISIT, audience="self")
    told = save(store, "told", author="lee", entry=CALL, audience="participant")
    state = save(store, "kept", author="lee", audience="coach")
    erase(store)
    assert store.newest("ana")[:2] == (note, told)
    assert store.history("ana", 2, "why")[0].id == state.id
    assert store.history("ana", 2, "why")[0].value is None
    assert erase(store, author="lee").rows == ()


def test_nobody_else_erases_what_a_participant_wrote(store: Store) -> None:
    words = save(store, "words", audience="coach")
    assert erase(store, author="lee").rows == (words,)
    assert store.events("ana") == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET value = NULL",
        "UPDATE answers SET value = NULL WHERE exercise = 'b'",
        "UPDATE answers SET value = NULL, audience = 'coach' WHERE exercise = 'why'",
        "UPDATE answers SET value = NULL, saved_at = '2020-01-01' WHERE exercise = 'why'",
        "UPDATE answers SET value = '{}' WHERE exercise = 'why'",
        "DELETE FROM answers WHERE exercise = 'why'",
    ],
)
def test_the_database_blanks_only_what_an_event_tells_of_and_changes_nothing_else(
    store: Store, change: str
) -> None:
    save(store, "words")
    save(store, "other", exercise="b")
    store.record(Event(str(uuid4()), "erased", "ana", "ana", NOON, 2, "why"))
    before = store.newest("ana")
    with (
        store._writing.connect() as connection,
        pytest.raises(sa.exc.IntegrityError, match="are only ever added"),
    ):
        connection.exec_driver_sql(change)
    assert store.newest("ana") == before


# Bytes

LONG = "MARKER " * 3000


def test_no_byte_is_left_in_the_store_its_log_or_older_copies(tmp_path: Path) -> None:
    path = tmp_path / ".mdli" / "answers.db"
    path.parent.mkdir(mode=0o700)
    shutil.copyfile(FIRST_STORE, path)
    with Store.open(address_of(path)) as store:
        forget_nothing(store)
        last = store.history("ana", 2, "late-notes")[-1]
        for text in ("MARKER", LONG, "short", LONG + "!"):
            last = save(store, text, exercise="late-notes", based_on=last.id)
        share(store, exercise="late-notes")
        kept = save(store, "KEPT " * 3000, exercise="b")
        assert b"MARKER" in (path.parent / "answers-schema-0001.db").read_bytes()
        assert erase(store, exercise="late-notes") == Erased(())
        assert erase(store, exercise="visits") == Erased(())
        found = bytes_of(path.parent)  # while the store is open
        assert b"MARKER" not in found
        assert kept in store.newest("ana")
    found = bytes_of(path.parent)
    assert b"MARKER" not in found
    assert b"KEPT KEPT" in found
    assert "Grüße ☂".encode() in (path.parent / "answers-schema-0001.db").read_bytes()
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_an_older_copy_is_still_the_store_that_it_was(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    shutil.copyfile(FIRST_STORE, path)
    with Store.open(address_of(path)) as store:
        erase(store, exercise="late-notes")
        history = store.history("ana", 2, "late-notes")
    copy = tmp_path / "answers-schema-0001.db"
    with (
        contextlib.closing(sqlite3.connect(copy)) as older,
        pytest.raises(sqlite3.IntegrityError, match="added"),
    ):
        older.execute("UPDATE answers SET value = NULL")
    with Store.open(address_of(copy)) as store:
        assert store.history("ana", 2, "late-notes") == history[:-1]
        assert len(store.newest("ben")) == 1


def test_the_first_schemas_store_steps_forward_with_every_row(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    shutil.copyfile(FIRST_STORE, path)
    with contextlib.closing(sqlite3.connect(path)) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    with Store.open(address_of(path)) as store:
        texts = [row.value for row in store.history("ana", 2, "late-notes")]
        assert texts == [{"text": "MARKER one"}, {"text": "MARKER two"}, {"text": "MARKER two"}]
        assert [row.value for row in store.newest("ben")] == [{"text": "Grüße ☂"}]
        assert [event.what for event in store.events("ana")] == ["opened"]


def test_a_crash_before_the_file_is_rewritten_is_made_good_at_the_next_opening(store: Store) -> None:
    save(store, LONG)
    event = Event(str(uuid4()), "erased", "ana", "ana", NOON, 2, "why")
    with store._writing.begin() as connection:
        blank(connection, event, None)
    assert b"MARKER" in bytes_of(store.path.parent)
    with Store.open(address_of(store.path)) as again:
        assert b"MARKER" not in bytes_of(store.path.parent)
        assert again.newest("ana")[0].value is None


def test_while_another_process_reads_it_is_said_that_bytes_remain_and_tried_again(store: Store) -> None:
    save(store, LONG)
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM answers").fetchone()
        with store._writing.begin() as connection:
            blank(connection, Event(str(uuid4()), "erased", "ana", "ana", NOON, 2, "why"), None)
        why = why_not_scrubbed(store.path, patience=0.05)
        assert "another process is reading" in why
        assert "MARKER" not in why
        other.execute("COMMIT")
    Store.open(address_of(store.path)).close()
    assert b"MARKER" not in bytes_of(store.path.parent)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["save", "share", "erase"]), st.integers(0, 9000)), max_size=12))
def test_after_any_history_an_erasure_leaves_neither_word_nor_byte(
    tmp_path_factory: pytest.TempPathFactory, taken: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with Store.open(address_of(folder / "answers.db")) as store:
        forget_nothing(store)
        for step, size in taken:
            if step == "save":
                newest = store.newest("ana")
                save(store, "MARKER" + "x" * size, based_on=newest[0].id if newest else "")
            else:
                share(store) if step == "share" else erase(store)
        assert erase(store) == Erased(())
        assert all(row.value is None for row in store.history("ana", 2, "why"))
        assert b"MARKER" not in bytes_of(folder)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"equity"}))
def test_every_kind_takes_an_erased_answer_for_none(kind: str) -> None:
    literals: dict[str, Any] = {
        "scale": {
            "points": [{"id": "1", "label": "no"}, {"id": "2", "label": "yes"}],
            "statements": [{"id": "a", "text": "A."}],
        },
        "choice": {"options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
        "ranking": {"options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}], "keep": 1},
        "checklist": {"items": [{"id": "a", "text": "A."}]},
        "log": {"fields": {"where": "text"}},
    }.get(kind, {})
    exercise = KINDS[kind].model_validate({"id": "why", **literals})
    assert exercise.filled({"": None}) == exercise.filled({})
    assert exercise.static({"": None}) == exercise.static({})
