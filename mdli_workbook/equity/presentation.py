"""Rules for reading: whether a figure is sure enough to show, and whether a gap means something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from mdli_workbook.equity.estimate import Estimate, quantile
from mdli_workbook.equity.intervals import clopper_pearson, poisson_exact

__all__ = ["Presentation", "Standing", "classify_ahrq", "present_proportion", "present_rate"]

SMALLEST = 30
NARROW, WIDE, RELATIVE = 0.05, 0.30, 1.30
MEANINGFUL = 0.10
ROUNDING = 1e-9
"""A relative difference of exactly 10% counts, though binary fractions miss it by a hair."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the National Center for Health Statistics would do with a figure.

    Parameters
    ----------
    display
        Whether to show it.
    footnote
        Whether to add that what is left to the whole is unsure.
    review
        Whether a statistician should look at it first: nobody, or everybody, has it.
    why
        The rule that decided, in words for a reader.
    """

    display: bool
    footnote: bool
    review: bool
    why: str


class Standing(StrEnum):
    """How a group stands beside its reference."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


def present_proportion(
    numerator: float, denominator: float, *, effective: float | None = None
) -> Presentation:
    """Decide whether a proportion is sure enough to show.

    Below 30 patients: no. Clopper-Pearson interval of width 0.05 or less: yes; of 0.30 or more: no;
    between: no, if the width is more than 1.30 times the proportion, and with a footnote if more
    than 1.30 times the rest to the whole. NCHS, Vital and Health Statistics Series 2, No. 175, 2017.

    Not a rule about privacy: that is :mod:`.suppression`, and both must allow a figure.

    Parameters
    ----------
    numerator, denominator
        Patients with the event and patients measured.
    effective
        Effective denominator of a survey with clusters; ``None`` for a simple sample.

    Returns
    -------
    Presentation
        What to do.

    Raises
    ------
    ValueError
        If the counts are impossible.

    Examples
    --------
    >>> present_proportion(57, 60)
    Presentation(display=True, footnote=True, review=False, why='the rest to the whole is unsure')
    """
    if not denominator:
        return Presentation(display=False, footnote=False, review=False, why="nobody was measured")
    share, sample = numerator / denominator, effective or denominator
    interval = clopper_pearson(share * sample, sample)
    width, review = interval.upper - interval.lower, numerator in (0, denominator)
    display, footnote = True, False
    if min(denominator, sample) < SMALLEST:
        display, why = False, "fewer than 30 patients"
    elif width <= NARROW:
        why = "the interval is narrow"
    elif width >= WIDE:
        display, why = False, "the interval is wide"
    elif review:
        why = "nobody, or everybody, has it"
    elif width > RELATIVE * share:
        display, why = False, "wide beside the proportion"
    elif width > RELATIVE * (1 - share):
        footnote, why = True, "the rest to the whole is unsure"
    else:
        why = "the interval is narrow enough"
    return Presentation(display=display, footnote=footnote, review=review, why=why)


def present_rate(count: float, exposure: float) -> Presentation:
    """Decide whether a rate of events is sure enough to show.

    At least 10 events and an exposure of 10, and an exact Poisson interval no wider than 160% of
    the rate. NCHS, Vital and Health Statistics Series 2, No. 200, 2023.

    Not a rule about privacy. Not for proportions: :func:`present_proportion`.

    Parameters
    ----------
    count, exposure
        Events and people, in the sample itself.

    Returns
    -------
    Presentation
        What to do.

    Raises
    ------
    ValueError
        If the numbers are impossible.

    Examples
    --------
    >>> present_rate(9, 1000).display, present_rate(10, 1000).display
    (False, True)
    """
    interval: Estimate = poisson_exact(count, exposure)
    if min(count, exposure) < 10:
        return Presentation(display=False, footnote=False, review=False, why="fewer than 10 events")
    wide = interval.upper - interval.lower > 1.6 * interval.estimate
    why = "wide beside the rate" if wide else "the interval is narrow enough"
    return Presentation(display=not wide, footnote=False, review=False, why=why)


def classify_ahrq(  # noqa: PLR0913 - each is a name of its own at the call
    rate: float,
    se: float,
    reference_rate: float,
    reference_se: float,
    *,
    favourable: bool,
    scale: float | None = None,
    alpha: float = 0.05,
) -> Standing:
    """Say whether a group is better, the same, or worse than its reference.

    Not the same only if both hold: a two-sided test of the difference has p of 0.05 or less, and the
    relative difference is 10% or more, whether the measure is framed as having it or, where there
    is a scale, as lacking it. AHRQ, National Healthcare Quality and Disparities Report, Introduction
    and Methods.

    Not for several groups at once without a stricter ``alpha``: with ten groups and no gap at all,
    one is called different far too often.

    Parameters
    ----------
    rate, se
        Of the group.
    reference_rate, reference_se
        Of the reference.
    favourable
        Whether more is better.
    scale
        What everybody would be: 1, or 100 for percent; ``None`` for rates without an end.
    alpha
        Largest p that counts.

    Returns
    -------
    Standing
        Of the group.

    Raises
    ------
    ValueError
        If a number is impossible.

    Examples
    --------
    >>> str(classify_ahrq(60, 3, 75, 2, favourable=True, scale=100))
    'worse'
    >>> str(classify_ahrq(70, 1, 75, 1, favourable=True))
    'same'
    """
    if min(se, reference_se) < 0 or min(rate, reference_rate) < 0:
        raise ValueError("a rate or a standard error is below 0; correct it")
    gap, spread = rate - reference_rate, sqrt(se**2 + reference_se**2)
    certain = abs(gap) >= quantile(1 - alpha) * spread * (1 - ROUNDING)
    framings = [reference_rate] if scale is None else [reference_rate, scale - reference_rate]
    large = any(abs(gap) >= MEANINGFUL * whole * (1 - ROUNDING) for whole in framings if whole >= 0)
    if not gap or not certain or not large:
        return Standing.SAME
    return Standing.BETTER if (gap > 0) == favourable else Standing.WORSE
