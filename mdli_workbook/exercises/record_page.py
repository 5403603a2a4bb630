"""A participant's record as one HTML page: everything in it, nothing asked of any other place, no script."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pydantic import ValidationError

from mdli_workbook.access import audience_in_force
from mdli_workbook.answers import newest, values_of
from mdli_workbook.exercises.coaching import is_coachs
from mdli_workbook.exercises.form_module import ASSETS
from mdli_workbook.exercises.pieces import heading, in_words, joined, nothing, plural, say, words
from mdli_workbook.exercises.readers import in_words as readers_in_words
from mdli_workbook.wordings import wordings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mdli_workbook.answers import Answer
    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.own_record import OwnRecord
    from mdli_workbook.exercises.values import Values
    from mdli_workbook.wordings import Wording

__all__ = ["record_page"]

_STYLES = ("tokens.css", "page.css", "explorer.css", "record.css")
_HAPPENED = {
    "attended": "Attendance recorded",
    "credit-claimed": "Credit claimed",
    "call-held": "Call held",
    "call-missed": "Call missed",
    "call-moved": "Call moved",
    "call-planned": "Call planned",
    "report-read": "Report read",
    "erased": "Erased for good",
}
"""Events that the page tells one by one, and how; openings are counted."""


def record_page(record: OwnRecord) -> str:
    """Return the page of a record."""
    whose = record.whose
    title = f"Record of {whose.name or whose.participant}"
    sessions = [_session(record, number) for number in record.sessions]
    body = joined(
        filter(None, (_head(record, title), _contents(record), *sessions, _credit(record), _events(record)))
    )
    return str(
        Markup(
            '<!doctype html>\n<html lang="en" class="mdli-record">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; img-src data:\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            '<title>{}</title>\n<link rel="icon" href="data:,">\n<style>\n{}\n</style>\n</head>\n'
            '<body class="mdli-record">\n<main class="mdli-record-main">\n{}\n</main>\n</body>\n</html>\n'
        ).format(title, _styles(), body)
    )


def _styles() -> Markup:
    return Markup("\n".join((ASSETS / name).read_text("utf-8") for name in _STYLES))  # noqa: S704 - package's own


def _head(record: OwnRecord, title: str) -> Markup:
    whose = record.whose
    who = f"{whose.name} ({whose.participant})" if whose.name else whose.participant
    program = f" in “{whose.program}”" if whose.program else ""
    former = f" Earlier ids: {', '.join(record.earlier)}." if record.earlier else ""
    return Markup(
        '<header class="mdli-record-head">\n<h1 dir="auto">{}</h1>\n'
        '<div class="mdli-record-private" role="note">'
        "<p><strong>Private. This page belongs to {}.</strong></p>\n<p>It holds everything they wrote{}, "
        "also what they showed nobody. Keep it where only they can open it.</p></div>\n"
        '<p class="mdli-around">Made on {}. Times are in {}.{}</p>\n</header>'
    ).format(title, who, program, _when(record, record.made_at), record.whose.zone, former)


def _contents(record: OwnRecord) -> Markup:
    if not record.sessions:
        return nothing("Nothing was written yet.")
    items = joined(
        Markup('<li><a href="#session-{}">{}</a></li>').format(one, _title(record, one))
        for one in record.sessions
    )
    return Markup('<nav aria-label="Sessions">\n<ul>\n{}\n</ul>\n</nav>').format(items)


def _title(record: OwnRecord, number: int) -> str:
    title = record.asked.titles.get(number, "")
    return f"Session {number} · {title}" if title else f"Session {number}"


def _session(record: OwnRecord, number: int) -> Markup:
    pieces = [
        _exercise(record, number, name, exercise)
        for coachs in (False, True)
        for name, exercise in record.exercises(number)
        if is_coachs(name) == coachs
    ]
    head = Markup('<section class="mdli-record-session" id="session-{}">\n<h2 dir="auto">{}</h2>').format(
        number, _title(record, number)
    )
    return Markup("{}\n{}\n</section>").format(
        head, joined(pieces) if pieces else nothing("Opened, and nothing written.")
    )


def _exercise(record: OwnRecord, session: int, name: str, exercise: Exercise | None) -> Markup:
    rows = record.rows_of(session, name)
    last = newest(rows)
    values = values_of(last, name)
    shown = _view(exercise, name, values) if any(values.values()) else _empty(exercise, name)
    told = joined(Markup("<p>{}</p>").format(one) for one in _told(record, session, name, exercise, last))
    foot = Markup('<div class="mdli-record-foot">\n{}\n</div>').format(told) if told else Markup()
    pieces = (shown, foot, _steps(record, rows), _earlier(record, rows, exercise))
    return Markup("<article>\n{}\n</article>").format(joined(filter(None, pieces)))


def _view(exercise: Exercise | None, name: str, values: Values) -> Markup:
    """Return the view of its kind; where the kind is not known any more, field by field."""
    if exercise is not None:
        try:
            return exercise.static(values)
        except (ValidationError, ValueError, LookupError):
            pass
    body = joined(_plain(value) for value in values.values() if value)
    title = in_words(name) if exercise is None else heading(exercise)
    return Markup('<section class="mdli-view">\n<h3 dir="auto">{}</h3>\n{}\n</section>').format(title, body)


def _plain(value: Any) -> Markup:
    if isinstance(value, dict):
        terms = (
            Markup("<dt>{}</dt>\n<dd>{}</dd>").format(in_words(str(name)), _plain(one))
            for name, one in value.items()
        )
        return Markup('<dl class="mdli-record-plain">\n{}\n</dl>').format(joined(terms))
    if isinstance(value, list):
        items = joined(Markup("<li>{}</li>").format(_plain(one)) for one in value)
        return Markup("<ul>\n{}\n</ul>").format(items)
    return words("" if value is None else str(value))


def _empty(exercise: Exercise | None, name: str) -> Markup:
    title = in_words(name) if exercise is None else heading(exercise)
    return Markup('<section class="mdli-view">\n<h3 dir="auto">{}</h3>\n{}\n</section>').format(
        title if not name.startswith("coach-on-") else "A comment", nothing("Nothing stands here now.")
    )


def _told(
    record: OwnRecord, session: int, name: str, exercise: Exercise | None, last: Iterable[Answer]
) -> Iterator[str]:
    """Yield who wrote it and when, who can read it, and what was erased."""
    whose = record.whose
    there = [row for row in last if row.value is not None]
    if there:
        row = max(there, key=lambda one: one.saved_at)
        coach = row.author != whose.participant
        by = f" by {whose.coaches.get(row.author, row.author)}" if coach else ""
        yield f"Written{by} on {_when(record, row.saved_at)}."
        if not is_coachs(name):
            audience = audience_in_force(exercise, last) if exercise else row.audience
            yield f"Who can read this: {readers_in_words(audience)}."
    for event in record.events:
        if (event.what, event.session, event.exercise) == ("erased", session, name):
            yield f"Erased for good on {_when(record, event.at)}: what it said is in no file any more."


def _steps(record: OwnRecord, rows: Iterable[Answer]) -> Markup:
    """Tell how each promise came to its state, if it had more than one."""
    by_entry: dict[str, list[tuple[datetime, str]]] = {}
    for row in rows:
        state = str((row.value or {}).get("state", ""))
        steps = by_entry.setdefault(row.entry, [])
        if row.entry and state and (not steps or steps[-1][1] != state):
            steps.append((row.saved_at, state))
    lines = [
        "; ".join(f"{state} from {_when(record, at)}" for at, state in steps)
        for steps in by_entry.values()
        if len(steps) > 1
    ]
    said = joined(Markup("<p>{}.</p>").format(one) for one in lines)
    return Markup('<div class="mdli-record-foot">\n{}\n</div>').format(said) if lines else Markup()


def _earlier(record: OwnRecord, rows: Iterable[Answer], exercise: Exercise | None) -> Markup:
    """Show every wording that is not the present one, the newest first."""
    rows = tuple(rows)
    now = {row.entry: row.value for row in newest(rows)}
    found = [
        (entry, one)
        for entry in now
        for one in wordings(row for row in rows if row.entry == entry)
        if one.value != now[entry] and not (exercise is not None and exercise.repeats and not entry)
    ]
    if not found:
        return Markup()
    found.sort(key=lambda pair: pair[1].saved_at, reverse=True)
    shown = joined(_wording(record, exercise, entry, one) for entry, one in found)
    return Markup('<details class="mdli-record-earlier"><summary>{}</summary>\n{}\n</details>').format(
        plural(len(found), "earlier wording"), shown
    )


def _wording(record: OwnRecord, exercise: Exercise | None, entry: str, wording: Wording) -> Markup:
    title = _when(record, wording.saved_at)
    bare = None if exercise is None else exercise.model_copy(update={"title": title, "prompt": ""})
    view = _view(bare, title, {entry: wording.value})
    return Markup('<div class="mdli-record-wording">\n{}\n</div>').format(view)


def _credit(record: OwnRecord) -> Markup:
    of = record.account
    if of is None or not of.lines:
        return Markup()
    rows = joined(
        Markup("<tr><th scope=row>{} {}</th><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            line.what.capitalize(),
            line.number,
            _day(record, line.what, line.number),
            line.minutes,
            line.credit,
        )
        for line in of.lines
    )
    return Markup(
        '<section class="mdli-record-session mdli-view" id="credit">\n<h2>Attendance and credit</h2>\n'
        "<table>\n<thead><tr><th scope=col>Activity</th><th scope=col>Day</th><th scope=col>Minutes</th>"
        "<th scope=col>Credit</th></tr></thead>\n<tbody>\n{}\n</tbody>\n</table>\n"
        "<p>Earned {:.2f} of at most {:.2f}; claimed {:.2f}. The accredited provider decides.</p>\n</section>"
    ).format(rows, of.earned, of.cap, of.claimed)


def _day(record: OwnRecord, what: str, number: int) -> str:
    day = record.days.get((what, number))
    return say(day.isoformat()) if day else ""


def _events(record: OwnRecord) -> Markup:
    told = [one for one in record.events if one.what in _HAPPENED]
    opened = Counter(one.session for one in record.events if one.what == "opened" and not one.exercise)
    if not told and not opened:
        return Markup()
    rows = joined(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            _when(record, one.at),
            _HAPPENED[one.what] + (f", {plural(one.minutes, 'minute')}" if one.minutes else ""),
            one.session or "",
            record.whose.coaches.get(one.who, one.who),
        )
        for one in told
    )
    counts = "; ".join(f"session {one} {plural(count, 'time')}" for one, count in sorted(opened.items()))
    said = Markup("<p>Workbook opened: {}.</p>\n").format(counts) if counts else Markup()
    table = Markup(
        "<table>\n<thead><tr><th scope=col>When</th><th scope=col>What</th><th scope=col>Session</th>"
        "<th scope=col>By</th></tr></thead>\n<tbody>\n{}\n</tbody>\n</table>"
    ).format(rows)
    return Markup(
        '<section class="mdli-record-session mdli-view" id="events">\n<h2>What happened</h2>\n{}'
        '<div class="mdli-wide">{}</div>\n</section>'
    ).format(said, table if told else Markup())


def _when(record: OwnRecord, at: datetime) -> str:
    there = at.astimezone(record.whose.zone)
    return f"{say(there.date().isoformat())}, {there:%H:%M}"
