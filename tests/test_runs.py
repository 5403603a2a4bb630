"""What became of reports and of runs: written down as it happens, so that a killed run is known, too."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mdli_workbook.runs import KEPT, Run, keep_runs, read_runs, record_run

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 3, 20, 2, tzinfo=UTC)
WHY = "its workbook was never generated; run mdli generate first"
FAILED = Run(AT, WHY)


def home(folder: Path) -> Path:
    return folder / ".mdli" / "runs"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in home(folder).iterdir())


def record(folder: Path, number: int = 1) -> dict[str, Any]:
    said = json.loads((home(folder) / f"{number:04d}.json").read_text("utf-8"))
    assert isinstance(said, dict)
    return said


def go(folder: Path, *ends: tuple[str, int, str, str], **about: Any) -> None:
    """Record a run in which these reports ended."""
    with record_run(folder, lambda: AT, folder, **about) as note:
        for end in ends:
            participant, session, ended, why = end
            note(participant, session, ended, why)


def kill(folder: Path, *ends: tuple[str, int, str, str]) -> None:
    """Leave behind what a run has written when it is killed after these reports ended."""
    with record_run(folder, lambda: AT, folder, jobs=2) as note:
        for end in ends:
            note(*end)
        [path] = home(folder).glob("*.jsonl")
        written = path.read_text("utf-8")
    path.with_suffix(".json").unlink()
    (home(folder) / "reports.json").unlink(missing_ok=True)
    path.write_text(written, "utf-8")


def test_how_reports_ended_is_read_again(tmp_path: Path) -> None:
    go(tmp_path, ("ana", 2, "failed", WHY))
    go(tmp_path, ("ben", 2, "made", ""))
    assert read_runs(tmp_path) == {("ana", 2): FAILED, ("ben", 2): Run(AT)}


def test_a_success_takes_the_place_of_a_failure(tmp_path: Path) -> None:
    go(tmp_path, ("ana", 2, "failed", WHY))
    go(tmp_path, ("ana", 2, "made", ""))
    assert read_runs(tmp_path) == {("ana", 2): Run(AT)}


@pytest.mark.parametrize("left", ["unchanged", "closed"])
def test_a_report_that_needs_no_making_has_not_failed_any_more(tmp_path: Path, left: str) -> None:
    go(tmp_path, ("ana", 2, "failed", WHY), ("ben", 2, "made", ""))
    go(tmp_path, ("ana", 2, left, ""), ("ben", 2, left, ""), ("cleo", 2, left, ""))
    assert read_runs(tmp_path) == {("ben", 2): Run(AT)}


def test_a_run_leaves_one_record(tmp_path: Path) -> None:
    ends = [("ana", 2, "failed", WHY), ("ben", 2, "made", ""), ("ben", 1, "closed", "")]
    go(tmp_path, *ends, ("cleo", 1, "unchanged", ""), ("cleo", 2, "made", ""), jobs=2)
    said = record(tmp_path)
    assert said.pop("seconds") >= 0
    assert said == {
        "begun_at": AT.isoformat(),
        "ended_at": AT.isoformat(),
        "jobs": 2,
        "made": 2,
        "failed": 1,
        "unchanged": 1,
        "closed": 1,
        "failures": [{"participant": "ana", "session": 2, "reason": WHY}],
    }
    assert names(tmp_path) == ["0001.json", "reports.json"]


def test_how_a_report_ended_is_known_while_its_run_goes_on(tmp_path: Path) -> None:
    go(tmp_path, ("ana", 2, "failed", WHY))
    with record_run(tmp_path, lambda: AT, tmp_path) as note:
        note("ana", 2, "unchanged", "")
        note("ben", 2, "failed", WHY)
        assert read_runs(tmp_path) == {("ben", 2): FAILED}


def test_a_run_that_is_stopped_has_a_record_without_an_end(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unpack"):
        go(tmp_path, ("ana", 2, "failed", WHY), ())  # type: ignore[arg-type]
    said = record(tmp_path)
    assert (said["ended_at"], said["seconds"], said["failed"]) == (None, None, 1)
    assert read_runs(tmp_path) == {("ana", 2): FAILED}


def test_what_a_killed_run_did_is_known_at_once_and_the_next_one_makes_its_record(tmp_path: Path) -> None:
    kill(tmp_path, ("ana", 2, "failed", WHY), ("ben", 2, "made", ""))
    assert read_runs(tmp_path) == {("ana", 2): FAILED, ("ben", 2): Run(AT)}
    go(tmp_path, ("ana", 2, "made", ""))
    killed, last = record(tmp_path, 1), record(tmp_path, 2)
    assert (killed["ended_at"], killed["made"], killed["failed"], killed["jobs"]) == (None, 1, 1, 2)
    assert (last["ended_at"], last["made"], last["failed"]) == (AT.isoformat(), 1, 0)
    assert read_runs(tmp_path) == {("ana", 2): Run(AT), ("ben", 2): Run(AT)}
    assert names(tmp_path) == ["0001.json", "0002.json", "reports.json"]


def test_a_run_that_is_killed_while_it_makes_its_record_has_one_record(tmp_path: Path) -> None:
    kill(tmp_path, ("ana", 2, "failed", WHY))
    written = (home(tmp_path) / "0001.jsonl").read_text("utf-8")
    go(tmp_path)
    first = record(tmp_path)
    (home(tmp_path) / "0001.jsonl").write_text(written, "utf-8")
    go(tmp_path)
    assert record(tmp_path) == first
    assert names(tmp_path) == ["0001.json", "0002.json", "0003.json", "reports.json"]


@pytest.mark.parametrize(
    "torn", ['{"participant": "ben", "sess', "[]", "7", '{"participant": "ben"}', "\0\0", '{"ended_at": "20']
)
def test_a_line_that_is_torn_says_nothing(tmp_path: Path, torn: str) -> None:
    kill(tmp_path, ("ana", 2, "failed", WHY))
    with (home(tmp_path) / "0001.jsonl").open("a", encoding="utf-8") as file:
        file.write(torn)
    assert read_runs(tmp_path) == {("ana", 2): FAILED}
    go(tmp_path)
    assert (record(tmp_path)["failed"], record(tmp_path)["made"]) == (1, 0)


def test_a_run_that_is_killed_before_it_said_anything_has_no_record(tmp_path: Path) -> None:
    kill(tmp_path)
    (home(tmp_path) / "0001.jsonl").write_text("")
    go(tmp_path)
    assert names(tmp_path) == ["0001.json"]
    assert record(tmp_path)["ended_at"] == AT.isoformat()


def test_the_records_of_the_last_runs_are_kept_and_no_other_file_is_touched(tmp_path: Path) -> None:
    go(tmp_path, ("ana", 2, "failed", WHY))
    (home(tmp_path) / "notes.json").write_text("{}")
    for _ in range(KEPT + 1):
        go(tmp_path)
    kept = [f"{number:04d}.json" for number in range(3, KEPT + 3)]
    assert names(tmp_path) == [*kept, "notes.json", "reports.json"]
    assert read_runs(tmp_path) == {("ana", 2): FAILED}, "how a report ended outlives the record of its run"


def test_all_of_it_is_for_this_account_alone(tmp_path: Path) -> None:
    with record_run(tmp_path, lambda: AT, tmp_path) as note:
        note("ana", 2, "failed", WHY)
        modes = [path.stat().st_mode for path in home(tmp_path).iterdir()]
    modes += [path.stat().st_mode for path in home(tmp_path).iterdir()]
    assert list(map(stat.S_IMODE, modes)) == [0o600] * 3
    assert stat.S_IMODE(home(tmp_path).stat().st_mode) == 0o700


def test_the_list_is_not_written_where_nothing_changed(tmp_path: Path) -> None:
    go(tmp_path, ("ana", 2, "unchanged", ""))
    assert names(tmp_path) == ["0001.json"]


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '[{"participant": "ana"}]', '[{"at": 1}]'])
def test_a_list_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    home(tmp_path).mkdir(parents=True)
    (home(tmp_path) / "reports.json").write_text(text)
    assert read_runs(tmp_path) == {}
    keep_runs(tmp_path, {("ana", 2): FAILED})
    assert read_runs(tmp_path) == {("ana", 2): FAILED}
