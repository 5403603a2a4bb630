"""The fork server's process: ``python -P -m mdli_workbook.kernels FD``.

It hands each birth to the standard library's fork server and tells who asked of births and deaths. FD is
a listening socket; the first to connect is its owner. It ends with its owner, and all kernels with it:
at once, but for those that were asked to end and may take their time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from multiprocessing import connection, forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from mdli_workbook.kernels.child import be_kernel

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

    from mdli_workbook.kernels.birth import Birth

_LOST = 255
"""What `multiprocessing` says of a process whose end nobody saw: the fork server was killed."""


@dataclass(slots=True, eq=False)
class _Kernel:
    """A kernel that lives: who asked for it, under which number, and by when it must have ended."""

    asker: Connection
    number: int
    process: ForkServerProcess
    unborn: Connection | None
    deadline: float | None = None

    def tell(self, what: str, value: int) -> None:
        with contextlib.suppress(OSError):  # who asked may be gone
            self.asker.send((what, self.number, value))

    def kill(self) -> None:
        """Kill it with all that it started; just forked, it may not lead its own group yet."""
        if self.process.pid is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            with contextlib.suppress(OSError):
                os.kill(self.process.pid, signal.SIGKILL)


@dataclass(slots=True, eq=False)
class _Server:
    context: ForkServerContext
    door: socket.socket
    askers: list[Connection] = field(default_factory=list)
    kernels: list[_Kernel] = field(default_factory=list)
    orphaned: bool = False

    def serve(self) -> None:
        """Serve until the first who connected is gone, and the last kernel."""
        while self.kernels or not self.orphaned:
            unborn = [one.unborn for one in self.kernels if one.unborn]
            deaths = [one.process.sentinel for one in self.kernels]
            ready = connection.wait([self.door, *self.askers, *unborn, *deaths], self._patience())
            for kernel in [one for one in self.kernels if one.unborn in ready]:
                self._born(kernel)
            for kernel in [one for one in self.kernels if one.process.sentinel in ready]:
                self._died(kernel)
            for asker in [one for one in self.askers if one in ready]:
                self._hear(asker)
            for kernel in [one for one in self.kernels if one.deadline and one.deadline < time.monotonic()]:
                kernel.kill()
            if self.door in ready:
                self.askers.append(Connection(self.door.accept()[0].detach()))

    def _patience(self) -> float | None:
        deadlines = [one.deadline for one in self.kernels if one.deadline]
        return max(0.05, min(deadlines) - time.monotonic()) if deadlines else None

    def _hear(self, asker: Connection) -> None:
        """Do what somebody asks, or see that they are gone."""
        try:
            number, what = asker.recv()
        except (EOFError, OSError):
            self._lose(asker)
            return
        if isinstance(what, float):
            self._leave(asker, number, what)
        else:
            self._bear(asker, number, what)

    def _lose(self, asker: Connection) -> None:
        """End whose asker is gone, and everybody with the owner, but who is about to end."""
        self.orphaned = self.orphaned or asker is self.askers[0]
        self.askers.remove(asker)
        for kernel in self.kernels:
            if kernel.deadline is None and (self.orphaned or kernel.asker is asker):
                kernel.kill()

    def _bear(self, asker: Connection, number: int, birth: Birth) -> None:
        unborn, born = self.context.Pipe(duplex=False)
        for _ in range(2):  # a fork server that was killed is started again at the second try
            process = self.context.Process(target=be_kernel, args=(birth, born))
            with contextlib.suppress(EOFError, OSError):
                process.start()
                break
        born.close()
        kernel = _Kernel(asker, number, process, unborn)
        if process.pid is None:
            unborn.close()
            kernel.tell("died", _LOST)
            return
        self.kernels.append(kernel)
        kernel.tell("forked", process.pid)

    def _leave(self, asker: Connection, number: int, seconds: float) -> None:
        for kernel in self.kernels:
            if kernel.asker is asker and kernel.number == number:
                kernel.deadline = time.monotonic() + seconds

    def _born(self, kernel: _Kernel) -> None:
        assert kernel.unborn is not None  # it was waited for
        with contextlib.suppress(EOFError):  # it died before: its end will be told
            kernel.unborn.recv_bytes()
            kernel.tell("born", kernel.process.pid or 0)
        kernel.unborn.close()
        kernel.unborn = None

    def _died(self, kernel: _Kernel) -> None:
        kernel.process.join()
        code = kernel.process.exitcode
        if code == _LOST:
            kernel.kill()  # it may live on without anybody who could see its end
        if kernel.unborn:
            kernel.unborn.close()
        kernel.tell("died", 0 if code is None else code)
        kernel.process.close()
        self.kernels.remove(kernel)


def main(door: int, preload: str) -> None:
    """Serve what is asked for at the listening socket `door`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the owner's to handle
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    forkserver.ensure_running()
    with socket.socket(fileno=door) as listening:
        server = _Server(context, listening)
        try:
            server.serve()
        finally:
            for kernel in server.kernels:
                kernel.kill()
            address = Path(listening.getsockname())
            address.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                address.parent.rmdir()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
