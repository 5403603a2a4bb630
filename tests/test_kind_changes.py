"""An exercise with answers keeps its kind, under each of its ids; without answers it may become anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from credited import mdli
from programs import SECOND, generate_all, make_program, open_store, snapshot, write

from mdli_workbook.kind_changes import kinds_issued

if TYPE_CHECKING:
    from pathlib import Path

LISTEN = "templates/sessions/02-listen.md"
RANKING = """\
```{ranking} my-guess
renamed_from: first-guess
prompt: Which comes first?
minutes: 5
audience: coach
keep: 1
options: [{id: a, label: One}, {id: b, label: Another}]
```
"""
OLD = SECOND[SECOND.index("```{reflection} first-guess") : SECOND.index("```{reflection} to-myself")]
REFUSED = f"{LISTEN} line 11: 'my-guess' is a ranking, but 'first-guess' was a reflection, to which 2 people have answers; take renamed_from out, and they are kept aside\n"  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_program(tmp_path / "program", ("ana", "ben"))
    generate_all(folder)
    return folder


def correct(folder: Path, new: str) -> None:
    (folder / LISTEN).write_text(SECOND.replace(OLD, f"{new}\n" if new else ""), "utf-8")


def answer(folder: Path) -> None:
    for who in ("ana", "ben"):
        write(folder, who, "first-guess", {"text": "zebra"})


@pytest.mark.parametrize("command", [["check"], ["generate"], ["generate", "--dry-run"], ["report"]])
def test_a_new_id_of_another_kind_is_refused_with_its_line_and_nothing_is_written(
    folder: Path, command: list[str]
) -> None:
    answer(folder)
    correct(folder, RANKING)
    before = snapshot(folder, ".mdli/lock")
    told = mdli(folder, *command)
    assert (told.exit_code, told.stdout, told.stderr) == (2, "", REFUSED)
    assert snapshot(folder, ".mdli/lock") == before


def test_the_same_id_of_another_kind_is_refused(folder: Path) -> None:
    answer(folder)
    correct(folder, RANKING.replace("my-guess\nrenamed_from: first-guess", "first-guess"))
    told = mdli(folder, "check")
    assert told.exit_code == 2
    assert told.stderr.startswith(
        f"{LISTEN} line 11: 'first-guess' is a ranking, but 'first-guess' was a ref"
    )
    assert told.stderr.endswith("give the ranking another id, and they are kept aside\n")


def test_the_way_out_is_one(folder: Path) -> None:
    answer(folder)
    correct(folder, RANKING.replace("renamed_from: first-guess\n", ""))
    told = mdli(folder, "generate")
    assert told.exit_code == 0
    assert "session 2 has no exercise 'first-guess' any more; 2 answers are kept, of 2 people" in told.stdout


def test_what_nobody_has_answered_may_become_another_kind(folder: Path) -> None:
    correct(folder, RANKING)
    assert mdli(folder, "generate").exit_code == 0
    assert kinds_issued(folder)[2, "my-guess"] == {"ranking"}


@pytest.mark.parametrize("kind", ["ranking", "reflection"])
def test_what_was_out_for_a_while_is_known_by_the_shape_of_its_answers(folder: Path, kind: str) -> None:
    answer(folder)
    correct(folder, OLD.replace("first-guess", "something-else"))
    generate_all(folder)
    renamed = OLD.replace("first-guess\n", "my-guess\nrenamed_from: first-guess\n")
    correct(folder, RANKING if kind == "ranking" else renamed)
    told = mdli(folder, "generate")
    if kind == "ranking":
        assert "'first-guess' was of another kind, to which 2 people have answers" in told.stderr
    else:
        assert "session 2: first-guess is my-guess from now on, with all answers" in told.stdout
    with open_store(folder) as store:
        assert (store.newest("ana")[0].exercise == "my-guess") is (kind == "reflection")


def test_a_damaged_base_copy_says_nothing_and_stops_nothing(folder: Path) -> None:
    for path in (folder / ".mdli" / "base").rglob("02-*.ipynb"):
        path.unlink()
        path.write_text('{"cells": [')
    assert {session for session, _ in kinds_issued(folder)} == {1, 3}
    assert mdli(folder, "check").exit_code == 0
