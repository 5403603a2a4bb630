"""Not a byte of what is private leaves the store; what is shared with the coach arrives.

Every field of every kind is filled with a word of its own, in exercises for each audience. The
words are looked for in whatever `mdli report` leaves or says, after decoding.
"""

from __future__ import annotations

import base64
import html
import json
import re
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import yaml
from programs import (
    generate_all,
    make_program,
    mdli,
    open_store,
    read,
    save,
    start,
    wait_for_end,
    withdraw,
    write,
)

from mdli_workbook import shelf
from mdli_workbook.equity.explorer import Choice, look
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import read_patients
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import own_note
from mdli_workbook.report import Desk, Job
from mdli_workbook.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from mdli_workbook.answers import Audience

    Word = Callable[[str], str]

# How far an exercise may be read: by its session's default and by what the participant decided.
CASES: dict[str, tuple[str, Audience]] = {
    "coach": ("coach", "coach"),
    "opened": ("private", "coach"),
    "private": ("private", "private"),
    "program": ("program", "program"),
    "withheld": ("coach", "private"),
}
SHOWN = ("coach", "opened")
HIDDEN = ("private", "program", "withheld")
ENTRY = "6a4f9f3e-2f0c-4c83-8c6e-0d7f2c5e1a01"

DECLARED: dict[str, Callable[[Word], dict[str, Any]]] = {
    "reflection": lambda say: {"hint": say("hint")},
    "scale": lambda say: {
        "points": [{"id": say("low"), "label": say("lowest")}, {"id": say("high"), "label": say("highest")}],
        "statements": [{"id": say("statement"), "text": say("stated"), "of": say("principle")}],
    },
    "log": lambda say: {
        "one": say("one"),
        "fields": {say("text"): "text", say("long"): "long-text", say("choice"): "choice"},
        "options": {say("choice"): [{"id": say("option"), "label": say("label")}]},
        "labels": {say("text"): say("words")},
        "hints": {say("text"): say("hint")},
    },
    "commitment": lambda _: {},
    "agenda": lambda _: {},
    "choice": lambda say: {
        "options": [{"id": say("a"), "label": say("labela")}, {"id": say("b"), "label": say("labelb")}],
        "many": True,
        "other": say("otherwise"),
    },
    "ranking": lambda say: {
        "options": [{"id": say("a"), "label": say("labela")}, {"id": say("b"), "label": say("labelb")}],
    },
    "checklist": lambda say: {"items": [{"id": say("item"), "text": say("itemtext"), "of": say("group")}]},
    "equity": lambda _: {"data": "demo-panel"},
}
WRITTEN: dict[str, Callable[[Word, Word], dict[str, Any]]] = {
    "reflection": lambda said, _: {"": {"text": said("text")}},
    "scale": lambda _, say: {"": {"ratings": {bare(say("statement")): bare(say("high"))}}},
    "log": lambda said, say: {
        "": {"order": [ENTRY]},
        ENTRY: {
            bare(say("text")): said("text"),
            bare(say("long")): said("long"),
            bare(say("choice")): bare(say("option")),
        },
    },
    "commitment": lambda said, _: {
        "": {"order": [ENTRY]},
        ENTRY: {one: said(one.replace("_", "")) for one in ("cue", "act", "who_hears", "obstacle", "reason")}
        | {"due": "2026-04-01", "state": "open"},
    },
    "agenda": lambda said, _: {"": {"lines": [said("first"), said("second")]}},
    "choice": lambda said, say: {"": {"chosen": [bare(say("b"))], "other": said("other")}},
    "ranking": lambda _, say: {"": {"ranked": [bare(say("b")), bare(say("a"))]}},
    "checklist": lambda said, say: {
        "": {"marks": {bare(say("item")): {"mark": "yes", "note": said("note")}}}
    },
    "equity": lambda said, _: {
        "": {"seen": said("seen"), "ask": said("ask"), "change": said("change"), "view": looked_at()}
    },
}


@cache
def looked_at() -> dict[str, Any]:
    """Return a view as it is saved with the words about it."""
    patients = read_patients("demo-panel")
    choice = Choice("blood_pressure_controlled", "payer")
    return look(patients, choice, Ledger(patients.source))[0].to_plain()


def bare(words: str) -> str:
    return words.split(" ", maxsplit=1)[0]


def declares(case: str, kind: str) -> Word:
    """Return words of a session's author: ``zqd…`` and nothing else, because ids are among them."""
    return lambda field: f"zqd{case}{kind}{field}"


def says(case: str, kind: str) -> Word:
    """Return words of the participant: ``zqv…``, with signs that every format writes differently."""
    return lambda field: f'zqv{case}{kind}{field} <i>&amp; "ü" \\u0041 \' 日\nand on'


