"""What is different from last month, in a few lines of the front page. Pure.

Facts beside each other, and no verdict: a fuller or an emptier month is a fact about the month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.agenda import Agenda
from mdli_workbook.exercises.pieces import joined, line, nothing, part
from mdli_workbook.exercises.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mdli_workbook.briefing import Before, Briefing

__all__ = ["lines_of", "show_since"]

_ENDS = {"kept": "kept", "changed": "changed into another", "dropped": "dropped"}


def show_since(briefing: Briefing, title: str) -> Markup:
    """Show what is different from the month before: written, promised, and wished to talk about."""
    title = title or "What is different from last month"
    before = briefing.before
    if before is None:
        return part("since", title, nothing("This is the first month; there is none to compare it with."))
    reading = Reading(briefing)
    facts = (
        ("Exercises", _written(before, reading)),
        ("Commitments", _promised(before, briefing)),
        ("Talk last month", _talked(lines_of(reading, before.session))),
    )
    rows = joined(Markup("<div><dt>{}</dt>\n<dd>{}</dd></div>").format(*fact) for fact in facts)
    return part("since", title, Markup('<dl class="mdli-since">\n{}\n</dl>').format(rows))


def lines_of(reading: Reading, session: int) -> tuple[str, ...]:
    """Return what somebody wanted to talk about in one session's call."""
    return tuple(
        said
        for one in reading.of(Agenda)
        if one.session == session
        for said in one.exercise.lines(one.values)
    )


def _written(before: Before, reading: Reading) -> Markup:
    items = reading.progress.items
    done = sum(item.filled is Filled.DONE for item in items)
    return Markup("{} of {} done; last month {} of {}").format(done, len(items), before.done, before.total)


def _promised(before: Before, briefing: Briefing) -> Markup:
    said = [*_ended(before.settled), *_begun(before, briefing)]
    return Markup("{}").format(", ".join(said) if said else "none new, none moved, none settled")


def _ended(settled: Mapping[str, int]) -> Iterator[str]:
    for state, word in _ENDS.items():
        if settled.get(state):
            yield f"{settled[state]} {word}"


def _begun(before: Before, briefing: Briefing) -> Iterator[str]:
    """Count the commitments that are new since the last call, and those whose date moved since."""
    new, moved = set(), set()
    first: dict[tuple[int, str, str], str] = {}
    for step in briefing.history:
        key = (step.session, step.exercise, step.entry)
        if key not in first and step.at >= before.since:
            new.add(key)
        elif step.at >= before.since and step.due != first.get(key, step.due):
            moved.add(key)
        first[key] = step.due
    if new:
        yield f"{len(new)} new"
    if moved - new:
        yield f"{len(moved - new)} with another date"


def _talked(lines: tuple[str, ...]) -> Markup:
    if not lines:
        return Markup("nothing noted")
    items = joined(Markup('<li dir="auto">{}</li>').format(line(said)) for said in lines)
    return Markup("<ul>\n{}\n</ul>").format(items)
