"""What became of each report and of each run of ``mdli report``. Ids, counts and reasons, nobody's words.

A run writes down each report as it ends, so that one which is killed is known as far as it came. The
coach site reads how a report ended, so that one which is not there has a reason.

In ``.mdli/runs``, 0600:

``reports.json``
    How each report ended when it was last made.
``0017.json``
    The record of a run, by number; those of the last hundred are kept.
``0017.jsonl``
    A run that goes on, or was killed: a line when it begins, one for each report, one when it ends. The
    next run makes a record of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mdli_workbook.files import private_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["KEPT", "Run", "keep_runs", "read_runs", "record_run"]

Key = tuple[str, int]
"""Participant and session."""
KEPT = 100
"""How many runs leave a record."""
_ENDS = ("made", "failed", "unchanged", "closed")


@dataclass(frozen=True, slots=True)
class Run:
    """How one report ended.

    Parameters
    ----------
    at
        When (UTC).
    failure
        Why there is none, in one sentence; ``""`` if it was made.
    """

    at: datetime
    failure: str = ""


def read_runs(folder: Path) -> dict[Key, Run]:
    """Return how each report of a program ended last; nothing where that was not kept or cannot be read."""
    # in this order: what a run wrote down becomes part of the list
    said = [line for path in _unfinished(folder) for line in _lines(path)]
    return _after(_read_list(folder), said)


def keep_runs(folder: Path, runs: Mapping[Key, Run], scratch: Path | None = None) -> None:
    """Keep how each report ended last; nothing is written where that is what is kept already.

    Parameters
    ----------
    folder
        The program folder, whose lock is held.
    runs
        All of them, as :func:`read_runs` returns them.
    scratch
        For the unfinished file.
    """
    if runs == _read_list(folder):
        return
    said = [
        {"participant": who, "session": session, "at": run.at.isoformat(), "failure": run.failure}
        for (who, session), run in sorted(runs.items())
    ]
    _write(_home(folder) / "reports.json", said, scratch)


@contextlib.contextmanager
def record_run(
    folder: Path, now: Callable[[], datetime], scratch: Path, **about: Any
) -> Iterator[Callable[[str, int, str, str], None]]:
    """Write down a run while it goes on, after what is left of one that was killed.

    Yields what is to be called as each report ends, with participant, session, how it ended (``made``,
    ``failed``, ``unchanged`` or ``closed``), and why it failed, if so. A run that does not come to its end
    has a record without ``ended_at``.

    Parameters
    ----------
    folder
        The program folder, whose lock is held.
    now
        The clock.
    scratch
        For unfinished files.
    about
        What the record says of the run besides.
    """
    _take_up(folder, scratch)
    began = time.monotonic()
    path = _of(folder, max(_numbers(folder), default=0) + 1).with_suffix(".jsonl")
    private_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", buffering=1, encoding="utf-8") as file:

            def tell(**said: Any) -> None:
                file.write(json.dumps(said) + "\n")  # one write, so that a killed run leaves whole lines

            def note(participant: str, session: int, ended: str, failure: str = "") -> None:
                at = now().isoformat()
                tell(participant=participant, session=session, at=at, ended=ended, failure=failure)

            tell(begun_at=now().isoformat(), **about)
            yield note
            tell(ended_at=now().isoformat(), seconds=round(time.monotonic() - began, 3))
    finally:
        _take_up(folder, scratch)


def _take_up(folder: Path, scratch: Path) -> None:
    """Make a record of what was written down; done twice it is the same."""
    for path in _unfinished(folder):
        keep_runs(folder, _after(_read_list(folder), _lines(path)), scratch)
        record = _record(_lines(path))
        if "begun_at" in record:
            _write(path.with_suffix(".json"), record, scratch)
        path.unlink()
    for number in sorted(_numbers(folder))[:-KEPT]:
        _of(folder, number).unlink(missing_ok=True)


def _record(lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    about: dict[str, Any] = {}
    ends: Counter[str] = Counter()
    failures = []
    for line in lines:
        if "participant" not in line:
            about |= line
            continue
        ends[line["ended"]] += 1
        if line["failure"]:
            failed = {"participant": line["participant"], "session": line["session"]}
            failures.append(failed | {"reason": line["failure"]})
    about |= {name: about.get(name) for name in ("ended_at", "seconds")}
    return about | {end: ends[end] for end in _ENDS} | {"failures": failures}


def _after(before: dict[Key, Run], lines: Iterable[dict[str, Any]]) -> dict[Key, Run]:
    """Return how reports ended last, given what was known and what a run wrote down."""
    after = dict(before)
    for line in lines:
        if "participant" not in line:
            continue
        key = line["participant"], line["session"]
        if line["ended"] in {"made", "failed"}:
            after[key] = Run(datetime.fromisoformat(line["at"]), line["failure"])
        elif key in after and after[key].failure:  # it is fine as it stands: an old failure is over
            del after[key]
    return after


def _read_list(folder: Path) -> dict[Key, Run]:
    try:
        kept = json.loads((_home(folder) / "reports.json").read_text("utf-8"))
        return {
            (one["participant"], int(one["session"])): Run(datetime.fromisoformat(one["at"]), one["failure"])
            for one in kept
        }
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what a run wrote down, without a line that a power cut has torn."""
    with contextlib.suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            with contextlib.suppress(ValueError, TypeError, KeyError):
                said = dict(json.loads(line))
                if "participant" in said:
                    datetime.fromisoformat(said["at"]), int(said["session"]), said["ended"], said["failure"]
                yield said


def _write(path: Path, said: object, scratch: Path | None) -> None:
    private_folder(path.parent)
    write_whole(path, json.dumps(said, indent=1) + "\n", mode=0o600, scratch=scratch)


def _numbers(folder: Path) -> list[int]:
    return [int(one.stem) for one in _home(folder).glob("*.json") if one.stem.isdecimal()]


def _of(folder: Path, number: int) -> Path:
    return _home(folder) / f"{number:04d}.json"


def _unfinished(folder: Path) -> list[Path]:
    return sorted(_home(folder).glob("*.jsonl"))


def _home(folder: Path) -> Path:
    return folder / ".mdli" / "runs"
