"""The keys of the registry: what each may hold, checked once for all measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KEYS", "Given", "read_key"]

Given = Mapping[str, Any]


def read_key(key: str, value: object) -> Any:
    """Check the value of one key and return it as plain numbers, words or lists.

    Raises
    ------
    ValueError
        If it is not what the key holds; the message says what would be.

    Examples
    --------
    >>> read_key("population", (30, 10))
    [30.0, 10.0]
    """
    return KEYS[key](_plain(value))


def _plain(value: object) -> object:
    """Return arrays as lists, and their numbers as those of Python."""
    return value.tolist() if hasattr(value, "tolist") else value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise ValueError("is no number")
    return float(value)


def _positive(value: object) -> float:
    number = _number(value)
    if number <= 0:
        raise ValueError(f"is {number:g}; it must be above 0")
    return number


def _several(value: object) -> Sequence[object]:
    if not isinstance(value, (list, tuple)):
        raise ValueError("is no list")  # noqa: TRY004 - all problems of a key are of one kind
    if not value:
        raise ValueError("is an empty list")
    return [_plain(one) for one in value]


def _numbers(value: object) -> list[float]:
    numbers = []
    for at, one in enumerate(_several(value)):
        try:
            numbers.append(_number(one))
        except ValueError:
            raise ValueError(f"holds no number at {at}; leave out that place in every list") from None
    return numbers


def _gaps(value: object) -> list[float]:
    """Read numbers of which some are unknown: they become NaN here, which never goes out again."""
    return [nan if one is None or one != one else _number(one) for one in _several(value)]  # noqa: PLR0124


def _one_or_more(value: object) -> float | list[float]:
    return _gaps(value) if isinstance(value, (list, tuple)) else _number(value)


def _flag(value: object) -> bool:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise ValueError("is neither true nor false")


def _index(value: object) -> int:
    number = _number(value)
    if number != int(number) or number < 0:
        raise ValueError("is no whole number from 0 up")
    return int(number)


def _indices(value: object) -> list[int]:
    if isinstance(value, (list, tuple)):
        return [_index(one) for one in value]
    return [_index(value)]


def _words(value: object) -> list[str]:
    return [str(one) for one in _several(value)]


def _level(value: object) -> float:
    number = _number(value)
    if not 0 < number < 1:
        raise ValueError(f"holds {number:g}; a confidence is between 0 and 1, such as 0.95")
    return number


def _levels(value: object) -> tuple[float, ...]:
    return tuple(map(_level, value)) if isinstance(value, (list, tuple)) and value else (_level(value),)


def _rows(value: object) -> list[list[float]] | list[float]:
    """Read one series, or several, as numbers."""
    several = _several(value)
    if any(isinstance(one, (list, tuple)) for one in several):
        return [_gaps(one) for one in several]
    return _gaps(several)


def _word(value: object) -> str:
    return str(value)


KEYS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            "estimate",
            "population",
            "subgroup_order",
            "values",
            "standard_population",
            "reference_count",
            "reference_population",
            "patients_with_1_event",
            "patients_with_2_events",
            "patients_with_3_events",
            "patients_with_4_events",
            "quantile",
            "all_denominators",
            "all_numerators",
            "cases",
            "total",
            "events",
            "person_time",
            "rate",
        ),
        _numbers,
    ),
    **dict.fromkeys(("se", "lower_cl95", "upper_cl95", "value"), _gaps),
    **dict.fromkeys(
        (
            "numerator",
            "denominator",
            "count",
            "n",
            "observed",
            "expected",
            "at_denominator",
            "count1",
            "count2",
            "n1",
            "n2",
            "group_rate",
            "group_se",
            "reference_rate",
            "reference_se",
        ),
        _one_or_more,
    ),
    **dict.fromkeys(("subgroup", "age_band", "group", "hospital", "rows", "columns"), _words),
    **dict.fromkeys(
        ("favourable", "transform", "screen_outliers", "margins_published", "zeros_protected"), _flag
    ),
    **dict.fromkeys(("reference_index", "baseline_points", "primary_max"), _index),
    **dict.fromkeys(("series", "side", "near_limit", "counts"), _rows),
    **dict.fromkeys(("weighting", "value_type"), _word),
    "scale": _positive,
    "multiplier": _number,
    "confidence": _levels,
    "exclude_index": _indices,
}
