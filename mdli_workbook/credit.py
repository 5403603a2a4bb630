"""Credit as arithmetic: what a ledger of minutes comes to, by the designation of the accredited provider.

The ledger is only ever added to. A row says how many minutes of one session or one call count for a
participant, or how much credit they claim; a correction is a new row that names the one it replaces.
Sixty minutes are one credit, in quarter hours that are full. This module decides what the rows come to;
whether credit is awarded is the accredited provider's decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from mdli_workbook.errors import CreditRefused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mdli_workbook.program import Credit

__all__ = ["CLAIM", "Account", "Entry", "Line", "account", "check_claim", "credit_of", "minutes_of", "replay"]

QUARTER = 15
"""Minutes in the smallest step of credit."""
NONE = Decimal("0.00")

What = Literal["session", "call", "claim"]
CLAIM: What = "claim"
Key = tuple[str, What, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger.

    Parameters
    ----------
    id
        UUID of the row.
    participant
        Whose it is.
    what, number
        Minutes of which session or call; of a claim the number is 0.
    minutes
        Of participation; of a claim, the credit claimed as minutes.
    at
        When it was recorded (UTC).
    by
        Who recorded it: a coach, the coordinator's command.
    replaces
        Id of the row that it corrects; ``""`` for the first one.
    """

    id: str
    participant: str
    what: What
    number: int
    minutes: int
    at: datetime
    by: str
    replaces: str = ""

    @property
    def key(self) -> Key:
        """Participant, what and number: of each key the newest row counts."""
        return self.participant, self.what, self.number


@dataclass(frozen=True, slots=True)
class Line:
    """What one session or call comes to, in minutes and in credit."""

    what: What
    number: int
    minutes: int
    designated: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """What the ledger of one participant comes to.

    Parameters
    ----------
    participant
        Id.
    lines
        Sessions and calls with a row, in order, a call after its session.
    cap
        Most that the whole program is designated for.
    asked
        What the participant claims; ``None`` while no claim is recorded.
    """

    participant: str
    lines: tuple[Line, ...]
    cap: Decimal
    asked: Decimal | None = None

    @property
    def counted(self) -> Decimal:
        """Sum of the lines, before the cap."""
        return sum((line.credit for line in self.lines), NONE)

    @property
    def earned(self) -> Decimal:
        """Credit for participation: the sum, at most the cap."""
        return min(self.counted, self.cap)

    @property
    def claimed(self) -> Decimal:
        """What is claimed, never above participation; all of it while no claim is recorded."""
        return self.earned if self.asked is None else min(self.asked, self.earned)


def credit_of(minutes: int, designated: Decimal) -> Decimal:
    """Return the credit of one activity: full quarter hours, at most what is designated for it.

    Examples
    --------
    >>> credit_of(164, Decimal("2.75")), credit_of(165, Decimal("2.75")), credit_of(200, Decimal("2.75"))
    (Decimal('2.50'), Decimal('2.75'), Decimal('2.75'))
    """
    return min(Decimal(minutes // QUARTER) * Decimal("0.25"), designated) + NONE


def minutes_of(credit: Decimal) -> int:
    """Return credit as minutes, as a claim is kept.

    Examples
    --------
    >>> minutes_of(Decimal("21.50"))
    1290
    """
    return int(credit * 60)


def replay(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """Return the row of each key that counts.

    Parameters
    ----------
    entries
        Rows, those of one key in the order in which they were recorded.

    Raises
    ------
    CreditRefused
        If a row does not name the one that counted before it: then a row is missing or out of place.
    """
    counts: dict[Key, Entry] = {}
    for entry in entries:
        before = counts[entry.key].id if entry.key in counts else ""
        if entry.replaces != before:
            raise CreditRefused(
                f"row {entry.id} of the ledger of {entry.participant} replaces {entry.replaces or 'none'}, "
                f"but {before or 'none'} counted before it: a row is missing; restore the store from a backup"
            )
        counts[entry.key] = entry
    return counts


def account(participant: str, entries: Iterable[Entry], credit: Credit) -> Account:
    """Return what the ledger of one participant comes to.

    Parameters
    ----------
    participant
        Id; rows of others are left out.
    entries
        Rows, those of one key in the order in which they were recorded.
    credit
        What is designated.

    Raises
    ------
    CreditRefused
        If a row is missing.
    """
    counts = replay(entry for entry in entries if entry.participant == participant)
    claim = counts.pop((participant, CLAIM, 0), None)
    order = sorted(counts.values(), key=lambda entry: (entry.number, entry.what == "call"))
    return Account(
        participant,
        tuple(_line(entry, credit) for entry in order),
        credit.cap + NONE,
        None if claim is None else credit_of(claim.minutes, credit.cap),
    )


def _line(entry: Entry, credit: Credit) -> Line:
    designated = credit.call if entry.what == "call" else credit.session
    return Line(
        entry.what, entry.number, entry.minutes, designated + NONE, credit_of(entry.minutes, designated)
    )


_ENDLESS = Decimal(10_000)
"""No program comes to as many hours."""


def check_claim(asked: Decimal, of: Account) -> None:
    """Refuse a claim that is no number of quarter hours, or above participation.

    Raises
    ------
    CreditRefused
        With both figures.
    """
    # compared first: the remainder of a number of hundreds of digits cannot be told
    if not asked.is_finite() or not 0 <= asked <= _ENDLESS or asked % Decimal("0.25"):
        raise CreditRefused(f"{asked} is no number of quarter hours; claim one such as 0.75 or 20.50")
    if asked > of.earned:
        raise CreditRefused(
            f"{of.participant} cannot claim {asked:.2f}: participation comes to {of.earned:.2f}; "
            "claim at most that, or correct the attendance first"
        )
