"""Each gate of `make test` bites: one fault is planted for each, and it must be refused."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SETTINGS = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads(SETTINGS)["tool"]["importlinter"]["contracts"]
LAYERS = [name.strip(" ()") for row in CONTRACTS[0]["layers"] for name in re.split(r"[|:]", row)]
TOOLS = Path(sys.executable).parent

SOUND = '''"""A module without a fault."""

from __future__ import annotations

__all__ = ["double"]


def double(number: int) -> int:
    """Return twice the number.

    Examples
    --------
    >>> double(2)
    4
    """
    return 2 * number
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with our settings, one sound file per layer, and nothing else."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    package = tmp_path / "mdli_workbook"
    for name in ("", *LAYERS):
        folder = package / name if name in {"", "exercises", "lab", "migrations", "site"} else package
        folder.mkdir(exist_ok=True)
        file = folder / "__init__.py" if folder != package or not name else folder / f"{name}.py"
        file.write_text(SOUND, encoding="utf-8")
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_sound.py").write_text(f"{SOUND}\n\ndef test_sound() -> None:\n    assert double(1) == 2\n")
    return tmp_path


def gate(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    program, *arguments = command
    return subprocess.run(
        [str(TOOLS / program), *arguments], cwd=tree, capture_output=True, text=True, timeout=120, check=False
    )


def plant(tree: Path, file: str, fault: str, *, instead_of: str = "") -> None:
    path = tree / file
    text = path.read_text(encoding="utf-8")
    assert instead_of in text
    path.write_text(text.replace(instead_of, fault, 1) if instead_of else text + fault, encoding="utf-8")


def assert_bites(
    tree: Path, command: tuple[str, ...], says: str, *planted: str, instead_of: str = ""
) -> None:
    """See the gate pass on the sound tree and refuse the faulty one for the reason expected."""
    before = gate(tree, *command)
    assert before.returncode == 0, before.stdout + before.stderr
    plant(tree, *planted, instead_of=instead_of)
    after = gate(tree, *command)
    assert after.returncode != 0, "the fault went through"
    assert says in after.stdout + after.stderr


def test_an_unformatted_file_is_refused(tree: Path) -> None:
    fault = ("mdli_workbook/errors.py", "2*number")
    assert_bites(tree, ("ruff", "format", "--check", "."), "errors.py", *fault, instead_of="2 * number")


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("F401", "\nimport os\n"),
        ("T201", "\nprint(double(1))\n"),
        ("ANN001", '\n\ndef bare(number) -> int:\n    """Return it."""\n    return int(number)\n'),
        ("S307", '\n\ndef run(text: str) -> object:\n    """Run it."""\n    return eval(text)\n'),
    ],
)
def test_what_the_linter_forbids_is_refused(tree: Path, rule: str, fault: str) -> None:
    assert_bites(tree, ("ruff", "check", "--no-cache", "."), rule, "mdli_workbook/errors.py", fault)


def test_a_wrong_type_is_refused(tree: Path) -> None:
    fault = ("mdli_workbook/errors.py", "str(number)")
    assert_bites(tree, ("mypy",), "return-value", *fault, instead_of="2 * number")


def test_a_function_without_types_is_refused(tree: Path) -> None:
    assert_bites(
        tree, ("mypy",), "no-untyped-def", "mdli_workbook/errors.py", "\n\ndef bare(x):\n    return x\n"
    )


LINT_IMPORTS = ("lint-imports", "--no-cache")


@pytest.mark.parametrize(
    ("module", "imports"),
    [
        ("errors", "mdli_workbook.store"),
        ("access", "mdli_workbook.progress"),
        ("report", "mdli_workbook.cli"),
        ("exercises/__init__", "mdli_workbook.report"),
    ],
)
def test_an_import_against_the_layers_is_refused(tree: Path, module: str, imports: str) -> None:
    fault = (f"mdli_workbook/{module}.py", f"\nimport {imports}\n")
    assert_bites(tree, LINT_IMPORTS, imports, *fault)


@pytest.mark.parametrize("library", ["sqlalchemy", "papermill", "jupyter_client", "ipywidgets"])
def test_a_heavy_library_among_the_pure_rules_is_refused(tree: Path, library: str) -> None:
    assert_bites(tree, LINT_IMPORTS, library, "mdli_workbook/access.py", f"\nimport {library}\n")


def test_a_heavy_library_reached_through_another_module_is_refused(tree: Path) -> None:
    plant(tree, "mdli_workbook/notebook.py", "\nimport mdli_workbook.files\n")
    assert_bites(tree, LINT_IMPORTS, "sqlalchemy", "mdli_workbook/files.py", "\nimport sqlalchemy\n")


def test_a_module_that_nobody_placed_is_refused(tree: Path) -> None:
    before = gate(tree, *LINT_IMPORTS)
    assert before.returncode == 0, before.stdout
    (tree / "mdli_workbook" / "helpers.py").write_text(SOUND, encoding="utf-8")
    after = gate(tree, *LINT_IMPORTS)
    assert after.returncode != 0
    assert "helpers" in after.stdout


PYTEST = ("python", "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors")
FAULTY_TESTS = """
import gc
import warnings

def test_that_fails() -> None:
    assert double(1) == 3

def test_that_warns() -> None:
    warnings.warn("old", DeprecationWarning)

def test_that_leaves_a_file_open() -> None:
    open(__file__)
    gc.collect()
"""
UNKNOWN_MARK = """import pytest

@pytest.mark.slwo
def test_with_a_mark_that_nobody_knows() -> None: ...
"""


def test_a_faulty_test_run_is_refused(tree: Path) -> None:
    before = gate(tree, *PYTEST)
    assert before.returncode == 0, before.stdout
    plant(tree, "tests/test_sound.py", FAULTY_TESTS)
    plant(tree, "mdli_workbook/errors.py", ">>> double(3)", instead_of=">>> double(2)")
    (tree / "tests" / "test_marks.py").write_text(UNKNOWN_MARK, encoding="utf-8")
    after = gate(tree, *PYTEST)
    assert after.returncode != 0
    refused = {
        line.split(" - ")[0] for line in after.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))
    }
    assert refused == {
        "FAILED tests/test_sound.py::test_that_fails",
        "FAILED tests/test_sound.py::test_that_warns",
        "FAILED tests/test_sound.py::test_that_leaves_a_file_open",
        "FAILED mdli_workbook/errors.py::mdli_workbook.errors.double",
        "ERROR tests/test_marks.py",
    }, after.stdout


def test_check_runs_every_gate_and_test_begins_with_check() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\ncheck:", 1)[1].split("\n\n", 1)[0]
    for command in ("ruff format --quiet --check .", "ruff check --quiet .", "mypy", "lint-imports"):
        assert f"$(BIN)/{command}" in recipe
    assert re.search(r"^test: check\b", makefile, re.MULTILINE)


def test_continuous_integration_calls_make_test_and_make_soak_and_nothing_else() -> None:
    lines = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "#!/usr/bin/env bash",
        "set -euo pipefail",
        'cd "$(dirname "$0")/.."',
        "make test",
        "make soak",
    ]
