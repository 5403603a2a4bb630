// The page's end of the save protocol: one save in flight per entry, the newest wins next, and
// nothing counts as saved before the kernel has said so. Knows no element of the page.

const PAUSE = 800;                                             // ms after the last keystroke
const LONGEST = 10000;                                         // ms of typing without a pause
const PATIENCE = 4000;                                         // ms until "no answer" is said
const AGAIN = 15000;                                           // ms until a refused save is tried again

const same = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};

// What is known of one entry. `value` is in the field, `saved` is in the store as far as we know.
const blankSlot = () => ({
  value: null, saved: null, revision: "", savedAt: "",
  dirty: false, since: 0, paused: false, flight: null, lastSent: "", refused: "", newer: null, found: false,
});

class Saving {
  // send(message) to the kernel · drafts · show(entry) when a value came from outside · changed()
  constructor({ send, drafts, show, changed }) {
    Object.assign(this, { send, drafts, show, changed });
    this.slots = new Map();
    this.ready = false;
    this.store = "";
    this.audience = "";
    this.readers = "";
    this.turn = null;                                          // a change of audience under way
    this.silent = false;                                       // the kernel owes us an answer
    this.timers = new Set();
    this.hello();
  }

  slot(entry) {
    if (!this.slots.has(entry)) this.slots.set(entry, blankSlot());
    return this.slots.get(entry);
  }

  after(wait, act) {
    if (this.closed) return 0;
    const timer = setTimeout(() => { this.timers.delete(timer); act(); }, wait);
    this.timers.add(timer);
    return timer;
  }

  tell(message) {
    try { this.send(message); } catch { /* the comm is gone: no answer will come, and that is shown */ }
  }

  hello() {
    this.tell({ type: "hello" });
    clearTimeout(this.greeting);
    this.greeting = this.after(PATIENCE, () => {
      this.silent = true;
      this.changed();
      this.hello();
    });
  }

  edit(entry, value, { now = false } = {}) {
    const slot = this.slot(entry);
    slot.value = value;
    slot.dirty = true;
    slot.refused = "";
    this.recovered = false;
    this.keep(entry);
    slot.since ||= Date.now();
    clearTimeout(slot.pause);
    slot.paused = !now;
    const wait = Math.max(0, Math.min(PAUSE, slot.since + LONGEST - Date.now()));
    if (now) this.pump();
    else slot.pause = this.after(wait, () => { slot.paused = false; this.pump(); });
    this.changed();
  }

  keep(entry) {
    const { value, saved, revision, lastSent } = this.slot(entry);
    this.drafts.keep(entry, { value, base: saved, basedOn: revision, lastSent, typedAt: Date.now() });
  }

  flush() {                                                    // and what was refused is tried again: its reason may be gone
    for (const slot of this.slots.values()) {
      clearTimeout(slot.pause);
      Object.assign(slot, { paused: false, refused: "" });
    }
    this.pump();
  }

  share(audience) {
    this.wanted = audience;
    this.trouble = "";
    this.flush();
    this.changed();
  }

  // Send what may be sent now. While the audience is being changed all revisions change: wait.
  pump() {
    if (!this.ready || this.turn) return;
    for (const [entry, slot] of this.slots) {
      const held = slot.paused || slot.flight || slot.newer || slot.refused;
      if (slot.dirty && !held) this.sendOne(entry, slot);
    }
    const busy = [...this.slots.values()].some((slot) => slot.flight);
    if (this.wanted && !busy) this.sendAudience();
  }

  sendOne(entry, slot) {
    slot.dirty = false;
    slot.since = 0;
    slot.flight = { id: uuid(), value: slot.value };
    slot.lastSent = slot.flight.id;
    this.keep(entry);
    this.launch(slot.flight, { type: "save", entry, value: slot.value, based_on: slot.revision });
    this.changed();
  }

  sendAudience() {
    const based_on = {};
    for (const [entry, slot] of this.slots) if (slot.revision) based_on[entry] = slot.revision;
    this.turn = { id: uuid(), audience: this.wanted };
    this.wanted = "";
    this.launch(this.turn, { type: "audience", audience: this.turn.audience, based_on });
    this.changed();
  }

  // The same id again and again until it is answered: the kernel makes one row of it.
  launch(flight, message) {
    this.tell({ ...message, id: flight.id });
    flight.timer = this.after(PATIENCE, () => {
      flight.unheard = true;
      this.changed();
      this.launch(flight, message);
    });
  }

  land(flight) { clearTimeout(flight.timer); this.timers.delete(flight.timer); }

  hear(message) {
    const act = { state: "onState", saved: "onSaved", conflict: "onConflict", refused: "onRefused" }[message?.type];
    if (!act || this.closed) return;
    this.silent = false;
    this[act](message);
    this.pump();
    this.changed();
  }

  flying(id) {
    return [...this.slots].find(([, slot]) => slot.flight?.id === id) ?? [];
  }

  onSaved({ id, entry, revision, saved_at, value }) {
    const [, slot] = this.flying(id);
    if (!slot) {                                               // another view of this form saved
      if (this.slots.get(entry)?.revision !== revision) this.tell({ type: "hello" });
      return;
    }
    this.land(slot.flight);
    this.recovered ||= slot.found;
    Object.assign(slot, { saved: value, revision, savedAt: saved_at, flight: null, found: false });
    if (slot.dirty) { this.keep(entry); return; }
    this.drafts.keep(entry, null);
    const shown = slot.value;
    slot.value = value;
    if (!same(shown, value)) this.show(entry);                 // the kernel filled in a default
  }

