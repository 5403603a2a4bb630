"""Read the text that faculty write: session files and the report template.

All problems of all files come at once, each with the line that its author sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.curriculum import Exercise, Part, Session
from mdli_workbook.errors import CurriculumError, Problem
from mdli_workbook.markdown_page import Page, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mdli_workbook.markdown_page import Block

__all__ = ["read_curriculum", "read_report_template", "read_session", "resolve_same_as"]


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
        return resolve_same_as(sessions)
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
    page = Page.read(path, name or path.name)
    lines: dict[str, int] = {}
    parts = tuple(_parts(page, kinds, lines))
    head = page.front_matter()
    said = {**head.data, "parts": parts, "lines": lines, "pictures": tuple(page.pictures.values())}
    session = page.build(Session, said, head, "a session's front matter")
    if session is not None and not page.problems:  # a broken exercise would seem to be missing, too
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
    page = Page.read(path, name or path.name)
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


def _check_session(page: Page, session: Session, head: Block, path: Path) -> None:
    if path.stem != session.stem and page.name.startswith("templates/"):
        page.say(head.line_of(("slug",)), f"the file is named {path.name}; rename it to {session.stem}.md")
    if not session.exercises:
        page.say(1, "holds no exercise; add at least one fenced block such as ```{reflection} my-id")
    minutes = sum(one.minutes for one in session.exercises)
    if all(one.minutes for one in session.exercises) and session.exercises and minutes != session.minutes:
        page.say(
            head.line_of(("minutes",)),
            f"minutes is {session.minutes}, but the exercises add up to {minutes}; make them agree",
        )
    _check_conditions(page, session)
    _check_earlier_ids(page, session)


def _check_earlier_ids(page: Page, session: Session) -> None:
    """Refuse an earlier id that is another exercise's: their answers would be one exercise's."""
    named: dict[str, str] = {}
    for one in session.exercises:
        old = one.renamed_from
        if old is None:
            continue
        said, line = f"renamed_from of '{one.id}' names '{old}'", session.lines[one.id]
        if old in session.lines:
            page.say(line, f"{said}, which is an exercise here; give that one another id")
        elif old.startswith("coach-"):
            page.say(line, f"{said}: coach- begins the ids of what coaches write; correct it")
        elif old in named:
            page.say(line, f"{said}, as '{named[old]}' does; name it once")
        named.setdefault(old, one.id)


def _check_conditions(page: Page, session: Session) -> None:
    earlier: dict[str, Exercise] = {}
    for one in session.exercises:
        if one.show_if is not None:
            line = session.lines[one.id]
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


def resolve_same_as(sessions: Mapping[str, Session]) -> tuple[Session, ...]:
    """Give each exercise that repeats an earlier one the words of the first.

    Parameters
    ----------
    sessions
        What problems call the file → the session in it.

    Raises
    ------
    CurriculumError
        If an exercise repeats one that is in none of them.
    """
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
                    problems.append(Problem(name, session.lines.get(part.id, 0), message))
                else:
                    part = part.repeated(first)  # noqa: PLW2901
            parts.append(part)
        resolved.append(session.model_copy(update={"parts": tuple(parts)}))
    if problems:
        raise CurriculumError(problems)
    return tuple(sorted(resolved, key=lambda session: session.session))


def _parts(page: Page, kinds: Mapping[str, type[Exercise]], seen: dict[str, int]) -> Iterator[str | Exercise]:
    """Yield the parts of a page, noting in `seen` in which line each exercise begins."""
    for piece in page.pieces():
        if isinstance(piece, str):
            yield piece
            continue
        if piece.id in seen:
            first = seen[piece.id]
            page.say(piece.line, f"exercise id '{piece.id}' is used twice, first in line {first}; rename one")
        seen.setdefault(piece.id, piece.line)
        if piece.id.startswith("coach-"):
            page.say(piece.line, f"id '{piece.id}': coach- begins the ids of what coaches write; rename it")
        if piece.kind not in kinds:
            page.say(piece.line, f"kind '{piece.kind}' is not known{nearest(piece.kind, kinds)}")
            continue
        record = kinds[piece.kind]
        exercise = page.build(record, {**piece.block.data, "id": piece.id}, piece.block, f"a {piece.kind}")
        if exercise is not None:
            yield exercise
