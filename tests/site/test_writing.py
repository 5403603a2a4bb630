"""What coaches write after a call: over the wire, into a real store, and out of anybody else's sight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from coach import HERE, Coach

from mdli_workbook.answers import Draft
from mdli_workbook.exercises.coaching import AGREED, CALL, NOTE, comment_on, own_note
from mdli_workbook.exercises.commitment import CommitmentValue
from mdli_workbook.shelf import closed_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdli_workbook.answers import Answer
    from tests.site.conftest import House, Running

MARK = "zqmark"


@pytest.fixture
def kim(house: House, site: Running) -> Coach:
    house.report("amara")
    return Coach(site.coach("coach-kim"))


def rows(house: House, form: str, session: int = 3) -> list[Answer]:
    with house.store() as store:
        return list(store.history("amara", session, form))


def events(house: House) -> list[str]:
    with house.store() as store:
        return [one.what for one in store.events("amara", 3) if one.what.startswith("call-")]


def test_a_note_is_kept_under_the_coach_s_name_for_the_participant(house: House, kim: Coach) -> None:
    saved = kim.save(NOTE.id, {"text": MARK})
    assert saved["type"] == "saved"
    [row] = rows(house, NOTE.id)
    assert (row.author, row.participant, row.session) == ("coach-kim", "amara", 3)
    assert (row.value, row.audience, row.id) == ({"text": MARK}, "participant", saved["revision"])
    assert kim.part(NOTE.id)["state"]["answers"][""]["value"] == {"text": MARK}


def test_the_same_save_twice_is_one_row_and_one_answer(house: House, kim: Coach) -> None:
    first, second = (
        kim.save(NOTE.id, {"text": "once"}, id_="0" * 8 + "-0000-4000-8000-" + "0" * 12) for _ in "ab"
    )
    assert first == second
    assert len(rows(house, NOTE.id)) == 1


def test_two_windows_of_a_coach_meet_in_a_conflict_and_lose_nothing(house: House, kim: Coach) -> None:
    kim.save(NOTE.id, {"text": "first window"})
    answer = kim.save(NOTE.id, {"text": "second window"})
    assert (answer["type"], answer["newer"]["value"]) == ("conflict", {"text": "first window"})
    kept = kim.save(NOTE.id, {"text": "second window"}, based_on=answer["newer"]["revision"])
    assert kept["type"] == "saved"
    assert [row.value for row in rows(house, NOTE.id)] == [
        {"text": "first window"},
        {"text": "second window"},
    ]


def test_whatever_a_message_says_of_writer_and_reader_is_ignored(house: House, kim: Coach) -> None:
    lies = {"author": "amara", "audience": "self", "participant": "ben", "session": 1}
    sent = {"type": "save", "id": str(uuid4()), "value": {"text": "x"}} | lies
    assert kim.send(NOTE.id, sent)["type"] == "saved"
    [row] = rows(house, NOTE.id)
    assert (row.author, row.audience, row.participant, row.session) == (
        "coach-kim",
        "participant",
        "amara",
        3,
    )


def test_nobody_decides_over_who_reads_what_a_coach_wrote(house: House, kim: Coach) -> None:
    kim.save(NOTE.id, {"text": "for amara"})
    for form in (NOTE.id, own_note("coach-kim").id, CALL.id):
        answer = kim.send(
            form, {"type": "audience", "id": str(uuid4()), "audience": "program", "based_on": {}}
        )
        assert answer["type"] == "refused"
    assert {row.audience for row in rows(house, NOTE.id)} == {"participant"}


@pytest.mark.parametrize(
    "form",
    [
        "first-guess",
        "coach-own-note",
        own_note("coach-lee").id,
        comment_on("never-written").id,
        comment_on("kept").id,
        "coach-anything",
        "",
    ],
)
def test_a_coach_fills_in_their_own_forms_and_no_others(house: House, kim: Coach, form: str) -> None:
    with house.store() as store:
        store.save(Draft(str(uuid4()), "amara", "spring", "amara", 3, "kept", {"text": "private"}, "private"))
        before = store.newest("amara")
    for message in (
        {"type": "hello"},
        {"type": "history"},
        {"type": "save", "id": str(uuid4()), "value": {"text": "x"}},
    ):
        assert kim.send(form, message)["type"] == "refused"
    with house.store() as store:
        assert store.newest("amara") == before


# -- the record of the call


def test_a_held_call_closes_the_report_and_a_correction_opens_it_again(house: House, kim: Coach) -> None:
    held = kim.save(CALL.id, {"state": "held", "minutes": 45})
    assert events(house) == ["call-held"]
    with house.store() as store:
        assert closed_at(store.events("amara", 3)) == rows(house, CALL.id)[0].saved_at
    assert kim.visitor.get(f"{HERE}/now").json()["closed"]
    kim.save(CALL.id, {"state": "missed"}, based_on=held["revision"])
    assert events(house) == ["call-held", "call-missed"]
    assert not kim.visitor.get(f"{HERE}/now").json()["closed"]
    assert [row.value for row in rows(house, CALL.id)] == [
        {"state": "held", "minutes": 45, "moved_to": ""},
        {"state": "missed", "minutes": None, "moved_to": ""},
    ]


def test_minutes_alone_make_no_second_event(house: House, kim: Coach) -> None:
    held = kim.save(CALL.id, {"state": "held", "minutes": None})
    longer = kim.save(CALL.id, {"state": "held", "minutes": 50}, based_on=held["revision"])
    moved = kim.save(CALL.id, {"state": "moved", "moved_to": "2026-04-02"}, based_on=longer["revision"])
    kim.save(CALL.id, {"state": ""}, based_on=moved["revision"])
    assert events(house) == ["call-held", "call-moved", "call-planned"]


def test_a_call_whose_event_was_lost_gets_it_with_the_next_message(house: House, kim: Coach) -> None:
    row = str(uuid4())
    with house.store() as store:
        store.save(
            Draft(
                row,
                "coach-kim",
                "spring",
                "amara",
                3,
                CALL.id,
                {"state": "held", "minutes": 30, "moved_to": ""},
                "participant",
            )
        )
    assert events(house) == []
    for _ in "ab":
        assert kim.save(CALL.id, {"state": "held", "minutes": 30}, id_=row)["revision"] == row
        kim.send(CALL.id, {"type": "hello"})
    assert events(house) == ["call-held"]


def test_one_save_sent_by_many_threads_at_once_is_one_row_and_one_event(house: House, kim: Coach) -> None:
    row = str(uuid4())
    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(kim.save, CALL.id, {"state": "held"}, id_=row) for _ in range(16)]
    assert {one.result()["revision"] for one in sent} == {row}
    assert len(rows(house, CALL.id)) == 1
    assert events(house) == ["call-held"]


@pytest.mark.parametrize(
    "value", [{"state": "held", "minutes": 9999}, {"state": "?"}, {"text": "x"}, {"state": None}]
)
def test_a_record_that_does_not_fit_is_refused_in_words(house: House, kim: Coach, value: Any) -> None:
    answer = kim.save(CALL.id, value)
    assert answer["type"] == "refused"
    assert answer["reason"].endswith("correct it.")
    assert rows(house, CALL.id) == []
    assert events(house) == []


# -- what was agreed


def promised(house: House, entry: str, **value: Any) -> None:
    """Answer to a promise in the participant's next workbook."""
    with house.store() as store:
        before = store.history("amara", 3, AGREED.id, entry)[-1]
        new = (before.value or {}) | value
        store.save(
            Draft(str(uuid4()), "amara", "spring", "amara", 3, AGREED.id, new, "coach", entry, before.id)
        )


