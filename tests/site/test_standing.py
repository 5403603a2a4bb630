"""Ready, out of date, closed, failed, withdrawn or not yet: one word and one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mdli_workbook.answers import Answer, Event
from mdli_workbook.runs import Run
from mdli_workbook.shelf import Fingerprint, Marker
from mdli_workbook.site.news import News
from mdli_workbook.site.standing import Standing, stand

ZONE = ZoneInfo("America/Chicago")
MADE = datetime(2026, 3, 3, 20, 2, tzinfo=UTC)
LATER, BEFORE = MADE + timedelta(hours=2), MADE - timedelta(hours=2)
REASON = "its worker process ended early; run mdli report again"
MARKER = Marker("spring", "ana", 2, "listen", "Listen", (), (), Fingerprint("", "", ""), MADE)


def said(at: datetime, *, session: int = 2) -> Answer:
    return Answer("1", "ana", "spring", "ana", session, "first-guess", "", {"text": "Words."}, "coach", at)


def event(what: str, at: datetime, session: int = 2, who: str = "kim") -> Event:
    return Event("1", what, who, "ana", at, session)


def standing(
    marker: Marker | None = MARKER,
    run: Run | None = None,
    news: News | None = None,
    comes: datetime | None = None,
) -> Standing:
    return stand(marker, run, news or News(), zone=ZONE, comes=comes)


def test_a_report_in_which_nothing_changed_is_ready() -> None:
    assert standing() == Standing("ready", "As of 14:02 on 3 March; nothing shared since.")
    assert standing(run=Run(MADE)).state == "ready"


def test_one_with_answers_shared_since_is_out_of_date() -> None:
    found = standing(news=News((said(LATER),)))
    assert (found.state, found.word) == ("stale", "Out of date")
    assert found.why.startswith("As of 14:02 on 3 March; one answer shared since.")


def test_one_that_could_not_be_made_again_says_why_and_of_when_the_old_one_is() -> None:
    found = standing(run=Run(LATER, REASON))
    assert found.state == "failed"
    assert found.why == (
        "It could not be made again at 16:02 on 3 March: its worker process ended early; run mdli report "
        "again. This one is as of 14:02 on 3 March."
    )


def test_a_failure_before_it_was_made_is_over() -> None:
    assert standing(run=Run(BEFORE, REASON)).state == "ready"


def test_a_recorded_call_closes_it_whatever_else_happened() -> None:
    found = standing(run=Run(LATER, REASON), news=News((said(LATER),), (event("call-held", LATER),)))
    assert (found.state, found.word) == ("closed", "Closed")
    assert "closed on 3 March" in found.why
    assert standing(news=News((), (event("call-held", LATER, session=1),))).state == "ready"


def test_without_a_report_the_last_run_says_why() -> None:
    assert standing(None, Run(LATER, REASON)).why == (
        "It could not be made at 16:02 on 3 March: its worker process ended early; run mdli report again."
    )
    assert standing(None, Run(LATER)).state == "withdrawn"
    assert standing(None).why == "The report was not made yet; the coordinator can make it."


def test_one_whose_session_is_to_come_says_when() -> None:
    found = standing(None, comes=datetime(2026, 4, 15, 2, tzinfo=UTC))
    assert found.why == "Its session is on 14 April; the report comes after it."


def test_what_is_new_is_counted_from_the_coachs_own_last_look() -> None:
    rows = (said(LATER),)
    assert News(rows).tell("kim", MARKER) == ("not read yet",)
    seen = event("report-read", BEFORE)
    assert News(rows, (seen,)).tell("kim", MARKER) == (
        "made again since you looked",
        "1 answer shared since you looked",
    )
    assert News(rows, (seen,)).tell("lee", MARKER) == ("not read yet",), "another coach has not looked"
    assert News(rows, (seen, event("report-read", LATER + timedelta(1)))).tell("kim", MARKER) == ()


def test_a_look_at_another_report_is_no_look_at_this_one() -> None:
    other = event("report-read", LATER + timedelta(1), session=1)
    assert News((said(LATER),), (other,)).tell("kim", MARKER) == ("not read yet",)
    assert News((said(LATER),), (other,)).tell("kim", None) == ()
