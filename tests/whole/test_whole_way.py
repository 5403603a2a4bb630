"""The whole way, with the real parts: from a roster to what a coach reads, and back when it is withdrawn."""

from __future__ import annotations

import base64
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from hostile import HOSTILE
from opened import Workbook
from playwright.sync_api import expect
from running import (
    COHORT,
    PASSWORDS,
    free_participant,
    make_program,
    own_home,
    run,
    running_lab,
    running_site,
)

from mdli_workbook.answers import Draft
from mdli_workbook.program import store_address
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page
    from running import Lab

pytestmark = pytest.mark.browser

NAME = "02-be-open-and-listen"
ALL = " ".join(HOSTILE)
"""Stands in every field that takes text."""
SHARED = {
    "late-notes-first-guess": "Your coach",
    "listening": "Your coach",
    "shadowing": "Your coach",
    "next-step": "Your coach",
    "for-the-call": "Your coach",
    "first-guess-again": "Only you",
}


@dataclass(frozen=True)
class Place:
    """A program with its participant's JupyterLab and its coach site, all running."""

    folder: Path
    lab: Lab
    site: str
    logs: tuple[Path, ...]

    @property
    def report(self) -> Path:
        return self.folder / "reports" / COHORT / self.lab.participant / f"{NAME}.ipynb"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    base = tmp_path_factory.mktemp("whole")
    participant, other = free_participant("writer"), free_participant("other")
    folder = make_program(
        base / "program", {participant: "kim", other: "lee"}, words=ALL, title=f"Lead {ALL}"
    )
    (base / "generate.log").write_text(run(folder, "generate", "--session", "2"), "utf-8")
    with running_lab(folder, participant, base) as lab, running_site(folder, base / "site") as site:
        yield Place(folder, lab, site, (lab.log, base / "site" / "site.log", base / "generate.log"))


def mark(field: str) -> str:
    """Return a word that stands in one field only."""
    return f"mark-{field}-qzx"


def fill_session_2(workbook: Workbook) -> None:
    """Write into every field of one of each kind of exercise; a mark and all that is hostile in each text."""
    workbook.form("late-notes-first-guess").get_by_label("What reason did you give yourself").fill(
        f"{mark('guess')}\n\n{ALL}\nمتى 😀 \u202e"
    )
    ratings = workbook.form("listening").get_by_role("radio", name="often", exact=True)
    for index in range(ratings.count()):
        ratings.nth(index).check()
    visit = workbook.form("shadowing").locator(".mdli-entry").first
    visit.get_by_label("Date of my visit").fill("2026-02-12")
    visit.get_by_label("A nurse", exact=True).check()
    visit.get_by_label("Minutes I stayed").fill("45")
    visit.get_by_label("The day I told them").fill("2026-02-20")
    lines = (
        "Kind of place",
        "What I saw",
        "What I made",
        "What I asked",
        "What they answered",
        "One easy thing",
    )
    for number, label in enumerate(lines):
        visit.get_by_label(label).fill(f"{mark(f'visit{number}')} {ALL}")
    promise = workbook.form("next-step").locator(".mdli-entry").first
    promise.get_by_label("By").fill("2026-03-01")
    promise.get_by_label("Changed: another step").check()
    for number, label in enumerate(
        ("When and where", "I will", "Who will hear", "What may get", "What I learned")
    ):
        promise.get_by_label(label).fill(f"{mark(f'promise{number}')} {ALL}")
    for number in (1, 2, 3):
        workbook.form("for-the-call").get_by_label(f"line {number}").fill(f"{mark(f'call{number}')} {ALL}")
    workbook.form("first-guess-again").get_by_label("Which word").fill(f"{mark('again')} {ALL}")
    workbook.form("wrong-if").get_by_label("What could you see").fill(f"{mark('private')} {ALL}")


WRITTEN = (*SHARED, "wrong-if")
MARKS = [
    *(mark("guess"), mark("again"), *(mark(f"visit{number}") for number in range(6))),
    *(mark(f"promise{number}") for number in range(5)),
    *(mark(f"call{number}") for number in (1, 2, 3)),
]


def sign_in(page: Page, place: Place, coach: str) -> None:
    page.goto(place.site)
    page.get_by_label("Coach id").fill(coach)
    page.get_by_label("Password").fill(PASSWORDS[coach])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My participants")


def holding(text: str, *places: Path) -> list[str]:
    """Return the files that hold a text, as it is or encoded in one of the ways that files encode."""
    raw = text.encode()
    forms = {raw, text.encode("utf-16-le"), raw.hex().encode(), text[::-1].encode()}
    forms |= {base64.b64encode(b"-" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)}
    files = [
        file for one in places for file in ([one] if one.is_file() else one.rglob("*")) if file.is_file()
    ]
    return [file.name for file in files if any(form in file.read_bytes() for form in forms)]


