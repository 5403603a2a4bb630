"""What cohort figures were told before, so that two runs cannot be subtracted from one another.

If a mean is told today, and again after one person has withdrawn an answer, the difference is that
person's answer. So each group of people of whom a figure was told is remembered, and is told anew only
once nobody's or more than ten people's contributions in it are other ones; until then the earlier
figures stand, with their day. No answer is kept, only ids of its rows, and figures that were told.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mdli_workbook.equity.rules import is_small
from mdli_workbook.errors import InputError, Problem
from mdli_workbook.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = ["FROM", "Figure", "Kept", "People", "Release", "forget", "held", "read_kept"]
__all__ += ["texts_shown", "write_kept"]

KEPT = ".mdli/insight.json"

FROM = 5
"""From so many responses up the words of an evaluation are shown, and so many new ones at a time."""

People = dict[str, dict[str, frozenset[str]]]
"""Cohort → participant → ids of the rows that they contribute."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the figures, as it may be told.

    Parameters
    ----------
    cohort
        ``""`` for all cohorts.
    of
        The principle, statement or option; ``""`` for the whole.
    what
        What is counted or averaged, such as ``change``.
    size, number
        People, and how many of them; ``None`` where that is withheld.
    mean, deviation
        Of those, in places of the scale; ``None`` where there are none, or they are withheld.
    on
        ``YYYY-MM-DD``, the day as of which it is told.
    """

    cohort: str
    of: str
    what: str
    size: int | None
    number: int | None
    mean: float | None
    deviation: float | None
    on: str

    @property
    def withheld(self) -> bool:
        """Whether something of it is."""
        return self.size is None or self.number is None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {name: getattr(self, name) for name in self.__slots__} | {"withheld": self.withheld}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figure:
        """Read what :meth:`as_json` wrote."""
        return cls(**{name: data[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Release:
    """Figures that were told together.

    Parameters
    ----------
    block
        Which: ``session/exercise``.
    people
        Of whom.
    figures
        What was told.
    """

    block: str
    people: People
    figures: tuple[Figure, ...]

    def told(self) -> set[frozenset[str]]:
        """Return the sets of cohorts whose sums a reader knows: each that was shown, and the rest of all."""
        found: set[frozenset[str]] = set()
        for key in {(one.of, one.what) for one in self.figures}:
            rows = [one for one in self.figures if (one.of, one.what) == key]
            shown = {one.cohort for one in rows if one.size}  # of nobody, nothing was told
            found |= {frozenset({one}) for one in shown - {""}}
            if "" in shown:
                found.add(frozenset(self.people.keys() - shown))
        return found - {frozenset()}

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, the same for the same release."""
        people = {
            cohort: {who: sorted(rows) for who, rows in sorted(ones.items())}
            for cohort, ones in sorted(self.people.items())
        }
        return {"block": self.block, "people": people, "figures": [one.as_json() for one in self.figures]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], person: Callable[[str], str]) -> Release:
        """Read what :meth:`as_json` wrote; `person` gives the id by which somebody is called now."""
        people = {
            cohort: {person(who): frozenset(rows) for who, rows in ones.items()}
            for cohort, ones in data["people"].items()
        }
        return cls(data["block"], people, tuple(map(Figure.from_json, data["figures"])))


@dataclass(frozen=True, slots=True)
class Kept:
    """All that was told so far.

    Parameters
    ----------
    key
        Random; decides the order in which words are shown, which says nothing of who wrote them.
    releases
        In the order in which they were told.
    texts
        ``session/exercise`` → cohort → ids of the rows whose words were shown last.
    """

    key: str
    releases: tuple[Release, ...] = ()
    texts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, block: str) -> tuple[Release, ...]:
        """Return the releases of a block."""
        return tuple(one for one in self.releases if one.block == block)

    def with_release(self, release: Release) -> Kept:
        """Add a release, if it told anything that none of the same people told before."""
        again = any(
            one.people == release.people and one.told() >= release.told() for one in self.of(release.block)
        )
        return self if again or not release.told() else replace(self, releases=(*self.releases, release))

    def with_texts(self, exercise: str, cohort: str, rows: Sequence[str]) -> Kept:
        """Note the words that are shown."""
        of_it = {**self.texts.get(exercise, {}), cohort: tuple(sorted(rows))}
        return replace(self, texts={**self.texts, exercise: of_it})

    def without(self, ids: Iterable[str]) -> Kept:
        """Forget who somebody was; that they were counted stays, or the next run would tell their answer."""
        gone = set(ids)
        return replace(self, releases=tuple(_nameless(one, gone) for one in self.releases))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        texts = {one: {cohort: list(rows) for cohort, rows in of.items()} for one, of in self.texts.items()}
        return {"key": self.key, "releases": [one.as_json() for one in self.releases], "texts": texts}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], person: Callable[[str], str] = str) -> Kept:
        """Read what :meth:`as_json` wrote."""
        texts = {
            one: {cohort: tuple(rows) for cohort, rows in of.items()} for one, of in data["texts"].items()
        }
        return cls(data["key"], tuple(Release.from_json(one, person) for one in data["releases"]), texts)


