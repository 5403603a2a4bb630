"""Start, restart, interrupt and death are as with the stock provisioner; what cannot be forked is started."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import tempfile
from typing import TYPE_CHECKING

import psutil
import pytest
from programs import wait_until

from mdli_workbook.kernels import asking
from mdli_workbook.kernels.asking import WarmProcess, fork_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kernels.conftest import Kernel, Start

NAMES = pytest.mark.parametrize("name", ["mdli", pytest.param("python3", marks=pytest.mark.soak)])


def is_forked(kernel: Kernel) -> bool:
    return isinstance(kernel.manager.provisioner.process, WarmProcess)  # type: ignore[union-attr]


def test_ours_is_forked_and_lives_until_it_is_shut_down(start: Start) -> None:
    kernel = start()
    process = kernel.process
    assert is_forked(kernel)
    assert kernel.manager.is_alive()
    kernel.manager.shutdown_kernel()
    wait_until(lambda: not process.is_running())
    assert not kernel.manager.is_alive()


@NAMES
def test_a_restarted_kernel_is_another_that_knows_nothing(start: Start, name: str) -> None:
    kernel = start(name)
    kernel.says("here = 1")
    before = kernel.process.pid
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=60)
    assert kernel.says("print(here)") == "NameError"
    assert kernel.process.pid != before


@NAMES
def test_an_interrupt_ends_the_cell_and_not_the_kernel(start: Start, name: str) -> None:
    kernel = start(name)
    kernel.says("here = 1")
    asked = kernel.client.execute("import time; print('sleeping', flush=True); time.sleep(60)")
    while kernel.client.get_iopub_msg(timeout=10)["content"].get("text") != "sleeping\n":
        pass
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=10)
    while reply["parent_header"]["msg_id"] != asked:
        reply = kernel.client.get_shell_msg(timeout=10)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    wait_until(lambda: kernel.says("print(here)") == "1")  # what is asked right after an error is not done


@NAMES
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_kernel_that_dies_is_seen_to_be_dead_and_how(start: Start, name: str, number: int) -> None:
    kernel = start(name)
    held = kernel.manager.provisioner.process  # type: ignore[union-attr]
    os.kill(held.pid, number)
    wait_until(lambda: not kernel.manager.is_alive())
    assert held.poll() == -number


@NAMES
def test_a_kernel_that_leaves_by_itself_tells_its_code(start: Start, name: str) -> None:
    kernel = start(name)
    held = kernel.manager.provisioner.process  # type: ignore[union-attr]
    kernel.client.execute("import os; os._exit(7)")
    wait_until(lambda: not kernel.manager.is_alive())
    assert held.poll() == 7


@NAMES
def test_a_signal_reaches_what_the_kernel_started(start: Start, name: str) -> None:
    kernel = start(name)
    kernel.says("import subprocess; other = subprocess.Popen(['sleep', '60'])")
    (other,) = kernel.process.children()
    kernel.manager.shutdown_kernel(now=True)
    wait_until(lambda: not other.is_running() or other.status() == psutil.STATUS_ZOMBIE)


def test_streams_of_the_callers_own_are_written_to(start: Start, tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as file:
        from jupyter_client.manager import KernelManager  # noqa: PLC0415 - another way to start than `start` has

        manager = KernelManager(kernel_name="mdli")
        manager.start_kernel(stdout=file, stderr=subprocess.STDOUT)
        try:
            assert not isinstance(manager.provisioner.process, WarmProcess)  # type: ignore[union-attr]
        finally:
            manager.shutdown_kernel(now=True)


def test_other_settings_of_the_interpreter_are_followed(start: Start, tmp_path: Path) -> None:
    (tmp_path / "found.py").write_text("here = 'found'")
    kernel = start(env=dict(os.environ, PYTHONPATH=str(tmp_path)))
    assert kernel.says("import found; print(found.here)") == "found"
    assert not is_forked(kernel)


def test_while_the_fork_server_does_not_work_a_workbook_opens_all_the_same(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(asking, "_servers", {})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "a disk that is not there"))
    with caplog.at_level(logging.INFO):
        kernel = start(log=logging.getLogger("no disk"), connection_file=str(tmp_path / "kernel.json"))
    assert kernel.says("print('heard')") == "heard"
    assert (
        "an ordinary kernel is started: the fork server does not work (FileNotFoundError)" in caplog.messages
    )


def test_where_forking_is_not_possible_an_ordinary_kernel_is_started_and_it_is_said(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fork_server()
    monkeypatch.delattr(os, "fork")
    logger = logging.getLogger("a system without fork")
    with caplog.at_level(logging.INFO):
        kernel = start(log=logger)
    assert not is_forked(kernel)
    assert kernel.says("print('heard')") == "heard"
    assert "an ordinary kernel is started: this system cannot fork" in caplog.messages
