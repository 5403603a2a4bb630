"""The store, as a form and a report use it."""

from __future__ import annotations

import dataclasses
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.answers import Answer, Conflict, Draft, Event, Saved, newest
from mdli_workbook.errors import SaveRefused, StoreUnusable
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VISIT, CALL = str(uuid4()), str(uuid4())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(address_of(tmp_path / ".mdli" / "answers.db"), now=lambda: NOON) as opened:
        yield opened


def a_draft(text: str | None = "words", **changes: Any) -> Draft:
    fields: dict[str, Any] = {
        "id": str(uuid4()),
        "author": "ana",
        "cohort": "spring",
        "participant": "ana",
        "session": 2,
        "exercise": "late-notes",
        "value": None if text is None else {"text": text},
        "audience": "private",
    }
    return Draft(**(fields | changes))


def saved(store: Store, draft: Draft) -> Answer:
    outcome = store.save(draft)
    assert isinstance(outcome, Saved)
    return outcome.answer


def share(store: Store, audience: Any, **changes: Any) -> tuple[Answer, ...]:
    where: dict[str, Any] = {"author": "ana", "cohort": "spring", "participant": "ana", "session": 2}
    return store.share(
        **({"id": str(uuid4()), "exercise": "late-notes"} | where | changes), audience=audience
    )


# Saving


def test_what_was_saved_is_read_back_by_another_store_on_the_same_file(store: Store) -> None:
    draft = a_draft("Grüße ☂\n'); DROP TABLE answers;--")
    answer = saved(store, draft)
    with Store.open(address_of(store.path)) as other:
        assert other.newest("ana") == (answer,)
    assert (answer.id, answer.value, answer.replaces) == (draft.id, draft.value, "")
    assert answer.saved_at == NOON
    assert answer.saved_at.tzinfo is UTC


def test_the_same_save_sent_again_is_one_row_even_after_newer_ones(store: Store) -> None:
    first = a_draft("one")
    answer = saved(store, first)
    saved(store, a_draft("two", based_on=first.id))
    assert store.save(first) == Saved(answer)
    assert [row.value for row in store.history("ana", 2, "late-notes")] == [{"text": "one"}, {"text": "two"}]


@pytest.mark.parametrize(
    "change", [{"value": {"text": "other"}}, {"participant": "ben"}, {"audience": "coach"}, {"entry": VISIT}]
)
def test_an_id_is_never_used_for_a_second_answer(store: Store, change: dict[str, Any]) -> None:
    first = a_draft("one")
    answer = saved(store, first)
    with pytest.raises(SaveRefused, match=first.id):
        store.save(dataclasses.replace(first, **change))
    assert store.newest("ana") == (answer,)


def test_who_did_not_see_the_newest_row_gets_it_and_writes_nothing(store: Store) -> None:
    first = saved(store, a_draft("one"))
    second = saved(store, a_draft("two", based_on=first.id))
    assert second.replaces == first.id
    for based_on in ("", first.id, str(uuid4())):
        assert store.save(a_draft("three", based_on=based_on)) == Conflict(second)
    assert store.newest("ana") == (second,)


def test_other_keys_are_in_nobody_s_way(store: Store) -> None:
    saved(store, a_draft())
    for change in ({"entry": VISIT}, {"exercise": "other"}, {"session": 3}, {"participant": "ben"}):
        saved(store, a_draft(**change))
    assert len(store.newest("ana")) == 4


def test_text_outlives_a_store_that_was_replaced_by_an_empty_one(store: Store) -> None:
    assert saved(store, a_draft("typed", based_on=str(uuid4()))).replaces == ""


def test_a_clock_that_goes_backwards_changes_nothing(tmp_path: Path) -> None:
    times = iter([NOON, NOON - timedelta(hours=1)])
    with Store.open(address_of(tmp_path / "answers.db"), now=lambda: next(times)) as store:
        first = saved(store, a_draft("one"))
        second = saved(store, a_draft("two", based_on=first.id))
        assert second.saved_at < first.saved_at
        assert store.newest("ana") == (second,)


