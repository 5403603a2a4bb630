"""A workbook's cells say four things; whatever else stands in a cell is refused."""

from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdli_workbook.errors import CellRefused
from mdli_workbook.grammar import Call, Import, Open, Parameters, read_cell

KINDS = {"reflection", "scale"}

HOSTILE = {
    "a call of something else": "print('hello')",
    "an import of something else": "from os import workbook",
    "an import under another name": "from mdli_workbook import workbook as wb",
    "a second import": "from mdli_workbook import workbook, os",
    "two statements": "wb.reflection('a')\nwb.reflection('b')",
    "a semicolon": "wb.reflection('a'); import os",
    "an unknown kind": "wb.system('a')",
    "a private attribute": "wb.__class__('a')",
    "another object": "os.reflection('a')",
    "a nested call": "wb.reflection(open('x').read())",
    "a call in a field": "wb.reflection('a', prompt=open('x').read())",
    "an f-string": "wb.reflection('a', prompt=f'{open(1)}')",
    "an f-string as id": "wb.reflection(f'{1}')",
    "a lambda": "wb.reflection('a', prompt=lambda: 1)",
    "a default argument": "def f(x=open('x')): pass",
    "a decorator": "@wb.reflection\ndef f(): pass",
    "a comprehension": "wb.reflection('a', points=[x for x in open('x')])",
    "a star": "wb.reflection(*['a'])",
    "two stars": "wb.reflection('a', **{'prompt': 'b'})",
    "a walrus": "wb.reflection((x := 'a'))",
    "a subscript": "wb.kinds['reflection']('a')",
    "a chained call": "wb.reflection('a').run()",
    "a name as id": "wb.reflection(cohort)",
    "a number as id": "wb.reflection(1)",
    "no id": "wb.reflection()",
    "a magic": "%run evil.py",
    "a shell escape": "!rm -rf x",
    "a cell magic": "%%bash\necho",
    "a help request": "wb.reflection?",
    "an opening under another name": "wb = workbook(cohort, participant, session, 'report')",
    "an attribute as target": "wb.cohort = 'x'\ncohort = participant = view = ''\nsession = 1",
    "parameters with a call": "cohort = open('x')\nparticipant = 'p'\nsession = 1\nview = 'v'",
    "parameters with a stranger": "cohort = 'c'\nparticipant = 'p'\nsession = 1\nview = 'v'\nworkbook = 1",
    "parameters of a wrong type": "cohort = 'c'\nparticipant = 'p'\nsession = True\nview = 'v'",
    "too few parameters": "cohort = 'c'",
    "a string that hides code": "'''\nwb.reflection('a')\n'''; import os",
    "an assert": "assert wb.reflection('a')",
    "deep nesting": "wb.reflection('a', x=" + "[" * 5000 + "]" * 5000 + ")",
    "a NUL byte": "wb.reflection('a')\0import os",
    "an empty cell": "",
    "only a comment": "# wb.reflection('a')",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_cell_outside_the_grammar_is_refused(source: str) -> None:
    with pytest.raises(CellRefused):
        read_cell(source, KINDS)


def test_the_four_shapes_are_read() -> None:
    assert read_cell("# comment\nfrom mdli_workbook import workbook", KINDS) == Import()
    assert read_cell("wb = workbook(cohort, participant, session, view)", KINDS) == Open()
    assert read_cell("wb.scale('s', points=[{'id': 1}], many=False)", KINDS) == Call(
        "scale", "s", {"points": [{"id": 1}], "many": False}
    )
    values = {"cohort": "c", "participant": "p", "session": 2, "view": "workbook"}
    lines = "cohort = 'c'\nparticipant = 'p'\nsession = 2\nview = 'workbook'"
    assert read_cell(lines, KINDS) == Parameters(values)
    together = "cohort, participant, session, view = 'c', 'p', 2, 'workbook'"
    assert read_cell(together, KINDS) == Parameters(values)


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))


@given(st.dictionaries(names, literals, max_size=4), st.text(max_size=30))
def test_any_literals_come_back_as_they_were_written(fields: dict[str, object], name: str) -> None:
    words = "".join(f", {key}={value!r}" for key, value in fields.items())
    assert read_cell(f"wb.reflection({name!r}{words})", KINDS) == Call("reflection", name, fields)


@given(st.text())
def test_whatever_is_accepted_holds_no_call_but_ours(source: str) -> None:
    try:
        read_cell(source, KINDS)
    except CellRefused:
        return
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert len(calls) <= 1
