from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import product

import pytest

from mdli_workbook.equity.chart import LEFT, RIGHT, WIDTH, chart
from mdli_workbook.equity.intervals import wilson
from mdli_workbook.equity.panel import DIMENSIONS, MEASURES, DimensionId, MeasureId, read_panel
from mdli_workbook.equity.table import Row, State, Table, tabulate

DEMO = read_panel("demo-panel")
TABLE = tabulate(DEMO, "blood_pressure_controlled", "language")
VIEWS = list(product(MEASURES, DIMENSIONS))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(table: Table = TABLE) -> ET.Element:
    return ET.fromstring(chart(table))


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == f"mdli-picture-{name}"]


def words(root: ET.Element, name: str) -> list[str]:
    return [one.text or "" for one in of_class(root, name)]


def test_it_is_an_image_with_a_title_and_a_description_in_words() -> None:
    root = drawn()
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == "Blood pressure controlled, by language"
    description = root.findtext(f"{SVG}desc") or ""
    assert "A line marks all patients, 69%." in description
    assert "Patients seen from May 2024 to April 2026." in description
    assert "Spanish: 62%, from 57% to 67%, 396 patients." in description
    assert "Karen: withheld." in description
    assert "Portuguese: withheld, 32 patients." in description
    assert "Language not recorded: 56%, from 51% to 60%, 470 patients." in description


def test_every_group_is_named_with_its_size_and_withheld_ones_as_withheld() -> None:
    root = drawn()
    assert words(root, "group") == [row.group for row in TABLE.lines]
    sizes = dict(zip(words(root, "group"), words(root, "size"), strict=True))
    assert sizes["English"] == "2,587 patients"
    assert sizes["Karen"] == sizes["Amharic"] == "size withheld"
    assert words(root, "open") == ["withheld"] * 3


def test_a_dot_stands_on_its_rate_inside_its_interval() -> None:
    root = drawn()
    shown = [row.rate for row in TABLE.lines if row.rate is not None]
    dots, lines = of_class(root, "dot"), of_class(root, "interval")
    assert len(dots) == len(lines) == len(shown) == 6
    for rate, dot, line in zip(shown, dots, lines, strict=True):
        ends = [float(line.get(end) or 0) for end in ("x1", "x2")]
        assert float(dot.get("cx") or 0) == pytest.approx(LEFT + (RIGHT - LEFT) * rate.estimate, abs=0.1)
        assert ends == pytest.approx([LEFT + (RIGHT - LEFT) * at for at in (rate.lower, rate.upper)], abs=0.1)
        assert line.get("y1") == line.get("y2") == dot.get("cy")


def test_the_reference_is_named_and_drawn_where_it_is() -> None:
    root = drawn()
    assert words(root, "reference-name") == ["All patients: 69%"]
    (line,) = of_class(root, "reference")
    assert TABLE.total.rate is not None
    assert float(line.get("x1") or 0) == pytest.approx(
        LEFT + (RIGHT - LEFT) * TABLE.total.rate.estimate, abs=0.1
    )


def test_without_a_total_there_is_no_reference_and_it_says_so() -> None:
    hidden = Row("Female", None, None, None, State.WITHHELD)
    empty = Row("Male", 0, 0, None, State.EMPTY)
    total = Row("All patients", None, None, None, State.WITHHELD)
    months = ("2026-01", "2026-01")
    root = drawn(Table("Seen", "Seen in", "sex", (hidden,), empty, total, months, None))
    assert words(root, "reference-name") == ["All patients: withheld"]
    assert of_class(root, "reference") == of_class(root, "dot") == []
    assert words(root, "open") == ["withheld", "nobody was measured"]


@pytest.mark.parametrize(("measure", "dimension"), VIEWS)
def test_nothing_leaves_the_picture(measure: MeasureId, dimension: DimensionId) -> None:
    root = drawn(tabulate(DEMO, measure, dimension))
    height = float(root.get("height") or 0)
    assert root.get("viewBox") == f"0 0 {WIDTH} {root.get('height')}"
    assert all(0 < float(one.get("y") or 0) < height for one in root.iter(f"{SVG}text"))
    assert max(map(len, words(root, "group"))) * 7 < LEFT


def test_it_carries_no_style_script_or_id_and_escapes_names() -> None:
    row = Row("<b>&", 100, 50, wilson(50, 100), State.SHOWN)
    root = drawn(Table("<i>", "", "<s>", (row,), row, row, ("2026-01", "2026-02"), 0))
    assert words(root, "group")[0] == "<b>&"
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {
        "svg", "title", "desc", "line", "text", "circle"
    }  # fmt: skip
    names = {name for one in root.iter() for name in one.keys()}  # noqa: SIM118 - not a dict
    assert names <= {
        "class", "role", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r",
        "fill", "stroke", "stroke-width", "stroke-opacity", "font-size", "text-anchor",
    }  # fmt: skip
