"""The kinds of exercise: one file each, and this list of their names.

The file ``<kind>.py`` holds the class ``<Kind>``: record, form, static view and value schema. A
new kind is a new file and one more word in :data:`NAMES`. Nothing of Jupyter is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class _Kinds(Mapping[str, "type[Exercise]"]):
    """A kind's file is imported when its record is asked for: most workbooks do without numpy."""

    def __getitem__(self, name: str) -> type[Exercise]:
        if name not in NAMES:
            raise KeyError(name)
        return _kind(name)

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


KINDS: Mapping[str, type[Exercise]] = _Kinds()
"""Registry: kind → record. Whoever reads session files is handed it."""
