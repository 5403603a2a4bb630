"""Cohort figures: what is told, what is withheld, and that two runs tell nothing of one person."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from asked import NOW, asking_program, rated, said
from credited import mdli
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import open_store, read, save

from mdli_workbook.equity.rules import is_small
from mdli_workbook.insight import insight
from mdli_workbook.insight_page import page
from mdli_workbook.releases import Figure, Kept, Release, forget, held, read_kept, texts_shown, write_kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mdli_workbook.answers import Answer
    from mdli_workbook.insight import Insight

Asked = Any


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Return the program and the sessions of three cohorts."""
    return read(asking_program(tmp_path_factory.mktemp("asked") / "p", spring=14, autumn=13, winter=6))


def people(**cohorts: int) -> list[str]:
    return [f"{cohort}-{number:02d}" for cohort, size in cohorts.items() for number in range(size)]


def look(asked: Asked, rows: Iterable[Answer], kept: Kept | None = None) -> tuple[Insight, Kept]:
    by: dict[str, list[Answer]] = {}
    for row in rows:
        by.setdefault(row.participant, []).append(row)
    return insight(*asked, by, kept or Kept("a key"), NOW)


def figure(found: Insight, block: str, of: str, what: str, cohort: str) -> Figure | None:
    rows = next(one.figures for one in found.blocks if one.id == block)
    return next((one for one in rows if (one.of, one.what, one.cohort) == (of, what, cohort)), None)


def change(found: Insight, cohort: str = "spring") -> Figure | None:
    return figure(found, "2/how-i-lead-again", "coach", "change", cohort)


def spring(number: int = 12) -> list[Answer]:
    return [row for n, who in enumerate(people(spring=number)) for row in rated(who, 1 + n % 2, 3 + n % 2, 2)]


def test_the_change_is_that_of_those_who_finished_both_scales(asked: Asked) -> None:
    rows = [row for n, who in enumerate(people(spring=12)) for row in rated(who, 2, 3 + n % 2)]
    rows += rated("spring-12", 1, 4)[:1]  # never came to the second one
    told = change(look(asked, rows)[0])
    by_hand = [1 + n % 2 for n in range(12)]
    assert told is not None
    assert (told.size, told.number, told.mean) == (12, 12, statistics.mean(by_hand))
    assert told.deviation == pytest.approx(statistics.stdev(by_hand), abs=1e-3)


def test_a_reversed_statement_is_turned_and_the_first_month_is_seen_twice(asked: Asked) -> None:
    rows = [row for who in people(spring=12) for row in rated(who, 3, 4, 2)]
    found, _ = look(asked, rows)
    means = {}
    for what in ("before", "after", "change", "looking back", "change from looking back"):
        told = figure(found, "2/how-i-lead-again", "coach", what, "spring")
        means[what] = told and told.mean
    assert means == {
        "before": 3,
        "after": 4,
        "change": 1,
        "looking back": 2,
        "change from looking back": 2,
    }


@pytest.mark.parametrize("audience", ["private", "self", "participant"])
def test_what_is_kept_private_is_counted_nowhere(asked: Asked, audience: str) -> None:
    rows = [row for who in people(spring=12) for row in rated(who, 2, 3)]
    private = [row for who in people(spring=14)[12:] for row in rated(who, 1, 4, audience=audience)]
    half = rated("spring-12", 1, 4)
    half[1] = replace(half[1], audience="private")
    with_, _ = look(asked, [*rows, *private])
    assert with_ == look(asked, rows)[0] == look(asked, [*rows, *half])[0]


def test_what_a_coach_wrote_in_a_participants_place_is_not_counted(asked: Asked) -> None:
    rows = [row for who in people(spring=12) for row in rated(who, 2, 3)]
    coachs = rated("spring-12", 1, 4, author="kim")
    assert look(asked, [*rows, *coachs])[0] == look(asked, rows)[0]


def test_ten_people_are_withheld_and_eleven_are_told(asked: Asked) -> None:
    few = change(look(asked, [row for who in people(spring=10) for row in rated(who, 2, 3)])[0])
    enough = change(look(asked, [row for who in people(spring=11) for row in rated(who, 2, 3)])[0])
    assert few is not None
    assert few.withheld
    assert (few.size, few.number, few.mean, few.deviation) == (None, None, None, None)
    assert enough is not None
    assert enough.mean == 1


