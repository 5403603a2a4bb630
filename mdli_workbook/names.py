"""What people and exercises were called before: one thing under several ids.

No row of the store is rewritten when an id is corrected, and none is copied: a copy of somebody's words
would have to be found again when they erase them for good, or withdraw them. Instead an event says what was
called what, and whoever reads takes the rows under all ids together. So the newest counts, whichever id it
was saved under; and a workbook that was open all the while may still save under the earlier one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mdli_workbook.answers import Answer, Event

__all__ = ["NO_NAMES", "RENAMED", "Names"]

RENAMED = "renamed"
"""The event: `who` is the earlier id, `exercise` the one it has from then on; `session` is 0 for a person."""

Known = tuple[int, str]
"""Session and id of an exercise; 0 and the id of a person."""


@dataclasses.dataclass(frozen=True)
class Names:
    """Earlier ids → the ids of now.

    Parameters
    ----------
    latest
        Of whatever was renamed: each of its ids → the latest.

    Examples
    --------
    >>> names = Names({(0, "ann"): "ana", (0, "ana"): "ana", (2, "late"): "guess", (2, "guess"): "guess"})
    >>> names.person("ann"), names.person("ben"), names.exercise(2, "late"), names.exercise(3, "late")
    ('ana', 'ben', 'guess', 'late')
    >>> names.ids_of(0, "ana"), names.ids_of(0, "ben")
    (('ana', 'ann'), ('ben',))
    """

    latest: Mapping[Known, str]

    @staticmethod
    def of(events: Iterable[Event]) -> Names:
        """Read the events that tell of it, oldest first."""
        return NO_NAMES.then(events)

    def then(self, events: Iterable[Event]) -> Names:
        """Return the names after some more events."""
        latest = dict(self.latest)
        for one in (one for one in events if one.what == RENAMED):
            joined = {latest.get((one.session, name), name) for name in (one.who, one.exercise)}
            same = [key for key, now in latest.items() if key[0] == one.session and now in joined]
            latest |= dict.fromkeys(same, one.exercise)
            latest |= {(one.session, name): one.exercise for name in (one.who, one.exercise)}
        return Names(latest)

    def person(self, one: str) -> str:
        """Return the latest id of a person."""
        return self.latest.get((0, one), one)

    def exercise(self, session: int, one: str) -> str:
        """Return the latest id of an exercise."""
        return self.latest.get((session, one), one)

    def ids_of(self, session: int, one: str) -> tuple[str, ...]:
        """Return all ids of an exercise, or with session 0 of a person."""
        now = self.latest.get((session, one), one)
        same = (key[1] for key, what in self.latest.items() if (key[0], what) == (session, now))
        return tuple(sorted({one, *same}))

    def now(self, row: Answer) -> Answer:
        """Return a row under the ids of now."""
        if not self.latest:
            return row
        return dataclasses.replace(
            row,
            author=self.person(row.author),
            participant=self.person(row.participant),
            exercise=self.exercise(row.session, row.exercise),
        )

    def event_now(self, event: Event) -> Event:
        """Return an event under the ids of now."""
        if not self.latest:
            return event
        return dataclasses.replace(
            event,
            who=self.person(event.who),
            participant=self.person(event.participant),
            exercise=self.exercise(event.session, event.exercise),
        )

    def asked(self, rows: Iterable[Answer], participant: str, exercise: str) -> tuple[Answer, ...]:
        """Return rows of one exercise under the ids by which somebody asked for them, earlier ones maybe."""
        if not self.latest:
            return tuple(rows)
        whose = self.person(participant)
        return tuple(
            dataclasses.replace(
                row,
                author=participant if self.person(row.author) == whose else self.person(row.author),
                participant=participant,
                exercise=exercise,
            )
            for row in rows
        )


NO_NAMES = Names({})
