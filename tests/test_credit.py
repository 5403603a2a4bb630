"""Credit is arithmetic: full quarter hours, what is designated, the cap, never more than participation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.credit import CLAIM, Entry, account, check_claim, credit_of, minutes_of, replay
from mdli_workbook.errors import CreditRefused
from mdli_workbook.program import Credit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdli_workbook.credit import What

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEMO = Credit(Decimal("21.50"), Decimal("2.75"), Decimal("1.00"))

quarters = st.integers(0, 90).map(lambda count: Decimal(count) / 4)
designations = st.builds(Credit, quarters, quarters, quarters)
said = st.tuples(
    st.sampled_from(("ana", "ben")),
    st.sampled_from(("session", "call")),
    st.integers(1, 6),
    st.integers(0, 400),
)


def ledger(rows: Sequence[tuple[str, What, int, int]]) -> list[Entry]:
    """Record rows one after the other, each naming the one that it corrects."""
    entries: list[Entry] = []
    last: dict[tuple[str, str, int], str] = {}
    for at, (who, what, number, minutes) in enumerate(rows):
        key = (who, what, number)
        entries.append(
            Entry(str(at), who, what, number, minutes, NOON + timedelta(days=at), "kim", last.get(key, ""))
        )
        last[key] = str(at)
    return entries


def by_the_rule(rows: Sequence[tuple[str, str, int, int]], who: str, credit: Credit) -> Fraction:
    """Say the rule in other words: count quarter hours off a clock until nothing more is allowed."""
    final = {(name, what, number): minutes for name, what, number, minutes in rows}
    quarters_so_far = 0
    for (name, what, _), minutes in final.items():
        if name != who:
            continue
        clock, allowed = 15, Fraction(credit.call if what == "call" else credit.session) * 4
        while clock <= minutes and allowed >= 1:
            quarters_so_far, clock, allowed = quarters_so_far + 1, clock + 15, allowed - 1
    return min(Fraction(quarters_so_far, 4), Fraction(credit.cap))


@given(st.lists(said, max_size=60), designations)
def test_an_account_is_what_the_rule_says(rows: list[tuple[str, What, int, int]], credit: Credit) -> None:
    for who in ("ana", "ben"):
        assert account(who, ledger(rows), credit).earned == by_the_rule(rows, who, credit)


@given(st.lists(said, max_size=60), designations)
def test_credit_stays_within_minutes_designation_and_cap(
    rows: list[tuple[str, What, int, int]], credit: Credit
) -> None:
    found = account("ana", ledger(rows), credit)
    for line in found.lines:
        assert line.credit * 60 <= line.minutes
        assert line.credit <= line.designated
        assert line.credit % Decimal("0.25") == 0
    assert found.earned <= found.cap
    assert found.earned == found.claimed


@given(st.lists(said, max_size=40), designations, st.integers(0, 120))
def test_a_claim_never_goes_above_participation(
    rows: list[tuple[str, What, int, int]], credit: Credit, asked: int
) -> None:
    claim = Entry("claim", "ana", CLAIM, 0, asked * 15, NOON, "coordinator")
    found = account("ana", [*ledger(rows), claim], credit)
    assert found.claimed == min(Decimal(asked) / 4, found.earned)
    if Decimal(asked) / 4 <= found.earned:
        check_claim(Decimal(asked) / 4, found)
    else:
        with pytest.raises(CreditRefused, match=f"participation comes to {found.earned}"):
            check_claim(Decimal(asked) / 4, found)


@given(st.lists(said, max_size=60))
def test_minutes_more_never_give_credit_less(rows: list[tuple[str, What, int, int]]) -> None:
    more = [(who, what, number, minutes + 7) for who, what, number, minutes in rows]
    assert account("ana", ledger(more), DEMO).earned >= account("ana", ledger(rows), DEMO).earned


@given(st.lists(said, max_size=60), st.randoms())
def test_the_order_of_different_activities_changes_nothing(
    rows: list[tuple[str, What, int, int]], random: object
) -> None:
    entries = ledger(rows)
    keys = list(dict.fromkeys(entry.key for entry in entries))
    random.shuffle(keys)  # type: ignore[attr-defined]
    other = [entry for key in keys for entry in entries if entry.key == key]
    assert account("ana", other, DEMO) == account("ana", entries, DEMO)


@pytest.mark.parametrize(
    ("minutes", "credit"),
    [(0, "0.00"), (14, "0.00"), (15, "0.25"), (60, "1.00"), (164, "2.50"), (165, "2.75"), (999, "2.75")],
)  # fmt: skip
def test_only_full_quarter_hours_count(minutes: int, credit: str) -> None:
    assert str(credit_of(minutes, Decimal("2.75"))) == credit


def test_the_demonstration_program_gives_its_cap_to_who_was_always_there() -> None:
    rows: list[tuple[str, What, int, int]] = [("ana", "session", number, 170) for number in range(1, 7)]
    rows += [("ana", "call", number, 60) for number in range(1, 7)]
    found = account("ana", ledger(rows), DEMO)
    assert (found.counted, found.earned) == (Decimal("22.50"), Decimal("21.50"))
    assert [(line.what, line.number) for line in found.lines[:3]] == [
        ("session", 1),
        ("call", 1),
        ("session", 2),
    ]


def test_a_correction_counts_and_the_row_before_it_stays() -> None:
    entries = ledger([("ana", "session", 1, 165), ("ana", "session", 1, 60)])
    assert replay(entries) == {("ana", "session", 1): entries[1]}
    assert account("ana", entries, DEMO).earned == 1


@pytest.mark.parametrize("lost", [0, 1])
def test_a_row_that_is_missing_is_noticed(lost: int) -> None:
    entries = ledger([("ana", "session", 1, 165), ("ana", "session", 1, 60), ("ana", "session", 1, 90)])
    del entries[lost]
    with pytest.raises(CreditRefused, match="a row is missing"):
        replay(entries)


@pytest.mark.parametrize("asked", ["0.1", "-1", "NaN", "Infinity", "1.005", "1e400"])
def test_a_claim_is_a_number_of_quarter_hours(asked: str) -> None:
    with pytest.raises(CreditRefused, match="no number of quarter hours"):
        check_claim(Decimal(asked), account("ana", ledger([("ana", "session", 1, 165)]), DEMO))


@given(quarters)
def test_a_claim_survives_being_kept_as_minutes(credit: Decimal) -> None:
    assert credit_of(minutes_of(credit), Decimal(1000)) == credit
