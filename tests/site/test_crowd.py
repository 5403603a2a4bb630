"""Slow and many clients: they do not stop the others."""

from __future__ import annotations

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.site.conftest import House, Running

PATIENCE = 5.0
"""Seconds that nobody should wait for a page, on however busy a machine."""
HEAD = b"GET /login HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\ncoach="
ASKED = HEAD + b"\r\n"


@contextlib.contextmanager
def crowd(site: Running, *said: bytes, many: int) -> Iterator[list[socket.socket]]:
    """Open many connections that say a little, and then no more."""
    place = urlsplit(site.url)
    with contextlib.ExitStack() as stack:
        opened = []
        for number in range(many):
            one = stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=10))
            one.sendall(said[number % len(said)])
            opened.append(one)
        yield opened


def longest_wait(site: Running, *paths: str, times: int) -> float:
    """Return how long the slowest of some pages took, one after another, for a coach who is signed in."""
    visitor, longest = site.coach("coach-kim"), 0.0
    for path in paths * times:
        began = time.monotonic()
        assert visitor.get(path).status_code == 200
        longest = max(longest, time.monotonic() - began)
    return longest


def test_two_hundred_open_connections_stop_nobody(shared: tuple[House, Running]) -> None:
    house, site = shared
    house.report("amara", html="<p>" + "a long report " * 5000 + "</p>")
    with crowd(site, b"", HEAD, FORM, ASKED * 20, b"\x16\x03\x01", many=200):
        assert longest_wait(site, "/report/amara/3", "/", "/report/amara/3/now", times=5) < PATIENCE


def test_those_who_never_read_cost_little_memory(shared: tuple[House, Running]) -> None:
    _, site = shared
    process = psutil.Process(site.process.pid)
    before = process.memory_info().rss
    with crowd(site, ASKED * 200, many=100):
        assert longest_wait(site, "/login", times=5) < PATIENCE
        assert process.memory_info().rss - before < 200 * 2**20


def test_many_who_try_passwords_at_once_keep_no_page_waiting(shared: tuple[House, Running]) -> None:
    _, site = shared
    coach = site.coach("coach-kim")
    with ThreadPoolExecutor(40) as pool:
        tries = [
            pool.submit(site.sign_in, site.visitor(), f"nobody-{number}", "not the password")
            for number in range(40)
        ]
        began = time.monotonic()
        assert coach.get("/report/amara/3").status_code == 200
        assert time.monotonic() - began < PATIENCE
        assert {one.result().status_code for one in tries} <= {401, 429}


@pytest.mark.parametrize("size", [20_000, 50_000_000])
def test_what_is_too_long_is_not_taken(shared: tuple[House, Running], size: int) -> None:
    _, site = shared
    form = f"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()
    with crowd(site, form, many=1) as [one]:
        assert one.recv(100).startswith(b"HTTP/1.1 4")
    head = HEAD + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n"
    with crowd(site, head, many=1) as [one], contextlib.suppress(ConnectionResetError):
        assert b" 200 " not in one.recv(100)


@pytest.mark.soak
def test_who_says_no_more_is_let_go(shared: tuple[House, Running]) -> None:
    _, site = shared
    with crowd(site, b"", HEAD, FORM, many=30) as opened:
        for one in opened:
            one.settimeout(90)
            with contextlib.suppress(ConnectionResetError):
                assert one.recv(1000)[:9] in {b"", b"HTTP/1.1 "}
    kept = [one for one in psutil.Process(site.process.pid).net_connections() if one.status == "ESTABLISHED"]
    assert len(kept) < 10
