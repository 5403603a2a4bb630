"""The explorer's script in Chromium against the real kernel's end, without a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from mdli_workbook.answers import Conflict, Draft
from mdli_workbook.exercises import KINDS, form_module
from mdli_workbook.exercises.looking import Looking
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.exercises.widget import describe
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:9/"
PLACE = Place("spring", "ana-mora", 5)
PANEL = KINDS["equity"].model_validate(
    {"id": "our-panel", "title": "An invented practice", "data": "demo-panel"}
)
PAGE = "<!doctype html><html lang='en'><title>form</title><style>{css}</style><main id='m'></main>"
SCRIPT = form_module.SCRIPT.replace("PATIENCE = 4000", "PATIENCE = 800").replace("PAUSE = 800", "PAUSE = 100")
START = """async ([script, spec]) => {
  window.deaf = false;
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  const heard = new Set();
  const model = {
    get: () => spec, on: (_, act) => heard.add(act), off: (_, act) => heard.delete(act),
    send: async (message) => {
      if (window.deaf) return;
      const answer = await window.kernel(message);
      if (window.late && message.type === 'look') await new Promise((go) => { window.go = go; });
      if (answer) for (const act of heard) act(answer);
    },
  };
  widget.render({ model, el: document.getElementById('m') });
}"""
BOXES = ".mdli-form-body textarea"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        yield opened


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], store: Store, tmp_path: Path) -> Page:
    context = new_context()
    html = PAGE.format(css=form_module.STYLE)
    context.route(HERE, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    opened = context.new_page()
    looking = Looking(Replies(PANEL, Desktop(PLACE, store)), tmp_path)
    opened.expose_function("kernel", looking)
    return draw(opened)


def draw(page: Page) -> Page:
    page.goto(HERE)
    page.evaluate(START, [SCRIPT, describe(PANEL, PLACE)])
    page.wait_for_selector(".mdli-form-body:not([inert])")
    page.wait_for_selector('.mdli-figure[aria-busy="false"]')
    return page


def views(store: Store) -> list[Any]:
    """Return dimension by dimension what each saved answer was about."""
    rows = [row.value for row in store.history("ana-mora", 5, "our-panel", "")]
    return [value and value["view"] and value["view"]["choice"]["dimension"] for value in rows]


def by(page: Page, dimension: str) -> None:
    page.get_by_label("By", exact=True).select_option(dimension)


def settle(page: Page) -> None:
    page.wait_for_selector('.mdli-figure[aria-busy="false"]')
    page.wait_for_timeout(400)


def test_looking_alone_saves_nothing_and_words_are_saved_with_what_is_seen(page: Page, store: Store) -> None:
    by(page, "payer")
    settle(page)
    assert views(store) == []
    page.locator(BOXES).first.fill("A gap.")
    settle(page)
    assert views(store) == ["payer"]
    by(page, "sex")
    settle(page)
    assert views(store) == ["payer", "sex"]


def test_the_sentence_is_told_after_a_change_and_not_before(page: Page) -> None:
    told = page.locator(".mdli-explorer > [role=status].mdli-unseen")
    expect(told).to_be_empty()
    by(page, "payer")
    expect(told).to_have_text(page.locator(".mdli-finding").text_content() or "-")
    expect(told).to_contain_text("payer")


def test_a_late_answer_to_an_earlier_choice_changes_nothing(page: Page) -> None:
    page.evaluate("window.late = true")
    by(page, "payer")
    page.wait_for_function("() => Boolean(window.go)")
    page.evaluate("window.late = false")
    by(page, "sex")
    settle(page)
    page.evaluate("window.go()")
    page.wait_for_timeout(200)
    expect(page.locator(".mdli-figure svg title").first).to_contain_text("by sex")
    expect(page.get_by_label("By", exact=True)).to_have_value("sex")


def test_while_nobody_answers_the_old_picture_stays_and_that_is_said(page: Page) -> None:
    before = page.locator(".mdli-figure").text_content()
    page.evaluate("window.deaf = true")
    by(page, "payer")
    expect(page.locator(".mdli-figure")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".mdli-wait")).to_contain_text("Still counting")
    assert page.locator(".mdli-figure").text_content() == before


def test_what_was_erased_takes_its_view_along(page: Page, store: Store) -> None:
    first = page.locator(".mdli-figure").text_content()
    by(page, "payer")
    settle(page)
    page.locator(BOXES).first.fill("A gap.")
    settle(page)
    page.get_by_role("button", name="Earlier wordings").click()
    page.get_by_role("button", name="Erase everything I wrote here for good").click()
    page.get_by_role("button", name="Yes, erase for good").click()
    expect(page.locator(BOXES).first).to_have_value("")
    settle(page)
    assert page.locator(".mdli-figure").text_content() == first
    assert set(views(store)) == {None}


def test_two_windows_that_saw_different_things_are_asked_about_what_was_looked_at(
    page: Page, store: Store
) -> None:
    page.locator(BOXES).first.fill("A gap.")
    settle(page)
    [row] = store.newest("ana-mora", 5)
    elsewhere = {**(row.value or {}), "view": None}
    kept = store.save(
        Draft(
            str(uuid4()),
            "ana-mora",
            "spring",
            "ana-mora",
            5,
            "our-panel",
            elsewhere,
            row.audience,
            based_on=row.id,
        )
    )
    assert not isinstance(kept, Conflict)
    by(page, "payer")
    conflict = page.get_by_role("group", name="Two versions")
    expect(conflict).to_contain_text("What was looked at")
    expect(conflict).to_contain_text("payer")
    conflict.get_by_role("button", name="Keep what I wrote here").click()
    settle(page)
    assert views(store)[-1] == "payer"
    page.get_by_role("button", name="Earlier wordings").click()
    expect(page.get_by_role("region", name="Earlier wordings")).to_contain_text("What was looked at")


def test_figures_wait_folded_except_where_they_are_asked_for(page: Page) -> None:
    expect(page.locator("details.mdli-folded")).not_to_have_attribute("open", "")
    page.get_by_role("radio", name="All figures").check(force=True)
    expect(page.locator("details.mdli-folded[open]")).to_be_visible(timeout=60_000)
