"""A coach reads a report: from the sign-in form to the page, over HTTP against a real server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.conftest import House, Running


def test_a_coach_reads_what_was_executed_and_no_kernel_starts(house: House, site: Running) -> None:
    house.report("amara", html='<p class="mdli-text">I sat beside her for an hour.</p>')
    visitor = site.coach("coach-kim")
    page = visitor.get("/report/amara/3")
    assert page.status_code == 200
    assert "I sat beside her for an hour." in page.text
    assert "<h1>Report of amara</h1>" in page.text
    assert "<h2>What they <em>shared</em></h2>" in page.text
    for unseen in ("secret_source", "a warning nobody needs", "<script>markdown"):
        assert unseen not in page.text
    assert psutil.Process(site.process.pid).children(recursive=True) == []
    assert "ipykernel" not in (house.folder / "site.log").read_text()


def test_the_page_says_as_of_when_in_the_programs_time_zone_and_then_in_the_coachs(
    house: House, site: Running
) -> None:
    house.report("ben")
    lee = site.coach("coach-lee")
    assert "as of 14:02 on 18 March, America/Chicago" in lee.get("/report/ben/3").text
    assert lee.get("/report/ben/3/now").json()["words"].startswith("as of 20:02 on 18 March")


def test_reading_is_recorded_without_text(house: House, site: Running) -> None:
    house.report("amara")
    site.coach("coach-kim").get("/report/amara/3")
    with house.store() as store:
        [event] = store.events("amara", 3)
    assert (event.what, event.who, event.session) == ("report-read", "coach-kim", 3)


def test_what_is_made_private_is_gone_at_the_next_request_and_from_the_disk(
    house: House, site: Running
) -> None:
    house.write("amara", 3, "the words that were shared")
    path = house.report("amara", html="<p>the words that were shared</p>")
    visitor = site.coach("coach-kim")
    assert "the words that were shared" in visitor.get("/report/amara/3").text
    house.write("amara", 3, "the words that were shared", audience="private")
    first, second = visitor.get("/report/amara/3"), visitor.get("/report/amara/3")
    assert (first.status_code, second.status_code) == (404, 404)
    assert "Withdrawn since" in first.text
    assert "Nothing here" in second.text
    assert "the words that were shared" not in first.text + second.text
    assert not path.exists()
    with house.store() as store:
        assert len(store.events("amara", 3)) == 1, "a page that was not shown was not read"


def test_the_first_page_takes_down_what_was_withdrawn(house: House, site: Running) -> None:
    path, kept = house.report("amara"), house.report("cleo")
    house.write("amara", 3, "no longer", audience="private")
    page = site.coach("coach-kim").get("/")
    assert "A report was withdrawn just now" in page.text
    assert not path.exists()
    assert kept.exists()


def test_an_answer_that_the_store_does_not_know_counts_as_withdrawn(house: House, site: Running) -> None:
    path = house.report("amara", answers=["00000000-0000-4000-8000-000000000000"])
    assert site.coach("coach-kim").get("/report/amara/3").status_code == 404
    assert not path.exists()


@pytest.mark.parametrize(
    "marker",
    [
        {"participant": "ben"},
        {"session": 2},
        {"cohort": "fall"},
        {"slug": "another"},
        {"report": False},
        {"made_at": "x"},
    ],
)
def test_a_file_that_says_it_is_another_report_is_not_shown(
    house: House, site: Running, marker: dict[str, object]
) -> None:
    path = house.report("amara", **marker)
    assert site.coach("coach-kim").get("/report/amara/3").status_code == 404
    assert path.exists()


def test_half_a_report_is_no_report(house: House, site: Running) -> None:
    path = house.report("amara")
    path.write_text(path.read_text()[:-40])
    assert site.coach("coach-kim").get("/report/amara/3").status_code == 404


def test_a_store_that_was_moved_away_closes_the_site_and_deletes_nothing(house: House, site: Running) -> None:
    path = house.report("amara")
    visitor = site.coach("coach-kim")
    assert visitor.get("/report/amara/3").status_code == 200
    store = house.folder / ".mdli" / "answers.db"
    store.rename(store.with_suffix(".away"))
    assert visitor.get("/report/amara/3").status_code == 503
    assert visitor.get("/").status_code == 503
    assert path.exists()
    assert not store.exists(), "an empty store would mean that everything was withdrawn"
    store.with_suffix(".away").rename(store)
    assert visitor.get("/report/amara/3").status_code == 200


def test_a_roster_that_cannot_be_read_closes_the_site(house: House, site: Running) -> None:
    house.report("amara")
    visitor = site.coach("coach-kim")
    roster = house.folder / "roster.csv"
    whole = roster.read_text()
    roster.write_text(whole[: len(whole) // 2])
    for address in ("/", "/report/amara/3", "/report/ben/3"):
        page = visitor.get(address)
        assert page.status_code == 503
        assert "Amara" not in page.text
    roster.write_text(whole)
    assert visitor.get("/report/amara/3").status_code == 200


def test_another_coach_in_the_roster_takes_effect_at_the_next_request(house: House, site: Running) -> None:
    house.report("amara")
    kim, lee = site.coach("coach-kim"), site.coach("coach-lee")
    house.replace(
        "roster.csv",
        "spring,coach-kim,Riverside Clinics,Medical",
        "spring,coach-lee,Riverside Clinics,Medical",
    )
    assert kim.get("/report/amara/3").status_code == 404
    assert lee.get("/report/amara/3").status_code == 200
    assert "Amara" not in kim.get("/").text
    assert "Amara" in lee.get("/").text


def test_of_two_reports_of_one_session_the_newer_is_shown(house: House, site: Running) -> None:
    old = house.report("amara", html="<p>older</p>")
    new = json.loads(house.report("amara", html="<p>newer</p>").read_text())
    new["metadata"]["mdli"] |= {"slug": "new-slug", "made_at": "2026-03-19T10:00:00+00:00"}
    old.with_name("03-new-slug.ipynb").write_text(json.dumps(new))
    assert "newer" in site.coach("coach-kim").get("/report/amara/3").text


def test_a_configuration_file_in_the_working_folder_is_not_run(
    start: object, house: House, tmp_path: Path
) -> None:
    planted = tmp_path / "planted"
    (planted / "templates").mkdir(parents=True)
    for name in ("voila.py", "voila_config.py", "jupyter_config.py", "sitecustomize_not.py"):
        (planted / name).write_text(f"open({str(planted / 'ran')!r}, 'w').close()\nc.Voila.port = 1\n")
    (planted / "voila.json").write_text('{"Voila": {"ip": "0.0.0.0", "base_url": "/elsewhere/"}}')
    (planted / "report.html.j2").write_text("planted")
    (planted / "base.html.j2").write_text("planted")
    house.report("amara")
    running = start(planted, JUPYTER_CONFIG_DIR=str(planted), JUPYTER_CONFIG_PATH=str(planted))  # type: ignore[operator]
    page = running.coach("coach-kim").get("/report/amara/3")
    assert page.status_code == 200
    assert "planted" not in page.text
    assert not (planted / "ran").exists()
