// The explorer above the boxes of an equity form: choices, the figure, what may be taken along. What is
// looked at is part of the answer, so that the words keep the picture that they speak of.

const COMPUTING = 600;                                         // ms until a wait is mentioned
const EXPORTS = [["csv", "Figures (CSV)"], ["svg", "Picture (SVG)"], ["note", "Method note"]];
const TABS = { groups: "Groups", time: "Over time", standardised: "Same ages", missing: "Who is missing", figures: "All figures" };
const BETTER = [{ id: "yes", label: "More" }, { id: "no", label: "Less" }];
const SLOW = "Still counting … A large file takes a few seconds. If this stays, run the workbook again.";

const optionsOf = (list) => list.map(({ id, label }) => el("option", { value: id }, label));

// A choice of one, its label above it: a compact column of the row.
const picker = (id, label, onchange) => {
  const select = el("select", { class: "mdli-input", id, onchange });
  return { select, node: el("div", { class: "mdli-pick" }, el("label", { for: id }, label), select) };
};

// A quiet button that opens a panel below.
const turning = (label, id, panel, opened = () => {}) => {
  panel.id = id;
  panel.hidden = true;
  const toggle = button(label, () => turn(panel.hidden), { class: "mdli-button mdli-quiet", "aria-expanded": "false", "aria-controls": id });
  const turn = (open) => {
    panel.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (open) opened();
  };
  return { toggle, turn };
};

// Where it is too narrow for a picture, the keyboard can scroll it too.
const reachable = (node) => new ResizeObserver(() => {
  if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
  else node.removeAttribute("tabindex");
}).observe(node);

class Explorer {
  constructor(spec, prefix, saving) {
    const { options, choice } = spec.explorer;
    Object.assign(this, { saving, demo: { options, choice }, options, choice, view: null, asked: "", byHand: false, kept: false });
    this.id = `${prefix}-explorer`;
    this.draw(spec);
    this.fill();
  }

  draw(spec) {
    const pick = (name, label) => picker(`${this.id}-${name}`, label, () => this.chose());
    this.picks = {
      measure: pick("measure", "Measure"), dimension: pick("dimension", "By"),
      reference: pick("reference", "Compared with"), favourable: pick("favourable", "Better is"),
    };
    this.picks.favourable.select.append(...optionsOf(BETTER));
    this.views = radios(this.options.views.map(({ id, label }) => ({ id, label: TABS[id] ?? label })), `${this.id}-view`, () => this.chose());
    this.tabs = el("fieldset", { class: "mdli-views" }, el("legend", { class: "mdli-unseen" }, "View"), ...this.views.nodes);
    this.choices = el("div", { class: "mdli-choices", role: "group", "aria-label": "What to look at" },
      el("div", { class: "mdli-picks" }, ...Object.values(this.picks).map(({ node }) => node)), this.tabs);
    this.note = el("p", { class: "mdli-explorer-note", hidden: true });
    this.figure = el("div", { class: "mdli-figure", role: "group", "aria-label": "What is to be seen" }, fromKernel("mdli-shown", spec.above));
    reachable(this.figure);
    this.live = el("span", { class: "mdli-unseen", role: "status" });
    this.wait = el("p", { class: "mdli-wait", role: "status" });
    this.own = new OwnData(`${this.id}-own`, this);
    const exports = el("div", { class: "mdli-row mdli-exports", role: "group", "aria-label": "Take this view along" },
      ...EXPORTS.map(([what, label]) => button(label, () => this.ask({ type: "export", what }))));
    const own = turning("Use my own data", `${this.id}-own-panel`, this.own.node, () => this.own.list());
    const take = turning("Export this view", `${this.id}-export-panel`, exports);
    this.own.turn = own.turn;
    this.node = el("div", { class: "mdli-explorer" }, this.choices, this.note, this.figure, this.wait, this.live,
      el("div", { class: "mdli-row mdli-explorer-foot" }, own.toggle, take.toggle), this.own.node, exports);
    this.fold();
  }

  // The controls show the choice; which references there are follows the dimension.
  fill() {
    const { measures, dimensions, references, views } = this.options;
    const { choice, picks } = this;
    picks.measure.select.replaceChildren(...optionsOf(measures));
    picks.dimension.select.replaceChildren(...optionsOf(dimensions));
    picks.reference.select.replaceChildren(...optionsOf(references[choice.dimension]));
    for (const name of ["measure", "dimension", "reference"]) picks[name].select.value = choice[name];
    picks.favourable.select.value = choice.favourable ? "yes" : "no";
    this.views.set(choice.view);
    for (const node of this.views.nodes) node.hidden = !views.some(({ id }) => id === node.firstChild.value);
  }

