"""Sentences that several views share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.equity.naming import dimension_words, months_in_words, percent, points
from mdli_workbook.equity.patients import UNDATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdli_workbook.equity.publish import PublishedView
    from mdli_workbook.equity.shown import Choice

__all__ = ["about_the_data", "apart", "figure", "signed", "withheld"]


def figure(value: float, *, number: bool) -> str:
    """Show a proportion or a number.

    Examples
    --------
    >>> figure(0.613, number=False), figure(7.4321, number=True)
    ('61%', '7.4')
    """
    return f"{value:,.1f}" if number else percent(value)


def apart(gap: float, *, number: bool) -> str:
    """Show how far two figures are apart, without a sign."""
    return f"{abs(gap):,.1f}" if number else points(gap)


def signed(gap: float, *, number: bool) -> str:
    """Show a difference with its sign, in points.

    Examples
    --------
    >>> signed(0.113, number=False), signed(0.3, number=True), signed(0.001, number=False)
    ('+11', '+0.3', '0')
    """
    said = f"{abs(gap):,.1f}" if number else f"{abs(gap) * 100:.0f}"
    return said if said.strip("0.") == "" else f"{'−' if gap < 0 else '+'}{said}"  # noqa: RUF001


def about_the_data(choice: Choice, published: PublishedView) -> Iterator[str]:
    """Say whose figures these are, and from when."""
    months = [month for period in published.view.periods for month in period.months if month != UNDATED]
    if choice.data == "demo-panel":
        yield "All of these patients are invented."
    if months:
        yield f"They were last seen from {months_in_words(min(months), max(months))}."


def withheld(*views: PublishedView) -> Iterator[str]:
    """Say that something is withheld, and never for which reason."""
    if any(view.withholds for view in views):
        yield (
            f"Numbers of patients from 1 to {views[0].rule.most} are withheld, also of those who were left "
            "out. So is any figure that would give one away, here or beside what was shown before."
        )


def by_dimension(title: str, choice: Choice) -> str:
    """Return a title with what groups are by."""
    return f"{title}, by {dimension_words(choice.dimension)}"
