"""`mdli lab` with JupyterLab's part of this project, and one notebook open in one of its tabs."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import running
from playwright.sync_api import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Locator, Page

SHARED = Path(__file__).parents[1] / "jupyter"
EXTENSION = SHARED / "labextensions" / "mdli-workbook"
WORKBOOK = "02-be-open-and-listen.ipynb"
CODE = ".jp-Notebook .jp-InputArea-editor"
OURS = {"owner": "ours", "name": "x"}
SAW_CODE = """window.sawCode = 0;
const look = () => {
  for (const one of document.querySelectorAll('.jp-CodeCell .jp-InputArea-editor'))
    if (one.checkVisibility({ visibilityProperty: true })) window.sawCode += 1;
  requestAnimationFrame(look); };
requestAnimationFrame(look);"""
READY_AGAIN = """(runs) => { const { dataset } = document.querySelector('[data-mdli-state]');
  return Number(dataset.mdliRuns) > runs && dataset.mdliState === 'ready'; }"""


@contextlib.contextmanager
def extended_lab(
    base: Path,
    *,
    name: str = "ana",
    autosave: float = 1,
    extension: bool = True,
    before: Callable[[Path], object] = lambda _folder: None,
    tools: Path | None = None,
    **settings: object,
) -> Iterator[running.Lab]:
    """Run ``mdli lab`` on a program of its own, with the extension as it is in this checkout.

    Parameters
    ----------
    base
        An empty folder for all of it.
    name
        How the participant's id begins.
    autosave
        Seconds after which Lab saves what changed; its own default is 120.
    extension
        Whether the page's half is there, as it is not in a stock JupyterLab.
    before
        Called with the participant's folder before the server is started.
    tools
        Where the commands of another environment are, with the extension that is installed there.
    settings
        Of the extension.
    """
    lab = make_lab(base, name)
    before(lab.root)
    keep_setting(lab, "@jupyterlab/docmanager-extension/plugin", autosaveInterval=autosave)
    keep_setting(lab, "mdli-workbook/ready", **settings)
    environment = lab_environment(lab, base, extension=extension)
    if tools is None:
        shutil.copytree(SHARED / "labextensions", base / "share" / "labextensions")
        shutil.copytree(SHARED / "jupyter_server_config.d", base / "etc" / "jupyter_server_config.d")
        environment["JUPYTER_PATH"] = str(base / "share")
    command = [(tools / "mdli") if tools else running.COMMAND, "--program", base / "program", "lab"]
    with serving(lab, [*command, lab.participant, "--no-browser"], environment):
        yield lab


def make_lab(base: Path, name: str) -> running.Lab:
    """Generate the workbooks of one participant, and make a home that is nobody else's."""
    participant = running.free_participant(name)
    folder = running.make_program(base / "program", {participant: "kim"})
    running.run(folder, "generate")
    lab = running.Lab(
        participant=participant,
        root=folder / "workbooks" / running.COHORT / participant,
        home=base / "home",
        log=base / "lab.log",
        token=secrets.token_hex(16),
    )
    (lab.home / "jupyter").mkdir(parents=True)
    exposed = {"LabApp": {"expose_app_in_browser": True}}
    (lab.home / "jupyter" / "jupyter_lab_config.json").write_text(json.dumps(exposed), "utf-8")
    return lab


def lab_environment(lab: running.Lab, base: Path, *, extension: bool) -> dict[str, str]:
    """Return a server's environment; without the extension, as after ``jupyter labextension disable``."""
    (base / "etc" / "labconfig").mkdir(parents=True)
    page = {} if extension else {"disabledExtensions": {"mdli-workbook": True}}
    (base / "etc" / "labconfig" / "page_config.json").write_text(json.dumps(page), "utf-8")
    return running.own_home(lab.home) | {
        "JUPYTER_TOKEN": lab.token,
        "JUPYTER_CONFIG_PATH": str(base / "etc"),
    }


