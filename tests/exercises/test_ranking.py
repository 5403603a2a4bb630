from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.ranking import Ranking, RankingValue

OPTIONS = [{"id": one, "label": one.capitalize()} for one in ("candor", "fairness", "curiosity")]
VALUES = Ranking.model_validate({"id": "values", "options": OPTIONS, "keep": 2})


@pytest.mark.parametrize(
    ("ranked", "filled"),
    [
        ([], Filled.NOT_BEGUN),
        (["candor"], Filled.PART),
        (["candor", "candor"], Filled.PART),
        (["curiosity", "candor"], Filled.DONE),
    ],
)
def test_it_is_done_with_as_many_as_are_to_be_kept(ranked: Any, filled: Filled) -> None:
    assert VALUES.filled({"": {"ranked": ranked}}) is filled


def test_without_keep_all_are_to_be_ordered() -> None:
    everything = Ranking.model_validate({"id": "values", "options": OPTIONS})
    assert everything.form()["controls"][0]["keep"] == 3
    assert everything.filled({"": {"ranked": ["candor", "fairness"]}}) is Filled.PART


def test_its_form_offers_the_options_in_the_order_of_the_page() -> None:
    assert VALUES.form()["controls"] == [
        {"type": "rank", "name": "ranked", "label": "Values", "options": OPTIONS, "keep": 2, "required": True}
    ]


def test_the_page_shows_what_was_kept_in_order() -> None:
    shown = VALUES.static({"": {"ranked": ["fairness", "candor"]}})
    assert '<li><p dir="auto">Fairness</p></li>\n<li><p dir="auto">Candor</p></li>' in shown
    assert "Curiosity" not in shown


def test_nothing_chosen_is_said() -> None:
    assert "Nothing chosen yet." in VALUES.static({})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keep": 4}, "keep is 4, but there are 3 options; keep 3 or fewer"),
        ({"options": OPTIONS[:1], "keep": 1}, "a ranking of 1 option has no order"),
        ({"options": [*OPTIONS, OPTIONS[0]]}, "option 'candor' stands twice"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_way_out(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Ranking.model_validate({"id": "values", "options": OPTIONS, "keep": 2, **change})


@pytest.mark.parametrize("ranked", ["candor", ["<b>"], [1], ["a"] * 101])
def test_a_value_of_another_shape_is_refused(ranked: Any) -> None:
    with pytest.raises(ValidationError):
        RankingValue.model_validate({"ranked": ranked})
