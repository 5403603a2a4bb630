"""Turn a forked process into a kernel that is like any other: nothing of its birth is left in it.

Order matters: descriptors go before anything is opened, the environment before anything reads it.
"""

from __future__ import annotations

import atexit
import contextlib
import locale
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
from multiprocessing import connection, forkserver, resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from mdli_workbook.kernels.birth import Birth

__all__ = ["be_kernel"]


def be_kernel(birth: Birth, born: Connection) -> None:
    """Be the kernel that `birth` asks for until it is shut down.

    Parameters
    ----------
    birth
        Arguments, environment and working folder.
    born
        Told once its sockets can be connected to, then closed.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None  # it is only ever the target of a process
    sentinel = parent.sentinel
    _name_process(birth.name)
    os.setsid()  # a process group of its own, as the stock launcher gives it
    _close_descriptors({0, 1, 2, sentinel, born.fileno()})
    _forget_birth()
    _take(birth)
    _reseed()
    threading.Thread(target=_end_with_parent, args=(sentinel,), name="parent-watch", daemon=True).start()
    _serve(birth, born)


def _name_process(name: str) -> None:
    """Let whoever looks at the processes of a machine tell its kernels apart, where that is possible."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name, encoding="ascii")


def _close_descriptors(kept: set[int]) -> None:
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - descriptors, not files
        if int(name) not in kept:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(int(name))


def _forget_birth() -> None:
    """Let `multiprocessing` in this kernel begin anew: its helpers were those of the fork server."""
    forkserver._forkserver.__init__()  # type: ignore[misc]  # noqa: SLF001
    resource_tracker._resource_tracker.__init__()  # type: ignore[misc]  # noqa: SLF001
    multiprocessing.current_process().name = "MainProcess"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _take(birth: Birth) -> None:
    os.environ.clear()
    os.environ.update(birth.environment)
    os.chdir(birth.folder)
    tempfile.tempdir = None
    time.tzset()
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "")
    sys.argv = ["ipykernel_launcher", *birth.arguments]


def _reseed() -> None:
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def _end_with_parent(sentinel: int) -> None:
    """End with all that this kernel started when the fork server's owner is gone."""
    connection.wait([sentinel])
    os.killpg(0, signal.SIGKILL)


def _serve(birth: Birth, born: Connection) -> None:
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 - the preload has it; this module stays light

    app = IPKernelApp.instance()
    app.initialize(list(birth.arguments))
    born.send_bytes(b"born")
    born.close()
    app.start()
    app.close()
    atexit._run_exitfuncs()  # noqa: SLF001 - a forked process ends without them