def test_times_are_utc_whatever_the_clock_says(tmp_path: Path) -> None:
    chicago = NOON.astimezone(timezone(timedelta(hours=-6)))
    with Store.open(address_of(tmp_path / "answers.db"), now=lambda: chicago) as store:
        saved(store, a_draft())
        assert store.newest("ana")[0].saved_at.isoformat() == "2026-03-02T12:00:00+00:00"


def test_newest_can_be_asked_of_one_session(store: Store) -> None:
    rows = [saved(store, a_draft(session=session)) for session in (3, 1, 2)]
    assert store.newest("ana") == tuple(rows)
    assert store.newest("ana", 1) == (rows[1],)
    assert store.newest("nobody") == ()


# Sharing


def test_sharing_opens_every_live_entry_and_the_exercise_itself(store: Store) -> None:
    visit = saved(store, a_draft("visit", entry=VISIT))
    saved(store, a_draft("call", entry=CALL))
    rows = share(store, "coach")
    assert [(row.entry, row.value, row.audience) for row in rows] == [
        (VISIT, {"text": "visit"}, "coach"),
        (CALL, {"text": "call"}, "coach"),
        ("", {"order": [VISIT, CALL]}, "coach"),
    ]
    assert rows[0].replaces == visit.id
    assert store.newest("ana") == store.shared("ana", 2) == rows


def test_an_exercise_of_one_answer_keeps_its_value(store: Store) -> None:
    before = saved(store, a_draft("words"))
    (row,) = share(store, "program")
    assert (row.value, row.audience, row.replaces) == ({"text": "words"}, "program", before.id)


def test_an_exercise_never_answered_can_be_shared_before_it_is(store: Store) -> None:
    (row,) = share(store, "coach")
    assert (row.entry, row.value, row.replaces) == ("", {}, "")


def test_an_order_that_exists_is_kept(store: Store) -> None:
    saved(store, a_draft("visit", entry=VISIT))
    saved(store, a_draft("call", entry=CALL))
    saved(store, a_draft(value={"order": [CALL, VISIT]}))
    assert share(store, "coach")[-1].value == {"order": [CALL, VISIT]}


def test_a_removed_entry_does_not_come_back(store: Store) -> None:
    visit = saved(store, a_draft("visit", entry=VISIT))
    saved(store, a_draft(None, entry=VISIT, based_on=visit.id))
    saved(store, a_draft("call", entry=CALL))
    rows = share(store, "coach")
    assert [(row.entry, row.value) for row in rows] == [(CALL, {"text": "call"}), ("", {"order": [CALL]})]
    assert len(store.history("ana", 2, "late-notes", VISIT)) == 2
    assert VISIT not in {row.entry for row in store.shared("ana", 6)}


def test_an_answer_that_was_cleared_stays_cleared(store: Store) -> None:
    first = saved(store, a_draft("words"))
    saved(store, a_draft(None, based_on=first.id))
    (row,) = share(store, "coach")
    assert (row.value, row.audience) == (None, "coach")
    assert store.shared("ana", 2) == ()


def test_a_decision_sent_again_changes_nothing_even_after_another_one(store: Store) -> None:
    saved(store, a_draft("visit", entry=VISIT))
    decision = str(uuid4())
    once = share(store, "coach", id=decision)
    assert share(store, "coach", id=decision) == once
    later = share(store, "private")
    assert share(store, "coach", id=decision) == later
    assert store.shared("ana", 2) == ()


@pytest.mark.parametrize("change", [{"exercise": "other"}, {"participant": "ben"}, {"session": 3}])
def test_a_decision_s_id_is_never_used_for_another(store: Store, change: dict[str, Any]) -> None:
    decision = str(uuid4())
    share(store, "coach", id=decision)
    with pytest.raises(SaveRefused, match=decision):
        share(store, "coach", id=decision, **change)
    with pytest.raises(SaveRefused, match=decision):
        share(store, "private", id=decision)


@pytest.mark.parametrize("audience", ["participant", "self", "everyone"])
def test_a_participant_decides_only_among_a_participant_s_audiences(store: Store, audience: str) -> None:
    with pytest.raises(SaveRefused, match="audience"):
        share(store, audience)
    assert store.newest("ana") == ()


