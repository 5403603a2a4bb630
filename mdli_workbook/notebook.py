"""Session and participant → notebook, as text; pure, so that the same input gives the same bytes.

A session is turned into cells once; a participant only adds two ids. (Called `notebook`
and not `workbook`, because ``from mdli_workbook import workbook`` must give the function that a
generated cell calls, and a module of that name would take its place.)
"""

from __future__ import annotations

import hashlib
import json
import pprint
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdli_workbook.curriculum import Exercise
from mdli_workbook.grammar import Call, Parameters, read_cell
from mdli_workbook.pictures import as_attachments

if TYPE_CHECKING:
    from collections.abc import Container

    from mdli_workbook.curriculum import Session

__all__ = [
    "KERNEL",
    "SessionCells",
    "as_text",
    "call_cell",
    "calls_of",
    "code_cell",
    "digest_of",
    "for_participant",
    "markdown_cell",
    "write_notebook",
]

KERNEL = {"name": "mdli", "display_name": "Workbook", "language": "python"}

_FIRST_PAGE = """\
# Session {number} · {title}

<button data-commandlinker-command="notebook:run-all-cells">Start: open the form</button> \
If no form shows, press **Start** once.

What you write is saved while you type, outside this page. Close it whenever you like and find every word \
when you come back.

**Who can read it.** Each answer says so below its field, and you change it there, at any time, back too.

- *Only you*: nobody else is shown it, and no report mentions it.
- *Your coach*: your coach reads it in a report before a call, and so does whoever the roster names as your \
coach later. *What my coach will see* shows exactly what.
- *The program's coordinators*, where it is offered: without your name, among at least five answers.

Coordinators also see how far you are, in counts and dates, and never your words. Below each field, \
*Earlier wordings* brings back what stood there, or erases it for good.

**What nobody can promise.** Whoever administers this computer, or holds its account, could open the files \
in which your answers are kept, private ones too, and so could whoever holds a backup. Write nothing here \
that names a patient."""


@dataclass(frozen=True, slots=True)
class SessionCells:
    """One session's workbook, ready for any participant.

    Examples
    --------
    >>> from mdli_workbook.curriculum import Session
    >>> cells = SessionCells.of(Session(session=2, slug="listen", title="Listen", minutes=30))
    >>> json.loads(cells.workbook("spring", "p1"))["metadata"]["mdli"]["participant"]
    'p1'
    """

    session: Session
    pieces: tuple[str, ...]
    """The notebook's text, cut where cohort and participant stand, in turn."""

    @classmethod
    def of(cls, session: Session) -> SessionCells:
        """Turn a session's text and exercises into a notebook."""
        cells = [
            markdown_cell("first-page", _FIRST_PAGE.format(number=session.session, title=session.title)),
            code_cell(
                "load", "# Opens the workbook; nothing to change here.\nfrom mdli_workbook import workbook"
            ),
            _parameters(session),
            code_cell("open", "# Shows the forms below.\nwb = workbook(cohort, participant, session, view)"),
            *(_cell(session, index) for index in range(len(session.parts))),
        ]
        text = write_notebook([_stamped(cell) for cell in cells], _marker(session))
        return cls(session, tuple(re.split(f"{_COHORT}|{_PARTICIPANT}", text)))

    @property
    def for_all(self) -> str:
        """The notebook's text with marks in the places of the ids; see :func:`for_participant`."""
        return self._between(_COHORT, _PARTICIPANT)

    def workbook(self, cohort: str, participant: str) -> str:
        """Return one participant's workbook as the text of an ``.ipynb`` file.

        Parameters
        ----------
        cohort, participant
            Ids: plain letters, digits, ``-`` and ``_``, so they need no quoting anywhere.
        """
        assert _ID.fullmatch(cohort), cohort
        assert _ID.fullmatch(participant), participant
        return self._between(cohort, participant)

    def _between(self, cohort: str, participant: str) -> str:
        first, second, third, fourth, last = self.pieces
        return f"{first}{cohort}{second}{participant}{third}{cohort}{fourth}{participant}{last}"


# They stand for the ids while a session's notebook is written once for everybody.
_COHORT, _PARTICIPANT = "cohort-f2b1c9d07e5a4c31", "participant-f2b1c9d07e5a4c31"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def for_participant(text: bytes, cohort: str, participant: str) -> bytes:
    """Return one participant's workbook from the text for all; what holds no marks stays as it is.

    Examples
    --------
    >>> from mdli_workbook.curriculum import Session
    >>> cells = SessionCells.of(Session(session=2, slug="listen", title="Listen", minutes=30))
    >>> for_participant(cells.for_all.encode(), "spring", "p1").decode() == cells.workbook("spring", "p1")
    True
    """
    named = text.replace(_COHORT.encode(), cohort.encode())
    return named.replace(_PARTICIPANT.encode(), participant.encode())


