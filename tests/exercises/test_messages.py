"""The same replies in a coach's hands: their name, their readers, no word of the participant's changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.answers import Draft
from mdli_workbook.exercises.coaching import AGREED, CALL, NOTE, comment_on, own_note
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdli_workbook.answers import Audience
    from mdli_workbook.curriculum import Exercise

PLACE = Place("spring", "ana-mora", 2)
ENTRY = str(uuid4())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        yield opened


def coach(store: Store, exercise: Exercise, who: str = "kim", audience: Audience = "participant") -> Replies:
    return Replies(exercise, Desktop(PLACE, store, author=who, audience=audience))


def participant(store: Store, exercise: Exercise) -> Replies:
    return Replies(exercise, Desktop(PLACE, store))


def save(value: Any, entry: str = "", based_on: str = "") -> dict[str, Any]:
    return {"type": "save", "id": str(uuid4()), "entry": entry, "value": value, "based_on": based_on}


def said(replies: Replies, message: dict[str, Any]) -> dict[str, Any]:
    answer = replies(message)
    assert answer is not None
    return answer


def test_a_coach_writes_under_their_own_name_for_the_readers_that_are_given(store: Store) -> None:
    said(coach(store, NOTE), save({"text": "Bring the audit."}))
    said(coach(store, own_note("kim"), audience="self"), save({"text": "Listen."}))
    told = {row.exercise: (row.author, row.audience) for row in store.newest("ana-mora")}
    assert told == {NOTE.id: ("kim", "participant"), own_note("kim").id: ("kim", "self")}


def test_a_coach_s_form_offers_no_choice_of_readers(store: Store) -> None:
    state = said(coach(store, NOTE), {"type": "hello"})
    assert (state["audience"], state["readers"], state["audiences"]) == ("participant", "", [])


def test_one_coach_s_own_note_is_not_told_to_another_even_under_its_id(store: Store) -> None:
    said(coach(store, own_note("kim"), audience="self"), save({"text": "zqmine"}))
    lee = coach(store, own_note("kim"), "lee", "self")
    asked = [{"type": "hello"}, {"type": "history"}, {"type": "coach_view"}, save({"text": "x"})]
    assert "zqmine" not in str([lee(message) for message in asked])
    assert said(lee, asked[-1])["type"] == "refused"


def test_a_later_coach_may_go_on_with_what_was_written_to_the_participant(store: Store) -> None:
    first = said(coach(store, NOTE), save({"text": "From Kim."}))
    lee = coach(store, NOTE, "lee")
    assert said(lee, {"type": "hello"})["answers"][""]["value"] == {"text": "From Kim."}
    assert said(lee, save({"text": "From Lee."}, based_on=first["revision"]))["type"] == "saved"
    assert [row.author for row in store.history("ana-mora", 2, NOTE.id)] == ["kim", "lee"]


@pytest.mark.parametrize("value", [{"act": "Other words"}, None])
def test_a_coach_never_writes_over_a_word_of_the_participant(store: Store, value: Any) -> None:
    agreed = said(coach(store, AGREED), save({"act": "Ask"}, ENTRY))
    answer = save({**agreed["value"], "state": "kept"}, ENTRY, agreed["revision"])
    kept = said(participant(store, AGREED), answer)
    refused = said(coach(store, AGREED), save(value, ENTRY, kept["revision"]))
    assert (refused["type"], refused["reason"]) == (
        "refused",
        "The participant has written here since; their words stay.",
    )
    assert store.history("ana-mora", 2, AGREED.id, ENTRY)[-1].id == kept["revision"]
    assert ENTRY not in said(coach(store, AGREED), {"type": "hello"})["answers"]


def test_a_save_that_was_answered_once_is_answered_again_though_the_participant_wrote_since(
    store: Store,
) -> None:
    first = save({"act": "Ask"}, ENTRY)
    agreed = said(coach(store, AGREED), first)
    said(participant(store, AGREED), save({**agreed["value"], "state": "kept"}, ENTRY, agreed["revision"]))
    again = said(coach(store, AGREED), first)
    assert again == agreed
    assert len(store.history("ana-mora", 2, AGREED.id, ENTRY)) == 2


@pytest.mark.parametrize("exercise", [NOTE, CALL, AGREED, own_note("kim"), comment_on("first-guess")])
def test_a_participant_writes_nothing_under_a_coach_s_id_but_how_a_promise_stands(
    store: Store, exercise: Exercise
) -> None:
    mine = participant(store, exercise)
    assert said(mine, save({}))["type"] == "refused"
    decision = {"type": "audience", "id": str(uuid4()), "audience": "private", "based_on": {}}
    assert said(mine, decision)["type"] == "refused"
    assert store.newest("ana-mora") == ()


def test_a_participant_s_private_answer_is_told_to_no_coach_whatever_form_asks(store: Store) -> None:
    store.save(
        Draft(str(uuid4()), "ana-mora", "spring", "ana-mora", 2, NOTE.id, {"text": "zqprivate"}, "private")
    )
    kim = coach(store, NOTE)
    asked = [{"type": "hello"}, {"type": "history"}, {"type": "coach_view"}, save({"text": "x"})]
    assert "zqprivate" not in str([kim(message) for message in asked])