def test_what_a_coach_wrote_keeps_its_audience_and_its_author(store: Store) -> None:
    note = saved(store, a_draft("note", author="lee", entry=VISIT, audience="self"))
    state = saved(store, a_draft("kept", author="lee", entry=CALL, audience="coach"))
    rows = share(store, "private")
    assert rows[0] == note
    assert (rows[1].author, rows[1].audience, rows[1].replaces) == ("lee", "private", state.id)
    assert rows[2].author == "ana"


def test_nobody_s_decision_opens_what_a_coach_keeps_to_themself(store: Store) -> None:
    kept = saved(store, a_draft("for me alone", author="lena", exercise="coach-own-note", audience="self"))
    with pytest.raises(SaveRefused, match="coach's"):
        share(store, "coach", exercise="coach-own-note")
    with pytest.raises(SaveRefused, match="somebody else") as caught:
        store.save(a_draft("mine", exercise="coach-own-note"))
    assert "alone" not in str(caught.value)
    assert store.newest("ana") == (kept,)


def test_a_note_to_oneself_cannot_take_the_place_of_a_participant_s_promise(store: Store) -> None:
    promise = saved(store, a_draft("I will ask", entry=VISIT, audience="coach"))
    with pytest.raises(SaveRefused, match="one of its own"):
        store.save(a_draft("hm", author="lena", entry=VISIT, audience="self", based_on=promise.id))
    assert store.shared("ana", 2) == (promise,)


def test_an_entry_from_a_stale_window_cannot_reopen_an_exercise(store: Store) -> None:
    share(store, "private")
    saved(store, a_draft("late", entry=VISIT, audience="coach"))
    assert store.shared("ana", 6) == ()


def test_the_form_that_was_open_while_sharing_meets_a_conflict_and_not_a_loss(store: Store) -> None:
    seen = saved(store, a_draft("words", audience="coach"))
    (now,) = share(store, "private")
    assert store.save(a_draft("more words", audience="coach", based_on=seen.id)) == Conflict(now)


# What a coach may read


def test_shared_covers_the_sessions_up_to_the_one_asked_for(store: Store) -> None:
    rows = [saved(store, a_draft(session=session, audience="coach")) for session in (1, 2, 3)]
    saved(store, a_draft(participant="ben", session=1, audience="coach"))
    assert store.shared("ana", 2) == tuple(rows[:2])


def test_shared_is_one_query(store: Store) -> None:
    for session in (1, 2):
        saved(store, a_draft(session=session, audience="coach"))
    asked: list[str] = []
    sa.event.listen(store._reading, "before_cursor_execute", lambda *call: asked.append(call[2]))
    store.shared("ana", 6)
    assert [line.split()[0] for line in asked] == ["BEGIN", "SELECT", "SELECT"], "names, then the rows"


def test_a_row_that_was_shared_and_then_made_private_is_not_shared(store: Store) -> None:
    before = saved(store, a_draft("words", audience="coach"))
    saved(store, a_draft("words", based_on=before.id))
    assert store.shared("ana", 6) == ()
    assert store.unshared([before.id]) == {before.id}


def test_audiences_tell_what_was_decided_for_each_exercise_up_to_a_session(store: Store) -> None:
    saved(store, a_draft(exercise="undecided", entry=VISIT, audience="coach"))
    saved(store, a_draft(session=3, audience="coach"))
    saved(store, a_draft(session=1, audience="coach"))
    share(store, "coach")
    share(store, "private")
    assert store.audiences("ana", 2) == {(1, "late-notes"): "coach", (2, "late-notes"): "private"}


def test_unshared_tells_what_was_closed_removed_or_never_there(store: Store) -> None:
    kept = saved(store, a_draft("kept", exercise="a", audience="coach"))
    saved(store, a_draft("kept and edited", exercise="a", audience="coach", based_on=kept.id))
    visit = saved(store, a_draft("visit", entry=VISIT, audience="coach"))
    call = saved(store, a_draft("call", entry=CALL, audience="coach"))
    other = saved(store, a_draft("other", participant="ben", audience="coach"))
    unknown, ids = str(uuid4()), {kept.id, visit.id, call.id, other.id}
    assert store.unshared({*ids, unknown}) == {unknown}
    saved(store, a_draft(None, entry=VISIT, audience="coach", based_on=visit.id))
    assert store.unshared(ids) == {visit.id}
    share(store, "private")
    assert store.unshared(ids) == {visit.id, call.id}
    assert store.unshared([]) == frozenset()


