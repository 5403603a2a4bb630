"""What all pages share: headers, the Host check, who is asking, and errors that tell nothing."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from tornado import web

from mdli_workbook.errors import InputError, SiteRefused, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from logging import Logger
    from types import TracebackType

    import jinja2

    from mdli_workbook.program import Coach
    from mdli_workbook.site.bodies import Bodies, Body
    from mdli_workbook.site.diary import Diary
    from mdli_workbook.site.door import Door
    from mdli_workbook.site.identity import Identity
    from mdli_workbook.site.rebuilding import Rebuilding
    from mdli_workbook.site.sources import Sources
    from mdli_workbook.site.throttle import Throttle

__all__ = ["HEADERS", "WITHDRAWN", "NotFound", "Page", "Site"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
CLOSED = (InputError, SiteRefused, StoreError, SQLAlchemyError, OSError)
"""What closes the site: roster, passwords or store cannot be asked now."""

NOTICES = {
    403: (
        "Not from here",
        "This form or address is not one that the site has given out. Go back and try again.",
    ),
    404: (  # the same words for every reason, so that nobody learns which it was
        "Nothing here",
        "There is no such page, or it is not yours. A report is removed once an answer in it is withdrawn.",
    ),
    405: ("Nothing here", "There is no such page, or it is not yours."),
    503: (
        "Closed for a moment",
        "The program cannot be read just now, so nothing is shown. If it stays so, tell the coordinator.",
    ),
}
WITHDRAWN = (
    "Withdrawn since",
    "An answer in this report is no longer shared, so it was removed. The next shows what is shared then.",
)
OTHERWISE = (
    "This did not work",
    "Something went wrong, and nothing was shown. Tell the coordinator when it happened.",
)


@dataclass(frozen=True, slots=True)
class Site:
    """All that the pages need, made once at the start.

    Parameters
    ----------
    sources
        Program, store and passwords as they are now.
    identity
        Who is asking.
    throttle
        Of sign-ins.
    templates
        Of all pages but the report.
    bodies
        Of reports, rendered once.
    rebuilding
        Reports that coaches asked to have built again.
    pool
        Where blocking questions are asked, so that a slow store stops nobody else.
    checking
        Where passwords are checked: it is slow on purpose, and must not hold up the pages.
    door
        Where the site listens, and the names by which a browser may ask for it.
    diary
        Where is written who opened what.
    assets
        Name → style sheet or script.
    log
        Where what happened is written: routes and numbers, never text.
    """

    sources: Sources
    identity: Identity
    throttle: Throttle
    templates: jinja2.Environment
    bodies: Bodies
    rebuilding: Rebuilding
    pool: Executor
    checking: Executor
    door: Door
    diary: Diary
    assets: Mapping[str, Body]
    log: Logger


class Page(web.RequestHandler):
    """What all pages share: headers, the Host check, and errors that tell nothing."""

    coach: Coach | None = None
    program_title = ""

    @property
    def site(self) -> Site:
        """What the application was made with."""
        site: Site = self.settings["site"]
        return site

    def set_default_headers(self) -> None:
        """Set the headers of every answer, errors included."""
        for name, value in (*HEADERS.items(), *self.site.door.headers.items()):
            self.set_header(name, value)
        self.clear_header("Server")

    def compute_etag(self) -> str | None:
        """Give no fingerprint of a page."""
        return None

    def prepare(self) -> None:
        """Refuse a name that is not ours: a foreign page may have pointed its own name at this machine."""
        if _host_of(self.request.headers.get("Host", "")) not in self.site.door.names:
            raise web.HTTPError(403)

    async def ask(self, question: Callable[..., Any], *given: object, pool: Executor | None = None) -> Any:
        """Ask what may block, away from the event loop; what cannot be asked closes the site."""
        try:
            return await asyncio.get_running_loop().run_in_executor(pool or self.site.pool, question, *given)
        except CLOSED as error:
            self.site.log.warning("closed: %s", type(error).__name__)
            raise web.HTTPError(503) from None

    async def need_coach(self) -> Coach | None:
        """Return the coach who is asking, or send the browser to the sign-in form."""
        self.coach = await self.ask(self._known_coach)
        if self.coach is None:
            self.redirect("/login", status=303)
        return self.coach

    def _known_coach(self) -> Coach | None:
        coach_id = self.site.identity.coach_of(self, self.site.sources.hashes())
        return self.find_coach(coach_id) if coach_id else None

    def find_coach(self, coach_id: str) -> Coach | None:
        """Return a coach of the program as it is now."""
        program = self.site.sources.program()
        self.program_title = program.title
        return next((one for one in program.coaches if one.id == coach_id), None)

    def show(self, template: str, **given: object) -> None:
        """Write a page."""
        self.finish(self.site.templates.get_template(template).render(**self.frame(), **given))

    def reply(self, told: Mapping[str, object], status: int = 200) -> None:
        """Answer a script of ours."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(told))

    def send(self, body: Body) -> None:
        """Send a body that is ready, packed where the browser can unpack it; or that it has not changed."""
        packs = bool(body.packed) and _unpacks(self.request.headers.get("Accept-Encoding", ""))
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Etag", f'"{body.etag}{"-gzip" if packs else ""}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        if packs:
            self.set_header("Content-Encoding", "gzip")
        self.finish(body.packed if packs else body.plain)

    def frame(self) -> dict[str, object]:
        """Return what every page shows around itself."""
        field = Markup(self.xsrf_form_html())  # noqa: S704 - tornado's own
        name = self.coach.name if self.coach else ""
        return {"coach": name, "program_title": self.program_title, "form_field": field}

    def write_error(self, status_code: int, **_kwargs: object) -> None:
        """Write a plain page that names nobody and nothing."""
        if status_code == 405:
            self.set_status(404)
        self.say(*NOTICES.get(status_code, OTHERWISE))

    def say(self, heading: str, text: str) -> None:
        """Write a notice; it needs neither roster nor store."""
        notice = self.site.templates.get_template("notice.html.j2")
        self.finish(
            notice.render(
                coach="", heading=heading, text=text, way={"href": "/", "words": "To my participants"}
            )
        )

    def on_finish(self) -> None:
        """Record who opened what, and how it was answered."""
        if self.coach is not None:
            participant, session = self.path_args if len(self.path_args) == 2 else ("", 0)
            self.site.diary.write(
                self.coach.id,
                self.request.method or "",
                type(self).__name__,
                participant,
                int(session),
                self.get_status(),
            )

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log where a fault happened, without its message: a message may hold what somebody wrote."""
        if isinstance(value, web.HTTPError):
            return
        while tb is not None and tb.tb_next is not None:
            tb = tb.tb_next
        place = f"{tb.tb_frame.f_code.co_filename}:{tb.tb_lineno}" if tb else "?"
        self.site.log.error("%s in %s at %s", typ.__name__ if typ else "?", type(self).__name__, place)


def _host_of(header: str) -> str:
    """Return the name in a Host header without its port.

    Examples
    --------
    >>> _host_of("localhost:8866"), _host_of("[::1]:8866"), _host_of("evil.example")
    ('localhost', '[::1]', 'evil.example')
    """
    name, bracket, _ = header.lower().partition("]")
    return name + bracket if bracket else header.lower().partition(":")[0]


def _unpacks(header: str) -> bool:
    """Say whether a browser can unpack gzip, by its Accept-Encoding.

    Examples
    --------
    >>> _unpacks("gzip, br"), _unpacks("br;q=1, GZIP;q=0.5"), _unpacks("gzip;q=0"), _unpacks("")
    (True, True, False, False)
    """
    return re.search(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", header, re.IGNORECASE) is not None


class NotFound(Page):
    """Every address that is not in the list of routes."""

    def prepare(self) -> None:
        """Say that there is nothing, whoever asks."""
        super().prepare()
        raise web.HTTPError(404)
