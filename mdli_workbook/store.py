"""The store: answers and events, to which rows are only ever added, and whose words can be erased.

Of each participant, session, exercise and entry the newest row counts, by the order in which
rows arrived and not by the clock. Every method is one transaction, safe from any thread and
beside other processes. When a method returns, what it wrote is on disk.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from mdli_workbook.access import shared_with_coach, told_to_coach
from mdli_workbook.answers import Answer, Conflict, Draft, Event, Saved
from mdli_workbook.drafts import (
    answer_of,
    checked,
    checked_event,
    refuse_coachs,
    refuse_mixed,
    refuse_other,
    refuse_other_event,
    same_draft,
    shared_rows,
    was_erased,
)
from mdli_workbook.erasing import Erased, blank, is_due, why_not_scrubbed
from mdli_workbook.errors import SaveRefused, StoreUnusable
from mdli_workbook.migrations import bring_forward
from mdli_workbook.rows import (
    ANSWERS,
    EVENTS,
    add_answers,
    add_event,
    answer_with,
    event_with,
    key_of,
    newest_where,
    of_key,
    of_person,
    read_answers,
    read_credited,
    read_events,
    read_names,
    version_of,
)
from mdli_workbook.sharing import closed, unshared
from mdli_workbook.sqlite import back_up, engine_of, file_of, make_private, read_mounts, unusable, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from mdli_workbook.answers import Audience
    from mdli_workbook.names import Names

__all__ = ["Store"]


_utc_now = partial(datetime.now, UTC)


class Store:
    """Answers and events of one program, in one SQLite file.

    Open one per process with :meth:`open`, share it among threads, close it at the end.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from uuid import uuid4
    >>> from mdli_workbook.sqlite import address_of
    >>> folder = tempfile.TemporaryDirectory()
    >>> draft = Draft(
    ...     id=str(uuid4()), author="ana-mora", cohort="spring", participant="ana-mora", session=2,
    ...     exercise="late-notes", value={"text": "I guessed too soon."}, audience="private",
    ... )
    >>> with Store.open(address_of(Path(folder.name) / ".mdli" / "answers.db")) as store:
    ...     saved = store.save(draft)
    ...     again = store.save(draft)
    ...     [answer] = store.newest("ana-mora")
    >>> answer.value, saved == again == Saved(answer)
    ({'text': 'I guessed too soon.'}, True)
    >>> folder.cleanup()
    """

    def __init__(self, path: Path, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self.path = path
        self._reading, self._writing = engine, writing(engine)
        self._now = now
        self._lock = threading.Lock()
        self._process: int | None = os.getpid()

    @classmethod
    def open(
        cls,
        address: str,
        *,
        now: Callable[[], datetime] = _utc_now,
        create: bool = True,
        mounts: Callable[[], str] = read_mounts,
    ) -> Self:
        """Open the store at an address; make it where there is none, bring an older one forward.

        Parameters
        ----------
        address
            ``sqlite:////absolute/path/answers.db``.
        now
            Gives the time of each save, with a zone.
        create
            Whether a missing store is made. Say no where an empty one would be read as
            "everything was withdrawn".
        mounts
            Gives the text of ``/proc/mounts``.

        Raises
        ------
        StoreUnusable
            If there is none, or it is newer than this package, on a network file system, or
            otherwise not to be used; the message says why.
        """
        path = file_of(address)
        with unusable(path):
            engine = engine_of(path, create=create, mounts=mounts)
            try:
                bring_forward(
                    engine,
                    writing(engine),
                    lambda step: back_up(path, path.with_name(f"{path.stem}-schema-{step}{path.suffix}")),
                )
                with engine.begin() as connection:
                    due = is_due(connection)
                if due:
                    why_not_scrubbed(path)  # if so, the next opening tries again
                make_private(path)
            except BaseException:
                engine.dispose()
                raise
        return cls(path, engine, now)

    def close(self) -> None:
        """Close the file once the running calls are through; closing again does nothing."""
        with self._lock:
            self._process = None
            self._reading.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def save(self, draft: Draft) -> Saved | Conflict:
        """Add a row, unless somebody saved a newer one than the writer saw.

        The same draft sent again changes nothing and is answered as the first time.

        Raises
        ------
        SaveRefused
            If the draft's shape is wrong, its id already names another answer, or its place holds what
            somebody else wrote and one of the two is for its author alone.
        StoreUnusable
            If it could not be written; then nothing was.
        """
        draft = checked(draft)
        with self._transaction(self._writing) as connection:
            names, earlier = read_names(connection), answer_with(connection, draft.id)
            this = (key_of(draft, names), ANSWERS.c.entry == draft.entry)
            newest = read_answers(connection, newest_where(*this, names=names), names)
            if earlier is not None and not was_erased(draft, earlier):
                refuse_other(draft, same=same_draft(draft, earlier))
                return Saved(earlier)
            refuse_mixed(draft, newest)  # before a conflict, which would tell what somebody keeps to themself
            if newest and (earlier is not None or newest[0].id != draft.based_on):
                return Conflict(newest[0])
            # A revision that this store never had (it was replaced by an older copy) hinders nobody's save.
            answer = answer_of(draft, self._time(), replaces=newest[0].id if newest else "")
            add_answers(connection, [answer])
        return Saved(answer)

    def share(  # noqa: PLR0913 - each word of a decision, by name
        self,
        *,
        id: str,  # noqa: A002 - the same word as in a draft
        author: str,
        cohort: str,
        participant: str,
        session: int,
        exercise: str,
        audience: Audience,
    ) -> tuple[Answer, ...]:
        """Decide who may read an exercise: all of its entries at once.

        Every entry that is not removed gets a new row with the new audience; so does the
        exercise itself (entry ``""``), whose row is made if there is none. What a coach wrote for
        a participant or for themself keeps its audience. The same id sent again changes nothing.

        Returns
        -------
        tuple of Answer
            The exercise's newest rows, without removed entries, in order of first save.

        Raises
        ------
        SaveRefused
            If a shape is wrong, the audience is not a participant's, the exercise is a coach's, or the id is
            another row's.
        """
        draft = checked(Draft(id, author, cohort, participant, session, exercise, {}, audience))
        if audience not in {"private", "coach", "program"}:
            raise SaveRefused(
                f"audience {audience!r} is a coach's; a participant chooses private, coach or program"
            )
        with self._transaction(self._writing) as connection:
            names = read_names(connection)
            all_of_it = newest_where(key_of(draft, names), names=names)
            rows = read_answers(connection, all_of_it, names)
            earlier = answer_with(connection, id)
            if earlier is None:
                refuse_coachs(draft, rows)
                add_answers(connection, shared_rows(draft, rows, self._time()))
                rows = read_answers(connection, all_of_it, names)
            else:
                refuse_other(draft, same=same_draft(dataclasses.replace(draft, value=earlier.value), earlier))
        return tuple(row for row in rows if row.value is not None or not row.entry)

    def erase(  # noqa: PLR0913 - each word of a decision, by name
        self,
        *,
        id: str,  # noqa: A002 - the same word as in a draft
        author: str,
        participant: str,
        session: int,
        exercise: str,
        entry: str | None = None,
        wording: str | None = None,
    ) -> Erased:
        """Erase for good what was written: in every row, and from the disk.

        Parameters
        ----------
        id
            UUID given by the client; the same one sent again erases nothing more.
        author
            Who erases: the participant, or a coach what they wrote themself.
        entry
            One entry, ``""`` for an exercise without any; ``None`` for all of the exercise.
        wording
            The revision of one of the entry's wordings, if only that is to go.

        Raises
        ------
        SaveRefused, StoreUnusable
            If a shape is wrong, the id is another event's, or it cannot be written; nothing was erased.
        """
        event = checked_event(Event(id, "erased", author, participant, self._time(), session, exercise))
        with self._transaction(self._writing) as connection:
            names, earlier = read_names(connection), event_with(connection, id)
            if earlier is None:
                blank(connection, event, entry, wording, names)
            else:
                same = dataclasses.replace(event, at=earlier.at)
                refuse_other_event(names.event_now(same), names.event_now(earlier))
            rows = read_answers(connection, newest_where(key_of(event, names), names=names), names)
            due = is_due(connection)
        left = tuple(row for row in rows if row.value is not None)
        with self._lock:
            return Erased(left, why_not_scrubbed(self.path) if due else "")

    def newest(self, participant: str, session: int | None = None) -> tuple[Answer, ...]:
        """Return the rows that count of one participant, in order of first save."""
        with self.look() as (connection, names):
            where = [of_person(participant, names)]
            where += [] if session is None else [ANSWERS.c.session == session]
            return read_answers(connection, newest_where(*where, names=names), names)

    def standing(self, participant: str, session: int, exercise: str) -> tuple[Answer, ...]:
        """Return the rows that count of one exercise, under the ids by which it is asked for."""
        with self.look() as (connection, names):
            this = of_key(participant, session, exercise, names)
            rows = read_answers(connection, newest_where(this, names=names))
        return names.asked(rows, participant, exercise)

    def history(self, participant: str, session: int, exercise: str, entry: str = "") -> tuple[Answer, ...]:
        """Return every row of one key, first to last, under the ids by which it is asked for."""
        with self.look() as (connection, names):
            this = (of_key(participant, session, exercise, names), ANSWERS.c.entry == entry)
            rows = read_answers(connection, sa.select(ANSWERS).where(*this).order_by(ANSWERS.c.seq))
        return names.asked(rows, participant, exercise)

    def shared(self, participant: str, session: int) -> tuple[Answer, ...]:
        """Return what a coach may read of a participant, up to and with a session: one query."""
        with self.look() as (connection, names):
            where = (of_person(participant, names), ANSWERS.c.session <= session)
            return shared_with_coach(read_answers(connection, newest_where(*where, names=names), names))

    def told(self, participant: str, session: int) -> tuple[Answer, ...]:
        """Return every revision that a coach may read, up to and with a session: one query.

        The newest of each key is what :meth:`shared` gives; the earlier ones are its history.
        """
        with self.look() as (connection, names):
            query = sa.select(ANSWERS).where(of_person(participant, names), ANSWERS.c.session <= session)
            return told_to_coach(read_answers(connection, query.order_by(ANSWERS.c.seq), names))

    def audiences(self, participant: str, session: int) -> dict[tuple[int, str], Audience]:
        """Return (session, exercise) → what the participant decided, up to and with a session.

        Exercises of which nothing was decided are left out: their session's default holds.
        """
        c = ANSWERS.c
        with self.look() as (connection, names):
            where = (of_person(participant, names), c.session <= session, c.entry == "")
            rows = read_answers(connection, newest_where(*where, names=names), names)
        return {(row.session, row.exercise): row.audience for row in rows}

    def closed(self, exercises: Iterable[tuple[str, int, str]]) -> frozenset[tuple[str, int, str]]:
        """Return those (participant, session, exercise) that the participant keeps from the coach."""
        with self._transaction(self._reading) as connection:
            return closed(connection, exercises)

    def unshared(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of some rows' ids whose answer a coach may no longer read.

        An answer that was shared and then edited is still shared; one that was made private,
        removed or erased, or is not in this store is not.
        """
        with self._transaction(self._reading) as connection:
            return unshared(connection, ids)

    def version(self, participant: str) -> tuple[int, int]:
        """Return what is another one as soon as an answer of a participant was added or erased."""
        with self.look() as (connection, names):
            return version_of(connection, names.ids_of(0, participant))

    def record(self, *events: Event) -> None:
        """Add events, all of them or none; the same one sent again changes nothing.

        Raises
        ------
        SaveRefused
            If one holds anything but ids, or its id already names another event.
        """
        checked_events = [checked_event(event) for event in events]
        with self._transaction(self._writing) as connection:
            for event in checked_events:
                found = event_with(connection, event.id)
                if found is None:
                    add_event(connection, event)
                else:
                    refuse_other_event(event, found)

    def events(self, participant: str, session: int | None = None) -> tuple[Event, ...]:
        """Return what happened, in the order in which it was recorded."""
        c = EVENTS.c
        with self.look() as (connection, names):
            query = sa.select(EVENTS).where(c.participant.in_(names.ids_of(0, participant)))
            query = query if session is None else query.where(c.session == session)
            return tuple(map(names.event_now, read_events(connection, query.order_by(c.seq))))

    def credited(self, call: str) -> tuple[tuple[Event, ...], tuple[Answer, ...]]:
        """Return what credit hangs on, of everybody: attendance and claims, and each row of `call`."""
        with self._transaction(self._reading) as connection:
            return read_credited(connection, call)

    @contextlib.contextmanager
    def look(self) -> Iterator[tuple[sa.Connection, Names]]:
        """Give a transaction for reading, and what people and exercises were called before."""
        with self._transaction(self._reading) as connection:
            yield connection, read_names(connection)

    @contextlib.contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        if self._process not in {None, os.getpid()}:  # before the lock: a fork may have copied it locked
            raise StoreUnusable(
                f"the store {self.path} was opened by another process; open it again in this one"
            )
        with self._lock:
            if self._process is None:
                raise StoreUnusable(f"the store {self.path} is closed; open it again")
            with unusable(self.path), engine.begin() as connection:
                yield connection

    def _time(self) -> datetime:
        return self._now().astimezone(UTC)
