"""Where a store may lie, and what is said when it may not."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mdli_workbook.answers import Draft
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.sqlite import address_of, back_up, file_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from pathlib import Path

DRAFT = Draft(str(uuid4()), "ana", "spring", "ana", 2, "late-notes", {"text": "MARKER"}, "private")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ["answers.db", "with space #1 & 100%.db", "ü@home:5.db"])
def test_an_address_names_its_file(tmp_path: Path, name: str) -> None:
    assert file_of(address_of(tmp_path / name)) == tmp_path / name


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "looks like"),
        ("answers.db", "looks like"),
        ("sqlite://", "absolute path"),
        ("sqlite:///answers.db", "absolute path"),
        ("sqlite:///:memory:", "absolute path"),
        ("sqlite:////tmp/answers.db?mode=ro", "absolute path"),
        ("postgresql://mdli:secret@db/mdli", "SQLite only"),
    ],
)
def test_other_addresses_are_refused_with_the_way_out_and_no_password(address: str, reason: str) -> None:
    with pytest.raises(StoreUnusable, match=reason) as refusal:
        Store.open(address)
    assert "secret" not in str(refusal.value)


def test_only_this_account_may_read_the_store_and_its_side_files(tmp_path: Path) -> None:
    with Store.open(address_of(tmp_path / "new" / "answers.db")) as store:
        store.save(DRAFT)
        assert {file.name: mode_of(file) for file in (tmp_path / "new").iterdir()} == {
            "answers.db": 0o600,
            "answers.db-wal": 0o600,
            "answers.db-shm": 0o600,
        }
    assert mode_of(tmp_path / "new") == 0o700


def test_a_store_that_was_open_to_others_is_closed_to_them_and_so_is_dot_mdli(tmp_path: Path) -> None:
    folder = tmp_path / ".mdli"
    folder.mkdir(mode=0o755)
    path = folder / "answers.db"
    Store.open(address_of(path)).close()
    assert mode_of(folder) == 0o700
    path.chmod(0o644)
    with Store.open(address_of(path)):
        assert {mode_of(file) for file in folder.iterdir()} == {0o600}


def test_a_folder_that_is_not_ours_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    Store.open(address_of(shared / "answers.db")).close()
    assert mode_of(shared) == 0o755
    assert mode_of(shared / "answers.db") == 0o600


def test_a_missing_store_is_not_made_where_that_is_not_wanted(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "answers.db"
    with pytest.raises(StoreUnusable, match="there is no store at"):
        Store.open(address_of(path), create=False)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "mount",
    [
        "server:/home {} nfs4 rw 0 0",
        "//server/home {} cifs rw 0 0",
        "ana@server: {} fuse.sshfs rw 0 0",
        "C:\\134 {} 9p rw 0 0",
        "/dev/sda1 {} ext4 rw 0 0\nserver:/home {} nfs rw 0 0",
    ],
)
def test_a_network_file_system_is_refused_with_its_kind_and_place(tmp_path: Path, mount: str) -> None:
    place = tmp_path / "at home"
    place.mkdir()
    mounts = "/dev/vda / ext4 rw 0 0\n" + mount.replace("{}", str(place).replace(" ", "\\040")) + "\n"
    with pytest.raises(StoreUnusable, match="network file system") as refusal:
        Store.open(address_of(place / ".mdli" / "answers.db"), mounts=lambda: mounts)
    assert str(place) in str(refusal.value)
    assert list(place.iterdir()) == []


def test_a_link_does_not_hide_a_network_file_system(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")
    with pytest.raises(StoreUnusable, match="nfs at"):
        Store.open(
            address_of(tmp_path / "near" / "answers.db"), mounts=lambda: f"s:/ {tmp_path}/far nfs rw 0 0"
        )


@pytest.mark.parametrize(
    "mounts",
    [
        "",
        "nonsense",
        "none / 9p rw 0 0",
        "s:/ / nfs rw 0 0\n/dev/sda1 {} ext4 rw 0 0",
        "/dev/vda / ext4 rw 0 0\ns:/ {}-other nfs rw 0 0",
    ],
)
def test_a_disk_of_this_machine_is_taken(tmp_path: Path, mounts: str) -> None:
    Store.open(
        address_of(tmp_path / "answers.db"), mounts=lambda: mounts.replace("{}", str(tmp_path))
    ).close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("shopping list, " * 100)
    with pytest.raises(StoreUnusable, match="not a database; the address names some other file"):
        Store.open(address_of(path))
    assert path.read_text() == "shopping list, " * 100


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="unable to open"):
        Store.open(address_of(tmp_path))


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match="cannot be used"):
        Store.open(address_of(tmp_path / "file" / "answers.db"))


def test_a_store_that_may_only_be_read_is_read_and_a_save_says_why_not(tmp_path: Path) -> None:
    with Store.open(address_of(tmp_path / "answers.db")) as store:
        with store._reading.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
        with pytest.raises(StoreUnusable, match="readonly database; let this account write") as refusal:
            store.save(DRAFT)
        assert store.newest("ana") == ()
        assert "MARKER" not in str(refusal.value)
        assert refusal.value.__cause__ is None


def test_a_save_waits_for_another_writer_and_gives_up_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    with Store.open(address_of(path)) as store, contextlib.closing(sqlite3.connect(path)) as other:
        with store._reading.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnusable, match="another program has held the store for too long"):
            store.save(DRAFT)
        other.rollback()
        store.save(DRAFT)


def test_opening_a_new_store_waits_for_another_process_that_is_making_it(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    path.touch()
    with (
        contextlib.closing(sqlite3.connect(path, check_same_thread=False)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")  # SQLite does not wait for this when it changes the journal
        opening = pool.submit(Store.open, address_of(path))
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.5)
        other.rollback()
        opening.result(timeout=30).close()


def test_every_save_is_on_disk_before_it_is_told(tmp_path: Path) -> None:
    with Store.open(address_of(tmp_path / "answers.db")) as store, store._reading.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_copy_of_a_store_in_use_is_a_whole_private_store(tmp_path: Path) -> None:
    with Store.open(address_of(tmp_path / "answers.db")) as store:
        store.save(DRAFT)
        copy = back_up(store.path, tmp_path / "copy.db")
        assert mode_of(copy) == 0o600
        assert not list(tmp_path.glob("*.part"))
        with Store.open(address_of(copy)) as other:
            assert other.newest("ana") == store.newest("ana")