  onConflict({ id, newer }) {
    const [entry, slot] = this.flying(id);
    if (!slot) return;
    this.land(slot.flight);
    slot.flight = null;
    slot.dirty = true;
    this.meet(entry, slot, newer);
  }

  onRefused({ id, reason }) {
    if (this.turn && this.turn.id === id) {
      this.land(this.turn);
      this.turn = null;
      this.trouble = reason;
      this.tell({ type: "hello" });
      return;
    }
    const [entry, slot] = this.flying(id);
    if (!slot) return;
    this.land(slot.flight);
    slot.flight = null;
    slot.dirty = true;
    slot.refused = reason || "It could not be saved.";
    this.keep(entry);
    this.after(AGAIN, () => { slot.refused = ""; this.pump(); });
  }

  async onState({ id, answers, audience, readers, store }) {
    clearTimeout(this.greeting);
    Object.assign(this, { audience, readers: readers ?? "", store: store ?? "" });
    if (this.turn && this.turn.id === id) { this.land(this.turn); this.turn = null; this.trouble = ""; }
    for (const [entry, newer] of Object.entries(answers ?? {})) this.meet(entry, this.slot(entry), newer);
    if (this.ready || this.adopting) return;
    this.adopting = true;
    await this.adopt();
    this.ready = true;
    this.show(null);
    this.pump();
    this.changed();
  }

  // What a form that is gone had not saved: into the field again, and on its way to the store.
  async adopt() {
    const taken = new Set();
    for (const { key, entry, draft } of await this.drafts.found()) {
      const slot = this.slot(entry);
      if (same(draft.value, slot.saved)) { await this.drafts.forget(key); continue; }
      if (taken.has(entry)) continue;                          // an older one waits for the next time
      taken.add(entry);
      const newer = { revision: slot.revision, value: slot.saved, saved_at: slot.savedAt };
      Object.assign(slot, { value: draft.value, dirty: true, found: true, lastSent: draft.lastSent });
      if (!this.store) {
        Object.assign(slot, { saved: draft.base, revision: draft.basedOn });
        this.meet(entry, slot, newer);
      }
      this.keep(entry);
      this.drafts.forget(key);
    }
  }

  // The store holds `newer`. Only two different new texts are a question for the person.
  meet(entry, slot, newer) {
    if (slot.flight || slot.revision === newer.revision) return;
    const unsaved = slot.dirty;
    const mine = slot.value;
    const ours = newer.revision === slot.lastSent || same(newer.value ?? {}, slot.saved ?? {});
    if (unsaved && !ours && !same(newer.value, mine) && entry === "" && mine?.order) {
      const rest = (newer.value?.order ?? []).filter((one) => !mine.order.includes(one));
      slot.value = { order: [...mine.order, ...rest] };        // an order is no text: join the two
      this.tell({ type: "hello" });
    } else if (unsaved && !ours && !same(newer.value, mine)) {
      slot.newer = newer;
      return;
    }
    Object.assign(slot, { saved: newer.value, revision: newer.revision, savedAt: newer.saved_at });
    if (!unsaved || same(newer.value, mine)) {
      const shown = slot.value;
      Object.assign(slot, { value: newer.value, dirty: false, found: false });
      if (unsaved) this.drafts.keep(entry, null);
      if (!same(shown, newer.value)) this.show(entry);
    } else {
      this.keep(entry);
    }
  }

  // The person has seen both texts.
  choose(entry, keepMine) {
    const slot = this.slot(entry);
    const { newer } = slot;
    Object.assign(slot, { saved: newer.value, revision: newer.revision, savedAt: newer.saved_at, newer: null });
    if (keepMine) {
      slot.dirty = true;
      this.keep(entry);
      this.pump();
    } else {
      Object.assign(slot, { value: newer.value, dirty: false, found: false });
      this.drafts.keep(entry, null);
      this.show(entry);
    }
    this.changed();
  }

  get unsaved() {
    return [...this.slots.values()].some((slot) => slot.dirty || slot.flight);
  }

  // One word for the whole exercise, the worst first.
  get status() {
    const slots = [...this.slots.values()];
    const unheard = slots.some((slot) => slot.flight?.unheard);
    if (!this.ready) return { word: this.silent ? "silent" : "opening" };
    if (slots.some((slot) => slot.newer)) return { word: "conflict" };
    const refused = slots.find((slot) => slot.refused);
    if (refused) return { word: "refused", reason: refused.refused };
    if (unheard) return { word: "unheard" };
    if (this.store && this.unsaved) return { word: "refused", reason: this.store };
    if (this.turn?.unheard) return { word: "undecided", reason: "the notebook does not answer; trying again." };
    if (slots.some((slot) => slot.found)) return { word: "found" };
    if (this.unsaved || this.turn || this.wanted) return { word: "saving" };
    if (this.trouble) return { word: "undecided", reason: this.trouble };
    const times = slots.map((slot) => slot.savedAt).filter(Boolean).sort();
    return times.length ? { word: "saved", at: times.at(-1), recovered: this.recovered } : { word: this.store ? "nowhere" : "blank", reason: this.store };
  }

  close() {
    for (const timer of this.timers) clearTimeout(timer);
    this.closed = true;
    this.drafts.close();
  }
}
