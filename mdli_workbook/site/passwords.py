"""Coaches' passwords: kept as argon2 hashes in ``.mdli/coaches.json``, readable by this account alone."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from jupyter_server.auth.security import passwd, passwd_check

from mdli_workbook.errors import Busy, InputError, Problem, SiteRefused
from mdli_workbook.files import private_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "check_password",
    "keep_password",
    "lock_passwords",
    "mark_of",
    "need_password",
    "read_hashes",
    "refuse_readable",
    "require_private",
    "set_password",
]

SHORTEST, LONGEST = 10, 256
FILE = ".mdli/coaches.json"


def set_password(folder: Path, coach_id: str, password: str) -> None:
    """Keep a coach's password as a hash; whoever is signed in with an older one is signed out.

    Parameters
    ----------
    folder
        The program folder.
    coach_id
        Id from ``coaches.csv``; that it is there is for the caller to check.
    password
        10 to 256 characters.

    Raises
    ------
    InputError
        If the id or the password cannot be used; nothing is written.
    SiteRefused
        If the passwords kept so far cannot be read, so that none of them is lost.
    """
    need_password(coach_id, password)
    hashed = str(passwd(password))
    with lock_passwords(folder):
        keep_password(folder, coach_id, hashed)


def need_password(coach_id: str, password: str) -> None:
    """Refuse an id or a password that cannot be used.

    Raises
    ------
    InputError
        With every problem found.
    """
    problems = tuple(_problems(coach_id, password))
    if problems:
        raise InputError(problems)


def keep_password(folder: Path, coach_id: str, hashed: str) -> None:
    """Write one coach's hash; the caller holds the lock of :func:`lock_passwords`."""
    kept = {one: {"hash": other} for one, other in read_hashes(folder).items()}
    kept[coach_id] = {"hash": hashed}
    path = folder / ".mdli" / "coaches.json"
    write_whole(path, json.dumps(kept, indent=1, sort_keys=True) + "\n", mode=0o600)


@contextmanager
def lock_passwords(folder: Path) -> Iterator[None]:
    """Hold the passwords while they change: the site and a command may both be at it.

    Raises
    ------
    Busy
        If somebody else has held them for ten seconds.
    """
    lock = FileLock(private_folder(folder / ".mdli") / "coaches.lock", timeout=10)
    try:
        with lock:
            yield
    except Timeout:
        raise Busy("the coaches' passwords are being changed; wait a moment and do it again") from None


def _problems(coach_id: str, password: str) -> list[Problem]:
    found = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", coach_id):
        rule = "an id has 1 to 64 of a-z, 0-9, _ and -; take the one in coaches.csv"
        found.append(Problem(FILE, 0, f"coach id {coach_id!r}: {rule}"))
    if not SHORTEST <= len(password) <= LONGEST:
        rule = f"a password has {SHORTEST} to {LONGEST} characters; a few unrelated words are easy to keep"
        found.append(Problem(FILE, 0, f"the password of {coach_id} has {len(password)} characters: {rule}"))
    return found


def read_hashes(folder: Path) -> Mapping[str, str]:
    """Return coach id → hash; empty where no password was set yet.

    Raises
    ------
    SiteRefused
        If the file is there and is not what :func:`set_password` writes.
    """
    path = folder / ".mdli" / "coaches.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {str(one): str(entry["hash"]) for one, entry in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        way_out = "repair it, or remove it and set the passwords again"
        raise SiteRefused(f"{FILE} cannot be read ({type(error).__name__}); {way_out}") from error


def require_private(path: Path) -> None:
    """Refuse a file of secrets that others on this machine may read.

    Raises
    ------
    SiteRefused
        If its permissions allow a group or everybody anything.
    """
    refuse_readable(path, f".mdli/{path.name}")


def refuse_readable(path: Path, name: str) -> None:
    """Refuse a file that others may read, under the name by which the person knows it."""
    if path.exists() and path.stat().st_mode & 0o077:
        raise SiteRefused(f"{name} may be read by others; run: chmod 600 {name}")


@cache
def _nobody() -> str:
    """Hash of a password that nobody has, so that an unknown id takes as long as a known one."""
    return str(passwd(secrets.token_hex()))


def check_password(hashes: Mapping[str, str], coach_id: str, password: str) -> bool:
    """Say whether it is this coach's password, in about the same time for an id that has none.

    Examples
    --------
    >>> check_password({}, "nobody", "a password to try")
    False
    """
    fits = passwd_check(hashes.get(coach_id) or _nobody(), password[:LONGEST])
    return bool(fits) and coach_id in hashes


def mark_of(hashed: str) -> str:
    """Return what ties a signed-in browser to the password it used, without telling the hash.

    Examples
    --------
    >>> mark_of("argon2:one") == mark_of("argon2:two")
    False
    """
    return hashlib.sha256(hashed.encode()).hexdigest()[:24]
