"""What stands above the forms: what is left, and that others use this computer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from mdli_workbook.exercises import KINDS
from mdli_workbook.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from mdli_workbook.curriculum import Exercise
    from tests.lab.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

OPTIONS = '[{"id": "coach", "label": "Coach"}, {"id": "desk", "label": "Front desk"}]'
FOUR = (
    'wb.reflection("guess", title="First guess", prompt="Why?", minutes=4)',
    f'wb.choice("whom", title="Whom to ask", options={OPTIONS}, minutes=1)',
    'wb.reflection("then", title="Before I ask", minutes=7, show_if={"exercise": "whom", "is": ["coach"]})',
    'wb.reflection("if-you-like", title="If you like", minutes=9, required=False)',
    'wb.reflection("last", title="Last of all", prompt="And now?", minutes=6)',
)
DRAFTS = """() => new Promise((done) => {
  const request = indexedDB.open('mdli-drafts', 1);
  request.onsuccess = () => {
    const all = request.result.transaction('drafts').objectStore('drafts').getAll();
    all.onsuccess = () => { request.result.close(); done(all.result.map(({ value }) => value)); };
  };
})"""
FOCUSED = """() => {
  const form = document.activeElement.closest('.mdli-form');
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  return [form?.dataset.exercise, top >= 0 && bottom <= innerHeight];
}"""


@pytest.fixture
def opened(
    lab: Lab, notebook: Callable[..., Notebook], request: pytest.FixtureRequest
) -> Callable[..., Notebook]:
    """Open a notebook of this test's own participant."""
    person = request.node.name.removeprefix("test_").replace("_", "-")[:60].strip("-")

    def make(*calls: str) -> Notebook:
        return notebook(lab.write(f"{person}.ipynb", *calls, participant=person)).open()

    make.person = person  # type: ignore[attr-defined]
    return make


def panel(page: Page) -> Locator:
    return page.locator(".mdli-progress")


def line(page: Page) -> Locator:
    return panel(page).locator(".mdli-progress-line:visible")


def left(page: Page) -> list[str]:
    return [" ".join(one.split()) for one in panel(page).locator(".mdli-left li").all_inner_texts()]


def unfold(page: Page) -> None:
    panel(page).locator("summary").click()


def declared(calls: tuple[str, ...]) -> tuple[Exercise, ...]:
    """Return the exercises that cells declare."""

    class Desk:
        def __getattr__(self, kind: str) -> Callable[..., Exercise]:
            return lambda name, **literals: KINDS[kind].model_validate({"id": name, **literals})

    return tuple(eval(one, {"wb": Desk()}) for one in calls)


class Here:
    exercises = declared(FOUR)


def test_it_says_what_progress_says_and_again_after_each_save(
    lab: Lab, opened: Callable[..., Notebook]
) -> None:
    book = opened(*FOUR)
    page = book.page
    expect(line(page)).to_have_text("0 of 3 parts done · about 11 minutes left")
    book.form("guess").field("Why?").fill("I guessed")
    expect(line(page)).to_have_text("1 of 3 parts done · about 7 minutes left")
    book.form("whom").field("Coach").check()
    expect(line(page)).to_have_text("2 of 4 parts done · about 13 minutes left")
    unfold(page)
    assert left(page) == ["Before I ask about 7 min", "Last of all about 6 min"]
    book.form("whom").field("Front desk").check()
    expect(line(page)).to_have_text("2 of 3 parts done · about 6 minutes left")
    with lab.store() as store:
        found = progress(Here(), store.newest(opened.person, 2))  # type: ignore[attr-defined]
    assert (found.done, found.total, found.minutes_left) == (2, 3, 6)
    book.form("last").field("And now?").fill("Listen.")
    expect(line(page)).to_have_text("All 3 parts are done.")
    expect(panel(page).locator("details")).to_be_hidden()
    book.open()
    expect(line(page)).to_have_text("All 3 parts are done.")


