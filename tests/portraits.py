"""Pictures of the pages for `docs/`, taken of the demonstration: ``python tests/portraits.py FOLDER``.

Synthetic people only. The same run returns the words of each page, so that a test can hold what the
documentation says against what is there.
"""

from __future__ import annotations

import json
import sys
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import CHROMIUM, QUIET
from desk_days import ATTENDANCE
from opened import Workbook
from playwright.sync_api import sync_playwright
from running import run, running_lab, running_site

from mdli_workbook.demo import seed
from mdli_workbook.demo.seeds import drafts
from mdli_workbook.exercises import KINDS
from mdli_workbook.program import read_program, store_address
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.starter import start_program
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

COACH, PASSWORD = "ingrid-solheim", "violet harbor seven"
PARTICIPANT, STEM = "amara-okafor", "06-leading-through-uncertainty"
SESSION = "02-be-open-and-listen"


def prepare(folder: Path) -> None:
    """Make the demonstration with the last month's reports; one answer is shared after they were made."""
    start_program(folder)
    program, sessions = read_program(folder), read_curriculum(folder, KINDS)
    seed(program, sessions)
    run(folder, "generate", "--session", "6")
    for participant in (PARTICIPANT, "priya-raman", "samuel-begay"):
        run(folder, "report", "--participant", participant, "--session", "6")
    run(folder, "generate", "--session", "5", "--participant", PARTICIPANT)
    run(folder, "report", "--session", "5", "--participant", PARTICIPANT)
    samuel = next(one for one in program.participants if one.id == "samuel-begay")
    said = next(
        one
        for one in drafts(samuel, sessions[5])
        if one.audience == "coach" and "order" not in (one.value or {})
    )
    today = program.settings.today
    assert today is not None
    later = datetime(today.year, today.month, today.day, 19, 2, tzinfo=UTC)
    with Store.open(store_address(folder), now=lambda: later) as store:
        there = store.history(samuel.id, 6, said.exercise, said.entry)[-1]
        store.save(replace(said, id=str(uuid.uuid4()), based_on=there.id))


@contextmanager
def looking() -> Iterator[Browser]:
    """Run a Chromium that reaches nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def take(folder: Path, base: Path, out: Path, browser: Browser) -> dict[str, str]:
    """Take all pictures; return page → its words."""
    words: dict[str, str] = {}
    _faculty(folder, base, out, browser)
    _coordinator(folder, base, out, browser, words)
    with running_site(folder, base / "site", {COACH: PASSWORD}) as url:
        _coach(browser.new_page(viewport={"width": 1100, "height": 700}), url, out, words)
    with running_lab(folder, PARTICIPANT, base / "lab", cohort="demo") as lab:
        context = browser.new_context(viewport={"width": 1100, "height": 760}, locale="en-US")
        _participant(Workbook(lab, context.new_page(), f"{STEM}.ipynb"), out, words)
    return words


def _faculty(folder: Path, base: Path, out: Path, browser: Browser) -> None:
    preview = base / "preview.html"
    run(folder, "preview", f"templates/sessions/{SESSION}.md", "--out", str(preview))
    page = browser.new_page(viewport={"width": 780, "height": 620})
    page.goto(preview.as_uri())
    field = page.locator(".mdli-form textarea").first
    field.wait_for()
    field.evaluate("it => scrollTo(0, it.getBoundingClientRect().top - 300)")
    page.screenshot(path=out / "faculty-preview.png")


def _coordinator(folder: Path, base: Path, out: Path, browser: Browser, words: dict[str, str]) -> None:
    (base / "june.csv").write_text(ATTENDANCE, encoding="utf-8")
    run(folder, "attendance", str(base / "june.csv"))
    run(folder, "status", "--html", str(base / "status.html"))
    run(folder, "credits", "--pages", str(base / "pages"))
    page = browser.new_page(viewport={"width": 1000, "height": 620})
    page.goto((base / "status.html").as_uri())
    words["status"] = page.inner_text("body")
    page.screenshot(path=out / "coordinator-status.png")
    page.set_viewport_size({"width": 780, "height": 640})
    page.goto((base / "pages" / f"{PARTICIPANT}-statement.html").as_uri())
    words["statement"] = page.inner_text("body")
    page.screenshot(path=out / "coordinator-statement.png")


def _coach(page: Page, url: str, out: Path, words: dict[str, str]) -> None:
    page.goto(f"{url}login")
    words["login"] = page.inner_text("body")
    page.get_by_label("Coach id").fill(COACH)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My participants").wait_for()
    page.locator("summary").first.click()
    words["first page"] = page.inner_text("body")
    page.locator("summary").first.click()
    page.screenshot(path=out / "coach-first-page.png")
    page.set_viewport_size({"width": 1120, "height": 690})
    page.goto(f"{url}report/samuel-begay/6")
    page.get_by_role("button", name="Build it again").wait_for()
    words["stale"] = page.inner_text("body")
    page.goto(f"{url}report/{PARTICIPANT}/6")
    after = page.locator("#after-the-call")
    after.get_by_label("Held").wait_for()
    page.wait_for_function("() => !document.querySelector('#after-the-call .mdli-form-body[inert]')")
    words["report"] = page.inner_text("body")
    page.screenshot(path=out / "coach-report.png")
    page.set_viewport_size({"width": 760, "height": 640})
    after.scroll_into_view_if_needed()
    after.evaluate("it => it.scrollIntoView()")
    page.screenshot(path=out / "coach-after-the-call.png")


def _participant(workbook: Workbook, out: Path, words: dict[str, str]) -> None:
    workbook.open().start()
    page = workbook.page
    words["workbook"] = page.inner_text("body")
    page.locator(".mdli-form").first.evaluate("it => it.scrollIntoView()")
    page.screenshot(path=out / "participant-workbook.png")
    form = page.locator('.mdli-form[data-exercise="for-the-call"]').last
    form.get_by_role("button", name="What my coach will see").click()
    form.get_by_role("region", name="What my coach will see").locator(".mdli-view").wait_for()
    form.get_by_role("button", name="Earlier wordings").click()
    form.get_by_role("button", name="Erase everything I wrote here for good").wait_for()
    words["form"] = form.inner_text()
    form.get_by_role("button", name="Earlier wordings").click()
    form.evaluate("it => it.scrollIntoView()")
    page.screenshot(path=out / "participant-form.png")


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, looking() as browser:
        prepare(Path(home) / "program")
        words = take(Path(home) / "program", Path(home), out, browser)
        sys.stdout.write(json.dumps(words, indent=1) + "\n")


if __name__ == "__main__":
    main()
