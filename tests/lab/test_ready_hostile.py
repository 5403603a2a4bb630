"""Hostile notebooks, opened in a real JupyterLab: nothing of them is run."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Any

import pytest
from extended import OURS, WORKBOOK, Tab, code_cell, extended_lab, generated, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import running
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Lab]:
    with extended_lab(tmp_path_factory.mktemp("ready")) as lab:
        yield lab


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
    "a package beside it, under its full name": lambda nb: nb["cells"][1].update(
        source="from mdli_workbook import workbook, hurt"
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


def litter(folder: Path) -> None:
    """Put beside the notebooks what Python or Jupyter might take for their own; all of it would harm."""
    hurt = f"open({str(folder / 'hurt')!r}, 'w').close()\n"
    for package in (
        "mdli_workbook",
        "ipykernel",
        "IPython",
        "pydantic",
        "traitlets",
        "jupyter",
        "jupyterlab",
    ):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(hurt, "utf-8")
    modules = ("sitecustomize", "usercustomize", "json", "ipykernel_launcher", "anywidget", "sqlalchemy")
    settings = ("ipython_config", "ipython_kernel_config", "jupyter_config", "jupyter_server_config")
    for name in (*modules, *settings, "jupyter_lab_config", "jupyter_notebook_config"):
        (folder / f"{name}.py").write_text(hurt, "utf-8")
    for name in (
        "profile_default/startup",
        ".ipython/profile_default/startup",
        ".jupyter",
        "jupyter_server_config.d",
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "00-first.py").write_text(hurt, "utf-8")
    (folder / "hurt.pth").write_text(f"import os; {hurt}", "utf-8")
    settings_of_ours = f'title = "x"\n[store]\naddress = "sqlite:///{folder}/hurt"\n'
    (folder / "program.toml").write_text(settings_of_ours, "utf-8")
    (folder / ".env").write_text(f"PYTHONPATH={folder}\nPYTHONSTARTUP={folder}/json.py\n", "utf-8")
    for place in ("kernels/mdli", "share/jupyter/kernels/mdli", ".local/share/jupyter/kernels/mdli"):
        (folder / place).mkdir(parents=True)
        kernel = {"argv": ["touch", str(folder / "hurt")], "display_name": "Workbook", "language": "python"}
        (folder / place / "kernel.json").write_text(json.dumps(kernel), "utf-8")


def test_nothing_that_lies_beside_a_notebook_is_taken_for_a_part_of_python_or_jupyter(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    with extended_lab(tmp_path, before=litter) as lab:
        opened = Tab(lab, new_context().new_page(), WORKBOOK).open().wait_ready()
        opened.write("nobody was hurt")
        opened.restart_from_outside()
        opened.wait("busy")
        opened.wait_ready()
        assert not (lab.root / "hurt").exists()


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
    opened.restart_from_outside()
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
    notebook["cells"].insert(
        1,
        {
            "cell_type": "markdown",
            "id": "harm",
            "metadata": {},
            "source": "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
            '<button data-commandlinker-command="notebook:run-all-cells">Press me</button>',
        },
    )
    opened = tab(put(lab, "script.ipynb", notebook)).open().wait_ready()
    time.sleep(1)
    assert not opened.page.locator("[data-commandlinker-command]:visible").count()
    assert opened.page.evaluate("window.hurt === undefined")
    assert opened.page.locator(".mdli-ours .jp-RenderedJavaScript, .mdli-ours b:text-is('x')").count() == 0
