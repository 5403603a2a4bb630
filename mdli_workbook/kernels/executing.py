"""How the papermill engine executes a notebook on a warm kernel.

Frame, cells, outputs and errors are papermill's and nbclient's own, so they are those of the stock
engine. What differs is waiting: a kernel is known to be ready when it says so, and one that was asked to
end does so while the next notebook runs.
"""

from __future__ import annotations

import asyncio
from queue import Empty
from typing import TYPE_CHECKING, Any

from nbclient.util import ensure_async, run_hook, run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from mdli_workbook.kernels.asking import WarmProcess, fork_server

if TYPE_CHECKING:
    from jupyter_client.client import KernelClient
    from papermill.engines import NotebookExecutionManager

__all__ = ["WarmExecution"]

_GRACE = 5.0
"""Seconds that a kernel may take to end after its notebook has, as with jupyter_client; then it is killed."""


class WarmExecution(NBClientEngine):  # type: ignore[misc]
    """Execute a notebook as the stock engine does, with less waiting.

    With a kernel of another provisioner it is the stock engine.
    """

    @classmethod
    def execute_managed_notebook(  # noqa: PLR0913, PLR0917 - as papermill has it
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        log_output: bool = False,  # noqa: FBT001, FBT002 - as papermill has it
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute the managed notebook; parameters as in :class:`papermill.engines.NBClientEngine`."""
        given = remove_args(["input_path", "timeout", "startup_timeout"], **kwargs)
        options = merge_kwargs(
            given,
            timeout=execution_timeout or kwargs.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        return WarmClient(nb_man, **options).execute()


class WarmClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client of a kernel, without its pauses where the kernel is one of ours."""

    km: Any

    @property
    def _process(self) -> WarmProcess | None:
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        return process if isinstance(process, WarmProcess) else None

    async def async_start_new_kernel_client(self) -> KernelClient:
        """Connect to a kernel that has said it is ready."""
        process = self._process
        if process is None:
            return await super().async_start_new_kernel_client()
        self.kc = self.km.client()
        try:
            self.kc.start_channels(hb=False)
            await asyncio.wait_for(_hear(self.kc, process), self.startup_timeout)
        except BaseException:
            await self._async_cleanup_kernel()
            raise
        self.kc.allow_stdin = False
        await run_hook(self.on_notebook_start, notebook=self.nb)
        return self.kc

    start_new_kernel_client = run_sync(async_start_new_kernel_client)

    async def _async_cleanup_kernel(self) -> None:
        """Ask the kernel to end and do not wait for it; the fork server sees that it does."""
        process = self._process
        if process is None or process.poll() is not None:
            await super()._async_cleanup_kernel()
            return
        await ensure_async(self.km.request_shutdown())
        fork_server().leave(process, _GRACE)
        self.kc.stop_channels()
        await ensure_async(self.km.cleanup_resources())
        self.kc = self.km = None

    _cleanup_kernel = run_sync(_async_cleanup_kernel)


async def _hear(client: KernelClient, process: WarmProcess) -> None:
    """Return once messages of both directions arrive: a published one may be missed at first.

    Raises
    ------
    RuntimeError
        If the kernel died before, as the stock client says it.
    """
    while True:
        if process.poll() is not None:
            message = "Kernel died before replying to kernel_info"
            raise RuntimeError(message)
        asked = client.kernel_info()
        try:
            await client._async_recv_reply(asked, timeout=1)  # noqa: SLF001 - has no public name that waits
            while not _says_idle(await ensure_async(client.get_iopub_msg(timeout=0.1)), asked):
                pass
        except (Empty, TimeoutError):
            continue
        return


def _says_idle(message: dict[str, Any], asked: str) -> bool:
    return bool(
        message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
        and message["parent_header"].get("msg_id") == asked
    )
