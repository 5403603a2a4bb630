"""What a page has shown of a data set, as linear sums: the record that later pages are judged by.

Everything that is shown is a *figure*, the number of patients in one group, over some months, with
some outcomes, or follows from figures. A ledger holds those whose value was shown, and names those
that were withheld. It holds no number that nobody saw, so it may be stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MISSED", "OUTCOMES", "REACHED", "UNMEASURED", "Figure", "Ledger"]

REACHED: Final = "reached"
MISSED: Final = "missed"
UNMEASURED: Final = "unmeasured"
OUTCOMES: Final = (REACHED, MISSED, UNMEASURED)
"""Of one measure, each patient has exactly one of them."""


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """A number of patients that could be shown.

    Parameters
    ----------
    measure
        Name of the measure.
    dimensions
        Names of the dimensions that the group is of; none for all patients.
    group
        One value for each dimension.
    months
        The months it covers, as ``YYYY-MM``, in order.
    outcomes
        Those it counts, in the order of :data:`OUTCOMES`.
    """

    measure: str
    dimensions: tuple[str, ...]
    group: tuple[str, ...]
    months: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that was shown of one data set, in any view.

    Parameters
    ----------
    source
        Fingerprint of the data; a ledger says nothing about other data.
    shown
        Figure → its value.
    withheld
        Figures whose place was shown and whose value was not.
    readings
        How the columns behind them were read; another reading of the same file is refused.

    Examples
    --------
    >>> size = Figure("portal", (), (), ("2026-01",), (REACHED, MISSED))
    >>> book = Ledger("f00d").with_view({size: 120}, ())
    >>> Ledger.from_json(book.as_json()) == book
    True
    """

    source: str
    shown: Mapping[Figure, int] = field(default_factory=dict)
    withheld: frozenset[Figure] = frozenset()
    readings: Mapping[str, str] = field(default_factory=dict)

    def with_view(self, shown: Mapping[Figure, int], withheld: Iterable[Figure]) -> Ledger:
        """Return the ledger after a further view."""
        known = {**self.shown, **shown}
        return replace(self, shown=known, withheld=frozenset({*self.withheld, *withheld} - known.keys()))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, the same for the same ledger."""
        return {
            "source": self.source,
            "shown": [[*_plain(one), self.shown[one]] for one in sorted(self.shown)],
            "withheld": [_plain(one) for one in sorted(self.withheld)],
            "readings": dict(sorted(self.readings.items())),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ledger:
        """Read what :meth:`as_json` wrote."""
        return cls(
            source=data["source"],
            shown={_figure(one): value for *one, value in data["shown"]},
            withheld=frozenset(map(_figure, data["withheld"])),
            readings=dict(data.get("readings", {})),
        )


def _plain(one: Figure) -> list[Any]:
    return [one.measure, list(one.dimensions), list(one.group), list(one.months), list(one.outcomes)]


def _figure(plain: list[Any]) -> Figure:
    measure, *lists = plain
    return Figure(measure, *(tuple(one) for one in lists))
