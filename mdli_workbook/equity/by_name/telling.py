"""From what a function returns to the keys that the registry returns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from math import isnan
from typing import TYPE_CHECKING, Any

from mdli_workbook.equity.estimate import Estimate, NotEstimated, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mdli_workbook.equity.by_name.keys import Given

__all__ = ["BOTH", "Measure", "Told", "at_levels", "columns", "each", "level_of", "tag", "tell", "untold"]

Told = dict[str, Any]
BOTH = (0.95, 0.998)
"""The confidences of English public health indicators: where none is asked for, both are told."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure under its name.

    Parameters
    ----------
    call
        Checked inputs → what is returned.
    needs
        Keys that must be given.
    may
        Keys that are used where they are given.
    """

    call: Callable[[Given], Mapping[str, Any]]
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


def tell(found: Estimate | Summary | NotEstimated, **attributes: str) -> Told:
    """Tell a record under other names; one that is none, by its state.

    Examples
    --------
    >>> tell(Estimate(2.0, 1.0, 3.0, "Wald"), value="estimate")
    {'value': 2.0, 'method': 'Wald', 'note': ''}
    >>> from mdli_workbook.equity.estimate import Reason
    >>> tell(NotEstimated(Reason.NOBODY, "an empty group"), value="estimate")
    {'value': None, 'state': 'nobody was measured', 'note': 'an empty group'}
    """
    if isinstance(found, NotEstimated):
        return untold(found, *attributes)
    told = {key: getattr(found, attribute) for key, attribute in attributes.items()}
    return {**told, "method": found.method, "note": found.note}


def untold(found: NotEstimated, *keys: str) -> Told:
    """Tell by its state what cannot be estimated."""
    return {**dict.fromkeys(keys), "state": str(found.state), "note": found.note}


def tag(level: float) -> str:
    """Name a confidence as keys do.

    Examples
    --------
    >>> tag(0.95), tag(0.998)
    ('95', '99_8')
    """
    return f"{level * 100:g}".replace(".", "_")


def level_of(given: Given) -> float:
    """Return the one confidence of a measure that has one pair of limits."""
    level: float = given.get("confidence", (0.95,))[0]
    return level


def at_levels(given: Given, make: Callable[[float], Estimate | NotEstimated], value: str = "value") -> Told:
    """Tell the figure and its limits at each confidence that was asked for."""
    levels = given.get("confidence", BOTH)
    told: Told = tell(make(levels[0]), **{value: "estimate", "lower": "lower", "upper": "upper"})
    for level in levels:
        found = make(level)
        for side in ("lower", "upper"):
            told[f"{side}{tag(level)}"] = None if isinstance(found, NotEstimated) else getattr(found, side)
    return told


def each(tell_one: Callable[..., Told], *columns: float | list[float]) -> Told:
    """Tell numbers as they are, and lists row by row: each key then holds a list."""
    lists = [column for column in columns if isinstance(column, list)]
    if not lists:
        return tell_one(*columns)
    rows: Iterable[tuple[Any, ...]] = zip(
        *(column if isinstance(column, list) else repeat(column, len(lists[0])) for column in columns),
        strict=True,
    )
    told = [tell_one(*(None if isnan(one) else one for one in row)) for row in rows]
    keys = dict.fromkeys(key for row in told for key in row)
    return {key: [row.get(key) for row in told] for key in keys}


def columns(given: Given, *keys: str) -> list[list[float]]:
    """Return keys as lists of one length; a number is as if it stood in every place.

    Examples
    --------
    >>> columns({"count": [1.0, 2.0], "n": 30.0}, "count", "n")
    [[1.0, 2.0], [30.0, 30.0]]
    """
    values = [given[key] for key in keys]
    length = next((len(value) for value in values if isinstance(value, list)), 1)
    return [value if isinstance(value, list) else [value] * length for value in values]
