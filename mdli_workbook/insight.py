"""Cohort figures: what changed in the self-assessment, who finished what, and the program's evaluation. Pure.

Counted is only what its writer addressed to a coach or to the program; what they keep private is counted
nowhere. Every number goes through :func:`mdli_workbook.equity.publish.publish`, as in the equity explorer:
people are its patients, and what it withholds nobody sees. Words are shown of the evaluation alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mdli_workbook.answers import values_of
from mdli_workbook.counting import asked_of_program, changes, completion, evaluations, shared
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.patients import UNDATED, Coded, Measured, Patients
from mdli_workbook.equity.publish import State, View, publish, whole
from mdli_workbook.exercises.pieces import heading
from mdli_workbook.exercises.reflection import Reflection
from mdli_workbook.exercises.values import is_blank
from mdli_workbook.releases import Figure, Kept, People, Release, held, texts_shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from mdli_workbook.answers import Answer
    from mdli_workbook.counting import Counted, Measure
    from mdli_workbook.curriculum import Session
    from mdli_workbook.equity.publish import PublishedRow
    from mdli_workbook.program import Program

__all__ = ["Block", "Insight", "Words", "insight"]


@dataclass(frozen=True, slots=True)
class Block:
    """Figures that belong together.

    Parameters
    ----------
    id
        ``completion``, or ``session/exercise``.
    title
        As participants read it.
    labels
        What a figure is of → in words.
    figures
        By what they are of; in each, cohorts in the order of the roster, and then all.
    """

    id: str
    title: str
    labels: Mapping[str, str]
    figures: tuple[Figure, ...]

    @property
    def withheld(self) -> bool:
        """Whether nothing of it may be told."""
        return all(one.withheld for one in self.figures)


@dataclass(frozen=True, slots=True)
class Words:
    """What was written in one question of the evaluation.

    Parameters
    ----------
    id, title, prompt
        Of the exercise.
    texts
        Cohort → the words; none where fewer than five may be shown.
    """

    id: str
    title: str
    prompt: str
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Insight:
    """All that is told of the cohorts on one day."""

    title: str
    on: str
    blocks: tuple[Block, ...]
    words: tuple[Words, ...]

    def of(self, cohort: str) -> Insight:
        """Return what there is of one cohort, out of the same figures; ``""`` for all."""
        if not cohort:
            return self
        blocks = tuple(
            Block(one.id, one.title, one.labels, tuple(row for row in one.figures if row.cohort == cohort))
            for one in self.blocks
        )
        words = tuple(
            Words(one.id, one.title, one.prompt, {cohort: one.texts.get(cohort, ())}) for one in self.words
        )
        return Insight(self.title, self.on, blocks, words)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "title": self.title,
            "on": self.on,
            "blocks": [
                {
                    "id": one.id,
                    "title": one.title,
                    "labels": dict(one.labels),
                    "figures": [row.as_json() for row in one.figures],
                }
                for one in self.blocks
            ],
            "words": [
                {
                    "id": one.id,
                    "title": one.title,
                    "prompt": one.prompt,
                    "texts": {cohort: list(texts) for cohort, texts in one.texts.items()},
                }
                for one in self.words
            ],
        }


def insight(
    program: Program,
    sessions: Sequence[Session],
    rows: Mapping[str, Sequence[Answer]],
    kept: Kept,
    now: datetime,
) -> tuple[Insight, Kept]:
    """Tell what may be told of all cohorts, and what was told by then.

    Parameters
    ----------
    program, sessions
        Whose people, and which exercises.
    rows
        Participant → newest rows.
    kept
        What was told before.
    now
        Sessions after it are not spoken of.

    Returns
    -------
    Insight, Kept
        Figures and words; and what to keep for the next time, before anybody sees them.
    """
    on = program.today(lambda: now).isoformat()
    blocks = [_told(completion(program, sessions, rows, now), frozenset(), on)]
    for counted in (*changes(program, sessions, rows), *evaluations(program, sessions, rows)):
        earlier = kept.of(counted.id)
        stays = held(earlier, counted.people)
        block = _told(counted, stays, on, earlier)
        kept = kept.with_release(Release(counted.id, _remembered(counted, stays, earlier), block.figures))
        blocks.append(block)
    words = []
    for session, one in asked_of_program(sessions, Reflection):
        found, kept = _words(program, session, one, rows, kept)
        words.append(found)
    return Insight(program.title, on, tuple(blocks), tuple(words)), kept


def _remembered(counted: Counted, stays: frozenset[str], earlier: Sequence[Release]) -> People:
    """Return of whom the figures are: in a cohort that stays, of those who were in its last ones."""
    last = {cohort: ones for one in earlier for cohort, ones in one.people.items()}
    return {
        cohort: last.get(cohort, {}) if cohort in stays else ones for cohort, ones in counted.people.items()
    }


def _told(counted: Counted, stays: frozenset[str], on: str, earlier: Sequence[Release] = ()) -> Block:
    """Publish a block: afresh, but for cohorts that stay as they were told before."""
    old = {(row.of, row.what, row.cohort): row for one in earlier for row in one.figures}
    published = _published(counted, [cohort for cohort in counted.people if cohort not in stays])
    figures: list[Figure] = []
    for one, rows in zip(counted.measures, published, strict=True):
        new = {row.group[0] if row.group else "": row for row in rows}
        for cohort in (*counted.people, ""):
            if cohort in stays:
                figures.append(_as_before(old.get((one.of, one.what, cohort)), one, cohort, on))
            elif cohort in new and (cohort or not stays):  # a sum with an earlier part would be of no day
                figures.append(_figure(new[cohort], one, on))
    return Block(counted.id, counted.title, counted.labels, tuple(figures))


def _published(counted: Counted, cohorts: Sequence[str]) -> list[list[PublishedRow]]:
    """Return what may be seen of each measure.

    A cohort is judged by itself, so that a small one does not hide its neighbour. All cohorts together are
    shown where nothing of them is withheld, or everything is: then the audit judges the sum.
    """
    alone = [_of_one(counted, cohort) for cohort in cohorts]
    each = [[own[number] for own in alone] for number in range(len(counted.measures))]
    if len(cohorts) < 2:  # one cohort is its own sum
        return each
    together = _of_all(counted, cohorts)
    if all(row.size in {None, 0} for rows in each for row in rows):
        return together
    return [
        rows if any(row.state is State.WITHHELD for row in rows) else sums
        for rows, sums in zip(each, together, strict=True)
    ]


def _of_one(counted: Counted, cohort: str) -> list[PublishedRow]:
    rows = _publish(_patients(counted, [cohort]), (), len(counted.measures))
    return [replace(row, group=(cohort,)) for (row,) in rows]


def _of_all(counted: Counted, cohorts: Sequence[str]) -> list[list[PublishedRow]]:
    return [list(rows) for rows in _publish(_patients(counted, cohorts), ("cohort",), len(counted.measures))]


def _publish(patients: Patients, by: tuple[str, ...], measures: int) -> Iterator[tuple[PublishedRow, ...]]:
    """Yield what may be seen of each measure, after those before it."""
    ledger = Ledger(patients.source)
    for number in range(measures):
        published, ledger = publish(patients, View(str(number), by, whole(patients)), ledger)
        yield published.rows


def _figure(row: PublishedRow, of: Measure, on: str) -> Figure:
    cohort = row.group[0] if row.group else ""
    mean, deviation = (row.mean, row.deviation) if of.averaged and row.state is State.SHOWN else (None, None)
    return Figure(cohort, of.of, of.what, row.size, row.numerator, mean, deviation, on)


def _as_before(before: Figure | None, of: Measure, cohort: str, on: str) -> Figure:
    """Return what was told of a cohort; where that was nobody, nothing: somebody has answered since."""
    if before is None or not before.size:
        return Figure(cohort, of.of, of.what, None, None, None, None, on)
    return before


def _patients(counted: Counted, cohorts: Sequence[str]) -> Patients:
    """Return people as the patients of the equity explorer: one row each, and what was measured of them."""
    who = [(place, one) for place, cohort in enumerate(cohorts) for one in counted.people[cohort]]
    measures = {
        str(number): _measured([(one in each.values, each.values.get(one)) for _, one in who], each)
        for number, each in enumerate(counted.measures)
    }
    return Patients(
        source=counted.id,
        dimensions={"cohort": Coded(tuple(cohorts), np.array([place for place, _ in who], dtype=np.int32))},
        months=Coded((UNDATED,), np.zeros(len(who), dtype=np.int32)),
        measures=measures,
    )


def _measured(said: Sequence[tuple[bool, float | None]], measure: Measure) -> Measured:
    outcomes = np.zeros((len(said), 3), dtype=np.int64)
    for row, (asked, value) in enumerate(said):
        outcomes[row, 2 if not asked else 1 if value is None else 0] = 1
    values = np.array([np.nan if value is None else value for _, value in said], dtype=np.float64)
    return Measured(outcomes, values if measure.averaged else None)


def _words(
    program: Program,
    session: Session,
    asked: Reflection,
    rows: Mapping[str, Sequence[Answer]],
    kept: Kept,
) -> tuple[Words, Kept]:
    """Return what was written, of cohorts with enough of it."""
    id_, texts = f"{session.session}/{asked.id}", {}
    for cohort in program.cohorts:
        found = {}
        for who in program.participants_of(cohort):
            row = shared(rows.get(who.id, ()), session.session, asked, frozenset({"program"}))
            text = str((values_of([row], asked.id)[""] or {}).get("text", "")) if row else ""
            if row and not is_blank(text):
                found[row.id] = text.strip()
        shown = texts_shown(kept, id_, cohort, found)
        kept = kept.with_texts(id_, cohort, shown)
        texts[cohort] = tuple(found[one] for one in shown)
    return Words(id_, heading(asked), asked.prompt, texts), kept
