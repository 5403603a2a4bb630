"""Every exercise of the program, filled by keyboard alone, and read again wherever it must be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opened import Workbook
from running import free_participant, make_program, run, running_lab
from walking import Walk, plan_for

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.replies import READERS
from mdli_workbook.program import read_program, store_address
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.shelf import report_path
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext
    from running import Lab

    from mdli_workbook.curriculum import Session

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The JupyterLab of one participant, with all six workbooks."""
    base = tmp_path_factory.mktemp("walked")
    participant = free_participant("walker")
    folder = make_program(base / "program", {participant: "kim"})
    run(folder, "generate")
    with running_lab(folder, participant, base) as running:
        yield running


@pytest.mark.parametrize(
    "number", [1, 4, *(pytest.param(one, marks=pytest.mark.soak) for one in (2, 3, 5, 6))]
)
def test_every_exercise_of_session(
    lab: Lab, new_context: Callable[..., BrowserContext], number: int
) -> None:
    folder = lab.root.parents[2]
    session = read_curriculum(folder, KINDS)[number - 1]
    page = new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
    workbook = Workbook(lab, page, f"{session.session:02d}-{session.slug}.ipynb").open().start()
    shown = [one.id for one in session.exercises if workbook.form(one.id).is_visible()]
    private = [one.id for one in session.exercises if one.audience == "private" and one.id in shown]
    plans = [
        plan_for(one, f"s{number}", READERS["coach"] if one.id in private[1:] else "")
        for one in session.exercises
        if one.id in shown
    ]
    walk = Walk(page, plans).go()
    print(number, walk.tabs, walk.order)
    assert walk.left() == []
