"""What a form is made of: the vocabulary between the kinds and the one front end.

A kind describes its form as JSON in these terms; ``assets/form.js`` draws them. A control's
value is stored under its ``name`` in the answer's value, so the shape of a value is the shape
of its form. No answer is ever part of a form.

========== =============================================== ==============================
type       draws                                           value under its name
========== =============================================== ==============================
text       one line                                        str
long-text  a box that grows                                str
lines      ``min`` to ``max`` boxes of one line each       list of str, none of them blank
date       the browser's date picker                       ``YYYY-MM-DD`` or ""
time       the browser's time picker                       ``HH:MM`` or ""
number     a number field (``min``, ``max``, ``step``)     number or null
minutes    a whole number of minutes                       integer or null
choice     radio buttons over ``options``                  option id or ""
many       check boxes over ``options``                    list of option ids
scale      ``statements`` by ``points``, a radio row each  {statement id: point id}
rank       choose ``keep`` of ``options`` and order them   list of option ids
checklist  ``items`` with yes / no / n.a. and a note each  {item id: {mark, note}}
========== =============================================== ==============================
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

__all__ = ["Control", "Entries", "FormSpec", "Labelled", "When"]


class Labelled(TypedDict):
    """An option, a point of a scale, a statement or an item: its id and its words."""

    id: str
    label: str


When = TypedDict("When", {"name": str, "is": list[str]})
"""Draw a field only while another one of the same answer has one of these values."""


class Control(TypedDict):
    """One field of a form."""

    type: Literal[
        "text",
        "long-text",
        "lines",
        "date",
        "time",
        "number",
        "minutes",
        "choice",
        "many",
        "scale",
        "rank",
        "checklist",
    ]
    name: str
    label: str
    hint: NotRequired[str]
    required: NotRequired[bool]
    rows: NotRequired[int]
    min: NotRequired[float]
    max: NotRequired[float]
    step: NotRequired[float]
    keep: NotRequired[int]
    options: NotRequired[list[Labelled]]
    points: NotRequired[list[Labelled]]
    statements: NotRequired[list[Labelled]]
    items: NotRequired[list[Labelled]]
    when: NotRequired[When]


class Entries(TypedDict):
    """How a form repeats: one block of controls per entry."""

    one: str
    """What one entry is called on the buttons, such as ``visit``."""
    least: int
    most: int | None


class FormSpec(TypedDict):
    """A whole form; ``entries`` is ``None`` where there is one answer only."""

    controls: list[Control]
    entries: Entries | None
