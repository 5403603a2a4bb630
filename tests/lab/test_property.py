"""Whatever happens in whatever order, the end is what the person last saw as saved, or newer.

The real `drafts.js` and `saving.js` in a real Chromium, the real replies and a real store; ours is the wire
between them, and shorter waits. A page is reloaded, or its process crashed, as the steps say.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from playwright.sync_api import Error

from mdli_workbook.answers import Draft, Saved
from mdli_workbook.exercises.form_module import ASSETS
from mdli_workbook.exercises.reflection import Reflection
from mdli_workbook.exercises.replies import Desktop, Place, Replies
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.soak]

HERE = "http://127.0.0.1:9/"
PLACE = Place("spring", "ana-mora", 2)
WAITS = {"PAUSE": (800, 30), "LONGEST": (10000, 150), "PATIENCE": (4000, 100), "AGAIN": (15000, 120)}
START = """(place) => {
  const drafts = new Drafts(place), put = drafts.put.bind(drafts);
  drafts.put = async (entry, draft) => {
    await put(entry, draft);
    if (draft) void report(place[2], 'kept', draft.value.text);
  };
  const changed = () => {
    const { word } = saving?.status ?? {};
    if (word === 'saved') void report(place[2], 'saved', saving.slot('').value.text);
  };
  let saving = null;
  const hear = (answer) => { if (answer) saving.hear(answer); };
  const send = (message) => void kernel(place[2], message).then(hear);
  saving = new Saving({ send, drafts, changed, show: () => {} });
  const hide = () => { saving.flush(); drafts.flush(); };
  addEventListener('pagehide', hide);
  // Before it is ready a form is inert: nobody can type in it.
  window.tab = { saving, type: (text) => { if (saving.ready) saving.edit('', { text }); },
    leave: () => { removeEventListener('pagehide', hide); saving.close(); window.tab = null; } };
}"""
LOOK = """() => { const { saving } = tab, slot = saving.slot('');
  return { word: saving.status.word, unsaved: saving.unsaved,
    mine: slot.value?.text ?? '', newer: slot.newer?.value?.text ?? null }; }"""
DRAFTS = "new Drafts([]).within('readonly', (box) => box.getAll())"

others = ["see it saved", "reload", "crash", "run again", "second tab", "elsewhere"]
step = some.one_of(
    some.tuples(some.just("type"), some.sampled_from([0, 0, 1, 20, 60])),
    some.tuples(some.just("wait"), some.sampled_from([0, 10, 40, 120, 250])),
    some.tuples(some.sampled_from(others), some.just(0)),
    some.tuples(some.just("kernel"), some.sampled_from(["hears", "deaf", "mute", "full"])),
)
steps = some.lists(step, min_size=3, max_size=14)


class World:
    """One exercise: its store, its kernel, its person and the tab before them."""

    exercises = itertools.count(1)

    def __init__(self, house: House) -> None:
        self.house, self.name = house, f"one-{next(self.exercises)}"
        self.replies = Replies(Reflection(id=self.name), Desktop(PLACE, house.store))
        self.kernel = "hears"
        self.typed = 0
        self.floor = 0
        self.kept: dict[Page, str] = {}
        self.typed_in: dict[Page, int] = {}
        self.shown: set[str] = set()
        house.worlds[self.name] = self
        self.pages: list[Page] = []
        self.open()

    def open(self) -> None:
        page = self.house.context.new_page()
        page.goto(HERE)
        self.pages.append(page)
        self.run()

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def run(self) -> None:
        self.page.evaluate(START, [PLACE.participant, PLACE.session, self.name])

    def hear(self, message: Any) -> Any:
        if self.kernel == "deaf":
            return None
        if self.kernel == "full" and message["type"] == "save":
            return {"type": "refused", "id": message["id"], "reason": "The disk is full."}
        answer = self.replies(message)
        return None if self.kernel == "mute" else answer

    def told(self, page: Page, what: str, text: str) -> None:
        """Hear from a page what its person saw as saved, and what the browser keeps."""
        self.floor = max(self.floor, number_of(text))
        # A tab that took over what another had kept shows it: from then on it is that tab's to change.
        if what == "kept" and number_of(text) >= self.typed_in.get(page, 0):
            self.kept = {one: kept for one, kept in self.kept.items() if kept != text} | {page: text}

    def do(self, what: str, how: Any) -> None:
        match what:
            case "type":
                self.type()
                self.page.wait_for_timeout(how)
            case "wait":
                self.page.wait_for_timeout(how)
            case "kernel":
                self.kernel = how
            case "see it saved":
                self.kernel = "hears"
                self.settle()
            case "reload":
                self.page.reload()
                self.run()
            case "run again":
                self.page.evaluate("tab.leave()")
                self.run()
            case "crash":
                self.crash()
                self.open()
            case "second tab":
                self.open()
            case "elsewhere":
                self.save_elsewhere()

    def type(self) -> None:
        """Type over what stands in the field; what this tab kept is its person's to drop, the floor stays."""
        self.typed += 1
        if self.page.evaluate("tab.saving.ready"):
            self.typed_in[self.page] = self.typed
            self.kept.pop(self.page, None)
        self.page.evaluate("(text) => tab.type(text)", f"{self.typed} é😀")

    def crash(self) -> None:
        page = self.pages.pop()
        with contextlib.suppress(Error):
            page.goto("chrome://crash", timeout=2000)
        page.close()

    def save_elsewhere(self) -> None:
        """Save as another window of the same person does that this page does not know of."""
        self.typed += 1
        newest = self.house.store.history(PLACE.participant, PLACE.session, self.name)
        draft = Draft(
            id=str(uuid4()),
            author=PLACE.participant,
            cohort=PLACE.cohort,
            participant=PLACE.participant,
            session=PLACE.session,
            exercise=self.name,
            value={"text": f"{self.typed} elsewhere"},
            audience="private",
            based_on=newest[-1].id if newest else "",
        )
        assert isinstance(self.house.store.save(draft), Saved)

    def settle(self) -> str:
        """Wait until nothing is unsaved; of two texts the person takes the newer one."""
        for _ in range(200):
            seen = self.page.evaluate(LOOK)
            if seen["newer"] is not None:
                self.shown |= {seen["mine"], seen["newer"]}
                mine = number_of(seen["mine"]) > number_of(seen["newer"])
                self.page.evaluate("(mine) => tab.saving.choose('', mine)", mine)
            elif seen["word"] in {"saved", "blank"} and not seen["unsaved"]:
                return str(seen["mine"])
            self.page.wait_for_timeout(25)
        raise AssertionError(f"it does not become saved: {seen}")

    def end(self) -> None:
        """Close all tabs, open the workbook again while the browser still holds something, and compare."""
        self.kernel = "hears"
        for page in self.pages:
            page.close()
        self.pages.clear()
        for _ in range(6):
            self.open()
            text = self.settle()
            self.page.wait_for_timeout(30)
            left = self.page.evaluate(DRAFTS)
            if not left:
                break
            self.pages.pop().close()
        assert left == [], "a draft is left of what is saved"
        assert number_of(text) >= self.floor
        rows = self.house.store.history(PLACE.participant, PLACE.session, self.name)
        assert (rows[-1].value if rows else {"text": ""}) == {"text": text}
        saved = {row.value["text"] for row in rows if row.value}
        assert set(self.kept.values()) <= saved | self.shown, "a text was dropped and its person not asked"
        for page in self.pages:
            page.close()


