"""The explorer in a real JupyterLab: the demonstration and a file of one's own, as far as the report."""

from __future__ import annotations

import csv
import json
import random
import re
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from axe import violations
from opened import Workbook
from playwright.sync_api import expect
from running import COHORT, free_participant, make_program, run, running_lab

from mdli_workbook.program import store_address
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page
    from running import Lab

pytestmark = pytest.mark.browser

NAME = "05-equity-in-the-data"
EXERCISE = "our-panel"
BOXES = ("What I see", "Whom I will ask", "What I will change")
WIDTHS = (390, 820, 1440)
LOOKS = ("large-text", "plain-layout", "reduced-motion", "extra-time", "screen-reader")
NAMED = "Zenobia Quux"
OUT = """(form) => {
  const { left, right } = form.getBoundingClientRect();
  const inside = [...form.querySelectorAll('*')].filter((node) => !node.closest('svg, .mdli-wide'));
  const seen = inside.filter((node) => node.checkVisibility());
  return seen.filter((node) => {
    const box = node.getBoundingClientRect();
    return box.left < left - 1 || box.right > right + 1;
  }).map((node) => node.outerHTML.slice(0, 90));
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The JupyterLab of one participant, with the workbook of session 5."""
    base = tmp_path_factory.mktemp("explored")
    participant = free_participant("looker")
    folder = make_program(base / "program", {participant: "kim"})
    run(folder, "generate", "--session", "5")
    with running_lab(folder, participant, base) as running:
        yield running


class Explorer:
    """The equity form, used as a person would."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook, self.page = workbook, workbook.page
        self.form: Locator = workbook.form(EXERCISE)
        self.wait()

    def wait(self, timeout: float = 30_000) -> Explorer:
        self.form.locator('.mdli-figure[aria-busy="false"]').wait_for(timeout=timeout)
        return self

    @property
    def picture(self) -> str:
        return self.form.locator(".mdli-figure").text_content() or ""

    def changed(self, before: str) -> str:
        """Wait until another picture is there, and return what it says."""
        expect(self.form.locator(".mdli-figure")).not_to_have_text(before, timeout=60_000)
        return self.wait().picture

    def press(self, label: str, *keys: str) -> str:
        """Press keys in a choice; return the picture that they bring."""
        before = self.picture
        self.form.get_by_label(label, exact=True).first.focus()
        for key in keys:
            self.page.keyboard.press(key)
        return self.changed(before)

    def own_data(self) -> Locator:
        """Open the panel of one's own data by keyboard."""
        toggle = self.form.get_by_role("button", name="Use my own data")
        if toggle.get_attribute("aria-expanded") == "false":
            toggle.press("Enter")
        return self.form.get_by_role("region", name="My own data")

    def choose_file(self, name: str) -> Locator:
        """Choose a file by typing how its name begins."""
        panel = self.own_data()
        panel.get_by_role("button", name="Look again").press("Enter")
        files = panel.get_by_label("File", exact=True)
        expect(files.locator("option", has_text=name)).to_have_count(1)
        files.focus()
        self.page.keyboard.type(name[:4])
        return panel

    def show_data(self) -> None:
        panel = self.own_data()
        panel.get_by_role("button", name="Show these data").press("Enter")

    def write(self, *words: str) -> None:
        for label, said in zip(BOXES, words, strict=True):
            self.form.get_by_label(label).fill(said)
        self.page.wait_for_timeout(1000)
        self.workbook.wait_saved(EXERCISE)


@pytest.fixture
def explore(lab: Lab, new_context: Callable[..., BrowserContext]) -> Callable[[], Explorer]:
    """Open the workbook, in which nobody wrote anything yet."""
    forget(lab)

    def open_workbook() -> Explorer:
        page = new_context(viewport={"width": 1440, "height": 1000}, locale="en-US").new_page()
        return Explorer(Workbook(lab, page, f"{NAME}.ipynb").open().start())

    return open_workbook


