"""A report's page on our site, beside stock Voila on the same report: time, memory, and many at once.

Stock Voila runs the notebook again for each reader. Pre-heated, it has done so before somebody asks, and
holds a kernel ready for each page to come.
"""

from __future__ import annotations

import asyncio
import csv
import html
import http.cookiejar
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser

TOOLS = Path(sys.executable).parent
CHROMIUM = "/usr/bin/chromium"
COLD, READY = "stock Voila", "stock Voila, pre-heated"
CROWDS = (1, 10, 50)
OPEN = 3
"""Pages that are open at once while memory is measured."""
LEAST = 0.1
"""MB per page below which growth cannot be told from noise; less is shown as this."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that shows the report at `url`.

    Parameters
    ----------
    url
        Of the report.
    process
        The server; its kernels are its children.
    jar
        Cookies of somebody who may see it.
    """

    url: str
    process: psutil.Process
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def read(self) -> str:
        """Read the report to its last byte."""
        return read(opener(self.jar), self.url)

    def memory(self) -> float:
        """Return the memory of the server and of its kernels, in MB."""
        every = [self.process, *self.process.children(recursive=True)]
        return sum(one.memory_info().rss for one in every) / 2**20

    def cookies(self) -> list[dict[str, str]]:
        """Return the cookies as Chromium takes them."""
        return [{"name": one.name, "value": one.value or "", "url": self.url} for one in self.jar]


Figure = tuple[str, str, list[float], str, list[float], bool]
"""What, unit, ours, peer, the peer's, whether more is better."""


def measure_pages(program: Path, executed: Callable[[str, int], Path], times: int) -> list[Figure]:
    """Measure all of it in one run, turn by turn.

    Parameters
    ----------
    program
        A program folder with reports and a coach's password.
    executed
        Gives a folder that holds a report as papermill has executed it: ``report.ipynb``.
    times
        Samples of each figure.
    """
    coach, participant, session = a_report(program)
    report = executed(participant, session)
    word = first_words(report / "report.ipynb")
    voila = (TOOLS / "voila", "report.ipynb", "--no-browser")
    with ExitStack() as stack:
        site, process = stack.enter_context(
            serving((TOOLS / "mdli", "--program", program, "serve", "--port", "0"), program)
        )
        password = json.loads((program / ".mdli/demo-passwords.json").read_text())[coach]
        ours = Server(f"{site}report/{participant}/{session}", process, sign_in(site, coach, password))
        must_hold(ours.read(), word)
        peers = {
            COLD: Server(*stack.enter_context(serving((*voila, f"--port={free_port()}"), report))),
            READY: Server(*stack.enter_context(serving((*voila, *heated()), report))),
        }
        figures = last_bytes(ours, peers, times, word)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            figures += readable_texts(browser, ours, peers, times, word)
            figures += memory_of_pages(browser, ours, peers, word)
            browser.close()
        alone = [1 / seconds for seconds in figures[0][4]]
        figures += [
            (as_words(many), "per second", in_a_crowd(ours, many, times), f"{COLD}, one by one", alone, True)
            for many in CROWDS
        ]
    return figures


def as_words(many: int) -> str:
    """Name a crowd."""
    return f"pages, {many} {'client' if many == 1 else 'clients at once'}"


def heated() -> tuple[str, ...]:
    """Return what keeps kernels ready in stock Voila."""
    return f"--port={free_port()}", "--preheat_kernel=True", f"--pool_size={OPEN}"


def last_bytes(ours: Server, peers: dict[str, Server], times: int, word: str) -> list[Figure]:
    """Return the seconds until a whole page has arrived."""
    mine: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(times):
        mine += [took(ours.read) for _ in range(5)]
        for name, peer in peers.items():
            until_idle(peer)
            theirs[name].append(took(lambda peer=peer: must_hold(peer.read(), word)))  # type: ignore[misc]
    return [("a report's page, last byte", "seconds", mine, name, theirs[name], False) for name in peers]


def readable_texts(
    browser: Browser, ours: Server, peers: dict[str, Server], times: int, word: str
) -> list[Figure]:
    """Return the seconds until the report's first words can be read, in a browser that knows nothing yet."""
    mine: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(times):
        mine += [readable(browser, ours, word) for _ in range(3)]
        for name, peer in peers.items():
            until_idle(peer)
            theirs[name].append(readable(browser, peer, word))
    what = "a report's page in Chromium, readable text"
    return [(what, "seconds", mine, name, theirs[name], False) for name in peers]


