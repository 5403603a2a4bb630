"""A picture stands beside its session and travels inside the workbook; nothing else is taken for one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import nbformat
import pytest

from mdli_workbook.exercises import KINDS
from mdli_workbook.notebook import SessionCells
from mdli_workbook.pictures import as_data, read_picture
from mdli_workbook.session_files import read_session

if TYPE_CHECKING:
    from pathlib import Path

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TEXT = """---
session: 2
slug: listen
title: Listen
minutes: 3
---
Look first.

![A cart in a hallway](pictures/cart.png "at night")

```{reflection} why
prompt: Why?
```
"""


def session_folder(folder: Path) -> Path:
    (folder / "pictures").mkdir()
    (folder / "pictures" / "cart.png").write_bytes(PIXEL)
    (folder / "02-listen.md").write_text(TEXT)
    return folder


def test_a_picture_becomes_an_attachment_of_its_cell(tmp_path: Path) -> None:
    session = read_session(session_folder(tmp_path) / "02-listen.md", KINDS)
    cells = nbformat.reads(SessionCells.of(session).workbook("spring", "ana"), as_version=4).cells
    [cell] = [one for one in cells if "attachments" in one]
    [(name, content)] = cell.attachments.items()
    assert f'![A cart in a hallway](attachment:{name} "at night")' in cell.source
    assert base64.b64decode(content["image/png"]) == PIXEL


def test_a_page_without_a_notebook_holds_the_picture_itself(tmp_path: Path) -> None:
    session = read_session(session_folder(tmp_path) / "02-listen.md", KINDS)
    assert "](data:image/png;base64,iVBOR" in as_data(str(session.parts[0]), session.pictures)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("absent.png", "is not there; put the file beside the session, or correct its name"),
        ("../secret.png", "is not beside the session; copy the file there and write its name"),
        ("/etc/hostname", "is not beside the session; copy the file there and write its name"),
        ("//example.org/a.png", "is not beside the session; copy the file there and write its name"),
        ("notes.txt", "is no picture that a browser shows everywhere; save it as .png, .jpg, .jpeg, .gif"),
        ("big.png", "has 1,000,001 bytes; make it smaller than 1,000,000"),
    ],
)
def test_what_is_no_picture_beside_the_session_is_refused(tmp_path: Path, source: str, said: str) -> None:
    (tmp_path.parent / "secret.png").write_bytes(PIXEL)
    (tmp_path / "big.png").write_bytes(b"x" * 1_000_001)
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        read_picture(tmp_path, source)
