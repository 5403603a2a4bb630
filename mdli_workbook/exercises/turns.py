"""Who spoke in a meeting: a log's turns and minutes by role, beside how many of that role were there.

Plain numbers and no percentages: a sample of half an hour is too small for statistics, and equal
shares are not the aim.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mdli_workbook.exercises.options import words_of
from mdli_workbook.exercises.pieces import joined
from mdli_workbook.exercises.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mdli_workbook.exercises.log import Log

__all__ = ["Turns", "by_role", "show_turns"]

PRESENT, TURNS, MINUTES = "present", "turns", "minutes"
CAPTION = (
    "All entries of a role together, each number of all that were counted. "
    "Too few for statistics, and equal is not the aim: who was needed and not heard?"
)


@dataclass(frozen=True, slots=True)
class Turns:
    """What the entries of one role add up to.

    Parameters
    ----------
    role
        Its words; ``""`` where none was chosen.
    counted
        Field → sum, without the fields that no entry filled.
    per_head
        Turns per person present, from entries that say both; ``None`` if nobody was there.
    """

    role: str
    counted: Mapping[str, float]
    per_head: float | None


def by_role(log: Log, entries: Iterable[Mapping[str, Any]]) -> tuple[Turns, ...]:
    """Add up heads, turns and minutes of each role, in the order in which the roles first appear.

    Parameters
    ----------
    log
        Any log with a choice and the number fields ``present`` and ``turns``; of others nothing
        is returned. A field ``minutes`` is added up too.
    entries
        Field → what was entered.
    """
    role = _role_of(log)
    if role is None:
        return ()
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for cells in entries:
        groups.setdefault(str(cells.get(role) or ""), []).append(cells)
    return tuple(
        Turns(words_of(log.options[role], chosen), _add_up(log, group), _per_head(group))
        for chosen, group in groups.items()
    )


def show_turns(log: Log, entries: Sequence[Mapping[str, Any]]) -> Markup:
    """Show the totals of each role in a table; nothing where a log does not count turns."""
    found, role = by_role(log, entries), _role_of(log)
    if role is None or not found:
        return Markup()
    fields = [field for field in (PRESENT, TURNS, MINUTES) if any(field in one.counted for one in found)]
    wholes = {field: sum(one.counted.get(field, 0) for one in found) for field in fields}
    names = [log.label(role), *(log.label(field) for field in fields), "Turns per head"]
    heads = joined(Markup('<th scope="col">{}</th>').format(name) for name in names)
    rows = joined(_row(one, wholes) for one in found)
    return Markup(
        '<table class="mdli-log mdli-log-short mdli-turns">\n<caption>{}</caption>\n'
        "<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n{}\n</tbody>\n</table>"
    ).format(CAPTION, heads, rows)


def _role_of(log: Log) -> str | None:
    """Return the choice that groups a log of turns; ``None`` if this is no such log."""
    if log.fields.get(PRESENT) != "number" or log.fields.get(TURNS) != "number":
        return None
    return next((name for name, type_ in log.fields.items() if type_ == "choice"), None)


def _add_up(log: Log, group: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for cells in group:
        for field in (PRESENT, TURNS, MINUTES):
            if log.fields.get(field) in {"number", "minutes"} and _is_number(cells.get(field)):
                sums[field] = sums.get(field, 0) + cells[field]
    return sums


def _per_head(group: Iterable[Mapping[str, Any]]) -> float | None:
    both = [cells for cells in group if _is_number(cells.get(PRESENT)) and _is_number(cells.get(TURNS))]
    present = sum(cells[PRESENT] for cells in both)
    return sum(cells[TURNS] for cells in both) / present if present else None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _row(one: Turns, wholes: Mapping[str, float]) -> Markup:
    open_ = Markup('<span class="mdli-empty">left open</span>')
    cells = [
        f"{_say(one.counted[field])} of {_say(whole)}" if field in one.counted else open_
        for field, whole in wholes.items()
    ]
    cells.append("-" if one.per_head is None else _say(floor(one.per_head * 10 + 0.5) / 10))
    rest = joined(Markup("<td>{}</td>").format(cell) for cell in cells)
    role = open_ if is_blank(one.role) else one.role
    return Markup('<tr><th scope="row" dir="auto">{}</th>\n{}</tr>').format(role, rest)


def _say(number: float) -> str:
    return f"{number:.10g}"
