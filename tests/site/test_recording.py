"""Requests that wait for the disk wait together, and each hears how it went."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from mdli_workbook.answers import Event
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.site.recording import Recorder


def event(name: str) -> Event:
    return Event(name, "report-read", "kim", "ana", datetime(2026, 3, 3, tzinfo=UTC), 3)


class Slow:
    """Writes nothing before it may, and remembers what it wrote at once."""

    def __init__(self, *, fails: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.began, self.may = threading.Event(), threading.Event()
        self.fails = fails

    def __call__(self, *events: Event) -> None:
        self.began.set()
        assert self.may.wait(20)
        self.batches.append([one.id for one in events])
        if self.fails and len(self.batches) == 2:
            raise StoreUnusable("the disk is full")


def test_whoever_comes_while_the_disk_is_busy_is_written_at_once_with_the_others() -> None:
    slow = Slow()
    recorder = Recorder(slow)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(recorder.record, event("0"))
        assert slow.began.wait(20)
        others = [pool.submit(recorder.record, event(str(number))) for number in range(1, 6)]
        while len(recorder._waiting) < 5:
            assert not any(one.done() for one in (first, *others))
            time.sleep(0.01)
        slow.may.set()
    assert slow.batches[0] == ["0"]
    assert sorted(slow.batches[1]) == ["1", "2", "3", "4", "5"]


def test_what_could_not_be_written_is_told_to_each_of_them_and_hinders_nobody_later() -> None:
    slow = Slow(fails=True)
    recorder = Recorder(slow)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(recorder.record, event("0"))
        assert slow.began.wait(20)
        others = [pool.submit(recorder.record, event(str(number))) for number in (1, 2)]
        while len(recorder._waiting) < 2:
            time.sleep(0.01)
        slow.may.set()
        assert first.exception() is None
        for one in others:
            with pytest.raises(StoreUnusable, match="the disk is full"):
                one.result()
    recorder.record(event("3"))
    assert slow.batches[-1] == ["3"]
