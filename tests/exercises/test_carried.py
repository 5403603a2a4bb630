"""What earlier months left in a workbook: open promises, the coach's note, and a rating compared at last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mdli_workbook.answers import Answer, Draft, Saved
from mdli_workbook.exercises.carried import carried_promises, comments_on, last_comments, last_note
from mdli_workbook.exercises.coaching import AGREED, NOTE, comment_on, own_note
from mdli_workbook.exercises.commitment import CommitmentValue
from mdli_workbook.exercises.desk import WorkbookDesk
from mdli_workbook.exercises.replies import Desktop, Place
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdli_workbook.answers import Audience, Value
    from mdli_workbook.exercises.widget import FormWidget

AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
ENTRY = str(uuid4())
PROMISE = CommitmentValue(act="Ask the front desk", due="2026-03-10").model_dump()
EVIL = "<script>quokka()</script><img src=x onerror=quokka()>"


def row(exercise: str, value: Value, audience: Audience = "coach", **more: Any) -> Answer:
    fields: dict[str, Any] = {"id": str(uuid4()), "session": 1, "entry": ENTRY, "author": "ana"} | more
    return Answer(
        cohort="spring",
        participant="ana",
        exercise=exercise,
        value=value,
        audience=audience,
        saved_at=AT,
        **fields,
    )


def note(text: str, session: int, audience: Audience = "participant") -> Answer:
    return row(NOTE.id, {"text": text}, audience, session=session, entry="", author="kim")


def test_open_promises_of_the_months_before_are_carried_in_the_order_they_were_made() -> None:
    rows = [
        row("first-step", PROMISE),
        row("next-step", PROMISE, session=2, entry="b"),
        row(AGREED.id, PROMISE, "participant", session=2, entry="c"),
    ]
    assert [one.row for one in carried_promises(rows, 3)] == rows
    assert [one.row for one in carried_promises(rows, 2)] == rows[:1]
    assert carried_promises(rows, 1) == ()


@pytest.mark.parametrize("state", ["kept", "changed", "dropped"])
def test_a_settled_promise_is_carried_no_further(state: str) -> None:
    assert carried_promises([row("first-step", PROMISE | {"state": state})], 3) == ()


@pytest.mark.parametrize(
    "other",
    [
        row("first-step", None),
        row("first-step", {"order": [ENTRY]}, entry=""),
        row("visits", {"act": "Words in a log", "due": "2026-03-10"}),
        row("first-step", CommitmentValue().model_dump()),
        row(AGREED.id, PROMISE, "self", author="kim"),
    ],
)
def test_what_is_no_promise_to_the_participant_is_not_carried(other: Answer) -> None:
    assert carried_promises([other], 3) == ()


def test_a_carried_form_asks_for_state_date_and_reason_and_shows_the_rest() -> None:
    value = PROMISE | {"reason": "zqreason", "cue": "Monday, 8 a.m."}
    [one] = carried_promises([row("first-step", value, session=2)], 3)
    spec = one.spec()
    assert [control["name"] for control in spec["controls"]] == ["state", "due", "reason"]
    assert (spec["entry"], spec["entries"], spec["audiences"]) == (ENTRY, None, [])
    assert one.exercise.title == "Open since session 2"
    shown = one.beside()
    assert "Ask the front desk" in shown
    assert "Monday, 8 a.m." in shown
    for in_the_form in ("zqreason", "10 March", "mdli-state", "no date yet"):
        assert in_the_form not in shown


def test_a_carried_form_tells_since_when_and_how_often_the_date_has_moved() -> None:
    first, second, third = (
        row("first-step", PROMISE | {"due": due}) for due in ("2026-03-10", "2026-03-24", "2026-04-07")
    )
    [one] = carried_promises([third], 3)
    once = one.beside([first])
    assert "Promised on <time" in once
    assert "moved" not in once
    assert 'its date has moved twice, at first it was <time datetime="2026-03-10">' in one.beside(
        [first, second, third]
    )


def test_what_was_promised_stays_text() -> None:
    words = dict.fromkeys(("cue", "act", "who_hears", "obstacle", "reason"), EVIL)
    [one] = carried_promises([row("first-step", PROMISE | words)], 3)
    assert "quokka" in one.beside()
    assert "<script" not in one.beside()
    assert "<img" not in one.beside()


@pytest.mark.parametrize(
    ("audience", "later"),
    [("coach", "coach"), ("private", "private"), ("program", "program"), ("participant", "coach")],
)
def test_a_later_state_is_shared_as_the_promise_was(audience: Audience, later: Audience) -> None:
    [one] = carried_promises([row("first-step", PROMISE, audience)], 3)
    assert one.exercise.audience == later


def test_the_newest_note_is_the_last_session_s_and_not_the_last_written() -> None:
    rows = [note("After the third.", 3), note("After the second, written late.", 2)]
    assert "After the third." in last_note(rows, 4)
    assert "written late" in last_note(rows, 3)
    assert last_note(rows, 2) == ""


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [note(" \n", 1)],
        [replace(note("Gone.", 1), value=None)],
        [note("Not sent yet.", 1, "self")],
        [row(own_note("kim").id, {"text": "Mine."}, "self", entry="", author="kim")],
    ],
)
def test_without_a_note_to_the_participant_there_is_none(rows: list[Answer]) -> None:
    assert last_note(rows, 3) == ""


def test_a_blank_note_does_not_hide_the_one_before() -> None:
    assert "Read this." in last_note([note("Read this.", 1), note("", 2)], 3)


def test_a_note_stays_text() -> None:
    assert "&lt;script&gt;" in last_note([note(EVIL, 1)], 2)
    assert "<script" not in last_note([note(EVIL, 1)], 2)


# In a workbook, with a real store.


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / "answers.db")) as opened:
        yield opened


def put(store: Store, one: Answer) -> Answer:
    fields = {name: getattr(one, name) for name in Draft.__slots__ if name != "based_on"}
    there = store.history(one.participant, one.session, one.exercise, one.entry)
    saved = store.save(Draft(**fields, based_on=there[-1].id if there else ""))
    assert isinstance(saved, Saved)
    return saved.answer


def desk(store: Store, session: int, opened: list[str] | None = None) -> Any:
    note_opened = (opened if opened is not None else []).append
    return WorkbookDesk(Desktop(Place("spring", "ana", session), store, note_opened=note_opened))


def around_of(form: FormWidget) -> dict[str, Any]:
    assert form._around is not None
    return form._around()


def test_the_coachs_note_comes_first_and_a_form_for_each_open_promise(store: Store) -> None:
    put(store, row("first-step", PROMISE))
    put(store, note("Bring the audit.", 1))
    told, promise = desk(store, 2).carried()
    assert (told.spec["kind"], promise.spec["kind"]) == ("panel", "commitment")
    assert "Bring the audit." in around_of(told)["beside"]
    assert "Ask the front desk" in around_of(promise)["beside"]
    for form in (told, promise):
        assert "audit" not in repr(form.get_state())
        assert "front desk" not in repr(form.get_state()), "no widget state holds what was written"


def test_nothing_was_left_behind_and_nothing_is_shown(store: Store) -> None:
    assert list(desk(store, 2).carried()) == []
    assert list(WorkbookDesk(Desktop(Place("spring", "ana", 2), None, "no store")).carried()) == []


def settle(form: FormWidget, before: Answer, **changed: str) -> None:
    message = {"type": "save", "id": str(uuid4()), "entry": before.entry, "based_on": before.id}
    said = form._reply(message | {"value": {**(before.value or {}), **changed}})
    assert said is not None
    assert said["type"] == "saved", said


@pytest.mark.parametrize("audience", ["coach", "private"])
def test_a_state_that_changes_later_is_a_row_of_the_session_that_promised(
    store: Store, audience: Any
) -> None:
    before = put(store, row("first-step", PROMISE, audience))
    [form] = desk(store, 4).carried()
    settle(form, before, state="kept", reason="It took two minutes.")
    now = store.history("ana", 1, "first-step", ENTRY)[-1]
    assert (now.session, now.replaces, now.audience, now.author) == (1, before.id, audience, "ana")
    assert now.value == PROMISE | {"state": "kept", "reason": "It took two minutes."}
    assert list(desk(store, 4).carried()) == []


def test_a_promise_made_private_meanwhile_stays_private(store: Store) -> None:
    before = put(store, row("first-step", PROMISE))
    [form] = desk(store, 2).carried()
    store.share(
        id=str(uuid4()), author="ana", cohort="spring", participant="ana", session=1,
        exercise="first-step", audience="private",
    )  # fmt: skip
    settle(form, store.history("ana", 1, "first-step", before.entry)[-1], state="dropped", reason="zqwhy")
    assert store.history("ana", 1, "first-step", ENTRY)[-1].audience == "private"
    assert store.shared("ana", 6) == ()


def test_what_was_agreed_in_a_call_is_the_participants_from_then_on_and_the_coach_reads_it(
    store: Store,
) -> None:
    before = put(store, row(AGREED.id, PROMISE, "participant", author="kim"))
    [form] = desk(store, 2).carried()
    settle(form, before, due="2026-04-01")
    told = store.told("ana", 2)
    assert [(one.author, one.audience) for one in told] == [("kim", "participant"), ("ana", "coach")]
    assert [form.spec["id"] for form in desk(store, 2).carried()] == [AGREED.id], "still open"


def test_entering_a_carried_form_is_not_taken_for_this_session_s_exercise_of_that_name(store: Store) -> None:
    put(store, row("next-step", PROMISE))
    opened: list[str] = []
    [form] = desk(store, 2, opened).carried()
    form._reply({"type": "opened"})
    assert opened == [""], "the workbook itself"


SCALE = {
    "points": [{"id": str(n), "label": f"point {n}"} for n in range(1, 6)],
    "statements": [{"id": one, "text": f"I do {one}.", "of": "listen"} for one in "abcd"],
}
BACK = {
    "points": SCALE["points"],
    "statements": [{"id": "listen", "text": "I listened.", "of": "listen"}],
    "show_if": {"exercise": "again", "is": ["saved"]},
}


def rate(form: FormWidget, places: str, based_on: str = "") -> str:
    ratings = dict(zip("abcd", places, strict=False)) if len(places) > 1 else {"listen": places}
    message = {"type": "save", "id": str(uuid4()), "based_on": based_on, "value": {"ratings": ratings}}
    said = form._reply(message)
    assert said is not None
    return str(said["revision"])


@pytest.mark.parametrize("audience", ["coach", "private"])
def test_the_first_rating_is_shown_only_once_the_second_is_done(store: Store, audience: Any) -> None:
    baseline = {"ratings": dict.fromkeys("abcd", "1")}
    put(store, row("rating", baseline, audience, entry=""))
    page = desk(store, 6)
    again = page.scale("again", same_as="1/rating", **SCALE)
    back = page.scale("back", **BACK)
    assert (around_of(again)["beside"], around_of(back)["shown"]) == ("", False)
    part = rate(again, "55")
    assert (around_of(again)["beside"], around_of(back)["shown"]) == ("", False), "half of it is not enough"
    rate(again, "5533", part)
    assert around_of(again)["beside"] == "", "who looks back must not see the first answers either"
    assert around_of(back) == {"type": "around", "shown": True, "beside": ""}
    rate(back, "2")
    beside = around_of(again)["beside"]
    assert "then 1.0, then as seen now 2.0, now 4.0, up by 3.0" in beside
    assert "I do a. <span" in beside


def test_a_repeated_rating_that_nothing_looks_back_on_is_compared_at_once(store: Store) -> None:
    put(store, row("rating", {"ratings": dict.fromkeys("abcd", "1")}, entry=""))
    again = desk(store, 6).scale("again", same_as="1/rating", **SCALE)
    rate(again, "5533")
    assert "then 1.0, now 4.0, up by 3.0" in around_of(again)["beside"]


@pytest.mark.parametrize("first", [None, {"ratings": {}}, {"ratings": {"gone": "1"}}])
def test_without_a_first_rating_nothing_is_compared_and_looking_back_is_asked_all_the_same(
    store: Store, first: Value
) -> None:
    if first is not None:
        put(store, row("rating", first, entry=""))
    page = desk(store, 6)
    again, back = page.scale("again", same_as="1/rating", **SCALE), page.scale("back", **BACK)
    rate(again, "5533")
    assert (around_of(again)["beside"], around_of(back)["shown"]) == ("", True)


def comment(text: str, session: int = 1, exercise: str = "rating", entry: str = "", **more: Any) -> Answer:
    said = {"text": text, "exercise": exercise, "entry": entry, "title": "My visits, visit 2"}
    return row(
        comment_on(exercise, entry).id, said, "participant", session=session, entry="", author="kim", **more
    )


def test_a_comment_stands_beside_the_exercise_that_it_is_on_and_changes_no_word_of_it(store: Store) -> None:
    own = put(store, row("rating", {"text": "My own words."}, entry=""))
    put(store, comment("zqsay more"))
    form, other = (desk(store, 1).reflection(name) for name in ("rating", "another"))
    assert "From your coach" in around_of(form)["beside"]
    assert "zqsay more" in around_of(form)["beside"]
    assert around_of(other)["beside"] == ""
    assert form._reply({"type": "hello"})["answers"][""]["value"] == own.value
    assert "zqsay" not in repr(form.get_state()), "no widget state holds what was written"


def test_a_comment_on_one_entry_says_which(store: Store) -> None:
    put(store, comment("zqsay more", entry=ENTRY))
    beside = around_of(desk(store, 1).log("rating", fields={"when": "date"}))["beside"]
    assert "On My visits, visit 2" in beside
    assert "zqsay more" in beside


def test_the_comments_of_the_last_session_are_carried_into_the_next_workbook(store: Store) -> None:
    put(store, comment("zqfirst month"))
    put(store, comment("zqsecond month", 2))
    put(store, comment("zqon an entry", 2, entry=ENTRY))
    [told] = desk(store, 3).carried()
    beside = around_of(told)["beside"]
    assert "From your coach, on session 2" in beside
    assert "On My visits, visit 2" in beside
    assert [words in beside for words in ("zqfirst", "zqsecond", "zqon an entry")] == [False, True, True]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [comment(" \n")],
        [replace(comment("Gone."), value=None)],
        [replace(comment("Mine."), audience="self")],
        [comment("Of this very session.", 3)],
    ],
)
def test_without_a_comment_for_the_participant_there_is_none(rows: list[Answer]) -> None:
    assert last_comments(rows, 3) == ""


def test_a_comment_and_its_title_stay_text() -> None:
    evil = comment(EVIL)
    evil = replace(evil, value={**(evil.value or {}), "title": EVIL})
    for shown in (last_comments([evil], 3), comments_on([evil], "rating")):
        assert "quokka" in shown
        assert "<script" not in shown
        assert "<img" not in shown


def test_what_was_agreed_says_so_above_its_form() -> None:
    [one] = carried_promises([row(AGREED.id, PROMISE, "participant", author="kim")], 3)
    assert one.exercise.title == "Agreed in call 1"
