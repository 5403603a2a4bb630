"""The life of a promise, from the form to the coach's page, through a real store."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from programs import make_program, read, save

from mdli_workbook.exercises.carried import carried_promises
from mdli_workbook.exercises.coaching import AGREED, NOTE, WRITTEN_BY_COACHES
from mdli_workbook.exercises.front import PARTS
from mdli_workbook.gathering import Sources
from mdli_workbook.sqlite import address_of
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdli_workbook.briefing import Briefing
    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Program

POINTS = "[{id: 1, label: never}, {id: 2, label: seldom}, {id: 3, label: often}, {id: 4, label: always}]"
FRONT = """\
---
session: {number}
slug: s{number}
title: Session {number}
minutes: 5
sources: [Invented for a test]
---

```{{commitment}} next-step
```

"""
BASELINE = f"""
```{{scale}} zqbaseline
audience: coach
points: {POINTS}
statements: [{{id: asks, text: I ask first., of: listen}}]
```
"""
AGAIN = f"""
```{{scale}} again
audience: coach
same_as: 1/zqbaseline
```

```{{scale}} looking-back
audience: coach
points: {POINTS}
statements: [{{id: listen, text: I listened then., of: listen}}]
show_if: {{exercise: again, is: saved}}
```
"""
ENTRY = str(uuid.uuid4())
PROMISE = {
    "cue": "", "act": "Ask the front desk", "due": "2026-02-01", "who_hears": "", "obstacle": "",
    "state": "open", "reason": "",
}  # fmt: skip


class Months:
    """A participant's months: what is saved, on which day, and what each report may show."""

    def __init__(
        self, program: Program, sessions: tuple[Session, ...], store: Store, clock: list[date]
    ) -> None:
        self.program, self.sessions, self.store, self.clock = program, sessions, store, clock

    def on(self, month: int, day: int) -> Months:
        self.clock[0] = date(2026, month, day)
        return self

    def save(self, exercise: str, value: Any, **where: Any) -> Months:
        save(self.store, "ana", exercise, value, **{"session": 1} | where)
        return self

    def promise(self, exercise: str = "next-step", **changed: Any) -> Months:
        where = {
            name: changed.pop(name) for name in ("session", "audience", "author", "entry") if name in changed
        }
        return self.save(exercise, PROMISE | changed, **{"entry": ENTRY} | where)

    def hide(self, exercise: str, session: int = 1) -> Months:
        self.store.share(
            id=str(uuid.uuid4()), author="ana", cohort="spring", participant="ana", session=session,
            exercise=exercise, audience="private",
        )  # fmt: skip
        return self

    def briefing(self, number: int) -> Briefing:
        return Sources(
            program=self.program,
            participant=self.program.participants[0],
            sessions=self.sessions,
            by_coaches=WRITTEN_BY_COACHES,
            told=self.store.told("ana", number),
            audiences=self.store.audiences("ana", number),
            opened=frozenset(),
            today=self.clock[0],
        ).briefing(number)

    def page(self, number: int, *parts: str) -> str:
        briefing = self.briefing(number)
        html = " ".join(PARTS[part](briefing, "") for part in parts or PARTS)
        return " ".join(re.sub(r"<[^>]*>", " ", html).split())

    def carried(self, number: int) -> list[str]:
        rows = self.store.newest("ana")
        return [(one.row.value or {})["act"] for one in carried_promises(rows, number)]


def at_noon(clock: list[date]) -> datetime:
    return datetime(clock[0].year, clock[0].month, clock[0].day, 18, tzinfo=UTC)


@pytest.fixture
def months(tmp_path: Path) -> Iterator[Months]:
    texts = {
        "01-s1": FRONT.format(number=1) + BASELINE,
        "02-s2": FRONT.format(number=2),
        "03-s3": FRONT.format(number=3) + AGAIN,
    }
    program, sessions = read(make_program(tmp_path / "program", ("ana",), sessions=texts))
    clock = [date(2026, 1, 16)]
    with Store.open(address_of(tmp_path / "answers.db"), now=partial(at_noon, clock)) as store:
        yield Months(program, sessions, store, clock)


def test_an_open_promise_stands_in_every_later_report_and_workbook_with_its_age(months: Months) -> None:
    months.promise()
    assert "Ask the front desk open by 1 February 2026 Next step, session 1, 0 days old" in months.page(1)
    assert "by 1 February 2026, now past Next step, session 1, 63 days old" in months.on(3, 20).page(3)
    assert months.carried(2) == months.carried(3) == ["Ask the front desk"]
    assert months.carried(1) == []


