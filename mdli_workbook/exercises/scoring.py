"""Scores of a scale: pure arithmetic that can be checked by hand.

A point counts as its place, from 1 for the lowest. A reversed statement is turned here and only
here; what was answered is shown as it was answered. A missing answer is missing, never zero, and
there is no score where fewer than three quarters of the statements were answered. There is no
grand total.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Rated", "Score", "by_principle", "enough", "place_of", "score", "scores"]


class Rated(Protocol):
    """A statement, as far as scoring needs to know it."""

    @property
    def id(self) -> str:
        """The key of its answer."""

    @property
    def of(self) -> str:
        """The principle it belongs to; ``""`` for none."""

    @property
    def reversed(self) -> bool:
        """Whether the lowest point is the best."""


S = TypeVar("S", bound=Rated)


@dataclass(frozen=True, slots=True)
class Score:
    """Mean of one principle's statements.

    Parameters
    ----------
    of
        The principle.
    mean
        In places of the scale (1 to the number of points); ``None`` with too few answers.
    answered, asked
        On how many statements it rests, and how many there are.
    """

    of: str
    mean: float | None
    answered: int
    asked: int

    def __str__(self) -> str:
        """Say it in words.

        Examples
        --------
        >>> str(Score("coach", 2.25, 4, 4)), str(Score("coach", None, 2, 4))
        ('2.3, from 4 of 4 statements', 'no score, 2 of 4 statements answered')
        """
        asked = f"{self.asked} statement{'' if self.asked == 1 else 's'}"
        if self.mean is None:
            return f"no score, {self.answered} of {asked} answered"
        rounded = floor(self.mean * 10 + 0.5) / 10  # half up, as people do it
        return f"{rounded:.1f}, from {self.answered} of {asked}"


def enough(answered: int, asked: int) -> bool:
    """Say whether a score may be shown: from three quarters of the statements up.

    Examples
    --------
    >>> enough(3, 4), enough(2, 4), enough(1, 1), enough(0, 0)
    (True, False, True, False)
    """
    return answered > 0 and answered * 4 >= asked * 3


def place_of(rating: str | None, points: Sequence[str]) -> int | None:
    """Return the place of a rating, from 1; ``None`` if it is missing or no point of the scale."""
    return points.index(rating) + 1 if rating in points else None


def by_principle(statements: Sequence[S]) -> dict[str, list[S]]:
    """Group statements by what they are of, in the order of the page."""
    groups: dict[str, list[S]] = {}
    for one in statements:
        groups.setdefault(one.of, []).append(one)
    return groups


def score(statements: Sequence[Rated], points: Sequence[str], ratings: Mapping[str, str]) -> Score:
    """Score the statements of one principle.

    Parameters
    ----------
    statements
        At least one, all of the same principle.
    points
        Point ids, from the lowest to the highest.
    ratings
        Statement id → point id; others than these statements are ignored.
    """
    places = [(one, place_of(ratings.get(one.id), points)) for one in statements]
    turned = [
        len(points) + 1 - place if one.reversed else place for one, place in places if place is not None
    ]
    mean = sum(turned) / len(turned) if enough(len(turned), len(statements)) else None
    return Score(statements[0].of, mean, len(turned), len(statements))


def scores(
    statements: Sequence[Rated], points: Sequence[str], ratings: Mapping[str, str]
) -> tuple[Score, ...]:
    """Score each principle in the order of the page; statements of none are not scored."""
    groups = by_principle(statements)
    return tuple(score(group, points, ratings) for of, group in groups.items() if of)
