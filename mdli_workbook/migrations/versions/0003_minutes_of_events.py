"""An event may carry minutes of attendance, and name the event that it corrects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add both columns; what was recorded before has neither."""
    op.add_column("events", sa.Column("minutes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("replaces", sa.String(36), nullable=False, server_default=""))
