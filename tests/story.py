"""A cohort of twelve through six months: its files, and what its people and its coordinator do."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from programs import ROSTER, make_program, save

from mdli_workbook.answers import Event
from mdli_workbook.cli import main
from mdli_workbook.notebook import as_text
from mdli_workbook.program import store_address
from mdli_workbook.site.writing import record_call
from mdli_workbook.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from click.testing import Result

    from mdli_workbook.answers import Audience, Value

DAYS = {number: date(2026, number, day) for number, day in enumerate((13, 10, 10, 14, 12, 9), 1)}
"""Session → its day; it is held at 18:00 in Chicago, and clocks go forward before the third."""
STEMS = [f"{number:02d}-month-{number}" for number in DAYS]
CREDIT = "[credit]\ncap = 19\nsession = 2.5\ncall = 1\n"
COACHES = """\
coach_id,name,email,time_zone
kim,Sam Kim,sam.kim@example.org,America/Chicago
lee,Lee Lu,lee.lu@example.org,Europe/Vienna
"""
KIMS = ("ada", "ben", "cai", "dee", "eli", "fay")
LEES = ("gus", "hal", "ida", "jon", "kay")
"""Who begins in January; `lou` comes in March."""


def program_text() -> str:
    """Return ``program.toml``."""
    dates = (
        f"[[sessions]]\nsession = {number}\nstarts_at = {day}T18:00:00\n"
        f"call_from = {day + timedelta(days=6)}\ncall_until = {day + timedelta(days=17)}\n"
        for number, day in DAYS.items()
    )
    return "\n".join(['title = "Leading well"\ntime_zone = "America/Chicago"\n', *dates, CREDIT])


def session_text(number: int) -> str:
    """Return a session file: two required reflections, and a promise."""
    scale = SCALES.get(number, "")
    return f"""\
---
session: {number}
slug: month-{number}
title: Month {number}
minutes: {20 if scale else 15}
sources: [Invented for a test]
---

Where do you stand in month {number}?

```{{reflection}} look-{number}
prompt: What was last month like?
minutes: 5
audience: coach
```

Now something that nobody else reads.

```{{reflection}} self-{number}
prompt: What do you not say aloud?
minutes: 5
```

```{{commitment}} step-{number}
minutes: 5
audience: coach
required: false
```
{scale}"""


SCALES = {
    1: """
```{scale} me
minutes: 5
audience: coach
required: false
points: [{id: 1, label: never}, {id: 2, label: sometimes}, {id: 3, label: always}]
statements: [{id: limits, text: I name my own limits aloud.}]
```
""",
    6: """
