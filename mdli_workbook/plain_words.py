"""How long the sentences of teaching text are: a gate of ``make check``.

``python -m mdli_workbook.plain_words templates/sessions`` says each file's mean and its longest sentence,
and ends with 1 where a file is too hard to read between two patients, or an image has no words for
those who cannot see it. Front matter, exercises, headings, tables and code are left out.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mdli_workbook.errors import InputError, Problem
from mdli_workbook.markdown_page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

__all__ = ["Sentence", "judge", "main", "sentences", "split"]

MEAN, LONGEST = 20, 30
"""Most words of a file's mean sentence, and of any sentence."""

_SHORT = frozenset({"dr", "drs", "mr", "mrs", "ms", "prof", "st", "vs", "cf", "approx", "e.g", "i.e"})
_BEFORE_FIGURES = frozenset({"no", "nos", "p", "pp", "fig", "vol"})
_END = re.compile(r"""[.!?…]+["'\u201d\u2019)\]]*(?=\s+["'\u201c\u2018(\[]*[A-Z0-9])""")
_WORD = re.compile(r"\S*[^\W_]\S*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the line it begins in, and how many words it has."""

    line: int
    text: str

    @property
    def words(self) -> int:
        """What stands between spaces and has a letter or a digit: ``8:30`` is one, a dash is none."""
        return len(_WORD.findall(self.text))


def split(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a paragraph, each with the place where it begins.

    A pragmatic rule: a full stop, question or exclamation mark ends a sentence where a capital or a
    figure follows, unless the word before it is a common short form or an initial.

    Examples
    --------
    >>> [said for _, said in split('Dr. Lee came at 8:30, i.e. late. I said no. "Why?" It was no. 3 of 4.')]
    ['Dr. Lee came at 8:30, i.e. late.', 'I said no.', '"Why?"', 'It was no. 3 of 4.']
    """
    start = 0
    for end in _END.finditer(text):
        after = text[end.end() :].lstrip()
        if end.group() != "." or not _is_short(text[start : end.start()], after):
            yield start, text[start : end.end()].strip()
            start = len(text) - len(after)
    if text[start:].strip():
        yield start, text[start:].strip()


def _is_short(before: str, after: str) -> bool:
    """Whether the full stop belongs to the word before it: ``Dr.``, ``no. 3``, ``J. Lee``."""
    last = re.split(r"[\s(\[“\"]", before)[-1]
    known = _SHORT | _BEFORE_FIGURES if after[0].isdigit() else _SHORT
    return last.lower() in known or re.fullmatch(r"(?:[A-Z]\.)*[A-HJ-Z]", last) is not None


def sentences(page: Page) -> Iterator[Sentence]:
    """Yield the sentences of a page's running text and lists, in the order of the page."""
    inside: list[str] = []
    for token in page.tokens:
        if token.nesting:
            inside = [*inside, token.type] if token.nesting > 0 else inside[:-1]
        elif token.type == "inline" and not {"heading_open", "table_open"} & set(inside):
            text = "".join(map(_said, token.children or ()))
            first = token.map[0] + 1 if token.map else 0
            for start, said in split(text):
                yield Sentence(first + text.count("\n", 0, start), " ".join(said.split()))


def _said(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return token.content if token.type in {"text", "code_inline"} else ""


def judge(page: Page) -> tuple[str, tuple[Problem, ...]]:
    """Measure one page.

    Parameters
    ----------
    page
        A session file.

    Returns
    -------
    tuple of str and tuple of Problem
        A line that says its measures, and what is wrong: fields of front matter and exercises aside,
        which ``mdli check`` reads.
    """
    found = list(sentences(page))
    images = [one for one in _images(page) if "alternative text" in one.message]
    if not found:
        return f"{page.name}: no teaching text", tuple(images)
    mean = sum(one.words for one in found) / len(found)
    longest = max(found, key=lambda one: one.words)
    said = f"{len(found)} sentences of {mean:.1f} words, the longest {longest.words} in line {longest.line}"
    long = [
        Problem(page.name, one.line, f"a sentence of {one.words} words; {LONGEST} are the most, make two")
        for one in found
        if one.words > LONGEST
    ]
    if mean > MEAN:
        hint = f"sentences average {mean:.1f} words; {MEAN} are the most, and the longest begins here"
        long.append(Problem(page.name, longest.line, hint))
    return f"{page.name}: {said}", tuple(sorted([*long, *images]))


def _images(page: Page) -> list[Problem]:
    for _ in page.pieces():  # reading a page to its end checks its images
        pass
    return page.problems


def main(arguments: Sequence[str]) -> int:
    """Judge the files named, and those of the folders named; return the exit code."""
    paths = [path for one in map(Path, arguments) for path in (sorted(one.glob("*.md")) or [one])]
    problems: list[Problem] = []
    for path in paths:
        try:
            said, wrong = judge(Page.read(path, path.as_posix()))
        except InputError as error:
            said, wrong = f"{path.as_posix()}: not read", error.problems
        sys.stdout.write(f"{said}\n")
        problems.extend(wrong)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems or not paths else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
