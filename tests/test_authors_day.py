"""A faculty author's day: copy a session, add to it, check, preview both ways, generate, and see it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from programs import make_program, mdli

from mdli_workbook.exercises import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "templates" / "sessions" / "02-be-open-and-listen.md"
STEM = "03-the-hallway"
DATED = ("spring", "ana", f"{STEM}.ipynb")

ADDED = {
    "reflection": "prompt: What did the hallway tell you?",
    "choice": """\
prompt: Who walked with you?
audience: coach
options: [{id: porter, label: The night porter}, {id: nobody, label: Nobody}]""",
    "ranking": """\
prompt: What do you notice first?
options: [{id: noise, label: Noise}, {id: light, label: Light}, {id: faces, label: Faces}]
keep: 2""",
    "checklist": """\
prompt: Look at the hallway itself.
audience: coach
items: [{id: handrail, text: A handrail runs along both walls.}]""",
    "scale": """\
prompt: In the last four weeks, how often was it so?
audience: coach
points: [{id: 1, label: hardly ever}, {id: 2, label: now and then}, {id: 3, label: most days}]
statements: [{id: stopped, text: I stopped when someone called my name., of: hallway}]""",
    "log": """\
prompt: Note two walks.
audience: coach
one: walk
fields: {when: date, minutes: minutes, heard: long-text}
required_fields: [when]""",
    "commitment": "prompt: When will you walk there again?\ncount: [1, 1]",
    "agenda": "prompt: What of the hallway shall we speak about?\ncount: [0, 2]",
    "equity": "prompt: Who waits in this hallway?\ndata: demo-panel\naudience: coach",
}
OPTIONAL = """
```{reflection} hallway-with-the-porter
title: With the porter
prompt: What did the porter show you?
required: false
audience: coach
show_if: {exercise: hallway-choice, is: porter}
minutes: 1
```
"""


def block(kind: str) -> str:
    return f"\n```{{{kind}}} hallway-{kind}\ntitle: Hallway {kind}\nminutes: 1\n{ADDED[kind]}\n```\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program whose author copied a session, renamed it and added one exercise of each kind."""
    home = make_program(tmp_path_factory.mktemp("authors") / "program")
    text = SOURCE.read_text("utf-8")
    minutes = sum(map(int, re.findall(r"^minutes: (\d+)$", text, re.MULTILINE)[1:])) + len(ADDED) + 1
    for name, value in (("session", "3"), ("slug", "the-hallway"), ("minutes", str(minutes))):
        text = re.sub(rf"^{name}: .*$", f"{name}: {value}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^title: .*$", "title: The hallway", text, count=1, flags=re.MULTILINE)
    added = "\n\n## In the hallway\n\nWalk it at night.\n" + "".join(map(block, ADDED)) + OPTIONAL
    sessions = home / "templates" / "sessions"
    (sessions / "03-later.md").unlink()
    (sessions / f"{STEM}.md").write_text(text + added, "utf-8")
    return home


