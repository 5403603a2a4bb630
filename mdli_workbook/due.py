"""What is to be generated, reported or reminded today, and doing it: safe to run as often as one likes.

Workbooks are written again only where they would change, reports only where something in them did, and each
mail once for each occasion: ``.mdli/reminded.json`` (0600) says of which occasions one was written, and when.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from mdli_workbook.errors import StoreUnusable
from mdli_workbook.files import clear_halves, lock_program, private_folder, write_whole
from mdli_workbook.generate import Done, generate
from mdli_workbook.program import store_address
from mdli_workbook.reminding import mails_of, reminders_of
from mdli_workbook.renaming import foresee_names, settle_names
from mdli_workbook.report import Desk, Job, make
from mdli_workbook.selection import Selection
from mdli_workbook.sqlite import file_of
from mdli_workbook.status import Status
from mdli_workbook.store import Store
from mdli_workbook.tallies import look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.generate import Written
    from mdli_workbook.program import Program
    from mdli_workbook.reminding import Mail, Reminder
    from mdli_workbook.report import Outcome
    from mdli_workbook.status import PersonStatus

__all__ = ["COMMAND", "MAILS", "REMINDED", "Due", "Ran", "forget", "look", "run", "write_mails"]

COMMAND = "mdli due"
MAILS = "mails"
REMINDED = "reminded.json"


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done today.

    Parameters
    ----------
    workbooks
        Those that would be written.
    reports
        Participant and session of those that would be made.
    reminders
        What somebody would be written about.
    renamed
        One line for each id that would be noted as corrected.
    """

    workbooks: tuple[Written, ...]
    reports: tuple[tuple[str, int], ...]
    reminders: tuple[Reminder, ...]
    renamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """What was done.

    Parameters
    ----------
    workbooks
        Those that were written, or could not be.
    reports
        Those that were made, or could not be.
    mails
        Those that were written.
    renamed
        One line for each id that was noted as corrected.
    """

    workbooks: tuple[Written, ...]
    reports: tuple[Outcome, ...]
    mails: tuple[Mail, ...]
    renamed: tuple[str, ...] = field(default=())

    @property
    def failures(self) -> tuple[str, ...]:
        """One line for each workbook and report that failed."""
        ended: list[Written | Outcome] = [*self.workbooks, *self.reports]
        return tuple(
            f"{one.participant}, session {one.session}: {one.failure}" for one in ended if one.failure
        )


def look(program: Program, sessions: Sequence[Session], now: Callable[[], datetime]) -> Due:
    """Say what is to be done; nothing is written."""
    settled = foresee_names(program, sessions, now)
    today = program.today(now)
    written = generate(program, sessions, Selection(), today=today, names=settled.names)
    workbooks = tuple(one for one in written if _changes(one))
    wanted, reminders = _wanted(program, sessions, now)
    new = {(one.participant, one.session) for one in workbooks}
    stale = _stale(program, sessions, now, wanted - new)
    return Due(workbooks, tuple(sorted(stale | (wanted & new))), tuple(reminders), tuple(settled.lines))


def run(
    program: Program,
    sessions: Sequence[Session],
    now: Callable[[], datetime],
    folder: Path,
    *,
    step: Callable[[str, int], None] = lambda _done, _total: None,
) -> Ran:
    """Do what is to be done, one step after another, each under the program's lock.

    Parameters
    ----------
    program, sessions, now
        Whose, and the clock.
    folder
        Where mails are written, 0700.
    step
        As for :func:`mdli_workbook.report.make`.

    Raises
    ------
    Busy
        If another command is writing; what was done before it came stays, and the next run does the rest.
    """
    with lock_program(program.folder, COMMAND) as scratch:
        settled = settle_names(program, sessions, now)
        today = program.today(now)
        written = generate(program, sessions, Selection(), today=today, scratch=scratch, names=settled.names)
        workbooks = tuple(one for one in written if _changes(one))
    wanted, _ = _wanted(program, sessions, now)
    reports = make(program, sessions, Selection(pairs=wanted), now, step=step) if wanted else ()
    with lock_program(program.folder, COMMAND) as scratch:
        _, reminders = _wanted(program, sessions, now)  # of now: they went on writing
        mails = mails_of(program, sessions, reminders)
        _remind(program, mails, folder, now, scratch)
    return Ran(workbooks, reports, mails, tuple(settled.lines))


