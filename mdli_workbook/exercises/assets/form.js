// One form: what a kind describes (model.get("spec"), never an answer) drawn and kept saved.
// What is typed travels in custom messages only, so no widget state can ever hold it.

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

const atTime = (iso) => {
  const then = new Date(iso);
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (then.toDateString() === new Date().toDateString()) return time;
  return `${then.toLocaleDateString([], { day: "numeric", month: "long" })}, ${time}`;
};

const START = "press Start at the top of the page, or menu Run, Run All Cells";
const STATUS = {
  opening: () => "Opening …",
  silent: () => `The notebook does not answer yet. If this stays: ${START}.`,
  saving: () => "Saving …",
  saved: ({ at, recovered }) => `Saved ${atTime(at)}${recovered ? ", with text found in this browser" : ""}`,
  found: () => "Not yet saved: text found in this browser, saving it …",
  unheard: () => `Not saved: the notebook does not answer. Your text is kept in this browser. To save it: ${START}.`,
  refused: ({ reason }) => `Not saved: ${reason} Your text is kept in this browser.`,
  undecided: ({ reason }) => `Not changed: ${reason}`,
  conflict: () => "Not saved: there are two versions. Please choose above.",
  nowhere: ({ reason }) => reason,
  blank: () => "",
};
const TROUBLE = new Set(["silent", "unheard", "refused", "undecided", "conflict", "nowhere", "found"]);

// The controls of one entry, or of the whole form where nothing repeats.
class Fields {
  constructor(controls, prefix, changed, aside = "") {
    const several = controls.length > 1;
    this.all = controls.map((control, index) => {
      const marked = { ...control, aside: several && control.required ? "(needed)" : aside };
      return { control, ...CONTROLS[control.type](marked, `${prefix}-${index}`, changed) };
    });
    this.notice = el("div", { class: "mdli-notice" });
    this.node = el("div", { class: "mdli-fields" }, this.notice, ...this.all.map(({ node }) => node));
  }

  get() { return Object.fromEntries(this.all.map(({ control, get }) => [control.name, get()])); }

  set(value) { for (const { control, set } of this.all) set(value?.[control.name]); }

  // Both versions, field by field where they differ, and the two ways on.
  ask(mine, newer, choose) {
    if (!newer) { this.notice.replaceChildren(); return; }
    if (this.asked === newer && same(this.mine, mine) && this.notice.firstChild) return;
    Object.assign(this, { asked: newer, mine });
    const differ = this.all.filter(({ control: { name } }) => !same(mine?.[name] ?? null, newer.value?.[name] ?? null));
    const version = (title, value, label, keepMine) => el("div", { class: "mdli-version" },
      el("h4", {}, title),
      value === null ? el("p", {}, "Removed.") : el("dl", {}, ...differ.flatMap(({ control }) => [
        this.all.length > 1 ? el("dt", {}, control.label) : null,
        el("dd", { dir: "auto" }, inWords(control, value[control.name])),
      ].filter(Boolean))),
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
    this.node = this.fields.node;
    if (labels(spec, spec.title)) this.node.querySelector(".mdli-label").classList.add("mdli-title");
  }

  // What this form does not show of a value stays as it is.
  edited() { this.saving.edit(this.entry, { ...this.saving.slot(this.entry).value, ...this.fields.get() }); }

  show() { this.fields.set(this.saving.slot(this.entry).value); }

  refresh() {
    const slot = this.saving.slot(this.entry);
    this.fields.ask(slot.value, slot.newer, (keepMine) => this.saving.choose(this.entry, keepMine));
  }
}

// Entries, each with its own fields and its own answer; their order is the exercise's own answer.
class Several {
  constructor(spec, prefix, saving) {
    Object.assign(this, { spec, prefix, saving, order: [], cards: new Map() });
    this.one = spec.entries.one;
    this.list = el("div", { class: "mdli-entries" });
    this.more = button(`Add another ${this.one}`, () => this.add(true), { class: "mdli-button mdli-add" });
    this.node = el("div", {}, this.list, this.more);
  }

