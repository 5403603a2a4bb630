"""One Markdown file as faculty write it: its text, its fenced YAML blocks, and the line of each field.

Markdown is parsed by markdown-it-py, the YAML inside by PyYAML; both keep line numbers, so each
problem names the line that its author sees.
"""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin
from pydantic import BaseModel, ValidationError
from yaml.composer import Composer, ComposerError
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import MappingNode, Node, SequenceNode

from mdli_workbook.errors import CurriculumError, Problem
from mdli_workbook.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from markdown_it.token import Token

    from mdli_workbook.curriculum import Picture

__all__ = ["Block", "Fence", "Page", "nearest"]

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of YAML and where each of its keys stands."""

    data: dict[str, Any]
    line: int
    lines: Mapping[tuple[str | int, ...], int]

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """Return the line of a field, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, self.line)


@dataclass(frozen=True, slots=True)
class Fence:
    """An exercise or a part as it stands in the text."""

    kind: str
    id: str
    line: int
    block: Block


class _Wary(Composer, SafeConstructor):
    """YAML without its two traps: aliases, ten lines of which make a billion values, and odd scalars.

    PyYAML reads 2026-02-30 as a date and fails with a plain ValueError, which names no line.
    """

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):  # type: ignore[attr-defined]
            message = "an alias (*name) stands for something elsewhere; write that out"
            where = self.peek_event().start_mark  # type: ignore[attr-defined]
            raise ComposerError(None, None, message, where)
        return super().compose_node(parent, index)

    def construct_object(self, node: Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as in PyYAML
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, OverflowError):
            message = f"a value looks like {node.tag.rpartition(':')[2]} and is none; put it in quotes"
            raise ConstructorError(None, None, message, node.start_mark) from None


class _Plain(_Wary, yaml.SafeLoader):
    """The loader whose words about a mistake are those that an author reads."""


if yaml.__with_libyaml__:

    class _Quick(_Wary, yaml.CSafeLoader):
        """The same on libyaml: several times as fast, but it says a mistake in other words."""

        def __init__(self, text: str) -> None:
            Composer.__init__(self)
            yaml.CSafeLoader.__init__(self, text)

else:
    _Quick = _Plain  # type: ignore[misc, assignment]


