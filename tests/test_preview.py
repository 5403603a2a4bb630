"""A preview is one harmless file that shows a session as its readers would see it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mdli_workbook import cli
from mdli_workbook.errors import CurriculumError
from mdli_workbook.exercises.form_module import ASSETS, STYLES
from mdli_workbook.preview import View, preview

REPOSITORY = Path(__file__).resolve().parent.parent
OURS = sorted((REPOSITORY / "templates" / "sessions").glob("*.md"))
TODAY = date(2026, 3, 20)
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \u2028"
HEAD = "---\nsession: {}\nslug: listen\ntitle: {}\nminutes: 30\n---\n"
SESSION = (
    HEAD.format(2, "Listen")
    + """
Read *this*.

```{choice} whom
title: Whom to sit beside
options: [{id: physician, label: A physician}, {id: desk, label: Someone at the desk}]
audience: coach
```

```{reflection} guess
title: My guess
prompt: Why?
```

```{reflection} at-the-desk
title: At the desk
prompt: What did you hear?
audience: coach
show_if: {exercise: whom, is: [desk]}
```

```{reflection} and-now
prompt: And now?
show_if: {exercise: guess, is: saved}
```
"""
)


def written(folder: Path, text: str, name: str = "02-listen.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def forms(page: str) -> list[dict[str, Any]]:
    (found,) = re.findall(r'<script type="application/json" id="mdli-forms">(.*?)</script>', page)
    held: list[dict[str, Any]] = json.loads(found)["forms"]
    return held


def words(page: str) -> str:
    """Return a page's text without its styles and scripts."""
    return re.sub(r"<[^>]*>", "", re.sub(r"(?s)<(style|script).*?</\1>", "", page))


