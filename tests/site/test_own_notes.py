"""What a coach writes for themself: their own page shows it, and nothing and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from coach import HERE, Coach

from mdli_workbook.exercises.coaching import AGREED, CALL, NOTE, own_note

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.answers import Answer
    from tests.site.conftest import House, Running

MARK = "zqmark"
MINE = own_note("coach-kim").id


@pytest.fixture
def kim(house: House, site: Running) -> Coach:
    house.report("amara")
    return Coach(site.coach("coach-kim"))


def rows(house: House, form: str) -> list[Answer]:
    with house.store() as store:
        return list(store.history("amara", 3, form))


def test_a_coach_s_own_note_is_shown_to_that_coach_and_to_nobody_else(
    house: House, kim: Coach, site: Running
) -> None:
    mine = own_note("coach-kim").id
    assert kim.save(mine, {"text": MARK})["type"] == "saved"
    [row] = rows(house, mine)
    assert (row.audience, row.author) == ("self", "coach-kim")
    house.replace("roster.csv", "amara@example.org,spring,coach-kim", "amara@example.org,spring,coach-lee")
    lee = Coach(site.coach("coach-lee"))
    told = lee.visitor.get(f"{HERE}/now").text
    assert (MARK in told, mine in told) == (False, False)
    theirs = own_note("coach-lee").id
    assert lee.part(theirs)["state"]["answers"] == {}
    assert lee.save(theirs, {"text": "my own"})["type"] == "saved"
    for form in (mine, theirs, NOTE.id, CALL.id, AGREED.id):
        for message in (
            {"type": "hello"},
            {"type": "history", "entry": ""},
            {"type": "history", "entry": None},
        ):
            assert MARK not in str(lee.send(form, message))
    with house.store() as store:
        assert MARK not in str((store.shared("amara", 6), store.told("amara", 6)))
    house.replace("roster.csv", "amara@example.org,spring,coach-lee", "amara@example.org,spring,coach-kim")
    assert kim.part(mine)["state"]["answers"][""]["value"] == {"text": MARK}
    assert "my own" not in kim.visitor.get(f"{HERE}/now").text


def test_a_coach_erases_their_own_words_for_good(house: House, kim: Coach) -> None:
    mine = own_note("coach-kim").id
    kim.save(mine, {"text": MARK})
    answer = kim.send(mine, {"type": "erase", "id": str(uuid4()), "entry": None})
    assert (answer["type"], answer["remains"]) == ("erased", "")
    assert [row.value for row in rows(house, mine)] == [None, None]
    assert MARK.encode() not in b"".join(
        one.read_bytes() for one in (house.folder / ".mdli").glob("answers*")
    )


def holding(folder: Path) -> list[str]:
    """Return the files of a program that hold the words."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return sorted(one.name for one in files if MARK.encode() in one.read_bytes())


def test_on_disk_it_is_in_the_store_and_nowhere_else(house: House, kim: Coach) -> None:
    kim.save(MINE, {"text": MARK})
    for page in ("/", HERE, f"{HERE}/now"):
        kim.visitor.get(page)
    assert {name.partition("-")[0] for name in holding(house.folder)} <= {"answers.db"}
    assert MARK not in kim.visitor.get("/").text + kim.visitor.get(HERE).text


def test_what_the_site_writes_of_it_is_who_and_when_and_no_word(house: House, kim: Coach) -> None:
    kim.save(MINE, {"text": MARK})
    diary = (house.folder / ".mdli" / "access.log").read_text("ascii")
    assert '"page": "Write"' in diary
    for hidden in (MARK, MINE, "note"):
        assert hidden not in diary + (house.folder / "site.log").read_text("utf-8")


def test_a_report_that_shows_what_a_coach_erased_is_deleted(house: House, kim: Coach) -> None:
    saved = kim.save(NOTE.id, {"text": MARK})
    shown = house.report("amara", 1, answers=[saved["revision"]])
    kim.save(MINE, {"text": "stays"})
    kim.send(MINE, {"type": "erase", "id": str(uuid4())})
    assert shown.exists()
    kim.send(NOTE.id, {"type": "erase", "id": str(uuid4())})
    assert not shown.exists()
