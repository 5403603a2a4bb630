// Below the fields: is it saved, who can read it, what does the coach see.

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
