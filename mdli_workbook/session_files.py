"""Read the text that faculty write: session files and the report template.

Markdown is parsed by markdown-it-py, the YAML inside by PyYAML; both keep line numbers, so each
problem names the line that its author sees. All problems of all files come at once.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin
from pydantic import BaseModel, ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from mdli_workbook.curriculum import Exercise, Part, Session
from mdli_workbook.errors import CurriculumError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from markdown_it.token import Token

__all__ = ["read_curriculum", "read_report_template", "read_session"]

R = TypeVar("R", bound=BaseModel)


def read_curriculum(folder: Path, kinds: Mapping[str, type[Exercise]]) -> tuple[Session, ...]:
    """Read all session files of a program, in the order of their numbers.

    Parameters
    ----------
    folder
        The program folder; the files are ``templates/sessions/*.md`` in it.
    kinds
        The registry: kind → record.

    Raises
    ------
    CurriculumError
        With every problem of every file.
    """
    sessions: dict[str, Session] = {}
    problems: list[Problem] = []
    files = sorted((folder / "templates" / "sessions").glob("*.md"))
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            sessions[name] = read_session(path, kinds, name=name)
        except CurriculumError as error:
            problems.extend(error.problems)
    if not files:
        problems.append(
            Problem("templates/sessions", 0, "holds no session file; add one, such as 01-slug.md")
        )
    problems.extend(_numbers_used_twice(sessions))
    if not problems:
        return _resolve_same_as(sessions)
    raise CurriculumError(problems)


def read_session(path: Path, kinds: Mapping[str, type[Exercise]], *, name: str = "") -> Session:
    """Read one session file.

    Parameters
    ----------
    path
        The Markdown file.
    kinds
        The registry: kind → record.
    name
        What problems call the file; its own name by default.

    Raises
    ------
    CurriculumError
        With every problem of the file.
    """
    page = _Page.read(path, name or path.name)
    parts = tuple(page.parts(kinds))
    head = page.front_matter()
    session = page.build(Session, {**head.data, "parts": parts}, head, "a session's front matter")
    if session is not None:
        _check_session(page, session, head, path)
    if page.problems or session is None:
        raise CurriculumError(sorted(page.problems))
    return session


def read_report_template(path: Path, names: Sequence[str], *, name: str = "") -> tuple[str | Part, ...]:
    """Read a report template: Markdown with one fenced ``{part} name`` block per part.

    Parameters
    ----------
    path
        Such as ``templates/reports/call.md``.
    names
        The parts there are.

    Raises
    ------
    CurriculumError
        With every problem of the file.
    """
    page = _Page.read(path, name or path.name)
    parts: list[str | Part] = []
    for piece in page.pieces():
        if isinstance(piece, str):
            parts.append(piece)
            continue
        if piece.kind != "part" or piece.id not in names:
            wanted = f"'{piece.kind} {piece.id}'"
            page.say(piece.line, f"{wanted} is not a part; write {{part}} and one of {', '.join(names)}")
            continue
        part = page.build(Part, {"name": piece.id, **piece.block.data}, piece.block, "a part")
        if part is not None:
            parts.append(part)
    if page.problems:
        raise CurriculumError(sorted(page.problems))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of YAML and where each of its keys stands."""

    data: dict[str, Any]
    line: int
    lines: Mapping[tuple[str | int, ...], int]

    def line_of(self, path: tuple[str | int, ...]) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, self.line)


@dataclass(frozen=True, slots=True)
class _Fence:
    """An exercise or a part as it stands in the text."""

    kind: str
    id: str
    line: int
    block: _Block


@dataclass(slots=True)
class _Page:
    """One Markdown file while it is read, with the problems found so far."""

    name: str
    lines: list[str]
    tokens: list[Token]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path, name: str) -> _Page:
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
        return cls(name, text.split("\n"), parser.parse(text))

    def say(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.name, line, message))

    def front_matter(self) -> _Block:
        token = self.tokens[0] if self.tokens else None
        if token is None or token.type != "front_matter":
            self.say(1, "has no front matter; begin with --- and session, slug, title, minutes, sources")
            return _Block({}, 1, {})
        return self.yaml(token.content, 2)

    def pieces(self) -> Iterator[str | _Fence]:
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

    def parts(self, kinds: Mapping[str, type[Exercise]]) -> Iterator[str | Exercise]:
        seen: dict[str, int] = {}
        for piece in self.pieces():
            if isinstance(piece, str):
                yield piece
                continue
            if piece.id in seen:
                first = seen[piece.id]
                self.say(
                    piece.line, f"exercise id '{piece.id}' is used twice, first in line {first}; rename one"
                )
            seen.setdefault(piece.id, piece.line)
            if piece.kind not in kinds:
                self.say(piece.line, f"kind '{piece.kind}' is not known{_nearest(piece.kind, kinds)}")
                continue
            record = kinds[piece.kind]
            exercise = self.build(
                record, {**piece.block.data, "id": piece.id}, piece.block, f"a {piece.kind}"
            )
            if exercise is not None:
                yield exercise

    def build(self, record: type[R], data: dict[str, Any], block: _Block, what: str) -> R | None:
        try:
            return record.model_validate(data)
        except ValidationError as error:
            found = error.errors(include_url=False)
            places = [one["loc"] for one in found]
            for one in found:
                deeper = any(place[: len(one["loc"])] == one["loc"] != place for place in places)
                if not (deeper and one["loc"]):  # a list is not too short, too: its item is wrong
                    self.say(block.line_of(one["loc"]), _explain(one, record, what))
        return None

    def yaml(self, text: str, line: int) -> _Block:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = line + (mark.line if mark else 0)
            what = getattr(error, "problem", None) or "cannot be parsed"
            self.say(where, f"is not YAML: {what}; quote text that holds ': '")
            return _Block({}, line, {})
        if not isinstance(data, dict):
            if data is not None:
                self.say(line, "must be lines of 'field: value'")
            return _Block({}, line, {})
        lines: dict[tuple[str | int, ...], int] = {}
        self._walk(root, (), line, lines)
        return _Block({str(key): value for key, value in data.items()}, line - 1, lines)

    def _walk(
        self,
        node: Node | None,
        path: tuple[str | int, ...],
        line: int,
        lines: dict[tuple[str | int, ...], int],
    ) -> None:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                here = (*path, key.value)
                if here in lines:
                    self.say(line + key.start_mark.line, f"field '{key.value}' stands twice; keep one")
                lines[here] = line + key.start_mark.line
                self._walk(value, here, line, lines)
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.value):
                lines[(*path, index)] = line + value.start_mark.line
                self._walk(value, (*path, index), line, lines)

    def _text(self, start: int, end: int) -> Iterator[str]:
        text = "\n".join(self.lines[start:end]).strip("\n")
        if text.strip():
            yield text

    def _fence(self, token: Token, first: int, end: int) -> _Fence | None:
        kind, _, rest = token.info.strip()[1:].partition("}")
        if not self.lines[end - 1].strip().startswith(token.markup) or end - first < 2:
            self.say(first + 1, f"the block of '{rest.strip()}' is not closed; end it with {token.markup}")
            return None
        if not rest.strip():
            self.say(first + 1, f"a {kind.strip()} needs an id: ```{{{kind.strip()}}} my-id")
            return None
        return _Fence(kind.strip(), rest.strip(), first + 1, self.yaml(token.content, first + 2))

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
            if "//" in source:
                self.say(token.map[0] + 1, f"image '{source}' is on another host; keep images in the program")


def _explain(error: Any, record: type[BaseModel], what: str) -> str:
    """Say a pydantic error as value, rule and way out."""
    path = ".".join(str(step) for step in error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        fields = [
            item.alias or key for key, item in record.model_fields.items() if key not in {"id", "parts"}
        ]
        return f"field '{path}' is not one of {what}{_nearest(last, fields)}"
    if error["type"] == "missing":
        return f"field '{path}' is missing from {what}; add it"
    if error["type"] == "value_error" and not path:
        return message
    value = error["input"]
    shown = f" is {value!r}:" if isinstance(value, (str, int, float, bool)) and len(str(value)) <= 60 else ":"
    return f"field '{path}'{shown} {message[:1].lower()}{message[1:]}"


def _nearest(word: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    hint = f"did you mean '{near[0]}'?" if near else "there are " + ", ".join(sorted(known))
    return f"; {hint}"


def _check_session(page: _Page, session: Session, head: _Block, path: Path) -> None:
    if path.stem != session.stem and page.name.startswith("templates/"):
        page.say(head.line_of(("slug",)), f"the file is named {path.name}; rename it to {session.stem}.md")
    if not session.exercises and not page.problems:
        page.say(1, "holds no exercise; add at least one fenced block such as ```{reflection} my-id")
    minutes = sum(one.minutes for one in session.exercises)
    if all(one.minutes for one in session.exercises) and session.exercises and minutes != session.minutes:
        page.say(
            head.line_of(("minutes",)),
            f"minutes is {session.minutes}, but the exercises add up to {minutes}; make them agree",
        )
    _check_conditions(page, session)


def _check_conditions(page: _Page, session: Session) -> None:
    earlier: dict[str, Exercise] = {}
    for one in session.exercises:
        if one.show_if is not None:
            line = next(
                (n for n, text in enumerate(page.lines, 1) if text.strip().endswith(f"}} {one.id}")), 0
            )
            target = earlier.get(one.show_if.exercise)
            if target is None:
                wanted = f"show_if of '{one.id}' waits for '{one.show_if.exercise}'"
                page.say(line, f"{wanted}, which is not an exercise above it; name one that is")
            elif not set(one.show_if.is_) <= target.conditions():
                odd = ", ".join(sorted(set(one.show_if.is_) - target.conditions()))
                can = ", ".join(sorted(target.conditions()))
                page.say(
                    line, f"'{one.id}' can never be reached: '{target.id}' is never {odd}; it can be {can}"
                )
        earlier[one.id] = one


def _numbers_used_twice(sessions: Mapping[str, Session]) -> Iterator[Problem]:
    first: dict[int, str] = {}
    for name, session in sessions.items():
        if session.session in first:
            yield Problem(
                name, 2, f"session {session.session} is also {first[session.session]}; renumber one"
            )
        first.setdefault(session.session, name)


def _resolve_same_as(sessions: Mapping[str, Session]) -> tuple[Session, ...]:
    """Give each exercise that repeats an earlier one the words of the first."""
    known = {
        f"{one.session}/{exercise.id}": exercise for one in sessions.values() for exercise in one.exercises
    }
    problems: list[Problem] = []
    resolved = []
    for name, session in sessions.items():
        parts: list[str | Exercise] = []
        for part in session.parts:
            source = getattr(part, "same_as", None)
            if isinstance(part, Exercise) and source:
                first = known.get(source)
                if first is None or first.kind != part.kind:
                    message = (
                        f"same_as of '{part.id}' names '{source}', which is no {part.kind}; write session/id"
                    )
                    problems.append(Problem(name, 0, message))
                else:
                    part = part.repeated(first)  # noqa: PLW2901
            parts.append(part)
        resolved.append(session.model_copy(update={"parts": tuple(parts)}))
    if problems:
        raise CurriculumError(problems)
    return tuple(sorted(resolved, key=lambda session: session.session))
