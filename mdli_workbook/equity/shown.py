"""What is looked at, and what was seen: two records that an answer may hold.

A :class:`Shown` is made of published views alone, so it holds no number that may not be seen, and it is
small: the words about a figure are saved together with the figure they are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mdli_workbook.equity.publish import Period, PublishedRow, PublishedView, State, View
from mdli_workbook.equity.suppression import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["VIEWS", "Choice", "Shown", "ViewName"]

ViewName = Literal["groups", "time", "standardised", "missing", "figures"]

VIEWS: dict[ViewName, str] = {
    "groups": "Groups side by side",
    "time": "Over time",
    "standardised": "As if all had the same ages",
    "missing": "Who is missing",
    "figures": "All figures, and what each means",
}
"""Name of a view → what it is called on the page; no more than five."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to look at.

    Parameters
    ----------
    measure, dimension
        Names in the data.
    reference
        The group that others are compared with; '' for all patients together.
    favourable
        Whether more is better.
    view
        One of :data:`VIEWS`.
    data
        ``demo-panel``, which is invented, or ``file``: a file of the reader's own.
    """

    measure: str
    dimension: str
    reference: str = ""
    favourable: bool = True
    view: ViewName = "groups"
    data: Literal["demo-panel", "file"] = "demo-panel"

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "measure": self.measure,
            "dimension": self.dimension,
            "reference": self.reference,
            "favourable": self.favourable,
            "view": self.view,
            "data": self.data,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Choice:
        """Read what :meth:`to_plain` wrote."""
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was seen.

    Parameters
    ----------
    choice
        What was asked for.
    sentence
        What it says, plainly.
    notes
        What a reader should know beside it.
    views
        The figures, with small numbers withheld.
    """

    choice: Choice
    sentence: str
    notes: tuple[str, ...]
    views: tuple[PublishedView, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data, as JSON has it."""
        return {
            "choice": self.choice.to_plain(),
            "sentence": self.sentence,
            "notes": list(self.notes),
            "views": [_plain(view) for view in self.views],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Shown:
        """Read what :meth:`to_plain` wrote."""
        return cls(
            choice=Choice.from_plain(plain["choice"]),
            sentence=plain["sentence"],
            notes=tuple(plain["notes"]),
            views=tuple(map(_view, plain["views"])),
        )


def _plain(published: PublishedView) -> dict[str, Any]:
    """Return a view with each group and each period named once, and numbers by their places."""
    view = published.view
    groups = list(dict.fromkeys(row.group for row in published.rows))
    periods = [period.name for period in view.periods]
    return {
        "measure": view.measure,
        "dimensions": list(view.dimensions),
        "of": view.of,
        "periods": [[one.name, *one.months] for one in view.periods],
        "groups": [list(group) for group in groups],
        "rows": [
            [groups.index(row.group), periods.index(row.period), row.size, row.numerator]
            for row in published.rows
        ],
        "means": [[row.mean, row.deviation] for row in published.rows if row.mean is not None],
        "most_withheld": published.rule.most,
        "source": published.source,
        "readings": dict(published.readings),
    }


def _view(plain: Mapping[str, Any]) -> PublishedView:
    periods = tuple(Period(name, tuple(months)) for name, *months in plain["periods"])
    view = View(plain["measure"], tuple(plain["dimensions"]), periods, plain["of"])
    rows, rule = tuple(_rows(plain, periods)), Rule(plain["most_withheld"])
    return PublishedView(view, rows, rule, plain["source"], plain["readings"])


def _rows(plain: Mapping[str, Any], periods: tuple[Period, ...]) -> Iterator[PublishedRow]:
    means = iter(plain["means"])
    for group, period, size, numerator in plain["rows"]:
        state = State.EMPTY if size == 0 else State.WITHHELD if numerator is None else State.SHOWN
        # a measure that is a number has a mean wherever a row is shown
        mean, deviation = next(means) if state is State.SHOWN and plain["means"] else (None, None)
        yield PublishedRow(
            tuple(plain["groups"][group]), periods[period].name, size, numerator, state, mean, deviation
        )