def test_a_small_cohort_hides_no_neighbour_and_the_sum_does_not_tell_it(asked: Asked) -> None:
    rows = [row for who in people(spring=12, autumn=13, winter=6) for row in rated(who, 2, 3)]
    found, _ = look(asked, rows)
    shown = {one: (told := change(found, one)) and told.size for one in ("spring", "autumn", "winter", "")}
    assert shown == {"spring": 12, "autumn": 13, "winter": None, "": None}


def test_all_cohorts_are_told_together_where_nothing_is_withheld(asked: Asked) -> None:
    rows = [row for who in people(spring=12, autumn=13) for row in rated(who, 2, 3)]
    told = change(look(asked, rows)[0], "")
    assert told is not None
    assert told.size == 25


def test_a_statement_that_one_person_left_open_is_withheld(asked: Asked) -> None:
    rows = [
        said(who, 2, "evaluation", {"ratings": {"used": "3", "unwritten": "2"}}, audience="program")
        for who in people(spring=12)
    ]
    rows[4] = replace(rows[4], value={"ratings": {"used": "1"}})
    found, _ = look(asked, rows)
    used = figure(found, "2/evaluation", "used", "answer", "spring")
    left = figure(found, "2/evaluation", "unwritten", "answer", "spring")
    assert used is not None
    assert left is not None
    assert (used.number, used.mean) == (12, pytest.approx(34 / 12, abs=1e-3))
    assert left.number is left.mean is None


def test_an_evaluation_that_was_moved_to_the_coach_is_not_the_coordinators(asked: Asked) -> None:
    rows = [said(who, 2, "what-to-drop", {"text": "Nothing."}) for who in people(spring=12)]
    rows += [
        said(who, 2, "evaluation", {"ratings": {"used": "3", "unwritten": "2"}}) for who in people(spring=12)
    ]
    found, _ = look(asked, rows)
    assert found.words[0].texts["spring"] == ()
    told = figure(found, "2/evaluation", "used", "answer", "spring")
    assert told is not None
    assert told.size == 0


def test_completion_counts_who_was_in_the_program_on_the_day(asked: Asked) -> None:
    found, _ = look(asked, [])
    told = figure(found, "completion", "1", "finished", "spring")
    assert told is not None
    assert (told.size, told.number) == (14, 0)
    assert figure(found, "completion", "3", "finished", "spring") is None  # not held yet, and not asked


def drop(who: str, text: str, **more: Any) -> Answer:
    return said(who, 2, "what-to-drop", {"text": text}, audience="program", **more)


def test_words_are_shown_from_five_on_and_in_no_order_of_people(asked: Asked) -> None:
    rows = [drop(who, f"Drop {n}.") for n, who in enumerate(people(spring=12))]
    assert look(asked, rows[:4])[0].words[0].texts["spring"] == ()
    shown = look(asked, rows)[0].words[0].texts["spring"]
    assert sorted(shown) == sorted(f"Drop {n}." for n in range(12))
    assert list(shown) != [f"Drop {n}." for n in range(12)]
    assert look(asked, reversed(rows))[0].words[0].texts["spring"] == shown


def test_a_sixth_text_waits_for_company_and_a_withdrawn_one_goes_at_once(asked: Asked) -> None:
    rows = [drop(who, f"Drop {n}.") for n, who in enumerate(people(spring=12))]
    five, kept = look(asked, rows[:5])
    six, kept = look(asked, rows[:6], kept)
    assert six.words == five.words
    ten, kept = look(asked, rows[:10], kept)
    assert len(ten.words[0].texts["spring"]) == 10
    fewer, kept = look(asked, rows[1:10], kept)
    assert set(fewer.words[0].texts["spring"]) == {f"Drop {n}." for n in range(1, 10)}
    assert look(asked, rows[6:10], kept)[0].words[0].texts["spring"] == ()


def test_no_words_but_the_evaluations_are_shown(asked: Asked) -> None:
    canary = "zebra-on-the-roof"
    rows = [
        said(who, session, exercise, {"text": canary}, audience=audience)
        for who in people(spring=12)
        for session, exercise in ((1, "what-then"), (2, "letter"))
        for audience in ("program", "coach")
    ]
    rows += [
        said(who, 1, "whom", {"chosen": [], "other": canary}, audience="program") for who in people(spring=12)
    ]
    found, kept = look(asked, rows)
    assert canary not in json.dumps([found.as_json(), kept.as_json()]) + page(found)


