from __future__ import annotations

import json
import math
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.equity import evaluate
from mdli_workbook.equity.by_name.keys import KEYS
from mdli_workbook.equity.measures import MEASURES
from mdli_workbook.errors import MeasureRefused, WorkbookError

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "equity.md"


def test_an_unknown_measure_is_refused_and_near_ones_are_named() -> None:
    with pytest.raises(MeasureRefused, match=r"no measure 'theil_index'; near it are .*theil_index_x1000"):
        evaluate("theil_index", {})


def test_a_part_of_a_name_is_near_enough() -> None:
    with pytest.raises(MeasureRefused, match="wilson_interval"):
        evaluate("wilson", {})


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(MeasureRefused) as refusal:
        evaluate("between_group_variance", {"estimate": [1, None, 3], "se": ["a"], "favorable": True})
    text = str(refusal.value)
    for part in (
        "estimate holds no number at 1",
        "se is no number",
        "population is missing",
        "favorable is no key",
    ):
        assert part in text
    assert "near it are favourable" in text


def test_lists_of_unlike_length_are_named() -> None:
    with pytest.raises(MeasureRefused, match="estimate has 3, population has 2"):
        evaluate("theil_index_x1000", {"estimate": [1, 2, 3], "population": [1, 2]})


def test_what_a_function_refuses_is_refused_under_the_name_of_the_measure() -> None:
    with pytest.raises(MeasureRefused, match="wilson_interval: 7 of 3 is no proportion"):
        evaluate("wilson_interval", {"numerator": 7, "denominator": 3})


def test_a_refusal_survives_a_journey_between_processes() -> None:
    with pytest.raises(WorkbookError) as refusal:
        evaluate("no", {})
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_says_which_keys_are_missing(name: str) -> None:
    with pytest.raises(MeasureRefused) as refusal:
        evaluate(name, {})
    assert all(f"{key} is missing" in str(refusal.value) for key in MEASURES[name].needs)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_uses_keys_that_are_known(name: str) -> None:
    assert MEASURES[name].needs
    assert not {*MEASURES[name].needs, *MEASURES[name].may} - set(KEYS)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("wrong", ["seven", [], {}, [[]], True, float("nan"), -1, [None], [0, 0, 0]])
def test_a_wrong_value_is_refused_or_answered_but_never_breaks(case: dict[str, Any], wrong: Any) -> None:
    for key in case["inputs"]:
        try:
            found = evaluate(case["measure"], {**case["inputs"], key: wrong})
        except MeasureRefused:
            continue
        assert is_plain(found)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_comes_back_is_plain(case: dict[str, Any]) -> None:
    found = evaluate(case["measure"], case["inputs"])
    assert is_plain(found)
    assert json.loads(json.dumps(found)) == found


def is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, bool, int)) or math.isfinite(value)


NUMBERS = st.lists(st.integers(0, 100), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.data())
def test_no_measure_of_groups_ever_tells_nan_or_something_endless(
    estimate: list[int], data: st.DataObject
) -> None:
    like = st.lists(st.integers(0, 40), min_size=len(estimate), max_size=len(estimate))
    inputs = {
        "estimate": estimate,
        "population": data.draw(like),
        "se": data.draw(like),
        "subgroup_order": list(range(len(estimate))),
        "favourable": data.draw(st.booleans()),
        "scale": 100,
        "reference_index": 0,
    }
    for name, measure in MEASURES.items():
        if set(measure.needs) <= set(inputs):
            try:
                found = evaluate(name, inputs)
            except MeasureRefused:
                assert not sum(inputs["population"])  # type: ignore[arg-type]
                continue
            assert is_plain(found), name
            assert found.get("estimate", found.get("sii")) is not None or found["state"], name


def test_what_is_not_given_is_as_if_it_were_not_there() -> None:
    inputs = {"estimate": [60, 70, 80], "population": [1, 1, 2]}
    assert evaluate("theil_index_x1000_with_se", inputs) == evaluate(
        "theil_index_x1000_with_se", {**inputs, "se": None}
    )


def test_one_unknown_standard_error_leaves_the_figure_without_an_interval() -> None:
    inputs = {"estimate": [60, 70, 80], "population": [1, 1, 2], "se": [1, None, 2]}
    found = evaluate("between_group_variance", inputs)
    assert found["estimate"] == 68.75
    assert found["se"] is found["lower"] is found["upper"] is None


def test_numbers_come_back_as_numbers_and_lists_as_lists() -> None:
    one = evaluate("exact_poisson_interval_count", {"count": 0, "confidence": 0.95})
    several = evaluate("exact_poisson_interval_count", {"count": [0, 4], "confidence": 0.95})
    assert one["upper"] == several["upper"][0]


def test_a_group_of_nobody_is_a_state() -> None:
    found = evaluate("wilson_interval", {"numerator": [1, 0], "denominator": [2, 0]})
    assert found["value"] == [0.5, None]
    assert found["state"] == [None, "nobody was measured"]


def test_both_confidences_are_told_where_none_is_asked_for() -> None:
    found = evaluate("crude_rate_interval", {"count": [9, 10], "denominator": [100, 100], "multiplier": 1000})
    assert found["method"] == ["Exact", "Byars"]
    assert found["value"] == [90.0, 100.0]
    assert found["lower99_8"][1] < found["lower95"][1] < 100 < found["upper95"][1] < found["upper99_8"][1]


def test_two_rates_give_one_ratio_and_three_a_list() -> None:
    two = evaluate("rate_ratio_wald", {"events": [15, 41], "person_time": [19017, 28010]})
    three = evaluate("rate_ratio_wald", {"events": [15, 41, 0], "person_time": [19017, 28010, 5]})
    assert three["ratio"] == [1.0, two["ratio"], None]
    assert three["state"] == ["this is the reference", None, "a rate or a count of zero"]


def test_odds_ratios_stand_beside_the_reference() -> None:
    found = evaluate("odds_ratio_woolf", {"cases": [2, 35, 12], "total": [31, 99, 18], "reference_index": 0})
    assert found["ratio"] == pytest.approx([1, 35 * 29 / (64 * 2), 12 * 29 / (6 * 2)])
    assert found["lower"][0] is None


def test_below_ten_events_a_standardised_rate_is_not_told() -> None:
    ages = {"count": [4, 5], "population": [100, 100], "standard_population": [1, 1]}
    found = evaluate("direct_standardised_rate_dobson", ages)
    assert found["value"] is found["lower95"] is None
    assert (found["reason"], found["total_count"]) == ("total count is < 10", 9)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_a_heading_in_the_documentation(name: str) -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert any(f"`{name}`" in heading for heading in headings), name


def test_every_measure_that_the_documentation_heads_is_there() -> None:
    headings = re.findall(r"^#### (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert not [
        name for heading in headings for name in re.findall(r"`(\w+)`", heading) if name not in MEASURES
    ]


def test_every_measure_is_documented_with_its_source_and_where_it_does_not_serve() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = re.split(r"^#{2,4} ", text, flags=re.MULTILINE)
    measured = [section for section in sections if section.startswith("`")]
    assert not [one.splitlines()[0] for one in measured if "Source:" not in one or "Not for" not in one]


def test_importing_the_package_of_equity_data_imports_no_numpy() -> None:
    code = "import sys, mdli_workbook.equity, mdli_workbook.equity.intervals; print('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