def test_what_was_agreed_is_an_open_commitment(house: House, kim: Coach) -> None:
    entry = str(uuid4())
    saved = kim.save(AGREED.id, {"act": "Ask the desk", "due": "2026-04-01"}, entry)
    assert saved["value"] == CommitmentValue(act="Ask the desk", due="2026-04-01").model_dump(mode="json")
    assert AGREED.carries(saved["value"])
    longer = kim.save(AGREED.id, {"act": "Ask the front desk"}, entry, saved["revision"])
    assert longer["value"]["due"] == "2026-04-01", "a field that the browser does not send stays"


def test_once_the_participant_has_answered_the_words_are_theirs(house: House, kim: Coach) -> None:
    entry = str(uuid4())
    saved = kim.save(AGREED.id, {"act": "Ask the desk", "due": "2026-04-01"}, entry)
    promised(house, entry, state="kept", reason="It took a minute.")
    again = kim.save(AGREED.id, {"act": "Something else", "reason": ""}, entry, saved["revision"])
    assert (again["type"], "stay" in again["reason"]) == ("refused", True)
    with house.store() as store:
        newest = store.history("amara", 3, AGREED.id, entry)[-1]
        latest = kim.save(AGREED.id, None, entry, newest.id)
        assert latest["type"] == "refused"
        assert store.history("amara", 3, AGREED.id, entry)[-1] == newest
    forms = kim.forms()
    assert forms["answered"] == [
        {"act": "Ask the desk", "due": "2026-04-01", "state": "kept", "reason": "It took a minute."}
    ]
    assert entry not in kim.part(AGREED.id)["state"]["answers"]