@pytest.mark.parametrize("what", ["leaves", "comes", "changes", "withdraws"])
def test_a_second_run_tells_nothing_of_the_one_who_came_left_or_changed(asked: Asked, what: str) -> None:
    rows = spring(12)
    first, kept = look(asked, rows)
    if what == "comes":
        rows += rated("spring-13", 4, 1)
    elif what == "changes":
        rows[1] = replace(rows[1], id="a newer row", value={"ratings": {}} | rows[1].value)  # type: ignore[operator]
    else:
        rows = [row for row in rows if row.participant != "spring-03"]
    second, again = look(asked, rows, kept)
    assert change(second) == change(first)
    assert again == kept


def test_what_was_told_is_told_anew_once_it_is_of_enough_other_people(asked: Asked) -> None:
    before = [row for who in people(spring=12) for row in rated(who, 2, 3, id=f"old-{who}")]
    after = [row for who in people(spring=12) for row in rated(who, 2, 4, id=f"new-{who}")]
    _, kept = look(asked, before)
    told = change(look(asked, after, kept)[0])
    assert told is not None
    assert told.mean == 2


def test_a_cohort_that_waits_keeps_no_other_from_being_told(asked: Asked) -> None:
    first, kept = look(asked, spring(12))
    rows = [*spring(13), *(row for who in people(autumn=12) for row in rated(who, 2, 3))]
    found, _ = look(asked, rows, kept)
    assert change(found) == change(first)
    autumn = change(found, "autumn")
    assert autumn is not None
    assert autumn.mean == 1
    assert change(found, "") is None


def test_a_few_of_whom_nothing_was_told_do_not_wait(asked: Asked) -> None:
    _, kept = look(asked, spring(9))
    told = change(look(asked, spring(12), kept)[0])
    assert told is not None
    assert told.size == 12


def test_who_was_renamed_counts_as_the_same_person(asked: Asked) -> None:
    _, kept = look(asked, spring(12))
    plain = kept.as_json()
    plain["releases"][0]["people"]["spring"]["was"] = plain["releases"][0]["people"]["spring"].pop(
        "spring-03"
    )
    again = Kept.from_json(plain, lambda one: "spring-03" if one == "was" else one)
    assert again == kept


def test_who_is_retired_is_forgotten_and_the_next_run_still_tells_nothing_of_them(
    asked: Asked, tmp_path: Path
) -> None:
    first, kept = look(asked, spring(12))
    (tmp_path / ".mdli").mkdir()
    write_kept(tmp_path, kept, tmp_path)
    forget(tmp_path, ["spring-03"], tmp_path)
    assert "spring-03" not in (tmp_path / ".mdli" / "insight.json").read_text()
    left = [row for row in spring(12) if row.participant != "spring-03"]
    assert change(look(asked, left, read_kept(tmp_path, str))[0]) == change(first)


counts = st.integers(0, 14)


@settings(max_examples=60, deadline=None)
@given(sizes=st.tuples(counts, st.integers(0, 13), st.integers(0, 6)), backs=st.integers(0, 14))
def test_no_small_number_is_told_or_follows_from_what_is(
    asked: Asked, sizes: tuple[int, int, int], backs: int
) -> None:
    who = people(**dict(zip(("spring", "autumn", "winter"), sizes, strict=True)))
    rows = [row for n, one in enumerate(who) for row in rated(one, 2, 3, 2 if n < backs else None)]
    found, _ = look(asked, rows)
    block = next(one for one in found.blocks if one.id == "2/how-i-lead-again")
    for key in {(one.of, one.what) for one in block.figures}:
        told = {one.cohort: one for one in block.figures if (one.of, one.what) == key}
        for one in told.values():
            assert one.size is None or not is_small(one.size)
            if one.number is not None and one.size is not None:
                assert not is_small(one.number)
                assert not is_small(one.size - one.number)
            assert one.mean is None or (one.number is not None and one.number > 10)
        for name in (
            "size",
            "number",
        ):  # what is left of the sum once the cohorts that are told are taken away
            values = {cohort: getattr(one, name) for cohort, one in told.items()}
            whole = values.pop("", None)
            if whole is not None and None in values.values():
                assert not is_small(whole - sum(filter(None, values.values())))
                assert list(values.values()).count(None) > 1


days = st.lists(st.sets(st.integers(0, 19), max_size=20), min_size=2, max_size=5)


