// One drawing per control type. Each takes (control, id, changed) and gives { node, get, set }:
// `get()` is the value as it is stored, `set(value)` shows one. Words go in as text, never as HTML.

const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

const button = (label, onclick, attributes = {}) =>
  el("button", { type: "button", class: "mdli-button", onclick, ...attributes }, label);

const hintOf = (control, id) => (control.hint ? el("p", { class: "mdli-hint", id: `${id}-hint` }, control.hint) : null);

// A field's words, and softly beside them that it is needed, or how long it may take.
const captionOf = (control) => [
  control.label,
  control.aside ? el("span", { class: "mdli-aside" }, ` ${control.aside}`) : "",
];

const aboutField = (control, id) => ({
  id,
  "aria-describedby": control.hint ? `${id}-hint` : undefined,
  "aria-required": control.required ? "true" : undefined,
});

const labelled = (control, id, input, after = null) => el(
  "div", { class: `mdli-field mdli-field-${control.type}` },
  el("label", { class: "mdli-label", for: id }, ...captionOf(control)),
  hintOf(control, id),
  after ? el("span", { class: "mdli-with-unit" }, input, after) : input,
);

const setValue = (input, value) => { if (input.value !== value) input.value = value; };   // keeps undo

const grow = (box) => {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    box.style.height = "auto";
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + 2}px`;
  };
  box.addEventListener("input", fit);
  new ResizeObserver(fit).observe(box);
};

const drawLine = (control, id, changed) => {
  const input = el("input", { type: "text", class: "mdli-input", dir: "auto", spellcheck: "true", autocomplete: "off",
    ...aboutField(control, id), oninput: changed });
  return { node: labelled(control, id, input), get: () => input.value, set: (value) => setValue(input, value ?? "") };
};

const drawBox = (control, id, changed) => {
  const box = el("textarea", { class: "mdli-input", dir: "auto", spellcheck: "true", rows: control.rows ?? 4,
    ...aboutField(control, id), oninput: changed });
  box.style.setProperty("--mdli-rows", control.rows ?? 4);
  grow(box);
  return { node: labelled(control, id, box), get: () => box.value, set: (value) => setValue(box, value ?? "") };
};

const drawPicker = (control, id, changed) => {
  const input = el("input", { type: control.type, class: "mdli-input mdli-short", ...aboutField(control, id),
    oninput: changed });
  return { node: labelled(control, id, input), get: () => input.value, set: (value) => setValue(input, value ?? "") };
};

const drawNumber = (control, id, changed) => {
  const minutes = control.type === "minutes";
  const input = el("input", { type: "number", class: "mdli-input mdli-short", inputmode: minutes ? "numeric" : "decimal",
    min: control.min ?? (minutes ? 0 : undefined), max: control.max, step: control.step ?? (minutes ? 1 : "any"),
    ...aboutField(control, id), oninput: changed });
  return {
    node: labelled(control, id, input, minutes ? el("span", { class: "mdli-unit" }, "minutes") : null),
    get: () => (input.value === "" ? null : Number(input.value)),
    set: (value) => setValue(input, value === null || value === undefined ? "" : String(value)),
  };
};

const fieldset = (control, id, ...children) => el(
  "fieldset", { class: `mdli-field mdli-field-${control.type}`, "aria-describedby": control.hint ? `${id}-hint` : undefined },
  el("legend", { class: "mdli-label" }, ...captionOf(control)),
  hintOf(control, id),
  ...children,
);

const tick = (type, name, value, label, changed, attributes = {}) => {
  const input = el("input", { type, name, value, onchange: changed, ...attributes });
  return { input, node: el("label", { class: "mdli-option" }, input, el("span", {}, label)) };
};

// Radio buttons that can be un-chosen: by a second click is too easy to do by accident, so by the
// Delete key and, where there is room, by a button.
const radios = (options, name, changed, attributes = {}) => {
  const all = options.map(({ id, label }) => tick("radio", name, id, label, changed, attributes));
  const get = () => all.find(({ input }) => input.checked)?.input.value ?? "";
  const set = (value) => { for (const { input } of all) input.checked = input.value === String(value ?? ""); };
  const clear = (event) => {
    if (event.key !== "Delete" && event.key !== "Backspace") return;
    event.preventDefault();
    set("");
    changed();
  };
  for (const { input } of all) input.addEventListener("keydown", clear);
  return { nodes: all.map(({ node }) => node), get, set };
};

const drawChoice = (control, id, changed) => {
  const touched = () => { show(); changed(); };
  const group = radios(control.options ?? [], id, touched);
  const clear = button("Clear", () => { group.set(""); touched(); node.querySelector("input")?.focus(); },
    { class: "mdli-button mdli-quiet", "aria-label": `Clear: ${control.label}` });
  const show = () => { clear.hidden = group.get() === ""; };
  const node = fieldset(control, id, el("div", { class: "mdli-options" }, ...group.nodes, clear));
  show();
  return { node, get: group.get, set: (value) => { group.set(value); show(); } };
};

const drawMany = (control, id, changed) => {
  const all = (control.options ?? []).map((one) => tick("checkbox", id, one.id, one.label, changed));
  return {
    node: fieldset(control, id, el("div", { class: "mdli-options" }, ...all.map(({ node }) => node))),
    get: () => all.filter(({ input }) => input.checked).map(({ input }) => input.value),
    set: (value) => { for (const { input } of all) input.checked = (value ?? []).includes(input.value); },
  };
};

// A row per statement, a column per point. Narrow screens stack the points under the statement.
const drawScale = (control, id, changed) => {
  const points = control.points ?? [];
  const head = el("div", { class: "mdli-scale-head", "aria-hidden": "true" }, el("span", {}),
    ...points.map(({ label }) => el("span", {}, label)));
  const rows = (control.statements ?? []).map((statement, index) => {
    const group = radios(points, `${id}-${index}`, changed);
    const row = el("fieldset", { class: "mdli-scale-row" }, el("legend", {}, statement.label), ...group.nodes);
    return { ...group, id: statement.id, row };
  });
  const node = fieldset(control, id, el("div", { class: "mdli-scale" }, head, ...rows.map(({ row }) => row)));
  node.style.setProperty("--mdli-points", points.length);
  return {
    node,
    get: () => Object.fromEntries(rows.map((row) => [row.id, row.get()]).filter(([, point]) => point !== "")),
    set: (value) => { for (const row of rows) row.set(value?.[row.id]); },
  };
};

// Chosen ones on top, in order, each with its buttons; the others below, to be chosen.
const drawRank = (control, id, changed) => {
  const options = control.options ?? [];
  const keep = control.keep ?? options.length;
  let chosen = [];
  const above = el("ol", { class: "mdli-rank", "aria-label": "Chosen, the most important first" });
  const below = el("ul", { class: "mdli-rank-rest", "aria-label": "Not chosen" });
  const said = el("p", { class: "mdli-hint", role: "status" });
  const wordsOf = (one) => options.find((option) => option.id === one)?.label ?? one;

  const put = (next, focus, words) => {
    chosen = next;
    draw();
    said.textContent = words;
    const wanted = node.querySelector(`[data-focus="${CSS.escape(focus)}"]:not(:disabled)`);
    (wanted ?? node.querySelector("button:not(:disabled)"))?.focus();
    changed();
  };
  const move = (one, step) => {
    const next = [...chosen];
    const from = next.indexOf(one);
    [next[from], next[from + step]] = [next[from + step], next[from]];
    const edge = from + step === 0 ? "down" : "up";            // the other button, where this one ends
    const at_end = from + step === 0 || from + step === next.length - 1;
    put(next, `${one} ${at_end ? edge : step < 0 ? "up" : "down"}`, `${wordsOf(one)} is now ${from + step + 1} of ${next.length}.`);
  };
  const act = (label, one, name, onclick, disabled) => button(label, onclick,
    { class: "mdli-button mdli-quiet", "data-focus": `${one} ${name}`, "aria-label": `${label}: ${wordsOf(one)}`, disabled });
  const draw = () => {
    above.replaceChildren(...chosen.map((one, index) => el("li", {},
      el("span", { class: "mdli-rank-words" }, wordsOf(one)),
      el("span", { class: "mdli-row" },
        act("Up", one, "up", () => move(one, -1), index === 0),
        act("Down", one, "down", () => move(one, 1), index === chosen.length - 1),
        act("Remove", one, "remove", () => put(chosen.filter((other) => other !== one), `${one} choose`, `${wordsOf(one)} is not chosen.`))))));
    below.replaceChildren(...options.filter((option) => !chosen.includes(option.id)).map(({ id: one, label }) => el("li", {},
      el("span", { class: "mdli-rank-words" }, label),
      act("Choose", one, "choose", () => put([...chosen, one], `${one} remove`, `${label} is ${chosen.length + 1} of ${keep}.`), chosen.length >= keep))));
    above.hidden = chosen.length === 0;
    said.textContent = `${chosen.length} of ${keep} chosen.`;
  };
  const node = fieldset(control, id, above, said, below);
  draw();
  return { node, get: () => [...chosen], set: (value) => { if (!same(value ?? [], chosen)) { chosen = [...(value ?? [])]; draw(); } } };
};

const MARKS = [{ id: "yes", label: "Yes" }, { id: "no", label: "No" }, { id: "na", label: "Not applicable" }];

const drawChecklist = (control, id, changed) => {
  const rows = (control.items ?? []).map((item, index) => {
    const group = radios(control.options ?? MARKS, `${id}-${index}`, changed);
    const note = el("input", { type: "text", class: "mdli-input", dir: "auto", spellcheck: "true", autocomplete: "off",
      placeholder: "A note, if you like", "aria-label": `Note: ${item.label}`, oninput: changed });
    const row = el("fieldset", { class: "mdli-item" }, el("legend", {}, item.label),
      el("div", { class: "mdli-options mdli-across" }, ...group.nodes), note);
    return { id: item.id, row, group, note };
  });
  return {
    node: fieldset(control, id, ...rows.map(({ row }) => row)),
    get: () => Object.fromEntries(rows.map(({ id: item, group, note }) => [item, { mark: group.get(), note: note.value }])
      .filter(([, { mark, note }]) => mark || note)),
    set: (value) => {
      for (const { id: item, group, note } of rows) {
        group.set(value?.[item]?.mark);
        setValue(note, value?.[item]?.note ?? "");
      }
    },
  };
};

// A few lines, one more offered as long as there may be more. Blank ones are not stored.
const drawLines = (control, id, changed) => {
  const most = control.max ?? 50;
  const list = el("ol", { class: "mdli-lines" });
  const inputs = () => [...list.querySelectorAll("input")];
  const get = () => inputs().map((input) => input.value).filter((line) => line.trim() !== "");
  const add = (value = "") => {
    const place = list.children.length + 1;
    const input = el("input", { type: "text", class: "mdli-input", dir: "auto", spellcheck: "true", autocomplete: "off",
      "aria-label": `${control.label}: line ${place}`, "aria-describedby": control.hint ? `${id}-hint` : undefined,
      oninput: () => { offer(); changed(); } });
    input.value = value;
    list.append(el("li", {}, input));
  };
  const offer = () => {
    const all = inputs();
    if (all.length < most && all.every((input) => input.value.trim() !== "")) add();
  };
  const set = (value) => {
    if (list.children.length && same(value ?? [], get())) return;
    list.replaceChildren();
    for (const line of value ?? []) add(line);
    while (list.children.length < Math.min(most, Math.max(control.min ?? 1, 1))) add();
    offer();
  };
  set([]);
  return { node: fieldset(control, id, list), get, set };
};

const CONTROLS = {
  text: drawLine, "long-text": drawBox, date: drawPicker, time: drawPicker, number: drawNumber, minutes: drawNumber,
  choice: drawChoice, many: drawMany, scale: drawScale, rank: drawRank, checklist: drawChecklist, lines: drawLines,
};

// A value in words, for showing two versions side by side.
const inWords = (control, value) => {
  const named = (list, one) => (list ?? []).find((item) => item.id === one)?.label ?? one;
  if (value === null || value === undefined || value === "") return "(nothing)";
  switch (control.type) {
    case "choice": return [value].flat().map((one) => named(control.options, one)).join(", ") || "(nothing)";
    case "many": case "rank": return value.map((one) => named(control.options, one)).join(", ") || "(nothing)";
    case "lines": return value.join("\n") || "(nothing)";
    case "scale": return Object.entries(value)
      .map(([statement, point]) => `${named(control.statements, statement)} ${named(control.points, point)}`).join("\n") || "(nothing)";
    case "checklist": return Object.entries(value)
      .map(([item, { mark, note }]) => `${named(control.items, item)} ${named(control.options ?? MARKS, mark)} ${note}`.trim()).join("\n") || "(nothing)";
    default: return String(value);
  }
};
