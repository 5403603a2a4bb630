"""A pool of processes that never outlives the command that started it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import connection
from queue import SimpleQueue
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from mdli_workbook.kernels.asking import fork_server, share_fork_server
from mdli_workbook.kernels.birth import may_fork

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

__all__ = ["Workers", "cores", "pool"]

P = ParamSpec("P")
T = TypeVar("T")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool(jobs: int, scratch: Path) -> Workers:
    """Return an executor of up to `jobs` fresh processes; each starts when it is first needed.

    Each keeps its temporary files in `scratch`, and IPython's, so that no start-up script of the account
    changes a report.
    """
    return Workers(jobs, scratch)


class Workers(Executor):
    """Processes of which one that dies takes only its own job with it.

    Each is a pool of one: the standard pool of many fails all its jobs as soon as one process dies.
    They are fresh (spawned) and not forked, so that no open store or thread comes along.

    Parameters
    ----------
    jobs
        How many processes.
    scratch
        Folder for temporary files, 0700.
    """

    def __init__(self, jobs: int, scratch: Path) -> None:
        self._scratch = scratch
        self._threads = ThreadPoolExecutor(jobs)
        self._idle: SimpleQueue[ProcessPoolExecutor | None] = SimpleQueue()
        for _ in range(jobs):
            self._idle.put(None)

    def submit(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `job` in the next process that is idle."""
        return self._threads.submit(self._run, job, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as Executor has it
        """Let running jobs end, then the processes."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        while not self._idle.empty():
            if process := self._idle.get():
                process.shutdown(wait)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.shutdown(cancel_futures=kind is not None)

    def _run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        process = self._idle.get()
        try:
            process = process or self._start()
            return process.submit(job, *args, **kwargs).result()
        except BrokenExecutor:
            if process:
                process.shutdown()
            process = None
            raise
        finally:
            self._idle.put(process)

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        server = fork_server(quiet=True) if may_fork() else None
        begin = (str(self._scratch), (server.address, server.settings) if server else None)
        return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=begin)


def _begin(scratch: str, kernels: tuple[str, dict[str, str]] | None) -> None:
    # A failure is one line of the command's own. Kernels, which inherit these, log tracebacks when
    # they end at a bad moment, and a traceback may say what a person wrote.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the command's to handle
    tempfile.tempdir = scratch
    os.environ["IPYTHONDIR"] = os.path.join(scratch, "ipython")  # noqa: PTH118 - a variable is text
    os.environ.pop("MDLI_PARTICIPANT", None)
    # nbformat imports jsonschema, which builds a grammar for one format that no notebook has: a second.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if kernels:  # one fork server for all workers: it has imported its libraries once
        share_fork_server(*kernels)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End at once when the command is killed: its queues would keep an idle worker waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
