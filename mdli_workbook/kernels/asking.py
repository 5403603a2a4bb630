"""The near side of a fork server: start it, ask it for kernels, and hold each like a process of one's own."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from itertools import count
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from mdli_workbook.kernels.birth import interpreter_settings

if TYPE_CHECKING:
    from mdli_workbook.kernels.birth import Birth

__all__ = ["PATIENCE", "ForkServer", "WarmProcess", "fork_server", "share_fork_server"]

PRELOAD = "mdli_workbook.kernels.preload"
"""What a fork server imports before its first fork."""
_GONE = -int(signal.SIGKILL)
"""How a kernel ended whose fork server was killed: it is killed with it."""
PATIENCE = 60
"""Seconds that the first birth may take: the fork server imports its libraries before."""


class WarmProcess:
    """A forked kernel, with the part of :class:`subprocess.Popen` that kernel provisioners use."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self.forked: Future[int] = Future()
        self.born: Future[int] = Future()
        self.died: Future[int] = Future()

    @property
    def pid(self) -> int:
        """Process id, which is that of its process group, too."""
        return self.forked.result(PATIENCE)

    @property
    def returncode(self) -> int | None:
        """Exit code, or the negative number of the signal that ended it; ``None`` while it lives."""
        return self.died.result() if self.died.done() else None

    def poll(self) -> int | None:
        """Return :attr:`returncode`."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises
        ------
        TimeoutError
            If it lives on after `timeout` seconds.
        """
        return self.died.result(timeout)

    def send_signal(self, number: int) -> None:
        """Send a signal to it alone; nothing once it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """A connection to a fork server, its own or somebody else's.

    Parameters
    ----------
    address
        Where it listens.
    settings
        What its interpreter was started with: a kernel with other ones cannot be forked from it.
    """

    def __init__(self, address: str, settings: dict[str, str]) -> None:
        self.address = address
        self.settings = settings
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address)
        self._connection = Connection(os.dup(self._socket.fileno()))
        self._numbers = count()
        self._kernels: dict[int, WarmProcess] = {}
        self._lock = threading.Lock()
        self._lost = False
        threading.Thread(target=self._listen, name="fork-server", daemon=True).start()

    @property
    def works(self) -> bool:
        """Whether it is still there."""
        return not self._lost

    def start(self, birth: Birth) -> WarmProcess:
        """Ask for a kernel; its process is born some time later, or dies.

        Raises
        ------
        ConnectionError
            If the fork server is gone.
        """
        process = WarmProcess()
        with self._lock:
            if self._lost:
                raise ConnectionResetError(self.address)
            number = next(self._numbers)
            self._kernels[number] = process
            self._connection.send((number, birth))
        return process

    def leave(self, process: WarmProcess, seconds: float) -> None:
        """Let a kernel that was asked to end do so in peace; after some seconds it is killed."""
        with self._lock:
            for number, one in self._kernels.items():
                if one is process:
                    with contextlib.suppress(OSError):
                        self._connection.send((number, float(seconds)))

    def close(self) -> None:
        """End it, if it is one's own, and all kernels with it."""
        with contextlib.suppress(OSError):  # only this wakes up who is listening
            self._socket.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                what, number, value = self._connection.recv()
                process = self._kernels[number]
                if what == "died":
                    with self._lock:
                        del self._kernels[number]
                    _fail(process.forked, process.born)
                    process.died.set_result(value)
                else:
                    getattr(process, what).set_result(value)
        with self._lock:
            self._lost = True
            left = list(self._kernels.values())
            self._kernels.clear()
            self._connection.close()
            self._socket.close()
        for process in left:
            _fail(process.forked, process.born)
            process.died.set_result(_GONE)


def _fail(*futures: Future[int]) -> None:
    for one in futures:
        if not one.done():
            one.set_exception(ChildProcessError("the kernel ended before it was ready"))


_servers: dict[int, ForkServer] = {}
"""The fork server of this process, by its process id: a fork of it must not use its parent's."""
_starting = threading.Lock()


def fork_server(*, quiet: bool = False) -> ForkServer:
    """Return this process's fork server; a new one if it has none or that is gone.

    Parameters
    ----------
    quiet
        Whether what its kernels write past Jupyter goes nowhere, instead of where this process writes.
    """
    with _starting:
        known = _servers.get(os.getpid())
        if known is None or not known.works:
            _servers[os.getpid()] = known = _start(subprocess.DEVNULL if quiet else None)
        return known


def share_fork_server(address: str, settings: dict[str, str]) -> None:
    """Use the fork server of another process of this account."""
    with _starting:
        _servers[os.getpid()] = ForkServer(address, settings)


def _start(streams: int | None) -> ForkServer:
    folder = tempfile.mkdtemp(prefix="mdli-kernels-")  # 0700
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    # A thread that numpy's library started before the fork would be missing after it.
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "PYDEVD_DISABLE_FILE_VALIDATION"), "1")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{folder}/door")
        door.listen()
        command = [sys.executable, "-P", "-m", "mdli_workbook.kernels", str(door.fileno()), PRELOAD]
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            env=environment | alone,
            pass_fds=[door.fileno()],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=streams,
            stderr=streams,
            start_new_session=True,
        )
        server = ForkServer(f"{folder}/door", interpreter_settings(environment))
    atexit.register(_end, os.getpid(), server, process, folder)
    return server


def _end(owner: int, server: ForkServer, process: subprocess.Popen[bytes], folder: str) -> None:
    if os.getpid() != owner:  # a fork of the owner ends: the server is not its own
        return
    server.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    shutil.rmtree(folder, ignore_errors=True)