def test_its_age_counts_from_the_first_day_and_not_from_the_last_change(months: Months) -> None:
    months.promise().on(2, 2).promise(due="2026-02-20").on(2, 21).promise(due="2026-02-10")
    text = months.on(2, 26).page(2, "commitments")
    assert "by 10 February 2026, now past" in text
    assert "41 days old date moved twice, at first 1 February 2026" in text


def test_a_day_past_is_past_and_the_day_itself_is_not(months: Months) -> None:
    months.promise()
    assert "now past" not in months.on(2, 1).page(2)
    assert "now past" in months.on(2, 2).page(2)


def test_what_was_written_after_the_day_of_the_report_is_not_older_than_nothing(months: Months) -> None:
    months.on(2, 20).promise().on(2, 10)
    assert "0 days old" in months.page(1)
    assert "-" not in months.page(1, "commitments")


@pytest.mark.parametrize("state", ["kept", "changed", "dropped"])
def test_that_one_was_settled_since_the_last_call_is_counted_once_and_without_its_words(
    months: Months, state: str
) -> None:
    months.promise().on(2, 1).promise(state=state, reason="zqreason")  # after the first call's days began
    before = months.on(2, 20).briefing(2).before
    assert before is not None
    assert before.settled == {state: 1}
    assert "1/next-step" in before.named
    third = months.on(3, 20).briefing(3).before
    assert third is not None
    assert third.settled == {}, "that was a month ago"


def test_one_settled_and_then_given_a_reason_was_settled_then(months: Months) -> None:
    months.promise().on(1, 17).promise(state="kept").on(2, 1).promise(state="kept", reason="Done.")
    before = months.briefing(2).before
    assert before is not None
    assert before.settled == {}, "before the call, so the coach knows"


def test_one_made_private_is_not_even_counted(months: Months) -> None:
    months.promise().on(2, 1).promise(state="kept").hide("next-step")
    before = months.briefing(2).before
    assert before is not None
    assert before.settled == {}
    assert "1/next-step" not in before.named


@pytest.mark.parametrize("state", ["kept", "changed", "dropped"])
def test_a_settled_promise_is_in_its_own_report_with_the_reason_and_in_no_other(
    months: Months, state: str
) -> None:
    months.promise().on(2, 5).promise(state=state, reason="It took two minutes.")
    own = months.page(1, "commitments")
    assert f"Ask the front desk {state} by 1 February 2026 It took two minutes." in own
    assert "now past" not in own
    assert "No commitment is written down." in months.page(2, "commitments")
    assert "front desk" not in months.briefing(3).model_dump_json()
    assert months.carried(2) == months.carried(3) == []


def test_one_that_is_opened_again_is_carried_again(months: Months) -> None:
    months.promise().on(2, 5).promise(state="dropped", reason="No time.").on(2, 6).promise(
        reason="Time again."
    )
    assert "Ask the front desk open" in months.page(3)
    assert months.carried(3) == ["Ask the front desk"]


def test_of_two_promises_the_open_one_alone_is_carried(months: Months) -> None:
    other = str(uuid.uuid4())
    months.promise().promise(entry=other, act="Walk to the annex", state="kept", reason="zqdone")
    months.save("next-step", {"order": [other, ENTRY]})
    page = months.page(1)
    assert page.index("Ask the front desk") < page.index("Walk to the annex"), "what is open comes first"
    assert "Walk to the annex" not in months.briefing(2).model_dump_json()
    assert "zqdone" not in months.briefing(2).model_dump_json()


def test_made_private_later_it_is_in_no_report_any_more_and_still_in_the_workbook(months: Months) -> None:
    months.promise().on(2, 12).hide("next-step")
    for number in (1, 2, 3):
        said = months.briefing(number).model_dump_json(by_alias=True)
        assert "front desk" not in said
        assert ENTRY not in said
        assert (1, "next-step") not in {(one.session, one.id) for one in months.briefing(number).exercises}
        assert "No commitment is written down." in months.page(number, "commitments")
    assert months.carried(3) == ["Ask the front desk"]


def test_a_state_saved_from_a_stale_window_does_not_reopen_it(months: Months) -> None:
    months.promise().hide("next-step").promise(state="open", reason="zqstale", audience="coach")
    assert "zqstale" not in months.briefing(2).model_dump_json()


def test_words_from_a_private_time_stay_private_when_it_is_shared_again(months: Months) -> None:
    months.promise(reason="zqbefore", audience="private", due="2026-01-20").on(1, 20)
    months.promise(reason="Shared words", audience="coach", due="2026-02-03")
    briefing = months.briefing(1)
    assert "zqbefore" not in briefing.model_dump_json()
    assert [step.due for step in briefing.history] == ["2026-02-03"]