def _changes(one: Written) -> bool:
    return one.done not in {Done.SAME, Done.KEPT}


def _wanted(
    program: Program, sessions: Sequence[Session], now: Callable[[], datetime]
) -> tuple[frozenset[tuple[str, int]], list[Reminder]]:
    """Return whose report of which session is wanted by now, and what nobody was written about yet."""
    status = Status(program, sessions, now())
    known = read_reminded(program.folder)
    wanted, reminders = set(), []
    for person in _people(program, sessions, status):
        wanted |= {(person.who.id, session) for session in _soon(status, person)}
        reminders += [one for one in reminders_of(program, person) if one.occasion not in known]
    return frozenset(wanted), reminders


def _people(program: Program, sessions: Sequence[Session], status: Status) -> Iterator[PersonStatus]:
    for _, people in look_at(program, sessions, Selection(), status):
        yield from people


def _soon(status: Status, person: PersonStatus) -> Iterator[int]:
    """Yield the sessions whose report is wanted: of each call that is near enough and still to come."""
    for one in person.sessions:
        near = status.days_until(one.call) <= status.program.settings.due.report_days_before
        if one.held and one.call.ahead and near and not person.who.has_left(status.today):
            yield one.session


def _stale(
    program: Program,
    sessions: Sequence[Session],
    now: Callable[[], datetime],
    wanted: frozenset[tuple[str, int]],
) -> set[tuple[str, int]]:
    """Return those of the wanted reports that would be made: the same question that ``mdli report`` asks."""
    address = store_address(program.folder)
    if not wanted or not file_of(address).exists():
        return set(wanted)
    with Store.open(address, now=now, create=False) as store:
        planned = Desk(program, sessions, store, now, program.folder).plan(Selection(pairs=wanted))
        return {(one.participant, one.session) for one in planned if isinstance(one, Job) or one.failure}


def read_reminded(folder: Path) -> Mapping[str, str]:
    """Return of which occasions a mail was written, and when.

    Raises
    ------
    StoreUnusable
        If that cannot be read: everybody would be written to once more.
    """
    path = folder / ".mdli" / REMINDED
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise StoreUnusable(
            f"{path} cannot be read; put a backup in its place, or delete it: then each mail is written anew"
        ) from None


def write_mails(mails: Iterable[Mail], folder: Path) -> None:
    """Write each mail as a draft, in a folder that only this account may enter."""
    for one in mails:
        write_whole(private_folder(folder) / one.file, one.eml(), mode=0o600)


def _remind(
    program: Program, mails: Sequence[Mail], folder: Path, now: Callable[[], datetime], scratch: Path
) -> None:
    """Write each mail, then remember it: a run that is killed between writes the same file again."""
    clear_halves(folder, "*.eml")
    if not mails:
        return
    write_mails(mails, folder)
    at = now().isoformat(timespec="seconds")
    known = {**read_reminded(program.folder), **{each: at for one in mails for each in one.occasions}}
    _remember(program.folder, known, scratch)


def forget(folder: Path, ids: Collection[str], name: str, scratch: Path) -> None:
    """Forget, at the end of retention, that somebody was written to or about; needs the program's lock.

    Parameters
    ----------
    folder
        The program's.
    ids
        All ids that they had.
    name
        What coaches' mails call them; ``""`` if nobody knows it any more.
    scratch
        The lock's.
    """
    clear_halves(folder / ".mdli" / MAILS, "*.eml")
    for path in sorted((folder / ".mdli" / MAILS).glob("*.eml")):
        to = path.name.rsplit("-", 2)[0]
        if to in ids or (name and name in _words_of(path)):
            path.unlink()
    known = read_reminded(folder)
    left = {one: at for one, at in known.items() if _who(one) not in ids}
    if left != known:
        _remember(folder, left, scratch)


def _who(occasion: str) -> str:
    """Return whom an occasion is about: its id may hold dashes, as its day does."""
    return "-".join(occasion.split("-")[2:-3])


def _words_of(mail: Path) -> str:
    message = message_from_bytes(mail.read_bytes(), policy=default)
    return " ".join(str(message.get_content()).split())


def _remember(folder: Path, reminded: Mapping[str, str], scratch: Path) -> None:
    text = json.dumps(dict(reminded), indent=1, sort_keys=True) + "\n"
    write_whole(folder / ".mdli" / REMINDED, text, mode=0o600, scratch=scratch)
