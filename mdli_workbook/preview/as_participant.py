"""What participants see: the teaching text, and the workbook's own forms with sample answers in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mdli_workbook.answers import values_of
from mdli_workbook.exercises.carried import carried_promises, compare_with_first, last_note
from mdli_workbook.exercises.coaching import NOTE
from mdli_workbook.exercises.form_module import SCRIPT
from mdli_workbook.exercises.pieces import heading
from mdli_workbook.exercises.readers import NOTHING_SHARED, READERS
from mdli_workbook.exercises.replies import Place
from mdli_workbook.exercises.sheet import around
from mdli_workbook.exercises.widget import describe, panel
from mdli_workbook.pictures import as_data
from mdli_workbook.preview.page import ASSETS, banner, data, frame, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.curriculum import Exercise, Session
    from mdli_workbook.preview.sample import Month

__all__ = ["participant_page"]

_SAID = (
    "As a participant sees it. The answers are samples.",
    "Type and choose as you like: whatever the forms say, nothing is kept, not even in this browser.",
    "Parts that wait for an answer are all shown, each under its condition.",
)
_OF_SAMPLES = "<p>Of the sample answers, not of what you type here:</p>\n"


def participant_page(month: Month) -> Markup:
    """Return the page of a session, as in the workbook but without a kernel."""
    session = month.session
    forms = [*_carried(month), *(_form(month, one) for one in session.exercises)]
    numbers = iter(range(len(forms)))
    title = Markup("<h1>Session {} · {}</h1>").format(session.session, session.title)
    pieces = [banner(month.path.name, _SAID), title]
    pieces += [_place(next(numbers)) for _ in range(len(forms) - len(session.exercises))]
    for part in session.parts:
        if isinstance(part, str):
            pieces.append(markdown(as_data(part, session.pictures)))
        else:
            pieces += [_condition(session, part), _place(next(numbers))]
    stand_in = (ASSETS / "stand-in.js").read_text("utf-8")
    page = [*pieces, data("mdli-forms", {"forms": forms, "readers": READERS, "unshared": NOTHING_SHARED})]
    return frame(f"Preview: {session.title}", page, f"{SCRIPT}\n{stand_in}")


def _place(number: int) -> Markup:
    return Markup('<div class="mdli-preview-form" data-form="{}"></div>').format(number)


def _form(month: Month, exercise: Exercise) -> dict[str, Any]:
    """Return what the stand-in of the kernel says of one exercise."""
    rows = month.rows_of(month.session.session)
    values = values_of(rows, exercise.id)
    return {
        "spec": describe(exercise, _here(month)),
        "answers": dict(values),
        "around": around(str(_beside(month, exercise))),
        "coach": f"{_OF_SAMPLES}{exercise.static(values)}",
    }


def _here(month: Month) -> Place:
    return Place("preview", "preview", month.session.session)


def _beside(month: Month, exercise: Exercise) -> Markup:
    """Return how a self-rating compares with the one it repeats, as after the last answer."""
    session, _, first = str(getattr(exercise, "same_as", "")).partition("/")
    if not first:
        return Markup()
    number = month.session.session
    others, rows = month.session.exercises, month.rows_of(number)
    return compare_with_first(exercise, others, rows, month.rows_of(int(session)), first)


def _carried(month: Month) -> Iterator[dict[str, Any]]:
    """Yield what earlier months left: the coach's note, and each open commitment."""
    number = month.session.session
    note = last_note(month.rows, number)
    if note:
        yield {"spec": panel(NOTE.title), "answers": {}, "around": around(str(note)), "coach": ""}
    for one in carried_promises(month.rows, number):
        yield {
            "spec": describe(one.exercise, _here(month)) | one.spec(),
            "answers": {one.row.entry: one.row.value},
            "around": around(one.beside()),
            "coach": "",
        }


def _condition(session: Session, exercise: Exercise) -> Markup:
    """Name what a part waits for, in the words of the page."""
    wait = exercise.show_if
    if wait is None:
        return Markup()
    target = next(one for one in session.exercises if one.id == wait.exercise)
    labels = _labels(target)
    said = " or ".join("is done" if one == "saved" else f"is “{labels.get(one, one)}”" for one in wait.is_)
    return Markup('<p class="mdli-preview-condition">Shown only once <em>{}</em> {}:</p>').format(
        heading(target), said
    )


def _labels(exercise: Exercise) -> dict[str, str]:
    return {
        option["id"]: option["label"]
        for control in exercise.form()["controls"]
        for option in control.get("options", [])
    }
