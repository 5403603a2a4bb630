"""Questions a coach might ask: plain rules, each of which says the fact it stands on.

At most five. No verdict, no "why did you", no hint of what is private: the rules see the
briefing and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.change import moved_items
from mdli_workbook.exercises.commitment import Commitment
from mdli_workbook.exercises.log import Log
from mdli_workbook.exercises.pieces import heading, often, plural
from mdli_workbook.exercises.reading import Reading
from mdli_workbook.exercises.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mdli_workbook.briefing import Briefing

__all__ = ["RULES", "Question", "questions"]

AT_MOST = 5
TWICE = 2


@dataclass(frozen=True, slots=True)
class Question:
    """A fact of the page above, and one open question."""

    fact: str
    ask: str


def questions(briefing: Briefing) -> tuple[Question, ...]:
    """Return at most five questions, the rules in order of weight."""
    reading = Reading(briefing)
    return tuple(one for rule in RULES for one in rule(briefing, reading))[:AT_MOST]


def nothing_done(briefing: Briefing, reading: Reading) -> Iterator[Question]:
    """Ask about the month when no exercise was begun: an empty month is a fact about the month."""
    items = reading.progress.items
    if items and all(item.filled is Filled.NOT_BEGUN for item in items):
        fact = f"Nothing of session {briefing.session} is written that you can see."
        yield Question(fact, "What did the month hold, and which ten-minute piece is possible?")


def postponed_twice(briefing: Briefing, reading: Reading) -> Iterator[Question]:
    """Ask about a commitment whose date was moved later twice or more."""
    for read in reading.of(Commitment):
        for entry, one in read.exercise.promises(read.values).items():
            key = (read.session, read.exercise.id, entry)
            dues = [
                step.due
                for step in briefing.history
                if (step.session, step.exercise, step.entry) == key and step.due
            ]
            later = sum(after > before for before, after in pairwise(dues))
            if one.state == "open" and later >= TWICE:
                act = one.act.strip() or heading(read.exercise)
                fact = f"The date of “{act}” was put off {often(later)}."
                yield Question(fact, "What has it been competing with?")


def rating_fell(briefing: Briefing, reading: Reading) -> Iterator[Question]:
    """Ask about statements that moved two steps the other way."""
    for repeat in briefing.repeats:
        now, then = (
            reading.scale(briefing.session, repeat.now),
            reading.scale(repeat.then_session, repeat.then),
        )
        if now is None or then is None:
            continue
        before, after = then.exercise.ratings(then.values), now.exercise.ratings(now.values)
        for one in moved_items(now.exercise, before, after):
            if not one.better:
                fact = f"“{one.text}” went from {one.then} to {one.now}."
                yield Question(fact, "What do you see now?")


def visit_without_question(_briefing: Briefing, reading: Reading) -> Iterator[Question]:
    """Ask about entries of a log that has room for questions and holds none."""
    for read in reading.of(Log):
        if "asked" not in read.exercise.fields:
            continue
        entries = read.exercise.entries(read.values).values()
        silent = sum(is_blank(cells.get("asked")) for cells in entries)
        if silent:
            fact = (
                f"{plural(silent, read.exercise.one)} in “{heading(read.exercise)}” with no question in it."
            )
            yield Question(fact, "What would you have liked to ask?")


def opened_and_left(briefing: Briefing, reading: Reading) -> Iterator[Question]:
    """Ask about an exercise that was opened and has no answer."""
    for item in reading.progress.items:
        if item.filled is Filled.NOT_BEGUN and item.exercise.id in briefing.opened:
            fact = f"“{heading(item.exercise)}” was opened and left."
            yield Question(fact, "Is it worth doing, or should it go?")


RULES: tuple[Callable[[Briefing, Reading], Iterator[Question]], ...] = (
    nothing_done,
    postponed_twice,
    rating_fell,
    visit_without_question,
    opened_and_left,
)
"""In order of weight."""
