"""Prove that no withheld number follows from what is shown.

Two questions, both asked of the sums that were published and of the sums that everyone knows (groups
add up to their total). *Span*: is a number a linear combination of them? Answered by row reduction in
whole numbers and fractions, so without rounding. *Range*: between which whole numbers must it lie?
Answered by integer programming; each end is a table that agrees with all that was published.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Knowledge", "Range", "Span", "Sum", "ranges", "reach", "roomy", "small_set"]

Sum = dict[int, int]
"""Number of a cell → how often it is counted."""


@dataclass(frozen=True, slots=True)
class Range:
    """The whole numbers that a withheld number may be: ``lower`` to ``upper``, both included."""

    lower: int
    upper: int

    @property
    def width(self) -> int:
        """How many steps lie between the ends: 0 where the number is certain."""
        return self.upper - self.lower


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a reader knows about cells that are whole numbers, none below zero.

    Parameters
    ----------
    cells
        How many there are.
    sums
        Known sums with their values.
    limits
        Sums known to lie between two values.
    cap
        No cell is larger; far above what is likely, so that each range ends.
    """

    cells: int
    sums: tuple[tuple[Sum, int], ...]
    limits: tuple[tuple[Sum, int, int], ...] = ()
    cap: int = 1_000_000


PATIENCE = 4


class Span:
    """All linear combinations of some sums, held as a reduced basis of fractions.

    Examples
    --------
    A total and all groups but one; the proof subtracts both groups from the total:

    >>> span = Span([{0: 1, 1: 1, 2: 1}, {0: 1}, {1: 1}])
    >>> {number: int(times) for number, times in sorted(span.proof({2: 1}).items())}
    {0: 1, 1: -1, 2: -1}
    >>> Span([{0: 1, 1: 1, 2: 1}, {0: 1}]).holds({2: 1})
    False
    """

    def __init__(self, sums: Sequence[Mapping[int, int]] = ()) -> None:
        self._rows: dict[int, Row] = {}  # its pivot → row, in which that cell counts once
        self._used: dict[int, set[int]] = {}  # cell → pivots of the rows that count it
        for number in sorted(range(len(sums)), key=lambda number: len(sums[number])):
            self._add(number, sums[number])

    @property
    def rank(self) -> int:
        """How many of the sums say something new."""
        return len(self._rows)

    def holds(self, wanted: Mapping[int, int]) -> bool:
        """Say whether a sum follows from the others by adding and subtracting."""
        return not self._rest(wanted).cells

    def proof(self, wanted: Mapping[int, int]) -> dict[int, Fraction] | None:
        """Return how often each sum is to be added to make the wanted one; ``None`` if none do."""
        rest = self._rest(wanted)
        return None if rest.cells else {number: -times for number, times in rest.made_of.items()}

    def moves(self) -> Iterator[dict[int, int]]:
        """Yield changes of cells, in whole numbers, that change none of the sums."""
        for free in sorted(self._used.keys() - self._rows.keys()):
            row_of = {pivot: self._rows[pivot].cells[free] for pivot in self._used[free]}
            scale = lcm(*(times.denominator for times in row_of.values()))
            yield {free: scale, **{pivot: int(-times * scale) for pivot, times in row_of.items()}}

    def _rest(self, wanted: Mapping[int, int]) -> Row:
        rest = Row({cell: Fraction(times) for cell, times in wanted.items() if times}, {})
        for cell in [cell for cell in rest.cells if cell in self._rows]:
            rest.subtract(self._rows[cell], rest.cells[cell])
        return rest

    def _add(self, number: int, one: Mapping[int, int]) -> None:
        rest = self._rest(one)
        if not rest.cells:
            return
        pivot = min(rest.cells, key=lambda cell: len(self._used.get(cell, ())))
        by = rest.cells[pivot]
        rest.made_of[number] = Fraction(1)
        new = Row(
            {cell: times / by for cell, times in rest.cells.items()},
            {cell: times / by for cell, times in rest.made_of.items()},
        )
        for name in list(self._used.get(pivot, ())):
            row = self._rows[name]
            before = set(row.cells)
            row.subtract(new, row.cells[pivot])
            for cell in before - row.cells.keys():
                self._used[cell].discard(name)
            for cell in row.cells.keys() - before:
                self._used.setdefault(cell, set()).add(name)
        self._rows[pivot] = new
        for cell in new.cells:
            self._used.setdefault(cell, set()).add(pivot)


