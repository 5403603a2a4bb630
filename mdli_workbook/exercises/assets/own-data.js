// A file of one's own: choose it, say what its columns are, read what is wrong with it. The kernel reads
// the file; the page knows its headings and no row of it.

const ROLES = {
  patients: [["", "Leave out"], ["yes-no", "Measure: yes or no"], ["number", "Measure: a number"], ["group", "Group"],
    ["date", "Date seen"], ["age", "Age in years"], ["patient", "Patient number, to find doubles"]],
  groups: [["", "Leave out"], ["numerator", "Measure: how many reached"], ["denominator", "Out of how many"], ["group", "Group"], ["date", "Month"]],
};
const LAYOUTS = [{ id: "patients", label: "one patient" }, { id: "groups", label: "one group, with counts" }];

const sizeOf = (bytes) => {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
};

class OwnData {
  constructor(id, explorer) {
    Object.assign(this, { id, explorer, file: "", asked: "" });
    this.files = picker(`${id}-file`, "File", () => this.read());
    this.said = el("p", { class: "mdli-own-said", role: "status" });
    this.problems = el("ul", { class: "mdli-problems", hidden: true });
    this.columns = el("div", { class: "mdli-columns", hidden: true });
    this.back = button("Back to the invented practice", () => { explorer.byHand = true; explorer.start(); this.forget(); }, { hidden: true });
    this.node = el("div", { class: "mdli-own", role: "region", "aria-label": "My own data" },
      el("p", {}, "Put a CSV or Excel file into the folder of this workbook", this.folder = el("span"), ". Then press Look again, and choose it here."),
      el("p", { class: "mdli-hint" }, "The file stays where it is. Only counts are shown and saved, and none from 1 to 10."),
      el("div", { class: "mdli-row" }, this.files.node, button("Look again", () => this.list(), { class: "mdli-button mdli-quiet" }), this.back),
      this.said, this.problems, this.columns);
  }

  list() { this.explorer.ask({ type: "files" }); }

  onFiles({ files, folder, problem }) {
    const { select } = this.files;
    if (problem) { this.say(problem); return; }
    this.folder.replaceChildren(": ", el("code", {}, folder));
    const chosen = files.some(({ name }) => name === this.file) ? this.file : "";
    select.replaceChildren(el("option", { value: "" }, files.length ? "Choose a file" : "No file found"),
      ...files.map(({ name, size }) => el("option", { value: name }, `${name} (${sizeOf(size)})`)));
    select.value = chosen;
  }

  mark(own, away) {
    this.back.hidden = !own;
    if (away) this.forget();
  }

  forget() {
    this.file = this.files.select.value = "";
    this.columns.hidden = true;
    this.say("");
  }

  read(columns = null) {
    this.file = this.files.select.value;
    if (!columns) this.columns.hidden = true;
    this.show([]);
    if (!this.file) { this.say(""); return; }
    this.say("Reading …");
    this.asked = this.explorer.ask({ type: "read", file: this.file, columns });
  }

  say(words) { this.said.textContent = words; }

  show(problems) {
    this.problems.hidden = problems.length === 0;
    this.problems.replaceChildren(...problems.map((words) => el("li", {}, words)));
  }

  onMapping({ id, problem, problems = [], headings, rows, columns, options }) {
    if (id !== this.asked) return;
    if (problem) problems = [problem];
    this.show(problems);
    if (options) {
      this.say(`${rows.toLocaleString("en")} rows are counted. The view above is of this file.`);
      this.columns.hidden = true;
      this.explorer.take(options);
      this.files.select.focus();
      return;
    }
    if (problems.length) this.say(`${problems.length === 1 ? "One problem was" : `${problems.length} problems were`} found; nothing of this file is shown.`);
    else this.say(`${rows.toLocaleString("en")} rows. What is each column? A guess is chosen.`);
    if (headings && !problems.length) this.draw(headings, columns);
    else if (!headings) this.columns.hidden = true;
  }

  draw(headings, { layout, roles, of }) {
    const rows = headings.map((heading, place) => this.column(heading, place, layout, roles[heading] ?? ""));
    const rowIs = picker(`${this.id}-layout`, "A row is", () => this.draw(headings, { layout: rowIs.select.value, roles: this.roles(), of }));
    rowIs.select.append(...optionsOf(LAYOUTS));
    rowIs.select.value = layout;
    this.rows = rows;
    this.columns.replaceChildren(rowIs.node, el("div", { class: "mdli-column-list" }, ...rows.map(({ node }) => node)),
      button("Show these data", () => this.read({ layout, roles: this.roles(), of: this.of() })));
    this.columns.hidden = false;
    this.layout = layout;
    for (const row of rows) row.refresh(of[row.heading]);
  }

  column(heading, place, layout, role) {
    const known = ROLES[layout].some(([id]) => id === role) ? role : "";
    const { select, node } = picker(`${this.id}-column-${place}`, heading, () => { for (const row of this.rows) row.refresh(); });
    select.append(...optionsOf(ROLES[layout].map(([id, label]) => ({ id, label }))));
    select.value = known;
    const of = el("select", { class: "mdli-input", "aria-label": `${heading}, out of`, hidden: true });
    node.append(of);
    const refresh = (wanted = of.value) => {
      const bottoms = this.rows.filter((row) => row.select.value === "denominator").map((row) => row.heading);
      of.hidden = select.value !== "numerator" || bottoms.length < 2;
      of.replaceChildren(...optionsOf(bottoms.map((one) => ({ id: one, label: `out of ${one}` }))));
      of.value = bottoms.includes(wanted) ? wanted : bottoms[0] ?? "";
    };
    return { heading, select, of, node, refresh };
  }

  roles() {
    return Object.fromEntries(this.rows.map(({ heading, select }) => [heading, select.value]).filter(([, role]) => role));
  }

  of() {
    return Object.fromEntries(this.rows.filter(({ select, of }) => select.value === "numerator" && of.value).map(({ heading, of }) => [heading, of.value]));
  }
}
