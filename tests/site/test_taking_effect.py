"""Share, withdraw, another coach, erase: each holds at the next request, and on disk."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.files import private_folder
from mdli_workbook.shelf import drop_pages, pages_of, report_path
from tests import programs
from tests.site.conftest import PASSWORDS, start_site, stop_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from tests.site.conftest import Running

WORDS = "sat beside the pharmacist"
OTHER = "asked before the meeting"
COACHES = """\
coach_id,name,email,time_zone
coach-kim,Sam Kim,kim@example.org,America/Chicago
coach-lee,Robin Lee,lee@example.org,America/Chicago
"""
ROSTER = f"""\
{programs.ROSTER}
ana,Ana Example,ana@example.org,spring,coach-kim,,,,,,
ben,Ben Example,ben@example.org,spring,coach-lee,,,,,,
"""
PAGES = ("/report/ana/2", "/report/ana/2/now")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, hashed: str) -> Path:
    """A program with one real report, which shows two answers."""
    folder = programs.make_program(tmp_path_factory.mktemp("built"), coaches=COACHES, roster=ROSTER)
    programs.generate_all(folder)
    programs.write(folder, "ana", "first-guess", {"text": WORDS})
    programs.write(folder, "ana", "and-now", {"text": OTHER})
    programs.write(folder, "ana", "to-myself", {"text": "kept from everybody"}, audience="private")
    made = programs.mdli(folder, "report", "--participant", "ana", "--session", "2", "--jobs", "1")
    assert made.returncode == 0, made.stderr
    kept = private_folder(folder / ".mdli") / "coaches.json"
    kept.write_text(hashed, encoding="utf-8")
    kept.chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def running(
    built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Running, dict[str, httpx.Client]]]:
    folder = tmp_path_factory.mktemp("served") / "program"
    programs.copy_program(built, folder)
    site = start_site(folder, tmp_path_factory.mktemp("elsewhere"))
    yield folder, site, {one: site.coach(one) for one in ("coach-kim", "coach-lee")}
    assert stop_site(site) == 0


@pytest.fixture
def story(
    built: Path, running: tuple[Path, Running, dict[str, httpx.Client]]
) -> tuple[Path, dict[str, httpx.Client]]:
    """The program as it was at first, and both coaches, signed in; Kim has read the report."""
    folder, _, coaches = running
    for name in ("reports", ".mdli/pages"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for left in (folder / ".mdli").glob("answers.db*"):
        left.unlink()
    shutil.copytree(built, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("site-secret", "*.log"))
    page = coaches["coach-kim"].get("/report/ana/2")
    assert page.status_code == 200
    assert WORDS in page.text
    assert OTHER in page.text
    assert "kept from everybody" not in page.text
    return folder, coaches


def files_with(folder: Path, words: str, but: str = "") -> list[str]:
    """Return the files of a folder that hold some words."""
    return [
        name
        for name, held in programs.snapshot(folder).items()
        if words.encode() in held and not (but and name.startswith(but))
    ]


def statuses(visitor: httpx.Client, *paths: str) -> list[int]:
    return [visitor.get(path).status_code for path in paths]


def test_what_is_read_is_kept_on_disk_for_this_account_alone(
    story: tuple[Path, dict[str, httpx.Client]],
) -> None:
    folder, _ = story
    [page] = (folder / ".mdli" / "pages").rglob("*.html")
    assert oct(page.stat().st_mode & 0o777) == "0o600"
    assert oct(page.parent.stat().st_mode & 0o777) == "0o700"
    assert files_with(folder, "kept from everybody", but=".mdli/answers.db") == []


def test_what_is_made_private_is_gone_from_every_page_and_every_file(
    story: tuple[Path, dict[str, httpx.Client]],
) -> None:
    folder, coaches = story
    assert files_with(folder, WORDS, but=".mdli/answers.db") != []
    etag = coaches["coach-kim"].get("/report/ana/2").headers["Etag"]
    programs.withdraw(folder, "ana", "first-guess")
    again = coaches["coach-kim"].get("/report/ana/2", headers={"If-None-Match": etag})
    assert again.status_code == 404, "what a browser has is asked about too"
    assert "Withdrawn since" in again.text
    assert statuses(coaches["coach-kim"], *PAGES) == [404, 404]
    for words in (WORDS, OTHER):
        assert files_with(folder, words, but=".mdli/answers.db") == []


@pytest.mark.parametrize("path", ["/", "/report/ana/2/now"])
def test_each_request_takes_down_what_was_withdrawn_whichever_comes_first(
    story: tuple[Path, dict[str, httpx.Client]], path: str
) -> None:
    folder, coaches = story
    programs.withdraw(folder, "ana", "and-now")
    assert OTHER not in coaches["coach-kim"].get(path).text
    assert files_with(folder, OTHER, but=".mdli/answers.db") == []


def test_shared_again_it_is_not_there_before_it_is_built_again(
    story: tuple[Path, dict[str, httpx.Client]],
) -> None:
    folder, coaches = story
    programs.withdraw(folder, "ana", "first-guess")
    coaches["coach-kim"].get("/report/ana/2")
    programs.write(folder, "ana", "first-guess", {"text": WORDS}, audience="coach")
    assert statuses(coaches["coach-kim"], *PAGES) == [404, 404]


def test_a_new_wording_leaves_the_report_as_it_was(story: tuple[Path, dict[str, httpx.Client]]) -> None:
    folder, coaches = story
    programs.write(folder, "ana", "first-guess", {"text": "a newer wording"})
    page = coaches["coach-kim"].get("/report/ana/2").text
    assert WORDS in page
    assert "a newer wording" not in page


def test_what_is_erased_is_gone_from_every_file_the_store_too(
    story: tuple[Path, dict[str, httpx.Client]],
) -> None:
    folder, coaches = story
    with programs.open_store(folder) as store:
        erased = store.erase(
            id=str(uuid.uuid4()), author="ana", participant="ana", session=2, exercise="first-guess"
        )
        assert erased.remains == ""
    assert statuses(coaches["coach-kim"], *PAGES) == [404, 404]
    assert files_with(folder, WORDS) == []


def test_another_coach_in_the_roster_holds_at_once_and_back_again(
    story: tuple[Path, dict[str, httpx.Client]],
) -> None:
    folder, coaches = story
    (folder / "roster.csv").write_text(ROSTER.replace("coach-kim", "coach-lee"))
    assert statuses(coaches["coach-kim"], *PAGES) == [404, 404]
    assert statuses(coaches["coach-lee"], *PAGES) == [200, 200]
    assert "Ana" not in coaches["coach-kim"].get("/").text
    (folder / "roster.csv").write_text(ROSTER)
    assert statuses(coaches["coach-kim"], *PAGES) == [200, 200]
    assert statuses(coaches["coach-lee"], *PAGES) == [404, 404]


def test_whoever_left_is_gone_at_once(story: tuple[Path, dict[str, httpx.Client]]) -> None:
    folder, coaches = story
    (folder / "roster.csv").write_text(ROSTER.replace("coach-kim,,,,,,", "coach-kim,,,,,,2026-03-01"))
    assert statuses(coaches["coach-kim"], *PAGES) == [404, 404]
    (folder / "roster.csv").write_text(ROSTER)


@pytest.mark.parametrize("half", ["", "participant_id,name", ROSTER[:-40], "\0" * 200, "PK\3\4\0"])
def test_a_roster_half_saved_closes_the_site_with_a_plain_page_and_deletes_nothing(
    story: tuple[Path, dict[str, httpx.Client]], half: str
) -> None:
    folder, coaches = story
    (folder / "roster.csv").write_text(half)
    for path in ("/", *PAGES):
        page = coaches["coach-kim"].get(path)
        assert page.status_code == 503
        assert "Closed for a moment" in page.text
        assert "Ana" not in page.text
    (folder / "roster.csv").write_text(ROSTER)
    assert statuses(coaches["coach-kim"], "/", *PAGES) == [200, 200, 200]


def test_who_opened_what_stands_in_the_access_log(
    story: tuple[Path, dict[str, httpx.Client]], running: tuple[Path, Running, dict[str, httpx.Client]]
) -> None:
    folder, coaches = story
    site, stranger = running[1], running[1].visitor()
    coaches["coach-kim"].get("/report/ana/2?with=words")
    coaches["coach-lee"].get("/report/ana/2")
    stranger.get("/report/ana/2")
    site.sign_in(stranger, "violet-harbor", "a word in the wrong field")
    site.sign_in(stranger, "coach-lee", "not it, and not short")
    site.sign_in(stranger, "coach-lee", PASSWORDS["coach-lee"])
    stranger.post("/logout", data={"_xsrf": site.form_token(stranger.get("/login"))})
    log = folder / ".mdli" / "access.log"
    until = time.monotonic() + 10  # a line is written when its answer has left
    while "Logout" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.02)
    told = [json.loads(line) for line in log.read_text().splitlines()[-6:]]
    assert [
        (one["coach"], one["page"], one["participant"], one["session"], one["status"]) for one in told
    ] == [
        ("coach-kim", "Report", "ana", 2, 200),
        ("coach-lee", "Report", "ana", 2, 404),
        ("-", "Login", "", 0, 401),
        ("coach-lee", "Login", "", 0, 401),
        ("coach-lee", "Login", "", 0, 303),
        ("coach-lee", "Logout", "", 0, 303),
    ]
    for unseen in (WORDS, "with=words", "violet", "Ana", "field"):
        assert unseen not in log.read_text()


def test_an_access_log_that_cannot_be_written_is_told_and_keeps_no_page_back(
    story: tuple[Path, dict[str, httpx.Client]],
) -> None:
    folder, coaches = story
    log = folder / ".mdli" / "access.log"
    log.rename(log.with_suffix(".away"))
    log.mkdir()
    assert statuses(coaches["coach-kim"], "/", *PAGES) == [200, 200, 200]
    log.rmdir()
    log.with_suffix(".away").rename(log)
    assert "IsADirectoryError in Report" in (folder / "site.log").read_text()


@pytest.mark.parametrize("slug", ["plain", "a[b]c", "?", "[!a]"])
def test_pages_go_with_their_report_whatever_its_file_is_called(tmp_path: Path, slug: str) -> None:
    report = report_path(tmp_path, "spring", "ana", f"02-{slug}")
    home, begin = pages_of(report)
    home.mkdir(parents=True)
    for name in (f"{begin}key.etag.html", f"{begin}key.etag.html.gz", "02-x.key.etag.html"):
        (home / name).touch()
    drop_pages(report)
    assert [path.name for path in home.iterdir()] == ["02-x.key.etag.html"]
