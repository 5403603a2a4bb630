"""Every error, as a stranger meets it."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from mdli_workbook import errors
from mdli_workbook.errors import InputError, Problem, WorkbookError

CLASSES = [one for one in vars(errors).values() if inspect.isclass(one) and issubclass(one, WorkbookError)]
PROBLEMS = [Problem("roster.csv", 7, "too long"), Problem("program.toml", 0, "is missing")]


def an_error(kind: type[WorkbookError]) -> WorkbookError:
    return kind(PROBLEMS) if issubclass(kind, InputError) else kind("the store is full; free some space")


def drawn_tree() -> dict[str, str]:
    """Each class in the module's docstring with the class above it."""
    above: dict[int, str] = {}
    tree: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        drawn = re.match(r"    ([│├└─ ]*)([A-Z][A-Za-z]+)\b", line)
        if drawn:
            depth = len(drawn[1]) // 4
            above[depth] = drawn[2]
            tree[drawn[2]] = above.get(depth - 1, "Exception")
    return tree


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert drawn_tree() == {kind.__name__: kind.__bases__[0].__name__ for kind in CLASSES}


def test_every_class_is_exported_in_order() -> None:
    assert errors.__all__ == sorted([kind.__name__ for kind in CLASSES] + ["Problem"])


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_comes_home_from_a_worker_process(kind: type[WorkbookError]) -> None:
    sent = an_error(kind)
    came = pickle.loads(pickle.dumps(sent))
    assert (type(came), str(came), vars(came)) == (kind, str(sent), vars(sent))


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_says_what_it_is_for(kind: type[WorkbookError]) -> None:
    assert (kind.__doc__ or "").strip()


def test_problems_are_told_one_a_line_and_come_in_order_of_place() -> None:
    assert str(InputError(PROBLEMS)) == "roster.csv line 7: too long\nprogram.toml: is missing"
    assert sorted(PROBLEMS) == PROBLEMS[::-1]


def test_problems_may_be_handed_over_once_only() -> None:
    assert InputError(iter(PROBLEMS)).problems == tuple(PROBLEMS)
