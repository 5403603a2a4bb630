"""The static view of a log: its totals and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mdli_workbook.exercises.options import words_of
from mdli_workbook.exercises.pieces import day, joined, plural, words
from mdli_workbook.exercises.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdli_workbook.exercises.log import Log

__all__ = ["Totals", "table", "totals"]

Cells = dict[str, Any]

MOST_COLUMNS = 4
LONGEST_TEXT = 40
"""Characters that still read well in one of four columns."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a log adds up to.

    Parameters
    ----------
    entries
        How many there are.
    minutes
        Sum over all fields of minutes; ``None`` where the log has none, or none was filled.
    questions
        Lines in the field ``asked``; ``None`` where the log does not have it.
    """

    entries: int
    minutes: int | None = None
    questions: int | None = None

    def in_words(self, one: str) -> str:
        """Say the totals in one line.

        Examples
        --------
        >>> Totals(3, 110, 7).in_words("visit")
        '3 visits, 110 minutes, 7 questions asked'
        """
        said = [plural(self.entries, one)]
        if self.minutes is not None:
            said.append(plural(self.minutes, "minute"))
        if self.questions is not None:
            said.append(f"{plural(self.questions, 'question')} asked")
        return ", ".join(said)


def totals(log: Log, entries: Iterable[Cells]) -> Totals:
    """Add up a log. A question is a line that is not blank: one question, one line."""
    entries = tuple(entries)
    names = [name for name, type_ in log.fields.items() if type_ == "minutes"]
    minutes = [
        cells[name] for cells in entries for name in names if isinstance(cells.get(name), (int, float))
    ]
    asked = [str(cells.get("asked") or "") for cells in entries]
    lines = sum(not is_blank(line) for text in asked for line in text.splitlines())
    return Totals(
        entries=len(entries),
        minutes=round(sum(minutes)) if minutes else None,
        questions=lines if log.fields.get("asked") in {"text", "long-text"} else None,
    )


def table(log: Log, caption: str, entries: Sequence[Cells]) -> Markup:
    """Show all entries in one table.

    Short fields stand beside each other, a row per entry. Where that would be too wide, with long
    texts or many fields, each entry is a group of rows, a field per row.
    """
    shape, view = ("long", _groups) if _is_wide(log, entries) else ("short", _grid)
    return Markup('<table class="mdli-log mdli-log-{}">\n<caption>{}</caption>\n{}\n</table>').format(
        shape, caption, view(log, entries)
    )


def _is_wide(log: Log, entries: Iterable[Cells]) -> bool:
    if "long-text" in log.fields.values() or len(log.fields) > MOST_COLUMNS:
        return True
    texts = [name for name, type_ in log.fields.items() if type_ == "text"]
    return any(len(str(cells.get(name) or "")) > LONGEST_TEXT for cells in entries for name in texts)


def _groups(log: Log, entries: Sequence[Cells]) -> Markup:
    return joined(_group(log, number, cells) for number, cells in enumerate(entries, 1))


def _group(log: Log, number: int, cells: Cells) -> Markup:
    name = f"{log.one[:1].upper()}{log.one[1:]} {number}"
    first = Markup('<tr><th scope="rowgroup" colspan="2">{}</th></tr>').format(name)
    filled = [field for field in log.fields if not is_blank(cells.get(field))]
    rows = [_line(log.label(field), _cell(log, field, cells[field])) for field in filled]
    if len(filled) < len(log.fields):
        still = ", ".join(log.label(field) for field in log.fields if field not in filled)
        rows.append(_line("Left open", Markup('<span class="mdli-empty">{}</span>').format(still)))
    return Markup("<tbody>\n{}\n</tbody>").format(joined((first, *rows)))


def _line(label: str, shown: Markup) -> Markup:
    return Markup('<tr><th scope="row">{}</th><td dir="auto">{}</td></tr>').format(label, shown)


def _grid(log: Log, entries: Sequence[Cells]) -> Markup:
    names = joined(Markup('<th scope="col">{}</th>').format(log.label(field)) for field in log.fields)
    rows = joined(_row(log, cells) for cells in entries)
    return Markup("<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n{}\n</tbody>").format(names, rows)


def _row(log: Log, cells: Cells) -> Markup:
    """Show an entry in one row, named by its first field."""
    first, *others = (_cell(log, field, cells.get(field)) for field in log.fields)
    rest = joined(Markup('<td dir="auto">{}</td>').format(one) for one in others)
    return Markup('<tr><th scope="row" dir="auto">{}</th>\n{}</tr>').format(first, rest)


def _cell(log: Log, field: str, value: Any) -> Markup:
    if is_blank(value):
        return Markup('<span class="mdli-empty">left open</span>')
    if isinstance(value, (int, float)):
        number = int(value) if float(value).is_integer() else value
        return words(plural(number, "minute") if log.fields[field] == "minutes" else str(number))
    if log.fields[field] == "choice":
        return words(words_of(log.options[field], value))
    if log.fields[field] == "date":
        return day(value)
    return words(value)
