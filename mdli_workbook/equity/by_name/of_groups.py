"""Inequality over groups, under its names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mdli_workbook.equity import concentration, dispersion, entropy, gaps, impact, quantile_slopes, slopes
from mdli_workbook.equity.by_name.telling import Measure, Told, tell, untold
from mdli_workbook.equity.estimate import NotEstimated, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdli_workbook.equity.by_name.keys import Given

    Result = Summary | NotEstimated

__all__ = ["MEASURES"]

PLAIN = {"estimate": "estimate", "se": "se", "lower": "lower", "upper": "upper"}
ON_THE_LOGARITHM = {"estimate": "estimate", "se_log": "se", "lower": "lower", "upper": "upper"}
GROUPS = ("estimate", "population")
ORDERED = (*GROUPS, "subgroup_order")
ALWAYS = ("subgroup", "favourable", "scale", "se", "population")


def _ordered(function: Callable[..., Result], *, sampling: bool = False) -> Measure:
    def call(given: Given) -> Told:
        errors = (given.get("se"),) if sampling else ()
        return tell(function(*(given[key] for key in ORDERED), *errors), **PLAIN)

    return Measure(call, ORDERED, ALWAYS)


def _slope(tell_line: Callable[[slopes.Slope], Told], names: tuple[str, ...], *, logit: bool) -> Measure:
    def call(given: Given) -> Told:
        columns = [given[key] for key in ORDERED]
        if logit:
            squared = _is_squared(given.get("weighting", "population"))
            line = slopes.slope_logit(
                *columns, scale=given["scale"], whole_events=True, squared_weights=squared
            )
        else:
            line = slopes.slope_linear(*columns)
        return untold(line, *names) if isinstance(line, NotEstimated) else tell_line(line)

    needs = (*ORDERED, "scale") if logit else ORDERED
    return Measure(call, needs, (*ALWAYS, "weighting"))


def _is_squared(weighting: str) -> bool:
    word = weighting.lower()
    if "squared" in word:
        return True
    if word.startswith(("population", "once", "single")):
        return False
    raise ValueError(f"weighting {weighting!r} is unknown; use population or population_squared")


def _spread(function: Callable[..., Result], *, sampling: bool = False) -> Measure:
    def call(given: Given) -> Told:
        errors = (given.get("se"),) if sampling else ()
        return tell(function(given["estimate"], given["population"], *errors), **PLAIN)

    return Measure(call, GROUPS, ALWAYS)


def _away(function: Callable[..., Result], *needs: str, weighted: bool, **keys: str) -> Measure:
    """Measure a mean difference; without weights the population is not needed."""

    def call(given: Given) -> Told:
        people = given.get("population", [1.0] * len(given["estimate"]))
        chosen = {name: given[key] for name, key in keys.items()}
        return tell(function(given["estimate"], people, weighted=weighted, **chosen), **PLAIN)

    return Measure(call, ("estimate", *(GROUPS[1:] if weighted else ()), *needs), ALWAYS)


def _pair(function: Callable[..., Result], names: dict[str, str]) -> Measure:
    def call(given: Given) -> Told:
        chosen: dict[str, Any] = {
            "favourable": given["favourable"],
            "reference": given.get("reference_index"),
            "order": given.get("subgroup_order"),
        }
        return tell(function(given["estimate"], given.get("se"), **chosen), **names)

    return Measure(call, ("estimate", "favourable"), (*ALWAYS, "reference_index", "subgroup_order"))


def _gain(function: Callable[..., Result], *needs: str) -> Measure:
    def call(given: Given) -> Told:
        chosen = {"favourable": given["favourable"], "order": given.get("subgroup_order")}
        found = function(given["estimate"], given["population"], scale=given.get("scale"), **chosen)
        return tell(found, **PLAIN)

    return Measure(call, (*GROUPS, "favourable", *needs), (*ALWAYS, "subgroup_order"))


def _wls(line: slopes.Slope) -> Told:
    found = {"sii": "estimate", "se_hc1": "se", "lower": "lower", "upper": "upper"}
    return {"intercept": line.bottom, **tell(line.sii, **found), "rii": _rii(line.rii)}


def _rii(found: Summary | NotEstimated) -> float | None:
    return None if isinstance(found, NotEstimated) else found.estimate


_KINDS: dict[str, quantile_slopes.Kind] = {"0": "normal", "1": "rate", "2": "proportion", "default": "normal"}


def _by_quantile(given: Given) -> Told:
    word = given.get("value_type", "normal")
    kind = _KINDS.get(word, word)
    if kind not in quantile_slopes.KINDS:
        raise ValueError(f"value_type {word!r} is unknown; use normal, rate or proportion")
    limits = (
        (given["lower_cl95"], given["upper_cl95"]) if {"lower_cl95", "upper_cl95"} <= given.keys() else None
    )
    line = quantile_slopes.slope_of_quantiles(
        given["value"],
        given["population"],
        given["quantile"],
        se=given.get("se"),
        limits=limits,
        kind=kind,
        transform=given.get("transform", False),
        multiplier=given.get("multiplier", 1.0),
    )
    if isinstance(line, NotEstimated):
        return untold(line, "sii", "rii", "intercept", "simulated")
    return {"sii": line.sii, "rii": line.rii, "intercept": line.intercept, "simulated": _simulated(line)}


def _simulated(line: quantile_slopes.QuantileSlope) -> Told:
    nothing = (None, None)
    sii, rii = line.sii_limits or nothing, line.rii_limits or nothing
    return {"sii_lower": sii[0], "sii_upper": sii[1], "rii_lower": rii[0], "rii_upper": rii[1]}


def _healthy_people(given: Given) -> Told:
    found = gaps.healthy_people(given["rate"], favourable=given["favourable"])
    names = ("maximal_rate_difference", "maximal_rate_ratio", "summary_rate_ratio", "summary_rate_difference")
    if isinstance(found, NotEstimated):
        return untold(found, *names)
    figures = (found.maximal_difference, found.maximal_ratio, found.summary_ratio, found.summary_difference)
    return {**dict(zip(names, figures, strict=True)), "note": found.note}


_FROM = {
    "mean": partial(_away, dispersion.mean_difference_from_mean),
    "best": partial(_away, dispersion.mean_difference_from_best, "favourable", favourable="favourable"),
    "reference": partial(
        _away, dispersion.mean_difference_from_reference, "reference_index", reference="reference_index"
    ),
}

MEASURES = {
    "absolute_concentration_index": _ordered(concentration.absolute_concentration_by_regression),
    "relative_concentration_index": _ordered(concentration.relative_concentration_by_regression),
    "absolute_concentration_index_sampling_se": _ordered(concentration.absolute_concentration, sampling=True),
    "relative_concentration_index_sampling_se": _ordered(concentration.relative_concentration, sampling=True),
    "slope_index_of_inequality_logit": _slope(lambda line: tell(line.sii, **PLAIN), tuple(PLAIN), logit=True),
    "relative_index_of_inequality_logit": _slope(
        lambda line: tell(line.rii, **ON_THE_LOGARITHM), tuple(ON_THE_LOGARITHM), logit=True
    ),
    "slope_index_of_inequality_wls": _slope(_wls, ("intercept", "sii", "se_hc1"), logit=False),
    "slope_index_of_inequality_linear": Measure(
        _by_quantile,
        ("value", "population", "quantile"),
        ("se", "lower_cl95", "upper_cl95", "value_type", "transform", "multiplier"),
    ),
    "population_attributable_risk": _gain(impact.population_attributable_risk, "scale"),
    "population_attributable_fraction": _gain(impact.population_attributable_fraction),
    "population_attributable_fraction_with_se": _gain(impact.population_attributable_fraction, "scale"),
    "between_group_variance": _spread(dispersion.between_group_variance, sampling=True),
    "between_group_standard_deviation": _spread(dispersion.between_group_standard_deviation, sampling=True),
    "coefficient_of_variation": _spread(dispersion.coefficient_of_variation),
    "index_of_disparity_unweighted": _away(dispersion.index_of_disparity, "population", weighted=False),
    "index_of_disparity_weighted": _away(dispersion.index_of_disparity, weighted=True),
    "mean_difference_from_best_unweighted": _FROM["best"](weighted=False),
    "mean_difference_from_best_weighted": _FROM["best"](weighted=True),
    "mean_difference_from_mean_unweighted": _FROM["mean"]("population", weighted=False),
    "mean_difference_from_mean_weighted": _FROM["mean"](weighted=True),
    "mean_difference_from_reference_unweighted": _FROM["reference"](weighted=False),
    "mean_difference_from_reference_weighted": _FROM["reference"](weighted=True),
    "mean_log_deviation_x1000": _spread(entropy.mean_log_deviation),
    "theil_index_x1000": _spread(entropy.theil),
    "mean_log_deviation_x1000_with_se": _spread(entropy.mean_log_deviation, sampling=True),
    "theil_index_x1000_with_se": _spread(entropy.theil, sampling=True),
    "difference": _pair(gaps.difference, PLAIN),
    "ratio": _pair(gaps.ratio, ON_THE_LOGARITHM),
    "healthy_people_disparity": Measure(_healthy_people, ("rate", "favourable")),
}