def _parameters(session: Session) -> dict[str, Any]:
    source = (
        "# Whose workbook this is.\n"
        f"cohort = {_COHORT!r}\nparticipant = {_PARTICIPANT!r}\n"
        f"session = {session.session}\nview = 'workbook'"
    )
    return code_cell("parameters", source, tags=["parameters"])


def _marker(session: Session) -> dict[str, Any]:
    return {
        "form": True,
        "cohort": _COHORT,
        "participant": _PARTICIPANT,
        "session": session.session,
        "slug": session.slug,
    }


def write_notebook(cells: list[dict[str, Any]], marker: dict[str, Any]) -> str:
    """Return the text of a notebook file in the layout that Jupyter itself writes.

    Parameters
    ----------
    cells
        From :func:`code_cell` and :func:`markdown_cell`.
    marker
        What ``metadata.mdli`` says.
    """
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}, "mdli": marker},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return as_text(notebook)


def as_text(notebook: dict[str, Any]) -> str:
    """Return a notebook's JSON as Jupyter itself lays it out."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def code_cell(name: str, source: str, *, tags: list[str] | None = None) -> dict[str, Any]:
    """Return a code cell of ours: hidden, not editable, not deletable."""
    metadata = _ours(name) | {"jupyter": {"source_hidden": True}} | ({"tags": tags} if tags else {})
    cell = {"cell_type": "code", "id": _cell_id(name), "metadata": metadata, "source": _lines(source)}
    return cell | {"execution_count": None, "outputs": []}


def markdown_cell(name: str, source: str) -> dict[str, Any]:
    """Return a Markdown cell of ours."""
    return {"cell_type": "markdown", "id": _cell_id(name), "metadata": _ours(name), "source": _lines(source)}


def call_cell(call: Call) -> dict[str, Any]:
    """Return the cell of one exercise."""
    title = "".join(one if one.isprintable() else " " for one in call.literals.get("title") or call.id)
    head = f"# {title}: what you write here is saved outside this page."
    fields = "".join(f"    {name}={_literal(value)},\n" for name, value in call.literals.items())
    return code_cell(f"x-{call.id}", f"{head}\nwb.{call.kind}(\n    {call.id!r},\n{fields})")


def calls_of(text: str, kinds: Container[str]) -> tuple[Parameters, tuple[tuple[dict[str, Any], Call], ...]]:
    """Read the parameters and the exercises, each with its cell, out of a generated workbook.

    Raises
    ------
    CellRefused
        If a code cell is outside the grammar.
    """
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    read = [(cell, read_cell("".join(cell["source"]), kinds)) for cell in cells]
    parameters = next(what for _, what in read if isinstance(what, Parameters))
    return parameters, tuple((cell, what) for cell, what in read if isinstance(what, Call))


def _cell(session: Session, index: int) -> dict[str, Any]:
    part = session.parts[index]
    if isinstance(part, str):
        text, attached = as_attachments(part, session.pictures)
        before = session.parts[index - 1] if index else None
        # named after what it follows: a corrected session may put another exercise anywhere
        name = f"after-{before.id}" if isinstance(before, Exercise) else f"text-{index}"
        return markdown_cell(name, text) | ({"attachments": attached} if attached else {})
    return call_cell(Call(part.kind, part.id, part.literals()))


def _stamped(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell that carries the hash of what it says, unless that holds ids of a participant."""
    marker = cell["metadata"]["mdli"]
    if marker["name"] == "parameters":
        return cell
    return cell | {"metadata": cell["metadata"] | {"mdli": marker | {"hash": digest_of(cell)}}}


def digest_of(cell: dict[str, Any]) -> str:
    """Return a short hash of what a cell says and of its pictures; space around it does not count."""
    source = cell["source"]
    text = (source if isinstance(source, str) else "".join(source)).replace("\r\n", "\n").strip()
    pictures = json.dumps(cell.get("attachments") or {}, sort_keys=True)
    return hashlib.sha256(f"{text}\0{pictures}".encode("utf-8", "replace")).hexdigest()[:16]


def _literal(value: Any) -> str:
    text = pprint.pformat(value, width=100, sort_dicts=False)
    return text.replace("\n", "\n    ") if isinstance(value, (dict, list)) else repr(value)


def _ours(name: str) -> dict[str, Any]:
    return {"deletable": False, "editable": False, "mdli": {"owner": "ours", "name": name}}


def _cell_id(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _lines(source: str) -> list[str]:
    """Return source as a list of lines, as notebook files hold it."""
    return source.splitlines(keepends=True)
