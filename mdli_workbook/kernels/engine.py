"""The papermill engine on warm kernels, by its entry point: ``papermill --engine mdli``, and our reports.

papermill loads it while it is being imported itself, so nothing of papermill may be imported here.
"""

from __future__ import annotations

from typing import Any

__all__ = ["WarmEngine"]


class WarmEngine:
    """What papermill asks of an engine, answered by :class:`~.executing.WarmExecution`."""

    @staticmethod
    def execute_notebook(*given: Any, **options: Any) -> Any:
        """Execute a notebook; as :meth:`papermill.engines.Engine.execute_notebook`."""
        return _execution().execute_notebook(*given, **options)

    @staticmethod
    def nb_kernel_name(notebook: Any, name: str | None = None) -> str:
        """Return the kernel that a notebook asks for."""
        return str(_execution().nb_kernel_name(notebook, name))

    @staticmethod
    def nb_language(notebook: Any, language: str | None = None) -> str:
        """Return the language that a notebook is written in."""
        return str(_execution().nb_language(notebook, language))


def _execution() -> Any:
    from mdli_workbook.kernels.executing import WarmExecution  # noqa: PLC0415 - see above

    return WarmExecution
