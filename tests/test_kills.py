"""Commands that are killed, meet each other, or find the disk full leave nothing half done."""

from __future__ import annotations

import json
import os
import random
import signal
import time
import uuid
from typing import TYPE_CHECKING

import psutil
import pytest
from programs import (
    copy_program,
    faults,
    generate_all,
    make_program,
    mdli,
    processes,
    snapshot,
    start,
    wait_for_end,
    wait_until,
    write,
)

from mdli_workbook.shelf import find_reports, read_marker

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

MANY = tuple(f"p{number:03d}" for number in range(60))
LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two participants whose reports are still to be made."""
    folder = make_program(tmp_path_factory.mktemp("generated") / "program", ("ana", "ben"))
    generate_all(folder)
    write(folder, "ana", "first-guess", {"text": "Said to the coach."})
    return folder


@pytest.fixture
def folder(generated: Path, tmp_path: Path) -> Path:
    return copy_program(generated, tmp_path / "program")


def kill_somewhere(folder: Path, *arguments: str, within: float) -> None:
    """Start a command, kill it with SIGKILL some time after it began to write, and look at what is left."""
    mark = str(uuid.uuid4())
    command = start(folder, *arguments, mark=mark)
    wait_until(lambda: holds_the_lock(folder, command) or command.poll() is not None)
    time.sleep(random.uniform(0, within))
    command.kill()
    command.communicate()
    assert wait_for_end(mark) == [], "a process outlived its command"
    assert faults(folder) == []


def holds_the_lock(folder: Path, command: subprocess.Popen[str]) -> bool:
    try:
        return bool(json.loads((folder / ".mdli" / "lock-holder.json").read_text())["pid"] == command.pid)
    except (OSError, ValueError):
        return False


def generate_under_kills(tmp_path: Path, times: int) -> None:
    whole = make_program(tmp_path / "whole", MANY)
    assert mdli(whole, "generate").returncode == 0
    folder = make_program(tmp_path / "killed", MANY)
    for index in range(times):
        if index % 3 == 2:  # sometimes all of it is to be written anew
            session = folder / "templates" / "sessions" / "02-listen.md"
            session.write_text(session.read_text() + f"\nVersion {index}.\n")
        kill_somewhere(folder, "generate", within=0.15)
    for session in (whole / "templates" / "sessions").iterdir():
        (folder / "templates" / "sessions" / session.name).write_bytes(session.read_bytes())
    done = mdli(folder, "generate")
    assert (done.returncode, done.stderr) == (0, "")
    assert "kept" not in done.stdout, "a half-done run must not look like a participant's change"
    assert snapshot(folder, ".mdli/lock") == snapshot(whole, ".mdli/lock")


def report_under_kills(folder: Path, times: int) -> None:
    for index in range(times):
        kill_somewhere(folder, "report", *(["--force"] if index else []), within=4)
    done = mdli(folder, "report")
    assert (done.returncode, done.stderr) == (0, "")
    assert faults(folder) == []
    assert len([path for path in find_reports(folder) if read_marker(path)]) == 4
    assert not (folder / ".mdli" / "scratch").exists()
    assert mdli(folder, "report").stdout == "reports: 0 made, 0 failed\n"


def test_a_killed_generate_leaves_no_half_file_and_again_completes_it(tmp_path: Path) -> None:
    generate_under_kills(tmp_path, 3)


@pytest.mark.soak
def test_generate_may_be_killed_over_and_over(tmp_path: Path) -> None:
    generate_under_kills(tmp_path, 30)


@pytest.mark.soak
def test_a_killed_report_leaves_no_half_file_and_no_process_and_again_completes_it(folder: Path) -> None:
    report_under_kills(folder, 12)


def test_ctrl_c_ends_all_of_it_without_a_traceback(folder: Path) -> None:
    mark = str(uuid.uuid4())
    command = start(folder, "report", "--jobs", "1", mark=mark)
    wait_until(lambda: kernels(mark))
    os.killpg(command.pid, signal.SIGINT)
    _, err = command.communicate(timeout=60)
    assert (command.returncode, err.strip()) == (1, "Aborted!")
    assert wait_for_end(mark) == []
    assert faults(folder) == []
    assert not (folder / ".mdli" / "scratch").exists()


def kernels(mark: str) -> list[psutil.Process]:
    found = []
    for process in processes(mark):
        try:
            found += [process] if process.name().startswith("mdli-") else []
        except psutil.Error:
            continue
    return found


def test_a_killed_kernel_fails_its_own_report_only(folder: Path) -> None:
    mark = str(uuid.uuid4())
    command = start(folder, "report", "--session", "2", "--jobs", "1", mark=mark)
    wait_until(lambda: kernels(mark))
    kernels(mark)[0].kill()
    out, err = command.communicate(timeout=120)
    assert command.returncode == 1
    assert out.splitlines()[-1] == "reports: 1 made, 1 failed"
    [line] = err.splitlines()
    assert line.startswith("ana, session 2: its notebook did not run to the end (")


def test_of_two_writing_commands_the_second_is_told_who_holds_the_lock(folder: Path) -> None:
    first = start(folder, "report", "--session", "1", "--jobs", "1")
    wait_until(lambda: holds_the_lock(folder, first))
    for arguments in (("generate",), ("report",)):
        second = mdli(folder, *arguments)
        assert second.returncode == 2
        assert second.stderr == (
            f"mdli: mdli report (process {first.pid}) is writing in this program; wait until it ends\n"
        )
        assert second.stdout == ""
    dry = mdli(folder, "generate", "--dry-run")
    assert dry.returncode == 0, "who writes nothing need not wait"
    first.communicate(timeout=120)
    assert first.returncode == 0


def test_a_disk_that_is_full_leaves_no_half_workbook(tmp_path: Path) -> None:
    folder = make_program(tmp_path / "program", ("ana", "ben"))
    full = mdli(folder, "generate", before=LIMITED.format(4000))
    assert full.returncode == 1
    lines = full.stderr.splitlines()
    assert lines
    assert {line.split(": ")[1] for line in lines} == {"File too large"}
    assert faults(folder) == []
    assert not (folder / ".mdli" / "scratch").exists()
    assert mdli(folder, "generate").returncode == 0


@pytest.mark.soak
def test_a_disk_that_is_full_leaves_no_half_report_and_the_last_good_one(folder: Path) -> None:
    assert mdli(folder, "report", "--session", "2").returncode == 0
    before = snapshot(folder / "reports")
    write(folder, "ana", "first-guess", {"text": "long " * 19_000})
    write(folder, "ben", "first-guess", {"text": "short"})
    limit = 90_000
    full = mdli(folder, "report", "--session", "2", before=LIMITED.format(limit))
    assert full.returncode == 1
    assert full.stderr == "ana, session 2: File too large\n"
    assert faults(folder) == []
    after = snapshot(folder / "reports")
    assert {name for name in before if before[name] != after[name]} == {"spring/ben/02-listen.ipynb"}