def test_what_was_typed_comes_back_reaches_the_coach_and_is_gone_when_withdrawn(
    place: Place, listening: Callable[..., BrowserContext], acted: list[str]
) -> None:
    workbook = Workbook(place.lab, listening().new_page(), f"{NAME}.ipynb").open().start()
    fill_session_2(workbook)
    workbook.wait_saved(*WRITTEN)
    typed = workbook.on_screen()
    workbook.restart()
    workbook.page.reload()
    workbook.start()
    workbook.wait_saved(*WRITTEN)
    assert workbook.on_screen() == typed

    workbook.share("first-guess-again", "Your coach")
    report_and_read(place, listening)
    for exercise in WRITTEN:
        workbook.coach_view(exercise)
    expect(workbook.form("late-notes-first-guess").get_by_role("region")).to_contain_text(mark("guess"))
    expect(workbook.form("wrong-if").get_by_role("region")).to_contain_text("Nothing of this is shared")
    nobody_else_reads_it(place, listening)

    coach = listening().new_page()
    sign_in(coach, place, "kim")
    workbook.share("first-guess-again", "Only you")
    assert not place.report.exists()
    assert holding(mark("again"), place.folder / "reports") == []
    gone = coach.goto(f"{place.site}report/{place.lab.participant}/2")
    assert gone is not None
    assert gone.status == 404
    expect(coach.locator("main")).to_contain_text("withdrawn")
    assert mark("again") not in coach.content()
    assert place.lab.participant not in coach.content()

    workbook.share("first-guess-again", "Your coach")
    report_and_read(place, listening)
    assert acted == []


def report_and_read(place: Place, listening: Callable[..., BrowserContext]) -> None:
    """Report, and look for every mark that is shared, and for the one that is not, as the coach."""
    run(place.folder, "report", "--participant", place.lab.participant, "--session", "2")
    for options in ({}, {"bypass_csp": True}):
        page = listening(**options).new_page()
        sign_in(page, place, "kim")
        page.locator(".mdli-site-earlier summary").first.click()  # the next call is a later one
        page.get_by_role("link", name="Be open and listen").click()
        expect(page.locator("article")).to_contain_text(mark("guess"))
        text = page.locator("article").inner_text()
        assert [one for one in MARKS if one not in text] == []
        assert mark("private") not in page.content()
        assert "What would prove me wrong" not in page.content()
        page.wait_for_timeout(200)
        page.close()
    written = (place.folder / "reports", place.folder / "workbooks", place.lab.home, *place.logs)
    assert holding(mark("private"), *written) == []
    assert holding(mark("guess"), *written) == [f"{NAME}.ipynb"]


def nobody_else_reads_it(place: Place, listening: Callable[..., BrowserContext]) -> None:
    page = listening().new_page()
    sign_in(page, place, "lee")
    assert place.lab.participant not in page.content()
    for address in (f"report/{place.lab.participant}/2", "report/nobody/2"):
        answer = page.goto(f"{place.site}{address}")
        assert answer is not None
        assert answer.status == 404
        said = f"{answer.all_headers()} {page.content()}"
        assert [one for one in (place.lab.participant, "mark-", "Be open and listen") if one in said] == []
    assert httpx.get(f"{place.site}report/{place.lab.participant}/2", trust_env=False).status_code in {
        302,
        303,
    }


def test_no_text_acts_in_a_trusted_report_opened_in_jupyterlab(
    place: Place, listening: Callable[..., BrowserContext], acted: list[str]
) -> None:
    if not place.report.exists():  # where this test runs alone
        save_one(place)
        run(place.folder, "report", "--participant", place.lab.participant, "--session", "2")
    copy = place.lab.root / "report.ipynb"
    copy.write_bytes(place.report.read_bytes())
    trust = [sys.executable, "-m", "jupyter", "trust", str(copy)]
    subprocess.run(trust, env=own_home(place.lab.home), check=True, capture_output=True)
    page = listening().new_page()
    Workbook(place.lab, page, copy.name).open()
    page.locator(".jp-Notebook .mdli-part").first.hover()
    seen = ""
    for _ in range(60):  # Lab draws a cell when it comes into sight
        seen += page.locator(".jp-Notebook").inner_text()
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)
    assert mark("guess") in seen
    page.wait_for_timeout(300)
    copy.unlink()
    assert acted == []


def save_one(place: Place) -> None:
    who, value = place.lab.participant, {"text": f"{mark('guess')} {ALL}"}
    with Store.open(store_address(place.folder)) as store:
        store.save(Draft(str(uuid.uuid4()), who, COHORT, who, 2, "late-notes-first-guess", value, "coach"))


def test_no_name_acts_on_any_page_of_the_site(
    place: Place, listening: Callable[..., BrowserContext], acted: list[str]
) -> None:
    page = listening(bypass_csp=True).new_page()
    page.goto(f"{place.site}nothing/here")
    sign_in(page, place, "kim")
    expect(page.get_by_role("heading", level=2)).to_contain_text("<script>")
    for address in ("", "nothing/here", "report/nobody/1", f"report/{place.lab.participant}/5"):
        page.goto(f"{place.site}{address}")
        page.wait_for_timeout(100)
    assert acted == []


def test_the_hostile_texts_do_act_where_nothing_stops_them(browser: Browser, acted: list[str]) -> None:
    quiet = []
    for text in HOSTILE[:7]:
        page = browser.new_page()
        page.expose_function("acted", lambda where: acted.append(where))  # noqa: PLW0108 - it asks for a signature
        before = len(acted)
        page.set_content(f"<p title=\"{text}\">{text}</p><p title='{text}'></p>")
        page.wait_for_timeout(100)
        quiet += [text] if len(acted) == before else []
        page.close()
    assert quiet == []
