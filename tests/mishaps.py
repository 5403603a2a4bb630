"""A participant's workbook in a real JupyterLab that may be killed or cut off, and started again."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import select
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import psutil
import running
from playwright.sync_api import Error
from programs import generate_all, make_program, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Dialog, Locator, Page

WORKBOOK = "02-listen.ipynb"
SESSION = """\
---
session: 2
slug: listen
title: Listen
minutes: 10
sources: [Invented for a test]
---

```{reflection} first-guess
prompt: What reason did you give yourself?
minutes: 5
```

```{log} visits
title: Visits
fields: {saw_and_heard: long-text}
minutes: 5
```
"""
LISTEN = """
  window.told = new Set();
  new MutationObserver(() => {
    for (const one of document.querySelectorAll('.mdli-status-words')) window.told.add(one.textContent);
  }).observe(document, { subtree: true, childList: true, characterData: true });
"""
DRAFTS = """(who) => new Promise((done) => {
  const request = indexedDB.open('mdli-drafts', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('drafts');
  request.onsuccess = () => {
    const all = request.result.transaction('drafts').objectStore('drafts').getAllKeys();
    all.onsuccess = () => { request.result.close(); done(all.result.filter(([one]) => one === who)); };
  };
})"""


class House:
    """One participant's program and JupyterLab."""

    def __init__(self, base: Path) -> None:
        who, other = running.free_participant("ana"), running.free_participant("ben")
        self.folder = make_program(base / "program", (who, other), {"02-listen": SESSION})
        self.other = other
        self.lab = running.Lab(
            participant=who,
            root=self.folder / "workbooks" / "spring" / who,
            home=base / "home",
            log=base / "lab.log",
            token=secrets.token_hex(16),
        )
        generate_all(self.folder)
        (self.lab.home / "jupyter").mkdir(parents=True)
        settings = {"LabApp": {"expose_app_in_browser": True}}
        (self.lab.home / "jupyter" / "jupyter_lab_config.json").write_text(json.dumps(settings), "utf-8")

    @contextlib.contextmanager
    def open(self) -> Iterator[House]:
        self.start()
        try:
            yield self
        finally:
            running._end(self.process)

    def start(self) -> None:
        environment = running.own_home(self.lab.home) | {"JUPYTER_TOKEN": self.lab.token}
        arguments = ("lab", self.lab.participant, "--no-browser")
        with self.lab.log.open("a") as log:
            self.process = running._start(self.folder, *arguments, env=environment, stdout=log, stderr=log)
        running._wait_until_up(self.lab, self.process)

    def kill(self) -> None:
        """End the server as a power cut would: nobody is told."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        for process in (self.process, *children):
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        self.process.wait()
        psutil.wait_procs(children, timeout=10)

    def written(self) -> dict[str, str]:
        """Return exercise → text as the store has it."""
        with open_store(self.folder) as store:
            rows = store.newest(self.lab.participant, 2)
        texts = [
            (row.exercise, row.value.get("text", row.value.get("saw_and_heard"))) for row in rows if row.value
        ]
        return {exercise: text for exercise, text in texts if text is not None}

    def revisions(self, exercise: str = "first-guess") -> list[Any]:
        with open_store(self.folder) as store:
            return [row.value for row in store.history(self.lab.participant, 2, exercise)]


class Wire:
    """What lies between a browser and the server, and may be cut: refusing, or silently."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self.silent = self.cut_off = self._ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.cut_off:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            self._open += [near, far]
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), near, far:
            while True:
                for end in select.select([near, far], [], [], 0.2)[0]:
                    while self.silent:
                        time.sleep(0.05)
                    if not (data := end.recv(65536)):
                        return
                    (far if end is near else near).sendall(data)

    def cut(self) -> None:
        """Close what is open and refuse what is new."""
        self.cut_off = True
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        self.cut_off = self.silent = False

    def end(self) -> None:
        self._ended = True
        self.mend()
        self.cut()
        self._listener.close()


