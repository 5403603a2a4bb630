"""Find the small numbers that a ledger gives away."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from mdli_workbook.equity.audit import Knowledge, Span, ranges, reach, roomy, small_set
from mdli_workbook.equity.figures import MISSED, REACHED, UNMEASURED, Figure, Ledger
from mdli_workbook.equity.margins import Margins
from mdli_workbook.equity.rules import CMS, Rule, is_small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mdli_workbook.equity.audit import Sum

__all__ = ["unsafe"]

SEARCHES = 400
"""If more ranges than this are doubtful they count as told: to withhold more is quicker than to search."""


def unsafe(
    ledger: Ledger, count: Callable[[Figure], int], rule: Rule = CMS
) -> dict[Figure, frozenset[Figure]]:
    """Return the small and the withheld numbers that a ledger gives away: none, if it may be shown.

    Parameters
    ----------
    ledger
        What was shown and what was withheld.
    count
        Figure → its true value.
    rule
        What is small.

    Returns
    -------
    dict
        Small number → the shown figures that it is computed from. If there is no such number: the cells of
        a sum that is computed and small, or else those whose range is narrower than the rule has it,
        with no figures named. A number that a view had
        no place for counts as well: the month between two cumulative views, or those who were not
        measured.
    """
    margins = Margins(frozenset({*ledger.shown, *ledger.withheld}), frozenset(ledger.shown))
    figures = list(ledger.shown)
    sums = [(margins.sum_of(one), ledger.shown[one]) for one in figures]
    sums += [(link, 0) for link in margins.links()]
    # where nobody is, there is nobody in any part of it
    sums += [({cell: 1}, 0) for one, value in sums[: len(figures)] if not value for cell in one]
    small = {
        one: margins.sum_of(one)
        for one in _asked(margins)
        if one not in ledger.shown and (is_small(count(one), rule) or _is_kept(one, ledger, count))
    }
    span = Span([one for one, _ in sums])
    proofs = {one: span.proof(sum_) for one, sum_ in small.items()}
    told = {
        one: frozenset(figures[number] for number in proof if number < len(figures))
        for one, proof in proofs.items()
        if proof is not None
    }
    if told:
        return told
    table = [count(one) for one, _ in margins.bases()]
    if together := _told_together(margins, span, table, rule):
        return dict.fromkeys(together, frozenset())
    if not small:
        return {}
    limits = tuple(_limits(margins, ledger, count, rule))
    known = Knowledge(len(table), tuple(sums), limits, cap=4 * max(table) + 100)
    return _narrow(span, known, small, table, rule)


def _is_kept(one: Figure, ledger: Ledger, count: Callable[[Figure], int]) -> bool:
    """Say whether it is withheld for the sake of others; if that were certain, it would tell why it was."""
    return one in ledger.withheld and count(one) > 0


def _narrow(
    span: Span,
    known: Knowledge,
    small: dict[Figure, Sum],
    table: Sequence[int],
    rule: Rule,
) -> dict[Figure, frozenset[Figure]]:
    """Return the small numbers whose range is narrower than the rule has it; cheap looks come first."""
    left = list(small)
    for at in ("true", "roomy"):
        if not left:
            return {}
        start = table if at == "true" else roomy(known, rule.width)
        widths = reach(span, known, [small[one] for one in left], start)
        left = [one for one, width in zip(left, widths, strict=True) if width < rule.width]
    if len(left) > SEARCHES:
        return dict.fromkeys(left, frozenset())
    found = ranges(known, [small[one] for one in left], enough=rule.width, table=table)
    return {one: frozenset() for one, range_ in zip(left, found, strict=True) if range_.width < rule.width}


def _told_together(margins: Margins, span: Span, table: Sequence[int], rule: Rule) -> list[Figure]:
    """Return cells of one measure and its groups whose sum is told and is small, if there are such."""
    figures = [one for one, _ in margins.bases()]
    moves = list(span.moves())
    tables: dict[tuple[str, tuple[str, ...]], dict[int, int]] = {}
    for cell, one in enumerate(figures):
        tables.setdefault((one.measure, one.dimensions), {})[cell] = table[cell]
    for numbers in tables.values():
        if found := small_set(moves, numbers, rule.most):
            return [figures[cell] for cell in found]
    return []


def _asked(margins: Margins) -> list[Figure]:
    """List every figure that a reader could look for: of each group and each period that has a name."""
    periods = {dimensions: _runs(parts) for dimensions, parts in margins.parts.items()}
    for one in margins.figures:
        periods[one.dimensions].add(one.months)
    _add_remainders(periods, margins)
    outcomes: list[tuple[str, ...]] = [(one,) for one in margins.outcomes]
    outcomes.append((REACHED, MISSED))
    if UNMEASURED in margins.outcomes:
        outcomes.append(margins.outcomes)
    return [
        Figure(measure, dimensions, group, months, some)
        for measure in margins.measures
        for dimensions, groups in margins.groups.items()
        for group, months, some in product(groups, sorted(periods[dimensions]), outcomes)
    ]


def _runs(parts: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return each part; and where there are few, each stretch of them, as two running totals would tell."""
    longest = len(parts) if len(parts) <= 8 else 1
    return {
        tuple(month for part in parts[start:end] for month in part)
        for start, end in combinations(range(len(parts) + 1), 2)
        if end - start <= longest
    }


def _add_remainders(periods: dict[tuple[str, ...], set[tuple[str, ...]]], margins: Margins) -> None:
    """Add what is left of a longer period once the shorter ones that are shown are taken away."""
    months_of: dict[tuple[object, ...], set[tuple[str, ...]]] = {}
    for one in margins.shown:
        key = (one.measure, one.dimensions, one.group, one.outcomes)
        months_of.setdefault(key, set()).add(one.months)
    for (_, dimensions, _, _), shown in months_of.items():
        for longer in shown:
            inner = {month for one in shown if set(one) < set(longer) for month in one}
            left = tuple(month for month in longer if month not in inner)
            if inner and left:
                periods[dimensions].add(left)  # type: ignore[index]


def _limits(
    margins: Margins, ledger: Ledger, count: Callable[[Figure], int], rule: Rule
) -> Iterator[tuple[Sum, int, int]]:
    """Yield what a reader may guess: which withheld numbers are small, and that all others are not."""
    small = {one for one in ledger.withheld if is_small(count(one), rule)}
    places = {(one.measure, one.dimensions, one.group, one.months) for one in small}
    vague = {(one.dimensions, one.group) for one in ledger.withheld if not count(one)}
    for one in sorted(ledger.withheld):
        if one in small:
            lowest = 0 if rule.zeros or (one.dimensions, one.group) in vague else 1
            yield margins.sum_of(one), lowest, rule.most
        elif count(one) and (one.measure, one.dimensions, one.group, one.months) not in places:
            yield margins.sum_of(one), rule.most + 1, 4 * count(one) + 1_000
