"""Answers and events, to which rows are only ever added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables, and let SQLite itself refuse changed and deleted rows.

    A later step that blanks erased text replaces the trigger on updates of answers by one that
    lets ``value`` become NULL and nothing else.
    """
    op.create_table(
        "answers",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("cohort", sa.String(64), nullable=False),
        sa.Column("participant", sa.String(64), nullable=False),
        sa.Column("session", sa.Integer, nullable=False),
        sa.Column("exercise", sa.String(64), nullable=False),
        sa.Column("entry", sa.String(36), nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True)),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "audience IN ('private', 'coach', 'program', 'participant', 'self')", name="audience_is_known"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("newest_by_key", "answers", ["participant", "session", "exercise", "entry", "seq"])
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("participant", sa.String(64), nullable=False),
        sa.Column("session", sa.Integer, nullable=False),
        sa.Column("exercise", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_of_participant", "events", ["participant", "session"])
    if op.get_bind().dialect.name == "sqlite":
        for table in ("answers", "events"):
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
                )
