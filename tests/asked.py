"""A program that asks before, afterwards and at its end, and people who answered: for cohort figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from programs import ROSTER, make_program

from mdli_workbook.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mdli_workbook.answers import Audience

_HEAD = (
    "---\nsession: {}\nslug: {}\ntitle: {}\nminutes: 10\nsources: [Invented for a test]\n---\n\nThink.\n\n"
)
_LABELS = ("never", "seldom", "sometimes", "often")
_POINTS = f"points: [{', '.join(f'{{id: {n}, label: {one}}}' for n, one in enumerate(_LABELS, 1))}]"
FIRST = (
    _HEAD.format(1, "begin", "Begin")
    + f"""\
```{{scale}} how-i-lead
audience: coach
{_POINTS}
statements:
  - {{id: asks, text: I ask., of: coach}}
  - {{id: tells, text: I tell., of: coach, reversed: true}}
  - {{id: own-part, text: I name my part., of: understand-myself}}
```

```{{reflection}} what-then
audience: coach
prompt: What then?
```

```{{choice}} whom
audience: coach
options: [{{id: nurse, label: A nurse}}, {{id: clerk, label: A clerk}}]
other: Somebody else
```

```{{choice}} which
audience: coach
many: true
options: [{{id: early, label: Early}}, {{id: late, label: Late}}]
```

```{{ranking}} values
audience: coach
options: [{{id: candor, label: Candor}}, {{id: fairness, label: Fairness}}, {{id: calm, label: Calm}}]
keep: 2
```

```{{checklist}} audit
audience: coach
items: [{{id: agenda, text: The agenda went out.}}]
```

```{{log}} visits
audience: coach
fields: {{when: date, at: time, beside: choice, where: text, saw: long-text, minutes: minutes, sure: number}}
options: {{beside: [{{id: nurse, label: A nurse}}]}}
limits: {{sure: [0, 10]}}
required_fields: [when]
```

```{{commitment}} promise
```

```{{agenda}} for-the-call
```

```{{equity}} our-panel
audience: coach
data: demo-panel
```
"""
)
SECOND = (
    _HEAD.format(2, "end", "End")
    + f"""\
```{{scale}} how-i-lead-again
audience: coach
same_as: 1/how-i-lead
```

```{{scale}} looking-back
audience: coach
show_if: {{exercise: how-i-lead-again, is: [saved]}}
{_POINTS}
statements:
  - {{id: coach, text: I asked., of: coach}}
  - {{id: myself, text: I named it., of: understand-myself}}
```

```{{scale}} evaluation
audience: program
{_POINTS}
statements: [{{id: used, text: I used it.}}, {{id: unwritten, text: I left it., reversed: true}}]
```

```{{reflection}} what-to-drop
audience: program
prompt: What should we drop?
```

```{{reflection}} letter
prompt: To myself.
```
"""
)
NOW = datetime(2026, 3, 20, 17, tzinfo=UTC)


def asking_program(folder: Path, **cohorts: int) -> Path:
    """Write a program with so many people in each cohort, called ``spring-00`` and so on."""
    people = [
        f"{cohort}-{number:02d},{cohort.capitalize()} {number},{cohort}{number}@example.org"
        f",{cohort},kim,,,,,,"
        for cohort, size in cohorts.items()
        for number in range(size)
    ]
    return make_program(
        folder, sessions={"01-begin": FIRST, "02-end": SECOND}, roster="\n".join([ROSTER, *people, ""])
    )


def said(who: str, session: int, exercise: str, value: Mapping[str, Any] | None, **more: Any) -> Answer:
    """Return a row as the store would give it."""
    audience: Audience = more.get("audience", "coach")
    return Answer(
        more.get("id", f"{who}/{session}/{exercise}/{more.get('entry', '')}"),
        more.get("author", who),
        who.partition("-")[0],
        who,
        session,
        exercise,
        more.get("entry", ""),
        None if value is None else dict(value),
        audience,
        more.get("at", NOW - timedelta(days=1)),
    )


def rated(who: str, before: int, after: int, back: int | None = None, **more: Any) -> list[Answer]:
    """Return the rows of somebody who rates all statements alike, the reversed one turned."""

    def scale(session: int, exercise: str, point: int, *statements: str) -> Answer:
        ratings = {one: str(5 - point if one == "tells" else point) for one in statements}
        return said(who, session, exercise, {"ratings": ratings}, **more)

    rows = [
        scale(1, "how-i-lead", before, "asks", "tells", "own-part"),
        scale(2, "how-i-lead-again", after, "asks", "tells", "own-part"),
    ]
    return rows if back is None else [*rows, scale(2, "looking-back", back, "coach", "myself")]
