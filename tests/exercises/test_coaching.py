"""What coaches write: fixed ids that no session may take, and one note that nobody else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from programs import SESSIONS, make_program

from mdli_workbook.access import for_coaches
from mdli_workbook.errors import CurriculumError
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import (
    AGREED,
    CALL,
    NOTE,
    OWN_NOTE,
    WRITTEN_BY_COACHES,
    comment_on,
    is_coachs,
    own_note,
)
from mdli_workbook.session_files import read_curriculum

if TYPE_CHECKING:
    from pathlib import Path


def test_participant_and_coach_both_read_the_note_and_what_was_agreed_and_nothing_else() -> None:
    assert WRITTEN_BY_COACHES == (NOTE, AGREED)
    assert not any(one.id.startswith(OWN_NOTE) for one in WRITTEN_BY_COACHES)
    assert for_coaches("participant")
    assert not for_coaches("self")


def test_their_ids_begin_alike_and_are_all_different() -> None:
    written = (CALL, NOTE, AGREED, own_note("kim"), own_note("lee"), comment_on("a"), comment_on("a", "b"))
    assert all(is_coachs(one.id) for one in written)
    assert len({one.id for one in written}) == len(written)


def test_the_longest_names_still_give_ids_that_a_store_takes() -> None:
    for one in (own_note("k" * 64), comment_on("e" * 64, "0" * 36)):
        assert len(one.id) <= 64


@pytest.mark.parametrize("name", [NOTE.id, AGREED.id, OWN_NOTE, "coach-anything"])
def test_no_session_may_take_such_an_id(tmp_path: Path, name: str) -> None:
    folder = make_program(
        tmp_path / "program",
        sessions=SESSIONS | {"01-journey": SESSIONS["01-journey"].replace("look-back", name)},
    )
    with pytest.raises(CurriculumError, match="coach-"):
        read_curriculum(folder, KINDS)


def test_what_is_agreed_has_the_shape_of_every_promise_and_may_be_nothing() -> None:
    assert not AGREED.required
    assert AGREED.Value is KINDS["commitment"].Value
    value: dict[str, Any] = {"act": "Call before you sign", "due": "2026-06-12"}
    assert AGREED.carries(value)
    assert not AGREED.carries(value | {"state": "kept"})
