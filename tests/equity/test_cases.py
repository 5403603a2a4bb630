"""Figures that others published, or that were worked out twice: every one must come out.

``cases.json`` holds facts and figures only, each with its source; no code of those packages.
"""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mdli_workbook.equity import evaluate
from mdli_workbook.equity.measures import MEASURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
IN_WORDS = {"why", "property"}
"""Keys in which a case explains itself; a figure or a yes or no stands beside them."""


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_comes_out(case: dict[str, Any]) -> None:
    assert case["measure"] in MEASURES, f"no measure is named {case['measure']}"
    found = evaluate(case["measure"], case["inputs"])
    if case["tolerance"].get("property"):
        assert found["primary"] == case["expected"]["primary"]
        assert not told_by_margins(np.array(found["reference_pattern"]))
        assert np.sum(found["reference_pattern"]) == np.sum(case["expected"]["reference_pattern"])
        return
    for key, expected in case["expected"].items():
        if key not in IN_WORDS:
            assert agrees(found[key], expected, case["tolerance"]), (key, found[key], expected)


def told_by_margins(hidden: NDArray[np.int64]) -> list[int]:
    """Return the hidden cells that follow from the sums of rows and columns: they add no rank."""
    rows, columns = hidden.shape
    sums = np.vstack([np.kron(np.eye(rows), np.ones(columns)), np.kron(np.ones(rows), np.eye(columns))])
    seen = sums[:, hidden.ravel() == 1]
    rank = np.linalg.matrix_rank(seen)
    unknown = np.eye(seen.shape[1])
    return [at for at, one in enumerate(unknown) if np.linalg.matrix_rank(np.vstack([seen, one])) == rank]


def agrees(found: Any, expected: Any, tolerance: dict[str, float]) -> bool:
    """Whether two values are as near as the case asks; what a simulation found, within its own."""
    if isinstance(expected, dict):
        within = {"rel": tolerance["simulated_rel"]}
        return all(agrees(found[key], value, within) for key, value in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(agrees, found, expected, [tolerance] * len(found)))
    if expected is None or isinstance(expected, (bool, str)) or found is None:
        return bool(found == expected)
    return isclose(found, expected, rel_tol=tolerance.get("rel", 0), abs_tol=tolerance.get("abs", 0))


def test_every_case_says_where_it_comes_from() -> None:
    assert not [case["name"] for case in CASES if not case["source"] or not case["basis"]]


def test_figures_that_others_print_wrongly_come_out_otherwise() -> None:
    wrong = [case for case in CASES if "published_not_recommended" in case]
    assert len(wrong) == 3
    for case in wrong:
        by_itself = f"{case['measure']}_with_se"
        found = evaluate(by_itself if by_itself in MEASURES else case["measure"], case["inputs"])
        printed = case["published_not_recommended"]["se"]
        ratio = found["se"] / printed
        assert ratio == pytest.approx(1000 if "x1000" in case["measure"] else 100, rel=1e-3), case["name"]
