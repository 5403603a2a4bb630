"""Commands that die at any step: nothing is lost, nothing is half, and the next run finishes it."""

from __future__ import annotations

import json
import shutil
import stat
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from credited import SECOND as ATTENDED
from dying import KILLED, nursery
from programs import (
    SECOND,
    copy_program,
    faults,
    generate_all,
    make_program,
    open_store,
    snapshot,
    write,
)
from test_due import CALLS
from test_retiring import MARK, leave, left_of

from mdli_workbook.archive import open_archive
from mdli_workbook.notebook import as_text
from mdli_workbook.rows import ANSWERS, EVENTS, read_answers, read_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dying import Nursery

SOME = 29
"""One step in so many, for the quick tests."""
OWN = "Ana's own line, and it is the only copy."
SAID = ".mdli/answers"


@pytest.fixture(scope="module")
def nest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with nursery(tmp_path_factory.mktemp("deaths")) as one:
        yield one


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_program(tmp_path_factory.mktemp("made") / "program")
    generate_all(folder)
    for text in ("Guessed.", "Guessed again."):
        write(folder, "ana", "first-guess", {"text": text})
    write(folder, "ana", "to-myself", {"text": f"{MARK} for nobody"}, audience="private")
    write(folder, "ben", "first-guess", {"text": "Ben stays."})
    return folder


@pytest.fixture
def fresh(nest: Nursery, made: Path) -> Callable[[], Path]:
    """Give the same program anew, alone in its folder."""

    def again(source: Path = made) -> Path:
        for path in nest.root.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return copy_program(source, nest.root / "program")

    return again


def rows(folder: Path) -> tuple[object, ...]:
    with open_store(folder) as store, store.look() as (connection, _):
        answers = read_answers(connection, ANSWERS.select().order_by(ANSWERS.c.seq))
        events = read_events(connection, EVENTS.select().order_by(EVENTS.c.seq))
    return answers, tuple((one.what, one.participant, one.session, one.minutes) for one in events)


def walk(stride: int, live_once: Callable[[int], int]) -> int:
    """Let a command die at one step after the other until it lives; return how many deaths that were."""
    for deaths, step in enumerate(count(min(stride, 3), stride)):
        code = live_once(step)
        if code != KILLED:
            assert code == 0
            return deaths
    raise AssertionError


def nobody_else_may_read(folder: Path) -> None:
    """Look at what a killed command may have left: nothing that holds words is open to other accounts."""
    for path in folder.rglob("*.part"):
        way = [one for one in (path, *path.parents) if one != folder and one.is_relative_to(folder)]
        assert not all(stat.S_IMODE(one.stat().st_mode) & 0o077 for one in way), path


def backup_dies(nest: Nursery, fresh: Callable[[], Path], stride: int) -> int:
    def once(step: int) -> int:
        folder, file = fresh(), nest.root / "safe.zip"
        before = rows(folder)
        code = nest.run(folder, "backup", file, die_at=step)
        nobody_else_may_read(nest.root)
        if code == KILLED:
            if file.exists():
                assert len(open_archive(file).items) > 20
                file.unlink()
            assert nest.run(folder, "backup", file) == 0, nest.said()
        assert len(open_archive(file).items) > 20
        assert rows(folder) == before
        assert [path.name for path in nest.root.glob(".*")] == []
        assert not (folder / ".mdli" / "scratch").exists()
        return code

    return walk(stride, once)


def restore_dies(nest: Nursery, fresh: Callable[[], Path], stride: int) -> int:
    safe = fresh().parent.parent / f"{nest.root.name}-safe.zip"
    safe.unlink(missing_ok=True)
    assert nest.run(nest.root / "program", "backup", safe) == 0, nest.said()
    expected = rows(nest.root / "program")

    def once(step: int) -> int:
        fresh()
        back = nest.root / "back"
        code = nest.run(back, "restore", safe, die_at=step)
        nobody_else_may_read(nest.root)
        if code == KILLED and not back.exists():  # where it is, it is whole
            assert nest.run(back, "restore", safe) == 0, nest.said()
        assert rows(back) == expected
        assert nest.run(back, "check") == 0, nest.said()
        left_out = (".mdli/lock", SAID)
        assert snapshot(back, *left_out) == snapshot(nest.root / "program", *left_out)
        return code

    try:
        return walk(stride, once)
    finally:
        safe.unlink()


def retire_dies(nest: Nursery, fresh: Callable[[], Path], stride: int) -> int:
    def once(step: int) -> int:
        folder = fresh()
        leave(folder)
        code = nest.run(folder, "retire", "ana", "--yes", die_at=step)
        nobody_else_may_read(nest.root)
        if code == KILLED:
            assert nest.run(folder, "retire", "ana", "--yes") == 0, nest.said()
        assert left_of(folder) == []
        receipts = [*(folder / ".mdli" / "receipts").iterdir()]
        assert not [one for one in receipts if "begun" in one.name]
        assert sum(json.loads(one.read_text())["rows_blanked"] for one in receipts) == 3
        with open_store(folder) as store:
            assert [row.value for row in store.newest("ben")] == [{"text": "Ben stays."}]
        return code

    return walk(stride, once)


