"""Standardised rates, under their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity import standardisation
from mdli_workbook.equity.by_name.telling import BOTH, Measure, Told, at_levels, level_of, tag, tell, untold
from mdli_workbook.equity.estimate import NotEstimated, Reason

if TYPE_CHECKING:
    from mdli_workbook.equity.by_name.keys import Given

__all__ = ["MEASURES"]

MULTIPLIER = 100_000.0
AGES = ("count", "population", "standard_population")
BESIDE = ("count", "population", "reference_count", "reference_population")
MAY = ("age_band", "confidence", "multiplier")
REPEATED = {
    1: "patients_with_1_event",
    2: "patients_with_2_events",
    3: "patients_with_3_events",
    4: "patients_with_4_events",
}


def _dobson(given: Given) -> Told:
    multiplier = given.get("multiplier", MULTIPLIER)
    columns = [given[key] for key in AGES]
    told = at_levels(
        given,
        lambda level: standardisation.direct_dobson(*columns, multiplier=multiplier, confidence=level),
    )
    few = told.get("state") == Reason.FEW_EVENTS
    return {
        **told,
        "total_count": sum(given["count"]),
        "total_population": sum(given["population"]),
        "reason": "total count is < 10" if few else told["note"] or None,
    }


def _dobson_repeat(given: Given) -> Told:
    multiplier = given.get("multiplier", MULTIPLIER)
    patients = {times: given[key] for times, key in REPEATED.items() if key in given}
    people, standard = given["population"], given["standard_population"]
    told = at_levels(
        given,
        lambda level: standardisation.direct_dobson_repeat(
            patients, people, standard, multiplier=multiplier, confidence=level
        ),
    )
    return {**told, "total_count": sum(times * sum(with_them) for times, with_them in patients.items())}


def _fay_feuer(given: Given) -> Told:
    multiplier, columns = given.get("multiplier", MULTIPLIER), [given[key] for key in AGES]
    crude = standardisation.crude_rate(*columns[:2], multiplier=multiplier)
    found = standardisation.direct_fay_feuer(*columns, multiplier=multiplier, confidence=level_of(given))
    return {"crude": crude, **tell(found, value="estimate", lower="lower", upper="upper", se="se")}


def _byar(given: Given) -> Told:
    columns, levels = [given[key] for key in BESIDE], given.get("confidence", BOTH)
    told: Told = {}
    for level in levels:
        found = standardisation.indirect(*columns, multiplier=MULTIPLIER, confidence=level)
        if isinstance(found, NotEstimated):
            return untold(found, "expected", "observed", "ratio_x100", "rate_per_100000")
        told |= {
            "observed": found.observed,
            "expected": found.expected,
            "ratio_x100": 100 * found.ratio.estimate,
            "reference_rate_per_100000": found.reference_rate,
            "rate_per_100000": found.rate.estimate,
            f"lower{tag(level)}": 100 * found.ratio.lower,
            f"upper{tag(level)}": 100 * found.ratio.upper,
            f"rate_lower{tag(level)}": found.rate.lower,
            f"rate_upper{tag(level)}": found.rate.upper,
            "method": told.get("method", found.ratio.method),
        }
    return told


def _lognormal(given: Given) -> Told:
    found = standardisation.indirect_lognormal(*(given[key] for key in BESIDE), confidence=level_of(given))
    if isinstance(found, NotEstimated):
        return {**untold(found, "expected", "ratio", "lower", "upper"), "observed": sum(given["count"])}
    return {
        "observed": found.observed,
        "expected": found.expected,
        **tell(found.ratio, ratio="estimate", lower="lower", upper="upper"),
        "adjusted_rate": found.rate.estimate,
        "rate_lower": found.rate.lower,
        "rate_upper": found.rate.upper,
    }


MEASURES = {
    "direct_standardised_rate_dobson": Measure(_dobson, AGES, MAY),
    "direct_standardised_rate_dobson_repeat_events": Measure(
        _dobson_repeat, ("population", "standard_population", REPEATED[1]), (*MAY, *REPEATED.values())
    ),
    "direct_standardised_rate_fay_feuer": Measure(_fay_feuer, AGES, MAY),
    "indirect_standardised_ratio_byar": Measure(_byar, BESIDE, MAY),
    "indirect_standardised_ratio_lognormal": Measure(_lognormal, BESIDE, MAY),
}
