"""Two groups beside one another, from their counts."""

from __future__ import annotations

from math import exp, log, sqrt

from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason, quantile
from mdli_workbook.equity.intervals import wilson

__all__ = [
    "difference_agresti_caffo",
    "difference_newcombe",
    "difference_wald",
    "odds_ratio",
    "rate_ratio",
    "ratio_katz",
    "ratio_koopman",
]

ZERO = "a ratio with a count of zero has no interval on the logarithm"


def difference_newcombe(
    count1: float, size1: float, count2: float, size2: float, *, confidence: float = 0.95
) -> Estimate:
    """Estimate the difference of two proportions with Newcombe's hybrid score interval.

    With Wilson's limits l and u of each group, D - √((p1-l1)² + (u2-p2)²) and
    D + √((u1-p1)² + (p2-l2)²): Newcombe 1998, Statistics in Medicine 17, 873-890 (method 10). The
    one to use: it holds for small groups and stays inside -1 to 1.

    Not for the same patients at two times; they are pairs.

    Parameters
    ----------
    count1, size1
        Patients with the event and patients measured, in the first group.
    count2, size2
        The same in the second, from which the first is compared.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate
        First less second, as a proportion from -1 to 1.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = difference_newcombe(7, 34, 1, 34)
    >>> round(one.lower, 3), round(one.upper, 3)
    (0.019, 0.34)
    """
    one = wilson(count1, size1, confidence=confidence)
    two = wilson(count2, size2, confidence=confidence)
    gap = one.estimate - two.estimate
    below = sqrt((one.estimate - one.lower) ** 2 + (two.upper - two.estimate) ** 2)
    above = sqrt((one.upper - one.estimate) ** 2 + (two.estimate - two.lower) ** 2)
    return Estimate(gap, gap - below, gap + above, f"Newcombe, {confidence * 100:g}%")


def difference_wald(
    count1: float, size1: float, count2: float, size2: float, *, confidence: float = 0.95
) -> Estimate:
    """Estimate the difference of two proportions with Wald's interval.

    D ± z √(p1(1-p1)/n1 + p2(1-p2)/n2). For comparison with what others print. Not for small groups
    or rates near 0 or 1: it is too narrow there, of width zero at the ends, and can pass -1 and 1.

    Parameters
    ----------
    count1, size1, count2, size2, confidence
        As of :func:`difference_newcombe`.

    Returns
    -------
    Estimate
        First less second, as a proportion.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = difference_wald(7, 34, 1, 34)
    >>> round(one.lower, 4), round(one.upper, 4)
    (0.0292, 0.3238)
    """
    z, one, two = quantile(confidence), wilson(count1, size1).estimate, wilson(count2, size2).estimate
    se = sqrt(one * (1 - one) / size1 + two * (1 - two) / size2)
    gap = one - two
    return Estimate(gap, gap - z * se, gap + z * se, f"Wald, {confidence * 100:g}%", se)


def difference_agresti_caffo(
    count1: float, size1: float, count2: float, size2: float, *, confidence: float = 0.95
) -> Estimate:
    """Estimate the difference of two proportions with the interval of Agresti and Caffo.

    Wald's interval after one success and one failure were added to each group, so around
    (x1+1)/(n1+2) - (x2+1)/(n2+2); cut at -1 and 1: Agresti and Caffo 2000, The American Statistician
    54, 280-288. Not the first choice: its middle is not the difference that is shown.

    Parameters
    ----------
    count1, size1, count2, size2, confidence
        As of :func:`difference_newcombe`.

    Returns
    -------
    Estimate
        ``estimate`` is the plain difference, first less second.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = difference_agresti_caffo(7, 34, 1, 34)
    >>> round(one.lower, 4), round(one.upper, 4)
    (0.0116, 0.3217)
    """
    gap = wilson(count1, size1).estimate - wilson(count2, size2).estimate
    moved = difference_wald(count1 + 1, size1 + 2, count2 + 1, size2 + 2, confidence=confidence)
    method = f"Agresti-Caffo, {confidence * 100:g}%"
    return Estimate(gap, max(-1.0, moved.lower), min(1.0, moved.upper), method, moved.se)


def ratio_katz(
    count1: float, size1: float, count2: float, size2: float, *, confidence: float = 0.95
) -> Estimate | NotEstimated:
    """Estimate the ratio of two proportions with the interval of Katz on the logarithm.

    R exp(± z √(1/x1 - 1/n1 + 1/x2 - 1/n2)): Katz, Baptista, Azen and Pike 1978, Biometrics 34,
    469-474. Not for small counts; :func:`ratio_koopman` holds there.

    Parameters
    ----------
    count1, size1, count2, size2, confidence
        As of :func:`difference_newcombe`.

    Returns
    -------
    Estimate or NotEstimated
        First over second; ``se`` is of the logarithm. Not estimated where a count is zero.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = ratio_katz(7, 34, 1, 34)
    >>> one.estimate, round(one.lower, 2), round(one.upper, 1)
    (7.0, 0.91, 53.9)
    """
    one, two = wilson(count1, size1).estimate, wilson(count2, size2).estimate
    if not count1 or not count2:
        return NotEstimated(Reason.ZERO, ZERO)
    variance = 1 / count1 - 1 / size1 + 1 / count2 - 1 / size2
    return _on_the_logarithm(one / two, sqrt(max(0.0, variance)), "Katz", confidence)


