"""Which edition of this package is at work: its version, and a hash of code that figures depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata, resources

__all__ = ["code_hash", "package_version"]


def package_version() -> str:
    """Return the version that is installed."""
    return metadata.version("mdli-workbook")


@cache
def code_hash(*modules: str) -> str:
    """Hash the version and the code of the exercises, with that of other modules of the package.

    Parameters
    ----------
    modules
        Names, such as ``progress``.

    Examples
    --------
    >>> code_hash() != code_hash("progress")
    True
    """
    found = hashlib.sha256(package_version().encode())
    package = resources.files("mdli_workbook")
    sources = [package / f"{name}.py" for name in modules]
    sources += [one for one in (package / "exercises").iterdir() if one.name.endswith(".py")]
    for source in sorted(sources, key=lambda one: one.name):
        found.update(source.read_bytes())
    return found.hexdigest()