def program_of(lab: Lab) -> Path:
    return lab.root.parents[2]


def saved(lab: Lab) -> dict[str, Any]:
    """Return the newest answer of the exercise; empty if there is none."""
    with Store.open(store_address(program_of(lab))) as store:
        rows = [one.value for one in store.newest(lab.participant, 5) if one.exercise == EXERCISE]
    return (rows[0] or {}) if rows else {}


def forget(lab: Lab) -> None:
    with Store.open(store_address(program_of(lab))) as store:
        store.erase(
            id=str(uuid4()), author=lab.participant, participant=lab.participant, session=5,
            exercise=EXERCISE, entry=None, wording=None,
        )  # fmt: skip


def reported(lab: Lab) -> str:
    """Make the report, and return what it shows of the exercise."""
    folder = program_of(lab)
    run(folder, "report", "--participant", lab.participant, "--session", "5")
    report = folder / "reports" / COHORT / lab.participant / f"{NAME}.ipynb"
    cells = json.loads(report.read_text("utf-8"))["cells"]
    [cell] = [one for one in cells if re.search(r"^wb\.equity\(", "".join(one["source"]), re.MULTILINE)]
    return "".join("".join(output["data"]["text/html"]) for output in cell["outputs"])


def write_own(folder: Path, name: str, rows: int, **changed: str) -> Path:
    """Write patients of three payers, one of which does worse; `changed` is put into the first row."""
    chance = random.Random(5)
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record", "seen", "age", "payer", "called_back"])
        for number in range(rows):
            payer = ("Medicaid", "Medicare", "Commercial")[number % 3]
            row = {
                "record": f"{number}",
                "seen": f"2025-{number % 12 + 1:02d}-03",
                "age": str(20 + number % 60),
                "payer": payer,
                "called_back": str(int(chance.random() < (0.5 if payer == "Medicaid" else 0.8))),
            }
            writer.writerow((row | changed if number == 0 else row).values())
    return path


@pytest.mark.soak
def test_the_demonstration_is_explored_by_keyboard_saved_and_in_the_report(
    lab: Lab, explore: Callable[[], Explorer]
) -> None:
    seen = explore()
    first = seen.picture
    by_measure = seen.press("Measure", "ArrowDown")
    by_payer = seen.press("By", "p")
    assert "Medicaid" in by_payer
    beside = seen.press("Compared with", "ArrowDown")
    less = seen.press("Better is", "ArrowDown")
    over_time = seen.press("Groups", "ArrowRight")
    assert len({first, by_measure, by_payer, beside, less, over_time}) == 6
    assert saved(lab) == {}, "looking alone is no answer"

    seen.press("Over time", "ArrowLeft")
    seen.write("A gap <b>.", "The interpreter.", "A letter.")
    choice = saved(lab)["view"]["choice"]
    assert (choice["measure"], choice["dimension"]) == ("cancer_screening_done", "payer")
    assert (choice["view"], choice["favourable"], choice["data"]) == ("groups", False, "demo-panel")

    seen.press("Groups", "ArrowRight")
    seen.page.wait_for_timeout(500)
    seen.workbook.wait_saved(EXERCISE)
    assert saved(lab)["view"]["choice"]["view"] == "time", "a view alone is a change of the answer"
    html = reported(lab)
    assert "A gap &lt;b&gt;." in html
    assert seen.page.evaluate(IN_PICTURE, html) == seen.page.evaluate(IN_PICTURE, shown(seen))

    again = seen.picture
    reopened = Explorer(seen.workbook.open().start())
    assert reopened.picture == again
    expect(reopened.form.get_by_role("radio", name="Over time")).to_be_checked()
    expect(reopened.form.get_by_label("Better is", exact=True)).to_have_value("no")
    seen.workbook.wait_saved(EXERCISE)


