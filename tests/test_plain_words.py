"""Teaching text is measured sentence by sentence, and a planted fault ends `make check`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mdli_workbook.markdown_page import Page
from mdli_workbook.plain_words import judge, main, sentences, split

REPOSITORY = Path(__file__).resolve().parent.parent
HEAD = "---\nsession: 2\nslug: listen\ntitle: Listen\nminutes: 30\n---\n"
TWELVE = "We sat in the small room until the whole list was done."
BLOCK = "\n```{reflection} why\nprompt: " + "Why " * 60 + "?\n```\n"


def words(number: int) -> str:
    return " ".join(["So", *["word"] * (number - 1)]) + "."


def page(folder: Path, text: str) -> Page:
    path = folder / "02-listen.md"
    path.write_text(HEAD + text, encoding="utf-8")
    return Page.read(path, "02-listen.md")


def problems(folder: Path, text: str) -> list[str]:
    return [str(one) for one in judge(page(folder, text))[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I waited. She spoke!", ["I waited.", "She spoke!"]),
        ("Dr. Ana Ruiz met Ms. Lee.", ["Dr. Ana Ruiz met Ms. Lee."]),
        ("By 8:30 it was 4.5 of 10.", ["By 8:30 it was 4.5 of 10."]),
        ("Ask early, e.g. At intake.", ["Ask early, e.g. At intake."]),
        ("J. R. Lee came. So did I. He left.", ["J. R. Lee came.", "So did I.", "He left."]),
        ("He said no. Then yes.", ["He said no.", "Then yes."]),
        ("She is no. 3 here.", ["She is no. 3 here."]),
        ("“Why now?” “Because it hurts.” Good.", ["“Why now?”", "“Because it hurts.”", "Good."]),
        ("One line\nand another. Then\na third", ["One line\nand another.", "Then\na third"]),
        ("... and so on", ["... and so on"]),
        ("", []),
    ],
)
def test_text_is_split_where_a_reader_would_stop(text: str, expected: list[str]) -> None:
    assert [said for _, said in split(text)] == expected


def test_only_teaching_text_is_read(tmp_path: Path) -> None:
    text = f"# A heading\n\nRead *this* `now`.\n{BLOCK}\n- One item\n- Two. Three.\n\n> Said.\n"
    table = "\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n"
    read = [one.text for one in sentences(page(tmp_path, text + table))]
    assert read == ["Read this now.", "One item", "Two.", "Three.", "Said."]


def test_a_sentence_knows_its_line(tmp_path: Path) -> None:
    found = sentences(page(tmp_path, "One starts here\nand ends. Two is\nlonger. Three.\n\nFour.\n"))
    assert [(one.line, one.words) for one in found] == [(7, 5), (8, 3), (9, 1), (11, 1)]


def test_short_sentences_pass(tmp_path: Path) -> None:
    said, wrong = judge(page(tmp_path, f"{TWELVE} {TWELVE}\n{BLOCK}"))
    assert said == "02-listen.md: 2 sentences of 12.0 words, the longest 12 in line 7"
    assert wrong == ()


def test_a_mean_of_twenty_passes_and_more_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{words(15)} {words(25)}") == []
    assert problems(tmp_path, f"{words(15)}\n{words(26)}") == [
        "02-listen.md line 8: sentences average 20.5 words; 20 are the most, and the longest begins here"
    ]


def test_one_sentence_of_over_thirty_words_is_refused(tmp_path: Path) -> None:
    short = f"{TWELVE} {TWELVE} {TWELVE}"
    assert problems(tmp_path, f"{short}\n\n{words(30)}\n") == []
    assert problems(tmp_path, f"{short}\n\n{words(31)}\n") == [
        "02-listen.md line 9: a sentence of 31 words; 30 are the most, make two"
    ]


def test_an_image_without_alternative_text_is_refused(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, f"{TWELVE}\n\n![](room.png)\n\n![The room, from the door](room.png)\n")
    assert told.startswith("02-listen.md line 9: image 'room.png' has no alternative text")


def run(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdli_workbook.plain_words", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_gate_passes_our_sessions_and_stops_at_a_planted_fault(tmp_path: Path) -> None:
    ours = REPOSITORY / "templates" / "sessions"
    passed = run(ours)
    assert (passed.returncode, passed.stderr) == (0, "")
    assert len(passed.stdout.splitlines()) == len(list(ours.glob("*.md")))
    planted = tmp_path / "02-listen.md"
    planted.write_text((ours / "02-be-open-and-listen.md").read_text("utf-8") + f"\n{words(40)}\n", "utf-8")
    stopped = run(tmp_path)
    assert stopped.returncode == 1
    assert re.search(r"02-listen\.md line \d+: a sentence of 40 words", stopped.stderr)


def test_nothing_to_read_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert main([str(tmp_path)]) == 1
    assert "not read" in capsys.readouterr().out


def test_make_check_runs_it() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\ncheck:", 1)[1].split("\n\n", 1)[0]
    assert "-m mdli_workbook.plain_words templates/sessions" in recipe
