"""Session files are read whole, and everything wrong in them is told at once with its line."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from mdli_workbook import markdown_page
from mdli_workbook.curriculum import Part
from mdli_workbook.errors import CurriculumError
from mdli_workbook.exercises import KINDS
from mdli_workbook.session_files import read_curriculum, read_report_template, read_session

HEAD = "---\nsession: 2\nslug: listen\ntitle: Listen\nminutes: 30\n---\n"
GOOD = HEAD + "Read this.\n\n```{reflection} why\nprompt: Why?\n```\n\nAnd go.\n"


def written(folder: Path, text: str | bytes, name: str = "02-listen.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(CurriculumError) as caught:
        read_session(path, KINDS)
    return [str(one) for one in caught.value.problems]


def test_text_and_exercises_keep_their_order(tmp_path: Path) -> None:
    session = read_session(written(tmp_path, GOOD), KINDS)
    assert [part if isinstance(part, str) else part.id for part in session.parts] == [
        "Read this.",
        "why",
        "And go.",
    ]
    assert (session.stem, session.exercises[0].kind) == ("02-listen", "reflection")


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = read_session(written(tmp_path, GOOD), KINDS)
    windows = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert read_session(written(tmp_path, windows), KINDS) == plain


def test_an_ordinary_code_block_stays_text(tmp_path: Path) -> None:
    session = read_session(written(tmp_path, GOOD + "```\n{reflection} no\n```\n"), KINDS)
    assert len(session.exercises) == 1


def exercise(block: str, head: str = HEAD) -> str:
    return head + "```{reflection} one\nprompt: One?\n```\n" + block


COLON = "; quote text that holds ': '"
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "no front matter": (
        "# Listen\n```{reflection} why\nprompt: Why?\n```\n",
        "02-listen.md line 1: has no front matter; begin with --- and session, slug, title, minutes, sources",
    ),
    "no slug": (
        GOOD.replace("slug: listen\n", ""),
        "02-listen.md line 1: field 'slug' is missing from a session's front matter; add it",
    ),
    "a slug with spaces": (
        GOOD.replace("slug: listen", "slug: be open"),
        (
            "02-listen.md line 3: field 'slug' is 'be open': string should match pattern "
            "'^[a-z0-9][a-z0-9-]{0,63}$'"
        ),
    ),
    "session seven": (
        GOOD.replace("session: 2", "session: 7"),
        "02-listen.md line 2: field 'session' is 7: input should be less than or equal to 6",
    ),
    "a word for minutes": (
        GOOD.replace("minutes: 30", "minutes: half an hour"),
        (
            "02-listen.md line 5: field 'minutes' is 'half an hour': input should be a valid integer, "
            "unable to parse string as an integer"
        ),
    ),
    "an unknown field in front": (
        GOOD.replace("title: Listen", "title: Listen\nminute: 3"),
        "02-listen.md line 5: field 'minute' is not one of a session's front matter; did you mean 'minutes'?",
    ),
    "a date that the calendar lacks, where text was meant": (
        exercise("```{reflection} two\nprompt: Two?\ntitle: 2026-02-30\n```\n"),
        "02-listen.md line 12: is not YAML: a value looks like timestamp and is none; put it in quotes"
        + COLON,
    ),
    "ten lines of aliases that stand for a billion words": (
        exercise(
            "```{log} two\nprompt: &a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n" for one, two in pairwise("abcdefghij")
            )
            + "```\n"
        ),
        "02-listen.md line 12: is not YAML: an alias (*name) stands for something elsewhere; write that out"
        + COLON,
    ),
    "lists in lists in lists": (
        exercise("```{reflection} two\nprompt: " + "[" * 3000 + "]" * 3000 + "\n```\n"),
        "02-listen.md line 11: is nested too deeply to be read; write it in fewer levels",
    ),
    "front matter that is not YAML": (
        GOOD.replace("title: Listen", "title: Listen: again"),
        "02-listen.md line 4: is not YAML: mapping values are not allowed here; quote text that holds ': '",
    ),
    "an unknown kind": (
        exercise("```{reflexion} two\nprompt: Two?\n```\n"),
        "02-listen.md line 10: kind 'reflexion' is not known; did you mean 'reflection'?",
    ),
    "an unknown field": (
        exercise("```{reflection} two\npromt: Two?\n```\n"),
        "02-listen.md line 11: field 'promt' is not one of a reflection; did you mean 'prompt'?",
    ),
    "an id used twice": (
        exercise("```{reflection} one\nprompt: Again?\n```\n"),
        "02-listen.md line 10: exercise id 'one' is used twice, first in line 7; rename one",
    ),
    "a malformed id": (
        exercise("```{reflection} Two Words\nprompt: Two?\n```\n"),
        (
            "02-listen.md line 10: field 'id' is 'Two Words': string should match pattern "
            "'^[a-z0-9][a-z0-9_-]{0,63}$'"
        ),
    ),
    "no id": (
        exercise("```{reflection}\nprompt: Two?\n```\n"),
        "02-listen.md line 10: a reflection needs an id: ```{reflection} my-id",
    ),
    "an id kept for coaches": (
        exercise("```{reflection} coach-note\nprompt: Two?\n```\n"),
        "02-listen.md line 10: id 'coach-note': coach- begins the ids of what coaches write; rename it",
    ),
    "a block that is not closed": (
        exercise("```{reflection} two\nprompt: Two?\n"),
        "02-listen.md line 10: the block of 'two' is not closed; end it with ```",
    ),
    "a block inside a list": (
        exercise("- an item\n\n  ```{reflection} two\n  prompt: Two?\n  ```\n"),
        "02-listen.md line 12: an exercise must begin at the left margin, not inside a list or quote",
    ),
    "a field that stands twice": (
        exercise("```{reflection} two\nprompt: Two?\nprompt: Three?\n```\n"),
        "02-listen.md line 12: field 'prompt' stands twice; keep one",
    ),
    "a list instead of fields": (
        exercise("```{reflection} two\n- prompt\n```\n"),
        "02-listen.md line 11: must be lines of 'field: value'",
    ),
    "an unknown audience": (
        exercise("```{reflection} two\nprompt: Two?\naudience: everyone\n```\n"),
        (
            "02-listen.md line 12: field 'audience' is 'everyone': "
            "input should be 'private', 'coach' or 'program'"
        ),
    ),
    "negative minutes": (
        exercise("```{reflection} two\nprompt: Two?\nminutes: -3\n```\n"),
        "02-listen.md line 12: field 'minutes' is -3: input should be greater than or equal to 0",
    ),
    "minutes that do not add up": (
        HEAD + "```{reflection} one\nprompt: One?\nminutes: 5\n```\n",
        "02-listen.md line 5: minutes is 30, but the exercises add up to 5; make them agree",
    ),
    "no exercise": (
        HEAD + "Only text.\n",
        "02-listen.md line 1: holds no exercise; add at least one fenced block such as ```{reflection} my-id",
    ),
    "a condition on nothing": (
        exercise("```{reflection} two\nprompt: Two?\nshow_if: {exercise: three, is: saved}\n```\n"),
        (
            "02-listen.md line 10: show_if of 'two' waits for 'three', which is not an exercise above it; "
            "name one that is"
        ),
    ),
    "an unreachable exercise": (
        exercise("```{reflection} two\nprompt: Two?\nshow_if: {exercise: one, is: blue}\n```\n"),
        "02-listen.md line 10: 'two' can never be reached: 'one' is never blue; it can be saved",
    ),
    "an image without words": (
        exercise("![](desk.png)\n"),
        "02-listen.md line 10: image 'desk.png' has no alternative text; write ![what it shows](desk.png)",
    ),
    "an image on another host": (
        exercise("![a desk](https://example.org/desk.png)\n"),
        (
            "02-listen.md line 10: image 'https://example.org/desk.png' is not beside the session; "
            "copy the file there and write its name"
        ),
    ),
    "Windows-1252": (
        GOOD.replace("Read", "Réad").encode("cp1252"),
        "02-listen.md line 7: is not UTF-8 (it looks like Windows-1252); save it again as UTF-8",
    ),
    "a NUL byte": (
        GOOD.replace("Read", "Re\0ad"),
        "02-listen.md line 7: holds a NUL byte; the file is damaged, restore it",
    ),
    "points without labels": (
        exercise("```{scale} two\npoints: [{id: 1}]\nstatements: [{id: a, text: A., of: b}]\n```\n"),
        "02-listen.md line 11: field 'points.0.label' is missing from a scale; add it",
    ),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_says_what_where_and_the_way_out(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    assert message in problems_of(written(tmp_path, text))


def test_every_problem_comes_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("slug: listen\n", "") + "```{poem} p\n```\n```{reflection} why\nprompt: Why?\n```\n"
    assert len(problems_of(written(tmp_path, text))) == 3


def test_a_missing_file_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path / "02-listen.md")
    assert problem == "02-listen.md: cannot be read: No such file or directory"


def test_a_curriculum_tells_the_problems_of_all_its_files(tmp_path: Path) -> None:
    home = tmp_path / "templates" / "sessions"
    written(home, GOOD.replace("slug: listen\n", ""), "02-listen.md")
    written(home, GOOD, "03-other.md")
    with pytest.raises(CurriculumError) as caught:
        read_curriculum(tmp_path, KINDS)
    assert [str(one) for one in caught.value.problems] == [
        (
            "templates/sessions/02-listen.md line 1: "
            "field 'slug' is missing from a session's front matter; add it"
        ),
        "templates/sessions/03-other.md line 3: the file is named 03-other.md; rename it to 02-listen.md",
    ]


def test_two_files_with_one_number_are_refused(tmp_path: Path) -> None:
    home = tmp_path / "templates" / "sessions"
    written(home, GOOD, "02-listen.md")
    written(home, GOOD.replace("slug: listen", "slug: other"), "02-other.md")
    with pytest.raises(
        CurriculumError, match=r"session 2 is also templates/sessions/02-listen\.md; renumber one"
    ):
        read_curriculum(tmp_path, KINDS)


def test_a_scale_that_repeats_nothing_is_told_with_its_line(tmp_path: Path) -> None:
    home = tmp_path / "templates" / "sessions"
    written(home, GOOD + "\n```{scale} again\nsame_as: 1/before\n```\n", "02-listen.md")
    with pytest.raises(CurriculumError) as caught:
        read_curriculum(tmp_path, KINDS)
    assert [str(one) for one in caught.value.problems] == [
        (
            "templates/sessions/02-listen.md line 15: "
            "same_as of 'again' names '1/before', which is no scale; write session/id"
        )
    ]


def test_one_broken_exercise_is_told_once_and_spoils_no_sum(tmp_path: Path) -> None:
    text = HEAD.replace("30", "9") + "```{reflection} a\nprompt: A?\nminutes: 4\n```\n"
    text += "```{reflection} b\npromt: B?\nminutes: 5\n```\n"
    text += "```{reflection} c\nprompt: C?\nshow_if: {exercise: b, is: saved}\n```\n"
    [problem] = problems_of(written(tmp_path, text))
    assert "field 'promt'" in problem


def test_a_program_without_sessions_says_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(CurriculumError, match="templates/sessions: holds no session file"):
        read_curriculum(tmp_path, KINDS)


def test_a_report_template_is_markdown_with_named_parts(tmp_path: Path) -> None:
    path = written(tmp_path, "```{part} who\ntitle: Who\n```\n\n## Shared\n", "call.md")
    assert read_report_template(path, ["who"]) == (Part(name="who", title="Who"), "## Shared")


def test_an_unknown_part_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "```{part} whom\n```\n", "call.md")
    with pytest.raises(
        CurriculumError, match=r"line 1: 'part whom' is not a part; write \{part\} and one of who"
    ):
        read_report_template(path, ["who"])


def test_the_sessions_of_the_program_are_in_order() -> None:
    sessions = read_curriculum(Path(__file__).parent.parent, KINDS)
    assert [one.session for one in sessions] == list(range(1, len(sessions) + 1))


def test_without_libyaml_the_program_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = read_curriculum(Path(__file__).parent.parent, KINDS)
    monkeypatch.setattr(markdown_page, "_Quick", markdown_page._Plain)
    assert read_curriculum(Path(__file__).parent.parent, KINDS) == quick


def test_a_tab_in_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    [problem] = problems_of(written(tmp_path, HEAD + "```{reflection} a\nprompt: A?\nminutes:\t4\n```\n"))
    assert "line 9: is not YAML: found character" in problem
