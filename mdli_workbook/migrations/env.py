"""What Alembic runs: the steps, on the connection it was handed and in its transaction."""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Run the steps that are missing."""
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # Alembic's name for this file; imported in any other way, it does nothing
    run()
