from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.checklist import Checklist, ChecklistValue

ITEMS = [
    {"id": "agenda-ahead", "text": "The agenda went out two days ahead.", "of": "Before"},
    {"id": "needs-asked", "text": "The invitation asked what people need.", "of": "Before"},
    {"id": "step-free", "text": "The room was reached without steps.", "of": "Room"},
]
AUDIT = Checklist.model_validate({"id": "meeting-audit", "items": ITEMS})


def found(**marks: tuple[str, str]) -> dict[str, dict[str, dict[str, dict[str, str]]] | None]:
    items = {item.replace("_", "-"): {"mark": mark, "note": note} for item, (mark, note) in marks.items()}
    return {"": {"marks": items}}


ALL = found(agenda_ahead=("yes", "Sent on Monday."), needs_asked=("no", ""), step_free=("na", ""))


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        ({}, Filled.NOT_BEGUN),
        (found(agenda_ahead=("", " ")), Filled.NOT_BEGUN),
        (found(of_last_year=("yes", "")), Filled.NOT_BEGUN),
        (found(agenda_ahead=("", "Ask Monday.")), Filled.PART),
        (found(agenda_ahead=("yes", "")), Filled.PART),
        (ALL, Filled.DONE),
    ],
)
def test_it_is_done_once_every_item_has_a_mark(values: Any, filled: Filled) -> None:
    assert AUDIT.filled(values) is filled


def test_items_are_counted_by_group_and_an_open_one_is_not_a_no() -> None:
    counts = AUDIT.counts(found(agenda_ahead=("yes", ""), step_free=("na", "")))
    assert counts == {"Before": {"yes": 1, "": 1}, "Room": {"na": 1}}


def test_the_page_says_the_counts_of_a_group_and_no_percentage() -> None:
    shown = AUDIT.static(ALL)
    assert '<th scope="rowgroup" colspan="3">Before: 1 yes, 1 no</th>' in shown
    assert '<th scope="rowgroup" colspan="3">Room: 1 not applicable</th>' in shown
    assert "%" not in shown


def test_the_page_shows_each_item_with_what_was_found_and_the_note() -> None:
    assert (
        '<th scope="row" dir="auto">The agenda went out two days ahead.</th><td>yes</td>'
        '<td dir="auto"><p dir="auto">Sent on Monday.</p></td>'
    ) in AUDIT.static(ALL)
    assert "<td>left open</td>" in AUDIT.static(found(agenda_ahead=("yes", "")))


def test_nothing_marked_is_said() -> None:
    assert "Nothing marked yet." in AUDIT.static({})


def test_its_form_lists_the_items() -> None:
    (control,) = AUDIT.form()["controls"]
    assert control["type"] == "checklist"
    assert control["name"] == "marks"
    assert control["items"] == [{"id": one["id"], "label": one["text"]} for one in ITEMS]


def test_an_item_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="item 'step-free' stands twice"):
        Checklist.model_validate({"id": "audit", "items": [*ITEMS, ITEMS[2]]})


@pytest.mark.parametrize(
    "marks", [{"a": "yes"}, {"a": {"mark": "maybe"}}, {"a": {"marks": "yes"}}, {"<b>": {}}]
)
def test_a_value_of_another_shape_is_refused(marks: Any) -> None:
    with pytest.raises(ValidationError):
        ChecklistValue.model_validate({"marks": marks})
