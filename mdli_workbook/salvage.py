"""What can still be read of a notebook's file: all of a good one, and every cell there is of a damaged one.

A file that was cut off, mangled by a program that merges lines, saved in another encoding or by a very old
Jupyter still holds cells, whole or in part. Nothing is refused here: what was done to the file is named.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cell", "Damage", "Salvaged", "read_notebook", "source_of"]

Cell = dict[str, Any]

_KINDS = frozenset({"code", "markdown", "raw"})
_TRIES = 20_000
"""Braces that begin nothing readable, in one file: a hostile one must not take all day."""


class Damage(StrEnum):
    """What is wrong with a notebook's file as a whole; nothing, if it is empty."""

    NONE = ""
    OLDER = "it has an older notebook format"
    ODD = "parts of it are not what a notebook holds"
    BROKEN = "its file is not whole"
    NOTHING = "its file holds no cell of a notebook"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The cells of a notebook's file, each with `cell_type`, `metadata` and `source`.

    Parameters
    ----------
    cells
        In their order; a cell that was all right is the very one that was read.
    metadata
        The notebook's own, as far as it is any.
    damage
        What was wrong.
    """

    cells: tuple[Cell, ...]
    metadata: dict[str, Any]
    damage: Damage


def read_notebook(content: bytes) -> Salvaged:
    """Read what can be read.

    Parameters
    ----------
    content
        Of the file; any bytes.

    Examples
    --------
    >>> cut = b'{"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["One.", "Tw'
    >>> read_notebook(cut).cells
    ({'cell_type': 'markdown', 'metadata': {}, 'source': 'One.Tw'},)
    """
    text = _decoded(content)
    try:
        found = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        found = None
    listed = _listed(found)
    if listed is None:
        pieces = list(_scan(text))
        cells = tuple(cell for one in pieces if (cell := _cell(one)))
        return Salvaged(cells, _head(found), Damage.BROKEN if cells else Damage.NOTHING)
    cells = tuple(cell for one in listed if (cell := _cell(one)))
    whole = [a is b for a, b in zip(cells, listed, strict=False)] == [True] * len(listed)
    return Salvaged(cells, _head(found), _damage(found, whole=whole))


def source_of(cell: Cell) -> str:
    """Return what a cell says; files hold it in one piece or in lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _damage(found: dict[str, Any], *, whole: bool) -> Damage:
    major, minor = found.get("nbformat"), found.get("nbformat_minor")
    if type(major) is int and (major < 4 or (major == 4 and type(minor) is int and minor < 5)):
        return Damage.OLDER
    right = type(major) is int and type(minor) is int and isinstance(found.get("metadata"), dict)
    return Damage.NONE if whole and right else Damage.ODD


def _decoded(content: bytes) -> str:
    """Return the file as text; what is none becomes U+FFFD and no JSON."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    text = content.decode("utf-8-sig", "replace")
    if text.count("\0") > len(text) // 3:
        return content.decode("utf-16-le", "replace")
    return text


def _head(found: object) -> dict[str, Any]:
    metadata = found.get("metadata") if isinstance(found, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _listed(found: object) -> list[Any] | None:
    """Return the list of cells of a notebook: its own, or in old formats those of its worksheets."""
    if not isinstance(found, dict):
        return None
    if isinstance(found.get("cells"), list):
        listed: list[Any] = found["cells"]
        return listed
    sheets = found.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [
        one for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        for one in sheet["cells"]
    ]  # fmt: skip


def _cell(found: object) -> Cell | None:
    """Return a cell with all that a cell has; ``None`` where nothing was written."""
    if isinstance(found, str):
        return {"cell_type": "raw", "metadata": {}, "source": found} if found.strip() else None
    if not isinstance(found, dict):
        return None
    kind, metadata, source = found.get("cell_type"), found.get("metadata"), found.get("source")
    if kind in _KINDS and isinstance(metadata, dict) and _is_text(source):
        return found
    if source is None:
        source = found.get("input", "")  # what code was called before format 4
    text = _as_text(source)
    if kind == "heading":
        level = found.get("level")
        text, kind = f"{'#' * (level if type(level) is int and 0 < level < 7 else 1)} {text}", "markdown"
    kept = {name: found[name] for name in ("attachments", "id") if name in found}
    kept |= {"outputs": found["outputs"]} if kind == "code" and "outputs" in found else {}
    kind = kind if isinstance(kind, str) and kind in _KINDS else "markdown" if kind == "html" else "raw"
    return {
        "cell_type": kind,
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": text,
    } | kept


def _is_text(source: object) -> bool:
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(one, str) for one in source)
    )


def _as_text(source: object) -> str:
    if isinstance(source, list):
        return "".join(map(_as_text, source))
    if isinstance(source, str):
        return source
    return "" if source in (None, {}) else json.dumps(source, ensure_ascii=False)


def _scan(text: str) -> Iterator[object]:
    """Yield the cells in text that is no JSON as a whole, and what is left of broken ones between them."""
    read = json.JSONDecoder(strict=False, parse_constant=lambda _: None).raw_decode
    tries = start = gap = 0
    while tries < _TRIES and (start := text.find("{", start)) >= 0:
        try:
            found, end = read(text, start)
        except (ValueError, RecursionError):
            tries, start = tries + 1, start + 1
            continue
        cells = list(_cells_within(found))
        if cells:
            yield from _remains(text[gap:start])
            yield from cells
            gap = end
        start = end
    yield from _remains(text[gap:])


def _cells_within(found: object) -> Iterator[Cell]:
    """Yield the cells in a value, wherever they are, in their order."""
    waiting: list[object] = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict) and "cell_type" in one and ("source" in one or "input" in one):
            yield one
        elif isinstance(one, dict | list):
            waiting += reversed(list(one.values() if isinstance(one, dict) else one))


_STRING = re.compile(r'"((?:[^"\\]|\\.)*)("|\Z|\\?\Z)', re.DOTALL)
_MARKED = re.compile(r'"(hash|name|owner)":\s*"([a-z0-9_-]{1,80})"')
_KIND = re.compile(r'\s*:\s*"(code|markdown|raw)"')


def _remains(text: str) -> Iterator[Cell]:
    """Yield what broken cells said: the strings after ``"source":``, to where they break off."""
    for chunk in text.split('"cell_type"')[1:]:
        head, _, rest = chunk.partition('"source"')
        said = "".join(_said(match.group(1)) for match in _STRING.finditer(rest))
        if said.strip():
            kind = _KIND.match(chunk)
            marker = dict(_MARKED.findall(head))
            metadata = {"mdli": marker} if marker.get("owner") else {}
            yield {"cell_type": kind.group(1) if kind else "raw", "metadata": metadata, "source": said}


def _said(piece: str) -> str:
    """Return what a string of JSON says, as far as it goes."""
    for shorter in range(min(len(piece), 6) + 1):  # an escape may be cut off
        try:
            said: str = json.loads(f'"{piece[: len(piece) - shorter]}"', strict=False)
        except ValueError:
            continue
        return said
    return piece
