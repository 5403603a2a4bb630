"""Reports on disk say what they show, and go as soon as something in them is withdrawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mdli_workbook import shelf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass
class Withdrawn:
    """Answers the two questions that a shelf asks of a store."""

    ids: frozenset[str]
    kept: frozenset[tuple[str, int, str]] = frozenset()

    def closed(self, exercises: Iterable[tuple[str, int, str]]) -> frozenset[tuple[str, int, str]]:
        return self.kept & frozenset(exercises)

    def unshared(self, ids: Iterable[str]) -> frozenset[str]:
        return self.ids & frozenset(ids)


def put(folder: Path, participant: str, answers: list[str], **changes: object) -> Path:
    marker = {
        "report": True,
        "cohort": "spring",
        "participant": participant,
        "session": 2,
        "slug": "listen",
        "title": "Listen",
        "answers": answers,
        "exercises": ["2/why", "1/next-step"],
        "fingerprint": "f",
        "made_at": "2026-03-20T17:00:00+00:00",
    }
    path = shelf.report_path(folder, "spring", participant, "02-listen")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"metadata": {"mdli": marker | changes}, "cells": []}))
    return path


def test_a_report_says_what_it_is(tmp_path: Path) -> None:
    path = put(tmp_path, "ana", ["a1", "a2"])
    marker = shelf.read_marker(path)
    assert marker == shelf.Marker(
        "spring",
        "ana",
        2,
        "listen",
        "Listen",
        ("a1", "a2"),
        ("2/why", "1/next-step"),
        shelf.Fingerprint("", "", "f"),
        datetime(2026, 3, 20, 17, tzinfo=UTC),
    )
    assert marker is not None
    assert marker.stem == "02-listen"
    assert list(shelf.find_reports(tmp_path)) == [path]


def test_what_is_no_report_has_no_marker(tmp_path: Path) -> None:
    path = put(tmp_path, "ana", [])
    for text in ("", "{", "[]", "null", '{"metadata": {}}', '{"metadata": {"mdli": {"report": true}}}'):
        path.write_text(text)
        assert shelf.read_marker(path) is None
    assert shelf.read_marker(tmp_path / "absent.ipynb") is None
    assert shelf.read_marker(put(tmp_path, "ana", [], report=False)) is None
    assert shelf.read_marker(put(tmp_path, "ana", [], extra=1)) is None
    assert shelf.read_marker(put(tmp_path, "ana", [], exercises=["why"])) is None


@pytest.mark.parametrize(
    "damage",
    [
        {"exercises": ["\u00b2/why"]},
        {"cohort": ["spring"]},
        {"session": "2"},
        {"made_at": "2026-03-20T17:00"},
    ],
)
def test_one_damaged_report_keeps_no_other_from_being_taken_down(
    tmp_path: Path, damage: dict[str, object]
) -> None:
    assert shelf.read_marker(put(tmp_path, "ana", ["a1"], **damage)) is None
    gone = put(tmp_path, "ben", ["b1"])
    shelf.report_path(tmp_path, "spring", "cy", "02-listen").parent.mkdir()
    shelf.report_path(tmp_path, "spring", "cy", "02-listen").write_text("[" * 100_000)
    assert shelf.take_down_withdrawn(tmp_path, Withdrawn(frozenset({"a1", "b1"}))) == (gone,)


def test_only_reports_that_show_something_withdrawn_are_taken_down(tmp_path: Path) -> None:
    kept, gone = put(tmp_path, "ana", ["a1"]), put(tmp_path, "ben", ["b1", "b2"])
    assert shelf.take_down_withdrawn(tmp_path, Withdrawn(frozenset({"b2"}))) == (gone,)
    assert kept.exists()
    assert not gone.parent.exists()


def test_a_report_that_only_names_what_is_kept_from_the_coach_goes_too(tmp_path: Path) -> None:
    put(tmp_path, "ben", [])
    gone = put(tmp_path, "ana", [])
    kept = Withdrawn(frozenset(), frozenset({("ana", 1, "next-step")}))
    assert shelf.take_down_withdrawn(tmp_path, kept) == (gone,)


def test_one_participants_withdrawal_leaves_the_others_alone(tmp_path: Path) -> None:
    put(tmp_path, "ana", ["a1"])
    put(tmp_path, "ben", ["b1"])
    everything = Withdrawn(frozenset({"a1", "b1"}))
    assert [path.parent.name for path in shelf.take_down_withdrawn(tmp_path, everything, "ben")] == ["ben"]


def rendered(report: Path) -> Path:
    """Put a page beside those that were rendered from a report."""
    home, begin = shelf.pages_of(report)
    home.mkdir(parents=True, exist_ok=True)
    page = home / f"{begin}key.etag.html"
    page.write_text("what they shared")
    return page


def test_rendered_pages_go_with_what_is_withdrawn_and_with_what_nobody_can_read(tmp_path: Path) -> None:
    kept, gone = put(tmp_path, "ana", ["a1"]), put(tmp_path, "ben", ["b1"])
    damaged, removed = put(tmp_path, "cy", ["c1"]), put(tmp_path, "dan", ["d1"])
    pages = [rendered(one) for one in (kept, gone, damaged, removed)]
    damaged.write_text("half a rep")
    removed.unlink()
    shelf.take_down_withdrawn(tmp_path, Withdrawn(frozenset({"b1"})))
    assert [page.exists() for page in pages] == [True, False, False, False]


def test_a_report_of_an_older_version_is_still_one_and_fits_nothing(tmp_path: Path) -> None:
    marker = shelf.read_marker(put(tmp_path, "ana", ["a1"], fingerprint="f" * 64))
    assert marker is not None
    hashes = {"template": "t", "package": "p", "briefing": "b"}
    assert marker.fingerprint != shelf.Fingerprint(**hashes)
    newer = shelf.read_marker(put(tmp_path, "ana", ["a1"], fingerprint=hashes))
    assert newer is not None
    assert newer.fingerprint == shelf.Fingerprint(**hashes)
    assert newer.mark != marker.mark
    assert shelf.read_marker(put(tmp_path, "ana", ["a1"], fingerprint=["f"])) is None
    assert shelf.read_marker(put(tmp_path, "ana", ["a1"], fingerprint={"other": "f"})) is None


def test_a_folder_with_other_files_stays(tmp_path: Path) -> None:
    path = put(tmp_path, "ana", ["a1"])
    note = path.parent / "note.txt"
    note.write_text("mine")
    shelf.take_down(path)
    assert note.exists()
    shelf.take_down(path)
