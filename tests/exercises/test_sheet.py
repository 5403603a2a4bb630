"""Forms of one notebook: who waits appears after a save, and each is told what changed and no more."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.answers import Answer
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.exercises.sheet import Sheet, around, how_far
from mdli_workbook.progress import progress
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mdli_workbook.answers import Value
    from mdli_workbook.curriculum import Exercise

CHOICE = {"options": [{"id": "coach", "label": "Coach"}, {"id": "hr", "label": "HR"}]}
HIDDEN, SHOWN = around("", seen=False), around("")
NUMBERS = count()


def exercise(kind: str, name: str, **literals: Any) -> Exercise:
    return KINDS[kind].model_validate({"id": name, **literals})


def waiting(name: str, for_: str, *words: str) -> Exercise:
    return exercise("reflection", name, show_if={"exercise": for_, "is": list(words) or ["saved"]})


WHICH = exercise("choice", "which", **CHOICE)
PREPARE = waiting("prepare", "which", "coach")
AFTER = waiting("after", "prepare")


@dataclass
class Page:
    """A sheet, what was saved, and what each form was told."""

    beside: Callable[[Exercise, Sequence[Exercise], Sequence[Answer]], str] = lambda *_: ""
    rows: dict[str, Answer] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sheet = Sheet(lambda: tuple(self.rows.values()), self.beside)

    def put(self, *exercises: Exercise) -> Page:
        for one in exercises:
            self.sheet.add(one, lambda message, name=one.id: self.heard.append((name, message)))
        return self

    def say_hello(self) -> Page:
        for one in self.sheet.exercises:
            self.sheet.around(one)
        return self

    def save(self, name: str, value: Value) -> list[tuple[str, dict[str, Any]]]:
        """Save a value and return who was told what."""
        at = datetime(2026, 3, 1, tzinfo=UTC)
        row = Answer(str(next(NUMBERS)), "ana", "spring", "ana", 2, name, "", value, "private", at)
        self.rows[name] = row
        self.heard.clear()
        self.sheet.refresh()
        return list(self.heard)


def test_a_form_that_waits_appears_after_the_save_that_it_waits_for() -> None:
    page = Page().put(WHICH, PREPARE).say_hello()
    assert page.sheet.around(PREPARE) == HIDDEN
    assert page.save("which", {"chosen": ["coach"]}) == [("prepare", SHOWN)]
    assert page.sheet.around(PREPARE) == SHOWN
    assert page.save("which", {"chosen": ["hr"]}) == [("prepare", HIDDEN)]


def test_only_changes_are_told() -> None:
    page = Page().put(WHICH, PREPARE).say_hello()
    assert page.save("which", {"chosen": ["hr"]}) == []
    page.save("which", {"chosen": ["coach"]})
    assert page.save("which", {"chosen": ["coach"]}) == []
    assert page.save("prepare", {"text": "Words."}) == []


def test_who_has_not_asked_yet_is_told_once() -> None:
    page = Page().put(WHICH, PREPARE)
    assert page.save("which", {"chosen": []}) == [("which", SHOWN), ("prepare", HIDDEN)]
    assert page.save("which", {"chosen": []}) == []


def test_what_is_written_in_stays_in_reach_when_the_mind_changes() -> None:
    page = Page().put(WHICH, PREPARE).say_hello()
    page.save("which", {"chosen": ["coach"]})
    page.save("prepare", {"text": "Words that a coach may read already."})
    assert page.save("which", {"chosen": ["hr"]}) == []
    assert page.save("prepare", {"text": ""}) == [("prepare", HIDDEN)], "blank again, it waits again"


def test_what_waits_for_something_out_of_its_turn_is_hidden_too() -> None:
    page = Page().put(WHICH, PREPARE, AFTER).say_hello()
    assert page.save("prepare", {"text": "Written before the mind changed."}) == [("prepare", SHOWN)]
    assert page.save("which", {"chosen": ["coach"]}) == [("after", SHOWN)]
    assert page.save("which", {"chosen": ["hr"]}) == [("after", HIDDEN)]


def test_what_waits_for_a_form_that_is_not_there_stays_hidden() -> None:
    assert Page().put(PREPARE).sheet.around(PREPARE) == HIDDEN


def test_running_a_cell_again_replaces_its_form_in_its_place() -> None:
    old: list[Any] = []
    page = Page()
    page.sheet.add(WHICH, old.append)
    page.put(PREPARE, AFTER)
    changed = exercise("choice", "which", title="Which one?", **CHOICE)
    page.put(changed)
    assert [one.id for one in page.sheet.exercises] == ["which", "prepare", "after"]
    assert page.sheet.exercises[0].title == "Which one?"
    told = page.save("which", {"chosen": ["coach"]})
    assert ("prepare", SHOWN) in told
    assert old == [], "the form that was replaced is not told any more"


def test_the_window_of_a_form_that_was_replaced_still_sees_it() -> None:
    page = Page().put(WHICH)
    page.put(exercise("choice", "which", title="Which one?", **CHOICE))
    assert page.sheet.around(WHICH) == SHOWN


def test_what_stands_beside_is_told_when_it_changes_and_not_beside_a_hidden_form() -> None:
    def beside(one: Exercise, others: Sequence[Exercise], rows: Sequence[Answer]) -> str:
        return f"<p>{len(rows)} of {len(others)}</p>" if one.id == "prepare" else ""

    page = Page(beside).put(WHICH, PREPARE).say_hello()
    assert page.sheet.around(PREPARE) == HIDDEN
    assert page.save("which", {"chosen": ["coach"]}) == [("prepare", around("<p>1 of 2</p>"))]
    assert page.save("other", {"text": "x"}) == [("prepare", around("<p>2 of 2</p>"))]


class StoreAway:
    """A store that can be asked only sometimes."""

    def __init__(self) -> None:
        self.rows: list[Answer] = []
        self.away = False

    def __call__(self) -> Sequence[Answer]:
        if self.away:
            raise StoreUnusable("the store is busy")
        return self.rows


def test_while_the_store_cannot_be_asked_nothing_disappears_under_the_writer() -> None:
    store = StoreAway()
    page = Page().put(WHICH)
    page.save("which", {"chosen": ["coach"]})
    store.rows = list(page.rows.values())
    heard: list[Any] = []
    sheet = Sheet(store, lambda *_: "")
    for one in (WHICH, PREPARE):
        sheet.add(one, heard.append)
    assert sheet.around(PREPARE) == SHOWN
    store.away = True
    sheet.refresh()
    assert PREPARE.id not in [one.get("id") for one in heard]
    assert heard == []
    assert sheet.around(WHICH) == SHOWN
    assert sheet.around(PREPARE) == HIDDEN, "who asks now cannot be told better"


def test_a_window_that_is_gone_makes_no_save_look_lost_and_the_others_are_told() -> None:
    page = Page()

    def gone(_: object) -> None:
        raise RuntimeError("comm closed")

    page.sheet.add(WHICH, gone)
    page.put(PREPARE)
    assert page.save("which", {"chosen": ["coach"]}) == [("prepare", SHOWN)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(address_of(tmp_path / "answers.db"))


def test_a_save_through_a_real_store_is_answered_and_then_known_around(store: Store) -> None:
    heard: list[Any] = []
    sheet = Sheet(lambda: store.newest("ana", 2), lambda *_: "")
    desktop = Desktop(Place("spring", "ana", 2), store, refresh=sheet.refresh)
    sheet.add(WHICH, heard.append)
    sheet.add(PREPARE, heard.append)
    sheet.around(WHICH)
    sheet.around(PREPARE)
    said = Replies(WHICH, desktop)({"type": "save", "id": str(uuid4()), "value": {"chosen": ["coach"]}})
    assert said is not None
    assert said["type"] == "saved"
    assert heard == [SHOWN]
    store.close()


def test_many_threads_save_at_once_and_the_last_word_is_the_last_save(store: Store) -> None:
    last: dict[str, Any] = {}
    sheet = Sheet(lambda: store.newest("ana", 2), lambda *_: "")
    desktop = Desktop(Place("spring", "ana", 2), store, refresh=sheet.refresh)
    pairs = [
        (exercise("choice", f"which-{n}", **CHOICE), waiting(f"then-{n}", f"which-{n}", "coach"))
        for n in range(6)
    ]
    for pair in pairs:
        for one in pair:
            sheet.add(one, lambda message, name=one.id: last.__setitem__(name, message["shown"]))

    def write(number: int) -> str:
        replies, seen = Replies(pairs[number][0], desktop), ""
        for turn in range(7 + number % 2):
            value = {"chosen": ["coach" if turn % 2 == 0 else "hr"]}
            message = {"type": "save", "id": str(uuid4()), "value": value, "based_on": seen}
            said = replies(message)
            assert said is not None
            assert said["type"] == "saved"
            seen = said["revision"]
        return value["chosen"][0]

    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(write, range(6)))
    assert {ended[0], ended[1]} == {"coach", "hr"}
    for (_, then), word in zip(pairs, ended, strict=True):
        assert last[then.id] == (word == "coach")
        assert sheet.around(then)["shown"] == (word == "coach")
    store.close()


def test_who_read_first_never_has_the_last_word() -> None:
    page = Page()
    reading, told = threading.Event(), threading.Event()

    def slowly() -> Sequence[Answer]:
        rows = tuple(page.rows.values())
        if not reading.is_set():
            reading.set()
            told.wait(0.5)  # the later save is told meanwhile, if nothing keeps it waiting
        return rows

    page.sheet = Sheet(slowly, lambda *_: "")
    page.put(WHICH, PREPARE)
    early = threading.Thread(target=page.sheet.refresh)
    early.start()
    reading.wait(5)
    page.save("which", {"chosen": ["coach"]})
    told.set()
    early.join()
    assert [message for name, message in page.heard if name == "prepare"][-1] == SHOWN


def test_forms_may_be_added_while_others_ask_and_are_told() -> None:
    page = Page().put(WHICH)
    stop, wrong = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                page.sheet.around(WHICH)
                page.sheet.refresh()
                assert page.sheet.exercises
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(150):
        page.put(exercise("reflection", f"one-{number}"))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(page.sheet.exercises) == 151


FIRST = exercise("reflection", "first", title="First guess", minutes=4)
LAST = exercise("reflection", "last-of-all", minutes=6)


def counts(message: dict[str, Any]) -> tuple[int, int, int]:
    return message["done"], message["total"], message["minutes"]


def test_what_is_left_is_told_by_title_and_minutes_and_never_an_answer() -> None:
    page = Page().put(FIRST, WHICH, PREPARE, LAST)
    page.save("first", {"text": "What somebody wrote."})
    page.save("which", {"chosen": []})
    assert page.sheet.progress() == {
        "type": "progress",
        "done": 1,
        "total": 3,
        "minutes": 6,
        "left": [
            {"id": "which", "title": "Which", "minutes": 0, "begun": False},
            {"id": "last-of-all", "title": "Last of all", "minutes": 6, "begun": False},
        ],
    }


def test_what_is_left_is_what_progress_says_of_the_same_rows() -> None:
    page = Page().put(FIRST, WHICH, PREPARE, AFTER, LAST)
    for name, value in (("which", {"chosen": ["coach"]}), ("last-of-all", {"text": "Words."})):
        page.save(name, value)
        assert page.sheet.progress() == how_far(progress(page.sheet, page.rows.values()))
    assert counts(page.sheet.progress()) == (2, 4, 4)


def test_whoever_watches_is_told_of_each_new_form_and_of_what_a_save_changed() -> None:
    page, heard = Page(), []
    page.sheet.watch(heard.append)
    page.put(FIRST, LAST)
    assert [counts(one) for one in heard] == [(0, 1, 4), (0, 2, 10)]
    page.save("first", {"text": "Words."})
    page.save("first", {"text": "More words."})
    assert [counts(one) for one in heard[2:]] == [(1, 2, 6)]
    page.put(FIRST)
    assert len(heard) == 3, "a cell that runs again changes nothing"


def test_a_watcher_that_is_gone_makes_no_save_look_lost() -> None:
    page = Page()

    def gone(_: object) -> None:
        raise RuntimeError("comm closed")

    page.sheet.watch(gone)
    page.put(WHICH, PREPARE)
    assert page.save("which", {"chosen": ["coach"]})[-1] == ("prepare", SHOWN)


def test_while_the_store_cannot_be_asked_nothing_is_counted_and_forms_are_added_all_the_same() -> None:
    store, heard = StoreAway(), []
    sheet = Sheet(store, lambda *_: "")
    sheet.watch(heard.append)
    store.away = True
    sheet.add(FIRST, lambda _: None)
    assert heard == []
    assert counts(sheet.progress()) == (0, 0, 0)
    store.away = False
    sheet.refresh()
    assert counts(heard[-1]) == (0, 1, 4)
