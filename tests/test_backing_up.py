"""A program in one file and back: whole or not at all, and nothing that somebody smuggled in."""

from __future__ import annotations

import json
import stat
import uuid
import zipfile
from typing import TYPE_CHECKING

import pytest
from credited import mdli
from programs import generate_all, make_program, open_store, snapshot, start, withdraw, write

from mdli_workbook.rows import ANSWERS, read_answers

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.answers import Answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make_program(tmp_path / "program")
    generate_all(made)
    write(made, "ana", "first-guess", {"text": "He was late."})
    write(made, "ben", "to-myself", {"text": "Only mine."}, audience="private")
    return made


def rows(folder: Path) -> tuple[Answer, ...]:
    with open_store(folder) as store, store.look() as (connection, _):
        return read_answers(connection, ANSWERS.select().order_by(ANSWERS.c.seq))


def backed_up(folder: Path, name: str = "backup.zip") -> Path:
    file = folder.parent / name
    done = mdli(folder, "backup", file)
    assert done.exit_code == 0, done.output
    return file


def test_a_restored_program_has_every_answer_and_goes_on(folder: Path, tmp_path: Path) -> None:
    (folder / "workbooks" / "spring" / "ana" / "02-listen.ipynb").write_text("as she left it", "utf-8")
    (folder / ".mdli" / "site-secret").write_text("signs cookies")
    file = backed_up(folder)
    back = tmp_path / "elsewhere"
    done = mdli(back, "restore", file)
    assert done.exit_code == 0, done.output
    assert "it is back" in done.output, "what was erased since is told"
    assert rows(back) == rows(folder)
    left_out = (".mdli/lock", ".mdli/site-secret", ".mdli/answers")
    assert snapshot(back, *left_out) == snapshot(folder, *left_out)
    assert not (back / ".mdli" / "site-secret").exists()
    assert stat.S_IMODE((back / ".mdli" / "answers.db").stat().st_mode) == 0o600
    assert mdli(back, "check").exit_code == 0
    write(back, "ana", "first-guess", {"text": "And on it goes."})


