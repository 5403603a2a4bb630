"""How far everybody is: one word per session, the call that comes next, and what is overdue."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from programs import PROGRAM, ROSTER, make_program, read

from mdli_workbook.answers import Answer
from mdli_workbook.progress import progress
from mdli_workbook.site.listing import Desk
from mdli_workbook.site.news import News
from mdli_workbook.status import State, Status, Tally, tally_of

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.answers import Value
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.status import PersonStatus

AT = datetime(2026, 2, 12, 9, tzinfo=UTC)
CALLS = """\
participant_id,call,starts_at,minutes,state
ana,1,2026-01-20 12:00,45,held
ana,2,2026-02-18 12:00,45,planned
ben,1,2026-01-20 12:00,45,planned
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Program, tuple[Session, ...]]:
    folder = make_program(tmp_path / "program")
    (folder / "calls.csv").write_text(CALLS, "utf-8")
    return read(folder)


def answer(exercise: str, value: Value, *, author: str = "ana", session: int = 2) -> Answer:
    return Answer(str(uuid.uuid4()), author, "spring", "ana", session, exercise, "", value, "private", AT)


def on(
    day: str,
    files: tuple[Program, tuple[Session, ...]],
    who: str = "ana",
    hour: int = 18,
    **tallies: Tally,
) -> PersonStatus:
    """Return somebody's status on a day; tallies by session, such as ``s2=Tally(...)``."""
    now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)
    status = Status(*files, now)
    return status.of(files[0].participant(who), {int(name[1:]): one for name, one in tallies.items()})


def joined(files: tuple[Program, tuple[Session, ...]], who: str, **changes: date) -> None:
    """Change a participant of a program in place, as a corrected roster would."""
    program = files[0]
    people = tuple(replace(one, **changes) if one.id == who else one for one in program.participants)
    object.__setattr__(program, "participants", people)


def test_each_word_has_its_meaning(files: tuple[Program, tuple[Session, ...]]) -> None:
    second = files[1][1]
    words = answer("first-guess", {"text": "Guessed."})
    agenda = answer("for-the-call", {"lines": ["One"]})
    rest = [answer("to-myself", {"text": "Mine."}), answer("and-now", {"text": "Now."}), agenda]
    assert tally_of(second, "ana", (), ()).state is State.NOT_OPENED
    assert tally_of(second, "ana", (), [AT]).state is State.BEGUN
    assert tally_of(second, "ana", [answer("first-guess", {"text": " "})], ()).state is State.BEGUN
    assert tally_of(second, "ana", [words], ()).state is State.PART
    assert tally_of(second, "ana", [words, *rest], ()).state is State.DONE


def test_its_numbers_are_those_of_the_workbook(files: tuple[Program, tuple[Session, ...]]) -> None:
    rows = [answer("first-guess", {"text": "Guessed."}), answer("to-myself", {"text": "Mine."})]
    tally, far = tally_of(files[1][1], "ana", rows, ()), progress(files[1][1], rows)
    assert (tally.done, tally.total, tally.minutes_left) == (far.done, far.total, far.minutes_left)
    assert tally.done == 2 < tally.total


