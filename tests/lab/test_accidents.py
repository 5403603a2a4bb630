"""A table of accidents: a person types, it happens, and every character is there afterwards.

In a real `mdli lab` and a real Chromium. Each row is typed on top of what is saved, and in the same tenth
of a second it happens. Rows that take long are in `make soak`.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import resource
import shutil
import sqlite3
from typing import TYPE_CHECKING

import psutil
import pytest
from mishaps import WORKBOOK, Desk, House, Wire, kernel_process, restart_by_menu, wait_until
from playwright.sync_api import Error
from programs import open_store

from tests.conftest import CHROMIUM, QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

pytestmark = pytest.mark.browser

SOME = "I guessed: “late again”.\n  متى؟ 👩‍⚕️ é \\n <b>&amp;</b> \u202bשלום\u202c\t"  # noqa: RUF001 - right to left, too
turns = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("accidents")).open() as house:
        yield house


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="module")
def one_tab(house: House, context: BrowserContext) -> Desk:
    return Desk(house, context.new_page())


@pytest.fixture
def desk(house: House, one_tab: Desk) -> Desk:
    """The same tab for all rows: what the row before left in it is a part of the test."""
    behind = one_tab.state == "ready" and one_tab.field.input_value() != house.written().get(
        "first-guess", ""
    )
    if behind or one_tab.state != "ready":  # another tab has written meanwhile, or closed it
        one_tab.open()
    one_tab.asked.clear()
    return one_tab


def begin(desk: Desk) -> dict[str, str]:
    """Write something that is saved, then more that is not; return what must be there in the end."""
    number = next(turns)
    desk.write(f"{number} {SOME}", f"visit {number} {SOME}")
    more = f"and {number}, not yet saved 😀.\n"
    desk.page.evaluate("window.told.clear()")
    desk.type(more)
    return {"first-guess": f"{number} {SOME}{more}", "visits": f"visit {number} {SOME}{more}"}


def end(desk: Desk, texts: dict[str, str], *, marked: bool = False) -> None:
    desk.wait_saved()
    assert "Not yet saved: text found in this browser" in desk.told or not marked
    assert desk.house.written() == texts
    assert desk.on_screen() == texts
    desk.wait_no_drafts()


def kernel_restarted_by_menu(desk: Desk) -> None:
    restart_by_menu(desk)


def kernel_restarted_from_outside(desk: Desk) -> None:
    desk.house.lab.rest("POST", f"kernels/{desk.kernel()}/restart")


def kernel_interrupted(desk: Desk) -> None:
    desk.house.lab.rest("POST", f"kernels/{desk.kernel()}/interrupt")


def kernel_killed(desk: Desk) -> None:
    kernel_process(desk.kernel()).kill()


def kernel_deleted(desk: Desk) -> None:
    desk.house.lab.rest("DELETE", f"kernels/{desk.kernel()}")


def page_reloaded(desk: Desk) -> None:
    desk.page.reload()


def outputs_cleared(desk: Desk) -> None:
    desk.command("notebook:clear-all-cell-outputs")


def reverted_to_checkpoint(desk: Desk) -> None:
    desk.page.evaluate("window.jupyterapp.shell.currentWidget.context.restoreCheckpoint()")
    desk.page.evaluate("window.jupyterapp.shell.currentWidget.context.revert()")


def server_killed_and_started_again(desk: Desk) -> None:
    desk.house.kill()
    desk.page.wait_for_timeout(1000)
    desk.house.start()


def cells_deleted(desk: Desk) -> None:
    """By whoever finds a way: what is not deletable resists, and the model is asked directly."""
    desk.command("notebook:select-all")
    desk.command("notebook:delete-cell")
    desk.page.wait_for_timeout(100)
    assert desk.page.locator(".mdli-form[data-exercise]").count() == 2
    desk.page.evaluate("""() => { const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
      sharedModel.deleteCellRange(1, sharedModel.cells.length); }""")
    desk.page.wait_for_timeout(100)
    assert desk.page.locator(".mdli-form").count() == 0
    desk.open()


def cells_split(desk: Desk) -> None:
    desk.command("notebook:split-cell-at-cursor")
    desk.page.wait_for_timeout(100)
    assert desk.page.locator(".mdli-form[data-exercise]").count() == 2
    desk.page.evaluate("""() => { const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
      for (const [index, cell] of [...sharedModel.cells].entries())
        if (cell.getSource().includes('wb.reflection')) {
          const source = cell.getSource(), middle = source.length / 2;
          cell.setSource(source.slice(0, middle));
          const rest = { cell_type: 'code', source: source.slice(middle), metadata: {} };
          sharedModel.insertCell(index + 1, rest);
        } }""")
    desk.open()


def saved_over_an_older_file(desk: Desk) -> None:
    file = desk.house.lab.root / WORKBOOK
    older = json.loads(file.read_text("utf-8"))
    older["cells"] = older["cells"][:-1]
    file.write_text(json.dumps(older), "utf-8")
    desk.command("docmanager:save")
    answer = desk.page.locator(".jp-Dialog").get_by_role("button", name="Overwrite")
    answer.click()
    desk.open()


# From the browser alone can come back what no kernel has heard: then it is told as not yet saved.
MARKED = {kernel_killed, kernel_deleted, server_killed_and_started_again}
QUICK = [kernel_restarted_from_outside, kernel_killed, page_reloaded, outputs_cleared, cells_deleted]
SLOW = [
    kernel_restarted_by_menu,
    kernel_interrupted,
    kernel_deleted,
    reverted_to_checkpoint,
    cells_split,
    saved_over_an_older_file,
    server_killed_and_started_again,
]
ROWS = [*QUICK, *(pytest.param(one, marks=pytest.mark.soak) for one in SLOW)]


@pytest.mark.parametrize("accident", ROWS)
def test_not_a_character_is_lost_when(accident: Callable[[Desk], None], desk: Desk) -> None:
    texts = begin(desk)
    accident(desk)
    desk.page.wait_for_timeout(300)
    end(desk, texts, marked=accident in MARKED)


@pytest.mark.soak
def test_a_store_that_cannot_be_written_is_told_and_saved_to_as_soon_as_it_can(desk: Desk) -> None:
    with sqlite3.connect(desk.house.folder / ".mdli" / "answers.db") as store:
        store.execute(
            """CREATE TRIGGER readonly BEFORE INSERT ON answers
               BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"""
        )
    store.close()
    desk.open()
    desk.type("while nothing can be written")
    texts = desk.on_screen()
    wait_until(lambda: desk.feet == ["trouble", "trouble"], "it is not told")
    assert "Not saved: " in desk.told
    assert "let this account write" in desk.told
    desk.page.reload()
    desk.wait_ready()
    assert desk.on_screen() == texts
    with sqlite3.connect(desk.house.folder / ".mdli" / "answers.db") as store:
        store.execute("DROP TRIGGER readonly")
    store.close()
    end(desk, texts)


@pytest.mark.soak
def test_a_full_disk_is_told_and_saved_to_as_soon_as_there_is_room(desk: Desk) -> None:
    """A limit to the size of files, set on the kernel while it runs."""
    desk.open()
    process = kernel_process(desk.kernel())
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    size = max(file.stat().st_size for file in (desk.house.folder / ".mdli").glob("answers.db*"))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    long = "é你😀 long " * 9_000
    desk.field.fill(long)
    wait_until(lambda: desk.feet == ["trouble", "saved"], "it is not told", 20)
    assert "Not saved: " in desk.told
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
    texts = desk.on_screen()
    assert texts["first-guess"] == long
    end(desk, texts)


@pytest.mark.soak
def test_a_browser_that_can_keep_nothing_does_not_promise_it(desk: Desk) -> None:
    begin(desk)
    desk.wait_saved()
    desk.page.evaluate(
        """() => { IDBObjectStore.prototype.kept = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"""
    )
    process = kernel_process(desk.kernel())
    process.suspend()
    try:
        desk.type("kept nowhere yet")
        texts = desk.on_screen()
        wait_until(lambda: "Your text is only on this page" in desk.told, "it promises what is not so")
        mended = "() => { IDBObjectStore.prototype.put = IDBObjectStore.prototype.kept; }"
        desk.page.evaluate(mended)
    finally:
        process.resume()
    end(desk, texts)


@pytest.fixture
def wire(house: House) -> Iterator[Wire]:
    wire = Wire(int(house.lab.url.rpartition(":")[2]))
    yield wire
    wire.end()


@pytest.mark.soak
@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
def test_a_network_that_is_cut_and_comes_back_loses_nothing(
    house: House, wire: Wire, context: BrowserContext, *, silent: bool
) -> None:
    desk = Desk(house, context.new_page(), port=wire.port).open()
    texts = begin(desk)
    if silent:
        wire.silent = True
    else:
        wire.cut()
    desk.page.wait_for_timeout(6000)
    assert "Not saved: the notebook does not answer" in desk.told
    wire.mend()
    end(desk, texts)
    desk.page.close()


@pytest.mark.soak
def test_a_copy_with_another_name_shows_and_saves_the_same_answers(desk: Desk) -> None:
    texts = begin(desk)
    desk.wait_saved()
    shutil.copy(desk.house.lab.root / WORKBOOK, desk.house.lab.root / "my own copy.ipynb")
    copy = Desk(desk.house, desk.page.context.new_page(), "my own copy.ipynb").open()
    assert copy.on_screen() == texts
    end(copy, begin(copy))
    copy.page.close()


@pytest.mark.soak
def test_the_workbook_of_somebody_else_saves_nothing_says_so_and_keeps_what_is_typed(desk: Desk) -> None:
    house = desk.house
    theirs = house.lab.root.parent / house.other / WORKBOOK
    shutil.copy(theirs, house.lab.root / "theirs.ipynb")
    other = Desk(house, desk.page.context.new_page(), "theirs.ipynb").open()
    other.type(SOME)
    wait_until(lambda: other.feet == ["trouble", "trouble"], "it is not told")
    assert f"This JupyterLab is {house.lab.participant}'s, and this workbook {house.other}'s" in other.told
    other.page.reload()
    other.wait_ready()
    assert other.on_screen() == {"first-guess": SOME, "visits": SOME}
    assert other.feet == ["trouble", "trouble"]
    with open_store(house.folder) as store:
        assert store.newest(house.other) == ()
    other.page.close()


@pytest.mark.soak
@pytest.mark.parametrize("mine", [True, False], ids=["mine", "the other"])
def test_of_two_tabs_both_texts_are_shown_and_the_chosen_one_stands(desk: Desk, *, mine: bool) -> None:
    begin(desk)
    desk.wait_saved()
    there = Desk(desk.house, desk.page.context.new_page()).open()
    first, second = f"first {next(turns)} {SOME}", f"second {next(turns)} {SOME}"
    desk.house.lab.rest("POST", f"kernels/{desk.kernel()}/interrupt")
    desk.field.fill(first)
    there.field.fill(second)
    wait_until(lambda: "trouble" in desk.feet + there.feet, "both were saved, one over the other")
    asked = desk if "trouble" in desk.feet else there
    other = there if asked is desk else desk
    other.wait_saved()
    own, others = (first, second) if asked is desk else (second, first)
    shown = asked.form().locator(".mdli-version dd")
    assert [one.text_content() for one in shown.all()] == [own, others]
    asked.page.reload()
    asked.wait_ready()
    assert [one.text_content() for one in shown.all()] == [own, others]
    asked.form().get_by_role("button", name="Keep what I wrote" if mine else "Take the other").click()
    asked.wait_saved()
    chosen = own if mine else others
    assert desk.house.written()["first-guess"] == chosen == asked.field.input_value()
    assert {"text": others} in desk.house.revisions()
    there.page.close()


def test_leaving_asks_only_while_something_is_not_saved(desk: Desk) -> None:
    begin(desk)
    desk.wait_saved()
    desk.wait_no_drafts()
    desk.page.reload()
    assert desk.asked == []
    desk.wait_ready()
    desk.field.press("End")
    desk.field.press_sequentially("not yet")
    desk.page.reload()
    assert desk.asked == ["beforeunload"]
    desk.wait_ready().wait_saved()


def test_a_killed_browser_loses_at_most_the_last_keystrokes(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    with people_browser(browser, tmp_path) as person:
        desk = Desk(house, person.new_page()).open()
        texts = begin(desk)
        desk.field.press_sequentially(" and to the very end", delay=15)
        kill_browser(tmp_path)
    typed = texts["first-guess"] + " and to the very end"
    with people_browser(browser, tmp_path) as person:
        desk = Desk(house, person.new_page()).open()
        found = desk.field.input_value()
        assert typed.startswith(found)
        assert len(typed) - len(found) <= 3
        end(desk, texts | {"first-guess": found}, marked=True)


@contextlib.contextmanager
def people_browser(browser: Browser, profile: Path) -> Iterator[BrowserContext]:
    """Run a Chromium that keeps its profile, as a person's does; it may be killed."""
    person = browser.browser_type.launch_persistent_context(profile, executable_path=CHROMIUM, args=QUIET)
    try:
        yield person
    finally:
        with contextlib.suppress(Error):
            person.close()


def kill_browser(profile: Path) -> None:
    of_it = [
        one
        for one in psutil.process_iter(["cmdline"])
        if f"--user-data-dir={profile}" in (one.info["cmdline"] or [])
    ]
    assert of_it
    for process in of_it:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(of_it, timeout=10)
