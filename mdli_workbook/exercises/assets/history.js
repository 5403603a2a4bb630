// Earlier wordings of one answer: read them, put one back, erase one or all for good.

const AT_ONCE = 8;                                             // wordings shown before "Show older ones"
const GONE = "It will be gone from this form, from the store and from every report that shows it. Only the date stays. "
  + "Nobody can bring it back. Copies that somebody made (a backup, a printed page) are out of reach.";

const onDay = (iso) => {
  const then = new Date(iso);
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (then.toDateString() === new Date().toDateString()) return `Today, ${time}`;
  return `${then.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" })}, ${time}`;
};

// Other tabs hold other forms of the same answer; what was erased here must not stay there.
const elsewhere = (() => {
  const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("mdli-erased") : null;
  return {
    tell: (place, entry) => channel?.postMessage({ place, entry }),
    hear: (place, act) => {
      const hear = ({ data }) => { if (same(data?.place, place)) act(data.entry); };
      channel?.addEventListener("message", hear);
      return () => channel?.removeEventListener("message", hear);
    },
  };
})();

// Whatever this form holds of an entry (null: of all) that the store says is empty now: typed and
// not yet saved, on its way, or kept as a draft. `words` was erased too, wherever it is still kept.
const forgetErased = async (saving, { entry, answers }, words = null) => {
  const concerned = (id) => entry === null || id === entry;
  const emptied = (id) => concerned(id) && (answers[id]?.value ?? null) === null;
  for (const [id, slot] of saving.slots) {
    if (!emptied(id)) continue;
    clearTimeout(slot.pause);
    if (slot.flight) saving.land(slot.flight);
    const { revision = "", saved_at: savedAt = "" } = answers[id] ?? {};
    Object.assign(slot, blankSlot(), { revision, savedAt });
    saving.drafts.keep(id, null);
    saving.show(id);
  }
  for (const { key, entry: id, draft } of await saving.drafts.found()) {
    if (emptied(id) || (concerned(id) && words && same(draft.value, words))) saving.drafts.forget(key);
  }
};

// One list. `entry` is whose wordings it shows, null for those of all entries that were removed.
class Wordings {
  constructor({ saving, controls, prefix, entry = "", name = "Earlier wordings", thing = "", putBack }) {
    Object.assign(this, { saving, controls, entry, putBack, thing, most: AT_ONCE });
    this.panel = el("div", { class: "mdli-wordings", id: `${prefix}-wordings`, hidden: true, role: "region", "aria-label": name });
    this.toggle = button(name, () => this.turn(), { class: "mdli-button mdli-quiet", "aria-expanded": "false",
      "aria-controls": this.panel.id, hidden: true });
    this.said = el("p", { class: "mdli-hint" });
    this.list = el("ol", { class: "mdli-wording-list" });
    this.all = el("div", { class: "mdli-wording-all" });
  }

  turn() {
    const open = this.panel.hidden;
    this.panel.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    this.panel.replaceChildren();                              // closed, the page holds none of it
    this.list.replaceChildren();
    this.seen = null;
    this.most = AT_ONCE;
    clearTimeout(this.again);
    if (!open) return;
    this.say("One moment …");
    this.panel.append(this.said, this.list, this.all);
    this.refresh();
  }

  close() {
    if (!this.panel.hidden) this.turn();
  }

  get slots() {
    const { slots } = this.saving;
    return this.entry === null ? [...slots].filter(([id]) => id).map(([, slot]) => slot) : [slots.get(this.entry)].filter(Boolean);
  }

  // Something that was saved, or (in the list of what was removed) something that is not there any more.
  refresh() {
    const there = this.slots.filter(({ revision, value }) => revision && (this.entry !== null || value === null));
    this.toggle.hidden = there.length === 0;
    if (this.toggle.hidden) this.close();
    if (this.panel.hidden || this.flight) return;
    const now = there.map(({ revision }) => revision).join(" ");
    if (now === this.seen) return;
    this.seen = now;
    this.ask();
  }

  ask() {
    this.saving.tell({ type: "history", entry: this.entry });
    clearTimeout(this.again);
    this.again = this.saving.after(PATIENCE, () => { this.say("No answer yet …"); this.ask(); });
  }

  hear({ entry, wordings }) {
    if (entry !== this.entry) return;
    clearTimeout(this.again);
    this.again = 0;
    if (!this.panel.hidden) this.draw(wordings);
  }