  show(entry) {
    const { ready, slots } = this.saving;
    if (!ready) return;                                        // one by one they would look too few, and blank ones be added
    const known = [...slots].filter(([id, { value }]) => id && value !== null)
      .sort(([, one], [, other]) => (one.savedAt < other.savedAt ? -1 : 1)).map(([id]) => id);
    const wanted = slots.get("")?.value?.order ?? [];
    const place = (id) => (wanted.includes(id) ? wanted.indexOf(id) : wanted.length);
    const fresh = known.filter((id) => !this.order.includes(id));
    this.order = [...this.order.filter((id) => !slots.has(id)|| slots.get(id).value !== null || this.cards.get(id)?.removed), ...fresh];
    this.order.sort((one, other) => place(one) - place(other));
    for (const id of this.order) {
      const slot = slots.get(id);
      const card = this.card(id);
      if (slot && (entry === null || entry === id || fresh.includes(id))) card.fields.set(slot.value);
    }
    const least = Math.max(1, this.spec.entries.least);
    while (this.shown().length < least) this.add(false);
    this.draw();
  }

  shown() { return this.order.filter((id) => !this.card(id).removed); }

  add(focus) {
    const id = uuid();
    this.order.push(id);
    this.card(id);
    this.draw();
    if (focus) this.cards.get(id).node.querySelector("input, textarea, select")?.focus();
  }

  card(id) {
    if (!this.cards.has(id)) this.cards.set(id, this.makeCard(id));
    return this.cards.get(id);
  }

  makeCard(id) {
    const fields = new Fields(this.spec.controls, `${this.prefix}-${id}`, () => this.edited(id));
    const heading = el("h4", { class: "mdli-entry-title", id: `${this.prefix}-${id}` });
    const up = button("Move up", () => this.move(id, -1), { class: "mdli-button mdli-quiet" });
    const down = button("Move down", () => this.move(id, 1), { class: "mdli-button mdli-quiet" });
    const remove = button("Remove", () => this.askRemove(id), { class: "mdli-button mdli-quiet" });
    const acts = el("div", { class: "mdli-row" }, up, down, remove);
    const foot = el("div", { class: "mdli-entry-foot" }, acts);
    const node = el("div", { class: "mdli-entry", role: "group", "aria-labelledby": heading.id }, heading, fields.node, foot);
    return { node, fields, heading, up, down, remove, acts, foot, removed: false };
  }

  edited(id) {
    this.saving.edit(id, this.card(id).fields.get());
    this.keepOrder();
  }

  keepOrder(now = false) {
    const order = this.order.filter((id) => this.saving.slots.get(id)?.value);
    if (!same(order, this.saving.slots.get("")?.value?.order ?? [])) this.saving.edit("", { order }, { now });
  }

  move(id, step) {
    const shown = this.shown();
    const other = shown[shown.indexOf(id) + step];
    const from = this.order.indexOf(id);
    const to = this.order.indexOf(other);
    [this.order[from], this.order[to]] = [this.order[to], this.order[from]];
    this.draw();
    const { up, down } = this.card(id);
    const same_way = step < 0 ? up : down;
    (same_way.disabled ? (step < 0 ? down : up) : same_way).focus();
    this.keepOrder(true);
  }

  askRemove(id) {
    const card = this.card(id);
    if (!this.saving.slots.get(id)?.value) { this.drop(id); return; }
    const keep = button("Keep it", () => { card.foot.replaceChildren(card.acts); card.remove.focus(); });
    card.foot.replaceChildren(el("span", {}, `Remove this ${this.one}?`),
      el("div", { class: "mdli-row" }, keep, button("Yes, remove it", () => this.removeEntry(id))));
    keep.focus();
  }

  drop(id) {
    this.order = this.order.filter((other) => other !== id);
    this.cards.get(id).node.remove();
    this.cards.delete(id);
    this.draw();
    this.more.focus();
  }

  removeEntry(id) {
    const card = this.card(id);
    const value = this.saving.slots.get(id).value;
    const undo = button("Undo", () => {
      card.removed = false;
      card.node.replaceChildren(card.heading, card.fields.node, card.foot);
      card.foot.replaceChildren(card.acts);
      this.saving.edit(id, value, { now: true });
      this.draw();
      this.keepOrder();
      card.remove.focus();
    });
    card.removed = true;
    card.node.replaceChildren(el("div", { class: "mdli-entry-foot" }, el("span", {}, `${capital(this.one)} removed.`), undo));
    this.saving.edit(id, null, { now: true });
    this.draw();
    undo.focus();
  }

