"""The front page of a report: what a coach reads in five minutes. Pure: a briefing in, HTML out.

Each part says something useful for somebody who did nothing, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from markupsafe import Markup

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.change import moved_items, say_news, shifts, show_shifts
from mdli_workbook.exercises.coaching import NOTE
from mdli_workbook.exercises.month import lines_of, show_since
from mdli_workbook.exercises.pieces import heading, joined, line, nothing, part, say, when, words
from mdli_workbook.exercises.promised import show_commitments
from mdli_workbook.exercises.questions import questions
from mdli_workbook.exercises.reading import Reading
from mdli_workbook.exercises.reflection import Reflection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mdli_workbook.briefing import Briefing
    from mdli_workbook.exercises.reading import Read
    from mdli_workbook.exercises.scale import Scale

__all__ = ["PARTS"]

_WORDS = {Filled.DONE: "done", Filled.PART: "partly done", Filled.NOT_BEGUN: "not opened"}


def show_who(briefing: Briefing, title: str) -> Markup:
    """Say whom the call is with, which call it is, and which come before and after it."""
    person = briefing.person
    about = ", ".join(part for part in (person.role, person.organization) if part)
    facts = (
        ("This call", f"{briefing.meeting.number} of 6, {when(briefing.meeting)}"),
        ("Session", f"{briefing.session}, {briefing.title}, held {say(briefing.held_on.isoformat())}"),
        ("Call before", _before(briefing)),
        (
            "Call after",
            f"call {briefing.after.number}, {when(briefing.after)}"
            if briefing.after
            else "none, this is the last",
        ),
    )
    rows = joined(Markup("<div><dt>{}</dt> <dd>{}</dd></div>").format(*fact) for fact in facts)
    head = Markup('<h1 dir="auto">{}</h1><p class="mdli-about" dir="auto">{}</p>').format(person.name, about)
    return Markup(
        '<header class="mdli-part mdli-part-who" aria-label="{}">\n{}\n<dl>\n{}\n</dl>\n</header>'
    ).format(title or "Who and which call", head, rows)


def _before(briefing: Briefing) -> str:
    if briefing.before is None:
        return "none, this is the first"
    call = briefing.before.call
    said = [f"call {call.number}"]
    if call.starts_at:
        said.append(say(call.starts_at.astimezone(ZoneInfo(call.zone)).date().isoformat()))
    said.append(call.state if call.state in {"held", "missed"} else "not recorded")
    if call.moved_to:
        said[-1] = f"moved to {say(call.moved_to)}"
    elif call.state == "held" and call.minutes:
        said.append(f"{call.minutes} minutes")
    return ", ".join(said)


def show_for_the_call(briefing: Briefing, title: str) -> Markup:
    """Show what the participant wants to talk about, and what the coach wrote last."""
    reading = Reading(briefing)
    lines = lines_of(reading, briefing.session)
    items = joined(Markup('<li dir="auto">{}</li>').format(line(said)) for said in lines)
    body = (
        Markup('<ol class="mdli-agenda">\n{}\n</ol>').format(items)
        if lines
        else nothing("Nothing noted yet.")
    )
    notes = [
        one
        for one in reading.of(Reflection)
        if one.exercise.id == NOTE.id and one.filled is not Filled.NOT_BEGUN
    ]
    after = joined(_note(one) for one in notes)
    return part("for-the-call", title or "What they want to talk about", joined((body, after)))


def _note(read: Read[Reflection]) -> Markup:
    said = words(str((read.values.get("") or {}).get("text", "")))
    return Markup(
        '<h3>The note after call {}</h3>\n<blockquote class="mdli-words">\n{}\n</blockquote>'
    ).format(read.session, said)


def show_changed(briefing: Briefing, title: str) -> Markup:
    """Show what changed in a self-rating that repeats an earlier one; nothing where none does."""
    reading = Reading(briefing)
    shown = []
    for repeat in briefing.repeats:
        now, then = (
            reading.scale(briefing.session, repeat.now),
            reading.scale(repeat.then_session, repeat.then),
        )
        if now is None or then is None or Filled.NOT_BEGUN in {now.filled, then.filled}:
            continue
        back = reading.scale(briefing.session, repeat.looking_back)
        shown.append(compare(then, now, back))
    return part("changed", title or "What changed in the self-rating", joined(shown)) if shown else Markup()


def compare(then: Read[Scale], now: Read[Scale], back: Read[Scale] | None) -> Markup:
    """Draw then, then as seen now, and now; name at most three items that moved far."""
    scale = now.exercise
    before, after = then.exercise.ratings(then.values), scale.ratings(now.values)
    seen = {one.of: one.mean for one in back.exercise.scores(back.values)} if back else {}
    found = shifts(scale, before, after, {of: mean for of, mean in seen.items() if mean is not None})
    drawn = show_shifts(heading(scale), [one.label for one in scale.points], found)
    items = joined(
        Markup('<li dir="auto">{} <span class="mdli-moved">{}, now {}</span></li>').format(
            one.text, one.then, one.now
        )
        for one in moved_items(scale, before, after)
    )
    moved = Markup("<p>Moved by two steps or more:</p>\n<ul>\n{}\n</ul>").format(items) if items else Markup()
    return Markup('<div class="mdli-compare">\n{}\n</div>').format(joined((say_news(found), moved, drawn)))


def show_done_and_open(briefing: Briefing, title: str) -> Markup:
    """Say what is not opened, opened and left, partly done and done, of what the coach may know of."""
    items = Reading(briefing).progress.items
    states: dict[str, list[str]] = {"not opened": [], "opened and left": [], "partly done": [], "done": []}
    for item in items:
        states[_state(briefing, item.exercise.id, item.filled)].append(heading(item.exercise))
    done = len(states["done"])
    said = Markup('<p class="mdli-count">{} of {} done.</p>').format(done, len(items))
    rows = joined(
        Markup('<div class="mdli-is-{}"><dt>{}</dt>\n<dd>{}</dd></div>').format(
            state.replace(" ", "-"), state.capitalize(), _names(names)
        )
        for state, names in states.items()
        if names and done < len(items)  # the names of all would be no news
    )
    body = joined((said, Markup('<dl class="mdli-done">\n{}\n</dl>').format(rows))) if rows else said
    return part("done-and-open", title or "Done and not done", body)


def _names(names: list[str]) -> Markup:
    listed = joined(Markup('<li dir="auto">{}</li>').format(name) for name in names)
    return Markup("<ul>\n{}\n</ul>").format(listed)


def _state(briefing: Briefing, exercise: str, filled: Filled) -> str:
    if filled is Filled.NOT_BEGUN and exercise in briefing.opened:
        return "opened and left"
    return _WORDS[filled]


def show_questions(briefing: Briefing, title: str) -> Markup:
    """Offer the coach a few open questions, each with the fact it stands on."""
    items = joined(
        Markup(
            '<li><span class="mdli-fact" dir="auto">{}</span> <span class="mdli-question">{}</span></li>'
        ).format(one.fact, one.ask)
        for one in questions(briefing)
    )
    if not items:
        return Markup()
    body = Markup('<ul class="mdli-questions">\n{}\n</ul>').format(items)
    return part("questions", title or "Questions you might ask", body)


PARTS: Mapping[str, Callable[[Briefing, str], Markup]] = {
    "who": show_who,
    "for-the-call": show_for_the_call,
    "commitments": show_commitments,
    "since": show_since,
    "changed": show_changed,
    "done-and-open": show_done_and_open,
    "questions": show_questions,
}
"""What a report template may name in a ``{part}`` block."""
