"""Two coaches and eight participants, side by side in Chromium: a narrow screen, a wide one, no mouse."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mdli_workbook.site.codes import make_code
from tests.axe import violations
from tests.site.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.site.conftest import House, Running

pytestmark = pytest.mark.browser

COACHES = ("coach-kim", "coach-lee")
WIDTHS = (pytest.param(390, marks=pytest.mark.soak), 1440)
NEW = "a new and longer one"
HEADER = (
    "participant_id,name,email,cohort,coach_id,organization,role,time_zone,accommodations,joined_on,left_on"
)


def own(coach: str) -> list[str]:
    return [f"{coach.removeprefix('coach-')}-{number}" for number in range(4)]


@pytest.fixture
def eight(house: House) -> House:
    """Four participants of each coach, each with a report."""
    people = [(one, coach) for coach in COACHES for one in own(coach)]
    rows = [f"{one},Person {one},{one}@example.org,spring,{coach},Clinic {one},,,,," for one, coach in people]
    (house.folder / "roster.csv").write_text("\n".join([HEADER, *rows, ""]))
    (house.folder / "calls.csv").write_text("participant_id,call,starts_at,minutes,state\n")
    for one, _ in people:
        house.report(one, html=f'<p class="mdli-text">words of {one}</p>')
    return house


def watch(page: Page) -> list[str]:
    """Return the errors and warnings that the page will tell on its console."""
    told: list[str] = []
    page.on("console", lambda message: message.type == "info" or told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until something has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    expect(wanted).to_be_visible()
    for _ in range(60):
        if wanted.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def set_password(page: Page, site: Running, coach: str, code: str) -> None:
    """Go from the sign-in form to a new password, by keyboard."""
    page.goto(site.url)
    assert violations(page) == []
    tab_to(page, "link", "set a new password")
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Coach id")
    for typed in (coach, code, NEW, NEW):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your new password is set")
    assert violations(page) == []


def sign_in(page: Page, coach: str) -> None:
    tab_to(page, "link", "Sign in")
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Coach id")
    page.keyboard.type(coach)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My participants")


def read_all(page: Page, coach: str) -> None:
    """Open each of the coach's reports from the first page, and come back."""
    for one in own(coach):
        expect(page.get_by_role("heading", level=2)).to_have_text([f"Person {each}" for each in own(coach)])
        link = page.locator(f"a[href='/report/{one}/3']").first
        link.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"words of {one}")).to_be_visible()
        expect(page.get_by_role("heading", name="After the call")).to_be_visible()
        tab_to(page, "link", "← My participants")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("My participants")


@pytest.mark.parametrize("width", WIDTHS)
def test_each_reads_their_own_by_keyboard_and_nothing_of_the_other(
    eight: House, site: Running, new_context: Callable[..., BrowserContext], width: int
) -> None:
    now = datetime.fromisoformat(TODAY)
    screen = {"viewport": {"width": width, "height": 800}, "reduced_motion": "reduce"}
    pages = {coach: new_context(**screen).new_page() for coach in COACHES}
    told = {coach: watch(page) for coach, page in pages.items()}
    for coach, page in pages.items():
        set_password(page, site, coach, make_code(eight.folder, coach, lambda: now))
    for coach, page in pages.items():
        sign_in(page, coach)
    for coach, other in zip(COACHES, reversed(COACHES), strict=True):
        page = pages[coach]
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        read_all(page, coach)
        for one in own(other):
            assert page.request.get(f"{site.url}report/{one}/3").status == 404
            assert f"Person {one}" not in page.content()
        page.goto(f"{site.url}report/{own(coach)[0]}/3")
        expect(page.get_by_role("heading", name="After the call")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        tab_to(page, "button", "Sign out")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert told == {coach: [] for coach in COACHES}
