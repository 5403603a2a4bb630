// What stands in for the kernel on a preview page: it answers every message of a form out of this
// page's memory. Reads what the page holds as JSON, and draws each form with `render` above.

Object.assign(Drafts.prototype, { keep: async () => {}, found: async () => [], forget: async () => {} });

class StandIn {
  constructor({ spec, answers, around, coach }, readers, unshared) {
    Object.assign(this, { spec, around, coach, readers, unshared, audience: spec.audience, hearers: new Set() });
    const saved_at = new Date().toISOString();
    this.answers = Object.fromEntries(Object.entries(answers)
      .map(([entry, value]) => [entry, { revision: `sample-${entry}`, value, saved_at }]));
  }

  get(name) { return this[name]; }

  on(_, hear) { this.hearers.add(hear); }

  off(_, hear) { this.hearers.delete(hear); }

  send(message) {
    const replies = this.answer(message);
    setTimeout(() => { for (const reply of replies) for (const hear of this.hearers) hear(structuredClone(reply)); });
  }

  answer(message) {
    switch (message.type) {
      case "hello": return [this.state(), this.around];
      case "save": return [this.save(message)];
      case "audience": this.audience = message.audience; return [this.state(message.id)];
      case "coach_view":
        return [{ type: "coach_view", html: this.audience === "coach" ? this.coach : this.unshared }];
      case "history": return [{ type: "history", entry: message.entry, wordings: [] }];
      case "look": case "shown": return [this.figure(message)];
      case "files": return [{ type: "files", id: message.id, files: [] }];
      case "export": return [{ type: "export", id: message.id, problem: "A preview exports nothing." }];
      default: return [];
    }
  }

  // Nothing is counted here: the view of the session file is there, and any other is the workbook's.
  figure({ id, choice }) {
    const asked = choice ?? this.spec.explorer.choice;
    const problem = same(asked, this.spec.explorer.choice) ? undefined : "A preview has only the first view; the workbook has all.";
    return { type: "figure", id, problem, choice: asked, html: this.spec.above, view: null };
  }

  state(id = "") {
    const { answers, audience, readers } = this;
    return { type: "state", id, answers, audience, readers: readers[audience] ?? "", store: "" };
  }

  save({ id, entry, value }) {
    const saved = { revision: id, value: structuredClone(value), saved_at: new Date().toISOString() };
    this.answers[entry] = saved;
    return { type: "saved", id, entry, ...saved };
  }
}

const { forms, readers, unshared } = JSON.parse(document.getElementById("mdli-forms").textContent);
for (const host of document.querySelectorAll("[data-form]")) {
  render({ model: new StandIn(forms[host.dataset.form], readers, unshared), el: host });
}
