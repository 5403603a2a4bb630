"""Stores of other ages: older ones step forward, newer ones are left alone."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from mdli_workbook.answers import Draft, Event
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.migrations import STEPS, Steps, bring_forward
from mdli_workbook.rows import METADATA
from mdli_workbook.sqlite import address_of, engine_of, writing
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0004", "0003"
def upgrade():
    op.add_column("events", sa.Column("note", sa.String(8), nullable=True))
    {more}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        opened.save(Draft(str(uuid4()), "ana", "spring", "ana", 2, "late-notes", {"text": "x"}, "private"))
        opened.record(Event(str(uuid4()), "opened", "ana", "ana", opened.newest("ana")[0].saved_at))
        yield opened


def steps_with_one_more(folder: Path, more: str = "") -> Steps:
    shutil.copytree(STEPS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0004_next.py").write_text(NEXT_STEP.format(more=more))
    return Steps(folder, "0004")


def columns_of(engine: sa.Engine, table: str) -> set[str]:
    with engine.connect() as connection:
        return {column["name"] for column in sa.inspect(connection).get_columns(table)}


def test_the_last_step_is_the_one_the_package_works_with() -> None:
    assert ScriptDirectory(str(STEPS.folder)).get_current_head() == STEPS.last


def test_the_steps_make_the_tables_that_the_store_asks(store: Store) -> None:
    with store._reading.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET audience = 'coach'",
        "UPDATE answers SET value = NULL",
        "DELETE FROM answers",
        "REPLACE INTO answers SELECT * FROM answers",
        "UPDATE events SET who = 'ben'",
        "DELETE FROM events",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_row(store: Store, change: str) -> None:
    before = store.newest("ana"), store.events("ana")
    with (
        store._writing.connect() as connection,
        pytest.raises(sa.exc.IntegrityError, match="are only ever added"),
    ):
        connection.exec_driver_sql(change)
    assert (store.newest("ana"), store.events("ana")) == before


def test_the_database_itself_refuses_an_unknown_audience(store: Store) -> None:
    with (
        store._writing.connect() as connection,
        pytest.raises(sa.exc.IntegrityError, match="audience_is_known"),
    ):
        connection.exec_driver_sql(
            "INSERT INTO answers (id, author, cohort, participant, session, exercise, entry, audience,"
            " saved_at, replaces) VALUES ('1', 'a', 'c', 'a', 1, 'x', '', 'everyone', '2026-03-02', '')"
        )


def test_an_older_store_is_copied_and_then_brought_forward(store: Store, tmp_path: Path) -> None:
    copied: list[str] = []
    later = steps_with_one_more(tmp_path / "steps")
    bring_forward(store._reading, store._writing, copied.append, later)
    assert copied == ["0003"]
    assert "note" in columns_of(store._reading, "events")
    assert len(store.newest("ana")) == 1
    bring_forward(store._reading, store._writing, copied.append, later)
    assert copied == ["0003"]


def test_a_step_that_fails_leaves_the_store_as_it_was(store: Store, tmp_path: Path) -> None:
    broken = steps_with_one_more(tmp_path / "steps", more='raise ValueError("half way")')
    with pytest.raises(ValueError, match="half way"):
        bring_forward(store._reading, store._writing, lambda _step: None, broken)
    assert "note" not in columns_of(store._reading, "events")
    with Store.open(address_of(store.path)) as again:
        assert again.newest("ana") == store.newest("ana")


def test_a_store_that_is_newer_than_the_package_is_left_alone(store: Store, tmp_path: Path) -> None:
    bring_forward(store._reading, store._writing, lambda _step: None, steps_with_one_more(tmp_path / "steps"))
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"0004, which is newer than this package's 0003; install"):
        Store.open(address_of(store.path))
    assert store.path.read_bytes() == before


def test_opening_an_older_store_leaves_a_copy_beside_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = steps_with_one_more(tmp_path / "steps")
    monkeypatch.setattr(bring_forward, "__defaults__", (later,))
    with Store.open(address_of(store.path)) as opened:
        assert "note" in columns_of(opened._reading, "events")
    copy = engine_of(tmp_path / "answers-schema-0003.db", create=False)
    assert "note" not in columns_of(copy, "events")
    copy.dispose()


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreUnusable, match="not a store of answers"):
        Store.open(address_of(path))
    with contextlib.closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_store_whose_making_was_cut_off_is_made_by_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    path.touch()
    engine = engine_of(path)
    with contextlib.suppress(ZeroDivisionError), writing(engine).begin() as connection:
        STEPS.run(connection)
        raise ZeroDivisionError
    engine.dispose()
    with Store.open(address_of(path)) as opened:
        assert opened.newest("ana") == ()
