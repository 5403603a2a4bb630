"""The nudge, measured on sentences that were written before its rules."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.familiar_words import GIVEN, HARMLESS
from mdli_workbook.nudge import MOST, WHY, nudges

FILE = Path(__file__).with_name("data") / "nudge_sentences.yaml"
FROZEN = "7182c7416de2f81955245d5a312d6c72331337f98a87cc4b43ec1fdf90052645"
SESSIONS = Path(__file__).resolve().parent.parent / "templates" / "sessions"
SECONDS_OF_100_000 = 0.05
ODD = [
    "Dr.",
    "Bob",
    "St.",
    "12",
    "rue",
    "MRN",
    "@",
    "-",
    "(",
    "+1",
    "the",
    "only",
    "born",
    "'",
    "\n",
    "Ä",
    "İ",
    "K.",
]


def sentences() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def seen(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in nudges(text)]


def tell(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    """Print what was measured, past pytest's capture."""
    with capsys.disabled():
        sys.stdout.write(f"\nnudge: {figures}\n")


# Measured


def test_the_sentences_are_the_ones_that_were_written_before_the_rules() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == FROZEN
    assert len(sentences()) == 150
    assert sum(one["names"] for one in sentences()) == 75


def test_precision_and_recall_on_them(capsys: pytest.CaptureFixture[str]) -> None:
    told = [(bool(nudges(one["text"])), one["names"]) for one in sentences()]
    right = sum(said and names for said, names in told)
    precision = right / sum(said for said, _ in told)
    recall = right / sum(names for _, names in told)
    tell(capsys, f"precision {precision:.3f}, recall {recall:.3f} on 150 sentences (aim 0.9 each)")
    assert precision >= 0.8
    assert recall >= 0.8


def test_the_programs_own_pages_cause_hardly_a_nudge(capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of words about the same matters; of their words, the lists know the authors they cite."""
    texts = [path.read_text(encoding="utf-8").split("---", 2)[2] for path in sorted(SESSIONS.glob("*.md"))]
    words = sum(len(text.split()) for text in texts)
    told = sum(len(nudges(text)) for text in texts)
    tell(capsys, f"{told} in {words:,} words of session files")
    assert told <= words / 500


# Each kind


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask ana.b+c@mail.example.org.", ("ana.b+c@mail.example.org", "e-mail")),
        ("It was 000-12-3456 then", ("000-12-3456", "social-security")),
        ("her birthday is June 3", ("birthday is June 3", "birth-date")),
        ("born on 3/14/61", ("born on 3/14/61", "birth-date")),
        ("see MRN: 0048291", ("MRN: 0048291", "record-number")),
        ("the case number is 4471-22", ("case number is 4471-22", "record-number")),
        ("at (312) 555-0147 now", ("(312) 555-0147", "phone")),
        ("at +49 30 5550 1234 now", ("+49 30 5550 1234", "phone")),
        ("near 12 elm street", ("12 elm street", "address")),
        ("near 1482 Old Mill Road, Apt 3", ("1482 Old Mill Road, Apt 3", "address")),
        ("in room 12B", ("room 12B", "room")),
        ("the code 48201773 fits", ("48201773", "number")),
        ("our only chaplain left", ("our only chaplain", "role")),
        ("the mayor's wife", ("mayor's wife", "role")),
        ("with Dr. van den Berg", ("Dr. van den Berg", "name")),
        ("then mr. okoro left", ("mr. okoro", "name")),
        ("so Ünal-Şahin said no", ("Ünal-Şahin", "name")),
        ("and Jose\u0301 left", ("Jose\u0301", "name")),
        ("and \u041e\u043b\u044c\u0433\u0430 left", ("\u041e\u043b\u044c\u0433\u0430", "name")),
        ("i told jennifer", ("jennifer", "name")),
        ("Okoro said no", ("Okoro", "name")),
        ("Xochitl's panel is full", ("Xochitl's", "name")),
        ("A. B. Okoro left", ("Okoro", "name")),
    ],
)  # fmt: skip
def test_each_kind_is_found_where_it_stands(text: str, found: tuple[str, str]) -> None:
    assert seen(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "", "we left the room 3 times", "went to bed at 11", "from 2019-2023", "on 2026-03-02 we met",
        "a budget of $1,250,000", "1234567% more", "I'm sure that I'd ask",
        "The St. Mary's team", "Nurse Manager",
        "I drove 2 miles down the road", "I am not the only physician",
        "Heather grows here, and heather is pretty",
        "iPhone and PowerPoint", "as did I. Silence followed", "Wilson disease and Murphy's Law",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert [one for one in seen(text) if one[0] != "Heather"] == []


def test_a_nudge_explains_itself_and_does_not_hold_the_text() -> None:
    [one] = nudges("Ask Okoro.")
    assert one.why == "looks like a person's name"
    assert "Okoro" not in repr(one)
    assert all(why.split()[0] in {"looks", "is", "tells"} for why in WHY.values())


def test_no_word_is_both_a_given_name_and_harmless() -> None:
    assert not GIVEN & HARMLESS


# Any text, and long ones


@given(st.text(max_size=400) | st.lists(st.sampled_from(ODD), max_size=60).map(" ".join))
def test_any_text_is_read_in_order_and_without_overlaps(text: str) -> None:
    end = 0
    for one in nudges(text):
        assert end <= one.start < one.end <= len(text)
        assert one.why == WHY[one.kind]
        end = one.end


def seconds(text: str) -> float:
    def once() -> float:
        before = time.process_time()
        nudges(text)
        return time.process_time() - before

    return min(once() for _ in range(5))


def test_the_longest_answer_is_read_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    pages = " ".join(
        path.read_text(encoding="utf-8").split("---", 2)[2] for path in sorted(SESSIONS.glob("*.md"))
    )
    taken = seconds((pages * 3)[:100_000])
    tell(capsys, f"{taken * 1000:.0f} ms for 100,000 characters (aim {SECONDS_OF_100_000 * 1000:.0f})")
    assert taken < 4 * SECONDS_OF_100_000  # machines differ; the figure is printed


@pytest.mark.parametrize(
    "unit",
    ["a", "A", "1", "-", " ", ".", "@", "(", "'", "a.", "a@",
        "A. ", "1-", "1 ", "+1", "Aa ", "Aa-", "12 Aa ", "123-45-",
     "van ", "Dr. van ", "Van van ", "MRN ", "plate ", "record number ",
        "the only ", "wife of the ", "rue de ", "born ",
     "room ", "É\u0301", "😀", "Bob Smith ", "312-555-0147 "],
)  # fmt: skip
def test_no_text_however_odd_takes_long(unit: str) -> None:
    """Twice the text takes about twice the time: no pattern goes back over what it has read."""
    short, long = (seconds((unit * size)[:size]) for size in (25_000, 100_000))
    assert long < max(16 * short, 0.4)
    assert long < 2


def test_a_text_full_of_hits_is_told_up_to_a_limit() -> None:
    assert len(nudges("ask Bob, 312-555-0147. " * 5000)) == MOST


def test_importing_it_loads_nothing_but_the_standard_library() -> None:
    code = "import sys, mdli_workbook.nudge; print({'yaml', 'pydantic', 'logging'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
