"""A value may be blanked, once an event says that it was erased; all else stays as it was written."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

KEPT = ["seq", "id", "author", "cohort", "participant", "session", "exercise", "entry"]
KEPT += ["audience", "saved_at", "replaces"]


def upgrade() -> None:
    """Replace the trigger that refused every update."""
    if op.get_bind().dialect.name != "sqlite":
        return
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in KEPT)
    told = " AND ".join(f"{column} = OLD.{column}" for column in ("participant", "session", "exercise"))
    op.execute("DROP TRIGGER answers_no_update")
    op.execute(
        "CREATE TRIGGER answers_no_update BEFORE UPDATE ON answers "  # noqa: S608 - words of this file
        f"WHEN NOT (NEW.value IS NULL AND {same} "
        f"AND EXISTS (SELECT 1 FROM events WHERE what = 'erased' AND {told})) "
        "BEGIN SELECT RAISE(ABORT, 'rows of answers are only ever added, their value erased at most'); END"
    )
