"""What tests of credit share: a meeting tool's file, the coach's form, and the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result
from programs import open_store, save

from mdli_workbook.cli import main
from mdli_workbook.site.writing import record_call

if TYPE_CHECKING:
    from pathlib import Path

SECOND = """\
Email,Join Time,Leave Time
ana@example.org,2026-02-10 17:55,2026-02-10 20:05
ben@example.org,2026-02-10 18:00,2026-02-10 18:59
"""


def mdli(folder: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--program", str(folder), *map(str, arguments)])


def attend(folder: Path, text: str, *options: str) -> Result:
    file = folder.parent / "zoom.csv"
    file.write_text(text)
    return mdli(folder, "attendance", file, *options)


def call(folder: Path, who: str, session: int = 2, **value: Any) -> None:
    """Record a call as the coach site does."""
    with open_store(folder) as store:
        save(store, who, "coach-call", value, session=session, audience="participant", author="kim")
        record_call(store, who, session)
