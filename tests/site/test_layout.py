"""The same thing stands in the same place every month, whatever order a template has."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from mdli_workbook.exercises.front import PARTS
from mdli_workbook.site.layout import Layout, lay_out


def cell(name: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {"mdli": {"name": name}}}


def words(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def names(cells: list[Any]) -> list[str]:
    return [one.get("source") or one["metadata"]["mdli"]["name"].removeprefix("part-") for one in cells]


def places(page: Layout) -> tuple[list[str], ...]:
    return tuple(names(one) for one in (page.head, page.first, page.second, page.below))


def test_each_part_has_a_place() -> None:
    page = lay_out([cell(f"part-{name}") for name in PARTS])
    assert sorted(names([*page.head, *page.first, *page.second])) == sorted(PARTS)
    assert page.below == []


def test_a_template_in_another_order_gives_the_same_page() -> None:
    parts = [cell(f"part-{name}") for name in ("who", "since", "commitments", "for-the-call")]
    pages = {str(lay_out(list(order))) for order in permutations(parts)}
    assert len(pages) == 1


def test_what_was_shared_comes_below_in_its_own_order() -> None:
    page = lay_out([cell("part-who"), words("## What they shared"), cell("x-visits"), cell("x-audit")])
    assert places(page) == (["who"], [], [], ["## What they shared", "x-visits", "x-audit"])


def test_words_go_with_the_part_that_follows_them() -> None:
    page = lay_out([words("Before you call"), cell("part-since"), words("The end")])
    assert places(page) == ([], [], ["Before you call", "since"], ["The end"])


@pytest.mark.parametrize("metadata", [{}, {"mdli": None}, {"mdli": []}, {"mdli": {"name": 3}}, {"mdli": {}}])
def test_a_cell_that_says_nothing_of_itself_comes_below(metadata: dict[str, Any]) -> None:
    page = lay_out([{"cell_type": "code", "metadata": metadata}, {"cell_type": "code"}])
    assert len(page.below) == 2