def test_what_a_coach_wrote_is_no_activity_of_the_participant(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    tally = tally_of(files[1][1], "ana", [answer("coach-call", {"state": "held"}, author="kim")], ())
    assert (tally.state, tally.last, tally.call) == (State.NOT_OPENED, None, "held")


def test_a_session_is_overdue_from_so_many_days_before_its_call(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    assert [on(f"2026-02-{day}", files).overdue for day in (12, 13, 18)] == [(), (2,), (2,)]
    done = Tally(4, 4, 0, tally_of(files[1][1], "ana", (), ()).filled.DONE)
    assert on("2026-02-18", files, s2=done).overdue == ()


def test_a_call_that_was_held_or_missed_ends_it(files: tuple[Program, tuple[Session, ...]]) -> None:
    assert on("2026-02-18", files, s2=Tally(total=4, call="held")).overdue == ()
    assert on("2026-02-18", files, s2=Tally(total=4, call="missed")).overdue == ()


def test_a_call_is_overdue_once_its_end_is_past_and_nobody_said_what_became_of_it(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    """Ana's second is at 12:00 in Chicago, which is 18:00 UTC, and takes 45 minutes."""
    assert [one.call for one in on("2026-02-18", files, hour=18).unrecorded] == []
    assert [one.call for one in on("2026-02-18", files, hour=19).unrecorded] == [2]
    assert on("2026-02-18", files, hour=19, s2=Tally(total=4, call="missed")).unrecorded == ()
    assert [one.call for one in on("2026-02-18", files, "ben").unrecorded] == [1]


def test_a_window_is_past_only_after_its_last_day(files: tuple[Program, tuple[Session, ...]]) -> None:
    """The day ends at midnight in Chicago, six hours later than in UTC."""
    assert [one.call for one in on("2026-01-31", files, "cleo", hour=5).unrecorded] == []
    assert [one.call for one in on("2026-01-31", files, "cleo", hour=6).unrecorded] == [1]


def test_a_call_that_was_moved_is_on_its_new_day(files: tuple[Program, tuple[Session, ...]]) -> None:
    moved = on("2026-02-19", files, s2=Tally(total=4, call="moved", moved_to=date(2026, 2, 26))).sessions[1]
    assert (moved.call.first, moved.call.starts_at, moved.call.overdue) == (date(2026, 2, 26), None, False)
    same = on("2026-02-17", files, s2=Tally(total=4, call="moved", moved_to=date(2026, 2, 18))).sessions[1]
    assert same.call.starts_at is not None, "calls.csv has its time meanwhile"


def test_whoever_left_is_overdue_with_nothing(files: tuple[Program, tuple[Session, ...]]) -> None:
    joined(files, "ben", left_on=date(2026, 1, 16))
    left = on("2026-02-18", files, "ben")
    assert (left.overdue, left.unrecorded, left.next_call) == ((), (), None)


def test_a_call_that_was_due_before_they_left_is_still_to_be_recorded(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    joined(files, "ben", left_on=date(2026, 2, 1))
    left = on("2026-02-18", files, "ben")
    assert ([one.call for one in left.unrecorded], left.overdue) == ([1], ())


def test_nobody_is_behind_in_what_was_before_they_joined(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    joined(files, "cleo", joined_on=date(2026, 2, 1))
    late = on("2026-02-18", files, "cleo")
    assert [one.expected for one in late.sessions] == [False, True, False]
    assert (late.overdue, late.unrecorded) == ((2,), ())


def test_a_call_that_was_agreed_makes_an_earlier_session_theirs(
    files: tuple[Program, tuple[Session, ...]],
) -> None:
    joined(files, "ben", joined_on=date(2026, 1, 15))
    assert on("2026-01-18", files, "ben").overdue == (1,)


def test_a_session_without_dates_or_without_a_file_is_not_counted(tmp_path: Path) -> None:
    """Session 3 has no dates here; session 6 has some and no file."""
    text = PROGRAM.replace("session = 3", "session = 6")
    folder = make_program(tmp_path / "program", program=text)
    assert [one.session for one in on("2026-02-18", read(folder)).sessions] == [1, 2]


@pytest.mark.parametrize("day", ["2026-01-10", "2026-01-20", "2026-02-18", "2026-02-28", "2026-04-20"])
@pytest.mark.parametrize("said", [{}, {"state": "held"}, {"state": "moved", "moved_to": "2026-03-02"}])
def test_the_next_call_is_the_one_that_the_coach_site_names(
    files: tuple[Program, tuple[Session, ...]], day: str, said: dict[str, str]
) -> None:
    row = answer("coach-call", said, author="kim") if said else None
    tallies = {2: tally_of(files[1][1], "ana", [row] if row else [], ())}
    now = datetime.fromisoformat(f"{day}T18:00:00+00:00")
    status = Status(*files, now)
    for who in ("ana", "ben"):
        news = {who: News((replace(row, participant=who),) if row else ())}
        site = Desk(files[0], files[0].coach("kim"), now, news, {})
        there = site.next_call(files[0].participant(who))
        here = status.of(files[0].participant(who), tallies).next_call
        assert (here.call if here else 0) == (there.call if there else 0)


def test_people_are_of_the_roster_they_stand_in(tmp_path: Path) -> None:
    people = f"{ROSTER}\nana,Ana,ana@example.org,spring,kim,,,,,,\neve,Eve,eve@example.org,fall,kim,,,,,,\n"
    own = PROGRAM.replace("[credit]", FALL, 1)
    program, sessions = read(make_program(tmp_path / "program", program=own, roster=people))
    status = Status(program, sessions, AT)

    def held(who: Participant) -> list[bool]:
        return [one.held for one in status.of(who, {}).sessions]

    assert [held(one) for one in program.participants] == [[True, True, False], [True, False, False]]


FALL = """\
[[sessions]]
session = 2
cohort = "fall"
starts_at = 2026-02-20T18:00:00
call_from = 2026-02-24
call_until = 2026-02-27

[credit]"""
