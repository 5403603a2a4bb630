"""One-time codes with which a coach sets a new password: made by the coordinator, kept as hashes."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jupyter_server.auth.security import passwd

from mdli_workbook.errors import SiteRefused
from mdli_workbook.files import write_whole
from mdli_workbook.site.passwords import keep_password, lock_passwords, mark_of, need_password, read_hashes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["VALID", "make_code", "use_code"]

VALID = timedelta(days=1)
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 4, 5
_FILE = "resets.json"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a code: its hash, how long it is valid, and which password it is to replace."""

    hashed: str
    until: datetime
    mark: str


def make_code(folder: Path, coach_id: str, now: Callable[[], datetime]) -> str:
    """Make a code for one coach, valid for a day and once; an older one of that coach ends.

    The password in force stays so until the code is used. Setting a password in any other way
    ends the code too.

    Parameters
    ----------
    folder
        The program folder.
    coach_id
        Id from ``coaches.csv``; that it is there is for the caller to check.
    now
        Tells the time.

    Returns
    -------
    str
        Four groups of five letters and digits, about 99 bits; only a hash of it is kept.

    Raises
    ------
    SiteRefused
        If the codes or passwords kept so far cannot be read.
    """
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    with lock_passwords(folder):
        open_ones = {one: kept for one, kept in _read(folder).items() if now() < kept.until}
        mine = _Kept(_hash(coach_id, code), now() + VALID, _mark(folder, coach_id))
        _write(folder, open_ones | {coach_id: mine})
    return code


def use_code(folder: Path, coach_id: str, code: str, password: str, now: Callable[[], datetime]) -> bool:
    """Set a new password with a code, and use the code up; say whether it fitted.

    Parameters
    ----------
    folder
        The program folder.
    coach_id, code
        As they were typed; capitals, blanks and dashes in the code do not matter.
    password
        The new one, 10 to 256 characters.
    now
        Tells the time.

    Raises
    ------
    InputError
        If the password cannot be used; the code stays good.
    SiteRefused
        If the codes or passwords kept so far cannot be read.
    """
    if not _fits(folder, coach_id, code, now):
        return False
    need_password(coach_id, password)
    hashed = str(passwd(password))
    with lock_passwords(folder):
        if not _fits(folder, coach_id, code, now):  # somebody else was quicker with the same code
            return False
        keep_password(folder, coach_id, hashed)  # with this the code fits no more, whatever comes after
        _write(folder, {one: kept for one, kept in _read(folder).items() if one != coach_id})
    return True


def _fits(folder: Path, coach_id: str, code: str, now: Callable[[], datetime]) -> bool:
    kept = _read(folder).get(coach_id)
    if kept is None or not secrets.compare_digest(kept.hashed.encode(), _hash(coach_id, code).encode()):
        return False
    return kept.mark == _mark(folder, coach_id) and now() < kept.until


def _hash(coach_id: str, code: str) -> str:
    plain = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(f"{coach_id} {plain}".encode()).hexdigest()


def _mark(folder: Path, coach_id: str) -> str:
    hashed = read_hashes(folder).get(coach_id, "")
    return hashed and mark_of(hashed)


def _read(folder: Path) -> Mapping[str, _Kept]:
    try:
        told = json.loads((folder / ".mdli" / _FILE).read_text(encoding="utf-8"))
        return {
            str(one): _Kept(str(kept["hash"]), datetime.fromisoformat(kept["until"]), str(kept["mark"]))
            for one, kept in told.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        way_out = "remove it, and make new codes with: mdli coach reset COACH"
        raise SiteRefused(f".mdli/{_FILE} cannot be read ({type(error).__name__}); {way_out}") from error


def _write(folder: Path, kept: Mapping[str, _Kept]) -> None:
    told = {
        one: {"hash": code.hashed, "until": code.until.isoformat(), "mark": code.mark}
        for one, code in kept.items()
    }
    write_whole(folder / ".mdli" / _FILE, json.dumps(told, indent=1, sort_keys=True) + "\n", mode=0o600)
