// A nudge before something is shared, and while it is: what looks as if it told who somebody is. The
// kernel on this machine looks; nothing is kept or logged, nothing is blocked.

const NUDGE_PAUSE = 2000;                                      // ms after the last keystroke
const NUDGES = 3;                                              // told at once; more would not be read

// Only what was typed: no dates, no choices.
const typedIn = (control, value) => {
  switch (control.type) {
    case "text": case "long-text": return [value];
    case "lines": return value;
    case "checklist": return Object.values(value).map(({ note }) => note);
    default: return [];
  }
};

class Nudge {
  constructor(spec, prefix, saving, select) {
    Object.assign(this, { spec, saving, select, turned: false });
    this.fine = new Set();                                     // what the person has seen, until the page is closed
    this.list = el("ul");
    this.means = el("p");
    this.hide = button("It's fine, hide this", () => this.dismiss(), { class: "mdli-button mdli-quiet" });
    this.box = el("div", { class: "mdli-nudge", role: "group", "aria-label": "Before others read this", hidden: true },
      el("p", { class: "mdli-nudge-head" }, "It looks as if this tells who somebody is."), this.list, this.means, this.hide);
    this.live = el("span", { class: "mdli-unseen", role: "status" });
    this.node = el("div", {}, this.box, this.live);
    select.addEventListener("focus", () => { this.turned = true; this.look(); });
    select.addEventListener("change", () => {
      if (this.shared) { this.look(); return; }
      this.turned = false;
      this.show([]);
    });
    const left = () => setTimeout(() => {                     // later: what is being clicked must not move away
      const at = this.box.getRootNode().activeElement;
      if (at === select || this.box.contains(at)) return;
      this.turned = false;
      if (!this.shared) this.show([]);
    }, 400);
    select.addEventListener("blur", left);
    this.box.addEventListener("focusout", left);
  }

  get shared() { return ["coach", "program"].includes(this.select.value); }

  get text() {
    const all = [...this.saving.slots.values()].flatMap(({ value }) => this.spec.controls
      .filter(({ name }) => value?.[name]).flatMap((control) => typedIn(control, value[control.name])));
    return all.filter((words) => words?.trim()).join("\n\n");
  }

  // Somebody wrote: in what others read already, look after a pause.
  wrote() {
    clearTimeout(this.timer);
    if (this.shared) this.timer = setTimeout(() => this.look(), NUDGE_PAUSE);
  }

  look() {
    clearTimeout(this.timer);
    if (!this.shared && !this.turned) return;
    const text = this.text;
    if (!text) { this.asked = null; this.show([]); return; }
    this.asked = { id: uuid(), text };
    this.saving.tell({ type: "nudge", id: this.asked.id, text });
  }

  hear({ id, found }) {
    if (this.asked?.id !== id || (!this.shared && !this.turned)) return;
    const { text } = this.asked;
    const seen = new Map();
    for (const { start, end, why } of found) {
      const words = text.slice(start, end);
      if (!this.fine.has(words)) seen.set(words, why);
    }
    this.show([...seen]);
  }

  show(found) {
    this.found = found;
    const more = found.length - NUDGES;
    this.list.replaceChildren(
      ...found.slice(0, NUDGES).map(([words, why]) => el("li", {}, el("q", { dir: "auto" }, words), ` ${why}`)),
      ...(more > 0 ? [el("li", {}, `and ${more} more`)] : []));
    const who = this.select.value === "program" ? "The program's coordinators" : "Your coach";
    this.means.textContent = `${who} ${this.shared ? "can read it" : "would read it"}. Nothing is blocked, and nobody is told of this note.`;
    this.box.hidden = found.length === 0;
    const said = found.length ? `It looks as if this tells who somebody is: ${found.slice(0, NUDGES).map(([words, why]) => `${words} ${why}`).join("; ")}.` : "";
    if (this.live.textContent !== said) this.live.textContent = said;
  }

  // Whoever set it back to private needs no note.
  refresh() {
    if (!this.shared && !this.turned && !this.box.hidden) this.show([]);
  }

  dismiss() {
    for (const [words] of this.found) this.fine.add(words);
    this.show([]);
    this.select.focus();
  }

  forget() {
    this.asked = null;
    this.show([]);
  }
}
