"""The pages of one report: its body, how fresh it is now, and building it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado import web

from mdli_workbook.shelf import closed_at
from mdli_workbook.site.frame import WITHDRAWN, Page
from mdli_workbook.site.freshness import fresh, say_as_of
from mdli_workbook.site.reading import find_report, record_reading, still_shared
from mdli_workbook.site.writing import forms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.program import Coach
    from mdli_workbook.site.bodies import Body
    from mdli_workbook.site.reading import Found

__all__ = ["Now", "Rebuild", "Report"]

TRIES = 3
"""How often a report may be put in place anew while it is being read."""


class _OneReport(Page):
    """What the pages of one report share: the last thing before an answer leaves is to ask whether it may."""

    def find(self, coach: Coach, participant_id: str, session: int) -> Found:
        """Return a report of this coach's own participant; otherwise there is nothing here."""
        found = find_report(self.site.sources, coach.id, participant_id, session)
        if found is None:
            raise web.HTTPError(404)
        return found

    def say_withdrawn(self) -> None:
        """Say that there was a report, and why it is gone."""
        self.set_status(404)
        self.say(*WITHDRAWN)


class Report(_OneReport):
    """One report, while its coach may read all of it: the same bytes for every reader."""

    async def get(self, participant_id: str, session: str) -> None:
        """Show it, after asking the roster and the store, also where the browser has it already."""
        coach = await self.need_coach()
        if coach is None:
            return
        body = await self.ask(self._body, coach, participant_id, int(session))
        if body is None:
            self.say_withdrawn()
            return
        self.set_header("Cache-Control", "private, no-cache")  # kept, but never shown without asking
        self.send(body)

    def _body(self, coach: Coach, participant_id: str, session: int) -> Body | None:
        """Return what may leave now, and record that it does; ``None`` if it was withdrawn."""
        sources = self.site.sources
        for _ in range(TRIES):
            found = self.find(coach, participant_id, session)
            body = self.site.bodies.body(found, self._about(found))
            if body is not None:
                if not still_shared(sources, found):  # after the copy is on disk, so that it goes too
                    return None
                record_reading(sources, coach.id, found)
                return body
        raise web.HTTPError(503)

    def _about(self, found: Found) -> Mapping[str, str]:
        zone = self.site.sources.program().zone
        return {
            "mark": found.marker.mark,
            "name": found.participant.name,
            "as_of": say_as_of(found.marker.made_at, zone),
            "zone": zone.key,
        }


class Now(_OneReport):
    """What the body of a report leaves out: all that depends on the reader and the time."""

    async def get(self, participant_id: str, session: str) -> None:
        """Tell it."""
        coach = await self.need_coach()
        if coach is None:
            return
        told = await self.ask(self._told, coach, participant_id, int(session))
        if told is None:
            self.say_withdrawn()
            return
        stage = self.site.rebuilding.stage(participant_id, int(session), told["mark"])
        rebuild = {"state": stage.state, "words": stage.words}
        self.reply({"token": self.xsrf_token.decode(), "coach": coach.name, "rebuild": rebuild, **told})

    def _told(self, coach: Coach, participant_id: str, session: int) -> dict[str, Any] | None:
        """Return what the store says now; ``None`` if the report was withdrawn."""
        found, store = self.find(coach, participant_id, session), self.site.sources.store()
        rows, events = store.newest(participant_id), store.events(participant_id, session)
        now = fresh(found.marker, rows, events, coach.zone)
        told = {
            "mark": found.marker.mark,
            "words": now.words,
            "stale": now.stale,
            "closed": bool(now.closed),
            "forms": forms_of(found, coach, rows),
        }
        return told if still_shared(self.site.sources, found) else None


class Rebuild(_OneReport):
    """Building a report again."""

    async def post(self, participant_id: str, session: str) -> None:
        """Put it in the queue."""
        coach = await self.need_coach()
        if coach is None:
            return
        found, is_open = await self.ask(self._look, coach, participant_id, int(session))
        if found is None:
            self.say_withdrawn()
        elif not is_open:
            self.reply({"state": "refused", "words": "This report is closed: its call was recorded."}, 409)
        else:
            stage = self.site.rebuilding.ask(participant_id, int(session), found.marker.mark)
            status = 503 if stage.state == "refused" else 202
            self.reply({"state": stage.state, "words": stage.words}, status)

    def _look(self, coach: Coach, participant_id: str, session: int) -> tuple[Found | None, bool]:
        """Return the report, unless it was withdrawn, and whether its call is not recorded yet."""
        found, store = self.find(coach, participant_id, session), self.site.sources.store()
        is_open = closed_at(store.events(participant_id, session)) is None
        return (found if still_shared(self.site.sources, found) else None), is_open
