"""Rules for showing and reading figures, under their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity import suppression
from mdli_workbook.equity.by_name.telling import Measure, Told, columns, each
from mdli_workbook.equity.presentation import classify_ahrq, present_proportion

if TYPE_CHECKING:
    from mdli_workbook.equity.by_name.keys import Given

__all__ = ["MEASURES"]


def _nchs(given: Given) -> Told:
    def one(numerator: float | None, denominator: float | None) -> Told:
        found = present_proportion(numerator or 0.0, 0.0 if numerator is None else denominator or 0.0)
        return {
            "display": found.display,
            "footnote_complement": found.footnote,
            "review_zero_or_all": found.review,
            "why": found.why,
        }

    return each(one, given["numerator"], given["denominator"])


def _ahrq(given: Given) -> Told:
    scale = _scale(given["group_rate"], given["reference_rate"])

    def one(*numbers: float | None) -> Told:
        if None in numbers:
            return {"classification": None, "state": "no rate or no standard error"}
        rate, se, reference, reference_se = (number or 0.0 for number in numbers)
        standing = classify_ahrq(
            rate, se, reference, reference_se, favourable=given["favourable"], scale=given.get("scale", scale)
        )
        return {"classification": str(standing)}

    return each(one, *(given[key] for key in BESIDE))


def _scale(*rates: float | list[float]) -> float | None:
    """Guess what everybody would be, where it is not given: proportions, percent, or no such end."""
    highest = max(max(one) if isinstance(one, list) else one for one in rates)
    return 1.0 if highest <= 1 else 100.0 if highest <= 100 else None


def _cms(given: Given) -> Told:
    rows = given["counts"]
    if any(isinstance(row, list) for row in rows):
        if not all(isinstance(row, list) for row in rows):
            raise ValueError("counts holds lists and numbers; give one list, or a list of lists")
        return {
            "suppressed": [suppression.primary_suppression_cms(_whole(row))["suppressed"] for row in rows]
        }
    return suppression.primary_suppression_cms(_whole(rows))


def _cms_rate(given: Given) -> Told:
    numerators, denominators = (_whole(column) for column in columns(given, "numerator", "denominator"))
    told = suppression.primary_suppression_cms_rate(numerators, denominators)
    return told if isinstance(given["numerator"], list) else {key: one[0] for key, one in told.items()}


def _whole(numbers: list[float]) -> list[int]:
    if not all(number >= 0 and number == int(number) for number in numbers):
        raise ValueError("a number of patients is missing, negative or not whole; give counts")
    return [int(number) for number in numbers]


def _complementary(given: Given) -> Told:
    table = given["counts"]
    if not all(isinstance(row, list) for row in table):
        raise ValueError("counts is no table; give a list of rows")
    counts = [_whole(row) for row in table]
    return suppression.complementary_suppression_property(
        given.get("rows", [str(number) for number in range(len(counts))]),
        given.get("columns", [str(number) for number in range(len(counts[0]))]),
        counts,
        **{
            key: given[key] for key in ("primary_max", "zeros_protected", "margins_published") if key in given
        },
    )


BESIDE = ("group_rate", "group_se", "reference_rate", "reference_se")
COMPLEMENTARY = ("counts", "rows", "columns", "margins_published", "primary_max", "zeros_protected")

MEASURES = {
    "nchs_presentation_proportion": Measure(_nchs, ("numerator", "denominator")),
    "disparity_classification_ahrq": Measure(_ahrq, (*BESIDE, "favourable"), ("scale",)),
    "primary_suppression_cms": Measure(_cms, ("counts",)),
    "primary_suppression_cms_rate": Measure(_cms_rate, ("numerator", "denominator")),
    "complementary_suppression_property": Measure(_complementary, COMPLEMENTARY[:1], COMPLEMENTARY[1:]),
}
