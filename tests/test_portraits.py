"""The pages for coaches and participants say what is on the screen, and their pictures can be taken."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import portraits
import pytest

from mdli_workbook.cli import main
from mdli_workbook.site.standing import WORDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

DOCS = Path(__file__).resolve().parent.parent / "docs"
SHOWN = ("coordinator.md", "faculty.md")
PAGES = {"coach.md": ("login", "first page", "stale", "report"), "participant.md": ("workbook", "form")}
LARGEST = 150_000


@pytest.mark.soak
def test_the_pages_name_what_is_on_the_screen_and_show_its_pictures(browser: Browser, tmp_path: Path) -> None:
    portraits.prepare(tmp_path / "program")
    taken = tmp_path / "taken"
    taken.mkdir()
    words = portraits.take(tmp_path / "program", tmp_path, taken, browser)
    for name, pages in PAGES.items():
        text = (DOCS / name).read_text("utf-8")
        said = plain(" ".join([*(words[page] for page in pages), *WORDS.values()]))
        named = re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)
        assert len(named) > 5
        assert [label for label in named if plain(label) not in said] == []
    shown = {
        one
        for name in (*PAGES, *SHOWN)
        for one in re.findall(r"\(pictures/(.+?)\)", (DOCS / name).read_text("utf-8"))
    }
    made, kept = ({path.name for path in folder.iterdir()} for folder in (taken, DOCS / "pictures"))
    assert shown == made == kept
    assert max(picture.stat().st_size for picture in taken.iterdir()) <= LARGEST


def plain(text: str) -> str:
    return " ".join(text.split()).lower()


def test_the_pictures_are_small() -> None:
    for picture in (DOCS / "pictures").iterdir():
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size <= LARGEST, picture.name


@pytest.mark.parametrize("name", [*PAGES, *SHOWN])
def test_each_command_that_is_named_is_there(name: str) -> None:
    for command in re.findall(r"`mdli ([^`]+?)`", (DOCS / name).read_text("utf-8")):
        first, *more = command.split()
        group = main.commands[first]
        assert not more or more[0] in getattr(group, "commands", {}), command


@pytest.mark.parametrize("name", [*PAGES, *SHOWN])
def test_each_picture_says_in_words_what_it_shows(name: str) -> None:
    for alternative in re.findall(r"!\[(.*?)\]", (DOCS / name).read_text("utf-8")):
        assert len(alternative) > 40
