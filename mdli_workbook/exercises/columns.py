"""What a form says of a file's columns: the role of each heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from mdli_workbook.equity.reading_columns import Mapping

__all__ = ["Columns", "Role", "as_columns", "as_mapping", "wrong_with"]

Role = Literal["yes-no", "number", "group", "date", "age", "patient", "numerator", "denominator"]


ROLES: Final[dict[str, tuple[Role, ...]]] = {
    "patients": ("yes-no", "number", "group", "date", "age", "patient"),
    "groups": ("numerator", "denominator", "group", "date"),
}
"""Layout → what a column of it may be."""
ONE_COLUMN: Final[dict[Role, str]] = {
    "date": "the date", "age": "the age", "patient": "the patient's number",
}  # fmt: skip


class Columns(BaseModel):
    """Which column is what.

    Parameters
    ----------
    layout
        ``patients``: a row is one patient. ``groups``: a row is a group with counts.
    roles
        Heading → role; a column that is not named is not read.
    of
        Numerator → its denominator, where there are several.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    layout: Literal["patients", "groups"]
    roles: dict[str, Role]
    of: dict[str, str] = {}

    def all_with(self, role: Role) -> tuple[str, ...]:
        """Return the columns of a role, in the order of the form."""
        return tuple(name for name, one in self.roles.items() if one == role)


def as_columns(mapping: Mapping) -> Columns:
    """Return a mapping as a form shows it."""
    roles: dict[str, Role] = {}
    for one in mapping.measures:
        if one.kind == "counts":
            roles |= {one.column: "numerator", one.denominator: "denominator"}
        else:
            roles[one.column] = one.kind
    roles |= dict.fromkeys(mapping.dimensions, "group")
    single: dict[Role, str] = {"date": mapping.date, "age": mapping.age, "patient": mapping.patient}
    roles |= {column: role for role, column in single.items() if column}
    of = {one.column: one.denominator for one in mapping.measures if one.kind == "counts"}
    return Columns(layout=mapping.layout, roles=roles, of=of)


def as_mapping(columns: Columns) -> Mapping:
    """Return what a form says as a mapping; a numerator belongs to the first denominator if none is named.

    Examples
    --------
    >>> said = Columns(layout="groups", roles={"done": "numerator", "all": "denominator", "payer": "group"})
    >>> as_mapping(said).measures[0].denominator
    'all'
    """
    from mdli_workbook.equity.reading_columns import Mapping, MeasureColumns  # noqa: PLC0415

    all_with = columns.all_with
    only = {role: next(iter(all_with(role)), "") for role in (*ONE_COLUMN, "denominator")}
    measures = (
        *(MeasureColumns(name, "yes-no", name) for name in all_with("yes-no")),
        *(MeasureColumns(name, "number", name) for name in all_with("number")),
        *(
            MeasureColumns(name, "counts", name, columns.of.get(name) or only["denominator"])
            for name in all_with("numerator")
        ),
    )
    dimensions = all_with("group")
    return Mapping(columns.layout, measures, dimensions, only["date"], only["patient"], only["age"])


def wrong_with(columns: Columns) -> list[str]:
    """Return what no file could have: two dates, counts out of nothing, roles of the other layout.

    Examples
    --------
    >>> wrong_with(Columns(layout="patients", roles={"seen": "date", "born": "date", "done": "yes-no"}))
    ["columns 'seen', 'born': only one can be the date; choose which"]
    """
    found = []
    for role, words in ONE_COLUMN.items():
        named = columns.all_with(role)
        if len(named) > 1:
            listed = ", ".join(map(repr, named))
            found.append(f"columns {listed}: only one can be {words}; choose which")
    bottoms = columns.all_with("denominator")
    found += [
        f"column {name!r} is a count; choose the column of how many it is out of, too"
        for name in columns.all_with("numerator")
        if not bottoms or columns.of.get(name, bottoms[0]) not in bottoms
    ]
    rows = "a patient" if columns.layout == "patients" else "a group"
    found += [
        f"column {name!r}: a row is {rows} here; choose another meaning"
        for name, role in columns.roles.items()
        if role not in ROLES[columns.layout]
    ]
    return found
