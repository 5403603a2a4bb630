"""The store among processes: many at once, killed in the middle, on a full disk, forked."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.errors import StoreUnusable
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAVE = """
import resource, sys
from uuid import uuid4
from mdli_workbook.answers import Draft, Saved
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.store import Store

address, count, limit, shares = sys.argv[1], *map(int, sys.argv[2:])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
with Store.open(address) as store:
    print("open", flush=True)
    sys.stdin.readline()
    for number in range(count):
        value = {"text": "x" * 500}
        draft = Draft(str(uuid4()), "ana", "spring", "ana", 2, "visits", value, "coach", str(uuid4()))
        try:
            assert isinstance(store.save(draft), Saved)
            if shares and number % 5 == 0:
                store.share(id=str(uuid4()), author="ana", cohort="spring", participant="ana", session=2,
                            exercise="visits", audience="coach")
        except StoreUnusable as error:
            print("refused", error, flush=True)
            break
        print(draft.entry, flush=True)
"""


class Saver:
    """A process that saves answers and prints the entry of each one that it was told is saved."""

    def __init__(self, address: str, count: int, limit: int = 0, shares: int = 0) -> None:
        command = [sys.executable, "-c", SAVE, address, str(count), str(limit), str(shares)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait_until_open(self) -> None:
        assert self.line() == "open"

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def rest(self) -> list[str]:
        return self.process.communicate(timeout=120)[0].splitlines()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Saver]]:
    running: list[Saver] = []

    def launch(count: int, **settings: int) -> Saver:
        running.append(Saver(address_of(tmp_path / "answers.db"), count, **settings))
        return running[-1]

    yield launch
    for saver in running:
        saver.process.kill()
        saver.process.communicate()


def entries_in(path: Path) -> set[str]:
    with Store.open(address_of(path), create=False) as store:
        return {row.entry for row in store.newest("ana")} - {""}


def test_many_processes_making_one_store_and_saving_at_once_lose_nothing(
    tmp_path: Path, start: Callable[..., Saver]
) -> None:
    savers = [start(25, shares=1) for _ in range(4)]  # all of them find no store and make it
    for saver in savers:
        saver.wait_until_open()
    for saver in savers:
        saver.go()
    printed = [line for saver in savers for line in saver.rest()]
    assert all(saver.process.returncode == 0 for saver in savers)
    assert len(printed) == 100
    assert entries_in(tmp_path / "answers.db") == set(printed)


def test_what_was_told_to_be_saved_outlives_kill_9(tmp_path: Path, start: Callable[..., Saver]) -> None:
    told: set[str] = set()
    for lines in (1, 7, 20):
        saver = start(100_000, shares=1)
        saver.wait_until_open()
        saver.go()
        told |= {saver.line() for _ in range(lines)}
        saver.process.kill()
        told |= {line for line in saver.rest() if len(line) == 36}
        assert told <= entries_in(tmp_path / "answers.db")


def test_a_full_disk_is_told_and_costs_nothing_that_was_saved(
    tmp_path: Path, start: Callable[..., Saver]
) -> None:
    saver = start(100_000, limit=250_000)  # no file may grow beyond this
    saver.wait_until_open()
    saver.go()
    *told, refusal = saver.rest()
    assert refusal.startswith("refused the store ")
    assert "cannot be used: " in refusal
    assert "xxx" not in refusal
    assert len(told) > 10
    assert entries_in(tmp_path / "answers.db") == set(told)
    again = start(5)
    again.go()
    assert len(again.rest()) == 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_must_open_the_store_itself(tmp_path: Path) -> None:
    with Store.open(address_of(tmp_path / "answers.db")) as store:
        child = os.fork()
        if not child:
            try:
                store.newest("ana")
            except StoreUnusable:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert store.newest("ana") == ()
