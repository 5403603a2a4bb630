"""One-time codes for a new password."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.errors import InputError, SiteRefused
from mdli_workbook.site.codes import make_code, use_code
from mdli_workbook.site.passwords import check_password, read_hashes, set_password

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEW = "a new and longer one"
BEGAN = datetime(2026, 3, 19, 15, 0, tzinfo=UTC)


def at(**later: float) -> Callable[[], datetime]:
    return lambda: BEGAN + timedelta(**later)


def is_right(folder: Path, password: str) -> bool:
    return check_password(read_hashes(folder), "coach-kim", password)


def test_a_code_sets_one_new_password_and_no_second(tmp_path: Path) -> None:
    set_password(tmp_path, "coach-kim", "violet harbor seven")
    code = make_code(tmp_path, "coach-kim", at())
    assert re.fullmatch(r"([2-9a-hj-km-np-z]{5}-){3}[2-9a-hj-km-np-z]{5}", code)
    assert is_right(tmp_path, "violet harbor seven"), "the old one holds until then"
    assert use_code(tmp_path, "coach-kim", code, NEW, at(hours=23))
    assert is_right(tmp_path, NEW)
    assert not use_code(tmp_path, "coach-kim", code, "and yet another one", at(hours=23))
    assert is_right(tmp_path, NEW)


def test_a_coach_without_a_password_may_begin_with_a_code(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    assert use_code(tmp_path, "coach-kim", f" {code.upper().replace('-', ' ')} ", NEW, at(minutes=1))
    assert is_right(tmp_path, NEW)


def test_a_code_ends_after_a_day(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    assert not use_code(tmp_path, "coach-kim", code, NEW, at(days=1))
    assert read_hashes(tmp_path) == {}


@pytest.mark.parametrize(
    ("who", "typed"), [("coach-lee", None), ("coach-kim", ""), ("coach-kim", "aaaaa-bbbbb")]
)
def test_no_other_code_and_no_other_coach_fits(tmp_path: Path, who: str, typed: str | None) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    assert not use_code(tmp_path, who, code if typed is None else typed, NEW, at())
    assert use_code(tmp_path, "coach-kim", code, NEW, at())


def test_a_newer_code_ends_the_older_one_and_no_other_coachs(tmp_path: Path) -> None:
    lees = make_code(tmp_path, "coach-lee", at())
    first, second = (make_code(tmp_path, "coach-kim", at()) for _ in range(2))
    assert not use_code(tmp_path, "coach-kim", first, NEW, at())
    assert use_code(tmp_path, "coach-kim", second, NEW, at())
    assert use_code(tmp_path, "coach-lee", lees, NEW, at())


def test_a_password_that_was_set_otherwise_ends_the_code(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    set_password(tmp_path, "coach-kim", "violet harbor seven")
    assert not use_code(tmp_path, "coach-kim", code, NEW, at())


def test_a_copy_of_the_used_code_put_back_opens_nothing(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    kept = tmp_path / ".mdli" / "resets.json"
    copy = kept.read_text()
    assert use_code(tmp_path, "coach-kim", code, NEW, at())
    kept.write_text(copy)
    assert not use_code(tmp_path, "coach-kim", code, "and yet another one", at())


def test_a_password_that_cannot_be_used_does_not_use_the_code_up(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    with pytest.raises(InputError, match="has 5 characters"):
        use_code(tmp_path, "coach-kim", code, "short", at())
    assert use_code(tmp_path, "coach-kim", code, NEW, at())


def test_of_two_at_once_with_the_same_code_one_wins(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(lambda n: use_code(tmp_path, "coach-kim", code, f"{NEW} {n}", at()), range(4)))
    assert won.count(True) == 1
    assert is_right(tmp_path, f"{NEW} {won.index(True)}")


def test_only_a_hash_is_kept_and_for_this_account_alone(tmp_path: Path) -> None:
    code = make_code(tmp_path, "coach-kim", at())
    kept = tmp_path / ".mdli" / "resets.json"
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    assert not [piece for piece in code.split("-") if piece in kept.read_text()]


@pytest.mark.parametrize("kept", ["", "[]", '{"coach-kim": {"hash": "x", "until": "soon", "mark": ""}}'])
def test_codes_that_cannot_be_read_are_refused(tmp_path: Path, kept: str) -> None:
    make_code(tmp_path, "coach-kim", at())
    (tmp_path / ".mdli" / "resets.json").write_text(kept)
    with pytest.raises(SiteRefused, match=r"resets\.json cannot be read"):
        use_code(tmp_path, "coach-kim", "x", NEW, at())
    with pytest.raises(SiteRefused, match="mdli coach reset COACH"):
        make_code(tmp_path, "coach-kim", at())
