"""The coach site: a Voila application that shows saved reports and has no kernel.

Voila is imported only when the site starts, so that setting a password stays quick.
"""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

from mdli_workbook.site.door import Door
from mdli_workbook.site.passwords import set_password

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

__all__ = ["Door", "serve", "set_password"]


def serve(
    folder: Path,
    door: Door,
    *,
    now: Callable[[], datetime],
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the coach site of a program until the process is told to stop.

    Parameters
    ----------
    folder
        The program folder.
    door
        Where to listen, under which names, and how what is sent is protected.
    now
        Tells the time, as a moment with a time zone.
    ready
        Called once with the site's address, when it answers.

    Raises
    ------
    SiteRefused
        If others could reach it without encryption, the port is taken, or a secret is readable by others.
    """
    door.check()
    _hold_many_connections()
    from mdli_workbook.site.app import CoachSite  # noqa: PLC0415 - Voila takes a second to import

    site = CoachSite(folder=folder.resolve(), open_browser=False, door=door, now=now, ready=ready)
    site.initialize([])
    site.start()


def _hold_many_connections() -> None:
    """Take as many open files as this account may have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
