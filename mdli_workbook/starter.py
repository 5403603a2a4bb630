"""A new program folder, ready to run: what the demonstration program has, to be replaced piece by piece."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from mdli_workbook.errors import InputError, Problem
from mdli_workbook.files import private_folder

__all__ = ["demonstration_files", "start_program", "templates_folder"]

PACKAGE = Path(__file__).parent
FILES = ("program.toml", "roster.csv", "coaches.csv", "calls.csv")

WORKBOOKS = """\
# Workbooks

`mdli generate` writes one notebook per participant and session here, as
`<cohort>/<participant>/<NN-slug>.ipynb`.
They hold no answers. Participants open theirs with `mdli lab PARTICIPANT`.
"""

REPORTS = """\
# Reports

`mdli report` writes one executed notebook per participant and call here, as
`<cohort>/<participant>/<NN-slug>.ipynb`. Coaches read theirs on the coach site, `mdli serve`.
They are confidential: do not copy them elsewhere.
"""

GITIGNORE = """\
# Private: answers, workbooks, reports, licence numbers.
/.mdli/
/workbooks/*
!/workbooks/README.md
/reports/*
!/reports/README.md
/learners.csv
.ipynb_checkpoints/
"""

TEXTS = {"workbooks/README.md": WORKBOOKS, "reports/README.md": REPORTS, ".gitignore": GITIGNORE}
NAMES = (".mdli", ".gitignore", "templates", "workbooks", "reports", *FILES[1:], FILES[0])
"""Everything at the top of a new folder, in the order in which it appears."""


def templates_folder() -> Path:
    """Return the folder of session files and report templates that the package carries.

    In a checkout it is the repository's ``templates``, which is the only copy.
    """
    return _carried(PACKAGE / "templates", PACKAGE.parent / "templates")


def demonstration_files() -> tuple[Path, ...]:
    """Return the four files of the demonstration program that the package carries."""
    return tuple(_carried(PACKAGE / "demonstration" / name, PACKAGE.parent / name) for name in FILES)


def _carried(in_wheel: Path, in_checkout: Path) -> Path:
    return in_wheel if in_wheel.exists() else in_checkout


def start_program(folder: Path) -> None:
    """Make a new program folder with the demonstration's people and dates (``mdli init``).

    ``program.toml`` appears last: without it a folder is no program, whatever interrupted this.

    Parameters
    ----------
    folder
        Is made if it isn't there. What it holds already stays as it is.

    Raises
    ------
    InputError
        If it holds a program, or anything of a name that a program needs; nothing is written then.
    """
    _check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".mdli-init-", dir=folder))
    try:
        _write(draft)
        for name in NAMES:
            (draft / name).rename(folder / name)
    finally:
        shutil.rmtree(draft)


def _check_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem(str(folder), 0, "is a file; name a folder, new or empty")])
    if (folder / "program.toml").exists():
        raise InputError([Problem(str(folder), 0, "holds a program already; name another folder")])
    taken = [name for name in NAMES if (folder / name).is_symlink() or (folder / name).exists()]
    message = "is there already and a new program needs the name; move it away or name another folder"
    if taken:
        raise InputError(Problem(str(folder / name), 0, message) for name in taken)


def _write(folder: Path) -> None:
    for source in demonstration_files():
        shutil.copyfile(source, folder / source.name)
    shutil.copytree(
        templates_folder(), folder / "templates", ignore=shutil.ignore_patterns(".*", "__pycache__")
    )
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    private_folder(folder / ".mdli")
