"""A program as the files of one folder say it: read, checked, and frozen.

``program.toml``, ``roster.csv``, ``coaches.csv`` and ``calls.csv`` become one :class:`Program`.
Everything wrong in them is told at once, each with file, line and the way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from mdli_workbook.errors import InputError, Problem, ProgramError
from mdli_workbook.program.people import (
    CALLS_COLUMNS,
    COACHES_COLUMNS,
    RENAMED_FROM,
    ROSTER_COLUMNS,
    Call,
    Coach,
    Participant,
    read_calls,
    read_coaches,
    read_participants,
)
from mdli_workbook.program.settings import (
    PROGRAM_FILE,
    Credit,
    ScheduledSession,
    Settings,
    read_settings,
    read_store,
)
from mdli_workbook.program.sheets import Sheet, read_sheet
from mdli_workbook.program.values import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from pathlib import Path
    from zoneinfo import ZoneInfo

__all__ = [
    "FILES",
    "Call",
    "Coach",
    "Credit",
    "Participant",
    "Program",
    "ScheduledSession",
    "find_program",
    "read_program",
    "store_address",
]

T = TypeVar("T")

FILES = (PROGRAM_FILE, "roster.csv", "coaches.csv", "calls.csv")


@dataclass(frozen=True)
class Program:
    """One leadership program: its people, its dates, its credit.

    Parameters
    ----------
    folder
        Where its files are.
    settings
        What ``program.toml`` says.
    participants, coaches
        In the order of their files.
    agreed
        The calls of ``calls.csv``; :meth:`call_of` knows the others too.
    """

    folder: Path
    settings: Settings
    participants: tuple[Participant, ...]
    coaches: tuple[Coach, ...]
    agreed: tuple[Call, ...] = ()

    @property
    def title(self) -> str:
        """What stands on pages."""
        return self.settings.title

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its sessions are planned."""
        return self.settings.zone

    @property
    def credit(self) -> Credit:
        """What is designated per session and call, and the cap."""
        return self.settings.credit

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """Ids of the cohorts, in the order of the roster."""
        return tuple(dict.fromkeys(one.cohort for one in self.participants))

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the sessions that have dates, in order."""
        return tuple(sorted({one.session for one in self.settings.sessions}))

    def participants_of(self, cohort: str) -> tuple[Participant, ...]:
        """Return the participants of a cohort, in the order of the roster.

        Raises
        ------
        InputError
            If nobody is in that cohort.
        """
        _find(dict.fromkeys(self.cohorts, True), cohort, "cohort", "roster.csv")
        return tuple(one for one in self.participants if one.cohort == cohort)

    def participants_with(self, coach_id: str) -> tuple[Participant, ...]:
        """Return the participants whom the roster assigns to a coach now; none for an unknown coach."""
        return tuple(one for one in self.participants if one.coach_id == coach_id)

    def participant(self, participant_id: str) -> Participant:
        """Return one participant.

        Raises
        ------
        InputError
            If the roster has no such id.
        """
        return _find(self._participants, participant_id, "participant", "roster.csv")

    def coach(self, coach_id: str) -> Coach:
        """Return one coach.

        Raises
        ------
        InputError
            If ``coaches.csv`` has no such id.
        """
        return _find({one.id: one for one in self.coaches}, coach_id, "coach", "coaches.csv")

    def session(self, number: int, cohort: str) -> ScheduledSession:
        """Return when a cohort has a session: its own dates, else everybody's.

        Raises
        ------
        InputError
            If the session has no dates.
        """
        found = self.settings.session(number, cohort)
        if found is None:
            numbers = ", ".join(map(str, self.numbers))
            message = f"session {number} has no dates for cohort {shown(cohort)}; there are {numbers}"
            raise InputError([Problem(PROGRAM_FILE, 0, message)])
        return found

    def sessions_of(self, cohort: str) -> tuple[ScheduledSession, ...]:
        """Return a cohort's sessions in order."""
        return tuple(self.session(number, cohort) for number in self.numbers)

    def call_of(self, participant_id: str, number: int) -> Call:
        """Return a call as agreed in ``calls.csv``, else planned without a time in its window.

        Raises
        ------
        InputError
            If the roster has no such id, or the session no dates.
        """
        if (participant_id, number) in self._agreed:
            return self._agreed[participant_id, number]
        session = self.session(number, self.participant(participant_id).cohort)
        return Call(participant_id, number, session.call_from, session.call_until)

    def clock(self, now: Callable[[], datetime], today: date | None = None) -> Callable[[], datetime]:
        """Return the clock of the program, in UTC.

        Parameters
        ----------
        now
            The real clock.
        today
            A day to go by instead (``--today``); without it, the ``today`` of ``program.toml``.
            On such a day it is always noon in the program's time zone.
        """
        day = today or self.settings.today
        if day is None:
            return now
        noon = datetime.combine(day, time(12), tzinfo=self.zone).astimezone(UTC)
        return lambda: noon

    def today(self, clock: Callable[[], datetime]) -> date:
        """Return the day that a clock shows in the program's time zone."""
        return clock().astimezone(self.zone).date()

    @cached_property
    def _participants(self) -> Mapping[str, Participant]:
        return {one.id: one for one in self.participants}

    @cached_property
    def _agreed(self) -> Mapping[tuple[str, int], Call]:
        return {(one.participant, one.call): one for one in self.agreed}


