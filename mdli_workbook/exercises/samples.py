"""Sample answers to any exercise, made from its form alone: a new kind of exercise needs nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdli_workbook.exercises.replies import checked_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.controls import Control
    from mdli_workbook.exercises.values import Values

__all__ = ["SAMPLES", "samples"]

LINE = "Sample text"
PARAGRAPH = "Sample text. It stands here only to show how an answer of two or three sentences looks."


def samples(exercise: Exercise, today: date, *, height: float = 0.5) -> Values:
    """Return a finished answer to an exercise, checked like every other answer.

    Parameters
    ----------
    exercise
        Of any kind.
    today
        What stands in date fields.
    height
        Which point of a scale is chosen: 0 is the lowest, 1 the highest.

    Returns
    -------
    Values
        Entry → value. An exercise that repeats has as many entries as it needs, and at least one.

    Examples
    --------
    >>> from datetime import date
    >>> from mdli_workbook.exercises import KINDS
    >>> agenda = KINDS["agenda"].model_validate({"id": "for-the-call", "count": [2, 3]})
    >>> samples(agenda, date(2026, 3, 20))
    {'': {'lines': ['Sample text', 'Sample text']}}
    """
    form = exercise.form()
    value = {one["name"]: _sample(one, today, height) for one in form["controls"]}
    if not exercise.repeats:
        return {"": checked_value(exercise, "", value)}
    entries = [f"sample-{number}" for number in range(1, max(1, form["entries"]["least"]) + 1)]
    own = {"": checked_value(exercise, "", {"order": entries})}
    return own | {entry: checked_value(exercise, entry, value) for entry in entries}


def _sample(control: Control, today: date, height: float) -> Any:
    return SAMPLES[control["type"]](control, today, height)


def _middle(control: Control, *_: object) -> float:
    least = control.get("min", 0)
    middle = (least + control.get("max", least + 40)) / 2
    return int(middle) if int(middle) >= least else middle


def _ratings(control: Control, _today: date, height: float) -> dict[str, str]:
    points = control.get("points", [])
    point = points[round(height * (len(points) - 1))]["id"] if points else ""
    return {one["id"]: point for one in control.get("statements", [])} if point else {}


def _marks(control: Control, *_: object) -> dict[str, dict[str, str]]:
    mark = next((one["id"] for one in control.get("options", [])), "yes")
    return {one["id"]: {"mark": mark, "note": LINE} for one in control.get("items", [])}


def _options(control: Control, most: int) -> list[str]:
    return [one["id"] for one in control.get("options", [])][:most]


SAMPLES: Mapping[str, Callable[[Control, date, float], Any]] = {
    "text": lambda *_: LINE,
    "long-text": lambda *_: PARAGRAPH,
    "lines": lambda control, *_: [LINE] * max(1, int(control.get("min", 1))),
    "date": lambda _control, today, _height: today.isoformat(),
    "time": lambda *_: "12:30",
    "number": _middle,
    "minutes": _middle,
    "choice": lambda control, *_: "".join(_options(control, 1)),
    "many": lambda control, *_: _options(control, 2),
    "scale": _ratings,
    "rank": lambda control, *_: _options(control, int(control.get("keep", 0)) or 99),
    "checklist": _marks,
}
"""Type of control → a value of it."""
