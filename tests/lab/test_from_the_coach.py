"""What a coach wrote, in the participant's own JupyterLab: beside the answer, and in the next workbook."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from axe import violations
from playwright.sync_api import expect

from mdli_workbook.answers import Draft
from mdli_workbook.exercises.coaching import AGREED, NOTE, comment_on, own_note
from mdli_workbook.exercises.commitment import CommitmentValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

GUESS = 'wb.reflection("guess", title="First guess", prompt="What reason did you give yourself?")'


def write_as_coach(lab: Lab, person: str, exercise: str, value: Any, entry: str = "") -> None:
    audience: Any = "self" if exercise.startswith("coach-own-note") else "participant"
    draft = Draft(str(uuid.uuid4()), "kim", "spring", person, 2, exercise, value, audience, entry)
    with lab.store() as store:
        store.save(draft)


def test_a_participant_reads_what_the_coach_wrote_and_their_own_words_are_as_they_were(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    person = "reads-the-coach"
    this = lab.write("reads-2.ipynb", GUESS, participant=person)
    first = notebook(this).open()
    first.form("guess").field("What reason").fill("I thought that she was slow.")
    first.form("guess").wait_saved()
    comment = {"text": "Say that sentence aloud.", "exercise": "guess", "entry": "", "title": "First guess"}
    write_as_coach(lab, person, comment_on("guess").id, comment)
    write_as_coach(lab, person, NOTE.id, {"text": "Bring the audit."})
    promise = CommitmentValue(act="Ask the front desk", due="2026-04-01").model_dump(mode="json")
    write_as_coach(lab, person, AGREED.id, promise, str(uuid.uuid4()))
    write_as_coach(lab, person, own_note("kim").id, {"text": "zqown"})

    again = notebook(this).open()
    beside = again.form("guess").root.locator(".mdli-beside")
    expect(beside).to_contain_text("From your coach")
    expect(beside).to_contain_text("Say that sentence aloud.")
    expect(again.form("guess").field("What reason")).to_have_value("I thought that she was slow.")
    assert violations(again.page, ".mdli-form[data-exercise='guess']") == []

    after = notebook(lab.write("reads-3.ipynb", GUESS, participant=person, session=3)).open()
    page = after.page
    expect(page.get_by_role("region", name="A note from your coach")).to_contain_text("Bring the audit.")
    expect(page.get_by_role("region", name="From your coach", exact=True)).to_contain_text("On First guess")
    agreed = after.form(AGREED.id)
    expect(agreed.root).to_contain_text("Agreed in call 2")
    agreed.field("Kept: done").check()
    agreed.wait_saved()
    assert "zqown" not in page.content() + again.page.content()
