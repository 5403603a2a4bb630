"""What an explorer asks of the kernel, checked before anything is done."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mdli_workbook.exercises.columns import Columns

__all__ = ["ANSWERS", "MESSAGE", "Asked", "AskedChoice", "Export", "Files", "Look", "Read", "ShownBefore"]


class _Message(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class AskedChoice(_Message):
    """What to look at, as :class:`mdli_workbook.equity.shown.Choice` has it."""

    measure: str
    dimension: str
    reference: str
    favourable: bool
    view: str
    data: Literal["demo-panel", "file"]


class Look(_Message):
    """Another view."""

    type: Literal["look"]
    id: str = ""
    choice: AskedChoice


class ShownBefore(_Message):
    """A view that was saved, as it was."""

    type: Literal["shown"]
    id: str = ""
    view: dict[str, Any]


class Files(_Message):
    """Which files there are."""

    type: Literal["files"]
    id: str = ""


class Read(_Message):
    """A file: first how its columns look, then with what they are."""

    type: Literal["read"]
    id: str = ""
    file: str
    columns: Columns | None = None


class Export(_Message):
    """A file of the view that is seen."""

    type: Literal["export"]
    id: str = ""
    what: Literal["csv", "svg", "note"]


Asked = Look | ShownBefore | Files | Read | Export
MESSAGE: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="type")])
ANSWERS: Final = {
    "look": "figure",
    "shown": "figure",
    "files": "files",
    "read": "mapping",
    "export": "export",
}
"""Type of a message → type of its answer."""
