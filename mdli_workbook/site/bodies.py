"""The bodies of pages: rendered once, kept on disk, and sent from there, packed or plain.

A body holds nothing that depends on who reads it or when. It stands under ``.mdli/pages``, for this
account alone, and is deleted with its report by :mod:`mdli_workbook.shelf`.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdli_workbook.files import private_folder
from mdli_workbook.shelf import marker_of, pages_of
from mdli_workbook.site.sources import stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mdli_workbook.site.reading import Found

__all__ = ["Bodies", "Body", "pack", "version_of"]

REMEMBERED = 4096
SHORT = 500
"""Bytes below which packing saves nothing."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: plain, and packed where that is shorter.

    Parameters
    ----------
    etag
        Hash of the plain bytes, without quotation marks.
    plain, packed
        The bytes; `packed` by gzip, or empty.
    """

    etag: str
    plain: bytes
    packed: bytes


def pack(plain: bytes) -> Body:
    """Pack bytes, and give them a fingerprint.

    Examples
    --------
    >>> body = pack(b"word " * 1000)
    >>> len(body.plain), len(body.packed) < 100, body.etag == pack(body.plain).etag
    (5000, True, True)
    """
    packed = gzip.compress(plain, 6, mtime=0) if len(plain) > SHORT else b""
    return Body(_hash(plain), plain, packed)


def _hash(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()[:32]


def version_of(paths: Iterable[Path]) -> str:
    """Return a hash of the files that draw a page, so that a new version draws it again."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.read_bytes())
    return found.hexdigest()


class Bodies:
    """The pages of a program's reports, each rendered once.

    Safe from any thread. Where nothing can be written, pages are rendered each time.

    Parameters
    ----------
    draw
        Makes the page of an executed notebook; called by one thread at a time.
    version
        Changes when `draw` would draw otherwise.
    """

    def __init__(self, draw: Callable[[Mapping[str, Any], Mapping[str, Any]], str], version: str) -> None:
        self._draw = draw
        self._version = version
        self._drawing = threading.Lock()
        self._lock = threading.Lock()
        self._etags: OrderedDict[Path, tuple[str, str]] = OrderedDict()

    def body(self, found: Found, about: Mapping[str, Any]) -> Body | None:
        """Return the body of a report, or ``None`` if the report has changed since it was found.

        Parameters
        ----------
        found
            The report; the body is rendered again when its file was written since.
        about
            What the page says besides, with its words: strings, the same for every reader.
        """
        key = self._key(found, about)
        return self._kept(found.path, key) or self._make(found, about, key)

    def _key(self, found: Found, about: Mapping[str, Any]) -> str:
        said = json.dumps([self._version, found.stamp, dict(about)], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def _kept(self, report: Path, key: str) -> Body | None:
        with self._lock:
            kept = self._etags.get(report)
        etag = kept[1] if kept and kept[0] == key else _etag_on_disk(report, key)
        if not etag:
            return None
        try:
            body = Body(etag, *(path.read_bytes() for path in _files(report, key, etag)))
        except FileNotFoundError:
            return None
        if kept is None or kept[0] != key:
            if _hash(body.plain) != etag:  # damaged while no site was running
                return None
            self._remember(report, key, etag)
        return body

    def _remember(self, report: Path, key: str, etag: str) -> None:
        with self._lock:
            self._etags[report] = key, etag
            while len(self._etags) > REMEMBERED:
                self._etags.popitem(last=False)

    def _make(self, found: Found, about: Mapping[str, Any], key: str) -> Body | None:
        with self._drawing:
            kept = self._kept(found.path, key)  # somebody else may have drawn it while this one waited
            if kept is not None:
                return kept
            notebook = _read(found.path)
            if marker_of(notebook) != found.marker:
                return None
            body = pack(self._draw(notebook, about).encode())
            with contextlib.suppress(OSError):
                _keep(found, key, body)
                self._remember(found.path, key, body.etag)
            return body


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _files(report: Path, key: str, etag: str) -> tuple[Path, Path]:
    home, begin = pages_of(report)
    return home / f"{begin}{key}.{etag}.html", home / f"{begin}{key}.{etag}.html.gz"


def _etag_on_disk(report: Path, key: str) -> str:
    home, begin = pages_of(report)
    kept = next(home.glob(f"{escape(begin)}{key}.*.html"), None)
    return kept.name.removeprefix(f"{begin}{key}.").removesuffix(".html") if kept else ""


def _keep(found: Found, key: str, body: Body) -> None:
    """Put a body on disk in place of older ones, unless its report has gone or changed meanwhile."""
    files = _files(found.path, key, body.etag)
    home, begin = pages_of(found.path)
    for folder in (home.parent.parent, home.parent, home):
        private_folder(folder)
    for path, content in zip(files, (body.plain, body.packed), strict=True):
        _write_whole(path, content)
    older = set(home.glob(f"{escape(begin)}*")) - set(files)
    gone = () if stamp_of([found.path]) == found.stamp else files
    for path in (*older, *gone):
        path.unlink(missing_ok=True)


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)  # noqa: PTH105 - mkstemp gives a name
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
