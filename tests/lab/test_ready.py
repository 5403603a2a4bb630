"""Workbooks that are ready when they are opened, in a real `mdli lab` and a real Chromium."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from extended import CODE, OURS, WORKBOOK, Tab, code_cell, extended_lab, generated, put, wait_for
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import running
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Lab]:
    with extended_lab(tmp_path_factory.mktemp("ready")) as lab:
        yield lab


def test_a_workbook_opens_as_a_form_with_no_click_and_no_code_and_without_being_rewritten(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    before = (lab.root / WORKBOOK).read_bytes()
    forms = sum(
        cell["metadata"].get("mdli", {}).get("name", "").startswith("x-") for cell in generated(lab)["cells"]
    )
    opened = tab(WORKBOOK).open().wait("busy")
    assert "Getting your workbook ready" in opened.bar.inner_text()
    assert opened.page.evaluate("document.querySelector('.jp-Notebook').inert")
    opened.look("1-busy")
    opened.wait_ready()
    assert opened.passes_encrypted()
    expect(opened.page.locator(".mdli-form[data-exercise]")).to_have_count(forms)
    expect(opened.page.locator(".mdli-form-body[inert]")).to_have_count(0)
    expect(opened.page.locator("[role=status]", has_text="Your workbook is ready.")).to_have_count(1)
    expect(opened.bar).to_be_hidden()
    expect(opened.page.locator(".jp-Dialog")).to_have_count(0)
    opened.look("2-ready")
    opened.write("I asked first.")
    assert opened.page.evaluate("window.sawCode") == 0
    for hidden in (".jp-NotebookPanel-toolbar", ".jp-InputPrompt", ".jp-OutputPrompt", ".jp-Collapser"):
        assert not opened.page.locator(f"{hidden}:visible").count(), hidden
    assert not opened.page.get_by_role("button", name="Start: open the form").is_visible()

    time.sleep(4)  # Lab saves what changed every second
    assert not opened.dirty()
    assert (lab.root / WORKBOOK).read_bytes() == before
    opened.page.reload()
    opened.wait_ready()
    expect(opened.field).to_have_value("I asked first.")
    time.sleep(2)
    assert (lab.root / WORKBOOK).read_bytes() == before
    assert list(lab.home.rglob("*.jupyterlab-workspace")) == []


@pytest.mark.soak
def test_a_participants_own_cells_are_not_run_and_keep_nothing_from_running(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    notebook = generated(lab)
    notebook["cells"].insert(0, code_cell("open('own-was-run', 'w').close()"))
    notebook["cells"].append(code_cell("1 + 1"))
    name = put(lab, "own-cells.ipynb", notebook)
    before = (lab.root / name).read_bytes()
    opened = tab(name).open().wait_ready()
    assert not (lab.root / "own-was-run").exists()
    expect(opened.page.locator(CODE, has_text="own-was-run")).to_be_visible()
    time.sleep(3)
    assert (lab.root / name).read_bytes() == before

    last = opened.page.locator(".jp-CodeCell").nth(opened.page.locator(".jp-CodeCell").count() - 1)
    last.locator(".cm-content").click()
    opened.page.keyboard.press("End")
    opened.page.keyboard.type(" + 40")
    opened.page.keyboard.press("Shift+Enter")
    opened.look("3-own-cells")
    expect(last.locator(".jp-OutputArea-output")).to_have_text("42")
    wait_for(lambda: "1 + 1 + 40" in (lab.root / name).read_text("utf-8"), "what a person changed is saved")
    opened.look("3-own-cells")


@pytest.mark.soak
def test_other_notebooks_stay_as_they_are(lab: running.Lab, tab: Callable[[str], Tab]) -> None:
    plain = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": generated(lab)["metadata"]["kernelspec"]},
    }
    name = put(
        lab, "plain.ipynb", plain | {"cells": [code_cell("open('plain-was-run', 'w').close()", mdli=OURS)]}
    )
    opened = tab(name).open()
    expect(opened.page.locator(CODE).first).to_be_visible(timeout=20_000)
    expect(opened.page.locator(".jp-NotebookPanel-toolbar")).to_be_visible()
    opened.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
    )
    time.sleep(2)
    assert opened.page.locator("[class*=mdli-]").count() == 0
    assert not (lab.root / "plain-was-run").exists()
    opened.page.keyboard.press("b")
    expect(opened.page.locator(".jp-CodeCell")).to_have_count(2)
    opened.look("4-other-notebook")


@pytest.mark.soak
def test_outputs_that_are_cleared_come_back(lab: running.Lab, tab: Callable[[str], Tab]) -> None:
    opened = tab(WORKBOOK).open().wait_ready()
    opened.write("kept")
    clear = "window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
    opened.get_ready_again(lambda: opened.page.evaluate(clear))
    expect(opened.field).to_have_value("kept")
    revert = "window.jupyterapp.shell.currentWidget.context.revert()"
    opened.get_ready_again(lambda: opened.page.evaluate(revert))
    expect(opened.field).to_have_value("kept")


@pytest.mark.soak
def test_a_cell_that_fails_is_one_sentence_and_no_traceback(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    notebook = generated(lab)
    notebook["cells"].append(code_cell("wb.reflection('why', points=[1])", mdli=OURS))
    opened = tab(put(lab, "fails.ipynb", notebook)).open().wait("failed")
    assert "could not be made ready" in opened.bar.inner_text()
    assert not opened.page.get_by_text("Traceback").first.is_visible()
    assert not opened.page.get_by_text("CellRefused").first.is_visible()
    opened.look("7-failed")
    runs = opened.runs
    opened.button("Try again").click()
    opened.page.wait_for_function(
        "(runs) => Number(document.querySelector('[data-mdli-state]').dataset.mdliRuns) > runs", arg=runs
    )


@pytest.mark.soak
def test_without_an_answer_of_the_check_nothing_is_run_until_there_is_one(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    opened = tab(WORKBOOK)
    opened.page.route("**/mdli/may-run*", lambda route: route.abort())
    opened.open().wait("failed")
    assert "did not answer" in opened.bar.inner_text()
    assert opened.page.locator(".mdli-form").count() == 0
    opened.page.unroute("**/mdli/may-run*")
    opened.get_ready_again(opened.button("Start").click)


@pytest.mark.soak
def test_the_setting_turns_running_on_opening_off(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    with extended_lab(tmp_path, name="ben", runOnOpening=False) as lab:
        opened = Tab(lab, new_context().new_page(), WORKBOOK).open().wait("waiting")
        time.sleep(1)
        assert opened.page.locator(".mdli-form").count() == 0
        opened.look("8-waiting")
        opened.button("Start").focus()
        opened.get_ready_again(lambda: opened.page.keyboard.press("Enter"))
        opened.write("by Start")
        opened.page.goto(f"{lab.url}/?token={lab.token}")
        opened.page.wait_for_url("**/doc/tree/06-*.ipynb*")  # the last one held on the program's own day
        opened.wait("waiting")
