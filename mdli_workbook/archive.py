"""A backup as a file: what it holds, how it is written, and how one that somebody handed over is read.

A zip file with a manifest in front: path, size and SHA-256 of each file. What several files have in common is
in it once. Reading trusts nothing: only plain files with plain relative names are taken, of exactly the sizes
and hashes that the manifest says, and everything wrong is told before anything is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mdli_workbook.errors import Problem, RecordsRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["FORMAT", "TOPS", "Archive", "Item", "open_archive", "write_archive"]

FORMAT = 1
"""Version of the archive's shape."""
MANIFEST = "manifest.json"
FILES = ("program.toml", "roster.csv", "coaches.csv", "calls.csv", "learners.csv", ".gitignore")
TOPS = (*FILES, "templates", "workbooks", "reports", ".mdli")
"""Everything of a program folder that a backup may hold."""
_PIECE = 1 << 20
_LARGEST_MANIFEST = 256 << 20
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a backup."""

    path: str
    size: int
    sha256: str
    mode: int


@dataclass(frozen=True)
class Archive:
    """A backup that was read through: every file is there and is what the manifest says.

    Parameters
    ----------
    file
        The zip file.
    made_at
        When it was made (UTC).
    items
        Its files.
    said
        The rest of the manifest.
    """

    file: Path
    made_at: datetime
    items: tuple[Item, ...]
    said: Mapping[str, Any]

    def unpack(self, folder: Path) -> None:
        """Write all files into an empty folder, checking each again while it is written.

        Raises
        ------
        RecordsRefused
            If the file was changed meanwhile.
        """
        first = _first_of(self.items)
        with _zip(self.file) as bundle:
            for item in self.items:
                path = folder / item.path
                path.parent.mkdir(parents=True, exist_ok=True)
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as target:
                    problem = _read_through(bundle, first[item.sha256].path, item, target.write)
                    if problem:
                        raise RecordsRefused([_at(self.file, f"{item.path}: {problem}")])
                    target.flush()
                    os.fsync(target.fileno())
                path.chmod(
                    item.mode & 0o700 or 0o600 if _is_private(item.path) else item.mode & 0o755 | 0o600
                )


def _is_private(path: str) -> bool:
    """Whether a file holds people's data: then it is this account's only, whatever a manifest says."""
    return not path.startswith("templates/") and path != "program.toml"


def write_archive(
    part: Path, files: Mapping[str, Path], said: Mapping[str, Any], made_at: datetime
) -> tuple[Item, ...]:
    """Write a backup and make it durable; it is not read back here.

    Parameters
    ----------
    part
        Where to; readable by this account only.
    files
        Path in the program folder, and where its content is.
    said
        What else the manifest says.
    made_at
        When.
    """
    items = [_item(name, path) for name, path in files.items()]
    first = _first_of(items)
    manifest = {
        "what": "program-backup",
        "format": FORMAT,
        "made_at": made_at.isoformat(timespec="seconds"),
        **said,
        "files": [
            {"path": one.path, "bytes": one.size, "sha256": one.sha256, "mode": f"{one.mode:04o}"}
            for one in items
        ],
    }
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
            _put(bundle, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            for one in first.values():
                with (
                    bundle.open(_info(one.path), "w", force_zip64=True) as entry,
                    files[one.path].open("rb") as file,
                ):
                    while piece := file.read(_PIECE):
                        entry.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return tuple(items)


def _put(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    bundle.writestr(_info(name), content)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _item(name: str, path: Path) -> Item:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return Item(name, size, digest.hexdigest(), mode)


def _first_of(items: Iterable[Item]) -> dict[str, Item]:
    first: dict[str, Item] = {}
    for one in items:
        first.setdefault(one.sha256, one)
    return first


def open_archive(file: Path) -> Archive:
    """Read a backup from its first byte to its last, and keep nothing of it but the manifest.

    Raises
    ------
    RecordsRefused
        With everything wrong in it.
    """
    with _zip(file) as bundle:
        said = _manifest(file, bundle)
        items, made_at = _items(file, said)
        problems = [*_wrong_names(bundle, items), *_wrong_contents(bundle, items)]
    if problems:
        more = [f"and {len(problems) - _MOST_TOLD} more"] if len(problems) > _MOST_TOLD else []
        raise RecordsRefused(_at(file, one) for one in (*problems[:_MOST_TOLD], *more))
    return Archive(file, made_at, items, said)


def _zip(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise RecordsRefused(
            [_at(file, f"is no whole backup ({type(error).__name__}); take another one")]
        ) from None


def _at(file: Path, message: str) -> Problem:
    return Problem(file.name, 0, message)


def _manifest(file: Path, bundle: zipfile.ZipFile) -> dict[str, Any]:
    try:
        info = bundle.getinfo(MANIFEST)
        if info.file_size > _LARGEST_MANIFEST:
            raise RecordsRefused(
                [_at(file, f"its {MANIFEST} has {info.file_size:,} bytes, more than any backup's")]
            )
        said = json.loads(bundle.read(info))
    except KeyError:
        raise RecordsRefused([_at(file, f"has no {MANIFEST}; it was not made by mdli backup")]) from None
    except (
        ValueError,
        RecursionError,
        zlib.error,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ):
        raise RecordsRefused([_at(file, f"its {MANIFEST} cannot be read; take another backup")]) from None
    if not isinstance(said, dict) or said.get("what") != "program-backup":
        raise RecordsRefused([_at(file, f"its {MANIFEST} is not one of mdli backup")])
    if said.get("format") != FORMAT:
        raise RecordsRefused(
            [
                _at(
                    file,
                    f"has format {said.get('format')!r}, this version reads {FORMAT}; install a newer one",
                )
            ]
        )
    return said


def _items(file: Path, said: Mapping[str, Any]) -> tuple[tuple[Item, ...], datetime]:
    try:
        items = tuple(
            Item(str(one["path"]), int(one["bytes"]), str(one["sha256"]), int(str(one["mode"]), 8))
            for one in said["files"]
        )
        made_at = datetime.fromisoformat(said["made_at"])
        assert made_at.tzinfo is not None
        assert all(one.size >= 0 for one in items)
    except (KeyError, TypeError, ValueError, AssertionError):
        raise RecordsRefused([_at(file, f"its {MANIFEST} is damaged; take another backup")]) from None
    return items, made_at


def _wrong_names(bundle: zipfile.ZipFile, items: tuple[Item, ...]) -> Iterator[str]:
    """Yield what may not be written at all, or is in the archive and not in its manifest."""
    seen: set[str] = set()
    for item in items:
        name = item.path
        if not _is_safe(name):
            yield f"{name[:200]!r}: is no path of a program's file"
        if name.casefold() in seen:
            yield f"{name[:200]!r}: is there twice"
        seen.add(name.casefold())
    folders = {str(above).casefold() for one in items for above in PurePosixPath(one.path).parents}
    yield from (f"{name[:200]!r}: is a file and a folder" for name in sorted(seen & folders))
    expected = {one.path for one in _first_of(items).values()} | {MANIFEST}
    found: set[str] = set()
    for info in bundle.infolist():
        name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
        if name not in expected:
            yield f"{name[:200]!r}: is in the archive and not in its {MANIFEST}"
        if name in found:
            yield f"{name[:200]!r}: is in the archive twice"
        if kind not in {0, stat.S_IFREG}:
            yield f"{name[:200]!r}: is no plain file"
        found.add(name)


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    plain = not any(one in {"", ".", ".."} or "\\" in one or ":" in one or "\0" in one for one in parts)
    printable = name.isprintable() and len(name.encode("utf-8", "replace")) < 1_000
    short = all(len(one.encode("utf-8", "replace")) < 250 for one in parts)
    is_file = len(parts) > 1 or parts[0] in FILES
    return plain and printable and short and parts[0] in TOPS and is_file


def _wrong_contents(bundle: zipfile.ZipFile, items: tuple[Item, ...]) -> Iterator[str]:
    for item in _first_of(items).values():
        problem = _read_through(bundle, item.path, item, lambda _: None)
        if problem:
            yield f"{item.path[:200]!r}: {problem}"
    sizes: dict[str, int] = {}
    for item in items:
        if sizes.setdefault(item.sha256, item.size) != item.size:
            yield f"{item.path[:200]!r}: has another size than the same content elsewhere"


def _read_through(bundle: zipfile.ZipFile, name: str, item: Item, take: Callable[[bytes], object]) -> str:
    """Read one file piece by piece, never more than it is said to have; return what is wrong with it."""
    digest, size = hashlib.sha256(), 0
    try:
        info = bundle.getinfo(name)
        if info.file_size != item.size:
            return f"has {info.file_size:,} bytes, and {item.size:,} by the manifest"
        with bundle.open(info) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > item.size:
                    return "is longer than it says"
                digest.update(piece)
                take(piece)
    except KeyError:
        return "is missing"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        return f"cannot be read ({type(error).__name__})"
    return "" if size == item.size and digest.hexdigest() == item.sha256 else "is not what was backed up"