def number_of(text: str) -> int:
    """Return which of the texts it is, in the order of their writing."""
    return int(text.partition(" ")[0]) if text else 0


class House:
    """One browser and one store for all worlds."""

    def __init__(self, context: BrowserContext, store: Store) -> None:
        self.context, self.store = context, store
        self.worlds: dict[str, World] = {}
        script = "\n".join((ASSETS / name).read_text("utf-8") for name in ("drafts.js", "saving.js"))
        for name, (long, short) in WAITS.items():
            assert f"{name} = {long};" in script
            script = script.replace(f"{name} = {long};", f"{name} = {short};")
        body = f"<!doctype html><title>tab</title><script>{script}</script>"
        context.route(HERE, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
        context.expose_function("kernel", lambda name, message: self.worlds[name].hear(message))
        context.expose_binding("report", self._told)

    def _told(self, source: dict[str, Any], name: str, what: str, text: str) -> None:
        self.worlds[name].told(source["page"], what, text)


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Store.open(address_of(tmp_path_factory.mktemp("store") / "answers.db")) as store:
        context = browser.new_context()
        yield House(context, store)
        context.close()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=steps)
def test_the_end_is_what_was_last_seen_as_saved_or_newer(plan: list[tuple[str, Any]], house: House) -> None:
    world = World(house)
    for what, how in plan:
        world.do(what, how)
    world.end()
