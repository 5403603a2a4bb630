"""Names and numbers as the page has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdli_workbook.equity.panel import DIMENSIONS, MEASURES
from mdli_workbook.equity.patients import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "EVERYONE",
    "NOT_RECORDED",
    "dimension_words",
    "group_words",
    "in_order",
    "listed",
    "measure_words",
    "month_in_words",
    "months_in_words",
    "patients_in_words",
    "people",
    "percent",
    "points",
    "reached",
]

EVERYONE = "All patients"
NOT_RECORDED = "Not recorded"

_PEOPLE = {
    "race_ethnicity": "patients recorded as {}",
    "language": "patients who speak {}",
    "age_band": "patients aged {}",
    "sex": "patients recorded as {}",
}
_ORDERED = re.compile(
    r"(^|_| )(age|deprivation|deprived|quintile|quartile|tertile|decile|fifth)($|_| )", re.IGNORECASE
)
_FROM_THE_LAST = re.compile(r"depriv", re.IGNORECASE)
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def measure_words(measure: str) -> str:
    """Return what a measure is called.

    Examples
    --------
    >>> measure_words("portal_active"), measure_words("seen_in_time")
    ('Patient portal in use', 'Seen in time')
    """
    known = {str(name): one.words for name, one in MEASURES.items()}
    return known.get(measure) or _spaced(measure, capital=True)


def reached(measure: str) -> str:
    """Return how a sentence about a measure begins, up to the figure."""
    known = {str(name): one.reached for name, one in MEASURES.items()}
    return known.get(measure) or f"{measure_words(measure)}:"


def dimension_words(dimension: str) -> str:
    """Return what a dimension is called inside a sentence."""
    known = {str(name): one.words for name, one in DIMENSIONS.items()}
    return known.get(dimension) or _spaced(dimension)


def group_words(dimension: str, group: str) -> str:
    """Return what a group is called.

    Examples
    --------
    >>> group_words("age_band", "65+"), group_words("age_band", "")
    ('65 and older', 'Not recorded')
    """
    if group == UNKNOWN:
        return NOT_RECORDED
    known = {str(name): one.groups for name, one in DIMENSIONS.items()}
    return known.get(dimension, {}).get(group, group)


def people(dimension: str, group: str | None) -> str:
    """Return a group as people.

    Examples
    --------
    >>> people("language", "Spanish"), people("payer", ""), people("clinic", "North")
    ('patients who speak Spanish', 'patients whose payer was not recorded', 'patients of clinic North')
    >>> people("payer", None)
    'all patients together'
    """
    if group is None:
        return "all patients together"
    if group == UNKNOWN:
        return f"patients whose {dimension_words(dimension)} was not recorded"
    words = group_words(dimension, group)
    return _PEOPLE.get(dimension, f"patients of {dimension_words(dimension)} {{}}").format(words)


def in_order(dimension: str, groups: Sequence[str]) -> tuple[str, ...] | None:
    """Return the groups of an ordered dimension, from the most disadvantaged up; ``None`` without an order.

    Deprivation is taken to grow with its number. Ages have an order and no advantage: from the youngest.

    Examples
    --------
    >>> in_order("deprivation_fifth", ("1", "2", "3", ""))
    ('3', '2', '1')
    >>> in_order("language", ("English", "Spanish")) is None
    True
    """
    if not _ORDERED.search(dimension):
        return None
    known = tuple(group for group in groups if group != UNKNOWN)
    return known[::-1] if _FROM_THE_LAST.search(dimension) else known


def percent(proportion: float) -> str:
    """Show a proportion as a whole percentage.

    Examples
    --------
    >>> percent(0.6329)
    '63%'
    """
    return f"{proportion:.0%}"


def points(difference: float) -> str:
    """Show a difference of proportions without its sign, in whole percentage points.

    Examples
    --------
    >>> points(-0.113), points(0.012), points(0.002)
    ('11 points', '1 point', 'less than 1 point')
    """
    whole = round(abs(difference) * 100)
    if not whole:
        return "less than 1 point"
    return f"{whole} {'point' if whole == 1 else 'points'}"


def patients_in_words(size: int | None) -> str:
    """Say how many patients, as far as that may be said."""
    return "size withheld" if size is None else f"{size:,} {'patient' if size == 1 else 'patients'}"


def month_in_words(month: str) -> str:
    """Say a month, the same in every locale.

    Examples
    --------
    >>> month_in_words("2024-05")
    'May 2024'
    """
    year, number = month.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def months_in_words(first: str, last: str) -> str:
    """Say from which month to which.

    Examples
    --------
    >>> months_in_words("2024-05", "2026-04")
    'May 2024 to April 2026'
    """
    return f"{month_in_words(first)} to {month_in_words(last)}" if first != last else month_in_words(first)


def listed(names: Sequence[str]) -> str:
    """Put names into a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _spaced(name: str, *, capital: bool = False) -> str:
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:] if capital else spaced
