"""A page that is open already, in a real Chromium: what it says when something happens meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.site.test_in_a_browser import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.site.conftest import House, Running

pytestmark = pytest.mark.browser


def open_page(house: House, site: Running, context: BrowserContext) -> Page:
    house.report("cleo", html="<p>what was shared</p>")
    page = context.new_page()
    sign_in(page, site)
    page.goto(f"{site.url}report/cleo/3")
    return page


def test_what_is_made_private_goes_with_the_next_thing_that_is_done(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    house.write("cleo", 3, "earlier words")
    page = open_page(house, site, new_context())
    house.write("cleo", 3, "words shared since")
    page.reload()
    expect(page.get_by_text("one answer shared since")).to_be_visible()
    house.write("cleo", 3, "words shared since", audience="private")
    page.get_by_role("button", name="Build it again").click()
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(page.get_by_text("what was shared")).to_have_count(0)


def test_whoever_is_signed_out_meanwhile_comes_to_the_sign_in_form(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    page = open_page(house, site, context)
    expect(page.get_by_text("nothing shared since")).to_be_visible()
    house.write("cleo", 3, "words shared since")
    page.reload()
    expect(page.get_by_role("button", name="Build it again")).to_be_visible()
    context.clear_cookies(name=next(one["name"] for one in context.cookies() if "coach" in one["name"]))
    page.get_by_role("button", name="Build it again").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_site_that_cannot_answer_just_now_is_asked_again(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.route("**/now", lambda route: route.abort())
    page = context.new_page()
    page.clock.install()
    house.report("cleo", html="<p>what was shared</p>")
    sign_in(page, site)
    page.goto(f"{site.url}report/cleo/3")
    expect(page.get_by_text("How fresh this is could not be asked just now.")).to_be_visible()
    expect(page.get_by_text("what was shared")).to_be_visible()
    expect(page.get_by_text("as of 14:02 on 18 March, America/Chicago")).to_be_visible()
    context.unroute("**/now")
    page.clock.fast_forward(11_000)
    expect(page.get_by_text("nothing shared since")).to_be_visible()
    expect(page.get_by_text("could not be asked")).to_be_hidden()
    expect(page.get_by_role("heading", name="After the call")).to_be_visible()


def test_the_report_is_readable_without_scripts(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    page = open_page(house, site, new_context(java_script_enabled=False))
    expect(page.get_by_text("what was shared")).to_be_visible()
    expect(page.get_by_text("as of 14:02 on 18 March, America/Chicago")).to_be_visible()
    assert "need JavaScript; the report does not" in page.content()
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="My participants").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
