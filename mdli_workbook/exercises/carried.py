"""What earlier months left: open commitments, each a small form, and what the coach wrote.

Their text is read when the notebook runs and travels in messages; nothing of it is in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mdli_workbook.answers import values_of
from mdli_workbook.curriculum import Filled
from mdli_workbook.exercises.coaching import AGREED, COMMENT, NOTE
from mdli_workbook.exercises.comment import CommentValue
from mdli_workbook.exercises.commitment import Commitment, CommitmentValue, promise
from mdli_workbook.exercises.front import compare
from mdli_workbook.exercises.pieces import day, joined, often, words
from mdli_workbook.exercises.reading import Read
from mdli_workbook.exercises.scale import Scale
from mdli_workbook.exercises.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise

__all__ = ["Carried", "carried_promises", "comments_on", "compare_with_first", "last_comments", "last_note"]

_FIELDS = frozenset(CommitmentValue.model_fields)
_LATER = {
    "state": "How it stands",
    "due": "New date, if it moved",
    "reason": "One line: what I learned, or why",
}
"""Fields that later months may change, in that order, and how they are asked for then."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One open commitment of an earlier session.

    Parameters
    ----------
    row
        Its newest row.
    """

    row: Answer

    @property
    def exercise(self) -> Commitment:
        """The exercise it belongs to, as far as later months need to know it."""
        # a later state is shared no further than the promise
        kept = self.row.audience in {"private", "program"}
        since = "Agreed in call" if self.row.exercise == AGREED.id else "Open since session"
        return Commitment(
            id=self.row.exercise,
            title=f"{since} {self.row.session}",
            audience=self.row.audience if kept else "coach",
        )

    def spec(self) -> dict[str, Any]:
        """Return what the browser draws: the three fields that later months may change."""
        asked = {one["name"]: one for one in self.exercise.form()["controls"]}
        hints = {"hint": "", "required": False}
        return {
            "controls": [asked[name] | hints | {"label": label} for name, label in _LATER.items()],
            "entries": None,
            "entry": self.row.entry,
            "audiences": [],  # decided where the promise was made
        }

    def beside(self, history: Sequence[Answer] = ()) -> str:
        """Show what was promised, since when, and how often its date has moved.

        Parameters
        ----------
        history
            All its rows, first to last.
        """
        value = dict(self.row.value or {}) | {"state": "open", "due": "", "reason": ""}
        shown = promise(CommitmentValue.model_validate(value), with_state=False)
        return str(joined((shown, _told(history)))) if history else str(shown)


def _told(history: Sequence[Answer]) -> Markup:
    dues = [str(row.value["due"]) for row in history if row.value and row.value.get("due")]
    moved = sum(after != before for before, after in pairwise(dues))
    said = Markup("Promised on {}").format(day(history[0].saved_at.date().isoformat()))
    if moved:
        said += Markup("; its date has moved {}, at first it was {}").format(often(moved), day(dues[0]))
    return Markup('<p class="mdli-around">{}.</p>').format(said)


def carried_promises(rows: Iterable[Answer], session: int) -> tuple[Carried, ...]:
    """Find the open commitments of sessions before this one.

    A row is a promise if its value has exactly a promise's fields: the store does not keep kinds.

    Parameters
    ----------
    rows
        Newest rows of one participant.
    session
        The session that is open now.
    """
    return tuple(
        Carried(row)
        for row in rows
        if row.session < session and _is_promise(row) and Commitment(id=row.exercise).carries(row.value)
    )


def _is_promise(row: Answer) -> bool:
    if not row.entry or row.value is None or row.audience == "self":
        return False
    return row.value.keys() == _FIELDS


def last_note(rows: Iterable[Answer], session: int) -> Markup:
    """Return the coach's newest note from before this session, or nothing."""
    told = (row for row in rows if row.exercise == NOTE.id and row.audience == "participant")
    notes = {row.session: str((row.value or {}).get("text", "")) for row in told if row.session < session}
    written = {number: text for number, text in notes.items() if not is_blank(text)}
    if not written:
        return Markup()
    return Markup(
        '<section class="mdli-view"><h3>{}</h3>\n<blockquote class="mdli-words">{}</blockquote></section>'
    ).format(NOTE.title, words(written[max(written)]))


def comments_on(rows: Iterable[Answer], exercise: str) -> Markup:
    """Return what coaches wrote on the answers of one exercise, or nothing.

    Parameters
    ----------
    rows
        Newest rows of one participant and session.
    exercise
        Its id.
    """
    found = [one for one in _comments(rows) if one.exercise == exercise]
    return joined(
        _comment("From your coach", one) if not one.entry else _comment(_on(one), one) for one in found
    )


def last_comments(rows: Iterable[Answer], session: int) -> Markup:
    """Return the coach's comments on the newest session before this one that has any, or nothing."""
    earlier = [row for row in rows if row.session < session and row.exercise.startswith(f"{COMMENT}-")]
    written = [row for row in earlier if tuple(_comments([row]))]
    if not written:
        return Markup()
    last = max(row.session for row in written)
    said = joined(_comment(_on(one), one) for one in _comments(row for row in written if row.session == last))
    return Markup('<section class="mdli-view"><h3>From your coach, on session {}</h3>\n{}</section>').format(
        last, said
    )


def _comments(rows: Iterable[Answer]) -> Iterator[CommentValue]:
    """Yield the comments among some rows that are for the participant, without those that were emptied."""
    for row in rows:
        if row.exercise.startswith(f"{COMMENT}-") and row.audience == "participant" and row.value:
            said = CommentValue.model_validate(row.value)
            if not is_blank(said.text):
                yield said


def _on(comment: CommentValue) -> str:
    return f"On {comment.title}"


def _comment(heading: str, comment: CommentValue) -> Markup:
    return Markup('<h4 dir="auto">{}</h4>\n<blockquote class="mdli-words">{}</blockquote>').format(
        heading, words(comment.text)
    )


def compare_with_first(
    now: Exercise,
    others: Sequence[Exercise],
    rows: Sequence[Answer],
    before: Sequence[Answer],
    first: str,
) -> Markup:
    """Compare a self-rating with the one it repeats, and with how the beginning is seen now.

    Nothing is shown before both are answered: whoever sees the first answers would hold on to them.

    Parameters
    ----------
    now
        The scale that repeats.
    others
        The exercises of its notebook; one of them may look back.
    rows, before
        Newest rows of this session and of the earlier one.
    first
        Id of the earlier scale.
    """
    if not isinstance(now, Scale) or not now.ratings(then := values_of(before, first)):
        return Markup()
    back = next(
        (one for one in others if isinstance(one, Scale) and one.show_if and one.show_if.exercise == now.id),
        None,
    )
    looking_back = Read(0, back, values_of(rows, back.id)) if back else None
    if looking_back and looking_back.filled is not Filled.DONE:
        return Markup()
    return compare(Read(0, now, then), Read(0, now, values_of(rows, now.id)), looking_back)
