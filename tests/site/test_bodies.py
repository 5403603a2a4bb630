"""A page is rendered once, sent from disk, and gone with its report."""

from __future__ import annotations

import gzip
import json
import stat
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from mdli_workbook import shelf
from mdli_workbook.program import Participant
from mdli_workbook.site.bodies import Bodies
from mdli_workbook.site.reading import Found
from mdli_workbook.site.sources import stamp_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import httpx

    from tests.site.conftest import House, Running

ABOUT = {"name": "Ana"}
ANA = Participant("ana", "Ana", "ana@example.org", "spring", "kim", "", "", ZoneInfo("UTC"))


def put(folder: Path, words: str = "words " * 200) -> Found:
    """Put a report on the shelf and find it."""
    said = {
        "report": True, "cohort": "spring", "participant": "ana", "session": 2, "slug": "listen",
        "title": "Listen", "answers": ["a1"], "exercises": [], "fingerprint": "f",
        "made_at": "2026-03-20T17:00:00+00:00",
    }  # fmt: skip
    path = shelf.report_path(folder, "spring", "ana", "02-listen")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"metadata": {"mdli": said}, "words": words}))
    marker = shelf.read_marker(path)
    assert marker is not None
    return Found(ANA, marker, path, stamp_of([path]))


class Drawn:
    """Draws a page, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, notebook: Mapping[str, Any], about: Mapping[str, Any]) -> str:
        self.times += 1
        return f"<p>{about['name']}: {notebook['words']}</p>"


def copies(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / ".mdli" / "pages").rglob("*") if path.is_file())


def test_a_page_is_rendered_once_also_over_a_restart(tmp_path: Path) -> None:
    draw, found = Drawn(), put(tmp_path)
    bodies = Bodies(draw, "1")
    first = bodies.body(found, ABOUT)
    assert first is not None
    assert first == bodies.body(found, ABOUT) == Bodies(draw, "1").body(found, ABOUT)
    assert gzip.decompress(first.packed) == first.plain
    assert draw.times == 1


def test_the_copies_are_for_this_account_alone(tmp_path: Path) -> None:
    Bodies(Drawn(), "1").body(put(tmp_path), ABOUT)
    plain, packed = copies(tmp_path)
    assert packed.name == f"{plain.name}.gz"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (plain, packed)} == {0o600}
    folders = [plain.parent, plain.parent.parent, plain.parent.parent.parent]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


@pytest.mark.parametrize("what", ["report", "name", "version"])
def test_what_was_changed_is_rendered_again_and_the_old_copy_goes(tmp_path: Path, what: str) -> None:
    draw = Drawn()
    Bodies(draw, "1").body(put(tmp_path), ABOUT)
    before = copies(tmp_path)
    found = put(tmp_path, "others " * 200) if what == "report" else put(tmp_path)
    about = {"name": "Ana Mora"} if what == "name" else ABOUT
    assert Bodies(draw, "2" if what == "version" else "1").body(found, about) is not None
    assert draw.times == 2
    assert len(copies(tmp_path)) == 2
    assert not set(before) & set(copies(tmp_path))


def test_a_report_that_was_replaced_since_it_was_found_is_not_rendered(tmp_path: Path) -> None:
    found = put(tmp_path)
    text = found.path.read_text().replace("a1", "a2")
    found.path.write_text(text)
    assert Bodies(Drawn(), "1").body(found, ABOUT) is None
    assert copies(tmp_path) == []


def test_a_report_that_goes_while_it_is_rendered_leaves_no_copy(tmp_path: Path) -> None:
    found = put(tmp_path)

    def draw(notebook: Mapping[str, Any], about: Mapping[str, Any]) -> str:
        shelf.take_down(found.path)
        return "<p>its words</p>"

    assert Bodies(draw, "1").body(found, ABOUT) is not None, "whether it may leave is asked afterwards"
    assert copies(tmp_path) == []


def test_a_damaged_copy_is_not_sent(tmp_path: Path) -> None:
    draw, found = Drawn(), put(tmp_path)
    first = Bodies(draw, "1").body(found, ABOUT)
    copies(tmp_path)[0].write_bytes(b"half")
    assert Bodies(draw, "1").body(found, ABOUT) == first
    assert draw.times == 2


def test_without_a_place_for_copies_the_page_is_still_rendered(tmp_path: Path) -> None:
    found = put(tmp_path)
    (tmp_path / ".mdli").write_text("a file where the folder should be")
    body = Bodies(Drawn(), "1").body(found, ABOUT)
    assert body is not None
    assert body.plain.startswith(b"<p>Ana: words")


def test_copies_go_with_the_report(tmp_path: Path) -> None:
    found = put(tmp_path)
    Bodies(Drawn(), "1").body(found, ABOUT)
    shelf.take_down(found.path)
    assert copies(tmp_path) == []
    assert list((tmp_path / ".mdli" / "pages" / "spring").iterdir()) == []


def test_copies_of_a_report_that_somebody_removed_are_swept(tmp_path: Path) -> None:
    found = put(tmp_path)
    Bodies(Drawn(), "1").body(found, ABOUT)
    shelf.sweep_pages(tmp_path)
    assert len(copies(tmp_path)) == 2
    found.path.unlink()
    shelf.sweep_pages(tmp_path)
    assert copies(tmp_path) == []


def page_of(visitor: httpx.Client, **headers: str) -> httpx.Response:
    return visitor.get("/report/amara/3", headers=headers)


def test_every_reader_gets_the_same_bytes_and_nothing_about_themselves(house: House, site: Running) -> None:
    house.report("amara")
    house.replace("roster.csv", "spring,coach-kim,Riverside Clinics,Medical", "spring,coach-lee,R,Medical")
    lee = page_of(site.coach("coach-lee"))
    house.replace("roster.csv", "spring,coach-lee,R,Medical", "spring,coach-kim,Riverside Clinics,Medical")
    visitor = site.coach("coach-kim")
    kim = page_of(visitor)
    assert kim.content == lee.content
    assert kim.headers["Etag"] == lee.headers["Etag"]
    for own in ("Sam Kim", "Robin Lee", visitor.get("/report/amara/3/now").json()["token"][-12:]):
        assert own not in kim.text
    assert "set-cookie" not in kim.headers


def test_a_browser_that_has_the_page_is_told_so_and_one_that_cannot_unpack_gets_it_plain(
    house: House, site: Running
) -> None:
    house.report("amara")
    visitor = site.coach("coach-kim")
    packed, plain = page_of(visitor), page_of(visitor, **{"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.text == plain.text
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Cache-Control"] == "private, no-cache"
    assert packed.headers["Etag"] != plain.headers["Etag"]
    for page in (packed, plain):
        again = page_of(
            visitor,
            **{
                "If-None-Match": page.headers["Etag"],
                "Accept-Encoding": "gzip" if page is packed else "identity",
            },
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"
    house.report("amara", html="<p>another</p>")
    assert page_of(visitor, **{"If-None-Match": packed.headers["Etag"]}).status_code == 200


def test_what_the_browser_has_is_asked_about_like_anything_else(house: House, site: Running) -> None:
    path = house.report("amara")
    visitor = site.coach("coach-kim")
    kept = {"If-None-Match": page_of(visitor).headers["Etag"]}
    assert len(copies(house.folder)) == 2
    with house.store() as store:
        assert len(store.events("amara", 3)) == 1
    assert page_of(visitor, **kept).status_code == 304
    with house.store() as store:
        assert len(store.events("amara", 3)) == 2, "looking again is reading again"
    assert page_of(site.coach("coach-lee"), **kept).status_code == 404
    assert page_of(site.visitor(), **kept).status_code == 303
    house.write("amara", 3, "shared words", audience="private")
    assert page_of(visitor, **kept).status_code == 404
    assert not path.exists()
    assert copies(house.folder) == []


def test_what_is_new_is_told_apart_from_the_body_and_never_kept(house: House, site: Running) -> None:
    house.report("amara")
    visitor = site.coach("coach-kim")
    now = visitor.get("/report/amara/3/now")
    assert now.headers["Cache-Control"] == "private, no-store"
    assert now.headers["Content-Type"].startswith("application/json")
    assert now.json()["coach"] == "Sam Kim"
    assert now.json()["words"] == "as of 14:02 on 18 March; nothing shared since"
    house.write("amara", 3, "shared, and changed since")
    assert visitor.get("/report/amara/3/now").json()["words"].endswith("one answer shared since")
    assert visitor.get("/report/amara/3/now").json()["stale"] is True
    with house.store() as store:
        assert store.events("amara", 3) == (), "asking how fresh it is is not reading"


def test_what_is_new_is_nothing_once_an_answer_is_withdrawn(house: House, site: Running) -> None:
    path = house.report("amara")
    visitor = site.coach("coach-kim")
    house.write("amara", 3, "shared words", audience="private")
    assert visitor.get("/report/amara/3/now").status_code == 404
    assert not path.exists()
