"""After the call, as a coach does it: in a real Chromium, under the site's policy, on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from axe import violations
from playwright.sync_api import expect

from mdli_workbook.answers import Draft
from mdli_workbook.exercises.coaching import AGREED, CALL, NOTE, comment_on, own_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.site.conftest import House, Running

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"window.hurt='yes'\"><script>window.hurt='yes'</script>"
OWN = own_note("coach-kim").id
COMMENT = comment_on("first-guess").id


@pytest.fixture
def page(house: House, site: Running, new_context: Callable[..., BrowserContext]) -> Page:
    house.report("amara")
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    sign_in(page, site)
    open_report(page, site)
    page.trouble = trouble  # type: ignore[attr-defined]  # asserted where none is made on purpose
    return page


def sign_in(page: Page, site: Running) -> None:
    page.goto(f"{site.url}login")
    page.get_by_label("Coach id").fill("coach-kim")
    page.get_by_label("Password").fill("violet harbor seven")
    page.get_by_role("button", name="Sign in").click()


def open_report(page: Page, site: Running) -> None:
    page.goto(f"{site.url}report/amara/3")
    expect(form(page, NOTE.id).locator(".mdli-form-body:not([inert])")).to_be_visible()


def form(page: Page, exercise: str) -> Locator:
    return page.locator(f".mdli-form[data-exercise='{exercise}']")


def saved(page: Page, exercise: str) -> None:
    expect(form(page, exercise).locator(".mdli-status-words")).to_contain_text("Saved ", timeout=8000)


def newest(house: House, exercise: str) -> list[Any]:
    with house.store() as store:
        return [row.value for row in store.newest("amara", 3) if row.exercise == exercise]


def fill_in(page: Page) -> None:
    form(page, CALL.id).get_by_label("Held").check()
    form(page, CALL.id).get_by_label("How long it took").fill("45")
    agreed = form(page, AGREED.id)
    agreed.get_by_label("will do").fill("Ask the front desk")
    agreed.get_by_label("By").fill("2026-04-01")
    form(page, NOTE.id).get_by_role("textbox").fill(f"Bring the audit. {EVIL}")
    form(page, OWN).get_by_role("textbox").fill(f"Listen for the phone. {EVIL}")
    page.get_by_role("button", name="Comment on this answer: First guess").click()
    expect(form(page, COMMENT).get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Say more of this.")
    for exercise in (CALL.id, AGREED.id, NOTE.id, OWN, COMMENT):
        saved(page, exercise)


def test_all_that_is_written_after_a_call_is_there_when_the_page_is_opened_again(
    house: House, site: Running, page: Page
) -> None:
    expect(form(page, CALL.id).get_by_label("How long it took")).to_be_hidden()
    fill_in(page)
    expect(page.locator("#fresh")).to_contain_text("closed on")
    open_report(page, site)
    expect(form(page, CALL.id).get_by_label("Held")).to_be_checked()
    expect(form(page, CALL.id).get_by_label("How long it took")).to_have_value("45")
    expect(form(page, AGREED.id).get_by_label("will do")).to_have_value("Ask the front desk")
    expect(form(page, NOTE.id).get_by_role("textbox")).to_have_value(f"Bring the audit. {EVIL}")
    expect(form(page, OWN).get_by_role("textbox")).to_have_value(f"Listen for the phone. {EVIL}")
    expect(form(page, COMMENT).get_by_role("textbox")).to_have_value("Say more of this.")
    assert newest(house, CALL.id) == [{"state": "held", "minutes": 45, "moved_to": ""}]
    assert page.evaluate("window.hurt") is None
    assert page.trouble == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_accessible_narrow_and_wide(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    form(page, CALL.id).get_by_label("Moved to another date").check()
    expect(form(page, CALL.id).get_by_label("Moved to", exact=True)).to_be_visible()
    page.get_by_role("button", name="Comment on this answer: First guess").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, "#after-the-call") == []
    assert violations(page, ".mdli-after-beside") == []


def test_the_keyboard_alone_records_a_call(house: House, page: Page) -> None:
    first = form(page, CALL.id).get_by_label("Held")
    for _ in range(40):
        page.keyboard.press("Tab")
        if first.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("30")
    page.keyboard.press("Control+s")
    saved(page, CALL.id)
    assert newest(house, CALL.id) == [{"state": "held", "minutes": 30, "moved_to": ""}]


def test_what_was_typed_while_the_site_does_not_answer_is_found_again(
    house: House, site: Running, page: Page
) -> None:
    page.route("**/write", lambda route: route.abort())
    form(page, NOTE.id).get_by_role("textbox").fill("Typed on a train.")
    page.get_by_role("button", name="Comment on this answer: First guess").click()
    form(page, COMMENT).get_by_role("textbox").fill("Begun on a train.")
    status = form(page, NOTE.id).locator(".mdli-status-words")
    expect(status).to_contain_text("Not saved: the site does not answer. Your text is kept", timeout=9000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.unroute("**/write")
    open_report(page, site)
    for exercise, words in ((NOTE.id, "Typed on a train."), (COMMENT, "Begun on a train.")):
        saved(page, exercise)
        expect(form(page, exercise).get_by_role("textbox")).to_have_value(words)
        [kept] = newest(house, exercise)
        assert kept["text"] == words


def test_a_coach_who_was_signed_out_is_told_and_loses_nothing(
    house: House, site: Running, page: Page
) -> None:
    kept = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies([one for one in kept if "form" in one.get("name", "")])
    form(page, NOTE.id).get_by_role("textbox").fill("Words before the bell.")
    status = form(page, NOTE.id).locator(".mdli-status-words")
    expect(status).to_contain_text("Not saved: You are signed out. Sign in again", timeout=9000)
    page.context.add_cookies(kept)  # as signing in again in another tab does
    form(page, NOTE.id).get_by_role("textbox").press("End")
    page.keyboard.type(" And after.")
    saved(page, NOTE.id)
    assert newest(house, NOTE.id) == [{"text": "Words before the bell. And after."}]


def test_two_tabs_of_a_coach_are_asked_which_text_stands(house: House, site: Running, page: Page) -> None:
    other = page.context.new_page()
    open_report(other, site)
    form(page, NOTE.id).get_by_role("textbox").fill("From the first tab.")
    saved(page, NOTE.id)
    form(other, NOTE.id).get_by_role("textbox").fill("From the second tab.")
    other.get_by_role("button", name="Keep what I wrote here").click(timeout=9000)
    saved(other, NOTE.id)
    assert newest(house, NOTE.id) == [{"text": "From the second tab."}]


def test_what_the_participant_has_answered_can_be_read_and_not_changed(
    house: House, site: Running, page: Page
) -> None:
    fill_in(page)
    with house.store() as store:
        [promise] = [row for row in store.newest("amara", 3) if row.exercise == AGREED.id and row.entry]
        answer = {**(promise.value or {}), "state": "kept", "reason": f"It took a minute. {EVIL}"}
        here = ("amara", "spring", "amara", 3, AGREED.id)
        store.save(Draft(str(uuid4()), *here, answer, "coach", promise.entry, promise.id))
    open_report(page, site)
    expect(page.locator(".mdli-after-answered")).to_contain_text("Ask the front desk kept: It took a minute.")
    expect(form(page, AGREED.id).get_by_label("will do")).to_have_value("")
    assert page.evaluate("window.hurt") is None


def test_the_forms_are_not_printed(page: Page) -> None:
    page.emulate_media(media="print")
    expect(page.locator("#after-the-call")).to_be_hidden()
    expect(page.get_by_role("button", name="Comment on this answer")).to_be_hidden()
