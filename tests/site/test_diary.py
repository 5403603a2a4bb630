"""The access log: ids and numbers, added to and never rewritten."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mdli_workbook.errors import SiteRefused
from mdli_workbook.site.diary import open_diary

if TYPE_CHECKING:
    from pathlib import Path


def now() -> datetime:
    return datetime(2026, 3, 19, 15, 0, tzinfo=UTC)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / ".mdli" / "access.log").read_text().splitlines()]


def test_a_line_says_who_opened_what_when_and_how_it_was_answered(tmp_path: Path) -> None:
    open_diary(tmp_path, now).write("coach-kim", "GET", "Report", "amara", 3, 200)
    assert lines(tmp_path) == [
        {
            "at": "2026-03-19T15:00:00.000+00:00",
            "coach": "coach-kim",
            "method": "GET",
            "page": "Report",
            "participant": "amara",
            "session": 3,
            "status": 200,
        }
    ]


@pytest.mark.parametrize("typed", ["", "Violet Harbor Seven", "x\ny", '{"a": 1}', "<b>", "a" * 65, "é"])
def test_what_is_no_id_is_not_written(tmp_path: Path, typed: str) -> None:
    open_diary(tmp_path, now).write(typed, typed, typed, typed, 0, 404)
    [line] = lines(tmp_path)
    assert (line["coach"], line["method"], line["page"], line["participant"]) == ("-", "-", "-", "")
    if typed:
        assert typed not in (tmp_path / ".mdli" / "access.log").read_text()


def test_many_at_once_leave_whole_lines(tmp_path: Path) -> None:
    diary = open_diary(tmp_path, now)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: diary.write("coach-kim", "GET", "Report", "amara", n, 200), range(400)))
    assert sorted(line["session"] for line in lines(tmp_path)) == list(range(400))


def test_it_is_this_accounts_alone_and_begins_anew_when_it_was_moved_away(tmp_path: Path) -> None:
    diary = open_diary(tmp_path, now)
    path = tmp_path / ".mdli" / "access.log"
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    diary.write("coach-kim", "GET", "Index")
    path.rename(path.with_suffix(".2026-03"))
    diary.write("coach-lee", "GET", "Index")
    assert [line["coach"] for line in lines(tmp_path)] == ["coach-lee"]
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_a_second_start_goes_on_after_the_last_line(tmp_path: Path) -> None:
    for coach in ("coach-kim", "coach-lee"):
        open_diary(tmp_path, now).write(coach, "GET", "Index")
    assert [line["coach"] for line in lines(tmp_path)] == ["coach-kim", "coach-lee"]


def test_a_log_that_others_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    path = open_diary(tmp_path, now).path
    path.chmod(0o644)
    with pytest.raises(SiteRefused, match=r"chmod 600 \.mdli/access\.log"):
        open_diary(tmp_path, now)
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch(mode=0o600)
    path.symlink_to(elsewhere)
    with pytest.raises(SiteRefused, match=r"access\.log cannot be opened"):
        open_diary(tmp_path, now)