def test_each_thing_that_is_left_leads_to_its_form_by_mouse_and_by_keyboard(
    opened: Callable[..., Notebook],
) -> None:
    page = opened(*FOUR).page
    expect(line(page)).to_be_visible()
    expect(panel(page).locator(".mdli-left")).to_be_hidden()
    unfold(page)
    panel(page).get_by_role("button", name="Last of all").click()
    assert page.evaluate(FOCUSED) == ["last", True]
    panel(page).locator("summary").focus()
    for key in ("Enter", "Space", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate(FOCUSED) == ["whom", True]
    page.keyboard.press("Space")
    expect(line(page)).to_have_text("1 of 4 parts done · about 17 minutes left")


def test_no_answer_and_no_count_is_in_the_notebook(lab: Lab, opened: Callable[..., Notebook]) -> None:
    book = opened(*FOUR)
    book.form("guess").field("Why?").fill("marker-of-what-was-typed")
    expect(line(book.page)).to_have_text("1 of 3 parts done · about 7 minutes left")
    book.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    book.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = (lab.root / book.name).read_text("utf-8")
    assert "marker-of-what-was-typed" not in saved
    assert "parts done" not in saved
    assert "widgets" not in json.loads(saved)["metadata"]


def share(page: Page) -> Locator:
    return panel(page).get_by_label("I share this computer")


def drafts(page: Page) -> Any:
    return page.evaluate(DRAFTS)


@pytest.mark.soak
def test_on_a_shared_computer_no_tab_keeps_a_draft_and_the_words_say_so(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    here = notebook(lab.write("shared.ipynb", *FOUR, participant="shared", form=False)).open()
    there = notebook(here.name, here.page.context).open()
    lab.restart_kernel(here.name)  # from outside: nobody hears the forms any more
    here.form("guess").field("Why?").fill("first words")
    there.form("last").field("And now?").fill("other words")
    here.form("guess").wait_for("trouble")
    there.form("last").wait_for("trouble")
    assert "kept in this browser" in here.form("guess").said
    assert drafts(here.page) == [{"text": "first words"}, {"text": "other words"}]

    share(here.page).check()
    expect(share(there.page)).to_be_checked()
    for form in (here.form("guess"), there.form("last")):
        expect(form.root.locator(".mdli-status-words")).to_contain_text("Your text is only on this page.")
    assert drafts(here.page) == []
    here.form("guess").field("Why?").press_sequentially("first words, and more")
    there.form("last").field("And now?").press_sequentially("other words, and more")
    here.page.wait_for_timeout(500)
    assert drafts(there.page) == []
    assert here.form("guess").field("Why?").input_value().endswith("and more"), "nothing on the page is lost"

    share(there.page).uncheck()
    expect(here.form("guess").root.locator(".mdli-status-words")).to_contain_text("kept in this browser")
    here.page.wait_for_timeout(500)
    assert len(drafts(here.page)) == 2, "kept again, without another key"


@pytest.mark.soak
def test_a_shared_computer_is_still_shared_after_a_reload_and_saves_all_the_same(
    lab: Lab, opened: Callable[..., Notebook]
) -> None:
    book = opened(*FOUR)
    share(book.page).check()
    book.open()
    expect(share(book.page)).to_be_checked()
    book.form("guess").field("Why?").fill("saved, not kept")
    book.form("guess").wait_saved()
    assert drafts(book.page) == []
    with lab.store() as store:
        [row] = [row for row in store.newest(opened.person, 2) if row.exercise == "guess"]  # type: ignore[attr-defined]
    assert row.value == {"text": "saved, not kept"}


def test_while_the_store_cannot_be_asked_nothing_is_counted(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    where = lab.home / ".config" / "mdli" / "store.toml"
    before = where.read_text("utf-8")
    where.write_text("address = 3\n", "utf-8")
    try:
        page = notebook(lab.write("no-store.ipynb", *FOUR, participant="no-store")).open().page
        expect(share(page)).to_be_visible()
        expect(page.locator('.mdli-foot[data-status="trouble"]').first).to_be_visible()
        expect(line(page)).to_have_count(0)
    finally:
        where.write_text(before, "utf-8")
