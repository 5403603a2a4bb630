"""Sessions as faculty write them: Markdown with one fenced YAML block per exercise.

A session file is read into a frozen :class:`Session`. Everything wrong in it is told at once,
each with file, line and the way out. Nothing here knows which kinds exist: the registry is
handed in, so that a new kind needs no change in this file.
"""

from __future__ import annotations

import abc
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.answers import Value as Said

__all__ = ["Exercise", "Filled", "Form", "Id", "Part", "Picture", "Record", "Session", "Slug"]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Form = dict[str, Any]
"""JSON that the front end draws: see :mod:`mdli_workbook.exercises.controls`."""


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Filled(StrEnum):
    """How far one exercise is: the only words for it, everywhere."""

    NOT_BEGUN = "not begun"
    PART = "part"
    DONE = "done"


class ShowIf(Record):
    """Show an exercise only once another one of the same session has one of these answers."""

    exercise: Id
    is_: tuple[str, ...] = Field(alias="is", min_length=1)

    @field_validator("is_", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class Exercise(Record, abc.ABC):
    """One thing to fill in. Each kind is a subclass in a file of its own.

    Parameters
    ----------
    id
        Stable through all versions of a session; answers hang on it.
    title, prompt
        What the participant reads above the field.
    minutes
        Of writing, as a plan for the participant.
    audience
        Who may read the answer until the participant decides otherwise.
    required
        Whether a session without it counts as unfinished.
    show_if
        Condition on another answer of the same session.
    renamed_from
        The id it had before, so that answers given under the old id are kept.
    """

    kind: ClassVar[str]
    Value: ClassVar[type[BaseModel]]
    repeats: ClassVar[bool] = False
    """Whether each answer belongs to an entry (a visit, a promise) instead of the exercise."""
    in_front: ClassVar[bool] = False
    """Whether the report shows it on its front page, and so not again further down."""

    id: Id
    title: str = ""
    prompt: str = ""
    minutes: int = Field(default=0, ge=0, le=240)
    audience: Literal["private", "coach", "program"] = "private"
    required: bool = True
    show_if: ShowIf | None = None
    renamed_from: Id | None = None

    @abc.abstractmethod
    def filled(self, values: Mapping[str, Said]) -> Filled:
        """How far it is, from entry → value (``None`` is a removed entry)."""

    @abc.abstractmethod
    def form(self) -> Form:
        """What the front end draws, as JSON without any answer in it."""

    @abc.abstractmethod
    def static(self, values: Mapping[str, Said]) -> Markup:
        """Return the page's view of the answers; everything a person wrote is escaped."""

    def above(self) -> Markup:
        """Return what the form shows above its controls, such as a picture; no answer is in it."""
        return Markup()

    def conditions(self) -> frozenset[str]:
        """Words that another exercise's ``show_if`` may wait for; every kind can be ``saved``."""
        return frozenset({"saved"})

    def said(self, values: Mapping[str, Said]) -> frozenset[str]:
        """Return those of :meth:`conditions` that hold now; ``saved`` once it is done."""
        return frozenset({"saved"} if self.filled(values) is Filled.DONE else ())

    def carries(self, value: Said) -> bool:  # noqa: ARG002 - most kinds end with their session
        """Whether this value is still to be shown in later sessions, as an open commitment is."""
        return False

    def repeated(self, first: Exercise) -> Exercise:
        """Return this exercise with the words of the one that its ``same_as`` names."""
        raise NotImplementedError(f"{self.kind} cannot repeat {first.id}")

    def literals(self) -> dict[str, Any]:
        """Return what a workbook's code cell says of it: plain JSON, defaults left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"id"})


class Picture(Record):
    """A picture of a session: as its author names it, and what is in the file, in base64."""

    source: str
    name: str
    mime: str
    data: str = Field(repr=False)


class Session(Record):
    """One month's session: teaching text and exercises in the order of the page."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    session: int = Field(ge=1, le=6)
    slug: Slug
    title: str = Field(min_length=1)
    minutes: int = Field(ge=1, le=240)
    sources: tuple[str, ...] = ()
    parts: tuple[str | Exercise, ...] = ()
    pictures: tuple[Picture, ...] = ()
    lines: dict[str, int] = Field(default={}, repr=False)
    """Exercise → the line of its file in which it begins."""

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises alone, in order."""
        return tuple(part for part in self.parts if isinstance(part, Exercise))

    @property
    def stem(self) -> str:
        """``NN-slug``, the name of its workbook and report without ending."""
        return f"{self.session:02d}-{self.slug}"


class Part(Record):
    """One part of a report's front page, as the report template names it."""

    name: Id
    title: str = ""
