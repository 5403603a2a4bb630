"""Reports on a real Dask cluster: the same as here, nothing in its logs, and a lost worker loses none."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import wait
from typing import TYPE_CHECKING

import pytest
from programs import (
    clock,
    copy_program,
    faults,
    generate_all,
    make_program,
    mdli,
    open_store,
    read,
    snapshot,
    start,
    wait_until,
    write,
)

from mdli_workbook.cluster import joined
from mdli_workbook.errors import ClusterRefused
from mdli_workbook.report import Desk, Job, build
from mdli_workbook.selection import Selection
from mdli_workbook.shelf import find_reports, read_marker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "He cried in the stairwell"
MANY = tuple(f"p{number:02d}" for number in range(12))


class Dask:
    """A scheduler and its workers, each a process of its own.

    Parameters
    ----------
    folder
        For their logs and scratch folders.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard", "--no-show")
        wait_until(lambda: self.said.exists() and self.said.stat().st_size)
        self.address = str(json.loads(self.said.read_text())["address"])

    def work(self, *options: str) -> subprocess.Popen[bytes]:
        """Start one more worker."""
        place = str(self.folder / f"worker-{len(self.workers)}")
        usual = ("--nthreads", "1", "--no-dashboard", "--local-directory", place)
        worker = self._start("worker", *usual, *(options or ("--no-nanny",)))
        self.workers.append(worker)
        return worker

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.said)]
        log = (self.folder / f"{what}-{len(self.workers)}.log").open("wb")
        with log:
            here = ["--host", "127.0.0.1"]
            return subprocess.Popen([*command, *here, *options], stdout=log, stderr=log, cwd=self.folder)

    def logs(self) -> str:
        """Return all that they have said."""
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """End all of them."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (*self.workers, self.scheduler):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def running(folder: Path, workers: int) -> Iterator[Dask]:
    folder.mkdir()
    dask = Dask(folder)
    try:
        for _ in range(workers):
            dask.work()
        yield dask
    finally:
        dask.stop()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    with running(tmp_path_factory.mktemp("dask") / "cluster", 2) as one:
        yield one


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_program(tmp_path_factory.mktemp("generated") / "program", ("ana", "ben"))
    generate_all(folder)
    write(folder, "ana", "first-guess", {"text": CANARY})
    return folder


def reports(folder: Path) -> dict[str, bytes]:
    """Return the reports, without the time at which each was made."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in find_reports(folder)
        if read_marker(path)
    }


def a_job(folder: Path, tmp_path: Path) -> Job:
    with open_store(folder) as store:
        desk = Desk(*read(folder), store, clock, tmp_path)
        [job] = [one for one in desk.plan(Selection(participant="ana", session=2)) if isinstance(one, Job)]
    return job


