"""A coach's words on one answer: the value says which one, the browser does not."""

from __future__ import annotations

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.coaching import comment_on
from mdli_workbook.exercises.comment import Comment, CommentValue

EVIL = "<script>quokka()</script><img src=x onerror=quokka()>"


def test_the_form_is_one_box_and_says_nothing_of_the_answer() -> None:
    one = Comment(id="coach-on-a", label="Comment on My visits", hint="Ana reads it.")
    assert one.form() == {
        "controls": [
            {
                "type": "long-text",
                "name": "text",
                "label": "Comment on My visits",
                "hint": "Ana reads it.",
                "rows": 2,
            }
        ],
        "entries": None,
    }


def test_it_is_done_with_the_first_word() -> None:
    one = comment_on("first-guess")
    assert one.filled({}) is Filled.NOT_BEGUN
    assert one.filled({"": {"text": " \n"}}) is Filled.NOT_BEGUN
    assert one.filled({"": {"text": "Say more."}}) is Filled.DONE


def test_its_words_stay_text() -> None:
    shown = comment_on("first-guess").static({"": CommentValue(text=EVIL, title=EVIL).model_dump()})
    assert "quokka" in shown
    assert "<script" not in shown
    assert "<img" not in shown
    assert "Nothing written yet." in comment_on("first-guess").static({})


def test_no_session_file_can_ask_for_one() -> None:
    assert "comment" not in KINDS
