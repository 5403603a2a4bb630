"""A forked kernel is like any other: nothing of its birth or of another kernel is in it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernels.conftest import Start

DESCRIPTORS = """
import os
for one in sorted(os.listdir('/proc/self/fd'), key=int):
    try:
        print(os.readlink(f'/proc/self/fd/{one}'))
    except OSError:
        pass
"""


def test_nothing_planted_in_one_kernel_is_found_in_the_next(start: Start, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        first = start(folder=tmp_path / "first")
        first.says(
            "import builtins, os, random, socket, sys, threading, time, types\n"
            "planted = builtins.planted = 'MARK'\n"
            "os.environ['PLANTED'] = 'MARK'\n"
            "sys.modules['planted'] = types.ModuleType('planted')\n"
            "sys.path.insert(0, '/planted')\n"
            "random.seed(1)\n"
            "import numpy; numpy.random.seed(1)\n"
            f"line = socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))\n"
            "file = open('planted.txt', 'w'); file.write('MARK'); file.flush()\n"
            "threading.Thread(target=time.sleep, args=(60,), name='planted', daemon=True).start()\n"
            "os.umask(0o077)\n"
        )
        assert first.says("print(planted)") == "MARK"
        second = start(folder=tmp_path / "second")
        assert second.says("print(planted)") == "NameError"
        assert second.says("import os; print(os.environ.get('PLANTED'))") == "None"
        assert (
            second.says("import sys; print('planted' in sys.modules, '/planted' in sys.path)")
            == "False False"
        )
        assert second.says("import os; print(os.listdir())") == "[]"
        assert "planted" not in second.says(
            "import threading; print([one.name for one in threading.enumerate()])"
        )
        assert "planted.txt" not in second.says(DESCRIPTORS)
        peers = (
            "import psutil, os; print([one.raddr for one in psutil.Process().net_connections() if one.raddr])"
        )
        assert str(server.getsockname()[1]) not in second.says(peers)
        mask = "old = os.umask(0o022); os.umask(old); print(oct(old))"
        assert second.says(mask) != "0o77"


def test_chance_is_another_in_each(start: Start) -> None:
    code = "import random, numpy, uuid; print(random.random(), numpy.random.random(), uuid.uuid4())"
    said = [start().says(code).split() for _ in range(3)]
    assert all(len(set(column)) == 3 for column in zip(*said, strict=True))


def test_it_has_its_own_process_group_and_no_descriptor_of_its_birth(start: Start) -> None:
    kernel = start(transport="ipc")
    assert kernel.says("import os; print(os.getpid() == os.getpgid(0) == os.getsid(0))") == "True"
    mine = {os.path.realpath(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd")}  # noqa: PTH208 - descriptors, not files
    shared = {one for one in kernel.says(DESCRIPTORS).split() if one in mine and "null" not in one}
    streams = {os.path.realpath(f"/proc/self/fd/{one}") for one in range(3)}
    assert shared <= streams


def test_it_is_told_its_folder_variables_and_arguments(start: Start, tmp_path: Path) -> None:
    kernel = start(folder=tmp_path, env=dict(os.environ, GIVEN="yes", TZ="Asia/Kolkata"))
    assert kernel.says("import os; print(os.getcwd())") == str(tmp_path)
    assert kernel.says("import os, time; print(os.environ['GIVEN'], time.strftime('%z'))") == "yes +0530"
    assert kernel.says("import sys; print(sys.argv[1])") == "-f"
    assert kernel.says("print(__name__)") == "__main__"


def test_its_process_is_named_after_the_kernel(start: Start) -> None:
    kernel = start()
    assert kernel.process.name() == f"mdli-{Path(kernel.manager.connection_file).stem[:10]}"


def test_a_module_beside_the_notebook_is_not_imported_instead_of_ours(start: Start, tmp_path: Path) -> None:
    for name in ("mdli_workbook", "colorsys"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('taken over')")
    kernel = start(folder=tmp_path)
    said = kernel.says("import colorsys, mdli_workbook; print(colorsys.__file__, mdli_workbook.__file__)")
    assert said
    assert str(tmp_path) not in said


def test_processes_of_its_own_can_be_started_by_every_method(start: Start) -> None:
    code = (
        "import multiprocessing\n"
        "for method in ('fork', 'forkserver'):\n"
        "    process = multiprocessing.get_context(method).Process(target=print)\n"
        "    process.start(); process.join(); print(process.exitcode)\n"
    )
    kernel = start()
    assert kernel.says(code).split() == ["0", "0"]


def test_what_it_registered_for_its_end_is_done(start: Start, tmp_path: Path) -> None:
    kernel = start(folder=tmp_path)
    kernel.says("import atexit, pathlib; atexit.register(pathlib.Path('ended').touch)")
    kernel.manager.shutdown_kernel()
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_what_passes_can_be_encrypted(start: Start, transport: str) -> None:
    kernel = start(transport=transport, transport_encryption="required")
    assert kernel.manager.curve_publickey
    assert kernel.says("print('heard')") == "heard"
