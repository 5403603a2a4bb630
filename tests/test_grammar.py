"""A workbook's cells say four things; whatever else stands in a cell is refused."""

from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdli_workbook.errors import CellRefused
from mdli_workbook.grammar import PARAMETERS, Call, Import, Open, Parameters, read_cell

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
    "a line continuation that hides code": "wb.reflection('a'); \\\nimport os",
    "a byte order mark": "\ufeffwb.reflection('a')",
    "a form feed": "wb.reflection('a')\f",
    "a line separator": "# c\u2028import os\nwb.reflection('a')",
    "letters that look alike": "ｗｂ.reflection('a').close()",  # noqa: RUF001
    "a look-alike letter in the name": "wb.reflectiоn('a')",  # noqa: RUF001 - a Cyrillic o
    "an empty set, which is a call": "wb.reflection('a', x=set())",
    "a set": "wb.reflection('a', x={1, 2})",
    "a sum": "wb.reflection('a', x=1 + 2j)",
    "bytes": "wb.reflection('a', x=b'y')",
    "an ellipsis": "wb.reflection('a', x=...)",
    "a name as value": "wb.reflection('a', x=workbook)",
    "an attribute as value": "wb.reflection('a', x=wb.kinds)",
    "a dictionary that is unpacked": "wb.reflection('a', x={**{}})",
    "a list that is unpacked": "wb.reflection('a', x=[*'ab'])",
    "a key that cannot be one": "wb.reflection('a', x={[]: 1})",
    "a field twice": "wb.reflection('a', x=1, x=2)",
    "a conditional": "wb.reflection('a', x=1 if wb else 2)",
    "an await": "await wb.reflection('a')",
    "a walrus around it": "(y := wb.reflection('a'))",
    "an assignment of it": "y = wb.reflection('a')",
    "a deletion": "del wb",
    "a global": "global wb",
    "a starred target": "*cohort, participant, session, view = 'c', 'p', 1, 'v'",
    "a chain of targets": "cohort = participant = 'x'\nsession = 1\nview = 'v'",
    "an annotated parameter": "cohort: open('x') = 'c'\nparticipant = 'p'\nsession = 1\nview = 'v'",
    "a relative import": "from .mdli_workbook import workbook",
    "an import of everything": "from mdli_workbook import *",
    "a number too long to be read": "wb.reflection('a', x=" + "9" * 9000 + ")",
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


ALLOWED = (
    *(ast.Module, ast.Expr, ast.Call, ast.keyword, ast.Attribute, ast.Name, ast.Load, ast.Store),
    *(ast.Assign, ast.ImportFrom, ast.alias),
    *(ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.UnaryOp, ast.USub),
)
NAMES = {"wb", "workbook", "cohort", "participant", "session", "view"}
OURS = (
    "from mdli_workbook import workbook",
    "cohort = 'c'\nparticipant = 'p'\nsession = 2\nview = 'workbook'",
    "wb = workbook(cohort, participant, session, view)",
    "wb.reflection('a', prompt='Why?', x=[1, -2.5, {'k': None}])",
)
scraps = st.sampled_from(
    [
        *(
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            ";",
            "=",
            ":=",
            "->",
            ".",
            "*",
            "**",
            "@",
            "-",
            "+",
            "%",
            "!",
        ),
        *(
            "lambda: 1",
            "open('x')",
            "f'{1}'",
            "b'y'",
            "set()",
            "wb",
            "os",
            "exec",
            "__class__",
            "1j",
            "...",
            "'",
        ),
        *(
            " if ",
            " for x in ",
            " await ",
            " yield ",
            " and ",
            "import os",
            "\n",
            "\\\n",
            "\f",
            "\u2028",
            "#",
        ),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Draw one of our cells with scraps of Python put in, or pieces taken out."""
    text = draw(st.sampled_from(OURS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 3))
        text = text[:start] + draw(scraps | st.text(max_size=3)) + text[end:]
    return text


@settings(max_examples=500)
@given(st.text() | damaged() | st.lists(scraps | st.sampled_from(OURS), max_size=6).map("".join))
def test_any_text_is_refused_or_is_a_cell_of_ours_with_nothing_but_literals(source: str) -> None:
    try:
        read = read_cell(source, KINDS)
    except CellRefused:
        return
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    assert [type(node) for node in nodes if not isinstance(node, ALLOWED)] == []
    assert {node.id for node in nodes if isinstance(node, ast.Name)} <= NAMES
    assert {node.attr for node in nodes if isinstance(node, ast.Attribute)} <= KINDS
    assert sum(isinstance(node, ast.Call) for node in nodes) == isinstance(read, Call | Open)
    match read:
        case Call(kind, name, values):
            said = ast.parse(
                f"wb.{kind}({name!r}{''.join(f', {key}={value!r}' for key, value in values.items())})"
            )
            assert ast.dump(said) == ast.dump(tree)
        case Parameters(values):
            assert {key: type(value) for key, value in values.items()} == PARAMETERS
