"""Every measure of inequality over the groups that are shown, each with what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdli_workbook.equity import concentration, dispersion, entropy, gaps, impact, slopes
from mdli_workbook.equity.comparisons import ratio_koopman
from mdli_workbook.equity.estimate import Estimate, NotEstimated, Reason, Summary
from mdli_workbook.equity.naming import group_words, in_order, people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdli_workbook.equity.beside import Compare
    from mdli_workbook.equity.shown import Choice
    from mdli_workbook.equity.table import Row

__all__ = ["Line", "figures_of_inequality"]

NO_ORDER = NotEstimated(Reason.NO_FIT, "these groups have no order")
NO_REFERENCE = NotEstimated(Reason.REFERENCE, "choose a group as reference for this one")
ONE_REFERENCE = NotEstimated(Reason.REFERENCE, "no group beside the reference is shown")
NUMBER = NotEstimated(Reason.NO_FIT, "only of proportions")

Result = Estimate | Summary | NotEstimated


@dataclass(frozen=True, slots=True)
class Line:
    """A figure.

    Parameters
    ----------
    name, means
        What it is called, and what it means in one sentence.
    found
        It, or why there is none.
    unit
        What it is told in: ``points`` times 100, ``percent``, ``times``, or as it is.
    """

    name: str
    means: str
    found: Result
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the formulas are given: groups that are shown, from 0 to 1 or in the unit of a number."""

    rates: list[float]
    sizes: list[int]
    errors: list[float]
    order: list[int] | None
    reference: int | None
    favourable: bool
    number: bool


def figures_of_inequality(
    choice: Choice, found: Compare, rows: Sequence[Row], keys: Sequence[str]
) -> list[Line]:
    """Return all measures, those that cannot be computed with the reason.

    Parameters
    ----------
    choice
        What was asked for.
    found
        Groups beside their reference.
    rows
        The groups that are shown, those of no recorded group left out.
    keys
        All groups of the dimension in the order of the page.
    """
    if not rows:
        return [Line("Any figure", "There is none.", NotEstimated(Reason.FEW_GROUPS, "no group is shown"))]
    sums = _sums(choice, found, rows, keys)
    return [
        *_of_two(found, sums),
        *_in_order(choice, sums, keys),
        *_without_order(sums),
        *_if_closed(choice, found, sums),
    ]


def _sums(choice: Choice, found: Compare, rows: Sequence[Row], keys: Sequence[str]) -> _Sums:
    ordered = in_order(choice.dimension, keys)
    return _Sums(
        rates=[row.rate.estimate for row in rows if row.rate is not None],
        sizes=[row.size or 0 for row in rows],
        errors=[(row.deviation or 0.0) / (row.size or 1) ** 0.5 for row in rows],
        order=[ordered.index(row.key or "") for row in rows] if ordered else None,
        reference=rows.index(found.reference) if found.reference in rows else None,
        favourable=choice.favourable,
        number=found.table.number,
    )


def _of_two(found: Compare, sums: _Sums) -> Iterator[Line]:
    rates, errors = sums.rates, sums.errors
    yield Line(
        "Difference, highest less lowest",
        "How far apart the two outermost groups are.",
        gaps.difference(rates, errors, favourable=True),
        "points",
    )
    yield Line(
        "Ratio, highest over lowest",
        "How many times as high the highest is as the lowest.",
        gaps.ratio(rates, errors, favourable=True) if min(rates) >= 0 else NUMBER,
        "times",
    )
    name = found.reference.group
    behind = found.behind()
    yield Line(
        f"Ratio to {name}",
        "How many times as high the group furthest behind is as the reference.",
        _ratio_to_reference(found, behind),
        "times",
    )
    people_ = None if min(rates) < 0 else gaps.healthy_people(rates, favourable=sums.favourable)
    if people_ is None or isinstance(people_, NotEstimated):
        yield Line(
            "Summary rate difference", "The best group beside the mean of the others.", people_ or NUMBER
        )
        return
    yield Line(
        "Summary rate difference (Healthy People 2030)",
        "How far the leading group is from the plain mean of all others.",
        Summary(people_.summary_difference, "Healthy People 2030"),
        "points",
    )
    yield Line(
        "Summary rate ratio (Healthy People 2030)",
        "The same as a ratio, 1 or more.",
        Summary(people_.summary_ratio, "Healthy People 2030")
        if people_.summary_ratio is not None
        else NotEstimated(Reason.ZERO, people_.note),
        "times",
    )


def _ratio_to_reference(found: Compare, behind: Row | None) -> Result:
    if found.table.number:
        return NUMBER
    if behind is None or found.reference.numerator is None or found.reference.size is None:
        return NotEstimated(Reason.FEW_GROUPS, "no group is behind the reference")
    assert behind.numerator is not None
    assert behind.size is not None
    if found.reference.key is None:
        return NO_REFERENCE
    return ratio_koopman(behind.numerator, behind.size, found.reference.numerator, found.reference.size)


