"""The access log: who opened what, when, and how it was answered; ids and numbers, never text."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.errors import SiteRefused
from mdli_workbook.files import private_folder
from mdli_workbook.site.passwords import require_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

__all__ = ["NOBODY", "Diary", "open_diary"]

NOBODY = "-"
"""Stands where no id is known: what a stranger typed may be a password in the wrong field."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_WORD = re.compile(r"[A-Za-z]{1,32}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Diary:
    """A file to which lines are only ever added, one per request, each written at once and whole.

    It is opened anew for each line, so it may be moved away at any time, and safe from any thread.

    Parameters
    ----------
    path
        The file; made readable by this account alone.
    now
        Tells the time.
    """

    path: Path
    now: Callable[[], datetime]

    def write(  # noqa: PLR0913, PLR0917 - one per column
        self, coach: str, method: str, page: str, participant: str = "", session: int = 0, status: int = 0
    ) -> None:
        """Add one line.

        Parameters
        ----------
        coach
            Id of who asked; :data:`NOBODY` where that is not known.
        method, page
            How, and for which page: the name of its class.
        participant, session
            Of a report; empty and 0 for other pages.
        status
            How it was answered.

        Raises
        ------
        OSError
            If the line could not be written.
        """
        told = {
            "at": self.now().isoformat(timespec="milliseconds"),
            "coach": coach if _ID.fullmatch(coach) else NOBODY,
            "method": method if method in _METHODS else NOBODY,
            "page": page if _WORD.fullmatch(page) else NOBODY,
            "participant": participant if _ID.fullmatch(participant) else "",
            "session": int(session),
            "status": int(status),
        }
        file = _open(self.path)
        try:
            os.write(file, f"{json.dumps(told)}\n".encode("ascii"))
        finally:
            os.close(file)


def _open(path: Path) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o600)


def open_diary(folder: Path, now: Callable[[], datetime]) -> Diary:
    """Return the access log of a program, ``.mdli/access.log``, made if it is not there.

    Raises
    ------
    SiteRefused
        If others may read it, or it cannot be written: who opened what would not be known.
    """
    path = private_folder(folder / ".mdli") / "access.log"
    require_private(path)
    try:
        os.close(_open(path))
    except OSError as error:
        way_out = "it must be a file that this account can write; move away what stands there"
        raise SiteRefused(f".mdli/access.log cannot be opened ({error.strerror}); {way_out}") from error
    return Diary(path, now)
