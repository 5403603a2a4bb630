"""Texts that try to act, in all that people write: they run nowhere, with the policy and without it."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from mdli_workbook.exercises.coaching import AGREED, NOTE, comment_on, own_note
from mdli_workbook.files import private_folder
from mdli_workbook.selection import Selection
from mdli_workbook.site.app import ROUTES
from mdli_workbook.site.inert import is_inert
from tests import programs
from tests.site.conftest import PASSWORDS, House, start_site, stop_site
from tests.site.corpus import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.site.conftest import Running

pytestmark = pytest.mark.browser

ALL = "\n".join(PAYLOADS)
PEOPLE = tuple(f"x-{number:02d}" for number in range(len(PAYLOADS)))
WRITER, RAW = PEOPLE[:2]
SESSION = programs.SECOND.replace("minutes: 20", "minutes: 30") + (
    """
```{log} shadowing
fields: {where: text, saw: long-text}
required_fields: [where]
minutes: 5
audience: coach
```

```{commitment} next-step
minutes: 5
audience: coach
```
"""
)
AUDIT = """() => {
    const schemes = ["http:", "https:", "mailto:"];
    const leads = (value) => value === "data:," || schemes.includes(new URL(value, location).protocol);
    const ours = (value) => /^\\/static\\/[a-z-]+\\.js$/.test(value);
    const may = (tag, name, value) => {
        if (["iframe", "object", "embed", "base", "foreignobject"].includes(tag)) return false;
        if (tag === "script") return name === "type" || (name === "src" && ours(value));
        if (name === "style") return /^--mdli-rows: \\d;$/.test(value);
        if (["href", "src", "action", "data", "xlink:href"].includes(name)) return leads(value);
        return !name.startsWith("on") && !["srcdoc", "formaction"].includes(name);
    };
    return [...document.querySelectorAll("*")]
        .flatMap((one) => [...one.attributes].map(({ name, value }) => [one.localName, name, value]))
        .filter((one) => !may(...one));
}"""
"""Whatever in a page could act once somebody presses, points at or waits for it."""


def in_four(texts: tuple[str, ...]) -> list[str]:
    return ["\n".join(texts[begin::4]) for begin in range(4)]


def roster() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(programs.ROSTER.split(","))
    for who, payload in zip(PEOPLE, PAYLOADS, strict=True):
        writer.writerow(
            [who, payload, f"{who}@example.org", "spring", "coach-kim", payload, payload, *[""] * 4]
        )
    return text.getvalue()


def coaches() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["coach_id", "name", "email", "time_zone"])
    writer.writerow(["coach-kim", " ".join(PAYLOADS[:3]), "kim@example.org", "America/Chicago"])
    return text.getvalue()


def write_everywhere(folder: Path) -> None:
    """Let the first participant and the coach write all texts wherever they can write."""
    with programs.open_store(folder) as store:
        programs.save(store, WRITER, "first-guess", {"text": ALL})
        programs.save(store, WRITER, "for-the-call", {"lines": in_four(PAYLOADS)[:3]})
        for exercise, values in {
            "shadowing": [{"where": one, "saw": one} for one in PAYLOADS],
            "next-step": [promise(one) for one in in_four(PAYLOADS)[:2]],
        }.items():
            entries = [str(uuid.uuid4()) for _ in values]
            for entry, value in zip(entries, values, strict=True):
                programs.save(store, WRITER, exercise, value, entry=entry)
            programs.save(store, WRITER, exercise, {"order": entries})
        by_coach: list[tuple[str, dict[str, str], str, str]] = [
            (NOTE.id, {"text": ALL}, "", "participant"),
            (own_note("coach-kim").id, {"text": ALL}, "", "self"),
            (comment_on("first-guess").id, {"text": ALL, "exercise": "first-guess"}, "", "participant"),
            *[(AGREED.id, promise(one), str(uuid.uuid4()), "participant") for one in in_four(PAYLOADS)],
        ]
        for exercise, said, entry, audience in by_coach:
            programs.save(store, WRITER, exercise, said, entry=entry, author="coach-kim", audience=audience)  # type: ignore[arg-type]
        answered = by_coach[-1]
        theirs = promise(ALL) | {"state": "changed", "reason": ALL}
        programs.save(store, WRITER, AGREED.id, theirs, entry=answered[2])


def promise(text: str) -> dict[str, str]:
    words = dict.fromkeys(("cue", "act", "who_hears", "obstacle", "reason"), text)
    return words | {"due": "2026-03-01", "state": "open"}


def put_raw_reports(folder: Path) -> None:
    """Put reports on the shelf whose saved HTML, titles and file names are the texts themselves."""
    house = House(folder)
    path = house.report(RAW, 2)
    notebook = json.loads(path.read_text())
    drawn = notebook["cells"][3]
    notebook["cells"] += [
        drawn | {"id": f"raw-{number}", "outputs": [drawn["outputs"][0] | {"data": {"text/html": payload}}]}
        for number, payload in enumerate(PAYLOADS)
    ]
    notebook["cells"] += [
        {"cell_type": "markdown", "id": f"words-{number}", "metadata": {}, "source": payload}
        for number, payload in enumerate(PAYLOADS)
    ]
    path.write_text(json.dumps(notebook))
    for who, payload in zip(PEOPLE[2:], PAYLOADS[2:], strict=True):
        slug = payload.replace("/", "_")[:100]
        made = house.report(who, 2, title=payload, slug=slug)
        made.rename(made.with_name(f"02-{slug}.ipynb"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, hashed: str) -> Iterator[Running]:
    """A site whose every participant, coach and text is hostile; one report of it is a real one."""
    folder = programs.make_program(
        tmp_path_factory.mktemp("hostile"),
        sessions={"02-listen": SESSION},
        roster=roster(),
        coaches=coaches(),
        program=programs.PROGRAM.replace("Leading well", PAYLOADS[0]),
    )
    programs.open_store(folder).close()
    programs.generate_all(folder, Selection(participant=WRITER))
    write_everywhere(folder)
    made = programs.mdli(folder, "report", "--participant", WRITER, "--jobs", "1")
    assert made.returncode == 0, made.stderr
    put_raw_reports(folder)
    kept = private_folder(folder / ".mdli") / "coaches.json"
    kept.write_text(hashed, encoding="utf-8")
    kept.chmod(0o600)
    running = start_site(folder, tmp_path_factory.mktemp("elsewhere"))
    yield running
    assert stop_site(running) == 0


@dataclass
class Watched:
    """A page, and all that it tries."""

    page: Page
    site: str
    tried: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("dialog", lambda dialog: self.tried.append(f"dialog {dialog.message}"))
        self.page.on("popup", lambda popup: self.tried.append(f"window {popup.url}"))
        self.page.on("console", lambda told: self.tried.append(f"console {told.text}"))
        self.page.on("request", lambda asked: self._note(asked.url))

    def _note(self, url: str) -> None:
        path = urlsplit(url).path
        ours = any(re.fullmatch(pattern, path) for pattern, _ in ROUTES)
        if not (ours and url.startswith(self.site)) and url != "data:,":
            self.tried.append(f"request {url}")

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def must_be_calm(self) -> None:
        """Look at what ran, what could, and what the page has asked for."""
        assert self.page.evaluate("window.ran") is None
        assert self.page.evaluate(AUDIT) == []
        assert len(self.page.frames) == 1
        assert self.tried == []


@pytest.fixture(params=["on", "off"])
def policy(request: pytest.FixtureRequest) -> str:
    """Whether the browser keeps to the site's content security policy."""
    return str(request.param)