def session_text() -> str:
    head = {"session": 2, "slug": "listen", "title": "Listen", "minutes": 1, "sources": ["Invented"]}
    blocks = [f"---\n{yaml.safe_dump(head)}---\n"]
    for case, (default, _) in CASES.items():
        for kind, declared in DECLARED.items():
            say = declares(case, kind)
            fields = {"prompt": say("prompt"), "title": say("title"), "audience": default} | declared(say)
            blocks.append(f"```{{{kind}}} zqd{case}-{kind}\n{yaml.safe_dump(fields)}```\n")
    return "\n".join(blocks)


def fill(folder: Path) -> None:
    with open_store(folder) as store:
        for case, (_, audience) in CASES.items():
            for kind, written in WRITTEN.items():
                exercise = f"zqd{case}-{kind}"
                for entry, value in written(says(case, kind), declares(case, kind)).items():
                    save(store, "ana", exercise, value, entry=entry, audience=audience)
        # what was said before, removed, or is the coach's own
        first = {"text": "zqvprivatebefore, and then I thought better"}
        save(store, "ben", "zqdcoach-reflection", first, audience="private")
        save(store, "ben", "zqdcoach-reflection", {"text": "zqvcoachafter"})
        save(store, "ben", "zqdcoach-choice", {"chosen": [], "other": "zqvprivatetakenback"})
        save(store, "ben", "zqdcoach-commitment", {"act": "zqvprivateremoved", "due": ""}, entry=ENTRY)
        save(store, "ben", "zqdcoach-commitment", None, entry=ENTRY)
        save(store, "ben", own_note("kim").id, {"text": "zqvprivateself"}, audience="self", author="kim")
    withdraw(folder, "ben", "zqdcoach-choice")


def roster() -> str:
    rows = (
        "participant_id,name,email,cohort,coach_id,organization,role,time_zone,accommodations,joined_on,left_on",
        "ana,Ana Example,zqvprivatemail@example.org,spring,kim,,,,screen-reader,,",
        "ben,Ben Example,ben@example.org,spring,kim,,,,,,",
        "",
    )
    return "\n".join(rows)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A program with everything in it, and what one run of ``mdli report`` said and left elsewhere."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    folder = make_program(
        tmp_path_factory.mktemp("privacy") / "program",
        sessions={"02-listen": session_text()},
        roster=roster(),
    )
    generate_all(folder)
    fill(folder)
    for name in ("home", "temporary"):
        (elsewhere / name).mkdir()
    done = mdli(folder, "report", HOME=str(elsewhere / "home"), TMPDIR=str(elsewhere / "temporary"))
    assert done.returncode == 0, done.stderr
    return Made(folder, elsewhere, done.stdout + done.stderr)


class Made:
    """A program, the rest of the machine as the command saw it, and what it said."""

    def __init__(self, folder: Path, elsewhere: Path, said: str) -> None:
        self.folder, self.elsewhere, self.said = folder, elsewhere, said

    def report(self, participant: str, stem: str = "02-listen") -> Path:
        return shelf.report_path(self.folder, "spring", participant, stem)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *strings(one))
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def decoded(content: bytes) -> str:
    """Return all that a file may say: as it is, and after each decoding that a reader could do."""
    text = content.decode("utf-8", "replace")
    found = [text, content.decode("utf-16-le", "replace"), content.decode("utf-16-be", "replace")]
    try:
        found += strings(json.loads(text))
    except ValueError:
        found += [re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)]
    found += [html.unescape(one) for one in found]
    found += [unquote(one) for one in found]
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}", text):
        plain = run.translate(str.maketrans("-_", "+/"))
        found += [
            base64.b64decode(plain[shift:] + "==").decode("latin-1")
            for shift in range(4)
            if (len(plain) - shift) % 4 != 1
        ]
    return "\n".join(found).lower()


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def found_in(paths: Iterable[Path], words: Iterable[str]) -> list[str]:
    return [
        f"{word} in {path.name}"
        for path in paths
        for text in [decoded(path.read_bytes())]
        for word in words
        if word in text
    ]


def hidden_from(participant: str) -> list[str]:
    """Return how words begin that no coach may read of a participant: ben withheld nothing."""
    declared = HIDDEN if participant == "ana" else ("private", "program")
    return [*(f"zqv{case}" for case in HIDDEN), *(f"zqd{case}" for case in declared)]


def test_every_kind_is_here_with_every_field() -> None:
    assert DECLARED.keys() == WRITTEN.keys() == KINDS.keys()
    for kind, written in WRITTEN.items():
        values = written(says("coach", kind), declares("coach", kind))
        for entry, value in values.items():
            if entry or not KINDS[kind].repeats:
                KINDS[kind].Value.model_validate(value)
                assert kind == "log" or value.keys() == KINDS[kind].Value.model_fields.keys()


