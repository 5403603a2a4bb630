"""The coach site: a Voila application that shows saved reports and has no kernel.

Voila is imported only when the site starts, so that setting a password stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.site.passwords import set_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

__all__ = ["serve", "set_password"]


def serve(  # noqa: PLR0913 - keywords, half of them with a default
    folder: Path,
    *,
    port: int,
    now: Callable[[], datetime],
    ready: Callable[[str], None] | None = None,
    address: str = "127.0.0.1",
    hosts: Iterable[str] = (),
) -> None:
    """Serve the coach site of a program until the process is told to stop.

    Parameters
    ----------
    folder
        The program folder.
    port
        Where to listen; 0 takes any free port.
    now
        Tells the time, as a moment with a time zone.
    ready
        Called once with the site's address, when it answers.
    address
        Which address of this machine to listen on; only a loopback address is accepted.
    hosts
        Further names under which a browser may ask for the site, such as that of a tunnel.

    Raises
    ------
    SiteRefused
        If the address is not a loopback address, the port is taken, or a secret is readable by others.
    """
    from mdli_workbook.site.app import CoachSite  # noqa: PLC0415 - Voila takes a second to import

    told = {"now": now, "ready": ready, "ip": address, "port": port, "hosts": tuple(hosts)}
    site = CoachSite(folder=folder.resolve(), open_browser=False, **told)
    site.initialize([])
    site.start()
