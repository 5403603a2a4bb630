"""The site in a real Chromium: keyboard, small screens, paper, and texts that try to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.site.conftest import House, Running

pytestmark = pytest.mark.browser

RAN = "window.ran = (window.ran || 0) + 1"


def sign_in(page: Page, site: Running) -> None:
    page.goto(site.url)
    page.get_by_label("Coach id").fill("coach-kim")
    page.get_by_label("Password").fill("violet harbor seven")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My participants")


def test_the_keyboard_alone_leads_to_a_report_and_out_again(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    house.report("amara", html="<p>what was shared</p>")
    page = new_context().new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type != "info" else None)
    page.goto(site.url)
    keyboard = page.keyboard
    keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    keyboard.press("Tab")
    keyboard.type("coach-kim")
    keyboard.press("Tab")
    keyboard.type("violet harbor seven")
    keyboard.press("Enter")
    report = page.get_by_role("link", name="Report 3: Be open and listen")
    expect(report).to_be_visible()
    for _ in range(10):
        keyboard.press("Tab")
        if report.evaluate("it => it === document.activeElement"):
            break
    keyboard.press("Enter")
    expect(page.get_by_text("what was shared")).to_be_visible()
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("what was shared")).to_have_count(0)
    assert trouble == []


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("address", ["", "login", "report/amara/3", "nothing/here"])
def test_no_page_is_wider_than_its_screen(
    house: House, site: Running, new_context: Callable[..., BrowserContext], width: int, address: str
) -> None:
    wide = "<table><tr>" + "<td>a_column_that_cannot_break</td>" * 12 + "</tr></table>"
    house.report("amara", html=f"<p>{'long' * 80}</p>{wide}")
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    sign_in(page, site)
    page.goto(site.url + address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sheets = 4 if address.startswith("report") else 3
    assert page.evaluate("[...document.styleSheets].filter(one => one.cssRules.length).length") == sheets


def test_on_paper_there_is_the_report_alone(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    house.report("amara")
    page = new_context().new_page()
    sign_in(page, site)
    page.goto(f"{site.url}report/amara/3")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_policy_stops_a_script_that_got_into_the_page(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> None:
    house.report("amara")
    page = new_context().new_page()
    sign_in(page, site)
    page.goto(f"{site.url}report/amara/3")
    stopped: list[str] = []
    page.on("console", lambda message: stopped.append(message.text))
    page.evaluate(f"""() => {{
        const main = document.querySelector("main");
        main.innerHTML += `<img src="/none.png" onerror="{RAN}">`;
        const script = document.createElement("script");
        script.textContent = "{RAN}";
        document.body.append(script);
    }}""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert [one for one in stopped if "Content Security Policy" in one]
