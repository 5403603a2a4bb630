"""Signing in and out."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from mdli_workbook.errors import SiteRefused
from mdli_workbook.site.diary import NOBODY
from mdli_workbook.site.frame import Page
from mdli_workbook.site.passwords import check_password

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Login", "Logout", "Trying"]


class Trying(Page):
    """A form with which somebody who is not signed in tries something; each try is slow, few and recorded."""

    template = ""
    tried = NOBODY

    async def get(self) -> None:
        """Show the form."""
        self.show(self.template, trouble="", tried="")

    async def try_it(self, name: str, coach_id: str, attempt: Callable[[], bool | str], wrong: str) -> bool:
        """Let one try through, unless there were too many; say what was wrong with it.

        Parameters
        ----------
        name
            Under which tries are counted.
        coach_id
            Whom they claim to be.
        attempt
            Is asked away from the event loop: ``True``, ``False``, or what is to be corrected first.
        wrong
            Said for ``False``, whatever the reason.
        """
        closed = self.site.throttle.seconds_closed(name)
        if closed:
            self.refuse(429, coach_id, f"Too many tries. Try again in {_in_words(closed)}.")
            return False
        self.site.throttle.count_try(name)
        if not self.site.throttle.enter():
            self.refuse(429, coach_id, "Too many people are trying just now. Try again in a minute.")
            return False
        try:
            done = await self.ask(self._known, coach_id, attempt, pool=self.site.checking)
        finally:
            self.site.throttle.leave()
        if done is True:
            self.site.throttle.forget(name)
            return True
        self.refuse(400 if done else 401, coach_id, done or wrong)
        return False

    def _known(self, coach_id: str, attempt: Callable[[], bool | str]) -> bool | str:
        """Record the id only where it is one: what was typed may be a password in the wrong field."""
        if self.find_coach(coach_id) is not None:
            self.tried = coach_id
        return attempt()

    def refuse(self, status: int, tried: str, trouble: str) -> None:
        """Show the form again, with what was wrong."""
        self.set_status(status)
        self.show(self.template, trouble=trouble, tried=tried)

    def on_finish(self) -> None:
        """Record the try."""
        if self.request.method == "POST":
            self.site.diary.write(self.tried, "POST", type(self).__name__, status=self.get_status())


class Login(Trying):
    """The sign-in form."""

    template = "login.html.j2"
    hashed = ""

    async def post(self) -> None:
        """Check a password, at most a few times in a row."""
        coach_id = self.get_body_argument("coach", "").lower()[:64]
        password = self.get_body_argument("password", "", strip=False)
        check = partial(self._check, coach_id, password)
        if await self.try_it(coach_id, coach_id, check, "That coach id and password do not go together."):
            self.site.identity.sign_in(self, coach_id, self.hashed)
            self.site.log.info("signed in: %s", coach_id)
            self.redirect("/", status=303)

    def _check(self, coach_id: str, password: str) -> bool:
        hashes = self.site.sources.hashes()
        self.hashed = hashes.get(coach_id, "")
        return check_password(hashes, coach_id, password) and self.tried == coach_id


class Logout(Page):
    """Signing out."""

    who = NOBODY

    async def post(self) -> None:
        """Take the cookie away, and the pages that this browser keeps."""
        with suppress(SiteRefused):  # whoever leaves may leave, whatever cannot be read
            self.who = self.site.identity.coach_of(self, self.site.sources.hashes()) or NOBODY
        self.site.identity.sign_out(self)
        self.set_header("Clear-Site-Data", '"cache"')
        self.redirect("/login", status=303)

    def on_finish(self) -> None:
        """Record it."""
        if self.request.method == "POST":
            self.site.diary.write(self.who, "POST", "Logout", status=self.get_status())


def _in_words(seconds: float) -> str:
    """Write a waiting time.

    Examples
    --------
    >>> _in_words(1.2), _in_words(200)
    ('2 seconds', '4 minutes')
    """
    return f"{math.ceil(seconds)} seconds" if seconds <= 90 else f"{math.ceil(seconds / 60)} minutes"
