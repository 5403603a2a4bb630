"""The front page says who, what they want to talk about, what is promised and what is done, safely."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mdli_workbook.answers import Answer
from mdli_workbook.briefing import Before, Briefing, Declared, Meeting, Person, Repeat, Step
from mdli_workbook.exercises.coaching import NOTE
from mdli_workbook.exercises.front import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.answers import Value

AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
ENTRY = "0b6d3a52-6a0e-4c39-9d7e-0e9a3a1c5b11"
PROMISE = {"act": "Ask the front desk one question", "due": "2026-03-30", "state": "open"}
SCALE = {
    "points": [
        {"id": str(one), "label": label} for one, label in enumerate(("never", "seldom", "often", "always"))
    ],
    "statements": [{"id": "asks", "text": "I ask first.", "of": "listen"}],
}
EVIL = "<script>quokka()</script>\"' onload=quokka() {0} </li></section><img src=x onerror=quokka()>"


class Page:
    """A briefing under construction."""

    def __init__(self, **more: Any) -> None:
        self.exercises: list[Declared] = []
        self.answers: list[Answer] = []
        self.more = more

    def add(
        self,
        kind: str,
        name: str,
        values: Mapping[str, Value] | None = None,
        session: int = 2,
        **literals: Any,
    ) -> Page:
        self.exercises.append(Declared(kind=kind, session=session, id=name, literals=literals))
        for entry, value in (values or {}).items():
            key = (f"{session}-{name}-{entry}", "ana", "spring", "ana", session, name)
            self.answers.append(Answer(*key, entry, value, "coach", AT))
        return self

    def briefing(self) -> Briefing:
        fields: dict[str, Any] = {
            "person": Person(id="ana", name="Ana Example", role="Medical director", organization="Riverside"),
            "coach": "Sam Kim",
            "session": 2,
            "title": "Listen",
            "held_on": date(2026, 2, 10),
            "meeting": Meeting(number=2, window=(date(2026, 2, 16), date(2026, 2, 27))),
            "today": date(2026, 3, 20),
            "exercises": tuple(self.exercises),
            "answers": tuple(self.answers),
        }
        return Briefing(**fields | self.more)

    def html(self, part: str, title: str = "") -> str:
        return str(PARTS[part](self.briefing(), title))

    def text(self, part: str, title: str = "") -> str:
        return " ".join(re.sub(r"<[^>]*>", " ", self.html(part, title)).split())


def month(**more: Any) -> Before:
    """Return the month before, in which nothing happened."""
    call = Meeting(number=1, window=(date(2026, 1, 19), date(2026, 1, 30)))
    fields = {"session": 1, "call": call, "since": AT, "done": 0, "total": 4, "settled": {}, "named": ()}
    return Before(**fields | more)


def test_it_says_who_and_which_call() -> None:
    text = Page().text("who")
    assert "Ana Example Medical director, Riverside" in text
    assert "2 of 6, no time agreed yet; between 16 February 2026 and 27 February 2026" in text
    assert "2, Listen, held 10 February 2026" in text
    assert "Sam Kim" not in text, "whoever reads it knows, and it may be another one next month"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/Chicago", "24 March 2026, 17:30 CDT"),
        ("Europe/Vienna", "24 March 2026, 23:30 CET"),
        ("Asia/Tokyo", "25 March 2026, 07:30 JST"),
    ],
)
def test_an_agreed_time_is_told_where_the_coach_is(zone: str, shown: str) -> None:
    at = datetime(2026, 3, 24, 22, 30, tzinfo=UTC)
    meeting = Meeting(number=2, window=(date(2026, 3, 17), date(2026, 3, 27)), starts_at=at, zone=zone)
    assert shown in Page(meeting=meeting).text("who")


def test_an_organization_or_role_that_is_not_known_leaves_no_comma() -> None:
    assert '<p class="mdli-about" dir="auto"></p>' in Page(person=Person(id="ana", name="Ana")).html("who")


def test_what_they_want_to_talk_about_comes_in_their_order() -> None:
    page = Page().add("agenda", "for-the-call", {"": {"lines": ["How to say sorry", "My phone", ""]}})
    assert page.html("for-the-call").count("<li") == 2
    assert page.text("for-the-call").endswith("How to say sorry My phone")


def test_nothing_noted_is_said_too() -> None:
    for page in (
        Page(),
        Page().add("agenda", "for-the-call"),
        Page().add("agenda", "for-the-call", {"": {"lines": [" "]}}),
    ):
        assert "Nothing noted yet." in page.text("for-the-call")


def test_the_coachs_last_note_stands_below() -> None:
    page = Page().add("reflection", NOTE.id, {"": {"text": "Bring the audit."}}, session=1)
    assert "after call 1 Bring the audit." in page.text("for-the-call")


def test_last_months_talk_is_not_this_months() -> None:
    page = Page().add("agenda", "for-the-call", {"": {"lines": ["How to say sorry"]}}, session=1)
    assert "sorry" not in page.text("for-the-call")


def test_the_calls_before_and_after_are_told() -> None:
    assert "Call before none, this is the first" in Page().text("who")
    assert "Call after none, this is the last" in Page().text("who")
    after = Meeting(number=3, window=(date(2026, 3, 17), date(2026, 3, 27)))
    assert "Call after call 3, no time agreed yet; between 17 March 2026 and 27 March 2026" in Page(
        after=after
    ).text("who")


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ({"state": "held", "minutes": 45}, "call 1, 21 January 2026, held, 45 minutes"),
        ({"state": "missed", "minutes": 45}, "call 1, 21 January 2026, missed"),
        ({"state": "planned"}, "call 1, 21 January 2026, not recorded"),
        ({"state": "moved", "moved_to": "2026-02-02"}, "call 1, 21 January 2026, moved to 2 February 2026"),
    ],
)
def test_what_became_of_the_call_before_is_told(recorded: dict[str, Any], said: str) -> None:
    starts_at = datetime(2026, 1, 22, 0, tzinfo=UTC)  # still the 21st in Chicago
    call = Meeting(
        number=1,
        window=(date(2026, 1, 19), date(2026, 1, 30)),
        starts_at=starts_at,
        zone="America/Chicago",
        **recorded,
    )
    assert f"Call before {said} Call after" in Page(before=month(call=call)).text("who")


def test_a_commitment_says_what_by_when_and_where_it_comes_from() -> None:
    steps = (Step(session=1, exercise="first-step", entry=ENTRY, at=AT, state="open", due="2026-03-10"),)
    moved = Step(session=1, exercise="first-step", entry=ENTRY, at=AT, state="open", due="2026-03-30")
    page = Page(history=(*steps, moved)).add("commitment", "first-step", {ENTRY: PROMISE}, session=1)
    text = page.text("commitments")
    assert "Ask the front desk one question open" in text
    assert "by 30 March 2026" in text
    assert "now past" not in text
    assert "First step, session 1, 19 days old" in text
    assert "date moved once, at first 10 March 2026" in text


@pytest.mark.parametrize(("state", "past"), [("open", True), ("kept", False), ("dropped", False)])
def test_only_an_open_commitment_is_past_its_date(state: str, past: bool) -> None:  # noqa: FBT001
    page = Page().add("commitment", "next-step", {ENTRY: PROMISE | {"due": "2026-03-19", "state": state}})
    assert ("now past" in page.text("commitments")) is past
    today = Page().add("commitment", "next-step", {ENTRY: PROMISE | {"due": "2026-03-20", "state": state}})
    assert "now past" not in today.text("commitments")


def test_open_ones_come_first_by_date_and_those_without_one_after_them() -> None:
    dues = {"later": "2026-04-02", "none": "", "past": "2026-03-01"}
    page = Page()
    page.add("commitment", "kept-one", {"0": PROMISE | {"act": "kept", "due": "2026-01-01", "state": "kept"}})
    for name, due in dues.items():
        page.add("commitment", name, {ENTRY: PROMISE | {"act": f"act-{name}", "due": due}})
    text = page.text("commitments")
    places = [text.index(act) for act in ("act-past", "act-later", "act-none", "kept kept")]
    assert places == sorted(places)


def test_no_commitment_is_said_too() -> None:
    for page in (
        Page(),
        Page().add("commitment", "next-step"),
        Page().add("commitment", "next-step", {"": {"order": []}}),
    ):
        assert "No commitment is written down." in page.text("commitments")


def test_done_partly_done_left_and_not_opened_are_told_apart() -> None:
    page = Page(opened=("left",))
    page.add("reflection", "done", {"": {"text": "Words."}}, title="The first guess").add(
        "reflection", "left"
    )
    page.add("reflection", "never").add("commitment", "part", {ENTRY: {"act": "Something", "due": ""}})
    page.add("commitment", "earlier", {ENTRY: PROMISE}, session=1)
    text = page.text("done-and-open")
    assert "1 of 4 done." in text
    assert "Not opened Never Opened and left Left Partly done Part Done The first guess" in text
    assert "Earlier" not in text


def test_a_session_of_which_the_coach_may_know_nothing_is_said_so() -> None:
    assert Page().text("done-and-open").endswith("0 of 0 done.")
    assert "<dl" not in Page().html("done-and-open")


def test_what_changed_is_shown_only_for_a_rating_that_was_repeated() -> None:
    repeat = Repeat(now="again", then="rating", then_session=1)
    page = Page(repeats=(repeat,)).add("scale", "again", {"": {"ratings": {"asks": "3"}}}, **SCALE)
    assert page.html("changed") == ""
    page.add("scale", "rating", {"": {"ratings": {"asks": "0"}}}, session=1, **SCALE)
    assert "I ask first. never, now always" in page.text("changed")
    assert 'role="img"' in page.html("changed")
    assert Page().html("changed") == ""


def test_who_did_nothing_gets_a_page_that_says_something_useful() -> None:
    page = (
        Page().add("reflection", "first-guess").add("agenda", "for-the-call").add("commitment", "next-step")
    )
    text = " ".join(page.text(part) for part in PARTS)
    assert "0 of 3 done." in text
    assert "Nothing of session 2 is written that you can see." in text


@pytest.mark.parametrize("part", [name for name in PARTS if name not in {"changed", "questions"}])
def test_a_part_bears_the_title_that_the_template_gives_it(part: str) -> None:
    assert "Sorted &amp; <ready>" not in Page().html(part, "Sorted & <ready>")
    assert "Sorted &amp; &lt;ready&gt;" in Page().html(part, "Sorted & <ready>")


@pytest.mark.parametrize("part", PARTS)
def test_what_people_wrote_stays_text(part: str) -> None:
    words = dict.fromkeys(("cue", "act", "who_hears", "obstacle", "reason"), EVIL)
    evil = {
        "points": [{"id": str(one), "label": EVIL} for one in range(4)],
        "statements": [{"id": "asks", "text": EVIL, "of": "listen"}],
    }
    page = Page(
        person=Person(id="ana", name=EVIL, role=EVIL, organization=EVIL),
        coach=EVIL,
        title=EVIL,
        before=month(),
        repeats=(Repeat(now="again", then="rating", then_session=1),),
        opened=("left",),
    )
    page.add("agenda", "for-the-call", {"": {"lines": [EVIL]}}).add("reflection", "left", title=EVIL)
    page.add("agenda", "for-the-call", {"": {"lines": [EVIL]}}, session=1)
    page.add("reflection", NOTE.id, {"": {"text": EVIL}}, session=1)
    page.add("commitment", "next-step", {ENTRY: words | {"due": "2026-03-01"}}, title=EVIL)
    page.add("scale", "again", {"": {"ratings": {"asks": "0"}}}, title=EVIL, **evil)
    page.add("scale", "rating", {"": {"ratings": {"asks": "3"}}}, session=1, **evil)
    html = page.html(part, EVIL)
    assert "quokka" in html
    for tag in re.findall(r"<[^>]*>", html):
        assert not re.match(r"<(script|img|iframe|a)\b", tag)
        assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag))