  // The answer to this list's own erasure, or nothing.
  landed({ id }) {
    if (this.flight?.id !== id) return null;
    const { flight } = this;
    this.saving.land(flight);
    this.flight = this.seen = null;
    this.panel.inert = false;
    return flight;
  }

  refused(message) {
    if (message.id === "" && this.again) {                     // the list itself was refused
      clearTimeout(this.again);
      this.again = 0;
      this.say(message.reason);
      return true;
    }
    if (!this.landed(message)) return false;
    this.refresh();
    this.why = `Not erased: ${message.reason}`;
    return true;
  }

  erased(message) {
    const flight = this.landed(message);
    if (flight && this.toggle.isConnected) this.toggle.focus();
    return flight;
  }

  say(words) {
    this.said.textContent = words;
    this.said.hidden = !words;
  }

  draw(found) {
    const shown = found.slice(0, this.most);
    const older = found.length - shown.length;
    this.list.replaceChildren(...shown.map((one) => this.item(one)), ...(older ? [el("li", {},
      button(`Show ${older} older`, () => { this.most += AT_ONCE; this.draw(found); this.list.children[shown.length]?.querySelector("button")?.focus(); },
        { class: "mdli-button mdli-quiet" }))] : []));
    for (const box of this.list.querySelectorAll(".mdli-wording-words")) if (box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    this.say(this.why ?? (found.length ? "" : "No words are kept here."));
    this.why = null;
    this.all.hidden = found.length === 0;
    this.offerAll();
  }

  isNow(one) { return this.entry !== null && same(one.value, this.saving.slots.get(one.entry)?.saved); }

  item(one) {
    const now = this.isNow(one);
    const when = onDay(one.saved_at);
    const controls = this.controls.filter(({ name }) => !isBlank(one.value[name]));
    const several = this.controls.length > 1;
    const said = (control) => inWords(control, one.value[control.name]);
    const words = el("div", { class: "mdli-wording-words", role: "group", "aria-label": `Words of ${when}` },
      several && controls.length
        ? el("dl", {}, ...controls.flatMap((control) => [el("dt", {}, control.label), el("dd", { dir: "auto" }, said(control))]), ...sightOf(one.value))
        : el("p", { dir: "auto" }, controls.length ? said(controls[0]) : "(nothing)"));
    const acts = el("div", { class: "mdli-row" });
    const erase = this.asking(acts, "Erase this for good", `Erase the words of ${when} for good?`, () => this.erase(one.entry, one), when);
    acts.append(...(now ? [] : [button("Put this back", () => this.takeBack(one),
      { class: "mdli-button mdli-quiet", "aria-label": `Put this back: ${when}` })]), erase);
    return el("li", {}, el("h4", {}, when, now ? el("span", { class: "mdli-aside" }, " as it is now") : null), words, acts);
  }

  takeBack(one) {
    this.close();
    this.putBack(one.entry, one.value);
  }

  // A button that asks before it does; what it asks takes the place of the row.
  asking(row, label, question, act, of = "") {
    const ask = button(label, () => {
      const before = [...row.childNodes];
      const keep = button("Keep it", () => { row.replaceChildren(...before); ask.focus(); });
      row.replaceChildren(el("div", { class: "mdli-wording-ask", role: "group", "aria-label": question },
        el("p", {}, el("strong", {}, question), " ", GONE),
        el("div", { class: "mdli-row" }, keep, button("Yes, erase for good", act, { class: "mdli-button mdli-grave" }))));
      keep.focus();
    }, { class: "mdli-button mdli-quiet", "aria-label": of ? `${label}: ${of}` : null });
    return ask;
  }

  offerAll() {
    const row = el("div", { class: "mdli-row" });
    const what = this.thing ? `Erase this ${this.thing} for good` : "Erase everything I wrote here for good";
    const question = this.thing ? `Erase this ${this.thing}, in all its wordings, for good?` : "Erase everything you wrote here, in all its wordings, for good?";
    row.append(this.asking(row, what, question, () => this.erase(this.entry, null)));
    this.all.replaceChildren(row);
  }

  // The same id until it is answered: the kernel erases once.
  erase(entry, one) {
    this.flight = { id: uuid(), words: one?.value ?? null };
    this.panel.inert = true;
    this.say("Erasing …");
    this.saving.launch(this.flight, { type: "erase", entry, wording: one?.revision ?? null });
  }
}

const isBlank = (value) => value === null || value === undefined || value === ""
  || (typeof value === "object" && Object.keys(value).length === 0);
