"""Setting a new password with a one-time code from the coordinator."""

from __future__ import annotations

from functools import partial

from mdli_workbook.errors import Busy, InputError
from mdli_workbook.site.codes import use_code
from mdli_workbook.site.passwords import LONGEST, SHORTEST
from mdli_workbook.site.signing_in import Trying

__all__ = ["Reset"]

WRONG = "That coach id and code do not go together, or the code was used, or it is older than a day."
LENGTH = f"A password has {SHORTEST} to {LONGEST} characters. A few unrelated words are easy to keep."
TWICE = "The two passwords are not the same. Type the new one twice."
BUSY = "Passwords are being changed just now. Try again in a moment."


class Reset(Trying):
    """The form for a new password."""

    template = "reset.html.j2"

    async def post(self) -> None:
        """Set it, if the code fits; whoever is signed in with the old one is signed out."""
        coach_id = self.get_body_argument("coach", "").lower()[:64]
        code = self.get_body_argument("code", "")[:64]
        password, again = (self.get_body_argument(name, "", strip=False) for name in ("password", "again"))
        if password != again:
            return self.refuse(400, coach_id, TWICE)
        if not SHORTEST <= len(password) <= LONGEST:
            return self.refuse(400, coach_id, LENGTH)
        use = partial(self._use, coach_id, code, password)
        if await self.try_it(f"new password of {coach_id}", coach_id, use, WRONG):
            self.site.throttle.forget(coach_id)
            self.site.identity.sign_out(self)
            self.site.log.info("new password: %s", coach_id)
            self.show(
                "notice.html.j2",
                heading="Your new password is set",
                text="The code is used up, and whoever was signed in with the old password is signed out.",
                way={"href": "/login", "words": "Sign in"},
            )
        return None

    def _use(self, coach_id: str, code: str, password: str) -> bool | str:
        if self.tried != coach_id:
            return False
        sources = self.site.sources
        try:
            return use_code(sources.folder, coach_id, code, password, sources.now)
        except InputError:
            return LENGTH
        except Busy:
            return BUSY
