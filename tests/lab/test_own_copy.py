"""The button above the forms, in a real JupyterLab: one's own record as a file of the browser's."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from programs import save

from mdli_workbook.exercises.coaching import own_note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.lab.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

BUTTON = "Keep a copy of everything I wrote"


def fill(lab: Lab) -> None:
    with lab.store() as store:
        save(store, "ana-mora", "late", {"text": "My own <sentence>."}, audience="private")
        save(store, "ana-mora", own_note("kim").id, {"text": "COACH-ONLY"}, audience="self", author="kim")
        save(store, "ben-ray", "late", {"text": "OF-ANOTHER"})


def download(page: Page, words: str, folder: Path) -> str:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=words).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path.read_text("utf-8")


@pytest.mark.parametrize("form", [True, False], ids=["with the extension", "without it"])
def test_the_button_gives_ones_own_record_and_nothing_else(
    lab: Lab,
    notebook: Callable[..., Notebook],
    new_context: Callable[..., BrowserContext],
    tmp_path: Path,
    *,
    form: bool,
) -> None:
    if form:
        fill(lab)
    name = lab.write(f"copy-{form}.ipynb", "wb.reflection('late', prompt='Why late?')", form=form)
    before = {path.name for path in lab.root.iterdir()}
    page = notebook(name).open().page
    text = download(page, BUTTON, tmp_path)
    data = json.loads(download(page, "The same as data", tmp_path))
    assert "My own &lt;sentence&gt;." in text
    assert "Why late?" in text
    assert {row["participant"] for row in data["answers"]} == {"ana-mora"}
    for absent in ("COACH-ONLY", "OF-ANOTHER", "own-note"):
        assert absent not in text + json.dumps(data)
    assert {path.name for path in lab.root.iterdir() if path.suffix in {".html", ".json"}} <= before
    if not form:
        return
    context = new_context(offline=True)
    asked: list[str] = []
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    [file] = tmp_path.glob("*.html")
    tab.goto(file.as_uri())
    assert tab.get_by_text("Private. This page belongs to ana-mora.").is_visible()
    assert asked == [file.as_uri()]
    for width, scheme in ((390, "light"), (1280, "dark")):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        tab.screenshot(path=str(tmp_path / f"{width}-{scheme}.png"), full_page=True)
    assert uuid.UUID(data["answers"][0]["id"])


def test_on_a_shared_computer_only_who_asks_twice_gets_the_file(
    lab: Lab, notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    name = lab.write("copy-shared.ipynb", "wb.reflection('late', prompt='Why late?')")
    page = notebook(name).open().page
    page.get_by_label("I share this computer").check()
    got: list[object] = []
    page.on("download", lambda one: got.append(one))  # noqa: PLW0108 - a mark is set on it
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("You share this computer: the file would stay in its downloads.")).to_be_visible()
    assert got == []
    assert "This page belongs to ana-mora." in download(page, BUTTON, tmp_path)


PLACES = """() => {
  window.places = [];
  const look = () => {
    const switched = document.querySelector('.mdli-sharing')?.getBoundingClientRect();
    const panel = document.querySelector('.mdli-progress')?.getBoundingClientRect();
    const place = switched && Math.round(switched.top - panel.top);
    if (switched?.height && window.places.at(-1) !== place) window.places.push(place);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def test_what_can_be_pressed_does_not_move_when_the_progress_is_told(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    name = lab.write("copy-still.ipynb", "wb.reflection('still', prompt='Why still?')")
    opened = notebook(name)
    opened.page.add_init_script(f"({PLACES})()")
    opened.open()
    expect(opened.page.get_by_text("0 of 1 part done").first).to_be_visible()
    [_] = opened.page.evaluate("window.places")
