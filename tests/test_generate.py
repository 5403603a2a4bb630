"""Workbooks are written whole, again and again, and what a participant changed stays theirs."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from datetime import date
from typing import TYPE_CHECKING

import nbformat
import pytest
from programs import SESSIONS, clock, generate_all, make_program, read, snapshot

from mdli_workbook.generate import Done, base_path, generate, workbook_path
from mdli_workbook.notebook import for_participant
from mdli_workbook.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program")


def workbook(folder: Path, participant: str = "ana", stem: str = "02-listen") -> Path:
    return workbook_path(folder, "spring", participant, stem)


def base(folder: Path, participant: str = "ana", stem: str = "02-listen") -> Path:
    return base_path(folder, "spring", participant, stem)


def done(folder: Path) -> set[Done]:
    return {one.done for one in generate_all(folder)}


def add_a_cell(path: Path, text: str = "my own words") -> bytes:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(2, nbformat.v4.new_markdown_cell(text))
    nbformat.write(notebook, path)
    return path.read_bytes()


def test_there_is_one_whole_workbook_per_participant_and_session(folder: Path) -> None:
    written = generate_all(folder)
    assert [(one.participant, one.session) for one in written] == [
        (who, number) for who in ("ana", "ben", "cleo") for number in (1, 2, 3)
    ]
    for one in written:
        stem = {1: "01-journey", 2: "02-listen", 3: "03-later"}[one.session]
        notebook = nbformat.read(workbook(folder, one.participant, stem), as_version=4)
        nbformat.validate(notebook)
        assert notebook.metadata.mdli.participant == one.participant


def test_the_same_input_gives_the_same_bytes_in_another_folder(folder: Path, tmp_path: Path) -> None:
    other = make_program(tmp_path / "elsewhere" / "program")
    generate_all(folder)
    generate_all(other)
    written = snapshot(folder, ".mdli/lock")
    assert written == snapshot(other, ".mdli/lock")
    assert len([name for name in written if name.endswith(".ipynb")]) == 18


def test_no_workbook_holds_a_place_on_this_machine_or_a_name(folder: Path) -> None:
    generate_all(folder)
    for name, content in snapshot(folder / "workbooks").items():
        assert str(folder).encode() not in content, name
        assert b"example.org" not in content
        assert b"Example" not in content


def issued(folder: Path, participant: str = "ana") -> bytes:
    """Return what a participant's base copy says."""
    return for_participant(base(folder, participant).read_bytes(), "spring", participant)


def test_the_base_copy_says_the_same_and_is_private(folder: Path) -> None:
    generate_all(folder)
    assert issued(folder) == workbook(folder).read_bytes()
    assert issued(folder, "ben") == workbook(folder, "ben").read_bytes()
    assert stat.S_IMODE(base(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / ".mdli").stat().st_mode) == 0o700


def test_the_base_copies_of_a_session_are_one_file_and_no_workbook_is_part_of_it(folder: Path) -> None:
    generate_all(folder)
    assert base(folder).samefile(base(folder, "ben"))
    assert base(folder).stat().st_nlink == 3, "one name for each participant, and none is left in scratch"
    assert workbook(folder).stat().st_nlink == 1
    assert not base(folder).samefile(base(folder, stem="01-journey"))


def test_who_is_generated_alone_has_the_new_base_copy_and_the_others_theirs(folder: Path) -> None:
    generate_all(folder)
    theirs = issued(folder)
    session = folder / "templates" / "sessions" / "02-listen.md"
    session.write_text(session.read_text().replace("Ask before you judge.", "Ask, then listen."))
    generate_all(folder, Selection(participant="ben"))
    assert issued(folder) == theirs == workbook(folder).read_bytes()
    assert b"Ask, then listen." in issued(folder, "ben") == workbook(folder, "ben").read_bytes()


@pytest.mark.parametrize("names", [0, 1, 2])
def test_a_disk_that_gives_a_file_few_names_holds_more_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, names: int
) -> None:
    link = os.link

    def few(source: Path, target: Path) -> None:
        if source.stat().st_nlink > names:
            raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
        link(source, target)

    monkeypatch.setattr(os, "link", few)
    assert done(folder) == {Done.WRITTEN}
    assert [issued(folder, who) == workbook(folder, who).read_bytes() for who in ("ana", "ben", "cleo")] == [
        True
    ] * 3
    assert done(folder) == {Done.SAME}
    assert not list((folder / ".mdli").rglob("*.begun"))


