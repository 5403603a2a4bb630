"""What a workbook's cells call: the same notebook is a form, or a page of a report.

``workbook(cohort, participant, session, view)`` gives an object with one method per kind of
exercise. In the view ``workbook`` each returns a form that saves itself to the store. In the
view ``report`` each returns the static view of what the briefing says; there the store is never
looked for, so a report cannot show what was not shared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mdli_workbook.answers import values_of
from mdli_workbook.briefing import FILE, Briefing
from mdli_workbook.curriculum import Filled
from mdli_workbook.errors import BriefingMissing, CellRefused, WorkbookError
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.carried import (
    carried_promises,
    comments_on,
    compare_with_first,
    last_comments,
    last_note,
)
from mdli_workbook.exercises.coaching import NOTE
from mdli_workbook.exercises.finding import find_accommodations, open_desktop
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.exercises.sheet import Sheet, around, how_far
from mdli_workbook.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from markupsafe import Markup

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.carried import Carried
    from mdli_workbook.exercises.looking import Ledgers
    from mdli_workbook.exercises.widget import FormWidget

__all__ = ["Page", "ReportDesk", "WorkbookDesk", "workbook"]


def workbook(cohort: str, participant: str, session: int, view: str) -> WorkbookDesk | ReportDesk:
    """Open one participant's workbook, from inside a notebook.

    Parameters
    ----------
    cohort, participant, session
        Whose workbook it is: literals of the generated notebook.
    view
        ``workbook`` for forms, ``report`` for the static page.

    Raises
    ------
    BriefingMissing
        If a report is asked for without ``briefing.json`` in the working folder.
    WorkbookError
        If there is no such view.
    """
    if view == "workbook":
        place, folder = Place(cohort, participant, session), Path.cwd()
        desk = WorkbookDesk(open_desktop(place, folder), find_accommodations(participant, folder), folder)
        _display([desk.overview(), *desk.carried()])
        return desk
    if view == "report":
        return ReportDesk(read_briefing(Path.cwd()))
    raise WorkbookError(f"view {view!r} is none; it is 'workbook' or 'report'")


def _display(forms: Iterable[FormWidget]) -> None:
    """Show forms in the output of the cell that is running."""
    from IPython.display import display  # noqa: PLC0415 - reports show nothing here

    for form in forms:
        display(form)  # type: ignore[no-untyped-call]


class WorkbookDesk:
    """Shows exercises as forms.

    Parameters
    ----------
    desktop
        Whose workbook it is, and where answers go.
    look
        The participant's accommodations.
    folder
        The notebook's, where a file of one's own may lie.
    """

    def __init__(self, desktop: Desktop, look: Collection[str] = (), folder: Path = Path()) -> None:
        self._look, self._folder = look, folder
        self._ledgers: Ledgers | None = None
        self._sheet = Sheet(partial(_newest, desktop, desktop.place.session), partial(_beside, desktop))
        self._desktop = replace(desktop, refresh=self._sheet.refresh)
        self._desktop.note_opened("")

    def __getattr__(self, kind: str) -> Callable[..., FormWidget]:
        return partial(self._show, _kind(kind))

    def overview(self) -> FormWidget:
        """Return what stands above all forms: how far the session is, and what is left."""
        from mdli_workbook.exercises.widget import FormWidget, overview  # noqa: PLC0415

        if self._desktop.store is None:  # each form says why; nobody can say what is left
            return FormWidget(overview(), self._copy, lambda: how_far(Progress(())), self._look)
        widget = FormWidget(overview(), self._copy, self._sheet.progress, self._look)
        self._sheet.watch(widget.send)
        return widget

    def _copy(self, message: object) -> dict[str, Any] | None:
        """Answer the button that gives participants their whole record."""
        if not isinstance(message, dict) or message.get("type") != "record":
            return None
        from mdli_workbook.exercises.own_copy import OwnCopy  # noqa: PLC0415 - seldom needed

        return OwnCopy(self._desktop, self._folder)(message)

    def carried(self) -> Iterator[FormWidget]:
        """Yield what earlier months left: what the coach wrote last, and a form for each open commitment."""
        from mdli_workbook.exercises.widget import FormWidget, describe, panel  # noqa: PLC0415

        place = self._desktop.place
        rows = _rows_of(self._desktop, None)
        note, promises = last_note(rows, place.session), carried_promises(rows, place.session)
        if note:
            yield FormWidget(panel(NOTE.title), lambda _: None, lambda: around(str(note)), self._look)
        if said := last_comments(rows, place.session):
            yield FormWidget(panel("From your coach"), lambda _: None, lambda: around(str(said)), self._look)
        for one in promises:
            there = replace(
                self._desktop,
                place=replace(place, session=one.row.session),
                note_opened=lambda _: None,  # an id of that session may be another exercise's in this one
            )
            spec = describe(one.exercise, there.place) | one.spec()
            beside = partial(_promised, self._desktop, one)
            yield FormWidget(spec, Replies(one.exercise, there), beside, self._look)

    def _show(self, kind: type[Exercise], name: str, /, **literals: Any) -> FormWidget:
        from mdli_workbook.exercises.widget import FormWidget, describe  # noqa: PLC0415 - reports do without

        exercise = _declared(kind, name, literals)
        untimed = {"minutes": 0} if "extra-time" in self._look else {}
        spec = describe(exercise, self._desktop.place) | untimed
        surround = partial(self._sheet.around, exercise)
        replies: Callable[[object], dict[str, Any] | None] = Replies(exercise, self._desktop)
        if "explorer" in spec:
            from mdli_workbook.exercises import looking  # noqa: PLC0415

            def tell(answer: object) -> None:
                widget.send(answer)

            self._ledgers = self._ledgers or looking.Ledgers()
            first = spec["explorer"]["choice"]
            looks = looking.Looking(replies, self._folder, ledgers=self._ledgers, first=first)
            replies = looking.InTurn(looks, tell)
        widget = FormWidget(spec, replies, surround, self._look)
        self._sheet.add(exercise, widget.send)
        return widget

    def __repr__(self) -> str:
        return "<workbook>"


def _promised(desktop: Desktop, one: Carried) -> dict[str, Any]:
    """Say what was promised, as the store has it now: what was erased since is not told again."""
    history = _history_of(desktop, one.row)
    now = replace(one, row=history[-1]) if history else one
    return around(now.beside(history) if now.row.value else "")


def _history_of(desktop: Desktop, row: Answer) -> tuple[Answer, ...]:
    """Return all revisions of a promise, also while the store cannot be asked: then none."""
    try:
        return desktop.store.history(*row.key) if desktop.store else ()
    except WorkbookError:
        return ()


def _rows_of(desktop: Desktop, session: int | None) -> tuple[Answer, ...]:
    """Return the newest rows; none while the store cannot be asked, which each form says itself."""
    try:
        return _newest(desktop, session)
    except WorkbookError:
        return ()


def _newest(desktop: Desktop, session: int | None) -> tuple[Answer, ...]:
    return desktop.store.newest(desktop.place.participant, session) if desktop.store else ()


def _beside(desktop: Desktop, exercise: Exercise, others: Sequence[Exercise], rows: Sequence[Answer]) -> str:
    """Return what stands beside a form: the coach's comments, and a self-rating's comparison.

    The comparison is shown once the rating is repeated, and not before.
    """
    said = [comments_on(rows, exercise.id)]
    session, _, first = str(getattr(exercise, "same_as", "")).partition("/")
    if first and exercise.filled(values_of(rows, exercise.id)) is Filled.DONE:
        said.append(compare_with_first(exercise, others, rows, _newest(desktop, int(session)), first))
    return "\n".join(filter(None, said))


class ReportDesk:
    """Shows what a briefing holds: exercises that are shared, and parts of the front page."""

    def __init__(self, briefing: Briefing) -> None:
        self._briefing = briefing

    def __getattr__(self, kind: str) -> Callable[..., Page | None]:
        return partial(self._show, _kind(kind))

    def part(self, name: str, title: str = "") -> Page | None:
        """Return a part of the front page, or nothing if it has nothing to say."""
        from mdli_workbook.exercises.front import PARTS  # noqa: PLC0415 - only reports have one

        if name not in PARTS:
            raise CellRefused(f"part {name!r} is none; there are {', '.join(sorted(PARTS))}")
        html = PARTS[name](self._briefing, title)
        return Page(name, html) if html else None

    def _show(self, kind: type[Exercise], name: str, /, **literals: Any) -> Page | None:
        exercise = _declared(kind, name, literals)
        rows = self._briefing.rows(self._briefing.session, name)
        declared = any(one.id == name for one in self._briefing.here())
        if not declared or all(row.value is None for row in rows):
            return None
        return Page(name, exercise.static(values_of(rows, name)))

    def __repr__(self) -> str:
        return "<report>"


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """Static HTML in a notebook's output."""

    name: str
    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        return f"<page {self.name}>"


def read_briefing(folder: Path) -> Briefing:
    """Read what a report may show.

    Raises
    ------
    BriefingMissing
        If it is not there or cannot be read.
    """
    try:
        return Briefing.model_validate_json((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise BriefingMissing(f"no {FILE} in the working folder; reports are made by: mdli report") from None
    except (OSError, ValueError) as error:
        raise BriefingMissing(
            f"{FILE} cannot be read ({type(error).__name__}); run mdli report again"
        ) from None


def _kind(name: str) -> type[Exercise]:
    if name not in KINDS:
        raise AttributeError(f"kind {name!r} is none; there are {', '.join(KINDS)}")
    return KINDS[name]


def _declared(kind: type[Exercise], name: str, literals: dict[str, Any]) -> Exercise:
    try:
        return kind.model_validate({"id": name, **literals})
    except ValidationError as error:
        fields = sorted({".".join(map(str, found["loc"])) for found in error.errors(include_input=False)})
        raise CellRefused(
            f"wb.{kind.kind}({name!r}) does not fit its kind ({', '.join(fields)}); make the workbook again: "
            "mdli generate"
        ) from None