class Desk:
    """The workbook in one tab, and the hands of its person."""

    def __init__(self, house: House, page: Page, name: str = WORKBOOK, port: int = 0) -> None:
        self.house, self.page, self.name = house, page, name
        self.url = f"http://127.0.0.1:{port}" if port else house.lab.url
        self.asked: list[str] = []
        page.add_init_script(LISTEN)
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.asked.append(dialog.type)
        dialog.accept()

    def open(self) -> Desk:
        self.page.goto(f"{self.url}/doc/tree/{self.name}?token={self.house.lab.token}&reset")
        return self.wait_ready()

    def form(self, exercise: str = "first-guess") -> Locator:
        return self.page.locator(f'.mdli-form[data-exercise="{exercise}"]').last

    @property
    def field(self) -> Locator:
        return self.form().locator("textarea").first

    @property
    def visit(self) -> Locator:
        return self.form("visits").locator("textarea").first

    def wait_ready(self) -> Desk:
        """Wait until the forms hear."""
        return self._wait(lambda: self.state == "ready" and self._draws())

    def wait_saved(self) -> Desk:
        """Wait until both forms hear and say that they are saved."""
        return self._wait(lambda: self.state == "ready" and self._draws() and self.feet == ["saved", "saved"])

    def _wait(self, holds: Callable[[], bool], seconds: float = 60) -> Desk:
        """Wait; put Lab's own notices away and press the button above the workbook, as a person would."""
        until, calm = time.monotonic() + seconds, 0
        while calm < 3:
            assert time.monotonic() < until, (self.state, self.feet, self.told)
            calm = calm + 1 if holds() else 0
            for button in (".jp-Dialog button:has-text('Close')", ".mdli-bar-button:visible"):
                with contextlib.suppress(Error):
                    if self.page.locator(button).count():
                        self.page.locator(button).first.click(timeout=1000)
            self.page.wait_for_timeout(100)
        return self

    @property
    def feet(self) -> list[str]:
        """Return what each form's foot says, in one word."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('.mdli-foot')].map(({ dataset }) => dataset.status)"
        )
        return found

    @property
    def state(self) -> str:
        """Say whether the workbook is ready; nothing while the page is on its way."""
        found = ""
        with contextlib.suppress(Error):
            found = self.page.evaluate("document.querySelector('[data-mdli-state]')?.dataset.mdliState ?? ''")
        return found

    def _draws(self) -> bool:
        there: bool = self.page.evaluate(
            """() => document.querySelectorAll('.mdli-form[data-exercise]').length === 2
                 && !document.querySelector('.mdli-form-body[inert]')"""
        )
        return there

    def write(self, guess: str, visit: str) -> Desk:
        self.visit.fill(visit)
        self.field.fill(guess)
        self.page.wait_for_timeout(100)
        return self.wait_saved()

    def type(self, text: str) -> None:
        """Type at the end of both texts; the last one is not saved when this returns."""
        for field in (self.visit, self.field):
            field.focus()
            self.page.keyboard.press("Control+End")
            self.page.keyboard.insert_text(text)

    def on_screen(self) -> dict[str, str]:
        return {"first-guess": self.field.input_value(), "visits": self.visit.input_value()}

    @property
    def told(self) -> str:
        """Everything that the forms said of themselves since the page was opened."""
        return "\n".join(self.page.evaluate("[...(window.told ?? [])]"))

    def drafts(self) -> list[Any]:
        """Return the keys of what this browser keeps of this person."""
        found: list[Any] = self.page.evaluate(DRAFTS, self.house.lab.participant)
        return found

    def wait_no_drafts(self) -> None:
        wait_until(lambda: self.drafts() == [], "a draft is left of what is saved")

    def kernel(self) -> str:
        return str(self.house.lab.kernel(self.name)["id"])

    def command(self, name: str) -> None:
        self.page.evaluate("(name) => { void window.jupyterapp.commands.execute(name); }", name)


def wait_until(holds: Callable[[], object], what: str, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def kernel_process(kernel: str) -> psutil.Process:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == f"mdli-{kernel[:10]}":
            return process
    raise AssertionError("the kernel has no process")


def restart_by_menu(desk: Desk) -> None:
    desk.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    desk.page.get_by_role("menuitem", name=re.compile(r"^Restart Kernel *(…|\.\.\.)")).click()
    desk.page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
