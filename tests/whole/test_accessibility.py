"""axe-core, WCAG 2.2 A and AA, on every form and every page of a coach: light and dark, two widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import violations
from opened import Workbook
from playwright.sync_api import expect
from running import PASSWORDS, run, running_lab, running_site

from mdli_workbook.demo import prepare, seed
from mdli_workbook.exercises import KINDS
from mdli_workbook.program import read_program
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.shelf import find_reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page
    from running import Lab

pytestmark = pytest.mark.browser

WIDTHS = (820, 1440)
SIDEWAYS = """() => [document.scrollingElement, ...document.querySelectorAll('.jp-WindowedPanel-outer')]
  .filter((node) => node.scrollWidth > node.clientWidth + 1).length"""
PERSON = "mei-lin-zhao"
WRITERS = ("mei-lin-zhao", "daniel-reyes", "fatima-haddad", "priya-raman", "renee-baptiste", "samuel-begay")
COACHES = ("marcus-whitfield", "ingrid-solheim")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, with what its people wrote."""
    made = prepare(tmp_path_factory.mktemp("seen") / "program")
    seed(read_program(made), read_curriculum(made, KINDS))
    run(made, "generate")
    return made


@pytest.fixture(scope="module")
def lab(folder: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Lab]:
    """One JupyterLab per worker: a participant's port is theirs alone."""
    writer = WRITERS[int(worker_id.removeprefix("gw")) % len(WRITERS) if worker_id != "master" else 0]
    with running_lab(folder, writer, tmp_path_factory.mktemp("lab"), cohort="demo") as running:
        yield running


@pytest.fixture(scope="module")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_site(
        folder, tmp_path_factory.mktemp("site"), dict.fromkeys(COACHES, PASSWORDS["kim"])
    ) as url:
        yield url


@pytest.mark.parametrize(
    "number", [2, *(pytest.param(one, marks=pytest.mark.soak) for one in (1, 3, 4, 5, 6))]
)
def test_no_form_shuts_anybody_out(
    lab: Lab, folder: Path, new_context: Callable[..., BrowserContext], number: int
) -> None:
    session = read_curriculum(folder, KINDS)[number - 1]
    page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    workbook = Workbook(lab, page, f"{number:02d}-{session.slug}.ipynb").open().start()
    for toggle in page.get_by_role("button", name="What my coach will see").all():
        toggle.click()
    expect(page.get_by_text("One moment …")).to_have_count(0)
    found = set()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: {theme!r} }})")
        dark = "true" if theme.endswith("Light") else "false"
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{dark}'")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            found |= {f"{theme} {width} {one}" for one in violations(page, ".mdli-form")}
            assert page.evaluate(SIDEWAYS) == 0
    assert workbook.form(session.exercises[0].id).is_visible()
    assert sorted(found) == []


def look_at(page: Page, site: str, addresses: list[str]) -> list[str]:
    found = set()
    for address in addresses:
        page.goto(f"{site}{address}")
        if address.startswith("report/"):  # its forms come after the page
            expect(page.locator(".mdli-form").first).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found |= {f"{address} {scheme} {width} {one}" for one in violations(page)}
    return sorted(found)


def coach_page(context: BrowserContext, site: str, coach: str = COACHES[0]) -> Page:
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Coach id").fill(coach)
    page.get_by_label("Password").fill(PASSWORDS["kim"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My participants")
    return page


@pytest.mark.soak
def test_no_page_of_the_site_shuts_anybody_out(
    folder: Path, site: str, new_context: Callable[..., BrowserContext]
) -> None:
    run(folder, "report", "--participant", PERSON)
    addresses = ["", "nothing/here", *(f"report/{PERSON}/{number}" for number in range(1, 7))]
    context = new_context(reduced_motion="reduce")
    assert look_at(context.new_page(), site, ["login"]) == []
    page = coach_page(context, site)
    assert look_at(page, site, addresses) == []
    expect(page.locator("article")).to_be_visible()


@pytest.mark.soak
def test_no_report_of_the_demonstration_shuts_anybody_out(
    folder: Path, site: str, new_context: Callable[..., BrowserContext]
) -> None:
    run(folder, "report")
    reports = [path.relative_to(folder / "reports" / "demo") for path in find_reports(folder)]
    assert len(reports) >= 6 * 7  # one joined a month late
    for coach in COACHES:
        own = {one.id for one in read_program(folder).participants_with(coach)}
        addresses = [f"report/{one.parent}/{int(one.name[:2])}" for one in reports if str(one.parent) in own]
        page = coach_page(new_context(reduced_motion="reduce"), site, coach)
        assert look_at(page, site, addresses) == []


def test_axe_objects_to_what_it_should(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context().new_page()
    page.set_content(
        "<html lang=en><title>t</title><main class=mdli-form><h1>a</h1><input><img src='data:,'></main>"
    )
    assert {one.split(":")[0] for one in violations(page, ".mdli-form")} == {"label", "image-alt"}
