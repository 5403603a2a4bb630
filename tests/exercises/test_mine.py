"""What a participant may do with their own words: read earlier ones, restore, erase, be nudged."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACE = Place("spring", "ana-mora", 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / ".mdli" / "answers.db"), now=clock) as opened:
        yield opened


def form(store: Store | None, kind: str = "reflection", *, take_down: Any = None, **literals: Any) -> Replies:
    desktop = Desktop(PLACE, store, "" if store else "No store.", take_down=take_down or (lambda _: None))
    return Replies(KINDS[kind].model_validate({"id": "why", **literals}), desktop)


def ask(replies: Replies, **message: Any) -> dict[str, Any]:
    said = replies(message)
    assert said is not None
    json.dumps(said)  # what a browser is sent
    return said


def save(replies: Replies, text: str, based_on: str = "", entry: str = "", **value: Any) -> str:
    message = {"type": "save", "id": str(uuid4()), "entry": entry, "based_on": based_on}
    said = ask(replies, value=value or {"text": text}, **message)
    assert said["type"] == "saved", said
    return str(said["revision"])


def erase(replies: Replies, **changes: Any) -> dict[str, Any]:
    return ask(replies, **({"type": "erase", "id": str(uuid4())} | changes))


# Earlier wordings


def test_earlier_wordings_come_with_their_dates_newest_first(store: Store, clock: Clock) -> None:
    replies = form(store)
    first = save(replies, "I guessed.")
    clock.wait(30)
    second = save(replies, "I guessed. I asked.", first)
    assert ask(replies, type="history") == {
        "type": "history",
        "entry": "",
        "wordings": [
            {"entry": "", "revision": second, "saved_at": "2026-03-02T12:30:00+00:00",
             "value": {"text": "I guessed. I asked."}},
            {"entry": "", "revision": first, "saved_at": "2026-03-02T12:00:00+00:00",
             "value": {"text": "I guessed."}},
        ],
    }  # fmt: skip


def test_a_wording_is_restored_as_a_new_row_on_the_newest_one(store: Store, clock: Clock) -> None:
    replies = form(store)
    first = save(replies, "I guessed.")
    clock.wait(30)
    second = save(replies, "Nothing of note.", first)
    clock.wait(30)
    earlier = ask(replies, type="history")["wordings"][-1]
    third = save(replies, earlier["value"]["text"], second)
    assert [row.value for row in store.history("ana-mora", 2, "why")][-1] == {"text": "I guessed."}
    assert store.newest("ana-mora")[0].replaces == second
    assert [one["revision"] for one in ask(replies, type="history")["wordings"]] == [third, second]


def test_an_entry_has_wordings_of_its_own(store: Store, clock: Clock) -> None:
    replies = form(store, "log", fields={"where": "text"})
    visit, call = str(uuid4()), str(uuid4())
    save(replies, "", entry=visit, where="front desk")
    clock.wait(30)
    save(replies, "", entry=call, where="phones")
    [one] = ask(replies, type="history", entry=visit)["wordings"]
    assert one["value"] == {"where": "front desk"}


def test_what_was_removed_is_found_by_asking_for_no_entry(store: Store, clock: Clock) -> None:
    replies = form(store, "log", fields={"where": "text"})
    visit, call, desk = (str(uuid4()) for _ in range(3))
    for entry in (visit, call, desk):
        clock.wait(30)
        first = save(replies, "", entry=entry, where=f"at {entry}")
        if entry != call:
            gone = {"type": "save", "id": str(uuid4()), "entry": entry, "value": None, "based_on": first}
            assert ask(replies, **gone)["type"] == "saved"
    told = ask(replies, type="history", entry=None)
    assert told["entry"] is None
    assert [(one["entry"], one["value"]["where"]) for one in told["wordings"]] == [
        (desk, f"at {desk}"), (visit, f"at {visit}"),
    ]  # fmt: skip
    erase(replies, entry=desk)
    assert [one["entry"] for one in ask(replies, type="history", entry=None)["wordings"]] == [visit]


# Erasing


def test_one_wording_is_erased_with_all_its_autosaves_and_the_others_stay(store: Store, clock: Clock) -> None:
    replies = form(store)
    revision = ""
    for text in ("I met MARKER", "I met MARKER there"):
        revision = marked = save(replies, text, revision)
        clock.wait(1)
    clock.wait(30)
    now = save(replies, "I met somebody", revision)
    decision = str(uuid4())
    said = erase(replies, id=decision, entry="", wording=marked)
    assert (said["type"], said["wording"], said["answers"][""]["revision"]) == ("erased", marked, now)
    assert [row.value for row in store.history("ana-mora", 2, "why")] == [
        None, None, {"text": "I met somebody"},
    ]  # fmt: skip
    [left] = ask(replies, type="history")["wordings"]
    assert left["revision"] == now
    assert erase(replies, id=decision, entry="", wording=marked)["type"] == "erased"
    assert [event.what for event in store.events("ana-mora")] == ["erased"]


def test_the_present_wording_erased_leaves_an_empty_field_and_the_earlier_ones(
    store: Store, clock: Clock
) -> None:
    replies = form(store, audience="coach")
    first = save(replies, "earlier")
    clock.wait(30)
    now = save(replies, "at present", first)
    said = erase(replies, entry="", wording=now)
    assert said["answers"][""]["value"] is None
    assert (said["answers"][""]["revision"], said["audience"]) != (now, "private")
    assert [one["revision"] for one in ask(replies, type="history")["wordings"]] == [first]
    assert store.shared("ana-mora", 2) == ()


def test_what_the_list_does_not_show_any_more_is_not_erased(store: Store, clock: Clock) -> None:
    replies = form(store)
    first = save(replies, "I gue")
    clock.wait(1)
    save(replies, "I guess", first)
    for wording in (first, str(uuid4())):
        assert "changed meanwhile" in erase(replies, entry="", wording=wording)["reason"]
    assert all(row.value for row in store.history("ana-mora", 2, "why"))


def test_erasing_answers_with_the_state_that_is_left(store: Store) -> None:
    replies = form(store)
    save(replies, "words")
    decision = str(uuid4())
    said = erase(replies, id=decision)
    [row] = store.newest("ana-mora")
    assert said == {
        "type": "erased", "id": decision, "entry": None, "wording": None, "remains": "",
        "audience": "private", "readers": "Only you", "store": "", "audiences": said["audiences"],
        "answers": {"": {"revision": row.id, "value": None, "saved_at": "2026-03-02T12:00:00+00:00"}},
    }  # fmt: skip
    assert ask(replies, type="history")["wordings"] == []


def test_one_entry_is_erased_and_the_other_stays(store: Store) -> None:
    replies = form(store, "log", fields={"where": "text"})
    visit, call = str(uuid4()), str(uuid4())
    for entry in (visit, call):
        save(replies, "", entry=entry, where=f"place {entry}")
    said = erase(replies, entry=visit)
    assert said["entry"] == visit
    assert {entry: one["value"] for entry, one in said["answers"].items()} == {
        visit: None, call: {"where": f"place {call}"},
    }  # fmt: skip


def test_after_erasing_one_writes_on_and_only_that_is_there(store: Store) -> None:
    replies = form(store)
    save(replies, "words")
    newest = erase(replies)["answers"][""]["revision"]
    save(replies, "new words", newest)
    assert [one["value"]["text"] for one in ask(replies, type="history")["wordings"]] == ["new words"]


def test_what_another_window_still_shows_is_not_saved_unasked(store: Store) -> None:
    one, other = form(store), form(store)
    seen = save(one, "words")
    erase(one)
    stale = {"type": "save", "id": str(uuid4()), "value": {"text": "words!"}, "based_on": seen}
    said = ask(other, **stale)
    assert (said["type"], said["newer"]["value"]) == ("conflict", None)


def test_erasing_takes_reports_down_and_says_so_if_it_cannot(store: Store) -> None:
    taken: list[Store] = []
    replies = form(store, audience="coach", take_down=taken.append)
    save(replies, "words")
    erase(replies)
    assert taken == [store]

    def fail(_: Store) -> None:
        raise PermissionError

    said = erase(form(store, audience="coach", take_down=fail))
    assert "could not be deleted (PermissionError)" in said["reason"]


def test_the_coach_sees_nothing_of_what_was_erased(store: Store) -> None:
    replies = form(store, audience="coach")
    save(replies, "MARKER")
    erase(replies)
    assert "nothing is written yet" in ask(replies, type="coach_view")["html"]


@pytest.mark.parametrize("message", [{"type": "history"}, {"type": "erase", "id": str(uuid4())}])
def test_without_a_store_there_is_a_reason(message: dict[str, Any]) -> None:
    assert ask(form(None), **message)["reason"] == "No store."


@pytest.mark.parametrize("changes", [{"id": "7"}, {"entry": 7}])
def test_an_erasure_of_no_shape_is_refused(store: Store, changes: dict[str, Any]) -> None:
    replies = form(store)
    save(replies, "words")
    assert erase(replies, **changes)["type"] == "refused"
    assert store.newest("ana-mora")[0].value == {"text": "words"}


# The nudge


def test_a_nudge_tells_where_and_why_as_a_browser_counts() -> None:
    text = "😀 Dr. Okoro called."
    [found] = ask(form(None), type="nudge", text=text)["found"]
    assert found == {"start": 3, "end": 12, "kind": "name", "why": "looks like a person's name"}
    units = text.encode("utf-16-le")
    assert units[2 * found["start"] : 2 * found["end"]].decode("utf-16-le") == "Dr. Okoro"


def test_a_harmless_text_has_no_nudge() -> None:
    assert ask(form(None), type="nudge", id="7", text="On Monday we had 41 open charts.") == {
        "type": "nudge",
        "id": "7",
        "found": [],
    }


def test_half_a_pair_of_surrogates_is_no_matter() -> None:
    [found] = ask(form(None), type="nudge", text="\ud83d Call 312-555-0147.")["found"]
    assert found["start"] == 7


def test_a_nudge_logs_nothing_and_repeats_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = ask(form(store), type="nudge", text="Ask Dr. MARKER, 312-555-0147.")
    assert len(said["found"]) == 2
    assert "MARKER" not in json.dumps(said)
    assert caplog.records == []
    assert store.newest("ana-mora") == ()
    assert store.events("ana-mora") == ()
