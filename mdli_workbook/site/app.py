"""The application: Voila's, with every route, folder and configuration file of Voila's left out."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from traitlets import Any as AnyTrait
from voila.app import Voila

from mdli_workbook.errors import SiteRefused
from mdli_workbook.site.frame import NotFound, Site
from mdli_workbook.site.identity import Identity, read_secret
from mdli_workbook.site.pages import Index, Login, Logout, Report, Static
from mdli_workbook.site.passwords import read_hashes, require_private
from mdli_workbook.site.render import TEMPLATES, ReportExporter, make_environment
from mdli_workbook.site.sources import Sources
from mdli_workbook.site.throttle import Throttle

__all__ = ["ROUTES", "STYLES", "CoachSite"]

ROUTES: tuple[tuple[str, type[web.RequestHandler]], ...] = (
    (r"/", Index),
    (r"/login", Login),
    (r"/logout", Logout),
    (r"/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])", Report),
    (r"/static/([a-z]+\.css)", Static),
)
"""All that the site answers to. What is not here is 404, also when a new Voila brings it."""

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "exercises" / "assets"
STYLES = {
    "tokens.css": _SHARED / "tokens.css",
    "page.css": _SHARED / "page.css",
    "site.css": _HERE / "assets" / "site.css",
}
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _need_loopback(address: str) -> None:
    try:
        if ipaddress.ip_address("127.0.0.1" if address == "localhost" else address).is_loopback:
            return
    except ValueError:
        pass
    way_out = (
        "leave it at 127.0.0.1 and let coaches come through a tunnel or a proxy with TLS on this machine"
    )
    raise SiteRefused(f"address {address!r} could be reached from outside, without encryption; {way_out}")


class CoachSite(Voila):  # type: ignore[misc]  # Voila ships no types
    """The coach site of one program, as a Voila application without kernels.

    Voila's life cycle, exporter and signal handling stay. Its configuration files, template search,
    kernel and contents managers, and all its routes are gone: nothing in the working folder, in the
    user's or the system's Jupyter folders or in the environment changes what this site does.

    Parameters
    ----------
    folder
        The program folder.
    now
        Tells the time.
    ready
        Called with the address when the site answers.
    hosts
        Further names under which a browser may ask.
    """

    name = "mdli-site"
    port: int
    folder = AnyTrait()
    now = AnyTrait(lambda: datetime.now(UTC))
    ready = AnyTrait(None, allow_none=True)
    hosts = AnyTrait(())

    def load_config_file(self, *_args: Any, **_kwargs: Any) -> None:
        """Read none: Voila would run a ``voila.py`` that lies in the working folder."""

    def setup_template_dirs(self) -> None:
        """Know one folder of templates, the package's own."""
        self.template_paths = [str(TEMPLATES)]
        self.static_paths: list[str] = []

    def init_settings(self) -> dict[str, Any]:
        """Return tornado's settings; Voila's would make a kernel manager and a contents manager."""
        read_hashes(self.folder)
        require_private(self.folder / ".mdli" / "coaches.json")
        key = read_secret(self.folder)
        identity = Identity(key)
        site = Site(
            sources=Sources(self.folder, self.now),
            identity=identity,
            throttle=Throttle(time.monotonic),
            templates=make_environment(),
            exporter=ReportExporter(),
            pool=ThreadPoolExecutor(max_workers=4, thread_name_prefix="ask"),
            checking=ThreadPoolExecutor(max_workers=2, thread_name_prefix="check"),
            hosts=LOOPBACK_NAMES | {host.lower() for host in self.hosts},
            styles=STYLES,
            log=self.log,
        )
        return {
            "site": site,
            "cookie_secret": key,
            "default_handler_class": NotFound,
            "log_function": self._log_request,
            **identity.xsrf_settings,
        }

    def init_handlers(self) -> list[tuple[str, type[web.RequestHandler]]]:
        """Return the allow-list, and none of Voila's routes."""
        return list(ROUTES)

    def make_application(self) -> web.Application:
        """Return what answers requests: the allow-list, and 404 for all else."""
        return web.Application(self.init_handlers(), **self.init_settings())

    def start(self) -> None:
        """Serve until stopped."""
        _need_loopback(self.ip)
        self.app = self.make_application()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._end.set)
        server = self.listen()
        if self.ready is not None:
            host = f"[{self.ip}]" if ":" in self.ip else self.ip
            self.ready(f"http://{host}:{self.port}/")
        await self._end.wait()
        server.stop()
        await server.close_all_connections()
        site: Site = self.app.settings["site"]
        site.pool.shutdown(wait=False, cancel_futures=True)
        site.checking.shutdown(wait=False, cancel_futures=True)

    def listen(self) -> HTTPServer:
        """Listen on the one port asked for; another one would surprise whoever has a bookmark."""
        server = HTTPServer(
            self.app,
            max_body_size=16_384,
            max_header_size=16_384,
            idle_connection_timeout=60,
            body_timeout=20,
        )
        family = socket.AF_INET6 if ":" in self.ip else socket.AF_INET
        try:
            door = socket.create_server((self.ip, self.port), family=family, backlog=128)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            way_out = "stop what listens there, or choose another with --port"
            raise SiteRefused(f"port {self.port} on {self.ip} cannot be used; {way_out}") from error
        door.settimeout(0)
        self.port = door.getsockname()[1]
        server.add_socket(door)
        return server

    def stop(self) -> None:
        """End the site: there are no kernels to shut down."""
        self._end.set()

    def _log_request(self, handler: web.RequestHandler) -> None:
        """Write which page answered how: no address, no query, nobody's words."""
        milliseconds = 1000 * handler.request.request_time()
        self.log.log(
            logging.DEBUG if isinstance(handler, Static) else logging.INFO,
            "%s %s %d %.0f ms",
            handler.request.method,
            type(handler).__name__,
            handler.get_status(),
            milliseconds,
        )
