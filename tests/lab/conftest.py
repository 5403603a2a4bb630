"""A real JupyterLab on a free port of this machine, with a home and a store of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from extended import Tab
from nbformat import v4

from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page

KERNEL = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
ANSWERS = """() => Promise.race([
  window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo()
    .then(() => true, () => false),
  new Promise((done) => setTimeout(() => done(false), 500)),
])"""
RUN_ALL = """async () => {
  for (const form of document.querySelectorAll('.mdli-form')) form.dataset.old = 'yes';
  await window.jupyterapp.shell.currentWidget.sessionContext.ready;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
READY = """() => document.querySelector('[data-mdli-state="ready"] .mdli-form')
  && !document.querySelector('.mdli-form-body[inert]')"""
DRAWN = """() => document.querySelector('.mdli-form[data-exercise]')
  && !document.querySelector('.mdli-form[data-old]')"""


@dataclass(frozen=True)
class Lab:
    port: int
    token: str
    root: Path
    home: Path

    def rest(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def restart_kernel(self, name: str) -> None:
        [kernel] = [one["kernel"]["id"] for one in self.rest("GET", "sessions") if one["path"] == name]
        self.rest("POST", f"kernels/{kernel}/restart")

    def store(self) -> Store:
        return Store.open(address_of(self.home / "answers.db"))

    def write(
        self, name: str, *calls: str, participant: str = "ana-mora", session: int = 2, form: bool = True
    ) -> str:
        """Write a notebook as a generated workbook is; without `form` the page leaves it alone."""
        (self.root / name).write_text(workbook_text(calls, participant, session, form=form), "utf-8")
        return name


def workbook_text(calls: tuple[str, ...], participant: str, session: int, *, form: bool) -> str:
    parameters = f"cohort = 'spring'\nparticipant = {participant!r}\nsession = {session}\nview = 'workbook'"
    sources = [
        "# Opens the workbook.\nfrom mdli_workbook import workbook",
        parameters,
        "# Shows the forms.\nwb = workbook(cohort, participant, session, view)",
        *calls,
    ]
    hidden = {"jupyter": {"source_hidden": True}}
    cells = [
        v4.new_code_cell(source, metadata=hidden | {"mdli": {"owner": "ours", "name": str(number)}})
        for number, source in enumerate(sources)
    ]
    cells[1].metadata["tags"] = ["parameters"]
    metadata = {
        "kernelspec": {"name": "mdli", "display_name": "Workbook", "language": "python"},
        "mdli": {"cohort": "spring", "participant": participant, "session": session, "form": form},
    }
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell("# Be open and listen"), *cells], metadata=metadata
    )
    return str(nbformat.writes(notebook))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    base = tmp_path_factory.mktemp("lab")
    running = Lab(free_port(), secrets.token_hex(16), base / "root", base / "home")
    running.root.mkdir()
    settings = running.home / ".config" / "mdli"
    settings.mkdir(parents=True)
    (settings / "store.toml").write_text(f'address = "{address_of(running.home / "answers.db")}"\n', "utf-8")
    (settings / "store.toml").chmod(0o600)
    with (base / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
                f"--ServerApp.port={running.port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={running.token}",
                f"--ServerApp.root_dir={running.root}",
                "--expose-app-in-browser",
            ],
            env=own_environment(running.home),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(running, process, base / "log.txt")
            yield running
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


def own_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MDLI", "XDG"))
    }
    return kept | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
    }


def wait_until_up(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            lab.rest("GET", "status")
            return
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8')[-2000:]}")


class Notebook:
    """One notebook open in one tab."""

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name

    def open(self) -> Notebook:
        self.page.goto(f"http://127.0.0.1:{self.lab.port}/doc/tree/{self.name}?token={self.lab.token}&reset")
        if json.loads((self.lab.root / self.name).read_text("utf-8"))["metadata"]["mdli"]["form"]:
            self.page.wait_for_function(READY, timeout=90_000)  # on a busy machine
            return self
        return self.run_all()

    def run_all(self) -> Notebook:
        """Run it by a robot's hand, as in a JupyterLab without our extension."""
        self.page.wait_for_function(KERNEL, timeout=60_000)
        self.page.wait_for_function(ANSWERS, polling=200, timeout=60_000)
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(DRAWN, timeout=90_000)  # on a busy machine
        return self

    def restart_from_outside(self) -> None:
        """Restart the kernel as a hub's tool or another program would, unknown to this page."""
        self.lab.restart_kernel(self.name)

    def form(self, exercise: str) -> Form:
        return Form(self.page.locator(f'.mdli-form[data-exercise="{exercise}"]').last)


class Form:
    """One exercise on the screen, used as a person would."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    def field(self, label: str, *, exact: bool = False) -> Locator:
        return self.root.locator(".mdli-form-body").get_by_label(label, exact=exact)

    def button(self, label: str) -> Locator:
        return self.root.get_by_role("button", name=label)

    def wait_for(self, status: str, timeout: float = 10_000) -> None:
        self.root.locator(f'.mdli-foot[data-status="{status}"]').wait_for(timeout=timeout)

    def wait_saved(self) -> Form:
        self.wait_for("saved")
        return self

    @property
    def said(self) -> str:
        return self.root.locator(".mdli-status-words").inner_text()


@pytest.fixture
def notebook(lab: Lab, new_context: Callable[..., BrowserContext]) -> Callable[..., Notebook]:
    def make(name: str, context: BrowserContext | None = None) -> Notebook:
        context = context or new_context(viewport={"width": 1280, "height": 900})
        return Notebook(lab, context.new_page(), name)

    return make


@pytest.fixture
def tab(lab: Any, new_context: Callable[..., BrowserContext]) -> Callable[[str], Tab]:
    return lambda name: Tab(lab, new_context(viewport={"width": 1280, "height": 900}).new_page(), name)
