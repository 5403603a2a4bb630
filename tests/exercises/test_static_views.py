"""What holds for the static view of every kind: whatever a person wrote stays text."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest

from mdli_workbook.exercises import KINDS, NAMES

ELEMENTS = {
    "section", "h3", "div", "p", "br", "blockquote", "span", "time", "ol", "ul", "li", "dl", "dt", "dd",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
    "svg", "title", "desc", "line", "text", "circle", "path",
}  # fmt: skip
ATTRIBUTES = {
    "class", "dir", "scope", "colspan", "datetime", "role", "xmlns", "viewbox", "width", "height", "x", "y",
    "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "fill", "stroke", "stroke-width", "stroke-opacity",
    "font-size", "text-anchor", "stroke-dasharray", "tabindex", "aria-label",
}  # fmt: skip
MARK = "quokka"
EVIL = [
    f"<script>{MARK}()</script>",
    f"<img src=x onerror={MARK}()>",
    f"</style><script>{MARK}()</script>",
    f'" onmouseover="{MARK}()" x="',
    f"' onfocus='{MARK}()' autofocus='",
    f"</title></svg><svg onload={MARK}()>",
    f"</td></table></section><iframe srcdoc='<b>{MARK}'>",
    f"<!-- {MARK} --><![CDATA[ {MARK} ]]>",
    f"{{0}} {{}} %s {MARK} &lt;b&gt; &#60;b&#62;",
    f"javascript:{MARK}()\n\n<a href='javascript:{MARK}()'>x</a>",
]

OPTIONS = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
TYPES = ("text", "long-text", "date", "time", "number", "minutes", "choice")
# Each kind with every text of it, the author's and the participant's, set to the same words.
DECLARED: dict[str, Any] = {
    "reflection": lambda text: {"hint": text},
    "scale": lambda text: {
        "points": [{"id": 1, "label": text}, {"id": 2, "label": text}],
        "statements": [
            {"id": one, "text": text, "of": of} for one, of in (("a", "x"), ("b", "x"), ("c", ""))
        ],
    },
    "log": lambda text: {
        "one": text,
        "fields": {one: one for one in TYPES},
        "options": {"choice": [{"id": "a", "label": text}]},
        "labels": dict.fromkeys(TYPES, text),
    },
    "commitment": lambda _: {},
    "agenda": lambda _: {},
    "choice": lambda text: {
        "options": [{"id": "a", "label": text}, *OPTIONS[1:]],
        "many": True,
        "other": text,
    },
    "ranking": lambda text: {"options": [{"id": "a", "label": text}, *OPTIONS[1:]]},
    "equity": lambda _: {"data": "demo-panel"},
    "checklist": lambda text: {"items": [{"id": "a", "text": text, "of": text}, {"id": "b", "text": text}]},
}
WRITTEN: dict[str, Any] = {
    "reflection": lambda text: {"": {"text": text}},
    "scale": lambda _: {"": {"ratings": {"a": "1", "b": "2"}}},
    "log": lambda text: {
        "one": {**dict.fromkeys(TYPES, text), "minutes": 5, "choice": "a"},
        "two": dict.fromkeys(TYPES, text),
    },
    "commitment": lambda text: {
        "one": {**dict.fromkeys(("cue", "act", "who_hears", "obstacle", "reason"), text), "due": "2026-03-01"}
    },
    "agenda": lambda text: {"": {"lines": [text, text]}},
    "choice": lambda text: {"": {"chosen": ["a"], "other": text}},
    "equity": lambda text: {"": {"seen": text, "ask": text, "change": ""}},
    "ranking": lambda _: {"": {"ranked": ["a", "b"]}},
    "checklist": lambda text: {
        "": {"marks": {"a": {"mark": "yes", "note": text}, "b": {"mark": "", "note": text}}}
    },
}


class Parsed(HTMLParser):
    """Elements, attributes and text of a page, as a browser would tell them apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.odd: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.extend(attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.extend(attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.odd.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)


def view(kind: str, text: str) -> Parsed:
    fields = {"title": text, "prompt": text, **DECLARED[kind](text)}
    exercise = KINDS[kind].model_validate({"id": "one", **fields})
    return Parsed(str(exercise.static(WRITTEN[kind](text))))


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("kind", KINDS)
def test_markup_in_any_text_is_inert(kind: str, text: str) -> None:
    page = view(kind, text)
    assert set(page.elements) <= ELEMENTS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert not [value for _, value in page.attributes if MARK in (value or "")]
    assert page.odd == page.open == []


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_has_the_same_elements_as_plain_text_of_as_many_lines(kind: str, text: str) -> None:
    plain = "\n".join("plain words" if line else "" for line in text.split("\n"))
    hostile, harmless = view(kind, text), view(kind, plain)
    of_a_picture = {"text", "line"}  # long words are wrapped elsewhere, and the picture grows
    assert [one for one in hostile.elements if one not in of_a_picture] == [
        one for one in harmless.elements if one not in of_a_picture
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_is_readable_in_full(kind: str) -> None:
    text = "a < b & c > d, \"quoted\" 'twice' مرحبا 👩🏽‍⚕️"
    assert text in view(kind, text).text


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_is_the_same_bytes_each_time(kind: str) -> None:
    exercise = KINDS[kind].model_validate({"id": "one", **DECLARED[kind]("words")})
    assert exercise.static(WRITTEN[kind]("words")) == exercise.static(WRITTEN[kind]("words"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_begins_with_a_heading_of_the_third_level_also_where_nothing_is_written(kind: str) -> None:
    exercise = KINDS[kind].model_validate({"id": "next-step", **DECLARED[kind]("words")})
    for values in ({}, {"": None}, WRITTEN[kind]("words")):
        assert exercise.static(values).startswith(
            f'<section class="mdli-view mdli-view-{kind}">\n<h3 dir="auto">Next step</h3>\n'
        )


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_part_of_a_form_and_it_is_plain_json(kind: str) -> None:
    exercise = KINDS[kind].model_validate({"id": "one", **DECLARED[kind]("words")})
    form = exercise.form()
    assert set(form) == {"controls", "entries"} | ({"explorer"} if kind == "equity" else set())
    assert (form["entries"] is not None) == exercise.repeats
    names = [control["name"] for control in form["controls"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_that_is_shown_fits_the_kinds_own_schema(kind: str) -> None:
    for value in WRITTEN[kind]("words").values():
        KINDS[kind].Value.model_validate(value)


def test_a_new_kind_is_tried_here_too() -> None:
    assert set(DECLARED) == set(WRITTEN) == set(KINDS)


def test_the_registry_names_each_kind_after_its_file() -> None:
    assert tuple(KINDS) == NAMES
    assert all(record.kind == name for name, record in KINDS.items())


def test_the_kinds_import_nothing_of_jupyter_or_the_database() -> None:
    heavy = {
        "IPython",
        "anywidget",
        "ipywidgets",
        "jupyter_client",
        "nbformat",
        "papermill",
        "sqlalchemy",
        "traitlets",
    }
    code = "import sys, mdli_workbook.exercises; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert heavy.isdisjoint(loaded)
