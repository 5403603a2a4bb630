"""The server's half: who may ask, what is answered, and what is kept of it (nothing)."""

from __future__ import annotations

import contextlib
import gzip
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import psutil
import pytest
from extended import WORKBOOK, Tab, extended_lab

from mdli_workbook.exercises.form_module import MODULE, NAME
from mdli_workbook.lab.gate import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import running
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Lab]:
    with extended_lab(tmp_path_factory.mktemp("ready")) as lab:
        yield lab


def test_the_fork_server_gets_ready_before_a_kernel_is_asked_for(lab: running.Lab) -> None:
    [server] = [one for one in psutil.process_iter() if f"--ServerApp.root_dir={lab.root}" in said_by(one)]
    assert lab.rest("GET", "kernels") == []
    assert [one for one in server.children(recursive=True) if "mdli_workbook.kernels" in said_by(one)]


def said_by(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return list(process.cmdline())
    return []


MARK = "marker-of-what-was-sent"


def ask(lab: running.Lab, body: bytes, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{lab.url}/mdli/may-run", method="POST", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_check_answers_whoever_is_logged_in_and_keeps_no_text(lab: running.Lab) -> None:
    marker = {"form": True, "cohort": "a", "participant": "b", "session": 1}
    page = json.dumps({"kernel": "mdli", "marker": marker, "cells": [f"print('{MARK}')"]}).encode()
    known = {"Authorization": f"token {lab.token}"}
    status, text = ask(lab, page, **known)
    assert (status, json.loads(text)["order"]) == (200, [])
    assert ask(lab, page)[0] == 403
    assert ask(lab, b'{"cells": "' + MARK.encode() + b'"}', **known)[0] == 400
    assert ask(lab, MARK.encode(), **known)[0] == 400
    assert ask(lab, page + b" " * LONGEST, **known)[0] == 413
    assert MARK not in lab.log.read_text("utf-8")


def test_a_page_of_another_site_cannot_ask_with_the_persons_cookie(
    lab: running.Lab, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    page.goto(f"{lab.url}/lab?token={lab.token}")
    fetch = """(headers) => fetch('/mdli/may-run', { method: 'POST', body: '{}', headers })
      .then(({ status }) => status)"""
    assert page.evaluate(fetch, {}) == 403
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "_xsrf")
    assert page.evaluate(fetch, {"X-XSRFToken": cookie}) == 400


def get(lab: running.Lab, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(f"{lab.url}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_what_draws_the_forms_is_kept_by_browsers_for_good_under_the_name_of_its_content(
    lab: running.Lab,
) -> None:
    known = {"Authorization": f"token {lab.token}"}
    status, headers, plain = get(lab, f"/mdli/form/{NAME}.js", **known)
    assert (status, plain.decode()) == (200, MODULE)
    assert headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in headers["Cache-Control"]
    _, headers, packed = get(lab, f"/mdli/form/{NAME}.js", **known, **{"Accept-Encoding": "gzip"})
    assert (headers["Content-Encoding"], gzip.decompress(packed)) == ("gzip", plain)
    assert get(lab, f"/mdli/form/{'0' * 16}.js", **known)[0] == 404, "another version is another name"
    assert plain not in get(lab, f"/mdli/form/{NAME}.js")[2], "who is not logged in is sent to do so"


def test_a_page_fetches_it_once_however_many_forms_it_shows(
    lab: running.Lab, new_context: Callable[..., BrowserContext]
) -> None:
    asked: list[str] = []
    sizes: list[int] = []

    def hear(said: bytes | str) -> None:
        sizes.append(len(said))

    page = new_context().new_page()
    page.on("request", lambda one: asked.append(one.url))
    page.on("websocket", lambda wire: wire.on("framereceived", hear))
    tab = Tab(lab, page, WORKBOOK).open().wait_ready()
    assert page.locator(".mdli-form").count() > 5
    assert [one for one in asked if "/mdli/form/" in one] == [f"{lab.url}/mdli/form/{NAME}.js"]
    assert sum(sizes) < 2 * len(MODULE), "no form carries the module along"
    tab.write("seen")


def test_a_page_whose_server_has_another_version_gets_the_module_from_its_kernel(
    lab: running.Lab, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.route("**/mdli/form/*", lambda route: route.fulfill(status=404))
    tab = Tab(lab, context.new_page(), WORKBOOK).open().wait_ready()
    assert tab.page.locator("#mdli-form-style").count() == 1
    tab.write("without the server")
