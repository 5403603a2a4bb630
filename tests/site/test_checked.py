"""What was asked once is asked again as soon as it may have another answer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mdli_workbook import shelf
from mdli_workbook.answers import Event
from mdli_workbook.site.reading import Found, find_report, list_shelves, still_shared
from mdli_workbook.site.sources import Sources
from tests.site.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from tests.site.conftest import House


def now() -> datetime:
    return datetime.fromisoformat(TODAY)


def found(sources: Sources) -> Found:
    one = find_report(sources, "coach-kim", "amara", 3)
    assert one is not None
    return one


def long_questions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the store is asked about rows."""
    asked: list[int] = []
    ask = shelf.withdrawn

    def count(markers: Iterable[shelf.Marker], store: shelf.KnowsWhatIsShared) -> frozenset[shelf.Marker]:
        markers = tuple(markers)
        asked.append(len(markers))
        return ask(markers, store)

    monkeypatch.setattr("mdli_workbook.site.reading.withdrawn", count)
    return asked


def test_the_long_question_is_asked_once_until_an_answer_changes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.report("amara")
    sources, asked = Sources(house.folder, now), long_questions(monkeypatch)
    assert still_shared(sources, found(sources))
    sources.recorder.record(
        Event("e1d1c6a0-0000-4000-8000-000000000001", "report-read", "kim", "amara", now())
    )
    house.write("ben", 3, "of somebody else")
    assert still_shared(sources, found(sources))
    assert list_shelves(sources, [found(sources).participant])[0].markers
    assert asked == [1]
    house.write("amara", 3, "edited, and still shared")
    assert still_shared(sources, found(sources))
    assert asked == [1, 1]
    sources.store().close()


def test_what_was_shared_a_moment_ago_is_gone_once_it_is_private(house: House) -> None:
    path = house.report("amara")
    sources = Sources(house.folder, now)
    one = found(sources)
    assert still_shared(sources, one)
    house.write("amara", 3, "shared words", audience="private")
    assert not still_shared(sources, one)
    assert not still_shared(sources, one), "a refusal is not kept either"
    assert not path.exists()
    sources.store().close()


def test_another_store_in_its_place_is_asked_anew(house: House) -> None:
    path = house.report("amara")
    sources = Sources(house.folder, now)
    assert still_shared(sources, found(sources))
    place = house.folder / ".mdli" / "answers.db"
    place.rename(place.with_suffix(".away"))
    house.rows.clear()
    house.write("amara", 3, "another row, with the same number")
    assert not still_shared(sources, found(sources))
    assert not path.exists()
    sources.store().close()


def test_a_report_that_took_the_place_of_a_withdrawn_one_stays(house: House) -> None:
    house.report("amara")
    sources = Sources(house.folder, now)
    before = found(sources)
    house.write("amara", 3, "shared words", audience="private")
    fresh = house.report("amara", answers=[])
    assert not still_shared(sources, before)
    assert fresh.exists()
    assert still_shared(sources, found(sources))
    sources.store().close()
