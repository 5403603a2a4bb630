"""Every error of the package, in one tree.

::

    WorkbookError
    ├── InputError            what people wrote cannot be used; nothing was written
    │   ├── ProgramError      program.toml, roster.csv, coaches.csv, calls.csv
    │   ├── CurriculumError   a session file or a report template
    │   └── RecordsRefused    an export, a backup, a restore or an end of retention that cannot be done so
    ├── Busy                  another writing command holds the program's lock
    ├── CellRefused           a code cell is outside the grammar of a workbook
    ├── ClusterRefused        no cluster there, or one whose workers cannot make reports
    ├── CreditRefused         a claim above participation, or a ledger with a row missing
    ├── StoreError
    │   ├── StoreUnusable     no store there, or one that must not be used
    │   └── SaveRefused       this answer may not be saved: wrong person, wrong shape
    ├── BriefingMissing       a report kernel was started without its briefing
    ├── ReportFailed          one report could not be made; the others are untouched
    ├── LabRefused            JupyterLab will not start like this
    ├── MeasureRefused        a measure of equity data is unknown, or its inputs cannot be used
    └── SiteRefused           the coach site will not start like this

Messages name ids, files, lines and rules, never what a person wrote.
Every class survives pickling, so a worker process can send it home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BriefingMissing",
    "Busy",
    "CellRefused",
    "ClusterRefused",
    "CreditRefused",
    "CurriculumError",
    "InputError",
    "LabRefused",
    "MeasureRefused",
    "Problem",
    "ProgramError",
    "RecordsRefused",
    "ReportFailed",
    "SaveRefused",
    "SiteRefused",
    "StoreError",
    "StoreUnusable",
    "WorkbookError",
]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file that a person wrote.

    Parameters
    ----------
    file
        Path as the person knows it, relative to the program folder.
    line
        Line in that file, counted from 1; 0 where no line can be named.
    message
        The value, the rule and the way out.

    Examples
    --------
    >>> str(Problem("roster.csv", 7, "coach_id 'lee' is not in coaches.csv; add it there or correct it"))
    "roster.csv line 7: coach_id 'lee' is not in coaches.csv; add it there or correct it"
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file} line {self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class WorkbookError(Exception):
    """Root of all errors that this package raises on purpose."""


class InputError(WorkbookError):
    """What people wrote cannot be used: every problem at once, nothing written.

    Parameters
    ----------
    problems
        All problems found, in the order of files and lines.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class ProgramError(InputError):
    """``program.toml``, ``roster.csv``, ``coaches.csv`` or ``calls.csv`` cannot be used."""


class CurriculumError(InputError):
    """A session file or a report template cannot be used."""


class RecordsRefused(InputError):  # noqa: N818
    """Records cannot be exported, backed up, restored or retired like this."""


class Busy(WorkbookError):  # noqa: N818 - the word a coordinator reads
    """Another writing command holds the lock of this program."""


class CellRefused(WorkbookError):  # noqa: N818
    """A code cell is outside the grammar of a workbook, so it is not run."""


class ClusterRefused(WorkbookError):  # noqa: N818
    """No Dask scheduler answers there, or its workers cannot make reports."""


class CreditRefused(WorkbookError):  # noqa: N818
    """A claim is above participation, or a row of the ledger is missing."""


class StoreError(WorkbookError):
    """The store could not do what was asked."""


class StoreUnusable(StoreError):  # noqa: N818
    """There is no store at that address, or it must not be used there."""


class SaveRefused(StoreError):  # noqa: N818
    """An answer may not be saved: another person's, or not of the kind's shape."""


class BriefingMissing(WorkbookError):  # noqa: N818
    """A report kernel was started without ``briefing.json`` beside it."""


class ReportFailed(WorkbookError):  # noqa: N818
    """One report could not be made; its last good version stays."""


class LabRefused(WorkbookError):  # noqa: N818
    """JupyterLab will not start in this way: its port is taken."""


class MeasureRefused(WorkbookError):  # noqa: N818
    """A measure of equity data is unknown, or what it was given cannot be used."""


class SiteRefused(WorkbookError):  # noqa: N818
    """The coach site will not start in this way, because it would not be safe."""
