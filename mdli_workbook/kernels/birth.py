"""What a kernel is started with: the words that pass between a command and its fork server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Birth", "interpreter_settings", "may_fork"]

_PRELUDE = ("-P", "-m", "ipykernel_launcher")
"""How a command begins that a fork can stand for: see our ``kernel.json``."""


@dataclass(frozen=True, slots=True)
class Birth:
    """One kernel to start.

    Parameters
    ----------
    arguments
        What stands behind ``ipykernel_launcher`` on its command line.
    environment
        All of its variables.
    folder
        Its working folder.

    Examples
    --------
    >>> Birth.of(["python", "-P", "-m", "ipykernel_launcher", "-f", "c.json"], {}, ".").arguments
    ('-f', 'c.json')
    >>> Birth.of(["julia", "-f", "c.json"], {}, ".")
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str

    @classmethod
    def of(cls, command: list[str], environment: Mapping[str, str], folder: str) -> Birth | None:
        """Return what a command line asks for; ``None`` if it is no kernel that a fork can stand for."""
        end = 1 + len(_PRELUDE)
        if tuple(command[1:end]) != _PRELUDE:
            return None
        return cls(tuple(command[end:]), dict(environment), folder)

    @property
    def name(self) -> str:
        """What its process is called, in 15 letters: ``mdli-`` and the beginning of the kernel's id.

        >>> Birth(("-f", "/run/kernel-0f8fad5b-d9cb-469f.json"), {}, ".").name
        'mdli-0f8fad5b-d'
        """
        file = self.arguments[self.arguments.index("-f") + 1] if "-f" in self.arguments[:-1] else ""
        return f"mdli-{PurePath(file).stem.removeprefix('kernel-')[:10]}"


def interpreter_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that an interpreter reads at its start only: a fork cannot follow a change."""
    return {name: value for name, value in environment.items() if name.startswith(("PYTHON", "LD_", "DYLD_"))}


def may_fork() -> bool:
    """Whether kernels can be forked here (not on Windows)."""
    return hasattr(os, "fork")
