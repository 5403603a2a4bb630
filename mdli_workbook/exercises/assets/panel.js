// Above all forms: how far the session is, what is left, and whether others use this computer.

const QUIET = 250;                                             // ms: exercises are declared one after another

const minutes = (count) => `${count} ${count === 1 ? "minute" : "minutes"}`;

const parts = (count) => `${count} ${count === 1 ? "part" : "parts"}`;

// "3 of 9 parts done · about 22 minutes left"; whoever takes extra time reads no minutes.
const inOneLine = ({ done, total, minutes: left }, untimed) => {
  if (done === total) return total === 1 ? "The one part is done." : `All ${total} parts are done.`;
  const said = `${done} of ${parts(total)} done`;
  if (untimed) return `${said} · ${total - done} left · take the time you need`;
  return left ? `${said} · about ${minutes(left)} left` : said;
};

// Straight there: a page that glides past eight forms tires the eye, and may miss its aim.
const goTo = (root, id) => {
  const page = root.closest(".jp-Notebook") ?? document;
  const form = [...page.querySelectorAll(".mdli-form")].filter(({ dataset }) => dataset.exercise === id).at(-1);
  if (!form) return;
  const field = form.querySelector(".mdli-form-body :is(input, textarea, select, button):not(:disabled)");
  (field ?? form).focus({ preventScroll: true });
  form.scrollIntoView({ block: "start" });
};

class Progress {
  constructor(root) {
    this.root = root;
    this.line = el("span", { class: "mdli-progress-line" }, "\u00a0");
    this.list = el("ul", { class: "mdli-left" });
    this.bar = el("span", { class: "mdli-progress-bar", "aria-hidden": "true" }, el("span"));
    this.details = el("details", {}, el("summary", {}, this.line, el("span", { class: "mdli-more" }, "What is left")), this.list);
    this.finished = el("p", { class: "mdli-progress-line", hidden: true });
    this.live = el("span", { class: "mdli-unseen", role: "status" });
    // Its room is there from the start: what stands below must not move under somebody's finger.
    this.node = el("div", { class: "mdli-progress-body mdli-awaited" }, this.details, this.finished, this.bar, this.live);
  }

  hear(told) {
    clearTimeout(this.timer);
    this.told = told;
    this.timer = setTimeout(() => this.draw(), this.drawn ? 0 : QUIET);
  }

  draw() {
    const { total, done, left } = this.told;
    const untimed = this.root.classList.contains("mdli-extra-time");
    const line = inOneLine(this.told, untimed);
    this.drawn = true;
    this.node.classList.remove("mdli-awaited");
    this.node.hidden = total === 0;
    this.details.hidden = left.length === 0;
    this.finished.hidden = left.length > 0;
    for (const place of [this.line, this.finished]) if (place.textContent !== line) place.textContent = line;
    if (this.root.classList.contains("mdli-screen-reader")) this.live.textContent = total ? line : "";
    this.bar.firstChild.style.inlineSize = `${total ? (100 * done) / total : 0}%`;
    this.list.replaceChildren(...left.map((one) => this.item(one, untimed)));
  }

  item({ id, title, minutes: needed, begun }, untimed) {
    const about = [begun ? "begun" : "", needed && !untimed ? `about ${needed} min` : ""].filter(Boolean).join(" · ");
    return el("li", {}, button(title, () => goTo(this.root, id), { class: "mdli-button mdli-quiet mdli-go", dir: "auto" }),
      about ? el("span", { class: "mdli-aside" }, about) : null);
  }
}

const sharing = (prefix) => {
  const input = el("input", { type: "checkbox", "aria-describedby": `${prefix}-why`,
    onchange: () => { Drafts.shared = input.checked; if (input.checked) Drafts.clear(); } });
  const show = () => { input.checked = Drafts.shared; };
  show();
  const node = el("div", { class: "mdli-sharing" },
    el("label", { class: "mdli-option" }, input, el("span", {}, "I share this computer")),
    el("p", { class: "mdli-hint", id: `${prefix}-why` },
      "Then this browser keeps no copy of what you type; what is not yet saved is only on this page."));
  return { node, show };
};

// A form's words and drafts follow the switch at once.
const followSharing = (saving, changed) => Drafts.watch(() => {
  if (!Drafts.shared) for (const [entry, slot] of saving.slots) if (slot.dirty || slot.flight) saving.keep(entry);
  changed();
});

const renderProgress = (model, host) => {
  const root = el("section", { class: "mdli-form mdli-panel mdli-progress", "aria-label": model.get("spec").heading });
  const progress = new Progress(root);
  const share = sharing(`mdli-${uuid()}`);
  const copy = new OwnCopy(model);
  const unwatch = Drafts.watch(share.show);
  let greeting;
  const greet = () => {
    try { model.send({ type: "hello" }); } catch { /* no kernel yet: the next one may be heard */ }
    greeting = setTimeout(greet, PATIENCE);
  };
  const hear = (message) => {
    if (message?.type === "look") dress(root, message.words);
    if (message?.type === "record" || message?.id === "record") copy.hear(message);
    if (message?.type !== "progress") return;
    clearTimeout(greeting);
    progress.hear(message);
  };
  root.append(progress.node, share.node, copy.node);
  keepKeysHere(root, { flush: () => {} });
  model.on("msg:custom", hear);
  host.append(root);
  greet();
  return () => {
    clearTimeout(greeting);
    clearTimeout(progress.timer);
    copy.close();
    unwatch();
    model.off("msg:custom", hear);
  };
};
