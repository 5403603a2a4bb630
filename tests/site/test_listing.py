"""The first page: by next call, in the coach's zone, with what may be read now, and what is new."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mdli_workbook.answers import Answer
from mdli_workbook.exercises.coaching import CALL
from mdli_workbook.program import read_program
from mdli_workbook.runs import Run, keep_runs
from mdli_workbook.shelf import Fingerprint, Marker
from mdli_workbook.site.listing import Desk
from mdli_workbook.site.news import News
from mdli_workbook.site.reading import Shelf, own_participants

if TYPE_CHECKING:
    from mdli_workbook.program import Program
    from mdli_workbook.site.listing import NextCall
    from tests.site.conftest import House, Running

NOW = datetime(2026, 3, 19, 15, tzinfo=UTC)


@pytest.fixture
def program(house: House) -> Program:
    return read_program(house.folder)


def marker(participant: str, session: int) -> Marker:
    made_at = datetime(2026, 3, 18, 19, 2, tzinfo=UTC)
    none = Fingerprint("", "", "")
    return Marker("spring", participant, session, "s", f"Session {session}", (), (), none, made_at)


def desk(program: Program, coach: str = "coach-lee", now: datetime = NOW, **news: News) -> Desk:
    """Return the first page's desk; coach-lee is in Vienna."""
    return Desk(program, program.coach(coach), now, news, {})


def next_call(program: Program, participant: str, now: datetime = NOW, **news: News) -> NextCall | None:
    return desk(program, now=now, **news).next_call(program.participant(participant))


def record(state: str, **more: Any) -> News:
    """Return the news that a coach recorded amara's call 3."""
    value = {"state": state, **more}
    key = ("1", "coach-kim", "spring", "amara", 3, CALL.id, "")
    return News((Answer(*key, value, "participant", NOW),))


def test_an_agreed_call_is_told_in_the_coachs_zone(program: Program) -> None:
    call = next_call(program, "amara")
    assert call is not None
    assert (call.call, call.words) == (3, "Tuesday 24 March, 23:30 (45\u00a0min)")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 3, 24, 1, tzinfo=UTC), "today, Tuesday 24 March, 23:30 (45\u00a0min)"),
        (datetime(2026, 3, 23, 1, tzinfo=UTC), "tomorrow, Tuesday 24 March, 23:30 (45\u00a0min)"),
        (datetime(2026, 3, 22, 23, 30, tzinfo=UTC), "tomorrow, Tuesday 24 March, 23:30 (45\u00a0min)"),
        (datetime(2026, 3, 22, 22, 30, tzinfo=UTC), "Tuesday 24 March, 23:30 (45\u00a0min)"),
    ],
)
def test_today_and_tomorrow_are_the_coachs(program: Program, now: datetime, words: str) -> None:
    call = next_call(program, "amara", now)
    assert call is not None
    assert call.words == words


def test_a_call_is_next_until_it_is_over(program: Program) -> None:
    begins = datetime(2026, 3, 24, 22, 30, tzinfo=UTC)
    assert next_call(program, "amara", begins + timedelta(minutes=44)) is not None
    assert next_call(program, "amara", begins + timedelta(minutes=45)) is None


def test_a_call_that_is_not_agreed_is_next_in_its_days(program: Program) -> None:
    call = next_call(program, "ben")
    assert call is not None
    assert (call.call, call.words) == (3, "not agreed yet; from 17 March to 27 March")
    earlier = next_call(program, "ben", datetime(2026, 2, 1, tzinfo=UTC))
    assert earlier is not None
    assert earlier.call == 2


@pytest.mark.parametrize("state", ["held", "missed"])
def test_a_call_that_is_over_is_not_next(house: House, state: str) -> None:
    house.replace("calls.csv", "planned", state)
    assert next_call(read_program(house.folder), "amara") is None


@pytest.mark.parametrize("state", ["held", "missed"])
def test_what_the_coach_recorded_counts_more_than_the_plan(program: Program, state: str) -> None:
    assert next_call(program, "amara", amara=record(state)) is None


def test_a_call_that_the_coach_moved_is_next_on_its_new_day(program: Program) -> None:
    call = next_call(program, "amara", amara=record("moved", moved_to="2026-04-02"))
    assert call is not None
    assert (call.call, call.words) == (3, "moved to Thursday 2 April")
    again = next_call(program, "amara", amara=record("moved", moved_to=""))
    assert again is not None
    assert again.words == "Tuesday 24 March, 23:30 (45\u00a0min)"


def test_cards_come_by_next_call_and_those_without_one_last(house: House) -> None:
    house.replace("calls.csv", "amara,3,2026-03-24", "cleo,3,2026-03-24")
    program = read_program(house.folder)
    shelves = [Shelf(program.participant(one), (), withdrawn=False) for one in ("amara", "cleo", "ben")]
    names = [card.name for card in desk(program, ben=News(), amara=record("held")).cards(shelves)]
    assert names == [program.participant("cleo").name, "Ben Castellanos", "Amara Okafor"]


def test_the_report_of_the_next_call_is_ready_and_the_others_are_below(program: Program) -> None:
    kept = tuple(marker("amara", one) for one in (1, 2, 3))
    [card] = desk(program, "coach-kim").cards([Shelf(program.participant("amara"), kept, withdrawn=False)])
    assert card.ready is not None
    assert card.ready.href == "/report/amara/3"
    assert [one.session for one in card.earlier] == [2, 1]
    assert card.role_at == "Medical director, Riverside Clinics"
    assert card.standing is not None
    assert card.standing.word == "Ready"


def test_a_report_that_is_to_come_says_when(program: Program) -> None:
    before = datetime(2026, 3, 1, tzinfo=UTC)
    [card] = desk(program, now=before).cards([Shelf(program.participant("ben"), (), withdrawn=False)])
    assert card.standing is not None
    assert card.standing.why == "Its session is on 11 March; the report comes after it."  # in Vienna


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
    assert "As of 14:02 on 18 March" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    for other in ("Castellanos", "Leaver", "<img", "<script"):
        assert other not in page


def test_a_report_is_new_until_it_was_opened(house: House, site: Running) -> None:
    house.report("amara")
    coach = site.coach("coach-kim")
    assert "Not read yet" in coach.get("/").text
    coach.get("/report/amara/3")
    house.write("amara", 3, "one more thought")
    page = coach.get("/").text
    assert "Not read yet" not in page
    assert "1 answer shared since you looked" in page


def test_a_report_that_failed_says_why(house: House, site: Running) -> None:
    failed = Run(NOW, "its workbook was never generated; run mdli generate first")
    keep_runs(house.folder, {("amara", 3): failed})
    page = site.coach("coach-kim").get("/").text
    assert "It could not be made at 10:00 on 19 March: its workbook was never generated" in page
    keep_runs(house.folder, {("amara", 3): Run(NOW)})
    assert "The report was withdrawn" in site.coach("coach-kim").get("/").text


def test_no_template_holds_a_script_or_a_style() -> None:
    templates = Path(__file__).parents[2] / "mdli_workbook" / "site" / "templates"
    for template in templates.glob("*.j2"):
        text = template.read_text().replace('<script type="module" src="/static/report.js"></script>', "")
        assert not [bad for bad in ("<script", "style=", "<style", "| safe", "|safe", "http") if bad in text]
