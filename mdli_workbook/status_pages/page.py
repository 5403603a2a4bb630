"""The status as one HTML page that loads nothing from elsewhere: for a screen, a phone, and paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.status import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from mdli_workbook.status import CallStatus, PersonStatus, SessionStatus, Status

__all__ = ["page"]

_STYLE = Path(__file__).parent / "assets" / "status.css"
_RULE = (
    "Overdue: a call is near, or past and not recorded, and its session is not done. Counts are of required "
    "parts, those that a participant keeps to themself among them."
)


def page(status: Status, cohorts: Iterable[tuple[str, Iterable[PersonStatus]]]) -> str:
    """Return the page.

    Parameters
    ----------
    status
        Knows the program and the day.
    cohorts
        Each with its people.
    """
    return "".join(_pieces(status, cohorts))


def _pieces(status: Status, cohorts: Iterable[tuple[str, Iterable[PersonStatus]]]) -> Iterator[str]:
    program, zone = status.program, status.program.zone
    yield (
        Markup(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; img-src data:\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            '<title>Status, {day}</title>\n<link rel="icon" href="data:,">\n<style>\n{style}</style>\n'
            '</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p class="note">Status on {day}; times are those of '
            "{zone}.</p>\n"
        ).format(
            title=program.title,
            day=_day(status.today),
            zone=zone.key,
            style=Markup(_STYLE.read_text("utf-8")),  # noqa: S704 - package's own
        )
    )
    for cohort, people in cohorts:
        numbers = [one.session for one in status.dates[cohort]]
        yield from _table(cohort, numbers, people, zone)
    yield Markup('<p class="note">{}</p>\n</main>\n</body>\n</html>\n').format(_RULE)


def _table(
    cohort: str, numbers: Sequence[int], people: Iterable[PersonStatus], zone: ZoneInfo
) -> Iterator[str]:
    heads = ("Participant", *(f"Session {number}" for number in numbers), "Next call", "Last activity")
    cells = Markup("").join(Markup('<th scope="col">{}</th>').format(one) for one in heads)
    yield Markup(
        '<h2 id="cohort-{0}">Cohort {0}</h2>\n<div class="wide" role="region" tabindex="0" '
        'aria-labelledby="cohort-{0}">\n<table>\n<thead><tr>{1}</tr></thead>\n<tbody>\n'
    ).format(cohort, cells)
    for person in people:
        yield _row(person, zone)
    yield Markup("</tbody>\n</table>\n</div>\n")


def _row(person: PersonStatus, zone: ZoneInfo) -> Markup:
    who = person.who
    notes = [f"joined {_day(who.joined_on)}"] if who.joined_on and not person.sessions[0].expected else []
    notes += [f"left {_day(who.left_on)}"] if who.left_on else []
    head = Markup('<th scope="row">{}<small>{}</small></th>').format(who.name, ", ".join(notes))
    last = _day(person.last.astimezone(zone).date()) if person.last else ""
    return Markup("<tr>{}{}<td>{}</td><td>{}</td></tr>\n").format(
        head, Markup("").join(map(_cell, person.sessions)), _next(person.next_call, zone), last
    )


def _cell(session: SessionStatus) -> Markup:
    tally, state = session.tally, session.state
    words = f"{tally.done} of {tally.total}" if state is State.PART else state.value
    if state is State.NOT_OPENED and not session.expected:
        words = "to come" if not session.held else "not expected"
    late = ["overdue"] * session.overdue + ["call not recorded"] * session.call.overdue
    flags = Markup("").join(Markup('<small class="late">{}</small>').format(one) for one in late)
    kind = state.value.replace(" ", "-") if session.expected or state is not State.NOT_OPENED else "none"
    return Markup('<td class="{}">{}{}</td>').format(kind, words, flags)


def _next(call: CallStatus | None, zone: ZoneInfo) -> str:
    if call is None:
        return ""
    if call.starts_at is not None:
        at = call.starts_at.astimezone(zone)
        return f"{call.call}: {_day(at.date())}, {at:%H:%M}"
    if call.first == call.last:
        return f"{call.call}: {_day(call.first)}"
    return f"{call.call}: no time yet; {_day(call.first)} to {_day(call.last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
