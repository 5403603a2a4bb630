"""Setting and checking passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mdli_workbook.errors import InputError, SiteRefused
from mdli_workbook.site.passwords import check_password, mark_of, read_hashes, set_password

if TYPE_CHECKING:
    from pathlib import Path


def test_a_password_that_was_set_is_right_and_no_other_is(tmp_path: Path) -> None:
    set_password(tmp_path, "coach-kim", "violet harbor seven")
    hashes = read_hashes(tmp_path)
    assert hashes["coach-kim"].startswith("argon2:")
    assert check_password(hashes, "coach-kim", "violet harbor seven")
    assert not check_password(hashes, "coach-kim", "violet harbor sevem")
    assert not check_password(hashes, "coach-lee", "violet harbor seven")


def test_the_same_password_again_signs_out_too(tmp_path: Path) -> None:
    marks = set()
    for _ in range(2):
        set_password(tmp_path, "coach-kim", "violet harbor seven")
        marks.add(mark_of(read_hashes(tmp_path)["coach-kim"]))
    assert len(marks) == 2


@pytest.mark.parametrize(
    ("coach_id", "password", "said"),
    [
        ("coach-kim", "short", "has 5 characters: a password has 10 to 256"),
        ("coach-kim", "x" * 257, "has 257 characters"),
        ("Coach Kim", "violet harbor seven", "coach id 'Coach Kim': an id has 1 to 64 of a-z"),
        ("../coach", "violet harbor seven", "coach id '../coach'"),
        ("", "", "coach id ''"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(
    tmp_path: Path, coach_id: str, password: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        set_password(tmp_path, coach_id, password)
    assert said in str(caught.value)
    assert not (tmp_path / ".mdli").exists()


@pytest.mark.parametrize("kept", ["", "[]", '{"coach-kim": "argon2:x"}', '{"coach-kim": {}}', "\xff"])
def test_a_file_that_is_not_ours_is_refused_and_kept(tmp_path: Path, kept: str) -> None:
    (tmp_path / ".mdli").mkdir()
    path = tmp_path / ".mdli" / "coaches.json"
    path.write_text(kept, encoding="latin-1")
    with pytest.raises(SiteRefused):
        set_password(tmp_path, "coach-kim", "violet harbor seven")
    assert path.read_text(encoding="latin-1") == kept


def test_a_hash_of_another_kind_lets_nobody_in() -> None:
    assert not check_password({"coach-kim": ""}, "coach-kim", "")
    assert not check_password({"coach-kim": "plain text"}, "coach-kim", "plain text")
