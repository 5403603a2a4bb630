"""`mdli lab` and `mdli serve` as somebody starts them: processes of their own, with homes of their own."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdli_workbook.lab import lab_port
from mdli_workbook.starter import start_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND = Path(sys.executable).with_name("mdli")
COHORT = "autumn"
PASSWORDS = {"kim": "violet harbor seven", "lee": "amber window twelve"}
ROSTER = (
    *("participant_id", "name", "email", "cohort", "coach_id", "organization", "role"),
    *("time_zone", "accommodations", "joined_on", "left_on"),
)


def free_participant(name: str) -> str:
    """Return an id whose own port nobody uses now."""
    for number in range(100):
        one = f"{name}-{secrets.token_hex(2)}{number}"
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", lab_port(one)))
            return one
    raise AssertionError("no port is free")


def as_csv(*rows: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def make_program(folder: Path, people: dict[str, str], words: str = "", title: str = "") -> Path:
    """Start a program with the real sessions.

    `people` is participant → coach; `words` stands in every text field of the roster and of the
    coaches, and `title` becomes the program's.
    """
    start_program(folder)
    rows = [
        (
            one,
            f"{one} {words}",
            f"{one}@example.org",
            COHORT,
            coach,
            f"Org {words}",
            f"Role {words}",
            *[""] * 4,
        )
        for one, coach in people.items()
    ]
    coaches = [(one, f"Coach {one} {words}", f"{one}@example.org", "America/Chicago") for one in PASSWORDS]
    (folder / "roster.csv").write_text(as_csv(ROSTER, *rows), "utf-8")
    (folder / "coaches.csv").write_text(as_csv(("coach_id", "name", "email", "time_zone"), *coaches), "utf-8")
    (folder / "calls.csv").write_text("participant_id,call,starts_at,minutes,state\n", "utf-8")
    settings = (folder / "program.toml").read_text("utf-8")
    if title:
        settings = re.sub(r"(?m)^title = .*$", lambda _: f"title = {json.dumps(title)}", settings)
    (folder / "program.toml").write_text(settings, "utf-8")
    return folder


def run(folder: Path, *arguments: str, said: str = "") -> str:
    """Run a command that must do all of its work; return what it printed."""
    done = subprocess.run(
        [COMMAND, "--program", folder, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
        input=said,
    )
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout + done.stderr


def own_home(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of this account is found."""
    others = ("JUPYTER", "MDLI", "XDG")
    return {name: value for name, value in os.environ.items() if not name.startswith(others)} | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
    }


@dataclass(frozen=True)
class Lab:
    """One participant's JupyterLab."""

    participant: str
    root: Path
    home: Path
    log: Path
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{lab_port(self.participant)}"

    def rest(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def kernel(self, name: str) -> dict[str, Any]:
        """Return the kernel of a notebook; empty while it has none."""
        found = [one["kernel"] for one in self.rest("GET", "sessions") if one["path"] == name]
        return self.rest("GET", f"kernels/{found[0]['id']}") if found else {}


@contextlib.contextmanager
def running_lab(folder: Path, participant: str, base: Path, cohort: str = COHORT) -> Iterator[Lab]:
    """Run ``mdli lab PARTICIPANT`` until the block ends."""
    lab = Lab(
        participant=participant,
        root=folder / "workbooks" / cohort / participant,
        home=base / "home",
        log=base / "lab.log",
        token=secrets.token_hex(16),
    )
    (lab.home / "jupyter").mkdir(parents=True, exist_ok=True)
    settings = {"LabApp": {"expose_app_in_browser": True}}  # so that a test may ask for a theme
    (lab.home / "jupyter" / "jupyter_lab_config.json").write_text(json.dumps(settings), "utf-8")
    environment = own_home(lab.home) | {"JUPYTER_TOKEN": lab.token}
    with lab.log.open("w") as log:
        process = _start(folder, "lab", participant, "--no-browser", env=environment, stdout=log, stderr=log)
    try:
        _wait_until_up(lab, process)
        yield lab
    finally:
        _end(process)


def _start(folder: Path, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [COMMAND, "--program", folder, *arguments]
    return subprocess.Popen(command, text=True, start_new_session=True, **options)


def _wait_until_up(lab: Lab, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            lab.rest("GET", "status")
            return
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{lab.log.read_text('utf-8')[-2000:]}")


def _end(process: subprocess.Popen[str]) -> None:
    """End a command, the server that it started and that server's kernels."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def running_site(folder: Path, base: Path, passwords: dict[str, str] | None = None) -> Iterator[str]:
    """Run ``mdli serve`` until the block ends; gives its address. The log is ``base / "site.log"``."""
    for coach, password in (passwords or PASSWORDS).items():
        run(folder, "coach", "passwd", coach, "--password-stdin", said=f"{password}\n")
    base.mkdir(parents=True, exist_ok=True)
    with (base / "site.log").open("w") as log:
        process = _start(
            folder, "serve", "--port", "0", env=own_home(base), stdout=subprocess.PIPE, stderr=log
        )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert "http" in said, (base / "site.log").read_text("utf-8")
        yield said.split()[-1]
    finally:
        _end(process)
        process.stdout.close()
