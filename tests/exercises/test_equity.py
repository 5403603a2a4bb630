from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES
from mdli_workbook.exercises.equity import Equity, EquityValue
from mdli_workbook.exercises.reflection import Reflection

PANEL = Equity(id="our-panel", title="An invented practice", prompt="Sizes first.", data="demo-panel")
VIEWS = list(product(MEASURES, DIMENSIONS))


def written(seen: str = "", ask: str = "", change: str = "") -> dict[str, dict[str, Any] | None]:
    return {"": {"seen": seen, "ask": ask, "change": change}}


def cells(html: str) -> dict[str, list[str]]:
    """Return the table as group → what its cells say."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html)
    return {
        group: [re.sub("<.*?>", "", one) for one in re.findall("<td>(.*?)</td>", row)] for group, row in rows
    }


@pytest.mark.parametrize("values", [{}, {"": None}, {"": {}}, written(), written(" ", "\n", "\t")])
def test_without_words_it_is_not_begun_and_the_figures_stand_there_all_the_same(values: Any) -> None:
    shown = PANEL.static(values)
    assert PANEL.filled(values) is Filled.NOT_BEGUN
    assert "Nothing written yet." in shown
    assert "<svg" in shown
    assert "<table" in shown


def test_looking_alone_is_a_part_and_three_boxes_are_done() -> None:
    assert PANEL.filled(written("A gap.")) is Filled.PART
    assert PANEL.filled(written("A gap.", "", "A letter.")) is Filled.PART
    assert PANEL.filled(written("A gap.", "The interpreter.", "A letter.")) is Filled.DONE


def test_its_form_is_three_boxes_in_the_order_of_the_three_willings() -> None:
    form = PANEL.form()
    assert form["entries"] is None
    assert [(one["type"], one["name"], one["label"]) for one in form["controls"]] == [
        ("long-text", "seen", "What I see"),
        ("long-text", "ask", "Whom I will ask"),
        ("long-text", "change", "What I will change"),
    ]


def test_the_form_shows_above_its_boxes_what_the_report_shows_above_the_words() -> None:
    above = PANEL.above()
    figures = above.removeprefix('<div class="mdli-view mdli-view-equity">\n').removesuffix("\n</div>")
    assert "<svg" in figures
    assert figures in PANEL.static(written("A gap."))


def test_other_kinds_show_nothing_above_their_controls() -> None:
    assert Reflection(id="a-letter").above() == ""


def test_words_stand_below_the_figures_and_are_escaped() -> None:
    shown = PANEL.static(written("A <b>gap</b>\nof size & line", "", "A letter"))
    told = shown[shown.index("<dl") :]
    assert '<dd><p dir="auto">A &lt;b&gt;gap&lt;/b&gt;<br>of size &amp; line</p></dd>' in told
    assert '<dt>Whom I will ask</dt>\n<dd><p class="mdli-empty">Left open.</p></dd>' in told


def test_the_table_has_sizes_rates_and_intervals_and_says_what_is_withheld() -> None:
    table = cells(PANEL.static({}))
    assert table["Spanish"] == ["396", "62%", "57% to 67%"]
    assert table["Karen"] == ["withheld", "withheld", "withheld"]
    assert table["Portuguese"] == ["32", "withheld", "withheld"]
    assert table["Not recorded"] == ["470", "56%", "51% to 60%"]
    assert table["All patients"] == ["3,780", "69%", "67% to 70%"]


def test_the_page_says_that_it_is_invented_from_when_it_is_and_who_is_in_no_row() -> None:
    shown = PANEL.static({})
    assert (
        "Blood pressure was controlled in 69% of 3,780 patients, all of them invented. "
        "They were last seen from May 2024 to April 2026." in shown
    )
    assert "Numbers of patients from 1 to 10 are withheld" in shown
    assert "220 more patients have no recorded value and are in no row." in shown


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_every_view_has_a_row_for_who_is_in_no_group(measure: str, dimension: str) -> None:
    exercise = Equity.model_validate(
        {"id": "our-panel", "data": "demo-panel", "measure": measure, "dimension": dimension}
    )
    table = cells(exercise.static({}))
    assert list(table)[-2:] == ["Not recorded", "All patients"]
    assert not [size for size, *_ in table.values() if size.isdigit() and 1 <= int(size) <= 10]


def test_what_is_withheld_is_explained_only_where_something_is() -> None:
    by_age = PANEL.model_copy(update={"dimension": "age_band"}).static({})
    assert cells(by_age)["Not recorded"] == ["0", "nobody was measured", "nobody was measured"]
    assert "withheld" not in by_age


def test_the_same_words_are_the_same_bytes() -> None:
    assert PANEL.static(written("A gap.")) == PANEL.static(written("A gap."))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": "my-panel"}, "demo-panel"),
        ({"measure": "weight"}, "blood_pressure_controlled"),
        ({"dimension": "patient"}, "race_ethnicity"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(
    change: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Equity.model_validate({"id": "our-panel", "data": "demo-panel", **change})


@pytest.mark.parametrize("value", [{"seen": 1}, {"seen": "a secret", "heard": ""}, {"seen": ["a secret"]}])
def test_a_value_of_another_shape_is_refused_without_repeating_it(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        EquityValue.model_validate(value)
    assert "a secret" not in str(refused.value)
