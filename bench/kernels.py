"""A kernel that is ready with its imports: forked by ours beside started by the stock provisioner."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil
from jupyter_client.manager import KernelManager

from mdli_workbook.kernels.asking import fork_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    Figure = tuple[str, str, Sequence[float], str, Sequence[float]]

__all__ = ["measure_kernels"]

PEER = "the stock kernel"
IMPORTS = "import mdli_workbook.kernels.preload"
"""What a forked kernel has imported already."""


def measure_kernels(times: int) -> list[Figure]:
    """Return seconds and private memory (MB) of kernels, turn by turn; the first of each is not counted."""
    fork_server()
    samples: dict[str, list[tuple[float, float]]] = {"mdli": [], "python3": []}
    for _ in range(times + 1):
        for name, taken in samples.items():
            taken.append(one_kernel(name))
    ours, theirs = (tuple(zip(*taken[1:], strict=True)) for taken in samples.values())
    return [
        ("a kernel that is ready, with its imports", "seconds", ours[0], PEER, theirs[0]),
        ("its private memory", "MB", ours[1], PEER, theirs[1]),
    ]


def one_kernel(name: str) -> tuple[float, float]:
    """Start a kernel, import what workbooks need; return the seconds that took, and its own megabytes."""
    manager = KernelManager(kernel_name=name, transport="ipc")
    began = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.execute(IMPORTS)
        reply = client.get_shell_msg(timeout=60)
        took = time.perf_counter() - began
        assert reply["content"]["status"] == "ok", reply
        private = psutil.Process(manager.provisioner.pid).memory_full_info().uss
        return took, private / 1e6
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
