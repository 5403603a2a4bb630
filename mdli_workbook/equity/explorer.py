"""Look at patients: choose, and be told what may be said.

Pure: patients and a choice in, words, pictures and a record out. Everything that is shown comes from
:func:`.publish.publish`, and every view is judged by the ledger of what was shown before.

Examples
--------
>>> from mdli_workbook.equity.figures import Ledger
>>> from mdli_workbook.equity.panel import read_patients
>>> demo = read_patients("demo-panel")
>>> choice = Choice("blood_pressure_controlled", "language", reference="English")
>>> shown, ledger = look(demo, choice, Ledger(demo.source))
>>> print(shown.sentence[:72])
Blood pressure was controlled in 53% of 98 patients who speak Vietnamese
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdli_workbook.equity import export as files
from mdli_workbook.equity import view_figures, view_groups, view_missing, view_standardised, view_time
from mdli_workbook.equity.naming import dimension_words, group_words, measure_words
from mdli_workbook.equity.page import page
from mdli_workbook.equity.patients import UNKNOWN
from mdli_workbook.equity.publish import publish
from mdli_workbook.equity.shown import VIEWS, Choice, Shown
from mdli_workbook.errors import MeasureRefused

if TYPE_CHECKING:
    from types import ModuleType

    from markupsafe import Markup

    from mdli_workbook.equity.content import Content
    from mdli_workbook.equity.figures import Ledger
    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.shown import ViewName

__all__ = ["Choice", "Shown", "export", "html", "look", "options"]

_VIEWS: dict[ViewName, ModuleType] = {
    "groups": view_groups,
    "time": view_time,
    "standardised": view_standardised,
    "missing": view_missing,
    "figures": view_figures,
}


def options(patients: Patients) -> dict[str, Any]:
    """Return what can be chosen, each with its id and what it is called.

    Returns
    -------
    dict
        ``measures``, ``dimensions`` and ``views``: lists of ``{"id", "label"}``; ``references``: for
        each dimension such a list, all patients together first, under the id ''.

    Examples
    --------
    >>> from mdli_workbook.equity.panel import read_patients
    >>> found = options(read_patients("demo-panel"))
    >>> found["references"]["sex"][:2]
    [{'id': '', 'label': 'All patients together'}, {'id': 'female', 'label': 'Female'}]
    """
    return {
        "measures": [_labelled(name, measure_words(name)) for name in patients.measures],
        "dimensions": [_labelled(name, dimension_words(name).capitalize()) for name in patients.dimensions],
        "references": {
            name: [
                _labelled("", "All patients together"),
                *(_labelled(group, group_words(name, group)) for group in coded.names if group != UNKNOWN),
            ]
            for name, coded in patients.dimensions.items()
        },
        "views": [_labelled(name, words) for name, words in VIEWS.items()],
    }


def look(patients: Patients, choice: Choice, ledger: Ledger) -> tuple[Shown, Ledger]:
    """Look at patients once.

    Parameters
    ----------
    patients
        The data.
    choice
        What to look at.
    ledger
        What was shown of these data before; ``Ledger(patients.source)`` at first.

    Returns
    -------
    Shown, Ledger
        What may be seen, and the ledger for the next look.

    Raises
    ------
    MeasureRefused
        If the data have no such measure, dimension, group or view.
    """
    _check(patients, choice)
    views = []
    for view in _VIEWS[choice.view].ask(patients, choice):
        published, ledger = publish(patients, view, ledger)
        views.append(published)
    content = _VIEWS[choice.view].tell(choice, views)
    return Shown(choice, content.sentence, content.notes, tuple(views)), ledger


def html(shown: Shown) -> Markup:
    """Return a view for the page: a sentence, the picture, the figures, notes."""
    return page(shown.sentence, shown.notes, _content(shown))


def export(shown: Shown, what: str) -> tuple[str, str, str]:
    """Return a file of a view: its name, its type and its text.

    Parameters
    ----------
    shown
        What was looked at; nothing else is in the file.
    what
        ``csv`` for the figures, ``svg`` for the picture, ``note`` for how it was worked out.

    Raises
    ------
    MeasureRefused
        If there is no such file, or the view has no picture.
    """
    content = _content(shown)
    if what == "csv":
        return files.file_name(shown, "csv"), "text/csv", files.as_csv(content.data)
    if what == "svg":
        return files.file_name(shown, "svg"), "image/svg+xml", files.as_svg(content)
    if what == "note":
        return files.file_name(shown, "txt"), "text/plain", files.as_note(shown, content)
    raise MeasureRefused(f"there is no export {what!r}; choose csv, svg or note")


def _content(shown: Shown) -> Content:
    content: Content = _VIEWS[shown.choice.view].tell(shown.choice, shown.views)
    return content


def _check(patients: Patients, choice: Choice) -> None:
    for what, name, known in (
        ("measure", choice.measure, patients.measures),
        ("dimension", choice.dimension, patients.dimensions),
        ("view", choice.view, _VIEWS),
    ):
        if name not in known:
            raise MeasureRefused(f"there is no {what} {name!r} here; choose one of {', '.join(known)}")
    if choice.reference and choice.reference not in patients.dimensions[choice.dimension].names:
        raise MeasureRefused(
            f"there is no group {choice.reference!r} of {choice.dimension}; choose one of the list"
        )


def _labelled(name: str, label: str) -> dict[str, str]:
    return {"id": name, "label": label}