@dataclass(frozen=True, slots=True)
class Row:
    """A sum of cells, and of which of the given sums it is made."""

    cells: dict[int, Fraction]
    made_of: dict[int, Fraction]

    def subtract(self, other: Row, times: Fraction) -> None:
        """Take another row away, so many times."""
        for mine, others in ((self.cells, other.cells), (self.made_of, other.made_of)):
            for key, value in others.items():
                left = mine.get(key, Fraction(0)) - times * value
                if left:
                    mine[key] = left
                else:
                    mine.pop(key, None)


def reach(span: Span, known: Knowledge, wanted: Sequence[Sum], table: Sequence[int]) -> list[int]:
    """Return a width that the range of each wanted sum has at least, found without a search.

    Each move of the span is tried from the table, forwards and backwards, as far as cells and limits
    allow. Every step of it is a table that agrees with all that is known.
    """
    moves = _matrix(list(span.moves()), known.cells)
    at = np.asarray(table, dtype=np.int64)
    limits = _matrix([one for one, _, _ in known.limits], known.cells)
    low = np.concatenate([np.zeros(known.cells, np.int64), [low for _, low, _ in known.limits]])
    high = np.concatenate([np.full(known.cells, known.cap), [high for _, _, high in known.limits]])
    value = np.concatenate([at, limits @ at])
    change = np.concatenate([moves, moves @ limits.T], axis=1)
    steps = _steps(change, high - value, value - low) + _steps(-change, high - value, value - low)
    widths = np.abs(_matrix(wanted, known.cells) @ moves.T) * steps
    return [int(one) for one in widths.max(axis=1, initial=0)]