@pytest.mark.parametrize("view", ["participant", "coach"])
@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_each_of_our_sessions_can_be_previewed(path: Path, view: View) -> None:
    name, page = preview(path, view, TODAY)
    assert name == f"{path.stem[3:]}-{view}.html"
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)|@import|url\((?!#)""", words_and_tags(page))


def words_and_tags(page: str) -> str:
    return re.sub(r"(?s)<script.*?</script>", "", page)


def test_the_same_session_on_the_same_day_gives_the_same_page(tmp_path: Path) -> None:
    path = written(tmp_path, SESSION)
    assert preview(path, "participant", TODAY) == preview(path, "participant", TODAY)


def test_a_form_looks_as_it_does_in_the_workbook(tmp_path: Path) -> None:
    _, page = preview(written(tmp_path, SESSION), "participant", TODAY)
    assert [name for name in STYLES if (ASSETS / name).read_text("utf-8") not in page] == []


def test_participants_see_text_and_every_form_with_a_sample_in_it(tmp_path: Path) -> None:
    _, page = preview(written(tmp_path, SESSION), "participant", TODAY)
    assert "<p>Read <em>this</em>.</p>" in page
    here = [one for one in forms(page) if one["spec"].get("audiences")]
    assert [one["spec"]["id"] for one in here] == ["whom", "guess", "at-the-desk", "and-now"]
    assert here[1]["answers"][""]["text"].startswith("Sample text")


def test_a_part_that_waits_is_shown_with_its_condition_named(tmp_path: Path) -> None:
    said = words(preview(written(tmp_path, SESSION), "participant", TODAY)[1])
    assert "Shown only once Whom to sit beside is “Someone at the desk”:" in said
    assert "Shown only once My guess is done:" in said


def test_what_earlier_months_leave_comes_first(tmp_path: Path) -> None:
    _, page = preview(written(tmp_path, SESSION), "participant", TODAY)
    assert [one["spec"]["heading"] for one in forms(page)[:2]] == [
        "A note from your coach",
        "Open since session 1",
    ]
    first = written(tmp_path, SESSION.replace("session: 2", "session: 1"), "01-listen.md")
    assert len(forms(preview(first, "participant", TODAY)[1])) == 4


def test_coaches_see_what_is_shared_and_faculty_read_what_is_not(tmp_path: Path) -> None:
    said = words(preview(written(tmp_path, SESSION), "coach", TODAY)[1])
    assert "Sample participant" in said
    assert "What did you hear?" in said
    assert "Not named in a report unless the participant shares it: My guess; And now." in said
    assert "Why?" not in said
    assert "And now?" not in said


def test_the_report_template_of_the_own_program_is_used(tmp_path: Path) -> None:
    sessions, reports = tmp_path / "templates" / "sessions", tmp_path / "templates" / "reports"
    sessions.mkdir(parents=True)
    reports.mkdir()
    path = written(sessions, SESSION)
    (reports / "call.md").write_text("## Our own page\n\n```{part} who\n```\n", encoding="utf-8")
    page = preview(path, "coach", TODAY)[1]
    assert "<h2>Our own page</h2>" in page
    assert "Commitments" not in words(page)


AGAIN = HEAD.format(6, "Again") + "```{scale} again\nsame_as: 1/first\n```\n"
FIRST = f"""{HEAD.format(1, "First")}
```{{scale}} first
audience: coach
points: [{{id: 1, label: never}}, {{id: 2, label: often}}, {{id: 3, label: always}}]
statements: [{{id: one, text: I ask., of: listen}}]
```
"""


def test_a_scale_that_repeats_one_finds_it_in_the_file_beside(tmp_path: Path) -> None:
    written(tmp_path, FIRST, "01-first.md")
    (again,) = [
        one
        for one in forms(preview(written(tmp_path, AGAIN, "06-again.md"), "participant", TODAY)[1])
        if one["spec"]["id"] == "again"
    ]
    (control,) = again["spec"]["controls"]
    assert control["statements"] == [{"id": "one", "label": "I ask."}]
    assert "<svg" in again["around"]["beside"]


def test_without_that_file_the_problem_is_told(tmp_path: Path) -> None:
    with pytest.raises(CurriculumError, match="same_as of 'again' names '1/first'"):
        preview(written(tmp_path, AGAIN, "06-again.md"), "participant", TODAY)


@pytest.mark.parametrize("view", ["participant", "coach"])
def test_what_faculty_wrote_stays_text(tmp_path: Path, view: View) -> None:
    quoted = json.dumps(EVIL)
    text = f"""{HEAD.format(2, quoted)}
{EVIL}

[go](javascript:alert(3))

```{{choice}} whom
title: {quoted}
prompt: {quoted}
audience: coach
options: [{{id: a, label: {quoted}}}, {{id: b, label: B}}]
```

```{{reflection}} why
prompt: {quoted}
show_if: {{exercise: whom, is: a}}
```
"""
    _, page = preview(written(tmp_path, text, "02-<b>&.md"), view, TODAY)
    assert len(re.findall(r"<script", page)) == (2 if view == "participant" else 0)
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
    assert "<b>" not in page
    if view == "participant":
        assert forms(page)[2]["spec"]["prompt"] == EVIL.strip()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["--today", "2026-03-20", "preview", *map(str, arguments)])


def test_the_page_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    path, named = written(tmp_path, SESSION), tmp_path / "deep" / "page.html"
    told = run(path, "--out", named)
    assert (told.exit_code, told.output) == (0, f"{named}\n")
    assert "Preview of 02-listen.md" in named.read_text("utf-8")
    assert run(path, "--as", "coach", "--out", tmp_path).output == f"{tmp_path / 'listen-coach.html'}\n"


def test_without_a_place_it_is_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(written(tmp_path, SESSION)).output == f"{tmp_path / 'listen-participant.html'}\n"


def test_it_does_not_write_over_a_session_file(tmp_path: Path) -> None:
    path = written(tmp_path, SESSION)
    told = run(path, "--out", path)
    assert told.exit_code == 2
    assert "is neither a folder nor an .html file" in told.stderr
    assert path.read_text("utf-8") == SESSION


def test_every_problem_is_told_with_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    broken = SESSION.replace("minutes: 30", "minutes: soon").replace("prompt: Why?", "promt: Why?")
    path = written(tmp_path, broken)
    told = run(path, "--out", tmp_path)
    assert (told.exit_code, told.stdout) == (2, "")
    lines = [line.removeprefix(f"{path} line ").split(":")[0] for line in told.stderr.splitlines()]
    assert lines == ["5", "18"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    told = run(tmp_path / "none.md")
    assert (told.exit_code, told.stderr) == (
        2,
        f"{tmp_path / 'none.md'}: cannot be read: No such file or directory\n",
    )