@contextlib.contextmanager
def serving(lab: running.Lab, command: Sequence[object], environment: dict[str, str]) -> Iterator[None]:
    """Run a server until the block ends."""
    with lab.log.open("w") as log:
        process = subprocess.Popen(
            list(map(str, command)),
            text=True,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        running._wait_until_up(lab, process)
        yield
    finally:
        running._end(process)


def keep_setting(lab: running.Lab, plugin: str, **values: object) -> None:
    file = lab.home / "settings" / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values), "utf-8")


class Tab:
    """One notebook in one tab. Nothing is clicked unless a test says so."""

    def __init__(self, lab: running.Lab, page: Page, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name
        page.add_init_script(SAW_CODE)

    def open(self) -> Tab:
        self.page.goto(f"{self.lab.url}/doc/tree/{self.name}?token={self.lab.token}&reset")
        return self

    def wait(self, state: str, timeout: float = 60_000) -> Tab:
        self.page.locator(f'[data-mdli-state="{state}"]').wait_for(timeout=timeout)
        return self

    def wait_ready(self) -> Tab:
        return self.wait("ready")

    def get_ready_again(self, act: Callable[[], object]) -> Tab:
        """Do something that ends the forms, and wait until they have been made once more."""
        runs = self.runs
        act()
        self.page.wait_for_function(READY_AGAIN, arg=runs, timeout=60_000)
        return self

    def press_start(self, *, confirm: bool = False) -> Tab:
        """Press the notebook's own button; again, if a stock Lab has swallowed it as too early."""
        button = self.page.get_by_role("button", name="Start: open the form")
        button.wait_for(timeout=60_000)
        wait_for(
            lambda: self.lab.kernel(self.name).get("execution_state") == "idle", "the kernel is ready", 60
        )
        for _ in range(8):
            button.click()
            if confirm:  # Lab asks before a button in a notebook that this account has never run
                with contextlib.suppress(Error):
                    self.page.locator(".jp-Dialog button.jp-mod-accept").click(timeout=3_000)
            with contextlib.suppress(Error):
                self.page.locator(".mdli-form-body:not([inert])").first.wait_for(timeout=8_000)
                return self
        raise AssertionError("the Start button does not start")

    @property
    def runs(self) -> int:
        return int(self.page.locator("[data-mdli-state]").get_attribute("data-mdli-runs") or 0)

    @property
    def bar(self) -> Locator:
        return self.page.locator(".mdli-bar")

    def button(self, label: str) -> Locator:
        return self.bar.get_by_role("button", name=label, exact=True)

    @property
    def field(self) -> Locator:
        return self.page.locator(".mdli-form textarea").first

    def write(self, text: str) -> None:
        self.field.fill(text)
        self.page.locator('.mdli-form .mdli-foot[data-status="saved"]').first.wait_for(timeout=15_000)

    def look(self, name: str) -> None:
        if folder := os.environ.get("MDLI_SHOTS"):
            self.page.screenshot(path=f"{folder}/{name}.png")

    def dirty(self) -> bool:
        found: bool = self.page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty")
        return found

    def restart_from_outside(self) -> None:
        """Restart the kernel as a hub's tool or another program would, unknown to this page."""
        self.lab.rest("POST", f"kernels/{self.kernel_id()}/restart")

    def passes_encrypted(self) -> bool:
        """Whether what passes between the server and this workbook's kernel can be read by nobody else."""
        [connection] = self.lab.home.rglob(f"kernel-{self.kernel_id()}.json")
        return bool(json.loads(connection.read_text("utf-8")).get("curve_publickey"))

    def kernel_id(self) -> str:
        return str(self.lab.kernel(self.name)["id"])


def generated(lab: running.Lab) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads((lab.root / WORKBOOK).read_text("utf-8"))
    return notebook


def put(lab: running.Lab, name: str, notebook: dict[str, Any]) -> str:
    (lab.root / name).write_text(json.dumps(notebook), "utf-8")
    return name


def code_cell(source: str, **metadata: object) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": secrets.token_hex(4),
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.1)
