"""A workbook in a JupyterLab without our extension: the Start button in the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from extended import WORKBOOK, Tab, extended_lab
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.soak]


def test_the_start_button_opens_the_form_at_once_and_with_no_question(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    with extended_lab(tmp_path, extension=False) as lab:
        before = (lab.root / WORKBOOK).read_bytes()
        tab = Tab(lab, new_context().new_page(), WORKBOOK).open()
        expect(tab.page.get_by_role("button", name="Start: open the form")).to_be_visible(timeout=40_000)
        assert tab.page.locator("[data-mdli-state], .mdli-form").count() == 0, "nothing runs by itself"
        assert (lab.root / WORKBOOK).read_bytes() == before
        tab.press_start()
        expect(tab.page.locator(".jp-Dialog")).to_have_count(0)
        tab.write("by the button of the notebook")
        tab.page.reload()
        tab.press_start()
        expect(tab.field).to_have_value("by the button of the notebook")
