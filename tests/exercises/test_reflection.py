from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.reflection import Reflection, ReflectionValue

FIRST_GUESS = Reflection(
    id="late-notes-first-guess", prompt="What reason did you give yourself?", hint="One line.", rows=2
)


def written(text: str) -> dict[str, dict[str, str] | None]:
    return {"": {"text": text}}


@pytest.mark.parametrize("values", [{}, {"": None}, {"": {}}, written(""), written(" \n\t ")])
def test_without_words_it_is_not_begun_and_says_so(values: Any) -> None:
    assert FIRST_GUESS.filled(values) is Filled.NOT_BEGUN
    assert "Nothing written yet." in FIRST_GUESS.static(values)


def test_one_word_is_enough_to_be_done() -> None:
    assert FIRST_GUESS.filled(written("Slow.")) is Filled.DONE


def test_its_form_is_one_box_of_the_size_that_is_asked_for() -> None:
    assert FIRST_GUESS.form() == {
        "controls": [
            {
                "type": "long-text",
                "name": "text",
                "label": "What reason did you give yourself?",
                "rows": 2,
                "required": True,
                "hint": "One line.",
            }
        ],
        "entries": None,
    }


def test_without_a_prompt_the_box_is_named_by_the_title_or_the_id() -> None:
    assert Reflection(id="a-letter").form()["controls"][0]["label"] == "A letter"
    assert Reflection(id="a-letter", title="In a year").form()["controls"][0]["label"] == "In a year"


def test_paragraphs_and_line_breaks_stay_where_they_were_written() -> None:
    shown = FIRST_GUESS.static(written("He is slow.\r\nOr so I said.\n\n\nI never asked."))
    assert '<p dir="auto">He is slow.<br>Or so I said.</p>\n<p dir="auto">I never asked.</p>' in shown


def test_text_from_right_to_left_and_emoji_stand_as_written_in_their_own_direction() -> None:
    assert '<p dir="auto">سألتُ أولًا 🙂 then waited</p>' in FIRST_GUESS.static(
        written("سألتُ أولًا 🙂 then waited")
    )


def test_the_heading_is_the_title_or_the_id_as_words() -> None:
    assert '<h3 dir="auto">Late notes first guess</h3>' in FIRST_GUESS.static({})


def test_a_reflection_is_private_unless_the_session_says_otherwise() -> None:
    assert FIRST_GUESS.audience == "private"


def test_very_long_text_is_kept_up_to_a_limit() -> None:
    assert ReflectionValue(text="ä" * 100_000).text.startswith("ä")
    with pytest.raises(ValidationError):
        ReflectionValue(text="ä" * 100_001)


@pytest.mark.parametrize("value", [{"text": 1}, {"text": None}, {"words": "no such field"}, {"text": ["a"]}])
def test_a_value_of_another_shape_is_refused_without_repeating_it(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        ReflectionValue.model_validate({**value, "text": value.get("text", "a secret")})
    assert "a secret" not in str(refused.value)
