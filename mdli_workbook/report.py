"""Which reports, from what, on which executor.

The parent process decides and asks the store; a worker executes one notebook with papermill and
sends its text home; the parent puts it in place. A worker never sees the store.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from concurrent.futures import BrokenExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdli_workbook import shelf
from mdli_workbook.briefing import FILE
from mdli_workbook.errors import ReportFailed, WorkbookError
from mdli_workbook.exercises.coaching import WRITTEN_BY_COACHES
from mdli_workbook.exercises.front import PARTS
from mdli_workbook.files import lock_program, private_folder, write_whole
from mdli_workbook.gathering import Sources
from mdli_workbook.generate import base_path
from mdli_workbook.program import store_address
from mdli_workbook.report_cells import arrange, clean, read_base
from mdli_workbook.runs import Run, keep_runs
from mdli_workbook.session_files import read_report_template
from mdli_workbook.shelf import Fingerprint
from mdli_workbook.store import Store
from mdli_workbook.workers import cores, pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future
    from datetime import date, datetime

    from mdli_workbook.briefing import Briefing
    from mdli_workbook.curriculum import Part, Session
    from mdli_workbook.program import Participant, Program
    from mdli_workbook.selection import Selection

__all__ = ["Desk", "Job", "Outcome", "build", "make", "run"]

_PATIENCE = 120
"""Seconds that a kernel may take to start, and for one cell: a stuck one must not stop the others."""


@dataclass(frozen=True, slots=True)
class Job:
    """One report to execute: everything a worker needs, and nothing else.

    Parameters
    ----------
    notebook
        Text of the notebook to run.
    briefing
        JSON that its kernel finds beside it.
    scratch
        Folder under which the worker makes its own, 0700.
    target
        Where the parent puts the result.
    """

    participant: str
    session: int
    notebook: str
    briefing: str
    scratch: str
    target: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report: its text, or why there is none."""

    participant: str
    session: int
    text: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that planning a report needs to look at."""

    program: Program
    sessions: Sequence[Session]
    store: Store
    now: Callable[[], datetime]
    scratch: Path

    @property
    def today(self) -> date:
        """Today, where the program is."""
        return self.program.today(self.now)

    def plan(self, selection: Selection, *, force: bool = False) -> tuple[list[Job], list[Outcome]]:
        """Return the reports to build, and those that cannot be.

        A report is due once its session was held. It is left alone while nothing in it changed
        (unless forced), and for good once its call is recorded.
        """
        template = self.program.folder / "templates" / "reports" / "call.md"
        front = read_report_template(template, tuple(PARTS), name="templates/reports/call.md")
        jobs: list[Job] = []
        failed: list[Outcome] = []
        for participant, session in self._due(selection):
            who = participant.id
            try:
                job = self._job(participant, session, front, force=force)
            except Exception as error:  # noqa: BLE001 - one participant must not stop the others
                failed.append(Outcome(who, session.session, failure=_reason(error)))
                continue
            if job is not None:
                jobs.append(job)
        return jobs, failed

    def _due(self, selection: Selection) -> Iterator[tuple[Participant, Session]]:
        now, dated = self.now(), self.program.numbers
        for participant in self.program.participants:
            if participant.has_left(self.today):
                continue
            for session in self.sessions:
                if session.session not in dated or not selection.wants(participant, session.session):
                    continue
                if self.program.session(session.session, participant.cohort).held(now):
                    yield participant, session

    def _job(
        self, participant: Participant, session: Session, front: Sequence[str | Part], *, force: bool
    ) -> Job | None:
        folder = self.program.folder
        place = (participant.cohort, participant.id, session.stem)
        target = shelf.report_path(folder, *place)
        standing = shelf.read_marker(target)
        if self._closed(participant.id, session.session):
            return None
        base = base_path(folder, *place)
        if not base.is_file():
            raise ReportFailed("its workbook was never generated; run mdli generate first")
        text, made_at = read_base(base), self.now()  # what is saved from now on is "shared since"
        briefing = self.briefing(participant, session.session)
        fingerprint = _fingerprint(text, front, briefing)
        if standing is not None and standing.fingerprint == fingerprint and not force:
            return None
        marker = _marker(participant, session, briefing, fingerprint, made_at)
        return Job(
            participant=participant.id,
            session=session.session,
            notebook=arrange(text, front, briefing, marker),
            briefing=briefing.model_dump_json(by_alias=True),
            scratch=str(self.scratch),
            target=str(target),
        )

    def keep(self, selection: Selection, jobs: Iterable[Job], outcomes: Iterable[Outcome]) -> None:
        """Keep how each report ended, for whoever looks for one that is not there."""
        ended = {(one.participant, one.session): Run(self.now(), one.failure) for one in outcomes}
        begun = {(one.participant, one.session) for one in jobs}
        fine = {(who.id, session.session) for who, session in self._due(selection)} - begun - set(ended)
        keep_runs(self.program.folder, ended, fine, self.scratch)

    def briefing(self, participant: Participant, number: int) -> Briefing:
        """Ask the store what this report may show."""
        who = participant.id
        sources = Sources(
            program=self.program,
            participant=participant,
            sessions=self.sessions,
            by_coaches=WRITTEN_BY_COACHES,
            told=self.store.told(who, number),
            audiences=self.store.audiences(who, number),
            opened={(one.session, one.exercise) for one in self.store.events(who) if one.what == "opened"},
            today=self.today,
        )
        return sources.briefing(number)

    def _closed(self, participant: str, session: int) -> bool:
        return shelf.closed_at(self.store.events(participant, session)) is not None


def make(  # noqa: PLR0913 - the options of one command
    program: Program,
    sessions: Sequence[Session],
    selection: Selection,
    now: Callable[[], datetime],
    *,
    jobs: int | None = None,
    force: bool = False,
    step: Callable[[str, int], None] = lambda _done, _total: None,
) -> tuple[Outcome, ...]:
    """Make the selected reports that are due, in processes, under the program's lock.

    Parameters
    ----------
    program, sessions, selection
        Whose, and which.
    now
        The clock.
    jobs
        How many at once; one per core by default.
    force
        Also those in which nothing changed.
    step
        Called with a word on each report as it ends, and how many there are.

    Returns
    -------
    tuple of Outcome
        Those that were made and those that failed, the latter first.
    """
    folder = program.folder
    with lock_program(folder, "mdli report") as scratch, _open_store(folder, now) as store:
        shelf.take_down_withdrawn(folder, store)
        desk = Desk(program, sessions, store, now, scratch)
        due, outcomes = desk.plan(selection, force=force)
        try:
            if due:
                with pool(min(jobs or cores(), len(due)), scratch) as executor:
                    for outcome in run(due, executor, desk):
                        outcomes.append(outcome)
                        did = "failed" if outcome.failure else "made"
                        step(f"{did} {outcome.participant}, session {outcome.session}", len(due))
        finally:
            desk.keep(selection, due, outcomes)
    return tuple(outcomes)


def _open_store(folder: Path, now: Callable[[], datetime]) -> Store:
    """Open the store. A lost one is not made anew: all that reports show would seem to be withdrawn."""
    markers = map(shelf.read_marker, shelf.find_reports(folder))
    lost = any(marker is not None and marker.answers for marker in markers)
    return Store.open(store_address(folder), now=now, create=not lost)


def run(jobs: Sequence[Job], executor: Executor, desk: Desk) -> Iterator[Outcome]:
    """Build reports on any executor and put each in place as it arrives.

    Parameters
    ----------
    jobs
        From :meth:`Desk.plan`.
    executor
        A pool of processes (papermill changes the working folder of its whole process).
    desk
        Its store is asked again before and after a report is put in place: what was withdrawn
        meanwhile does not come back.

    Yields
    ------
    Outcome
        In the order in which they end; a failed one leaves the last good report in place.
    """
    waiting = {executor.submit(build, job): job for job in jobs}
    for future in as_completed(waiting):
        yield _end(waiting.pop(future), future, desk)


def _end(job: Job, future: Future[Outcome], desk: Desk) -> Outcome:
    try:
        outcome = future.result()
        return outcome if outcome.failure else _place(job, outcome, desk)
    except Exception as error:  # noqa: BLE001 - a worker that died or a full disk fails one report only
        return Outcome(job.participant, job.session, failure=_reason(error))


def build(job: Job) -> Outcome:
    """Execute one report in this process with papermill; runs in a worker.

    The kernel's working folder holds the briefing and is deleted afterwards.
    """
    import papermill  # noqa: PLC0415 - a second to import, and only workers need it
    from traitlets.config import Config  # noqa: PLC0415

    here = Path(tempfile.mkdtemp(prefix="report-", dir=job.scratch))
    try:
        write_whole(here / "workbook.ipynb", job.notebook, mode=0o600, durable=False)
        write_whole(here / FILE, job.briefing, mode=0o600, durable=False)
        executed = papermill.execute_notebook(
            str(here / "workbook.ipynb"),
            str(here / "report.ipynb"),
            parameters={"view": "report"},
            cwd=str(here),
            progress_bar=False,
            request_save_on_cell_execute=False,
            start_timeout=_PATIENCE,
            execution_timeout=_PATIENCE,
            config=Config(
                KernelManager={"transport": "ipc"}
            ),  # no port that others on the machine could reach
        )
        return Outcome(job.participant, job.session, text=clean(executed))
    except Exception as error:  # noqa: BLE001 - whatever a notebook does ends here
        return Outcome(job.participant, job.session, failure=_reason(error))
    finally:
        shutil.rmtree(here, ignore_errors=True)


def _place(job: Job, outcome: Outcome, desk: Desk) -> Outcome:
    target, store = Path(job.target), desk.store
    shown = shelf.marker_of(json.loads(outcome.text))
    if shown is None:
        return Outcome(job.participant, job.session, failure="the executed notebook lost its marker")
    if not shelf.withdrawn([shown], store):
        private_folder(target.parent)
        write_whole(target, outcome.text, mode=0o600, scratch=desk.scratch)
        shelf.drop_pages(target)  # of the old one: it may say what was withdrawn since
    if shelf.withdrawn([shown], store):
        shelf.take_down_withdrawn(desk.program.folder, store, job.participant)
        return Outcome(
            job.participant, job.session, failure="an answer was withdrawn meanwhile; run it again"
        )
    return outcome


def _marker(
    participant: Participant,
    session: Session,
    briefing: Briefing,
    fingerprint: Fingerprint,
    made_at: datetime,
) -> dict[str, Any]:
    return {
        "report": True,
        "cohort": participant.cohort,
        "participant": participant.id,
        "session": session.session,
        "slug": session.slug,
        "title": session.title,
        "answers": sorted(row.id for row in briefing.answers),
        "exercises": sorted(
            {*(f"{one.session}/{one.id}" for one in briefing.exercises)}
            | set(briefing.before.named if briefing.before else ())
        ),
        "fingerprint": asdict(fingerprint),
        "made_at": made_at.isoformat(timespec="seconds"),
    }


def _fingerprint(base: str, front: Sequence[str | Part], briefing: Briefing) -> Fingerprint:
    parts = [part if isinstance(part, str) else part.model_dump_json() for part in front]
    said = briefing.model_dump_json(by_alias=True, exclude={"today"})
    # of the calendar only what turns a promise's date into the past; an age is that of the day it was made
    past = [step.due for step in briefing.history if step.due and step.due < briefing.today.isoformat()]
    return Fingerprint(template=_hash(base, *parts), package=_package(), briefing=_hash(said, *past))


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


@cache
def _package() -> str:
    """Hash of the code that draws reports, so that a new version builds them again."""
    found = hashlib.sha256(metadata.version("mdli-workbook").encode())
    for source in sorted(resources.files("mdli_workbook.exercises").iterdir(), key=lambda one: one.name):
        if source.name.endswith(".py"):
            found.update(source.read_bytes())
    return found.hexdigest()


def _reason(error: BaseException) -> str:
    """Say what went wrong without anything a person may have written."""
    if isinstance(error, WorkbookError):
        return str(error)
    if isinstance(error, BrokenExecutor):
        return "its worker process ended early; run mdli report again"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    name = getattr(error, "ename", "") or type(error).__name__
    place = f" in cell {error.cell_index}" if hasattr(error, "cell_index") else ""
    return f"its notebook did not run to the end ({name}{place})"
