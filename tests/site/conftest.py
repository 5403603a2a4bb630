"""A program folder with four participants and three coaches, and a real server in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import nbformat
import pytest

from mdli_workbook.answers import Draft
from mdli_workbook.program import store_address
from mdli_workbook.shelf import report_path
from mdli_workbook.site import set_password
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mdli_workbook.answers import Audience

TODAY = "2026-03-19T15:00:00+00:00"
PROGRAM = """\
title = "Leading <b>well</b>"
time_zone = "America/Chicago"

[[sessions]]
session = 1
starts_at = 2026-01-13T18:00:00
call_from = 2026-01-19
call_until = 2026-01-30

[[sessions]]
session = 2
starts_at = 2026-02-10T18:00:00
call_from = 2026-02-16
call_until = 2026-02-27

[[sessions]]
session = 3
starts_at = 2026-03-10T18:00:00
call_from = 2026-03-17
call_until = 2026-03-27

[credit]
cap = 20
session = 2
call = 1
"""
COACHES = """\
coach_id,name,email,time_zone
coach-kim,Sam Kim,kim@example.org,America/Chicago
coach-lee,Robin Lee,lee@example.org,Europe/Vienna
coach-old,Alex Old,old@example.org,
"""
ROSTER = """\
participant_id,name,email,cohort,coach_id,organization,role,time_zone,accommodations,joined_on,left_on
amara,Amara Okafor,amara@example.org,spring,coach-kim,Riverside Clinics,Medical director,,,,
ben,Ben Castellanos,ben@example.org,spring,coach-lee,North Valley,Medical director,,,,
cleo,<img src=x onerror=alert(1)>,cleo@example.org,spring,coach-kim,"<script>alert(2)</script>",,,,,
dan,Dan Leaver,dan@example.org,spring,coach-kim,Riverside Clinics,,,,,2026-03-01
"""
CALLS = """\
participant_id,call,starts_at,minutes,state
amara,3,2026-03-24 17:30,45,planned
"""
PASSWORDS = {
    "coach-kim": "violet harbor seven",
    "coach-lee": "amber window twelve",
    "coach-old": "quiet meadow nine",
}
MADE_AT = "2026-03-18T19:02:00+00:00"


@dataclass
class House:
    """A program folder, and what the tests put into it."""

    folder: Path
    rows: dict[tuple[str, int], str] = field(default_factory=dict)

    def store(self) -> Store:
        return Store.open(store_address(self.folder), now=lambda: datetime.fromisoformat(TODAY))

    def write(self, participant: str, session: int, text: str, audience: Audience = "coach") -> str:
        """Save an answer and return its row's id."""
        row = str(uuid.uuid4())
        cohort, based_on = "spring", self.rows.get((participant, session), "")
        with self.store() as store:
            store.save(
                Draft(
                    row,
                    participant,
                    cohort,
                    participant,
                    session,
                    "first-guess",
                    {"text": text},
                    audience,
                    based_on=based_on,
                )
            )
        self.rows[participant, session] = row
        return row

    def report(self, whose: str, number: int = 3, html: str = "<p>plain</p>", **marker: object) -> Path:
        """Put an executed report on the shelf, showing one shared answer."""
        row = self.rows.get((whose, number)) or self.write(whose, number, "shared words")
        said = {
            "report": True,
            "cohort": "spring",
            "participant": whose,
            "session": number,
            "slug": "a-session",
            "title": "Be open and listen",
            "answers": [row],
            "exercises": [],
            "fingerprint": "f" * 64,
            "made_at": MADE_AT,
        }
        notebook = nbformat.v4.new_notebook(
            metadata={"mdli": said | marker},
            cells=[
                nbformat.v4.new_code_cell("secret_source = 1"),
                nbformat.v4.new_code_cell(
                    "wb.part('who')",
                    outputs=[
                        nbformat.v4.new_output(
                            "display_data",
                            {"text/html": f"<h1>Report of {whose}</h1>", "text/plain": "plain"},
                        ),
                        nbformat.v4.new_output("stream", name="stderr", text="a warning nobody needs"),
                    ],
                ),
                nbformat.v4.new_markdown_cell("## What they *shared*\n\n<script>markdown()</script>"),
                nbformat.v4.new_code_cell(
                    "wb.reflection('first-guess')",
                    metadata={"mdli": {"name": "x-first-guess", "owner": "ours"}},
                    outputs=[
                        nbformat.v4.new_output("execute_result", {"text/html": html}, execution_count=1)
                    ],
                ),
            ],
        )
        path = report_path(self.folder, "spring", whose, f"{number:02d}-a-session")
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        """Change one of the program's files as a spreadsheet would."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="session")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The passwords' file; hashing takes a while, so it is done once."""
    folder = tmp_path_factory.mktemp("hashed")
    for coach_id, password in PASSWORDS.items():
        set_password(folder, coach_id, password)
    return (folder / ".mdli" / "coaches.json").read_text(encoding="utf-8")


