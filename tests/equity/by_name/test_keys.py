from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest

from mdli_workbook.equity.by_name.keys import KEYS, read_key


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("population", 3, "is no list"),
        ("population", [], "is an empty list"),
        ("population", [1, "2"], "holds no number at 1"),
        ("population", [True], "holds no number at 0"),
        ("scale", 0, "must be above 0"),
        ("scale", float("inf"), "is no number"),
        ("favourable", "yes", "neither true nor false"),
        ("reference_index", -1, "no whole number from 0 up"),
        ("reference_index", 1.5, "no whole number from 0 up"),
        ("confidence", 95, "between 0 and 1"),
        ("confidence", [0.95, 1], "between 0 and 1"),
    ],
)
def test_what_a_key_cannot_hold_is_refused(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_key(key, value)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("population", np.array([1, 2]), [1.0, 2.0]),
        ("population", (np.int64(1), np.float64(2)), [1.0, 2.0]),
        ("count", 4, 4.0),
        ("favourable", 0, False),
        ("exclude_index", [], []),
        ("exclude_index", 3, [3]),
        ("confidence", 0.95, (0.95,)),
        ("confidence", [0.95, 0.998], (0.95, 0.998)),
        ("side", [[1, -1], [0]], [[1.0, -1.0], [0.0]]),
    ],
)
def test_values_are_read_as_plain_numbers(key: str, value: Any, read: Any) -> None:
    assert read_key(key, value) == read


def test_unknown_numbers_are_let_through_where_a_measure_can_do_without() -> None:
    assert isnan(read_key("se", [None, 1])[0])


@pytest.mark.parametrize("key", KEYS)
def test_no_key_holds_a_mapping(key: str) -> None:
    if KEYS[key].__name__ == "_word":
        return
    with pytest.raises(ValueError):
        read_key(key, {})
