"""Who is counted in cohort figures, and what of them: before anything of it may be told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.choice import Choice
from mdli_workbook.exercises.pieces import heading, in_words
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.exercises.scoring import place_of
from mdli_workbook.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.releases import People

__all__ = ["Counted", "Measure", "asked_of_program", "changes", "completion", "evaluations", "shared"]

SHARED = frozenset({"coach", "program"})
"""Audiences whose ratings are counted."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted, or averaged: participant → value, ``None`` for who has none."""

    of: str
    what: str
    values: Mapping[str, float | None]
    averaged: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """A block before anything of it may be told."""

    id: str
    title: str
    labels: Mapping[str, str]
    people: People
    measures: tuple[Measure, ...]


def completion(
    program: Program, sessions: Sequence[Session], rows: Mapping[str, Sequence[Answer]], now: datetime
) -> Counted:
    """Count who finished each session that took place, of those who were in the program on its day."""
    measures, labels = [], {}
    for session in sessions:
        of, done = str(session.session), {}
        for who in _in_it(program, session.session, now):
            mine = [row for row in rows.get(who.id, ()) if row.session == session.session]
            done[who.id] = 1.0 if progress(session, mine).filled is Filled.DONE else None
        if done:
            labels[of] = f"Session {of}: {session.title}"
            measures.append(Measure(of, "finished", done, averaged=False))
    everybody: People = {cohort: {} for cohort in program.cohorts}
    for one in program.participants:
        everybody[one.cohort][one.id] = frozenset()
    return Counted("completion", "Sessions finished", labels, everybody, tuple(measures))


def _in_it(program: Program, number: int, now: datetime) -> Iterator[Participant]:
    for who in program.participants:
        planned = program.settings.session(number, who.cohort)
        if planned and planned.held(now) and who.in_program(planned.starts_at.date()):
            yield who


def changes(
    program: Program, sessions: Sequence[Session], rows: Mapping[str, Sequence[Answer]]
) -> Iterator[Counted]:
    """Yield each self-assessment that repeats an earlier one, of those who finished and shared both."""
    found = {f"{one.session}/{scale.id}": scale for one in sessions for scale in _scales(one)}
    for session in sessions:
        for again in _scales(session):
            first = found.get(again.same_as)
            if first is not None and again.audience != "program":
                yield _change(program, (int(again.same_as[0]), first), (session, again), rows)


def _scales(session: Session) -> tuple[Scale, ...]:
    return tuple(one for one in session.exercises if isinstance(one, Scale))


def _change(
    program: Program,
    first: tuple[int, Scale],
    later: tuple[Session, Scale],
    rows: Mapping[str, Sequence[Answer]],
) -> Counted:
    session, again = later
    back = _look_back(session, again)
    people: People = {cohort: {} for cohort in program.cohorts}
    marks: dict[str, tuple[dict[str, float], ...]] = {}
    for who in program.participants:
        theirs = rows.get(who.id, ())
        both = [shared(theirs, *first), shared(theirs, session.session, again)]
        scored = [_scored(scale, row) for scale, row in zip((first[1], again), both, strict=True)]
        if not all(scored):
            continue
        third = shared(theirs, session.session, back) if back else None
        people[who.cohort][who.id] = frozenset(row.id for row in (*both, third) if row)
        marks[who.id] = (*scored, _scored(back, third) if back else {})
    labels = {one.of: in_words(one.of) for one in again.scores({})}
    measures = tuple(one for of in labels for one in _moved(of, marks, back=back is not None))
    return Counted(f"{session.session}/{again.id}", heading(again), labels, people, measures)


def _look_back(session: Session, again: Scale) -> Scale | None:
    """Return the scale that asks how one sees the first time from today: it waits for the repeated one."""
    principles = {one.of for one in again.statements}
    for one in _scales(session):
        waits = one.show_if is not None and one.show_if.exercise == again.id
        if waits and {each.of for each in one.statements} <= principles and one.points == again.points:
            return one
    return None


def _moved(of: str, marks: Mapping[str, tuple[dict[str, float], ...]], *, back: bool) -> Iterator[Measure]:
    """Yield the marks of one principle, and how they differ."""

    def each(what: str, minus: int | None, plus: int) -> Measure:
        values: dict[str, float | None] = {}
        for who, three in marks.items():
            used = [three[plus]] if minus is None else [three[plus], three[minus]]
            values[who] = (
                None if any(of not in one for one in used) else used[0][of] - sum(one[of] for one in used[1:])
            )
        return Measure(of, what, values)

    yield each("before", None, 0)
    yield each("after", None, 1)
    yield each("change", 0, 1)
    if back:
        yield each("looking back", None, 2)
        yield each("change from looking back", 2, 1)


def _scored(scale: Scale, row: Answer | None) -> dict[str, float]:
    """Return principle → score; nothing unless each has one, so that all figures are of the same people."""
    if row is None:
        return {}
    scores = {one.of: one.mean for one in scale.scores({"": row.value})}
    return (
        {of: mean for of, mean in scores.items() if mean is not None}
        if all(mean is not None for mean in scores.values())
        else {}
    )


def shared(
    rows: Iterable[Answer], session: int, exercise: Exercise, audiences: frozenset[str] = SHARED
) -> Answer | None:
    """Return a participant's own answer to an exercise, if its audience lets it be counted."""
    for row in rows:
        if (row.session, row.exercise, row.entry) == (session, exercise.id, ""):
            ok = row.audience in audiences and row.author == row.participant and row.value is not None
            return row if ok else None
    return None


def asked_of_program(sessions: Sequence[Session], kind: type[Exercise]) -> Iterator[tuple[Session, Any]]:
    """Yield the exercises of one kind that the session itself addresses to the program."""
    for session in sessions:
        for one in session.exercises:
            if isinstance(one, kind) and one.audience == "program":
                yield session, one


def evaluations(
    program: Program, sessions: Sequence[Session], rows: Mapping[str, Sequence[Answer]]
) -> Iterator[Counted]:
    """Yield the scales and choices of the evaluation, of those who left them to the program."""
    for kind in (Scale, Choice):
        for session, one in asked_of_program(sessions, kind):
            people: People = {cohort: {} for cohort in program.cohorts}
            said: dict[str, Mapping[str, Any]] = {}
            for who in program.participants:
                row = shared(rows.get(who.id, ()), session.session, one, frozenset({"program"}))
                if row is not None and one.filled({"": row.value}) is not Filled.NOT_BEGUN:
                    people[who.cohort][who.id] = frozenset({row.id})
                    said[who.id] = {"": row.value}
            labels, measures = _rated(one, said) if isinstance(one, Scale) else _chosen(one, said)
            yield Counted(f"{session.session}/{one.id}", heading(one), labels, people, measures)


def _rated(scale: Scale, said: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Measure, ...]]:
    points = [one.id for one in scale.points]
    measures = []
    for one in scale.statements:
        places = {who: place_of(scale.ratings(values).get(one.id), points) for who, values in said.items()}
        measures.append(
            Measure(one.id, "answer", {who: None if at is None else float(at) for who, at in places.items()})
        )
    return {one.id: one.text for one in scale.statements}, tuple(measures)


def _chosen(choice: Choice, said: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Measure, ...]]:
    chosen = {who: choice.chosen(values) for who, values in said.items()}
    measures = tuple(
        Measure(
            one.id,
            "chosen",
            {who: 1.0 if one.id in ids else None for who, ids in chosen.items()},
            averaged=False,
        )
        for one in choice.options
    )
    return {one.id: one.label for one in choice.options}, measures
