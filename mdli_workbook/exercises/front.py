"""The front page of a report: what a coach reads in five minutes. Pure: a briefing in, HTML out.

Each part says something useful for somebody who did nothing, too.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from markupsafe import Markup

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.agenda import Agenda
from mdli_workbook.exercises.change import moved_items, shifts, show_shifts
from mdli_workbook.exercises.coaching import NOTE
from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.pieces import day, heading, joined, line, nothing, often, plural, words
from mdli_workbook.exercises.questions import questions
from mdli_workbook.exercises.reading import Reading
from mdli_workbook.exercises.reflection import Reflection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mdli_workbook.briefing import Briefing, Meeting, Step
    from mdli_workbook.exercises.reading import Read
    from mdli_workbook.exercises.scale import Scale

__all__ = ["PARTS"]

_WORDS = {Filled.DONE: "done", Filled.PART: "partly done", Filled.NOT_BEGUN: "not opened"}


def show_who(briefing: Briefing, title: str) -> Markup:
    """Say whom the call is with, and which call it is."""
    person = briefing.person
    about = ", ".join(part for part in (person.role, person.organization) if part)
    facts = (
        ("Call", f"{briefing.meeting.number} of 6, {_when(briefing.meeting)}"),
        ("Session", f"{briefing.session}, {briefing.title}, held {_say(briefing.held_on.isoformat())}"),
        ("Coach", briefing.coach),
    )
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*fact) for fact in facts)
    head = Markup('<h1 dir="auto">{}</h1><p class="mdli-about" dir="auto">{}</p>').format(person.name, about)
    return Markup('<header class="mdli-part mdli-part-who" aria-label="{}">{}<dl>{}</dl></header>').format(
        title or "Who and which call", head, rows
    )


def show_for_the_call(briefing: Briefing, title: str) -> Markup:
    """Show what the participant wants to talk about, and what the coach wrote last."""
    reading = Reading(briefing)
    lines = [said for one in reading.of(Agenda) for said in one.exercise.lines(one.values)]
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
    return _part("for-the-call", title or "What they want to talk about", joined((body, after)))


def _note(read: Read[Reflection]) -> Markup:
    said = words(str((read.values.get("") or {}).get("text", "")))
    return Markup(
        '<h3>The note after call {}</h3>\n<blockquote class="mdli-words">\n{}\n</blockquote>'
    ).format(read.session, said)


def show_commitments(briefing: Briefing, title: str) -> Markup:
    """Show all open commitments with age and history, then what became of this session's others."""
    items = [item for one in Reading(briefing).of(Commitment) for item in _promises(briefing, one)]
    listed = Markup('<ul class="mdli-kept-short">\n{}\n</ul>').format(joined(items))
    return _part(
        "commitments", title or "Commitments", listed if items else nothing("No commitment is written down.")
    )


def _promises(briefing: Briefing, read: Read[Commitment]) -> Iterator[Markup]:
    """Say each promise in two lines: the act, and everything around it."""
    for entry, one in read.exercise.promises(read.values).items():
        key = (read.session, read.exercise.id, entry)
        steps = [step for step in briefing.history if (step.session, step.exercise, step.entry) == key]
        said = [one.cue, *_dates(briefing, one.due, one.state)]
        said += [
            f"{word} {what}"
            for word, what in (("hears of it:", one.who_hears), ("in the way:", one.obstacle))
            if what
        ]
        said += [one.reason, *_age(briefing, read, steps)]
        state = Markup('<span class="mdli-state mdli-state-{0}">{0}</span>').format(one.state)
        around = joined(
            Markup('<span class="mdli-about" dir="auto">{}</span>').format(line(part))
            for part in said
            if part
        )
        yield Markup(
            '<li>\n<p class="mdli-act" dir="auto">{} {}</p>\n<p class="mdli-around">{}</p>\n</li>'
        ).format(line(one.act) if one.act.strip() else "No step is written yet", state, around)


def _dates(briefing: Briefing, due: str, state: str) -> Iterator[str]:
    if due:
        late = state == "open" and due < briefing.today.isoformat()
        yield f"by {_say(due)}{', now past' if late else ''}"


def _age(briefing: Briefing, read: Read[Commitment], steps: list[Step]) -> Iterator[str]:
    """Say where a promise comes from, how old it is, and how often its date moved."""
    days = max(0, (briefing.today - steps[0].at.date()).days) if steps else 0
    old = f", {plural(days, 'day')} old" if steps else ""
    yield f"{heading(read.exercise)}, session {read.session}{old}"
    dues = [step.due for step in steps if step.due]
    moved = sum(after != before for before, after in pairwise(dues))
    if moved:
        yield f"date moved {often(moved)}, at first {_say(dues[0])}"


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
    return _part("changed", title or "What changed in the self-rating", joined(shown)) if shown else Markup()


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
    return joined((drawn, moved))


def show_done_and_open(briefing: Briefing, title: str) -> Markup:
    """Say what is done, partly done, opened and left, and not opened, of what the coach may know of."""
    items = Reading(briefing).progress.items
    rows = Markup("").join(
        Markup('<tr class="mdli-is-{}"><th scope="row" dir="auto">{}</th><td>{}</td></tr>').format(
            item.filled.value.replace(" ", "-"),
            heading(item.exercise),
            _state(briefing, item.exercise.id, item.filled),
        )
        for item in items
    )
    done = sum(item.filled is Filled.DONE for item in items)
    said = Markup("<p>{} of {} done.</p>").format(done, len(items))
    head = Markup('<thead><tr><th scope="col">Exercise</th><th scope="col">State</th></tr></thead>')
    table = Markup('<table class="mdli-done">{}<tbody>{}</tbody></table>').format(head, rows)
    return _part("done-and-open", title or "Done and not done", joined((said, table)) if items else said)


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
    return _part("questions", title or "Questions you might ask", body)


def _part(name: str, title: str, body: Markup) -> Markup:
    return Markup('<section class="mdli-part mdli-part-{}"><h2>{}</h2>\n{}\n</section>').format(
        name, title, body
    )


def _when(meeting: Meeting) -> str:
    first, last = (_say(one.isoformat()) for one in meeting.window)
    if meeting.starts_at is None:
        return f"no time agreed yet; between {first} and {last}"
    at = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    return f"{_say(at.date().isoformat())}, {at:%H:%M} {at.tzname()}"


def _say(iso: str) -> str:
    return day(iso).striptags()


PARTS: Mapping[str, Callable[[Briefing, str], Markup]] = {
    "who": show_who,
    "for-the-call": show_for_the_call,
    "commitments": show_commitments,
    "changed": show_changed,
    "done-and-open": show_done_and_open,
    "questions": show_questions,
}
"""What a report template may name in a ``{part}`` block."""
