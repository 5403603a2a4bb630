"""Seconds from the start of navigation until a workbook can be typed in, beside the stock way."""

from __future__ import annotations

import json
import os
import random
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import TimeoutError as NotYet
from playwright.sync_api import sync_playwright

from mdli_workbook.lab import lab_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
WORKBOOK = "02-be-open-and-listen.ipynb"
CAN_BE_TYPED_IN = """() => {
  const fields = [...document.querySelectorAll('.mdli-form textarea')];
  const exercises = document.querySelectorAll('.jp-CodeCell').length - 3;
  return fields.length > 0 && document.querySelectorAll('.mdli-form').length >= exercises
    && !document.querySelector('.mdli-form-body[inert]')
    && fields[0].checkVisibility({ visibilityProperty: true }) && !fields[0].closest('[inert]');
}"""
KERNEL_IS_IDLE = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.status === 'idle';
}"""
RUN_ALL = "() => { void window.jupyterapp.commands.execute('notebook:run-all-cells'); }"


@dataclass(frozen=True, slots=True)
class Lab:
    """One participant's server."""

    participant: str
    token: str

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{lab_port(self.participant)}"

    def ask(self, method: str, path: str) -> Any:
        """Ask the server's interface."""
        head = {"Authorization": f"token {self.token}"}
        asked = urllib.request.Request(f"{self.url}/api/{path}", method=method, headers=head)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.loads(answer.read() or "null")

    def end_kernels(self) -> None:
        """End all kernels, so that the next opening starts one of its own."""
        for one in self.ask("GET", "sessions"):
            self.ask("DELETE", f"sessions/{one['id']}")


def measure_openings(folder: Path, program: Path, times: int = 10) -> tuple[list[float], list[float]]:
    """Return the seconds of `times` openings of ours and of the stock way, taken in a shuffled order.

    Ours is opened, and nothing else is done. The stock way is the same JupyterLab without the extension;
    a robot, which has neither to read nor to think, presses *Run All* as soon as the kernel is idle. Each
    opening has a fresh browser profile and a fresh kernel.
    """
    ours, theirs = sorted((program / "workbooks").glob("*/*/"))[:2]
    turns = [True, False] * times
    random.Random(7).shuffle(turns)
    took: dict[bool, list[float]] = {True: [], False: []}
    with ExitStack() as stack:
        labs = {
            True: stack.enter_context(running_lab(folder, program, ours.name, extended=True)),
            False: stack.enter_context(running_lab(folder, program, theirs.name, extended=False)),
        }
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        stack.callback(browser.close)
        for extended in [
            True,
            False,
            *turns,
        ]:  # the first of each fills the caches of files and is not counted
            took[extended].append(seconds_to_open(browser, labs[extended], by_robot=not extended))
            labs[extended].end_kernels()
    return took[True][1:], took[False][1:]


def seconds_to_open(browser: Browser, lab: Lab, *, by_robot: bool) -> float:
    """Open the workbook in a fresh profile and wait until it can be typed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"{lab.url}/lab/tree/{WORKBOOK}?token={lab.token}&reset", wait_until="commit")
        if by_robot:
            press_run_all(page)
        page.wait_for_function(CAN_BE_TYPED_IN, polling=20, timeout=60_000)
        return time.perf_counter() - began
    finally:
        context.close()


def press_run_all(page: Page) -> None:
    """Press *Run All* as soon as the kernel is idle; again, should it have been swallowed."""
    page.wait_for_function(KERNEL_IS_IDLE, polling=20, timeout=60_000)
    for _ in range(5):
        page.evaluate(RUN_ALL)
        with suppress(NotYet):
            page.wait_for_function(CAN_BE_TYPED_IN, polling=20, timeout=10_000)
            return


@contextmanager
def running_lab(folder: Path, program: Path, participant: str, *, extended: bool) -> Iterator[Lab]:
    """Run ``mdli lab``, with our extension or, as after ``jupyter labextension disable``, without it."""
    base = folder / f"lab-{participant}"
    (base / "labconfig").mkdir(parents=True)
    page = {} if extended else {"disabledExtensions": {"mdli-workbook": True}}
    exposed = {"LabApp": {"expose_app_in_browser": True}}
    (base / "labconfig" / "page_config.json").write_text(json.dumps(page), encoding="utf-8")
    (base / "jupyter_lab_config.json").write_text(json.dumps(exposed), encoding="utf-8")
    lab = Lab(participant, secrets.token_hex(16))
    environment = os.environ | {
        "JUPYTER_TOKEN": lab.token,
        "JUPYTER_CONFIG_DIR": str(base),
        "JUPYTERLAB_SETTINGS_DIR": str(base / "settings"),
    }
    mdli = Path(sys.executable).with_name("mdli")
    command = [mdli, "--program", program, "lab", participant, "--no-browser"]
    with (base / "log.txt").open("w") as log:
        server = subprocess.Popen(list(map(str, command)), env=environment, stdout=log, stderr=log)
    try:
        wait_until_up(lab, server, base / "log.txt")
        yield lab
    finally:
        server.terminate()
        server.wait(30)


def wait_until_up(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError):
            lab.ask("GET", "status")
            return
        time.sleep(0.1)
    sys.exit(log.read_text(encoding="utf-8"))
