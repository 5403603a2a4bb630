"""JupyterLab for one participant: their folder, their own port, nobody else's answers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from mdli_workbook.lab.trust import trust_workbooks

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.program import Participant
    from mdli_workbook.program.settings import Settings

__all__ = ["lab_port", "run_lab", "session_to_open"]

FIRST_PORT, PORTS = 20_000, 10_000


def lab_port(participant_id: str) -> int:
    """Return the participant's own port, the same every time.

    What a browser keeps for one address (drafts, layout) then stays that participant's.
    """
    return FIRST_PORT + int.from_bytes(hashlib.sha256(participant_id.encode()).digest()[:4]) % PORTS


def session_to_open(settings: Settings, cohort: str, now: datetime) -> int:
    """Return the session whose workbook a participant is writing in: the last one held.

    Its call is the next one. Before the first session it is the first; 0 if none has dates.

    Parameters
    ----------
    settings
        What ``program.toml`` says.
    cohort
        The participant's.
    now
        With any time zone.
    """
    dates = [found for number in range(1, 7) if (found := settings.session(number, cohort))]
    held = [one.session for one in dates if one.held(now)]
    return held[-1] if held else next((one.session for one in dates), 0)


def run_lab(folder: Path, participant: Participant, *, session: int = 0, browser: bool = True) -> int:
    """Run JupyterLab in a participant's folder until it is ended.

    Every kernel inherits whose server this is, and refuses to save as somebody else.

    Parameters
    ----------
    folder
        The program folder.
    participant
        Whose workbooks.
    session
        Whose workbook is opened, alone on the page; without one, or before it is generated, the folder is.
    browser
        Whether to open a browser.

    Returns
    -------
    int
        JupyterLab's exit code.
    """
    home = folder / "workbooks" / participant.cohort / participant.id
    home.mkdir(parents=True, exist_ok=True)
    trust_workbooks(home)
    with TemporaryDirectory(
        prefix="mdli-lab-"
    ) as tabs:  # thrown away: no old tab comes back, and no file changes
        command = _command(home, participant, _first_page(home, session), tabs, browser=browser)
        return subprocess.call(command, env=os.environ | {"MDLI_PARTICIPANT": participant.id}, cwd=home)  # noqa: S603


def _command(home: Path, participant: Participant, page: str, tabs: str, *, browser: bool) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyter", "lab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={lab_port(participant.id)}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.terminals_enabled=False",
        f"--LabApp.default_url={page}",
        f"--LabApp.workspaces_dir={tabs}",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]


def _first_page(home: Path, session: int) -> str:
    found = sorted(home.glob(f"{session:02d}-*.ipynb"))
    return f"/doc/tree/{quote(found[0].name)}" if found else "/lab"
