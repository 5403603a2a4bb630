"""A kernel on our kernelspec, and what one can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_client.blocking import BlockingKernelClient


@dataclass(frozen=True)
class Kernel:
    """A kernel that answers."""

    manager: KernelManager
    client: BlockingKernelClient

    def says(self, code: str) -> str:
        """Return what `code` prints, or the name of its error."""
        said: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            said.append(content.get("text") or content.get("ename") or "")

        self.client.execute_interactive(code, output_hook=hear, timeout=30, allow_stdin=False)
        return "".join(said).strip()

    @property
    def process(self) -> psutil.Process:
        assert self.manager.provisioner is not None
        return psutil.Process(self.manager.provisioner.pid)  # type: ignore[attr-defined]


Start = Callable[..., Kernel]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start kernels, ours unless another is named, and end them after the test."""
    started: list[Kernel] = []

    def one(
        name: str = "mdli", folder: Path | None = None, env: dict[str, str] | None = None, **how: Any
    ) -> Kernel:
        manager = KernelManager(kernel_name=name, **how)
        manager.start_kernel(cwd=str(folder) if folder else None, **({"env": env} if env else {}))
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        started.append(Kernel(manager, client))
        return started[-1]

    yield one
    for kernel in started:
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=True)
