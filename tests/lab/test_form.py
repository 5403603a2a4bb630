"""The forms in a real JupyterLab, driven as a person would; what they kept is read from the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"window.hurt='yes'\"><script>window.hurt='yes'</script>"
MARK = "marker-of-what-was-typed"

POINTS = (
    'points=[{"id": "1", "label": "never"}, {"id": "2", "label": "sometimes"}, {"id": "3", "label": "often"}]'
)
OPTIONS = (
    'options=[{"id": "physician", "label": "A physician"}, {"id": "desk", "label": "Front desk"},'
    ' {"id": "nurse", "label": "A nurse"}]'
)
OPTIONS_OF_LOG = f'options={{"beside": {OPTIONS.removeprefix("options=")}}}'
STATEMENTS = (
    'statements=[{"id": "limits", "text": "I name my own limits aloud.", "of": "understand-myself"},'
    ' {"id": "silence", "text": "I fill a silence at once.", "of": "be-open-and-listen", "reversed": True}]'
)
FIELDS = (
    'fields={"when": "date", "at": "time", "beside": "choice", "where": "text", "minutes": "minutes",'
    ' "people": "number", "saw_and_heard": "long-text"}'
)
EVERY_KIND = (
    'wb.reflection("first-guess", prompt="What reason did you give yourself?")',
    f'wb.scale("habits", title="How I listen", {POINTS}, {STATEMENTS})',
    f'wb.choice("whom", prompt="Whom will you sit beside?", {OPTIONS}, many=False)',
    f'wb.choice("who-speaks", prompt="Who speaks?", {OPTIONS}, many=True)',
    f'wb.ranking("values", prompt="What counts most?", {OPTIONS}, keep=2)',
    'wb.checklist("audit", title="One meeting", items=[{"id": "ahead", "text": "It went out ahead."}])',
    f'wb.log("shadowing", title="Visits", {FIELDS}, {OPTIONS_OF_LOG})',
    'wb.commitment("next-step", title="One step")',
    'wb.agenda("for-the-call", prompt="What shall we talk about?")',
)


def fill_every_kind(notebook: Notebook) -> None:
    notebook.form("first-guess").field("What reason").fill(f"{MARK} {HOSTILE}\n\nمتى 😀")
    notebook.form("habits").root.get_by_role("group", name="I name my own").get_by_label("often").check()
    notebook.form("whom").field("Front desk").check()
    notebook.form("who-speaks").field("A physician").check()
    notebook.form("who-speaks").field("A nurse").check()
    notebook.form("values").button("Choose: A nurse").press("Enter")
    notebook.form("values").button("Choose: A physician").press("Enter")
    notebook.form("values").button("Up: A physician").press("Enter")
    notebook.form("audit").field("No", exact=True).check()
    notebook.form("audit").field("Note:").fill(f"{MARK} note")
    visit = notebook.form("shadowing")
    visit.field("When").fill("2026-03-12")
    visit.field("At").fill("14:05")
    visit.field("A physician").check()
    visit.field("Where").fill(f"{MARK} room 3")
    visit.field("Minutes").fill("45")
    visit.field("People").fill("2.5")
    visit.field("Saw and heard").fill(f"{MARK} {HOSTILE}")
    promise = notebook.form("next-step")
    promise.field("When and where").fill(f"{MARK} Monday")
    promise.field("I will").fill("ask before I judge")
    promise.field("By").fill("2026-04-01")
    promise.field("Kept: done").check()
    notebook.form("for-the-call").field("line 1").fill(f"{MARK} late notes")
    notebook.form("for-the-call").field("line 2").fill(HOSTILE)


def expected() -> dict[str, Any]:
    return {
        "first-guess": {"text": f"{MARK} {HOSTILE}\n\nمتى 😀"},
        "habits": {"ratings": {"limits": "3"}},
        "whom": {"chosen": ["desk"]},
        "who-speaks": {"chosen": ["physician", "nurse"]},
        "values": {"ranked": ["physician", "nurse"]},
        "audit": {"marks": {"ahead": {"mark": "no", "note": f"{MARK} note"}}},
        "for-the-call": {"lines": [f"{MARK} late notes", HOSTILE]},
        "shadowing": {
            "when": "2026-03-12",
            "at": "14:05",
            "beside": "physician",
            "where": f"{MARK} room 3",
            "minutes": 45,
            "people": 2.5,
            "saw_and_heard": f"{MARK} {HOSTILE}",
        },
        "next-step": {
            "cue": f"{MARK} Monday",
            "act": "ask before I judge",
            "due": "2026-04-01",
            "state": "kept",
        },
    }


def kept(lab: Lab) -> dict[str, Any]:
    """Return exercise → value, of the one entry where there are entries; empty fields left out."""
    with lab.store() as store:
        rows = store.newest("ana-mora", 2)
    repeating = {row.exercise for row in rows if row.entry}
    return {
        row.exercise: {
            name: value for name, value in (row.value or {}).items() if value not in ("", None, [])
        }
        for row in rows
        if bool(row.entry) == (row.exercise in repeating)
    }


def on_screen(notebook: Notebook) -> list[Any]:
    return notebook.page.evaluate(
        """() => [...document.querySelectorAll('.mdli-form')].map((form) => [form.dataset.exercise,
            [...form.querySelectorAll('.mdli-form-body :is(input, textarea)')].map((field) =>
              ['radio', 'checkbox'].includes(field.type) ? field.checked : field.value),
            [...form.querySelectorAll('.mdli-rank .mdli-rank-words')].map((words) => words.textContent)])"""
    )


EXERCISES = [call.split('"')[1] for call in EVERY_KIND]


def wait_until_all_saved(notebook: Notebook) -> None:
    for exercise in EXERCISES:
        notebook.form(exercise).wait_saved()


def test_every_kind_of_field_is_in_the_store_and_back_after_a_restart_and_a_reload(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    name = lab.write("every-kind.ipynb", *EVERY_KIND, form=False)
    opened = notebook(name).open()
    fill_every_kind(opened)
    wait_until_all_saved(opened)
    typed = on_screen(opened)
    assert kept(lab) == expected()

    opened.restart_from_outside()
    opened.run_all()
    wait_until_all_saved(opened)
    assert on_screen(opened) == typed

    opened.open()
    wait_until_all_saved(opened)
    assert on_screen(opened) == typed
    assert kept(lab) == expected()
    assert opened.page.evaluate("window.hurt") is None

    opened.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    opened.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = (lab.root / name).read_text("utf-8")
    assert MARK not in saved
    assert "widgets" not in json.loads(saved)["metadata"]


TWO = ('wb.reflection("one", prompt="First?")', 'wb.reflection("two", prompt="Second?")')


@pytest.mark.soak
def test_what_no_kernel_heard_after_an_outside_restart_is_shown_as_not_saved_and_survives(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    name = lab.write("restarted.ipynb", *TWO, form=False)
    opened = notebook(name).open()
    opened.form("one").field("First?").fill("before")
    opened.form("one").wait_saved()
    opened.restart_from_outside()
    opened.form("one").field("First?").fill("before, and after the restart")
    opened.form("one").wait_for("trouble")
    assert "Not saved" in opened.form("one").said
    opened.run_all()
    opened.form("one").wait_saved()
    assert opened.form("one").field("First?").input_value() == "before, and after the restart"

    opened.restart_from_outside()
    opened.form("two").field("Second?").fill("typed, then reloaded")
    asked: list[str] = []
    opened.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    opened.open()
    opened.form("two").wait_saved()
    assert "beforeunload" in asked
    found = kept(lab)
    assert (found["one"], found["two"]) == (
        {"text": "before, and after the restart"},
        {"text": "typed, then reloaded"},
    )


EXECUTED = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .map((cell) => cell.model.executionCount ?? 0)"""


