"""Which numbers of patients are small."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CMS", "MOST", "Rule", "is_small"]

MOST = 10
"""The largest number that is withheld; the smallest is 1."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which numbers are withheld.

    Parameters
    ----------
    most
        The largest that is; the smallest is 1.
    zeros
        Whether a zero is withheld too.
    width
        A withheld number with fewer steps between the ends of its range is as good as shown.
    """

    most: int = MOST
    zeros: bool = False
    width: int = 3

    def __post_init__(self) -> None:
        if self.most < 1 or self.width < 1:
            raise ValueError(f"most {self.most} and width {self.width} must be 1 or more")

    @property
    def room(self) -> int:
        """What a sum must be at least to hide two small numbers, whatever they are."""
        return 2 * self.most + self.width


CMS = Rule()
"""The Centers for Medicare and Medicaid Services, cell size suppression policy, 2017 and 2024."""


def is_small(count: int, rule: Rule = CMS) -> bool:
    """Say whether a number of patients is withheld.

    Examples
    --------
    >>> [is_small(count) for count in (0, 1, 10, 11)]
    [False, True, True, False]
    """
    return (0 if rule.zeros else 1) <= count <= rule.most
