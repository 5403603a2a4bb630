from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.commitment import STATES, Commitment, CommitmentValue

NEXT_STEP = Commitment(id="next-step", count=(1, 2))
ASK = {"cue": "Monday, 7:45, before the huddle", "act": "Ask what takes longest", "due": "2026-03-12"}
# what a form sends as soon as something is typed: every field, most of them empty
BLANK = {"cue": "", "act": "", "due": "", "who_hears": "", "obstacle": "", "state": "", "reason": ""}


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        (BLANK, Filled.NOT_BEGUN),
        ({"state": "open"}, Filled.NOT_BEGUN),
        ({**BLANK, "cue": "Monday"}, Filled.PART),
        ({**BLANK, "act": "Ask"}, Filled.PART),
        ({**BLANK, "act": " ", "due": "2026-03-12"}, Filled.PART),
        ({**BLANK, "act": "Ask", "due": "2026-03-12"}, Filled.DONE),
    ],
)
def test_a_promise_is_done_once_it_says_what_is_to_be_done_by_when(value: Any, filled: Filled) -> None:
    assert CommitmentValue.model_validate(value).filled is filled
    assert NEXT_STEP.filled({"one": value}) is filled


def test_a_removed_promise_and_the_order_of_promises_are_no_promises() -> None:
    assert NEXT_STEP.filled({"": {"order": ["one"]}, "one": None}) is Filled.NOT_BEGUN


def test_two_are_asked_for_and_one_is_part() -> None:
    two = Commitment(id="two", count=(2, 3))
    assert two.filled({"one": ASK}) is Filled.PART
    assert two.filled({"one": ASK, "other": ASK}) is Filled.DONE


def test_a_new_promise_is_open_and_a_form_without_a_chosen_state_means_the_same() -> None:
    assert CommitmentValue().state == "open"
    assert CommitmentValue.model_validate(BLANK).state == "open"


def test_it_is_carried_to_later_sessions_while_it_is_open() -> None:
    assert NEXT_STEP.carries(ASK)
    assert not any(NEXT_STEP.carries({**ASK, "state": state}) for state in ("kept", "changed", "dropped"))
    assert not NEXT_STEP.carries(BLANK)
    assert not NEXT_STEP.carries(None)


@pytest.mark.parametrize("due", ["12.3.2026", "2026-13-01", "2026-02-30", "2026-3-1", "soon", "2026-03-12\n"])
def test_a_date_that_is_none_is_refused_without_repeating_it(due: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CommitmentValue(due=due)
    assert due not in str(refused.value)


def test_its_form_repeats_the_same_seven_fields() -> None:
    form = NEXT_STEP.form()
    assert form["entries"] == {"one": "commitment", "least": 1, "most": 2}
    names = [control["name"] for control in form["controls"]]
    assert names == list(CommitmentValue.model_fields)
    state = next(control for control in form["controls"] if control["name"] == "state")
    assert (
        [option["id"] for option in state["options"]]
        == list(STATES)
        == ["open", "kept", "changed", "dropped"]
    )


def test_the_page_shows_each_promise_with_its_state_and_date() -> None:
    shown = NEXT_STEP.static({"one": {**ASK, "who_hears": "My practice manager"}})
    assert '<dt>By</dt>\n<dd><time datetime="2026-03-12">12 March 2026</time></dd>' in shown
    assert '<dt>I will</dt>\n<dd><p dir="auto">Ask what takes longest</p></dd>' in shown
    assert '<span class="mdli-state mdli-state-open">open</span>' in shown
    assert "What may get in the way" not in shown, "what was left empty is not asked for on the page"


def test_a_promise_without_a_date_says_so() -> None:
    assert "no date yet" in NEXT_STEP.static({"one": {"act": "Ask"}})


def test_promises_stand_in_the_order_of_the_person() -> None:
    values: dict[str, Any] = {"one": {**ASK, "act": "First"}, "two": {**ASK, "act": "Second"}}
    assert NEXT_STEP.static(values).index("First") < NEXT_STEP.static(values).index("Second")
    turned = NEXT_STEP.static({**values, "": {"order": ["two", "one"]}})
    assert turned.index("Second") < turned.index("First")


def test_without_a_promise_the_page_says_so() -> None:
    assert "No commitment yet." in NEXT_STEP.static({"": {"order": []}, "one": BLANK, "two": None})


def test_the_coach_may_read_it_unless_the_session_says_otherwise() -> None:
    assert NEXT_STEP.audience == "coach"
    assert Commitment(id="quiet", audience="private").audience == "private"
