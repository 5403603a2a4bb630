"""Answers as a long table: one row for each thing that was said, and a codebook of what it can be. Pure.

Only what an exercise knows gets into a row: its points, options, items and numbers. Everything that a
person could have typed counts as free text and needs to be asked for: words, names, days, times, and the
answer of one's own beside the options.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from mdli_workbook.exercises.agenda import Agenda
from mdli_workbook.exercises.checklist import MARKS, Checklist
from mdli_workbook.exercises.choice import Choice
from mdli_workbook.exercises.commitment import STATES, Commitment
from mdli_workbook.exercises.entries import in_order
from mdli_workbook.exercises.equity import WILLINGS, Equity
from mdli_workbook.exercises.log import Log
from mdli_workbook.exercises.ranking import Ranking
from mdli_workbook.exercises.reflection import Reflection
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.exercises.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.options import Option
    from mdli_workbook.exercises.values import Values

__all__ = ["Cell", "Variable", "cells", "variables"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that an exercise asks.

    Parameters
    ----------
    part
        What of the exercise it is: ``exercise``, ``statement``, ``option``, ``item``, ``note``, ``field``.
    field
        Its id there.
    type
        ``ordinal``, ``nominal``, ``binary``, ``rank``, ``count``, ``number`` or ``text``.
    label
        In the words of the session.
    values
        Value → its words, in their order; none where it is a number or text.
    unit
        Of a number; ``""`` if there is none.
    """

    part: str
    field: str
    type: str
    label: str
    values: Mapping[str, str]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that was said: in which entry (from 1; 0 for none), of what, and the value."""

    entry: int
    part: str
    field: str
    value: str


Said = tuple[str, str, object]
"""Part, field and what was entered there."""
_TEXT: Mapping[str, str] = {}
_FILLED = {"not begun": "nothing yet", "part": "in part", "done": "done"}
_COMMITTED = ("cue", "act", "due", "who_hears", "obstacle", "reason")


def variables(exercise: Exercise, *, text: bool = False) -> tuple[Variable, ...]:
    """Return what an exercise asks, in the order of the page; free text only if it is asked for."""
    filled = Variable("exercise", "filled", "ordinal", "How far it is", _FILLED)
    return tuple(one for one in (filled, *_asked(exercise)) if text or one.type != "text")


def cells(exercise: Exercise, values: Values, *, text: bool = False) -> Iterator[Cell]:
    """Yield what was said in an exercise, entry by entry; what the exercise does not know is left out.

    Parameters
    ----------
    exercise
        As its session has it now.
    values
        Entry → value, valid by the kind's schema.
    text
        Whether free text is wanted.
    """
    yield Cell(0, "exercise", "filled", str(exercise.filled(values)))
    asked = {(one.part, one.field): one for one in variables(exercise, text=text)}
    entries = [value for _, value in in_order(values)] if exercise.repeats else [values.get("")]
    for number, value in enumerate(entries, start=1 if exercise.repeats else 0):
        for part, field, entered in _said(exercise, value or {}):
            variable = asked.get((part, field))
            if variable is not None and (told := _as_text(variable, entered)):
                yield Cell(number, part, field, told)


def _as_text(variable: Variable, entered: object) -> str:
    """Return a value as it stands in the table; ``""`` if it is missing, or is none that the variable has."""
    if is_blank(entered):
        return ""
    if variable.type == "text":
        return str(entered)
    if variable.values:
        return str(entered) if str(entered) in variable.values else ""
    number = isinstance(entered, (int, float)) and not isinstance(entered, bool)
    return f"{entered:g}" if number else ""


@singledispatch
def _asked(exercise: Exercise) -> Iterator[Variable]:
    raise NotImplementedError(exercise.kind)


@singledispatch
def _said(exercise: Exercise, value: Mapping[str, Any]) -> Iterator[Said]:
    raise NotImplementedError(exercise.kind)


def _words(options: tuple[Option, ...]) -> dict[str, str]:
    return {one.id: one.label for one in options}


@_asked.register(Reflection)
def _(exercise: Reflection) -> Iterator[Variable]:
    yield Variable("field", "text", "text", exercise.prompt, _TEXT)


@_said.register(Reflection)
def _(_exercise: Reflection, value: Mapping[str, Any]) -> Iterator[Said]:
    yield "field", "text", value.get("text")


@_asked.register(Scale)
def _(exercise: Scale) -> Iterator[Variable]:
    points = _words(exercise.points)
    for one in exercise.statements:
        turned = " (the lowest point is the best)" if one.reversed else ""
        yield Variable("statement", one.id, "ordinal", one.text + turned, points)


@_said.register(Scale)
def _(exercise: Scale, value: Mapping[str, Any]) -> Iterator[Said]:
    yield from (("statement", *one) for one in exercise.ratings({"": dict(value)}).items())


@_asked.register(Choice)
def _(exercise: Choice) -> Iterator[Variable]:
    if exercise.many:
        for one in exercise.options:
            yield Variable("option", one.id, "binary", one.label, {"0": "not chosen", "1": "chosen"})
    else:
        yield Variable("field", "chosen", "nominal", exercise.prompt, _words(exercise.options))
    if exercise.other:
        yield Variable("field", "other", "text", exercise.other, _TEXT)


@_said.register(Choice)
def _(exercise: Choice, value: Mapping[str, Any]) -> Iterator[Said]:
    chosen = exercise.chosen({"": dict(value)})
    if not exercise.many:
        yield from (("field", "chosen", one) for one in chosen[:1])
    elif chosen:
        yield from (("option", one.id, str(int(one.id in chosen))) for one in exercise.options)
    yield "field", "other", value.get("other")


@_asked.register(Ranking)
def _(exercise: Ranking) -> Iterator[Variable]:
    for one in exercise.options:
        yield Variable("option", one.id, "rank", one.label, _TEXT, "place, 1 is the first")


@_said.register(Ranking)
def _(exercise: Ranking, value: Mapping[str, Any]) -> Iterator[Said]:
    ranked = exercise.ranked({"": dict(value)})
    yield from (("option", one, place) for place, one in enumerate(ranked, start=1))


@_asked.register(Checklist)
def _(exercise: Checklist) -> Iterator[Variable]:
    marks = {mark: words for mark, words in MARKS.items() if mark}
    for one in exercise.items:
        yield Variable("item", one.id, "nominal", one.text, marks)
        yield Variable("note", one.id, "text", f"Note on: {one.text}", _TEXT)


@_said.register(Checklist)
def _(exercise: Checklist, value: Mapping[str, Any]) -> Iterator[Said]:
    for item, found in exercise.marks({"": dict(value)}).items():
        yield "item", item, found.mark
        yield "note", item, found.note


@_asked.register(Log)
def _(exercise: Log) -> Iterator[Variable]:
    for name, type_ in exercise.fields.items():
        if type_ == "choice":
            yield Variable("field", name, "nominal", exercise.label(name), _words(exercise.options[name]))
        elif type_ in {"number", "minutes"}:
            least, most = exercise.limits.get(name, (None, None))
            unit = "minutes" if type_ == "minutes" else "" if least is None else f"{least:g} to {most:g}"
            yield Variable("field", name, "number", exercise.label(name), _TEXT, unit)
        else:
            yield Variable("field", name, "text", exercise.label(name), _TEXT)


@_said.register(Log)
def _(exercise: Log, value: Mapping[str, Any]) -> Iterator[Said]:
    yield from (("field", name, value.get(name)) for name in exercise.fields)


@_asked.register(Commitment)
def _(_exercise: Commitment) -> Iterator[Variable]:
    yield Variable("field", "state", "nominal", "State", STATES)
    yield from (Variable("field", name, "text", name.replace("_", " "), _TEXT) for name in _COMMITTED)


@_said.register(Commitment)
def _(_exercise: Commitment, value: Mapping[str, Any]) -> Iterator[Said]:
    yield "field", "state", value.get("state") or "open"
    yield from (("field", name, value.get(name)) for name in _COMMITTED)


@_asked.register(Agenda)
def _(exercise: Agenda) -> Iterator[Variable]:
    yield Variable("field", "lines", "count", "How many lines", _TEXT, "lines")
    for number in range(1, exercise.count[1] + 1):
        yield Variable("field", f"line-{number}", "text", f"Line {number}", _TEXT)


@_said.register(Agenda)
def _(exercise: Agenda, value: Mapping[str, Any]) -> Iterator[Said]:
    lines = exercise.lines({"": dict(value)})
    yield "field", "lines", len(lines)
    yield from (("field", f"line-{number}", one) for number, one in enumerate(lines, start=1))


@_asked.register(Equity)
def _(_exercise: Equity) -> Iterator[Variable]:
    yield from (Variable("field", name, "text", label, _TEXT) for name, (label, _) in WILLINGS.items())


@_said.register(Equity)
def _(_exercise: Equity, value: Mapping[str, Any]) -> Iterator[Said]:
    yield from (("field", name, value.get(name)) for name in WILLINGS)
