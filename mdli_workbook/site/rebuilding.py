"""Reports that coaches asked to have built again: a short queue, and one worker process at a time.

The site itself never runs a notebook. What does is a child process that inherits nothing of the site:
no open file, no environment but the few names below, no input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

__all__ = ["Rebuilding", "Stage", "plain_environment", "worker_command"]

LONGEST_QUEUE = 20
REMEMBERED = 500
PATIENCE = 600.0
"""Seconds after which a worker is ended."""
_NAMES = frozenset(
    (
        *("HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER"),
        *("JUPYTER_DATA_DIR", "JUPYTER_PATH", "JUPYTER_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
    )
)
Key = tuple[str, int, str]
"""Participant, session, and the mark of the report that stands there: what became of it concerns that one."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a rebuild is.

    Parameters
    ----------
    state
        ``""`` if nobody asked for one.
    words
        One sentence for the coach.
    """

    state: Literal["", "queued", "building", "done", "failed", "refused"] = ""
    words: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it is still to come."""
        return self.state in {"queued", "building"}


def plain_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the few variables that a worker needs to find Python, Jupyter and its language.

    Examples
    --------
    >>> plain_environment({"LANG": "C", "SITE_PASSWORD": "x"})
    {'LANG': 'C'}
    """
    return {name: value for name, value in environment.items() if name in _NAMES}


def worker_command(folder: Path, now: Callable[[], datetime]) -> Callable[[str, int], Sequence[str]]:
    """Return what makes the command line of a worker."""
    begin = (sys.executable, "-P", "-m", "mdli_workbook.site.building", str(folder))
    return lambda participant, session: (*begin, now().isoformat(), participant, str(session))


class Rebuilding:
    """The queue; all of it runs on the event loop of the site.

    Parameters
    ----------
    command
        Gives the command line that builds one report and prints one line of JSON: ``failure``, a
        sentence, empty if there is none.
    patience
        Seconds after which a worker is ended.
    """

    def __init__(self, command: Callable[[str, int], Sequence[str]], patience: float = PATIENCE) -> None:
        self._command = command
        self._patience = patience
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._stages: OrderedDict[Key, Stage] = OrderedDict()
        self._working: asyncio.Task[None] | None = None

    def stage(self, participant: str, session: int, mark: str) -> Stage:
        """Return how far the rebuild of one report is; ``mark`` names the one that stands there."""
        key = participant, session, mark
        if key in self._waiting:
            return Stage("queued", _place(list(self._waiting).index(key) + len(self._building)))
        return self._stages.get(key, Stage())

    @property
    def _building(self) -> list[Key]:
        return [key for key, stage in self._stages.items() if stage.state == "building"]

    def ask(self, participant: str, session: int, mark: str) -> Stage:
        """Put one report in the queue, unless it is there, or the queue is full."""
        key = participant, session, mark
        if self.stage(*key).is_running:
            return self.stage(*key)
        if len(self._waiting) >= LONGEST_QUEUE:
            return Stage("refused", "Too many reports are being built just now. Try again in a few minutes.")
        self._waiting[key] = None
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._work())
        return self.stage(*key)

    async def close(self) -> None:
        """End the worker, if one runs, and forget the queue."""
        self._waiting.clear()
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    async def _work(self) -> None:
        while self._waiting:
            key, _ = self._waiting.popitem(last=False)
            self._note(key, Stage("building", "It is being built now."))
            try:
                failure = await self._build(key)
            except OSError:
                failure = "no worker process could be started; tell the coordinator"
            done = Stage("done", "It was built again.")
            self._note(key, Stage("failed", f"It could not be built: {failure}.") if failure else done)

    def _note(self, key: Key, stage: Stage) -> None:
        self._stages[key] = stage
        self._stages.move_to_end(key)
        while len(self._stages) > REMEMBERED:
            self._stages.popitem(last=False)

    async def _build(self, key: Key) -> str:
        """Run one worker, and return why it failed."""
        process = await asyncio.create_subprocess_exec(
            *self._command(*key[:2]),
            env=plain_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may say what a person wrote
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), self._patience)
        except TimeoutError:
            return "it took too long; tell the coordinator"
        finally:
            await _end(process)
        return _failure_in(said)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a worker that still runs, with all that it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _failure_in(said: bytes) -> str:
    try:
        return str(json.loads(said)["failure"])
    except (ValueError, LookupError, TypeError):
        return "its worker process ended early; try again, or tell the coordinator"


def _place(before: int) -> str:
    if not before:
        return "It is next in the queue."
    return f"It waits in the queue; {before} {'report is' if before == 1 else 'reports are'} before it."
