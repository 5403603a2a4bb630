"""The kernel's end of the explorer: which data, which view, and what may be seen of it.

Messages of the explorer are answered here, all others by what is wrapped::

    look    choice          → figure
    shown   view            → figure (a saved view, as it was)
    files                   → files
    read    file columns    → mapping
    export  what            → export

An answer has the ``id`` of its message. What cannot be done is an answer with a ``problem`` in words.

Patients are in memory only, and so is what was shown of them; the file stays where it is. Whatever
leaves this module came out of :mod:`mdli_workbook.equity.explorer`, but for headings of columns and the
problems of a file, which name rows and columns and no cell. Numpy and polars are imported when
somebody looks.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from pydantic import ValidationError

from mdli_workbook.errors import InputError, WorkbookError
from mdli_workbook.exercises.asked import ANSWERS, MESSAGE, Export, Files, Look, Read, ShownBefore
from mdli_workbook.exercises.columns import as_columns, as_mapping, wrong_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from mdli_workbook.equity.explorer import Choice, Shown
    from mdli_workbook.equity.figures import Ledger
    from mdli_workbook.equity.patients import Patients
    from mdli_workbook.equity.publish import PublishedView
    from mdli_workbook.equity.reading import Sheet
    from mdli_workbook.errors import Problem
    from mdli_workbook.exercises.asked import Asked, AskedChoice
    from mdli_workbook.exercises.columns import Columns
    from mdli_workbook.exercises.messages import Message

__all__ = ["TABLES", "InTurn", "Ledgers", "Looking", "files_in"]

TABLES: Final = frozenset([".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm"])
"""Endings of the files that are offered."""
MOST_FILES: Final = 200
MOST_PROBLEMS: Final = 50
GONE: Final = "That file is not loaded any more. Choose it again under “Use my own data”."
OF_ANOTHER: Final = "These data have no such view. Choose again."
NOT_THERE: Final = "This file is not beside the workbook any more. Look again, then choose it."
NOT_SAVED_HERE: Final = "The saved view cannot be read. Choose a view again."


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


@dataclass(slots=True)
class Ledgers:
    """What the explorers of one notebook have shown, by data set: none can be subtracted from another.

    Parameters
    ----------
    of
        Fingerprint of the data → its ledger.
    firsts
        Choices, as plain data, that stand on the page before anybody looks.
    lock
        Held while a view is judged and noted.
    """

    of: dict[str, Ledger] = field(default_factory=dict)
    firsts: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Looking:
    """Answers the messages of one exercise's explorer.

    Parameters
    ----------
    replies
        Answers all other messages.
    folder
        The notebook's; its tables are offered, and no others.
    today
        No date in a file may be later.
    ledgers
        Shared by the explorers of one notebook.
    first
        The choice, as plain data, that stands on the page before anybody looks.
    """

    def __init__(
        self,
        replies: Callable[[object], Message | None],
        folder: Path,
        today: Callable[[], date] = _today,
        *,
        ledgers: Ledgers | None = None,
        first: dict[str, Any] | None = None,
    ) -> None:
        self._replies, self._folder, self._today = replies, folder, today
        self._ledgers = ledgers or Ledgers()
        self._ledgers.firsts += [first] if first else []
        self._own: Patients | None = None
        self._sheet: Sheet | None = None
        self._version = ("", 0, 0)
        self._recalled: set[str] = set()
        self._seen: dict[tuple[str, Choice], Shown] = {}
        self._shown: Shown | None = None
        self._lock = threading.Lock()

    def __call__(self, message: object) -> Message | None:
        """Return the answer to one message; errors become answers too, without anybody's data."""
        kind = message.get("type") if isinstance(message, dict) else None
        if kind not in ANSWERS:
            return self._replies(message)
        assert isinstance(message, dict)
        try:
            said = self._answer(MESSAGE.validate_python(message))
        except ValidationError:
            said = {"problem": "This form and this notebook are not of the same version; open it again."}
        except WorkbookError as error:
            said = {"problem": f"{error}."}
        except Exception as error:  # noqa: BLE001 - nobody above a callback would tell the person
            said = {"problem": f"Something unforeseen happened ({type(error).__name__}). Choose again."}
        return {"type": ANSWERS[kind], "id": str(message.get("id", "")), **said}

    def _answer(self, message: Asked) -> Message:
        with self._lock:
            match message:
                case Look():
                    return self._look(message.choice)
                case ShownBefore():
                    return self._shown_before(message.view)
                case Files():
                    files = [{"name": one.name, "size": one.stat().st_size} for one in self._files()]
                    return {"files": files, "folder": str(self._folder)}
                case Read():
                    return self._read(message)
                case Export():
                    return self._export(message.what)

    def _look(self, asked: AskedChoice) -> Message:
        from mdli_workbook.equity.explorer import Choice, options  # noqa: PLC0415

        patients = self._patients(asked.data)
        if patients is None:
            return {"problem": GONE}
        choice, known = Choice.from_plain(asked.model_dump()), options(patients)
        if not _fits(choice, known):
            return {"problem": OF_ANOTHER}
        self._shown = self._shows(patients, choice)
        told = {"choice": asked.model_dump(), "options": known}
        return told | {"html": _drawn(self._shown), "view": self._shown.to_plain()}

    def _shown_before(self, view: dict[str, Any]) -> Message:
        """Draw a saved view from what was saved of it: these data may not be at hand, or have changed."""
        from mdli_workbook.exercises.seen import Seen  # noqa: PLC0415

        try:
            shown = Seen.model_validate(view).shown()
            drawn = _drawn(shown)
        except Exception:  # noqa: BLE001 - of another version, or by nobody's hand
            return {"problem": NOT_SAVED_HERE}
        self._shown = shown
        return {"choice": view["choice"], "html": drawn, "view": view}

    def _shows(self, patients: Patients, choice: Choice) -> Shown:
        """Look; what was seen already is shown again as it was."""
        from mdli_workbook.equity.explorer import look  # noqa: PLC0415

        key = patients.source, choice
        if key not in self._seen:
            with self._ledgers.lock:
                self._seen[key], after = look(patients, choice, self._ledger(patients))
                self._ledgers.of[patients.source] = after
        return self._seen[key]

    def _ledger(self, patients: Patients) -> Ledger:
        """Return what was shown of these data; what was saved of them in earlier sittings counts as shown."""
        from mdli_workbook.equity.recall import recall  # noqa: PLC0415

        source = patients.source
        ledger = self._ledgers.of.get(source) or self._begun(patients)
        if source not in self._recalled:
            for published in self._saved_views():
                if published.source == source:
                    ledger = recall(published, ledger)
            self._recalled.add(source)
        self._ledgers.of[source] = ledger
        return ledger

    def _begun(self, patients: Patients) -> Ledger:
        """Return a ledger of what stands on the page before anybody looks."""
        from mdli_workbook.equity.explorer import Choice, look  # noqa: PLC0415
        from mdli_workbook.equity.figures import Ledger  # noqa: PLC0415

        ledger = Ledger(patients.source)
        for first in self._ledgers.firsts if patients is self._patients("demo-panel") else ():
            ledger = look(patients, Choice.from_plain(first), ledger)[1]
        return ledger

    def _saved_views(self) -> Iterator[PublishedView]:
        """Yield what was published in each view that was saved, the oldest first."""
        from mdli_workbook.exercises.seen import Seen  # noqa: PLC0415

        told = self._replies({"type": "history", "entry": ""}) or {}
        for one in reversed(told.get("wordings", ())):
            with suppress(ValidationError, WorkbookError):  # none, or of another version
                yield from Seen.model_validate((one["value"] or {}).get("view")).shown().views

    def _patients(self, data: str) -> Patients | None:
        from mdli_workbook.equity.panel import read_patients  # noqa: PLC0415

        return self._own if data == "file" else read_patients(data)

    def _files(self) -> list[Path]:
        return files_in(self._folder)

    def _read(self, message: Read) -> Message:
        from mdli_workbook.equity.reading_columns import guess_columns  # noqa: PLC0415

        path = next((one for one in self._files() if one.name == message.file), None)
        if path is None:
            return {"file": message.file, "problems": [NOT_THERE]}
        told: Message = {"file": path.name}
        try:
            sheet = self._sheet_of(path)
            columns = message.columns or as_columns(guess_columns(sheet))
            told |= {
                "headings": sheet.columns.columns,
                "rows": len(sheet.columns),
                "columns": columns.model_dump(),
            }
            if message.columns is not None:
                wrong = wrong_with(columns)
                told |= {"problems": wrong} if wrong else self._take(sheet, columns)
        except InputError as error:
            said = list(map(_in_words, error.problems))
            return told | {"problems": said[:MOST_PROBLEMS]}
        return {"problems": [], **told}

    def _sheet_of(self, path: Path) -> Sheet:
        """Read a file, but not again between the guess and what is made of it."""
        from mdli_workbook.equity.reading import read_sheet  # noqa: PLC0415

        state = path.stat()
        version = (path.name, state.st_mtime_ns, state.st_size)
        if self._sheet is None or self._version != version:
            self._sheet = None  # two large tables are too many at a time
            self._sheet, self._version = read_sheet(path), version
        return self._sheet

    def _take(self, sheet: Sheet, columns: Columns) -> Message:
        """Check a table and keep its patients; the table itself is let go."""
        from mdli_workbook.equity.explorer import options  # noqa: PLC0415
        from mdli_workbook.equity.reading_checks import code_sheet  # noqa: PLC0415

        self._own = code_sheet(sheet, as_mapping(columns), self._today())
        self._sheet = None
        return {"options": options(self._own)}

    def _export(self, what: str) -> Message:
        from mdli_workbook.equity.explorer import export  # noqa: PLC0415

        if self._shown is None:
            return {"problem": "Choose a view first, then export it."}
        name, mime, text = export(self._shown, what)
        return {"name": name, "mime": mime, "text": text}


