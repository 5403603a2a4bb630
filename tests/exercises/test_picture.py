from __future__ import annotations

import xml.etree.ElementTree as ET

from mdli_workbook.exercises.picture import LEFT, RIGHT, WIDTH, Band, Mark, picture
from mdli_workbook.exercises.scoring import Score

POINTS = ("never", "seldom", "sometimes", "often", "nearly always")
BANDS = (
    Band(
        "Listen",
        Score("listen", 2.0, 3, 4),
        (Mark("I ask first.", 1, "never"), Mark("I wait.", 5, "nearly always")),
    ),
    Band("Coach", Score("coach", None, 1, 4), (Mark("I tell them what to do.", None, "", reversed=True),)),
)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(bands: tuple[Band, ...] = BANDS) -> ET.Element:
    return ET.fromstring(picture("Ratings", POINTS, bands))


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == f"mdli-picture-{name}"]


def test_it_is_an_image_with_a_title_and_a_description_in_words() -> None:
    root = drawn()
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == "Ratings"
    description = root.findtext(f"{SVG}desc")
    assert "Points from never to nearly always." in description
    assert "Listen: 2.0, from 3 of 4 statements." in description
    assert "Coach: no score, 1 of 4 statements answered." in description


def test_a_dot_stands_on_the_point_that_was_chosen() -> None:
    assert [float(dot.get("cx")) for dot in of_class(drawn(), "dot")] == [LEFT, RIGHT]


def test_a_statement_left_open_has_no_dot_and_says_so() -> None:
    root = drawn()
    assert len(of_class(root, "dot")) == 2
    assert [one.text for one in of_class(root, "open")] == ["left open"]


def test_a_principle_without_a_score_has_no_mark_for_one() -> None:
    (mark,) = of_class(drawn(), "score")
    at = LEFT + (RIGHT - LEFT) * (2.0 - 1) / 4
    assert mark.get("d").startswith(f"M{at} ")


def test_every_point_has_its_words_below_each_other_where_they_are_long() -> None:
    assert [one.text for one in of_class(drawn(), "point")] == [
        "never",
        "seldom",
        "sometimes",
        "often",
        "nearly",
        "always",
    ]


def test_long_statements_are_wrapped_and_nothing_leaves_the_picture() -> None:
    long = Band("", None, tuple(Mark("word " * 40, place, "x") for place in (None, 1, 2, 3, 4, 5)))
    root = drawn((long,))
    height = float(root.get("height"))
    assert root.get("viewBox") == f"0 0 {WIDTH} {root.get('height')}"
    assert all(0 < float(one.get("y")) < height for one in root.iter(f"{SVG}text"))
    assert len(of_class(root, "statement")) > 6 * 3


def test_it_carries_no_style_script_or_id_so_that_it_may_stand_on_a_strict_page_twice() -> None:
    text = picture("Ratings", POINTS, BANDS)
    names = {name for one in ET.fromstring(text).iter() for name in one.keys()}  # noqa: SIM118 - not a dict
    assert names <= {
        "class", "role", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d",
        "fill", "stroke", "stroke-width", "stroke-opacity", "font-size", "text-anchor",
    }  # fmt: skip


def test_the_same_answers_are_the_same_bytes() -> None:
    assert picture("Ratings", POINTS, BANDS) == picture("Ratings", POINTS, BANDS)
