"""Files that are whole or absent, and one writing command at a time."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.errors import Busy
from mdli_workbook.files import lock_program, private_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from mdli_workbook.files import lock_program
with lock_program(Path(sys.argv[1]), "mdli generate"):
    print("held", flush=True)
    sys.stdin.readline()
"""
REWRITE = """
import sys
from pathlib import Path
from mdli_workbook.files import write_whole
for number in range(1_000_000):
    write_whole(Path(sys.argv[1]), f"{number % 10}" * 400_000)
    print("written", flush=True)
"""


@pytest.fixture
def start() -> Iterator[Callable[[str, Path], subprocess.Popen[str]]]:
    """Start a Python process of its own; it is gone at the end of the test."""
    running: list[subprocess.Popen[str]] = []

    def launch(script: str, path: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", script, str(path)]
        running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert running[-1].stdout
        running[-1].stdout.readline()
        return running[-1]

    yield launch
    for process in running:
        process.kill()
        process.communicate()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_written_with_its_folders_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_whole(path, "Grüße\r\n", mode=0o600)
    assert path.read_bytes() == "Grüße\r\n".encode()
    assert mode_of(path) == 0o600


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"\xff\r\n")
    assert (tmp_path / "a").read_bytes() == b"\xff\r\n"


def test_a_file_that_others_may_read_has_the_usual_mode(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "x")
    assert mode_of(tmp_path / "a") == 0o644


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "half a pair: \ud83d")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a", "old")]


def test_a_reader_never_sees_a_half_and_neither_does_who_comes_after_a_kill(
    tmp_path: Path, start: Callable[[str, Path], subprocess.Popen[str]]
) -> None:
    path = tmp_path / "a"
    for _ in range(4):
        writer = start(REWRITE, path)
        for _ in range(50):
            text = path.read_text()
            assert text == text[0] * 400_000
        writer.kill()
        writer.wait()
        text = path.read_text()
        assert text == text[0] * 400_000


def test_a_private_folder_is_closed_to_others_even_if_it_was_open(tmp_path: Path) -> None:
    folder = tmp_path / "a" / ".mdli"
    folder.mkdir(parents=True, mode=0o755)
    assert private_folder(folder) == folder
    assert mode_of(folder) == 0o700


def test_the_second_command_is_told_who_holds_the_lock(
    tmp_path: Path, start: Callable[[str, Path], subprocess.Popen[str]]
) -> None:
    holder = start(HOLD, tmp_path)
    with (
        pytest.raises(Busy, match=rf"mdli generate \(process {holder.pid}\)"),
        lock_program(tmp_path, "mdli report"),
    ):
        pytest.fail("two held it")
    holder.communicate("go\n", timeout=30)
    with lock_program(tmp_path, "mdli report"):
        assert json.loads((tmp_path / ".mdli" / "lock-holder.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / ".mdli" / "lock-holder.json").exists()


def test_a_killed_command_holds_nothing(
    tmp_path: Path, start: Callable[[str, Path], subprocess.Popen[str]]
) -> None:
    holder = start(HOLD, tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with lock_program(tmp_path, "mdli report"):
        pass


def test_a_command_that_fails_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock_program(tmp_path, "mdli generate"):
        raise ZeroDivisionError
    with lock_program(tmp_path, "mdli report"):
        pass


def test_a_holder_that_cannot_be_read_is_still_a_holder(
    tmp_path: Path, start: Callable[[str, Path], subprocess.Popen[str]]
) -> None:
    start(HOLD, tmp_path)
    (tmp_path / ".mdli" / "lock-holder.json").write_text("{")
    with pytest.raises(Busy, match="another mdli command"), lock_program(tmp_path, "mdli report"):
        pytest.fail("two held it")
