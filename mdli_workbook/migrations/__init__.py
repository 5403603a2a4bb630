"""Steps of the store's schema: where a store stands, and how it is brought forward.

The steps are Alembic's, run from code. A released step is never edited; a change is a new file
in ``versions/``, and :data:`STEPS` names the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mdli_workbook.errors import StoreUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["STEPS", "Steps", "bring_forward", "schema_of"]


@dataclass(frozen=True, slots=True)
class Steps:
    """A chain of schema steps.

    Parameters
    ----------
    folder
        Holds Alembic's ``env.py`` and ``versions/``.
    last
        The step that this package works with. Written here so that a store which is up to date
        opens without loading Alembic.
    """

    folder: Path
    last: str

    def known(self) -> frozenset[str]:
        """Every step's id."""
        from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow, and seldom needed

        return frozenset(step.revision for step in ScriptDirectory(str(self.folder)).walk_revisions())

    def run(self, connection: sa.Connection) -> None:
        """Run what is missing, inside the connection's transaction."""
        from alembic import command, config  # noqa: PLC0415

        settings = config.Config(attributes={"connection": connection})
        settings.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        command.upgrade(settings, self.last)


STEPS = Steps(Path(__file__).parent, "0003")


def schema_of(connection: sa.Connection) -> str:
    """Return the step at which a store stands; ``""`` for an empty database.

    Raises
    ------
    StoreUnusable
        If the database holds something else than a store.
    """
    tables = sa.inspect(connection).get_table_names()
    if not tables:
        return ""
    found = (
        connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if "alembic_version" in tables
        else None
    )
    if not found:
        raise StoreUnusable("this database is not a store of answers; correct the address in program.toml")
    return str(found)


def bring_forward(
    reading: sa.Engine, writing: sa.Engine, back_up: Callable[[str], object], steps: Steps = STEPS
) -> None:
    """Bring a store to the last step: all of it or nothing.

    Parameters
    ----------
    reading, writing
        Engines on the store; transactions of the second exclude all other writers.
    back_up
        Called with the step at which the store stands, before an existing store is changed.
    steps
        The chain of steps.

    Raises
    ------
    StoreUnusable
        If the store is newer than this package, or no store.
    """
    with reading.begin() as connection:
        if schema_of(connection) == steps.last:
            return
    with writing.begin() as connection:
        found = schema_of(connection)  # again: another process may have been quicker
        if found == steps.last:
            return
        if found and found not in steps.known():
            raise StoreUnusable(
                f"the store has schema {found}, which is newer than this package's {steps.last}; "
                "install the version of mdli-workbook that wrote it, or a newer one"
            )
        if found:
            back_up(found)
        steps.run(connection)
