from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.agenda import Agenda

FOR_THE_CALL = Agenda(id="for-the-call", prompt="What do you want help with?", count=(1, 3))


def lines(*said: str) -> dict[str, dict[str, list[str]] | None]:
    return {"": {"lines": list(said)}}


def test_its_form_is_a_few_lines() -> None:
    assert FOR_THE_CALL.form()["controls"] == [
        {
            "type": "lines",
            "name": "lines",
            "label": "What do you want help with?",
            "min": 1,
            "max": 3,
            "required": True,
        }
    ]


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ((), Filled.NOT_BEGUN),
        (("", " "), Filled.NOT_BEGUN),
        (("The inbox",), Filled.PART),
        (("a", "b"), Filled.DONE),
    ],
)
def test_it_is_done_with_the_least_number_of_lines(said: Any, filled: Filled) -> None:
    assert Agenda(id="a", count=(2, 3)).filled(lines(*said)) is filled


def test_an_empty_agenda_is_not_begun_even_where_it_may_stay_empty() -> None:
    may_stay_empty = Agenda(id="a", count=(0, 3))
    assert may_stay_empty.filled({}) is Filled.NOT_BEGUN
    assert may_stay_empty.filled(lines("The inbox")) is Filled.DONE


def test_what_may_stay_empty_does_not_hold_the_session_up() -> None:
    assert not Agenda(id="a", count=(0, 3)).required
    assert not Agenda(id="a").required
    assert Agenda(id="a", count=(1, 3)).required


def test_that_it_may_stay_empty_and_is_required_contradict_each_other() -> None:
    with pytest.raises(ValidationError, match="ask for at least 1, or leave out required"):
        Agenda(id="a", count=(0, 3), required=True)


def test_the_page_lists_the_lines_in_order_without_the_blank_ones() -> None:
    shown = FOR_THE_CALL.static(lines("The inbox", "  ", "Budget"))
    assert (
        '<ol class="mdli-agenda">\n<li dir="auto">The inbox</li>\n<li dir="auto">Budget</li>\n</ol>' in shown
    )


@pytest.mark.parametrize(
    ("count", "way_out"),
    [
        ((3, 1), r"count \[3, 1\] asks for more than it allows; write \[least, most\], such as \[1, 3\]"),
        ((0, 0), r"count \[0, 0\] leaves nothing to write"),
        ((-1, 2), r"count \[-1, 2\] leaves nothing to write"),
    ],
)
def test_a_count_that_cannot_be_met_is_refused(count: tuple[int, int], way_out: str) -> None:
    with pytest.raises(ValidationError, match=way_out):
        Agenda(id="a", count=count)


def test_the_coach_may_read_it_unless_the_session_says_otherwise() -> None:
    assert FOR_THE_CALL.audience == "coach"
