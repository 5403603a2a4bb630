from __future__ import annotations

import pytest

from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import read_patients
from mdli_workbook.equity.publish import View, by_quarter, publish, whole
from mdli_workbook.equity.recall import recall

DEMO = read_patients("demo-panel")
MEASURE = "blood_pressure_controlled"


@pytest.mark.parametrize(
    "view",
    [
        View(MEASURE, ("language",), whole(DEMO)),
        View(MEASURE, ("language",), whole(DEMO), "unmeasured"),
        View(MEASURE, (), by_quarter(DEMO)),
        View(MEASURE, ("payer",), by_quarter(DEMO)),
        View(MEASURE, ("sex", "age_band"), whole(DEMO)),
    ],
)
def test_a_saved_view_counts_as_much_as_when_it_was_shown(view: View) -> None:
    seen, after = publish(DEMO, view)
    recalled = recall(seen, Ledger(DEMO.source))
    assert {one: value for one, value in recalled.shown.items() if value} == {
        one: value for one, value in after.shown.items() if value
    }
    assert recalled.withheld - after.withheld == frozenset()
    assert {one for one in after.withheld - recalled.withheld if DEMO.count(one)} == set()


def test_what_is_shown_next_is_the_same_after_another_sitting() -> None:
    first, ledger = publish(DEMO, View(MEASURE, ("language",), whole(DEMO)))
    then = View(MEASURE, ("language",), whole(DEMO), "unmeasured")
    assert publish(DEMO, then, recall(first, Ledger(DEMO.source)))[0] == publish(DEMO, then, ledger)[0]


def test_a_view_of_other_data_is_refused() -> None:
    seen, _ = publish(DEMO, View(MEASURE, ("sex",), whole(DEMO)))
    with pytest.raises(ValueError, match="the ledger of 'other'"):
        recall(seen, Ledger("other"))
