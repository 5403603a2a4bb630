"""A view as files: figures, picture, and a note on how they came about. Of what was shown, and no more."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from mdli_workbook.equity.naming import dimension_words, measure_words, people
from mdli_workbook.equity.shown import VIEWS
from mdli_workbook.errors import MeasureRefused

if TYPE_CHECKING:
    from mdli_workbook.equity.content import Content, Data
    from mdli_workbook.equity.shown import Shown

__all__ = ["as_csv", "as_note", "as_svg", "file_name"]

_FORMULA = re.compile(r"^[=+\-@\t\r]")


def file_name(shown: Shown, ending: str) -> str:
    """Return a name without spaces or foreign signs, whatever the columns are called."""
    words = f"{shown.choice.measure} by {shown.choice.dimension} {shown.choice.view}"
    return f"{re.sub(r'[^a-z0-9]+', '-', words.lower()).strip('-')[:80]}.{ending}"


def as_csv(data: Data) -> str:
    """Return figures as CSV; a name that a spreadsheet would run is kept from it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(map(_harmless, data.heads))
    table.writerows([[_harmless(cell) for cell in row] for row in data.rows])
    return text.getvalue()


def _harmless(cell: object) -> object:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def as_svg(content: Content) -> str:
    """Return the pictures as one file; it needs no page around it."""
    if not content.pictures:
        raise MeasureRefused("this view has no picture; export its figures or its note")
    if len(content.pictures) == 1:
        return str(content.pictures[0])
    sizes = [int(str(one).split('height="', 1)[1].split('"', 1)[0]) for one in content.pictures]
    placed = [
        one.replace("<svg ", Markup('<svg y="{}" ').format(sum(sizes[:place])), 1)
        for place, one in enumerate(content.pictures)
    ]
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 {0}" width="480" '
            'height="{0}">\n{1}\n</svg>'
        ).format(sum(sizes), Markup("\n").join(placed))
    )


def as_note(shown: Shown, content: Content) -> str:
    """Return the method note, as plain text."""
    choice, rule = shown.choice, shown.views[0].rule
    parts = [
        f"{measure_words(choice.measure)}, by {dimension_words(choice.dimension)}",
        (
            f"View: {VIEWS[choice.view]}. Compared with "
            f"{people(choice.dimension, choice.reference or None)}. "
            f"{'More' if choice.favourable else 'Less'} is taken to be good."
        ),
        (
            f"Data: {'invented patients' if choice.data == 'demo-panel' else 'a file of the reader'}; "
            f"fingerprint {shown.views[0].source}."
        ),
        shown.sentence,
        *shown.notes,
        "How it was worked out",
        *content.methods,
        (
            f"Privacy: cell size suppression of the Centers for Medicare and Medicaid Services; numbers of "
            f"patients from 1 to {rule.most} are withheld, and whatever gives one away beside all that was "
            "shown before."
        ),
        "A gap says where a service falls short, and never why.",
    ]
    return "\n\n".join(parts) + "\n"
