"""A kernel that was restarted, killed or deleted: ready again, or one labelled button."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from extended import WORKBOOK, extended_lab
from mishaps import kernel_process
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import running
    from extended import Tab

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Lab]:
    with extended_lab(tmp_path_factory.mktemp("ready")) as lab:
        yield lab


def restart_by_menu(opened: Tab) -> None:
    opened.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    opened.page.get_by_role("menuitem", name=re.compile(r"^Restart Kernel *(…|\.\.\.)")).click()
    opened.page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()


def restart_from_outside(opened: Tab) -> None:
    opened.restart_from_outside()


def kill(opened: Tab) -> None:
    kernel_process(opened.kernel_id()).kill()


@pytest.mark.parametrize("end", [restart_by_menu, restart_from_outside, kill])
def test_after_a_restart_the_forms_are_there_again_and_hear_what_is_written(
    lab: running.Lab, tab: Callable[[str], Tab], end: Callable[[Tab], None]
) -> None:
    name = f"{end.__name__}.ipynb"
    shutil.copy(lab.root / WORKBOOK, lab.root / name)
    opened = tab(name).open().wait_ready()
    opened.write(f"before {name}")
    opened.field.press("End")
    opened.field.press_sequentially(" and more")
    opened.get_ready_again(lambda: end(opened))
    expect(opened.field).to_have_value(f"before {name} and more")
    expect(opened.page.locator(".jp-Dialog")).to_have_count(0)
    for text in ("first edit", "second edit"):
        opened.write(f"{text} after {name}")
    opened.page.reload()
    opened.wait_ready()
    expect(opened.field).to_have_value(f"second edit after {name}")


def test_a_workbook_whose_kernel_is_gone_says_that_it_sleeps_and_is_woken_by_one_key(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    opened = tab(WORKBOOK).open().wait_ready()
    opened.write("before it slept")
    opened.field.focus()
    opened.lab.rest("DELETE", f"kernels/{opened.kernel_id()}")
    opened.wait("asleep")
    assert "went to sleep" in opened.bar.inner_text()
    assert opened.page.evaluate("document.querySelector('.jp-Notebook').inert")
    opened.look("5-asleep")
    expect(opened.button("Wake it up")).to_be_focused()
    opened.get_ready_again(lambda: opened.page.keyboard.press("Enter"))
    expect(opened.field).to_have_value("before it slept")
    expect(opened.field).to_be_focused()
    opened.write("after it woke")
