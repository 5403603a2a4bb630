"""How each report ended when it was last made is kept, and an old failure does not outlive its end."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.runs import Run, keep_runs, read_runs

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 3, 20, 2, tzinfo=UTC)
FAILED = Run(AT, "its workbook was never generated; run mdli generate first")


def file(folder: Path) -> Path:
    return folder / ".mdli" / "runs" / "reports.json"


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    keep_runs(tmp_path, {("ana", 2): FAILED})
    keep_runs(tmp_path, {("ben", 2): Run(AT)})
    assert read_runs(tmp_path) == {("ana", 2): FAILED, ("ben", 2): Run(AT)}


def test_a_success_takes_the_place_of_a_failure(tmp_path: Path) -> None:
    keep_runs(tmp_path, {("ana", 2): FAILED})
    keep_runs(tmp_path, {("ana", 2): Run(AT)})
    assert read_runs(tmp_path) == {("ana", 2): Run(AT)}


def test_a_report_that_needs_no_making_has_not_failed_any_more(tmp_path: Path) -> None:
    keep_runs(tmp_path, {("ana", 2): FAILED, ("ben", 2): Run(AT)})
    keep_runs(tmp_path, {}, settled=[("ana", 2), ("ben", 2), ("cleo", 2)])
    assert read_runs(tmp_path) == {("ben", 2): Run(AT)}


def test_it_is_for_this_account_alone(tmp_path: Path) -> None:
    keep_runs(tmp_path, {("ana", 2): FAILED})
    assert stat.S_IMODE(file(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(file(tmp_path).parent.stat().st_mode) == 0o700


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    keep_runs(tmp_path, {}, settled=[("ana", 2)])
    assert not file(tmp_path).exists()


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '[{"participant": "ana"}]', '[{"at": 1}]'])
def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    file(tmp_path).parent.mkdir(parents=True)
    file(tmp_path).write_text(text)
    assert read_runs(tmp_path) == {}
    keep_runs(tmp_path, {("ana", 2): FAILED})
    assert read_runs(tmp_path) == {("ana", 2): FAILED}
