"""Control charts and funnels, under their names."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from mdli_workbook.equity import control_charts, funnel, runs
from mdli_workbook.equity.by_name.telling import Measure, Told, columns, untold
from mdli_workbook.equity.estimate import NotEstimated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdli_workbook.equity.by_name.keys import Given

__all__ = ["MEASURES"]

MAY = ("baseline_points", "exclude_index")
CHART = ("centre", "lcl", "ucl")


def _chart(function: Callable[..., Any], *keys: str, constant: bool = False, times: bool = False) -> Measure:
    def call(given: Given) -> Told:
        chosen: dict[str, Any] = {
            "baseline": given.get("baseline_points"),
            "exclude": given.get("exclude_index", ()),
        }
        if times:
            chosen["multiplier"] = given.get("multiplier", 1.0)
        found = function(*columns(given, *keys), **chosen)
        return untold(found, *CHART) if isinstance(found, NotEstimated) else _told(found, constant=constant)

    return Measure(call, keys, (*MAY, "multiplier") if times else MAY)


def _told(chart: control_charts.Chart, *, constant: bool) -> Told:
    lower, upper = list(chart.lower), list(chart.upper)
    return {
        "centre": chart.centre,
        "lcl": _only(lower) if constant else lower,
        "ucl": _only(upper) if constant else upper,
        "sigma_signal": list(chart.outside),
        "n_useful": chart.runs.useful,
        "longest_run": chart.runs.longest,
        "longest_run_max": chart.runs.longest_allowed,
        "crossings": chart.runs.crossings,
        "crossings_min": chart.runs.crossings_needed,
        "runs_signal": chart.runs.signal,
        "note": chart.note,
    }


def _only(limits: list[float | None]) -> float | None:
    return next((one for one in limits if one is not None), None)


def _listed(column: float | list[float]) -> list[float]:
    return column if isinstance(column, list) else [column]


def _u_funnel(given: Given) -> Told:
    chart = control_charts.u_chart(*columns(given, "count", "n"), multiplier=given.get("multiplier", 1.0))
    if isinstance(chart, NotEstimated):
        return untold(chart, "centre", "mean_lcl", "mean_ucl")
    lower, upper = ([one for one in limits if one is not None] for limits in (chart.lower, chart.upper))
    return {
        "centre": chart.centre,
        "mean_lcl": sum(lower) / len(lower),
        "mean_ucl": sum(upper) / len(upper),
        "lcl": list(chart.lower),
        "ucl": list(chart.upper),
    }


def _xmr(given: Given) -> Told:
    chart = control_charts.xmr_chart(
        given["value"],
        screen_outliers=given.get("screen_outliers", True),
        baseline=given.get("baseline_points"),
        exclude=given.get("exclude_index", ()),
    )
    if isinstance(chart, NotEstimated):
        return untold(chart, "lower", "mean", "upper")
    return {
        "lower": _only(list(chart.lower)),
        "mean": chart.centre,
        "upper": _only(list(chart.upper)),
        "sigma_signal": list(chart.outside),
        "note": chart.note,
    }


def _rule(function: Callable[..., tuple[int, ...]], told: str, *keys: str) -> Measure:
    def call(given: Given) -> Told:
        rows = [given[key] for key in keys]
        kinds = {isinstance(one, list) for row in rows for one in row}
        if len(kinds) > 1:
            raise ValueError("a list stands beside a number; give one series, or a list of them, in each key")
        if True in kinds:
            return {told: [_marks(function, one) for one in zip(*rows, strict=True)]}
        return {told: _marks(function, rows)}

    return Measure(call, keys)


def _marks(function: Callable[..., tuple[int, ...]], rows: Sequence[list[float]]) -> list[int]:
    if any(isnan(one) for row in rows for one in row):
        raise ValueError("a point is missing; leave it out of every list")
    return list(function(*rows))


def _proportion_limits(given: Given) -> Told:
    multiplier = given.get("multiplier", 100.0)
    numbers = given["all_numerators"], given["all_denominators"]
    sizes = given.get("at_denominator", given["all_denominators"])
    found = funnel.limits_of_proportion(*numbers, _listed(sizes))
    if isinstance(found, NotEstimated):
        return untold(found, "baseline", *_limits((), ()))
    return {"baseline": found.baseline * multiplier, **_limits(found.inner, found.outer, multiplier)}


def _ratio_limits(given: Given) -> Told:
    found = funnel.limits_of_ratio(_listed(given["observed"]))
    told = _limits(found.inner, found.outer, 100.0, "_x100")
    return told if isinstance(given["observed"], list) else {key: one[0] for key, one in told.items()}


def _limits(
    inner: Sequence[tuple[float, float | None]],
    outer: Sequence[tuple[float, float | None]],
    multiplier: float = 1.0,
    ending: str = "",
) -> Told:
    told: Told = {}
    for name, limits in (("2s", inner), ("3s", outer)):
        told[f"lower_{name}{ending}"] = [lower * multiplier for lower, _ in limits]
        told[f"upper_{name}{ending}"] = [None if upper is None else upper * multiplier for _, upper in limits]
    return told


def _classes(function: Callable[..., tuple[funnel.Place | None, ...]], *keys: str) -> Measure:
    def call(given: Given) -> Told:
        places = function(*columns(given, *keys))
        words = [None if place is None else str(place) for place in places]
        return {"significance": words if isinstance(given[keys[0]], list) else words[0]}

    return Measure(call, keys)


MEASURES = {
    "p_chart": _chart(control_charts.p_chart, "count", "n"),
    "u_chart": _chart(control_charts.u_chart, "count", "n", times=True),
    "c_chart": _chart(control_charts.c_chart, "count", constant=True),
    "i_chart": _chart(control_charts.i_chart, "value", constant=True),
    "xmr_chart": Measure(_xmr, ("value",), ("screen_outliers", *MAY)),
    "u_chart_funnel": Measure(_u_funnel, ("count", "n"), ("hospital", "multiplier")),
    "spc_rule_seven_one_side": _rule(runs.seven_one_side, "completion", "side"),
    "spc_rule_seven_point_trend": _rule(runs.seven_trend, "completion", "series"),
    "spc_rule_two_in_three": _rule(runs.two_in_three, "flag", "near_limit", "side"),
    "funnel_limits_proportion": Measure(
        _proportion_limits, ("all_numerators", "all_denominators"), ("at_denominator", "multiplier")
    ),
    "funnel_limits_ratio_poisson": Measure(_ratio_limits, ("observed",)),
    "funnel_classification_proportion": _classes(funnel.classify_proportions, "numerator", "denominator"),
    "funnel_classification_ratio": _classes(funnel.classify_ratios, "observed", "expected"),
}
