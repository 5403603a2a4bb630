"""What coaches write: fixed ids that no session may take, and one note that nobody else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from programs import SESSIONS, make_program

from mdli_workbook.access import for_coaches
from mdli_workbook.errors import CurriculumError
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import AGREED, NOTE, OWN_NOTE, WRITTEN_BY_COACHES
from mdli_workbook.session_files import read_curriculum

if TYPE_CHECKING:
    from pathlib import Path


def test_participant_and_coach_both_read_the_note_and_what_was_agreed_and_nothing_else() -> None:
    assert WRITTEN_BY_COACHES == (NOTE, AGREED)
    assert OWN_NOTE not in WRITTEN_BY_COACHES
    assert for_coaches("participant")
    assert not for_coaches("self")


def test_their_ids_begin_alike_and_are_three() -> None:
    ids = [one.id for one in (NOTE, AGREED, OWN_NOTE)]
    assert all(one.startswith("coach-") for one in ids)
    assert len(set(ids)) == 3


@pytest.mark.parametrize("name", [NOTE.id, AGREED.id, OWN_NOTE.id, "coach-anything"])
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
