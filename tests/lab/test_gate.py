"""Which cells may be run when a workbook is opened: a pure question, asked of hostile notebooks too."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from mdli_workbook.curriculum import Session
from mdli_workbook.errors import CellRefused
from mdli_workbook.exercises import KINDS
from mdli_workbook.grammar import read_cell
from mdli_workbook.lab.gate import Marker, Page, Verdict, judge, may_run
from mdli_workbook.notebook import SessionCells

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

IMPORT = "# Opens the workbook.\nfrom mdli_workbook import workbook"
WHOSE = "cohort = 'spring'\nparticipant = 'ana'\nsession = 2\nview = 'workbook'"
OPEN = "wb = workbook(cohort, participant, session, view)"
WHY = "wb.reflection('why', prompt='Why?')"
TALK = "wb.agenda('talk')"
OURS = (IMPORT, WHOSE, OPEN, WHY, TALK)
MARKER = Marker(form=True, cohort="spring", participant="ana", session=2)
ACT = "open('/tmp/hurt', 'w')"

# Each stands in the place of one exercise, in a cell that says that it is ours.
HOSTILE_CELLS = {
    "other code": "import os",
    "code behind ours": f"{WHY}\n{ACT}",
    "code behind a semicolon": f"{WHY}; {ACT}",
    "code before ours": f"{ACT}\n{WHY}",
    "code in a string that is run": "exec('import os')",
    "code in an f-string": f"wb.reflection('why', prompt=f\"{{{ACT}}}\")",
    "code in a format spec": f"wb.reflection('why', prompt=f\"{{1:{{{ACT}}}}}\")",
    "a decorator": f"@{ACT}\ndef wb(): pass",
    "a lambda": f"wb.reflection('why', prompt=(lambda: {ACT})())",
    "a nested call": f"wb.reflection('why', prompt={ACT})",
    "a call as id": f"wb.reflection({ACT})",
    "a call within a list": f"wb.scale('s', points=[{{'id': {ACT}}}])",
    "a call as key": f"wb.scale('s', points=[{{{ACT}: 1}}])",
    "a default argument": f"def f(x={ACT}): pass",
    "an annotation": f"x: {ACT} = 1",
    "a class": f"class wb({ACT}): pass",
    "a comprehension": f"wb.reflection('why', prompt=[{ACT} for _ in [1]])",
    "a condition": f"wb.reflection('why') if {ACT} else 1",
    "a walrus": f"wb.reflection('why', prompt=(x := {ACT}))",
    "two stars": f"wb.reflection('why', **{ACT})",
    "a star": f"wb.reflection('why', *{ACT})",
    "another attribute": "wb.__init__('why')",
    "a longer way": "wb._desktop.store('why')",
    "another name": "workbook.reflection('why')",
    "an unknown kind": "wb.system('why')",
    "a line magic": "%run hurt.py",
    "a cell magic": "%%bash\ntouch /tmp/hurt",
    "a shell escape": "!touch /tmp/hurt",
    "a magic that is assigned": "x = %sx touch /tmp/hurt",
    "an automatic call": ",open /tmp/hurt w",
    "a shell escape in a comment, after an unusual line break": (
        f"# c\N{LINE SEPARATOR}%pwd\N{LINE SEPARATOR}{ACT}\n{WHY}"
    ),
    "the same with a next-line character": f"# c\x85%pwd\x85{ACT}\n{WHY}",
    "the same with a group separator": f"# c\x1d!id\x1d{ACT}\n{WHY}",
    "the same with a form feed": f"# c\f%pwd\f{ACT}\n{WHY}",
    "the same with a carriage return": f"# c\r%pwd\r{ACT}\n{WHY}",
    "a prompt before it": f">>> {WHY}",
    "a NUL": f"{WHY}\0{ACT}",
    "a cell that only looks like ours": "ｗb.reflection('why').close()",  # noqa: RUF001
    "an assignment to what is called next": "cohort = participant = 'x'",
    "another import": "from mdli_workbook import demo",
    "the same import under another name": "from mdli_workbook import workbook as print",
    "a byte order mark": f"\ufeff{WHY}",
    "a line continuation": f"{WHY}; \\\n{ACT}",
    "a subscript": "wb.kinds['reflection']('why')",
    "a chained call": "wb.reflection('why').run()",
    "an f-string as id": "wb.reflection(f'{1}')",
    "an assertion": f"assert {WHY}",
    "a loop": f"while True: {WHY}",
    "a coroutine": f"await {WHY}",
    "a set, which is a call": "wb.reflection('why', x=set())",
    "the report's opening": "wb = workbook(cohort, participant, session, 'report')",
    "JavaScript": "%%javascript\nwindow.hurt = 1",
    "HTML that is shown": "get_ipython().run_cell_magic('html', '', '<script>1</script>')",
    "a help request": "wb.reflection?",
    "a deep tree": "wb.reflection('why', prompt=" + "-" * 3000 + "1)",
    "a broken character": "wb.reflection('\ud800')",
    "nothing": "",
}

HOSTILE_PAGES: dict[str, tuple[Sequence[str], str]] = {
    "no cell of ours at all": ((), "missing"),
    "no import": ((WHOSE, OPEN, WHY), "loads the package is missing"),
    "no parameters": ((IMPORT, OPEN, WHY), "says whose it is is missing"),
    "no opening": ((IMPORT, WHOSE, WHY), "opens it is missing"),
    "a second parameters cell": ((*OURS, WHOSE.replace("ana", "ben")), "twice, and they differ"),
    "a report": ((IMPORT, WHOSE.replace("'workbook'", "'report'"), OPEN, WHY), "report"),
    "an exercise twice, and differently": ((*OURS, "wb.agenda('why')"), "'why' is there twice"),
}


@pytest.mark.parametrize("cell", HOSTILE_CELLS.values(), ids=HOSTILE_CELLS)
def test_one_hostile_cell_of_ours_keeps_all_from_running(cell: str) -> None:
    for place in range(len(OURS) + 1):
        verdict = may_run([*OURS[:place], cell, *OURS[place:]], KINDS)
        assert verdict == Verdict(why=f"Its hidden part {place + 1} says something that no workbook says.")


@pytest.mark.parametrize(("cells", "why"), HOSTILE_PAGES.values(), ids=HOSTILE_PAGES)
def test_a_page_that_is_no_workbook_is_not_run_and_says_why(cells: Sequence[str], why: str) -> None:
    verdict = may_run(cells, KINDS)
    assert verdict.order == ()
    assert why in verdict.why


FORGED = {
    "another kernel": Page(kernel="python3", marker=MARKER, cells=OURS),
    "no kernel": Page(kernel="", marker=MARKER, cells=OURS),
    "not marked as a form": Page(kernel="mdli", marker=MARKER.model_copy(update={"form": False}), cells=OURS),
    "another participant": Page(
        kernel="mdli", marker=MARKER.model_copy(update={"participant": "ben"}), cells=OURS
    ),
    "another session": Page(kernel="mdli", marker=MARKER.model_copy(update={"session": 3}), cells=OURS),
    "another cohort": Page(kernel="mdli", marker=MARKER.model_copy(update={"cohort": "autumn"}), cells=OURS),
}


@pytest.mark.parametrize("page", FORGED.values(), ids=FORGED)
def test_what_a_notebook_says_of_itself_must_fit_its_cells(page: Page) -> None:
    verdict = judge(page, KINDS)
    assert verdict.order == ()
    assert verdict.why


def test_a_generated_workbook_may_be_run_as_it_stands() -> None:
    reflection = KINDS["reflection"].model_validate(
        {"id": "why", "title": "Zeilen\N{LINE SEPARATOR}um\nbruch"}
    )
    parts = ("Text", reflection, KINDS["agenda"].model_validate({"id": "talk"}))
    session = Session(session=2, slug="listen", title="Listen", minutes=30, parts=parts)
    text = SessionCells.of(session).workbook("spring", "ana")
    notebook = json.loads(text)
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    said = notebook["metadata"]["mdli"]
    marker = Marker.model_validate({name: said[name] for name in Marker.model_fields})
    page = Page(kernel=notebook["metadata"]["kernelspec"]["name"], marker=marker, cells=cells)
    assert judge(page, KINDS) == Verdict(order=tuple(range(len(cells))))


@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(OURS), max_size=4))
def test_cells_that_were_moved_or_pasted_again_are_run_once_in_the_order_of_a_workbook(
    order: random.Random, again: list[str]
) -> None:
    cells = [*OURS, *again]
    order.shuffle(cells)
    run = [cells[index] for index in may_run(cells, KINDS).order]
    assert run[:3] == [IMPORT, WHOSE, OPEN]
    assert sorted(run) == sorted(OURS)


pieces = st.sampled_from(
    [
        *OURS,
        *("\n", "\r", "\f", "\v", "\x1c", "\x85", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}", "\\\n"),
        *(
            "# c",
            "%pwd",
            "%%bash",
            "!id",
            "?",
            "...",
            "... ",
            "...: ",
            ">>> ",
            "In [1]: ",
            " ",
            "\t",
            ";",
            "/open x",
        ),
        *(
            '"""',
            "'''",
            "'",
            '"',
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "1",
            "x=",
            "wb.agenda(",
            "'a'",
            ACT,
        ),
    ]
)


