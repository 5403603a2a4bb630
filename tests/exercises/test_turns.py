"""Turns by role, beside sums worked out by hand, and never as a percentage."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mdli_workbook.exercises.log import Log
from mdli_workbook.exercises.turns import CAPTION, Turns, by_role

ROLES = [{"id": "leader", "label": "Whoever led"}, {"id": "nurse", "label": "Nurses"}]
FIELDS = {
    "who": "choice",
    "present": "number",
    "turns": "number",
    "minutes": "minutes",
    "first_turn_at": "number",
    "note": "text",
}


def log(fields: dict[str, str] = FIELDS, **more: Any) -> Log:
    options = {name: ROLES for name, type_ in fields.items() if type_ == "choice"}
    return Log.model_validate({"id": "any-name", "fields": fields, "options": options, "one": "role"} | more)


LED = {"who": "leader", "present": 1, "turns": 18, "minutes": 12}
NURSES = {"who": "nurse", "present": 4, "turns": 6, "minutes": 2.5}
LATER = {"who": "nurse", "present": 3, "turns": 4, "minutes": 1}


def cells(shown: str) -> list[list[str]]:
    table = shown.split("mdli-turns")[1]
    return [
        [re.sub(r"<[^>]*>", "", one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, flags=re.DOTALL)
    ]


def test_the_entries_of_a_role_are_added_up_in_the_order_in_which_roles_appear() -> None:
    assert by_role(log(), [LED, NURSES, LATER]) == (
        Turns("Whoever led", {"present": 1, "turns": 18, "minutes": 12}, 18.0),
        # 4 + 3 heads, 6 + 4 turns, 2.5 + 1 minutes; 10 turns of 7 heads
        Turns("Nurses", {"present": 7, "turns": 10, "minutes": 3.5}, 10 / 7),
    )


def test_shares_are_said_as_so_many_of_so_many() -> None:
    shown = log(labels={"who": "Role", "present": "People"}).static({"a": LED, "b": NURSES, "c": LATER})
    assert cells(shown) == [
        ["Role", "People", "Turns", "Minutes", "Turns per head"],
        ["Whoever led", "1 of 8", "18 of 28", "12 of 15.5", "18"],
        ["Nurses", "7 of 8", "10 of 28", "3.5 of 15.5", "1.4"],
    ]
    assert "%" not in shown
    assert "style" not in shown
    assert f"<caption>{CAPTION}</caption>" in shown


def test_it_stands_below_the_entries() -> None:
    shown = log().static({"a": LED, "b": NURSES})
    assert shown.index("<caption>2 roles, 14 minutes") < shown.index("mdli-turns")


def test_who_never_spoke_has_a_row_and_who_was_not_there_has_no_turns_per_head() -> None:
    silent = {"who": "nurse", "present": 5, "turns": 0}
    by_phone = {"who": "leader", "present": 0, "turns": 3}
    assert [one.per_head for one in by_role(log(), [silent, by_phone])] == [0.0, None]
    assert cells(log().static({"a": silent, "b": by_phone}))[1:] == [
        ["Nurses", "5 of 5", "0 of 3", "0"],
        ["Whoever led", "0 of 5", "3 of 3", "-"],
    ]


def test_what_was_left_open_is_missing_and_never_zero() -> None:
    open_ones = [{"who": "nurse", "turns": 6}, {"present": 2, "turns": 1, "minutes": 3}, LED]
    assert by_role(log(), open_ones)[0] == Turns("Nurses", {"turns": 6}, None)
    assert cells(log().static(dict(zip("abc", open_ones, strict=True))))[1:] == [
        ["Nurses", "left open", "6 of 25", "left open", "-"],
        ["left open", "2 of 3", "1 of 25", "3 of 15", "0.5"],
        ["Whoever led", "1 of 3", "18 of 25", "12 of 15", "18"],
    ]


def test_turns_per_head_rest_on_entries_that_say_both() -> None:
    [nurses] = by_role(log(), [NURSES, {"who": "nurse", "present": 40}, {"who": "nurse", "turns": 50}])
    assert nurses.per_head == 6 / 4
    assert nurses.counted["present"] == 44


def test_minutes_need_not_be_counted() -> None:
    fields = {name: type_ for name, type_ in FIELDS.items() if name != "minutes"}
    assert cells(log(fields).static({"a": {"who": "nurse", "present": 2, "turns": 3}}))[0] == [
        "Who", "Present", "Turns", "Turns per head",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"present": "number", "turns": "number"},
        {"who": "choice", "turns": "number"},
        {"who": "choice", "present": "number"},
        {"who": "choice", "present": "text", "turns": "number"},
        {"who": "text", "present": "number", "turns": "number"},
    ],
)
def test_a_log_with_other_fields_has_no_such_table(fields: dict[str, str]) -> None:
    values = {name: (1 if type_ == "number" else "nurse") for name, type_ in fields.items()}
    assert by_role(log(fields), [values]) == ()
    assert "mdli-turns" not in log(fields).static({"a": values})


def test_without_entries_there_is_nothing_to_add_up() -> None:
    assert "mdli-turns" not in log().static({})


def test_an_old_option_and_hostile_words_are_only_words() -> None:
    shown = log(labels={"who": "<b>Who</b>"}).static({"a": {**LED, "who": "courier"}})
    assert ["courier", "1 of 1", "18 of 18", "12 of 12", "18"] in cells(shown)
    assert "<b>" not in shown
