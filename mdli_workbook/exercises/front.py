"""The front page of a report: what a coach reads first. Pure: a briefing in, HTML out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from mdli_workbook.answers import values_of
from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises import KINDS
from mdli_workbook.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mdli_workbook.answers import Value
    from mdli_workbook.briefing import Briefing, Declared, Meeting
    from mdli_workbook.curriculum import Exercise

__all__ = ["PARTS"]

_WORDS = {Filled.DONE: "done", Filled.PART: "partly done", Filled.NOT_BEGUN: "not begun"}


@dataclass(frozen=True, slots=True)
class _Here:
    """The exercises of a session that the coach may know of."""

    exercises: tuple[Exercise, ...]


def _exercise(declared: Declared) -> Exercise:
    return KINDS[declared.kind].model_validate({"id": declared.id, **declared.literals})


def _values(briefing: Briefing, declared: Declared) -> Mapping[str, Value]:
    return values_of(briefing.rows(declared.session, declared.id), declared.id)


def _section(name: str, title: str, body: Markup) -> Markup:
    return Markup('<section class="mdli-part mdli-part-{}"><h2>{}</h2>{}</section>').format(name, title, body)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _when(meeting: Meeting) -> str:
    first, last = meeting.window
    if meeting.starts_at is None:
        return f"no time agreed yet; between {_day(first)} and {_day(last)}"
    at = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    return f"{_day(at.date())}, {at:%H:%M} {at.tzname()}"


def show_who(briefing: Briefing, title: str) -> Markup:
    """Say whom the call is with, and which call it is."""
    person = briefing.person
    about = ", ".join(part for part in (person.role, person.organization) if part)
    facts = [
        ("Call", f"{briefing.meeting.number} of 6, {_when(briefing.meeting)}"),
        ("Session", f"{briefing.session}, {briefing.title}, held {_day(briefing.held_on)}"),
        ("Coach", briefing.coach),
    ]
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*fact) for fact in facts)
    head = Markup('<h1>{}</h1><p class="mdli-about">{}</p>').format(person.name, about)
    return Markup('<header class="mdli-part mdli-part-who" aria-label="{}">{}<dl>{}</dl></header>').format(
        title or "Who and which call", head, rows
    )


def show_for_the_call(briefing: Briefing, title: str) -> Markup:
    """Show what the participant wants to talk about."""
    views = [
        exercise.static(values)
        for one in briefing.here()
        if (exercise := _exercise(one)).kind == "agenda"
        and exercise.filled(values := _values(briefing, one)) is not Filled.NOT_BEGUN
    ]
    body = Markup("").join(views) or Markup("<p>Nothing noted yet.</p>")
    return _section("for-the-call", title or "What they want to talk about", body)


def show_commitments(briefing: Briefing, title: str) -> Markup:
    """Show the commitments of this session and all open ones from earlier sessions."""
    views = [
        Markup('<div class="mdli-from"><p class="mdli-origin">From session {}</p>{}</div>').format(
            one.session, exercise.static(values)
        )
        for one in briefing.exercises
        if (exercise := _exercise(one)).kind == "commitment"
        and exercise.filled(values := _values(briefing, one)) is not Filled.NOT_BEGUN
    ]
    body = Markup("").join(views) or Markup("<p>No commitment is written down.</p>")
    return _section("commitments", title or "Commitments", body)


def show_done_and_open(briefing: Briefing, title: str) -> Markup:
    """Say what is done, partly done and not begun, of what the coach may know of."""
    here = _Here(tuple(_exercise(one) for one in briefing.here()))
    items = progress(here, (row for row in briefing.answers if row.session == briefing.session)).items
    rows = Markup("").join(
        Markup('<tr class="mdli-{}"><th scope="row">{}</th><td>{}</td></tr>').format(
            item.filled.value.replace(" ", "-"), _name(item.exercise), _WORDS[item.filled]
        )
        for item in items
    )
    done = sum(item.filled is Filled.DONE for item in items)
    said = Markup("<p>{} of {} done.</p>").format(done, len(items))
    table = Markup(
        '<table class="mdli-done"><thead><tr><th scope="col">Exercise</th><th scope="col">State</th>'
    ) + (Markup("</tr></thead><tbody>{}</tbody></table>").format(rows))
    return _section("done-and-open", title or "Done and open", said + table if items else said)


def _name(exercise: Exercise) -> Markup:
    return escape(exercise.title or exercise.id.replace("-", " ").capitalize())


PARTS: Mapping[str, Callable[[Briefing, str], Markup]] = {
    "who": show_who,
    "for-the-call": show_for_the_call,
    "commitments": show_commitments,
    "done-and-open": show_done_and_open,
}
"""What a report template may name in a ``{part}`` block."""
