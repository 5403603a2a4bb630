"""What the kernel answers a form: any message, any order, any thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.answers import Draft
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACE = Place("spring", "ana-mora", 2)
SECRET = "what-somebody-wrote"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        yield opened


def form(store: Store, kind: str = "reflection", **literals: Any) -> Replies:
    return Replies(KINDS[kind].model_validate({"id": "why", **literals}), Desktop(PLACE, store))


def save(text: str, based_on: str = "", **changed: Any) -> dict[str, Any]:
    message = {"type": "save", "id": str(uuid4()), "entry": "", "value": {"text": text}, "based_on": based_on}
    return message | changed


def decide(audience: str, **seen: str) -> dict[str, Any]:
    return {"type": "audience", "id": str(uuid4()), "audience": audience, "based_on": seen}


def test_hello_is_answered_with_what_is_stored(store: Store) -> None:
    replies = form(store)
    first = replies({"type": "hello"})
    assert first == {
        "type": "state", "id": "", "answers": {}, "audience": "private", "readers": "Only you", "store": "",
        "audiences": [
            {"id": "private", "label": "Only you"},
            {"id": "coach", "label": "Your coach, and whoever the roster names later"},
        ],
    }  # fmt: skip
    said = replies(save("because"))
    assert said is not None
    state = replies({"type": "hello"})
    assert state is not None
    assert state["answers"][""] == {name: said[name] for name in ("revision", "value", "saved_at")}


def test_no_cell_can_ask_for_what_a_coach_keeps_to_themself(store: Store) -> None:
    store.save(
        Draft(str(uuid4()), "lena", "spring", "ana-mora", 2, "coach-own-note", {"text": SECRET}, "self")
    )
    replies = Replies(KINDS["reflection"].model_validate({"id": "coach-own-note"}), Desktop(PLACE, store))
    asked = [{"type": "hello"}, {"type": "history"}, {"type": "coach_view"}, save("x"), decide("private")]
    assert SECRET not in str([replies(message) for message in asked])


def test_the_row_has_the_messages_id_and_the_workbooks_author(store: Store) -> None:
    message = save("because", author="somebody-else", participant="somebody-else", session=5)
    said = form(store)(message)
    [row] = store.newest("ana-mora")
    assert said is not None
    assert (said["type"], said["revision"], row.id) == ("saved", message["id"], message["id"])
    assert (row.author, row.participant, row.session, row.audience) == ("ana-mora", "ana-mora", 2, "private")


def test_a_save_that_saw_less_is_shown_what_is_newer(store: Store) -> None:
    replies = form(store)
    first = save("first")
    replies(first)
    said = replies(save("second"))
    assert said is not None
    assert (said["type"], said["newer"]["revision"], said["newer"]["value"]) == (
        "conflict", first["id"], {"text": "first"},
    )  # fmt: skip


def test_what_a_kind_fills_in_is_told_to_the_form(store: Store) -> None:
    said = form(store, "commitment")(save("", entry=str(uuid4()), value={"act": "ask", "state": ""}))
    assert said is not None
    assert said["value"]["state"] == "open"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"value": {"text": SECRET * 10_000}}, "Text has more than 100,000 characters; shorten it"),
        ({"value": {"text": 3}}, "Text does not fit its field; correct it"),
        ({"value": {SECRET: "x"}}, "This answer does not fit its field"),
        ({"value": None}, "'why' has no such part"),
        ({"entry": str(uuid4())}, "'why' has no such part"),
        ({"id": "7"}, "cannot be saved"),
        ({"type": "forget"}, "not of the same version"),
    ],
)
def test_what_does_not_fit_is_refused_and_nobodys_text_repeated(
    store: Store, changed: dict[str, Any], told: str
) -> None:
    said = form(store)(save("because", **changed))
    assert said is not None
    assert said["type"] == "refused"
    assert told in said["reason"]
    assert SECRET not in said["reason"]
    assert store.newest("ana-mora") == ()


@pytest.mark.parametrize("message", [None, 7, "hello", [], {}, {"type": None}])
def test_whatever_is_no_message_is_refused(store: Store, message: object) -> None:
    said = form(store)(message)
    assert said is not None
    assert said["type"] == "refused"


def test_an_unforeseen_error_is_told_without_its_words(store: Store) -> None:
    def fail(_: str) -> None:
        raise RuntimeError(SECRET)

    replies = Replies(form(store).exercise, Desktop(PLACE, store, note_opened=fail))
    said = replies({"type": "opened"})
    assert said is not None
    assert said["reason"] == "Something unforeseen happened (RuntimeError)."


def test_a_change_of_audience_covers_every_entry_and_reaches_the_coach(store: Store) -> None:
    replies = form(store, "log", fields={"where": "text"})
    entries = [str(uuid4()), str(uuid4())]
    for entry in entries:
        replies(save("", entry=entry, value={"where": entry}))
    seen = {row.entry: row.id for row in store.newest("ana-mora")}
    said = replies(decide("coach", **seen))
    assert said is not None
    assert (said["type"], said["audience"]) == ("state", "coach")
    assert said["readers"] == "Your coach, and whoever the roster names later"
    assert {row.entry for row in store.shared("ana-mora", 2)} == {*entries, ""}
    view = replies({"type": "coach_view"})
    assert view is not None
    assert all(entry in view["html"] for entry in entries)


def test_what_another_window_wrote_is_not_shared_unseen(store: Store) -> None:
    replies = form(store)
    first = save("first")
    replies(first)
    replies(save("second", based_on=first["id"]))
    said = replies(decide("coach", **{"": first["id"]}))
    assert said is not None
    assert "another window" in said["reason"].lower()
    assert store.shared("ana-mora", 2) == ()


def test_a_decision_sent_twice_is_one_and_answered_twice(store: Store) -> None:
    replies = form(store)
    first = save("first")
    replies(first)
    message = decide("coach", **{"": first["id"]})
    assert replies(message) == replies(message)
    assert len(store.history("ana-mora", 2, "why")) == 2


def test_withdrawing_takes_reports_down_even_where_the_form_saw_less(store: Store) -> None:
    taken: list[Store] = []
    replies = Replies(form(store).exercise, Desktop(PLACE, store, take_down=taken.append))
    first = save("first")
    replies(first)
    replies(decide("coach", **{"": first["id"]}))
    assert taken == []
    replies(decide("private"))
    assert taken == [store]
    replies(decide("private"))
    assert taken == [store]


def test_a_report_that_cannot_be_deleted_is_told(store: Store) -> None:
    def fail(_: Store) -> None:
        raise PermissionError

    exercise = KINDS["agenda"].model_validate({"id": "why"})
    said = Replies(exercise, Desktop(PLACE, store, take_down=fail))(decide("private"))
    assert said is not None
    assert "could not be deleted (PermissionError)" in said["reason"]
    assert store.newest("ana-mora")[0].audience == "private"


def test_the_coachs_view_of_a_private_answer_is_a_sentence(store: Store) -> None:
    replies = form(store)
    replies(save(SECRET))
    said = replies({"type": "coach_view"})
    assert said is not None
    assert "Nothing of this is shared" in said["html"]
    assert SECRET not in said["html"]


def test_the_coachs_view_of_what_goes_to_coordinators_says_that_the_coach_sees_nothing(store: Store) -> None:
    replies = form(store, audience="program")
    replies(save(SECRET))
    said = replies({"type": "coach_view"})
    assert said is not None
    assert "Nothing of this is shared with your coach" in said["html"]
    assert "without your name" in said["html"]
    assert SECRET not in said["html"]


@pytest.mark.parametrize("value", [None, {"text": ""}, {"text": " \n"}])
def test_the_coachs_view_of_what_is_shared_and_blank_says_what_the_report_will(
    store: Store, value: dict[str, Any] | None
) -> None:
    replies = form(store, audience="coach")
    if value is not None:
        replies(save("", value=value))
    said = replies({"type": "coach_view"})
    assert said is not None
    assert "Your coach sees that this is here and that nothing is written yet" in said["html"]


def test_the_coachs_view_of_entries_is_the_view_of_those_that_are_there(store: Store) -> None:
    replies = form(store, "log", fields={"where": "text"}, audience="coach")
    stays, goes = str(uuid4()), str(uuid4())
    replies(save("", entry=stays, value={"where": "desk"}))
    first = save("", entry=goes, value={"where": SECRET})
    replies(first)
    replies(save("", entry=goes, value=None, based_on=first["id"]))
    said = replies({"type": "coach_view"})
    assert said is not None
    assert "desk" in said["html"]
    assert SECRET not in said["html"]


def test_the_form_names_the_coach_whom_the_roster_names_now(store: Store) -> None:
    coaches = iter(["Ingrid Solheim, MD", "Dr. Lee", ""])
    desktop = Desktop(PLACE, store, coach=lambda: next(coaches))
    replies = Replies(form(store).exercise, desktop)
    labels = [replies({"type": "hello"})["audiences"][1]["label"] for _ in range(3)]  # type: ignore[index]
    assert labels == [
        "Your coach, Ingrid Solheim, MD, and whoever the roster names later",
        "Your coach, Dr. Lee, and whoever the roster names later",
        "Your coach, and whoever the roster names later",
    ]


def test_the_coachs_view_escapes_what_was_written(store: Store) -> None:
    replies = form(store, audience="coach")
    replies(save("<script>alert(1)</script>"))
    said = replies({"type": "coach_view"})
    assert said is not None
    assert "<script" not in said["html"]
    assert "&lt;script&gt;" in said["html"]


def test_without_a_store_the_state_says_why_and_a_save_is_refused() -> None:
    replies = Replies(KINDS["reflection"].model_validate({"id": "why"}), Desktop(PLACE, None, "No store."))
    state, said = replies({"type": "hello"}), replies(save("because"))
    assert state is not None
    assert said is not None
    assert (state["store"], said["reason"]) == ("No store.", "No store.")


def test_a_store_that_fails_is_a_reason_and_no_traceback(store: Store) -> None:
    replies = form(store)
    store.close()
    state, said = replies({"type": "hello"}), replies(save("because"))
    assert state is not None
    assert said is not None
    assert "is closed" in state["store"]
    assert said["type"] == "refused"


def test_twenty_threads_lose_nothing(store: Store) -> None:
    replies = form(store, "log", fields={"where": "text"})
    answers: list[Any] = []

    def write(number: int) -> None:
        answers.append(replies(save("", entry=str(uuid4()), value={"where": str(number)})))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer["type"] for answer in answers} == {"saved"}
    found = {row.value["where"] for row in store.newest("ana-mora") if row.value}
    assert found == {str(number) for number in range(20)}
