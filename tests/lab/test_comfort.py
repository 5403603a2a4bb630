"""Writing that feels as it should, on every screen and for everybody, in a real JupyterLab."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from axe import violations
from playwright.sync_api import expect

from mdli_workbook.program.people import ROSTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.lab.conftest import Lab, Notebook

pytestmark = pytest.mark.browser

OPTIONS = '[{"id": "a", "label": "A physician"}, {"id": "b", "label": "Someone at the front desk"}]'
POINTS = '[{"id": "1", "label": "never"}, {"id": "2", "label": "sometimes"}, {"id": "3", "label": "nearly"}]'
STATEMENTS = (
    '[{"id": "own", "text": "I name my own limits aloud, before those who report to me.", "of": "coach"},'
    ' {"id": "fill", "text": "I fill a silence at once.", "of": "coach"}]'
)
FIELDS = (
    '{"when": "date", "at": "time", "beside": "choice", "where": "text", "minutes": "minutes",'
    ' "people": "number", "saw_and_heard": "long-text", "told_back": "date"}'
)
TWELVE = (
    'wb.reflection("guess", title="First guess", prompt="Why?", minutes=4)',
    f'wb.scale("habits", title="How I listen", points={POINTS}, statements={STATEMENTS}, minutes=3)',
    f'wb.choice("whom", title="Whom to sit beside", options={OPTIONS}, minutes=1)',
    f'wb.choice("many", title="Who was there", options={OPTIONS}, many=True)',
    f'wb.ranking("values", title="What counts most", options={OPTIONS}, keep=2)',
    'wb.checklist("audit", title="One meeting", items=[{"id": "ahead", "text": "The agenda went out."}])',
    f'wb.log("visits", title="Visits", fields={FIELDS}, options={{"beside": {OPTIONS}}})',
    'wb.commitment("step", title="One step")',
    'wb.agenda("call", title="For the call", prompt="What shall we talk about?")',
    'wb.equity("panel", title="Our panel", data="demo-panel")',
    'wb.reflection("again", title="Second guess", prompt="And now?", minutes=4)',
    'wb.reflection("last", prompt="What do you take along, in your own words, from all that was said here?")',
)
LOOKS = ("large-text", "plain-layout", "reduced-motion", "extra-time", "screen-reader")
WIDTHS = (820, 1440)

# What can be scrolled sideways, and whatever of a form stands out of it.
OVERFLOW = """() => {
  const wide = [document.scrollingElement, ...document.querySelectorAll('.jp-OutputArea, .mdli-form')]
    .filter((node) => node.scrollWidth > node.clientWidth + 1);
  const out = [...document.querySelectorAll('.mdli-form')].flatMap((form) => {
    const { left, right } = form.getBoundingClientRect();
    return [...form.querySelectorAll('*')].filter((node) => node.checkVisibility()).filter((node) => {
      const box = node.getBoundingClientRect();
      return box.left < left - 1 || box.right > right + 1;
    });
  });
  return [...wide, ...out].map((node) => `${node.tagName} ${node.getAttribute('class')} ${node.scrollWidth}`);
}"""

# A radio button or tick box is as large as the label around it.
SMALL = """(least) => [...document
  .querySelectorAll('.mdli-form :is(button, input, select, textarea, summary)')]
  .filter((node) => node.checkVisibility())
  .map((node) => [node, (node.closest('label') ?? node).getBoundingClientRect()])
  .filter(([, { width, height }]) => width < least || height < least)
  .map(([node, { width, height }]) => `${node.outerHTML.slice(0, 90)} ${width} x ${height}`)"""

# From the key to the frame that shows it, once the browser has painted.
TIME_KEYS = """(box) => {
  window.took = [];
  box.addEventListener('keydown', () => {
    const pressed = performance.now();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.took.push(performance.now() - pressed);
      port2.postMessage(0);
    });
  }, true);
}"""


def accommodate(lab: Lab, **words: str) -> None:
    """Write a roster: participant → accommodations."""
    (lab.root / "program.toml").write_text('title = "T"\n', "utf-8")
    blank = dict.fromkeys(ROSTER_COLUMNS, "")
    rows = [
        blank | {"participant_id": one.replace("_", "-"), "accommodations": two} for one, two in words.items()
    ]
    lines = [",".join(ROSTER_COLUMNS), *(",".join(row.values()) for row in rows)]
    (lab.root / "roster.csv").write_text("\n".join(lines) + "\n", "utf-8")


def use_theme(page: Page, theme: str) -> None:
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: {theme!r} }})")
    light = "true" if theme.endswith("Light") else "false"
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")


def press(field: Locator, *keys: str) -> str:
    field.focus()
    for key in keys:
        field.press(key)
    return field.input_value()


def row_height(form: Locator) -> Any:
    """Return the height of a line of a label, as it is on the screen."""
    return form.evaluate(
        """(form) => {
          const range = document.createRange();
          range.selectNodeContents(form.querySelector('.mdli-label'));
          return range.getClientRects()[0].height;
        }"""
    )


def test_undo_is_per_field_and_neither_a_save_nor_an_echo_takes_it(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    book = notebook(lab.write("undo.ipynb", *TWELVE, participant="undo")).open()
    one, other = book.form("guess").field("Why?"), book.form("again").field("And now?")
    one.press_sequentially("first ")
    book.form("guess").wait_saved()
    assert one.input_value() == "first ", "a save tidies nothing under the writer"
    book.page.wait_for_timeout(1100)  # who pauses for a breath begins a new step
    one.press_sequentially("second")
    book.form("guess").wait_saved()
    other.press_sequentially("elsewhere")
    book.form("again").wait_saved()

    assert press(one, "Control+z") == "first "
    assert press(one, "Control+z", "Control+z") == ""
    assert other.input_value() == "elsewhere"
    assert press(one, "Control+Shift+Z", "Control+y") == "first second"
    other.press_sequentially(", and more")
    assert press(other, "Control+z") == "elsewhere"
    assert press(one, "Control+z") == "first "
    book.form("guess").wait_saved()
    with lab.store() as store:
        texts = {row.exercise: row.value for row in store.newest("undo", 2)}
    assert texts == {"guess": {"text": "first "}, "again": {"text": "elsewhere"}}

    book.form("whom").field("A physician").press("Control+z")
    assert (one.input_value(), other.input_value()) == ("first ", "elsewhere"), "where there is no text, too"
    book.open()
    assert press(book.form("guess").field("Why?"), "Control+z") == "first ", "what was saved is no step"


def test_rich_text_is_pasted_as_plain_text_and_can_be_taken_back(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    book = notebook(lab.write("paste.ipynb", TWELVE[0], participant="paste")).open()
    book.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    book.page.evaluate(
        """async () => navigator.clipboard.write([new ClipboardItem({
          'text/html': new Blob(['<b style="color: red">Bold</b> <i>words</i>'], { type: 'text/html' }),
          'text/plain': new Blob(['Bold words'], { type: 'text/plain' }) })])"""
    )
    field = book.form("guess").field("Why?")
    field.press_sequentially("Mine: ")
    assert press(field, "Control+v") == "Mine: Bold words"
    assert press(field, "Control+z") == "Mine: "
    assert field.evaluate("(box) => [box.spellcheck, box.dir, box.isContentEditable]") == [
        True,
        "auto",
        False,
    ]


@pytest.mark.soak
def test_fields_grow_with_their_text_and_dates_have_the_browsers_picker(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    book = notebook(lab.write("grow.ipynb", *TWELVE, participant="grow")).open()
    field = book.form("guess").field("Why?")
    low = field.bounding_box()
    field.fill("\n".join(f"line {number}" for number in range(30)))
    high = field.bounding_box()
    assert low
    assert high
    assert high["height"] > 2 * low["height"]
    assert field.evaluate("(box) => box.scrollHeight <= box.clientHeight + 1"), (
        "nothing is scrolled out of sight"
    )
    day = book.form("visits").field("When")
    assert day.get_attribute("type") == "date"
    assert day.evaluate("(field) => typeof field.showPicker") == "function"


@pytest.mark.soak
def test_words_of_every_writing_survive_a_reload(lab: Lab, notebook: Callable[..., Notebook]) -> None:
    written = "متى نصغي؟ שָׁלוֹם 👩🏽‍⚕️ 🏳️‍🌈 é 你好\u200f\n\tأ ب\n  ends with spaces  "
    book = notebook(lab.write("words.ipynb", *TWELVE, participant="words")).open()
    field = book.form("guess").field("Why?")
    field.fill(written)
    book.form("guess").wait_saved()
    assert field.evaluate("(box) => getComputedStyle(box).direction") == "rtl"
    book.open()
    assert field.input_value() == written
    field.press("End")
    field.press_sequentially("ok")
    book.form("guess").wait_saved()
    with lab.store() as store:
        [row] = [row for row in store.newest("words", 2) if row.exercise == "guess"]
    assert (row.value or {})["text"].replace("ok", "", 1) == written


@pytest.mark.soak
def test_a_hundred_thousand_characters_are_written_fluidly_and_saved_whole(
    lab: Lab, notebook: Callable[..., Notebook], record_property: Callable[[str, object], None]
) -> None:
    book = notebook(lab.write("long.ipynb", TWELVE[0], TWELVE[10], participant="long")).open()
    field = book.form("guess").field("Why?")
    words = "\n".join("Lead by listening, and then by asking. " * 20 for _ in range(128))[:99_960]
    field.fill(words)
    book.form("guess").wait_saved()
    field.evaluate(TIME_KEYS)
    field.press("Control+End")
    book.page.keyboard.type("and coach, which is to ask once more now", delay=30)
    book.form("guess").wait_saved()
    took = sorted(book.page.evaluate("window.took"))
    record_property("ms per key, median and worst", [round(took[len(took) // 2]), round(took[-1])])
    assert took[len(took) // 2] < 100, took
    field.press("Control+End")
    with lab.store() as store:
        [row] = store.newest("long", 2)
    assert (row.value or {})["text"] == words + "and coach, which is to ask once more now"
    assert len((row.value or {})["text"]) == 100_000
    assert press(field, "Control+z") == words


@pytest.mark.parametrize(
    "look", ["", " ".join(LOOKS), *(pytest.param(one, marks=pytest.mark.soak) for one in LOOKS)]
)
def test_a_page_of_twelve_fits_shuts_nobody_out_and_is_easy_to_touch(
    lab: Lab, notebook: Callable[..., Notebook], look: str
) -> None:
    accommodate(lab, twelve=look)
    page = notebook(lab.write("twelve.ipynb", *TWELVE, participant="twelve")).open().page
    expect(page.locator(".mdli-form-body[inert]")).to_have_count(0)
    expect(page.locator(".mdli-progress summary")).to_be_visible()
    page.locator(".mdli-progress summary").click()
    page.get_by_role("button", name="What my coach will see").first.click()
    found = set()
    for theme, width in product(("JupyterLab Light", "JupyterLab Dark"), WIDTHS):
        use_theme(page, theme)
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)
        found |= {f"{theme} {width} {one}" for one in violations(page, ".mdli-form")}
        found |= {f"{width} {one}" for one in page.evaluate(OVERFLOW)}
        found |= {f"{width} {one}" for one in page.evaluate(SMALL, 30 if "large-text" in look else 24)}
    assert sorted(found) == []


def test_forms_follow_the_theme_of_jupyterlab(lab: Lab, notebook: Callable[..., Notebook]) -> None:
    page = notebook(lab.write("theme.ipynb", TWELVE[0], participant="theme")).open().page
    shade = """() => { const [red] = getComputedStyle(document.querySelector('.mdli-form[data-exercise]'))
      .backgroundColor.match(/[\\d.]+/g).map(Number); return red; }"""
    use_theme(page, "JupyterLab Light")
    assert page.evaluate(shade) > 200
    use_theme(page, "JupyterLab Dark")
    assert page.evaluate(shade) < 60


@pytest.mark.soak
def test_large_text_is_a_quarter_larger_in_forms_and_in_teaching_text(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    heights = []
    for look in ("", "large-text"):
        accommodate(lab, large=look)
        page = notebook(lab.write("large.ipynb", TWELVE[0], participant="large")).open().page
        expect(page.locator(".mdli-progress summary")).to_be_visible()
        heading = page.locator(".jp-MarkdownOutput h1").bounding_box()
        assert heading
        heights.append((row_height(page.locator(".mdli-form[data-exercise]")), heading["height"]))
    for usual, large in zip(*heights, strict=True):
        assert large >= 1.25 * usual


def test_a_plain_layout_has_one_column_and_no_cards(lab: Lab, notebook: Callable[..., Notebook]) -> None:
    accommodate(lab, plain="plain-layout")
    page = notebook(lab.write("plain.ipynb", *TWELVE, participant="plain")).open().page
    expect(page.locator(".jp-Notebook.mdli-plain-layout")).to_be_visible()
    painted = """() => [...document
      .querySelectorAll('.mdli-form, .mdli-form :is(.mdli-entry, .mdli-coach-view, .mdli-foot)')]
      .filter((node) => { const { boxShadow, borderLeftWidth } = getComputedStyle(node);
        return boxShadow !== 'none' || borderLeftWidth !== '0px'; }).length"""
    assert page.evaluate(painted) == 0
    lefts = (
        page.locator('[data-exercise="habits"] .mdli-scale-row')
        .first.locator("input")
        .evaluate_all("(all) => all.map((one) => Math.round(one.getBoundingClientRect().left))")
    )
    assert len(lefts) == 3
    assert len(set(lefts)) == 1
    expect(page.locator('[data-exercise="habits"]').get_by_text("nearly").nth(1)).to_be_visible()


@pytest.mark.soak
def test_with_reduced_motion_nothing_moves(lab: Lab, notebook: Callable[..., Notebook]) -> None:
    moving = """() => [...document.querySelectorAll('.mdli-form, .mdli-form *')].filter((node) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(node);
      return `${transitionDuration} ${animationName} ${scrollBehavior}` !== '0s none auto'; }).length"""
    counted = []
    for look in ("", "reduced-motion"):
        accommodate(lab, still=look)
        page = notebook(lab.write("still.ipynb", TWELVE[0], participant="still")).open().page
        expect(page.locator(".mdli-progress summary")).to_be_visible()
        counted.append(page.evaluate(moving))
    assert counted[0] > 0
    assert counted[1] == 0


def test_with_extra_time_parts_are_counted_and_no_minutes(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    accommodate(lab, slow="extra-time")
    page = notebook(lab.write("slow.ipynb", *TWELVE, participant="slow")).open().page
    line = page.locator(".mdli-progress summary .mdli-progress-line")
    expect(line).to_have_text("0 of 11 parts done · 11 left · take the time you need")
    page.locator(".mdli-progress summary").click()
    for form in page.locator(".mdli-form").all():
        assert "min" not in form.inner_text().replace("Minutes", "").replace("minutes", "").split()
        assert "about" not in form.locator(".mdli-aside, .mdli-minutes").all_inner_texts()


def test_a_screen_reader_is_told_which_exercise_was_saved(
    lab: Lab, notebook: Callable[..., Notebook]
) -> None:
    accommodate(lab, heard="screen-reader")
    book = notebook(lab.write("heard.ipynb", *TWELVE, participant="heard")).open()
    book.form("guess").field("Why?").fill("I guessed")
    book.form("guess").wait_saved()
    expect(book.form("guess").root.locator('.mdli-foot [role="status"].mdli-unseen')).to_contain_text(
        "First guess: Saved"
    )
    expect(book.page.locator('.mdli-progress [role="status"].mdli-unseen')).to_contain_text(
        "1 of 11 parts done"
    )


def test_a_look_is_read_anew_each_time_and_stands_in_no_file(
    lab: Lab, notebook: Callable[..., Notebook], new_context: Callable[..., BrowserContext]
) -> None:
    accommodate(lab, changing="large-text", other="plain-layout")
    book = notebook(lab.write("changing.ipynb", TWELVE[0], participant="changing")).open()
    expect(book.page.locator(".jp-Notebook.mdli-large-text")).to_be_visible()
    expect(book.page.locator(".jp-Notebook.mdli-plain-layout")).to_have_count(0)
    book.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    book.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert "large-text" not in (lab.root / book.name).read_text("utf-8")
    accommodate(lab, changing="")
    book.run_all()
    expect(book.page.locator(".mdli-large-text")).to_have_count(0)
    (lab.root / "roster.csv").unlink()
    book.run_all()
    expect(book.page.locator(".mdli-progress summary")).to_be_visible()
