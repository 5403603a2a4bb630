"""The pages: each asks who it is, then what they may see, and shows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado import web

from mdli_workbook.runs import read_runs
from mdli_workbook.site.frame import Page
from mdli_workbook.site.listing import Desk
from mdli_workbook.site.news import gather_news
from mdli_workbook.site.reading import list_shelves, own_participants

if TYPE_CHECKING:
    from mdli_workbook.program import Coach
    from mdli_workbook.site.listing import Card

__all__ = ["Index", "Static"]

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


class Static(Page):
    """The style sheets and scripts, by name; there is no folder that could be walked."""

    def get(self, name: str) -> None:
        """Send one of them."""
        asset = self.site.assets.get(name)
        if asset is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", _TYPES[name.rpartition(".")[2]])
        self.set_header("Cache-Control", "no-cache")
        self.send(asset)


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
        shelves = list_shelves(sources, own)  # first, as it takes down what was withdrawn
        news, runs = gather_news(sources, own), read_runs(sources.folder)
        return Desk(program, coach, sources.now(), news, runs).cards(shelves)
