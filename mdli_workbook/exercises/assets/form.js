// One form: what a kind describes (model.get("spec"), never an answer) drawn and kept saved.
// What is typed travels in custom messages only, so no widget state can ever hold it.

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
  if (spec.kind === "progress") return renderProgress(model, host);
  if (spec.kind === "panel") return renderPanel(model, host);
  const prefix = `mdli-${uuid()}`;
  const drafts = new Drafts([spec.participant, spec.session, spec.id]);
  const above = fromKernel("mdli-above", spec.explorer ? "" : spec.above);
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
  if (spec.explorer) body.explorer = new Explorer(spec, prefix, saving);
  foot = new Foot(spec, prefix, saving, body.wordings);
  const form = el("div", { class: "mdli-form-body" }, body.node);
  const root = el("section", { class: "mdli-form", "aria-label": spec.heading, "data-kind": spec.kind, "data-exercise": spec.id, hidden: spec.waits },
    heading(spec), above, body.explorer?.node ?? "", ...(spec.entry ? [beside, form] : [form, beside]), foot.node);
  keepKeysHere(root, saving);
  keepUndoHere(root);

  // What was erased is nowhere on this page any more. In another tab (`entries`), the store is asked first.
  const place = drafts.place;
  const entries = [];
  const forget = (erased, words) => {
    forgetErased(saving, erased, words);
    body.forget();
    foot.forget();
    root.dispatchEvent(new Event("mdli-erased"));
    if (spec.entry) {                                          // the promise itself: asked for again
      surround(root, beside, { shown: true, beside: "" });
      saving.tell({ type: "hello" });
    }
  };
  const onErased = (message) => {
    const own = body.lists.map((list) => list.erased(message)).find(Boolean);
    forget(message, own?.words);
    if (own) foot.tell(message.remains ? `Erased here; ${message.remains}.` : "Erased for good.");
    elsewhere.tell(place, message.entry);
    saving.hear({ ...message, type: "state" });
  };
  const unhear = elsewhere.hear(place, (entry) => {
    for (const list of body.lists) list.close();
    entries.push(entry);
    saving.tell({ type: "hello" });
  });
  const onState = (message) => {
    foot.name(message.audiences);
    for (const entry of entries.splice(0)) forget({ entry, answers: message.answers });
    saving.hear(message);
  };

  const hear = (message) => {
    if (body.explorer?.hear(message)) return;
    if (message?.type === "coach_view") foot.reveal(message.html);
    else if (message?.type === "around") surround(root, beside, message);
    else if (message?.type === "nudge") foot.nudge.hear(message);
    else if (message?.type === "history") for (const list of body.lists) list.hear(message);
    else if (message?.type === "erased") onErased(message);
    else if (message?.type === "state") onState(message);
    else if (message?.type === "refused" && body.lists.some((list) => list.refused(message))) changed();
    else if (message?.type === "look") dress(root, message.words);
    else saving.hear(message);
  };
  const unfollow = followSharing(saving, changed);
  const leave = (event) => { if (saving.unsaved) { hide(); event.preventDefault(); event.returnValue = ""; } };
  const hide = () => { saving.flush(); drafts.flush(); };
  root.addEventListener("focusout", hide);
  form.addEventListener("input", () => { foot.tell(""); foot.nudge.wrote(); });
  form.addEventListener("change", () => { if (foot.nudge.shared) foot.nudge.look(); });
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
    unfollow();
    unhear();
    clearTimeout(foot.nudge.timer);
    saving.close();
  };
};

export default { render };