  draw() {
    const shown = this.shown();
    const cards = this.order.map((id) => this.card(id));
    if (!same([...this.list.children].map(({ firstChild }) => firstChild?.id), cards.map(({ node }) => node.firstChild?.id))) {
      this.list.replaceChildren(...cards.map(({ node }) => node));
    }
    for (const [index, id] of shown.entries()) {
      const card = this.card(id);
      card.heading.textContent = this.spec.entries.most === 1 ? capital(this.one) : `${capital(this.one)} ${index + 1}`;
      card.up.hidden = card.down.hidden = shown.length < 2;
      card.up.disabled = index === 0;
      card.down.disabled = index === shown.length - 1;
      card.remove.hidden = shown.length < 2 && !this.saving.slots.get(id)?.value;
    }
    this.more.hidden = this.spec.entries.most !== null && shown.length >= this.spec.entries.most;
  }

  refresh() {
    this.draw();
    for (const id of this.order) {
      const slot = this.saving.slots.get(id);
      if (slot) this.card(id).fields.ask(slot.value, slot.newer, (keepMine) => this.saving.choose(id, keepMine));
    }
  }
}

// Below the fields: is it saved, who can read it, what does the coach see.
class Foot {
  constructor(spec, prefix, saving) {
    Object.assign(this, { saving, spec });
    this.words = el("span", { class: "mdli-status-words", "aria-hidden": "true" });
    this.live = el("span", { class: "mdli-unseen", role: "status" });
    this.select = el("select", { class: "mdli-input", id: `${prefix}-audience`, onchange: () => saving.share(this.select.value) },
      ...spec.audiences.map(({ id, label }) => el("option", { value: id }, label)));
    this.panel = el("div", { class: "mdli-coach-view", id: `${prefix}-coach`, hidden: true, role: "region", "aria-label": "What my coach will see" });
    this.toggle = button("What my coach will see", () => this.turn(), { "aria-expanded": "false", "aria-controls": this.panel.id });
    this.bar = el("div", { class: "mdli-foot" },
      el("div", { class: "mdli-status" }, this.words, this.live),
      el("div", { class: "mdli-row", hidden: !spec.audiences.length },
        el("label", { for: this.select.id }, "Who can read this"), this.select, this.toggle));
    this.node = el("div", {}, this.bar, this.panel);
  }

  turn() {
    this.panel.hidden = !this.panel.hidden;
    this.toggle.setAttribute("aria-expanded", String(!this.panel.hidden));
    if (!this.panel.hidden) this.look();
  }

  look() {
    if (this.panel.hidden) return;
    if (!this.panel.firstChild) this.panel.textContent = "One moment …";
    this.saving.tell({ type: "coach_view" });
  }

  // The one place where HTML is taken as such: the kernel escaped what people wrote.
  reveal(html) { this.panel.innerHTML = html; }

  refresh() {
    const { status, audience, wanted, turn } = this.saving;
    const words = STATUS[status.word](status);
    if (this.words.textContent !== words) this.words.textContent = words;
    this.bar.dataset.status = TROUBLE.has(status.word) ? "trouble" : status.word;
    if (status.word !== "saving" && status.word !== "opening" && this.live.textContent !== words) this.live.textContent = words;
    const shown = wanted || turn?.audience || audience || this.spec.audience;
    if (this.select.value !== shown) this.select.value = shown;
    this.bar.dataset.audience = shown;
  }
}

// The prompt is mostly the label of the first field already, and so may the title be.
const labels = (spec, words) => spec.controls.some(({ label }) => label === words);
const titleOf = (spec) => (labels(spec, spec.prompt) || labels(spec, spec.heading) ? spec.title : spec.heading);
const minutesOf = (spec) => (spec.minutes ? `about ${spec.minutes} min` : "");
const aside = (spec) => (titleOf(spec) || spec.controls.length > 1 ? "" : minutesOf(spec));

const heading = (spec) => {
  const own = labels(spec, spec.prompt);
  const title = labels(spec, titleOf(spec)) ? "" : titleOf(spec);
  const minutes = minutesOf(spec) && !aside(spec) ? el("p", { class: "mdli-minutes" }, minutesOf(spec)) : null;
  return el("header", { class: "mdli-head" },
    title || minutes ? el("div", { class: "mdli-head-line" }, title ? el("h3", {}, title) : el("span"), minutes) : null,
    ...(own ? [] : (spec.prompt || "").split(/\n\s*\n/).filter(Boolean).map((text) => el("p", { class: "mdli-prompt" }, text))));
};

// JupyterLab's one-letter shortcuts (dd, x, b) must not reach the notebook from in here. Its switch
// has to sit on the very element that has the focus; the form itself takes it for clicks beside a field.
const keepKeysHere = (root, saving) => {
  root.tabIndex = -1;
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      saving.flush();
    }
  });
};

