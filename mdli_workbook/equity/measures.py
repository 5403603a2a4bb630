"""The registry: every measure under its name, called with keys and telling keys.

For whoever has a name and inputs as JSON. Python calls the functions themselves, which take plain
arrays and return records.
"""

from __future__ import annotations

from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Any

from mdli_workbook.equity.by_name import of_charts, of_counts, of_groups, rules, standardised
from mdli_workbook.equity.by_name.keys import KEYS, read_key
from mdli_workbook.errors import MeasureRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mdli_workbook.equity.by_name.telling import Measure

__all__ = ["MEASURES", "evaluate"]

MEASURES: dict[str, Measure] = {
    **of_groups.MEASURES,
    **of_counts.MEASURES,
    **standardised.MEASURES,
    **of_charts.MEASURES,
    **rules.MEASURES,
}


def evaluate(measure: str, inputs: Mapping[str, object]) -> dict[str, Any]:
    """Evaluate one measure by its name.

    Parameters
    ----------
    measure
        A name of :data:`MEASURES`; the documentation has a heading for each.
    inputs
        Key → number, word, list or ``None``, which is as if the key were missing. Lists are of one
        length, a place in them is one group, month or age band.

    Returns
    -------
    dict
        Key → plain numbers, words and lists, as JSON has them: never NaN, never endless. What
        cannot be estimated is ``None``, with the reason in ``state`` and the rule in ``note``.

    Raises
    ------
    MeasureRefused
        If there is no such measure, or with all that is wrong with its inputs.

    Examples
    --------
    >>> found = evaluate("wilson_interval", {"numerator": 65, "denominator": 100, "confidence": 0.95})
    >>> found["value"], round(found["lower"], 4), round(found["upper"], 4)
    (0.65, 0.5525, 0.7364)
    """
    if measure not in MEASURES:
        raise MeasureRefused(f"there is no measure {measure!r}{_near(measure, MEASURES)}")
    known = MEASURES[measure]
    given: dict[str, Any] = {}
    problems = [*_misspelt(inputs), *_missing(known, inputs)]
    for key in (*known.needs, *known.may):
        if inputs.get(key) is not None and key not in given:
            try:
                given[key] = read_key(key, inputs[key])
            except ValueError as problem:
                problems.append(f"{key} {problem}")
    problems += _unaligned(given)
    if problems:
        raise MeasureRefused(f"{measure}: {'; '.join(problems)}")
    try:
        return {key: _plain(value) for key, value in known.call(given).items()}
    except ValueError as problem:
        raise MeasureRefused(f"{measure}: {problem}") from problem


def _near(word: str, words: Mapping[str, object]) -> str:
    near = get_close_matches(word, words, n=3) or [one for one in words if word and word in one]
    return f"; near it are {', '.join(near)}" if near else "; the documentation lists them all"


def _misspelt(inputs: Mapping[str, object]) -> Iterator[str]:
    for key in inputs:
        if key not in KEYS:
            yield f"{key} is no key of any measure{_near(str(key), KEYS)}"


def _missing(measure: Measure, inputs: Mapping[str, object]) -> Iterator[str]:
    for key in measure.needs:
        if inputs.get(key) is None:
            yield f"{key} is missing"


LISTS_OF_THEIR_OWN = {"confidence", "at_denominator", "exclude_index", "rows", "columns", "counts"}


def _unaligned(given: Mapping[str, object]) -> Iterator[str]:
    """Name the lists that are not as long as the first."""
    lengths = {
        key: len(value)
        for key, value in given.items()
        if isinstance(value, list) and key not in LISTS_OF_THEIR_OWN
    }
    if len(set(lengths.values())) > 1:
        yield "lists differ in length: " + ", ".join(f"{key} has {one}" for key, one in lengths.items())


def _plain(value: Any) -> Any:
    """Return lists for tuples, and nothing for a number that is none."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
