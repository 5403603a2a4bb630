"""Pictures of a session: files beside it, which travel inside the workbook."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from mdli_workbook.curriculum import Picture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["as_attachments", "as_data", "read_picture"]

_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
_MOST_BYTES = 1_000_000


def read_picture(folder: Path, source: str) -> Picture:
    """Read a picture that a session shows.

    Parameters
    ----------
    folder
        Where the session file stands.
    source
        The picture's address as its author wrote it: a file beside the session or below it.

    Raises
    ------
    ValueError
        With the rule and the way out.
    """
    home = folder.resolve()
    path = (home / source).resolve()
    if "//" in source or home not in path.parents:
        raise ValueError("is not beside the session; copy the file there and write its name")
    if path.suffix.lower() not in _TYPES:
        raise ValueError(f"is no picture that a browser shows everywhere; save it as {', '.join(_TYPES)}")
    try:
        content = path.read_bytes()
    except OSError:
        raise ValueError("is not there; put the file beside the session, or correct its name") from None
    if len(content) > _MOST_BYTES:
        raise ValueError(f"has {len(content):,} bytes; make it smaller than {_MOST_BYTES:,}")
    name = f"picture-{hashlib.sha256(content).hexdigest()[:12]}{path.suffix.lower()}"
    return Picture(
        source=source, name=name, mime=_TYPES[path.suffix.lower()], data=base64.b64encode(content).decode()
    )


def as_attachments(text: str, pictures: Iterable[Picture]) -> tuple[str, dict[str, dict[str, str]]]:
    """Return a text whose pictures are attachments of its cell, and these attachments.

    Examples
    --------
    >>> cart = Picture(source="cart.png", name="picture-1.png", mime="image/png", data="AA==")
    >>> as_attachments("![A cart](cart.png)", [cart])
    ('![A cart](attachment:picture-1.png)', {'picture-1.png': {'image/png': 'AA=='}})
    """
    attached = {}
    for one in pictures:
        if f"]({one.source}" in text:
            text = text.replace(f"]({one.source}", f"](attachment:{one.name}")
            attached[one.name] = {one.mime: one.data}
    return text, attached


def as_data(text: str, pictures: Iterable[Picture]) -> str:
    """Return a text that holds its pictures itself, for a page that may load nothing."""
    for one in pictures:
        text = text.replace(f"]({one.source}", f"](data:{one.mime};base64,{one.data}")
    return text
