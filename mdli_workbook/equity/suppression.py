"""Withhold small numbers, and what would give them away.

The rule of the Centers for Medicare and Medicaid Services: no number of patients from 1 to 10 is
shown, and nothing from which one could be computed. A zero may be shown. A percentage with its
denominator tells the numerator *and* who was left out, so both count.

:func:`hide` chooses what else must be withheld, given all that was shown before. It withholds until
:mod:`.audit` finds that each small number may still be any of several, even for a reader who knows
which of the withheld numbers are small.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from mdli_workbook.equity.audit import Knowledge, Sum, ranges
from mdli_workbook.equity.leaks import unsafe
from mdli_workbook.equity.lines import Line, Show, allowed, figures_of, key_of
from mdli_workbook.equity.rules import CMS, MOST, Rule, is_small

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mdli_workbook.equity.figures import Figure, Ledger

__all__ = [
    "CMS",
    "MOST",
    "Line",
    "Rule",
    "Show",
    "complementary_suppression_property",
    "figures_of",
    "hide",
    "is_small",
    "primary_suppression_cms",
    "primary_suppression_cms_rate",
    "unsafe",
]


Rows = dict[str | None, list[Line]]
"""The lines of each group; ``None`` for those of all patients."""
Levels = dict[str | None, Show]


def hide(
    lines: Sequence[Line], count: Callable[[Figure], int], before: Ledger, rule: Rule = CMS
) -> dict[Line, Show]:
    """Decide how much of each line may be shown, after what was shown before.

    Parameters
    ----------
    lines
        All lines of a view, its totals among them. Every patient is in one group of each dimension.
    count
        Figure → its true value.
    before
        What was shown of the same data. It leaks nothing by itself if this function made it.
    rule
        What is small.

    Returns
    -------
    dict
        Line → what may be shown. A group (of crossed dimensions, one of the first) is treated alike in
        all its lines: a gap in one month would tell that month. Companions are chosen by size alone,
        smallest first, so that the choice says nothing of how a group fares. If nothing else helps, all
        of the view is withheld.
    """
    rows = _rows(lines)
    levels = {key: allowed(own, count, before, rule) for key, own in rows.items()}
    while levels[None]:
        level = _exposed(rows, levels, count, before, rule)
        if level is None:
            shown = {line: levels[key] for key, own in rows.items() for line in own}
            told = unsafe(_after(shown, count, before), count, rule)
            if not told:
                return shown
            level = _lower_told(rows, levels, told)
        if level is not None:
            _lower_companion(rows, levels, level, count, before)
        _drop_few(rows, levels, count, rule)
    return dict.fromkeys(lines, Show.NOTHING)


def _after(shown: dict[Line, Show], count: Callable[[Figure], int], before: Ledger) -> Ledger:
    told: list[Figure] = []
    kept: list[Figure] = []
    for line, show in shown.items():
        open_, closed = figures_of(line, show)
        told += open_
        kept += closed
    return before.with_view({one: count(one) for one in told}, kept)


def _rows(lines: Sequence[Line]) -> Rows:
    rows: Rows = {}
    for line in lines:
        rows.setdefault(key_of(line.size), []).append(line)
    return rows


def _exposed(
    rows: Rows, levels: Levels, count: Callable[[Figure], int], before: Ledger, rule: Rule
) -> Show | None:
    """Return how far one more group must go down so that totals tell nothing, period by period: no proof."""
    for level, names in ((Show.NOTHING, ("size",)), (Show.SIZE, ("part", "rest"))):
        hidden = [own for key, own in rows.items() if key is not None and levels[key] <= level]
        shown = [own for key, own in rows.items() if key is not None and levels[key] > level]
        for name, total in product(names, rows.get(None, ()) if hidden else ()):
            if levels[None] <= level and getattr(total, name) not in before.shown:
                continue
            numbers = [_number(own, name, total.size.months, count) for own in hidden]
            filled = [size for own in shown if (size := _size(own, count))]
            single = name == "size" and len(rows[None]) == 1
            least = min(filled) if single and filled else None
            if len(hidden) == 1 or _tells(numbers, rule.room, least, rule):
                return level
    return None


def _tells(numbers: Sequence[int], room: int, least: int | None, rule: Rule) -> bool:
    """Say whether the sum of withheld numbers is too small, or too large, to hide them.

    Only what a reader sees too decides: their sum, how many there are, and the smallest number that is
    shown (``least``), which none of them exceeds. Whoever replays the choice learns little from it.
    """
    whole = sum(numbers)
    if whole < room:
        return whole > 0
    return least is not None and whole - least * (sum(map(bool, numbers)) - 1) > rule.most - rule.width


def _number(own: Sequence[Line], name: str, months: tuple[str, ...], count: Callable[[Figure], int]) -> int:
    return sum(count(getattr(line, name)) for line in own if line.size.months == months)


def _size(own: Sequence[Line], count: Callable[[Figure], int]) -> int:
    return sum(count(line.size) for line in own)


def _lower_told(rows: Rows, levels: Levels, told: Mapping[Figure, frozenset[Figure]]) -> Show | None:
    """Withhold more of the groups of whose own numbers one is told; else say what companions are for."""
    lines = next(iter(rows.values()))
    mine = {
        key
        for one in told
        if (key := key_of(one)) in rows
        and key is not None
        and levels[key]
        and one.measure == lines[0].size.measure
        and one.dimensions[:1] == lines[0].size.dimensions[:1]
    }
    for key in mine:
        levels[key] = Show(levels[key] - 1)
    if mine:
        return None
    return Show.SIZE if all(len(one.outcomes) == 1 for one in told) else Show.NOTHING


def _lower_companion(
    rows: Rows, levels: Levels, level: Show, count: Callable[[Figure], int], before: Ledger
) -> None:
    """Withhold one more group, or all patients if no group is left."""
    groups = [key for key, one in levels.items() if key is not None and one]
    left = [key for key in groups if levels[key] > level] or groups
    filled = [key for key in left if _size(rows[key], count)]
    chosen = min(filled, key=lambda key: _cost(rows[key], count, before)) if filled else None
    levels[chosen] = min(level, Show(levels[chosen] - 1))


def _drop_few(rows: Rows, levels: Levels, count: Callable[[Figure], int], rule: Rule) -> None:
    """Withhold a size too if it has no room for two small numbers: both could be told from it."""
    for key, own in rows.items():
        if levels[key] is Show.SIZE and any(0 < count(line.size) < rule.room for line in own):
            levels[key] = Show.NOTHING


def _cost(own: Sequence[Line], count: Callable[[Figure], int], before: Ledger) -> tuple[bool, bool, int]:
    """What was withheld before first, then the smallest; who were all reached, or all missed, come last."""
    again = any(one in before.withheld for line in own for one in (line.size, line.part))
    one_sided = not all(sum(map(count, parts)) for parts in ([x.part for x in own], [x.rest for x in own]))
    return (not again, one_sided, _size(own, count))


def primary_suppression_cms(counts: Sequence[int], most: int = CMS.most) -> dict[str, list[bool]]:
    """Say which numbers of patients the rule of the CMS withholds by themselves.

    Parameters
    ----------
    counts
        Numbers of patients, any length.
    most
        The largest that is withheld.

    Examples
    --------
    >>> primary_suppression_cms([0, 1, 10, 11])
    {'suppressed': [False, True, True, False]}
    """
    return {"suppressed": [is_small(count, Rule(most)) for count in counts]}


def primary_suppression_cms_rate(
    numerator: Sequence[int], denominator: Sequence[int], most: int = CMS.most
) -> dict[str, list[Any]]:
    """Say which rates that rule withholds: a rate with its denominator tells who was left out, too.

    Parameters
    ----------
    numerator, denominator
        Of each rate, of equal length.
    most
        The largest number that is withheld.

    Examples
    --------
    >>> primary_suppression_cms_rate([93, 40], [100, 51])
    {'rate_suppressed': [True, False], 'why': ['complement is 7', 'numerator 40, complement 11']}
    """
    pairs = list(zip(numerator, denominator, strict=True))
    for part, whole in pairs:
        if not 0 <= part <= whole:
            raise ValueError(f"{part} of {whole} cannot be; a numerator is from 0 to its denominator")
    rule = Rule(most)
    suppressed = [any(is_small(one, rule) for one in (part, whole - part, whole)) for part, whole in pairs]
    return {"rate_suppressed": suppressed, "why": [_why(part, whole - part, rule) for part, whole in pairs]}


def _why(part: int, rest: int, rule: Rule) -> str:
    if part == 0 or is_small(part, rule):
        return f"numerator is {part}"
    if rest == 0 or is_small(rest, rule):
        return f"complement is {rest}"
    return f"numerator {part}, complement {rest}"


def complementary_suppression_property(  # noqa: PLR0913, PLR0917 - the names of the reference cases
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    primary_max: int = CMS.most,
    zeros_protected: bool = False,  # noqa: FBT001, FBT002
    margins_published: bool = True,  # noqa: FBT001, FBT002
) -> dict[str, Any]:
    """Withhold small cells of a table of two dimensions, and others until none can be computed.

    Parameters
    ----------
    rows, columns
        Names; only their number matters.
    counts
        Rows by columns, numbers of patients.
    primary_max
        The largest number that is withheld.
    zeros_protected
        Whether zeros are withheld as well; where not, they are no companions either.
    margins_published
        Whether the sums of rows and columns are shown.

    Returns
    -------
    dict
        ``primary`` and ``reference_pattern``, rows by columns, 1 where withheld (the second with
        companions), and ``property``, which says whether it holds. Other patterns may be as good.
        Where no pattern holds, all cells are withheld, and ``property`` says that the margins must be too.

    Examples
    --------
    >>> found = complementary_suppression_property("ab", "xy", [[3, 20], [30, 40]])
    >>> found["reference_pattern"]
    [[1, 1], [1, 1]]
    """
    width = len(columns)
    if len(counts) != len(rows) or any(len(row) != width for row in counts):
        raise ValueError(f"counts are not {len(rows)} rows of {width} columns")
    table = [count for row in counts for count in row]
    rule = Rule(primary_max, zeros_protected, width=1)
    primary = {cell for cell, count in enumerate(table) if is_small(count, rule)}
    hidden = set(primary)
    lines = [{row * width + column: 1 for column in range(width)} for row in range(len(rows))]
    lines += [{row * width + column: 1 for row in range(len(rows))} for column in range(width)]
    sums = lines if margins_published else []
    while told := _told(sums, table, hidden, rule):
        if not (companion := _companion(sums, table, hidden, told, rule)):
            break
        hidden |= companion
    return {
        "primary": _grid(primary, len(rows), width),
        "reference_pattern": _grid(hidden, len(rows), width),
        "property": UNTOLD if not told else "a hidden cell can be told from the margins: withhold these too",
    }


UNTOLD = "every primary cell hidden; no hidden cell has a unique solution from the margins"


def _grid(cells: set[int], rows: int, width: int) -> list[list[int]]:
    return [[int(row * width + column in cells) for column in range(width)] for row in range(rows)]


def _told(lines: Sequence[Sum], table: Sequence[int], hidden: set[int], rule: Rule) -> list[int]:
    """Return the hidden cells whose value is certain."""
    wanted: list[Sum] = [{cell: 1} for cell in sorted(hidden)]
    known = Knowledge(
        len(table),
        tuple((line, sum(table[cell] for cell in line)) for line in lines)
        + tuple(({cell: 1}, table[cell]) for cell in range(len(table)) if cell not in hidden),
        cap=sum(table) + 1,
    )
    found = ranges(known, wanted, enough=rule.width, table=table)
    return [cell for cell, one in zip(sorted(hidden), found, strict=True) if one.width < rule.width]


def _companion(
    lines: Sequence[Sum], table: Sequence[int], hidden: set[int], told: Sequence[int], rule: Rule
) -> set[int]:
    """Choose the smallest cell beside one that is told, from the line with the fewest hidden."""
    own = [line for line in lines if not line.keys().isdisjoint(told)]
    for line in sorted(own, key=lambda line: len(hidden & line.keys())):
        left = [one for one in line if one not in hidden and (table[one] or rule.zeros)]
        if left:
            return {min(left, key=lambda one: table[one])}
    return set()
