"""``commitment``: a promised step with a date, kept in sight until it is kept, changed or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, model_validator

from mdli_workbook.curriculum import Exercise, Filled, Form
from mdli_workbook.exercises.entries import (
    Count,
    as_filled,
    begun,
    in_order,
    optional_if_none_needed,
)
from mdli_workbook.exercises.pieces import day, joined, nothing, section, words
from mdli_workbook.exercises.values import Date, Entered, Text, is_blank

if TYPE_CHECKING:
    from mdli_workbook.exercises.controls import Control, Labelled
    from mdli_workbook.exercises.values import Values

__all__ = ["STATES", "Commitment", "CommitmentValue", "promise"]

STATES: dict[str, str] = {
    "open": "Open: still to do",
    "kept": "Kept: done",
    "changed": "Changed: another step or date",
    "dropped": "Dropped: I decided against it",
}
"""State → its words; the ids are the contract of the store."""

State = Annotated[
    Literal["open", "kept", "changed", "dropped"],
    BeforeValidator(lambda state: "open" if state == "" else state),  # a form with no state chosen yet
]


class CommitmentValue(Entered):
    """One promise.

    Parameters
    ----------
    cue
        When and where: the "if".
    act
        The one thing to do then.
    due
        ``YYYY-MM-DD``, or ``""`` while it is not set.
    who_hears
        Who will be told that it was done, by role.
    obstacle
        What is likely to get in the way.
    state
        Open until the participant says otherwise.
    reason
        What was learned, or why it was changed or dropped.
    """

    cue: Text = ""
    act: Text = ""
    due: Date = ""
    who_hears: Text = ""
    obstacle: Text = ""
    state: State = "open"
    reason: Text = ""

    @property
    def filled(self) -> Filled:
        """Done once it says what is to be done by when."""
        if not is_blank(self.act) and self.due:
            return Filled.DONE
        return Filled.PART if begun(self.model_dump(), {"state"}) else Filled.NOT_BEGUN


class Commitment(Exercise):
    """One or two promised steps, each an entry that lives on in later sessions.

    Parameters
    ----------
    count
        Least and most promises; few are kept more often than many.
    """

    kind: ClassVar[str] = "commitment"
    Value: ClassVar[type[BaseModel]] = CommitmentValue
    repeats: ClassVar[bool] = True
    in_front: ClassVar[bool] = True

    audience: Literal["private", "coach", "program"] = "coach"
    count: Count = (1, 2)

    @model_validator(mode="before")
    @classmethod
    def _may_stay_empty(cls, given: Any) -> Any:
        return optional_if_none_needed(given, given.get("count") if isinstance(given, dict) else None)

    def carries(self, value: dict[str, Any] | None) -> bool:
        """Whether a promise is still to be shown in later sessions: while it is open."""
        one = CommitmentValue.model_validate(value or {})
        return one.state == "open" and one.filled is not Filled.NOT_BEGUN

    def promises(self, values: Values) -> dict[str, CommitmentValue]:
        """Return entry → promise for those with something in them, as the person ordered them."""
        read = {entry: CommitmentValue.model_validate(value) for entry, value in in_order(values)}
        return {entry: one for entry, one in read.items() if one.filled is not Filled.NOT_BEGUN}

    def filled(self, values: Values) -> Filled:
        """Done with the least number of finished promises."""
        return as_filled((one.filled for one in self.promises(values).values()), self.count[0])

    def form(self) -> Form:
        """If, then, by when, who hears of it; and the state, which later months change."""
        least, most = self.count
        return {"controls": _controls(), "entries": {"one": "commitment", "least": least, "most": most}}

    def static(self, values: Values) -> Markup:
        """One list of terms per promise."""
        promises = self.promises(values).values()
        if not promises:
            return section(self, nothing("No commitment yet."))
        items = joined(Markup("<li>\n{}\n</li>").format(promise(one)) for one in promises)
        return section(self, Markup('<ol class="mdli-promises">\n{}\n</ol>').format(items))


def promise(one: CommitmentValue, *, with_state: bool = True) -> Markup:
    """Show one promise; without its state where a form beside it asks for that."""
    told = (
        ("When and where", words(one.cue)),
        ("I will", words(one.act)),
        ("By", day(one.due) or (nothing("no date yet") if with_state else Markup())),
        ("Who will hear of it", words(one.who_hears)),
        ("What may get in the way", words(one.obstacle)),
        ("State", _state(one.state) if with_state else Markup()),
        ("What I learned, or why", words(one.reason)),
    )
    terms = joined(Markup("<dt>{}</dt>\n<dd>{}</dd>").format(term, said) for term, said in told if said)
    return Markup('<dl class="mdli-promise">\n{}\n</dl>').format(terms)


def _state(state: str) -> Markup:
    return Markup('<span class="mdli-state mdli-state-{0}">{0}</span>').format(state)


def _controls() -> list[Control]:
    states: list[Labelled] = [{"id": one, "label": label} for one, label in STATES.items()]
    return [
        {
            "type": "text",
            "name": "cue",
            "label": "When and where",
            "hint": "A time, a place, a person in a role",
        },
        {
            "type": "text",
            "name": "act",
            "label": "I will",
            "hint": "One act of under 15 minutes",
            "required": True,
        },
        {"type": "date", "name": "due", "label": "By", "hint": "Within 30 days", "required": True},
        {"type": "text", "name": "who_hears", "label": "Who will hear of it", "hint": "A role, not a name"},
        {"type": "text", "name": "obstacle", "label": "What may get in the way"},
        {
            "type": "choice",
            "name": "state",
            "label": "State",
            "hint": "Leave it open for now",
            "options": states,
        },
        {
            "type": "text",
            "name": "reason",
            "label": "What I learned, or why",
            "hint": "For later: once the state changes",
        },
    ]
