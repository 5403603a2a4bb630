"""The synthetic answers: what the forms would have sent, in the order of the calendar."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mdli_workbook.access import for_coaches
from mdli_workbook.curriculum import Filled
from mdli_workbook.demo import seed
from mdli_workbook.demo.seeds import drafts, later, opened
from mdli_workbook.drafts import checked, checked_event
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import AGREED, NOTE, OWN_NOTE, WRITTEN_BY_COACHES, own_note
from mdli_workbook.exercises.entries import EntryOrder
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.program import read_program
from mdli_workbook.report import Desk
from mdli_workbook.session_files import read_curriculum
from mdli_workbook.sqlite import address_of
from mdli_workbook.starter import start_program
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.answers import Draft
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

ANSWERS = Path(__file__).resolve().parents[1] / "mdli_workbook" / "demo" / "answers"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("seeds") / "demo"
    start_program(made)
    return made


@pytest.fixture(scope="module")
def program(folder: Path) -> Program:
    return read_program(folder)


@pytest.fixture(scope="module")
def sessions(folder: Path) -> tuple[Session, ...]:
    return read_curriculum(folder, KINDS)


@pytest.fixture(scope="module")
def all_drafts(program: Program, sessions: tuple[Session, ...]) -> list[Draft]:
    return [one for session in sessions for who in program.participants for one in drafts(who, session)]


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ANSWERS / name).read_text("utf-8"))
    return found


def test_every_session_has_answers_and_some_months_stayed_empty(
    program: Program, all_drafts: list[Draft]
) -> None:
    wrote = {(one.participant, one.session) for one in all_drafts}
    assert {number for _, number in wrote} == set(range(1, 7))
    assert {one for one, _ in wrote} == {one.id for one in program.participants}
    assert len(wrote) < 6 * len(program.participants)


def test_what_is_written_in_the_files_belongs_to_a_participant_and_an_exercise(
    program: Program, sessions: tuple[Session, ...]
) -> None:
    people = {one.id for one in program.participants}
    for session in sessions:
        ids = {one.id for one in session.exercises}
        for who, said in read(f"{session.session:02d}.yaml").items():
            assert who in people
            assert set(said or ()) <= ids, f"session {session.session}, {who}"


def test_each_value_is_one_that_the_form_would_store(
    sessions: tuple[Session, ...], all_drafts: list[Draft]
) -> None:
    for one in all_drafts:
        exercise = next(it for it in sessions[one.session - 1].exercises if it.id == one.exercise)
        shape = EntryOrder if exercise.repeats and not one.entry else exercise.Value
        assert shape.model_validate(one.value).model_dump(mode="json") == one.value
        assert bool(one.entry) <= exercise.repeats
        assert checked(one) == one


def test_each_answer_says_something_to_its_exercise_and_names_no_point_or_field_that_is_not_there(
    sessions: tuple[Session, ...], all_drafts: list[Draft]
) -> None:
    values: dict[tuple[str, int, str], dict[str, Any]] = defaultdict(dict)
    for one in all_drafts:
        values[one.participant, one.session, one.exercise][one.entry] = one.value
    for (who, number, name), said in values.items():
        exercise = next(it for it in sessions[number - 1].exercises if it.id == name)
        place = f"{who}, session {number}, {name}"
        blank = all(not text for text in texts_in(said))  # opened and left: it says so in the report
        assert blank or exercise.filled(said) is not Filled.NOT_BEGUN, place
        if isinstance(exercise, Scale):
            assert exercise.ratings(said) == said[""]["ratings"], place
        for entry, cells in said.items():
            if entry and hasattr(exercise, "fields"):
                assert set(cells) <= set(exercise.fields), place


def test_nobody_answers_what_was_never_shown(program: Program, sessions: tuple[Session, ...]) -> None:
    for session in sessions:
        for who in program.participants:
            mine = {one.exercise: one for one in drafts(who, session)}
            for exercise in session.exercises:
                if exercise.id in mine and exercise.show_if:
                    target = next(it for it in session.exercises if it.id == exercise.show_if.exercise)
                    said = target.said({"": mine[target.id].value}) if target.id in mine else frozenset()
                    assert said & set(exercise.show_if.is_), f"{who.id}: {exercise.id} was not shown"


def test_ids_are_the_same_each_time_and_none_stands_twice(
    program: Program, sessions: tuple[Session, ...], all_drafts: list[Draft]
) -> None:
    again = [one for session in sessions for who in program.participants for one in drafts(who, session)]
    assert again == all_drafts
    assert list(later(program)) == list(later(program))
    ids = [one.id for one in all_drafts] + [one.id for one, _ in later(program)]
    assert len(set(ids)) == len(ids)


def test_two_people_or_sessions_never_share_an_entry(all_drafts: list[Draft]) -> None:
    owner: dict[str, tuple[str, int, str]] = {}
    for one in all_drafts:
        if one.entry:
            key = (one.participant, one.session, one.exercise)
            assert owner.setdefault(one.entry, key) == key


def test_an_opening_says_who_and_where_and_no_word(all_drafts: list[Draft], program: Program) -> None:
    at = next(later(program))[1]
    events = {opened(one, at).id: opened(one, at) for one in all_drafts}
    assert len(events) == len({(one.participant, one.session, one.exercise) for one in all_drafts})
    for event in events.values():
        assert (event.what, event.who, event.at) == ("opened", event.participant, at)
        assert checked_event(event) == event


def moves(program: Program) -> Iterator[tuple[Draft, date]]:
    for draft, at in later(program):
        if draft.author == draft.participant:
            yield draft, at.date()


def test_a_promise_moves_forward_in_time_until_it_is_settled(
    program: Program, all_drafts: list[Draft]
) -> None:
    last = {one.entry: one for one in all_drafts if one.entry and one.exercise == "next-step"}
    since = {entry: program.session(one.session, one.cohort).starts_at.date() for entry, one in last.items()}
    for draft, day in moves(program):
        before = last[draft.entry]
        assert draft.based_on == before.id
        assert day > since[draft.entry], "after the one before"
        assert (before.value or {})["state"] == "open", "what is settled does not move"
        assert draft.value != before.value
        assert draft.audience == before.audience, "who may read it did not change"
        kept = {name: value for name, value in (draft.value or {}).items() if name in {"cue", "act"}}
        assert kept.items() <= (before.value or {}).items()
        last[draft.entry], since[draft.entry] = draft, day
    states = {(one.value or {})["state"] for one in last.values()}
    assert {"open", "kept", "dropped"} <= states


def test_one_promise_is_put_off_twice_so_that_the_coach_has_something_to_ask(program: Program) -> None:
    dues: dict[str, list[str]] = defaultdict(list)
    for draft, _ in moves(program):
        dues[draft.entry].append((draft.value or {})["due"])
    assert any(len(some) == 2 and some == sorted(set(some)) for some in dues.values())


def test_what_coaches_write_comes_from_the_participant_s_coach_within_a_month_of_the_session(
    program: Program,
) -> None:
    coaches = {one.id: one.coach_id for one in program.participants}
    by_coaches = [(one, at) for one, at in later(program) if one.author != one.participant]
    assert {one.exercise for one, _ in by_coaches} == {
        NOTE.id,
        AGREED.id,
        *(own_note(one).id for one in ("ingrid-solheim", "marcus-whitfield")),
    }
    for draft, at in by_coaches:
        assert draft.author == coaches[draft.participant]
        assert draft.audience == ("self" if draft.exercise.startswith(OWN_NOTE) else "participant")
        assert bool(draft.entry) == (draft.exercise == AGREED.id)
        exercise = {one.id: one for one in (*WRITTEN_BY_COACHES, own_note(draft.author))}[draft.exercise]
        assert exercise.Value.model_validate(draft.value).model_dump(mode="json") == draft.value
        held = program.session(draft.session, program.participants[0].cohort).starts_at.date()
        assert held < at.date() < held + timedelta(days=31)


@pytest.fixture(scope="module")
def store(folder: Path, program: Program, sessions: tuple[Session, ...]) -> Iterator[Store]:
    seed(program, sessions)
    with Store.open(address_of(folder / ".mdli" / "answers.db")) as opened_store:
        yield opened_store


def briefings(program: Program, sessions: tuple[Session, ...], store: Store, folder: Path) -> Iterator[Any]:
    desk = Desk(program, sessions, store, lambda: datetime(2026, 7, 1, tzinfo=UTC), folder)
    for who in program.participants:
        for number in range(1, 7):
            yield desk.briefing(who, number)


def test_every_row_arrived_and_the_last_word_of_each_promise_counts(program: Program, store: Store) -> None:
    last = {draft.entry: draft for draft, _ in moves(program)}
    for who in program.participants:
        for row in store.newest(who.id):
            if row.entry in last:
                assert row.id == last[row.entry].id


def test_no_briefing_holds_a_coach_s_own_note_or_a_private_word(
    program: Program, sessions: tuple[Session, ...], store: Store, folder: Path
) -> None:
    hidden = {who.id: hidden_words(store, who.id) for who in program.participants}
    assert sum(map(len, hidden.values())) > 10
    for briefing in briefings(program, sessions, store, folder):
        said = set(texts_in([row.value for row in briefing.answers]))
        leaked = said & hidden[briefing.person.id]
        assert not leaked, (briefing.person.id, briefing.session, leaked)
        assert OWN_NOTE not in briefing.model_dump_json()


def hidden_words(store: Store, participant: str) -> set[str]:
    """Return the longer texts that only private answers hold."""
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for row in store.newest(participant):
        words[for_coaches(row.audience)].update(texts_in(row.value))
    return {one for one in words[False] - words[True] if len(one) > 20}


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)


def test_nobody_s_words_hold_an_address_a_number_to_call_or_a_name_of_the_roster(
    program: Program, all_drafts: list[Draft]
) -> None:
    surnames = {one.name.split()[-1] for one in program.participants}
    for one in all_drafts:
        for text in texts_in(one.value if one.entry else {**(one.value or {}), "order": []}):
            assert not re.search(r"@|https?:|\d{3}-\d{4}", text)
            assert not surnames & set(re.findall(r"\w+", text))