@pytest.fixture(scope="module")
def previews(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("previews")
    session = folder / "templates" / "sessions" / f"{STEM}.md"
    pages = {}
    for view in ("participant", "coach"):
        told = mdli(folder, "preview", str(session), "--as", view, "--out", str(out))
        assert (told.returncode, told.stderr) == (0, "")
        pages[view] = Path(told.stdout.strip())
        assert pages[view] == out / f"the-hallway-{view}.html"
    return pages


def test_the_author_adds_every_kind_there_is() -> None:
    assert set(ADDED) == set(KINDS)


def test_check_finds_the_session_sound(folder: Path) -> None:
    told = mdli(folder, "check")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == "all good: 3 participants, 1 coach, 3 sessions"


def test_a_slip_of_the_pen_is_told_with_its_line_and_nothing_is_shown(folder: Path, tmp_path: Path) -> None:
    slipped = tmp_path / f"{STEM}.md"
    text = (folder / "templates" / "sessions" / f"{STEM}.md").read_text("utf-8")
    slipped.write_text(text.replace("keep: 2", "kep: 2"), "utf-8")
    line = text[: text.index("keep: 2")].count("\n") + 1
    told = mdli(folder, "preview", str(slipped), "--out", str(tmp_path))
    assert (told.returncode, told.stdout) == (2, "")
    told_of = f"{slipped} line {line}: field 'kep' is not one of a ranking; did you mean 'keep'?"
    assert told_of in told.stderr.splitlines()
    assert list(tmp_path.iterdir()) == [slipped]


def test_generate_puts_every_word_into_the_workbook(folder: Path) -> None:
    dry = mdli(folder, "generate", "--session", "3", "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "workbooks: 3 would be written\n")
    assert not (folder / "workbooks").exists()
    told = mdli(folder, "generate", "--session", "3")
    assert (told.returncode, told.stdout) == (0, "workbooks: 3 written\n")
    cells = json.loads(folder.joinpath("workbooks", *DATED).read_text("utf-8"))["cells"]
    calls = ["".join(cell["source"]) for cell in cells]
    assert any("Walk it at night." in text for text in calls)
    for kind in KINDS:
        (call,) = [text for text in calls if f"'hallway-{kind}'" in text and f"wb.{kind}(" in text]
        assert f"Hallway {kind}" in call
    assert any("'hallway-with-the-porter'" in text and "show_if=" in text for text in calls)


def opened(new_context: Callable[..., BrowserContext], file: Path) -> tuple[Page, list[str], list[str]]:
    """Open a page from the disk; return it, what it complains of, and what it asks for."""
    page = new_context(viewport={"width": 900, "height": 1100}).new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    return page, complaints, asked


@pytest.mark.browser
def test_the_participants_page_is_the_form_itself(
    previews: dict[str, Path], new_context: Callable[..., BrowserContext]
) -> None:
    page, complaints, asked = opened(new_context, previews["participant"])
    page.wait_for_selector(".mdli-form-body:not([inert])")
    for kind in KINDS:
        form = page.locator(f'[data-exercise="hallway-{kind}"]')
        form.scroll_into_view_if_needed()
        assert form.get_attribute("data-kind") == kind
        assert form.locator("input, textarea, button").count()
    assert page.get_by_text("Shown only once Hallway choice is “The night porter”:").is_visible()
    porter = page.locator('[data-exercise="hallway-with-the-porter"]')
    box = porter.locator("textarea")
    assert box.input_value().startswith("Sample text")
    box.fill("The stairs that nobody cleans.")
    porter.locator('[data-status="saved"]').wait_for()
    porter.get_by_role("button", name="What my coach will see").click()
    porter.locator(".mdli-coach-view").get_by_text("Of the sample answers").wait_for()
    porter.get_by_label("Who can read this").select_option("private")
    porter.get_by_text("Nothing of this is shared.").wait_for()
    page.locator('[data-exercise="hallway-choice"]').get_by_label("Nobody").check()
    page.locator('[data-exercise="hallway-log"]').get_by_role("button", name="Add another walk").click()
    assert page.locator('[data-exercise="hallway-log"] .mdli-entry').count() == 2
    assert (complaints, asked) == ([], [previews["participant"].as_uri()])


@pytest.mark.browser
def test_nothing_that_is_typed_into_a_preview_is_kept(
    previews: dict[str, Path], new_context: Callable[..., BrowserContext]
) -> None:
    page, _, _ = opened(new_context, previews["participant"])
    box = page.locator('[data-exercise="hallway-reflection"] textarea')
    page.wait_for_selector('[data-exercise="hallway-reflection"] .mdli-form-body:not([inert])')
    box.fill("Only for this moment.")
    page.locator('[data-exercise="hallway-reflection"] [data-status="saved"]').wait_for()
    page.reload()
    page.wait_for_selector('[data-exercise="hallway-reflection"] .mdli-form-body:not([inert])')
    assert box.input_value().startswith("Sample text")
    assert page.evaluate("async () => (await indexedDB.databases()).length + localStorage.length") == 0


@pytest.mark.browser
def test_the_coachs_page_is_the_report(
    previews: dict[str, Path], new_context: Callable[..., BrowserContext]
) -> None:
    page, complaints, asked = opened(new_context, previews["coach"])
    said = page.locator("main").inner_text()
    for kind in ("choice", "checklist", "scale", "log", "equity"):
        assert page.locator("h3", has_text=f"Hallway {kind}").is_visible()
    assert "What did the porter show you?" in said
    assert "A handrail runs along both walls." in said
    assert "What did the hallway tell you?" not in said
    assert "Hallway reflection" in page.locator(".mdli-preview-banner").inner_text()
    assert page.locator(".mdli-view svg").count() == page.locator('.mdli-view svg[role="img"]').count() > 0
    assert (complaints, asked) == ([], [previews["coach"].as_uri()])
