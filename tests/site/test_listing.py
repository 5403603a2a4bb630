"""The first page: by next call, in the coach's zone, with what may be read now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mdli_workbook.program import read_program
from mdli_workbook.shelf import Marker
from mdli_workbook.site.listing import make_cards, next_call
from mdli_workbook.site.reading import Shelf, own_participants

if TYPE_CHECKING:
    from mdli_workbook.program import Program
    from tests.site.conftest import House, Running

NOW = datetime(2026, 3, 19, 15, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
def program(house: House) -> Program:
    return read_program(house.folder)


def marker(participant: str, session: int) -> Marker:
    made_at = datetime(2026, 3, 18, 19, 2, tzinfo=UTC)
    return Marker("spring", participant, session, "s", f"Session {session}", (), (), "", made_at)


def test_an_agreed_call_is_told_in_the_coachs_zone(program: Program) -> None:
    call = next_call(program, VIENNA, program.participant("amara"), NOW)
    assert call is not None
    assert (call.call, call.words) == (3, "Tuesday 24 March, 23:30 (45 min)")


def test_a_call_is_next_until_it_is_over(program: Program) -> None:
    amara = program.participant("amara")
    begins = datetime(2026, 3, 24, 22, 30, tzinfo=UTC)
    assert next_call(program, VIENNA, amara, begins + timedelta(minutes=44)) is not None
    assert next_call(program, VIENNA, amara, begins + timedelta(minutes=45)) is None


def test_a_call_that_is_not_agreed_is_next_in_its_days(program: Program) -> None:
    ben = program.participant("ben")
    call = next_call(program, VIENNA, ben, NOW)
    assert call is not None
    assert (call.call, call.words) == (3, "not agreed yet; from 17 March to 27 March")
    earlier = next_call(program, VIENNA, ben, datetime(2026, 2, 1, tzinfo=UTC))
    assert earlier is not None
    assert earlier.call == 2


@pytest.mark.parametrize("state", ["held", "missed"])
def test_a_recorded_call_is_not_next(house: House, state: str) -> None:
    house.replace("calls.csv", "planned", state)
    program = read_program(house.folder)
    assert next_call(program, VIENNA, program.participant("amara"), NOW) is None


def test_cards_come_by_next_call_and_those_without_one_last(house: House) -> None:
    house.replace("calls.csv", "2026-03-24 17:30,45,planned", "2026-03-24 17:30,45,held")
    program = read_program(house.folder)
    shelves = [Shelf(program.participant(one), (), withdrawn=False) for one in ("amara", "cleo", "ben")]
    cards = make_cards(program, program.coach("coach-kim"), shelves, NOW)
    assert [card.name for card in cards] == [
        program.participant("cleo").name,
        "Ben Castellanos",
        "Amara Okafor",
    ]


def test_the_report_of_the_next_call_is_ready_and_the_others_are_earlier(program: Program) -> None:
    shelf = Shelf(
        program.participant("amara"), tuple(marker("amara", one) for one in (1, 2, 3)), withdrawn=False
    )
    [card] = make_cards(program, program.coach("coach-kim"), [shelf], NOW)
    assert card.ready is not None
    assert card.ready.href == "/report/amara/3"
    assert [one.session for one in card.earlier] == [2, 1]
    assert card.role_at == "Medical director, Riverside Clinics"


@pytest.mark.parametrize(("day", "seen"), [(date(2026, 2, 28), True), (date(2026, 3, 1), False)])
def test_a_participant_is_shown_until_they_leave(program: Program, day: date, seen: object) -> None:
    assert ("dan" in {one.id for one in own_participants(program, "coach-kim", day)}) is seen


def test_a_coach_who_is_unknown_has_nobody(program: Program) -> None:
    assert own_participants(program, "", NOW.date()) == ()


def test_the_page_lists_only_own_participants(house: House, site: Running) -> None:
    for participant in ("amara", "ben", "dan"):
        house.report(participant)
    page = site.coach("coach-kim").get("/").text
    assert "Amara Okafor" in page
    assert "made 18 March, 14:02" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    for other in ("Castellanos", "Leaver", "<img", "<script"):
        assert other not in page


def test_no_template_holds_a_script_or_a_style() -> None:
    templates = Path(__file__).parents[2] / "mdli_workbook" / "site" / "templates"
    for template in templates.glob("*.j2"):
        text = template.read_text()
        assert not [bad for bad in ("<script", "style=", "<style", "| safe", "|safe", "http") if bad in text]