def begun(folder: Path) -> Path:
    """Let Ana type a line of her own into her workbook, and faculty correct the session."""
    path = folder / "workbooks" / "spring" / "ana" / "02-listen.ipynb"
    notebook = json.loads(path.read_bytes())
    own = {"cell_type": "markdown", "id": "own", "metadata": {}, "source": [OWN]}
    notebook["cells"].insert(5, own)
    path.write_text(as_text(notebook), "utf-8")
    session = folder / "templates" / "sessions" / "02-listen.md"
    text = SECOND.replace("Ask before you judge.", "Ask, then ask again.")
    text = text.replace("{reflection} first-guess\n", "{reflection} your-guess\nrenamed_from: first-guess\n")
    session.write_text(text, "utf-8")
    return path


def generate_dies(nest: Nursery, fresh: Callable[[], Path], stride: int) -> int:
    begun(folder := fresh())
    assert nest.run(folder, "generate") == 0, nest.said()
    whole, renamed = snapshot(folder, ".mdli/lock", SAID, ".mdli/status"), rows(folder)

    def once(step: int) -> int:
        path = begun(folder := fresh())
        before = path.read_bytes()
        code = nest.run(folder, "generate", die_at=step)
        assert path.read_bytes() in {before, whole["workbooks/spring/ana/02-listen.ipynb"]}
        assert faults(folder) == []
        if code == KILLED:
            assert nest.run(folder, "generate") == 0, nest.said()
        assert snapshot(folder, ".mdli/lock", SAID, ".mdli/status") == whole
        assert rows(folder) == renamed
        return code

    return walk(stride, once)


def due_dies(nest: Nursery, fresh: Callable[[], Path], stride: int, calls: str = "") -> int:
    """Let ``mdli due --run`` die; with `calls` it makes a report, which takes seconds."""

    def begin() -> Path:
        begun(folder := fresh())
        (folder / "calls.csv").write_text(calls or CALLS.replace("2026-03-22", "2026-03-25"), "utf-8")
        return folder

    def left(folder: Path) -> dict[str, object]:
        mails = {path.name.rpartition("-")[0] for path in (folder / ".mdli" / "mails").iterdir()}
        reports = {path.name for path in folder.glob("reports/*/*/*.ipynb")}
        reminded = set(json.loads((folder / ".mdli" / "reminded.json").read_text()))
        return {"mails": mails, "reports": reports, "reminded": reminded, "rows": rows(folder)}

    folder = begin()
    assert nest.run(folder, "due", "--run") == 0, nest.said()
    whole = left(folder)
    assert len(whole["mails"]) == 2  # type: ignore[arg-type]

    def once(step: int) -> int:
        folder = begin()
        code = nest.run(folder, "due", "--run", die_at=step)
        nobody_else_may_read(folder)
        if code == KILLED:
            assert nest.run(folder, "due", "--run") == 0, nest.said()
        assert [one for one in faults(folder) if not one.startswith(".status.jsonl.")] == []
        assert left(folder) == whole
        assert nest.run(folder, "due", "--run") == 0
        assert nest.said() == "", "there is nothing more to do"
        return code

    return walk(stride, once)


def attendance_dies(nest: Nursery, fresh: Callable[[], Path], stride: int) -> int:
    def once(step: int) -> int:
        folder = fresh()
        before = rows(folder)
        (file := nest.root / "meeting.csv").write_text(ATTENDED)
        code = nest.run(folder, "attendance", file, die_at=step)
        if code == KILLED:
            assert rows(folder)[1] in {before[1], (*before[1], *came)}, "all rows of a file, or none"  # type: ignore[misc]
            assert nest.run(folder, "attendance", file) == 0, nest.said()
        assert rows(folder) == (before[0], (*before[1], *came))  # type: ignore[misc]
        return code

    came = (("attended", "ana", 2, 125), ("attended", "ben", 2, 59))
    return walk(stride, once)


def export_dies(nest: Nursery, fresh: Callable[[], Path], stride: int) -> int:
    def once(step: int) -> int:
        folder, record = fresh(), nest.root / "record"
        code = nest.run(folder, "export", "ana", record, die_at=step)
        nobody_else_may_read(nest.root)
        if code == KILLED and not record.exists():
            assert nest.run(folder, "export", "ana", record) == 0, nest.said()
        said = json.loads((record / "manifest.json").read_text())
        assert {one["path"] for one in said["files"]} == set(snapshot(record)) - {"manifest.json"}
        assert MARK in (record / "record.html").read_text("utf-8")
        assert not list(nest.root.glob(".*"))
        return code

    return walk(stride, once)


DEATHS = {
    # one step in so many for `make soak`: steps that are alike need not all be tried
    backup_dies: 5,
    restore_dies: 12,
    retire_dies: 8,
    generate_dies: 6,
    due_dies: 12,
    attendance_dies: 5,
    export_dies: 5,
}
SLOW = {restore_dies, due_dies}


def cases() -> Iterator[Any]:
    for dies, stride in DEATHS.items():
        if dies not in SLOW:
            yield pytest.param(dies, SOME, id=f"{dies.__name__} at some steps")
        yield pytest.param(dies, stride, id=f"{dies.__name__} anywhere", marks=pytest.mark.soak)


@pytest.mark.parametrize(("dies", "stride"), list(cases()))
def test_a_command_that_dies_is_finished_by_the_next(
    nest: Nursery, fresh: Callable[[], Path], dies: Callable[..., int], stride: int
) -> None:
    assert dies(nest, fresh, stride) > 0


@pytest.mark.soak
def test_so_is_one_that_dies_while_it_makes_reports(nest: Nursery, fresh: Callable[[], Path]) -> None:
    assert due_dies(nest, fresh, 61, calls=CALLS) > 1
