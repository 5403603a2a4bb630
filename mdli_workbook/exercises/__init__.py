"""The kinds of exercise: one file each, and this list of their names.

The file ``<kind>.py`` holds the class ``<Kind>``: record, form, static view and value schema. A
new kind is a new file and one more word in :data:`NAMES`. Nothing of Jupyter is imported here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mdli_workbook.curriculum import Exercise

__all__ = ["KINDS", "NAMES"]

NAMES = (
    "reflection",
    "scale",
    "log",
    "commitment",
    "agenda",
    "choice",
    "ranking",
    "checklist",
    "equity",
)


def _kind(name: str) -> type[Exercise]:
    found: type[Exercise] = getattr(import_module(f"{__name__}.{name}"), name.capitalize())
    assert found.kind == name, f"{name}.py says that its kind is {found.kind!r}; make them agree"
    return found


KINDS: dict[str, type[Exercise]] = {name: _kind(name) for name in NAMES}
"""Registry: kind → record. Whoever reads session files is handed it."""
