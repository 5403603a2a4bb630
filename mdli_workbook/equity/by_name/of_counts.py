"""Intervals and comparisons from counts, under their names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mdli_workbook.equity import comparisons, intervals
from mdli_workbook.equity.by_name.telling import Measure, Told, at_levels, each, level_of, tell
from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdli_workbook.equity.by_name.keys import Given

    Result = Estimate | NotEstimated

__all__ = ["MEASURES"]

NOBODY = NotEstimated(Reason.NOBODY, "without anybody measured there is no figure")
THE_REFERENCE = NotEstimated(Reason.REFERENCE, "the others are compared with it")
RATIO = {"ratio": "estimate", "lower": "lower", "upper": "upper", "se_log": "se"}


def _proportion(function: Callable[..., Estimate]) -> Measure:
    def call(given: Given) -> Told:
        def one(numerator: float | None, denominator: float | None) -> Told:
            def make(level: float) -> Result:
                if numerator is None or not denominator:
                    return NOBODY
                return function(numerator, denominator, confidence=level)

            return at_levels(given, make)

        return each(one, given["numerator"], given["denominator"])

    return Measure(call, ("numerator", "denominator"), ("confidence",))


def _events(function: Callable[..., Estimate]) -> Measure:
    def call(given: Given) -> Told:
        def one(count: float | None) -> Told:
            def make(level: float) -> Result:
                return NOBODY if count is None else function(count, confidence=level)

            return at_levels(given, make)

        return each(one, given["count"])

    return Measure(call, ("count",), ("confidence",))


def _crude_rate(given: Given) -> Told:
    multiplier = given.get("multiplier", 100_000.0)

    def one(count: float | None, exposure: float | None) -> Told:
        def make(level: float) -> Result:
            if count is None or not exposure:
                return NOBODY
            return intervals.poisson(count, exposure / multiplier, confidence=level)

        told = at_levels(given, make)
        if count is not None and "method" in told:
            told["method"] = "Exact" if count < intervals.FEW_EVENTS else "Byars"
        return told

    return each(one, given["count"], given["denominator"])


def _mean(given: Given) -> Told:
    values = given["values"]
    told = at_levels(given, lambda level: intervals.mean_t(values, confidence=level), "mean")
    return {**told, "mean": sum(values) / len(values), "sd": intervals.standard_deviation(values)}


def _of_two(function: Callable[..., Result], value: str) -> Measure:
    def call(given: Given) -> Told:
        def one(*counts: float | None) -> Told:
            found: Result = NOBODY
            if None not in counts and counts[1] and counts[3]:
                found = function(*counts, confidence=level_of(given))
            return tell(found, **{value: "estimate"}, lower="lower", upper="upper")

        return each(one, given["count1"], given["n1"], given["count2"], given["n2"])

    return Measure(call, ("count1", "n1", "count2", "n2"), ("confidence",))


def _beside_reference(
    function: Callable[..., Result], count: str, size: str, *, pair: bool = False
) -> Measure:
    """Compare each group with the reference; with ``pair``, two groups are told as plain numbers."""

    def call(given: Given) -> Told:
        counts, sizes, reference = given[count], given[size], given.get("reference_index", 0)
        if not 0 <= reference < len(counts):
            raise ValueError(f"reference_index {reference} is none of {len(counts)} groups; count from 0")

        def one(number: float) -> Told:
            at = int(number)
            found: Result = NOBODY
            if at == reference:
                return {**tell(THE_REFERENCE, **RATIO), "ratio": 1.0}
            if sizes[at] and sizes[reference]:
                level = level_of(given)
                found = function(counts[at], sizes[at], counts[reference], sizes[reference], confidence=level)
            return tell(found, **RATIO)

        if pair and len(counts) == 2:
            return one(float(1 - reference))
        return each(one, [float(at) for at in range(len(counts))])

    return Measure(call, (count, size), ("reference_index", "confidence", "group"))


_of_people = partial(_beside_reference, count="cases", size="total")

MEASURES = {
    "wilson_interval": _proportion(intervals.wilson),
    "clopper_pearson_interval": _proportion(intervals.clopper_pearson),
    "byar_interval_count": _events(intervals.byar),
    "exact_poisson_interval_count": _events(intervals.poisson_exact),
    "crude_rate_interval": Measure(_crude_rate, ("count", "denominator"), ("confidence", "multiplier")),
    "mean_t_interval": Measure(_mean, ("values",), ("confidence",)),
    "difference_newcombe_hybrid": _of_two(comparisons.difference_newcombe, "difference"),
    "difference_wald": _of_two(comparisons.difference_wald, "difference"),
    "difference_agresti_caffo": _of_two(comparisons.difference_agresti_caffo, "difference"),
    "ratio_katz_log_two_proportions": _of_two(comparisons.ratio_katz, "ratio"),
    "ratio_koopman_score": _of_two(comparisons.ratio_koopman, "ratio"),
    "risk_ratio_katz_log": _of_people(comparisons.ratio_katz),
    "odds_ratio_woolf": _of_people(comparisons.odds_ratio),
    "rate_ratio_wald": _beside_reference(comparisons.rate_ratio, "events", "person_time", pair=True),
}
