"""One invented month around a session: sample people, dates and answers, as rows of a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mdli_workbook.access import told_to_coach
from mdli_workbook.answers import Answer, values_of
from mdli_workbook.curriculum import Exercise, Session
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import NOTE, WRITTEN_BY_COACHES
from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.samples import samples
from mdli_workbook.gathering import Sources
from mdli_workbook.program import Credit, Program, ScheduledSession
from mdli_workbook.program.people import Coach, Participant
from mdli_workbook.program.settings import Settings
from mdli_workbook.session_files import read_session, resolve_same_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from mdli_workbook.answers import Audience
    from mdli_workbook.briefing import Briefing

__all__ = ["Month", "sample_month"]

COHORT, PERSON, COACH, ZONE = "sample-cohort", "sample-participant", "sample-coach", ZoneInfo("UTC")
MONTH = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Month:
    """A session and the sample answers to it.

    Parameters
    ----------
    path
        Where it is written.
    session
        As it is written there.
    earlier
        Sessions of the months before, as far as this one needs them.
    rows
        Sample answers to all of them.
    today
        The date that they bear.
    """

    path: Path
    session: Session
    earlier: tuple[Session, ...]
    rows: tuple[Answer, ...]
    today: date

    def rows_of(self, session: int) -> tuple[Answer, ...]:
        """Return the sample answers of one session."""
        return tuple(row for row in self.rows if row.session == session)

    def briefing(self) -> Briefing:
        """Return what a report would show by the rules of every report, were every condition met."""
        number = self.session.session
        sources = Sources(
            program=_program(number, self.today),
            participant=_PARTICIPANT,
            sessions=(*self.earlier, _with_conditions_met(self.session, self.rows)),
            by_coaches=WRITTEN_BY_COACHES,
            told=told_to_coach(self.rows),
            audiences={},
            opened=frozenset(),
            today=self.today,
        )
        return sources.briefing(number)


_NO_CREDIT = Credit(Decimal(0), Decimal(0), Decimal(0))
_PARTICIPANT = Participant(
    PERSON, "Sample participant", "", COHORT, COACH, "A sample practice", "Medical director", ZONE
)


def sample_month(path: Path, today: date) -> Month:
    """Read a session file and answer it.

    Raises
    ------
    CurriculumError
        With every problem of the file.
    """
    session = read_session(path, KINDS, name=str(path))
    known = {str(one): read_session(one, KINDS, name=str(one)) for one in _repeated_files(session, path)}
    resolved = resolve_same_as({**known, str(path): session})
    session = next(one for one in resolved if one.stem == session.stem and one.title == session.title)
    earlier = [one for one in resolved if one.session < session.session]
    before = session.session - 1
    if before and before not in {one.session for one in earlier}:
        earlier.append(_month_before(before))
    rows = list(_rows_of(session, today))
    for one in earlier:
        rows += _rows_of(one, today - MONTH * (session.session - one.session), height=0.25)
    if before:
        rows += _answers(NOTE, before, today - MONTH, audience="participant")
    return Month(path, session, tuple(earlier), tuple(rows), today)


def _repeated_files(session: Session, path: Path) -> Iterator[Path]:
    """Yield the files beside this one of the sessions that its scales repeat."""
    named = {str(getattr(one, "same_as", "")).partition("/")[0] for one in session.exercises}
    for number in sorted(named - {"", str(session.session)}):
        yield from sorted(path.parent.glob(f"0{number}-*.md"))[:1]


def _month_before(number: int) -> Session:
    """Return a session whose one commitment shows what carries over into the next month."""
    promise = Commitment(id="an-earlier-promise", title="A commitment of the month before", count=(1, 1))
    return Session(session=number, slug="before", title="The month before", minutes=5, parts=(promise,))


def _with_conditions_met(session: Session, rows: Sequence[Answer]) -> Session:
    """Let every part be reached: a condition that the sample answers do not meet is dropped."""
    said = {
        one.id: one.said(values_of([row for row in rows if row.session == session.session], one.id))
        for one in session.exercises
    }
    parts = tuple(
        part.model_copy(update={"show_if": None})
        if isinstance(part, Exercise)
        and part.show_if
        and not said[part.show_if.exercise] & set(part.show_if.is_)
        else part
        for part in session.parts
    )
    return session.model_copy(update={"parts": parts})


def _rows_of(session: Session, day: date, *, height: float = 0.5) -> Iterator[Answer]:
    for one in session.exercises:
        yield from _answers(one, session.session, day, height=height)


def _answers(
    exercise: Exercise, session: int, day: date, *, audience: Audience | None = None, height: float = 0.5
) -> Iterator[Answer]:
    for entry, value in samples(exercise, day, height=height).items():
        yield Answer(
            id=f"{session}-{exercise.id}-{entry}",
            author=COACH if exercise is NOTE else PERSON,
            cohort=COHORT,
            participant=PERSON,
            session=session,
            exercise=exercise.id,
            entry=entry,
            value=value,
            audience=audience or exercise.audience,
            saved_at=datetime.combine(day, time(12), tzinfo=UTC),
        )


def _program(number: int, today: date) -> Program:
    """Return a program in which the session was held today and its call is next week."""
    held = datetime.combine(today, time(12), tzinfo=ZONE)
    window = today + timedelta(days=7), today + timedelta(days=14)
    settings = Settings("A sample program", ZONE, _NO_CREDIT, (ScheduledSession(number, held, *window),))
    return Program(Path(), settings, (_PARTICIPANT,), (Coach(COACH, "Sample coach", "", ZONE),))
