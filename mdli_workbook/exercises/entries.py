"""Exercises that repeat: entries in the order of the person, and how far they are together.

Each entry is an answer of its own, so two windows can write two entries without a conflict. The
order stands in the exercise's own row (entry ``""``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.values import Entered, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.exercises.values import Values

__all__ = ["Count", "EntryOrder", "as_filled", "begun", "check_count", "in_order", "optional_if_none_needed"]


class EntryOrder(Entered):
    """Value of the own row of an exercise that repeats.

    Parameters
    ----------
    order
        Entries as the person put them; entries that it lacks come after them.
    """

    order: list[str] = Field(default=[], max_length=1000)


def in_order(values: Values) -> list[tuple[str, dict[str, Any]]]:
    """Return the entries that are there, as the person ordered them.

    Examples
    --------
    >>> in_order({"": {"order": ["b", "a"]}, "a": {"n": 1}, "b": {"n": 2}, "c": {"n": 3}, "d": None})
    [('b', {'n': 2}), ('a', {'n': 1}), ('c', {'n': 3})]
    """
    own = EntryOrder.model_validate(values.get("") or {})
    rank = {entry: place for place, entry in enumerate(own.order)}
    there = [(entry, value) for entry, value in values.items() if entry and value is not None]
    return sorted(there, key=lambda item: rank.get(item[0], len(rank)))


def as_filled(entries: Iterable[Filled], least: int) -> Filled:
    """Say how far an exercise is from how far its entries are.

    Parameters
    ----------
    entries
        One per entry.
    least
        How many finished entries make it done; one, where the author asks for none.
    """
    entries = tuple(entries)
    if sum(one is Filled.DONE for one in entries) >= max(1, least):
        return Filled.DONE
    begun = any(one is not Filled.NOT_BEGUN for one in entries)
    return Filled.PART if begun else Filled.NOT_BEGUN


def check_count(count: tuple[int, int]) -> tuple[int, int]:
    """Refuse a count whose two numbers cannot be met.

    Examples
    --------
    >>> check_count((2, 1))
    Traceback (most recent call last):
        ...
    ValueError: count [2, 1] asks for more than it allows; write [least, most], such as [1, 2]
    """
    least, most = count
    if least < 0 or most < 1:
        raise ValueError(
            f"count [{least}, {most}] leaves nothing to write; write [least, most], such as [0, 3]"
        )
    if least > most:
        asked = f"count [{least}, {most}] asks for more than it allows"
        raise ValueError(f"{asked}; write [least, most], such as [{most}, {least}]")
    return count


Count = Annotated[tuple[int, int], AfterValidator(check_count)]
"""Least and most, such as ``[1, 2]``."""


def optional_if_none_needed(given: Any, least: Any) -> Any:
    """Make an exercise that may stay empty optional.

    Otherwise a session could never be finished by someone with nothing to write there.

    Parameters
    ----------
    given
        The fields as the author wrote them, not checked yet.
    least
        How many entries the author asks for: a number, or a count whose first number that is.
    """
    if isinstance(least, (list, tuple)):
        least = least[0] if least else None
    if not isinstance(given, dict) or least != 0:
        return given
    if given.get("required"):
        raise ValueError("required: true, but it may stay empty; ask for at least 1, or leave out required")
    return {**given, "required": False}


def begun(value: dict[str, Any], ignored: Iterable[str] = ()) -> bool:
    """Say whether anything was entered, fields with a default aside."""
    skip = frozenset(ignored)
    return any(not is_blank(one) for name, one in value.items() if name not in skip)
