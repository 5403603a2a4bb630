"""Forms filled by keyboard alone: Tab, arrows, Space, and typing. Nothing is clicked, nothing is set.

A plan says, from the exercise's own form, what to enter under which name of the screen. The walk then
presses Tab, asks the page only what has the focus, and does what the plan says there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from mdli_workbook.curriculum import Exercise
    from mdli_workbook.exercises.controls import Control, Labelled

MOST_TABS = 900
MARKS: list[Labelled] = [
    {"id": "yes", "label": "Yes"},
    {"id": "no", "label": "No"},
    {"id": "na", "label": "Not applicable"},
]
FOCUS = """() => {
  const at = document.activeElement;
  const form = at?.closest('.mdli-form');
  if (!form) return null;
  const words = (node) => (node?.innerText ?? node?.textContent ?? '').replace(/\\s+/g, ' ').trim();
  const card = at.closest('.mdli-entry');
  const cards = [...form.querySelectorAll('.mdli-entry')];
  return {
    exercise: form.dataset.exercise,
    entry: card ? cards.indexOf(card) : 0,
    inside: Boolean(at.closest('.mdli-form-body')),
    tag: at.tagName,
    type: at.type ?? '',
    name: at.getAttribute('aria-label') ?? words(at.labels?.[0] ?? (at.tagName === 'BUTTON' ? at : null)),
    group: words(at.closest('fieldset')?.querySelector(':scope > legend')),
  };
}"""


@dataclass
class Step:
    """What to do at one place, once: type words, or choose the option of an index."""

    kind: str
    group: str
    name: str
    words: str = ""
    index: int = 0
    done: bool = False

    def is_at(self, focus: dict[str, Any]) -> bool:
        if self.kind == "choose":
            return focus["type"] == "radio" and focus["group"].startswith(self.group)
        right = {"tick": "checkbox", "press": "button"}.get(self.kind)
        if right and focus["type"] != right:
            return False
        return (not self.group or focus["group"].startswith(self.group)) and bool(
            focus["name"].startswith(self.name)
        )


@dataclass
class Plan:
    """What to enter in one exercise, and the values that must come of it: one per entry."""

    exercise: str
    steps: list[list[Step]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    share: str = ""
    looked: bool = False


def plan_for(exercise: Exercise, mark: str, share: str = "") -> Plan:
    """Plan to fill every field of an exercise; `share` is the label of another audience to choose."""
    form = exercise.form()
    entries = form["entries"]
    count = max(1, entries["least"]) if entries else 1
    plan = Plan(exercise.id, share=share)
    for entry in range(count):
        steps: list[Step] = []
        value: dict[str, Any] = {}
        for index, control in enumerate(form["controls"]):
            turn = index + entry
            more, value[control["name"]] = _fill(
                control, f"{mark} {exercise.id} {entry} {control['name']}", turn
            )
            steps += more
        plan.steps.append(steps)
        if exercise.kind == "choice" and isinstance(value["chosen"], str):
            value["chosen"] = [value["chosen"]]
        plan.values.append(value)
    return plan


def squeeze(text: str) -> str:
    return " ".join(text.split())


def _fill(control: Control, words: str, turn: int) -> tuple[list[Step], Any]:
    """Return the steps for one control and its value in the store."""
    match control["type"]:
        case "choice" | "many":
            return _fill_options(control, turn)
        case "scale":
            return _fill_scale(control)
        case "checklist":
            return _fill_checklist(control, words)
        case "rank":
            return _fill_rank(control)
        case "lines":
            return _fill_lines(control, words)
    keys, value = _typed(control, words, turn)
    return [Step("type", "", squeeze(control["label"]), keys)], value


def _fill_options(control: Control, turn: int) -> tuple[list[Step], Any]:
    label, options = squeeze(control["label"]), control["options"]
    if control["type"] == "choice":
        index = turn % len(options)
        return [Step("choose", label, "", index=index)], options[index]["id"]
    wanted = options[turn % 2 :: 2]
    return [Step("tick", label, squeeze(one["label"])) for one in wanted], [one["id"] for one in wanted]


def _typed(control: Control, words: str, turn: int) -> tuple[str, Any]:
    """Return the keys for a field, in the way of a page in American English, and its value."""
    digit = turn % 9 + 1
    match control["type"]:
        case "long-text":
            text = f"{words}\nA second line: é 你 <b>"
            return text, text
        case "date":
            return f"0{digit}172026", f"2026-0{digit}-17"
        case "time":
            return f"0{digit}05PM", f"{digit + 12}:05"
        case "number" | "minutes":
            least, most = int(control.get("min", 0)), int(control.get("max", 90))
            number = least + (turn * 7) % (most - least + 1)
            return str(number), number
    return words, words


def _fill_lines(control: Control, words: str) -> tuple[list[Step], Any]:
    lines = [f"{words} {number}" for number in range(1, int(control.get("max", 3)) + 1)]
    label = squeeze(control["label"])
    return [Step("type", "", f"{label}: line {at}", line) for at, line in enumerate(lines, 1)], lines


def _fill_scale(control: Control) -> tuple[list[Step], Any]:
    points, steps, value = control["points"], [], {}
    for at, one in enumerate(control["statements"]):
        steps.append(Step("choose", squeeze(one["label"]), "", index=at % len(points)))
        value[one["id"]] = points[at % len(points)]["id"]
    return steps, value


def _fill_checklist(control: Control, words: str) -> tuple[list[Step], Any]:
    steps, value = [], {}
    marks = control.get("options", MARKS)
    for at, one in enumerate(control["items"]):
        label = squeeze(one["label"])
        steps.append(Step("choose", label, "", index=at % len(marks)))
        steps.append(Step("type", "", f"Note: {label}", f"{words} {one['id']}"))
        value[one["id"]] = {"mark": marks[at % len(marks)]["id"], "note": f"{words} {one['id']}"}
    return steps, value


def _fill_rank(control: Control) -> tuple[list[Step], Any]:
    """Choose some in the order of the page, then move the last chosen one up."""
    wanted = control["options"][: control["keep"]]
    steps = [Step("press", "", f"Choose: {squeeze(one['label'])}") for one in wanted]
    steps.append(Step("press", "", f"Up: {squeeze(wanted[-1]['label'])}"))
    ids = [one["id"] for one in wanted]
    return steps, [*ids[:-2], ids[-1], ids[-2]] if len(ids) > 1 else ids


class Walk:
    """The way through the forms of one page."""

    def __init__(self, page: Page, plans: list[Plan]) -> None:
        self.page, self.keyboard = page, page.keyboard
        self.plans = {plan.exercise: plan for plan in plans}
        self.tabs = 0
        self.order: list[str] = []
        self.last = ""

    def go(self) -> Walk:
        """Press Tab until the page has been walked through, doing all that is planned."""
        silent = 0
        while self.tabs < MOST_TABS and silent < 60:
            focus = self.tab()
            silent = silent + 1 if focus is None else 0
            if focus is None:
                continue
            if self.order and focus["exercise"] == self.order[0] != self.last:
                break  # once around
            self.last = focus["exercise"]
            if focus["exercise"] not in self.order:
                self.order.append(focus["exercise"])
            self.at(focus)
        return self

    def tab(self, *, back: bool = False) -> dict[str, Any] | None:
        self.keyboard.press("Shift+Tab" if back else "Tab")
        self.tabs += 1
        return self.focus()

    def focus(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.page.evaluate(FOCUS)
        return found

    def left(self) -> list[tuple[str, str, str, str]]:
        """Return what was planned and not reached."""
        return [
            (plan.exercise, step.kind, step.group, step.name)
            for plan in self.plans.values()
            for steps in plan.steps
            for step in steps
            if not step.done
        ]

    def at(self, focus: dict[str, Any]) -> None:
        plan = self.plans.get(focus["exercise"])
        if plan is None:
            return
        if not focus["inside"]:
            self.at_foot(plan, focus)
            return
        if focus["entry"] >= len(plan.steps):
            return
        step = self._next(plan, focus)
        while step is not None:
            self.do(step)
            step = self._just_before(plan) if step.kind == "press" else None

    def _just_before(self, plan: Plan) -> Step | None:
        """Return the next button to press if the focus moved onto it, or went past it."""
        for _ in range(4):
            focus = self.focus()
            if focus is None or focus["exercise"] != plan.exercise or not focus["inside"]:
                return None
            step = self._next(plan, focus)
            if step is not None or all(one.done for one in plan.steps[focus["entry"]]):
                return step
            if not any(
                one.kind == "press" and one.name.startswith("Up") for one in self._open(plan, focus)[:1]
            ):
                return None
            self.keyboard.press("Shift+Tab")
        return None

    def _open(self, plan: Plan, focus: dict[str, Any]) -> list[Step]:
        return [step for step in plan.steps[focus["entry"]] if not step.done]

    def at_foot(self, plan: Plan, focus: dict[str, Any]) -> None:
        if focus["tag"] == "SELECT" and focus["name"].startswith("Who can read") and plan.share:
            self.keyboard.type(plan.share)
            plan.share = ""
        if focus["name"] == "What my coach will see" and not plan.looked:
            self.keyboard.press("Space")
            plan.looked = True

    def _next(self, plan: Plan, focus: dict[str, Any]) -> Step | None:
        planned = self._open(plan, focus)
        if planned and planned[0].kind == "press":  # in order: where each is depends on those before
            planned = planned[:1]
        return next((step for step in planned if step.is_at(focus)), None)

    def do(self, step: Step) -> None:
        step.done = True
        match step.kind:
            case "type":
                for number, part in enumerate(step.words.split("\n")):
                    if number:
                        self.keyboard.press("Enter")
                    self.keyboard.type(part)
            case "choose":
                self.keyboard.press("Space")
                for _ in range(step.index):
                    self.keyboard.press("ArrowDown")
            case "tick" | "press":
                self.keyboard.press("Space")
