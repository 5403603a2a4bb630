"""Files that are whole or absent, and one writing command at a time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from mdli_workbook.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["clear_halves", "lock_program", "private_folder", "write_whole"]


def write_whole(
    path: Path, text: str | bytes, *, mode: int = 0o644, durable: bool = True, scratch: Path | None = None
) -> None:
    """Write `text` so that a reader sees the old file or the new one, never a half.

    Parameters
    ----------
    path
        Where; missing folders are made.
    text
        Written as UTF-8, unless it is bytes already.
    mode
        Permission bits of the new file.
    durable
        Whether to wait until the disk has it; what can be made again need not wait.
    scratch
        Folder on the same disk for the unfinished file, so that a killed command leaves nothing
        beside the finished ones; the file's own folder by default.
    """
    content = text.encode() if isinstance(text, str) else text
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=scratch or path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.chmod(name, mode)  # noqa: PTH101 - mkstemp gives a name
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def clear_halves(folder: Path, name: str, *, age: float = 0) -> None:
    """Delete what a killed :func:`write_whole` without scratch folder has left of files of some name.

    Parameters
    ----------
    folder
        Where they stand.
    name
        Of the finished files; may be a pattern.
    age
        Seconds; younger ones stay, because somebody may be writing them.
    """
    for half in folder.glob(f".{name}.*.part"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - half.stat().st_mtime >= age:
                half.unlink()


def private_folder(path: Path) -> Path:
    """Make a folder that only this account may enter, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


@contextlib.contextmanager
def lock_program(folder: Path, command: str) -> Iterator[Path]:
    """Hold the program's lock while a command writes.

    Yields an empty scratch folder (0700): whatever a killed command left there is gone.

    Parameters
    ----------
    folder
        The program folder.
    command
        Told to whoever comes second.

    Raises
    ------
    Busy
        If another process holds it; says which command and process.
    """
    home = private_folder(folder / ".mdli")
    holder, scratch = home / "lock-holder.json", home / "scratch"
    lock = FileLock(home / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(_who_holds(holder)) from None
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        private_folder(scratch)
        told = json.dumps({"command": command, "pid": os.getpid()})
        write_whole(holder, told, mode=0o600, durable=False, scratch=scratch)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        holder.unlink(missing_ok=True)
        lock.release()


def _who_holds(holder: Path) -> str:
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        return f"{who['command']} (process {who['pid']}) is writing in this program; wait until it ends"
    except (OSError, ValueError, KeyError):
        return "another mdli command is writing in this program; wait until it ends"
