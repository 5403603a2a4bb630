"""The quick questions that precede every page, beside the slow ones."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.answers import Answer, Draft, Event, Saved
from mdli_workbook.names import NO_NAMES
from mdli_workbook.rows import ANSWERS, WITH_IDS, newest_of, read_bare
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / ".mdli" / "answers.db"), now=lambda: NOON) as opened:
        yield opened


def save(store: Store, text: str | None, **changes: Any) -> str:
    usual: dict[str, Any] = {
        "id": str(uuid4()), "author": "ana", "cohort": "spring", "participant": "ana", "session": 2,
        "exercise": "why", "value": None if text is None else {"text": text}, "audience": "coach",
    }  # fmt: skip
    saved = store.save(Draft(**usual | changes))
    assert isinstance(saved, Saved)
    return saved.answer.id


def test_columns_and_fields_stand_in_one_order() -> None:
    assert [one.name for one in ANSWERS.columns] == ["seq", *(one.name for one in dataclasses.fields(Answer))]


def test_bare_rows_are_the_same_rows_without_words_and_times(store: Store) -> None:
    first = save(store, "one")
    save(store, "two", based_on=first)
    entry = str(uuid4())
    removed = save(store, "a visit", exercise="log", entry=entry)
    save(store, None, exercise="log", entry=entry, based_on=removed)
    save(store, "of ben", participant="ben", author="ben")
    with store._reading.connect() as connection:
        newest = list(read_bare(connection, newest_of(NO_NAMES), ["ana"]))
        asked = list(read_bare(connection, WITH_IDS, [first, "unknown"]))
    known = {row.id: row for row in store.newest("ana")}
    assert [row.id for row in newest] == list(known)
    for row in newest:
        whole = known[row.id]
        assert (row.key, row.audience) == (whole.key, whole.audience)
        assert row.value == (None if whole.value is None else {})
    assert [row.id for row in asked] == [first]


def test_every_change_to_a_participants_answers_is_another_version_of_them(store: Store) -> None:
    def version() -> tuple[int, int]:
        return store.version("ana")

    def erase(**which: Any) -> None:
        store.erase(id=str(uuid4()), author="ana", participant="ana", session=2, exercise="why", **which)

    first = save(store, "I met her, and then I asked at length what had happened there")
    seen = [version()]
    save(store, "I", based_on=first)
    seen.append(version())
    store.share(
        id=str(uuid4()), author="ana", cohort="spring", participant="ana", session=2, exercise="why",
        audience="private",
    )  # fmt: skip
    seen.append(version())
    erase(entry="", wording=first)
    assert store.history("ana", 2, "why")[0].value is None, "no row is added then, but an event tells of it"
    seen.append(version())
    erase()
    seen.append(version())
    assert len(set(seen)) == 5


def test_what_is_read_and_what_others_write_is_no_change(store: Store) -> None:
    save(store, "words")
    before = store.version("ana")
    read = Event(str(uuid4()), "report-read", "kim", "ana", NOON, 2)
    store.record(read, dataclasses.replace(read, id=str(uuid4()), participant="ben"))
    save(store, "of ben", participant="ben", author="ben")
    assert store.version("ana") == before
    assert store.version("nobody") == (0, 0)