def _steps(
    change: NDArray[np.int64], up: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return how often each change can be made before something leaves its limits."""
    most = np.full(change.shape, np.iinfo(np.int32).max, dtype=np.int64)
    np.floor_divide(up.astype(np.int64), change, out=most, where=change > 0)
    np.floor_divide(down.astype(np.int64), -change, out=most, where=change < 0)
    steps: NDArray[np.int64] = most.min(axis=1, initial=np.iinfo(np.int32).max)
    return steps


def ranges(
    known: Knowledge,
    wanted: Sequence[Sum],
    *,
    enough: int | None = None,
    table: Sequence[int] | None = None,
) -> list[Range]:
    """Return between which whole numbers each wanted sum must lie.

    Parameters
    ----------
    known
        What was published. At least one table must agree with it.
    wanted
        The sums asked for.
    enough
        Once a range is this wide, its exact ends are of no interest: it may be returned narrower
        than it is, and is never returned wider.
    table
        A table that agrees with all that is known, if there is one at hand: one value per cell.

    Raises
    ------
    ValueError
        If no table agrees with what is said to be known.

    Examples
    --------
    Two groups of 20 together, of which the first has 1 to 10:

    >>> known = Knowledge(2, (({0: 1, 1: 1}, 20),), (({0: 1}, 1, 10),))
    >>> ranges(known, [{0: 1}, {1: 1}])
    [Range(lower=1, upper=10), Range(lower=10, upper=19)]
    """
    if not wanted:
        return []
    asked = _matrix(wanted, known.cells)
    lowest, highest = _start(asked, table)
    solve = _solver(known)
    for aim in _aims(asked, lambda: highest - lowest, enough):
        found = asked @ solve(aim)
        np.minimum(lowest, found, out=lowest)
        np.maximum(highest, found, out=highest)
    return [Range(int(low), int(high)) for low, high in zip(lowest, highest, strict=True)]


def _aims(
    asked: NDArray[np.int64], widths: Callable[[], NDArray[np.int64]], enough: int | None
) -> Iterator[NDArray[np.int64]]:
    """Yield what to make small: many sums at once first, while that widens some; then each alone."""
    signs = np.random.default_rng(0)
    fruitless = 0
    while enough is not None and fruitless < PATIENCE:
        left = asked[widths() < enough]
        if not len(left):
            return
        aim = signs.choice([-1, 1], len(left)) @ left
        yield aim
        yield -aim
        fruitless = 0 if (widths() < enough).sum() < len(left) else fruitless + 1
    for number, one in enumerate(asked):
        for sign in (1, -1):
            if enough is None or widths()[number] < enough:
                yield sign * one


def _matrix(sums: Sequence[Mapping[int, int]], cells: int) -> NDArray[np.int64]:
    matrix = np.zeros((len(sums), cells), dtype=np.int64)
    for row, one in enumerate(sums):
        for cell, times in one.items():
            matrix[row, cell] = times
    return matrix


def _start(
    asked: NDArray[np.int64], table: Sequence[int] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if table is None:
        ends = np.iinfo(np.int64)
        return np.full(len(asked), ends.max // 4), np.full(len(asked), ends.min // 4)
    at = asked @ np.asarray(table, dtype=np.int64)
    return at, at.copy()


def roomy(known: Knowledge, room: int) -> list[int]:
    """Return a table that agrees with what is known, and has room at its cells and limits for moves.

    Parameters
    ----------
    known
        What was published.
    room
        More than this, below or above, is of no use.
    """
    # one more column for each cell and each limit: how much room it has, which is to be large in all
    count, limits = known.cells, len(known.limits)
    wide = Knowledge(
        count + count + limits,
        known.sums,
        (
            *known.limits,
            *(({cell: 1, count + cell: -1}, 0, 2 * known.cap) for cell in range(count)),
            *(
                ({**one, 2 * count + number: -1}, low, high)
                for number, (one, low, high) in enumerate(known.limits)
            ),
            *(
                ({**one, 2 * count + number: 1}, low, high)
                for number, (one, low, high) in enumerate(known.limits)
            ),
            *(({count + extra: 1}, 0, room) for extra in range(count + limits)),
        ),
        known.cap,
    )
    aim = np.concatenate([np.zeros(count, np.int64), np.full(count + limits, -1)])
    return [int(one) for one in _solver(wide)(aim)[:count]]


def small_set(moves: Sequence[Sum], numbers: Mapping[int, int], most: int) -> list[int]:
    """Return cells whose sum is told, and is from 1 to a limit; none if there is no such set.

    A sum is told if and only if no move changes it. Every set is considered: those that are left after
    the obvious ones are ruled out, by integer programming.

    Parameters
    ----------
    moves
        Of :meth:`Span.moves`: together they are all changes that agree with what is known.
    numbers
        Cell → its true number, of those that may be in the set.
    most
        The limit.

    Examples
    --------
    Of three cells, the sum of the first two and that of all are known:

    >>> span = Span([{0: 1, 1: 1}, {0: 1, 1: 1, 2: 1}])
    >>> small_set(list(span.moves()), {0: 3, 1: 4, 2: 50}, 10)
    [0, 1]
    >>> small_set(list(span.moves()), {0: 30, 1: 4, 2: 50}, 10)
    []
    """
    own = {cell for cell, number in numbers.items() if number <= most}
    while own:
        kept = [inside for move in moves if (inside := move.keys() & own)]
        alone = {next(iter(one)) for one in kept if len(one) == 1}
        if not alone:
            break
        own -= alone
    if not any(numbers[cell] for cell in own):
        return []
    return _small_set([move for move in moves if move.keys() & own], sorted(own), numbers, most)


def _small_set(moves: Sequence[Sum], own: list[int], numbers: Mapping[int, int], most: int) -> list[int]:
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    size = np.array([[numbers[cell] for cell in own]], dtype=float)
    kept = [LinearConstraint(csr_array(size), 1, most)]
    if moves:
        changes = np.array([[move.get(cell, 0) for cell in own] for move in moves], dtype=float)
        kept.append(LinearConstraint(csr_array(changes), 0, 0))
    ones = np.ones(len(own))
    found = milp(ones, integrality=ones, bounds=Bounds(0, 1), constraints=kept)
    return [] if found.x is None else [cell for cell, value in zip(own, found.x, strict=True) if value > 0.5]


def _solver(known: Knowledge) -> Callable[[NDArray[np.int64]], NDArray[np.int64]]:
    # only a view with something small needs it, and it takes long to import
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    sums = [one for one, _ in known.sums] + [one for one, _, _ in known.limits]
    lower = np.array([value for _, value in known.sums] + [low for _, low, _ in known.limits], dtype=float)
    upper = np.array([value for _, value in known.sums] + [high for _, _, high in known.limits], dtype=float)
    matrix = _matrix(sums, known.cells)
    kept = [] if not sums else [LinearConstraint(csr_array(matrix.astype(float)), lower, upper)]

    def solve(aim: NDArray[np.int64]) -> NDArray[np.int64]:
        found = milp(
            aim.astype(float),
            integrality=np.ones(known.cells),
            bounds=Bounds(0, known.cap),
            constraints=kept,
        )
        if found.x is None:
            raise ValueError(
                "no table agrees with what was published; check that the sums are of one data set"
            )
        table: NDArray[np.int64] = np.rint(found.x).astype(np.int64)
        at = matrix @ table
        assert (at >= lower).all(), "rounded away from what was published"
        assert (at <= upper).all(), "rounded away from what was published"
        return table

    return solve
