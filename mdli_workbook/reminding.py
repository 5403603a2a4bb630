"""Who needs a nudge, and a mail for each, ready to be sent. Pure: nothing is sent, and nothing is quoted.

A participant is reminded of a workbook that is not done while its call is near; once the call is past, what
is there is what the coach has read, and nobody writes to them about it. A coach is reminded of a call that
is past and that nobody recorded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Coach, Participant, Program
    from mdli_workbook.status import CallStatus, PersonStatus, SessionStatus

__all__ = ["Mail", "Reminder", "mails_of", "reminders_of"]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One occasion to write to somebody.

    Parameters
    ----------
    what
        ``workbook`` (to the participant) or ``call`` (to the coach).
    to
        Who is to get it.
    who, session
        Whose workbook or call it is about, and how it stands.
    """

    what: Literal["workbook", "call"]
    to: Participant | Coach
    who: Participant
    session: SessionStatus

    @property
    def call(self) -> CallStatus:
        """The call in question."""
        return self.session.call

    @property
    def occasion(self) -> str:
        """A name of it, so that nobody is written to twice about the same; a call that was moved is another.

        Such as ``workbook-3-ana-2026-03-24``.
        """
        return f"{self.what}-{self.session.session}-{self.who.id}-{self.call.first}"

    @property
    def words(self) -> str:
        """One line for the coordinator."""
        number = self.session.session
        if self.what == "call":
            past = f"past since {self.call.last}, is not recorded"
            return f"{self.to.id}: call {number} with {self.who.id}, {past}"
        tally = self.session.tally
        left = f"{tally.total - tally.done} of {tally.total} left ({tally.minutes_left} minutes)"
        return f"{self.to.id}: session {number}, {left}; call {number} {_day_or_days(self.call)}"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person.

    Parameters
    ----------
    to, name, email
        Who gets it.
    subject, text
        What it says.
    occasions
        What it is about.
    """

    to: str
    name: str
    email: str
    subject: str
    text: str
    occasions: tuple[str, ...]

    @property
    def file(self) -> str:
        """Its file's name: the same for the same occasions, and another one for others."""
        what, _, _ = self.occasions[0].partition("-")
        mark = hashlib.sha256(" ".join(self.occasions).encode()).hexdigest()[:8]
        return f"{self.to}-{what}-{mark}.eml"

    def eml(self) -> bytes:
        """Return it as a draft that a mail program opens, ready to be sent."""
        message = EmailMessage(policy=SMTP)
        user, _, domain = self.email.rpartition("@")
        message["To"] = Address(self.name, user, domain)
        message["Subject"] = self.subject
        message["X-Unsent"] = "1"  # by which a mail program knows a draft
        message.set_content(self.text)
        return message.as_bytes()


def reminders_of(program: Program, person: PersonStatus) -> Iterator[Reminder]:
    """Yield the occasions that one participant's status gives."""
    for session in person.sessions:
        if session.overdue and session.call.ahead:
            yield Reminder("workbook", person.who, person.who, session)
        if session.call.overdue:
            yield Reminder("call", program.coach(person.who.coach_id), person.who, session)


def mails_of(
    program: Program, sessions: Sequence[Session], reminders: Iterable[Reminder]
) -> tuple[Mail, ...]:
    """Return one mail for each person, about all of their occasions.

    Parameters
    ----------
    program
        For the coaches' names.
    sessions
        For the workbooks' titles.
    reminders
        The occasions.
    """
    titles = {one.session: one.title for one in sessions}
    by_person: dict[str, list[Reminder]] = defaultdict(list)
    for one in reminders:
        by_person[one.to.id].append(one)
    return tuple(_mail(program, titles, some) for some in by_person.values())


def _mail(program: Program, titles: Mapping[int, str], some: Sequence[Reminder]) -> Mail:
    to, coach = some[0].to, some[0].what == "call"
    subject, paragraphs = (_to_coach if coach else _to_participant)(program, titles, some)
    text = "\n\n".join([f"Dear {to.name},", *paragraphs, f"With kind regards\n{program.title}"]) + "\n"
    return Mail(to.id, to.name, to.email, subject, text, tuple(one.occasion for one in some))


def _to_participant(
    program: Program, titles: Mapping[int, str], some: Sequence[Reminder]
) -> tuple[str, list[str]]:
    who = some[0].who
    coach = program.coach(who.coach_id).name
    said: list[str] = []
    for one in some:
        number = one.session.session
        left = _left(one.session, minutes="extra-time" not in who.accommodations)
        said.append(
            f"{'And your' if said else 'Your'} coaching call {number} with {coach} "
            f"{_when(one.call, who.zone)}. "
            f"The workbook for it is session {number}, “{titles[number]}”: {left} left."
        )
    subject = f"Session {some[0].session.session}, before your call"
    return subject, [*said, _ENCOURAGING]


_ENCOURAGING = (
    "A few lines now and a few later are fine: every word is saved as you write, and your coach reads what "
    "you share before you talk. Whatever is open then can be talked about just as well."
)


def _to_coach(
    _program: Program, _titles: Mapping[int, str], some: Sequence[Reminder]
) -> tuple[str, list[str]]:
    zone = some[0].to.zone
    lines = [
        f"- call {one.session.session} with {one.who.name}, {_when_it_was(one.call, zone)}" for one in some
    ]
    calls = "this call" if len(some) == 1 else "these calls"
    asked = f"Nobody has noted yet what became of {calls}:"
    return f"Did {calls} take place?", [asked, "\n".join(lines), _ASKING]


_ASKING = (
    "On the coach site, under the report, you can say whether a call was held, moved or missed. A "
    "participant's credit for a call hangs on that note."
)


def _left(session: SessionStatus, *, minutes: bool) -> str:
    tally = session.tally
    parts = tally.total - tally.done
    if minutes and tally.minutes_left:
        return f"about {tally.minutes_left} minutes are" if tally.minutes_left > 1 else "about a minute is"
    return "one part is" if parts == 1 else f"{parts} parts are"


def _when(call: CallStatus, zone: ZoneInfo) -> str:
    if call.starts_at is not None:
        at = call.starts_at.astimezone(zone)
        return f"is on {_day(at.date())}, at {at:%H:%M} ({zone.key})"
    if call.first == call.last:
        return f"is on {_day(call.first)}"
    return f"has no time yet; its days are {_short(call.first)} to {_short(call.last)}"


def _when_it_was(call: CallStatus, zone: ZoneInfo) -> str:
    if call.starts_at is not None:
        at = call.starts_at.astimezone(zone)
        return f"{_day(at.date())}, {at:%H:%M} ({zone.key})"
    if call.first == call.last:
        return _day(call.first)
    return f"{_short(call.first)} to {_short(call.last)}"


def _day_or_days(call: CallStatus) -> str:
    return f"on {call.first}" if call.first == call.last else f"from {call.first} to {call.last}"


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"


def _short(day: date) -> str:
    return f"{day.day} {day:%B}"
