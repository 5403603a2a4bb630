"""What a report looks like in a real Chromium: on every screen, on paper, in light and dark."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from axe import violations
from briefed import ENTRY, OTHER, START, brief, steps, told
from playwright.sync_api import expect

from mdli_workbook.briefing import Before, Meeting, Repeat
from mdli_workbook.exercises.front import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from mdli_workbook.briefing import Briefing
    from tests.site.conftest import House, Running

pytestmark = pytest.mark.browser

PRINCIPLES = ("understand-myself", "be-open-and-listen", "coach", "lead-with-equity", "manage", "uncertainty")
POINTS = ("never", "seldom", "sometimes", "often", "nearly always")
SCALE = {
    "points": [{"id": str(place), "label": label} for place, label in enumerate(POINTS, 1)],
    "statements": [
        {
            "id": f"{of}-{number}",
            "text": f"I do the thing number {number} that a colleague could see.",
            "of": of,
        }
        for of in PRINCIPLES
        for number in range(4)
    ],
}
LONG = "Ask the front desk what they hear on the phone before eight, and write it down"
WIDTHS = {"telephone": 390, "tablet": 820, "desktop": 1440}


def ratings(place: str) -> dict[str, Any]:
    return {"": {"ratings": {one["id"]: place for one in SCALE["statements"]}}}


def month(*, full: bool) -> Briefing:
    """Return the briefing of an ordinary month, or of the fullest that we can think of."""
    promise = {"cue": "Monday at 7:45, before the huddle", "act": LONG, "due": "2026-03-10", "state": "open"}
    promise |= {"who_hears": "The nurse manager", "obstacle": "Double-booked Monday at eight", "reason": ""}
    several = {ENTRY: promise, OTHER: promise} if full else {ENTRY: promise}
    lines = ["How do I listen at that lunch without turning it into a clinic?"] * (3 if full else 1)
    parts = [
        told("agenda", "for-the-call", {"": {"lines": lines}}),
        told("agenda", "for-the-call", {"": {"lines": lines}}, session=1),
        *(told("commitment", f"step-{n}", several, session=n) for n in (1, 2)),
        *(told("reflection", f"{name}-guess", {"": {"text": "Words."}}) for name in ("first", "second")),
        *(told("reflection", name, title="Something that is long to name") for name in ("left", "never")),
    ]
    if full:
        parts += [
            told("scale", "again", ratings("4"), **SCALE),
            told("scale", "rating", ratings("2"), session=1, **SCALE),
        ]
    call = Meeting(number=1, window=(date(2026, 1, 19), date(2026, 1, 30)), state="held", minutes=45)
    before = Before(
        session=1, call=call, since=START - timedelta(9), done=3, total=6, settled={"kept": 1}, named=()
    )
    briefing = brief(
        *parts,
        history=steps("step-1", ["2026-03-02", "2026-03-05", "2026-03-10"], session=1),
        opened=("left",),
        repeats=(Repeat(now="again", then="rating", then_session=1),) if full else (),
    )
    return briefing.model_copy(update={"before": before})


def put(house: House, *, full: bool) -> None:
    """Put a report of that month on the shelf, with one answer below its front page."""
    path = house.report(
        "amara", html='<section class="mdli-view"><h3>First guess</h3><p>Below.</p></section>'
    )
    notebook = nbformat.read(path, as_version=4)
    briefing = month(full=full)
    front = [
        nbformat.v4.new_code_cell(
            "", metadata={"mdli": {"name": f"part-{name}"}}, outputs=[output(str(draw(briefing, "")))]
        )
        for name, draw in PARTS.items()
    ]
    notebook.cells[:2] = front
    nbformat.write(notebook, path)


def output(html: str) -> Any:
    return nbformat.v4.new_output("display_data", {"text/html": html})


@pytest.fixture
def opened(
    house: House, site: Running, new_context: Callable[..., BrowserContext]
) -> Iterator[Callable[..., Page]]:
    trouble: list[str] = []

    def open_one(*, full: bool = True, **options: Any) -> Page:
        put(house, full=full)
        page = new_context(**options).new_page()
        page.on("console", lambda said: trouble.append(said.text))
        page.goto(f"{site.url}login")
        page.get_by_label("Coach id").fill("coach-kim")
        page.get_by_label("Password").fill("violet harbor seven")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="My participants").wait_for()
        page.goto(f"{site.url}report/amara/3")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        expect(page.locator(".mdli-form").first).to_be_visible()  # it comes after the page
        return page

    yield open_one
    assert trouble == []


def part(page: Page, name: str) -> dict[str, float]:
    box = page.locator(f".mdli-part-{name}").bounding_box()
    assert box is not None
    return dict(box)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_full_report_has_room_and_no_barrier_on_every_screen(
    opened: Callable[..., Page], width: int, scheme: str
) -> None:
    page = opened(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_the_first_page_has_no_barrier_either(opened: Callable[..., Page]) -> None:
    page = opened(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(page.url.partition("/report")[0])
    expect(page.get_by_role("heading", name="My participants")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_ordinary_month_is_one_screen(opened: Callable[..., Page]) -> None:
    page = opened(full=False, viewport={"width": 1440, "height": 900})
    front = page.locator(".mdli-site-front").bounding_box()
    assert front is not None
    assert front["y"] + front["height"] < 900


def test_the_same_thing_stands_in_the_same_place_every_month(opened: Callable[..., Page]) -> None:
    places = []
    for full in (True, False):
        page = opened(full=full, viewport={"width": 1440, "height": 900})
        names = ("who", "for-the-call", "commitments", "questions", "since", "done-and-open")
        places.append([part(page, name)["x"] for name in names])
        assert part(page, "for-the-call")["y"] == part(page, "since")["y"]
    assert places[0] == places[1]


def test_on_a_telephone_it_is_one_column_with_the_talk_first(opened: Callable[..., Page]) -> None:
    page = opened(viewport={"width": 390, "height": 844})
    names = ("who", "for-the-call", "commitments", "questions", "since", "done-and-open", "changed")
    boxes = [part(page, name) for name in names]
    assert len({box["x"] for box in boxes}) == 1
    assert boxes == sorted(boxes, key=lambda box: box["y"])


def sheets(page: Page, paper: str) -> int:
    """Print a page as the browser does, and count the sheets."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_front_page_takes_two_sheets_at_most(opened: Callable[..., Page], paper: str) -> None:
    page = opened()
    assert 1 <= sheets(page, paper) <= 2
    page.emulate_media(media="print")
    expect(page.get_by_text("Below.")).to_be_hidden()
    expect(page.get_by_role("heading", name="Questions you might ask")).to_be_visible()


def test_whoever_wants_the_answers_on_paper_gets_them(opened: Callable[..., Page]) -> None:
    page = opened()
    without = sheets(page, "A4")
    page.get_by_label("Print this part, too").check()
    assert sheets(page, "A4") > without
    page.emulate_media(media="print")
    expect(page.get_by_text("Below.")).to_be_visible()
    expect(page.get_by_label("Print this part, too")).to_be_hidden()


def test_the_picture_says_in_words_what_it_shows(opened: Callable[..., Page]) -> None:
    page = opened()
    picture = page.get_by_role("img", name="Again")
    expect(picture).to_be_visible()
    assert "Coach: then 2.0, now 4.0, up by 2.0." in (picture.locator("desc").text_content() or "")
    page.get_by_text("The figures").click()
    expect(page.get_by_role("cell", name="up by 2.0").first).to_be_visible()


def test_nothing_moves_for_whoever_wants_no_motion(opened: Callable[..., Page]) -> None:
    page = opened(reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    all_of_them = "[...document.querySelectorAll('*')].map((it) => getComputedStyle(it).transitionDuration)"
    assert set(page.evaluate(all_of_them)) == {"0s"}
