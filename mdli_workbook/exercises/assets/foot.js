// Below the fields: is it saved, who can read it, what does the coach see.

const START = "press Start at the top of the page, or menu Run, Run All Cells";
const kept = () => (Drafts.shared || Drafts.failing ? "Your text is only on this page." : "Your text is kept in this browser.");
// What keeps the answers, and what to do while it does not answer.
const KEEPER = {
  notebook: { name: "the notebook", silent: `If this stays: ${START}.`, unheard: `To save it: ${START}.` },
  site: { name: "the site", silent: "If this stays, load the page again.", unheard: "It is tried again every few seconds." },
};
const STATUS = {
  opening: () => "Opening …",
  silent: (_, keeper) => `${capital(keeper.name)} does not answer yet. ${keeper.silent}`,
  saving: () => "Saving …",
  saved: ({ at, recovered }) => `Saved ${atTime(at)}${recovered ? ", with text found in this browser" : ""}`,
  found: () => "Not yet saved: text found in this browser, saving it …",
  unheard: (_, keeper) => `Not saved: ${keeper.name} does not answer. ${kept()} ${keeper.unheard}`,
  refused: ({ reason }) => `Not saved: ${reason} ${kept()}`,
  undecided: ({ reason }) => `Not changed: ${reason}`,
  conflict: () => "Not saved: there are two versions. Please choose above.",
  nowhere: ({ reason }) => reason,
  blank: () => "",
};
const TROUBLE = new Set(["silent", "unheard", "refused", "undecided", "conflict", "nowhere", "found"]);

class Foot {
  constructor(spec, prefix, saving, wordings) {
    Object.assign(this, { saving, spec });
    this.words = el("span", { class: "mdli-status-words", "aria-hidden": "true" });
    this.live = el("span", { class: "mdli-unseen", role: "status" });
    this.select = el("select", { class: "mdli-input", id: `${prefix}-audience`, onchange: () => saving.share(this.select.value) },
      ...spec.audiences.map(({ id, label }) => el("option", { value: id }, label)));
    this.whole = el("span", { class: "mdli-readers-whole", "aria-hidden": "true" });   // where the control is too narrow
    this.nudge = new Nudge(spec, prefix, saving, this.select);
    this.note = el("p", { class: "mdli-foot-note", role: "status" });
    this.panel = el("div", { class: "mdli-coach-view", id: `${prefix}-coach`, hidden: true, role: "region", "aria-label": "What my coach will see" });
    this.toggle = button("What my coach will see", () => this.turn(), { class: "mdli-button mdli-quiet", hidden: !spec.audiences.length, "aria-expanded": "false", "aria-controls": this.panel.id });
    this.bar = el("div", { class: "mdli-foot" },
      el("div", { class: "mdli-status" }, this.words, this.live),
      el("div", { class: "mdli-row" }, this.toggle, wordings.toggle),
      el("div", { class: "mdli-readers", hidden: !spec.audiences.length },
        el("label", { for: this.select.id }, "Who can read this"), this.select, this.whole));
    this.node = el("div", {}, this.bar, this.note, this.nudge.node, this.panel, wordings.panel);
  }

  // Who reads it, in words that name the coach: the kernel knows them, no file does.
  name(audiences) {
    for (const { id, label } of audiences ?? []) {
      const option = [...this.select.options].find(({ value }) => value === id);
      if (option && option.textContent !== label) option.textContent = label;
    }
  }

  tell(words) { this.note.textContent = words; }

  // Words that were erased are not to stay on the page, shown or not.
  forget() {
    this.nudge.forget();
    this.panel.replaceChildren();
    this.look();
  }

  turn() {
    this.panel.hidden = !this.panel.hidden;
    this.toggle.setAttribute("aria-expanded", String(!this.panel.hidden));
    if (this.panel.hidden) this.panel.replaceChildren();
    else this.look();
  }

  look() {
    if (this.panel.hidden) return;
    if (!this.panel.firstChild) this.panel.textContent = "One moment …";
    this.saving.tell({ type: "coach_view" });
  }

  // The one place where HTML is taken as such: the kernel escaped what people wrote.
  reveal(html) {
    const { panel } = this;
    if (!panel.hidden) panel.innerHTML = html;
  }

  refresh() {
    const { status, audience, wanted, turn } = this.saving;
    const words = STATUS[status.word](status, KEEPER[this.spec.site ? "site" : "notebook"]);
    if (this.words.textContent !== words) this.words.textContent = words;
    this.bar.dataset.status = TROUBLE.has(status.word) ? "trouble" : status.word;
    const told = words && this.node.closest(".mdli-screen-reader") ? `${this.spec.heading}: ${words}` : words;
    if (status.word !== "saving" && status.word !== "opening" && this.live.textContent !== told) this.live.textContent = told;
    const shown = wanted || turn?.audience || audience || this.spec.audience;
    if (this.select.value !== shown) this.select.value = shown;
    this.bar.dataset.audience = shown;
    this.whole.textContent = this.select.selectedOptions[0]?.textContent ?? "";
    this.nudge.refresh();
  }
}
