"""Which reports, from what, on which executor.

The parent process decides and asks the store; a worker executes one notebook with papermill and
sends its text home; the parent puts it in place. A worker never sees the store. A report is planned
only as a worker gets free, so that memory does not grow with their number.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mdli_workbook import shelf
from mdli_workbook.briefing import FILE
from mdli_workbook.cluster import joined
from mdli_workbook.errors import ReportFailed, WorkbookError
from mdli_workbook.exercises.coaching import WRITTEN_BY_COACHES
from mdli_workbook.exercises.front import PARTS
from mdli_workbook.files import lock_program, private_folder, write_whole
from mdli_workbook.gathering import Sources
from mdli_workbook.generate import base_path
from mdli_workbook.program import store_address
from mdli_workbook.renaming import note_names
from mdli_workbook.report_cells import arrange, clean, describe, fingerprint_of, read_base
from mdli_workbook.runs import record_run
from mdli_workbook.session_files import read_report_template
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
    target
        Where the parent puts the result.
    """

    participant: str
    session: int
    notebook: str = field(repr=False)  # what people wrote belongs in no log
    briefing: str = field(repr=False)
    target: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report: its text, why there is none, or why it was left alone.

    Parameters
    ----------
    text
        Of the executed notebook, until it is in place.
    failure
        One sentence; ``""`` if it did not fail.
    left
        Why it was not executed: ``unchanged`` since it was made, ``closed`` by its call, or ``unready`` (a
        failure); ``""`` if it was.
    """

    participant: str
    session: int
    text: str = field(default="", repr=False)
    failure: str = ""
    left: Literal["", "unchanged", "closed", "unready"] = ""

    @property
    def ended(self) -> str:
        """``made``, ``failed``, ``unchanged`` or ``closed``."""
        return "failed" if self.failure else self.left or "made"


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

    def count(self, selection: Selection) -> int:
        """Return how many reports :meth:`plan` looks at; this asks neither store nor disk."""
        return sum(1 for _ in self._due(selection))

    def plan(self, selection: Selection, *, force: bool = False) -> Iterator[Job | Outcome]:
        """Look at the reports one after another, each when it is asked for.

        A report is due once its session was held. It is left alone while nothing in it changed
        (unless forced), and for good once its call is recorded.

        Yields
        ------
        Job or Outcome
            What is to be executed; or, at once, what became of a report that cannot be made or is left alone.

        Raises
        ------
        InputError
            At the call, if the report template has problems.
        """
        template = self.program.folder / "templates" / "reports" / "call.md"
        front = read_report_template(template, tuple(PARTS), name="templates/reports/call.md")
        return (self._plan(*one, front, force=force) for one in self._due(selection))

    def _plan(
        self, participant: Participant, session: Session, front: Sequence[str | Part], *, force: bool
    ) -> Job | Outcome:
        try:
            return self._job(participant, session, front, force=force)
        except Exception as error:  # noqa: BLE001 - one participant must not stop the others
            return Outcome(participant.id, session.session, failure=_reason(error), left="unready")

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
    ) -> Job | Outcome:
        folder = self.program.folder
        place = (participant.cohort, participant.id, session.stem)
        target = shelf.report_path(folder, *place)
        standing = shelf.read_marker(target)
        if self._closed(participant.id, session.session):
            return Outcome(participant.id, session.session, left="closed")
        base = base_path(folder, *place)
        if not base.is_file():
            raise ReportFailed("its workbook was never generated; run mdli generate first")
        text, made_at = read_base(base, *place[:2]), self.now()  # what is saved from now on is "shared since"
        briefing = self.briefing(participant, session.session)
        fingerprint = fingerprint_of(text, front, briefing)
        if standing is not None and standing.fingerprint == fingerprint and not force:
            return Outcome(participant.id, session.session, left="unchanged")
        marker = describe(participant, session, briefing, fingerprint, made_at)
        return Job(
            participant=participant.id,
            session=session.session,
            notebook=arrange(text, front, briefing, marker),
            briefing=briefing.model_dump_json(by_alias=True),
            target=str(target),
        )

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
    cluster: str = "",
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
    cluster
        Address of a Dask scheduler whose workers make them; ``""`` for processes of this machine.
    force
        Also those in which nothing changed.
    step
        Called as each report ends, with a word on it (``""`` if it was not executed) and how many there are.

    Returns
    -------
    tuple of Outcome
        Those that were made and those that failed, as they ended.
    """
    folder = program.folder
    outcomes: list[Outcome] = []
    with contextlib.ExitStack() as held:
        elsewhere = held.enter_context(joined(cluster)) if cluster else None  # first: nothing is written yet
        scratch = held.enter_context(lock_program(folder, "mdli report"))
        store = held.enter_context(_open_store(folder, now))
        jobs = elsewhere.size if elsewhere else jobs or cores()
        about = {"jobs": jobs, "selection": selection.said, "force": force}
        note_names(program, sessions, store, now)
        shelf.take_down_withdrawn(folder, store)
        desk = Desk(program, sessions, store, now, scratch)
        planned, total = desk.plan(selection, force=force), desk.count(selection)
        note = held.enter_context(record_run(folder, now, scratch, **about))
        with elsewhere or pool(jobs, scratch) as executor:
            for outcome in run(planned, executor, desk, window=2 * jobs):
                note(outcome.participant, outcome.session, outcome.ended, outcome.failure)
                outcomes += [outcome] if outcome.ended in {"made", "failed"} else []
                word = f"{outcome.ended} {outcome.participant}, session {outcome.session}"
                step("" if outcome.left else word, total)
    return tuple(outcomes)