# -- comments


def test_a_comment_says_on_which_answer_it_is_whatever_the_browser_says(house: House, kim: Coach) -> None:
    [offered] = kim.forms()["comments"]
    assert (offered["exercise"], offered["title"]) == ("first-guess", "First guess")
    saved = kim.save(offered["spec"]["id"], {"text": MARK, "exercise": "another", "title": "Lies"})
    assert saved["value"] == {"text": MARK, "exercise": "first-guess", "entry": "", "title": "First guess"}
    [row] = rows(house, comment_on("first-guess").id)
    assert (row.audience, row.author) == ("participant", "coach-kim")
    assert kim.forms()["comments"][0]["state"]["answers"][""]["value"]["text"] == MARK


def test_on_an_answer_that_was_withdrawn_nothing_more_is_written(house: House, kim: Coach) -> None:
    house.write("amara", 3, "mine alone now", audience="private")
    answer = kim.save(comment_on("first-guess").id, {"text": MARK})
    assert (answer["type"], "no longer shared" in answer["reason"]) == ("refused", True)
    assert rows(house, comment_on("first-guess").id) == []
    assert kim.save(NOTE.id, {"text": "still possible"})["type"] == "saved"


def test_a_coach_erases_no_word_of_the_participant(house: House, kim: Coach) -> None:
    entry = str(uuid4())
    kim.save(AGREED.id, {"act": "Ask", "due": "2026-04-01"}, entry)
    promised(house, entry, state="kept", reason=MARK)
    kim.send(AGREED.id, {"type": "erase", "id": str(uuid4()), "entry": entry})
    with house.store() as store:
        assert [row.value for row in store.history("amara", 3, AGREED.id, entry)][-1] == (
            CommitmentValue(act="Ask", due="2026-04-01", state="kept", reason=MARK).model_dump(mode="json")
        )


# -- who may, and how


def test_another_coach_a_former_coach_and_a_stranger_write_nothing(
    house: House, kim: Coach, site: Running
) -> None:
    house.report("ben")
    lee = Coach(site.coach("coach-lee"), "/report/ben/3")
    lee.page = HERE
    message = {"form": NOTE.id, "message": {"type": "save", "id": str(uuid4()), "value": {"text": MARK}}}
    assert lee.post(message).status_code == 404
    stranger = site.visitor()
    token = site.form_token(stranger.get("/login"))
    asked = {"X-XSRFToken": token, "Content-Type": "application/json"}
    answer = stranger.post(f"{HERE}/write", json=message, headers=asked)
    assert answer.status_code == 401
    assert "Sign in again" in answer.json()["answer"]["reason"]
    house.replace("roster.csv", "amara@example.org,spring,coach-kim", "amara@example.org,spring,coach-lee")
    assert kim.post(message).status_code == 404
    assert rows(house, NOTE.id) == []