@settings(max_examples=80, deadline=None)
@given(days=days)
def test_no_two_releases_differ_by_a_few_people(days: list[set[int]]) -> None:
    releases: list[Release] = []
    for day in days:
        now = {"spring": {f"p{one}": frozenset({str(one)}) for one in day}}
        if not is_small(len(day)) and not held(releases, now):
            row = Figure("spring", "", "mean", len(day), len(day), 1.0, 1.0, "2026-03-01")
            releases.append(Release("b", now, (row,)))
    of_each = [set(one.people["spring"]) for one in releases]
    assert not [1 for a in of_each for b in of_each if 1 <= len(a ^ b) <= 10]


def test_shown_words_stay_in_their_order() -> None:
    ids = [str(n) for n in range(9)]
    kept = Kept("k").with_texts("2/drop", "spring", texts_shown(Kept("k"), "2/drop", "spring", ids))
    assert texts_shown(kept, "2/drop", "spring", ids[::-1]) == texts_shown(Kept("k"), "2/drop", "spring", ids)
    assert texts_shown(kept, "2/drop", "spring", ids) != texts_shown(Kept("other"), "2/drop", "spring", ids)


def test_the_page_escapes_what_people_wrote_and_says_why_something_is_withheld(asked: Asked) -> None:
    rows = [drop(who, f"<script>alert({n})</script>") for n, who in enumerate(people(spring=6))]
    text = page(look(asked, rows)[0])
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "Numbers of people from 1 to 10 are withheld" in text
    assert "fewer than 5" in text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a program whose people answered."""
    folder = asking_program(tmp_path_factory.mktemp("insight") / "p", spring=12, autumn=3)
    with open_store(folder) as store:
        for who in people(spring=12):
            for row in rated(who, 2, 3):
                save(store, who, row.exercise, row.value, session=row.session)
            save(store, who, "what-to-drop", {"text": f"Words of {who}."}, audience="program")
    return folder


def shown(folder: Path, *options: str) -> Mapping[str, Any]:
    result = mdli(folder, "insight", "--json", *options)
    assert not result.exit_code, result.output
    found: Mapping[str, Any] = json.loads(result.output)
    return found


def test_the_command_tells_it_and_remembers_what_it_told(folder: Path) -> None:
    first = shown(folder)
    kept = folder / ".mdli" / "insight.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "Words of" not in kept.read_text()
    with open_store(folder) as store:
        store.share(
            id="6f0f3a1e-6f0b-4a1b-9f57-3b0a6d0c1d77",
            author="spring-04",
            cohort="spring",
            participant="spring-04",
            session=2,
            exercise="how-i-lead-again",
            audience="private",
        )
    assert of_spring(shown(folder)) == of_spring(first)
    assert shown(folder) == shown(folder)


def of_spring(found: Mapping[str, Any]) -> list[Any]:
    return [row for row in found["blocks"][1]["figures"] if row["cohort"] == "spring"]


def test_the_command_leaves_other_cohorts_out_without_computing_anew(folder: Path) -> None:
    everything, one = shown(folder), shown(folder, "--cohort", "spring")
    rows = [row for block in everything["blocks"] for row in block["figures"] if row["cohort"] == "spring"]
    assert [row for block in one["blocks"] for row in block["figures"]] == rows
    assert set(one["words"][0]["texts"]) == {"spring"}


def test_the_page_of_the_command_is_for_this_account_only(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "insight.html"
    result = mdli(folder, "insight", "--html", file)
    assert not result.exit_code, result.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert "As of" in file.read_text()
    assert "Words of" in file.read_text()


def test_the_lines_of_the_command_say_what_is_withheld(folder: Path) -> None:
    lines = mdli(folder, "insight").output
    assert "Coach, change, spring: 12 of 12 1.00 (SD 0.00)" in lines
    assert "autumn: withheld, fewer than 5 may be shown" in lines


def test_a_table_of_which_nothing_may_be_told_is_one_line(folder: Path) -> None:
    alone = mdli(folder, "insight", "--cohort", "autumn").output
    assert "  withheld: too few people\n" in alone
    assert "autumn: withheld\n" not in alone
    page = folder.parent / "insight.html"
    mdli(folder, "insight", "--cohort", "autumn", "--html", str(page))
    assert "<p>Withheld: too few people</p>" in page.read_text("utf-8")
    assert "<td>withheld</td>" not in page.read_text("utf-8")


def test_a_broken_memory_is_refused_and_left_alone(folder: Path) -> None:
    kept = folder / ".mdli" / "insight.json"
    before = kept.read_text()
    kept.write_text("{")
    result = mdli(folder, "insight")
    assert result.exit_code == 2
    assert ".mdli/insight.json" in result.output
    assert kept.read_text() == "{"
    kept.write_text(before)
