"""What is one's own, in a real JupyterLab: who can read it, earlier wordings, erasing, the nudge."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from mdli_workbook.answers import Draft, Saved
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from mdli_workbook.answers import Answer
    from tests.lab.conftest import Form, Lab, Notebook

pytestmark = pytest.mark.browser

PROGRAM = Path(__file__).parents[1] / "data" / "small-program"
MARK = "MARKER-of-what-was-erased"
HELD = """async () => {
  const seen = [document.body.innerText, document.body.innerHTML,
    ...[...document.querySelectorAll('input, textarea')].map(({ value }) => value)];
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => {
      const ask = indexedDB.open(name); ask.onsuccess = () => done(ask.result);
    });
    for (const box of base.objectStoreNames) {
      seen.push(JSON.stringify(await new Promise((done) => {
        const ask = base.transaction(box).objectStore(box).getAll(); ask.onsuccess = () => done(ask.result);
      })));
    }
    base.close();
  }
  return seen.join('\\n');
}"""
TAGS = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']"


def wrong(page: Page) -> list[str]:
    """Return what axe-core objects to in the forms."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate(
        f"axe.run({{include: [['.mdli-form']]}}, {{runOnly: {TAGS}, resultTypes: ['violations']}})"
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


def write(form: Form, label: str, text: str) -> None:
    form.field(label).fill(text)
    form.root.page.keyboard.press("Control+s")
    form.root.locator('.mdli-foot:not([data-status="saving"])').wait_for()
    form.wait_saved()


def write_long_ago(lab: Lab, exercise: str, *texts: str, audience: Any = "private") -> list[str]:
    """Put wordings into the store, half an hour apart; return their revisions."""
    revisions = [""]
    for number, text in enumerate(texts):
        then = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(minutes=30 * number)
        with Store.open(address_of(lab.home / "answers.db"), now=lambda then=then: then) as store:
            place = ("ana-mora", "spring", "ana-mora", 2, exercise)
            saved = store.save(Draft(str(uuid4()), *place, {"text": text}, audience, based_on=revisions[-1]))
            assert isinstance(saved, Saved)
            revisions.append(saved.answer.id)
    return revisions[1:]


def rows(lab: Lab, exercise: str, entry: str = "") -> tuple[Answer, ...]:
    with lab.store() as store:
        return store.history("ana-mora", 2, exercise, entry)


def bytes_of(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.glob("answers*")) if file.is_file())


def wordings(form: Form, name: str = "Earlier wordings") -> Locator:
    """Open a form's list of wordings."""
    form.button(name).click()
    panel = form.root.get_by_role("region", name=name)
    expect(panel).not_to_contain_text("One moment …")
    return panel


def words_in(panel: Locator) -> Locator:
    return panel.locator(".mdli-wording-words :is(dd, p)")


# Who can read it


@pytest.fixture
def program(lab: Lab) -> Iterator[Path]:
    for name in ("program.toml", "roster.csv", "coaches.csv"):
        shutil.copyfile(PROGRAM / name, lab.root / name)
    yield lab.root
    for name in ("program.toml", "roster.csv", "coaches.csv"):
        (lab.root / name).unlink()


def test_the_coach_is_named_as_the_roster_says_now_and_stands_in_no_file(
    lab: Lab, notebook: Callable[..., Notebook], program: Path
) -> None:
    coaches = (program / "coaches.csv").read_text("utf-8")
    name = lab.write("named.ipynb", 'wb.reflection("named", prompt="Why?")', participant="amara")
    opened = notebook(name).open()
    select = opened.form("named").root.get_by_label("Who can read this")
    expect(select.locator("option")).to_have_text(
        ["Only you", "Your coach, Lena Novak, and whoever the roster names later"]
    )
    select.select_option("coach")
    opened.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    opened.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert "Lena Novak" not in (lab.root / name).read_text("utf-8")
    (program / "coaches.csv").write_text(coaches.replace("Lena Novak", "Dr. Ada Okoro"), "utf-8")
    select.select_option("private")
    expect(select.locator("option").nth(1)).to_have_text(
        "Your coach, Dr. Ada Okoro, and whoever the roster names later"
    )


def test_without_a_roster_the_words_hold_for_any_coach(lab: Lab, notebook: Callable[..., Notebook]) -> None:
    opened = notebook(lab.write("nobody.ipynb", 'wb.reflection("nobody", prompt="Why?")')).open()
    options = opened.form("nobody").root.get_by_label("Who can read this").locator("option")
    expect(options).to_have_text(["Only you", "Your coach, and whoever the roster names later"])


# Earlier wordings


