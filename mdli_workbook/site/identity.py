"""Who is asking: a signed cookie that ends with its password, its coach, or its day."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdli_workbook.errors import SiteRefused
from mdli_workbook.files import private_folder, write_whole
from mdli_workbook.site.passwords import mark_of, require_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tornado.web import RequestHandler

__all__ = ["Identity", "read_secret"]

DAYS = 0.5
"""How long a coach stays signed in: 12 hours."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Knows a coach again by the cookie that the sign-in form has set.

    No token in an address and no ``Authorization`` header is looked at. Cookies do not tell ports
    apart, so their names differ from those of a JupyterLab on the same machine.

    Parameters
    ----------
    key
        Signs the cookies. Their names come from it too, so that two programs on one machine
        do not sign each other's coaches out.
    secure
        Whether browsers reach the site by TLS; the cookies then travel by nothing else.
    """

    key: str = field(repr=False)
    secure: bool = False

    @property
    def cookie_name(self) -> str:
        """Name of the cookie that says who it is."""
        return self._name("coach")

    @property
    def xsrf_settings(self) -> dict[str, object]:
        """Tornado's settings for the cookie that ties a form to its page."""
        return {
            "xsrf_cookies": True,
            "xsrf_cookie_name": self._name("form"),
            "xsrf_cookie_kwargs": self._flags(),
        }

    def _name(self, what: str) -> str:
        program = hashlib.sha256(f"name of {self.key}".encode()).hexdigest()[:8]
        return f"{'__Host-' if self.secure else ''}mdli-{what}-{program}"

    def _flags(self) -> dict[str, Any]:
        return {"httponly": True, "samesite": "Strict", "secure": self.secure}

    def sign_in(self, handler: RequestHandler, coach_id: str, hashed: str) -> None:
        """Set the cookie, tied to the password's hash."""
        handler.set_signed_cookie(
            self.cookie_name,
            json.dumps({"coach": coach_id, "mark": mark_of(hashed)}),
            expires_days=DAYS,
            path="/",
            **self._flags(),
        )

    def sign_out(self, handler: RequestHandler) -> None:
        """Take the cookie away."""
        handler.clear_cookie(self.cookie_name, path="/", **self._flags())

    def coach_of(self, handler: RequestHandler, hashes: Mapping[str, str]) -> str | None:
        """Return the coach whose cookie this is, if its password is still the same.

        Whether that coach is still one of the program is for the caller to ask of the roster.
        """
        told = handler.get_signed_cookie(self.cookie_name, max_age_days=DAYS)
        if told is None:
            return None
        try:
            kept = json.loads(told)
            coach_id, mark = str(kept["coach"]), str(kept["mark"])
        except (ValueError, KeyError, TypeError):
            return None
        hashed = hashes.get(coach_id)
        return coach_id if hashed and secrets.compare_digest(mark, mark_of(hashed)) else None


def read_secret(folder: Path) -> str:
    """Return the key that signs the cookies, made at the first start and kept (0600).

    Raises
    ------
    SiteRefused
        If others may read it, or it is too short to be one.
    """
    path = private_folder(folder / ".mdli") / "site-secret"
    require_private(path)
    if not path.exists():
        write_whole(path, secrets.token_hex(32), mode=0o600)
    kept = path.read_text(encoding="ascii").strip()
    if len(kept) < 64:
        raise SiteRefused(".mdli/site-secret is not one that this site has made; remove it and start again")
    return kept