IN_PICTURE = """(html) => new DOMParser().parseFromString(html, 'text/html').querySelector('svg')
  .textContent.replace(/\\s+/g, ' ').trim()"""


def shown(seen: Explorer) -> str:
    return seen.form.locator(".mdli-figure").inner_html()


@pytest.mark.soak
def test_an_own_file_is_mapped_explored_saved_and_in_the_report_and_stays_where_it_is(
    lab: Lab, explore: Callable[[], Explorer]
) -> None:
    path = write_own(lab.root, "callbacks.csv", 3_000, record=NAMED)
    content = path.read_bytes()
    seen = explore()
    before = seen.picture
    panel = seen.choose_file("callbacks.csv")
    expect(panel).to_contain_text("3,000 rows. What is each column?")
    expect(panel.get_by_label("called_back", exact=True)).to_have_value("yes-no")
    expect(panel.get_by_label("payer", exact=True)).to_have_value("group")
    assert violations(seen.page, ".mdli-form") == []
    seen.show_data()
    assert "Medicaid" in seen.changed(before)
    expect(seen.form.get_by_label("Measure", exact=True)).to_have_value("called_back")
    seen.press("By", "ArrowDown")
    seen.press("By", "ArrowUp")
    seen.write("Half are not called back.", "The front desk.", "A list.")
    view = saved(lab)["view"]
    assert view["choice"]["data"] == "file"
    html = reported(lab)
    assert "Half are not called back." in html
    assert "Medicaid" in html
    assert NAMED not in html + json.dumps(saved(lab))

    kept = seen.picture
    path.rename(path.with_suffix(".moved"))
    reopened = Explorer(seen.workbook.open().start())
    assert reopened.picture == kept
    expect(reopened.form).to_contain_text("This is the view that you saved, of a file of your own.")
    assert violations(seen.page, ".mdli-form") == []
    notebook = (lab.root / f"{NAME}.ipynb").read_text("utf-8")
    assert NAMED not in notebook
    assert "callbacks" not in notebook
    assert path.with_suffix(".moved").read_bytes() == content
    path.with_suffix(".moved").unlink()


@pytest.mark.soak
def test_a_million_rows_are_looked_at_while_words_are_saved(
    lab: Lab, explore: Callable[[], Explorer], record_property: Callable[[str, object], None]
) -> None:
    path = write_own(lab.root, "million.csv", 1_000_000)
    seen = explore()
    before = seen.picture
    began = time.monotonic()
    panel = seen.choose_file("million.csv")
    seen.form.get_by_label(BOXES[0]).fill("Written while the file is read.")
    expect(panel).to_contain_text("1,000,000 rows", timeout=60_000)
    read = time.monotonic() - began
    seen.show_data()
    seen.form.get_by_label(BOXES[1]).fill("Nobody waits.")
    expect(panel).to_contain_text("1,000,000 rows are counted", timeout=60_000)
    assert "Medicaid" in seen.changed(before)
    record_property("seconds", f"read {read:.1f}, shown {time.monotonic() - began:.1f}")
    seen.workbook.wait_saved(EXERCISE)
    assert saved(lab)["ask"] == "Nobody waits."
    path.unlink()


BROKEN = {
    "hurt.csv": ("a,<img src=x onerror=\"document.title='hurt'\">\n1,2\n1,2,3\n", "3 values and there are 2"),
    "form.csv": ("payer,done\n=cmd|'/c calc'!A1,1\nB,0\n", "row 2: begins like a formula"),
    "text.csv": (f"payer,done\nA,1\nB,{NAMED}\nA,0\n", "row 3: is neither yes nor no"),
    "page.xlsx": ("%PDF-1.7 not a table", "is a PDF, no table"),
}