def readable(browser: Browser, server: Server, word: str) -> float:
    """Open the report in a new profile; return the seconds until its first words are visible."""
    context = browser.new_context()
    context.add_cookies(server.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    began = time.perf_counter()
    page.goto(server.url, wait_until="commit")
    page.get_by_text(word).first.wait_for(state="visible", timeout=120_000)
    seconds = time.perf_counter() - began
    context.close()
    return seconds


def memory_of_pages(browser: Browser, ours: Server, peers: dict[str, Server], word: str) -> list[Figure]:
    """Return the memory that the server needs for each page that somebody has open."""
    mine = memory_per_page(browser, ours, word)
    what, unit = f"memory of the server per open page, {OPEN} open, at least {LEAST}", "MB"
    return [
        (what, unit, [mine], name, [memory_per_page(browser, peer, word)], False)
        for name, peer in peers.items()
    ]


def memory_per_page(browser: Browser, server: Server, word: str) -> float:
    """Open some pages and leave them open; return by how much the server and its kernels grew for each."""
    until_idle(server)
    before = server.memory()
    context = browser.new_context()
    context.add_cookies(server.cookies())  # type: ignore[arg-type]
    for _ in range(OPEN):
        page = context.new_page()
        page.goto(server.url, wait_until="commit")
        page.get_by_text(word).first.wait_for(state="visible", timeout=120_000)
    until_idle(server)
    needed = max((server.memory() - before) / OPEN, LEAST)
    context.close()
    return needed


def in_a_crowd(server: Server, many: int, times: int, seconds: float = 2.0) -> list[float]:
    """Return the pages per second that some clients get, each asking again and again on a line of its own."""
    return [asyncio.run(_crowd(server, many, seconds)) for _ in range(times)]


async def _crowd(server: Server, many: int, seconds: float) -> float:
    place = urllib.parse.urlsplit(server.url)
    cookies = "; ".join(f"{one.name}={one.value}" for one in server.jar)
    asked = f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookies}\r\n\r\n".encode()
    until = time.perf_counter() + seconds

    async def reads() -> int:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        count = 0
        while time.perf_counter() < until:
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:40]
            length = re.search(rb"(?i)content-length: (\d+)", head)
            assert length is not None
            await reader.readexactly(int(length.group(1)))
            count += 1
        writer.close()
        return count

    began = time.perf_counter()
    counts = await asyncio.gather(*(reads() for _ in range(many)))
    return sum(counts) / (time.perf_counter() - began)


def until_idle(server: Server) -> None:
    """Wait until a server has done what it does ahead: pre-heating takes seconds after each page."""
    quiet, until = 0, time.monotonic() + 60
    while quiet < 3 and time.monotonic() < until:
        every = [server.process, *server.process.children(recursive=True)]
        before = sum(sum(one.cpu_times()[:2]) for one in every)
        time.sleep(0.5)
        used = sum(sum(one.cpu_times()[:2]) for one in every if one.is_running()) - before
        quiet = quiet + 1 if used < 0.05 else 0


def first_words(notebook: Path) -> str:
    """Return the first words that a report shows."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            drawn = "".join(output.get("data", {}).get("text/html", ""))
            found = re.search(r">\s*([^<>]{6,})<", drawn)
            if found:
                return html.unescape(found.group(1)).strip()
    sys.exit("the report shows nothing")


def a_report(program: Path) -> tuple[str, str, int]:
    """Return the coach, participant and session of the first report."""
    path = min((program / "reports").glob("*/*/*.ipynb"))
    marker = json.loads(path.read_text(encoding="utf-8"))["metadata"]["mdli"]
    rows = csv.DictReader((program / "roster.csv").read_text(encoding="utf-8-sig").splitlines())
    coach = next(row["coach_id"] for row in rows if row["participant_id"] == marker["participant"])
    return coach, marker["participant"], marker["session"]


@contextmanager
def serving(command: Sequence[object], cwd: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Run a server; yield the address that it prints, and its process."""
    log = Path(tempfile.mkstemp(suffix=".log")[1])
    with log.open("w") as out:
        server = subprocess.Popen(list(map(str, command)), cwd=cwd, stdout=out, stderr=out)
    try:
        yield wait_for_address(log, server), psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(20)
        log.unlink()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_address(log: Path, server: subprocess.Popen[bytes]) -> str:
    """Wait until the server says where it is and answers there."""
    for _ in range(600):
        found = re.search(r"http://(?:127\.0\.0\.1|localhost):[1-9]\d*/", log.read_text())
        if found:
            return found.group()
        if server.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(log.read_text())


def sign_in(site: str, coach: str, password: str) -> http.cookiejar.CookieJar:
    """Sign in as a browser does, and return its cookies."""
    jar = http.cookiejar.CookieJar()
    found = re.search(r'name="_xsrf"[^>]*value="([^"]+)"', read(opener(jar), f"{site}login"))
    assert found, "the sign-in form has no _xsrf field"
    form = {"coach": coach, "password": password, "_xsrf": found.group(1)}
    opener(jar).open(f"{site}login", urllib.parse.urlencode(form).encode(), timeout=60).read()
    return jar


def opener(jar: http.cookiejar.CookieJar) -> urllib.request.OpenerDirector:
    """Return what reads pages with some cookies, and asks no proxy."""
    cookies = urllib.request.HTTPCookieProcessor(jar)
    return urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))


def read(browser: urllib.request.OpenerDirector, url: str) -> str:
    """Read a page to its last byte."""
    with browser.open(url, timeout=120) as answer:
        return str(answer.read().decode("utf-8"))


def took(action: Callable[[], object]) -> float:
    """Return the seconds that `action` took."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def must_hold(page: str, words: str) -> None:
    """Measure nothing that is not the report."""
    if words not in html.unescape(page):
        sys.exit(f"the page does not hold the report ({len(page)} characters)")
