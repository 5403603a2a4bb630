"""JupyterLab for one participant: their folder, their own port, nobody else's answers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from mdli_workbook.lab.trust import trust_workbooks

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.program import Participant

__all__ = ["lab_port", "run_lab"]

FIRST_PORT, PORTS = 20_000, 10_000


def lab_port(participant_id: str) -> int:
    """Return the participant's own port, the same every time.

    What a browser keeps for one address (drafts, layout) then stays that participant's.
    """
    return FIRST_PORT + int.from_bytes(hashlib.sha256(participant_id.encode()).digest()[:4]) % PORTS


def run_lab(folder: Path, participant: Participant, *, browser: bool = True) -> int:
    """Run JupyterLab in a participant's folder until it is ended.

    Every kernel inherits whose server this is, and refuses to save as somebody else.

    Returns
    -------
    int
        JupyterLab's exit code.
    """
    home = folder / "workbooks" / participant.cohort / participant.id
    home.mkdir(parents=True, exist_ok=True)
    trust_workbooks(home)
    command = [
        *(sys.executable, "-m", "jupyter", "lab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={lab_port(participant.id)}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.terminals_enabled=False",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    return subprocess.call(command, env=os.environ | {"MDLI_PARTICIPANT": participant.id}, cwd=home)  # noqa: S603
