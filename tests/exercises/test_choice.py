from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.choice import Choice, ChoiceValue

OPTIONS = [
    {"id": "physician", "label": "A physician"},
    {"id": "front-desk", "label": "Someone at the front desk"},
]
BESIDE = Choice.model_validate({"id": "beside", "prompt": "Whom?", "options": OPTIONS})
SEVERAL = Choice.model_validate({"id": "several", "options": OPTIONS, "many": True, "other": "Someone else"})


@pytest.mark.parametrize("sent", ["physician", ["physician"]])
def test_radio_buttons_and_check_boxes_mean_the_same(sent: Any) -> None:
    assert ChoiceValue.model_validate({"chosen": sent}).chosen == ["physician"]
    assert BESIDE.filled({"": {"chosen": sent}}) is Filled.DONE
    assert '<li><p dir="auto">A physician</p></li>' in BESIDE.static({"": {"chosen": sent}})


@pytest.mark.parametrize("value", [None, {}, {"chosen": ""}, {"chosen": [], "other": " "}])
def test_without_a_choice_it_is_not_begun(value: Any) -> None:
    assert SEVERAL.filled({"": value}) is Filled.NOT_BEGUN
    assert "Nothing chosen yet." in SEVERAL.static({"": value})


def test_words_of_ones_own_are_a_choice() -> None:
    shown = SEVERAL.static({"": {"chosen": [], "other": "The courier"}})
    assert SEVERAL.filled({"": {"chosen": [], "other": "The courier"}}) is Filled.DONE
    assert "The courier" in shown


def test_options_are_shown_in_the_order_of_the_page_and_dropped_ones_by_their_id() -> None:
    assert SEVERAL.chosen({"": {"chosen": ["courier", "front-desk", "physician"]}}) == (
        "physician",
        "front-desk",
        "courier",
    )


def test_the_form_has_the_control_that_fits() -> None:
    assert BESIDE.form()["controls"] == [
        {"type": "choice", "name": "chosen", "label": "Whom?", "options": OPTIONS, "required": True}
    ]
    many, other = SEVERAL.form()["controls"]
    assert many["type"] == "many"
    assert other == {"type": "text", "name": "other", "label": "Someone else"}


def test_another_exercise_can_wait_for_each_option() -> None:
    assert BESIDE.conditions() == {"saved", "physician", "front-desk"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": OPTIONS[:1]}, "a choice of 1 option is none; write two or more options"),
        ({"options": [*OPTIONS, OPTIONS[0]]}, "option 'physician' stands twice"),
        ({"options": [{"id": "A B", "label": "x"}, *OPTIONS]}, "options.0.id"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_way_out(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Choice.model_validate({"id": "beside", "options": OPTIONS, **change})


@pytest.mark.parametrize("value", [{"chosen": ["<b>"]}, {"chosen": 1}, {"chosen": [], "more": 1}])
def test_a_value_of_another_shape_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        ChoiceValue.model_validate(value)
