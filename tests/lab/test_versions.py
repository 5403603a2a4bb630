"""The wheel, built and installed as a stranger would, in JupyterLab 4.4, 4.5 and 4.6 and in Notebook 7.

Each version has an environment of its own that takes from the tests' own what it does not bring. It is
made once and kept in pytest's cache; the project's wheel is installed into it at each run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from extended import EXTENSION, WORKBOOK, Tab, extended_lab, lab_environment, make_lab, serving
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.soak

REPOSITORY = Path(__file__).parents[2]
VERSIONS = Path(__file__).parent / "versions"
TEST_EXTENSIONS = Path(sys.prefix) / "share" / "jupyter" / "labextensions"

IN_THE_WAY = """async () => {
  const asked = await fetch('/lab/api/settings/@jupyterlab/apputils-extension:notification');
  const { fetchNews, checkForUpdates } = (await asked.json()).schema.properties;
  const terminals = await fetch('/api/terminals');
  return { news: fetchNews.default, updates: checkForUpdates.default, terminals: terminals.status };
}"""


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a source distribution, where each command of Node tells that it was asked for."""
    out = tmp_path_factory.mktemp("wheel")
    asked = out / "node-was-asked-for"
    (out / "bin").mkdir()
    for name in ("node", "nodejs", "npm", "npx", "yarn", "jlpm", "corepack"):
        (out / "bin" / name).write_text(f"#!/bin/sh\necho {name} >> '{asked}'\nexit 1\n", "utf-8")
        (out / "bin" / name).chmod(0o755)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ".", PATH=str(out / "bin"))
    assert not asked.exists()
    assert len(list(out.glob("*.tar.gz"))) == 1
    [file] = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def install(wheel: Path, pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Give the folder of commands of an environment with the versions that a file names."""

    def make(name: str) -> Path:
        wanted = VERSIONS / f"{name}.txt"
        key = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:12]
        folder = pytestconfig.cache.mkdir("labs") / f"{name}-{key}"
        python = folder / "bin" / "python"
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            run(sys.executable, "-m", "venv", "--without-pip", folder)
            packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
            others = [path for path in sys.path if path.endswith("site-packages")]
            Path(packages, "zz-tests.pth").write_text("\n".join(others), "utf-8")
            pip_install(python, "-r", wanted)
            for other in TEST_EXTENSIONS.iterdir():
                if other.name != EXTENSION.name:
                    target = folder / "share" / "jupyter" / "labextensions" / other.name
                    shutil.copytree(other, target, dirs_exist_ok=True)
            (folder / "complete").touch()
        pip_install(python, "--force-reinstall", wheel)
        return python.parent

    return make


def pip_install(python: Path, *what: str | Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-compile")
    run(*pip, "--ignore-installed", *what)


@pytest.mark.browser
@pytest.mark.parametrize("version", ["4.4", "4.5", "4.6"])
def test_installed_from_its_wheel_a_workbook_is_ready_when_it_is_opened(
    version: str,
    install: Callable[[str], Path],
    tmp_path: Path,
    new_context: Callable[..., BrowserContext],
) -> None:
    tools = install(f"jupyterlab-{version}")
    listed = run(tools / "python", "-m", "jupyterlab.labextensions", "list")
    assert f"JupyterLab v{version}." in listed
    assert any("mdli-workbook" in line and "OK" in line for line in listed.splitlines()), listed
    folder = tools.parent / "share" / "jupyter" / "labextensions" / "mdli-workbook"
    shipped = sorted(path.relative_to(EXTENSION) for path in EXTENSION.rglob("*") if path.is_file())
    assert [path for path in shipped if not (folder / path).is_file()] == []
    with extended_lab(tmp_path, tools=tools) as lab:
        tab = Tab(lab, new_context().new_page(), WORKBOOK).open().wait_ready()
        assert tab.page.evaluate("window.jupyterapp.version").startswith(version)
        assert tab.page.evaluate("window.sawCode") == 0
        assert tab.page.evaluate(IN_THE_WAY) == {"news": "false", "updates": False, "terminals": 404}
        tab.write(f"ready in {version}")
        tab.get_ready_again(tab.restart_from_outside)
        expect(tab.field).to_have_value(f"ready in {version}")
        expect(tab.page.locator(".jp-Dialog")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("extension", [True, False], ids=["with the extension", "without it"])
def test_in_notebook_7_a_workbook_is_ready_or_has_a_start_button_that_works(
    install: Callable[[str], Path],
    tmp_path: Path,
    new_context: Callable[..., BrowserContext],
    *,
    extension: bool,
) -> None:
    python = install("notebook-7") / "python"
    lab = make_lab(tmp_path, "ana")
    command = [python, "-P", "-m", "notebook", "--no-browser", "--allow-root", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.port={lab.url.rsplit(':', 1)[1]}", f"--ServerApp.root_dir={lab.root}"]
    with serving(lab, command, lab_environment(lab, tmp_path, extension=extension)):
        tab = Tab(lab, new_context().new_page(), WORKBOOK)
        tab.page.goto(f"{lab.url}/notebooks/{WORKBOOK}?token={lab.token}")
        if extension:
            tab.wait_ready()
        else:
            tab.press_start(confirm=True)
        tab.write("in Notebook 7")
        tab.page.reload()
        if extension:
            tab.wait_ready()
        else:
            tab.press_start(confirm=True)
        expect(tab.field).to_have_value("in Notebook 7")
