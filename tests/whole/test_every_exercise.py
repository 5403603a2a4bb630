"""Every exercise of the program, filled by keyboard alone, and read again wherever it must be the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from opened import Workbook
from running import COHORT, free_participant, make_program, run, running_lab
from walking import Plan, Walk, plan_for

from mdli_workbook.exercises import KINDS
from mdli_workbook.program import store_address
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.shelf import report_path
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator
    from running import Lab

    from mdli_workbook.curriculum import Exercise, Session

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The JupyterLab of one participant, with all six workbooks."""
    base = tmp_path_factory.mktemp("walked")
    participant = free_participant("walker")
    folder = make_program(base / "program", {participant: "kim"})
    run(folder, "generate")
    with running_lab(folder, participant, base) as running:
        yield running


@pytest.mark.parametrize("number", range(1, 7))
def test_every_exercise_of_session(lab: Lab, new_context: Callable[..., BrowserContext], number: int) -> None:
    folder = lab.root.parents[2]
    session = read_curriculum(folder, KINDS)[number - 1]
    page = new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
    workbook = Workbook(lab, page, f"{session.session:02d}-{session.slug}.ipynb").open()
    workbook.start()
    plans = walk_through(workbook, session)
    shown = [one for one in session.exercises if one.id in plans]
    private = private_of(session.exercises)
    typed = workbook.on_screen()
    assert stored(folder, lab.participant, session) == {one: plan.values for one, plan in plans.items()}

    run(folder, "report", "--participant", lab.participant, "--session", str(number))
    report = report_file(folder, lab.participant, session).read_text("utf-8")
    reported, front = read_report(report)
    coaches = {one.id for one in shown if one.audience == "coach" or one.id in private[1:]}
    in_front = {one.id for one in shown if one.in_front}
    assert set(reported) == coaches - in_front
    for exercise, html in reported.items():
        assert view_of(workbook, exercise).inner_html() == page.evaluate(PARSED, html), exercise
    for exercise in coaches & in_front:
        view = view_of(workbook, exercise)
        said = view.locator("time, .mdli-state, .mdli-agenda li, .mdli-promise p").all_text_contents()
        assert said
        assert [one for one in said if one not in page.evaluate(PLAIN, front)] == [], exercise
    for exercise in {one.id for one in shown} - coaches:
        assert (view_of(workbook, exercise).text_content() or "").startswith(UNSEEN)
        assert f"s{number} {exercise}" not in report

    workbook.open().start()
    workbook.wait_saved(*plans)
    assert workbook.on_screen() == typed


def private_of(exercises: Sequence[Exercise]) -> list[str]:
    """Return the private ones; all but the first will be shared."""
    return [one.id for one in exercises if one.audience == "private"]


def walk_through(workbook: Workbook, session: Session) -> dict[str, Plan]:
    """Fill what is shown, and then what appears because of it; return exercise → what was entered."""
    done: dict[str, Plan] = {}
    shared = private_of(session.exercises)[1:]
    while True:
        now = [one for one in session.exercises if one.id not in done and workbook.form(one.id).is_visible()]
        if not now:
            return done
        plans = {
            one.id: plan_for(one, f"s{session.session}", "Your coach" if one.id in shared else "")
            for one in now
        }
        walk = Walk(workbook.page, list(plans.values())).go()
        assert walk.left() == []
        assert [one for one in walk.order if one in plans] == list(plans)
        workbook.wait_saved(*plans)
        workbook.page.wait_for_timeout(500)  # until those that waited are shown
        done |= plans


UNSEEN = "Nothing of this is shared"
PARSED = "(html) => new DOMParser().parseFromString(html, 'text/html').body.innerHTML"
PLAIN = "(html) => new DOMParser().parseFromString(html, 'text/html').body.textContent"


def view_of(workbook: Workbook, exercise: str) -> Locator:
    return workbook.form(exercise).get_by_role("region", name="What my coach will see")


def stored(folder: Path, participant: str, session: Session) -> dict[str, list[Any]]:
    """Return exercise → its newest values, in the order that the person sees; blank fields left out."""
    with Store.open(store_address(folder)) as store:
        rows = {(row.exercise, row.entry): row.value for row in store.newest(participant, session.session)}
    found: dict[str, list[Any]] = {}
    for one in session.exercises:
        own = rows.get((one.id, ""))
        values = [rows[one.id, entry] for entry in own["order"]] if own and one.repeats else [own]
        found[one.id] = [without_blanks(value) for value in values if value]
        if one.kind == "equity":  # what was looked at is saved with the words
            assert [value.pop("view")["choice"]["data"] for value in found[one.id]] == ["demo-panel"]
    return {exercise: values for exercise, values in found.items() if values}


def without_blanks(value: dict[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in value.items() if said not in ("", None, [])}


def report_file(folder: Path, participant: str, session: Session) -> Path:
    return report_path(folder, COHORT, participant, f"{session.session:02d}-{session.slug}")


def read_report(text: str) -> tuple[dict[str, str], str]:
    """Return exercise → what the report shows of it, and the front page."""
    shown, front = {}, ""
    for cell in json.loads(text)["cells"]:
        named = re.search(r"^wb\.(\w+)\(\s*['\"]([^'\"]+)", "".join(cell["source"]), re.MULTILINE)
        for output in cell.get("outputs", ()) if named else ():
            html = "".join(output["data"]["text/html"])
            if named[1] == "part":
                front += html
            else:
                shown[named[2]] = html
    return shown, front
