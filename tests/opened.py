"""A workbook open in a browser: its forms, and what stands in them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error, expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from running import Lab

ON_SCREEN = """() => [...document.querySelectorAll('.mdli-form[data-exercise]')].map((form) => [
    form.dataset.exercise,
    [...form.querySelectorAll('.mdli-form-body :is(input, textarea)')].map((field) =>
      ['radio', 'checkbox'].includes(field.type) ? field.checked : field.value),
    [...form.querySelectorAll('.mdli-rank .mdli-rank-words')].map((words) => words.textContent),
    form.querySelector('.mdli-foot select').value])"""


class Workbook:
    """One notebook in one tab."""

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name

    def open(self) -> Workbook:
        self.page.goto(f"{self.lab.url}/doc/tree/{self.name}?token={self.lab.token}&reset")
        return self

    def wait_until_idle(self) -> None:
        until = time.monotonic() + 40
        while self.lab.kernel(self.name).get("execution_state") != "idle":
            assert time.monotonic() < until, "the kernel is not ready"
            time.sleep(0.1)

    def start(self) -> Workbook:
        """Wait until the workbook has made itself ready: there is nothing to press."""
        expect(self.page.locator('[data-mdli-state="ready"]')).to_be_visible(timeout=40_000)
        assert self.has_forms(10_000)
        return self

    def has_forms(self, timeout: float) -> bool:
        """Say whether all forms have drawn themselves and heard from the kernel."""
        calls = "[...document.querySelectorAll('.jp-CodeCell')].length - 3"
        try:
            self.page.wait_for_function(
                f"() => document.querySelectorAll('.mdli-form[data-exercise]').length >= {calls}",
                timeout=timeout,
            )
        except Error:
            return False
        ready = "() => !document.querySelector('.mdli-form-body[inert]')"
        self.page.wait_for_function(ready, timeout=30_000)
        return True

    def restart(self) -> None:
        """Restart the kernel by the menu, as a participant would."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile(r"^Restart Kernel *(…|\.\.\.)")).click()
        self.page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        self.wait_until_idle()

    def form(self, exercise: str) -> Locator:
        return self.page.locator(f'.mdli-form[data-exercise="{exercise}"]').last

    def wait_saved(self, *exercises: str) -> None:
        for exercise in exercises:
            saved = self.form(exercise).locator('.mdli-foot[data-status="saved"]')
            expect(saved).to_be_visible(timeout=15_000)

    def share(self, exercise: str, readers: str) -> None:
        """Choose the readers whose words begin so: the coach's name follows."""
        select = self.form(exercise).get_by_label("Who can read this")
        labels = select.locator("option").all_text_contents()
        select.select_option(label=next(one for one in labels if one.startswith(readers)))
        self.wait_saved(exercise)

    def coach_view(self, exercise: str) -> Locator:
        """Open what the coach will see of one exercise."""
        form = self.form(exercise)
        form.get_by_role("button", name="What my coach will see").click()
        view = form.get_by_role("region", name="What my coach will see")
        expect(view).not_to_have_text("One moment …")
        expect(view).not_to_be_empty()
        return view

    def on_screen(self) -> Any:
        """Return what stands in every field of every form, and who may read it."""
        return self.page.evaluate(ON_SCREEN)
