"""What the site reads, each time as it is now: the program's files, the reports, the store, the passwords."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from mdli_workbook.errors import StoreUnusable
from mdli_workbook.program import FILES, read_program, store_address
from mdli_workbook.program.settings import PROGRAM_FILE
from mdli_workbook.shelf import read_marker
from mdli_workbook.site.checked import Checked
from mdli_workbook.site.passwords import read_hashes
from mdli_workbook.site.recording import Recorder
from mdli_workbook.sqlite import file_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.program import Program
    from mdli_workbook.shelf import Marker

__all__ = ["Sources", "Stamp", "stamp_of"]

REMEMBERED = 4096

Stamp = tuple[tuple[int, ...], ...]
"""Inode, size and times of some files; equal stamps mean that nobody wrote in between."""


def stamp_of(paths: Iterable[Path]) -> Stamp:
    """Return what changes when one of the files is written, replaced, made or removed."""
    return tuple(_stamp_of_one(path) for path in paths)


def _stamp_of_one(path: Path) -> tuple[int, ...]:
    try:
        now = path.stat()
    except FileNotFoundError:
        return ()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


class Sources:
    """Reads again whatever was written since the last request; safe from any thread.

    Parameters
    ----------
    folder
        The program folder.
    now
        Tells the time.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self.now = now
        self.checked = Checked()
        self.recorder = Recorder(lambda *events: self.store().record(*events))
        self._lock = threading.Lock()
        self._program: tuple[Stamp, Program] | None = None
        self._store: tuple[tuple[str, int, int], Store] | None = None
        self._address: tuple[Stamp, str] | None = None
        self._markers: OrderedDict[Path, tuple[Stamp, Marker | None]] = OrderedDict()

    def program(self) -> Program:
        """Return the program as its files say now.

        Raises
        ------
        ProgramError
            If they cannot be used: half-written, locked, or wrong. The last good ones do not count.
        """
        stamp = self._stamp()
        with self._lock:
            if self._program is not None and self._program[0] == stamp:
                return self._program[1]
        program = read_program(self.folder)
        if stamp == self._stamp():
            with self._lock:
                self._program = stamp, program
        return program

    def _stamp(self) -> Stamp:
        return stamp_of(self.folder / name for name in FILES)

    def marker(self, report: Path) -> tuple[Stamp, Marker | None]:
        """Return what a report says of itself, and the stamp of the file that says so.

        A report is some hundred kilobytes; it is read once, and again when it was written since.
        """
        stamp = stamp_of([report])
        with self._lock:
            kept = self._markers.get(report)
        if kept is None or kept[0] != stamp:
            kept = stamp, read_marker(report)
            with self._lock:
                self._markers[report] = kept
                while len(self._markers) > REMEMBERED:
                    self._markers.popitem(last=False)
        return kept

    def hashes(self) -> Mapping[str, str]:
        """Return the coaches' password hashes as they are now."""
        return read_hashes(self.folder)

    def store(self) -> Store:
        """Return the open store, if it is where the program says now.

        Raises
        ------
        StoreError
            If it is not there; an SQLite file that was moved away is not there, even if it is still open.
        """
        address = self._store_address()
        place = (address, *_inode(address))
        with self._lock:
            if self._store is not None and self._store[0] != place:
                self._store[1].close()
                self._store = None
            if self._store is None:
                # never made here: an empty store would mean that every answer was withdrawn
                self._store = place, Store.open(address, now=self.now, create=False)
            return self._store[1]

    def _store_address(self) -> str:
        stamp = stamp_of([self.folder / PROGRAM_FILE])
        with self._lock:
            if self._address is not None and self._address[0] == stamp:
                return self._address[1]
        address = store_address(self.folder)
        with self._lock:
            self._address = stamp, address
        return address


def _inode(address: str) -> tuple[int, int]:
    """Say which file the store is: one that was moved away may still be open, but it is not there."""
    path = file_of(address)
    try:
        file = path.stat()
    except OSError as error:
        raise StoreUnusable(f"the store {path} is not there; put it back") from error
    return file.st_dev, file.st_ino
