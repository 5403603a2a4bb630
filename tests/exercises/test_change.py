"""What changed, beside values worked out by hand: each comment is the arithmetic on paper."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import pytest

from mdli_workbook.exercises.change import Moved, Shift, moved_items, say_news, shifts, show_shifts
from mdli_workbook.exercises.scale import Scale

LABELS = ["never", "seldom", "sometimes", "often", "nearly always"]
POINTS = [{"id": str(place), "label": label} for place, label in enumerate(LABELS, 1)]
SVG = "{http://www.w3.org/2000/svg}"


def scale_of(*statements: dict[str, Any]) -> Scale:
    return Scale.model_validate({"id": "rating", "points": POINTS, "statements": list(statements)})


LISTEN = [{"id": one, "text": f"I do {one}.", "of": "listen"} for one in "abc"]
TURNED = {"id": "r", "text": "I fill a silence at once.", "of": "listen", "reversed": True}
COACH = [{"id": one, "text": f"I do {one}.", "of": "coach"} for one in "wxyz"]
SCALE = scale_of(*LISTEN, TURNED, *COACH)


def said(places: str, names: str = "abcr") -> dict[str, str]:
    """Return ratings: one place per statement, ``.`` for one that was left open."""
    return {name: place for name, place in zip(names, places, strict=True) if place != "."}


@pytest.mark.parametrize(
    ("then", "now", "change"),
    [
        # 1 + 2 + 3 and the reversed 4 turned to 2: 8/4 = 2; 2 + 3 + 4 and the 3 turned to 3: 12/4 = 3
        ("1234", "2343", 1.0),
        # the reversed one alone moved, from 5 (turned 1) to 1 (turned 5): 10/4 = 2.5 to 14/4 = 3.5
        ("3335", "3331", 1.0),
        # b was missing then: (1 + 3 + 2)/3 = 2; now (1 + 5 + 3 + 2)/4 = 2.75
        ("1.34", "1534", 0.75),
        # the reversed one is missing now: (2 + 2 + 2 + 4)/4 = 2.5; (2 + 2 + 2)/3 = 2
        ("2222", "222.", -0.5),
        # two of four are too few for a score
        ("12..", "2343", None),
        ("1234", "....", None),
    ],
)
def test_a_principle_s_change_is_the_difference_of_its_means(
    then: str, now: str, change: float | None
) -> None:
    shift = shifts(SCALE, said(then), said(now))[0]
    assert shift.of == "listen"
    assert shift.change == (None if change is None else pytest.approx(change))


def test_all_principles_come_in_the_order_of_the_page_with_their_three_marks() -> None:
    then = said("1234") | said("2222", "wxyz")
    now = said("2343") | said("2223", "wxyz")
    assert shifts(SCALE, then, now, {"coach": 1.0, "of-another-scale": 5.0}) == (
        Shift("listen", 2.0, None, 3.0),
        Shift("coach", 2.0, 1.0, 2.25),
    )


@pytest.mark.parametrize(
    ("then", "now", "news"),
    [
        (2.0, 3.0, "up by 1.0"),
        (3.25, 2.25, "down by 1.0"),
        (2.0, 2.75, "no news"),
        (2.25, 3.2499, "no news"),  # just below
        (1.0, 5.0, "up by 4.0"),
        (2.0, 2.0, "no news"),
        (None, 3.0, "no comparison"),
        (2.0, None, "no comparison"),
    ],
)
def test_a_change_is_news_from_one_whole_point_on(then: float | None, now: float | None, news: str) -> None:
    shift = Shift("coach", then, None, now)
    assert shift.news == news
    assert shift.is_news == news.startswith(("up", "down"))


def test_thirds_and_quarters_are_judged_as_on_paper() -> None:
    # 8/3 - 5/3 is 1, and a little less to a computer
    assert Shift("coach", 5 / 3, None, 8 / 3).is_news
    means = [
        (sum(places), len(places))
        for count in (1, 2, 3, 4)
        for places in combinations_with_replacement(range(1, 6), count)
    ]
    for (then, of_then), (now, of_now) in product(set(means), repeat=2):
        on_paper = abs(Fraction(now, of_now) - Fraction(then, of_then)) >= 1
        assert Shift("coach", then / of_then, None, now / of_now).is_news == on_paper


def test_only_statements_that_moved_two_steps_are_named_in_the_words_that_were_chosen() -> None:
    found = moved_items(SCALE, said("1232"), said("3224"))
    # a: 1 to 3; b and c: one step or none; the reversed one: 2 to 4, the way nobody hopes for
    assert found == (
        Moved("I do a.", "never", "sometimes", 2, better=True),
        Moved("I fill a silence at once.", "seldom", "often", 2, better=False),
    )


def test_a_reversed_statement_gets_better_downwards() -> None:
    [one] = moved_items(SCALE, said("...5"), said("...2"))
    assert (one.then, one.now, one.better) == ("nearly always", "seldom", True)


def test_at_most_three_are_named_the_largest_moves_first_else_as_on_the_page() -> None:
    then, now = said("1111") | said("1111", "wxyz"), said("3131") | said("3534", "wxyz")
    # moves: a 2, c 2, w 2, x 4, y 2, z 3
    assert [(one.text, one.steps) for one in moved_items(SCALE, then, now)] == [
        ("I do x.", 4), ("I do z.", 3), ("I do a.", 2),
    ]  # fmt: skip


def test_what_is_missing_on_either_side_did_not_move() -> None:
    assert moved_items(SCALE, said("1..."), said(".5.5")) == ()
    assert moved_items(SCALE, {"a": "1", "gone": "1"}, {"a": "9", "gone": "5"}) == ()


FOUND = (Shift("coach", 2.0, 1.0, 3.25), Shift("be-open", 3.0, None, 3.0), Shift("equity", None, None, 2.0))


def drawn(found: tuple[Shift, ...] = FOUND, title: str = "Ratings") -> ET.Element:
    return ET.fromstring(f"<div>{show_shifts(title, LABELS, found)}</div>")


def test_the_picture_has_a_title_and_says_all_of_it_in_words() -> None:
    picture = drawn().find(f"{SVG}svg")
    assert picture is not None
    assert picture.get("role") == "img"
    assert [child.tag for child in picture][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert picture.findtext(f"{SVG}title") == "Ratings"
    assert picture.findtext(f"{SVG}desc") == (
        "Coach: then 2.0, then as seen now 1.0, now 3.3, up by 1.3. "
        "Be open: then 3.0, now 3.0, no news. Equity: now 2.0, no comparison."
    )


def test_what_is_news_is_said_in_words_first_and_so_is_that_nothing_is() -> None:
    assert say_news(FOUND).striptags() == "Coach up by 1.3."
    assert say_news(FOUND[1:]).striptags() == "No principle moved by 1.0 or more: no news."
    assert say_news(()) == ""


def test_a_long_name_and_a_long_point_go_over_two_lines() -> None:
    found = (Shift("manage-people-and-resources", 2.0, None, 3.0),)
    words = [one.text for one in drawn(found).iter(f"{SVG}text")]
    assert words[words.index("nearly") :][:2] == ["nearly", "always"]
    assert words[-2:] == ["Manage people and", "resources"]


def marks(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == f"mdli-mark-{name}"][1:]  # the first is the key


def test_each_mark_stands_at_its_mean_and_a_missing_one_is_not_drawn() -> None:
    root = drawn()
    # the five points stand at 158, 213, 268, 323 and 378
    assert [one.get("cx") for one in marks(root, "then")] == ["213.0", "268.0"]
    assert [one.get("cx") for one in marks(root, "now")] == ["281.8", "268.0", "213.0"]
    assert [str(one.get("d")).split(" ")[0] for one in marks(root, "seen-now")] == ["M158.0"]


def test_where_nothing_moved_both_marks_can_be_seen() -> None:
    root = drawn()
    now, then = marks(root, "now")[1], marks(root, "then")[1]
    assert (now.get("cx"), now.get("cy")) == (then.get("cx"), then.get("cy"))
    assert float(now.get("r", 0)) < float(then.get("r", 0)) - 1, "the disc leaves the ring free"


def test_the_table_says_the_same_with_one_row_per_principle() -> None:
    rows = [["".join(cell.itertext()) for cell in row] for row in drawn().iter("tr")]
    assert rows == [
        ["Principle", "Then", "Then, as seen now", "Now", "Change"],
        ["Coach", "2.0", "1.0", "3.3", "up by 1.3"],
        ["Be open", "3.0", "-", "3.0", "no news"],
        ["Equity", "-", "-", "2.0", "no comparison"],
    ]


def test_it_is_inert_and_carries_no_style_id_or_script() -> None:
    evil = "<script>quokka()</script>\"' onload=quokka() {0} %s <img src=x onerror=quokka()>"
    root = ET.fromstring(f"<div>{show_shifts(evil, [evil] * 5, (Shift(evil, 2.0, 1.0, 3.0),))}</div>")
    names = {name for one in root.iter() for name in one.keys()}  # noqa: SIM118 - not a dict
    assert names <= {
        "class", "role", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d",
        "fill", "stroke", "stroke-width", "stroke-opacity", "font-size", "text-anchor", "scope",
    }  # fmt: skip
    assert {str(one.tag).removeprefix(SVG) for one in root.iter()} <= {
        "div", "svg", "title", "desc", "line", "text", "circle", "path",
        "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert root.findtext(f"{SVG}svg/{SVG}title") == evil


def test_the_same_means_are_the_same_bytes() -> None:
    assert show_shifts("Ratings", LABELS, FOUND) == show_shifts("Ratings", LABELS, FOUND)


def test_a_scale_without_principles_has_nothing_to_draw() -> None:
    scale = scale_of({"id": "a", "text": "I ask."}, {"id": "b", "text": "I wait."})
    assert shifts(scale, said("11", "ab"), said("55", "ab")) == ()
    assert show_shifts("Ratings", LABELS, ()) == ""