def _in_order(choice: Choice, sums: _Sums, keys: Sequence[str]) -> Iterator[Line]:
    ends = in_order(choice.dimension, keys)
    way = (
        f"from {group_words(choice.dimension, ends[0])} to {group_words(choice.dimension, ends[-1])}"
        if ends
        else "from the bottom to the top"
    )
    aci = rci = sii = rii = of_mean = linear = NO_ORDER  # type: Result
    if sums.order is not None:
        base = (sums.rates, sums.sizes, sums.order)
        aci = concentration.absolute_concentration(*base, sums.errors)
        rci = concentration.relative_concentration(*base, sums.errors)
        line = slopes.slope_linear(*base)
        linear = line if isinstance(line, NotEstimated) else line.sii
        curve = NUMBER if sums.number else slopes.slope_logit(*base, scale=1.0, whole_events=True)
        sii, rii, of_mean = (
            (curve,) * 3
            if isinstance(curve, NotEstimated)
            else (curve.sii, curve.rii, _of_mean(curve.rii_of_mean))
        )
    yield Line(
        "Slope index of inequality (SII), logistic",
        f"How much a smooth curve through all groups gains {way}.",
        sii,
        "points",
    )
    yield Line(
        "Slope index of inequality (SII), straight line", "The same with a straight line.", linear, "points"
    )
    yield Line(
        "Relative index of inequality (RII), top over bottom",
        f"The end of that curve over its beginning, {way}; 1 is no gap.",
        rii,
        "times",
    )
    yield Line(
        "Relative index of inequality (RII), slope over mean",
        "The other figure of that name: the slope over the mean; 0 is no gap.",
        of_mean,
    )
    yield Line(
        "Absolute concentration index (ACI)",
        "Above 0 the good falls more to those at the top; 0 is even.",
        aci,
        "points",
    )
    yield Line("Relative concentration index (RCI)", "The same as a part of the mean, from −1 to 1.", rci)  # noqa: RUF001


def _of_mean(value: float | None) -> Result:
    if value is None:
        return NotEstimated(Reason.ZERO, "the mean is zero")
    return Summary(value, "slope over mean")


def _without_order(sums: _Sums) -> Iterator[Line]:
    rates, sizes, errors = sums.rates, sums.sizes, sums.errors
    yield Line(
        "Between-group variance (BGV)",
        "Mean squared distance from the mean of all; in squared points.",
        dispersion.between_group_variance(rates, sizes, errors),
        "squared points",
    )
    yield Line(
        "Between-group standard deviation (BGSD)",
        "Its root: how far a patient's group typically is from the mean of all.",
        dispersion.between_group_standard_deviation(rates, sizes, errors),
        "points",
    )
    yield Line(
        "Coefficient of variation (COV)",
        "The same as a percentage of the mean.",
        dispersion.coefficient_of_variation(rates, sizes),
        "percent",
    )
    for weighted, how in ((True, "by patients"), (False, "each group alike")):
        yield Line(
            f"Mean difference from the mean, {how}",
            "How far groups are from the mean of all, on average.",
            dispersion.mean_difference_from_mean(rates, sizes, weighted=weighted),
            "points",
        )
        yield Line(
            f"Mean difference from the leading group, {how}",
            "How far groups are from the one that is ahead, on average.",
            dispersion.mean_difference_from_best(rates, sizes, favourable=sums.favourable, weighted=weighted),
            "points",
        )
        yield Line(
            f"Mean difference from the reference, {how}",
            "How far groups are from the chosen one, on average.",
            NO_REFERENCE
            if sums.reference is None
            else dispersion.mean_difference_from_reference(
                rates, sizes, reference=sums.reference, weighted=weighted
            ),
            "points",
        )
        yield Line(
            f"Index of disparity (IDIS), {how}",
            "The mean difference from the mean as a percentage of it.",
            dispersion.index_of_disparity(rates, sizes, weighted=weighted),
            "percent",
        )
    yield Line(
        "Theil's index, times 1,000",
        "0 where all groups are level; it weighs groups far above the mean most.",
        entropy.theil(rates, sizes, errors),
    )
    yield Line(
        "Mean log deviation (MLD), times 1,000",
        "0 where all groups are level; it weighs groups far below the mean most.",
        entropy.mean_log_deviation(rates, sizes, errors),
    )


def _if_closed(choice: Choice, found: Compare, sums: _Sums) -> Iterator[Line]:
    par: Result = NUMBER
    paf: Result = NUMBER
    if not sums.number:
        par = impact.population_attributable_risk(
            sums.rates, sums.sizes, favourable=sums.favourable, scale=1.0, order=sums.order
        )
        paf = impact.population_attributable_fraction(
            sums.rates, sums.sizes, favourable=sums.favourable, scale=1.0, order=sums.order
        )
    top = "the most advantaged group" if sums.order else "the leading group"
    yield Line(
        "Population attributable risk (PAR)",
        f"What all would gain if each group were as {top}.",
        par,
        "points",
    )
    yield Line(
        "Population attributable fraction (PAF)",
        "The same as a percentage of what is reached now.",
        paf,
        "percent",
    )
    reference = people(choice.dimension, found.reference.key)
    yield Line(
        "Patients to close the gap",
        f"For how many things would have to change, until no group is behind {reference}.",
        Summary(sum(found.to_close.values()), "sum over groups") if found.to_close else ONE_REFERENCE,
        "patients",
    )
