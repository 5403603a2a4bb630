"""What a measure returns: a figure with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

__all__ = ["Estimate", "NotEstimated", "Reason", "Summary", "check_confidence", "quantile"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and how far off it may easily be.

    Parameters
    ----------
    estimate
        The figure itself, in the unit of the measure; a proportion is from 0 to 1.
    lower, upper
        Limits of the interval, in the same unit.
    method
        What made the interval, in words for a reader.
    se
        Standard error, where the method has one: of the logarithm for a ratio.
    note
        What a reader should know beside it; often empty.
    """

    estimate: float
    lower: float
    upper: float
    method: str
    se: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure of a whole set of groups, whose uncertainty may be unknown.

    Parameters
    ----------
    estimate
        The figure itself, in the unit of the measure.
    method
        What made it, in words for a reader.
    se, lower, upper
        Standard error and limits; ``None`` where what was given does not tell them.
    note
        What a reader should know beside it; often empty.
    """

    estimate: float
    method: str
    se: float | None = None
    lower: float | None = None
    upper: float | None = None
    note: str = ""


class Reason(StrEnum):
    """Why a figure cannot be estimated."""

    NOBODY = "nobody was measured"
    FEW_VALUES = "too few values"
    FEW_GROUPS = "too few groups"
    FEW_EVENTS = "too few events"
    REFERENCE = "this is the reference"
    ZERO = "a rate or a count of zero"
    NO_FIT = "no line fits these groups"


@dataclass(frozen=True, slots=True)
class NotEstimated:
    """There is no such figure here, and this is why.

    Parameters
    ----------
    state
        The reason, by name.
    note
        The rule behind it, in words for a reader.
    """

    state: Reason
    note: str


def quantile(confidence: float) -> float:
    """Return the normal quantile of a two-sided interval.

    Raises
    ------
    ValueError
        If the confidence is not between 0 and 1.

    Examples
    --------
    >>> round(quantile(0.95), 6)
    1.959964
    """
    check_confidence(confidence)
    return NormalDist().inv_cdf((1 + confidence) / 2)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is none."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is none; use a number between 0 and 1, such as 0.95")
