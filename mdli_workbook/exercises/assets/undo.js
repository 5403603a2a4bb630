// Undo per field. Browsers keep one history for the whole page, so that Ctrl+Z in this field may change
// another one, out of sight, and they forget it once a script sets a value.

const BREATH = 1000;                                           // ms without typing, and a new step begins
const MOST_STEPS = 300;
const LONG = 40;                                               // characters: no step takes back much more typing

// What changed from one text to the next, in one place.
const changeOf = (before, after) => {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, removed: before.slice(from, before.length - end), added: after.slice(from, after.length - end) };
};

class Undo {
  constructor(field) {
    Object.assign(this, { field, text: field.value, past: [], future: [], until: 0 });
  }

  // The field has the focus, or was written in: whatever changed is one more step, or part of the last.
  note(kind, now) {
    const { value } = this.field;
    if (value === this.text) return;
    if (kind === "" && this.past.length === 0) { this.text = value; return; }   // what was saved long ago
    const step = { ...changeOf(this.text, value), kind };
    this.text = value;
    this.future = [];
    if (now > this.until || !this.join(this.past.at(-1), step)) this.past.push(step);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.until = kind ? now + BREATH : 0;
  }

  join(last, step) {
    const far = [last, step].some((one) => !one || Math.max(one.added.length, one.removed.length) > LONG);
    if (far || last.kind !== step.kind || step.kind.includes("Paste")) return false;
    if (!step.removed && step.from === last.from + last.added.length) {
      last.added += step.added;
      return true;
    }
    if (step.added || last.added || step.from + step.removed.length !== last.from) return false;
    Object.assign(last, { from: step.from, removed: step.removed + last.removed });
    return true;
  }

  turn(from, onto, inputType) {
    this.note("", 0);
    const step = from.pop();
    if (!step) return;
    const back = inputType === "historyUndo";
    const [gone, come] = back ? [step.added, step.removed] : [step.removed, step.added];
    const at = step.from + come.length;
    this.text = this.text.slice(0, step.from) + come + this.text.slice(step.from + gone.length);
    this.field.value = this.text;
    if (this.field.selectionStart !== null) this.field.setSelectionRange(at, at);
    onto.push(step);
    this.until = 0;
    this.field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType }));
  }

  undo() { this.turn(this.past, this.future, "historyUndo"); }

  redo() { this.turn(this.future, this.past, "historyRedo"); }
}

const asked = (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return "";
  const key = event.key.toLowerCase();
  if (key === "y" && !event.shiftKey) return "redo";
  return key === "z" ? (event.shiftKey ? "redo" : "undo") : "";
};

const keepUndoHere = (root) => {
  let all = new WeakMap();
  const of = (field) => {
    if (!field.matches?.("textarea, input:not([type=radio], [type=checkbox])")) return null;
    if (!all.has(field)) all.set(field, new Undo(field));
    return all.get(field);
  };
  const act = (event, wish) => {
    if (!wish) return;
    event.preventDefault();                                    // also where there is no text: nothing changes elsewhere
    of(event.target)?.[wish]();
  };
  root.addEventListener("mdli-erased", () => { all = new WeakMap(); });        // no step brings that back
  root.addEventListener("focusin", ({ target }) => of(target)?.note("", 0));
  root.addEventListener("input", ({ target, inputType }) => {
    if (!String(inputType).startsWith("history")) of(target)?.note(inputType || "set", Date.now());
  });
  root.addEventListener("keydown", (event) => act(event, asked(event)));
  root.addEventListener("beforeinput", (event) => act(event, { historyUndo: "undo", historyRedo: "redo" }[event.inputType]));
};
