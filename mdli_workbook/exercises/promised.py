"""Commitments on the front page: what is promised, since when, and what became of it. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.pieces import heading, joined, line, nothing, often, part, plural, say
from mdli_workbook.exercises.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.briefing import Briefing, Step
    from mdli_workbook.exercises.commitment import CommitmentValue
    from mdli_workbook.exercises.reading import Read

__all__ = ["show_commitments"]


def show_commitments(briefing: Briefing, title: str) -> Markup:
    """Show all open commitments by date, with age and history, then what became of this session's others."""
    found = [
        (_place(one), _promise(briefing, read, entry, one))
        for read in Reading(briefing).of(Commitment)
        for entry, one in read.exercise.promises(read.values).items()
    ]
    items = [shown for _, shown in sorted(found, key=lambda pair: pair[0])]
    listed = Markup('<ul class="mdli-kept-short">\n{}\n</ul>').format(joined(items))
    return part(
        "commitments", title or "Commitments", listed if items else nothing("No commitment is written down.")
    )


def _place(one: CommitmentValue) -> tuple[bool, str]:
    """Put what is open first, by date, and what has no date after it; the others stay as they were."""
    return one.state != "open", (one.due or "~") if one.state == "open" else ""


def _promise(briefing: Briefing, read: Read[Commitment], entry: str, one: CommitmentValue) -> Markup:
    """Say a promise in two lines: the act, and everything around it."""
    key = (read.session, read.exercise.id, entry)
    steps = [step for step in briefing.history if (step.session, step.exercise, step.entry) == key]
    around = (
        _about(one.cue),
        _due(briefing, one),
        *(
            _about(f"{word} {what}")
            for word, what in (("hears of it:", one.who_hears), ("in the way:", one.obstacle))
            if what
        ),
        _about(one.reason),
        *map(_about, _age(briefing, read, steps)),
    )
    act = line(one.act) if one.act.strip() else "No step is written yet"
    state = Markup('<span class="mdli-state mdli-state-{0}">{0}</span>').format(one.state)
    said = Markup('<p class="mdli-act" dir="auto">{} {}</p>').format(act, state)
    told = Markup('<p class="mdli-around">{}</p>').format(joined(one for one in around if one))
    return Markup('<li class="mdli-is-{}">\n{}\n{}\n</li>').format(one.state, said, told)


def _about(said: str) -> Markup:
    if not said:
        return Markup()
    return Markup('<span class="mdli-about" dir="auto">{}</span>').format(line(said))


def _due(briefing: Briefing, one: CommitmentValue) -> Markup:
    if not one.due:
        return Markup()
    late = one.state == "open" and one.due < briefing.today.isoformat()
    kind, past = ("mdli-late", ", now past") if late else ("mdli-due", "")
    return Markup('<span class="mdli-about {}">by {}{}</span>').format(kind, say(one.due), past)


def _age(briefing: Briefing, read: Read[Commitment], steps: list[Step]) -> Iterator[str]:
    """Say where a promise comes from, how old it is, and how often its date moved."""
    days = max(0, (briefing.today - steps[0].at.date()).days) if steps else 0
    old = f", {plural(days, 'day')} old" if steps else ""
    yield f"{heading(read.exercise)}, session {read.session}{old}"
    dues = [step.due for step in steps if step.due]
    moved = sum(after != before for before, after in pairwise(dues))
    if moved:
        yield f"date moved {often(moved)}, at first {say(dues[0])}"
