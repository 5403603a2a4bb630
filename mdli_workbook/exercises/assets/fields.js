// The controls of one answer, and both versions of it where two windows wrote.

const atTime = (iso) => {
  const then = new Date(iso);
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (then.toDateString() === new Date().toDateString()) return time;
  return `${then.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
};

// What the words were about, where something is looked at: the sentence of that view.
const sightOf = (value) => (value?.view ? [el("dt", {}, "What was looked at"), el("dd", { dir: "auto" }, value.view.sentence)] : []);

// The controls of one entry, or of the whole form where nothing repeats.
class Fields {
  constructor(controls, prefix, changed, aside = "") {
    const several = controls.length > 1;
    this.all = controls.map((control, index) => {
      const marked = { ...control, aside: several && control.required ? "(needed)" : aside };
      return { control, ...CONTROLS[control.type](marked, `${prefix}-${index}`, () => { this.fit(); changed(); }) };
    });
    this.notice = el("div", { class: "mdli-notice" });
    this.node = el("div", { class: "mdli-fields" }, this.notice, ...this.all.map(({ node }) => node));
    this.fit();
  }

  // A field may wait for another one of the same answer: minutes, once a call was held.
  fit() {
    const waits = this.all.filter(({ control: { when } }) => when);
    if (!waits.length) return;
    const said = this.get();
    for (const { control: { when }, node } of waits) node.hidden = !when.is.includes(said[when.name]);
  }

  get() { return Object.fromEntries(this.all.map(({ control, get }) => [control.name, get()])); }

  set(value) {
    for (const { control, set } of this.all) set(value?.[control.name]);
    this.fit();
  }

  // Both versions, field by field where they differ, and the two ways on.
  ask(mine, newer, choose) {
    if (!newer) { this.notice.replaceChildren(); return; }
    if (this.asked === newer && same(this.mine, mine) && this.notice.firstChild) return;
    Object.assign(this, { asked: newer, mine });
    const differ = this.all.filter(({ control: { name } }) => !same(mine?.[name] ?? null, newer.value?.[name] ?? null));
    const seenToo = !same(mine?.view ?? null, newer.value?.view ?? null);
    const version = (title, value, label, keepMine) => el("div", { class: "mdli-version" },
      el("h4", {}, title),
      value === null ? el("p", {}, "Removed.") : el("dl", {}, ...differ.flatMap(({ control }) => [
        this.all.length > 1 ? el("dt", {}, control.label) : null,
        el("dd", { dir: "auto" }, inWords(control, value[control.name])),
      ].filter(Boolean)), ...(seenToo ? sightOf(value) : [])),
      button(label, () => choose(keepMine)));
    this.notice.replaceChildren(el("div", { class: "mdli-conflict", role: "group", "aria-label": "Two versions" },
      el("p", {}, "This was also changed in another window. Both versions are here: which one should stand?"),
      el("div", { class: "mdli-versions" },
        version("Written here", mine, "Keep what I wrote here", true),
        version(`Saved elsewhere, ${atTime(newer.saved_at)}`, newer.value, "Take the other", false))));
  }
}

// The one answer of a form in which nothing repeats.
class Single {
  constructor(spec, prefix, saving) {
    this.entry = spec.entry ?? "";                             // a promise of an earlier month, or the one answer
    this.fields = new Fields(spec.controls, prefix, () => this.edited(), aside(spec));
    this.saving = saving;
    this.wordings = new Wordings({ saving, controls: spec.controls, prefix, entry: this.entry,
      putBack: (entry, value) => this.putBack(entry, value) });
    this.lists = [this.wordings];
    this.node = this.fields.node;
    if (labels(spec, spec.title)) this.node.querySelector(".mdli-label").classList.add("mdli-title");
  }

  // What this form does not show of a value stays as it is.
  edited() {
    this.saving.edit(this.entry, { ...this.saving.slot(this.entry).value, ...this.fields.get(), ...this.explorer?.value });
  }

  show() {
    this.fields.set(this.saving.slot(this.entry).value);
    this.explorer?.show();
  }

  // An earlier wording, as if it were typed: what this form does not show of it stays. The view that the
  // words speak of comes back with them.
  putBack(_, value) {
    const shown = Object.fromEntries(this.fields.all.map(({ control: { name } }) => [name, value[name]]));
    if (value.view) shown.view = value.view;
    this.saving.edit(this.entry, { ...(this.saving.slot(this.entry).value ?? value), ...shown }, { now: true });
    this.show();
    this.node.querySelector("input, textarea, select, button")?.focus();
  }

  refresh() {
    const slot = this.saving.slot(this.entry);
    this.fields.ask(slot.value, slot.newer, (keepMine) => this.saving.choose(this.entry, keepMine));
    this.wordings.refresh();
  }

  forget() { this.fields.mine = null; }
}
