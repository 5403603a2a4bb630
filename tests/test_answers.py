"""Which of many rows count."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.answers import AUDIENCES, Answer, newest, values_of


def a_row(participant: str, session: int, exercise: str, entry: str, text: str | None) -> Answer:
    value = None if text is None else {"text": text}
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Answer(
        str(uuid4()), participant, "spring", participant, session, exercise, entry, value, "coach", at
    )


histories = st.lists(
    st.builds(
        a_row,
        st.sampled_from(["ana", "ben"]),
        st.integers(1, 2),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["x", "y", None]),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(histories)
def test_the_newest_row_of_a_key_is_the_last_one(history: list[Answer]) -> None:
    found = newest(history)
    assert {row.key for row in found} == {row.key for row in history}
    assert len({row.key for row in found}) == len(found)
    for row in found:
        assert row is [other for other in history if other.key == row.key][-1]


@settings(deadline=None)
@given(histories)
def test_keys_keep_the_order_of_their_first_rows(history: list[Answer]) -> None:
    assert [row.key for row in newest(history)] == list(dict.fromkeys(row.key for row in history))


@settings(deadline=None)
@given(histories)
def test_the_newest_of_the_newest_is_the_same(history: list[Answer]) -> None:
    assert newest(newest(history)) == newest(history)


def test_values_are_given_by_entry_and_a_removed_one_is_none() -> None:
    rows = [a_row("ana", 2, "a", "1", "x"), a_row("ana", 2, "b", "1", "y"), a_row("ana", 2, "a", "2", None)]
    assert values_of(rows, "a") == {"1": {"text": "x"}, "2": None}
    assert values_of(rows, "c") == {}


def test_the_audiences_are_those_of_the_design() -> None:
    assert AUDIENCES == ("private", "coach", "program", "participant", "self")
