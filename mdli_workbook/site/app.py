"""The application: Voila's, with every route, folder and configuration file of Voila's left out."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from traitlets import Any as AnyTrait
from voila.app import Voila

from mdli_workbook.shelf import sweep_pages
from mdli_workbook.site.asset_files import load_assets
from mdli_workbook.site.bodies import Bodies, version_of
from mdli_workbook.site.diary import open_diary
from mdli_workbook.site.door import Door
from mdli_workbook.site.frame import NotFound, Site
from mdli_workbook.site.identity import Identity, read_secret
from mdli_workbook.site.pages import Index, Static
from mdli_workbook.site.passwords import read_hashes, require_private
from mdli_workbook.site.rebuilding import Rebuilding, worker_command
from mdli_workbook.site.render import DRAWN_BY, TEMPLATES, draw_report, make_environment
from mdli_workbook.site.report_pages import Now, Rebuild, Report
from mdli_workbook.site.resetting import Reset
from mdli_workbook.site.signing_in import Login, Logout
from mdli_workbook.site.sources import Sources
from mdli_workbook.site.throttle import Throttle
from mdli_workbook.site.writing import Write

__all__ = ["ROUTES", "CoachSite"]

_REPORT = r"/report/([a-z0-9][a-z0-9_-]{0,63})/([1-6])"

ROUTES: tuple[tuple[str, type[web.RequestHandler]], ...] = (
    (r"/", Index),
    (r"/login", Login),
    (r"/logout", Logout),
    (r"/reset", Reset),
    (_REPORT, Report),
    (rf"{_REPORT}/now", Now),
    (rf"{_REPORT}/rebuild", Rebuild),
    (rf"{_REPORT}/write", Write),
    (r"/static/([a-z-]+\.(?:css|js))", Static),
)
"""All that the site answers to. What is not here is 404, also when a new Voila brings it."""


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
    door
        Where it listens, and under which names.
    """

    name = "mdli-site"
    folder = AnyTrait()
    now = AnyTrait(lambda: datetime.now(UTC))
    ready = AnyTrait(None, allow_none=True)
    door = AnyTrait(Door("127.0.0.1", 0))

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
        sweep_pages(self.folder)
        identity = Identity(key, self.door.secure)
        site = Site(
            sources=Sources(self.folder, self.now),
            identity=identity,
            throttle=Throttle(time.monotonic),
            templates=make_environment(),
            bodies=Bodies(draw_report(), version_of(DRAWN_BY)),
            rebuilding=Rebuilding(worker_command(self.folder, self.now)),
            pool=ThreadPoolExecutor(max_workers=8, thread_name_prefix="ask"),
            checking=ThreadPoolExecutor(max_workers=2, thread_name_prefix="check"),
            door=self.door,
            diary=open_diary(self.folder, self.now),
            assets=load_assets(),
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
        self.door.check()
        self.app = self.make_application()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._end.set)
        server = self.listen()
        if self.ready is not None:
            self.ready(self.door.url(self.port))
        await self._end.wait()
        server.stop()
        await server.close_all_connections()
        site: Site = self.app.settings["site"]
        await site.rebuilding.close()
        site.pool.shutdown(wait=False, cancel_futures=True)
        site.checking.shutdown(wait=False, cancel_futures=True)

    def listen(self) -> HTTPServer:
        """Listen where the door is."""
        server = HTTPServer(
            self.app,
            ssl_options=self.door.tls(),
            max_body_size=16_384,
            max_header_size=16_384,
            idle_connection_timeout=60,
            body_timeout=20,
        )
        opened = self.door.open()
        self.port = opened.getsockname()[1]
        server.add_socket(opened)
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
