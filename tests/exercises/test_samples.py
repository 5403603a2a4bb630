"""Sample answers fit every kind of exercise, and finish it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from mdli_workbook.curriculum import Exercise, Filled
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.controls import Control
from mdli_workbook.exercises.samples import SAMPLES, samples
from mdli_workbook.session_files import read_curriculum

REPOSITORY = Path(__file__).resolve().parents[2]
TODAY = date(2026, 3, 20)
ALL = [one for session in read_curriculum(REPOSITORY, KINDS) for one in session.exercises]


@pytest.mark.parametrize("exercise", ALL, ids=lambda one: one.id)
def test_a_sample_finishes_its_exercise_and_shows(exercise: Exercise) -> None:
    values = samples(exercise, TODAY)
    assert exercise.filled(values) is Filled.DONE
    assert exercise.static(values) != exercise.static({})


def test_every_kind_is_among_them() -> None:
    assert {one.kind for one in ALL} == set(KINDS)


def test_every_type_of_control_has_a_sample() -> None:
    assert set(SAMPLES) == set(get_args(get_type_hints(Control)["type"]))


def exercise(kind: str, **fields: object) -> Exercise:
    return KINDS[kind].model_validate({"id": "it", **fields})


TIMES = exercise("log", fields={"at": "time", "sure": "number", "long": "minutes"}, limits={"sure": [4, 5]})


def test_numbers_keep_within_their_limits() -> None:
    assert samples(TIMES, TODAY)["sample-1"] == {"at": "12:30", "sure": 4, "long": 20}


def test_a_number_between_nought_and_one_is_not_rounded_away() -> None:
    close = exercise("log", fields={"sure": "number"}, limits={"sure": [0.2, 0.8]})
    assert samples(close, TODAY)["sample-1"] == {"sure": 0.5}


def test_as_many_entries_as_are_asked_for() -> None:
    three = exercise("log", fields={"what": "text"}, at_least=3)
    assert list(samples(three, TODAY)) == ["", "sample-1", "sample-2", "sample-3"]


@pytest.mark.parametrize(("height", "point"), [(0, "never"), (0.5, "sometimes"), (1, "always")])
def test_a_scale_is_answered_where_asked(height: float, point: str) -> None:
    points = [{"id": one, "label": one} for one in ("never", "sometimes", "always")]
    scale = exercise("scale", points=points, statements=[{"id": "one", "text": "I ask."}])
    assert samples(scale, TODAY, height=height) == {"": {"ratings": {"one": point}}}
