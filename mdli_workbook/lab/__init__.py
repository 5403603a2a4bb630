"""JupyterLab for one participant: their folder, their own port, nobody else's answers."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from mdli_workbook.errors import LabRefused
from mdli_workbook.lab.trust import trust_workbooks

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.program import Participant
    from mdli_workbook.program.settings import Settings

__all__ = ["lab_port", "run_lab", "session_to_open"]

FIRST_PORT, PORTS = 20_000, 10_000
_ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]


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

    Every kernel inherits whose server this is and which program it belongs to, and refuses to save as
    somebody else or elsewhere.

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
        JupyterLab's exit code; 0 if it was asked to end.

    Raises
    ------
    LabRefused
        If something else listens on the participant's port.
    """
    _must_be_free(lab_port(participant.id), participant.id)
    home = folder.resolve() / "workbooks" / participant.cohort / participant.id
    home.mkdir(parents=True, exist_ok=True)
    trust_workbooks(home)
    # Thrown away, so no old tab comes back. It is also where the server stands: a server runs settings
    # and packages that lie where it stands, and in the participant's folder lies what others may have sent.
    with TemporaryDirectory(prefix="mdli-lab-") as empty:
        command = _command(home, participant, _first_page(home, session), empty, browser=browser)
        whose = {"MDLI_PARTICIPANT": participant.id, "MDLI_PROGRAM": str(folder.resolve())}
        return _run(command, empty, whose)


def _must_be_free(port: int, participant_id: str) -> None:
    with socket.socket() as tried:
        if sys.platform != "win32":  # there it would mean: take it from whoever has it
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            raise LabRefused(
                f"port {port} is the port of {participant_id!r}, and another program listens there; "
                f"if this workbook is open already, go to http://127.0.0.1:{port}/, or end that program first"
            ) from None


def _run(command: list[str], cwd: str, extra: dict[str, str]) -> int:
    """Run a command until it ends; whoever ends this process ends that one as well."""
    servers: list[subprocess.Popen[bytes]] = []
    asked: list[int] = []

    def end(number: int, _frame: object) -> None:
        asked.append(number)
        for server in servers:
            server.terminate()

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        server = subprocess.Popen(command, env=os.environ | extra, cwd=cwd)  # noqa: S603
        servers.append(server)
        if asked:  # while it was being started
            server.terminate()
        code = server.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if asked else code


def _command(home: Path, participant: Participant, page: str, empty: str, *, browser: bool) -> list[str]:
    return [
        *(sys.executable, "-P", "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={lab_port(participant.id)}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it, without a question in the terminal
        "--ServerApp.terminals_enabled=False",
        "--KernelManager.transport_encryption=auto",  # what passes on ports of this machine
        f"--LabApp.default_url={page}",
        f"--LabApp.workspaces_dir={empty}/tabs",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]


def _first_page(home: Path, session: int) -> str:
    found = sorted(home.glob(f"{session:02d}-*.ipynb"))
    return f"/doc/tree/{quote(found[0].name)}" if found else "/lab"
