"""The ledger of a program: read from the store, added to by imports and claims, told as tables.

Attendance and claims are events; what a coach recorded of a call is the coach's own form. Both are rows
that stay, and a correction names the row it replaces. A row is written only where it says something new,
so that the same file imported twice adds nothing.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.answers import Event
from mdli_workbook.credit import CLAIM, Account, Entry, account, check_claim, minutes_of, replay
from mdli_workbook.exercises.coaching import CALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from mdli_workbook.answers import Answer
    from mdli_workbook.attendance import Present
    from mdli_workbook.credit import Line
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.store import Store

__all__ = [
    "COORDINATOR",
    "LEDGER",
    "Change",
    "Standing",
    "changes_of",
    "claim_of",
    "ledger_csv",
    "ledger_of",
    "standings",
]

ATTENDED, CLAIMED = "attended", "credit-claimed"
COORDINATOR = "coordinator"
"""Who records what `mdli` imports."""
LEDGER = (
    "participant_id",
    "activity",
    "number",
    "minutes",
    "recorded_at",
    "recorded_by",
    "id",
    "replaces",
    "counts",
    "designated",
    "credit",
)
"""Columns of the ledger as a table."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an import adds to the ledger for one participant: a row, and what counted before it."""

    event: Event
    before: int | None

    @property
    def words(self) -> str:
        """One line for the coordinator."""
        before = "" if self.before is None else f" (before: {self.before})"
        return f"{self.event.participant}, session {self.event.session}: {self.event.minutes} minutes{before}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One participant, what their ledger comes to, and on which day each session or call was.

    Parameters
    ----------
    who
        The participant.
    account
        Minutes and credit.
    days
        What and number → day, in the program's time zone.
    unrecorded
        Calls that ``calls.csv`` says were held, of which the coach's form says nothing.
    """

    who: Participant
    account: Account
    days: Mapping[tuple[str, int], date]
    unrecorded: tuple[int, ...] = ()

    def day_of(self, line: Line) -> date:
        """Return the day of a session or call."""
        return self.days[line.what, line.number]

    @property
    def completed_on(self) -> date | None:
        """The day of the last session or call that gave credit."""
        return max((self.day_of(line) for line in self.account.lines if line.credit), default=None)


def ledger_of(store: Store) -> tuple[Entry, ...]:
    """Return all rows of the ledger, those of one key in the order in which they were recorded."""
    events, calls = store.credited(CALL.id)
    return (*map(_entry_of_event, events), *map(_entry_of_call, calls))


def _entry_of_event(event: Event) -> Entry:
    what, number = (CLAIM, 0) if event.what == CLAIMED else ("session", event.session)
    return Entry(
        event.id, event.participant, what, number, event.minutes, event.at, event.who, event.replaces
    )


def _entry_of_call(row: Answer) -> Entry:
    said = row.value or {}
    minutes = int(said.get("minutes") or 0) if said.get("state") == "held" else 0
    return Entry(
        row.id, row.participant, "call", row.session, minutes, row.saved_at, row.author, row.replaces
    )


def changes_of(
    present: Iterable[Present], program: Program, ledger: Sequence[Entry], now: datetime, *, partial: bool
) -> tuple[Change, ...]:
    """Return what an import adds to the ledger.

    Parameters
    ----------
    present
        Who was there, and how long.
    program
        Whose cohorts are meant: a file is of everybody in the cohorts that it names.
    ledger
        As it is.
    now
        The clock.
    partial
        Whether the file is not of everybody, so that who is not in it keeps what is recorded. Otherwise
        they were not there.
    """
    present = tuple(present)
    counts = replay(ledger)
    minutes = {(one.participant, one.session): one.minutes for one in present}
    if not partial:
        cohort = {one.id: one.cohort for one in program.participants}
        sessions = {(cohort[one.participant], one.session) for one in present}
        for participant, what, number in counts:
            if what == "session" and (cohort.get(participant), number) in sessions:
                minutes.setdefault((participant, number), 0)
    changes = []
    for (participant, session), there in sorted(minutes.items()):
        before = counts.get((participant, "session", session))
        if before is None or before.minutes != there:
            event = Event(
                str(uuid.uuid4()),
                ATTENDED,
                COORDINATOR,
                participant,
                now,
                session,
                minutes=there,
                replaces=before.id if before else "",
            )
            changes.append(Change(event, before.minutes if before else None))
    return tuple(changes)


def claim_of(asked: Decimal, standing: Standing, ledger: Sequence[Entry], now: datetime) -> Event | None:
    """Return the row of a claim; ``None`` where that is what is recorded already.

    Raises
    ------
    CreditRefused
        If it is above participation, or no number of quarter hours.
    """
    check_claim(asked, standing.account)
    before = replay(ledger).get((standing.who.id, CLAIM, 0))
    minutes = minutes_of(asked)
    if before is not None and before.minutes == minutes:
        return None
    return Event(
        str(uuid.uuid4()),
        CLAIMED,
        COORDINATOR,
        standing.who.id,
        now,
        minutes=minutes,
        replaces=before.id if before else "",
    )


def standings(program: Program, ledger: Sequence[Entry]) -> tuple[Standing, ...]:
    """Return what the ledger comes to for each participant, in the order of the roster.

    Raises
    ------
    CreditRefused
        If a row of the ledger is missing.
    """
    theirs: dict[str, list[Entry]] = {one.id: [] for one in program.participants}
    for entry in ledger:
        theirs.setdefault(entry.participant, []).append(entry)
    held = defaultdict(list)
    for call in (one for one in program.agreed if one.state == "held"):
        held[call.participant].append(call.call)
    return tuple(_standing(program, one, theirs[one.id], held[one.id]) for one in program.participants)


def _standing(program: Program, who: Participant, entries: Sequence[Entry], held: Iterable[int]) -> Standing:
    first = {(entry.what, entry.number): entry.at for entry in reversed(entries)}
    days: dict[tuple[str, int], date] = {key: _day(program, who, *key, at) for key, at in first.items()}
    recorded = {entry.number for entry in entries if entry.what == "call"}
    unrecorded = tuple(call for call in held if call not in recorded)
    return Standing(who, account(who.id, entries, program.credit), days, unrecorded)


def _day(program: Program, who: Participant, what: str, number: int, recorded: datetime) -> date:
    """Return when a session or a call was: a call at the time agreed, else when it was first recorded."""
    at = recorded
    if what == "session" and number in program.numbers:
        at = program.session(number, who.cohort).starts_at
    elif what == "call" and number in program.numbers:
        at = program.call_of(who.id, number).starts_at or recorded
    return min(at, recorded).astimezone(program.zone).date()


def ledger_csv(everybody: Iterable[Standing], ledger: Sequence[Entry]) -> str:
    """Return the rows of some participants as CSV: all that was ever recorded, and what counts.

    Credit stands in the rows that count. The cap and the claim are not in it: they are of the sum.
    """
    kept = {one.who.id: one.account for one in everybody}
    counts = {entry.id for entry in replay(ledger).values()}
    lines = {
        (name, line.what, line.number): line for name, account_ in kept.items() for line in account_.lines
    }
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(LEDGER)
    for entry in (one for one in ledger if one.participant in kept):
        line = lines.get(entry.key) if entry.id in counts else None
        table.writerow(
            (
                entry.participant,
                entry.what,
                entry.number,
                entry.minutes,
                entry.at.isoformat(timespec="seconds"),
                entry.by,
                entry.id,
                entry.replaces,
                "yes" if entry.id in counts else "no",
                line.designated if line else "",
                line.credit if line else "",
            )
        )
    return out.getvalue()
