from __future__ import annotations

import pytest

from mdli_workbook.equity.by_name.telling import at_levels, columns, each, tag, tell
from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason
from mdli_workbook.equity.intervals import wilson


def test_a_confidence_is_named_as_in_the_keys() -> None:
    assert [tag(level) for level in (0.9, 0.95, 0.99, 0.998)] == ["90", "95", "99", "99_8"]


def test_limits_are_told_at_each_confidence_and_the_first_by_itself() -> None:
    told = at_levels({"confidence": (0.998, 0.95)}, lambda level: wilson(5, 10, confidence=level))
    assert told["lower"] == told["lower99_8"] < told["lower95"]


def test_a_state_is_told_in_place_of_a_figure() -> None:
    told = at_levels({}, lambda _: NotEstimated(Reason.NOBODY, "an empty group"))
    assert told["value"] is told["upper95"] is None
    assert told["state"] == "nobody was measured"


def test_rows_are_told_in_columns_and_numbers_by_themselves() -> None:
    def double(one: float | None) -> dict[str, object]:
        return {"double": None if one is None else 2 * one}

    assert each(double, 2.0) == {"double": 4.0}
    assert each(double, [2.0, float("nan")]) == {"double": [4.0, None]}


def test_a_number_beside_a_list_stands_in_every_place() -> None:
    assert columns({"count": 1.0, "n": [2.0, 3.0]}, "count", "n") == [[1.0, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize("se", [None, 0.5])
def test_attributes_are_told_under_the_names_of_a_measure(se: float | None) -> None:
    told = tell(Estimate(2, 1, 3, "Wald", se), ratio="estimate", se_log="se")
    assert (told["ratio"], told["se_log"]) == (2, se)