@pytest.mark.soak
def test_a_broken_file_is_told_in_the_form_and_nothing_of_it_is_saved(
    lab: Lab, explore: Callable[[], Explorer]
) -> None:
    for name, (content, _) in BROKEN.items():
        (lab.root / name).write_text(content, "utf-8")
    seen = explore()
    before = seen.picture
    for name, (_, said) in BROKEN.items():
        panel = seen.choose_file(name)
        if name in {"form.csv", "text.csv"}:
            expect(panel).to_contain_text("What is each column?")
            panel.get_by_label("done", exact=True).select_option("yes-no")
            panel.get_by_label("payer", exact=True).select_option("group")
            seen.show_data()
        expect(panel.locator(".mdli-problems li").first).to_contain_text(said)
        assert NAMED not in panel.inner_text()
        assert seen.picture == before
        assert violations(seen.page, ".mdli-explorer") == []
        (lab.root / name).unlink()
    assert "hurt" not in seen.page.title()
    assert saved(lab) == {}


def test_a_view_is_taken_along_as_it_is_seen(lab: Lab, explore: Callable[[], Explorer]) -> None:
    seen = explore()
    seen.form.get_by_role("button", name="Export this view").press("Enter")
    found = {}
    for label in ("Figures (CSV)", "Picture (SVG)", "Method note"):
        with seen.page.expect_download() as download:
            seen.form.get_by_role("button", name=label).press("Enter")
        found[label] = download.value.path().read_text("utf-8")
    assert "Spanish" in found["Figures (CSV)"]
    assert found["Picture (SVG)"].startswith("<svg")
    assert not re.search(r"<script|onload|https?://(?!www\.w3\.org)", found["Picture (SVG)"])
    assert len(found["Method note"]) > 200


@pytest.mark.soak
def test_it_shuts_nobody_out_on_any_screen(lab: Lab, explore: Callable[[], Explorer]) -> None:
    write_own(lab.root, "small.csv", 300)
    seen = explore()
    seen.choose_file("small.csv")
    expect(seen.own_data()).to_contain_text("What is each column?")
    seen.form.get_by_role("button", name="Export this view").press("Enter")
    found = set()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        use_theme(seen.page, theme)
        for view in ("Groups", "Over time", "Same ages", "Who is missing", "All figures"):
            choose_view(seen, view)
            for width in WIDTHS:
                seen.page.set_viewport_size({"width": width, "height": 1000})
                seen.page.wait_for_timeout(250)
                found |= {f"{theme} {view} {width} {one}" for one in violations(seen.page, ".mdli-form")}
                found |= {f"{theme} {view} {width} {one}" for one in seen.form.evaluate(OUT)}
    assert sorted(found) == []
    (lab.root / "small.csv").unlink()


def choose_view(seen: Explorer, label: str) -> None:
    option = seen.form.locator(".mdli-views label", has_text=re.compile(label[:6]))
    if not option.locator("input").is_checked():
        before = seen.picture
        option.locator("input").focus()
        seen.page.keyboard.press("Space")
        seen.changed(before)


def use_theme(page: Page, theme: str) -> None:
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: {theme!r} }})")
    light = "true" if theme.endswith("Light") else "false"
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")


@pytest.mark.soak
def test_it_follows_every_accommodation(lab: Lab, explore: Callable[[], Explorer]) -> None:
    roster = program_of(lab) / "roster.csv"
    plain = roster.read_text("utf-8")
    head, *rows = csv.reader(plain.splitlines())
    for row in rows:
        row[head.index("accommodations")] = " ".join(LOOKS)
    roster.write_text("\n".join(",".join(row) for row in (head, *rows)) + "\n", "utf-8")
    try:
        seen = explore()
        expect(seen.form).to_have_class(re.compile("mdli-large-text"))
        seen.own_data()
        for width in WIDTHS:
            seen.page.set_viewport_size({"width": width, "height": 1000})
            seen.page.wait_for_timeout(250)
            assert violations(seen.page, ".mdli-form") == []
            assert seen.form.evaluate(OUT) == []
    finally:
        roster.write_text(plain, "utf-8")
