"""docs/authoring.md is what authors copy from, so every block in it must work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from markdown_it import MarkdownIt

from mdli_workbook.exercises import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from mdli_workbook.curriculum import Exercise

PAGE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")


def fences(text: str) -> Iterator[Token]:
    """Yield fenced exercises; on the page each stands inside a fence that shows it as source."""
    for token in MarkdownIt().parse(text):
        if token.type == "fence" and token.info.startswith("{"):
            yield token
        elif token.type == "fence" and token.info == "markdown":
            yield from fences(token.content)


BLOCKS = [(*block.info[1:].split("} ", 1), block.content) for block in fences(PAGE)]


def sections() -> dict[str, str]:
    parts = PAGE.split("\n## `")[1:]
    return {name: text for name, _, text in (part.partition("`\n") for part in parts)}


def read(kind: str, name: str, text: str) -> Exercise:
    return KINDS[kind].model_validate({"id": name, **yaml.safe_load(text)})


@pytest.mark.parametrize("block", [one for one in BLOCKS if one[0] in KINDS], ids=lambda block: block[1])
def test_an_example_is_an_exercise_and_survives_the_way_through_a_workbook(
    block: tuple[str, str, str],
) -> None:
    exercise = read(*block)
    again = type(exercise).model_validate({"id": exercise.id, **exercise.literals()})
    assert again == exercise


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_heading_and_an_example_below_it(kind: str) -> None:
    assert f"```{{{kind}}} " in sections()[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_explained_under_its_heading(kind: str) -> None:
    common = {"id", "audience", "required"}
    own = set(KINDS[kind].__annotations__) - {"kind", "Value", "repeats", "in_front"} - common
    assert {field for field in own if field not in sections()[kind]} == set()
