"""Earlier wordings: few, distinct, dated, and none lost that somebody may want back."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.answers import Answer
from mdli_workbook.wordings import CUT, RUN, erased_with, wordings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def row(text: str | None, minutes: float = 0, **changes: Any) -> Answer:
    value = None if text is None else {"text": text}
    fields: dict[str, Any] = {
        "id": f"{minutes}",
        "author": "ana",
        "saved_at": NOON + timedelta(minutes=minutes),
    }
    fields |= {"cohort": "spring", "participant": "ana", "session": 2, "exercise": "why", "entry": ""}
    return Answer(**(fields | {"value": value, "audience": "private"} | changes))


def texts(*rows: Answer) -> list[str]:
    return [one.value["text"] for one in wordings(rows)]


def test_nothing_written_has_no_wordings() -> None:
    assert wordings([]) == ()


def test_a_run_of_autosaves_is_one_wording_with_the_date_of_its_last_row() -> None:
    [found] = wordings([row("I", 0), row("I gue", 1), row("I guess", 9)])
    assert (found.revision, found.saved_at, found.value) == (
        "9",
        NOON + timedelta(minutes=9),
        {"text": "I guess"},
    )


def test_what_was_written_later_is_a_wording_of_its_own_newest_first() -> None:
    assert texts(row("one two", 0), row("one two three", 11), row("one two three four", 60)) == [
        "one two three four", "one two three", "one two",
    ]  # fmt: skip


def test_hours_of_steady_typing_leave_a_wording_every_ten_minutes() -> None:
    found = texts(*[row("x" * (number + 1), number) for number in range(61)])
    assert [len(text) for text in found] == [61, 55, 44, 33, 22, 11]


def test_a_new_audience_is_no_new_wording_and_keeps_the_date_of_the_words() -> None:
    [found] = wordings([row("words", 0), row("words", 30, audience="coach")])
    assert found.saved_at == NOON


def test_words_that_came_back_are_shown_once_where_they_were_last_written() -> None:
    found = wordings([row("first words", 0), row("other words", 20), row("first words", 40)])
    assert [(one.revision, one.value["text"]) for one in found] == [
        ("40", "first words"),
        ("20", "other words"),
    ]


def test_what_was_cut_a_moment_ago_can_be_taken_back() -> None:
    long = "a whole page of thoughts " * 20
    assert texts(row(long, 0), row("", 0.1)) == ["", long]
    slowly = [row(long[:-number] if number else long, number / 100) for number in range(0, 500, 5)]
    assert long in texts(*slowly)


def test_removed_and_erased_rows_are_no_wordings_but_end_a_run() -> None:
    assert texts(row("kept", 0), row(None, 1), row("new", 2)) == ["new", "kept"]
    assert texts(row(None, 0), row(None, 1)) == []


def test_what_another_person_wrote_into_it_is_a_wording_of_its_own() -> None:
    assert texts(row("mine", 0), row("mine and theirs", 1, author="lee")) == ["mine and theirs", "mine"]


steps = st.lists(st.tuples(st.one_of(st.none(), st.text(max_size=60)), st.floats(0, 30)), max_size=20)


@given(steps)
def test_the_newest_words_are_always_there_and_nothing_twice(taken: list[tuple[str | None, float]]) -> None:
    rows, minutes = [], 0.0
    for text, later in taken:
        minutes += later
        rows.append(row(text, minutes))
    found = wordings(rows)
    said = [one.value["text"] for one in found]
    assert len(said) == len(set(said))
    assert set(said) <= {one.value["text"] for one in rows if one.value}
    if rows and rows[-1].value:
        assert said[0] == rows[-1].value["text"]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_of_any_length_that_was_reached_most_can_be_had_again(lengths: list[int]) -> None:
    """Whatever is typed and deleted within one run, a wording nearly as long as the longest is shown."""
    rows = [row("x" * length, number / 1000) for number, length in enumerate(lengths)]
    assert rows[-1].saved_at - rows[0].saved_at < RUN
    longest = max(len(text) for text in texts(*rows))
    assert longest >= CUT * max(lengths) - len('{"text": ""}')


# Erasing one


def without(rows: list[Answer], ids: frozenset[str]) -> list[Answer]:
    return [dataclasses.replace(one, value=None) if one.id in ids else one for one in rows]


def test_with_one_wording_go_all_the_rows_that_it_stands_for() -> None:
    rows = [row("I", 0), row("I met X", 1), row("I guess", 2), row("I guess so", 30)]
    assert erased_with(rows, "2") == {"0", "1", "2"}
    assert texts(*without(rows, erased_with(rows, "2"))) == ["I guess so"]


def test_passing_rows_of_other_wordings_go_too_as_they_may_hold_the_words() -> None:
    rows = [row("I met X", 0), row("I met X there", 30), row("I met somebody", 31)]
    assert texts(*rows) == ["I met somebody", "I met X"]
    assert erased_with(rows, "0") == {"0", "30"}


def test_the_same_words_saved_again_go_wherever_they_stand() -> None:
    rows = [row("mine", 0), row("mine", 5, audience="coach"), row("other words", 30), row("mine", 60)]
    assert erased_with(rows, "60") == {"0", "5", "60"}
    assert erased_with(rows, "30") == {"30"}


def test_what_is_no_wording_erases_nothing() -> None:
    rows = [row("I gue", 0), row("I guess", 1), row(None, 30)]
    assert erased_with(rows, "0") == erased_with(rows, "30") == erased_with(rows, "x") == frozenset()


@given(steps, st.data())
def test_erasing_one_wording_leaves_all_others_and_nothing_else(
    taken: list[tuple[str | None, float]], data: st.DataObject
) -> None:
    rows, minutes = [], 0.0
    for number, (text, later) in enumerate(taken):
        minutes += later
        rows.append(row(text, minutes, id=str(number)))
    before = wordings(rows)
    if not before:
        return
    gone = data.draw(st.sampled_from(before))
    left = without(rows, erased_with(rows, gone.revision))
    assert wordings(left) == tuple(one for one in before if one != gone)
    stay = [one.value for one in before if one != gone]
    assert all(one.value in stay for one in left if one.value is not None)