def _open_store(folder: Path, now: Callable[[], datetime]) -> Store:
    """Open the store. A lost one is not made anew: all that reports show would seem to be withdrawn."""
    markers = map(shelf.read_marker, shelf.find_reports(folder))
    lost = any(marker is not None and marker.answers for marker in markers)
    return Store.open(store_address(folder), now=now, create=not lost)


def run(
    planned: Iterable[Job | Outcome], executor: Executor, desk: Desk, *, window: int = 2
) -> Iterator[Outcome]:
    """Build reports on any executor and put each in place as it arrives.

    Parameters
    ----------
    planned
        From :meth:`Desk.plan`; the next one is asked for only when there is room for it.
    executor
        A pool of processes (papermill changes the working folder of its whole process).
    desk
        Its store is asked again before and after a report is put in place: what was withdrawn
        meanwhile does not come back.
    window
        How many may be planned, executed or waiting to be put in place at once. Twice as many as there
        are processes, so that none of them waits for the planning.

    Yields
    ------
    Outcome
        In the order in which they end, without its text; a failed one leaves the last good report in place.
    """
    waiting: dict[Future[Outcome], Job] = {}
    for one in planned:
        if isinstance(one, Outcome):
            yield one
        else:
            waiting[executor.submit(build, one)] = one
        # what has ended is placed at once, also while many that did not change are looked at
        yield from _arrived(waiting, desk, timeout=None if len(waiting) >= window else 0)
    while waiting:
        yield from _arrived(waiting, desk)


def _arrived(
    waiting: dict[Future[Outcome], Job], desk: Desk, timeout: float | None = None
) -> Iterator[Outcome]:
    for future in wait(waiting, timeout, FIRST_COMPLETED).done:
        yield _end(waiting.pop(future), future, desk)


def _end(job: Job, future: Future[Outcome], desk: Desk) -> Outcome:
    try:
        outcome = future.result()
        return outcome if outcome.failure else replace(_place(job, outcome, desk), text="")
    except Exception as error:  # noqa: BLE001 - a worker that died or a full disk fails one report only
        return Outcome(job.participant, job.session, failure=_reason(error))


def build(job: Job) -> Outcome:
    """Execute one report in this process with papermill; runs in a worker.

    The kernel's working folder, 0700 in the worker's own, holds the briefing and is deleted afterwards.
    """
    import papermill  # noqa: PLC0415 - a second to import, and only workers need it
    from traitlets.config import Config  # noqa: PLC0415

    here = Path(tempfile.mkdtemp(prefix="report-"))
    try:
        write_whole(here / "workbook.ipynb", job.notebook, mode=0o600, durable=False)
        write_whole(here / FILE, job.briefing, mode=0o600, durable=False)
        executed = papermill.execute_notebook(
            str(here / "workbook.ipynb"),
            str(here / "report.ipynb"),
            parameters={"view": "report"},
            engine_name="mdli",
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
