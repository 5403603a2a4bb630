"""Who may open what, from one table: every address, every kind of visitor, every way to bend a path."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tornado.routing import PathMatches

from mdli_workbook.site.app import ROUTES, CoachSite
from mdli_workbook.site.frame import HEADERS, NotFound

if TYPE_CHECKING:
    import httpx

    from tests.site.conftest import House, Running

WHO = ("anonymous", "own coach", "other coach", "withdrawn coach")
LOGIN, OK, NONE = 303, 200, 404
# what "withdrawn coach" gets is what "anonymous" gets: their cookie says nobody any more
TABLE: dict[str, tuple[int, int, int, int]] = {
    "/": (LOGIN, OK, OK, LOGIN),
    "/login": (OK, OK, OK, OK),
    "/report/amara/3": (LOGIN, OK, NONE, LOGIN),
    "/report/amara/3?template=x&token=y": (LOGIN, OK, NONE, LOGIN),
    "/report/ben/3": (LOGIN, NONE, OK, LOGIN),
    "/report/amara/2": (LOGIN, NONE, NONE, LOGIN),
    "/report/dan/3": (LOGIN, NONE, NONE, LOGIN),
    "/report/nobody/3": (LOGIN, NONE, NONE, LOGIN),
    "/static/site.css": (OK, OK, OK, OK),
    "/static/tokens.css": (OK, OK, OK, OK),
} | dict.fromkeys(
    (
        "/logout",  # signing out is a form, not a link
        "/report",
        "/report/",
        "/report/amara",
        "/report/amara/",
        "/report/amara/3/",
        "/report/amara/0",
        "/report/amara/7",
        "/report/amara/03",
        "/report/amara/3.ipynb",
        "/report/AMARA/3",
        "/REPORT/amara/3",
        "/report//amara/3",
        "//report/amara/3",
        "/./report/amara/3",
        "/report/./amara/3",
        "/report/ben/../amara/3",
        "/report/ben/%2e%2e/amara/3",
        "/report/ben%2f..%2famara/3",
        "/report/ben/3/../../amara/3",
        "/report/ben%2Famara/3",
        "/report/%61mara/3",
        "/report/amara/%33",
        "/report/amara/3%00",
        "/report/amara%00/3",
        "/report/amara/3%0a",
        "/report/amara/3;x",
        "/report/amara\\3",
        "/report/..%5camara/3",
        "/report/*/3",
        "/report/am*ra/3",
        "/report/-amara/3",
        "/static/",
        "/static/report.html.j2",
        "/static/other.css",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/site.css/..",
        "/login/",
        "/favicon.ico",
        "/robots.txt",
        # Voila's and the server's own
        "/voila/tree",
        "/voila/render/reports/spring/amara/03-a-session.ipynb",
        "/voila/files/reports/spring/amara/03-a-session.ipynb",
        "/voila/static/main.js",
        "/voila/templates/lab/static/x.css",
        "/voila/api/contents/",
        "/voila/api/shutdown/0b0b0b0b-0000-4000-8000-000000000000",
        "/voila/query/0b0b0b0b-0000-4000-8000-000000000000",
        "/voila/execution/0b0b0b0b-0000-4000-8000-000000000000",
        "/api/kernels",
        "/api/kernels/0b0b0b0b-0000-4000-8000-000000000000/channels",
        "/api/sessions",
        "/api/contents",
        "/api/terminals",
        "/api/status",
        "/metrics",
        "/.mdli/coaches.json",
        "/roster.csv",
    ),
    (NONE, NONE, NONE, NONE),
)
NAMES = ("Amara", "Okafor", "Castellanos", "Leaver", "Riverside", "Valley", "spring", "shared words")


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


@pytest.mark.parametrize("path", TABLE)
def test_every_address_answers_every_visitor_as_the_table_says(
    shared: tuple[House, Running], visitors: dict[str, httpx.Client], path: str
) -> None:
    _, site = shared
    answers = {who: ask(site, visitors[who], path) for who in WHO}
    assert tuple(answers[who][0] for who in WHO) == TABLE[path]
    for who, (status, headers, body) in answers.items():
        if not path.startswith("/static/") or status != OK:
            assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
        if status != OK or who in {"anonymous", "withdrawn coach"}:
            assert not [name for name in NAMES if name in body + str(headers)]


def test_what_is_not_yours_and_what_is_not_there_cannot_be_told_apart(
    shared: tuple[House, Running], visitors: dict[str, httpx.Client]
) -> None:
    _, site = shared
    said = {
        ask(site, visitors["other coach"], f"/report/{who}/3")[2]
        for who in ("amara", "dan", "nobody", "cleo")
    }
    assert len(said) == 1


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
        "/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])$",
        "/static/([a-z]+\\.css)$",
    ]
    assert len(live.default_router.rules) == 1, "no second host with routes of its own"
    assert live.settings["default_handler_class"] is NotFound
    assert len(ROUTES) == 5
    assert not hasattr(site, "kernel_manager")
    assert not hasattr(site, "contents_manager")
