"""What people choose among: options, points of a scale, statements and items, each with an id."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from mdli_workbook.curriculum import Id, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.exercises.controls import Labelled

__all__ = ["Option", "OptionId", "as_controls", "refuse_twice", "words_of"]


def _from_yaml(found: Any) -> Any:
    """Read an id as its author meant it: YAML makes numbers of ``1`` and a truth of ``no``."""
    if isinstance(found, bool):
        said = "yes, on or true" if found else "no, off or false"
        raise ValueError(f"YAML reads an unquoted {said} as a truth value; write this id in quotes")  # noqa: TRY004
    return str(found) if isinstance(found, int) else found


OptionId = Annotated[Id, BeforeValidator(_from_yaml)]


class Option(Record):
    """One thing to choose: its id, on which answers hang, and its words."""

    id: OptionId
    label: str = Field(min_length=1)


def as_controls(options: Iterable[Option]) -> list[Labelled]:
    """Return options as a form's control holds them."""
    return [{"id": one.id, "label": one.label} for one in options]


def refuse_twice(ids: Iterable[str], what: str) -> None:
    """Refuse ids that stand twice, since answers could not be told apart.

    Parameters
    ----------
    ids
        In the order of the page.
    what
        What they are ids of, in one word such as ``option``.

    Raises
    ------
    ValueError
        Naming every such id.
    """
    twice = [one for one, times in Counter(ids).items() if times > 1]
    if twice:
        raise ValueError(
            f"{what} {', '.join(map(repr, twice))} stands twice; give each {what} an id of its own"
        )


def words_of(options: Iterable[Option], chosen: str) -> str:
    """Return an option's words, or its id where a later version of the session dropped it."""
    return next((one.label for one in options if one.id == chosen), chosen)
