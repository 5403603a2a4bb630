"""The status as lines, as JSON and as a page: what each says, and what none of them does."""

from __future__ import annotations

import html
import json
import os
import pty
import re
import stat
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest
from axe import violations
from credited import mdli
from programs import ROSTER, make_program, open_store, save, snapshot

from mdli_workbook.starter import start_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext

SECRET = "what nobody else may read"
LONG = "a-participant-with-an-id-that-is-as-long-as-ids-may-be-0123456789"[:64]
PEOPLE = f"""\
{ROSTER}
ana,"Ana <b>Ávila</b>, MD",ana@example.org,spring,kim,,,,,,
ben,Ben Example,ben@example.org,spring,kim,,,,,,2026-02-01
{LONG},Cleo Example,cleo@example.org,fall,kim,,,,,2026-02-01,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_program(tmp_path / "program", roster=PEOPLE)
    with open_store(folder) as store:
        save(store, "ana", "first-guess", {"text": SECRET}, audience="private")
    return folder


def status(folder: Path, *options: str | Path, day: str = "2026-02-14") -> str:
    ran = mdli(folder, "--today", day, "status", *options)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_the_lines_say_how_far_everybody_is(folder: Path) -> None:
    assert status(folder).splitlines() == [
        "spring, 2026-02-14 (America/Chicago)",
        "participant             1      2      3 next call   last",
        "ana                   -!?   1/2!      . 02-16/02-27 03-20",
        "ben                    -?             .",
        "",
        "fall, 2026-02-14 (America/Chicago)",
        "participant             1      2      3 next call   last",
        "a-participant-wit…            -!      . 02-16/02-27",
        "",
        "done | 3/8: so many parts of so many | begun: opened, nothing written | -: not opened",
        ".: still to come | !: overdue | ?: its call is past, and nobody recorded it",
        "needs a nudge: 4",
        "kim: call 1 with ana, past since 2026-01-30, is not recorded",
        "ana: session 2, 1 of 2 left (5 minutes); call 2 from 2026-02-16 to 2026-02-27",
        "kim: call 1 with ben, past since 2026-01-30, is not recorded",
        f"{LONG}: session 2, 2 of 2 left (10 minutes); call 2 from 2026-02-16 to 2026-02-27",
    ]


def test_the_table_of_six_sessions_fits_eighty_columns(tmp_path: Path) -> None:
    folder = tmp_path / "program"
    start_program(folder)
    table = mdli(folder, "status").stdout.partition("needs a nudge")[0].splitlines()
    assert len(table) > 8
    assert not [line for line in table if len(line) > 80 and "|" not in line]


def test_on_a_terminal_a_table_is_drawn_in_its_width(folder: Path) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, 80))
    code = "from mdli_workbook.cli import main; main()"
    command = [sys.executable, "-c", code, "--program", str(folder), "--today", "2026-02-14", "status"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    ran = subprocess.run(command, stdout=slave, env=environment, timeout=60, check=True)
    os.close(slave)
    said = os.read(master, 100_000).decode()
    os.close(master)
    assert ran.returncode == 0
    assert "\x1b[1;31m1/2!" in said.replace(" ", "")
    table = re.sub(r"\x1b\[[0-9;]*m", "", said).partition("done |")[0].splitlines()
    assert max(map(len, table)) <= 80


def test_one_cohort_or_one_participant_can_be_asked_for(folder: Path) -> None:
    assert "ana" not in status(folder, "--cohort", "fall")
    assert "fall" not in status(folder, "--participant", "ana")
    unknown = mdli(folder, "status", "--cohort", "winter")
    assert (unknown.exit_code, "'winter'" in unknown.output) == (2, True)


def test_the_json_has_the_same_and_can_be_relied_on(folder: Path) -> None:
    said = json.loads(status(folder, "--json"))
    assert (said["program"], said["time_zone"]) == ("Leading well", "America/Chicago")
    assert said["as_of"] == "2026-02-14T18:00:00+00:00"
    assert [(one["cohort"], len(one["participants"])) for one in said["cohorts"]] == [
        ("spring", 2),
        ("fall", 1),
    ]
    ana = said["cohorts"][0]["participants"][0]
    assert ana["sessions"][1] == {
        "session": 2,
        "state": "part",
        "done": 1,
        "total": 2,
        "minutes_left": 5,
        "last_activity": "2026-03-20T17:00:00+00:00",
        "held": True,
        "expected": True,
        "overdue": True,
        "call": {
            "call": 2,
            "state": "planned",
            "starts_at": None,
            "minutes": 0,
            "first_day": "2026-02-16",
            "last_day": "2026-02-27",
            "overdue": False,
        },
    }
    assert ana["next_call"] == ana["sessions"][1]["call"]
    assert {one: ana[one] for one in ("participant", "coach", "joined_on", "left_on")} == {
        "participant": "ana",
        "coach": "kim",
        "joined_on": None,
        "left_on": None,
    }


def test_no_program_is_too_small_for_json(folder: Path) -> None:
    for options in (["--participant", "ana"], ["--cohort", "fall"]):
        assert len(json.loads(status(folder, "--json", *options))["cohorts"]) == 1


def test_the_page_is_for_this_account_escapes_names_and_says_the_same(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    status(folder, "--html", file)
    page = file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Ana &lt;b&gt;Ávila&lt;/b&gt;, MD" in page
    rows = [words(one) for one in re.findall(r"<tr>(.*?)</tr>", page)]
    assert rows[1:3] == [
        (
            "Ana <b>Ávila</b>, MD not opened overdue call not recorded 1 of 2 overdue to come "
            "2: no time yet; 16 February 2026 to 27 February 2026 20 March 2026"
        ),
        "Ben Example left 1 February 2026 not opened call not recorded not expected to come",
    ]
    assert rows[4].startswith("Cleo Example joined 1 February 2026 not expected not opened overdue to come")
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_by_everybody_and_on_a_phone(
    folder: Path, tmp_path: Path, new_context: Callable[..., BrowserContext], scheme: str
) -> None:
    status(folder, "--html", tmp_path / "status.html")
    page = new_context(viewport={"width": 360, "height": 700}, color_scheme=scheme).new_page()
    page.goto((tmp_path / "status.html").as_uri())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "only the table scrolls sideways"
    assert page.locator("td small.late").first.is_visible()


def test_no_word_that_anybody_wrote_is_in_any_of_them(folder: Path, tmp_path: Path) -> None:
    said = status(folder, "--html", tmp_path / "s.html", "--mails", tmp_path / "m", "--ics", tmp_path / "i")
    files = snapshot(tmp_path / "m") | snapshot(tmp_path / "i")
    every = [said, status(folder, "--json"), (tmp_path / "s.html").read_text("utf-8")]
    every += [one.decode() for one in files.values()]
    assert len(every) == 12
    assert not [one for one in every if SECRET in one or "first-guess" in one or "What reason" in one]


def test_looking_writes_nothing_but_what_it_remembers(folder: Path) -> None:
    before = snapshot(folder, ".mdli/answers.db")
    status(folder)
    assert set(snapshot(folder, ".mdli/answers.db")) - set(before) == {".mdli/status.jsonl"}


def test_a_program_without_a_store_stays_without(tmp_path: Path) -> None:
    folder = make_program(tmp_path / "program")
    before = snapshot(folder)
    assert "begun" not in status(folder).partition("done |")[0]
    assert snapshot(folder) == before
