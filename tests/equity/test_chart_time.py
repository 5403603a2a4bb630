from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from mdli_workbook.equity.chart_time import Strip, strips
from mdli_workbook.equity.control_charts import Chart, p_chart
from mdli_workbook.equity.over_time import changed, gap_between, series_of
from mdli_workbook.equity.publish import Period, PublishedRow, PublishedView, State, View
from mdli_workbook.equity.suppression import CMS

SVG = "{http://www.w3.org/2000/svg}"
QUARTERS = tuple(f"2025 Q{number}" for number in (1, 2, 3, 4))


def chart(counts: list[float], sizes: list[float]) -> Chart:
    found = p_chart(counts, sizes)
    assert isinstance(found, Chart)
    return found


STILL = chart([50, 55, 45, 50], [100] * 4)
JUMPED = chart([50, 52, 48, 95], [100] * 4)


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == f"mdli-picture-{name}"]


def drawn(*some: Strip) -> ET.Element:
    return ET.fromstring(strips("Portal, over time", QUARTERS, some))


def test_each_series_has_a_strip_with_its_name_its_points_and_what_may_be_said() -> None:
    root = drawn(Strip("All patients", STILL), Strip("North", JUMPED), Strip("South", None, "withheld"))
    assert [one.text for one in of_class(root, "group")] == ["All patients", "North", "South"]
    assert [one.text for one in of_class(root, "size")] == ["within chance", "a change"]
    assert [one.text for one in of_class(root, "open")] == ["withheld"]
    assert len(of_class(root, "dot")) == 8


def test_a_point_outside_its_limits_has_a_ring_and_not_a_colour_alone() -> None:
    root = drawn(Strip("North", JUMPED))
    assert len(of_class(root, "signal")) == sum(JUMPED.outside) > 0
    assert of_class(drawn(Strip("North", STILL)), "signal") == []


def test_limits_are_dashed_and_the_middle_is_drawn() -> None:
    root = drawn(Strip("North", STILL))
    assert len(of_class(root, "limit")) == 2
    assert all(one.get("stroke-dasharray") for one in of_class(root, "limit"))
    assert len(of_class(root, "reference")) == 1


def test_the_description_tells_it_in_words() -> None:
    said = drawn(Strip("North", JUMPED), Strip("South", None, "withheld")).findtext(f"{SVG}desc") or ""
    assert "2025 Q1 to 2025 Q4" in said
    assert "North: from 50% to 95%" in said
    assert "; a change." in said
    assert "South: withheld." in said


def test_a_withheld_period_leaves_a_gap_in_the_line() -> None:
    gappy = chart([50, 55, float("nan"), 50, 45], [100, 100, float("nan"), 100, 100])
    root = ET.fromstring(strips("Portal", [*QUARTERS, "2026 Q1"], [Strip("North", gappy)]))
    assert len(of_class(root, "series")) == 2
    assert len(of_class(root, "dot")) == 4


def test_nothing_leaves_the_picture() -> None:
    root = drawn(Strip("All patients", STILL), Strip("North", JUMPED))
    height = float(root.get("height") or 0)
    for one in root.iter():
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(one.get(name) or 0) <= height


def rows(group: tuple[str, ...], counts: list[tuple[int, int] | None]) -> list[PublishedRow]:
    return [
        PublishedRow(
            group, period, *((None, None, State.WITHHELD) if one is None else (one[1], one[0], State.SHOWN))
        )
        for period, one in zip(QUARTERS, counts, strict=True)
    ]


def view(**groups: list[tuple[int, int] | None]) -> PublishedView:
    periods = tuple(Period(name, (name,)) for name in QUARTERS)
    found = [
        row for group, counts in groups.items() for row in rows(() if group == "all" else (group,), counts)
    ]
    return PublishedView(View("portal", ("group",), periods), tuple(found), CMS, "here")


def test_series_begin_with_all_patients_and_short_ones_have_no_chart() -> None:
    series = series_of(view(a=[(60, 100)] * 4, b=[(60, 100), None, None, (60, 100)], all=[(120, 200)] * 4))
    assert [one.key for one in series] == [None, "a", "b"]
    assert [one.chart is not None for one in series] == [True, True, False]


def test_a_gap_has_limits_of_its_own_and_a_jump_is_seen() -> None:
    still = [(60, 100), (62, 100), (58, 100), (60, 100)]
    jumped = [(60, 100), (62, 100), (58, 100), (10, 100)]
    series = series_of(view(a=still, b=jumped, all=[(120, 200)] * 4))
    level, moved = gap_between(series[1], series[0]), gap_between(series[2], series[0])
    assert level is not None
    assert moved is not None
    assert not changed(level)
    assert changed(moved)
    assert level.centre == pytest.approx(0.0)
    assert level.upper[0] == pytest.approx(3 * (0.6 * 0.4 * (1 / 100 + 1 / 200)) ** 0.5)
    assert level.note == "trial limits"


def test_a_gap_needs_four_periods_that_both_are_shown_in() -> None:
    series = series_of(view(a=[(60, 100), None, (60, 100), (60, 100)], all=[(120, 200)] * 4))
    assert gap_between(series[1], series[0]) is None
