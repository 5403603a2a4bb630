"""What may be saved at all."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.answers import Draft, Event
from mdli_workbook.drafts import MOST_BYTES, checked, checked_event
from mdli_workbook.errors import SaveRefused


def a_draft(**changes: Any) -> Draft:
    fields: dict[str, Any] = {
        "id": str(uuid4()),
        "author": "ana-mora",
        "cohort": "spring",
        "participant": "ana-mora",
        "session": 2,
        "exercise": "late-notes",
        "value": {"text": "words"},
        "audience": "private",
    }
    return Draft(**(fields | changes))


def an_event(**changes: Any) -> Event:
    fields: dict[str, Any] = {
        "id": str(uuid4()),
        "what": "opened",
        "who": "ana-mora",
        "participant": "ana-mora",
    }
    return Event(**(fields | {"at": datetime(2026, 3, 2, 9, tzinfo=UTC)} | changes))


@pytest.mark.parametrize(
    ("field", "given_value"),
    [
        ("id", ""),
        ("id", "1"),
        ("id", "F0000000-0000-4000-8000-000000000000"),
        ("id", "f0000000-0000-4000-8000-000000000000\n"),
        ("author", "Ana Mora"),
        ("cohort", ""),
        ("participant", "../ana"),
        ("participant", "ana\n"),
        ("session", 0),
        ("session", 7),
        ("session", True),
        ("session", "2"),
        ("exercise", "x" * 65),
        ("entry", "first"),
        ("based_on", "0"),
        ("audience", "everyone"),
        ("audience", None),
    ],
)
def test_a_field_of_the_wrong_shape_is_refused_by_its_name(field: str, given_value: object) -> None:
    with pytest.raises(SaveRefused, match=f"^{field} "):
        checked(a_draft(**{field: given_value}))


@pytest.mark.parametrize("value", ["text", ["text"], 3, {"x": float("nan")}, {"x": {1, 2}}, {"x": b"bytes"}])
def test_a_value_that_is_no_json_object_is_refused(value: object) -> None:
    with pytest.raises(SaveRefused, match="nothing was saved"):
        checked(a_draft(value=value))


def test_a_value_nested_without_end_is_refused() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    with pytest.raises(SaveRefused, match="not plain JSON"):
        checked(a_draft(value=value))


def test_a_value_may_have_a_million_bytes_and_no_more() -> None:
    frame = len(json.dumps({"text": ""}))
    checked(a_draft(value={"text": "x" * (MOST_BYTES - frame)}))
    with pytest.raises(SaveRefused, match=f"{MOST_BYTES + 1} bytes"):
        checked(a_draft(value={"text": "x" * (MOST_BYTES - frame + 1)}))


def test_a_refusal_never_repeats_a_long_text() -> None:
    text = "what nobody else should read, " * 3
    with pytest.raises(SaveRefused) as refusal:
        checked(a_draft(exercise=text))
    assert "nobody" not in str(refusal.value)


def test_a_removed_entry_has_no_value() -> None:
    assert checked(a_draft(value=None, entry=str(uuid4()))).value is None


def test_half_a_surrogate_pair_is_replaced_and_a_whole_one_joined() -> None:
    half, whole = "\ud83d", "\ud83d\ude00"
    assert checked(a_draft(value={"text": f"a{half}b{whole}"})).value == {"text": "a\ufffdb\U0001f600"}


json_text = st.text(st.characters(codec="utf-8"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | json_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_text, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(json_text, json_values, max_size=4))
def test_plain_json_is_kept_as_it_is(value: dict[str, Any]) -> None:
    assert checked(a_draft(value=value)).value == value


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text()))
def test_checking_twice_changes_nothing_more(value: dict[str, Any]) -> None:
    once = checked(a_draft(value=value))
    assert checked(once) == once


@pytest.mark.parametrize(
    ("field", "given_value"),
    [
        ("id", "1"),
        ("what", "She said this:"),
        ("who", ""),
        ("participant", "A B"),
        ("session", 9),
        ("exercise", "Some text"),
        ("at", datetime(2026, 3, 2)),  # noqa: DTZ001 - that it has no zone is the point
    ],
)
def test_an_event_holds_only_ids_and_a_time_with_its_zone(field: str, given_value: object) -> None:
    with pytest.raises(SaveRefused, match=f"^{field} "):
        checked_event(an_event(**{field: given_value}))


def test_the_time_of_an_event_is_kept_in_utc() -> None:
    chicago = timezone(timedelta(hours=-6))
    event = an_event(at=datetime(2026, 3, 2, 9, tzinfo=chicago))
    assert checked_event(event).at.isoformat() == "2026-03-02T15:00:00+00:00"
    assert checked_event(event) == dataclasses.replace(event, at=event.at)