def test_keys_in_a_form_never_reach_the_notebook(lab: Lab, notebook: Callable[..., Notebook]) -> None:
    name = lab.write(
        "keys.ipynb",
        f'wb.choice("whom", prompt="Whom?", {OPTIONS}, many=False)',
        'wb.reflection("keys", prompt="What?")',
    )
    opened = notebook(name).open()
    keyboard = opened.page.keyboard
    before = opened.page.evaluate(EXECUTED)
    opened.form("whom").field("Front desk").click()
    keyboard.type("ddbbxx")
    keyboard.press("Shift+Enter")
    opened.form("whom").root.locator("legend").click(position={"x": 3, "y": 3})
    keyboard.type("ddbb")
    opened.form("keys").field("What?").click()
    keyboard.type("dd b")
    keyboard.press("Shift+Enter")
    keyboard.type("a")
    keyboard.press("Escape")
    keyboard.type("dd")
    opened.form("keys").wait_saved()
    assert opened.form("keys").field("What?").input_value() == "dd b\nadd"
    assert opened.page.evaluate(EXECUTED) == before


@pytest.mark.soak
def test_two_windows_on_one_notebook_show_both_texts_and_the_person_chooses(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    name = lab.write("windows.ipynb", 'wb.reflection("both", prompt="Both?")')
    here = notebook(name).open()
    there = notebook(name, here.page.context).open()
    there.form("both").field("Both?").fill("from the second window")
    there.form("both").wait_saved()
    here.form("both").field("Both?").fill("from the first window")
    here.form("both").wait_for("trouble")
    shown = here.form("both").root.locator(".mdli-version dd").all_inner_texts()
    assert shown == ["from the first window", "from the second window"]
    here.form("both").button("Keep what I wrote here").click()
    here.form("both").wait_saved()
    assert kept(lab)["both"] == {"text": "from the first window"}
    with lab.store() as store:
        texts = [row.value for row in store.history("ana-mora", 2, "both")]
    assert texts == [{"text": "from the second window"}, {"text": "from the first window"}]
