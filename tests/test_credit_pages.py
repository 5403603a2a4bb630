"""Statement, certificate and the accreditor's file: what each says, to whom, and what never leaves."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest
from credited import SECOND, attend, call, mdli
from programs import make_program

if TYPE_CHECKING:
    from pathlib import Path

LEARNERS = """\
participant_id,first_name,last_name,licence_state,licence_number,birth_month,birth_day,permission
ana,Ana,Example,IL,036.112233,7,4,yes
ben,Ben,Example,IL,036.445566,2,29,no
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_program(tmp_path / "program")


def pages(folder: Path) -> dict[str, str]:
    target = folder.parent / "pages"
    assert mdli(folder, "credits", "--pages", target).exit_code == 0
    return {path.name: path.read_text("utf-8") for path in target.iterdir()}


def words(page: str) -> str:
    body = page[page.index("<main>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_statement_has_each_row_and_a_certificate_only_who_has_credit(folder: Path) -> None:
    attend(folder, SECOND)
    call(folder, "ana", state="held", minutes=45)
    found = pages(folder)
    assert sorted(found) == [
        "ana-certificate.html",
        "ana-statement.html",
        "ben-certificate.html",
        "ben-statement.html",
        "cleo-statement.html",
    ]
    assert "Session 2 February 10, 2026 125 2.00 2.00 Call 2 March 20, 2026 45 1.00 0.75 Sum 2.75" in words(
        found["ana-statement.html"]
    )
    certificate = words(found["ana-certificate.html"])
    assert (
        "Ana Example took part in Leading well , completed on March 20, 2026, and claims 2.75" in certificate
    )
    assert "AMA PRA Category 1 Credits ™" in certificate
    assert "The accredited provider decides what credit is awarded" in certificate


def test_pages_load_nothing_run_nothing_and_are_for_this_account_alone(folder: Path) -> None:
    file = folder / "roster.csv"
    file.write_text(file.read_text().replace("Ana Example", "<script>alert(1)</script>"))
    attend(folder, SECOND)
    for name, page in pages(folder).items():
        assert "<script" not in page
        assert not re.search(r"https?:|@import|url\(", page)
        assert stat.S_IMODE((folder.parent / "pages" / name).stat().st_mode) == 0o600


def test_a_correction_that_takes_all_credit_takes_the_certificate(folder: Path) -> None:
    attend(folder, SECOND)
    assert "ben-certificate.html" in pages(folder)
    attend(folder, SECOND.replace("18:59", "18:10"))
    assert "ben-certificate.html" not in pages(folder)


def test_a_cap_is_said_on_the_statement(folder: Path) -> None:
    file = folder / "program.toml"
    file.write_text(file.read_text().replace("cap = 20", "cap = 1.50"))
    attend(folder, SECOND)
    assert "Sum 2.00 At most, for the whole program 1.50" in words(pages(folder)["ana-statement.html"])


# ---- the accreditor's file ----


def test_the_learner_file_holds_who_gave_permission_and_refuses_the_rest(folder: Path) -> None:
    attend(folder, SECOND)
    file = folder / "learners.csv"
    file.write_text(LEARNERS)
    file.chmod(0o600)
    target = folder.parent / "learners.txt"
    told = mdli(folder, "credits", "--learner-file", target)
    assert told.exit_code == 1
    assert (
        told.stderr == "learners.csv line 3: ben has not given permission, so their credit is not reported\n"
    )
    lines = target.read_text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["first_name", "Ana"]
    assert lines[1].endswith("02/10/2026\tAMA PRA Category 1 Credit\t2.00")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_broken_learners_file_writes_nothing_and_check_tells_it_too(folder: Path) -> None:
    attend(folder, SECOND)
    file = folder / "learners.csv"
    file.write_text(LEARNERS.replace("yes", "si"))
    file.chmod(0o600)
    target = folder.parent / "learners.txt"
    for told in (mdli(folder, "credits", "--learner-file", target), mdli(folder, "check")):
        assert told.exit_code == 2
        assert "learners.csv line 2: permission 'si' is neither yes nor no" in told.stderr
    assert not target.exists()
