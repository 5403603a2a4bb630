"""Who may open what, from one table: every route, every kind of visitor, every way to bend a path."""

from __future__ import annotations

import http.client
import json
import re
import socket
import uuid
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest
from tornado import web

from mdli_workbook.answers import Event
from mdli_workbook.site.app import ROUTES
from mdli_workbook.site.frame import HEADERS
from tests.site.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.site.conftest import House, Running

WHO = ("anonymous", "own coach", "other coach", "withdrawn coach", "participant")
Row = tuple[int, int, int, int, int]
LOGIN, OK, NONE = 303, 200, 404
EVERYBODY: Row = (OK, OK, OK, OK, OK)
NOBODY: Row = (NONE, NONE, NONE, NONE, NONE)
SIGNED_IN: Row = (LOGIN, OK, OK, LOGIN, LOGIN)
KIMS: Row = (LOGIN, OK, NONE, LOGIN, LOGIN)
KIMS_BY_SCRIPT: Row = (401, OK, NONE, 401, 401)
LEES: Row = (LOGIN, NONE, OK, LOGIN, LOGIN)
COACHS_NONE: Row = (LOGIN, NONE, NONE, LOGIN, LOGIN)
# A withdrawn coach and a participant get what anonymous gets: their cookies say nobody.
TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/"): SIGNED_IN,
    ("GET", "/login"): EVERYBODY,
    ("POST", "/login"): (401, 401, 401, 401, 401),
    ("GET", "/logout"): NOBODY,  # signing out is a form, not a link
    ("POST", "/logout"): (LOGIN, LOGIN, LOGIN, LOGIN, LOGIN),
    ("GET", "/reset"): EVERYBODY,
    ("POST", "/reset"): (401, 401, 401, 401, 401),
    ("GET", "/report/amara/3"): KIMS,
    ("GET", "/report/amara/3/now"): KIMS,
    ("GET", "/report/amara/3/rebuild"): NOBODY,
    ("POST", "/report/amara/3/rebuild"): (LOGIN, 409, NONE, LOGIN, LOGIN),  # its call was recorded
    ("GET", "/report/amara/3/write"): NOBODY,
    ("POST", "/report/amara/3/write"): KIMS_BY_SCRIPT,
    ("POST", "/report/amara/2/write"): KIMS_BY_SCRIPT,  # a coach may write before a report is there
    **{("POST", f"/report/{whose}/3/write"): (401, NONE, NONE, 401, 401) for whose in ("dan", "nobody")},
    ("GET", "/report/ben/3"): LEES,
    ("GET", "/report/ben/3/now"): LEES,
    ("GET", "/static/site.css"): EVERYBODY,
    ("GET", "/static/report.js"): EVERYBODY,
    **{
        ("GET", f"/report/{whose}{what}"): COACHS_NONE  # not there, gone, never was: one answer
        for whose in ("amara/2", "dan/3", "nobody/3", "coach-kim/3")
        for what in ("", "/now")
    },
    **{
        ("POST", f"/report/{whose}/rebuild"): COACHS_NONE
        for whose in ("amara/2", "dan/3", "nobody/3", "coach-kim/3")
    },
}
"""What each visitor gets from each route, with the token of a form where there is something to send."""

ELSEWHERE = (
    "/report",
    "/report/amara",
    "/report/amara/0",
    "/report/amara/7",
    "/report/amara/03",
    "/report/amara/3.ipynb",
    "/report/amara/3/now/now",
    "/report/amara/now",
    "/report/*/3",
    "/report/am*ra/3",
    "/report/-amara/3",
    f"/report/{'a' * 65}/3",
    "/static",
    "/static/report.html.j2",
    "/static/other.css",
    "/static/app.py",
    "/static/site.css.map",
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
    "/.mdli/access.log",
    "/.mdli/answers.db",
    "/.mdli/pages",
    "/roster.csv",
    "/reports/spring/amara/03-a-session.ipynb",
)
NAMES = ("Amara", "Okafor", "Castellanos", "Leaver", "Riverside", "Valley", "spring", "shared words")


def bent(path: str) -> Iterator[str]:
    """Bend a path in every way that a server or a proxy might straighten again."""
    last = path.rpartition("/")[2]
    yield from (f"/{path}", f"/.{path}", f"/x/..{path}", f"/%2e%2e{path}", f"/..%2f{path[1:]}", f"/..{path}")
    yield from (f"/{path[1:].replace('/', '%2f')}%2f", f"/{path[1:]}%00", f"/{path[1:]}%0a", f"{path};x")
    yield from (
        f"{path}%20",
        f"{path}%3f",
        f"{path}%23",
        f"{path}\\",
        f"http://localhost{path}",
        f"{path}#x",
    )
    if path != "/":
        yield from (f"{path}/", f"{path}/.", f"{path}//", path.upper(), path.replace("/", "\\"))
        yield from (path.replace("/", "//", 2), f"/%{ord(path[1]):02x}{path[2:]}", f"{path}/../{last}")
        yield from (f"{path[:-1]}%{ord(path[-1]):02X}", f"{path}/%2e%2e/{last}", path[:-1] + path[-1] + ".")


