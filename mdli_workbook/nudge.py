"""A nudge before something is shared: what looks as if it named somebody, and why.

Rules and word lists, run on this machine: nothing is sent, kept or logged, and nothing is
blocked. People are found by their title, by a given name, or by a capital where English has
none; numbers by their shape or by the word before them. A name in a script without capitals is
found by a title only.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from mdli_workbook.familiar_words import (
    ALSO_WORDS,
    AUTHORS,
    BEFORE_PLACES,
    EPONYMS,
    GIVEN,
    HARMLESS,
    KINDS_OF_THING,
    NOT_A_DOCTOR,
    OPENERS,
    SPOKE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MOST", "WHY", "Nudge", "nudges"]

MOST = 200
"""At most so many are told of one text; who has read these has read the text."""

WHY = {
    "e-mail": "looks like an e-mail address",
    "social-security": "looks like a social security number",
    "birth-date": "looks like a date of birth",
    "record-number": "looks like the number of a record, an account or a person",
    "phone": "looks like a phone number",
    "address": "looks like an address",
    "room": "looks like the number of a room or a bed",
    "number": "is a long number, which may belong to somebody",
    "role": "tells of a role that only one person may have",
    "name": "looks like a person's name",
}
"""Kind → why, in words that go on from *This*."""

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)"
)
_LABEL = (
    r"(?:MRN|CSN|NPI|(?:(?:medical )?record|chart|patient|account|acct|member|policy|claim|visit|encounter"
    r"|case|insurance|licen[cs]e|plate|passport|badge|registration|hospital|file)"
    r"(?: (?:member|plate|record))?(?: ?(?:number|num|no\b\.?|nr\.?|id|#|plate)){1,2})"
)
_STREET = "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Way|Terrace|Circle"
_STREET += "|Square|Highway|Hwy|Parkway|Pkwy|Trail|Alley|Row"
_COUNTED = r"times|minutes|min|hours|people|patients|years|weeks|days|nights|percent|am|pm|[ap]\.m"
_WORK = (
    r"(?:interpreter|physician|doctor|surgeon|nurse|midwife|scribe|resident|fellow|intern|pharmacist|therapist"
    r"|counselor|psychologist|chaplain|navigator|assistant|receptionist|technician|paramedic|dentist"
    r"|student|director"
    r"|[a-z]{4,14}(?:ologist|iatrist|iatrician))"
)
_KIN = r"(?:wife|husband|spouse|partner|son|daughter|child|mother|father|brother|sister|widow|widower)"
_OFFICE = (
    r"(?:mayor|sheriff|judge|governor|senator|principal|superintendent|pastor|priest|imam|rabbi|bishop"
    r"|chancellor|president|congresswoman|congressman|fire chief|police chief|ceo|chief executive)"
)

_SHAPES = {
    "e-mail": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}",
    "social-security": r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"
    r"|(?i:\b(?:ssn|social security)(?: number| no\.?| #)?:? (?:is )?)\d{3}[- ]?\d{2}[- ]?\d{4}\b",
    "birth-date": r"(?i:\b(?:born|birth ?da(?:te|y)|date of birth|dob|d\.o\.b\.?)"
    rf"(?: (?:is|was|on|in|as)|:){{0,3}},? ?{_DATE})",
    "record-number": rf"(?i:\b{_LABEL}:?,?(?: is| was)?:? ?#? ?)"
    r"(?:[A-Za-z]{1,4}[ -]?)?\d[\d-]{2,20}(?!\w)"
    r"|(?i:\b(?:chart|record|account|case)) #?\d[\d-]{4,20}(?!\w)",
    "phone": r"(?<![\w.,/$€£-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![\w-])"
    r"|(?<![\w.,/$€£-])\d{3}-\d{4}(?![\w-])|(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,5}(?!\w)",
    "address": r"(?<![\w$€£.,:/-])\d{1,5}[A-Za-z]? (?:[NSEW]\.? )?"
    rf"(?:[^\W\d_a-z][\w'\u2019.-]{{0,30}} ){{1,3}}(?:{_STREET})\b"
    r"(?:\.?,? (?i:apt|apartment|unit|suite|#)\.? ?#?\w{1,6})?"
    r"|(?<![\w$€£.,:/-])\d{1,5} [a-z]{3,20} (?:street|avenue|ave|road|boulevard|blvd|lane)\b"
    r"|(?i:\bp\. ?o\. ?box|\bpo box) ?#?\d{1,6}"
    r"|\b\w{2,30}(?:straße|strasse|gasse|allee|platz) \d{1,4}\b"
    r"|\b\d{1,4},? (?:bis )?(?i:rue|calle|via|avenida|rua) \w{2,20}"
    r"|\b(?:Rue|Calle|Via|Avenida|Rua) [\w .]{2,30} \d{1,4}\b",
    "room": r"(?i:\b(?:room|rm\.?|bed|bay|cubicle|bassinet) ?#?(?:number |no\.? )?)"
    rf"(?:\d{{1,4}}(?:-?[A-Za-z])?|[A-Z]-?\d{{1,4}})\b(?! ?(?:(?:{_COUNTED})\b|%)|[:.,]?\d)",
    "number": r"(?<![\w$€£.,/-])(?!(?:19|20)\d\d-(?:(?:19|20)\d\d|\d\d-\d\d)(?!\d))"
    r"\d(?:-?\d){6,30}(?![\w%]|[.,/]\d)",
    "role": r"(?i:\b(?<!not )(?<!be )(?:the|our|my|his|her|their) (?:only|one|sole)"
    rf" (?:[\w-]{{2,20}} ){{0,2}}{_WORK}\b)"
    rf"|(?i:\b(?<!not )(?<!be )the only (?:[\w-]{{2,20}} )?(?:man|woman|one) (?:in|on|at) )"
    rf"|(?i:\b{_KIN} of (?:the|our|a) (?:[\w-]{{2,20}} )?{_OFFICE}\b|\b{_OFFICE}['\u2019]s {_KIN}\b)",
}
_NEAR = 80
_CLUES = dict.fromkeys(_SHAPES, re.compile(r"\d+")) | {
    "e-mail": re.compile("@+"),
    "role": re.compile(f"only |one |sole |{_OFFICE[3:-1]}"),
}
_FOUND = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}

_PARTICLES = "van|von|der|den|de|del|della|la|le|al|el|bin|ibn|da|das|dos|di|du|ter|ten"
_TITLED = re.compile(
    r"(?:Dr|dr|Mrs|mrs|Mr|mr|Ms|ms|Mx|mx|Prof|prof)(?:\. ?| )"
    rf"((?:(?:{_PARTICLES}) ){{0,3}})([^\W\d_][\w\u0300-\u036f'\u2019-]{{0,60}}\.?)"
    r"|(?:Doctor|Professor|Nurse|Sister|Brother|Father|Mother|Pastor|Reverend|Rabbi|Imam|Chaplain|Officer"
    r"|Judge|Senator|Mayor|Captain|Sergeant|Miss|Aunt|Uncle|Frau|Herr|Madame|Señora?) ()"
    r"([^\W\d_a-z][\w\u0300-\u036f'\u2019-]{0,60})"
)
_CAPITAL = "[A-Z" + "".join(chr(one) for one in range(0xC0, 0x530) if chr(one).isupper()) + "]"
_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f]*(?:['\u2019-][^\W\d_][\w\u0300-\u036f]*)*")
_GROUP = re.compile(
    rf"{_CAPITAL}(?<!\w.)[\w\u0300-\u036f'\u2019-]*"
    r"(?:(?:(?<=\bSt)\.|(?<=\bMt)\.|(?<=\b[A-HJ-Z])\.)? "
    rf"(?:(?:{_PARTICLES}) ){{0,3}}{_CAPITAL}[\w\u0300-\u036f'\u2019-]*)*"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_AFTER = re.compile(r" ([^\W\d_]+)")
_ENDING = re.compile(r"['\u2019](?:s|m|d|ve|ll|re|t)$")
_OPENING = frozenset('.!?:\n"“”„«(*•\u2013\u2014')
_ABSTRACT = ("s", "ology", "ing", "ment", "tion", "ship", "ity", "ness", "ance", "ence", "ry", "ics")


@dataclass(frozen=True, slots=True)
class Nudge:
    """One place in a text that may tell who somebody is. It does not hold the text.

    Parameters
    ----------
    start, end
        Where it stands, counted in characters.
    kind
        A key of :data:`WHY`.
    why
        The reason, in words.
    """

    start: int
    end: int
    kind: str
    why: str


def nudges(text: str) -> tuple[Nudge, ...]:
    """Return what in a text may tell who somebody is, in order, without overlaps.

    Examples
    --------
    >>> text = "Dr. Okoro called me at 312-555-0147."
    >>> [(text[one.start : one.end], one.why) for one in nudges(text)]
    [('Dr. Okoro', "looks like a person's name"), ('312-555-0147', 'looks like a phone number')]
    >>> nudges("On Monday the HIV clinic had 41 open charts.")
    ()
    """
    found = [span for kind in _FOUND for span in islice(_shaped(text, kind), MOST)]
    found += [(start, end, "name") for start, end in islice(_titled(text), MOST)]
    found += [(start, end, "name") for start, end in islice(_named(text), MOST)]
    apart: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end, kind))
        elif kind == apart[-1][2]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]), kind)
    return tuple(Nudge(start, end, kind, WHY[kind]) for start, end, kind in apart[:MOST])


def _shaped(text: str, kind: str) -> Iterator[tuple[int, int, str]]:
    """Yield what has the shape of a kind, looking only around its clues: most text has none."""
    for start, end in _around(text, _CLUES[kind]):
        for match in _FOUND[kind].finditer(text, start, end):
            yield match.start(), match.end(), kind


def _around(text: str, clue: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = end = 0
    for match in clue.finditer(text):
        if match.start() - _NEAR > end:
            if end:
                yield start, end
            start = match.start() - _NEAR
        end = match.end() + _NEAR
    if end:
        yield max(start, 0), end


def _titled(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLED.finditer(text):
        if text[max(0, match.start() - 1) : match.start()].isalnum():
            continue  # the end of another word
        name = match[2] or match[4]
        plain = _plain(name.rstrip("."))
        if match[4] and (plain in HARMLESS or plain in OPENERS):
            continue  # Nurse Manager, Father and I
        small = name[0].islower() and (plain in OPENERS or plain in SPOKE or "." not in match[0])
        if plain not in NOT_A_DOCTOR and not small:
            ends = match.end() - (len(name) > 2 and name.endswith("."))
            yield match.start(), ends


def _named(text: str) -> Iterator[tuple[int, int]]:
    there = set(_LETTERS.findall(text))
    for name in sorted((GIVEN - ALSO_WORDS) & there):
        yield from (match.span() for match in re.finditer(rf"(?<!\w){name}(?!\w)", text))
    for match in _GROUP.finditer(text):
        yield from _people(text, match, there)


def _people(text: str, match: re.Match[str], there: set[str]) -> Iterator[tuple[int, int]]:
    """Yield where a run of words with capitals names somebody."""
    group = [word for word in _WORD.finditer(text, *match.span()) if not word[0].islower()]
    plain = [_plain(word[0]) for word in group]
    after = _AFTER.match(text, match.end())
    follows = after[1].lower() if after else ""
    opens = _opens(text, match.start())
    whole = plain[1:] if opens and plain[0] in OPENERS else plain
    if not whole or " ".join(whole) in AUTHORS or whole[0] in BEFORE_PLACES:
        return
    if follows in KINDS_OF_THING or (len(plain) > 1 and plain[-1] in KINDS_OF_THING):
        return
    marked = [
        word
        for number, (word, name) in enumerate(zip(group, plain, strict=True))
        if (_is_given(name) or not _is_familiar(word[0], name, there))
        and (
            number or not opens or _opens_with_a_name(word[0], name, "" if plain[1:] else follows, plain[1:])
        )
    ]
    if marked:
        yield marked[0].start(), marked[-1].end()


def _opens_with_a_name(word: str, name: str, follows: str, others: Sequence[str]) -> bool:
    """Whether the first word of a sentence, which always has a capital, is a name."""
    if _is_given(name):
        return True
    if name in OPENERS or name in HARMLESS:
        return False
    acts = follows in SPOKE or word.endswith(("'s", "\u2019s"))
    return (acts and not name.endswith(_ABSTRACT)) or any(
        one not in HARMLESS and one not in EPONYMS for one in others
    )


def _is_given(name: str) -> bool:
    return name in GIVEN or name.partition("-")[0] in GIVEN


def _is_familiar(word: str, name: str, there: set[str]) -> bool:
    if (
        len(word) == 1
        or name in HARMLESS
        or name in EPONYMS
        or name in OPENERS
        or name in there
        or name in AUTHORS
    ):
        return True
    if word.isupper() or any(letter.isdigit() for letter in word):
        return True
    parts = name.split("-")
    if len(parts) > 1:
        return all(part in HARMLESS or part in there for part in parts) or parts[0] in HARMLESS
    return any(letter.isupper() for letter in word[1:]) and not re.match(
        r"Ma?c|De|Di|La|Le|Van|Fitz|[OD]['\u2019]", word
    )


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \t-*>#'\u2018")
    return not before or before[-1] in _OPENING or before[-1].isdigit()


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", _ENDING.sub("", word)).lower()