@pytest.fixture
def watched(policy: str, hostile: Running, new_context: Callable[..., BrowserContext]) -> Watched:
    page = new_context(bypass_csp=policy == "off").new_page()
    page.goto(hostile.url)
    page.get_by_label("Coach id").fill("coach-kim")
    page.get_by_label("Password").fill(PASSWORDS["coach-kim"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My participants")
    seen = Watched(page, hostile.url)
    seen.watch()
    return seen


def test_there_are_enough_of_them_and_they_are_different() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def test_names_organizations_and_roles_on_the_first_page(watched: Watched) -> None:
    watched.open("")
    expect(watched.page.get_by_role("heading", level=2)).to_have_count(len(PEOPLE))
    watched.must_be_calm()
    shown = watched.page.locator("main").inner_text()
    assert not [one for one in PAYLOADS if " ".join(one.split()) not in " ".join(shown.split())]


def test_answers_log_fields_promises_and_what_the_coach_wrote(watched: Watched) -> None:
    watched.open(f"report/{WRITER}/2")
    expect(watched.page.get_by_role("heading", name="After the call")).to_be_visible()
    watched.page.wait_for_timeout(300)
    watched.must_be_calm()
    words = " ".join(watched.page.locator("#report").text_content().split())  # type: ignore[union-attr]
    assert not [one for one in PAYLOADS if " ".join(one.split()) not in words]
    typed = watched.page.evaluate("[...document.querySelectorAll('textarea')].map((one) => one.value)")
    assert [one for one in typed if one == ALL], "the note is in its form"


def test_a_note_that_the_coach_types_and_opens_again(watched: Watched, policy: str) -> None:
    watched.open(f"report/{RAW}/2")
    note = watched.page.locator(f".mdli-form[data-exercise='{NOTE.id}']")
    note.get_by_role("textbox").fill(f"{ALL}\n{policy}")
    expect(note.locator(".mdli-status-words")).to_contain_text("Saved ", timeout=10_000)
    watched.must_be_calm()
    watched.page.reload()
    expect(note.get_by_role("textbox")).to_have_value(f"{ALL}\n{policy}")
    watched.must_be_calm()


def test_what_coaches_wrote_is_words_in_every_workbook_and_report() -> None:
    for exercise, value in (
        (NOTE, {"text": ALL}),
        (own_note("coach-kim"), {"text": ALL}),
        (comment_on("first-guess"), {"text": ALL, "exercise": "first-guess", "title": ALL}),
        (AGREED, promise(ALL)),
    ):
        drawn = str(exercise.static({"entry" if exercise is AGREED else "": value}))
        assert is_inert(drawn)
        assert "&lt;script&gt;" in drawn


def test_saved_html_that_got_past_the_views(watched: Watched) -> None:
    watched.open(f"report/{RAW}/2")
    withheld = watched.page.get_by_text("One part of this report is not shown here")
    harmless = [one for one in PAYLOADS if "<" not in one]
    expect(withheld).to_have_count(len(PAYLOADS) - len(harmless))
    watched.page.wait_for_timeout(300)
    watched.must_be_calm()


def open_each(watched: Watched, people: tuple[str, ...]) -> None:
    for who in people:
        watched.open(f"report/{who}/2")
        watched.must_be_calm()
    assert watched.page.url == f"{watched.site}report/{people[-1]}/2"


def test_titles_and_names_of_files_on_pages_of_their_own(watched: Watched, policy: str) -> None:
    open_each(watched, PEOPLE[2 :: 4 if policy == "off" else 16])  # with the policy on, less could happen


@pytest.mark.soak
def test_every_title_and_name_of_a_file_on_a_page_of_its_own(watched: Watched) -> None:
    open_each(watched, PEOPLE[2:])
