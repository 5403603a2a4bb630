"""Pieces of HTML that the static views share. Whatever a person wrote passes through here.

Views carry classes and no styles, ids or scripts, so that a page may forbid all inline code.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdli_workbook.briefing import Meeting
    from mdli_workbook.curriculum import Exercise

__all__ = [
    "day",
    "heading",
    "in_words",
    "joined",
    "line",
    "nothing",
    "often",
    "part",
    "plural",
    "say",
    "section",
    "when",
    "words",
]


def heading(exercise: Exercise) -> str:
    """Return an exercise's title, or its id as words where its author gave none."""
    return exercise.title or in_words(exercise.id)


def in_words(name: str) -> str:
    """Return an id or a field's name as words.

    Examples
    --------
    >>> in_words("saw_and_heard"), in_words("understand-myself")
    ('Saw and heard', 'Understand myself')
    """
    spaced = name.replace("_", " ").replace("-", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def joined(pieces: Iterable[Markup]) -> Markup:
    """Put pieces one below the other."""
    return Markup("\n").join(pieces)


def section(exercise: Exercise, body: Markup) -> Markup:
    """Frame the view of one exercise: its title, what was asked, and the answer."""
    prompt = Markup('<div class="mdli-prompt">{}</div>\n').format(words(exercise.prompt))
    return Markup(
        '<section class="mdli-view mdli-view-{}">\n<h3 dir="auto">{}</h3>\n{}{}\n</section>'
    ).format(exercise.kind, heading(exercise), prompt if exercise.prompt else Markup(), body)


def part(name: str, title: str, body: Markup) -> Markup:
    """Frame a part of a report's front page."""
    return Markup('<section class="mdli-part mdli-part-{}"><h2>{}</h2>\n{}\n</section>').format(
        name, title, body
    )


def when(meeting: Meeting) -> str:
    """Say when a call is, where the coach is; or in which days, while no time is agreed."""
    first, last = (say(one.isoformat()) for one in meeting.window)
    if meeting.starts_at is None:
        return f"no time agreed yet; between {first} and {last}"
    at = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    return f"{say(at.date().isoformat())}, {at:%H:%M} {at.tzname()}"


def say(iso: str) -> str:
    """Say a date in words, without a tag.

    Examples
    --------
    >>> say("2026-03-04")
    '4 March 2026'
    """
    return str(day(iso).striptags())


def nothing(said: str = "Nothing written yet.") -> Markup:
    """Say that there is no answer."""
    return Markup('<p class="mdli-empty">{}</p>').format(said)


def words(text: str) -> Markup:
    r"""Show what a person wrote, keeping paragraphs and line breaks.

    Examples
    --------
    >>> print(words("They <waited>.\nLong.\n\nI left."))
    <p dir="auto">They &lt;waited&gt;.<br>Long.</p>
    <p dir="auto">I left.</p>
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", plain) if plain else []
    return joined(Markup('<p dir="auto">{}</p>').format(line(one)) for one in paragraphs)


def line(text: str) -> Markup:
    """Escape what a person wrote, with its line breaks, for a place that holds no paragraphs."""
    return Markup("<br>").join(escape(one) for one in text.split("\n"))


def day(iso: str) -> Markup:
    """Show a date as people say it, the same in every locale.

    Examples
    --------
    >>> print(day("2026-03-04"))
    <time datetime="2026-03-04">4 March 2026</time>
    """
    try:
        at = date.fromisoformat(iso)
    except ValueError:  # not set yet, or typed while the field was of another type
        return escape(iso)
    return Markup('<time datetime="{}">{} {} {}</time>').format(iso, at.day, _MONTHS[at.month - 1], at.year)


_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def plural(count: float, one: str) -> str:
    """Count things in words.

    Examples
    --------
    >>> plural(1, "visit"), plural(3, "entry"), plural(2, "day")
    ('1 visit', '3 entries', '2 days')
    """
    if count == 1:
        return f"{count} {one}"
    ends_in_y = one.endswith("y") and one[-2:-1] not in set("aeiou")
    return f"{count} {one[:-1]}ies" if ends_in_y else f"{count} {one}s"


def often(count: int) -> str:
    """Say how many times.

    Examples
    --------
    >>> often(1), often(2), often(3)
    ('once', 'twice', '3 times')
    """
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
