"""From a meeting tool's file and the coach's form to a ledger, and who is told what of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from credited import SECOND, attend, call, mdli
from hypothesis import given
from hypothesis import strategies as st
from programs import clock, make_program, open_store, snapshot

from mdli_workbook.answers import Event
from mdli_workbook.attendance import Present
from mdli_workbook.credit import Entry, account, replay
from mdli_workbook.crediting import LEDGER, changes_of, ledger_of
from mdli_workbook.files import lock_program
from mdli_workbook.names import RENAMED
from mdli_workbook.program import read_program

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.program import Program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program")


def earned(folder: Path) -> dict[str, Decimal]:
    with open_store(folder) as store:
        entries = ledger_of(store)
    credit = read_program(folder).credit
    return {who: account(who, entries, credit).earned for who in ("ana", "ben", "cleo")}


def rows(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(mdli(folder, "credits", "--csv").stdout)))


def test_a_file_is_recorded_and_again_adds_nothing(folder: Path) -> None:
    first, again = attend(folder, SECOND), attend(folder, SECOND)
    assert (first.exit_code, first.output.splitlines()) == (
        0,
        [
            "from 2026-02-10 17:55 to 20:05 (America/Chicago)",
            "ana, session 2: 125 minutes",
            "ben, session 2: 59 minutes",
            "attendance: 2 matched, 2 recorded, 0 unmatched",
        ],
    )
    assert again.output.splitlines()[1:] == ["attendance: 2 matched, 0 recorded, 0 unmatched"]
    assert earned(folder) == {"ana": Decimal("2.00"), "ben": Decimal("0.75"), "cleo": 0}


def test_a_dry_run_records_nothing(folder: Path) -> None:
    told = attend(folder, SECOND, "--dry-run")
    assert told.output.endswith("attendance: 2 matched, 2 would be recorded, 0 unmatched\n")
    assert earned(folder)["ana"] == 0


def test_a_corrected_file_replaces_and_names_what_it_replaces(folder: Path) -> None:
    wrong = SECOND + "cleo@example.org,2026-02-10 18:00,2026-02-10 20:00\n"
    attend(folder, wrong)
    told = attend(folder, SECOND.replace("18:59", "19:00"))
    assert told.output.splitlines()[1:3] == [
        "ben, session 2: 60 minutes (before: 59)",
        "cleo, session 2: 0 minutes (before: 120)",
    ]
    assert earned(folder) == {"ana": 2, "ben": 1, "cleo": 0}
    kept = rows(folder)
    assert [(row["participant_id"], row["minutes"], row["counts"]) for row in kept] == [
        ("ana", "125", "yes"),
        ("ben", "59", "no"),
        ("cleo", "120", "no"),
        ("ben", "60", "yes"),
        ("cleo", "0", "yes"),
    ]
    assert [row["replaces"] for row in kept[3:]] == [kept[1]["id"], kept[2]["id"]]


def test_a_file_that_is_not_of_everybody_takes_nothing_from_the_others(folder: Path) -> None:
    attend(folder, SECOND)
    by_phone = "Email,Minutes\ncleo@example.org,120\n"
    told = attend(folder, by_phone, "--session", "2", "--partial")
    assert told.output.splitlines()[0] == "cleo, session 2: 120 minutes"
    assert earned(folder) == {"ana": 2, "ben": Decimal("0.75"), "cleo": 2}


def test_a_row_of_nobody_is_told_with_its_line(folder: Path) -> None:
    guest = "guest@example.org,2026-02-10 18:00,2026-02-10 19:00\n,2026-02-10 18:00,2026-02-10 19:00\n"
    told = attend(folder, SECOND + guest)
    assert (told.exit_code, told.stderr.splitlines()) == (
        0,
        [
            "zoom.csv line 4: guest@example.org is not in roster.csv; not recorded",
            "zoom.csv line 5: has no e-mail address; not recorded",
        ],
    )


def test_a_broken_file_records_nothing_and_makes_nothing(folder: Path) -> None:
    before = snapshot(folder)
    told = attend(folder, SECOND.replace("20:05", "20h").replace("ben@", "@"))
    assert (told.exit_code, told.stdout) == (2, "")
    assert [line.split(":")[0] for line in told.stderr.splitlines()] == ["zoom.csv line 2", "zoom.csv line 3"]
    assert snapshot(folder) == before


@pytest.mark.parametrize("option", ["attendance", "claim"])
def test_the_second_command_says_who_holds_the_program(folder: Path, option: str) -> None:
    attend(folder, SECOND)
    before = snapshot(folder, ".mdli/lock", ".mdli/scratch", ".mdli/answers.db-")
    with lock_program(folder, "mdli report"):
        other = ("credits", "--participant", "ana", "--claim", "1")
        told = (
            attend(folder, SECOND.replace("20:05", "20:35"))
            if option == "attendance"
            else mdli(folder, *other)
        )
    assert told.exit_code == 2
    assert "mdli report (process" in told.stderr
    assert snapshot(folder, ".mdli/lock", ".mdli/scratch", ".mdli/answers.db-") == before


def test_a_call_counts_by_the_coachs_form_and_its_last_word(folder: Path) -> None:
    call(folder, "ana", state="held", minutes=45)
    call(folder, "ben", state="held", minutes=90)
    call(folder, "cleo", state="held", minutes=60)
    call(folder, "cleo", state="missed")
    assert earned(folder) == {"ana": Decimal("0.75"), "ben": 1, "cleo": 0}
    assert [row["recorded_by"] for row in rows(folder)] == ["kim"] * 4


def test_a_call_held_by_the_plan_alone_is_told_and_counts_nothing(folder: Path) -> None:
    plan = "participant_id,call,starts_at,minutes,state\nana,2,2026-02-17 12:00,45,held\n"
    (folder / "calls.csv").write_text(plan)
    attend(folder, SECOND)
    told = mdli(folder, "credits")
    assert told.stderr == "ana, call 2: held by calls.csv, but the coach recorded nothing yet\n"
    assert earned(folder)["ana"] == 2


def test_the_ledger_replayed_from_its_csv_gives_the_same_totals(folder: Path) -> None:
    attend(folder, SECOND + "cleo@example.org,2026-02-10 18:00,2026-02-10 20:00\n")
    attend(folder, SECOND)
    call(folder, "ana", state="held", minutes=30)
    call(folder, "ana", state="held", minutes=50)
    mdli(folder, "credits", "--participant", "ana", "--claim", "2.50")
    kept = rows(folder)
    assert list(kept[0]) == list(LEDGER)
    entries = [
        Entry(
            row["id"],
            row["participant_id"],
            row["activity"],  # type: ignore[arg-type]
            int(row["number"]),
            int(row["minutes"]),
            datetime.fromisoformat(row["recorded_at"]),
            row["recorded_by"],
            row["replaces"],
        )
        for row in kept
    ]
    credit = read_program(folder).credit
    assert {who: account(who, entries, credit).earned for who in ("ana", "ben", "cleo")} == earned(folder)
    assert account("ana", entries, credit).claimed == Decimal("2.50")
    of_rows = sum(Decimal(row["credit"]) for row in kept if row["credit"])
    assert of_rows == sum(earned(folder).values())


def test_the_ledger_is_told_by_person(folder: Path) -> None:
    attend(folder, SECOND)
    call(folder, "ana", state="held", minutes=45)
    told = mdli(folder, "credits")
    assert told.stdout.splitlines() == [
        "      sessions  calls    sum  earned  claimed",
        "ana       2.00   0.75   2.75    2.75        -",
        "ben       0.75   0.00   0.75    0.75        -",
        "cleo      0.00   0.00   0.00    0.00        -",
        "at most 20.00 for the program; the accredited provider decides",
    ]
    assert mdli(folder, "credits", "--participant", "ana").stdout.splitlines()[2:4] == [
        "session 2 on 2026-02-10: 125 minutes, 2.00 of 2.00",
        "call 2 on 2026-03-20: 45 minutes, 0.75 of 1.00",
    ]


def test_a_claim_is_kept_and_never_above_participation(folder: Path) -> None:
    attend(folder, SECOND)
    claim = ("credits", "--participant", "ana", "--claim")
    above = mdli(folder, *claim, "2.25")
    assert (above.exit_code, above.stdout) == (2, "")
    assert above.stderr.startswith("mdli: ana cannot claim 2.25: participation comes to 2.00; claim at most")
    assert mdli(folder, *claim, "1.75").stdout.splitlines()[1].endswith("2.00     1.75")
    assert len(rows(folder)) == 3
    mdli(folder, *claim, "1.75")
    assert len(rows(folder)) == 3, "the same claim again adds nothing"
    attend(folder, SECOND.replace("20:05", "19:05"))
    told = mdli(folder, "credits", "--participant", "ana")
    assert told.stderr == "ana claims 1.75, which is above participation now; 1.00 counts\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--claim", "1"),
        ("--claim", "x", "--participant", "ana"),
        ("--participant", "anna"),
        ("--cohort", "y"),
    ],
    ids=" ".join,
)
def test_a_wrong_word_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    attend(folder, SECOND)
    told = mdli(folder, "credits", *arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "Traceback" not in told.output


def test_without_a_store_there_is_no_ledger_and_none_is_made(folder: Path) -> None:
    assert mdli(folder, "credits").exit_code == 2
    assert not (folder / ".mdli" / "answers.db").exists()


def test_a_renamed_participant_keeps_the_ledger_and_goes_on_in_it(folder: Path) -> None:
    attend(folder, SECOND)
    call(folder, "ben", state="held", minutes=60)
    with open_store(folder) as store:
        store.record(Event(str(uuid4()), RENAMED, "ben", "", clock(), exercise="benedict"))
    roster = folder / "roster.csv"
    roster.write_text(roster.read_text().replace("ben,", "benedict,"))
    attend(folder, SECOND.replace("18:59", "19:00"))
    with open_store(folder) as store:
        entries = ledger_of(store)
    assert account("benedict", entries, read_program(folder).credit).earned == 2
    assert {entry.participant for entry in entries} == {"ana", "benedict"}


files = st.dictionaries(st.sampled_from(("ana", "ben", "cleo")), st.integers(0, 200), min_size=1)


@given(st.lists(st.tuples(files, st.booleans()), min_size=1, max_size=6))
def test_after_any_imports_the_ledger_says_what_the_files_said(
    program: Program, imports: list[tuple[dict[str, int], bool]]
) -> None:
    ledger: list[Entry] = []
    expected: dict[str, int] = {}
    for minutes, partial in imports:
        present = [Present(who, 2, there) for who, there in minutes.items()]
        expected = (expected if partial else dict.fromkeys(expected, 0)) | minutes
        for _ in range(2):
            changes = changes_of(present, program, ledger, clock(), partial=partial)
            ledger += [entry_of(change.event) for change in changes]
        assert not changes, "the second time there is nothing to add"
    assert {who: entry.minutes for (who, _, _), entry in replay(ledger).items()} == expected


def entry_of(event: Event) -> Entry:
    return Entry(
        event.id,
        event.participant,
        "session",
        event.session,
        event.minutes,
        event.at,
        event.who,
        event.replaces,
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return read_program(make_program(tmp_path_factory.mktemp("any") / "program"))


def test_a_call_is_of_the_day_that_was_agreed_not_of_the_day_it_was_recorded(folder: Path) -> None:
    plan = "participant_id,call,starts_at,minutes,state\nana,2,2026-02-17 12:00,45,held\n"
    (folder / "calls.csv").write_text(plan)
    call(folder, "ana", state="held", minutes=45)
    assert "call 2 on 2026-02-17" in mdli(folder, "credits", "--participant", "ana").stdout
    with open_store(folder) as store:
        assert ledger_of(store)[0].at == datetime(2026, 3, 20, 17, tzinfo=UTC)
