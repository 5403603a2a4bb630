"""A pool of processes that never outlives the command that started it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["cores", "pool"]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool(jobs: int, scratch: Path) -> ProcessPoolExecutor:
    """Return an executor of `jobs` fresh processes.

    Fresh (spawned) and not forked, so that no open store or thread comes along; each keeps
    IPython's files in `scratch`, so that no start-up script of the account changes a report.
    """
    return ProcessPoolExecutor(
        max_workers=jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(str(scratch / "ipython"),),
    )


def _begin(ipython: str) -> None:
    os.environ["IPYTHONDIR"] = ipython
    os.environ.pop("MDLI_PARTICIPANT", None)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End at once when the command is killed: its queues would keep an idle worker waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
