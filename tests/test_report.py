"""Reports: real papermill, real kernels; only what changed, only what is shared, and never all or nothing."""

from __future__ import annotations

import gc
import json
import shutil
import signal
import stat
import uuid
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from programs import (
    clock,
    copy_program,
    generate_all,
    make_program,
    open_store,
    read,
    record_call,
    snapshot,
    start,
    texts,
    wait_for_end,
    withdraw,
    write,
)

from mdli_workbook import shelf
from mdli_workbook.errors import StoreUnusable
from mdli_workbook.exercises import KINDS
from mdli_workbook.generate import base_path
from mdli_workbook.grammar import Call, Import, Open, Parameters, read_cell
from mdli_workbook.report import Desk, Job, Outcome, build, make, run
from mdli_workbook.runs import read_runs
from mdli_workbook.selection import Selection
from mdli_workbook.workers import pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mdli_workbook.store import Store

ENTRY = "0b6d3a52-6a0e-4c39-9d7e-0e9a3a1c5b11"
ANA = Selection(participant="ana", session=2)
PROMISE = {"cue": "Monday at huddle", "act": "Ask the front desk one question", "due": "2026-04-01"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three participants, two sessions held, six reports made in two processes."""
    folder = make_program(tmp_path_factory.mktemp("made") / "program")
    generate_all(folder)
    write(folder, "ana", "first-guess", {"text": "She is slow, I <b>thought</b>."})
    write(folder, "ana", "to-myself", {"text": "If she were still in the room."}, audience="private")
    write(folder, "ana", "and-now", {"text": "She is afraid of missing something."})
    write(folder, "ana", "for-the-call", {"lines": ["How to say sorry"]})
    write(folder, "ana", "first-step", {"order": [ENTRY]}, session=1)
    write(folder, "ana", "first-step", PROMISE | {"state": "open"}, session=1, entry=ENTRY)
    write(folder, "ben", "first-guess", {"text": "He is new."})
    outcomes = make_all(folder, jobs=2)
    assert [one for one in outcomes if one.failure] == []
    assert len(outcomes) == 6
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return copy_program(made, tmp_path / "program")


def make_all(folder: Path, selection: Selection | None = None, **options: Any) -> tuple[Outcome, ...]:
    return make(*read(folder), selection or Selection(), clock, **options)


def report(folder: Path, participant: str = "ana", stem: str = "02-listen") -> Path:
    return shelf.report_path(folder, "spring", participant, stem)


def seen(folder: Path, participant: str = "ana", stem: str = "02-listen") -> str:
    return "\n".join(texts(json.loads(report(folder, participant, stem).read_text("utf-8"))))


@dataclass
class Planned:
    """What a desk plans, with its store still open."""

    desk: Desk
    store: Store

    def __call__(self, selection: Selection | None = None, *, force: bool = False) -> list[tuple[str, int]]:
        return [(one.participant, one.session) for one in self.jobs(selection, force=force)]

    def jobs(self, selection: Selection | None = None, *, force: bool = False) -> list[Job]:
        planned = list(self.desk.plan(selection or Selection(), force=force))
        assert [one for one in planned if isinstance(one, Outcome) and one.failure] == []
        return [one for one in planned if isinstance(one, Job)]

    def read_again(self, folder: Path) -> Planned:
        """Return one that knows the program's files as they are now."""
        return Planned(Desk(*read(folder), self.store, clock, self.desk.scratch), self.store)


@pytest.fixture
def plan(folder: Path, tmp_path: Path) -> Iterator[Planned]:
    program, sessions = read(folder)
    (tmp_path / "scratch").mkdir()
    with open_store(folder) as store:
        yield Planned(Desk(program, sessions, store, clock, tmp_path / "scratch"), store)


class Ready(Executor):
    """Hands out what was built before, after something else has happened."""

    def __init__(self, text: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.text = text
        self.meanwhile = meanwhile

    def submit(self, _build: Any, job: Job, /) -> Future[Outcome]:  # type: ignore[override]
        self.meanwhile()
        future: Future[Outcome] = Future()
        future.set_result(Outcome(job.participant, job.session, text=self.text))
        return future


def test_each_session_held_has_a_whole_report_that_only_this_account_can_read(made: Path) -> None:
    found = [shelf.read_marker(path) for path in shelf.find_reports(made)]
    assert [(one.participant, one.session) for one in found if one] == [
        (who, number) for who in ("ana", "ben", "cleo") for number in (1, 2)
    ]
    for path in shelf.find_reports(made):
        nbformat.validate(nbformat.read(path, as_version=4))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_report_shows_what_is_shared_as_text(made: Path) -> None:
    page = seen(made)
    assert "Ana Example" in page
    assert "How to say sorry" in page
    assert "She is slow, I &lt;b&gt;thought&lt;/b&gt;." in page
    assert "Ask the front desk one question" in page
    assert "What they shared" in page
    assert page.index("How to say sorry") < page.index("She is slow")
    assert "Ask before you judge" not in page, "teaching text is for the participant"


def test_a_report_without_answers_is_a_report_too(made: Path) -> None:
    assert "Cleo Example" in seen(made, "cleo")
    assert shelf.read_marker(report(made, "cleo")).answers == ()  # type: ignore[union-attr]


def test_each_report_shows_its_own_participant_only(made: Path) -> None:
    for who, other in (("ana", "He is new"), ("ben", "She is slow"), ("cleo", "He is new")):
        content = report(made, who).read_text("utf-8")
        assert other not in content
        assert not [
            one
            for one in {"ana", "ben", "cleo"} - {who}
            if one in json.loads(content)["metadata"]["mdli"].values()
        ]


def test_sources_hold_ids_and_what_the_session_says_and_nothing_else(made: Path) -> None:
    for path in shelf.find_reports(made):
        notebook = json.loads(path.read_text("utf-8"))
        for cell in (one for one in notebook["cells"] if one["cell_type"] == "code"):
            source = "".join(cell["source"])
            if source.strip().endswith('view = "report"') and "cohort" not in source:
                continue  # papermill's
            if source.startswith("wb.part("):
                continue
            assert isinstance(read_cell(source, KINDS), Import | Open | Parameters | Call)
            assert "participant = " not in source or f"participant = '{path.parent.name}'" in source


def test_the_file_holds_no_address_no_place_no_time_and_no_widget(made: Path) -> None:
    for path in shelf.find_reports(made):
        content = path.read_text("utf-8")
        for word in (
            str(made),
            "example.org",
            "sqlite",
            "answers.db",
            ".mdli",
            "papermill",
            "briefing.json",
            "widget",
        ):
            assert word not in content.replace("injected-parameters", ""), word
        notebook = json.loads(content)
        assert notebook["metadata"].keys() == {"kernelspec", "language_info", "mdli"}
        assert notebook["metadata"]["mdli"].keys() == {
            "report", "cohort", "participant", "session", "slug", "title", "answers", "exercises",
            "fingerprint", "made_at",
        }  # fmt: skip
        for cell in notebook["cells"]:
            assert cell["metadata"].keys() <= {"deletable", "editable", "jupyter", "mdli", "tags"}
            for output in cell.get("outputs", ()):
                assert output["output_type"] in {"execute_result", "display_data"}
                assert output["data"].keys() <= {"text/html", "text/plain"}


def test_a_report_does_not_name_a_private_exercise_not_even_as_a_condition(made: Path) -> None:
    for path in shelf.find_reports(made):
        assert "to-myself" not in path.read_text("utf-8")
        assert "prove you wrong" not in path.read_text("utf-8")


def test_nothing_is_left_in_the_scratch_folder(made: Path) -> None:
    assert not (made / ".mdli" / "scratch").exists()
    assert sorted(path.name for path in (made / ".mdli").iterdir()) == ["answers.db", "base", "lock", "runs"]


def test_what_did_not_change_is_left_alone(folder: Path, plan: Planned) -> None:
    before = snapshot(folder / "reports")
    assert plan() == []
    assert make_all(folder) == ()
    assert snapshot(folder / "reports") == before


def test_only_what_changed_is_built_again(folder: Path, plan: Planned) -> None:
    write(folder, "ben", "first-guess", {"text": "He is careful."})
    assert plan() == [("ben", 2)]
    write(folder, "cleo", "first-step", {"order": [ENTRY]}, session=1)
    write(folder, "cleo", "first-step", PROMISE | {"state": "open"}, session=1, entry=ENTRY)
    assert plan() == [("ben", 2), ("cleo", 1), ("cleo", 2)], "an open promise is in later reports too"


def test_a_private_answer_changes_no_report(folder: Path, plan: Planned) -> None:
    write(folder, "ana", "to-myself", {"text": "Still private."}, audience="private")
    assert plan(Selection(participant="ana")) == []


def test_a_changed_session_is_built_again_once_it_was_generated(folder: Path, plan: Planned) -> None:
    session = folder / "templates" / "sessions" / "01-journey.md"
    session.write_text(session.read_text().replace("last month", "the last month"))
    generate_all(folder)
    assert ("ana", 1) in plan.read_again(folder)()


def test_force_builds_all_that_was_selected(plan: Planned) -> None:
    assert len(plan(force=True)) == 6
    assert plan(ANA, force=True) == [("ana", 2)]


def test_a_session_that_was_not_held_has_no_report(plan: Planned) -> None:
    assert plan(Selection(session=3), force=True) == []


def test_who_has_left_has_no_new_report(folder: Path, plan: Planned) -> None:
    roster = folder / "roster.csv"
    roster.write_text(
        roster.read_text().replace(
            "ben@example.org,spring,kim,,,,,,", "ben@example.org,spring,kim,,,,,,2026-03-01"
        )
    )
    assert {who for who, _ in plan.read_again(folder)(force=True)} == {"ana", "cleo"}


def test_a_recorded_call_closes_its_report(folder: Path, plan: Planned) -> None:
    record_call(folder, "ana", 2)
    write(folder, "ana", "first-guess", {"text": "Written after the call."})
    assert plan(Selection(participant="ana"), force=True) == [("ana", 1)]


def test_what_is_withdrawn_after_the_call_removes_the_closed_report_and_nothing_rebuilds_it(
    folder: Path,
) -> None:
    record_call(folder, "ana", 2)
    withdraw(folder, "ana", "first-guess")
    assert make_all(folder, ANA, force=True) == ()
    assert not report(folder).exists()
    assert report(folder, stem="01-journey").exists()


def test_what_is_withdrawn_is_gone_before_anything_is_built(folder: Path) -> None:
    withdraw(folder, "ana", "first-guess")
    with open_store(folder) as store:
        assert shelf.take_down_withdrawn(folder, store) == (report(folder),)
    assert not report(folder).exists()
    assert report(folder, "ben").exists()


def test_pages_rendered_from_the_report_before_go_when_another_takes_its_place(
    folder: Path, plan: Planned
) -> None:
    home, begin = shelf.pages_of(report(folder))
    home.mkdir(parents=True)
    page, other = home / f"{begin}0.html", home / "01-journey.0.html"
    for one in (page, other):
        one.write_text("rendered")
    jobs = plan.desk.plan(ANA, force=True)
    [outcome] = run(jobs, Ready(report(folder).read_text("utf-8")), plan.desk)
    assert (outcome.failure, page.exists(), other.exists()) == ("", False, True)


def test_a_report_carries_the_hashes_of_template_package_and_briefing(folder: Path, plan: Planned) -> None:
    def planned() -> shelf.Fingerprint:
        [job] = plan.jobs(ANA, force=True)
        marker = shelf.marker_of(json.loads(job.notebook))
        assert marker is not None
        return marker.fingerprint

    before = planned()
    assert before == shelf.read_marker(report(folder)).fingerprint  # type: ignore[union-attr]
    template = folder / "templates" / "reports" / "call.md"
    template.write_text(f"Read this first.\n\n{template.read_text('utf-8')}", "utf-8")
    reworded = planned()
    assert (reworded.template != before.template, reworded.briefing == before.briefing) == (True, True)
    write(folder, "ana", "for-the-call", {"lines": ["Something else"]})
    rewritten = planned()
    assert (rewritten.template == reworded.template, rewritten.briefing != before.briefing) == (True, True)
    assert rewritten.package == before.package != ""


def test_what_is_withdrawn_while_it_is_built_is_not_placed(folder: Path, plan: Planned) -> None:
    text = report(folder).read_text("utf-8")
    jobs = plan.desk.plan(ANA, force=True)
    executor = Ready(text, meanwhile=lambda: withdraw(folder, "ana", "first-guess"))
    [outcome] = run(jobs, executor, plan.desk)
    assert outcome.failure == "an answer was withdrawn meanwhile; run it again"
    assert not report(folder).exists(), "the report of before showed it too"


def test_what_is_withdrawn_while_it_is_placed_is_taken_down(folder: Path, plan: Planned) -> None:
    class Late:
        """A store in which the answer is withdrawn right after the first question."""

        asked = 0

        def closed(self, exercises: Any) -> frozenset[Any]:
            return plan.store.closed(exercises)

        def unshared(self, ids: Any) -> frozenset[str]:
            self.asked += 1
            if self.asked == 2:
                withdraw(folder, "ana", "first-guess")
            return plan.store.unshared(ids)

    text = report(folder).read_text("utf-8")
    jobs = plan.desk.plan(ANA, force=True)
    desk = Desk(plan.desk.program, plan.desk.sessions, Late(), clock, plan.desk.scratch)  # type: ignore[arg-type]
    [outcome] = run(jobs, Ready(text), desk)
    assert outcome.failure
    assert not report(folder).exists()


def test_a_missing_or_damaged_base_copy_fails_its_own_reports_and_the_last_good_ones_stay(
    folder: Path,
) -> None:
    before = snapshot(folder / "reports")
    base_path(folder, "spring", "ana", "02-listen").unlink()
    for stem, spoiled in (("01-journey", "{ half"), ("02-listen", '{"cells": [{"cell_type": "code"}]}')):
        base_path(folder, "spring", "ben", stem).write_text(spoiled)
    write(folder, "cleo", "first-guess", {"text": "Late, but here."})
    outcomes = make_all(folder)
    assert {(one.participant, one.session, one.failure) for one in outcomes} == {
        ("ana", 2, "its workbook was never generated; run mdli generate first"),
        (
            "ben",
            1,
            damaged := "the base copy of its workbook is damaged; run mdli generate, then mdli report again",
        ),
        ("ben", 2, damaged),
        ("cleo", 2, ""),
    }
    assert "Late, but here." in seen(folder, "cleo")
    after = snapshot(folder / "reports")
    assert {name for name in before if before[name] != after[name]} == {"spring/cleo/02-listen.ipynb"}


def test_why_a_report_failed_is_kept_until_it_is_fine_again(folder: Path) -> None:
    base_path(folder, "spring", "ana", "02-listen").unlink()
    ana = Selection(participant="ana")
    make_all(folder, ana)
    assert read_runs(folder)["ana", 2].failure == "its workbook was never generated; run mdli generate first"
    generate_all(folder)
    make_all(folder, ana)
    assert [key for key, one in read_runs(folder).items() if one.failure] == []


def test_generating_repairs_a_damaged_base_copy(folder: Path, plan: Planned) -> None:
    base_path(folder, "spring", "ana", "02-listen").write_bytes(b"\xff")
    generate_all(folder)
    assert plan() == []


def test_code_of_a_stranger_in_a_base_copy_is_not_run(folder: Path, tmp_path: Path) -> None:
    base = base_path(folder, "spring", "ana", "02-listen")
    notebook = json.loads(base.read_text("utf-8"))
    notebook["cells"][1]["source"] = [f"open({str(tmp_path / 'ran')!r}, 'w')"]
    base.write_text(json.dumps(notebook))
    [outcome] = make_all(folder, ANA, force=True)
    assert "damaged" in outcome.failure
    assert not (tmp_path / "ran").exists()


class OneIsKilled(Executor):
    """Real workers, one of which dies of its job."""

    def __init__(self, workers: Executor, participant: str) -> None:
        self.workers, self.participant = workers, participant

    def submit(self, work: Any, job: Job, /) -> Future[Any]:  # type: ignore[override]
        if job.participant == self.participant:
            return self.workers.submit(signal.raise_signal, signal.SIGKILL)
        return self.workers.submit(work, job)


def test_a_killed_worker_fails_its_own_report_and_the_last_good_one_stays(
    folder: Path, plan: Planned
) -> None:
    before = report(folder, "ben").read_bytes()
    write(folder, "ana", "first-guess", {"text": "Ana again."})
    write(folder, "ben", "first-guess", {"text": "Ben again."})
    write(folder, "cleo", "first-guess", {"text": "Cleo again."})
    jobs = plan.desk.plan(Selection(session=2))
    with pool(2, plan.desk.scratch) as workers:
        ended = list(run(jobs, OneIsKilled(workers, "ben"), plan.desk))
    outcomes = {one.participant: one.failure for one in ended}
    assert outcomes == {"ana": "", "ben": "its worker process ended early; run mdli report again", "cleo": ""}
    assert report(folder, "ben").read_bytes() == before
    assert "Ana again." in seen(folder, "ana")
    assert "Cleo again." in seen(folder, "cleo")


def test_a_place_that_cannot_be_written_fails_its_own_report(folder: Path, plan: Planned) -> None:
    text = report(folder).read_text("utf-8")
    shutil.rmtree(report(folder, "ben").parent)
    report(folder, "ben").parent.write_text("a file in the place of the folder")
    jobs = plan.desk.plan(Selection(session=2), force=True)
    outcomes = {one.participant: one.failure for one in run(jobs, Ready(text), plan.desk)}
    assert outcomes == {"ana": "", "ben": "File exists", "cleo": ""}


def test_reports_are_made_with_the_store_moved_away(folder: Path, tmp_path: Path) -> None:
    program, sessions = read(folder)
    (tmp_path / "scratch").mkdir()
    with open_store(folder) as store:
        [job] = Planned(Desk(program, sessions, store, clock, tmp_path / "scratch"), store).jobs(
            ANA, force=True
        )
    moved = tmp_path / "moved"
    shutil.move(folder / ".mdli", moved)
    shutil.move(folder / "program.toml", moved)
    with pool(1, tmp_path / "scratch") as workers:
        outcome = workers.submit(build, job).result()
    assert outcome.failure == ""
    assert "She is slow" in outcome.text
    assert not (folder / ".mdli").exists()
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["ipython"]


def test_a_job_is_the_same_again_and_so_are_its_outputs(folder: Path, plan: Planned) -> None:
    first, second = (plan.jobs(ANA, force=True) for _ in range(2))
    assert first == second
    before = report(folder).read_bytes()
    make_all(folder, ANA, force=True)
    assert report(folder).read_bytes() == before


def test_a_lost_store_is_not_taken_for_everything_withdrawn(folder: Path) -> None:
    before = snapshot(folder / "reports")
    (folder / ".mdli" / "answers.db").unlink()
    with pytest.raises(StoreUnusable):
        make_all(folder)
    assert snapshot(folder / "reports") == before


def test_a_report_that_was_damaged_is_made_again(folder: Path, plan: Planned) -> None:
    report(folder).write_text("{ half")
    assert plan() == [("ana", 2)]


def test_each_report_is_told_as_it_ends(folder: Path) -> None:
    told: list[tuple[str, int]] = []
    write(folder, "ana", "first-guess", {"text": "One more."})
    make_all(folder, step=lambda done, total: told.append((done, total)))
    assert sorted(told) == [*[("", 6)] * 5, ("made ana, session 2", 6)]


class AtOnce(Executor):
    """Two threads in which every job fails at once."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(2)

    def submit(self, _build: Any, job: Job, /) -> Future[Outcome]:  # type: ignore[override]
        return self.threads.submit(Outcome, job.participant, job.session, failure="not tried")

    def __exit__(self, *_: object) -> None:
        self.threads.shutdown()


def test_no_more_jobs_exist_than_there_is_room_for(plan: Planned) -> None:
    [sample] = plan.jobs(ANA, force=True)
    alive: list[int] = []
    many = (replace(sample, participant=f"p{number}") for number in range(400))
    with AtOnce() as executor:
        for index, outcome in enumerate(run(many, executor, plan.desk, window=4)):
            assert outcome.failure == "not tried"
            if index % 20 == 0:
                alive.append(sum(isinstance(one, Job) for one in gc.get_objects()))
    assert len(alive) == 20
    assert max(alive) <= 4 + 2, "the sample, and the one that is handed over"


def test_a_report_is_planned_when_it_is_asked_for(folder: Path, plan: Planned) -> None:
    planned = plan.desk.plan(Selection(session=2), force=True)
    assert isinstance(next(planned), Job)
    record_call(folder, "ben", 2)
    assert next(planned) == Outcome("ben", 2, left="closed")
    assert plan.desk.count(Selection(session=2)) == 3


def test_what_ended_is_put_in_place_before_all_others_were_looked_at(folder: Path, plan: Planned) -> None:
    made: list[Outcome] = []

    def endless() -> Iterator[Job | Outcome]:
        yield plan.jobs(ANA, force=True)[0]
        while not made:
            yield Outcome("ben", 2, left="unchanged")

    for outcome in run(endless(), Ready(report(folder).read_text("utf-8")), plan.desk):
        made += [] if outcome.left else [outcome]
    assert made == [Outcome("ana", 2)], "in place, and its text is not held any longer"


def records(folder: Path) -> list[dict[str, Any]]:
    """Return what the runs of a program were, oldest first."""
    home = folder / ".mdli" / "runs"
    return [json.loads(path.read_text("utf-8")) for path in sorted(home.glob("0*.json"))]


def test_each_run_leaves_a_record_of_ids_and_counts(folder: Path) -> None:
    base_path(folder, "spring", "ana", "02-listen").unlink()
    record_call(folder, "ben", 1)
    write(folder, "cleo", "first-guess", {"text": "Late, but here."})
    make_all(folder, jobs=1)
    first, last = records(folder)
    assert (first["made"], first["failures"], first["jobs"]) == (6, [], 2)
    assert last.pop("seconds") > 0
    assert last == {
        "begun_at": clock().isoformat(),
        "ended_at": clock().isoformat(),
        "jobs": 1,
        "selection": {"cohort": "", "participant": "", "session": 0},
        "force": False,
        "made": 1,
        "failed": 1,
        "unchanged": 3,
        "closed": 1,
        "failures": [
            {
                "participant": "ana",
                "session": 2,
                "reason": "its workbook was never generated; run mdli generate first",
            }
        ],
    }


def test_a_killed_run_is_known_as_far_as_it_came_and_the_next_makes_only_what_is_missing(
    folder: Path,
) -> None:
    shutil.rmtree(folder / "reports")
    shutil.rmtree(folder / ".mdli" / "runs")
    mark = str(uuid.uuid4())
    command = start(folder, "report", "--jobs", "1", mark=mark)
    assert command.stdout is not None
    assert command.stdout.readline() == "made ana, session 1\n"
    command.kill()
    command.communicate()
    assert wait_for_end(mark) == []
    there = {path: path.stat().st_mtime_ns for path in shelf.find_reports(folder)}
    assert read_runs(folder)["ana", 1].failure == ""
    assert records(folder) == []
    make_all(folder, jobs=2)
    killed, last = records(folder)
    assert (killed["ended_at"], killed["seconds"], killed["jobs"]) == (None, None, 1)
    assert 1 <= killed["made"] <= len(there) < 6
    assert (last["made"], last["unchanged"]) == (6 - len(there), len(there))
    assert {path: path.stat().st_mtime_ns for path in there} == there
    assert len(read_runs(folder)) == 6


def test_a_run_that_is_stopped_says_what_it_did_and_that_it_did_not_end(folder: Path) -> None:
    told: list[str] = []

    def stop(done: str, _total: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise KeyboardInterrupt

    base_path(folder, "spring", "ben", "01-journey").unlink()
    with pytest.raises(KeyboardInterrupt):
        make_all(folder, step=stop)
    stopped = records(folder)[-1]
    assert (stopped["ended_at"], stopped["failed"], stopped["unchanged"]) == (None, 1, 2)
    assert read_runs(folder)["ben", 1].failure
