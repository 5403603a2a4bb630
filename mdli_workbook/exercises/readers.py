"""Who reads what a participant writes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mdli_workbook.answers import Audience
    from mdli_workbook.curriculum import Exercise

__all__ = ["NOTHING_FOR_COACH", "NOTHING_SHARED", "NOTHING_YET", "READERS", "audiences_of", "in_words"]

READERS: dict[Audience, str] = {
    "private": "Only you",
    "coach": "Your coach, and whoever the roster names later",
    "program": "The program's coordinators, without your name",
}
"""Audience → who reads it, in words, as long as nobody says who the coach is."""

NOTHING_SHARED = "<p>Nothing of this is shared. Your coach does not even see that it exists.</p>"
NOTHING_FOR_COACH = (
    "<p>Nothing of this is shared with your coach, who does not even see that it exists. "
    "The program's coordinators see it without your name, among at least five answers.</p>"
)
NOTHING_YET = (
    "<p>Your coach sees that this is here and that nothing is written yet. "
    "What you write is shared as soon as it is saved.</p>"
)


def audiences_of(exercise: Exercise, coach: str = "") -> list[dict[str, str]]:
    """Return the audiences that a participant may choose from, each in words.

    Parameters
    ----------
    exercise
        Coordinators are offered only where its session declares them.
    coach
        The coach's name; ``""`` where it is not known, or must not be written down.
    """
    offered: list[Audience] = ["private", "coach"]
    if exercise.audience == "program":
        offered.append("program")
    return [{"id": one, "label": in_words(one, coach)} for one in offered]


def in_words(audience: Audience, coach: str = "") -> str:
    """Say who reads what has an audience.

    Examples
    --------
    >>> in_words("coach", "Ingrid Solheim, MD")
    'Your coach, Ingrid Solheim, MD, and whoever the roster names later'
    """
    words = READERS.get(audience, audience)
    return words.replace("Your coach", f"Your coach, {coach}", 1) if coach else words
