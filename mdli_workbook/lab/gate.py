"""Whether a notebook that says it is a workbook may be run when it is opened.

The page sends the very sources that it would run, and nothing is run unless all of them are what
a generated workbook says. Where a cell stands does not matter: they are run in the order of a
workbook, so a cell that was moved or pasted twice by accident keeps nobody from writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from mdli_workbook.errors import CellRefused
from mdli_workbook.grammar import Call, Import, Open, Parameters, read_cell
from mdli_workbook.notebook import KERNEL

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["LARGEST", "LONGEST", "Marker", "Page", "Verdict", "judge", "may_run"]

LARGEST = 500
"""Cells in one page."""
LONGEST = 512 * 1024
"""Bytes of one page, as it is sent."""

Read = Import | Open | Parameters | Call
_SETUP = ((Import, "loads the package"), (Parameters, "says whose it is"), (Open, "opens it"))


class Marker(BaseModel):
    """What a notebook says of itself in ``metadata.mdli``."""

    model_config = ConfigDict(frozen=True, strict=True)

    form: bool
    cohort: str
    participant: str
    session: int


class Page(BaseModel):
    """What a page would run, in which kernel, and whose workbook it says it is."""

    model_config = ConfigDict(frozen=True, strict=True)

    kernel: str
    marker: Marker
    cells: Annotated[Sequence[str], Field(max_length=LARGEST)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which cells are run, in order; or why none is.

    Parameters
    ----------
    order
        Indexes into what was sent; empty if nothing may be run.
    why
        One sentence for the person; empty if they may.
    """

    order: tuple[int, ...] = ()
    why: str = ""


def judge(page: Page, kinds: Container[str]) -> Verdict:
    """Say what of a page may be run.

    Parameters
    ----------
    page
        What the browser sent.
    kinds
        Names that may be called on ``wb``.
    """
    if not page.marker.form:
        return Verdict(why="It is not marked as a workbook.")
    if page.kernel != KERNEL["name"]:
        return Verdict(why="It asks for another kernel than a workbook's own.")
    verdict = may_run(page.cells, kinds)
    if verdict.why:
        return verdict
    said = page.marker.model_dump(exclude={"form"}) | {"view": "workbook"}
    parameters = read_cell(page.cells[verdict.order[1]], kinds)
    if not isinstance(parameters, Parameters) or parameters.values != said:
        return Verdict(
            why="Its cells and its description say that it is somebody else's, or another session's."
        )
    return verdict


def may_run(cells: Sequence[str], kinds: Container[str]) -> Verdict:
    """Say which of these cells may be run, and in which order.

    Parameters
    ----------
    cells
        Whole sources of the cells that are marked as ours.
    kinds
        Names that may be called on ``wb``.

    Examples
    --------
    >>> whose = "cohort, participant, session, view = 'spring', 'ana', 2, 'workbook'"
    >>> opened = "wb = workbook(cohort, participant, session, view)"
    >>> cells = ["from mdli_workbook import workbook", whose, opened, "wb.reflection('why')"]
    >>> may_run(cells, {"reflection"}).order
    (0, 1, 2, 3)
    >>> may_run([*cells, "import os"], {"reflection"}).why
    'Its hidden part 5 says something that no workbook says.'
    """
    read: list[Read] = []
    for number, source in enumerate(cells, start=1):
        try:
            read.append(read_cell(source, kinds))
        except (CellRefused, RecursionError, MemoryError):
            return Verdict(why=f"Its hidden part {number} says something that no workbook says.")
    return _in_order(read)


def _in_order(read: Sequence[Read]) -> Verdict:
    """Put what was read into the order of a workbook; what stands there twice is run once."""
    order: list[int] = []
    for kind, does in _SETUP:
        found = [index for index, what in enumerate(read) if isinstance(what, kind)]
        if not found:
            return Verdict(why=f"The hidden part that {does} is missing.")
        if any(read[index] != read[found[0]] for index in found):
            return Verdict(why=f"The hidden part that {does} is there twice, and they differ.")
        order.append(found[0])
    calls: dict[str, int] = {}
    for index, what in enumerate(read):
        if isinstance(what, Call) and read[calls.setdefault(what.id, index)] != what:
            return Verdict(why=f"The exercise {what.id!r} is there twice, and they differ.")
    parameters = read[order[1]]
    if isinstance(parameters, Parameters) and parameters.values["view"] != "workbook":
        return Verdict(why="It would show a report, and not a workbook.")
    return Verdict(order=(*order, *calls.values()))
