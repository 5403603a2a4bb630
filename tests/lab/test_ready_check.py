"""The server's half: who may ask, what is answered, and what is kept of it (nothing)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from extended import extended_lab

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
