"""Where a SQLite store may lie, and a connection to it that keeps its promises."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from mdli_workbook.errors import StoreUnusable
from mdli_workbook.files import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "address_of",
    "back_up",
    "engine_of",
    "file_of",
    "make_private",
    "read_mounts",
    "unusable",
    "writing",
]

PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""

_NETWORK = """
nfs nfs4 cifs smb3 smbfs ncpfs afs ceph glusterfs lustre beegfs gpfs ocfs2 gfs2 davfs coda vboxsf prl_fs
fuse.sshfs fuse.s3fs fuse.rclone fuse.glusterfs fuse.ceph fuse.ceph-fuse fuse.davfs2 fuse.curlftpfs
fuse.smbnetfs fuse.gcsfuse fuse.goofys fuse.juicefs fuse.blobfuse fuse.blobfuse2 fuse.vmhgfs-fuse
fuse.grpcfuse fuse.osxfs
"""
NETWORK = frozenset(_NETWORK.split())
SHARED_BY_A_HOST = frozenset({"9p", "virtiofs"})
"""Folders of another system (WSL, virtual machines); as the root, a machine's own disk."""

_WAYS_OUT = {
    "full": "free some space on that disk; what was saved before is safe",
    "readonly": "let this account write to the file and its folder",
    "locked": "another program has held the store for too long; close it, then try again",
    "not a database": "the address names some other file; correct it",
    "malformed": "the file is damaged; put a backup in its place",
}


def address_of(path: Path) -> str:
    """Return the address of a SQLite store in a file.

    Examples
    --------
    >>> address_of(Path("/srv/program/.mdli/answers.db"))
    'sqlite:////srv/program/.mdli/answers.db'
    """
    return f"sqlite:///{path.absolute()}"


def file_of(address: str) -> Path:
    """Return the file that an address names.

    Raises
    ------
    StoreUnusable
        If it is not the address of a SQLite file by its absolute path.
    """
    try:
        url = sa.make_url(address)
    except ArgumentError:
        raise StoreUnusable(
            "the store's address is none; it looks like sqlite:////folder/.mdli/answers.db"
        ) from None
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() != "sqlite":
        raise StoreUnusable(
            f"{shown}: this version keeps answers in SQLite only; use sqlite:////folder/answers.db"
        )
    if url.query or not url.database or not Path(url.database).is_absolute():
        raise StoreUnusable(
            f"{shown}: name the file by its absolute path, as in sqlite:////folder/.mdli/answers.db"
        )
    return Path(url.database)


def read_mounts() -> str:
    """Return what is mounted where, as Linux tells it; nothing elsewhere."""
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def engine_of(path: Path, *, create: bool = True, mounts: Callable[[], str] = read_mounts) -> sa.Engine:
    """Return an engine on a store's file with one lasting connection.

    Parameters
    ----------
    path
        The file. One that is made is readable by this account only, and so is its folder.
    create
        Whether to make a missing file.
    mounts
        Gives the text of ``/proc/mounts``.

    Raises
    ------
    StoreUnusable
        If the file is missing and must not be made, or lies on a network file system.
    """
    _refuse_network(path, mounts())
    if not path.exists():
        if not create:
            raise StoreUnusable(f"there is no store at {path}; run mdli generate, or correct its address")
        _make_file(path)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,  # parameters are what people wrote; they belong in no message
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """Return the same engine, whose transactions hold the write lock from their first moment.

    So what a transaction has read cannot change before it writes, in any process.
    """
    return engine.execution_options(mdli_write=True)


@contextlib.contextmanager
def unusable(path: Path) -> Iterator[None]:
    """Turn what SQLite, the file or the disk refuses into :class:`StoreUnusable` with the reason."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        way_out = next((out for sign, out in _WAYS_OUT.items() if sign in reason), "see docs/store.md")
        raise StoreUnusable(f"the store {path} cannot be used: {reason}; {way_out}") from None


def back_up(path: Path, to: Path) -> Path:
    """Copy a store while it may be in use; the copy is whole, private and a store itself.

    Parameters
    ----------
    path
        The store's file.
    to
        The copy; an older one is replaced.
    """
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    return part.replace(to)


def make_private(path: Path) -> None:
    """Take away what other accounts may do with a store and the files that SQLite keeps beside it."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


def _make_file(path: Path) -> None:
    if path.parent.name == ".mdli" or not path.parent.exists():
        private_folder(path.parent)  # any other folder is somebody's: the file's own mode must do
    path.touch(mode=0o600)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the file's name must outlive a power cut as well
    finally:
        os.close(folder)


def _refuse_network(path: Path, mounts: str) -> None:
    kind, where = _file_system(path.resolve(), mounts)
    if kind in NETWORK or (kind in SHARED_BY_A_HOST and where != "/"):
        raise StoreUnusable(
            f"{path} lies on a network file system ({kind} at {where}), where SQLite can lose answers; "
            "put the store on a disk of this machine"
        )


def _file_system(path: Path, mounts: str) -> tuple[str, str]:
    best = ("", "")
    for line in mounts.splitlines():
        _, where, kind, *_ = [*line.split(" "), "", "", ""]
        where = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), where)
        if where and path.is_relative_to(where) and len(where) >= len(best[1]):
            best = (kind, where)
    return best


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says, not where the driver guesses
    connection.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "fullfsync=ON", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
                return
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)  # SQLite itself does not wait when it changes the journal


def _begin(connection: sa.Connection) -> None:
    alone = connection.get_execution_options().get("mdli_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")
