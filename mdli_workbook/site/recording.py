"""Recording what happened, several requests at once: they wait for the disk together and not in a row."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdli_workbook.answers import Event

__all__ = ["Recorder"]


class Recorder:
    """Writes events so that each is on disk when :meth:`record` returns; safe from any thread.

    Parameters
    ----------
    write
        Writes several events at once, all of them or none.
    """

    def __init__(self, write: Callable[..., None]) -> None:
        self._write = write
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._waiting: list[tuple[Event, Future[None]]] = []

    def record(self, event: Event) -> None:
        """Write an event, together with those of whoever waits, too.

        Raises
        ------
        StoreError
            If it could not be written.
        """
        done: Future[None] = Future()
        with self._lock:
            self._waiting.append((event, done))
        with self._writing:
            with self._lock:
                batch, self._waiting = self._waiting, []
            if batch:  # otherwise whoever wrote last took this one along
                self._write_all(batch)
        done.result()

    def _write_all(self, batch: list[tuple[Event, Future[None]]]) -> None:
        try:
            self._write(*(event for event, _ in batch))
        except BaseException as error:  # noqa: BLE001 - each of those who wait hears it
            for _, done in batch:
                done.set_exception(error)
        else:
            for _, done in batch:
                done.set_result(None)
