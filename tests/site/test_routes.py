"""What the site answers to: its own routes, by its own names, to those who signed in."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tornado.routing import PathMatches
from tornado.web import RequestHandler

from mdli_workbook.site.app import ROUTES, CoachSite
from mdli_workbook.site.frame import NotFound

if TYPE_CHECKING:
    import httpx

    from tests.site.conftest import House, Running

LOGIN = 303


def ask(
    site: Running, visitor: httpx.Client, path: str, method: str = "GET"
) -> tuple[int, dict[str, str], str]:
    """Send a path exactly as it is written: a polite client would tidy it first."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    kept = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        connection.putheader("Cookie", kept)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "POST", "TRACE", "MAKE"])
@pytest.mark.parametrize("path", ["/", "/report/amara/3", "/voila/render/x", "/api/kernels"])
def test_pages_are_only_read(
    shared: tuple[House, Running], visitors: dict[str, httpx.Client], method: str, path: str
) -> None:
    _, site = shared
    status, headers, body = ask(site, visitors["own coach"], path, method)
    assert status in {403, 404}
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "Amara" not in body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 303),
        ("LOCALHOST:9000", 303),
        ("127.0.0.1:1", 303),
        ("[::1]:8866", 303),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example:80", 403),
        ("", 403),
    ],
)
def test_only_our_own_names_are_answered(
    shared: tuple[House, Running], visitors: dict[str, httpx.Client], host: str, status: int
) -> None:
    answer = visitors["anonymous"].get("/", headers={"Host": host})
    assert answer.status_code == status
    assert visitors["anonymous"].get("/nowhere", headers={"Host": host}).status_code in {403, 404}


@pytest.mark.parametrize(
    "headers", [{"Authorization": "token coach-kim"}, {"Authorization": "Basic Y29hY2gta2ltOng="}]
)
def test_no_header_and_no_token_signs_in(
    shared: tuple[House, Running], visitors: dict[str, httpx.Client], headers: dict[str, str]
) -> None:
    assert visitors["anonymous"].get("/report/amara/3?token=coach-kim", headers=headers).status_code == LOGIN


def test_the_live_route_table_is_the_allow_list(house: House) -> None:
    site = CoachSite(folder=house.folder)
    site.initialize([])
    live = site.make_application()
    paths = [rule.matcher for rule in live.wildcard_router.rules]
    assert all(isinstance(one, PathMatches) for one in paths)
    assert [one.regex.pattern for one in paths if isinstance(one, PathMatches)] == [
        "/$",
        "/login$",
        "/logout$",
        "/reset$",
        "/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])$",
        "/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])/now$",
        "/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])/rebuild$",
        "/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])/write$",
        "/static/([a-z-]+\\.(?:css|js))$",
    ]
    assert len(live.default_router.rules) == 1, "no second host with routes of its own"
    assert live.settings["default_handler_class"] is NotFound
    assert len(ROUTES) == len(paths)
    assert not hasattr(site, "kernel_manager")
    assert not hasattr(site, "contents_manager")


def test_the_documentation_names_every_route_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition("## What it answers")[2].partition("## ")[0]
    named = set(re.findall(r"`(GET|POST) (/[^`]*)`", table))
    shown = {"([a-z0-9][a-z0-9_-]{0,63})": "<participant>", "([1-6])": "<session>"}
    known = set()
    for pattern, page in ROUTES:
        path = re.sub(r"/static/.*", "/static/<name>", pattern)
        for part, word in shown.items():
            path = path.replace(part, word)
        known |= {
            (method, path)
            for method in ("GET", "POST")
            if getattr(page, method.lower()) is not getattr(RequestHandler, method.lower())
        }
    assert named == known