def test_a_report_is_not_needed_to_write_but_a_session_of_the_program_is(house: House, kim: Coach) -> None:
    kim.page = "/report/amara/2"
    assert kim.save(NOTE.id, {"text": "no report there"})["type"] == "saved"
    assert len(rows(house, NOTE.id, 2)) == 1
    message = {"form": NOTE.id, "message": {"type": "hello"}}
    for page in ("/report/amara/6", "/report/dan/3", "/report/nobody/3"):
        kim.page = page
        assert kim.post(message).status_code == 404, page


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"X-XSRFToken": ""}, 403),
        (b"{}", {"X-XSRFToken": "2|aaaaaaaa|bbbb|1"}, 403),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {}, 400),
        (b"", {}, 400),
        (b"\xff", {}, 400),
        (b'{"form": "coach-note", "message": "hello"}', {}, 400),
        (b"[" * 9000, {}, 400),
        (b'{"form": "coach-note", "message": {"type": "nonsense"}}', {}, 200),
        (
            b'{"form": "coach-note", "message": {"type": "hello"}}',
            {"Content-Type": "application/json; charset=utf-8"},
            200,
        ),
    ],
)
def test_what_is_not_a_message_is_answered_as_json_and_writes_nothing(
    house: House, kim: Coach, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = kim.post(body, **headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert rows(house, NOTE.id) == []


def test_a_page_of_text_passes_and_what_no_store_would_take_does_not(house: House, kim: Coach) -> None:
    assert kim.save(NOTE.id, {"text": "é" * 100_000})["type"] == "saved"
    answer = kim.save(own_note("coach-kim").id, {"text": "e" * 100_001})
    assert "100,000 characters" in answer["reason"]
    assert status_of(lambda: kim.post(b" " * 1_000_001)) in {400, 413, None}
    assert kim.save(CALL.id, {"state": "missed"})["type"] == "saved", "the site goes on"


def test_without_a_sign_in_not_even_the_body_is_taken(kim: Coach, site: Running) -> None:
    stranger = site.visitor()
    token = site.form_token(stranger.get("/login"))
    sent = {"Content-Type": "application/json", "X-XSRFToken": token}
    answered = status_of(lambda: stranger.post(f"{HERE}/write", content=b" " * 100_000, headers=sent))
    assert answered in {400, None}


def status_of(ask: Callable[[], httpx.Response]) -> int | None:
    """Ask; ``None`` where the site has closed the connection upon what came."""
    try:
        return ask().status_code
    except httpx.TransportError:
        return None


def test_while_the_program_cannot_be_read_nothing_is_written_and_the_form_is_told(
    house: House, kim: Coach
) -> None:
    roster = house.folder / "roster.csv"
    text = roster.read_text("utf-8")
    roster.write_text(text[:120], "utf-8")
    answer = kim.post({"form": NOTE.id, "message": {"type": "hello"}})
    roster.write_text(text, "utf-8")
    assert answer.status_code == 503
    assert answer.json()["answer"]["type"] == "refused"


def test_no_markup_of_anybody_reaches_the_page_as_markup(house: House, kim: Coach) -> None:
    evil = "<script>quokka()</script>"
    entry = str(uuid4())
    kim.save(NOTE.id, {"text": evil})
    kim.save(AGREED.id, {"act": evil}, entry)
    promised(house, entry, reason=evil)
    kim.page = "/report/cleo/3"
    house.report("cleo")
    told = kim.visitor.get("/report/cleo/3/now")
    assert told.headers["Content-Type"].startswith("application/json")
    assert told.headers["X-Content-Type-Options"] == "nosniff"
    assert all(one["spec"]["above"] == "" for one in told.json()["forms"]["parts"])
