"""The package as a stranger gets it: its wheel, its weight at start, the size of its files."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "mdli_workbook"
SOURCES = sorted(PACKAGE.rglob("*.py"))
HEAVY = re.compile(
    r"^(jupyter\w*|IPython|ipykernel|ipywidgets|anywidget|nbformat|nbclient|nbconvert|traitlets|voila|tornado"
    r"|papermill|sqlalchemy|alembic)(\.|$)"
)
NETWORK = re.compile(
    r"(?:src|href|from|import|url)\s*[=(]?\s*[\"']?https?:|cdn\.|unpkg|jsdelivr|googleapis", re.IGNORECASE
)


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    built = run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ".", cwd=REPOSITORY
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel's content and nothing of this repository."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    done = run(*pip, target, wheel, cwd=target)
    assert done.returncode == 0, done.stderr
    return target


def mdli(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    start = "import sys; from mdli_workbook.cli import main; sys.argv[0] = 'mdli'; main()"
    return run(
        sys.executable, "-c", start, *arguments, cwd=folder, PYTHONPATH=str(installed), PYTHONSAFEPATH="1"
    )


def test_the_wheel_carries_templates_type_marker_licence_kernel_and_lab_settings(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for ending in (
        "mdli_workbook/py.typed",
        "mdli_workbook/templates/reports/call.md",
        "mdli_workbook/templates/sessions/02-be-open-and-listen.md",
        "data/share/jupyter/kernels/mdli/kernel.json",
        "data/share/jupyter/lab/settings/overrides.d/mdli.json",
        "licenses/LICENSE",
    ):
        assert any(name.endswith(ending) for name in names), ending


def test_the_wheel_carries_every_asset_and_template_of_the_repository(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = [file for file in PACKAGE.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    wanted = {file.relative_to(REPOSITORY).as_posix() for file in kept}
    templates = [file for file in (REPOSITORY / "templates").rglob("*") if file.is_file()]
    wanted |= {f"mdli_workbook/{file.relative_to(REPOSITORY).as_posix()}" for file in templates}
    assert not wanted - names


def test_the_wheel_carries_neither_tests_nor_answers(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert not [
        name for name in names if re.search(r"(^|/)(tests|bench|workbooks|reports/demo|\.mdli)/", name)
    ]


def test_installed_from_its_wheel_it_runs_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = run(
        sys.executable,
        "-c",
        "import mdli_workbook; print(mdli_workbook.__file__)",
        cwd=tmp_path,
        PYTHONPATH=str(installed),
    )
    assert Path(where.stdout.strip()).is_relative_to(installed), where.stdout + where.stderr
    trial = tmp_path / "trial"
    for folder, arguments in ((tmp_path, ("init", "trial")), (trial, ("check",)), (trial, ("generate",))):
        done = mdli(installed, folder, *arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    made = sorted((trial / "workbooks").rglob("*.ipynb"))
    assert made
    assert all(str(REPOSITORY) not in file.read_text(encoding="utf-8") for file in made)


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
from mdli_workbook.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print("\\n".join(sorted(sys.modules)))
"""
    done = run(sys.executable, "-c", code, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert "mdli_workbook.cli" in done.stdout
    assert not [name for name in done.stdout.splitlines() if HEAVY.match(name)]


def test_the_kinds_are_drawn_without_a_server_or_a_store() -> None:
    code = (
        "import sys; from mdli_workbook.exercises import KINDS; assert KINDS; print('\\n'.join(sys.modules))"
    )
    done = run(sys.executable, "-c", code, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert not [name for name in done.stdout.splitlines() if HEAVY.match(name)]


def shipped_text() -> list[Path]:
    folders = (PACKAGE, REPOSITORY / "templates", REPOSITORY / "jupyter")
    endings = {".py", ".js", ".css", ".html", ".j2", ".tpl", ".md", ".json", ".svg"}
    return sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in endings)


@pytest.mark.parametrize("file", shipped_text(), ids=lambda file: file.relative_to(REPOSITORY).as_posix())
def test_nothing_shipped_is_loaded_from_the_network(file: Path) -> None:
    if "__pycache__" not in file.parts:
        assert not NETWORK.findall(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(REPOSITORY).as_posix())
def test_no_file_is_over_400_lines_and_no_function_over_60(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    functions = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert not [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60]