class Line:
    """One visitor's line to the site, on which a path is sent exactly as it is written."""

    def __init__(self, site: Running, visitor: httpx.Client) -> None:
        self.token = site.form_token(visitor.get("/login"))  # which sets the cookie that it belongs to
        self._cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        self._place = urlsplit(site.url)

    def ask(
        self, method: str, path: str, token: str | None = None, kind: str = ""
    ) -> tuple[int, dict[str, str], str]:
        """Send a request; with a form's token and its type, unless others are given."""
        said, body = _sent(path) if method == "POST" else ("", b"")
        head = {"Host": self._place.netloc, "Cookie": self._cookie, "Connection": "close"}
        if method == "POST":
            token = self.token if token is None else token
            head |= {"Content-Type": kind or said, "Content-Length": str(len(body))}
            head |= {"X-XSRFToken": token} if token else {}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        place = self._place.hostname, self._place.port
        with socket.create_connection(place, timeout=30) as here:
            here.sendall("\r\n".join(lines).encode() + body)  # at once: some are refused before all is read
            with http.client.HTTPResponse(here, method=method) as answer:
                answer.begin()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                return answer.status, headers, answer.read().decode()


def _sent(path: str) -> tuple[str, bytes]:
    """Return the type and the words of what a page of ours would send there."""
    if path.endswith("/write"):
        return "application/json", json.dumps({"form": "call", "message": {"type": "hello"}}).encode()
    form = {"coach": f"nobody-{uuid.uuid4()}", "password": "not the password", "code": "x"}
    return "application/x-www-form-urlencoded", urlencode(form | {"again": form["password"]}).encode()


@pytest.fixture(scope="module")
def lines(shared: tuple[House, Running], visitors: dict[str, httpx.Client]) -> dict[str, Line]:
    house, site = shared
    with house.store() as store:
        held = datetime.fromisoformat(TODAY)
        store.record(Event(str(uuid.uuid4()), "call-held", "coach-kim", "amara", held, 3))
    return {who: Line(site, visitors[who]) for who in WHO}


def test_the_table_has_every_route_with_every_method_that_it_knows() -> None:
    known = {
        (pattern, method)
        for pattern, page in ROUTES
        for method in ("GET", "POST")
        if getattr(page, method.lower()) is not getattr(web.RequestHandler, method.lower())
    }
    asked = {
        (pattern, method) for pattern, _ in ROUTES for method, path in TABLE if re.fullmatch(pattern, path)
    }
    assert known <= asked


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_every_route_answers_every_visitor_as_the_table_says(
    lines: dict[str, Line], method: str, path: str
) -> None:
    answers = {who: lines[who].ask(method, path) for who in WHO}
    assert tuple(answers[who][0] for who in WHO) == TABLE[method, path]
    for who, (status, headers, body) in answers.items():
        wanted = (
            HEADERS.items()
            if status != OK
            else HEADERS.items() - {("Cache-Control", HEADERS["Cache-Control"])}
        )
        assert not [name for name, value in wanted if headers.get(name.lower()) != value]
        assert "no-cache" in headers["cache-control"] or "no-store" in headers["cache-control"]
        assert "server" not in headers
        if status != OK or who in {"anonymous", "withdrawn coach", "participant"}:
            assert not [name for name in NAMES if name in body + json.dumps(headers)]


@pytest.mark.parametrize("path", sorted({path for _, path in TABLE}))
def test_a_bent_path_leads_nowhere(lines: dict[str, Line], path: str) -> None:
    straight = {path for _, path in TABLE}
    for one in sorted(set(bent(path)) - straight):
        answers = {who: lines[who].ask("GET", one) for who in WHO}
        assert {answer[0] for answer in answers.values()} == {NONE}, one
        assert len({answer[2] for answer in answers.values()}) == 1, one


@pytest.mark.parametrize(
    "query", ["?", "?template=x&token=y", "?_xsrf=x", "?/../../report/ben/3", "?a=%00&a=%ff"]
)
def test_what_follows_a_question_mark_changes_nothing(lines: dict[str, Line], query: str) -> None:
    for (method, path), row in TABLE.items():
        if method == "GET":
            assert tuple(lines[who].ask("GET", path + query)[0] for who in WHO) == row, path + query


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_is_not_in_the_table_is_nowhere(lines: dict[str, Line], path: str) -> None:
    for who in WHO:
        status, headers, body = lines[who].ask("GET", path)
        assert status == NONE
        assert not [name for name in NAMES if name in body + json.dumps(headers)]


def test_what_is_not_yours_and_what_is_not_there_cannot_be_told_apart(lines: dict[str, Line]) -> None:
    for end in ("", "/now"):
        said = {
            lines["other coach"].ask("GET", f"/report/{whose}/3{end}")[2]
            for whose in ("amara", "dan", "nobody", "cleo")
        }
        assert len(said) == 1


@pytest.mark.parametrize(("method", "path"), [one for one in TABLE if one[0] == "POST"])
def test_nothing_is_sent_without_the_token_of_this_browser(
    lines: dict[str, Line], method: str, path: str
) -> None:
    for token in ("", "x", lines["other coach"].token, "2|aaaaaaaa|bbbb|1"):
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json"):
            assert lines["own coach"].ask(method, path, token, kind)[0] == 403
    assert lines["own coach"].ask("GET", "/")[0] == OK, "still signed in"
