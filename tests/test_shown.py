"""The pages for coordinators and faculty show commands that were run, and what they print."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_days import prepare
from shown import BLOCK, play

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = ("coordinator.md", "faculty.md")


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_a_page_print_what_it_shows(name: str, tmp_path: Path) -> None:
    page = (DOCS / name).read_text("utf-8")
    prepare(tmp_path / "program")
    assert play(page, tmp_path / "program") == page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_two_pages(name: str) -> None:
    words = BLOCK.sub("", (DOCS / name).read_text("utf-8")).split()
    assert 600 < len(words) < 1_200


def test_a_page_that_shows_something_else_is_found_out(tmp_path: Path) -> None:
    prepare(tmp_path / "program")
    page = "```console\n$ mdli check\nall bad\n```\n"
    played = play(page, tmp_path / "program")
    assert played.startswith("```console\n$ mdli check\nall good: 8 participants")