def ratio_koopman(
    count1: float, size1: float, count2: float, size2: float, *, confidence: float = 0.95
) -> Estimate | NotEstimated:
    """Estimate the ratio of two proportions with Koopman's score interval.

    All ratios φ whose score statistic Σ (x - n p)² / (n p (1-p)) stays below the χ² quantile, where
    p1 = φ p2 fits best: Koopman 1984, Biometrics 40, 513-517. The one to use for a ratio.

    Not estimated where the second group has no event: the ratio has no upper end.

    Parameters
    ----------
    count1, size1, count2, size2, confidence
        As of :func:`difference_newcombe`.

    Returns
    -------
    Estimate or NotEstimated
        First over second.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = ratio_koopman(7, 34, 1, 34)
    >>> round(one.lower, 3), round(one.upper, 2)
    (1.221, 42.58)
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - a form opens without it

    one, two = wilson(count1, size1).estimate, wilson(count2, size2).estimate
    if not count2:
        return NotEstimated(Reason.ZERO, "without an event in the second group a ratio has no upper end")
    allowed, ratio = quantile(confidence) ** 2, one / two

    def excess(logarithm: float) -> float:
        return _score(exp(logarithm), (count1, size1), (count2, size2)) - allowed

    start = log(ratio) if count1 else log(0.5 / size1 / two)
    low, high = start, start
    while count1 and excess(low) < 0:
        low -= 1.0
    while excess(high) < 0:
        high += 1.0
    lower = exp(brentq(excess, low, start, xtol=1e-13)) if count1 else 0.0
    # without events in the first group the statistic only grows from ratio 0
    upper = exp(brentq(excess, start if excess(start) < 0 else start - 30, high, xtol=1e-13))
    return Estimate(ratio, lower, upper, f"Koopman, {confidence * 100:g}%")


def odds_ratio(
    count1: float, size1: float, count2: float, size2: float, *, confidence: float = 0.95
) -> Estimate | NotEstimated:
    """Estimate an odds ratio with Woolf's interval.

    R exp(± z √(Σ 1/cell)) over the four cells: Woolf 1955, Annals of Human Genetics 19, 251-253.

    Not for telling a physician how much likelier something is: where events are common, odds
    ratios look far larger than ratios of rates.

    Parameters
    ----------
    count1, size1, count2, size2, confidence
        As of :func:`difference_newcombe`.

    Returns
    -------
    Estimate or NotEstimated
        Odds of the first over those of the second; ``se`` is of the logarithm. Not estimated where
        a cell is zero.

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.

    Examples
    --------
    >>> one = odds_ratio(12, 18, 2, 31)
    >>> round(one.estimate, 2), round(one.lower, 2), round(one.upper, 1)
    (29.0, 5.11, 164.6)
    """
    wilson(count1, size1), wilson(count2, size2)  # refuse impossible counts
    cells = (count1, size1 - count1, count2, size2 - count2)
    if not all(cells):
        return NotEstimated(Reason.ZERO, ZERO)
    ratio = cells[0] * cells[3] / (cells[1] * cells[2])
    return _on_the_logarithm(ratio, sqrt(sum(1 / cell for cell in cells)), "Woolf", confidence)


def rate_ratio(
    count1: float, time1: float, count2: float, time2: float, *, confidence: float = 0.95
) -> Estimate | NotEstimated:
    """Estimate the ratio of two rates of events, with Wald's interval on the logarithm.

    R exp(± z √(1/x1 + 1/x2)): Rothman 1998, Modern Epidemiology, page 238. Not for fewer than about
    10 events, nor where one patient may have several.

    Parameters
    ----------
    count1, time1
        Events and person-time of the first group.
    count2, time2
        The same of the second.
    confidence
        Between 0 and 1, both left out.

    Returns
    -------
    Estimate or NotEstimated
        First over second; ``se`` is of the logarithm. Not estimated where a count is zero.

    Raises
    ------
    ValueError
        If a count is negative, a time is not above 0, or the confidence is impossible.

    Examples
    --------
    >>> one = rate_ratio(41, 28010, 15, 19017)
    >>> round(one.estimate, 3), round(one.lower, 3), round(one.upper, 3)
    (1.856, 1.027, 3.353)
    """
    if min(count1, count2) < 0 or not min(time1, time2) > 0:
        raise ValueError("a rate needs a count from 0 and a person-time above 0")
    if not count1 or not count2:
        return NotEstimated(Reason.ZERO, ZERO)
    ratio = count1 / time1 / (count2 / time2)
    return _on_the_logarithm(ratio, sqrt(1 / count1 + 1 / count2), "Wald", confidence)


def _on_the_logarithm(ratio: float, se: float, name: str, confidence: float) -> Estimate:
    reach = exp(quantile(confidence) * se)
    method = f"{name} on the logarithm, {confidence * 100:g}%"
    return Estimate(ratio, ratio / reach, ratio * reach, method, se)


def _score(ratio: float, one: tuple[float, float], two: tuple[float, float]) -> float:
    (count1, size1), (count2, size2) = one, two
    # p2 is the smaller root of a p² - b p + c = 0, in the form that loses no digits
    a = (size1 + size2) * ratio
    b = (size1 + count2) * ratio + count1 + size2
    c = count1 + count2
    p2 = 2 * c / (b + sqrt(max(0.0, b * b - 4 * a * c)))
    return _squared(count1, size1, min(1.0, ratio * p2)) + _squared(count2, size2, min(1.0, p2))


def _squared(count: float, size: float, p: float) -> float:
    variance = size * p * (1 - p)
    gap = count - size * p
    return gap * gap / variance if variance > 0 else 0.0