def test_closed_tells_what_a_participant_keeps_from_the_coach(store: Store) -> None:
    saved(store, a_draft(session=1, audience="coach"))
    saved(store, a_draft(session=2, exercise="own", audience="private"))
    saved(store, a_draft(participant="ben", exercise="own", audience="coach"))
    asked = {("ana", 1, "late-notes"), ("ana", 2, "own"), ("ana", 2, "never-seen"), ("ben", 2, "own")}
    assert store.closed(asked) == {("ana", 2, "own")}
    assert store.closed([]) == frozenset()


def test_told_gives_every_revision_that_was_shared_of_what_is_shared_now(store: Store) -> None:
    private = saved(store, a_draft("private then", exercise="a"))
    first = saved(store, a_draft("first", exercise="a", audience="coach", based_on=private.id))
    last = saved(store, a_draft("last", exercise="a", audience="coach", based_on=first.id))
    shared_once = saved(store, a_draft("shared once", exercise="b", audience="coach"))
    saved(store, a_draft("private now", exercise="b", based_on=shared_once.id))
    saved(store, a_draft("later", session=3, exercise="a", audience="coach"))
    assert store.told("ana", 2) == (first, last)


def test_unshared_takes_as_many_ids_as_a_report_may_have(store: Store) -> None:
    ids = {str(uuid4()) for _ in range(1200)}
    assert store.unshared(ids) == ids


# Events


def an_event(**changes: Any) -> Event:
    fields: dict[str, Any] = {"what": "opened", "who": "ana", "participant": "ana", "at": NOON, "session": 2}
    return Event(**({"id": str(uuid4())} | fields | changes))


def test_events_are_kept_in_the_order_in_which_they_were_recorded(store: Store) -> None:
    events = [
        an_event(session=2),
        an_event(session=3, at=NOON - timedelta(days=1)),
        an_event(participant="ben"),
    ]
    for event in events:
        store.record(event)
    assert store.events("ana") == tuple(events[:2])
    assert store.events("ana", 3) == (events[1],)


def test_of_several_events_all_are_recorded_or_none(store: Store) -> None:
    first, second = an_event(), an_event(session=3)
    store.record(first, second)
    with pytest.raises(SaveRefused, match="is already another one"):
        store.record(an_event(session=4), dataclasses.replace(first, session=5))
    assert store.events("ana") == (first, second)


def test_an_event_sent_again_is_one_event_and_its_id_names_no_other(store: Store) -> None:
    event = an_event()
    store.record(event)
    store.record(event)
    with pytest.raises(SaveRefused, match=event.id):
        store.record(dataclasses.replace(event, what="erased"))
    assert store.events("ana") == (event,)


# Threads and closing


def test_many_threads_saving_at_once_lose_nothing(store: Store) -> None:
    drafts = [a_draft(str(number), entry=str(uuid4())) for number in range(200)]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(store.save, drafts))
    assert all(isinstance(outcome, Saved) for outcome in outcomes)
    assert {row.id for row in store.newest("ana")} == {draft.id for draft in drafts}


def test_of_many_threads_with_the_same_base_one_saves_and_the_others_hear_of_it(store: Store) -> None:
    base = saved(store, a_draft("base"))
    drafts = [a_draft(str(number), based_on=base.id) for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(store.save, drafts))
    (winner,) = [outcome.answer for outcome in outcomes if isinstance(outcome, Saved)]
    assert all(outcome == Conflict(winner) for outcome in outcomes if isinstance(outcome, Conflict))
    assert store.newest("ana") == (winner,)


def test_a_closed_store_says_so_and_closing_twice_is_no_matter(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreUnusable, match="is closed"):
        store.newest("ana")
    with pytest.raises(StoreUnusable, match="is closed"):
        store.save(a_draft())


