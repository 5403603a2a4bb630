"""What a workbook reads of its program while it is open: the coach's name, as the files say it now."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from mdli_workbook.exercises.finding import find_coach, open_desktop
from mdli_workbook.exercises.replies import Place

SMALL = Path(__file__).parents[1] / "data" / "small-program"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "program"))


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def test_the_coach_is_the_one_whom_the_roster_names_by_the_name_in_coaches_csv(program: Path) -> None:
    assert find_coach(program, "amara") == "Lena Novak"
    assert find_coach(program, "ben") == "Marcus Reed"


@pytest.mark.parametrize("name", ["Dr. Lena Novak", "Lena Novak, MD", "Lena Novak"])
def test_a_name_stands_as_it_is_written(program: Path, name: str) -> None:
    quoted = f'"{name}"' if "," in name else name
    change(program / "coaches.csv", "Lena Novak", quoted)
    assert find_coach(program, "amara") == name


def test_a_roster_that_changes_while_the_workbook_is_open_is_read_again(program: Path) -> None:
    assert find_coach(program, "amara") == "Lena Novak"
    change(program / "roster.csv", "spring,lena-novak", "spring,marcus-reed")
    assert find_coach(program, "amara") == "Marcus Reed"


def test_a_mistake_elsewhere_takes_no_name_away(program: Path) -> None:
    change(program / "roster.csv", "ben@example.org", "no address")
    change(program / "program.toml", "[", "[[")
    (program / "calls.csv").write_text("nothing\n", "utf-8")
    assert find_coach(program, "amara") == "Lena Novak"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("roster.csv", None),
        ("coaches.csv", None),
        ("coaches.csv", b""),
        ("coaches.csv", b"\xff\xfe\x00"),
        ("roster.csv", b"participant_id\namara\n"),
        ("coaches.csv", b"coach_id,name,email,time_zone\n"),
    ],
)
def test_without_readable_files_nobody_is_named(program: Path, file: str, content: bytes | None) -> None:
    (program / file).unlink()
    if content is not None:
        (program / file).write_bytes(content)
    assert find_coach(program, "amara") == ""


def test_whoever_is_not_in_the_roster_has_no_coach(program: Path) -> None:
    assert find_coach(program, "nobody") == ""


def test_a_workbook_of_a_program_knows_its_coach_and_one_without_does_not(
    program: Path, tmp_path: Path
) -> None:
    folder = program / "workbooks" / "spring" / "amara"
    folder.mkdir(parents=True)
    place = Place("spring", "amara", 2)
    inside = open_desktop(place, folder, home=tmp_path)
    assert inside.coach() == "Lena Novak"
    assert open_desktop(place, tmp_path, home=tmp_path).coach() == ""
    assert inside.store is not None
    inside.store.close()


def test_asking_again_costs_next_to_nothing(program: Path) -> None:
    rows = "".join(f"p{number},P,p{number}@example.org,spring,lena-novak,,,,,,\n" for number in range(2000))
    with (program / "roster.csv").open("a", encoding="utf-8") as roster:
        roster.write(rows)
    find_coach(program, "amara")
    begin = time.perf_counter()
    for _ in range(100):
        find_coach(program, "amara")
    assert time.perf_counter() - begin < 0.5
