from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import product
from typing import TYPE_CHECKING

import pytest
from invented import counted

from mdli_workbook.equity.chart import dots
from mdli_workbook.equity.chart_pieces import LEFT, RIGHT, WIDTH, fit
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, read_patients
from mdli_workbook.equity.publish import Period, PublishedRow, PublishedView, View, publish, whole
from mdli_workbook.equity.suppression import CMS
from mdli_workbook.equity.table import Row, State, Table, tabulate

if TYPE_CHECKING:
    from mdli_workbook.equity.patients import Patients

DEMO = read_patients("demo-panel")
VIEWS = list(product(MEASURES, DIMENSIONS))
SVG = "{http://www.w3.org/2000/svg}"
SHOWN: dict[str, tuple[int, int] | None] = {
    "north": (240, 400),
    "east": None,
    "west": None,
    "south": (700, 1_000),
    "": (55, 100),
}


def table(patients: Patients, measure: str = "portal", dimension: str = "group") -> Table:
    return tabulate(publish(patients, View(measure, (dimension,), whole(patients)))[0])


def published() -> PublishedView:
    """Return a view in which two groups are withheld."""
    rows = [row((group,), counts) for group, counts in SHOWN.items()]
    view = View("portal", ("group",), (Period("all", ("2026-01",)),))
    return PublishedView(view, (*rows, row((), (1_000, 1_520))), CMS, "here")


def row(group: tuple[str, ...], counts: tuple[int, int] | None) -> PublishedRow:
    if counts is None:
        return PublishedRow(group, "all", None, None, State.WITHHELD)
    return PublishedRow(group, "all", counts[1], counts[0], State.SHOWN)


TABLE = tabulate(published())


def drawn(one: Table = TABLE, **by_chance: float) -> ET.Element:
    return ET.fromstring(dots("Portal, by group", one.lines, one.total, by_chance))


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == f"mdli-picture-{name}"]


def words(root: ET.Element, name: str) -> list[str]:
    return [one.text or "" for one in of_class(root, name)]


def test_it_is_an_image_with_a_title_and_a_description_in_words() -> None:
    root = drawn()
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == "Portal, by group"
    description = root.findtext(f"{SVG}desc") or ""
    assert "A line marks All patients, " in description
    assert "north: 60%, from 55% to 65%, 400 patients." in description
    assert "east: withheld." in description
    assert "Group not recorded: 55%," in description


def test_every_group_is_named_with_its_size_and_withheld_ones_as_withheld() -> None:
    root = drawn()
    assert words(root, "group") == [row.group for row in TABLE.lines]
    sizes = dict(zip(words(root, "group"), words(root, "size"), strict=True))
    assert sizes["south"] == "1,000 patients"
    assert sizes["east"] == sizes["west"] == "size withheld"
    assert words(root, "open") == ["withheld"] * 2


def test_a_dot_stands_on_its_rate_inside_its_interval() -> None:
    root = drawn()
    shown = [row.rate for row in TABLE.lines if row.rate is not None]
    marks, lines = of_class(root, "dot"), of_class(root, "interval")
    assert len(marks) == len(lines) == len(shown) == 3
    for rate, dot, line in zip(shown, marks, lines, strict=True):
        ends = [float(line.get(end) or 0) for end in ("x1", "x2")]
        assert float(dot.get("cx") or 0) == pytest.approx(LEFT + (RIGHT - LEFT) * rate.estimate, abs=0.1)
        assert ends == pytest.approx([LEFT + (RIGHT - LEFT) * at for at in (rate.lower, rate.upper)], abs=0.1)
        assert line.get("y1") == line.get("y2") == dot.get("cy")