def test_a_backup_is_private_and_replaces_nothing(folder: Path) -> None:
    file = backed_up(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    again = mdli(folder, "backup", file)
    assert (again.exit_code, file.read_bytes()) == (2, before)
    assert "is there already" in again.output
    assert "inside of what is backed up" in mdli(folder, "backup", folder / ".mdli" / "b.zip").output


def test_a_backup_holds_no_byte_of_what_was_erased(folder: Path, tmp_path: Path) -> None:
    with open_store(folder) as store:
        store.erase(id=str(uuid.uuid4()), author="ana", participant="ana", session=2, exercise="first-guess")
    back = tmp_path / "back"
    assert mdli(back, "restore", backed_up(folder)).exit_code == 0
    assert b"He was late." not in (back / ".mdli" / "answers.db").read_bytes()


def test_an_older_backup_is_restored_without_what_a_newer_one_knows_to_be_erased(
    folder: Path, tmp_path: Path
) -> None:
    old = backed_up(folder)
    with open_store(folder) as store:
        store.erase(id=str(uuid.uuid4()), author="ana", participant="ana", session=2, exercise="first-guess")
    new = backed_up(folder, "newer.zip")
    for number, newer in enumerate((new, folder)):
        back = tmp_path / f"back-{number}"
        done = mdli(back, "restore", "--erasures-of", newer, old)
        assert done.exit_code == 0, done.output
        assert "erased again: 1 rows" in done.output
        assert b"He was late." not in (back / ".mdli" / "answers.db").read_bytes()
        assert [row.value for row in rows(back) if row.participant == "ben"] == [{"text": "Only mine."}]


def test_a_store_elsewhere_stays_untouched_by_a_restored_program(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "store.db"
    text = (folder / "program.toml").read_text("utf-8")
    (folder / "program.toml").write_text(f'store = "sqlite:///{elsewhere}"\n{text}', "utf-8")
    write(folder, "ana", "first-guess", {"text": "Kept elsewhere."})
    back = tmp_path / "back"
    done = mdli(back, "restore", backed_up(folder))
    assert done.exit_code == 0, done.output
    write(back, "ana", "first-guess", {"text": "In the restored one."})
    assert [row.value for row in rows(folder)] == [{"text": "Kept elsewhere."}]


def test_postgresql_is_sent_to_its_own_tool(folder: Path, tmp_path: Path) -> None:
    text = (folder / "program.toml").read_text("utf-8")
    (folder / "program.toml").write_text(f'store = "postgresql://db/answers"\n{text}', "utf-8")
    done = mdli(folder, "backup", tmp_path / "b.zip")
    assert done.exit_code == 2
    assert "postgres" in done.output.lower()


def test_a_folder_with_something_in_it_is_not_restored_into(folder: Path) -> None:
    file, before = backed_up(folder), snapshot(folder)
    done = mdli(folder, "restore", file)
    assert done.exit_code == 2
    assert snapshot(folder) == before


def spoil(file: Path, target: Path, how: str) -> Path:  # noqa: C901, PLR0912 - one case after another
    """Write a hostile copy of a backup."""
    with zipfile.ZipFile(file) as source:
        content = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(content.pop("manifest.json"))
    files, first = manifest["files"], manifest["files"][0]
    extra: dict[str, int] = {}
    if how in {
        "../evil.txt",
        "/evil.txt",
        ".mdli/../../evil",
        "C:/evil",
        "elsewhere/evil",
        "templates\\evil",
    }:
        content[how] = content[first["path"]]
        files.append({**first, "path": how})
    elif how == "a link":
        content[".mdli/link"] = b"/etc/passwd"
        extra[".mdli/link"] = stat.S_IFLNK | 0o777
    elif how == "a device":
        content[".mdli/device"] = b""
        extra[".mdli/device"] = stat.S_IFCHR | 0o600
    elif how == "a bomb":
        content[first["path"]] = b"\0" * 50_000_000
    elif how == "another hash":
        first["sha256"] = "0" * 64
    elif how == "missing":
        del content[first["path"]]
    elif how == "twice":
        files.append(first)
    elif how == "no list":
        manifest["files"] = "none"
    elif how == "another shape":
        manifest["format"] = 99
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        if how != "no manifest":
            bundle.writestr("manifest.json", json.dumps(manifest))
        for name, data in content.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = extra.get(name, stat.S_IFREG | 0o600) << 16
            bundle.writestr(info, data)
    if how == "cut":
        target.write_bytes(target.read_bytes()[:-200])
    if how == "a changed byte":
        spoilt = bytearray(target.read_bytes())
        spoilt[len(spoilt) // 2] ^= 0xFF
        target.write_bytes(bytes(spoilt))
    return target


HOSTILE = (
    *("../evil.txt", "/evil.txt", ".mdli/../../evil", "C:/evil", "elsewhere/evil", "templates\\evil"),
    *("a link", "a device", "a bomb", "another hash", "missing", "twice", "no list", "another shape"),
    *("no manifest", "cut", "a changed byte"),
)


def test_a_hostile_or_damaged_backup_is_refused_and_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    file = backed_up(folder)
    for number, how in enumerate(HOSTILE):
        home = tmp_path / f"home-{number}"
        home.mkdir()
        before = snapshot(tmp_path)
        spoilt = spoil(file, tmp_path / "spoilt.zip", how)
        done = mdli(home / "back", "restore", spoilt)
        assert (done.exit_code, list(home.iterdir())) == (2, []), how
        assert "spoilt.zip" in done.output, how
        spoilt.unlink()
        assert snapshot(tmp_path) == before, how


def test_people_write_while_a_backup_is_made(folder: Path, tmp_path: Path) -> None:
    process = start(folder, "backup", str(tmp_path / "b.zip"))
    number = 0
    while process.poll() is None:
        write(folder, "cleo", "first-guess", {"text": f"Number {number}."})
        number += 1
    out, err = process.communicate()
    assert process.returncode == 0, (out, err)
    back = tmp_path / "back"
    assert mdli(back, "restore", tmp_path / "b.zip").exit_code == 0
    there, here = rows(back), rows(folder)
    assert there == here[: len(there)]


def test_what_was_made_private_since_is_told(folder: Path, tmp_path: Path) -> None:
    file = backed_up(folder)
    withdraw(folder, "ana", "first-guess")
    assert "made private since" in mdli(tmp_path / "back", "restore", file).output