def test_a_closed_store_leaves_no_open_file_and_no_side_files(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.save(a_draft(entry=str(uuid4()))), range(20)))
    store.close()
    assert [file.name for file in store.path.parent.iterdir()] == ["answers.db"]
    opened = Path("/proc/self/fd")
    links = (
        [str(link.readlink()) for link in opened.iterdir() if link.is_symlink()] if opened.exists() else []
    )
    assert str(store.path) not in links


def test_closing_waits_for_the_save_that_is_running(tmp_path: Path) -> None:
    reached, go = threading.Event(), threading.Event()

    def slow_clock() -> datetime:
        reached.set()
        go.wait(10)
        return NOON

    store = Store.open(address_of(tmp_path / "answers.db"), now=slow_clock)
    with ThreadPoolExecutor(2) as pool:
        saving = pool.submit(store.save, a_draft())
        reached.wait(10)
        closing = pool.submit(store.close)
        assert not closing.done()
        go.set()
        assert isinstance(saving.result(10), Saved)
        closing.result(10)


# Any interleaving

EXERCISES, ENTRIES = ("a", "b"), ("", VISIT, CALL)
keys = st.tuples(st.sampled_from(EXERCISES), st.sampled_from(ENTRIES))
writers = st.integers(0, 2)
audiences = st.sampled_from(["private", "coach", "program"])
steps = st.one_of(
    st.tuples(st.just("look"), writers),
    st.tuples(st.just("save"), writers, keys, st.sampled_from(["x", "y", None]), audiences),
    st.tuples(st.just("share"), writers, st.sampled_from(EXERCISES), audiences),
)


class Writers:
    """Three windows on one participant, each with what it last saw, over two open stores."""

    def __init__(self, stores: list[Store]) -> None:
        self.stores = stores
        self.seen: list[dict[tuple[str, str], str]] = [{}, {}, {}]
        self.written: list[Answer] = []

    def take(self, step: tuple[Any, ...]) -> None:
        verb, writer, *rest = step
        getattr(self, verb)(self.stores[writer % 2], self.seen[writer], *rest)

    def look(self, store: Store, seen: dict[tuple[str, str], str]) -> None:
        seen.update({(row.exercise, row.entry): row.id for row in store.newest("ana")})

    def save(self, store: Store, seen: dict[tuple[str, str], str], key: tuple[str, str], *what: Any) -> None:
        text, audience = what
        based_on = seen.get(key, "")
        outcome = store.save(
            a_draft(text, exercise=key[0], entry=key[1], audience=audience, based_on=based_on)
        )
        now = next((row.id for row in newest(self.written) if (row.exercise, row.entry) == key), "")
        assert isinstance(outcome, Saved) == (now == based_on)
        if isinstance(outcome, Saved):
            self.written.append(outcome.answer)
            seen[key] = outcome.answer.id
        else:
            assert outcome.newer.id == now

    def share(self, store: Store, seen: dict[tuple[str, str], str], exercise: str, audience: str) -> None:
        before = {row.id for row in self.written}
        decision = str(uuid4())
        rows = share(store, audience, id=decision, exercise=exercise)
        assert share(store, audience, id=decision, exercise=exercise) == rows
        assert {row.audience for row in rows} == {audience}
        # the exercise's own row is written last, wherever its key first appeared
        self.written += sorted((row for row in rows if row.id not in before), key=lambda row: not row.entry)
        seen.update({(row.exercise, row.entry): row.id for row in rows})


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=25))
def test_any_interleaving_of_writers_keeps_every_row_and_one_truth(taken: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        address = address_of(Path(folder) / "answers.db")
        with Store.open(address) as one, Store.open(address) as two:
            writing = Writers([one, two])
            for step in taken:
                writing.take(step)
            history = [
                row
                for exercise in EXERCISES
                for entry in ENTRIES
                for row in one.history("ana", 2, exercise, entry)
            ]
            assert sorted(history, key=lambda row: row.id) == sorted(writing.written, key=lambda row: row.id)
            rows = two.newest("ana")
            assert rows == newest(writing.written)
            shared = one.shared("ana", 2)
            assert {row.id for row in shared} <= {row.id for row in rows if row.audience == "coach"}
            ids = {row.id for row in writing.written}
            open_keys = {row.key for row in shared}
            assert two.unshared(ids) == {
                row.id for row in writing.written if row.key not in open_keys or row.value is None
            }