def test_what_chance_alone_gives_is_a_pale_bar_around_the_reference() -> None:
    (bar,) = of_class(drawn(north=0.1), "chance")
    assert TABLE.total.rate is not None
    middle = TABLE.total.rate.estimate
    ends = [float(bar.get(end) or 0) for end in ("x1", "x2")]
    assert ends == pytest.approx([LEFT + (RIGHT - LEFT) * (middle + way) for way in (-0.1, 0.1)], abs=0.1)


def test_the_reference_is_named_and_drawn_where_it_is() -> None:
    root = drawn()
    assert TABLE.total.rate is not None
    at = TABLE.total.rate.estimate
    assert words(root, "reference-name") == [f"All patients: {at:.0%}"]
    (line,) = of_class(root, "reference")
    assert float(line.get("x1") or 0) == pytest.approx(LEFT + (RIGHT - LEFT) * at, abs=0.1)


def test_without_a_reference_it_says_so() -> None:
    hidden = Row("a", "Female", None, None, None, None, State.WITHHELD, "withheld")
    empty = Row("b", "Male", 0, 0, None, None, State.EMPTY, "nobody was measured")
    total = Row(None, "All patients", None, None, None, None, State.WITHHELD, "withheld")
    root = ET.fromstring(dots("Seen", [hidden, empty], total))
    assert words(root, "reference-name") == ["All patients: withheld"]
    assert of_class(root, "reference") == of_class(root, "dot") == []
    assert words(root, "open") == ["withheld", "nobody was measured"]


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_nothing_leaves_the_picture_and_letters_stay_readable_on_a_telephone(
    measure: str, dimension: str
) -> None:
    root = drawn(table(DEMO, measure, dimension))
    height = float(root.get("height") or 0)
    assert root.get("viewBox") == f"0 0 {WIDTH} {root.get('height')}"
    texts = list(root.iter(f"{SVG}text"))
    assert all(0 < float(one.get("y") or 0) < height for one in texts)
    # 358 pixels are left of 390 beside the margins of a page
    assert min(float(one.get("font-size") or 0) for one in texts) * 358 / WIDTH > 9.5
    for name, size in zip(words(root, "group"), words(root, "size"), strict=True):
        assert (len(name) + len(size)) * 8 < WIDTH


def test_a_long_name_is_cut_so_that_the_size_stays_beside_it() -> None:
    root = drawn(table(counted({"a" * 80: (60, 50, 0), "b": (60, 50, 0), "": (0, 0, 0)})))
    assert len(words(root, "group")[0]) == 36


def test_it_carries_no_style_script_or_id_and_escapes_names() -> None:
    root = drawn(table(counted({"<b>&": (60, 50, 0), "b": (60, 50, 0), "": (0, 0, 0)})), **{"<b>&": 0.1})
    assert words(root, "group")[0] == "<b>&"
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {
        "svg", "title", "desc", "line", "text", "circle"
    }  # fmt: skip
    names = {name for one in root.iter() for name in one.keys()}  # noqa: SIM118 - not a dict
    assert names <= {
        "class", "role", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r",
        "fill", "stroke", "stroke-width", "stroke-opacity", "font-size", "text-anchor",
    }  # fmt: skip
    colours = {one.get("fill") for one in root.iter()} | {one.get("stroke") for one in root.iter()}
    assert colours <= {"currentColor", None}


@pytest.mark.parametrize(
    ("figures", "low", "high"),
    [
        ([0.42, 0.71], 0.4, 0.8),
        ([7.2, 7.9], 7.2, 8.0),
        ([5.0, 5.0], 5.0, 6.0),
        ([], 0.0, 1.0),
        ([-3, 12], -5, 15),
    ],
)
def test_a_scale_has_round_ends_that_hold_all_figures(figures: list[float], low: float, high: float) -> None:
    scale = fit(figures, number=True)
    assert (scale.low, scale.high) == (pytest.approx(low), pytest.approx(high))
    assert all(scale.low <= one <= scale.high for one in figures)
    assert scale.at(scale.low) == LEFT
    assert scale.at(scale.high + 1) == RIGHT