def _house(folder: Path, hashed: str) -> House:
    for name, text in {
        "program.toml": PROGRAM,
        "coaches.csv": COACHES,
        "roster.csv": ROSTER,
        "calls.csv": CALLS,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".mdli").mkdir(mode=0o700, exist_ok=True)
    kept = folder / ".mdli" / "coaches.json"
    kept.write_text(hashed, encoding="utf-8")
    kept.chmod(0o600)
    house = House(folder)
    house.store().close()
    return house


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which one server runs while the tests change all that is in it."""
    return tmp_path_factory.mktemp("program")


@pytest.fixture
def house(grounds: Path, hashed: str) -> House:
    """The program as it was at first: no report, an empty store."""
    shutil.rmtree(grounds / "reports", ignore_errors=True)
    for left in (grounds / ".mdli").glob("answers.*"):
        left.unlink()
    return _house(grounds, hashed)


@dataclass
class Running:
    """A server in a process of its own."""

    url: str
    process: subprocess.Popen[str]
    visitors: list[httpx.Client] = field(default_factory=list)

    def visitor(self) -> httpx.Client:
        """Return a browser without a page: it keeps cookies and follows nothing."""
        self.visitors.append(httpx.Client(base_url=self.url, timeout=30, trust_env=False))
        return self.visitors[-1]

    def coach(self, coach_id: str) -> httpx.Client:
        """Return a visitor who has signed in."""
        visitor = self.visitor()
        assert self.sign_in(visitor, coach_id, PASSWORDS[coach_id]).status_code == 303
        return visitor

    def sign_in(self, visitor: httpx.Client, coach_id: str, password: str) -> httpx.Response:
        token = self.form_token(visitor.get("/login"))
        return visitor.post("/login", data={"coach": coach_id, "password": password, "_xsrf": token})

    def form_token(self, page: httpx.Response) -> str:
        return page.text.partition('name="_xsrf" value="')[2].partition('"')[0]


def start_site(folder: Path, cwd: Path, *, environment: dict[str, str] | None = None) -> Running:
    command = [sys.executable, "-P", "-m", "mdli_workbook.site", str(folder), "--port", "0", "--today", TODAY]
    log = (folder / "site.log").open("a", encoding="utf-8")
    with log:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | (environment or {}),
        )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert urlsplit(url).port, (folder / "site.log").read_text(encoding="utf-8")
    return Running(url, process)


def stop_site(running: Running) -> int:
    for visitor in running.visitors:
        visitor.close()
    running.process.send_signal(signal.SIGTERM)
    code = running.process.wait(timeout=20)
    assert running.process.stdout is not None
    running.process.stdout.close()
    return code


@pytest.fixture
def start(house: House, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a site of the test's own folder; each ends well when told to."""
    started: list[Running] = []

    def start_one(cwd: Path = tmp_path, **environment: str) -> Running:
        started.append(start_site(house.folder, cwd, environment=environment))
        return started[-1]

    yield start_one
    assert [stop_site(one) for one in started] == [0] * len(started)


@pytest.fixture(scope="session")
def site(grounds: Path, hashed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests; it reads again whatever a test has changed."""
    _house(grounds, hashed)
    running = start_site(grounds, tmp_path_factory.mktemp("elsewhere"))
    yield running
    stop_site(running)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, hashed: str) -> Iterator[tuple[House, Running]]:
    """A site to look at only: reports of amara (kim's) and ben (lee's), and of dan, who left."""
    folder = tmp_path_factory.mktemp("program")
    house = _house(folder, hashed)
    for participant in ("amara", "ben", "dan"):
        house.report(participant)
    running = start_site(folder, tmp_path_factory.mktemp("elsewhere"))
    yield house, running
    stop_site(running)


@pytest.fixture(scope="session")
def visitors(shared: tuple[House, Running]) -> dict[str, httpx.Client]:
    """One of each kind of visitor to the shared site."""
    house, running = shared
    known = {
        "anonymous": running.visitor(),
        "own coach": running.coach("coach-kim"),
        "other coach": running.coach("coach-lee"),
        "withdrawn coach": running.coach("coach-old"),
        "participant": _participant(house, running),
    }
    house.replace("coaches.csv", "coach-old,Alex Old,old@example.org,\n", "")
    return known


def _participant(house: House, running: Running) -> httpx.Client:
    """Return a participant with a password of their own, who has tried it, and has JupyterLab open."""
    set_password(house.folder, "amara", "a participant's own")
    visitor = running.visitor()
    assert running.sign_in(visitor, "amara", "a participant's own").status_code == 401
    visitor.cookies.set("username-127-0-0-1-8888", "2|1:0|10:1773|22:username-127-0-0-1-8888|8:YW1hcmE=|00")
    visitor.cookies.set("_xsrf", "2|aaaaaaaa|bbbb|1")
    return visitor
