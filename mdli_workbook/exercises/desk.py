"""What a workbook's cells call: the same notebook is a form, or a page of a report.

``workbook(cohort, participant, session, view)`` gives an object with one method per kind of
exercise. In the view ``workbook`` each returns a form that saves itself to the store. In the
view ``report`` each returns the static view of what the briefing says; there the store is never
looked for, so a report cannot show what was not shared.
"""

from __future__ import annotations

import os
import stat
import threading
import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mdli_workbook.answers import Event, values_of
from mdli_workbook.briefing import FILE, Briefing
from mdli_workbook.errors import BriefingMissing, CellRefused, InputError, StoreUnusable, WorkbookError
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.replies import Desktop, Place, Replies

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.widget import FormWidget
    from mdli_workbook.store import Store

__all__ = ["Page", "ReportDesk", "WorkbookDesk", "find_store", "workbook"]

STORE_FILE = Path(".config/mdli/store.toml")
EXAMPLE = 'address = "sqlite:////folder/answers.db"'
OWNER = "MDLI_PARTICIPANT"


def workbook(cohort: str, participant: str, session: int, view: str) -> WorkbookDesk | ReportDesk:
    """Open one participant's workbook, from inside a notebook.

    Parameters
    ----------
    cohort, participant, session
        Whose workbook it is: literals of the generated notebook.
    view
        ``workbook`` for forms, ``report`` for the static page.

    Raises
    ------
    BriefingMissing
        If a report is asked for without ``briefing.json`` in the working folder.
    WorkbookError
        If there is no such view.
    """
    if view == "workbook":
        return WorkbookDesk(open_desktop(Place(cohort, participant, session), Path.cwd()))
    if view == "report":
        return ReportDesk(read_briefing(Path.cwd()))
    raise WorkbookError(f"view {view!r} is none; it is 'workbook' or 'report'")


class WorkbookDesk:
    """Shows exercises as forms."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self._desktop.note_opened("")

    def __getattr__(self, kind: str) -> Callable[..., FormWidget]:
        return partial(self._show, _kind(kind))

    def _show(self, kind: type[Exercise], name: str, /, **literals: Any) -> FormWidget:
        from mdli_workbook.exercises.widget import FormWidget, describe  # noqa: PLC0415 - reports do without

        exercise = _declared(kind, name, literals)
        return FormWidget(describe(exercise, self._desktop.place), Replies(exercise, self._desktop))

    def __repr__(self) -> str:
        return "<workbook>"


class ReportDesk:
    """Shows what a briefing holds: exercises that are shared, and parts of the front page."""

    def __init__(self, briefing: Briefing) -> None:
        self._briefing = briefing

    def __getattr__(self, kind: str) -> Callable[..., Page | None]:
        return partial(self._show, _kind(kind))

    def part(self, name: str, title: str = "") -> Page | None:
        """Return a part of the front page, or nothing if it has nothing to say."""
        from mdli_workbook.exercises.front import PARTS  # noqa: PLC0415 - only reports have one

        if name not in PARTS:
            raise CellRefused(f"part {name!r} is none; there are {', '.join(sorted(PARTS))}")
        html = PARTS[name](self._briefing, title)
        return Page(name, html) if html else None

    def _show(self, kind: type[Exercise], name: str, /, **literals: Any) -> Page | None:
        exercise = _declared(kind, name, literals)
        rows = self._briefing.rows(self._briefing.session, name)
        declared = any(one.id == name for one in self._briefing.here())
        if not declared or all(row.value is None for row in rows):
            return None
        return Page(name, exercise.static(values_of(rows, name)))

    def __repr__(self) -> str:
        return "<report>"


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """Static HTML in a notebook's output."""

    name: str
    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        return f"<page {self.name}>"


def read_briefing(folder: Path) -> Briefing:
    """Read what a report may show.

    Raises
    ------
    BriefingMissing
        If it is not there or cannot be read.
    """
    try:
        return Briefing.model_validate_json((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise BriefingMissing(f"no {FILE} in the working folder; reports are made by: mdli report") from None
    except (OSError, ValueError) as error:
        raise BriefingMissing(
            f"{FILE} cannot be read ({type(error).__name__}); run mdli report again"
        ) from None


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
    )


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


def _kind(name: str) -> type[Exercise]:
    if name not in KINDS:
        raise AttributeError(f"kind {name!r} is none; there are {', '.join(KINDS)}")
    return KINDS[name]


def _declared(kind: type[Exercise], name: str, literals: dict[str, Any]) -> Exercise:
    try:
        return kind.model_validate({"id": name, **literals})
    except ValidationError as error:
        fields = sorted({".".join(map(str, found["loc"])) for found in error.errors(include_input=False)})
        raise CellRefused(
            f"wb.{kind.kind}({name!r}) does not fit its kind ({', '.join(fields)}); make the workbook again: "
            "mdli generate"
        ) from None