class InTurn:
    """Answers what takes time in a thread of its own, in the order of asking: no save waits for a file.

    A view that nobody waits for any more, because another one was asked for since, is not counted.

    Parameters
    ----------
    looking
        Answers.
    tell
        Sends an answer.
    """

    def __init__(self, looking: Looking, tell: Callable[[Message | None], object]) -> None:
        self._looking, self._tell = looking, tell
        self._turns = ThreadPoolExecutor(1, "explorer")
        self._wanted: object = None

    def __call__(self, message: object) -> Message | None:
        """Answer at once what is quick; what is not is answered later."""
        kind = message.get("type") if isinstance(message, dict) else None
        if kind not in ANSWERS:
            return self._looking(message)
        is_view = ANSWERS[kind] == "figure"
        if is_view:
            self._wanted = message
        self._turns.submit(self._answer, message, is_view=is_view)
        return None

    def _answer(self, message: object, *, is_view: bool) -> None:
        if not is_view or message is self._wanted:
            self._tell(self._looking(message))


def files_in(folder: Path) -> list[Path]:
    """Return the tables in a folder by name: no folders, and nothing that is linked from elsewhere."""
    found = [
        one
        for one in folder.iterdir()
        if one.suffix.lower() in TABLES and not one.name.startswith((".", "~$")) and not one.is_symlink()
    ]
    return sorted((one for one in found if one.is_file()), key=lambda one: one.name.lower())[:MOST_FILES]


def _drawn(shown: Shown) -> str:
    from mdli_workbook.equity.explorer import html  # noqa: PLC0415

    return str(Markup('<div class="mdli-view mdli-view-equity">\n{}\n</div>').format(html(shown)))


def _in_words(problem: Problem) -> str:
    """Name the line, unless the message names rows itself."""
    named = problem.line < 2 or problem.message.startswith("column ")
    return problem.message if named else f"line {problem.line}: {problem.message}"


def _fits(choice: Choice, known: dict[str, Any]) -> bool:
    def ids(listed: list[dict[str, str]]) -> set[str]:
        return {one["id"] for one in listed}

    return (
        choice.measure in ids(known["measures"])
        and choice.dimension in ids(known["dimensions"])
        and choice.view in ids(known["views"])
        and choice.reference in {"", *ids(known["references"][choice.dimension])}
    )