def test_a_hidden_word_would_be_found() -> None:
    word = "zqvprivate"
    for hidden in (
        word,
        base64.b64encode(f"x{word}, and more of it".encode()).decode(),
        json.dumps({"a": "".join(f"\\u{ord(one):04x}" for one in word)}).replace("\\\\", "\\"),
        "".join(f"&#{ord(one)};" for one in word),
        "".join(f"%{ord(one):02X}" for one in word),
    ):
        assert word in decoded(hidden.encode()), hidden


def test_no_report_holds_a_word_of_what_is_not_for_the_coach(made: Made) -> None:
    assert len(list(shelf.find_reports(made.folder))) == 2
    for path in shelf.find_reports(made.folder):
        assert found_in([path], hidden_from(path.parent.name)) == []


def test_no_report_names_the_row_of_a_hidden_answer(made: Made) -> None:
    with open_store(made.folder) as store:
        rows = [row for who in ("ana", "ben") for row in store.newest(who)]
    hidden = [row.id for row in rows if row.audience != "coach"]
    assert len(hidden) > 25
    assert found_in(shelf.find_reports(made.folder), hidden) == []


def test_everything_that_is_for_the_coach_is_in_the_report(made: Made) -> None:
    text = decoded(made.report("ana").read_bytes())
    for case in SHOWN:
        for kind, written in WRITTEN.items():
            used: list[str] = []
            say = says(case, kind)
            written(
                lambda field, say=say, used=used: used.append(bare(say(field))) or say(field),
                declares(case, kind),
            )  # type: ignore[misc, func-returns-value]
            assert [word for word in used if word not in text] == []
    shown = ("scalestated", "scalehighest", "loglabel", "choicelabelb", "rankinglabela", "checklistitemtext")
    assert [word for word in shown for case in SHOWN if f"zqd{case}{word}" not in text] == []
    assert "zqvcoachafter" in decoded(made.report("ben").read_bytes())


def test_nobodys_words_are_in_workbooks_base_copies_or_elsewhere(made: Made) -> None:
    program = files(made.folder / "workbooks", made.folder / ".mdli" / "base")
    assert found_in(program, ["zqv"]) == []
    assert found_in(files(made.elsewhere), ["zqv", "zqd"]) == []
    assert not (made.folder / ".mdli" / "scratch").exists()


def test_the_command_says_ids_only(made: Made) -> None:
    assert "zqv" not in decoded(made.said.encode())
    assert "example.org" not in made.said
    assert "Example" not in made.said
    assert sorted(made.said.splitlines()) == [
        "made ana, session 2",
        "made ben, session 2",
        "reports: 2 made, 0 failed",
    ]


def test_a_worker_is_given_nothing_that_is_hidden(made: Made, tmp_path: Path) -> None:
    program, sessions = read(made.folder)
    with open_store(made.folder) as store:
        now = program.clock(lambda: pytest.fail("the program says what day it is"))
        jobs = list(Desk(program, sessions, store, now, tmp_path).plan(Selection(), force=True))
    assert list(map(type, jobs)) == [Job, Job]
    for job in jobs:
        given = decoded(f"{job.notebook}\n{job.briefing}".encode())
        assert [word for word in hidden_from(job.participant) if word in given] == []


def test_a_killed_run_leaves_nothing_hidden_behind(made: Made) -> None:
    mark = str(uuid.uuid4())
    command = start(made.folder, "report", "--force", mark=mark)
    scratch = made.folder / ".mdli" / "scratch"
    until = time.monotonic() + 60
    while not list(scratch.glob("report-*/briefing.json")):
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.5)
    command.kill()
    command.communicate()
    assert wait_for_end(mark) == []
    left = list(files(scratch))
    assert left
    assert all(path.stat().st_mode & 0o077 == 0 or path.parent != scratch for path in left)
    assert found_in(left, set(hidden_from("ana")) & set(hidden_from("ben"))) == []


def test_what_cannot_be_shown_fails_without_its_words(made: Made) -> None:
    before = made.report("ana").read_bytes()
    write(made.folder, "ana", "zqdcoach-reflection", {"text": {"zqvcoachbroken": 1}, "zqvcoachstranger": "x"})
    done = mdli(made.folder, "report", "--participant", "ana", "--session", "2")
    assert done.returncode == 1
    assert "zqv" not in decoded((done.stdout + done.stderr).encode())
    [line] = done.stderr.splitlines()
    assert line.startswith("ana, session 2: its notebook did not run to the end (")
    assert made.report("ana").read_bytes() == before
