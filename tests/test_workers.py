"""Processes for reports: fresh, several at once, and one that dies takes nothing else along."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future
from typing import TYPE_CHECKING

import psutil
import pytest

from mdli_workbook.workers import Workers, cores, pool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What workers run here is of the standard library, because they can import nothing of these tests.
IDLE = """
import sys, time
from pathlib import Path
from mdli_workbook.workers import pool
if __name__ == "__main__":
    with pool(2, Path(sys.argv[1])) as workers:
        list(workers.map(abs, [1, 2]))
        print("idle", flush=True)
        workers.submit(time.sleep, 60)
        time.sleep(60)
"""


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with pool(2, tmp_path) as executor:
        yield executor


def test_a_process_is_started_only_when_there_is_something_to_do(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    with pool(50, tmp_path) as workers:
        assert set(multiprocessing.active_children()) == before
        assert workers.submit(abs, -1).result() == 1
        assert len(set(multiprocessing.active_children()) - before) == 1


def test_several_work_at_once_in_processes_of_their_own(workers: Workers) -> None:
    waits = [workers.submit(time.sleep, 0.3) for _ in range(2)]
    pids = {workers.submit(os.getpid).result() for _ in range(2)}
    assert os.getpid() not in pids
    assert [one.result() for one in waits] == [None, None]
    assert cores() >= 1


def test_a_worker_has_its_own_ipython_folder_and_is_nobodys_jupyterlab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MDLI_PARTICIPANT", "ana")
    with pool(1, tmp_path) as workers:
        assert workers.submit(os.getenv, "IPYTHONDIR").result() == str(tmp_path / "ipython")
        assert workers.submit(os.getenv, "MDLI_PARTICIPANT").result() is None


def test_one_that_is_killed_fails_its_own_job_only(workers: Workers) -> None:
    killed: Future[None] = workers.submit(signal.raise_signal, signal.SIGKILL)
    others = [workers.submit(abs, -number) for number in range(20)]
    with pytest.raises(BrokenExecutor):
        killed.result()
    assert [one.result() for one in others] == list(range(20))


def test_even_if_each_of_them_is_killed_the_next_job_is_done(workers: Workers) -> None:
    for _ in range(4):
        with pytest.raises(BrokenExecutor):
            workers.submit(os._exit, 3).result()
    assert workers.submit(abs, -1).result() == 1


def test_an_error_comes_home_and_the_process_goes_on(tmp_path: Path) -> None:
    with pool(1, tmp_path) as workers:
        first = workers.submit(os.getpid).result()
        with pytest.raises(ValueError, match="invalid literal"):
            workers.submit(int, "x").result()
        assert workers.submit(os.getpid).result() == first


def test_nothing_that_a_worker_or_a_program_below_it_says_reaches_the_terminal(
    workers: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    workers.submit(print, "what somebody wrote", flush=True).result()
    workers.submit(os.system, "echo what somebody wrote; echo what somebody wrote >&2").result()
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_is_left_to_the_command(workers: Workers) -> None:
    workers.submit(signal.raise_signal, signal.SIGINT).result()


def test_after_an_error_what_has_not_begun_is_not_begun(tmp_path: Path) -> None:
    waiting: list[Future[None]] = []
    with contextlib.suppress(KeyboardInterrupt), pool(1, tmp_path) as workers:
        waiting += [workers.submit(time.sleep, 0.2) for _ in range(50)]
        raise KeyboardInterrupt
    assert sum(one.cancelled() for one in waiting) >= 48


def test_no_worker_outlives_a_killed_command(tmp_path: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-c", IDLE, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert command.stdout is not None
    command.stdout.readline()
    children = psutil.Process(command.pid).children(recursive=True)
    assert len(children) >= 2
    command.kill()
    command.communicate()
    _, alive = psutil.wait_procs(children, timeout=8)
    assert alive == []
