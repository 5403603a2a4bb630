"""The form's script in Chromium against the real replies and a real store, without a notebook.

Only the wire between them is ours here, so that messages can be lost, delayed and sent twice.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from mdli_workbook.exercises import KINDS, form_module
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.exercises.widget import describe
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page

    from mdli_workbook.answers import Answer

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:9/"
PLACE = Place("spring", "ana-mora", 2)
PAGE = "<!doctype html><html lang='en'><title>form</title><style>{css}</style><main id='m'></main>"
# Shorter waits than in JupyterLab, where the real ones are tested.
SCRIPT = form_module.SCRIPT.replace("PATIENCE = 4000", "PATIENCE = 800").replace("PAUSE = 800", "PAUSE = 300")
START = """async ([script, spec]) => {
  window.wire ??= { deaf: false, mute: false };
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  const heard = new Set();
  const model = {
    get: (name) => ({ spec })[name],
    on: (_, act) => heard.add(act), off: (_, act) => heard.delete(act),
    send: async (message) => {
      (window.sent ??= []).push(message);
      if (window.wire.deaf) return;
      const answer = await window.kernel(message);
      if (!window.wire.mute && answer) for (const act of heard) act(answer);
    },
  };
  const host = document.getElementById('m').appendChild(document.createElement('div'));
  const leave = widget.render({ model, el: host });
  window.leave = () => { leave(); host.remove(); };
}"""


class Tab:
    """One browser tab with one form in it."""

    def __init__(self, context: BrowserContext, replies: Replies, spec: dict[str, Any]) -> None:
        self.page: Page = context.new_page()
        self._replies, self._spec = replies, spec
        self.page.expose_function("kernel", self._replies)

    def open(self) -> Tab:
        self.page.goto(HERE)
        self.draw()
        self.page.wait_for_selector(".mdli-form-body:not([inert])")
        return self

    def draw(self) -> Tab:
        self.page.evaluate(START, [SCRIPT, self._spec])
        return self

    def wire(self, **state: bool) -> None:
        self.page.evaluate("(state) => Object.assign(window.wire, state)", state)

    def field(self, label: str) -> Locator:
        return self.page.locator(".mdli-form-body").get_by_label(label)

    def button(self, label: str) -> Locator:
        return self.page.get_by_role("button", name=label)

    def wait(self, words: str, timeout: float = 8000) -> None:
        expect(self.page.locator(".mdli-status-words")).to_contain_text(words, timeout=timeout)

    def drafts(self) -> list[Any]:
        return self.page.evaluate(
            """() => new Promise((done) => {
              const request = indexedDB.open('mdli-drafts', 1);
              request.onsuccess = () => {
                const all = request.result.transaction('drafts').objectStore('drafts').getAll();
                all.onsuccess = () => { request.result.close(); done(all.result.map(({ value }) => value)); };
              };
            })"""
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        yield opened


@pytest.fixture
def tab(new_context: Callable[..., BrowserContext], store: Store) -> Callable[..., Tab]:
    context = new_context()
    page = PAGE.format(css=form_module.STYLE)
    context.route(HERE, lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8"))

    def make(kind: str, desktop: Desktop | None = None, **literals: Any) -> Tab:
        exercise = KINDS[kind].model_validate({"id": "one", **literals})
        return Tab(context, Replies(exercise, desktop or Desktop(PLACE, store)), describe(exercise, PLACE))

    return make


def rows(store: Store, entry: str = "") -> list[Any]:
    return [row.value for row in store.history("ana-mora", 2, "one", entry)]


def entries(store: Store) -> list[Answer]:
    """Return the entries that are there, in the order that the person gave them."""
    newest = {row.entry: row for row in store.newest("ana-mora", 2)}
    order = (newest.pop("").value or {})["order"] if "" in newest else []
    live = [row for row in newest.values() if row.value is not None]
    return sorted(live, key=lambda row: order.index(row.entry) if row.entry in order else len(order))


def test_text_is_saved_after_a_pause_as_one_row(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.field("Why?").press_sequentially("I guessed", delay=20)
    form.wait("Saved")
    assert rows(store) == [{"text": "I guessed"}]
    assert form.drafts() == []


def test_a_save_whose_answer_was_lost_is_sent_again_and_is_one_row(
    tab: Callable[..., Tab], store: Store
) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.wire(mute=True)
    form.field("Why?").fill("first")
    form.wait("Not saved")
    form.field("Why?").fill("first and second")
    assert form.drafts() == [{"text": "first and second"}]
    form.wire(mute=False)
    form.wait("Saved")
    assert rows(store) == [{"text": "first"}, {"text": "first and second"}]
    assert form.drafts() == []


def test_text_that_no_kernel_heard_is_in_the_field_again_and_then_saved(
    tab: Callable[..., Tab], store: Store
) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.wire(deaf=True)
    form.field("Why?").fill("only here")
    form.page.evaluate("window.leave()")
    form.wire(deaf=False)
    form.draw()
    form.wait("text found in this browser")
    assert form.field("Why?").input_value() == "only here"
    assert rows(store) == [{"text": "only here"}]
    form.open().wait("Saved")
    assert form.drafts() == []


def test_leaving_with_unsaved_text_asks_first(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", prompt="Why?").open()
    asked: list[str] = []
    form.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.wire(deaf=True)
    form.field("Why?").press_sequentially("only here")
    form.page.reload()
    assert asked == ["beforeunload"]
    form.draw().wait("Saved")
    assert rows(store) == [{"text": "only here"}]


def test_the_unsaved_text_of_a_tab_that_is_still_open_is_left_to_it(
    tab: Callable[..., Tab], store: Store
) -> None:
    one = tab("reflection", prompt="Why?").open()
    one.wire(deaf=True)
    one.field("Why?").fill("still being written")
    other = tab("reflection", prompt="Why?").open()
    assert other.field("Why?").input_value() == ""
    assert one.drafts() == [{"text": "still being written"}]
    one.wire(deaf=False)
    one.wait("Saved")
    assert rows(store) == [{"text": "still being written"}]


def test_unsaved_text_that_is_older_than_the_store_is_a_question_and_not_a_loss(
    tab: Callable[..., Tab], store: Store
) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.wire(deaf=True)
    form.field("Why?").fill("found here")
    form.page.evaluate("window.leave()")
    other = tab("reflection", prompt="Why?")
    other._replies({"type": "save", "id": str(uuid4()), "value": {"text": "saved elsewhere"}})
    form.open().wait("two versions")
    assert form.page.locator(".mdli-version dd").all_inner_texts() == ["found here", "saved elsewhere"]
    form.button("Take the other").click()
    form.wait("Saved")
    assert form.field("Why?").input_value() == "saved elsewhere"
    assert form.drafts() == []


def test_one_save_is_in_flight_and_the_newest_text_wins_next(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.wire(mute=True)
    for text in ("one", "one two", "one two three"):
        form.field("Why?").fill(text)
        form.page.keyboard.press("Control+s")
    form.wire(mute=False)
    form.wait("Saved")
    assert rows(store) == [{"text": "one"}, {"text": "one two three"}]


@pytest.mark.parametrize(
    ("choice", "stands"), [("Keep what I wrote here", "mine"), ("Take the other", "theirs")]
)
def test_two_tabs_show_both_texts_and_the_person_chooses(
    tab: Callable[..., Tab], store: Store, choice: str, stands: str
) -> None:
    mine = tab("reflection", prompt="Why?").open()
    theirs = tab("reflection", prompt="Why?").open()
    theirs.field("Why?").fill("theirs")
    theirs.wait("Saved")
    mine.field("Why?").fill("mine")
    mine.wait("two versions")
    versions = mine.page.locator(".mdli-version dd").all_inner_texts()
    assert versions == ["mine", "theirs"]
    mine.button(choice).click()
    mine.wait("Saved")
    assert mine.field("Why?").input_value() == stands
    assert store.newest("ana-mora", 2)[0].value == {"text": stands}


def test_a_refused_save_leaves_the_text_in_the_field(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", prompt="Why?").open()
    long = "x" * 100_001
    form.field("Why?").fill(long)
    form.wait("has more than 100,000 characters")
    assert form.field("Why?").input_value() == long
    form.field("Why?").fill("x" * 100_000)
    form.wait("Saved")
    assert rows(store) == [{"text": "x" * 100_000}]


def test_without_a_store_the_form_says_so_and_keeps_a_draft(tab: Callable[..., Tab], store: Store) -> None:
    nowhere = Desktop(PLACE, None, "There is no store.")
    form = tab("reflection", nowhere, prompt="Why?").open()
    form.wait("There is no store.")
    form.field("Why?").fill("kept here")
    form.wait("Not saved: There is no store.")
    assert form.drafts() == [{"text": "kept here"}]
    form.page.close(run_before_unload=False)
    later = tab("reflection", prompt="Why?").open()
    later.wait("Saved")
    assert rows(store) == [{"text": "kept here"}]


def test_the_audience_is_changed_in_one_act_and_back(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.field("Why?").press_sequentially("for my coach <b>")
    form.button("What my coach will see").click()
    view = form.page.get_by_role("region", name="What my coach will see")
    expect(view).to_contain_text("Nothing of this is shared")
    form.page.get_by_label("Who can read this").select_option("coach")
    expect(view).to_contain_text("for my coach <b>")
    assert [row.value for row in store.shared("ana-mora", 2)] == [{"text": "for my coach <b>"}]
    form.page.get_by_label("Who can read this").select_option("Only you")
    expect(view).to_contain_text("Nothing of this is shared")
    assert store.shared("ana-mora", 2) == ()


def test_typing_while_the_audience_changes_is_no_conflict(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", prompt="Why?").open()
    form.wire(mute=True)
    form.page.get_by_label("Who can read this").select_option("coach")
    form.field("Why?").fill("typed meanwhile")
    form.wire(mute=False)
    form.wait("Saved")
    [newest] = store.newest("ana-mora", 2)
    assert (newest.value, newest.audience) == ({"text": "typed meanwhile"}, "coach")


LOG = {"fields": {"where": "text", "asked": "long-text"}, "at_least": 1}


def test_entries_are_added_moved_and_removed_and_a_removal_is_undone(
    tab: Callable[..., Tab], store: Store
) -> None:
    form = tab("log", **LOG).open()
    form.field("Where").fill("ward")
    form.button("Add another").click()
    form.field("Where").nth(1).fill("desk")
    form.wait("Saved")
    assert [row.value["where"] for row in entries(store) if row.value] == ["ward", "desk"]
    form.button("Move up").nth(1).press("Enter")
    form.wait("Saved")
    assert form.field("Where").nth(0).input_value() == "desk"
    form.button("Remove").nth(1).click()
    form.button("Yes, remove it").click()
    form.wait("Saved")
    assert [row.value["where"] for row in entries(store) if row.value] == ["desk"]
    form.button("Undo").click()
    form.wait("Saved")
    form.open().wait("Saved")
    assert [field.input_value() for field in form.field("Where").all()] == ["desk", "ward"]
    assert [row.value["where"] for row in entries(store) if row.value] == ["desk", "ward"]


def test_two_tabs_add_an_entry_each_and_both_are_kept(tab: Callable[..., Tab], store: Store) -> None:
    one, other = tab("log", **LOG).open(), tab("log", **LOG).open()
    one.field("Where").fill("ward")
    one.wait("Saved")
    other.field("Where").fill("desk")
    other.wait("Saved")
    assert {row.value["where"] for row in entries(store) if row.value} == {"ward", "desk"}
    one.open().wait("Saved")
    assert one.field("Where").count() == 2


OPTIONS = [{"id": name, "label": name.capitalize()} for name in ("candor", "fairness", "curiosity")]


def test_a_ranking_is_made_by_keyboard_alone(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("ranking", options=OPTIONS, keep=2).open()
    form.button("Choose: Curiosity").focus()
    form.page.keyboard.press("Enter")
    form.button("Choose: Candor").press("Enter")
    form.button("Up: Candor").press("Space")
    expect(form.button("Down: Candor")).to_be_focused()
    expect(form.button("Choose: Fairness")).to_be_disabled()
    form.wait("Saved")
    assert store.newest("ana-mora", 2)[0].value == {"ranked": ["candor", "curiosity"]}


def test_a_choice_can_be_taken_back(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("choice", prompt="Which?", options=OPTIONS).open()
    form.field("Fairness").check()
    form.wait("Saved")
    form.button("Clear").click()
    expect(form.field("Fairness")).not_to_be_checked()
    form.wait("Saved")
    assert rows(store) == [{"chosen": ["fairness"], "other": ""}, {"chosen": [], "other": ""}]


def test_every_field_has_a_label_and_no_id_stands_twice(tab: Callable[..., Tab]) -> None:
    fields = {"when": "date", "at": "time", "beside": "choice", "minutes": "minutes", "asked": "long-text"}
    form = tab("log", fields=fields, options={"beside": OPTIONS}).open()
    form.button("Add another").click()
    nameless = form.page.evaluate(
        """() => [...document.querySelectorAll('input, textarea, select')]
            .filter((field) => !field.labels?.length && !field.ariaLabel).length"""
    )
    ids = form.page.evaluate("() => [...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert nameless == 0
    assert len(ids) == len(set(ids))


HOSTILE = "</script><img src=x onerror=\"window.hurt='yes'\"><script>window.hurt='yes'</script>"


def test_hostile_words_run_nowhere(tab: Callable[..., Tab], store: Store) -> None:
    form = tab("reflection", title=HOSTILE, prompt=HOSTILE, hint=HOSTILE, audience="coach").open()
    form.page.get_by_role("textbox").fill(HOSTILE)
    form.wait("Saved")
    form.button("What my coach will see").click()
    expect(form.page.get_by_role("region", name="What my coach will see").locator("blockquote")).to_have_text(
        HOSTILE
    )
    assert form.page.evaluate("window.hurt") is None
    assert json.dumps(rows(store)) == json.dumps([{"text": HOSTILE}])
