"""Groups for hypothesis: what the tests of measures over groups draw from."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st

__all__ = ["Drawn", "groups", "quickly"]

quickly = settings(deadline=None, max_examples=40)
"""For arithmetic: each example is fast, but a busy machine may pause in one."""


@dataclass(frozen=True)
class Drawn:
    """Groups in columns."""

    estimate: list[float]
    population: list[int]
    se: list[float]

    @property
    def order(self) -> list[int]:
        return list(range(len(self.estimate)))

    def turned(self) -> Drawn:
        """Return the same groups, the last first."""
        return Drawn(self.estimate[::-1], self.population[::-1], self.se[::-1])

    def split(self, at: int) -> Drawn:
        """Return the same people with one group in two halves that are alike; sizes are doubled first."""
        twice = [2 * one for one in self.population]
        half = self.population[at]
        return Drawn(
            [*self.estimate[: at + 1], *self.estimate[at:]],
            [*twice[:at], half, half, *twice[at + 1 :]],
            [*self.se[: at + 1], *self.se[at:]],
        )


@st.composite
def _groups(draw: st.DrawFn, fewest: int, most: int) -> Drawn:
    size = draw(st.integers(fewest, most))
    column = st.lists(st.integers(1, 99), min_size=size, max_size=size)
    estimate = [float(one) for one in draw(column)]
    return Drawn(estimate, draw(column), [one / 20 for one in draw(column)])


def groups(fewest: int = 3, most: int = 8) -> st.SearchStrategy[Drawn]:
    """Draw groups with figures from 1 to 99 percent."""
    return _groups(fewest, most)
