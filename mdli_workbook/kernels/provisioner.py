"""A kernel provisioner that forks instead of starting: named in our kernelspec, for whoever uses it.

See https://jupyter-client.readthedocs.io/en/stable/provisioning.html for what a provisioner is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.provisioning import LocalProvisioner

from mdli_workbook.kernels.asking import PATIENCE, WarmProcess, fork_server
from mdli_workbook.kernels.birth import Birth, interpreter_settings, may_fork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_client.connect import KernelConnectionInfo

__all__ = ["WarmProvisioner"]


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Fork a kernel from a process that has imported its libraries.

    What a fork cannot follow (another interpreter, other settings of it, streams of the caller's own, a
    system without forking) is started as the stock provisioner does, and the log says why.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel and return once it can be connected to."""
        environment = dict(kwargs.get("env") or os.environ)
        folder = str(kwargs.get("cwd") or os.getcwd())  # noqa: PTH109 - kept as given
        birth = Birth.of(cmd, environment | {"JPY_PARENT_PID": str(os.getpid())}, folder)
        try:
            why = _why_not(birth, kwargs)
            if birth is not None and not why:
                self.process = await asyncio.to_thread(_bear, birth)
                self.pid = self.pgid = self.process.pid
                self.cwd = folder
                return self.connection_info
        except OSError as error:  # whoever opens a workbook need not wait until that is mended
            why = f"the fork server does not work ({type(error).__name__})"
        self.log.info("an ordinary kernel is started: %s", why)
        return await super().launch_kernel(cmd, **kwargs)

    async def wait(self) -> int | None:
        """Wait for the kernel's end without asking over and over."""
        if isinstance(self.process, WarmProcess):
            await asyncio.shield(asyncio.wrap_future(self.process.died))
        code: int | None = await super().wait()
        return code


def _bear(birth: Birth) -> WarmProcess:
    """Return a kernel that can be connected to, or one that died at once: it is found dead, as any other."""
    process = fork_server().start(birth)
    with contextlib.suppress(ChildProcessError):
        try:
            process.born.result(PATIENCE)
        except TimeoutError:
            fork_server().leave(process, 0)
            raise
    return process


def _why_not(birth: Birth | None, kwargs: Mapping[str, Any]) -> str:
    """Say in a sentence why a fork cannot stand for what is asked; nothing if it can."""
    if not may_fork():
        return "this system cannot fork"
    if birth is None:
        return "its command is not that of the Workbook kernel"
    if any(kwargs.get(name) is not None for name in ("stdin", "stdout", "stderr")):
        return "it is to write to streams of the caller's own"
    if interpreter_settings(birth.environment) != fork_server().settings:
        return "settings of its interpreter are not those of the fork server"
    return "" if Path(birth.folder).is_dir() else "its working folder is not there"
