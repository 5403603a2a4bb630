"""Workbooks that are ready when they are opened, in a real `mdli lab` and a real Chromium.

The extension and the server's half are found by paths of these tests' own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import running
from playwright.sync_api import expect

from mdli_workbook.lab.gate import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.soak]  # four minutes of openings, restarts and refusals

SHARED = Path(__file__).parents[2] / "jupyter"
EXTENSION = SHARED / "labextensions" / "mdli-workbook"
WORKBOOK = "02-be-open-and-listen.ipynb"
CODE = ".jp-Notebook .jp-InputArea-editor"
MARK = "marker-of-what-was-sent"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Lab]:
    base = tmp_path_factory.mktemp("ready")
    participant = running.free_participant("ana")
    folder = running.make_program(base / "program", {participant: "kim"})
    running.run(folder, "generate")
    with extended_lab(folder, participant, base) as lab:
        yield lab


@contextlib.contextmanager
def extended_lab(folder: Path, participant: str, base: Path, **settings: object) -> Iterator[running.Lab]:
    """Run ``mdli lab`` with the extension, and and let Lab save each second, not every two minutes."""
    shutil.copytree(SHARED / "labextensions", base / "share" / "labextensions")
    shutil.copytree(SHARED / "jupyter_server_config.d", base / "etc" / "jupyter_server_config.d")
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
    keep_setting(lab, "@jupyterlab/docmanager-extension/plugin", autosaveInterval=1)
    keep_setting(lab, "mdli-workbook/ready", **settings)
    environment = running.own_home(lab.home) | {
        "JUPYTER_TOKEN": lab.token,
        "JUPYTER_PATH": str(base / "share"),
        "JUPYTER_CONFIG_PATH": str(base / "etc"),
    }
    with lab.log.open("w") as log:
        process = running._start(
            folder, "lab", participant, "--no-browser", env=environment, stdout=log, stderr=log
        )
    try:
        running._wait_until_up(lab, process)
        yield lab
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
        page.add_init_script(
            """window.sawCode = 0;
               const look = () => {
                 for (const one of document.querySelectorAll('.jp-CodeCell .jp-InputArea-editor'))
                   if (one.checkVisibility({ visibilityProperty: true })) window.sawCode += 1;
                 requestAnimationFrame(look); };
               requestAnimationFrame(look);"""
        )

    def open(self) -> Tab:
        self.page.goto(f"{self.lab.url}/doc/tree/{self.name}?token={self.lab.token}&reset")
        return self

    def wait(self, state: str, timeout: float = 40_000) -> Tab:
        self.page.locator(f'[data-mdli-state="{state}"]').wait_for(timeout=timeout)
        return self

    def wait_ready(self) -> Tab:
        return self.wait("ready")

    def get_ready_again(self, act: Callable[[], object]) -> Tab:
        """Do something that ends the kernel, and wait until the forms have been made once more."""
        runs = self.runs
        act()
        self.page.wait_for_function(
            """(runs) => { const { dataset } = document.querySelector('[data-mdli-state]');
                 return Number(dataset.mdliRuns) > runs && dataset.mdliState === 'ready'; }""",
            arg=runs,
            timeout=40_000,
        )
        return self

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

    def kernel_id(self) -> str:
        return str(self.lab.kernel(self.name)["id"])


@pytest.fixture
def tab(lab: running.Lab, new_context: Callable[..., BrowserContext]) -> Callable[[str], Tab]:
    return lambda name: Tab(lab, new_context(viewport={"width": 1280, "height": 900}).new_page(), name)


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


OURS = {"owner": "ours", "name": "x"}


def test_a_workbook_opens_as_a_form_with_no_click_and_no_code_and_without_being_rewritten(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    before = (lab.root / WORKBOOK).read_bytes()
    forms = sum(
        cell["metadata"].get("mdli", {}).get("name", "").startswith("x-") for cell in generated(lab)["cells"]
    )
    opened = tab(WORKBOOK).open().wait("busy")
    assert "Getting your workbook ready" in opened.bar.inner_text()
    assert opened.page.evaluate("document.querySelector('.jp-Notebook').inert")
    opened.look("1-busy")
    opened.wait_ready()
    expect(opened.page.locator(".mdli-form[data-exercise]")).to_have_count(forms)
    expect(opened.page.locator(".mdli-form-body[inert]")).to_have_count(0)
    expect(opened.page.locator("[role=status]", has_text="Your workbook is ready.")).to_have_count(1)
    expect(opened.bar).to_be_hidden()
    expect(opened.page.locator(".jp-Dialog")).to_have_count(0)
    opened.look("2-ready")
    opened.write("I asked first.")
    assert opened.page.evaluate("window.sawCode") == 0
    for hidden in (".jp-NotebookPanel-toolbar", ".jp-InputPrompt", ".jp-OutputPrompt", ".jp-Collapser"):
        assert not opened.page.locator(f"{hidden}:visible").count(), hidden
    assert not opened.page.get_by_role("button", name="Start: open the form").is_visible()

    time.sleep(4)  # Lab saves what changed every second
    assert not opened.dirty()
    assert (lab.root / WORKBOOK).read_bytes() == before
    opened.page.reload()
    opened.wait_ready()
    expect(opened.field).to_have_value("I asked first.")
    time.sleep(2)
    assert (lab.root / WORKBOOK).read_bytes() == before
    assert list(lab.home.rglob("*.jupyterlab-workspace")) == []


def test_a_participants_own_cells_are_not_run_and_keep_nothing_from_running(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    notebook = generated(lab)
    notebook["cells"].insert(0, code_cell("open('own-was-run', 'w').close()"))
    notebook["cells"].append(code_cell("1 + 1"))
    name = put(lab, "own-cells.ipynb", notebook)
    before = (lab.root / name).read_bytes()
    opened = tab(name).open().wait_ready()
    assert not (lab.root / "own-was-run").exists()
    expect(opened.page.locator(CODE, has_text="own-was-run")).to_be_visible()
    time.sleep(3)
    assert (lab.root / name).read_bytes() == before

    last = opened.page.locator(".jp-CodeCell").nth(opened.page.locator(".jp-CodeCell").count() - 1)
    last.locator(".cm-content").click()
    opened.page.keyboard.press("End")
    opened.page.keyboard.type(" + 40")
    opened.page.keyboard.press("Shift+Enter")
    opened.look("3-own-cells")
    expect(last.locator(".jp-OutputArea-output")).to_have_text("42")
    wait_for(lambda: "1 + 1 + 40" in (lab.root / name).read_text("utf-8"), "what a person changed is saved")
    opened.look("3-own-cells")


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def test_other_notebooks_stay_as_they_are(lab: running.Lab, tab: Callable[[str], Tab]) -> None:
    plain = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": generated(lab)["metadata"]["kernelspec"]},
    }
    name = put(
        lab, "plain.ipynb", plain | {"cells": [code_cell("open('plain-was-run', 'w').close()", mdli=OURS)]}
    )
    opened = tab(name).open()
    expect(opened.page.locator(CODE).first).to_be_visible(timeout=20_000)
    expect(opened.page.locator(".jp-NotebookPanel-toolbar")).to_be_visible()
    opened.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
    )
    time.sleep(2)
    assert opened.page.locator("[class*=mdli-]").count() == 0
    assert not (lab.root / "plain-was-run").exists()
    opened.page.keyboard.press("b")
    expect(opened.page.locator(".jp-CodeCell")).to_have_count(2)
    opened.look("4-other-notebook")


def restart_by_menu(opened: Tab) -> None:
    opened.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    opened.page.get_by_role("menuitem", name=re.compile(r"^Restart Kernel *(…|\.\.\.)")).click()
    opened.page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()


def restart_from_outside(opened: Tab) -> None:
    opened.lab.rest("POST", f"kernels/{opened.kernel_id()}/restart")


def kill(opened: Tab) -> None:
    connection = f"kernel-{opened.kernel_id()}.json"
    for process in psutil.process_iter(["cmdline"]):
        if connection in " ".join(process.info["cmdline"] or []):
            process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("end", [restart_by_menu, restart_from_outside, kill])
def test_after_a_restart_the_forms_are_there_again_and_hear_what_is_written(
    lab: running.Lab, tab: Callable[[str], Tab], end: Callable[[Tab], None]
) -> None:
    name = f"{end.__name__}.ipynb"
    shutil.copy(lab.root / WORKBOOK, lab.root / name)
    opened = tab(name).open().wait_ready()
    opened.write(f"before {name}")
    opened.field.press("End")
    opened.field.press_sequentially(" and more")
    opened.get_ready_again(lambda: end(opened))
    expect(opened.field).to_have_value(f"before {name} and more")
    expect(opened.page.locator(".jp-Dialog")).to_have_count(0)
    for text in ("first edit", "second edit"):
        opened.write(f"{text} after {name}")
    opened.page.reload()
    opened.wait_ready()
    expect(opened.field).to_have_value(f"second edit after {name}")


def test_a_workbook_whose_kernel_is_gone_says_that_it_sleeps_and_is_woken_by_one_key(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    opened = tab(WORKBOOK).open().wait_ready()
    opened.write("before it slept")
    opened.field.focus()
    opened.lab.rest("DELETE", f"kernels/{opened.kernel_id()}")
    opened.wait("asleep")
    assert "went to sleep" in opened.bar.inner_text()
    assert opened.page.evaluate("document.querySelector('.jp-Notebook').inert")
    opened.look("5-asleep")
    expect(opened.button("Wake it up")).to_be_focused()
    opened.get_ready_again(lambda: opened.page.keyboard.press("Enter"))
    expect(opened.field).to_have_value("before it slept")
    expect(opened.field).to_be_focused()
    opened.write("after it woke")


def test_outputs_that_are_cleared_come_back(lab: running.Lab, tab: Callable[[str], Tab]) -> None:
    opened = tab(WORKBOOK).open().wait_ready()
    opened.write("kept")
    clear = "window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
    opened.get_ready_again(lambda: opened.page.evaluate(clear))
    expect(opened.field).to_have_value("kept")
    revert = "window.jupyterapp.shell.currentWidget.context.revert()"
    opened.get_ready_again(lambda: opened.page.evaluate(revert))
    expect(opened.field).to_have_value("kept")


# Each changes a generated workbook; none of them may run, and each would leave a file if it did.
ACT = "open('hurt', 'w').close()"
HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a cell that says it is ours": lambda nb: nb["cells"].append(code_cell(ACT, mdli=OURS)),
    "a comment that IPython breaks": lambda nb: nb["cells"].append(
        code_cell(f"# c\N{LINE SEPARATOR}%pwd\N{LINE SEPARATOR}{ACT}\nwb.agenda('z')", mdli=OURS)
    ),
    "another kernel": lambda nb: nb["metadata"].update(
        kernelspec={"name": "python3", "display_name": "Python 3"}
    ),
    "a forged description": lambda nb: nb["metadata"]["mdli"].update(participant="ben"),
    "the report's view": lambda nb: nb["cells"][2].update(
        source="".join(nb["cells"][2]["source"]).replace("'workbook'", "'report'")
    ),
    "a description of another shape": lambda nb: nb["metadata"]["mdli"].update(session="2"),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_workbook_is_not_run_neither_on_opening_nor_by_start(
    lab: running.Lab, tab: Callable[[str], Tab], change: Callable[[dict[str, Any]], object]
) -> None:
    notebook = generated(lab)
    change(notebook)
    opened = tab(put(lab, f"hostile-{secrets.token_hex(4)}.ipynb", notebook)).open().wait("refused")
    runs = opened.runs
    opened.button("Start").click()
    opened.page.wait_for_function(
        "(runs) => Number(document.querySelector('[data-mdli-state]').dataset.mdliRuns) > runs", arg=runs
    )
    assert "ask your coordinator to generate it again" in opened.wait("refused").bar.inner_text()
    assert opened.page.locator(".mdli-form").count() == 0
    assert not (lab.root / "hurt").exists()
    assert not opened.page.locator("[data-commandlinker-command]:visible").count()
    opened.look("6-refused")


def test_packages_of_our_names_beside_the_notebook_are_not_imported(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    folder = lab.root / "shadow"
    for name in ("mdli_workbook", "ipykernel", "IPython", "pydantic", "sitecustomize"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"open({str(folder / 'hurt')!r}, 'w').close()\n", "utf-8")
    (folder / "ipython_config.py").write_text(f"open({str(folder / 'hurt')!r}, 'w').close()\n", "utf-8")
    (folder / "ipython_kernel_config.py").write_text(
        f"open({str(folder / 'hurt')!r}, 'w').close()\n", "utf-8"
    )
    tab(put(lab, "shadow/02-be-open-and-listen.ipynb", generated(lab))).open().wait_ready()
    assert not (folder / "hurt").exists()


def test_what_is_run_is_what_the_page_holds_and_not_what_lies_on_disk(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    opened = tab(put(lab, "unlike.ipynb", generated(lab))).open().wait_ready()
    opened.page.evaluate(
        """(act) => { const { widgets } = window.jupyterapp.shell.currentWidget.content;
             widgets.at(-1).model.setMetadata('mdli', { owner: 'ours' });
             const code = widgets.findLast((cell) => cell.model.type === 'code');
             code.model.sharedModel.setSource(act); }""",
        ACT,
    )
    restart_from_outside(opened)
    opened.wait("refused")
    assert not (lab.root / "hurt").exists()


def test_a_stored_script_is_neither_run_on_opening_nor_made_trusted(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    script = {
        "application/javascript": "window.hurt = 1",
        "text/html": "<script>window.hurt = 1</script><b>x</b>",
    }
    output = [
        {"output_type": "display_data", "data": {kind: text}, "metadata": {}} for kind, text in script.items()
    ]
    notebook = generated(lab)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = output
    notebook["cells"].append(code_cell("1") | {"outputs": output})
    opened = tab(put(lab, "script.ipynb", notebook)).open().wait_ready()
    time.sleep(1)
    assert opened.page.evaluate("window.hurt === undefined")
    assert opened.page.locator(".mdli-ours .jp-RenderedJavaScript, .mdli-ours b:text-is('x')").count() == 0


def test_a_cell_that_fails_is_one_sentence_and_no_traceback(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    notebook = generated(lab)
    notebook["cells"].append(code_cell("wb.reflection('why', points=[1])", mdli=OURS))
    opened = tab(put(lab, "fails.ipynb", notebook)).open().wait("failed")
    assert "could not be made ready" in opened.bar.inner_text()
    assert not opened.page.get_by_text("Traceback").first.is_visible()
    assert not opened.page.get_by_text("CellRefused").first.is_visible()
    opened.look("7-failed")
    runs = opened.runs
    opened.button("Try again").click()
    opened.page.wait_for_function(
        "(runs) => Number(document.querySelector('[data-mdli-state]').dataset.mdliRuns) > runs", arg=runs
    )


def test_without_an_answer_of_the_check_nothing_is_run_until_there_is_one(
    lab: running.Lab, tab: Callable[[str], Tab]
) -> None:
    opened = tab(WORKBOOK)
    opened.page.route("**/mdli/may-run*", lambda route: route.abort())
    opened.open().wait("failed")
    assert "did not answer" in opened.bar.inner_text()
    assert opened.page.locator(".mdli-form").count() == 0
    opened.page.unroute("**/mdli/may-run*")
    opened.get_ready_again(opened.button("Start").click)


def test_the_setting_turns_running_on_opening_off(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    participant = running.free_participant("ben")
    folder = running.make_program(tmp_path / "program", {participant: "kim"})
    running.run(folder, "generate")
    with extended_lab(folder, participant, tmp_path, runOnOpening=False) as lab:
        opened = Tab(lab, new_context().new_page(), WORKBOOK).open().wait("waiting")
        time.sleep(1)
        assert opened.page.locator(".mdli-form").count() == 0
        opened.look("8-waiting")
        opened.button("Start").focus()
        opened.get_ready_again(lambda: opened.page.keyboard.press("Enter"))
        opened.write("by Start")
        opened.page.goto(f"{lab.url}/?token={lab.token}")
        opened.page.wait_for_url("**/doc/tree/06-*.ipynb*")  # the last one held on the program's own day
        opened.wait("waiting")


def ask(lab: running.Lab, body: bytes, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{lab.url}/mdli/may-run", method="POST", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_check_answers_whoever_is_logged_in_and_keeps_no_text(lab: running.Lab) -> None:
    marker = {"form": True, "cohort": "a", "participant": "b", "session": 1}
    page = json.dumps({"kernel": "mdli", "marker": marker, "cells": [f"print('{MARK}')"]}).encode()
    known = {"Authorization": f"token {lab.token}"}
    status, text = ask(lab, page, **known)
    assert (status, json.loads(text)["order"]) == (200, [])
    assert ask(lab, page)[0] == 403
    assert ask(lab, b'{"cells": "' + MARK.encode() + b'"}', **known)[0] == 400
    assert ask(lab, MARK.encode(), **known)[0] == 400
    assert ask(lab, page + b" " * LONGEST, **known)[0] == 413
    assert MARK not in lab.log.read_text("utf-8")


def test_a_page_of_another_site_cannot_ask_with_the_persons_cookie(
    lab: running.Lab, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    page.goto(f"{lab.url}/lab?token={lab.token}")
    fetch = """(headers) => fetch('/mdli/may-run', { method: 'POST', body: '{}', headers })
      .then(({ status }) => status)"""
    assert page.evaluate(fetch, {}) == 403
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "_xsrf")
    assert page.evaluate(fetch, {"X-XSRFToken": cookie}) == 400


def test_the_scripts_name_holds_the_hash_of_what_it_says() -> None:
    [script] = (EXTENSION / "static").iterdir()
    name = f"remoteEntry.{hashlib.sha256(script.read_bytes()).hexdigest()[:16]}.js"
    assert script.name == name, f"rename it, here and in package.json: {name}"
    said = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    assert said["jupyterlab"]["_build"]["load"] == f"static/{name}"
