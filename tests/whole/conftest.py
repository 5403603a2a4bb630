"""Browser profiles with an ear for what acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Dialog


@pytest.fixture
def acted() -> list[str]:
    """Everything that acted in a page of `listening`; must be empty."""
    return []


@pytest.fixture
def listening(new_context: Callable[..., BrowserContext], acted: list[str]) -> Callable[..., BrowserContext]:
    """Give browser profiles that note whatever acts: code that runs, and every question to the person."""

    def answer(dialog: Dialog) -> None:
        if dialog.type != "beforeunload":  # JupyterLab asks so before a reload
            acted.append(dialog.type)
        dialog.accept()

    def make(**options: Any) -> BrowserContext:
        context = new_context(viewport={"width": 1280, "height": 900}, locale="en-US", **options)
        context.expose_function("acted", lambda where: acted.append(where))  # noqa: PLW0108 - it asks for a signature
        context.on("dialog", answer)
        context.on("weberror", lambda error: acted.append(str(error.error)))
        return context

    return make