def test_an_earlier_wording_is_read_and_put_back_by_keyboard_and_nothing_is_lost(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    write_long_ago(lab, "earlier", "I guessed <b>.", "I asked.")
    opened = notebook(lab.write("earlier.ipynb", 'wb.reflection("earlier", prompt="Why?")')).open()
    form = opened.form("earlier")
    expect(form.field("Why?")).to_have_value("I asked.")
    form.button("Earlier wordings").press("Enter")
    panel = form.root.get_by_role("region", name="Earlier wordings")
    expect(words_in(panel)).to_have_text(["I asked.", "I guessed <b>."])
    expect(panel.locator("h4").first).to_contain_text("March 2, 2026, 12:30")
    expect(panel.locator("h4").first).to_contain_text("as it is now")
    assert wrong(opened.page) == []
    panel.get_by_role("button", name="Put this back").press("Enter")
    expect(form.field("Why?")).to_have_value("I guessed <b>.")
    expect(form.field("Why?")).to_be_focused()
    form.wait_saved()
    expect(panel).to_be_hidden()
    expect(words_in(wordings(form))).to_have_text(["I guessed <b>.", "I asked."])
    texts = [row.value["text"] for row in rows(lab, "earlier") if row.value]
    assert texts == ["I guessed <b>.", "I asked.", "I guessed <b>."]


def test_one_wording_is_erased_for_good_after_being_asked(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    write_long_ago(lab, "one-gone", f"I met {MARK}.", "I met somebody.")
    opened = notebook(lab.write("one-gone.ipynb", 'wb.reflection("one-gone", prompt="Why?")')).open()
    form = opened.form("one-gone")
    panel = wordings(form)
    panel.get_by_role("button", name="Erase this for good").nth(1).click()
    asked = panel.get_by_role("group", name="Erase the words of")
    expect(asked).to_contain_text("Nobody can bring it back")
    expect(asked.get_by_role("button", name="Keep it")).to_be_focused()
    asked.get_by_role("button", name="Keep it").press("Enter")
    assert MARK in str(rows(lab, "one-gone"))
    panel.get_by_role("button", name="Erase this for good").nth(1).click()
    assert wrong(opened.page) == []
    panel.get_by_role("button", name="Yes, erase for good").click()
    expect(form.root.get_by_text("Erased for good.")).to_be_visible()
    expect(words_in(panel)).to_have_text(["I met somebody."])
    expect(form.field("Why?")).to_have_value("I met somebody.")
    assert [row.value for row in rows(lab, "one-gone")] == [None, {"text": "I met somebody."}]
    assert MARK not in opened.page.evaluate(HELD)
    assert MARK.encode() not in bytes_of(lab.home)


def test_what_was_erased_is_in_no_field_draft_undo_step_or_other_tab(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    name = lab.write("all-gone.ipynb", 'wb.reflection("all-gone", prompt="Why?", audience="coach")')
    here = notebook(name).open()
    form = here.form("all-gone")
    write(form, "Why?", f"I met {MARK}")
    there = notebook(name, here.page.context).open()
    other = there.form("all-gone")
    expect(other.field("Why?")).to_have_value(f"I met {MARK}")
    wordings(other)
    form.button("What my coach will see").click()
    expect(form.root.get_by_role("region", name="What my coach will see")).to_contain_text(MARK)
    panel = wordings(form)
    panel.get_by_role("button", name="Erase everything I wrote here for good").click()
    panel.get_by_role("button", name="Yes, erase for good").click()
    expect(form.field("Why?")).to_have_value("")
    expect(panel).to_contain_text("No words are kept here.")
    view = form.root.get_by_role("region", name="What my coach will see")
    expect(view).to_contain_text("nothing is written yet")
    expect(other.field("Why?")).to_have_value("")
    for tab in (here, there):
        tab.form("all-gone").field("Why?").focus()
        tab.page.keyboard.press("Control+z")
        assert MARK not in tab.page.evaluate(HELD)
    assert MARK.encode() not in bytes_of(lab.home)
    write(form, "Why?", "and on")
    assert [row.value for row in rows(lab, "all-gone")][-1] == {"text": "and on"}


@pytest.mark.soak
def test_text_that_was_never_saved_is_erased_with_the_rest(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    opened = notebook(lab.write("unsaved.ipynb", 'wb.reflection("unsaved", prompt="Why?")')).open()
    form = opened.form("unsaved")
    write(form, "Why?", "saved")
    panel = wordings(form)
    panel.get_by_role("button", name="Erase everything I wrote here for good").click()
    form.field("Why?").fill(f"saved and {MARK}")
    panel.get_by_role("button", name="Yes, erase for good").dispatch_event("click")
    expect(form.field("Why?")).to_have_value("")
    opened.page.wait_for_timeout(1500)
    assert MARK not in opened.page.evaluate(HELD)
    assert {row.value for row in rows(lab, "unsaved")} == {None}  # type: ignore[comparison-overlap]


LOG = 'wb.log("visits", title="Visits", fields={"where": "text", "asked": "long-text"})'


@pytest.mark.soak
def test_an_entry_has_its_own_wordings_and_a_removed_one_is_put_back_or_erased(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    opened = notebook(lab.write("visits.ipynb", LOG)).open()
    form = opened.form("visits")
    write(form, "Where", "ward")
    form.button("Add another").click()
    form.field("Where").nth(1).fill(MARK)
    form.field("Asked").nth(1).fill("why")
    opened.page.wait_for_timeout(1500)
    form.wait_saved()
    second = form.root.locator(".mdli-entry").nth(1)
    second.get_by_role("button", name="Earlier wordings").click()
    expect(words_in(second)).to_have_text([MARK, "why"])
    assert wrong(opened.page) == []
    second.get_by_role("button", name="Remove").click()
    form.button("Yes, remove it").click()
    form.wait_saved()
    opened.open()
    form = opened.form("visits")
    expect(form.field("Where")).to_have_count(1)
    panel = wordings(form, "Removed earlier")
    expect(words_in(panel)).to_have_text([MARK, "why"])
    panel.get_by_role("button", name="Put this back").click()
    expect(form.field("Where").nth(1)).to_have_value(MARK)
    form.wait_saved()
    opened.page.wait_for_timeout(500)
    second = form.root.locator(".mdli-entry").nth(1)
    second.get_by_role("button", name="Earlier wordings").click()
    second.get_by_role("button", name="Erase this entry for good").click()
    second.get_by_role("button", name="Yes, erase for good").click()
    expect(form.field("Where")).to_have_count(1)
    expect(form.field("Where")).to_have_value("ward")
    opened.page.wait_for_timeout(500)
    assert MARK not in opened.page.evaluate(HELD)
    assert MARK.encode() not in bytes_of(lab.home)


@pytest.mark.soak
def test_a_kernel_that_does_not_answer_erases_once_it_does(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    write_long_ago(lab, "late", f"I met {MARK}.")
    opened = notebook(lab.write("late.ipynb", 'wb.reflection("late", prompt="Why?")')).open()
    form = opened.form("late")
    panel = wordings(form)
    panel.get_by_role("button", name="Erase everything I wrote here for good").click()
    opened.page.context.set_offline(True)
    panel.get_by_role("button", name="Yes, erase for good").click()
    expect(panel).to_contain_text("Erasing …")
    opened.page.context.set_offline(False)
    expect(form.field("Why?")).to_have_value("", timeout=30_000)
    with lab.store() as store:
        events = [one.what for one in store.events("ana-mora", 2) if one.exercise == "late"]
    assert events.count("erased") == 1


# The nudge

NAMED = "I asked Dr. Okoro, 312-555-0147, about Monday."


def nudge(form: Form) -> Locator:
    return form.root.get_by_role("group", name="Before others read this")


def test_a_private_text_is_not_nudged_until_the_person_turns_to_the_audience(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    opened = notebook(lab.write("quiet.ipynb", 'wb.reflection("quiet", prompt="Why?")')).open()
    form = opened.form("quiet")
    write(form, "Why?", NAMED)
    opened.page.wait_for_timeout(2500)
    expect(nudge(form)).to_be_hidden()
    select = form.root.get_by_label("Who can read this")
    select.focus()
    expect(nudge(form).locator("li")).to_have_text(
        ["Dr. Okoro looks like a person's name", "312-555-0147 looks like a phone number"]
    )
    expect(nudge(form)).to_contain_text("Your coach would read it. Nothing is blocked")
    assert wrong(opened.page) == []
    panel = wordings(form)
    select.focus()
    expect(nudge(form)).to_be_visible()
    panel.get_by_role("button", name="Erase this for good").click()  # the note goes, and the click arrives
    expect(panel.get_by_role("group", name="Erase the words of")).to_be_visible()
    expect(nudge(form)).to_be_hidden()
    panel.get_by_role("button", name="Keep it").click()
    select.focus()
    select.select_option("coach")
    form.wait_saved()
    expect(nudge(form)).to_contain_text("Your coach can read it.")
    assert rows(lab, "quiet")[-1].audience == "coach"
    nudge(form).get_by_role("button", name="It's fine, hide this").press("Enter")
    expect(nudge(form)).to_be_hidden()
    expect(select).to_be_focused()
    select.select_option("private")
    expect(nudge(form)).to_be_hidden()


@pytest.mark.soak
def test_while_something_is_shared_a_pause_in_writing_is_enough_and_nothing_is_logged(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    opened = notebook(lab.write("open.ipynb", 'wb.agenda("open", prompt="What?")')).open()
    form = opened.form("open")
    before = len(rows(lab, "open"))
    form.field("line 1").fill("Ask at ana@example.org")
    expect(nudge(form).locator("li")).to_have_text(["ana@example.org looks like an e-mail address"])
    nudge(form).get_by_role("button", name="It's fine").click()
    form.field("line 1").fill("Ask at ana@example.org, born 3/4/1961")
    expect(nudge(form).locator("li")).to_have_text(["born 3/4/1961 looks like a date of birth"])
    form.field("line 1").fill("Ask her again")
    expect(nudge(form)).to_be_hidden()
    form.wait_saved()
    assert len(rows(lab, "open")) > before
    with lab.store() as store:
        assert {one.what for one in store.events("ana-mora", 2) if one.exercise == "open"} <= {"opened"}