def _nameless(release: Release, gone: set[str]) -> Release:
    people: People = {}
    for cohort, ones in release.people.items():
        people[cohort] = {who: rows for who, rows in ones.items() if who not in gone}
        for _ in ones.keys() & gone:
            token = secrets.token_hex(16)
            people[cohort][token] = frozenset({token})
    return replace(release, people=people)


def held(earlier: Iterable[Release], people: People) -> frozenset[str]:
    """Return the cohorts that must not be told anew: a difference to what was told is that of a few.

    Parameters
    ----------
    earlier
        All releases of one block.
    people
        Who would be counted now.

    Examples
    --------
    >>> row = Figure("spring", "", "mean", 12, 12, 3.5, 0.4, "2026-03-01")
    >>> before = {"spring": {f"p{n}": frozenset({str(n)}) for n in range(12)}}
    >>> after = {"spring": {who: rows for who, rows in before["spring"].items() if who != "p3"}}
    >>> sorted(held([Release("6/again", before, (row,))], after))
    ['spring']
    """
    return frozenset(
        cohort
        for one in earlier
        for cohorts in one.told()
        if is_small(sum(_differ(one.people, people, cohort) for cohort in cohorts))
        for cohort in cohorts
    )


def _differ(before: People, after: People, cohort: str) -> int:
    """Count the people of a cohort whose contribution came, went or is another one."""
    old, new = before.get(cohort, {}), after.get(cohort, {})
    return sum(old.get(who) != new.get(who) for who in old.keys() | new.keys())


def texts_shown(kept: Kept, exercise: str, cohort: str, rows: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the rows whose words are shown, in an order that says nothing of their writers.

    From five responses up, and then five new ones at a time: the sixth alone would be the one of whoever
    answered last. What was withdrawn or changed is gone at once.

    Parameters
    ----------
    kept
        What was shown before.
    exercise, cohort
        Of which words.
    rows
        Ids of the rows that may be read now.
    """
    now = set(rows)
    shown = now & set(kept.texts.get(exercise, {}).get(cohort, ()))
    if len(now - shown) >= FROM:
        shown = now
    return () if len(shown) < FROM else tuple(sorted(shown, key=lambda row: _place(kept.key, row)))


def _place(key: str, row: str) -> str:
    return hmac.new(key.encode(), row.encode(), hashlib.sha256).hexdigest()


def read_kept(folder: Path, person: Callable[[str], str]) -> Kept:
    """Return what was told so far of a program; `person` gives the id by which somebody is called now.

    Raises
    ------
    InputError
        If the file was changed by hand and cannot be read.
    """
    path = folder / KEPT
    if not path.exists():
        return Kept(secrets.token_hex(16))
    try:
        return Kept.from_json(json.loads(path.read_text("utf-8")), person)
    except (ValueError, KeyError, TypeError, AttributeError):
        message = (
            "cannot be read; put a backup in its place: without it, two runs may tell one person's answer"
        )
        raise InputError([Problem(KEPT, 0, message)]) from None


def write_kept(folder: Path, kept: Kept, scratch: Path) -> None:
    """Keep it, whole, where only this account may read; `scratch` is the lock's."""
    text = json.dumps(kept.as_json(), sort_keys=True) + "\n"
    write_whole(folder / KEPT, text, mode=0o600, scratch=scratch)


def forget(folder: Path, ids: Iterable[str], scratch: Path) -> None:
    """Forget, at the end of retention, who somebody was (all their ids); needs the program's lock."""
    if (folder / KEPT).exists():
        write_kept(folder, read_kept(folder, str).without(ids), scratch)