def test_a_base_copy_that_holds_its_participants_ids_is_one_as_well(folder: Path) -> None:
    generate_all(folder)
    old = workbook(folder).read_bytes()
    base(folder).unlink()
    base(folder).write_bytes(old)  # as they were written when each was a file of its own
    assert done(folder) == {Done.SAME}
    session = folder / "templates" / "sessions" / "02-listen.md"
    session.write_text(session.read_text().replace("Ask before you judge.", "Ask, then listen."))
    assert done(folder) == {Done.SAME, Done.WRITTEN}
    assert b"Ask, then listen." in workbook(folder).read_bytes()
    assert issued(folder) == workbook(folder).read_bytes()


def test_again_changes_nothing(folder: Path) -> None:
    assert done(folder) == {Done.WRITTEN}
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.ipynb")}
    assert done(folder) == {Done.SAME}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.ipynb")} == before


def test_a_correction_reaches_a_workbook_that_its_participant_has_changed(folder: Path) -> None:
    generate_all(folder)
    theirs = add_a_cell(workbook(folder))
    assert done(folder) == {Done.SAME, Done.KEPT}
    assert workbook(folder).read_bytes() == theirs
    old = base(folder).read_bytes()
    session = folder / "templates" / "sessions" / "02-listen.md"
    session.write_text(session.read_text().replace("Ask before you judge.", "Ask, then listen."))
    written = generate_all(folder)
    [merged] = [one for one in written if one.done is Done.MERGED]
    assert (merged.participant, merged.session) == ("ana", 2)
    assert (folder / merged.copy).read_bytes() == theirs
    assert merged.told == (
        "brought up to date, what its participant wrote is kept; 1 own (own-3); 1 corrected (text-0); "
        f"as it was: {merged.copy}"
    )
    cells = json.loads(workbook(folder).read_bytes())["cells"]
    assert ["".join(cell["source"]) for cell in cells if "mdli" not in cell["metadata"]] == ["my own words"]
    assert b"Ask, then listen." in workbook(folder).read_bytes()
    assert b"Ask, then listen." in base(folder).read_bytes() != old
    assert b"Ask, then listen." in workbook(folder, "ben").read_bytes()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe not text", b"{ half a note", b"[]\n"])
def test_whatever_stands_in_the_place_of_a_workbook_is_kept_aside(folder: Path, content: bytes) -> None:
    workbook(folder).parent.mkdir(parents=True)
    workbook(folder).write_bytes(content)
    base(folder).parent.mkdir(parents=True)
    base(folder).write_bytes(b"\xff also spoiled")
    [repaired] = [one for one in generate_all(folder) if one.done is Done.REPAIRED]
    assert workbook(folder).read_bytes() == issued(folder)
    assert (folder / repaired.copy).read_bytes() == content if content else not repaired.copy
    assert done(folder) == {Done.SAME}


def test_without_its_base_copies_nothing_is_lost_and_they_come_back(folder: Path) -> None:
    generate_all(folder)
    theirs, bases = add_a_cell(workbook(folder)), snapshot(folder / ".mdli" / "base")
    for path in (folder / ".mdli" / "base").rglob("*.ipynb"):
        path.unlink()
    done(folder)
    assert workbook(folder).read_bytes() == theirs
    assert snapshot(folder / ".mdli" / "base") == bases


def test_a_deleted_workbook_comes_back(folder: Path) -> None:
    generate_all(folder)
    content = workbook(folder).read_bytes()
    workbook(folder).unlink()
    done(folder)
    assert workbook(folder).read_bytes() == content


@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("steps", range(7))
def test_a_run_that_ended_anywhere_is_not_taken_for_the_participants_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int, first: int
) -> None:
    folder = make_program(tmp_path / "program", ("ana",), {"02-listen": SESSIONS["02-listen"]})
    session = folder / "templates" / "sessions" / "02-listen.md"
    for version in (1, 2, 3):
        session.write_text(SESSIONS["02-listen"] + f"\nVersion {version}.\n")
        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            if version >= first:
                dying(patch, steps)
            generate_all(folder)
    session.write_text(SESSIONS["02-listen"] + "\nVersion 4.\n")
    assert done(folder) == {Done.WRITTEN}
    assert b"Version 4." in workbook(folder).read_bytes()
    assert done(folder) == {Done.SAME}
    theirs = add_a_cell(workbook(folder))
    assert done(folder) == {Done.KEPT}
    assert workbook(folder).read_bytes() == theirs
    assert [path.name for path in base(folder).parent.iterdir()] == ["02-listen.ipynb"]


