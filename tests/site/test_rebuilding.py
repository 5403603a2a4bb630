"""Building a report again: in a short queue, by a process that has nothing of the site's."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import expect
from programs import clock, generate_all, make_program, open_store, record_call, write

from mdli_workbook import shelf
from mdli_workbook.answers import Event
from mdli_workbook.files import lock_program
from mdli_workbook.site import building, set_password
from mdli_workbook.site.rebuilding import LONGEST_QUEUE, Rebuilding, Stage, worker_command
from tests.site.conftest import Running, start_site, stop_site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    import httpx
    from playwright.sync_api import BrowserContext, Page, Route

    from tests.site.conftest import House

TELLS = """
import json, os, sys
open({path!r}, "a").write(json.dumps({{
    "variables": sorted(os.environ), "input": sys.stdin.read(), "cwd": os.getcwd(),
    "open": [os.path.realpath(f"/proc/self/fd/{{n}}") for n in os.listdir("/proc/self/fd")],
}}) + "\\n")
print(json.dumps({{"failure": {failure!r}}}))
"""


def worker(path: Path, failure: str = "") -> Callable[[str, int], Sequence[str]]:
    """Return a worker that tells what it was given."""
    code = TELLS.format(path=str(path), failure=failure)
    return lambda _participant, _session: (sys.executable, "-c", code)


def sleeper(path: Path) -> Callable[[str, int], Sequence[str]]:
    """Return a worker that starts another process, says so, and never ends."""
    code = (
        "import subprocess, sys, time\n"
        "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(path)!r}, 'w').write(str(one.pid))\n"
        "time.sleep(600)"
    )
    return lambda _participant, _session: (sys.executable, "-c", code)


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - another process says when
        await asyncio.sleep(0.02)


async def end_of(queue: Rebuilding, participant: str = "ana", session: int = 2) -> Stage:
    await until(lambda: not queue.stage(participant, session, "m").is_running)
    return queue.stage(participant, session, "m")


def on_a_loop(queue: Rebuilding, act: Callable[[Rebuilding], Awaitable[Stage]]) -> Stage:
    async def run() -> Stage:
        try:
            return await act(queue)
        finally:
            await queue.close()

    return asyncio.run(run())


def test_a_worker_inherits_no_open_file_no_secret_and_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "site-secret"
    secret.write_text("a key")
    monkeypatch.setenv("MDLI_SITE_PASSWORD", "violet harbor seven")

    async def ask(queue: Rebuilding) -> Stage:
        with secret.open() as held:
            os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - as os has it
            queue.ask("ana", 2, "m")
            return await end_of(queue)

    done = on_a_loop(Rebuilding(worker(tmp_path / "told")), ask)
    assert done == Stage("done", "It was built again.")
    told = json.loads((tmp_path / "told").read_text())
    assert str(secret) not in told["open"]
    assert not [one for one in told["open"] if "socket" in one or one.endswith(".db")]
    assert {"PATH", "HOME"} <= set(told["variables"])
    assert not [name for name in told["variables"] if "PASSWORD" in name or "PYTEST" in name]
    assert (told["input"], told["cwd"]) == ("", "/")


def test_one_report_is_built_at_a_time_and_asking_twice_asks_once(tmp_path: Path) -> None:
    async def ask(queue: Rebuilding) -> Stage:
        first, second = queue.ask("ana", 2, "m"), queue.ask("ben", 2, "m")
        assert first == queue.ask("ana", 2, "m") == Stage("queued", "It is next in the queue.")
        assert second.words == "It waits in the queue; 1 report is before it."
        await asyncio.sleep(0)
        assert (queue.stage("ana", 2, "m").state, queue.stage("ben", 2, "m").state) == ("building", "queued")
        await end_of(queue)
        return await end_of(queue, "ben")

    assert on_a_loop(Rebuilding(worker(tmp_path / "told")), ask).state == "done"
    assert len((tmp_path / "told").read_text().splitlines()) == 2


def test_why_it_failed_is_said_in_one_sentence(tmp_path: Path) -> None:
    async def ask(queue: Rebuilding) -> Stage:
        queue.ask("ana", 2, "m")
        return await end_of(queue)

    failed = on_a_loop(Rebuilding(worker(tmp_path / "told", "its workbook was never generated")), ask)
    assert failed == Stage("failed", "It could not be built: its workbook was never generated.")
    broken = on_a_loop(Rebuilding(lambda *_: (sys.executable, "-c", "raise SystemExit(3)")), ask)
    assert "its worker process ended early" in broken.words
    missing = on_a_loop(Rebuilding(lambda *_: (str(tmp_path / "nowhere"),)), ask)
    assert "no worker process could be started" in missing.words


def test_a_failure_is_that_of_the_report_that_stood_there(tmp_path: Path) -> None:
    async def ask(queue: Rebuilding) -> Stage:
        queue.ask("ana", 2, "m")
        assert (await end_of(queue)).state == "failed"
        return queue.stage("ana", 2, "of-a-newer-report")

    assert on_a_loop(Rebuilding(worker(tmp_path / "told", "its workbook is gone")), ask) == Stage()


def test_the_queue_is_short(tmp_path: Path) -> None:
    async def ask(queue: Rebuilding) -> Stage:
        for number in range(LONGEST_QUEUE):
            assert queue.ask(f"p{number}", 1, "m").state == "queued"
        return queue.ask("one-more", 1, "m")

    assert on_a_loop(Rebuilding(worker(tmp_path / "told")), ask).state == "refused"


@pytest.mark.parametrize("ends", ["it takes too long", "the site stops"])
def test_a_worker_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path, ends: str) -> None:
    async def ask(queue: Rebuilding) -> Stage:
        queue.ask("ana", 2, "m")
        await until(lambda: (tmp_path / "pid").is_file() and bool((tmp_path / "pid").read_text()))
        return await end_of(queue) if ends == "it takes too long" else queue.stage("ana", 2, "m")

    stage = on_a_loop(Rebuilding(sleeper(tmp_path / "pid"), 2 if ends == "it takes too long" else 600), ask)
    assert stage.state == ("failed" if ends == "it takes too long" else "building")
    deadline = time.monotonic() + 10
    pid = int((tmp_path / "pid").read_text())
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A program with one answer shared, workbooks, and no report yet."""
    folder = make_program(tmp_path / "program", people=("ana",))
    generate_all(folder)
    write(folder, "ana", "first-guess", {"text": "She is slow, I thought."})
    return folder


