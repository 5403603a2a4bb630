"""Serve one program's coach site: ``python -m mdli_workbook.site FOLDER --port N``."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from mdli_workbook.errors import SiteRefused
from mdli_workbook.site import Door, serve


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def main() -> int:
    """Serve until stopped; the first line of output is the address."""
    asked = argparse.ArgumentParser(prog="python -m mdli_workbook.site", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--port", type=int, default=8866)
    asked.add_argument("--today", type=datetime.fromisoformat, default=None)
    given = asked.parse_args()
    fixed = given.today and (given.today if given.today.tzinfo else given.today.replace(tzinfo=UTC))
    try:
        serve(
            given.folder,
            Door("127.0.0.1", given.port),
            now=lambda: fixed or datetime.now(UTC),
            ready=_announce,
        )
    except SiteRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
