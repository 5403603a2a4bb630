"""Which participants and sessions a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.errors import Problem, ProgramError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Participant, Program

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True)
class Selection:
    """All of a program, or what belongs to one cohort, participant or session.

    Parameters
    ----------
    cohort, participant
        Ids; ``""`` for all.
    session
        Number; 0 for all.
    pairs
        Only these participants and sessions; ``None`` for all.
    """

    cohort: str = ""
    participant: str = ""
    session: int = 0
    pairs: frozenset[tuple[str, int]] | None = None

    @property
    def said(self) -> dict[str, str | int]:
        """What was asked for, for the record of a run; of pairs how many."""
        asked: dict[str, str | int] = {
            "cohort": self.cohort,
            "participant": self.participant,
            "session": self.session,
        }
        return asked if self.pairs is None else asked | {"pairs": len(self.pairs)}

    def wants(self, participant: Participant, session: int) -> bool:
        """Whether one participant's session is among what was chosen."""
        return (
            self.cohort in {"", participant.cohort}
            and self.participant in {"", participant.id}
            and self.session in {0, session}
            and (self.pairs is None or (participant.id, session) in self.pairs)
        )

    def check(self, program: Program, sessions: Sequence[Session]) -> None:
        """Refuse what does not exist, instead of silently doing nothing.

        Raises
        ------
        ProgramError
            Naming each id that is unknown.
        """
        cohorts = {one.cohort for one in program.participants}
        people = {one.id for one in program.participants}
        numbers = {one.session for one in sessions}
        problems = [
            Problem(file, 0, f"{what} '{value}' is not there; there are {', '.join(map(str, sorted(known)))}")
            for file, what, value, known in (
                ("roster.csv", "cohort", self.cohort, cohorts),
                ("roster.csv", "participant", self.participant, people),
                ("templates/sessions", "session", self.session, numbers),
            )
            if value and value not in known
        ]
        of = {one.id: one.cohort for one in program.participants}.get(self.participant)
        if not problems and self.cohort and of not in {None, self.cohort}:
            message = f"participant '{self.participant}' is in cohort '{of}', not '{self.cohort}'; drop one"
            problems.append(Problem("roster.csv", 0, message))
        if problems:
            raise ProgramError(problems)