def report_of(folder: Path) -> Path:
    return shelf.report_path(folder, "spring", "ana", "02-listen")


def build(folder: Path) -> str:
    return building.build_again(folder, clock, "ana", 2, pause=lambda: None)


def test_the_real_worker_builds_the_report_in_a_process_of_its_own(folder: Path) -> None:
    async def ask(queue: Rebuilding) -> Stage:
        queue.ask("ana", 2, "m")
        return await end_of(queue)

    done = on_a_loop(Rebuilding(worker_command(folder, clock)), ask)
    assert done == Stage("done", "It was built again.")
    marker = shelf.read_marker(report_of(folder))
    assert marker is not None
    assert all(vars_ for vars_ in (marker.fingerprint.template, marker.fingerprint.package))


def test_the_worker_says_what_a_coach_can_do_about_a_failure(folder: Path) -> None:
    with lock_program(folder, "mdli generate"):
        assert build(folder) == "another command is writing in the program; try again later"
    (folder / ".mdli" / "base").rename(folder / ".mdli" / "gone")
    assert "never generated" in build(folder)
    (folder / "roster.csv").write_text("half")
    assert build(folder) == "the program's files have problems; the coordinator sees them with mdli check"
    (folder / "program.toml").unlink()
    assert "mdli check" in build(folder)


def ask_for(visitor: httpx.Client, token: str) -> httpx.Response:
    return visitor.post("/report/cleo/3/rebuild", headers={"X-XSRFToken": token})


def test_only_the_participants_coach_may_ask_and_only_from_a_page_of_ours(
    house: House, site: Running
) -> None:
    house.report("cleo")
    kim, lee = site.coach("coach-kim"), site.coach("coach-lee")
    token = kim.get("/report/cleo/3/now").json()["token"]
    assert kim.post("/report/cleo/3/rebuild").status_code == 403
    assert ask_for(kim, "2|aaaaaaaa|bbbb|1").status_code == 403
    assert ask_for(lee, site.form_token(lee.get("/"))).status_code == 404
    assert ask_for(site.visitor(), token).status_code == 403
    assert kim.get("/report/cleo/3/now").json()["rebuild"]["state"] == ""
    assert ask_for(kim, token).status_code == 202
    assert lee.get("/report/cleo/3/now").status_code == 404


def test_a_report_whose_call_was_recorded_is_not_built_again(house: House, site: Running) -> None:
    house.report("cleo")
    kim = site.coach("coach-kim")
    with house.store() as store:
        store.record(
            Event("e1d1c6a0-0000-4000-8000-000000000001", "call-held", "coach-kim", "cleo", clock(), 3)
        )
    now = kim.get("/report/cleo/3/now").json()
    assert now["words"].endswith("closed on 20 March, when the call was recorded")
    assert now["closed"] is True
    assert ask_for(kim, now["token"]).status_code == 409


@pytest.fixture
def built(folder: Path, tmp_path: Path) -> Iterator[Running]:
    """A site with a report that was really built, and something shared since."""
    assert build(folder) == ""
    write(folder, "ana", "for-the-call", {"lines": ["How to say sorry"]})
    set_password(folder, "kim", "violet harbor seven")
    running = start_site(folder, tmp_path)
    yield running
    assert stop_site(running) == 0


def sign_in(page: Page, site: Running) -> None:
    page.goto(f"{site.url}login")
    page.get_by_label("Coach id").fill("kim")
    page.get_by_label("Password").fill("violet harbor seven")
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.browser
def test_a_coach_sees_what_is_new_and_has_the_report_built_again(
    folder: Path, built: Running, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    sign_in(page, built)
    page.goto(f"{built.url}report/ana/2")
    expect(page.get_by_text("as of 12:00 on 20 March; one answer shared since")).to_be_visible()
    expect(page.get_by_text("Sam Kim").first).to_be_visible()
    expect(page.get_by_text("How to say sorry")).to_have_count(0)
    page.get_by_role("button", name="Build it again").press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("How to say sorry").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("nothing shared since")).to_be_visible()
    expect(page.get_by_role("button", name="Build it again")).to_be_hidden()
    assert trouble == []
    record_call(folder, "ana")
    page.reload()
    expect(page.get_by_text("closed on 20 March, when the call was recorded")).to_be_visible()
    with open_store(folder) as store:
        assert [one.what for one in store.events("ana", 2)].count("report-read") == 3


@pytest.mark.browser
def test_a_report_asked_for_before_the_forms_have_come_is_followed_as_well(
    built: Running, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    held: list[Route] = []
    page.route("**/static/forms.js", lambda route: held.append(route))  # noqa: PLW0108 - a mark is set on it
    sign_in(page, built)
    page.goto(f"{built.url}report/ana/2")
    page.get_by_role("button", name="Build it again").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    for route in held:
        route.continue_()
    assert held
    expect(page.get_by_text("nothing shared since")).to_be_visible(timeout=60_000)
