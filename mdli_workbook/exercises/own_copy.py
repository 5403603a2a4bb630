"""The button above the forms: a participant's whole record, given to their own browser as a file.

The message names no person: the record is of the workbook's own participant, like everything that is saved in
it. It travels packed, in one message: a Jupyter server drops what is too much at once.
"""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from mdli_workbook.errors import WorkbookError
from mdli_workbook.exercises.finding import find_person
from mdli_workbook.exercises.messages import refused
from mdli_workbook.exercises.own_record import Whose, asked_in, own_record
from mdli_workbook.exercises.record_data import record_data
from mdli_workbook.exercises.record_page import record_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mdli_workbook.exercises.messages import Message
    from mdli_workbook.exercises.own_record import OwnRecord
    from mdli_workbook.exercises.replies import Desktop

__all__ = ["LARGEST", "OwnCopy"]

LARGEST = 2_500_000
"""Characters of a packed record: a stock Jupyter server lets through three million in three seconds."""
_utc_now = partial(datetime.now, UTC)
_KINDS: dict[str, tuple[str, str, Callable[[OwnRecord], str]]] = {
    "page": ("html", "text/html;charset=utf-8", record_page),
    "data": ("json", "application/json", record_data),
}


class _Wish(BaseModel):
    type: Literal["record"]
    form: Literal["page", "data"]


class OwnCopy:
    """Answers the button's message.

    Parameters
    ----------
    desktop
        Whose workbook it is, and its store.
    folder
        The notebook's.
    now
        Gives the time, with a zone.
    largest
        Characters that may be sent.
    """

    def __init__(
        self,
        desktop: Desktop,
        folder: Path,
        now: Callable[[], datetime] = _utc_now,
        largest: int = LARGEST,
    ) -> None:
        self._desktop, self._folder, self._now, self._largest = desktop, folder, now, largest

    def __call__(self, message: object) -> Message | None:
        """Return a file of the participant's record, or why there is none; nothing to another message."""
        try:
            wish = _Wish.model_validate(message)
        except ValidationError:
            return None
        try:
            return self._file(wish)
        except (WorkbookError, OSError) as error:
            return refused("record", f"{error}.")
        except Exception as error:  # noqa: BLE001 - nobody above a callback would tell the person
            return refused("record", f"something unforeseen happened ({type(error).__name__}).")

    def _file(self, wish: _Wish) -> Message:
        store = self._desktop.store
        if store is None:
            return refused("record", self._desktop.why)
        whose = self._whose()
        with store.look() as (_, names):
            ids = names.ids_of(0, whose.participant)
        record = own_record(store, whose, asked_in(self._notebooks(), ids), self._now())
        ending, mime, made = _KINDS[wish.form]
        packed = base64.b64encode(gzip.compress(made(record).encode(), mtime=0)).decode()
        if len(packed) > self._largest:
            return refused("record", "your record is too large to be sent at once; ask for one: mdli export.")
        day = record.made_at.astimezone(whose.zone).date().isoformat()
        name = f"record-{whose.participant}-{day}.{ending}"
        return {"type": "record", "form": wish.form, "name": name, "mime": mime, "packed": packed}

    def _whose(self) -> Whose:
        place = self._desktop.place
        found: dict[str, Any] = find_person(place.participant, self._folder)
        coaches, title = found.pop("coaches", {}), found.pop("program", "")
        zone = found.pop("zone", None) or ZoneInfo("UTC")
        name = found.pop("name", "")
        return Whose(place.participant, zone, name, title, coaches, found)

    def _notebooks(self) -> Iterator[bytes]:
        """Yield the workbooks in this folder, as far as they can be read."""
        for path in sorted(self._folder.glob("*.ipynb")):
            try:
                yield path.read_bytes()
            except OSError:
                continue
