"""A session becomes a notebook whose cells are ours, whose bytes repeat, and whose code is harmless."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.curriculum import Session
from mdli_workbook.errors import CellRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.reflection import Reflection
from mdli_workbook.grammar import Call, read_cell
from mdli_workbook.notebook import SessionCells, calls_of, for_participant

WHY = Reflection(id="why", prompt="Why?", minutes=3, audience="coach")


def session_of(*parts: str | Reflection) -> Session:
    return Session(session=2, slug="listen", title="Listen", minutes=30, parts=parts)


def workbook_of(*parts: str | Reflection) -> str:
    return SessionCells.of(session_of(*parts)).workbook("spring", "p1")


def test_the_same_input_gives_the_same_bytes() -> None:
    assert workbook_of("Read.", WHY) == workbook_of("Read.", WHY)


def test_it_is_a_valid_notebook_in_jupyters_own_layout() -> None:
    text = workbook_of("Read.", WHY)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == text


def test_the_text_for_all_becomes_each_participants_and_no_id_is_left_out() -> None:
    cells = SessionCells.of(session_of("Read.", WHY))
    for who in ("p1", "p2"):
        assert (
            for_participant(cells.for_all.encode(), "spring", who) == cells.workbook("spring", who).encode()
        )
    assert for_participant(b"\xff spoiled", "spring", "p1") == b"\xff spoiled"


def test_the_parameters_follow_papermills_convention() -> None:
    [cell] = [
        cell
        for cell in nbformat.reads(workbook_of(WHY), as_version=4).cells
        if "parameters" in cell.metadata.get("tags", [])
    ]
    space: dict[str, object] = {}
    exec(cell.source, space)
    assert [space[name] for name in ("cohort", "participant", "session", "view")] == [
        "spring",
        "p1",
        2,
        "workbook",
    ]


def test_every_code_cell_is_hidden_begins_with_a_comment_and_resists_deletion() -> None:
    for cell in nbformat.reads(workbook_of("Read.", WHY), as_version=4).cells:
        assert cell.metadata.deletable is False
        if cell.cell_type == "code":
            assert cell.metadata.jupyter.source_hidden
            assert cell.source.startswith("# ")
            read_cell(cell.source, KINDS)


def test_the_first_page_offers_one_start_button_and_says_who_can_read() -> None:
    first = nbformat.reads(workbook_of(WHY), as_version=4).cells[0].source
    assert first.count('data-commandlinker-command="notebook:run-all-cells"') == 1
    said = " ".join(first.split())
    for readers in ("*Only you*", "*Your coach*", "*The program's coordinators*"):
        assert f"- {readers}" in said
    assert "Whoever administers this computer, or holds its account, could open the files" in said
    assert "private ones too" in said


def test_it_holds_no_output_and_no_widget_state() -> None:
    notebook = json.loads(workbook_of("Read.", WHY))
    assert notebook["metadata"].keys() == {"kernelspec", "language_info", "mdli"}
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])


def test_ids_of_any_length_make_distinct_cells() -> None:
    long = [Reflection(id="a" * 63 + last, prompt="?") for last in "bc"]
    cells = nbformat.reads(workbook_of(*long), as_version=4).cells
    assert len({cell.id for cell in cells}) == len(cells)


def test_a_cell_of_a_stranger_is_refused_when_the_calls_are_read() -> None:
    notebook = json.loads(workbook_of(WHY))
    notebook["cells"][-1]["source"] = ["import os"]
    with pytest.raises(CellRefused):
        calls_of(json.dumps(notebook), KINDS)


@given(st.text(max_size=200), st.text(max_size=80))
def test_whatever_an_author_writes_stays_a_literal(prompt: str, title: str) -> None:
    exercise = Reflection(id="why", prompt=prompt, title=title)
    _, [(_, call)] = calls_of(workbook_of(exercise), KINDS)
    assert call == Call("reflection", "why", exercise.literals())
