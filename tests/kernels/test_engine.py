"""Our engine gives what papermill's own gives: outputs, errors, tags, timing, progress and what is logged."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from mdli_workbook.kernels.engine import WarmEngine

if TYPE_CHECKING:
    from pathlib import Path

CELLS = {
    "text, errors and streams": [
        "import sys",
        "print('one'); print('two', file=sys.stderr); 3",
        "from IPython.display import display, HTML, clear_output\ndisplay(HTML('<b>b</b>'))",
        "print('gone'); clear_output(); print('stays')",
    ],
    "an output that is changed later": [
        "from IPython.display import display\nhandle = display('first', display_id='here')",
        "handle.update('second')",
        "display('third', display_id='here')",
    ],
    "what a program of the system says": [
        "!echo heard",
        "import os; os.system('echo directly')",
        "%%bash\necho once more",
    ],
    "what waits": [
        "import asyncio\nawait asyncio.sleep(0.01)\n4",
        "await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2))",
    ],
    "widgets": [
        "import ipywidgets\nslider = ipywidgets.IntSlider(value=7)\nslider",
        "slider.value = 8\nslider.value",
    ],
    "a question to nobody": ["input('Who is there?')"],
    "an error": ["1 / 0", "print('never')"],
    "an error in a function": [
        "def inner():\n    raise ValueError('what')\ndef outer():\n    inner()",
        "outer()",
    ],
    "a syntax error": ["def ("],
    "leaving well": ["import sys\nsys.exit(0)", "print('never')"],
    "leaving badly": ["import sys\nsys.exit('badly')"],
    "an unknown magic": ["%nothing"],
    "a long text": ["for one in range(2000): print(one, 'x' * 40)"],
    "help": ["zip?"],
    "parameters": ["print(given)"],
    "nothing": [],
}


def notebook(cells: list[str]) -> Any:
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "mdli", "language": "python", "display_name": "Workbook"}}
    )
    made.cells = [nbformat.v4.new_markdown_cell("# A title", id="title")]
    made.cells += [nbformat.v4.new_code_cell(one, id=f"cell-{place}") for place, one in enumerate(cells)]
    for cell in made.cells[1:2]:
        cell.metadata.tags = ["some-tag"]
    return made


def run(folder: Path, cells: list[str], engine: str, **options: Any) -> tuple[Any, str]:
    """Return what was written and how it ended, without what differs from run to run."""
    nbformat.write(notebook(cells), folder / "in.ipynb")
    out, ended = folder / f"{engine}.ipynb", ""
    try:
        papermill.execute_notebook(
            folder / "in.ipynb",
            out,
            parameters={"given": 5},
            engine_name=engine,
            cwd=folder,
            progress_bar=False,
            **options,
        )
    except PapermillExecutionError as error:
        ended = str(error)
    done = json.loads(out.read_text())
    for kept in done["metadata"].get("widgets", {}).values():  # by random ids, in their order
        kept["state"] = sorted(kept["state"].values(), key=lambda one: one["model_name"])
    return alike(done), alike(ended)


def alike(value: Any) -> Any:
    """Return a value without times, process numbers and places in memory."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "TIME", json.dumps(value))
    text = re.sub(r'"duration": [\d.e-]+', '"duration": 0', text)
    text = re.sub(r"ipykernel_\d+(/\d+)?|0x[0-9a-f]+|[0-9a-f]{32}|(mdli|nbclient)\.ipynb", "X", text)
    text = re.sub(r'"id": "(?!cell-|title)[\w-]+"', '"id": "X"', text)
    return json.loads(text)


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_the_same_outputs_as_by_the_stock_engine(name: str, tmp_path: Path) -> None:
    assert run(tmp_path, CELLS[name], "mdli") == run(tmp_path, CELLS[name], "nbclient")


def test_what_each_cell_took_and_how_it_ended_is_noted(tmp_path: Path) -> None:
    run(tmp_path, ["import time; time.sleep(0.2)", "1 / 0", "2"], "mdli")
    cells = nbformat.read(tmp_path / "mdli.ipynb", as_version=4).cells
    noted = {cell.source: cell.metadata.papermill for cell in cells if "papermill" in cell.metadata}
    assert noted["import time; time.sleep(0.2)"].duration >= 0.2
    assert noted["1 / 0"].status == "failed"
    assert noted["2"].status == "pending"


def test_what_is_written_is_logged_and_given_to_files_as_by_the_stock_engine(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = {}
    for engine in ("mdli", "nbclient"):
        caplog.clear()
        file = io.StringIO()
        with caplog.at_level(logging.INFO, logger="papermill"):
            run(tmp_path, ["print('logged')", "6"], engine, log_output=True, stdout_file=file)
        told = [one for one in caplog.messages if "Notebook" not in one]
        said[engine] = (file.getvalue(), told)
    assert "logged" in said["mdli"][0]
    assert said["mdli"] == said["nbclient"]


def test_a_bar_shows_how_far_it_is(tmp_path: Path) -> None:
    nbformat.write(notebook(["1", "2"]), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "mdli", "in.ipynb", "out.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "3/3" in done.stderr) == (0, True), done.stderr
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[1].outputs[0].data["text/plain"] == "1"


def test_what_a_notebook_registered_for_its_end_is_done_when_the_command_has_ended(tmp_path: Path) -> None:
    late = (
        "import atexit, pathlib, time\n"
        "atexit.register(lambda: (time.sleep(1), pathlib.Path('ended').touch()))"
    )
    nbformat.write(notebook([late]), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "mdli", "in.ipynb", "out.ipynb"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=True)
    assert (tmp_path / "ended").exists()


def test_a_cell_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(CellTimeoutError):
        run(tmp_path, ["import time; time.sleep(60)"], "mdli", execution_timeout=1)


def test_a_kernel_that_dies_is_said_to_be_dead(tmp_path: Path) -> None:
    with pytest.raises(DeadKernelError):
        run(tmp_path, ["import os; os._exit(1)"], "mdli")


def test_a_kernel_that_dies_before_the_first_cell_is_said_to_be_dead(tmp_path: Path) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "dies.py").write_text("import os; os._exit(1)")
    here = f"--ipython-dir={tmp_path}"
    with pytest.raises(RuntimeError, match="died before"):
        run(tmp_path, ["1"], "mdli", extra_arguments=[here])


def test_one_notebook_knows_nothing_of_the_one_before(tmp_path: Path) -> None:
    run(tmp_path, ["import builtins; builtins.mark = 1"], "mdli")
    (done, ended) = run(tmp_path, ["mark"], "mdli")
    assert "NameError" in ended
    assert done["cells"][-1]["outputs"][0]["ename"] == "NameError"


def test_another_kernel_is_run_as_the_stock_engine_runs_it(tmp_path: Path) -> None:
    ours = run(tmp_path, ["import os; os.path.basename(os.getcwd())", "1 / 0"], "mdli", kernel_name="python3")
    assert ours == run(
        tmp_path, ["import os; os.path.basename(os.getcwd())", "1 / 0"], "nbclient", kernel_name="python3"
    )


def test_papermill_finds_it_by_its_name_whichever_is_imported_first() -> None:
    assert papermill_engines.get_engine("mdli") is WarmEngine
    code = "import mdli_workbook.kernels.executing as first; print(first.NBClientEngine.__module__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "papermill.engines\n", done.stderr