@dataclass(slots=True)
class Page:
    """One Markdown file while it is read, with the problems found so far."""

    name: str
    lines: list[str]
    tokens: list[Token]
    folder: Path
    problems: list[Problem] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, name: str) -> Page:
        """Read and parse a file; `name` is what problems call it."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            message = "is not UTF-8 (it looks like Windows-1252); save it again as UTF-8"
            raise CurriculumError([Problem(name, line, message)]) from None
        except OSError as error:
            raise CurriculumError([Problem(name, 0, f"cannot be read: {error.strerror}")]) from None
        if "\0" in text:
            line = text[: text.index("\0")].count("\n") + 1
            raise CurriculumError([Problem(name, line, "holds a NUL byte; the file is damaged, restore it")])
        text = text.replace("\r\n", "\n")
        parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
        return cls(name, text.split("\n"), parser.parse(text), path.parent)

    def say(self, line: int, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.name, line, message))

    def front_matter(self) -> Block:
        """Return what stands between the two lines of dashes."""
        token = self.tokens[0] if self.tokens else None
        if token is None or token.type != "front_matter":
            self.say(1, "has no front matter; begin with --- and session, slug, title, minutes, sources")
            return Block({}, 1, {})
        return self.yaml(token.content, 2)

    def pieces(self) -> Iterator[str | Fence]:
        """Yield text and fenced blocks in the order of the page."""
        start = 0
        for token in self.tokens:
            self._check_images(token)
            if token.type == "front_matter" and token.map:
                start = token.map[1]
            if token.type != "fence" or not token.info.strip().startswith("{") or not token.map:
                continue
            if token.level:
                self.say(
                    token.map[0] + 1, "an exercise must begin at the left margin, not inside a list or quote"
                )
                continue
            yield from self._text(start, token.map[0])
            fence = self._fence(token, token.map[0], token.map[1])
            if fence is not None:
                yield fence
            start = token.map[1]
        yield from self._text(start, len(self.lines))

    def build(self, record: type[R], data: dict[str, Any], block: Block, what: str) -> R | None:
        """Make a record of a block, or note everything that is wrong in it."""
        try:
            return record.model_validate(data)
        except ValidationError as error:
            found = error.errors(include_url=False)
            places = [one["loc"] for one in found]
            for one in found:
                deeper = any(place[: len(one["loc"])] == one["loc"] != place for place in places)
                if not (deeper and one["loc"]):  # a list is not too short, too: its item is wrong
                    self.say(block.line_of(one["loc"]), explain(one, record, what))
        return None

    def yaml(self, text: str, line: int) -> Block:
        """Read YAML that begins in `line`."""
        try:
            places, data = _parse(text)
        except RecursionError:
            self.say(line, "is nested too deeply to be read; write it in fewer levels")
            return Block({}, line, {})
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = line + (mark.line if mark else 0)
            what = getattr(error, "problem", None) or "cannot be parsed"
            self.say(where, f"is not YAML: {what}; quote text that holds ': '")
            return Block({}, line, {})
        if not isinstance(data, dict):
            if data is not None:
                self.say(line, "must be lines of 'field: value'")
            return Block({}, line, {})
        lines: dict[tuple[str | int, ...], int] = {}
        for path, down in places:
            if path in lines and isinstance(path[-1], str):
                self.say(line + down, f"field '{path[-1]}' stands twice; keep one")
            lines[path] = line + down
        return Block({str(key): value for key, value in data.items()}, line - 1, lines)

    def _text(self, start: int, end: int) -> Iterator[str]:
        text = "\n".join(self.lines[start:end]).strip("\n")
        if text.strip():
            yield text

    def _fence(self, token: Token, first: int, end: int) -> Fence | None:
        kind, _, rest = token.info.strip()[1:].partition("}")
        if not self.lines[end - 1].strip().startswith(token.markup) or end - first < 2:
            self.say(first + 1, f"the block of '{rest.strip()}' is not closed; end it with {token.markup}")
            return None
        if not rest.strip():
            self.say(first + 1, f"a {kind.strip()} needs an id: ```{{{kind.strip()}}} my-id")
            return None
        return Fence(kind.strip(), rest.strip(), first + 1, self.yaml(token.content, first + 2))

    def _check_images(self, token: Token) -> None:
        for child in token.children or ():
            if child.type != "image" or not token.map:
                continue
            source = str(child.attrs.get("src", ""))
            if not child.content.strip():
                self.say(
                    token.map[0] + 1,
                    f"image '{source}' has no alternative text; write ![what it shows]({source})",
                )
            try:
                self.pictures[source] = read_picture(self.folder, source)
            except ValueError as error:
                self.say(token.map[0] + 1, f"image '{source}' {error}")


_Place = tuple[tuple[str | int, ...], int]
"""Keys and indices that lead to a field, and how many lines down it stands."""


def _parse(text: str) -> tuple[list[_Place], Any]:
    """Parse YAML once: where its fields stand, and what they say."""
    if "\t" not in text:  # which libyaml lets stand where YAML has none
        with contextlib.suppress(yaml.YAMLError):
            return _load(_Quick(text))
    return _load(_Plain(text))


def _load(loader: _Quick | _Plain) -> tuple[list[_Place], Any]:
    try:
        root = loader.get_single_node()
        places = list(_places(root, ()))  # before the constructor rewrites the nodes
        return places, None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _places(node: Node | None, path: tuple[str | int, ...]) -> Iterator[_Place]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield here, key.start_mark.line
            yield from _places(value, here)
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value.start_mark.line
            yield from _places(value, (*path, index))


def explain(error: Any, record: type[BaseModel], what: str) -> str:
    """Say a pydantic error as value, rule and way out."""
    path = ".".join(str(step) for step in error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        fields = [
            item.alias or key for key, item in record.model_fields.items() if key not in {"id", "parts"}
        ]
        return f"field '{path}' is not one of {what}{nearest(last, fields)}"
    if error["type"] == "missing":
        return f"field '{path}' is missing from {what}; add it"
    if error["type"] == "value_error" and not path:
        return message
    value = error["input"]
    shown = f" is {value!r}:" if isinstance(value, (str, int, float, bool)) and len(str(value)) <= 60 else ":"
    return f"field '{path}'{shown} {message[:1].lower()}{message[1:]}"


def nearest(word: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    """Suggest the known word that was probably meant, or list them all."""
    near = difflib.get_close_matches(word, list(known), 1)
    hint = f"did you mean '{near[0]}'?" if near else "there are " + ", ".join(sorted(known))
    return f"; {hint}"
