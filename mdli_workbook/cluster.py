"""The same work on a Dask cluster: machines and processes that others keep.

What is sent to a worker is what a local process gets, and nothing stays there: each worker does it in
processes of its own (:mod:`mdli_workbook.workers`), in a folder of its own that only its account may enter.
Dask never sees what a notebook raises, so its logs hold no word of anybody.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import threading
import time
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from mdli_workbook.edition import code_hash
from mdli_workbook.errors import ClusterRefused, ReportFailed
from mdli_workbook.files import private_folder
from mdli_workbook.workers import pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client

    from mdli_workbook.workers import Workers

__all__ = ["Cluster", "apart", "joined"]

P = ParamSpec("P")
T = TypeVar("T")

CONNECTS = 10.0
"""Seconds in which a scheduler must answer, and have a worker."""
PATIENCE = 30.0
"""Seconds without any worker after which what still waits is given up."""
_TRIES = 3
_LOST = "the cluster lost its workers; start some, then run mdli report again"


@contextlib.contextmanager
def joined(address: str, *, connects: float = CONNECTS, patience: float = PATIENCE) -> Iterator[Cluster]:
    """Connect to a scheduler, look at its workers, and disconnect at the end.

    Parameters
    ----------
    address
        ``tcp://host:port``, or ``tls://host:port`` with the certificates of Dask's own configuration.
    connects
        Seconds in which the scheduler must answer, and have a worker.
    patience
        Seconds without any worker after which what still waits is given up.

    Raises
    ------
    ClusterRefused
        If nobody answers there, or a worker cannot do the work; the message says why.
    """
    client = _connect(address, connects)
    try:
        yield Cluster(client, _threads(client, address, connects), patience)
    finally:
        with contextlib.suppress(Exception):  # a scheduler that is gone cannot be left
            client.close(timeout=2)


def _connect(address: str, seconds: float) -> Client:
    if not address.startswith(("tcp://", "tls://")):
        raise ClusterRefused(f"{address!r} is no scheduler's address; write one such as tcp://127.0.0.1:8786")
    try:
        from distributed import Client, Security  # noqa: PLC0415 - half a second, and few need it
    except ImportError:
        raise ClusterRefused(
            "a cluster needs Dask; install it with: pip install 'mdli-workbook[cluster]'"
        ) from None
    _hush()
    security = Security()
    if address.startswith("tls://") and security.get_connection_args("client")["ssl_context"] is None:
        raise ClusterRefused(
            f"{address} needs certificates; name them in Dask's configuration, under distributed.comm.tls"
        )
    try:
        return _within(
            2 * seconds, lambda: Client(address, timeout=seconds, security=security, set_as_default=False)
        )
    except (OSError, ValueError) as error:
        raise ClusterRefused(
            f"no Dask scheduler answers at {address} ({type(error).__name__}); start one, or correct it"
        ) from None


def _within(seconds: float, make: Callable[[], T]) -> T:
    """Return what is made, or raise TimeoutError: Dask waits for ever for who hangs, or is no scheduler."""
    made: Future[T] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        except Exception as error:  # noqa: BLE001 - told below
            made.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return made.result(seconds)


def _hush() -> None:
    """Let Dask log nothing here: what fails is told in lines of our own."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _threads(client: Client, address: str, seconds: float) -> int:
    """Return how many jobs the workers take at once.

    Raises
    ------
    ClusterRefused
        If there is no worker, or one that cannot do the work as this package does it.
    """
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError:
        raise ClusterRefused(
            f"the scheduler {address} has no worker; start one: dask worker {address} --no-nanny"
        ) from None
    told = client.run(_standing, on_error="return")
    problems = [f"{worker}: {why}" for worker, said in sorted(told.items()) if (why := _wrong(said))]
    if problems:
        raise ClusterRefused("; ".join(problems))
    return sum(client.nthreads().values())


def _standing() -> tuple[str, bool]:
    """Say of a worker which code it has, and whether it may start no process; runs there."""
    return _edition(), multiprocessing.current_process().daemon


def _edition() -> str:
    return code_hash("cluster", "report", "report_cells", "workers")


def _wrong(said: object) -> str:
    if not isinstance(said, tuple):
        return "mdli-workbook is not installed there; install the same version as here"
    edition, daemon = said
    if edition != _edition():
        return "another version of mdli-workbook is installed there; install the same one as here"
    return "may start no processes; start it with: dask worker --no-nanny" if daemon else ""


class Cluster(Executor):
    """Work on a cluster, as any executor: a worker that is lost costs another try.

    Parameters
    ----------
    client
        Connected.
    size
        How many jobs the workers take at once.
    patience
        Seconds without any worker after which what waits is given up.
    """

    def __init__(self, client: Client, size: int, patience: float) -> None:
        self.size = size
        self._client, self._patience = client, patience
        self._theirs = client.get_executor(pure=False)  # keys by chance: none is made from what is sent
        self._waiting: set[Future[Any]] = set()
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._gave_up = False
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `job` on some worker."""
        mine: Future[T] = Future()
        with self._lock:
            if self._gave_up:
                mine.set_exception(ReportFailed(_LOST))
                return mine
            self._waiting.add(mine)
        try:
            theirs = self._theirs.submit(apart, job, *args, **kwargs)
        except Exception:  # noqa: BLE001 - Dask has several ways to say that the scheduler is gone for good
            self._give_up()
        else:
            theirs.add_done_callback(lambda done: self._hand_over(done, mine))
        return mine

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as Executor has it
        """Take no more work, and let go of what nobody waits for any more."""
        self._ended.set()
        if not self._gave_up:  # nobody is there who could be told
            self._theirs.shutdown(wait and not cancel_futures)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self.shutdown(cancel_futures=kind is not None)

    def _hand_over(self, theirs: Future[T], mine: Future[T]) -> None:
        with self._lock:
            if mine not in self._waiting:
                return  # given up
            self._waiting.remove(mine)
        try:
            mine.set_result(theirs.result())
        except CancelledError:
            mine.set_exception(ReportFailed(_LOST))
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            killed = type(error).__name__ == "KilledWorker"
            mine.set_exception(
                ReportFailed("several workers ended while they made it; run mdli report again")
                if killed
                else error
            )

    def _watch(self) -> None:
        seen = time.monotonic()
        while not self._ended.wait(1):
            if self._has_workers():
                seen = time.monotonic()
            elif time.monotonic() - seen >= self._patience:
                self._give_up()
                return

    def _has_workers(self) -> bool:
        try:
            return bool(_within(5, lambda: self._client.scheduler_info(n_workers=-1)["workers"]))
        except Exception:  # noqa: BLE001 - whatever Dask says of a scheduler that is gone or hangs
            return False

    def _give_up(self) -> None:
        with self._lock:
            self._gave_up = True
            waiting = list(self._waiting)
            self._waiting.clear()
        for one in waiting:
            one.set_exception(ReportFailed(_LOST))


def apart(job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a job in a process of this worker's own, again if that process dies; runs on a worker."""
    workers = _own_workers()
    for _ in range(_TRIES - 1):
        with contextlib.suppress(BrokenExecutor):
            return workers.submit(job, *args, **kwargs).result()
    return workers.submit(job, *args, **kwargs).result()


@cache
def _own_workers() -> Workers:
    from distributed import get_worker  # noqa: PLC0415 - here it is there

    worker = get_worker()
    # Dask deletes this folder's parent at the end, and what a killed worker left when the next one starts
    return pool(worker.state.nthreads, private_folder(Path(worker.local_directory) / "reports"))
