"""Shared by all tests: a real Chromium that reaches nothing but this machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def leaves_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"127.0.0.1", "localhost"}


# One per module and not per session: while Playwright runs, its event loop counts as running in
# this thread, and tests of other modules may want to start one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Give fresh browser profiles; whatever they ask of another machine is refused and fails the test."""
    outside: list[str] = []
    with contextlib.ExitStack() as stack:

        def make(**options: object) -> BrowserContext:
            context = browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.on("request", lambda request: outside.append(request.url))
            context.on("page", lambda page: page.on("websocket", lambda socket: outside.append(socket.url)))
            return context

        yield make
    assert [url for url in outside if leaves_this_machine(url)] == []
