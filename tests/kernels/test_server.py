"""Whatever is killed, no process is left over and the next start works."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from jupyter_client.manager import KernelManager
from programs import wait_until

from mdli_workbook.kernels.__main__ import _Kernel
from mdli_workbook.kernels.asking import fork_server

if TYPE_CHECKING:
    from tests.kernels.conftest import Kernel, Start

OWNER = """
import json, sys, time
from jupyter_client.manager import KernelManager
kernels = [KernelManager(kernel_name="mdli") for _ in range(2)]
for kernel in kernels:
    kernel.start_kernel()
import psutil
print(json.dumps([one.pid for one in psutil.Process().children(recursive=True)]), flush=True)
time.sleep(600)
"""


def ends(process: psutil.Process) -> None:
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def above(kernel: Kernel) -> tuple[psutil.Process, psutil.Process]:
    """Return the standard library's fork server that a kernel is a fork of, and the process that holds it."""
    forker = kernel.process.parent()
    assert forker is not None
    holder = forker.parent()
    assert holder is not None
    return forker, holder


@pytest.mark.parametrize("which", [0, 1], ids=["fork server", "its holder"])
def test_a_killed_fork_server_takes_its_kernels_along_and_the_next_start_works(
    start: Start, which: int
) -> None:
    kernel = start()
    process, killed = kernel.process, above(kernel)[which]
    left = [process, *above(kernel)]
    killed.kill()
    wait_until(lambda: not kernel.manager.is_alive())
    for one in left[: 2 + which]:
        ends(one)
    assert start().says("print('heard')") == "heard"


def test_a_killed_kernel_leaves_the_others_alone(start: Start) -> None:
    first, second = start(), start()
    first.process.kill()
    wait_until(lambda: not first.manager.is_alive())
    assert second.says("print('heard')") == "heard"
    assert above(second)[0].is_running()


def test_nobody_is_left_when_who_asked_is_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-P", "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert owner.stdout is not None
    left = [psutil.Process(pid) for pid in json.loads(owner.stdout.readline())]
    assert len(left) >= 4
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    for one in left:
        ends(one)


def test_a_kernel_just_forked_which_does_not_lead_its_own_group_yet_is_killed_as_well() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with socket.socket() as asker:
        _Kernel(Connection(asker.detach()), 1, child, None).kill()
    assert child.wait(8) == -signal.SIGKILL


def test_a_busy_kernel_ends_with_who_asked_and_so_does_what_it_started(tmp_path: Path) -> None:
    busy = OWNER.replace("import psutil\n", "", 1).replace(
        "print(json",
        "import psutil\n"
        "client = kernels[0].client(); client.start_channels(); client.wait_for_ready()\n"
        'client.execute(\'import subprocess; subprocess.Popen(["sleep", "600"])\\nwhile True: pass\')\n'
        "all = lambda: [one.name() for one in psutil.Process().children(recursive=True)]\n"
        "while 'sleep' not in all(): time.sleep(0.05)\n"
        "print(json",
    )
    owner = subprocess.Popen(
        [sys.executable, "-P", "-c", busy], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert owner.stdout is not None
    left = [psutil.Process(pid) for pid in json.loads(owner.stdout.readline())]
    owner.kill()
    owner.communicate()
    for one in left:
        ends(one)


def test_a_fork_of_who_asked_may_end_without_ending_the_kernels(tmp_path: Path) -> None:
    forks = (
        "import os, sys\n"
        "from jupyter_client.manager import KernelManager\n"
        "kernel = KernelManager(kernel_name='mdli')\n"
        "kernel.start_kernel()\n"
        "child = os.fork()\n"
        "if not child: sys.exit()\n"
        "os.waitpid(child, 0)\n"
        "client = kernel.client(); client.start_channels(); client.wait_for_ready(timeout=20)\n"
        "print(kernel.is_alive())\n"
        "client.stop_channels(); kernel.shutdown_kernel(now=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", forks],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    assert done.stdout == "True\n", done.stderr


def test_nobody_else_can_reach_the_fork_server(start: Start) -> None:
    start()
    assert Path(fork_server().address).parent.stat().st_mode & 0o077 == 0


def test_nothing_grows_over_many_starts(start: Start) -> None:
    many_starts(start, 10)


@pytest.mark.soak
def test_five_hundred_starts_leak_no_descriptor_process_or_memory(start: Start) -> None:
    many_starts(start, 500)


def many_starts(start: Start, times: int) -> None:
    forker, holder = above(start())
    me = psutil.Process()

    def one_after_another(number: int) -> None:
        for index in range(number):
            if index % 10 == 0:
                kernel = start()
                assert kernel.says("print(1)") == "1"
                kernel.client.stop_channels()
                kernel.manager.shutdown_kernel()
            manager = KernelManager(kernel_name="mdli")
            manager.start_kernel()
            manager.shutdown_kernel(now=index % 2 == 0)

    def held() -> tuple[list[int], int]:
        everyone = (me, forker, holder)
        return [one.num_fds() for one in everyone], sum(one.memory_info().rss for one in (forker, holder))

    one_after_another(3)
    descriptors, memory = held()
    one_after_another(times)
    wait_until(lambda: len(forker.children()) == 1)
    now, grown = held()
    assert all(after <= before + 2 for after, before in zip(now, descriptors, strict=True))
    assert grown - memory < 4_000_000
