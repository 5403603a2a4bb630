"""What the store was asked already, and need not be asked again while none of its answers has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.shelf import Marker
    from mdli_workbook.store import Store

__all__ = ["Checked"]

REMEMBERED = 4096
Version = tuple[int, ...]


class Checked:
    """Remembers the reports of which everything was shared, each with the version of the answers then.

    Whether anything has changed since is asked at every request; only the answer to the long question is
    kept. Safe from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Marker, tuple[Store, Version]] = OrderedDict()

    def others(self, markers: Iterable[Marker], store: Store, version: Version) -> list[Marker]:
        """Return those of one participant's reports that are to be asked about."""
        with self._lock:
            return [one for one in markers if self._known.get(one) != (store, version)]

    def note(self, markers: Iterable[Marker], store: Store, version: Version) -> None:
        """Remember that everything in these reports was shared after `version` had been read."""
        with self._lock:
            for one in markers:
                self._known[one] = store, version
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
