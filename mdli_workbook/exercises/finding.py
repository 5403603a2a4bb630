"""Where a workbook finds its store, and what its kernel records and takes down there."""

from __future__ import annotations

import os
import stat
import threading
import tomllib
import uuid
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdli_workbook.answers import Event
from mdli_workbook.errors import InputError, StoreUnusable, WorkbookError
from mdli_workbook.exercises.replies import Desktop

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdli_workbook.exercises.replies import Place
    from mdli_workbook.store import Store

__all__ = ["find_accommodations", "find_coach", "find_person", "find_store", "open_desktop"]

STORE_FILE = Path(".config/mdli/store.toml")
EXAMPLE = 'address = "sqlite:////folder/answers.db"'
OWNER = "MDLI_PARTICIPANT"
PROGRAM = "MDLI_PROGRAM"


def open_desktop(
    place: Place, folder: Path, *, home: Path | None = None, now: Callable[[], datetime] | None = None
) -> Desktop:
    """Find the store of a workbook in `folder` and open it; without one the desktop says why.

    Parameters
    ----------
    place
        Whose workbook it is.
    folder
        The notebook's folder.
    home
        The account's home folder.
    now
        Gives the time of events, with a zone.
    """
    owner = os.environ.get(OWNER, "")
    if owner and owner != place.participant:
        return Desktop(
            place,
            None,
            f"This JupyterLab is {owner}'s, and this workbook {place.participant}'s; open your own.",
        )
    program = _program_of(folder)
    try:
        store = _open_store(find_store(home or Path.home(), program))
    except (WorkbookError, OSError) as error:
        return Desktop(place, None, f"There is no store to save to: {error}.")
    return Desktop(
        place,
        store,
        note_opened=partial(_note_opened, store, place, now or partial(datetime.now, UTC)),
        take_down=partial(_take_down, program, place.participant),
        coach=partial(find_coach, program, place.participant) if program else lambda: "",
    )


def find_accommodations(participant: str, folder: Path) -> frozenset[str]:
    """Return a participant's accommodations; none where the roster cannot be found or read.

    A mistake elsewhere in the roster takes nobody's large text away: only their own row counts.

    Parameters
    ----------
    participant
        Whose.
    folder
        The notebook's folder.
    """
    from mdli_workbook.program.people import ACCOMMODATIONS, ROSTER_COLUMNS  # noqa: PLC0415 - reports do without
    from mdli_workbook.program.sheets import read_sheet  # noqa: PLC0415

    program = _program_of(folder)
    if program is None:
        return frozenset()
    rows = read_sheet(program, "roster.csv", ROSTER_COLUMNS, []).rows
    own = (
        row.cells.get("accommodations", "") for row in rows if row.cells.get("participant_id") == participant
    )
    return frozenset(next(own, "").split()) & frozenset(ACCOMMODATIONS)


def find_coach(program: Path, participant: str) -> str:
    """Return the name of a participant's coach as the files say it now; ``""`` if they do not.

    The files are read again only once they were written again: each form asks.

    Parameters
    ----------
    program
        The program folder.
    participant
        Whose coach.
    """
    files = [program / name for name in ("roster.csv", "coaches.csv")]
    try:
        written = tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in files)
        return _read_coach(program, participant, written)
    except (OSError, KeyError):
        return ""


@lru_cache(maxsize=8)
def _read_coach(program: Path, participant: str, _written: object) -> str:
    from mdli_workbook.program.people import COACHES_COLUMNS, ROSTER_COLUMNS  # noqa: PLC0415 - as above
    from mdli_workbook.program.sheets import read_sheet  # noqa: PLC0415

    roster = read_sheet(program, "roster.csv", ROSTER_COLUMNS, [])
    coaches = read_sheet(program, "coaches.csv", COACHES_COLUMNS, [])
    coach = {row.cells["participant_id"]: row.cells["coach_id"] for row in roster.rows}.get(participant, "")
    return {row.cells["coach_id"]: row.cells["name"] for row in coaches.rows}.get(coach, "")


def find_person(participant: str, folder: Path) -> dict[str, Any]:
    """Return what the program's files say of a participant, for their own record; as far as they can be read.

    Parameters
    ----------
    participant
        Whose.
    folder
        The notebook's folder.

    Returns
    -------
    dict
        Columns of the roster, with ``program`` (its title), ``zone`` and ``coaches`` (id → name).
    """
    from mdli_workbook.program import read_program  # noqa: PLC0415 - seldom needed

    home = _program_of(folder)
    try:
        program = None if home is None else read_program(home)
        who = None if program is None else program.participant(participant)
    except (InputError, OSError):
        return {}
    if program is None or who is None:
        return {}
    about = {"email": who.email, "cohort": who.cohort, "coach_id": who.coach_id}
    about |= {"organization": who.organization, "role": who.role}
    coaches = {one.id: one.name for one in program.coaches}
    return about | {"name": who.name, "program": program.title, "zone": program.zone, "coaches": coaches}


def find_store(home: Path, program: Path | None) -> str:
    """Return the store's address: the account's own file first, then the program's.

    Raises
    ------
    StoreUnusable
        If there is neither, or if others on this machine can read the account's file.
    ProgramError
        If ``program.toml`` cannot be read.
    """
    file = home / STORE_FILE
    shown = f"~/{STORE_FILE.as_posix()}"
    if file.is_file():
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StoreUnusable(f"others on this machine can read {shown}; run: chmod 600 {shown}")
        return _address_in(file.read_bytes(), shown)
    if program is None:
        raise StoreUnusable(f"neither {shown} nor a program.toml above this notebook says where it is")
    from mdli_workbook.program import store_address  # noqa: PLC0415 - an account's own file needs none of it

    return store_address(program)


def _address_in(content: bytes, shown: str) -> str:
    try:
        address = tomllib.loads(content.decode("utf-8")).get("address")
    except ValueError:
        raise StoreUnusable(f"{shown} is not TOML; write {EXAMPLE}") from None
    if not isinstance(address, str) or not address:
        raise StoreUnusable(f"{shown} names no address; write {EXAMPLE}")
    return address


def _program_of(folder: Path) -> Path | None:
    from mdli_workbook.program import find_program  # noqa: PLC0415 - reports do without

    if named := os.environ.get(PROGRAM):  # by `mdli lab`: one sent along with a notebook is not followed
        return Path(named)
    try:
        return find_program(folder)
    except InputError:
        return None


@cache
def _open_store(address: str) -> Store:
    """Open a store once per kernel: running a notebook again opens no second one."""
    from mdli_workbook.store import Store  # noqa: PLC0415 - reports must not even import it

    return Store.open(address)


_opened: set[tuple[Place, str]] = set()
_opening = threading.Lock()


def _note_opened(store: Store, place: Place, now: Callable[[], datetime], exercise: str) -> None:
    """Record an opening once per kernel; that it fails must not keep anybody from writing."""
    with _opening:
        if (place, exercise) in _opened:
            return
        _opened.add((place, exercise))
    event = Event(
        id=str(uuid.uuid4()),
        what="opened",
        who=place.participant,
        participant=place.participant,
        at=now(),
        session=place.session,
        exercise=exercise,
    )
    try:
        store.record(event)
    except WorkbookError:
        _opened.discard((place, exercise))


def _take_down(program: Path | None, participant: str, store: Store) -> None:
    from mdli_workbook.shelf import take_down_withdrawn  # noqa: PLC0415 - seldom needed

    if program is not None:
        take_down_withdrawn(program, store, participant)
