"""The pages: each asks who it is, then what they may see, and shows nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tornado import web

from mdli_workbook.site.frame import WITHDRAWN, Page
from mdli_workbook.site.listing import make_cards
from mdli_workbook.site.passwords import check_password
from mdli_workbook.site.reading import find_report, list_shelves, own_participants, release_report
from mdli_workbook.site.render import render_report

if TYPE_CHECKING:
    from mdli_workbook.program import Coach
    from mdli_workbook.site.listing import Card
    from mdli_workbook.site.reading import Found

__all__ = ["Index", "Login", "Logout", "Report", "Static"]


class Static(Page):
    """The style sheets, by name; there is no folder that could be walked."""

    def compute_etag(self) -> str | None:
        """Give a fingerprint, so that a browser fetches a style sheet once."""
        return web.RequestHandler.compute_etag(self)

    async def get(self, name: str) -> None:
        """Send one style sheet."""
        path = self.site.styles.get(name)
        if path is None or not path.is_file():
            raise web.HTTPError(404)
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(await self.ask(path.read_bytes))


class Login(Page):
    """The sign-in form."""

    async def get(self) -> None:
        """Show the form."""
        self.show("login.html.j2", trouble="", tried="")

    async def post(self) -> None:
        """Check a password, at most a few times in a row."""
        coach_id = self.get_body_argument("coach", "").lower()[:64]
        closed = self.site.throttle.seconds_closed(coach_id)
        if closed:
            return self._refuse(429, coach_id, f"Too many tries. Try again in {_in_words(closed)}.")
        self.site.throttle.count_try(coach_id)
        password = self.get_body_argument("password", "", strip=False)
        hashed = await self.ask(self._hash_if_right, coach_id, password, pool=self.site.checking)
        if hashed is None:
            return self._refuse(401, coach_id, "That coach id and password do not go together.")
        self.site.throttle.forget(coach_id)
        self.site.identity.sign_in(self, coach_id, hashed)
        self.site.log.info("signed in: %s", coach_id)
        return self.redirect("/", status=303)

    def _hash_if_right(self, coach_id: str, password: str) -> str | None:
        hashes = self.site.sources.hashes()
        right = check_password(hashes, coach_id, password)
        return hashes[coach_id] if right and self.find_coach(coach_id) else None

    def _refuse(self, status: int, tried: str, trouble: str) -> None:
        self.set_status(status)
        self.show("login.html.j2", trouble=trouble, tried=tried)


def _in_words(seconds: float) -> str:
    """Write a waiting time.

    Examples
    --------
    >>> _in_words(1.2), _in_words(200)
    ('2 seconds', '4 minutes')
    """
    return f"{math.ceil(seconds)} seconds" if seconds <= 90 else f"{math.ceil(seconds / 60)} minutes"


class Logout(Page):
    """Signing out."""

    async def post(self) -> None:
        """Take the cookie away."""
        self.site.identity.sign_out(self)
        self.redirect("/login", status=303)


class Index(Page):
    """A coach's own participants by next call."""

    async def get(self) -> None:
        """Show them."""
        coach = await self.need_coach()
        if coach is None:
            return
        cards = await self.ask(self._cards, coach)
        self.show("index.html.j2", cards=cards, zone=coach.zone.key)

    def _cards(self, coach: Coach) -> tuple[Card, ...]:
        sources = self.site.sources
        program = sources.program()
        own = own_participants(program, coach.id, program.today(sources.now))
        return make_cards(program, coach, list_shelves(sources, own), sources.now())


class Report(Page):
    """One report, while its coach may read all of it."""

    async def get(self, participant_id: str, session: str) -> None:
        """Show it, after asking the roster and the store."""
        coach = await self.need_coach()
        if coach is None:
            return
        found: Found | None = await self.ask(
            find_report, self.site.sources, coach.id, participant_id, int(session)
        )
        if found is None:
            raise web.HTTPError(404)
        body = await render_report(self.site.exporter, found.notebook, self._about(coach, found))
        if await self.ask(release_report, self.site.sources, coach.id, found):
            self.finish(body)
        else:
            self.set_status(404)
            self.say(*WITHDRAWN)

    def _about(self, coach: Coach, found: Found) -> dict[str, object]:
        made_at = found.marker.made_at.astimezone(coach.zone)
        return {**self.frame(), "name": found.participant.name, "marker": found.marker, "made_at": made_at}