def test_what_was_agreed_in_a_call_is_carried_from_the_coachs_row(months: Months) -> None:
    months.on(1, 28).promise(AGREED.id, author="kim", audience="participant")
    assert "Ask the front desk" not in months.page(1), "the report of that call was written before it"
    assert "Agreed in the call, session 1, 23 days old" in months.on(2, 20).page(2)
    assert months.carried(2) == ["Ask the front desk"]


def test_what_was_agreed_and_then_moved_by_the_participant_keeps_its_history(months: Months) -> None:
    months.on(1, 28).promise(AGREED.id, author="kim", audience="participant")
    months.on(2, 2).promise(AGREED.id, audience="coach", due="2026-02-15")
    months.on(2, 16).promise(AGREED.id, audience="coach", due="2026-03-15")
    text = months.on(2, 20).page(2)
    assert "Agreed in the call, session 1, 23 days old date moved twice, at first 1 February 2026" in text
    assert "was put off twice." in text
    months.on(2, 21).promise(AGREED.id, audience="coach", due="2026-03-15", state="kept", reason="Done.")
    assert "Ask the front desk" not in months.page(2)
    assert months.carried(3) == []


def test_the_history_of_a_promise_holds_dates_and_states_and_no_words(months: Months) -> None:
    months.promise(act="zqfirst words").promise(act="Ask the front desk", cue="zqcue").promise()
    said = months.briefing(2).model_dump_json()
    assert "zqfirst" not in said
    assert "zqcue" not in said
    assert len(months.briefing(2).history) == 1


def test_a_promise_without_a_step_yet_says_so(months: Months) -> None:
    months.promise(act=" ", cue="Monday, 8 a.m.", due="")
    assert "No step is written yet open Monday, 8 a.m." in months.page(1, "commitments")


def test_the_last_note_is_shown_and_a_blank_one_is_not(months: Months) -> None:
    months.save(NOTE.id, {"text": "Bring the audit."}, author="kim", audience="participant")
    assert "The note after call 1 Bring the audit." in months.page(2)
    months.save(NOTE.id, {"text": " "}, author="kim", audience="participant")
    assert "The note after" not in months.page(2)


def rate(months: Months, *, baseline: bool = True) -> Months:
    if baseline:
        months.save("zqbaseline", {"ratings": {"asks": "1"}})
    months.save("again", {"ratings": {"asks": "4"}}, session=3)
    return months.save("looking-back", {"ratings": {"listen": "2"}}, session=3)


def test_a_repeated_rating_shows_its_three_marks(months: Months) -> None:
    assert "Listen: then 1.0, then as seen now 2.0, now 4.0, up by 3.0." in rate(months).page(3, "changed")


def test_of_a_first_rating_made_private_nothing_shows(months: Months) -> None:
    briefing = rate(months).hide("zqbaseline").briefing(3)
    assert "zqbaseline" not in briefing.model_dump_json(by_alias=True)
    assert "1/" not in briefing.model_dump_json(by_alias=True)
    assert briefing.repeats == ()
    assert months.page(3, "changed") == ""
    assert {"again", "looking-back"} <= {one.id for one in briefing.here()}


def test_a_private_first_rating_looks_like_one_that_was_never_made(months: Months) -> None:
    never = rate(months, baseline=False).briefing(3)
    assert months.save("zqbaseline", {"ratings": {"asks": "1"}}, audience="private").briefing(3) == never


@pytest.mark.parametrize("hidden", ["again", "looking-back"])
def test_of_a_second_rating_made_private_nothing_shows(months: Months, hidden: str) -> None:
    rate(months).hide(hidden, session=3)
    assert hidden not in months.briefing(3).model_dump_json(by_alias=True)
    changed = months.page(3, "changed")
    assert "as seen now 2.0" not in changed
    assert bool(changed) == (hidden == "looking-back")


def test_a_first_rating_that_was_emptied_again_is_nothing_to_compare_with(months: Months) -> None:
    rate(months).save("zqbaseline", {"ratings": {}})
    assert months.page(3, "changed") == ""


def test_who_did_nothing_at_all_gets_a_page_for_every_month(months: Months) -> None:
    for number in (1, 2, 3):
        text = months.on(4, 20).page(number)
        assert "Ana Example" in text
        assert "Nothing noted yet." in text
        assert "No commitment is written down." in text
        assert f"Nothing of session {number} is written that you can see." in text
        assert "which ten-minute piece is possible?" in text
        assert "None" not in text
