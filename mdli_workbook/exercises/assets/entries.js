// Many entries of one exercise: add, move, remove, undo.

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

// Entries, each with its own fields and its own answer; their order is the exercise's own answer.
class Several {
  constructor(spec, prefix, saving) {
    Object.assign(this, { spec, prefix, saving, order: [], cards: new Map() });
    this.one = spec.entries.one;
    this.wordings = new Wordings({ saving, controls: spec.controls, prefix, entry: null, name: "Removed earlier",
      putBack: (id, value) => this.restore(id, value) });
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
    const wordings = new Wordings({ saving: this.saving, controls: this.spec.controls, prefix: `${this.prefix}-${id}`,
      entry: id, thing: this.one, putBack: (_, value) => this.restore(id, value) });
    const acts = el("div", { class: "mdli-row" }, wordings.toggle, up, down, remove);
    const foot = el("div", { class: "mdli-entry-foot" }, acts);
    const parts = [heading, fields.node, foot, wordings.panel];
    const node = el("div", { class: "mdli-entry", role: "group", "aria-labelledby": heading.id }, ...parts);
    return { node, fields, heading, up, down, remove, acts, foot, wordings, parts, removed: false };
  }

  get lists() { return [this.wordings, ...[...this.cards.values()].map(({ wordings }) => wordings)]; }

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
    const undo = button("Undo", () => { this.restore(id, value); card.remove.focus(); });
    card.wordings.close();
    card.removed = true;
    card.node.replaceChildren(el("div", { class: "mdli-entry-foot" }, el("span", {}, `${capital(this.one)} removed.`), undo));
    this.saving.edit(id, null, { now: true });
    this.draw();
    undo.focus();
  }

  // Words of before, as if they were typed: an earlier wording, or an entry that was removed.
  restore(id, value) {
    this.saving.edit(id, value, { now: true });
    if (!this.order.includes(id)) this.order.push(id);
    const card = this.card(id);
    card.removed = false;
    card.foot.replaceChildren(card.acts);
    card.node.replaceChildren(...card.parts);
    card.fields.set(value);
    this.draw();
    this.keepOrder();
    card.node.querySelector("input, textarea, select")?.focus();
  }

  // What was erased leaves nothing behind, no way to undo it either.
  forget() {
    const lost = this.node.contains(document.activeElement);
    for (const [id, { revision, value }] of this.saving.slots) {
      if (!id || !revision || value !== null || !this.cards.has(id)) continue;
      this.order = this.order.filter((other) => other !== id);
      this.cards.get(id).node.remove();
      this.cards.delete(id);
    }
    this.show(null);
    if (lost && !this.node.contains(document.activeElement)) this.more.focus();
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
    for (const list of this.lists) list.refresh();
  }
}