```{scale} me-again
minutes: 5
audience: coach
required: false
same_as: 1/me
```
""",
}
CORRECTED = (
    session_text(3)
    .replace("Where do you stand in month 3?", "Where do you stand, half way?")
    .replace("{reflection} look-3\n", "{reflection} first-look-3\nrenamed_from: look-3\n")
    .replace("{reflection} self-3\n", "{reflection} new-3\n")
)
"""The third session as faculty correct it: a new text, a new name, one exercise out and another in."""


def row(who: str, coach: str, joined_on: str = "", left_on: str = "", cohort: str = "spring") -> str:
    """Return a row of ``roster.csv``."""
    return f"{who},{who.title()} Example,{who[:3]}@example.org,{cohort},{coach},,,,,{joined_on},{left_on}"


class Story:
    """One program folder and the day that it is there.

    Parameters
    ----------
    folder
        New.
    """

    def __init__(self, folder: Path) -> None:
        self.day = date(2026, 1, 10)
        sessions = {stem: session_text(number) for number, stem in enumerate(STEMS, 1)}
        rows = [*(row(one, "kim") for one in KIMS), *(row(one, "lee") for one in LEES)]
        roster = "\n".join([ROSTER, *rows, ""])
        self.folder = make_program(
            folder, (), sessions, program=program_text(), coaches=COACHES, roster=roster
        )

    def now(self) -> datetime:
        """Return the time: an evening in Chicago, so that it is after each session's begin."""
        return datetime(self.day.year, self.day.month, self.day.day, 3, tzinfo=UTC) + timedelta(days=1)

    def run(self, *arguments: object, code: int = 0, today: date | None = None) -> Result:
        """Run a command on the day that it is, and see how it ends."""
        begin = ["--program", str(self.folder), "--today", str(today or self.day)]
        result = CliRunner().invoke(main, [*begin, *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result

    def store(self) -> Store:
        """Open the store."""
        return Store.open(store_address(self.folder), now=self.now)

    def change(self, name: str, old: str, new: str) -> None:
        """Correct a file of the program."""
        file = self.folder / name
        text = file.read_text("utf-8")
        assert text.count(old) == 1, (name, old)
        file.write_text(text.replace(old, new), "utf-8")

    def add_row(self, name: str, new: str) -> None:
        """Add a row to a file of the program."""
        file = self.folder / name
        file.write_text(file.read_text("utf-8") + new + "\n", "utf-8")

    # ---- what people do ----

    def answer(
        self, who: str, exercise: str, value: Value, audience: Audience = "coach", **where: Any
    ) -> None:
        """Save an answer as a form does; the month is the number at the end of the exercise's id."""
        number = where.pop("session", 0) or int(exercise[-1])
        with self.store() as store:
            save(store, who, exercise, value, session=number, audience=audience, **where)

    def open_workbook(self, who: str, number: int) -> None:
        """Record that somebody opened a workbook."""
        with self.store() as store:
            store.record(Event(str(uuid.uuid4()), "opened", who, who, self.now(), number, f"look-{number}"))

    def hold_call(self, who: str, coach: str, number: int, minutes: int = 45) -> None:
        """Record a call as its coach does on the form; one of 0 minutes was missed."""
        value: Value = {"state": "held", "minutes": minutes} if minutes else {"state": "missed"}
        with self.store() as store:
            where = {"session": number, "audience": "participant", "author": coach}
            save(store, who, "coach-call", value, **where)
            record_call(store, who, number)

    def workbook(self, who: str, number: int) -> Path:
        """Return where a workbook stands."""
        return self.folder / "workbooks" / "spring" / who / f"{STEMS[number - 1]}.ipynb"

    def type_cell(self, who: str, number: int, after: str, text: str) -> None:
        """Put a cell of somebody's own behind a generated one."""
        path = self.workbook(who, number)
        notebook = json.loads(path.read_bytes())
        names = [cell["metadata"].get("mdli", {}).get("name") for cell in notebook["cells"]]
        own = {"cell_type": "markdown", "id": f"own-{number}", "metadata": {}, "source": [text]}
        notebook["cells"].insert(names.index(after) + 1, own)
        path.write_text(as_text(notebook), "utf-8")

    def edit_cell(self, who: str, number: int, name: str, text: str) -> None:
        """Write into a generated cell."""
        path = self.workbook(who, number)
        notebook = json.loads(path.read_bytes())
        [cell] = [one for one in notebook["cells"] if one["metadata"].get("mdli", {}).get("name") == name]
        cell["source"] = [text]
        path.write_text(as_text(notebook), "utf-8")

    def cells(self, who: str, number: int) -> list[str]:
        """Return what all cells of a workbook say."""
        return [
            "".join(one["source"]) for one in json.loads(self.workbook(who, number).read_bytes())["cells"]
        ]

    # ---- what the coordinator does ----

    def attend(
        self, number: int, there: Iterable[tuple[str, str, str]], *options: str, code: int = 0
    ) -> Result:
        """Import a meeting tool's file: who, and from when to when."""
        day = DAYS[number]
        lines = [f"{who[:3]}@example.org,{day} {joined},{day} {left}" for who, joined, left in there]
        file = self.folder.parent / f"meeting-{number}.csv"
        file.write_text("\n".join(["Email,Join Time,Leave Time", *lines, ""]))
        return self.run("attendance", file, *options, code=code)