@given(st.lists(pieces, max_size=12).map("".join))
def test_ipython_runs_just_what_was_read(source: str) -> None:
    try:
        read_cell(source, KINDS)
    except CellRefused:
        return
    rewritten = TransformerManager().transform_cell(source)
    assert ast.dump(ast.parse(rewritten)) == ast.dump(ast.parse(source))


comments = st.text(
    st.sampled_from("# \t%!?/;,.>In[1]:\n\r\f\v\x1c\x1d\x1e\x85\u2028\u2029abc'\"\\"), max_size=30
)


@given(comments, comments, st.sampled_from(OURS))
def test_no_comment_around_a_cell_of_ours_becomes_code(before: str, after: str, ours: str) -> None:
    source = f"#{before}\n{ours}  #{after}"
    try:
        read_cell(source, KINDS)
    except CellRefused:
        return
    rewritten = TransformerManager().transform_cell(source)
    assert ast.dump(ast.parse(rewritten)) == ast.dump(ast.parse(source))


@given(st.lists(st.text(max_size=40), max_size=6), st.integers(0, 5))
def test_whatever_is_sent_there_is_an_answer_and_only_what_is_ours_is_run(
    other: list[str], place: int
) -> None:
    cells = [*OURS[:place], *other, *OURS[place:]]
    verdict = may_run(cells, KINDS)
    assert bool(verdict.order) != bool(verdict.why)
    for index in verdict.order:
        read_cell(cells[index], KINDS)