  chose() {
    const { measure, dimension, reference, favourable } = this.picks;
    const next = {
      ...this.choice, measure: measure.select.value, dimension: dimension.select.value,
      favourable: favourable.select.value === "yes", view: this.views.get() || this.choice.view,
    };
    next.reference = next.dimension === this.choice.dimension ? reference.select.value : "";
    Object.assign(this, { choice: next, byHand: true });
    this.fill();
    this.look();
  }

  look() { this.ask({ type: "look", choice: this.choice }); }

  ask(message) {
    const id = uuid();
    if (message.type === "look" || message.type === "shown") {
      this.asked = id;
      this.busy(true);
    }
    this.saving.tell({ ...message, id });
    return id;
  }

  // The old figure stays until the new one is there, so that nothing jumps.
  busy(yes) {
    clearTimeout(this.soon);
    clearTimeout(this.late);
    this.figure.setAttribute("aria-busy", String(yes));
    this.figure.classList.remove("mdli-busy");
    this.wait.textContent = "";
    if (!yes) return;
    this.soon = this.saving.after(COMPUTING, () => this.figure.classList.add("mdli-busy"));
    this.late = this.saving.after(PATIENCE, () => { this.wait.textContent = SLOW; });
  }

  hear(message) {
    switch (message?.type) {
      case "figure": this.onFigure(message); return true;
      case "export": this.onExport(message); return true;
      case "files": this.own.onFiles(message); return true;
      case "mapping": this.own.onMapping(message); return true;
      default: return false;
    }
  }

  onExport(message) {
    if (message.problem) this.wait.textContent = message.problem;
    else download({ ...message, content: message.text });
  }

  onFigure({ id, problem, choice, options, html, view }) {
    if (id !== this.asked) return;                             // a later choice is on its way
    this.busy(false);
    if (problem) { this.wait.textContent = problem; return; }
    const first = this.view === null;
    this.choice = choice;
    this.figure.replaceChildren(fromKernel("mdli-shown", html));
    this.fold();
    this.options = options ?? this.options;
    this.remember(view);
    const own = choice.data === "file";
    const away = own && !options;                              // a saved view of a file that is not loaded
    this.choices.hidden = away;
    this.own.mark(own, away);
    this.note.hidden = !away;
    this.note.textContent = away ? "This is the view that you saved, of a file of your own. To look further, choose that file under “Use my own data”." : "";
    if (!away) this.fill();
    if (!first) this.live.textContent = this.figure.querySelector("p")?.textContent ?? "";
  }

  // Below the sentence and the pictures, the tables and the notes wait to be asked for. In the view of all
  // figures they are what was asked for.
  fold() {
    const last = [...this.figure.querySelectorAll("svg")].at(-1);
    if (!last) return;
    const rest = [];
    for (let node = last.nextSibling; node; node = node.nextSibling) rest.push(node);
    if (!rest.some(({ tagName }) => tagName)) return;
    last.after(el("details", { class: "mdli-folded", open: this.choice.view === "figures" }, el("summary", {}, "The figures, and how to read them"), ...rest));
  }

  // With words in the boxes, another view is a change of the answer. Without, there is nothing to keep.
  remember(view) {
    this.view = view;
    const { value } = this.saving.slot("");
    const written = Object.entries(value ?? {}).some(([name, words]) => name !== "view" && words?.trim());
    if (this.byHand && written && !same(view, value.view ?? null)) this.saving.edit("", { ...value, ...this.value }, { now: true });
  }

  // What is saved with the words: nothing until the kernel has said what is to be seen.
  get value() {
    this.kept ||= Boolean(this.view);
    return this.view ? { view: this.view } : {};
  }

  // A value came from outside: the store, another window, an earlier wording, or nothing any more.
  show() {
    const saved = this.saving.slot("").value?.view ?? null;
    if (saved && !same(saved, this.view)) {
      Object.assign(this, { view: saved, kept: true, byHand: false });
      this.ask({ type: "shown", view: saved });
    } else if (!saved && (!this.asked || this.kept)) {
      this.kept = this.byHand = false;
      this.start();
    }
  }

  start() {
    Object.assign(this, { options: this.demo.options, choice: this.demo.choice });
    this.look();
  }

  // Another file: its first measure by its first dimension.
  take(options) {
    const [[measure], [dimension]] = [options.measures, options.dimensions];
    const choice = { measure: measure.id, dimension: dimension.id, reference: "", favourable: true, view: "groups", data: "file" };
    Object.assign(this, { options, choice, byHand: true });
    this.look();
  }
}