def test_a_report_of_a_cluster_is_the_report_that_is_made_here(
    generated: Path, tmp_path: Path, dask: Dask
) -> None:
    here, there = (copy_program(generated, tmp_path / name) for name in ("here", "there"))
    assert mdli(here, "report").returncode == 0
    done = mdli(there, "report", "--cluster", dask.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "reports: 4 made, 0 failed"
    assert reports(there) == reports(here)
    assert len(reports(there)) == 4
    assert mdli(there, "report", "--cluster", dask.address).stdout == "reports: 0 made, 0 failed\n"
    left = [path.name for path in dask.folder.rglob("report-*")]
    assert left == [], "nothing of a briefing stays with a worker"
    assert CANARY not in dask.logs()


def test_a_notebook_that_fails_is_one_line_and_no_log_has_its_words(
    generated: Path, tmp_path: Path, dask: Dask
) -> None:
    job = a_job(generated, tmp_path)
    text = json.loads(job.notebook)
    last = [one for one in text["cells"] if one["cell_type"] == "code"][-1]
    last["source"] = [f"raise RuntimeError({CANARY!r})"]
    assert CANARY not in repr(job)
    with joined(dask.address) as cluster, cluster:
        outcome = cluster.submit(build, dataclasses.replace(job, notebook=json.dumps(text))).result(120)
        with pytest.raises(ZeroDivisionError):
            cluster.submit(divmod, 1, 0).result(60)
    assert outcome.failure.startswith("its notebook did not run to the end (RuntimeError")
    assert CANARY not in dask.logs()
    assert "Compute Failed" in dask.logs(), "this log is the one in which words would stand"


def test_a_process_that_dies_within_a_worker_is_tried_again(tmp_path: Path, dask: Dask) -> None:
    mark = tmp_path / "once"
    code = (
        f"import os\nif not os.path.exists({str(mark)!r}):\n open({str(mark)!r}, 'w').close()\n os._exit(3)"
    )
    with joined(dask.address) as cluster, cluster:
        assert cluster.submit(exec, code).result(60) is None
    assert mark.exists()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1:8786", "is no scheduler's address; write one such as tcp://127.0.0.1:8786"),
        ("inproc://x", "is no scheduler's address"),
        ("tcp://", "no Dask scheduler answers at tcp://"),
        ("tcp://127.0.0.1:none", "no Dask scheduler answers at tcp://127.0.0.1:none"),
        ("tls://127.0.0.1:8786", "needs certificates; name them in Dask's configuration"),
        ("tcp://127.0.0.1:1", "no Dask scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_an_address_at_which_no_scheduler_is_is_refused(address: str, why: str) -> None:
    with pytest.raises(ClusterRefused, match=re.escape(why)):
        joined(address, connects=0.5).__enter__()


def a_web_server() -> subprocess.Popen[str]:
    """Return a server that answers, and no scheduler; its port is in what it prints first."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@pytest.mark.soak
def test_then_nothing_is_written_whoever_answers_there(generated: Path) -> None:
    before = snapshot(generated)
    with a_web_server() as server:
        assert server.stdout is not None
        answering = re.search(r"port (\d+)", server.stdout.readline())
        assert answering is not None
        done = mdli(generated, "report", "--cluster", f"tcp://127.0.0.1:{answering[1]}")
        server.kill()
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert f"no Dask scheduler answers at tcp://127.0.0.1:{answering[1]}" in done.stderr
    assert snapshot(generated) == before


def test_jobs_are_for_this_machine_alone(generated: Path) -> None:
    done = mdli(generated, "report", "--cluster", "tcp://127.0.0.1:1", "--jobs", "2")
    assert done.returncode == 2
    assert "--jobs is for this machine" in done.stderr


@pytest.mark.soak
def test_a_scheduler_without_workers_and_one_whose_worker_may_start_nothing_are_refused(
    tmp_path: Path,
) -> None:
    with running(tmp_path / "cluster", 0) as dask:
        with pytest.raises(ClusterRefused, match="has no worker; start one: dask worker tcp://"):
            joined(dask.address, connects=1).__enter__()
        dask.work("--nanny")
        with (
            pytest.raises(ClusterRefused, match="may start no processes; start it with: dask worker"),
            joined(dask.address, connects=30),
        ):
            pass


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_program(tmp_path_factory.mktemp("many") / "program", MANY)
    generate_all(folder)
    for who in MANY:
        write(folder, who, "first-guess", {"text": f"{who} guessed."})
    return folder


def made(folder: Path) -> int:
    return len(list(find_reports(folder)))


@pytest.mark.soak
def test_a_worker_that_is_killed_costs_another_try_and_no_report(many: Path, tmp_path: Path) -> None:
    folder = copy_program(many, tmp_path / "program")
    with running(tmp_path / "cluster", 2) as dask:
        command = start(folder, "report", "--cluster", dask.address)
        wait_until(lambda: made(folder) >= 3)
        for _ in range(2):
            dask.workers[0].kill()
            dask.workers[0].wait()
            dask.workers.append(dask.workers.pop(0))
            done = made(folder)
            dask.work()
            wait_until(lambda before=done: made(folder) > before + 3 or command.poll() is not None)
        out, err = command.communicate(timeout=240)
        assert (command.returncode, err) == (0, "")
        assert out.splitlines()[-1] == "reports: 24 made, 0 failed"
        assert len(reports(folder)) == 24
        assert faults(folder) == []


@pytest.mark.soak
def test_without_a_scheduler_what_waits_is_given_up_in_a_line_each(many: Path, tmp_path: Path) -> None:
    folder = copy_program(many, tmp_path / "program")
    with running(tmp_path / "cluster", 1) as dask:
        command = start(folder, "report", "--cluster", dask.address)
        wait_until(lambda: made(folder) >= 2)
        dask.workers[0].kill()
        dask.scheduler.kill()
        out, err = command.communicate(timeout=180)
    there = made(folder)
    assert command.returncode == 1, err
    assert out.splitlines()[-1:] == [f"reports: {there} made, {24 - there} failed"], err
    assert {line.partition(": ")[2] for line in err.splitlines()} == {
        "the cluster lost its workers; start some, then run mdli report again"
    }
    assert len(reports(folder)) == there
    assert mdli(folder, "report").returncode == 0, "what is missing is made here"
    assert made(folder) == 24


def test_what_waits_is_given_up_when_no_worker_is_left(tmp_path: Path) -> None:
    with running(tmp_path / "cluster", 1) as dask, joined(dask.address, patience=2) as cluster, cluster:
        sleeps = [cluster.submit(signal.pause) for _ in range(2)]
        wait_until(lambda: any((tmp_path / "cluster").rglob("reports")))
        os.kill(dask.workers[0].pid, signal.SIGKILL)
        assert wait(sleeps, 60).not_done == set()
        sleeps.append(cluster.submit(signal.pause))
        assert {str(one.exception(5)) for one in sleeps} == {
            "the cluster lost its workers; start some, then run mdli report again"
        }


@pytest.mark.soak
def test_a_scheduler_that_hangs_is_given_up_as_well(tmp_path: Path) -> None:
    with running(tmp_path / "cluster", 1) as dask, joined(dask.address, patience=2) as cluster, cluster:
        sleep = cluster.submit(signal.pause)
        wait_until(lambda: any((tmp_path / "cluster").rglob("reports")))
        dask.scheduler.send_signal(signal.SIGSTOP)
        try:
            assert "lost its workers" in str(sleep.exception(60))
        finally:
            dask.scheduler.send_signal(signal.SIGCONT)
