"""A commitment is settled when it came to its state, not when words were added to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mdli_workbook.answers import Answer
from mdli_workbook.settling import settled

START = datetime(2026, 3, 1, 15, tzinfo=UTC)
PROMISED = {(1, "next-step")}


def rows(*states: str, exercise: str = "next-step", entry: str = "one") -> list[Answer]:
    """Return the revisions of one promise, a day between them."""
    return [
        Answer(
            str(day), "ana", "spring", "ana", 1, exercise, entry, {"state": state}, "coach",
            START + timedelta(day),
        )
        for day, state in enumerate(states)
    ]  # fmt: skip


def found(revisions: list[Answer], days: int = 0) -> list[tuple[str, str]]:
    return list(settled(revisions, PROMISED, START + timedelta(days)))


def test_one_that_was_kept_since_is_found_and_an_open_one_is_not() -> None:
    assert found(rows("open", "kept")) == [("kept", "1/next-step")]
    assert found(rows("open", "open")) == []
    assert found(rows("kept", "open")) == [], "it was opened again"


def test_the_moment_itself_counts_and_the_one_before_does_not() -> None:
    assert found(rows("open", "dropped"), days=1) == [("dropped", "1/next-step")]
    assert found(rows("open", "dropped"), days=2) == []


def test_words_added_later_do_not_make_it_news() -> None:
    assert found(rows("open", "kept", "kept"), days=2) == []
    assert found(rows("open", "kept", "dropped"), days=2) == [("dropped", "1/next-step")]


def test_other_exercises_the_order_and_what_was_removed_are_no_promises() -> None:
    assert found(rows("kept", exercise="another")) == []
    assert found(rows("kept", entry="")) == []
    [row] = rows("kept")
    removed = Answer("r", "ana", "spring", "ana", 1, "next-step", "one", None, "coach", START + timedelta(3))
    assert found([row, removed]) == []