// HTML of the kernel, in which it escaped whatever a person wrote.
const fromKernel = (name, html = "") => {
  const node = el("div", { class: name, hidden: !html });
  node.innerHTML = html;
  return node;
};

const surround = (root, beside, { shown, beside: html }) => {
  root.hidden = !shown;
  beside.hidden = !html;
  if (beside.innerHTML !== html) beside.innerHTML = html;
};

// Something to read and nothing to fill in.
const renderPanel = (model, host) => {
  const beside = fromKernel("mdli-beside");
  const root = el("section", { class: "mdli-form mdli-panel", "aria-label": model.get("spec").heading, hidden: true }, beside);
  const hear = (message) => { if (message?.type === "around") surround(root, beside, message); };
  model.on("msg:custom", hear);
  model.send({ type: "hello" });
  host.append(root);
  return () => model.off("msg:custom", hear);
};

const render = ({ model, el: host }) => {
  const spec = model.get("spec");
  if (spec.kind === "panel") return renderPanel(model, host);
  const prefix = `mdli-${uuid()}`;
  const drafts = new Drafts([spec.participant, spec.session, spec.id]);
  const above = fromKernel("mdli-above", spec.above);
  const beside = fromKernel("mdli-beside");
  let body, foot, seen;
  const changed = () => {
    if (!foot) return;
    form.inert = !saving.ready;
    body.refresh();
    foot.refresh();
    const now = `${saving.audience} ${[...saving.slots.values()].map(({ revision }) => revision).join(" ")}`;
    if (seen !== now) { seen = now; foot.look(); }
  };
  const saving = new Saving({
    send: (message) => model.send(message), drafts, changed, show: (entry) => body?.show(entry),
  });
  body = spec.entries ? new Several(spec, prefix, saving) : new Single(spec, prefix, saving);
  foot = new Foot(spec, prefix, saving);
  const form = el("div", { class: "mdli-form-body" }, body.node);
  const root = el("section", { class: "mdli-form", "aria-label": spec.heading, "data-kind": spec.kind, "data-exercise": spec.id, hidden: spec.waits },
    heading(spec), above, ...(spec.entry ? [beside, form] : [form, beside]), foot.node);
  keepKeysHere(root, saving);

  const hear = (message) => { 
    if (message?.type === "coach_view") foot.reveal(message.html);
    else if (message?.type === "around") surround(root, beside, message);
    else saving.hear(message);
  };
  const leave = (event) => { if (saving.unsaved) { hide(); event.preventDefault(); event.returnValue = ""; } };
  const hide = () => { saving.flush(); drafts.flush(); };
  root.addEventListener("focusout", hide);
  root.addEventListener("focusin", () => saving.tell({ type: "opened" }), { once: true });
  model.on("msg:custom", hear);
  window.addEventListener("beforeunload", leave);
  window.addEventListener("pagehide", hide);
  document.addEventListener("visibilitychange", hide);
  changed();
  host.append(root);
  return () => {
    model.off("msg:custom", hear);
    window.removeEventListener("beforeunload", leave);
    window.removeEventListener("pagehide", hide);
    document.removeEventListener("visibilitychange", hide);
    saving.close();
  };
};

export default { render };
