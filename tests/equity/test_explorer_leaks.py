"""No page, record or file of the explorer holds a number that is withheld."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from invented import looks

from mdli_workbook.equity.explorer import Choice, Shown, export, html
from mdli_workbook.equity.patients import Coded, Measured, Patients
from mdli_workbook.equity.publish import State
from mdli_workbook.equity.shown import ViewName
from mdli_workbook.equity.suppression import is_small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.equity.publish import PublishedView

MONTHS = tuple(f"2026-{month:02}" for month in range(1, 13))
NAMES = list(get_args(ViewName))
CELLS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 15)), min_size=18, max_size=18
)
QUIETLY = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def practice(cells: list[tuple[int, int, int]]) -> Patients:
    """Make a practice of two groups and an unknown one, two ages and an unknown one, and two months."""
    places = [(group, age, month) for group in range(3) for age in range(3) for month in range(2)]
    groups, ages, months = (np.array(column, np.int32) for column in zip(*places, strict=True))
    return Patients(
        "small",
        {"clinic": Coded(("north", "south", ""), groups), "age": Coded(("young", "old", ""), ages)},
        Coded(MONTHS[:2], months),
        {"portal": Measured(np.array(cells, np.int64))},
    )


def check(cells: list[tuple[int, int, int]], order: list[ViewName]) -> None:
    for shown in looks(
        practice(cells), [Choice("portal", "clinic", view=view, data="file") for view in order]
    ):
        check_record(shown)
        check_files(shown)


def check_record(shown: Shown) -> None:
    for view in shown.views:
        for row in view.rows:
            rest = None if row.size is None or row.numerator is None else row.size - row.numerator
            told = [one for one in (row.size, row.numerator, rest) if one is not None]
            assert not [one for one in told if is_small(one)]
    plain: dict[str, Any] = json.loads(json.dumps(shown.to_plain()))
    assert Shown.from_plain(plain) == shown


def check_files(shown: Shown) -> None:
    """Every number of patients on the page is one that the published views hold, or is made of them."""
    known = {"0", "10", "30"} | {str(one) for view in shown.views for one in numbers(view)}
    texts = [str(html(shown)), *(export(shown, what)[2] for what in ("csv", "note"))]
    for text in texts:
        counted = re.sub(r"change for [\d,]+ patients", "", text)  # worked out from two shown rates
        said = re.findall(r"(?<![\d.−–-])(\d[\d,]*) (?:more )?patients\b", counted)  # noqa: RUF001
        assert {one.replace(",", "") for one in said} <= known, shown.choice
    for view in shown.views:
        for row in view.rows:
            if row.state is State.WITHHELD:
                assert row.numerator is None
                assert row.mean is None


def numbers(view: PublishedView) -> Iterator[int]:
    """Yield what a view holds, and each group of it without its ages."""
    whole: dict[str, int] = {}
    for row in view.rows:
        yield from (one for one in (row.size, row.numerator) if one is not None)
        if len(row.group) == 2 and row.group[1]:
            whole[row.group[0]] = whole.get(row.group[0], 0) + (row.size or 0)
    yield from whole.values()
    yield sum(whole.values())


@settings(QUIETLY, max_examples=25)
@given(CELLS, st.permutations(NAMES))
def test_nothing_withheld_is_on_a_page_in_a_record_or_in_a_file(cells: Any, order: list[ViewName]) -> None:
    check(cells, order)


@pytest.mark.soak
@settings(QUIETLY, max_examples=500)
@given(CELLS, st.permutations(NAMES))
def test_nothing_withheld_is_anywhere_again_and_again(cells: Any, order: list[ViewName]) -> None:
    check(cells, order)


def test_a_withheld_row_has_words_where_others_have_figures() -> None:
    cells = [(30, 25, 12)] * 12 + [(1, 2, 0), (0, 0, 0), (2, 0, 1), (0, 1, 0), (1, 0, 0), (0, 0, 0)]
    (shown,) = looks(practice(cells), [Choice("portal", "clinic", data="file")])
    assert [row.state for row in shown.views[0].rows if row.group == ("",)] == [State.WITHHELD]
    line = next(one for one in export(shown, "csv")[2].splitlines() if one.startswith("Not recorded"))
    assert line == "Not recorded,,,,,,,,withheld"
