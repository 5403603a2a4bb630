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
PAGES = {"coach.md": ("login", "first page", "stale", "report"), "participant.md": ("workbook", "form")}
LARGEST = 150_000


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("taken")


@pytest.fixture(scope="module")
def words(browser: Browser, taken: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Page → its words, as they are on the screen."""
    base = tmp_path_factory.mktemp("portraits")
    portraits.prepare(base / "program")
    return portraits.take(base / "program", base, taken, browser)


@pytest.mark.soak
@pytest.mark.parametrize("name", PAGES)
def test_each_label_that_is_named_is_on_the_page(name: str, words: dict[str, str]) -> None:
    said = plain(" ".join([*(words[page] for page in PAGES[name]), *WORDS.values()]))
    named = re.findall(r"\*\*(.+?)\*\*", (DOCS / name).read_text("utf-8"), re.DOTALL)
    assert len(named) > 5
    assert [label for label in named if plain(label) not in said] == []


def plain(text: str) -> str:
    return " ".join(text.split()).lower()


@pytest.mark.soak
def test_the_pictures_are_those_that_the_pages_show(words: dict[str, str], taken: Path) -> None:
    shown = {
        one for name in PAGES for one in re.findall(r"\(pictures/(.+?)\)", (DOCS / name).read_text("utf-8"))
    }
    made, kept = ({path.name for path in folder.iterdir()} for folder in (taken, DOCS / "pictures"))
    assert shown == made == kept


@pytest.mark.soak
def test_the_pictures_are_small(words: dict[str, str], taken: Path) -> None:
    for picture in (*taken.iterdir(), *(DOCS / "pictures").iterdir()):
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size <= LARGEST, picture.name


@pytest.mark.parametrize("name", PAGES)
def test_each_command_that_is_named_is_there(name: str) -> None:
    for command in re.findall(r"`mdli (.+?)`", (DOCS / name).read_text("utf-8")):
        first, *more = command.split()
        group = main.commands[first]
        assert not more or more[0] in getattr(group, "commands", {}), command


@pytest.mark.parametrize("name", PAGES)
def test_each_picture_says_in_words_what_it_shows(name: str) -> None:
    for alternative in re.findall(r"!\[(.*?)\]", (DOCS / name).read_text("utf-8")):
        assert len(alternative) > 40