def _find(known: Mapping[str, T], one: str, what: str, file: str) -> T:
    if one not in known:
        message = f"has no {what} {shown(one)}; add or correct it{nearest(one, known)}"
        raise InputError([Problem(file, 0, message)])
    return known[one]


def find_program(start: Path) -> Path:
    """Return the folder that holds ``program.toml``: `start`, or the nearest one above it.

    Raises
    ------
    ProgramError
        If there is none.
    """
    home = start.resolve()
    for folder in (home, *home.parents):
        if (folder / PROGRAM_FILE).is_file():
            return folder
    message = f"is neither in {home} nor above it; name its folder with --program, or make one: mdli init DIR"
    raise ProgramError([Problem(PROGRAM_FILE, 0, message)])


def read_program(folder: Path) -> Program:
    """Return the program of a folder.

    Parameters
    ----------
    folder
        Holds ``program.toml``, ``roster.csv``, ``coaches.csv`` and, if calls are agreed, ``calls.csv``.

    Raises
    ------
    ProgramError
        With every problem of all files.
    """
    problems: list[Problem] = []
    roster = read_sheet(folder, "roster.csv", ROSTER_COLUMNS, problems, may=(RENAMED_FROM,))
    coaches = read_sheet(folder, "coaches.csv", COACHES_COLUMNS, problems)
    settings = read_settings(folder, _cohorts(roster), problems)
    program = Program(
        folder,
        settings,
        read_participants(roster, coaches, settings.zone),
        read_coaches(coaches, settings.zone),
        read_calls(_calls_sheet(folder, problems), roster, settings),
    )
    if problems:
        raise ProgramError(_in_order(problems))
    return program


def _cohorts(roster: Sheet) -> frozenset[str]:
    return frozenset(roster.lines("cohort")) - {""} if roster.whole else frozenset()


def _calls_sheet(folder: Path, problems: list[Problem]) -> Sheet:
    if not (folder / "calls.csv").exists():
        return Sheet("calls.csv", problems, whole=True)
    return read_sheet(folder, "calls.csv", CALLS_COLUMNS, problems)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda one: (FILES.index(one.file), one.line))


def store_address(folder: Path) -> str:
    """Return the address of a program's store: ``program.toml``'s, else SQLite in ``.mdli/answers.db``.

    Parameters
    ----------
    folder
        The program folder; a relative SQLite path is meant from here.

    Raises
    ------
    ProgramError
        If ``program.toml`` cannot be read or has an address of no known kind.
    """
    address = read_store(folder) or "sqlite:///.mdli/answers.db"
    scheme, _, path = address.partition("sqlite:///")
    return address if scheme else f"sqlite:///{folder.resolve() / path}"
