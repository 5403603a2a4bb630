"""`mdli lab`: where it opens, on which port, what it leaves out, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import psutil
import pytest
import running
from extended import WORKBOOK, Tab, extended_lab

from mdli_workbook.lab import _command, _first_page, lab_port, session_to_open
from mdli_workbook.program import read_program
from mdli_workbook.starter import start_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext


@pytest.mark.parametrize(
    ("day", "session"),
    [
        pytest.param(date(2025, 12, 1), 1, id="before the first session: the first"),
        pytest.param(date(2026, 2, 1), 1, id="between two: the last held"),
        pytest.param(date(2026, 3, 20), 3, id="before a call: the session it is about"),
        pytest.param(date(2027, 1, 1), 6, id="after all: the last"),
    ],
)
def test_it_opens_the_workbook_in_which_a_participant_is_writing(
    tmp_path: Path, day: date, session: int
) -> None:
    start_program(tmp_path / "program")
    program = read_program(tmp_path / "program")
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert session_to_open(program.settings, program.cohorts[0], now) == session


def test_before_a_workbook_is_generated_the_folder_is_opened(tmp_path: Path) -> None:
    assert _first_page(tmp_path, 2) == "/lab"
    (tmp_path / "02-leitung & führung.ipynb").touch()
    assert _first_page(tmp_path, 2) == "/doc/tree/02-leitung%20%26%20f%C3%BChrung.ipynb"
    assert _first_page(tmp_path, 3) == "/lab"


def test_a_participants_port_is_their_own_and_always_the_same() -> None:
    assert lab_port("ana-mora") == lab_port("ana-mora") != lab_port("ben-otis")
    assert {lab_port(str(number)) for number in range(2000)} <= set(range(20_000, 30_000))


def test_it_listens_on_this_machine_alone_and_lets_no_terminal_be_opened(tmp_path: Path) -> None:
    start_program(tmp_path / "program")
    [one, *_] = read_program(tmp_path / "program").participants
    said = _command(tmp_path, one, "/lab", str(tmp_path), browser=False)
    assert {"--ServerApp.ip=127.0.0.1", "--ServerApp.terminals_enabled=False"} <= set(said)
    assert {"--ServerApp.port_retries=0", "--ServerApp.open_browser=False"} <= set(said)


def test_a_port_that_is_taken_is_one_line_that_names_the_way_out(tmp_path: Path) -> None:
    participant = running.free_participant("ana")
    folder = running.make_program(tmp_path / "program", {participant: "kim"})
    with socket.create_server(("127.0.0.1", lab_port(participant))):
        done = subprocess.run(
            [running.COMMAND, "--program", folder, "lab", participant, "--no-browser"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {lab_port(participant)} " in done.stderr
    assert "end that program first" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these signals")
@pytest.mark.parametrize(
    ("sent", "to_all"),
    [
        pytest.param(signal.SIGTERM, False, id="by kill"),
        pytest.param(signal.SIGINT, False, id="by kill -INT", marks=pytest.mark.soak),
        pytest.param(signal.SIGINT, True, id="by Ctrl-C in a terminal", marks=pytest.mark.soak),
        pytest.param(signal.SIGHUP, True, id="by closing the terminal", marks=pytest.mark.soak),
    ],
)
def test_whoever_ends_it_ends_jupyterlab_and_its_kernels_as_well(
    tmp_path: Path, sent: signal.Signals, *, to_all: bool
) -> None:
    with extended_lab(tmp_path) as lab:
        lab.rest("POST", "kernels")
        [command] = [
            one
            for one in psutil.Process().children()
            if one.status() != psutil.STATUS_ZOMBIE and lab.participant in one.cmdline()
        ]
        below = command.children(recursive=True)
        assert len(below) >= 2, "the server and a kernel"
        if to_all:
            os.killpg(command.pid, sent)
        else:
            command.send_signal(sent)
        left = psutil.wait_procs([command, *below], timeout=20)[1]
        assert left == []


@pytest.mark.soak
@pytest.mark.browser
def test_opening_alone_rewrites_neither_a_notebook_nor_a_workspace_file(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    with extended_lab(tmp_path, autosave=120) as lab:
        before = files(lab.root)
        page = new_context().new_page()
        opened = Tab(lab, page, WORKBOOK)
        page.goto(f"{lab.url}/lab/tree/{WORKBOOK}?token={lab.token}")
        opened.wait_ready()
        time.sleep(130)  # Lab saves what changed after two minutes
        assert files(lab.root) == before
        assert not list(tmp_path.rglob("*.jupyterlab-workspace"))
        assert page.locator(".jp-Dialog").count() == 0


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what lies in a folder, and when it was written; but for the copies that Lab makes on opening."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