@pytest.mark.parametrize("steps", range(6))
def test_a_correction_taken_back_after_a_run_that_ended_anywhere_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    folder = make_program(tmp_path / "program", ("ana",), {"02-listen": SESSIONS["02-listen"]})
    generate_all(folder)
    session, before = folder / "templates" / "sessions" / "02-listen.md", snapshot(folder, ".mdli/lock")
    session.write_text(SESSIONS["02-listen"] + "\nCorrected.\n")
    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        dying(patch, steps)
        generate_all(folder)
    session.write_text(SESSIONS["02-listen"])
    generate_all(folder)
    assert snapshot(folder, ".mdli/lock") == before


@pytest.mark.parametrize("steps", range(7))
def test_a_run_that_ended_anywhere_keeps_what_the_participant_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    folder = make_program(tmp_path / "program", ("ana",), {"02-listen": SESSIONS["02-listen"]})
    generate_all(folder)
    add_a_cell(workbook(folder), "Mine alone.")
    notebook = json.loads(workbook(folder).read_bytes())
    notebook["cells"] = notebook["cells"][1:]  # a generated cell is gone: it is put back
    workbook(folder).write_text(json.dumps(notebook))
    session = folder / "templates" / "sessions" / "02-listen.md"
    session.write_text(SESSIONS["02-listen"] + "\nCorrected.\n")
    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        dying(patch, steps)
        generate_all(folder)
    assert b"Mine alone." in workbook(folder).read_bytes()
    done(folder)
    assert b"Mine alone." in workbook(folder).read_bytes()
    assert b"Corrected." in workbook(folder).read_bytes()
    assert b"Corrected." in issued(folder)
    assert [path.name for path in base(folder).parent.iterdir()] == ["02-listen.ipynb"]


def dying(patch: pytest.MonkeyPatch, steps: int) -> None:
    """Let the command end after it has put some files in place or given some another name."""
    left = iter(range(steps))

    def ending(act: Callable[..., None]) -> Callable[..., None]:
        def put(*paths: object) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            act(*paths)

        return put

    for name in ("link", "replace"):
        patch.setattr(os, name, ending(getattr(os, name)))


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path) -> None:
    program, sessions = read(folder)
    before = snapshot(folder)
    told = list(generate(program, sessions, Selection(), today=clock().date()))
    assert snapshot(folder) == before
    assert not (folder / ".mdli").exists()
    assert told == generate_all(folder)


def test_only_what_was_selected_is_written(folder: Path) -> None:
    generate_all(folder, Selection(participant="ben", session=2))
    assert [path.name for path in (folder / "workbooks").rglob("*.ipynb")] == ["02-listen.ipynb"]


def test_who_has_left_gets_none(folder: Path) -> None:
    roster = folder / "roster.csv"
    roster.write_text(
        roster.read_text().replace(
            "cleo@example.org,spring,kim,,,,,,", "cleo@example.org,spring,kim,,,,,,2026-03-01"
        )
    )
    program, sessions = read(folder)
    told = list(generate(program, sessions, Selection(), today=date(2026, 3, 20)))
    assert {one.participant for one in told} == {"ana", "ben"}


def test_one_that_cannot_be_written_does_not_stop_the_others(folder: Path) -> None:
    workbook(folder).mkdir(parents=True)  # a folder in the place of the file
    written = generate_all(folder)
    [failed] = [one for one in written if one.done is Done.FAILED]
    assert (failed.participant, failed.session) == ("ana", 2)
    assert failed.failure.startswith("a folder stands in the place of its file; move it away")
    assert sum(one.done is Done.WRITTEN for one in written) == 8
