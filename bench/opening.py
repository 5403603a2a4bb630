"""Opening a workbook and writing in it, beside the stock way, the stock kernel, and a reload."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager
from playwright.sync_api import TimeoutError as NotYet
from playwright.sync_api import sync_playwright

from mdli_workbook.exercises.form_module import ASSETS
from mdli_workbook.lab import lab_port
from mdli_workbook.notebook import KERNEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
WORKBOOK = "02-be-open-and-listen.ipynb"
ANSWERS = 10
"""Given in each opening of ours."""
PAUSE = float(re.findall(r"const PAUSE = (\d+);", (ASSETS / "saving.js").read_text(encoding="utf-8"))[0])
"""Milliseconds without a key until an answer is saved: meant, and no delay."""
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
# What only the page can tell in its own time: when a kernel is asked for, a key pressed, *saved* seen.
NOTES = f"""(() => {{
  const fetches = window.fetch, canBeTypedIn = {CAN_BE_TYPED_IN};
  window.asked = window.ready = window.saved = window.lastKey = 0;
  window.fetch = function (asks, ...more) {{
    const {{ method, url }} = asks instanceof Request ? asks : {{ url: String(asks), ...more[0] }};
    if (method === 'POST' && /api.sessions/.test(url)) window.asked ||= performance.now();
    return fetches.call(this, asks, ...more);
  }};
  document.addEventListener('input', () => {{ window.lastKey = performance.now(); window.saved = 0; }}, true);
  const look = () => {{
    if (!window.ready && window.asked && canBeTypedIn()) window.ready = performance.now();
    const foot = document.querySelector('.mdli-form:has(textarea) .mdli-foot');
    if (window.lastKey && !window.saved && foot?.dataset.status === 'saved') window.saved = performance.now();
    requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}})();"""
RUN_ALL = "() => { void window.jupyterapp.commands.execute('notebook:run-all-cells'); }"


Figure = tuple[str, str, list[float], str, list[float]]
"""What, its unit, ours, the peer, the peer's."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What each way took, in seconds; answers in milliseconds."""

    opened: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reloads: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)

    def figures(self) -> list[Figure]:
        """Return the rows, with what is said of them where a ratio does not say it."""
        ours, kernel = self.opened["ours"], self.asked["ours"]
        apart = median(ours) - median(self.reloads)
        slow = quantiles(self.answers, n=20)[-1]
        opened = "a workbook opened with a new kernel, until it can be typed in"
        asked = "a kernel asked for, until the first exercise can be typed in"
        saved = f"an answer, from the last key until *saved* is seen, without the pause; p95 is {slow:.0f}"
        robot = "stock JupyterLab and stock kernel, *Run All* by a robot as soon as the kernel is idle"
        return [
            (opened, "seconds", ours, robot, self.opened["stock"]),
            (opened, "seconds", ours, "the same with the stock kernel", self.opened["cold"]),
            (opened, "seconds", ours, f"its reload with the kernel alive, {apart:+.2f} s", self.reloads),
            (asked, "seconds", kernel, "the same with the stock kernel", self.asked["cold"]),
            (saved, "milliseconds", self.answers, "the pause before it", [PAUSE]),
        ]


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


def measure_openings(folder: Path, program: Path, times: int = 10) -> list[Figure]:
    """Return what opening a workbook takes, each figure beside its peer's.

    A workbook is opened in a fresh browser profile with a new kernel, in three ways, shuffled: ours; ours
    on a stock kernel, which is our kernelspec without its provisioner; and the stock way, a JupyterLab
    without the extension, where a robot, which has neither to read nor to think, presses *Run All* as soon
    as the kernel, a stock one, is idle. Ours is then reloaded with its kernel alive, and written in.
    """
    ours, cold, stock = sorted((program / "workbooks").glob("*/*/"))[:3]
    turns = ["ours", "cold", "stock"] * times
    random.Random(7).shuffle(turns)
    took = Taken()
    with ExitStack() as stack:
        labs = {
            "ours": stack.enter_context(running_lab(folder, program, ours.name, extended=True)),
            "cold": stack.enter_context(running_lab(folder, program, cold.name, extended=True, warm=False)),
            "stock": stack.enter_context(
                running_lab(folder, program, stock.name, extended=False, warm=False)
            ),
        }
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        stack.callback(browser.close)
        for way in labs:  # the first of each fills the caches of files and is not counted
            take(browser, labs, way, Taken())
        for way in turns:
            take(browser, labs, way, took)
    return took.figures()


def take(browser: Browser, labs: Mapping[str, Lab], way: str, took: Taken) -> None:
    """Open a workbook in one way, and note what it took."""
    with tab(browser) as page:
        took.opened[way].append(seconds_to_open(page, labs[way], by_robot=way == "stock"))
        took.asked[way].append(page.evaluate("(window.ready - window.asked) / 1000"))
        if way == "ours":
            began = time.perf_counter()
            page.reload(wait_until="commit")
            page.wait_for_function(CAN_BE_TYPED_IN, polling=20, timeout=60_000)
            took.reloads.append(time.perf_counter() - began)
            took.answers.extend(milliseconds_to_save(page) for _ in range(ANSWERS))
    labs[way].end_kernels()


@contextmanager
def tab(browser: Browser) -> Iterator[Page]:
    """Give a page in a fresh profile."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(NOTES)
    try:
        yield context.new_page()
    finally:
        context.close()


def seconds_to_open(page: Page, lab: Lab, *, by_robot: bool) -> float:
    """Open the workbook and wait until it can be typed in."""
    began = time.perf_counter()
    page.goto(f"{lab.url}/lab/tree/{WORKBOOK}?token={lab.token}&reset", wait_until="commit")
    if by_robot:
        press_run_all(page)
    page.wait_for_function(CAN_BE_TYPED_IN, polling=20, timeout=60_000)
    return time.perf_counter() - began


def press_run_all(page: Page) -> None:
    """Press *Run All* as soon as the kernel is idle; again, should it have been swallowed."""
    page.wait_for_function(KERNEL_IS_IDLE, polling=20, timeout=60_000)
    for _ in range(5):
        page.evaluate(RUN_ALL)
        with suppress(NotYet):
            page.wait_for_function(CAN_BE_TYPED_IN, polling=20, timeout=10_000)
            return


def milliseconds_to_save(page: Page) -> float:
    """Write a word by hand, and return how long after its last key *saved* is seen, without the pause."""
    field = page.locator(".mdli-form textarea").first
    field.click()
    page.evaluate("window.saved = 0")
    page.keyboard.type("word ", delay=30)
    page.wait_for_function("window.saved > window.lastKey", polling=20, timeout=30_000)
    return float(page.evaluate("window.saved - window.lastKey")) - PAUSE


@contextmanager
def running_lab(
    folder: Path, program: Path, participant: str, *, extended: bool, warm: bool = True
) -> Iterator[Lab]:
    """Run ``mdli lab``, with our extension or, as after ``jupyter labextension disable``, without it.

    Its kernel is ours, or the same by the stock provisioner.
    """
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
    if not warm:
        keep_stock_kernel(base / "share")
        environment["JUPYTER_PATH"] = str(base / "share")
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


def keep_stock_kernel(share: Path) -> None:
    """Put a kernelspec of the same name and command before ours; the stock provisioner starts it."""
    spec = KernelSpecManager().get_kernel_spec(KERNEL["name"]).to_dict()
    spec["metadata"].pop("kernel_provisioner", None)
    folder = share / "kernels" / KERNEL["name"]
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def wait_until_up(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError):
            lab.ask("GET", "status")
            return
        time.sleep(0.1)
    sys.exit(log.read_text(encoding="utf-8"))
