"""What the code cells of a workbook may say, and nothing else.

Four shapes are ours, each alone in its cell (comments aside)::

    from mdli_workbook import workbook
    cohort = "spring"; participant = "p1"; session = 2; view = "workbook"   (literals)
    wb = workbook(cohort, participant, session, view)
    wb.<kind>("id", field=literal, ...)

Source that parses to anything else is refused, so that running the cells of a file that somebody
mailed can do no more than a generated workbook does.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdli_workbook.errors import CellRefused

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

__all__ = ["PARAMETERS", "Call", "Import", "Open", "Parameters", "read_cell"]

PARAMETERS: Mapping[str, type] = {"cohort": str, "participant": str, "session": int, "view": str}
_IMPORT = ast.dump(ast.parse("from mdli_workbook import workbook"))
_OPEN = ast.dump(ast.parse("wb = workbook(cohort, participant, session, view)"))

# IPython rewrites lines before Python sees them, and breaks lines where Python does not: after U+2028
# inside a comment it finds a magic, and what follows is no comment any more. Nor are prompts ours.
_REWRITTEN = re.compile(
    r"[\r\v\f\x1c-\x1e\x85\u2028\u2029]|^[ \t]*(?:>>>|\.\.\.|In \[)|\A[ \t]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Import:
    """The cell that imports the package."""


@dataclass(frozen=True, slots=True)
class Open:
    """The cell that opens the workbook."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The cell that names cohort, participant, session and view."""

    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Call:
    """A cell that shows one exercise: its kind, id and literals."""

    kind: str
    id: str
    literals: Mapping[str, Any]


def read_cell(source: str, kinds: Container[str]) -> Import | Open | Parameters | Call:
    """Parse one code cell of a workbook.

    Parameters
    ----------
    source
        The whole cell, as it would be run.
    kinds
        Names that may be called on ``wb``.

    Raises
    ------
    CellRefused
        If the cell says anything that a generated workbook would not.

    Examples
    --------
    >>> read_cell('wb.reflection("why", prompt="Why?")', {"reflection"})
    Call(kind='reflection', id='why', literals={'prompt': 'Why?'})
    """
    if _REWRITTEN.search(source):
        raise CellRefused("a code cell holds an unusual line break or a prompt, which IPython would rewrite")
    try:
        tree = ast.parse(source)
        dump = ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CellRefused("a code cell is not plain Python; a workbook holds only its own cells") from None
    if dump == _IMPORT:
        return Import()
    if dump == _OPEN:
        return Open()
    match tree.body:
        case [ast.Expr(value=ast.Call() as call)]:
            return _read_call(call, kinds)
        case [ast.Assign(), *_]:
            return _read_parameters(tree.body)
    raise CellRefused("a code cell is none of the four that a workbook holds")


def _read_call(call: ast.Call, kinds: Container[str]) -> Call:
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="wb"), attr=kind),
            args=[ast.Constant(value=str() as name)],
            keywords=keywords,
        ) if kind in kinds:
            literals = {word.arg: _literal(word.value) for word in keywords if word.arg}
            if len(literals) == len(keywords):
                return Call(kind, name, literals)
    raise CellRefused("a call in a workbook is wb.<kind>(id, field=literal, ...) of a known kind")


def _read_parameters(body: list[ast.stmt]) -> Parameters:
    values: dict[str, str | int] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = _literal(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=items)) if len(
                names
            ) == len(items):
                for target, item in zip(names, items, strict=True):
                    values[target.id if isinstance(target, ast.Name) else ""] = _literal(item)
            case _:
                raise CellRefused("the parameters cell holds only assignments of literals")
    if values.keys() != PARAMETERS.keys() or any(
        type(values[key]) is not kind for key, kind in PARAMETERS.items()
    ):
        raise CellRefused("the parameters cell names cohort, participant, session and view, each once")
    return Parameters(values)


# What a session file can hold, and nothing that Python would have to work out: ``set()`` or ``1 + 2j``.
_PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.UnaryOp, ast.USub, ast.Load)


def _literal(node: ast.expr) -> Any:
    if any(not isinstance(one, _PLAIN) or _is_unlike_json(one) for one in ast.walk(node)):
        raise CellRefused("a value in a workbook's cell is not a literal")
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise CellRefused("a value in a workbook's cell is not a literal") from None


def _is_unlike_json(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | None)
